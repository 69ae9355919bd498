"""Comparing two scores over the folds of a cross-validation, and choosing one set of many."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata, t

from infersent.choose.task import Task
from infersent.foundation.arrays import Array, Floats, Ints
from infersent.study.verdict import Interval, Outcome, judge


@dataclass(frozen=True)
class Resampled:
    """The mean of a number over the folds, and what the folds leave open, by the corrected resampled t test.

    The folds' training sets overlap, so their scores are not independent, and the usual ``s²/J`` is too small. Nadeau
    and Bengio (2003) take ``(1/J + n_test/n_train) s²`` for ``J`` folds, and Student's t with ``J - 1`` degrees of
    freedom.

    Attributes
    ----------
    mean
        Over the folds.
    standard_error
        Corrected as above; nan for one fold.
    folds
        ``J``: the folds of all repeats.
    """

    mean: float
    standard_error: float
    folds: int

    @classmethod
    def of(cls, values: Sequence[float] | Floats, ratio: float, pairs: int | None = None) -> Resampled:
        """Return the mean of a value per fold; ``ratio`` is test pairs over training pairs.

        Where no fold differs from another, their spread says that nothing is open, however few pairs there are. So with
        ``pairs`` the interval is never narrower than ``3/pairs`` to either side: as many may differ, at 95%, if none
        was seen to (the rule of three, Hanley & Lippman-Hand 1983).

        Examples
        --------
        >>> found = Resampled.of([0.01, 0.03, 0.02, 0.02], ratio=1 / 3)
        >>> round(found.mean, 3), round(found.standard_error, 6)
        (0.02, 0.006236)
        """
        folds = len(values)
        spread = float(np.var(values, ddof=1)) if folds > 1 else math.nan
        error = math.sqrt((1 / folds + ratio) * spread)
        if pairs and folds > 1:
            error = max(error, 3 / pairs / float(t.ppf(0.975, folds - 1)))
        return cls(float(np.mean(values)), error, folds)

    def interval(self, level: float = 0.95) -> Interval:
        """Return the ends of the interval of the mean."""
        half = float(t.ppf((1 + level) / 2, self.folds - 1)) * self.standard_error
        return self.mean - half, self.mean + half

    def outcome(self, margin: float) -> Outcome:
        """Return what is to be said of a difference, by the rule of :func:`infersent.study.verdict.judge`."""
        return judge(self.interval(0.90), self.interval(), margin)

    def times_as_many(self, margin: float) -> float:
        """Return how many times as many pairs would decide an undecided difference that stays as it is.

        A standard error falls with the square root of the pairs. The difference is decided where its 95% interval
        leaves out zero, or its 90% interval lies within the margin, whichever comes first; infinity where neither ever
        will.
        """
        if self.outcome(margin) != "undecided" or math.isnan(self.standard_error):
            return 1.0
        to_differ = abs(self.mean) / float(t.ppf(0.975, self.folds - 1))
        to_be_equivalent = (margin - abs(self.mean)) / float(t.ppf(0.95, self.folds - 1))
        needed = max(to_differ, to_be_equivalent)
        return (self.standard_error / needed) ** 2 if needed > 0 else math.inf


def pick(scores: Sequence[float] | Floats, widths: Sequence[int], margin: float) -> int:
    """Return the smallest candidate that the best one does not beat by more than the margin.

    The smallest has the fewest columns. Of several as small the better one is taken, and of several as good the first.
    """
    best = max(scores)
    near = [i for i, score in enumerate(scores) if best - score <= margin]
    return min(near, key=lambda i: (widths[i], -scores[i], i))


def after_choosing(
    task: Task, metric: str, answers: Sequence[Array], groups: Ints, widths: Sequence[int], margin: float, *, seed: int
) -> float:
    """Return what the chosen set is expected to score on new pairs, after paying for having been chosen.

    The score of the best of many is too high, for it was chosen by the same pairs. So the choice is made again on
    resampled pairs and measured on those that the resample left out, and that is averaged: the bootstrap bias corrected
    cross-validation of Tsamardinos, Greasidou & Borboudakis (2018). No head is trained again. Whole groups of pairs
    that share sentences are drawn.

    Parameters
    ----------
    task, metric
        The labels, and what is measured.
    answers
        For each repeat of the cross-validation ``[sets, pairs]``: what each set's heads answer on pairs that they were
        not trained on.
    groups
        ``[pairs]``.
    widths, margin
        As :func:`pick` takes them.
    seed
        Of the resamples.
    """
    sets, pairs = answers[0].shape
    resamples = int(np.clip(2e9 / (sets * pairs), 20, 200))
    rng = np.random.default_rng(seed)
    size = int(groups.max()) + 1
    measures = [_Weighted(task, metric, some) for some in answers]
    found = []
    for i in range(resamples):
        drawn = np.bincount(rng.integers(size, size=size), minlength=size)[groups].astype(float)
        out = (drawn == 0).astype(float)
        if not out.any() or not drawn.any():
            continue
        measure = measures[i % len(measures)]
        found.append(measure(out)[pick(measure(drawn), widths, margin)])
    return float(np.mean(found)) if found else math.nan


class _Weighted:
    """A metric of every set's answers, for weights of the pairs."""

    def __init__(self, task: Task, metric: str, answers: Array) -> None:
        self._task, self._metric = task, metric
        if metric == "Spearman":  # of all pairs' ranks: what a resample's own would be, but for ties
            self._y, self._answers = rankdata(task.y), np.stack([rankdata(some) for some in answers])
        else:
            self._y, self._answers = task.y, answers
        self._right = (self._answers == self._y).astype(np.float32)

    def __call__(self, weights: Floats) -> list[float]:
        """Return the metric of each set."""
        if self._metric == "accuracy":
            return list(self._right @ weights.astype(np.float32) / weights.sum())
        if self._metric == "macro-F1":
            return [self._macro_f1(some, weights) for some in self._answers]
        return [_weighted_correlation(self._y, some, weights) for some in self._answers]

    def _macro_f1(self, answers: Ints, weights: Floats) -> float:
        def count(which: Ints, weight: Floats) -> Floats:
            return np.asarray(np.bincount(which, weights=weight, minlength=len(self._task.labels)), dtype=float)

        right = count(self._y, weights * (answers == self._y))
        either = count(self._y, weights) + count(answers, weights)
        return float((2 * right[either > 0] / either[either > 0]).mean())


def _weighted_correlation(x: Floats, y: Floats, weights: Floats) -> float:
    weights = weights / weights.sum()
    x, y = x - weights @ x, y - weights @ y
    size = math.sqrt(float(weights @ x**2) * float(weights @ y**2))
    return float(weights @ (x * y)) / size if size > 0 else 0.0
