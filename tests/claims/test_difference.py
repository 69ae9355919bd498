"""What the chapter on the difference says of the recorded runs on SNLI."""

from __future__ import annotations

import pytest

from infersent.data import LABELS, load
from infersent.data.captions import symmetric_ceiling
from infersent.study.comparison import find_group
from infersent.study.records import load_records
from tests.claims.prose import says

CHAPTER = "features/difference"


def test_one_hinge_alone_comes_within_a_point_of_all_four_blocks() -> None:
    hinge = find_group(load_records("excess"), blocks="max(v-u,0)")
    all_four = find_group(load_records("subsets"), blocks="u, v, |u-v|, u*v")
    assert hinge.seeds == all_four.seeds
    assert 0 < 100 * (all_four.mean - hinge.mean) < 1
    says(CHAPTER, "where this one hinge alone comes within a point of all four blocks")


def test_a_symmetric_model_errs_on_one_of_every_two_pairs_that_are_each_other_s_swap() -> None:
    pairs = load("captions", "test")
    both = list(zip(pairs.premises, pairs.hypotheses, strict=True))
    of = dict(zip(both, pairs.labels, strict=True))
    entailment, neutral = LABELS.index("entailment"), LABELS.index("neutral")
    swapped = [pair for pair in both if of[pair] == neutral and of.get(pair[::-1]) == entailment]
    says(CHAPTER, "Half of the neutral pairs are entailments in swapped order: one sixth of all pairs.")
    assert len(swapped) == sum(pairs.labels == neutral) / 2 == len(pairs) / 6
    most = 1 - len(swapped) / len(pairs)
    assert symmetric_ceiling(pairs) == pytest.approx(most)
    says(CHAPTER, f"so it errs on one of every such two, and at most {most:.1%} is left")
