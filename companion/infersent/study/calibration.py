"""How far a group of trials can be trusted when it says how sure it is: calibration, from the recorded logits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from infersent.foundation.arrays import Bools, Floats
from infersent.foundation.intervals import mean_interval
from infersent.foundation.tables import Cell, Table
from infersent.study.answers import Answers, calibration_bins
from infersent.study.comparison import Group


@dataclass(frozen=True)
class Bin:
    """The answers whose confidence falls between two bounds, over all trials of a group.

    Attributes
    ----------
    low, high
        The bounds; the upper one is included.
    pairs
        How many answers there are in a trial, on average.
    confidence
        Their mean confidence; nan where there are none.
    right
        The share of them that is right; nan where there are none.
    """

    low: float
    high: float
    pairs: float
    confidence: float
    right: float


@dataclass(frozen=True)
class Calibration:
    """How confidence and accuracy agree in a group of trials.

    Attributes
    ----------
    errors
        For each trial the expected calibration error (Guo et al. 2017). It is never negative, and above zero by chance
        alone, the more so the fewer the pairs: compare it only between equal numbers of pairs.
    gaps
        For each trial the mean confidence less the accuracy: positive if it is too sure of itself. Chance moves it to
        either side alike.
    bins
        The reliability diagram, pooled over the trials.
    """

    errors: tuple[float, ...]
    gaps: tuple[float, ...]
    bins: tuple[Bin, ...]

    @property
    def error(self) -> float:
        """The mean of :attr:`errors` over the seeds."""
        return mean_interval(self.errors)[0]

    @property
    def error_interval(self) -> tuple[float, float]:
        """The 95% interval of :attr:`error` by Student's t over the seeds; nan with one seed."""
        return mean_interval(self.errors)[1:]

    @property
    def gap(self) -> float:
        """The mean of :attr:`gaps` over the seeds."""
        return mean_interval(self.gaps)[0]

    @property
    def gap_interval(self) -> tuple[float, float]:
        """The 95% interval of :attr:`gap` by Student's t over the seeds; nan with one seed."""
        return mean_interval(self.gaps)[1:]

    def table(self) -> Table:
        """Return the reliability diagram as a table; bins without answers are left out."""
        rows: list[list[Cell]] = [
            [f"{bin.low:.0%} to {bin.high:.0%}", bin.pairs, bin.confidence, bin.right] for bin in self.bins if bin.pairs
        ]
        return Table(
            ["confidence", "pairs", "mean confidence", "right"],
            rows,
            formats={"pairs": ",.0f", "mean confidence": ".1%", "right": ".1%"},
            caption="Answers by how sure the model is of them, and how many of them are right",
        )


def calibrate(group: Group, bins: int = 15) -> Calibration:
    """Return how well a group of trials is calibrated on its split.

    The confidence of an answer is its probability. Records keep rounded logits, so it is off by 0.017 at most; the
    error of a whole split in 15 bins is the recorded one, of the exact logits. Which answers are right is exact.

    Parameters
    ----------
    group
        The trials, on any split.
    bins
        How many bins of equal width the confidences fall into.

    Raises
    ------
    ValueError
        If a record was made before logits were recorded.
    """
    every = [(answers, answers.probabilities().max(axis=1), answers.right()) for answers in group.answers]
    return Calibration(
        errors=tuple(_error(answers, confidence, right, bins) for answers, confidence, right in every),
        gaps=tuple(float(confidence.mean() - right.mean()) for _, confidence, right in every),
        bins=_pooled([confidence for _, confidence, _ in every], [right for _, _, right in every], bins),
    )


def _error(answers: Answers, confidence: Floats, right: Bools, bins: int) -> float:
    if bins == 15 and answers.expected_calibration_error is not None:
        return answers.expected_calibration_error
    gaps = np.bincount(calibration_bins(confidence, bins), weights=right - confidence, minlength=bins)
    return float(np.abs(gaps).sum() / len(right))


def _pooled(confidences: list[Floats], rights: list[Bools], bins: int) -> tuple[Bin, ...]:
    confidence, right = np.concatenate(confidences), np.concatenate(rights)
    places = calibration_bins(confidence, bins)
    found = []
    for i in range(bins):
        inside = places == i
        some = bool(inside.any())
        found.append(
            Bin(
                low=i / bins,
                high=(i + 1) / bins,
                pairs=float(inside.sum()) / len(confidences),
                confidence=float(confidence[inside].mean()) if some else np.nan,
                right=float(right[inside].mean()) if some else np.nan,
            )
        )
    return tuple(found)
