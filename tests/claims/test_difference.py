"""What the chapter on the difference says of the recorded runs on SNLI."""

from __future__ import annotations

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
