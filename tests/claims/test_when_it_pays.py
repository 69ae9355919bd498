"""What "When u∗v pays" says of its map."""

from __future__ import annotations

from functools import cache, partial

from infersent.choose.worth.gains import GAINS, Situation, situations
from tests.claims import prose
from tests.claims.study import WORDS

says = partial(prose.says, "beyond/when-it-pays")

FIRST_D, FIRST_P, SECOND_P, SECOND_D, LEAD = GAINS
HEADS = ("linear", "network")
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
    having = [one for one in linear() if SECOND_P in one.gains]
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
    frozen = [one for one in linear() if not one.through and SECOND_P in one.gains]
    under = sum(one.gains[SECOND_P].mean < 0.01 for one in frozen)
    says(f"(it does in {under} of {len(frozen)}; one was not run)")
    assert {one.task for one in linear() if SECOND_P in one.gains and one.gains[SECOND_P].mean > 0.02} == {CAPTIONS}
    assert abs(gain("InferSent", CAPTIONS, FIRST_D) - gain("InferSent", RELATED, FIRST_D)) < 0.5
    assert gain("InferSent", CAPTIONS, FIRST_D) > gain("InferSent", SIMILAR, FIRST_D) + 5
    says("from InferSent's vectors the captions gain as much as the one and more than the other.")


def test_a_network_that_compares_by_itself() -> None:
    before, after = cell("words", CAPTIONS), cell("words", CAPTIONS, "network")
    says(
        f"at chance, {before.score:.1%}. With {after.pairs:,} pairs the network gets {after.score:.1%}, and no gain of"
    )
    for learned in (after, cell("words", SNLI, "network"), cell("MiniLM", SNLI, "network")):
        for name in (FIRST_D, FIRST_P):
            assert learned.gains[name].outcome != "differs"
            assert learned.gains[name].mean < 0.005
    behind = cell("MiniLM", SNLI, "network").gains[SECOND_P]
    assert behind.outcome == "differs"
    says(f"From MiniLM's, all four blocks are even {points(-100 * behind.mean)} points *behind* three (differs).")
    for name in (FIRST_D, FIRST_P):  # declared: less than half of what a linear head gains
        for task in (CAPTIONS, SNLI):
            assert gain("words", task, name, "network") < gain("words", task, name) / 2
    alone = cell("BiLSTM, trained", SNLI, "network").score
    assert alone < cell("BiLSTM, trained", SNLI).score
    says(f"On $(u,v)$ it gets {alone:.1%}, no more than the linear head")
    says(f"Under MiniLM's network it did: {points(-100 * behind.mean)} points.")
    for name in (FIRST_D, FIRST_P):
        assert gain("BiLSTM, trained", SNLI, name, "network") > gain("BiLSTM, trained", SNLI, name)


def test_a_network_with_few_pairs() -> None:
    few = [one for one in cells() if one.head == "network" and one.encoder == "words" and one.pairs < 5_000]
    assert {one.task for one in few} == {"entailment, SICK", MRPC, RELATED, SIMILAR}
    by_difference = sorted(100 * one.gains[FIRST_D].mean for one in few)
    assert all(one.gains[FIRST_D].outcome == "differs" for one in few)
    says(f"gains the network {points(by_difference[0])} to {points(by_difference[-1])} points (each differs).")
    pairs = sorted(one.pairs for one in few)
    says(f"They have {pairs[0]:,} to {pairs[-1]:,} pairs.")
    below = sorted(-100 * one.gains[FIRST_P].mean for one in few)
    says(f"The product's set is {points(below[0])} to {points(below[-1])} *below* $(u,v)$ alone (on similarity")
    assert [one.task for one in few if one.gains[FIRST_P].outcome == "differs"] == [SIMILAR]
    first, second = ([points(gain("words", task, FIRST_D, head)) for task in (SIMILAR, RELATED)] for head in HEADS)
    says(f"of a linear head's {' and '.join(first)} points the difference keeps {' and '.join(second)}.")


def test_the_cells_that_are_empty() -> None:
    frozen = {(one.encoder, one.task, one.head) for one in cells() if one.encoder in ("words", "InferSent", "MiniLM")}
    tasks = {task for _, task, _ in frozen}
    empty = {(e, t) for e in ("words", "InferSent", "MiniLM") for t in tasks if (e, t, "network") not in frozen}
    assert all((e, t, "linear") in frozen for e in ("words", "InferSent", "MiniLM") for t in tasks)
    assert empty == {("InferSent", task) for task in tasks} | {("MiniLM", task) for task in tasks - {SNLI}}
    says(f"{WORDS[len(empty)].capitalize()} cells are empty: a network on InferSent's vectors of any task, and")


def test_the_most_that_the_product_is_worth() -> None:
    most = max(100 * one.gains[FIRST_P].mean for one in linear())
    says(f"As the only comparison it is worth up to {most:.0f} points.")
