"""What "Which features for your pairs?" says of four tasks, and of SNLI with a transformer."""

from __future__ import annotations

from functools import cache, partial
from typing import Any

import numpy as np

from infersent.foundation.recorded import load_record
from infersent.study.comparison import compare
from infersent.study.fine_tuning import find_fine_tuned, load_fine_tuned
from tests.claims import prose
from tests.claims.study import FOUR, PRODUCT, TRIPLE, group, shown
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
    says("On SICK they add a point to the two. On SNLI they add ten.")


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
    triple, product = (f"{snli['test']['scores'][blocks]:.1%}" for blocks in (TRIPLE, PRODUCT))
    says(
        f"From MiniLM's vectors as they come, a linear head on 60,000 pairs of SNLI gets {triple} on test with the "
        f"difference beside $u$ and $v$, and {product} with the product."
    )
    assert round(5 * snli["test"]["scores"]["v"]) == 3
    says("The alarm rings: the hypothesis alone gets three in five right.")
    lead = remembered(group(TRIPLE), group(PRODUCT))
    says(
        "**So here the product is as good as the difference**, where the BiLSTM of this book had it "
        f"{shown(lead)} points behind"
    )
    tuned = [find_fine_tuned(load_fine_tuned(), blocks) for blocks in (TRIPLE, PRODUCT)]
    says(
        f"Fine-tune the transformer through the blocks, and the difference is {shown(compare(*tuned))} points ahead "
        "again."
    )
