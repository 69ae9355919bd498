"""What "When u∗v pays" says of its map."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, partial

from infersent.choose.worth.gains import GAINS, Situation, situations
from tests.claims import prose
from tests.claims.study import WORDS

says = partial(prose.says, "beyond/when-it-pays")

FIRST_D, FIRST_P, SECOND_P, SECOND_D, LEAD = GAINS
HEADS = ("linear", "network")
FROZEN = ("words", "InferSent", "MiniLM")
SNLI, CAPTIONS, RELATED, SIMILAR, MRPC = (
    "entailment, SNLI",
    "captions",
    "relatedness, SICK",
    "similarity, STS-B",
    "paraphrase, MRPC",
)


@cache
def cells() -> tuple[Situation, ...]:
    return tuple(situations())


def linear(encoder: str | None = None) -> list[Situation]:
    return [one for one in cells() if one.head == "linear" and encoder in (None, one.encoder)]


def cell(encoder: str, task: str, head: str = "linear") -> Situation:
    (found,) = (one for one in cells() if (one.encoder, one.task, one.head) == (encoder, task, head))
    return found


def gain(encoder: str, task: str, name: str, head: str = "linear") -> float:
    return 100 * cell(encoder, task, head).gains[name].mean


def lead(one: Situation) -> float:
    """Return what the difference is ahead of the product, in points."""
    return 100 * (one.gains[FIRST_D].mean - one.gains[FIRST_P].mean)


def points(number: float) -> str:
    return f"{number:.1f}".replace("-", "−")


def test_the_first_comparison_pays() -> None:
    better = {(one.encoder, one.task): 100 * max(one.gains[FIRST_D].mean, one.gains[FIRST_P].mean) for one in linear()}
    assert min(better.values()) > 1
    assert min(better, key=better.__getitem__) == ("words", SNLI)
    paraphrases = [value for (_, task), value in better.items() if task == MRPC]
    blind = [value for (_, task), value in better.items() if task in (RELATED, SIMILAR)]
    says(
        f"gains more than a point in every row: {points(better['words', SNLI])} for a bag of words on SNLI, "
        f"{min(paraphrases):.0f} to {max(paraphrases):.0f} on paraphrases, and {min(blind):.0f} to {max(blind):.0f} on "
        "relatedness and similarity"
    )
    says(f"labels that compare: {min(blind):.0f} to {max(blind):.0f} points on similarity and relatedness")
    nothing = [one for one in linear() if one.gains[FIRST_P].outcome == "equivalent"]
    assert {(one.encoder, one.task) for one in nothing} == {("words", MRPC), ("InferSent", MRPC)}
    gained = [points(gain(encoder, MRPC, FIRST_P)) for encoder in ("words", "InferSent")]
    says(f"on paraphrases from words and from InferSent's vectors ({' and '.join(gained)} points, equivalent)")


def test_the_second_pays_seldom() -> None:
    having = linear()
    more = {(one.encoder, one.task): 100 * one.gains[SECOND_P].mean for one in having}
    more = {where: value for where, value in more.items() if value >= 1}
    says(f"It gains less than a point in {len(having) - len(more)} of {len(having)} rows.")
    assert more.keys() == {
        ("words", CAPTIONS),
        ("MiniLM", CAPTIONS),
        ("words", RELATED),
        ("words", SNLI),
    }
    assert not any(one.through for one in having if (one.encoder, one.task) in more)
    words = [one.gains[SECOND_P].outcome for one in having]
    equivalent, undecided, differs = (words.count(word) for word in ("equivalent", "undecided", "differs"))
    says(f"equivalent to nothing in {equivalent}, undecided in {undecided}, and differs in {differs}, of which chance")
    assert round(0.05 * len(having)) == 1
    says(f"{points(more['MiniLM', CAPTIONS])} from MiniLM's vectors, {points(more['words', CAPTIONS])} from words.")
    through = cell("BiLSTM, trained", CAPTIONS)
    says(f"is right there in {through.score + through.gains[FIRST_D].mean:.1%} without it")
    assert 0.78 < (len(having) - len(more)) / len(having) < 0.83
    says("Beside $|u-v|$ the product is worth less than a point in four rows of five.")
    the_other = [one for one in having if one.gains[SECOND_D].mean >= 0.01]
    says(f"beside the product, the difference gains over a point in {len(the_other)} rows of {len(having)}.")


def test_instead_of_the_difference_nowhere() -> None:
    assert min(map(lead, linear())) > -1
    infersent = [lead(one) for one in linear("InferSent")]
    through = [lead(one) for one in linear() if one.through]
    assert len(infersent) == 6
    says(f"the difference leads on all six tasks, by {points(min(infersent))} to {points(max(infersent))} points")
    says(f"trained through the blocks, by {points(min(through))} to {points(max(through))}.")
    largest, *others = sorted((abs(lead(one)) for one in linear("MiniLM")), reverse=True)
    says(f"neither leads by more than {points(largest)}, and on five tasks of six by less than 0.9.")
    assert len(others) == 5
    assert others[0] < 0.9
    ahead = [points(-lead(cell("words", task))) for task in (SNLI, CAPTIONS)]
    assert sorted(map(lead, linear()))[:2] == sorted(lead(cell("words", task)) for task in (SNLI, CAPTIONS))
    says(f"The largest in the table, {ahead[0]}, is that of a bag of words on SNLI.")
    assert not any(one.gains[LEAD].interval[1] < 0 for one in cells())
    says("In no cell is a lead of the product told from zero.")
    says(f"on similarity the same bag's difference leads by {points(lead(cell('words', SIMILAR)))}.")


def test_what_was_declared() -> None:
    behind = [one.task for one in linear("words") if lead(one) < 0]
    assert set(behind) == {SNLI, CAPTIONS}
    assert all(cell("words", task).gains[LEAD].outcome == "undecided" for task in behind)
    says("The difference was to lead from words on all six tasks; on two it is behind (undecided).")
    leads = sum(lead(one) > 0 for one in linear("MiniLM"))
    most = points(max(map(lead, linear("MiniLM"))))
    says(f"From MiniLM on at most three; it leads on {WORDS[leads]}, by up to {most}.")
    frozen = [one for one in linear() if not one.through]
    under = sum(one.gains[SECOND_P].mean < 0.01 for one in frozen)
    says(f"The second block was to gain under a point in {under} of {len(frozen)} frozen cells, which it does,")
    assert {one.task for one in linear() if one.gains[SECOND_P].mean > 0.02} == {CAPTIONS}
    assert abs(gain("InferSent", CAPTIONS, FIRST_D) - gain("InferSent", RELATED, FIRST_D)) < 0.5
    assert gain("InferSent", CAPTIONS, FIRST_D) > gain("InferSent", SIMILAR, FIRST_D) + 5
    says("from InferSent's vectors the captions gain as much as the one and more than the other.")


def frozen_networks(*tasks: str) -> dict[tuple[str, str], Situation]:
    """Return the networks on vectors that stand still, on some tasks, or on all."""
    found = {(one.encoder, one.task): one for one in cells() if one.head == "network" and not one.through}
    return {where: one for where, one in found.items() if not tasks or where[1] in tasks}


def ends(values: Iterable[float], places: int = 1) -> str:
    ordered = sorted(values)
    return f"{ordered[0]:.{places}f} to {ordered[-1]:.{places}f}".replace("-", "−")


def test_every_frozen_cell_has_a_network() -> None:
    tasks = {one.task for one in linear("words")}
    assert len(tasks) == 6
    assert frozen_networks().keys() == {(encoder, task) for encoder in FROZEN for task in tasks}


def test_a_network_learns_to_compare_the_captions() -> None:
    before = cell("words", CAPTIONS).score
    after = frozen_networks(CAPTIONS)
    words, infersent, minilm = (after[encoder, CAPTIONS] for encoder in FROZEN)
    says(
        f"at chance, {before:.1%}. With {words.pairs:,} pairs the network gets {words.score:.1%} there, "
        f"{infersent.score:.1%} from InferSent's vectors and {minilm.score:.1%} from MiniLM's."
    )
    assert words.gains[FIRST_D].mean < 0
    assert words.gains[FIRST_P].mean < 0
    by_linear = [100 * cell(e, CAPTIONS).gains[g].mean for e in FROZEN[1:] for g in (FIRST_D, FIRST_P)]
    left = max(gain(e, CAPTIONS, g, "network") for e in FROZEN[1:] for g in (FIRST_D, FIRST_P))
    says(f"Of the {ends(by_linear, 0)} points that a first block gains a linear head on the latter two, {left:.0f} at")
    gains = [points(100 * infersent.gains[name].mean) for name in (FIRST_D, FIRST_P)]
    says(f"the difference {gains[0]} and the product {gains[1]} from InferSent's vectors")
    says(f"the difference {points(100 * minilm.gains[FIRST_D].mean)} from MiniLM's. The product gains nothing there")
    assert infersent.gains[FIRST_D].outcome == infersent.gains[FIRST_P].outcome == "differs"
    assert minilm.gains[FIRST_D].outcome == "differs"
    assert minilm.gains[FIRST_P].outcome == "equivalent"
    # declared: at least 60% on (u, v), and less than a third of a linear head's gain
    for encoder in FROZEN[1:]:
        assert after[encoder, CAPTIONS].score >= 0.6
        for name in (FIRST_D, FIRST_P):
            assert gain(encoder, CAPTIONS, name, "network") < gain(encoder, CAPTIONS, name) / 3


def test_networks_on_snli() -> None:
    on_snli = frozen_networks(SNLI)
    for encoder in ("words", "MiniLM"):
        for name in (FIRST_D, FIRST_P):
            assert on_snli[encoder, SNLI].gains[name].outcome != "differs"
            assert on_snli[encoder, SNLI].gains[name].mean < 0.005
    infersent = on_snli["InferSent", SNLI]
    assert infersent.gains[FIRST_D].outcome == infersent.gains[FIRST_P].outcome == "differs"
    difference, product, *by_linear = (
        points(gain("InferSent", SNLI, name, head)) for head in ("network", "linear") for name in (FIRST_D, FIRST_P)
    )
    says(
        f"From InferSent's, {infersent.pairs:,} pairs, the difference gains the network {difference} points and the "
        f"product {product}, where they gain a linear head {' and '.join(by_linear)}."
    )
    says(f"With {on_snli['words', SNLI].pairs:,} and {on_snli['MiniLM', SNLI].pairs:,} pairs no gain shows")
    for encoder, task in (("words", CAPTIONS), ("words", SNLI)):  # declared: less than half of a linear head's
        for name in (FIRST_D, FIRST_P):
            assert gain(encoder, task, name, "network") < gain(encoder, task, name) / 2
    alone = cell("BiLSTM, trained", SNLI, "network").score
    assert alone < cell("BiLSTM, trained", SNLI).score
    says(f"On $(u,v)$ it gets {alone:.1%}, no more than the linear head")
    for name in (FIRST_D, FIRST_P):
        assert gain("BiLSTM, trained", SNLI, name, "network") > gain("BiLSTM, trained", SNLI, name)


def test_a_network_with_few_pairs() -> None:
    few = frozen_networks("entailment, SICK", MRPC, RELATED, SIMILAR)
    pairs = sorted(one.pairs for one in few.values())
    assert len(few) == 12
    says(f"The four small tasks have {pairs[0]:,} to {pairs[-1]:,} pairs.")
    assert all(one.gains[FIRST_D].outcome == "differs" for one in few.values())
    by_difference = [100 * one.gains[FIRST_D].mean for one in few.values()]
    says(f"The difference gains the network {ends(by_difference)} points, in all twelve cells beyond the interval.")
    by_product = {where: one.gains[FIRST_P] for where, one in few.items()}
    bag = [100 * found.mean for (encoder, _), found in by_product.items() if encoder == "words"]
    says(f"From a bag of words no gain of the product shows: its set is {ends(-x for x in bag)} *below* $(u,v)$ alone")
    assert [t for (e, t), found in by_product.items() if e == "words" and found.outcome == "differs"] == [SIMILAR]
    rest = {where: found for where, found in by_product.items() if where[0] != "words"}
    assert [where for where, found in rest.items() if found.outcome != "differs"] == [("InferSent", MRPC)]
    values = [100 * found.mean for found in rest.values() if found.outcome == "differs"]
    says(f"it gains {ends(values)} points, but on paraphrases from InferSent's vectors")
    first, second = ([points(gain("words", task, FIRST_D, head)) for task in (SIMILAR, RELATED)] for head in HEADS)
    says(f"of a linear head's {' and '.join(first)} points the difference keeps {' and '.join(second)}.")


def test_a_second_block_gains_a_network_nothing() -> None:
    seconds = {where: one.gains[SECOND_P] for where, one in frozen_networks().items()}
    assert len(seconds) == 18
    ((where, most),) = [(where, found) for where, found in seconds.items() if found.mean >= 0.01]
    assert where == ("words", SIMILAR)
    assert most.outcome == "undecided"
    says(
        f"over a point in one frozen cell of eighteen: {points(100 * most.mean)} from words on similarity (undecided)."
    )
    harm = {where for where, found in seconds.items() if found.outcome == "differs" and found.mean < 0}
    assert harm == {("MiniLM", SNLI), ("MiniLM", CAPTIONS)}
    lost = [points(-100 * seconds["MiniLM", task].mean) for task in (SNLI, CAPTIONS)]
    says(f"From MiniLM's vectors all four are {lost[0]} points *behind* three on SNLI, and {lost[1]} on the captions")
    says(f"Under MiniLM's network it did: {lost[0]} points on SNLI, {lost[1]} on the captions.")


def test_what_was_declared_of_networks() -> None:
    new = {where: one for where, one in frozen_networks().items() if where[0] != "words" and where != ("MiniLM", SNLI)}
    assert len(new) == 11
    for encoder in FROZEN[1:]:
        kept = gain(encoder, RELATED, FIRST_D, "network")
        assert 1 <= kept <= 20
        assert kept < gain(encoder, RELATED, FIRST_D) / 2
    apart = {task: 100 * abs(one.gains[LEAD].mean) for (encoder, task), one in new.items() if encoder == "MiniLM"}
    assert [task for task, value in apart.items() if value > 2] == ["entailment, SICK"]
    says(f"within 2 points of the difference in every cell; on SICK's labels it is {points(apart['entailment, SICK'])}")
    assert new["InferSent", RELATED].gains[LEAD].interval[0] > 0
    over = [points(gain("MiniLM", MRPC, name, "network")) for name in (FIRST_D, FIRST_P)]
    says(f"On paraphrases no gain was to be above 5; from MiniLM's vectors they are {over[0]} and {over[1]}.")
    assert min(gain("MiniLM", MRPC, name, "network") for name in (FIRST_D, FIRST_P)) > 5
    assert all(one.gains[name].mean < 0.01 for one in new.values() for name in (SECOND_P,))


def test_what_was_declared_of_the_network_on_pairs_that_infersent_has_not_seen() -> None:
    found = cell("InferSent", SNLI, "network")
    assert found.score > 0.68
    says(f"$(u,v)$ was to be right in 63 to 68%, and is in {found.score:.1%}.")
    assert 6 <= 100 * found.gains[FIRST_D].mean <= 11
    assert 2 <= 100 * found.gains[FIRST_P].mean <= 7
    assert found.gains[FIRST_D].outcome == found.gains[FIRST_P].outcome == "differs"
    assert found.gains[LEAD].interval[0] > 0
    assert found.gains[SECOND_P].mean < 0.01


def test_the_most_that_the_product_is_worth() -> None:
    most = max(100 * one.gains[FIRST_P].mean for one in linear())
    says(f"As the only comparison it is worth up to {most:.0f} points.")
