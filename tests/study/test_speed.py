"""Learning speed: pairs to a level by hand, what is not known within an epoch, and what is never reached."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infersent.study.comparison import Group, groups
from infersent.study.records import TrainingData
from infersent.study.speed import pairs_to_reach, speed_table
from infersent.training.run import Epoch
from tests.toy import toy_record


def learned(*dev, seed=0, blocks="u", pairs=1000):
    """A record whose log has these dev accuracies."""
    log = tuple(Epoch(i, 0.001, 1.0, 0.5, accuracy, 1.0, 100.0) for i, accuracy in enumerate(dev, start=1))
    return replace(toy_record(blocks=blocks, seed=seed, test=[1]), log=log, data=TrainingData("toy", pairs, "0" * 16))


def test_pairs_are_interpolated_within_the_epoch_that_reaches_the_level():
    (group,) = groups([learned(0.5, 0.6, 0.8, seed=0), learned(0.6, 0.7, 0.65, seed=1)])
    speed = pairs_to_reach(group, 0.65)
    assert speed.brackets == ((2000, 3000), (1000, 2000))
    assert speed.pairs == pytest.approx((2250, 1500))  # a quarter of the third epoch, half of the second
    assert speed.mean == pytest.approx(1875)
    half = 12.7062 * np.std([2250, 1500], ddof=1) / 2**0.5  # Student's t with one degree of freedom
    assert speed.interval == pytest.approx((1875 - half, 1875 + half), rel=1e-4)
    assert (speed.reached, speed.bounded) == (2, 0)


def test_an_epochs_end_counts_as_reached():
    (group,) = groups([learned(0.5, 0.6)])
    assert pairs_to_reach(group, 0.6).pairs == (2000,)


def test_within_the_first_epoch_only_a_bound_is_known():
    (group,) = groups([learned(0.7, 0.8, seed=0), learned(0.5, 0.7, seed=1)])
    speed = pairs_to_reach(group, 0.6)
    assert speed.brackets == ((0, 1000), (1000, 2000))
    assert speed.pairs == pytest.approx((1000, 1500))
    assert speed.bounded == 1


def test_a_level_that_a_seed_does_not_reach_has_no_mean():
    (group,) = groups([learned(0.5, 0.7, seed=0), learned(0.5, 0.6, seed=1)])
    speed = pairs_to_reach(group, 0.65)
    assert speed.brackets == ((1000, 2000), None)
    assert speed.reached == 1
    assert np.isnan([speed.pairs[1], speed.mean, *speed.interval]).all()


@given(st.lists(st.floats(0.3, 0.95), min_size=1, max_size=6), st.floats(0.3, 1), st.integers(1, 10_000))
def test_the_pairs_lie_in_their_bracket_and_a_higher_level_takes_no_fewer(dev, level, pairs):
    group = Group({}, (learned(*dev, pairs=pairs),))
    speed, later = pairs_to_reach(group, level), pairs_to_reach(group, min(level + 0.05, 1))
    if speed.brackets[0] is None:
        assert max(dev) < level
        assert later.reached == 0
    else:
        low, high = speed.brackets[0]
        assert low <= speed.pairs[0] <= high
        assert high - low == pairs
        assert not later.pairs[0] < speed.pairs[0]


def test_the_table_marks_bounds_and_gaps():
    found = groups(
        [
            learned(0.5, 0.7, seed=0, blocks="u"),
            learned(0.55, 0.65, seed=1, blocks="u"),
            learned(0.7, seed=0, blocks="v"),
            learned(0.5, seed=0, blocks="u, v"),
        ]
    )
    shown = speed_table(found, 0.6)
    assert [row[1:] for row in shown.cells] == [
        ["1,500", "1,500 to 1,500", "2 of 2"],
        ["≤ 1,000", "–", "1 of 1"],
        ["–", "–", "0 of 1"],
    ]
    assert "60.0%" in shown.caption


@pytest.mark.parametrize("level", [0, 1.01, 70])
def test_a_level_is_a_share(level):
    with pytest.raises(ValueError, match=f"accuracy={level} is not a share"):
        pairs_to_reach(Group({}, (learned(0.5),)), level)


def test_a_record_without_a_log_is_named():
    record = toy_record(blocks="u", test=[1])
    with pytest.raises(ValueError, match=f"{record.trial.key} has no log"):
        pairs_to_reach(Group({}, (record,)), 0.5)
