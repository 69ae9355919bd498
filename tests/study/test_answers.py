"""Recorded logits: what their rounding costs, their size, and calibration by hand."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from scipy.special import softmax

from infersent.study.answers import Answers, expected_calibration_error, pack_logits
from infersent.training.evaluation import Evaluation
from tests.toy import toy_answers

LOGITS = st.integers(1, 20).flatmap(lambda n: npst.arrays("float32", (n, 3), elements=st.floats(-60, 60, width=32)))


def unpacked_probabilities(logits):
    return replace(toy_answers(np.ones(len(logits))), logits=pack_logits(logits)).probabilities()


@given(LOGITS)
def test_unpacked_probabilities_are_close_to_the_models(logits):
    unpacked = unpacked_probabilities(logits)
    assert unpacked.sum(axis=1) == pytest.approx(1)
    assert np.abs(unpacked - softmax(logits.astype(float), axis=1)).max() < 0.017


@given(LOGITS, st.integers(-8, 8))
def test_a_shift_of_all_logits_changes_nothing(logits, shift):
    sixteenths = np.rint(16 * logits.astype(float)) / 16  # exact sums
    assert pack_logits(sixteenths) == pack_logits(sixteenths + shift)


def test_sixteenths_come_back_exactly():
    logits = np.array([[0.0, 1.5, -2.0625], [3.0, 3.0, 3.0], [-7.0, 0.9375, 0.0]])
    unpacked = unpacked_probabilities(logits)
    assert unpacked == pytest.approx(softmax(logits, axis=1), abs=1e-12)


@pytest.mark.parametrize("best", [0, 1, 2])
def test_a_logit_far_below_the_others_leaves_these_as_they_are(best):
    logits = np.roll([[2.0, 1.0, -90.0]], best, axis=1)  # each label is once the hopeless one, the first too
    unpacked = unpacked_probabilities(logits)
    assert unpacked == pytest.approx(softmax(logits, axis=1), abs=4e-4)


def test_the_test_split_of_snli_stays_below_25_kb():
    worst = np.random.default_rng(0).uniform(-8, 8, (9824, 3))  # nothing to compress
    assert len(pack_logits(worst)) < 25_000
    usual = np.random.default_rng(0).normal(0, 1.5, (9824, 3))
    assert len(pack_logits(usual)) < 23_000


def test_a_record_from_before_has_no_probabilities():
    with pytest.raises(ValueError, match="before they were recorded"):
        toy_answers([True, False, True]).probabilities()


def test_calibration_by_hand():
    # Confidence 0.5, half of it right; 0.9, one of two; 0.6, wrong: gaps 0, 0.4 and 0.6, of 2, 2 and 1 pairs of 5.
    rows = [[0.5, 0.3, 0.2], [0.5, 0.3, 0.2], [0.9, 0.1, 0], [0.05, 0.9, 0.05], [0.4, 0, 0.6]]
    labels = np.array([0, 2, 0, 2, 0])
    assert expected_calibration_error(np.array(rows), labels) == pytest.approx((2 * 0.4 + 0.6) / 5)


def test_pairs_of_a_bin_are_averaged_before_their_gap_is_taken():
    rows = np.array([[0.61, 0.39], [0.65, 0.35]])  # one bin, 0.6 to 0.667: 1 of 2 right, confidence 0.63
    assert expected_calibration_error(rows, np.array([0, 1])) == pytest.approx(0.13)
    assert expected_calibration_error(rows, np.array([0, 1]), bins=100) == pytest.approx((0.39 + 0.65) / 2)


def test_the_error_is_of_the_exact_logits():
    logits = np.log(np.array([[0.7, 0.2, 0.1]] * 10))
    labels = np.array([0] * 7 + [1] * 3)  # 7 of 10 at confidence 0.7
    kept = Answers.from_evaluation(Evaluation(labels, logits.argmax(axis=1), logits))
    assert kept.expected_calibration_error == 0
    assert expected_calibration_error(kept.probabilities(), labels) > 1e-4


@given(npst.arrays(bool, st.integers(1, 50)))
def test_right_answers_come_back(correct):
    kept = toy_answers(correct)
    assert kept.right().tolist() == correct.tolist()
    assert kept.accuracy == pytest.approx(correct.mean(), abs=1e-5)


@given(npst.arrays(bool, st.integers(1, 40)), st.data())
def test_a_part_has_the_answers_to_its_pairs(correct, data):
    rows = data.draw(npst.arrays(bool, len(correct)).filter(np.any))
    logits = np.random.default_rng(len(correct)).normal(size=(len(correct), 3))
    kept = replace(toy_answers(correct), logits=pack_logits(logits))
    part = kept.take(rows)
    assert part.right().tolist() == correct[rows].tolist()
    assert (part.pairs, part.accuracy) == (rows.sum(), pytest.approx(correct[rows].mean(), abs=1e-5))
    assert part.interval[0] <= part.accuracy <= part.interval[1]
    assert part.probabilities().tolist() == kept.probabilities()[rows].tolist()
    assert set(part.recall.values()) == {None}  # whose labels nobody told


def test_a_part_of_answers_without_logits_has_none():
    part = toy_answers([True, False, True]).take(np.array([True, True, False]))
    assert part.logits is None
    with pytest.raises(ValueError, match="3 pairs; a part cannot have 2 rows"):
        toy_answers([True, False, True]).take(np.array([True, False]))


def test_phenomena_have_their_own_accuracies():
    found = Evaluation(np.array([0, 0, 0, 1]), np.array([0, 1, 0, 1]))
    assert Answers.from_evaluation(found, ["count", "count", "kind", "kind"]).phenomena == {"count": 0.5, "kind": 1.0}
    assert Answers.from_evaluation(found).phenomena == {}


def test_the_recall_of_a_label_that_is_missing_is_null():
    kept = toy_answers([True, False])
    assert kept.recall == {"entailment": 0.5, "neutral": None, "contradiction": None}
    assert Answers.from_json(kept.to_json()) == kept
