"""How good a model is: its accuracy with an interval, and its recall label by label."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from infersent.data.pairs import LABELS
from infersent.foundation.arrays import Bools, Floats, Ints
from infersent.foundation.intervals import wilson_interval
from infersent.model.infersent import InferSent, evaluating
from infersent.text.batching import EncodedPairs, batches_in_order


@dataclass(frozen=True)
class Evaluation:
    """A model's answers to labelled pairs.

    Attributes
    ----------
    labels, predictions
        ``[n]``, indices into ``LABELS``.
    logits
        ``[n, 3]``, if they are known.
    """

    labels: Ints
    predictions: Ints
    logits: Floats | None = None

    @property
    def correct(self) -> Bools:
        """Which answers are right, ``[n]``: what paired tests compare."""
        return np.equal(self.labels, self.predictions)

    @property
    def accuracy(self) -> float:
        """The share of right answers, from 0 to 1."""
        return float(self.correct.mean())

    @property
    def interval(self) -> tuple[float, float]:
        """The 95% Wilson interval of :attr:`accuracy`: what a finite number of pairs leaves open."""
        return wilson_interval(int(self.correct.sum()), len(self.labels))

    @property
    def recall(self) -> dict[str, float]:
        """For each label, the share of its pairs that are answered right; nan if there are none."""
        return {
            label: float(self.correct[self.labels == i].mean()) if (self.labels == i).any() else float("nan")
            for i, label in enumerate(LABELS)
        }

    @property
    def confusion(self) -> Ints:
        """How often each label got each answer, ``[3, 3]``: rows are right labels, columns are answers."""
        return np.bincount(3 * self.labels + self.predictions, minlength=9).reshape(3, 3)

    def to_json(self) -> dict[str, Any]:
        """Return accuracy, interval, recall and the number of pairs as JSON values, with shares to five places.

        The recall of a label that does not occur is ``None``: JSON has no nan.
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
    """Return the model's answers to encoded pairs.

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
