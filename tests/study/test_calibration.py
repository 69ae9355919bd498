"""Calibration of a group: errors, gaps and bins by hand and against slow sums; synthetic records only."""

from dataclasses import replace

import numpy as np
import pytest

from infersent.foundation.intervals import mean_interval
from infersent.study.answers import Answers, expected_calibration_error
from infersent.study.calibration import calibrate
from infersent.study.comparison import Group, groups
from infersent.training.evaluation import Evaluation
from tests.toy import toy_record


def sure(probabilities, labels, seed=0, **settings):
    """A record whose model gives these probabilities, [pairs, 3]."""
    logits = np.log(np.asarray(probabilities, dtype=float))
    found = Answers.from_evaluation(Evaluation(np.asarray(labels), logits.argmax(axis=1), logits))
    return replace(toy_record(blocks="u", seed=seed, **settings), test=found)


def drawn(seed, n=5000, sharper=1.0):
    """A model whose probabilities are those from which the labels are drawn, made ``sharper`` afterwards."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=(n, 3))
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    labels = (rng.random((n, 1)) > shares.cumsum(axis=1)).sum(axis=1)
    powers = shares**sharper
    return sure(powers / powers.sum(axis=1, keepdims=True), labels, seed)


def test_errors_gaps_and_bins_by_hand():
    record = sure([[0.5, 0.25, 0.25]] * 4 + [[0.9, 0.05, 0.05]] * 2, [0, 0, 1, 2, 0, 1])
    found = calibrate(Group({}, (record,)))
    assert found.errors == (pytest.approx((4 * 0 + 2 * 0.4) / 6, abs=1e-5),)
    assert found.gaps[0] == pytest.approx((4 * 0.5 + 2 * 0.9) / 6 - 0.5, abs=0.01)
    filled = [bin for bin in found.bins if bin.pairs]
    assert [(bin.pairs, bin.right) for bin in filled] == [(4, 0.5), (2, 0.5)]
    assert [bin.confidence for bin in filled] == pytest.approx([0.5, 0.9], abs=0.01)
    assert all(bin.low < bin.confidence <= bin.high for bin in filled)
    assert all(np.isnan([bin.confidence, bin.right]).all() for bin in found.bins if not bin.pairs)
    assert str(found.table()).splitlines()[1:] == [
        f"{'47% to 53%':10}      4            {filled[0].confidence:.1%}  50.0%",
        f"{'87% to 93%':10}      2            {filled[1].confidence:.1%}  50.0%",
    ]


def test_the_group_has_the_mean_over_its_seeds_and_an_interval():
    (group,) = groups([drawn(seed) for seed in range(4)])
    found = calibrate(group)
    assert found.errors == tuple(record.test.expected_calibration_error for record in group.records)
    assert (found.error, *found.error_interval) == mean_interval(found.errors)
    assert (found.gap, *found.gap_interval) == mean_interval(found.gaps)
    assert np.isnan(calibrate(Group({}, group.records[:1])).error_interval).all()


def test_a_model_that_tells_its_chances_is_calibrated_and_a_sharper_one_is_too_sure():
    (honest,), (sharp,), (dull,) = (
        groups([drawn(seed, sharper=sharper) for seed in range(5)]) for sharper in (1.0, 2.0, 0.5)
    )
    ours, theirs, others = calibrate(honest), calibrate(sharp), calibrate(dull)
    assert abs(ours.gap) < 0.01 < ours.error + 0.01 < 0.04
    assert theirs.gap_interval[0] > 0.05
    assert others.gap_interval[1] < -0.05
    assert theirs.error > 3 * ours.error
    for bin in theirs.bins:
        if bin.pairs > 200:
            assert bin.confidence > bin.right


def test_other_bins_come_from_the_recorded_logits():
    (group,) = groups([drawn(0)])
    answers, record = group.answers[0], group.records[0]
    fine = calibrate(group, bins=30)
    assert len(fine.bins) == 30
    labels = np.where(answers.right(), answers.probabilities().argmax(axis=1), -1)
    slow = expected_calibration_error(answers.probabilities(), labels, bins=30)
    assert fine.errors[0] == pytest.approx(slow, abs=0.01)  # where two labels all but tie, rounding may swap them
    without = Group({}, (replace(record, test=replace(answers, expected_calibration_error=None)),))
    assert calibrate(without).errors[0] == pytest.approx(calibrate(group).errors[0], abs=0.01)


def test_bins_hold_every_answer_once():
    (group,) = groups([drawn(seed, n=300) for seed in range(3)])
    found = calibrate(group)
    assert sum(bin.pairs for bin in found.bins) == pytest.approx(300)
    right = sum(bin.pairs * bin.right for bin in found.bins if bin.pairs)
    assert right / 300 == pytest.approx(group.mean, abs=1e-4)


def test_a_part_of_the_pairs_has_its_own_calibration():
    """On the hard pairs of a split as long as SNLI's, that only part's answers count."""
    from infersent.data.snli import hard_test_pairs

    hard = hard_test_pairs()
    probabilities = np.where(hard[:, None], [[0.9, 0.05, 0.05]], [[0.6, 0.2, 0.2]])
    group = Group({}, (sure(probabilities, np.zeros(len(hard), dtype=int)),), "test-hard")
    found = calibrate(group)
    assert found.gaps[0] == pytest.approx(-0.1, abs=0.01)
    assert calibrate(group.on("test-easy")).errors[0] == pytest.approx(0.4, abs=0.01)
    assert sum(bin.pairs for bin in found.bins) == hard.sum()


def test_records_from_before_logits_are_refused():
    with pytest.raises(ValueError, match="before they were recorded"):
        calibrate(Group({}, (toy_record(blocks="u", test=[1, 0]),)))
