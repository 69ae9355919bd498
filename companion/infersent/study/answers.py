"""A model's answers on one split as a record keeps them: small enough for every trial, and enough for calibration."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from infersent.foundation.arrays import Bools, Floats, Ints
from infersent.foundation.bits import pack_bits, unpack_bits
from infersent.foundation.intervals import wilson_interval
from infersent.training.evaluation import Evaluation

# The step of the stored differences, and the largest number of steps in a byte. A label whose logit lies more than
# 127/16 below the best has a probability under 0.0004, and is stored as lying exactly that far below.
_STEP, _MOST = 1 / 16, 127


@dataclass(frozen=True)
class Answers:
    """A model's answers on one split of a corpus, as a record keeps them.

    Attributes
    ----------
    pairs
        How many pairs the split has.
    accuracy
        Share of right answers, from 0 to 1, to five places.
    interval
        The 95% Wilson interval of :attr:`accuracy`.
    recall
        For each label the share of its pairs that got it; ``None`` where the split has none, or where, as in a part of
        a split, the labels are not at hand.
    correct
        Which answers are right, packed by :func:`infersent.foundation.bits.pack_bits`; :meth:`right` unpacks it.
    logits
        The rounded logits, packed by :func:`pack_logits`; :meth:`probabilities` unpacks them. ``None`` in records from
        before 26 November 2026.
    expected_calibration_error
        Of the logits before they were rounded, see :func:`expected_calibration_error`; ``None`` where there are none.
    phenomena
        Accuracy by phenomenon; empty for a corpus that names no phenomena.
    """

    pairs: int
    accuracy: float
    interval: tuple[float, float]
    recall: dict[str, float | None]
    correct: str
    logits: str | None = None
    expected_calibration_error: float | None = None
    phenomena: dict[str, float] = field(default_factory=dict)

    @classmethod
    def from_evaluation(cls, found: Evaluation, phenomena: Sequence[str] = ()) -> Answers:
        """Take what a record keeps of an evaluation.

        Parameters
        ----------
        found
            The answers, with logits or without.
        phenomena
            The phenomenon of each pair; empty for a corpus that names none.
        """
        plain = found.to_json()
        named = np.asarray(phenomena)
        error = None
        if found.logits is not None:
            error = round(expected_calibration_error(_softmax(found.logits), found.labels), 5)
        return cls(
            pairs=plain["pairs"],
            accuracy=plain["accuracy"],
            interval=(plain["interval"][0], plain["interval"][1]),
            recall=plain["recall"],
            correct=pack_bits(found.correct),
            logits=None if found.logits is None else pack_logits(found.logits),
            expected_calibration_error=error,
            phenomena={
                str(name): round(float(found.correct[named == name].mean()), 5) for name in np.unique(named).tolist()
            },
        )

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Answers:
        """Read what :meth:`to_json` wrote."""
        return cls(**(value | {"interval": (value["interval"][0], value["interval"][1])}))

    def to_json(self) -> dict[str, Any]:
        """Return the attributes as JSON values; those that the answers lack are left out."""
        calibration = {"logits": self.logits, "expected_calibration_error": self.expected_calibration_error}
        return {
            "pairs": self.pairs,
            "accuracy": self.accuracy,
            "interval": list(self.interval),
            "recall": dict(self.recall),
            "correct": self.correct,
            **({"phenomena": dict(self.phenomena)} if self.phenomena else {}),
            **{name: value for name, value in calibration.items() if value is not None},
        }

    def right(self) -> Bools:
        """Return which answers are right: ``[pairs]`` booleans, in the order of the corpus."""
        return unpack_bits(self.correct, self.pairs)

    def take(self, rows: Bools) -> Answers:
        """Return the answers to a part of the pairs.

        What needs the labels is not known of a part: its recall, and the exact calibration error.

        Parameters
        ----------
        rows
            ``[pairs]``, which ones.

        Raises
        ------
        ValueError
            If there are not as many rows as pairs, or no pair is taken.
        """
        if len(rows) != self.pairs:
            raise ValueError(f"There are answers to {self.pairs:,} pairs; a part cannot have {len(rows):,} rows.")
        right = self.right()[rows]
        return Answers(
            pairs=len(right),
            accuracy=round(float(right.mean()), 5),
            interval=wilson_interval(int(right.sum()), len(right)),
            recall=dict.fromkeys(self.recall),
            correct=pack_bits(right),
            logits=None if self.logits is None else _pack_steps(_unpack_steps(self.logits, self.pairs)[rows]),
        )

    def probabilities(self) -> Floats:
        """Return the probabilities of the labels: ``[pairs, labels]``, in the order of the corpus and of its labels.

        They come from rounded logits, see :func:`pack_logits`: none differs from the model's own by more than 0.017.
        Where two labels are that close, the likelier one need not be the model's answer; :meth:`right` is exact.

        Raises
        ------
        ValueError
            If the record was made before logits were recorded.
        """
        if self.logits is None:
            raise ValueError("This record has no logits: it was made before they were recorded. Repeat its trial.")
        return _softmax(_unpack_logits(self.logits, self.pairs))


def pack_logits(logits: Floats) -> str:
    """Pack logits, ``[pairs, labels]``, into a byte less a pair than there are labels, compressed, as text.

    A softmax does not change when all logits of a pair are shifted, so the differences say everything: the second and
    each further logit less the first. They are rounded to 1/16 and stored as signed bytes, first those of all second
    logits, then those of all third ones, and so on. To keep every difference within a byte, a logit more than 127/16
    below the pair's largest is first raised to that bound.
    """
    exact = np.asarray(logits, dtype=np.float64)
    raised = np.maximum(exact, exact.max(axis=1, keepdims=True) - _MOST * _STEP)
    differences = np.rint((raised[:, 1:] - raised[:, :1]) / _STEP).astype(np.int8)  # [pairs, labels - 1]
    return _pack_steps(differences)


def _pack_steps(steps: Ints) -> str:
    return base64.b85encode(zlib.compress(steps.T.tobytes(), 9)).decode()


def _unpack_steps(packed: str, pairs: int) -> Ints:
    """Return the differences in steps, ``[pairs, labels - 1]`` signed bytes."""
    return np.frombuffer(zlib.decompress(base64.b85decode(packed)), dtype=np.int8).reshape(-1, pairs).T


def _unpack_logits(packed: str, pairs: int) -> Floats:
    """Return the logits, ``[pairs, labels]``, that :func:`pack_logits` packed, each less the first of its pair."""
    differences = _STEP * _unpack_steps(packed, pairs)  # [pairs, labels - 1]
    return np.pad(differences, ((0, 0), (1, 0)))  # the first logit less itself is 0


def expected_calibration_error(probabilities: Floats, labels: Ints, bins: int = 15) -> float:
    """Return how far confidence and accuracy lie apart (Guo et al. 2017, equation 3).

    Parameters
    ----------
    probabilities
        ``[pairs, labels]``. The largest of a pair is the model's answer and its confidence.
    labels
        ``[pairs]``, the right ones.
    bins
        How many bins of equal width the confidences fall into; each includes its upper edge.

    Returns
    -------
    float
        The mean over the bins, weighted by their pairs, of the difference between the share of right answers and the
        mean confidence.

    Examples
    --------
    >>> expected_calibration_error(np.array([[0.9, 0.1], [0.9, 0.1]]), np.array([0, 1]))
    0.4
    """
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    places = calibration_bins(confidence, bins)
    gaps = np.bincount(places, weights=right - confidence, minlength=bins)  # per bin: pairs times the difference
    return float(np.abs(gaps).sum() / len(labels))


def calibration_bins(confidence: Floats, bins: int) -> Ints:
    """Return the place of each confidence among bins of equal width, each of which includes its upper edge."""
    places: Ints = np.clip(np.ceil(confidence * bins).astype(int) - 1, 0, bins - 1)
    return places


def _softmax(logits: Floats) -> Floats:
    powers = np.exp(np.asarray(logits, dtype=np.float64) - np.max(logits, axis=1, keepdims=True))
    result: Floats = powers / powers.sum(axis=1, keepdims=True)
    return result
