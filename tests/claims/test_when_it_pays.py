"""What "When u∗v pays" says of its map."""

from __future__ import annotations

from functools import cache, partial

from infersent.choose.worth.gains import GAINS, Situation, situations
from tests.claims import prose
from tests.claims.study import WORDS

says = partial(prose.says, "beyond/when-it-pays")

FIRST_D, FIRST_P, SECOND_P, SECOND_D = GAINS
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
    nothing = [one for one in linear() if one.gains[FIRST_P].outcome == "equivalent"]
    assert {(one.encoder, one.task) for one in nothing} == {("words", MRPC), ("InferSent", MRPC)}
    gained = [points(gain(encoder, MRPC, FIRST_P)) for encoder in ("words", "InferSent")]
    says(f"on paraphrases from words and from InferSent's vectors ({' and '.join(gained)} points, equivalent)")


def test_the_second_pays_seldom() -> None:
    having = [one for one in linear() if SECOND_P in one.gains]
    more = {(one.encoder, one.task): 100 * one.gains[SECOND_P].mean for one in having}
    more = {where: value for where, value in more.items() if round(value, 1) >= 1}
    says(f"the product gains less than a point in {len(having) - len(more)} of {len(having)} rows.")
    assert more.keys() == {
        ("InferSent", CAPTIONS),
        ("words", CAPTIONS),
        ("MiniLM", CAPTIONS),
        ("words", RELATED),
        ("words", SNLI),
    }
    assert not any(one.through for one in having if (one.encoder, one.task) in more)
    by_encoder = [points(more[encoder, CAPTIONS]) for encoder in ("InferSent", "words", "MiniLM")]
    says("{} from InferSent's vectors, {} from words, {} from MiniLM's;".format(*by_encoder))
    assert cell("words", SNLI).gains[SECOND_P].outcome == "undecided"
    related, snli = (points(more["words", task]) for task in (RELATED, SNLI))
    says(f"and from words on relatedness ({related}) and SNLI ({snli}, undecided).")
    through = cell("BiLSTM, trained", CAPTIONS).gains[SECOND_P]
    assert through.outcome == "undecided"
    says(f"*through* the difference needs no product ({points(100 * through.mean)}, undecided).")
    assert 0.7 < (len(having) - len(more)) / len(having) < 0.8
    says("A second block is worth less than a point in three rows of four.")


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
    says(f"on SNLI and on the captions: it is ahead by {' and '.join(ahead)}.")
    says(f"on similarity the same bag's difference leads by {points(lead(cell('words', SIMILAR)))}.")


def test_what_was_declared() -> None:
    behind = [one.task for one in linear("words") if lead(one) < 0]
    assert set(behind) == {SNLI, CAPTIONS}
    says("The difference was to lead from words on all six tasks; it is behind on two.")
    leads = sum(lead(one) > 0 for one in linear("MiniLM"))
    says(f"From MiniLM on at most three; it leads on {WORDS[leads]}, by little.")
    assert {one.task for one in linear() if SECOND_P in one.gains and one.gains[SECOND_P].mean > 0.02} == {CAPTIONS}
    assert abs(gain("InferSent", CAPTIONS, FIRST_D) - gain("InferSent", RELATED, FIRST_D)) < 0.5
    says("but from InferSent's vectors the captions gain as much.")


def test_a_network_that_compares_by_itself() -> None:
    before, after = cell("words", CAPTIONS), cell("words", CAPTIONS, "network")
    says(f"at chance, {before.score:.1%}. With {after.pairs:,} pairs the network gets {after.score:.1%}, and neither")
    for learned in (after, cell("words", SNLI, "network"), cell("MiniLM", SNLI, "network")):
        for name in (FIRST_D, FIRST_P):
            assert learned.gains[name].interval[0] < 0 or learned.gains[name].outcome == "equivalent"
            assert learned.gains[name].mean < 0.005
    behind = cell("MiniLM", SNLI, "network").gains[SECOND_P]
    assert behind.outcome == "differs"
    says(f"There all four blocks are even {points(-100 * behind.mean)} points *behind* three (differs).")
    says(f"Under MiniLM's network it did: {points(-100 * behind.mean)} points.")
    for name in (FIRST_D, FIRST_P):
        assert gain("BiLSTM, trained", SNLI, name, "network") > gain("BiLSTM, trained", SNLI, name)


def test_a_network_with_few_pairs() -> None:
    few = [one for one in cells() if one.head == "network" and one.encoder == "words" and one.pairs < 5_000]
    assert {one.task for one in few} == {"entailment, SICK", MRPC, RELATED, SIMILAR}
    by_difference = sorted(100 * one.gains[FIRST_D].mean for one in few)
    assert all(one.gains[FIRST_D].outcome == "differs" for one in few)
    says(f"gains the network {points(by_difference[0])} to {points(by_difference[-1])} points, each time beyond doubt.")
    below = sorted(-100 * one.gains[FIRST_P].mean for one in few)
    says(f"The product's set is {points(below[0])} to {points(below[-1])} *below* $(u,v)$ alone, on similarity")
    assert [one.task for one in few if one.gains[FIRST_P].outcome == "differs"] == [SIMILAR]
    first, second = ([points(gain("words", task, FIRST_D, head)) for task in (SIMILAR, RELATED)] for head in HEADS)
    says(f"Of a linear head's {' and '.join(first)} points the difference keeps {' and '.join(second)}.")


def test_the_most_that_the_product_is_worth() -> None:
    most = max(100 * one.gains[FIRST_P].mean for one in linear())
    says(f"As the only comparison it is worth up to {most:.0f} points.")
