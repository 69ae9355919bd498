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
from infersent.foundation.tables import columns, flush
from infersent.foundation.wording import counted
from infersent.model.infersent import InferSent, evaluating, to_numpy
from infersent.text.batching import EncodedPairs, batches_in_order


@dataclass(frozen=True)
class Evaluation:
    """A model's answers to labelled pairs.

    Attributes
    ----------
    labels, predictions
        ``[n]``, indices into ``label_names``.
    logits
        ``[n, labels]``, if they are known.
    label_names
        What the labels are called.

    Raises
    ------
    ValueError
        If there is not one prediction for each label.
    """

    labels: Ints
    predictions: Ints
    logits: Floats | None = None
    label_names: tuple[str, ...] = LABELS

    def __post_init__(self) -> None:
        # Arrays, whatever they come as: a product of a list, or a sum of shuffled columns, would be something else.
        for name in ("labels", "predictions"):
            object.__setattr__(self, name, np.asarray(getattr(self, name)))
        if self.labels.shape != self.predictions.shape or self.labels.ndim != 1:
            shapes = f"{list(self.labels.shape)} and {list(self.predictions.shape)}"
            raise ValueError(f"Labels and predictions have the shapes {shapes}; give one of each for every pair.")

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
            for i, label in enumerate(self.label_names)
        }

    @property
    def confusion(self) -> Ints:
        """How often each label got each answer, ``[labels, labels]``: rows are right labels, columns are answers."""
        n = len(self.label_names)
        return np.bincount(n * self.labels + self.predictions, minlength=n * n).reshape(n, n)

    @property
    def f1(self) -> dict[str, float]:
        """For each label, the harmonic mean of its recall and of the share of right ones among answers that give it.

        It is nan for a label that neither occurs nor is given.
        """
        right = np.diag(self.confusion)
        total = self.confusion.sum(axis=0) + self.confusion.sum(axis=1)
        return {
            label: 2 * float(right[i]) / float(total[i]) if total[i] else float("nan")
            for i, label in enumerate(self.label_names)
        }

    @property
    def macro_f1(self) -> float:
        """The mean of :attr:`f1` over the labels that occur or are given: every label counts alike, rare or not."""
        return float(np.nanmean(list(self.f1.values())))

    @property
    def commonest(self) -> tuple[str, float]:
        """The commonest label and its share: the accuracy of always giving that."""
        counts = np.bincount(self.labels, minlength=len(self.label_names))
        return self.label_names[int(counts.argmax())], float(counts.max() / len(self.labels))

    @property
    def unbalanced(self) -> bool:
        """Whether some label is half as common again as another that occurs, so that accuracy alone misleads.

        Of fewer than 30 pairs it is always false: chance alone makes their labels so unequal.
        """
        counts = np.bincount(self.labels)
        return len(self.labels) >= 30 and bool(2 * counts.max() >= 3 * counts[counts > 0].min())

    def to_json(self) -> dict[str, Any]:
        """Return accuracy, interval, recall and the number of pairs as JSON values, with shares to five places.

        The recall of a label that does not occur is ``None``: JSON has no nan. Where the labels are :attr:`unbalanced`,
        the macro-averaged F1 and the share of the commonest label stand beside the accuracy.
        """
        beside = {}
        if self.unbalanced:
            beside = {"macro_f1": round(self.macro_f1, 5), "commonest": round(self.commonest[1], 5)}
        return {
            "pairs": len(self.labels),
            "accuracy": round(self.accuracy, 5),
            "interval": [round(x, 5) for x in self.interval],
            "recall": {label: None if math.isnan(x) else round(x, 5) for label, x in self.recall.items()},
            **beside,
        }

    def __str__(self) -> str:
        low, high = self.interval
        lines = [
            f"accuracy {self.accuracy:.1%} (95% interval {low:.1%} to {high:.1%}, {counted(len(self.labels), 'pair')})"
        ]
        if self.unbalanced:
            label, share = self.commonest
            lines.append(f"macro-F1 {self.macro_f1:.1%}; always answering {label!r} would be right in {share:.1%}")
        width = max(13, *map(columns, self.label_names))
        for label, x in self.recall.items():
            lines.append(f"  {flush(label, width)} {'–' if math.isnan(x) else f'{x:.1%}'}")
        return "\n".join(lines)


@torch.inference_mode()
def evaluate(model: InferSent, encoded: EncodedPairs, *, batch_size: int = 256) -> Evaluation:
    """Return the model's answers to encoded pairs.

    Raises
    ------
    ValueError
        If there are no pairs, or their labels are not the model's.
    """
    if not len(encoded):
        raise ValueError("There are no pairs to evaluate on.")
    check_labels(model, encoded)
    with evaluating(model):
        each = [model(batch.to(model.device)).cpu() for batch in batches_in_order(encoded, batch_size)]
    logits = torch.cat(each)  # [n, labels]
    return Evaluation(encoded.labels, logits.argmax(dim=1).numpy(), to_numpy(logits), model.labels)


def check_labels(model: InferSent, encoded: EncodedPairs) -> None:
    """Refuse pairs whose labels are numbered in another way than the model's.

    Raises
    ------
    ValueError
        If the names differ; :meth:`infersent.data.pairs.Pairs.with_labels` numbers them as the model does.
    """
    if encoded.label_names != model.labels:
        raise ValueError(
            f"The labels of the pairs are {', '.join(encoded.label_names)}, those of the model "
            f"{', '.join(model.labels)}. Encode pairs.with_labels(model.labels), or use a model of these labels."
        )
