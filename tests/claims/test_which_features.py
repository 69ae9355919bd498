"""What "Which features for your pairs?" says of four tasks, and of a transformer that was frozen or fine-tuned."""

from __future__ import annotations

from functools import cache, partial
from typing import Any

import numpy as np

from infersent.foundation.recorded import load_record
from infersent.study.comparison import Comparison, compare
from infersent.study.fine_tuning import SETS as TUNED
from infersent.study.fine_tuning import FineTunedGroup, find_fine_tuned, load_fine_tuned, spearman_as_it_came
from tests.claims import prose
from tests.claims.study import BOTH, FOUR, PRODUCT, TRIPLE, ends, group, shown
from tests.claims.study import compare as remembered

says = partial(prose.says, "beyond/which-features")

SYMMETRIC = "|u-v|, u*v"


@cache
def choices() -> dict[str, Any]:
    return load_record("choices")


def chosen(task: str, encoder: str) -> dict[str, Any]:
    (found,) = (one for one in choices()["choices"] if (one["task"], one["encoder"]) == (task, encoder))
    return found


def score(found: dict[str, Any], blocks: str) -> float:
    (one,) = (one for one in found["candidates"] if ", ".join(one["blocks"]) == blocks)
    return float(np.mean(one["scores"][found["metric"]]))


def best(found: dict[str, Any]) -> float:
    return max(score(found, ", ".join(one["blocks"])) for one in found["candidates"])


@cache
def tuned(blocks: str) -> FineTunedGroup:
    return find_fine_tuned(load_fine_tuned(), blocks)


@cache
def less(first: str, second: str, split: str = "test") -> Comparison:
    return compare(tuned(first).on(split), tuned(second).on(split))


# Four tasks.


TASKS = ("paraphrase", "similarity", "relatedness", "entailment")


def alone(encoder: str) -> list[float]:
    """Return what the difference alone is ahead of the product alone, in points, on each task."""
    return [100 * (score(found, "|u-v|") - score(found, "u*v")) for found in (chosen(task, encoder) for task in TASKS)]


def test_which_block_alone_is_ahead() -> None:
    infersent, minilm = alone("InferSent"), alone("MiniLM")
    says(f"Alone it beats the product alone on all four tasks, by {min(infersent):.0f} to {max(infersent):.0f} points.")
    *others, entailment = minilm
    assert max(map(abs, others)) < 1.2
    says(
        "Product and difference alone are within about a point of each other, but for entailment, where the difference "
        f"is {entailment:.0f} ahead."
    )
    assert chosen("paraphrase", "MiniLM")["recommended"] == ["cosine"]
    says("for paraphrase the cosine suffices: *one* number.")


def test_a_symmetric_task_needs_no_u_and_v() -> None:
    for task in ("similarity", "relatedness"):
        for encoder in ("InferSent", "MiniLM"):
            found = chosen(task, encoder)
            assert len(found["candidates"]) == 19
            assert best(found) - score(found, SYMMETRIC) < 0.01
    says("On similarity and relatedness $(|u-v|, u*v)$ is within a point of the best of all nineteen.")


def test_entailment_has_a_direction() -> None:
    added = [
        100 * (score(chosen("entailment", encoder), FOUR) - score(chosen("entailment", encoder), SYMMETRIC))
        for encoder in ("InferSent", "MiniLM")
    ]
    assert {round(one) for one in added} == {1}
    test = choices()["snli"]["test"]["scores"]
    assert round(100 * (test[FOUR] - test[SYMMETRIC])) == 10
    says("On SICK they add a point to the two. On SNLI, next, they add ten.")


def test_small_is_seldom_beaten() -> None:
    assert max(one["pairs"] for one in choices()["choices"]) < 6_000
    for one in choices()["choices"]:
        chosen_columns, best_columns = (
            next(each["columns"] for each in one["candidates"] if each["blocks"] == blocks)
            for blocks in (
                one["recommended"],
                max(one["candidates"], key=lambda each: np.mean(each["scores"][one["metric"]]))["blocks"],
            )
        )
        assert chosen_columns <= best_columns
    says("And on a few thousand pairs, a small set is within a point of the best.**")
    (infersent,) = {one["dim"] for one in choices()["choices"] if one["encoder"] == "InferSent"}
    (minilm,) = {one["dim"] for one in choices()["choices"] if one["encoder"] == "MiniLM"}
    says(f"Vectors from the InferSent that comes with this package, {infersent} numbers, and from a small transformer,")
    says(f"all-MiniLM-L6-v2, {minilm}.")


