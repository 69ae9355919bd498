"""A fold: what it may know of the pairs that it is tested on."""

import numpy as np
import pytest

from infersent.choose import mlp
from infersent.choose.cross_validation import Vectors, run_fold
from infersent.choose.folds import Grouping
from infersent.choose.task import Task


def scored(n=120, dim=4, seed=0):
    """Vectors, noisy scores of how near they are, and which pairs are tested: each in a group of its own."""
    rng = np.random.default_rng(seed)
    u, v = rng.normal(size=(2, n, dim)).astype(np.float32)
    y = -np.abs(u - v).sum(axis=1) + 2 * rng.normal(size=n)
    grouping = Grouping(np.arange(n), np.arange(2 * n).reshape(n, 2), False, "")
    return Vectors(u, v, Task(y, ()), grouping), np.arange(n) % 5 == 0


@pytest.mark.parametrize("network", [False, True])
def test_the_test_pairs_scores_have_no_say_in_a_fold(network, monkeypatch):
    """Not even by their ranks, which tell how high the other scores are among all."""
    monkeypatch.setattr(mlp, "LEAST_STEPS", 1)
    vectors, test = scored()
    found = []
    for scores in (lambda y: y, lambda y: y[::-1], lambda y: y + 100, lambda y: 0 * y):
        y = vectors.task.y.copy()
        y[test] = scores(y[test])
        other = Vectors(vectors.u, vectors.v, Task(y, ()), vectors.grouping)
        found.append(run_fold(other, ~test, test, [("|u-v|",), ("u", "v")], seed=0, budget=1e9, mlp=network))
    for one in found[1:]:
        np.testing.assert_array_equal(one.answers, found[0].answers)
        np.testing.assert_array_equal(one.penalties, found[0].penalties)


def test_the_parts_of_a_fold_are_balanced_by_its_training_scores():
    vectors, test = scored()
    kinds = vectors.strata_of(~test)
    y = vectors.task.y[~test]
    assert kinds.shape == y.shape
    assert len(set(kinds)) == 5
    for low in range(4):
        assert y[kinds == low].max() <= y[kinds == low + 1].min()
