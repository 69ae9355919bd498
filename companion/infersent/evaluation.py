"""How good a model is: accuracy with its interval, overall and a label."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from scipy.stats import binomtest, t

from infersent.data.batching import EncodedPairs, batches_in_order
from infersent.data.pairs import LABELS
from infersent.model import InferSent, evaluating


@dataclass(frozen=True)
class Evaluation:
    """A model's answers on labelled pairs.

    Attributes
    ----------
    labels, predictions
        ``[n]``, indices into ``LABELS``.
    logits
        ``[n, 3]``, where they are known.
    """

    labels: np.ndarray
    predictions: np.ndarray
    logits: np.ndarray | None = None

    @property
    def correct(self) -> np.ndarray:
        """``[n]`` booleans, for paired tests."""
        return self.labels == self.predictions

    @property
    def accuracy(self) -> float:
        """Share of right answers, from 0 to 1."""
        return float(self.correct.mean())

    @property
    def interval(self) -> tuple[float, float]:
        """The 95% Wilson interval of :attr:`accuracy`: what the finite number of pairs leaves open."""
        return wilson_interval(int(self.correct.sum()), len(self.labels))

    @property
    def recall(self) -> dict[str, float]:
        """For each label the share of its pairs that got it; nan where the data has none."""
        return {
            label: float(self.correct[self.labels == i].mean()) if (self.labels == i).any() else float("nan")
            for i, label in enumerate(LABELS)
        }

    @property
    def confusion(self) -> np.ndarray:
        """``[3, 3]`` counts: rows are the right labels, columns the answers."""
        return np.bincount(3 * self.labels + self.predictions, minlength=9).reshape(3, 3)

    def to_json(self) -> dict[str, Any]:
        """Return accuracy, interval, recall and the number of pairs as plain JSON values, shares to five places.

        The recall of a label that the data lacks is ``None``: JSON has no nan.
        """
        return {
            "pairs": len(self.labels),
            "accuracy": round(self.accuracy, 5),
            "interval": [round(x, 5) for x in self.interval],
            "recall": {label: None if math.isnan(x) else round(x, 5) for label, x in self.recall.items()},
        }

    def __str__(self) -> str:
        low, high = self.interval
        lines = [f"accuracy {self.accuracy:.1%} (95% interval {low:.1%} to {high:.1%}, {len(self.labels):,} pairs)"]
        lines += [f"  {label:13} {'–' if math.isnan(x) else f'{x:.1%}'}" for label, x in self.recall.items()]
        return "\n".join(lines)


def wilson_interval(right: int, total: int) -> tuple[float, float]:
    """Return the 95% Wilson interval of a proportion.

    Raises
    ------
    ValueError
        If there is nothing to count.
    """
    if total < 1:
        raise ValueError(f"An interval needs at least one pair; got {total}.")
    interval = binomtest(right, total).proportion_ci(method="wilson")
    return float(interval.low), float(interval.high)


def mean_interval(values: Sequence[float]) -> tuple[float, float, float]:
    """Return the mean of a few runs and its 95% interval, low and high: what the seeds leave open; nan for one run.

    Three runs give a wide one: Student's t with two degrees of freedom stretches it to 2.5 standard deviations a side.

    Examples
    --------
    >>> [round(x, 2) for x in mean_interval([0.9, 1.0, 1.1])]
    [1.0, 0.75, 1.25]
    """
    runs = np.asarray(values, dtype=float)
    mean, n = float(runs.mean()), len(runs)
    if n < 2:
        return mean, math.nan, math.nan
    half = float(t.ppf(0.975, n - 1) * runs.std(ddof=1) / math.sqrt(n))
    return mean, mean - half, mean + half


@torch.inference_mode()
def evaluate(model: InferSent, encoded: EncodedPairs, *, batch_size: int = 256) -> Evaluation:
    """Return the model's answers on encoded pairs.

    Raises
    ------
    ValueError
        If there are no pairs.
    """
    if not len(encoded):
        raise ValueError("There are no pairs to evaluate on.")
    with evaluating(model):
        each = [model(batch.to(model.device)).cpu() for batch in batches_in_order(encoded, batch_size)]
    logits = torch.cat(each)  # [n, 3]
    return Evaluation(encoded.labels, logits.argmax(dim=1).numpy(), logits.numpy())