def test_on_frozen_vectors_product_and_difference_are_equal() -> None:
    snli = choices()["snli"]
    assert snli["pairs"] == 60_000
    assert abs(score(snli, TRIPLE) - score(snli, PRODUCT)) < 0.005
    assert abs(snli["test"]["scores"][TRIPLE] - snli["test"]["scores"][PRODUCT]) < 0.005
    says("**Here the product is as good as the difference.**")
    lead = remembered(group(TRIPLE), group(PRODUCT))
    says(f"Under the BiLSTM of this book it was {shown(lead)} points behind")
    assert round(5 * snli["test"]["scores"]["v"]) == 3
    says("The alarm rings, too: the hypothesis alone gets three in five right.")


# When the encoder may move.


def test_the_old_order_is_back() -> None:
    last, product, *having = (tuned(blocks) for blocks in ("u, v", PRODUCT, TRIPLE, FOUR))
    for split in BOTH:
        assert last.on(split).mean < product.on(split).mean < min(one.on(split).mean for one in having)
    lead, final = less(TRIPLE, PRODUCT), less(FOUR, TRIPLE)
    assert lead.outcome == "differs"
    assert final.interval[0] > 0
    says(f"then the two with the difference, {shown(lead)} points ahead of it.")
    says(
        f"And the product beside the other three is worth {shown(final)} points: more than nothing "
        f"({ends(final.interval, word='to', plus=False)}; zero is just outside)"
    )


def test_what_was_not_foreseen() -> None:
    behind = less(PRODUCT, "u, v")
    assert behind.difference > 0.08
    assert min((PRODUCT, TRIPLE, FOUR), key=lambda blocks: tuned(blocks).mean) == PRODUCT
    says(
        f"We had said that $(u,v)$ would be 2 to 8 points behind; it is {shown(behind)} behind the nearest, "
        "perhaps because the encoder adapts to the block that it has."
    )
    assert less(TRIPLE, PRODUCT).interval[0] > 0.01
    says("That $|u-v|$ and $u*v$ would be within a point of each other, as on frozen vectors: they are not.")
    says(f"And that $\\max(v-u,0)$ would be 3 points ahead of $|u-v|$: it is {shown(less('max(v-u,0)', '|u-v|'))}.")


def test_what_held() -> None:
    assert -0.5 < 100 * less(FOUR, TRIPLE).difference < 0.7
    came_with = spearman_as_it_came()["sts-test"]
    spearman = {blocks: tuned(blocks).spearman("sts-test").mean() for blocks in TUNED}
    assert max(spearman.values()) < came_with
    assert min(spearman, key=spearman.__getitem__) == "u, v"
    says(
        f"What held: all four are within 0.7 of three, and on the STS benchmark each set ends below the "
        f"{came_with:.1f} (test) that MiniLM came with, $(u,v)$ lowest of all."
    )

    lost = {blocks: came_with - value for blocks, value in spearman.items()}
    alone = lost.pop("u, v")
    says(
        f"A comparison in the head costs the *space* {min(lost.values()):.0f} to {max(lost.values()):.0f} points on "
        f"test. No comparison costs it {alone:.0f}."
    )


def test_sentence_bert_has_the_same_order() -> None:
    spearman = {blocks: tuned(blocks).spearman("sts-dev").mean() for blocks in TUNED}
    assert min(spearman, key=spearman.__getitem__) == "u, v"
    assert min(spearman[TRIPLE], spearman[FOUR]) > max(value for name, value in spearman.items() if "v, |" not in name)
    says(
        "Sentence-BERT's table has the same order in its own measure, the similarity benchmark: $(u, v, |u-v|)$ 80.78, "
        "all four 80.44, $(u,v)$ 66.04 on its dev pairs."
    )
