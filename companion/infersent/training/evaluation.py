"""How good a model is: accuracy with its interval, overall and a label."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from infersent.data.pairs import LABELS
from infersent.foundation.intervals import wilson_interval
from infersent.model.infersent import InferSent, evaluating
from infersent.text.batching import EncodedPairs, batches_in_order


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
