"""The corrected resampled t test against a computation by hand, and the choice of one among many."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t

from infersent.choose.resampled import Resampled, after_choosing, pick
from infersent.choose.task import read_labels


def test_nadeau_and_bengio_by_hand():
    """Differences 1, 3, 2, 2, 2 in percent, folds of 20 pairs with 80 to train on."""
    found = Resampled.of([0.01, 0.03, 0.02, 0.02, 0.02], ratio=20 / 80)
    variance = (0.01**2 + 0.01**2) / 4  # squared distances from the mean of 0.02, over J - 1
    error = math.sqrt((1 / 5 + 20 / 80) * variance)
    assert found.mean == pytest.approx(0.02)
    assert found.standard_error == pytest.approx(error)
    assert found.interval() == pytest.approx((0.02 - 2.776445 * error, 0.02 + 2.776445 * error), rel=1e-6)
    assert found.interval(0.90) == pytest.approx((0.02 - 2.131847 * error, 0.02 + 2.131847 * error), rel=1e-6)


def test_the_interval_holds_the_truth_where_the_usual_one_does_not():
    """A hundred cross-validations of a mean by its own training part: folds that share their training pairs."""
    rng = np.random.default_rng(0)
    corrected = usual = 0
    for _ in range(300):
        x, y = rng.normal(size=(2, 50))  # two predictors' errors: the loss of "the mean of training" against "zero"
        parts = rng.permutation(50) % 5
        differences = []
        for fold in range(5):
            test, train = parts == fold, parts != fold
            differences.append(((y[test] - y[train].mean()) ** 2 - (y[test] - x[train].mean()) ** 2).mean())
        found = Resampled.of(differences, 0.25)
        half = t.ppf(0.975, 4) * np.std(differences, ddof=1) / math.sqrt(5)
        corrected += found.interval()[0] <= 0 <= found.interval()[1]
        usual += abs(found.mean) <= half
    assert corrected > usual
    assert corrected / 300 > 0.94


def test_one_fold_decides_nothing_and_equal_scores_are_equivalent():
    assert math.isnan(Resampled.of([0.1], 0.5).standard_error)
    assert Resampled.of([0.1], 0.5).outcome(0.01) == "undecided"
    assert Resampled.of([0.1], 0.5).times_as_many(0.01) == 1
    assert Resampled.of([0.0, 0.0, 0.0], 0.5).outcome(0.01) == "equivalent"


@pytest.mark.parametrize(("pairs", "outcome"), [(30, "undecided"), (299, "equivalent"), (60_000, "equivalent")])
def test_few_pairs_without_a_disagreement_leave_something_open(pairs, outcome):
    found = Resampled.of([0.0] * 5, 0.25, pairs)
    low, high = found.interval()
    assert (low, high) == pytest.approx((-3 / pairs, 3 / pairs))
    assert found.outcome(0.01) == outcome
    # Where the folds differ by more, nothing changes.
    assert Resampled.of([0.1, 0.3, 0.2], 0.25, 1000) == Resampled.of([0.1, 0.3, 0.2], 0.25)


@given(st.floats(-0.03, 0.03), st.floats(0.001, 0.05), st.floats(0.002, 0.02))
def test_so_many_more_pairs_decide_it(mean, error, margin):
    """With so many times the pairs, and a hair more, the same difference is decided; with a hair fewer it is not."""
    found = Resampled(mean, error, 5)
    times = found.times_as_many(margin)
    if found.outcome(margin) != "undecided":
        assert times == 1
    elif math.isfinite(times):
        assert times >= 1
        assert Resampled(mean, error / math.sqrt(1.001 * times), 5).outcome(margin) != "undecided"
        assert Resampled(mean, error / math.sqrt(0.999 * times), 5).outcome(margin) == "undecided"


def test_a_difference_of_nothing_against_no_margin_is_never_decided():
    assert Resampled(0.0, 0.01, 5).times_as_many(0.0) == math.inf


@pytest.mark.parametrize(
    ("scores", "widths", "margin", "chosen"),
    [
        ([0.70, 0.80], [1, 2], 0.01, 1),  # the best, for nothing smaller comes near
        ([0.795, 0.80], [1, 2], 0.01, 0),  # the smaller, for it comes near
        ([0.795, 0.798, 0.80], [2, 2, 4], 0.01, 1),  # as small, the better one
        ([0.80, 0.80], [2, 2], 0.01, 0),  # as small and as good, the first
        ([0.80, 0.70], [4, 1], 0.2, 1),  # a wide margin buys a small set
    ],
)
def test_the_smallest_that_the_best_does_not_beat_by_more_than_the_margin(scores, widths, margin, chosen):
    assert pick(scores, widths, margin) == chosen


def noise(n, sets, metric, seed=0):
    """Labels, and answers that have nothing to do with them."""
    rng = np.random.default_rng(seed)
    if metric in ("accuracy", "macro-F1"):
        return read_labels(rng.integers(2, size=n).astype(str)), rng.integers(2, size=(sets, n))
    return read_labels(rng.normal(size=n)), rng.normal(size=(sets, n))


@pytest.mark.parametrize("metric", ["accuracy", "macro-F1", "Spearman", "Pearson"])
def test_the_best_of_many_guessers_is_expected_to_guess(metric):
    n, zero = 400, {"accuracy": 0.5, "macro-F1": 0.5}.get(metric, 0.0)
    best, honest = [], []
    for seed in range(8):
        task, answers = noise(n, 20, metric, seed)
        scores = [task.measure(metric, task.y, some) for some in answers]
        best.append(max(scores))
        honest.append(after_choosing(task, metric, [answers], np.arange(n), [1] * 20, 1e-9, seed=seed))
    assert np.mean(best) > zero + 0.03
    assert np.mean(honest) == pytest.approx(zero, abs=0.02)


@pytest.mark.parametrize("metric", ["accuracy", "macro-F1", "Spearman", "Pearson"])
def test_where_there_is_nothing_to_choose_nothing_is_paid(metric):
    task, answers = noise(2000, 1, metric)
    answers[:, ::3] = task.y[::3]
    found = after_choosing(task, metric, [answers, answers], np.arange(2000), [1], 0.01, seed=0)
    assert found == pytest.approx(task.measure(metric, task.y, answers[0]), abs=0.01)


def test_a_single_group_can_be_neither_left_out_nor_measured():
    task, answers = noise(10, 2, "accuracy")
    assert math.isnan(after_choosing(task, "accuracy", [answers], np.zeros(10, dtype=int), [1, 1], 0.01, seed=0))
