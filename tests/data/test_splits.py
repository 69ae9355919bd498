"""Cutting one set of pairs into train, dev and test."""

import numpy as np
import pytest

from infersent.data import Pairs, split_pairs
from infersent.foundation.notices import Notice


def pairs_of(premises, hypotheses):
    return Pairs(premises, hypotheses, np.arange(len(premises)) % 3, "own")


def sentences(pairs):
    return {*pairs.premises, *pairs.hypotheses}


def test_no_sentence_is_on_two_sides_and_every_pair_on_one():
    # Chains of four pairs: a-b, b-c, c-d, d-e.
    chains = [[(f"{c}{i}", f"{c}{i + 1}") for i in range(4)] for c in range(100)]
    pairs = pairs_of(*zip(*[pair for chain in chains for pair in chain], strict=True))
    parts = split_pairs(pairs, (0.6, 0.3, 0.1))
    assert [part.name for part in parts] == ["own train", "own dev", "own test"]
    assert [len(part) for part in parts] == [240, 120, 40]
    for i in range(3):
        assert not sentences(parts[i]) & sentences(parts[i - 1])
    rows = sorted(pair for part in parts for pair in zip(part.premises, part.hypotheses, part.labels, strict=True))
    assert rows == sorted(zip(pairs.premises, pairs.hypotheses, pairs.labels, strict=True))
    again, other = split_pairs(pairs, (0.6, 0.3, 0.1)), split_pairs(pairs, (0.6, 0.3, 0.1), seed=1)
    assert [part.digest() for part in again] == [part.digest() for part in parts]
    assert other[2].digest() != parts[2].digest()


def test_what_ties_all_pairs_together_is_told():
    one_answer = pairs_of([f"p{i // 2}" for i in range(60)], ["yes"] * 60)
    with pytest.warns(Notice, match="premises alone are kept together") as told:
        parts = split_pairs(one_answer)
    assert not set(parts[0].premises) & set(parts[2].premises)
    assert told[0].filename == __file__
    with pytest.warns(Notice, match="every pair goes by itself"):
        assert sum(map(len, split_pairs(pairs_of(["same"] * 30, ["yes"] * 30)))) == 30


@pytest.mark.parametrize("shares", [(0.5, 0.5), (0.8, 0.1, 0.2), (1, 0, 0), (1.2, -0.1, -0.1)])
def test_shares_add_up_to_one(shares):
    with pytest.raises(ValueError, match="give three positive numbers"):
        split_pairs(pairs_of(["a"], ["b"]), shares)


def test_too_few_pairs():
    with pytest.raises(ValueError, match=r"own has too few pairs \(2\) to be cut into train, dev, test"):
        split_pairs(pairs_of(["a", "b"], ["c", "d"]))
