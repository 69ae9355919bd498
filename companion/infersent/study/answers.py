"""What a record keeps of a model's logits: small enough for every run, and enough for calibration."""

from __future__ import annotations

import base64
import zlib
from typing import Any

import numpy as np

# A step of the stored differences, and the largest that one byte holds: labels whose logit is further below the best
# than 127/16 have a probability under 0.0004, and count as being just that far.
_STEP, _MOST = 1 / 16, 127


def recorded_logits(logits: np.ndarray, labels: np.ndarray) -> dict[str, Any]:
    """Return what a record's ``dev`` or ``test`` holds of the logits, ``[pairs, 3]``, as JSON values.

    Returns
    -------
    dict
        ``logits``, see :func:`class_probabilities`, and ``expected_calibration_error`` of the logits before they were
        rounded, to five places.
    """
    error = expected_calibration_error(_softmax(logits), labels)
    return {"logits": pack_logits(logits), "expected_calibration_error": round(error, 5)}


def pack_logits(logits: np.ndarray) -> str:
    """Pack logits, ``[pairs, 3]``, into two bytes a pair, compressed, as text.

    A softmax does not change when all logits of a pair are shifted, so that two differences tell all: the second and
    the third logit less the first. They are rounded to 1/16 and stored as bytes with a sign, first those of all second
    logits, then those of all third ones. So that no difference leaves a byte's range, a logit more than 127/16 below
    the pair's largest is first raised to that.
    """
    exact = np.asarray(logits, dtype=np.float64)
    raised = np.maximum(exact, exact.max(axis=1, keepdims=True) - _MOST * _STEP)
    differences = np.rint((raised[:, 1:] - raised[:, :1]) / _STEP).astype(np.int8)  # [pairs, 2]
    return base64.b85encode(zlib.compress(differences.T.tobytes(), 9)).decode()


def class_probabilities(split: dict[str, Any]) -> np.ndarray:
    """Unpack a record's ``dev`` or ``test``: ``[pairs, 3]`` probabilities, pairs in the order of the corpus.

    The columns are in the order of ``LABELS``. They come from rounded logits, see :func:`pack_logits`: none is further
    than 0.017 from the model's own. Where two labels are that close, the largest need not be the model's answer;
    :func:`infersent.study.records.right_answers` is exact.

    Raises
    ------
    ValueError
        If the record was made before logits were recorded.
    """
    if "logits" not in split:
        raise ValueError("This record has no logits: it was made before they were recorded. Repeat its run.")
    steps = np.frombuffer(zlib.decompress(base64.b85decode(split["logits"])), dtype=np.int8)
    differences = _STEP * steps.reshape(2, split["pairs"]).T  # [pairs, 2]
    return _softmax(np.pad(differences, ((0, 0), (1, 0))))  # the first logit less itself is 0


def expected_calibration_error(probabilities: np.ndarray, labels: np.ndarray, bins: int = 15) -> float:
    """Return how far confidence and accuracy lie apart (Guo et al. 2017, equation 3).

    Parameters
    ----------
    probabilities
        ``[pairs, labels]``. The largest of a pair is the model's answer and its confidence.
    labels
        ``[pairs]``, the right ones.
    bins
        Of equal width in confidence, each with its upper edge.

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
    places = np.clip(np.ceil(confidence * bins).astype(int) - 1, 0, bins - 1)
    gaps = np.bincount(places, weights=right - confidence, minlength=bins)  # per bin: pairs times the difference
    return float(np.abs(gaps).sum() / len(labels))


def _softmax(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(np.asarray(logits, dtype=np.float64) - np.max(logits, axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
