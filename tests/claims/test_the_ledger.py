"""What "The ledger" says of the recorded evidence, the shipped model's and that of models on every subset."""

from __future__ import annotations

from functools import cache, partial
from typing import Any

import numpy as np

from infersent.foundation.recorded import load_record
from infersent.study.comparison import find_group
from infersent.study.records import load_records
from tests.claims.prose import says

says = partial(says, "inside/the-ledger")


@cache
def record() -> dict[str, Any]:
    return load_record("evidence")


@cache
def splits() -> dict[str, list[dict[str, dict[str, float]]]]:
    """Return how the evidence splits over the blocks, by subset and then by seed."""
    found: dict[str, list[dict[str, dict[str, float]]]] = {}
    for trained in record()["subsets"]:
        found.setdefault(", ".join(trained["blocks"]), []).append(trained["evidence"])
    return found


def split(subset: str, block: str, column: str) -> float:
    return float(np.mean([seed[block][column] for seed in splits()[subset]]))


def without() -> dict[str, dict[str, float]]:
    return {", ".join(row["blocks"]): row for row in record()["without"]}


def test_the_first_block_moves_a_lot_and_helps_little() -> None:
    shipped = record()["shipped"]
    says(f"For SNLI's {load_record('laptop')['test']['pairs']:,} test pairs")
    says("$u$ moves a lot and helps little")
    assert shipped["u"]["share"] > 0.3
    assert shipped["u"]["for_right"] < 0.1
    says("so $u$'s part is nearly the same whatever the right label is")
    parts = np.array(list(shipped["u"]["signed"].values()))  # [labels, labels]
    assert np.ptp(parts, axis=0).max() < 0.1
    # The alternative text of the figure.
    of_right = {
        block: {label: part["signed"][label][i] for i, label in enumerate(part["signed"])}
        for block, part in shipped.items()
    }
    assert max(of_right["|u-v|"], key=of_right["|u-v|"].get) == "contradiction"


def test_the_product_steps_back() -> None:
    assert {len(seeds) for seeds in splits().values()} == {5}
    says("trained five models on every subset of the blocks")
    assert len(splits()) == 15
    alone, joined = split("u, v, u*v", "u*v", "share"), split("u, v, |u-v|, u*v", "u*v", "share")
    says(f"Beside $u$ and $v$ it makes up {alone:.0%} of the size.")
    says(f"Let $|u-v|$ join, and it makes up {joined:.0%}.")
    assert 0.35 < alone < 0.45
    assert joined < 0.1
    says(f"(Without $u$ it stays large: {split('v, |u-v|, u*v', 'u*v', 'share'):.0%} in $(v, |u-v|, u*v)$.)")
    says("The difference has much the same share whether the product is there or not.")
    assert abs(split("u, v, |u-v|, u*v", "|u-v|", "share") - split("u, v, |u-v|", "|u-v|", "share")) < 0.06
    says("The shipped model is no exception.")
    assert record()["shipped"]["u*v"]["share"] < 0.1


def test_the_first_block_never_helps_by_itself() -> None:
    says("Its parts bring the right label next to nothing, in any company.")
    having = [name for name in splits() if "u" in name.split(", ")]
    assert len(having) == 8
    assert all(abs(split(name, "u", "for_right")) < 0.1 for name in having)


def test_a_block_can_be_large_and_needed_and_bring_nothing() -> None:
    says("In $(v, u*v)$ the product has almost half of the size.")
    assert 0.4 < split("v, u*v", "u*v", "share") < 0.5
    says("Its mean part for the right label is near zero.")
    assert abs(split("v, u*v", "u*v", "for_right")) < 0.1
    records = load_records("subsets")
    having, lacking = (find_group(records, blocks=blocks).mean for blocks in ("v, u*v", "v"))
    says(f"Yet without it the model falls from {having:.0%} to {lacking:.0%}.")


def test_zeroing_ruins_what_refitting_keeps() -> None:
    kept = without()
    no_gap, no_product, additive = kept["u, v, u*v"], kept["u, v, |u-v|"], kept["u, v"]
    says("Zeroing $|u-v|$ ruins the model.")
    assert no_gap["dropped"] < 0.60
    says("is nearly as good as one that has $|u-v|$")
    assert abs(no_gap["refitted"] - no_product["refitted"]) < 0.03
    assert additive["refitted"] < min(no_gap["refitted"], no_product["refitted"]) - 0.05
