"""The workbench's small set of pairs: captions of the package's own, as the shipped model encodes them, and a fit.

Two blocks of captions (:mod:`infersent.data.captions`) that share no sentence, 1,200 pairs each, a third of each label:
one to fit, one to test. Every sentence is a premise and a hypothesis of each label equally often, so what adds up over
the two sentences, such as any linear head on (u, v), can do no better than one answer in three. Of a vector's 512
numbers the 40 that vary most are kept, each rounded to a byte. ``captions.mjs`` does the same in the page.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from infersent.foundation.arrays import Floats, Ints
from infersent.study.verdict import Outcome, judge

FILE = Path(__file__).with_name("captions.txt")

#: The head minimises: mean squared error of three 0-1 targets + RIDGE times the squared weights, on columns of mean 0
#: and deviation 1.
RIDGE = 0.003

#: A difference in accuracy below one point is of no interest here.
MARGIN = 0.01

#: Sentences of one chain of captions, each broader than the one before: they are not independent draws.
_CHAIN = 5

#: Scores closer than this tie.
TIE = 1e-9

#: Beyond this size a number counts as not defined.
_HUGE = 1e100


@dataclass(frozen=True)
class Split:
    """One block of pairs.

    Attributes
    ----------
    u, v
        The vectors of premises and hypotheses, ``[pairs, 40]``.
    labels
        ``[pairs]``, places in ``infersent.LABELS``.
    chains
        The chain of each premise and of each hypothesis, ``[2, pairs]``.
    """

    u: Tensor
    v: Tensor
    labels: Ints
    chains: Ints


@dataclass(frozen=True)
class CaptionFit:
    """A head fitted on the first block, and its answers on the second.

    Attributes
    ----------
    correct
        How far each test pair is right, ``[pairs]``: 1, 0, or its share where labels tie. On a set so balanced the best
        weights on what adds up over the two sentences are zero, and all three labels tie.
    scores
        ``[pairs, 3]``.
    undefined
        The share of the blocks' numbers, over both splits, that are not defined; the fit takes the mean instead.
    """

    correct: Floats
    scores: Floats
    undefined: float

    @property
    def accuracy(self) -> float:
        """The share of the test pairs that are right."""
        return float(self.correct.mean())


@dataclass(frozen=True)
class Gain:
    """How much more one head has right than another on the same test pairs, with its 95% interval and the verdict."""

    difference: float
    interval: tuple[float, float]
    outcome: Outcome


@cache
def load() -> dict[str, Split]:
    """Return the two splits, ``"train"`` and ``"test"``."""
    file: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    whole = np.frombuffer(base64.b64decode(file["vectors"]), dtype=np.int8)
    both = torch.from_numpy(whole.reshape(2, -1, len(file["coordinates"])).astype(np.float64) * file["unit"])
    splits = {}
    for split, vectors in zip(("train", "test"), both, strict=True):  # [sentences, 40]
        pairs = np.frombuffer(base64.b64decode(file[split]), dtype="<u2").reshape(-1, 2).T.astype(np.int64)
        u, v = vectors[torch.from_numpy(pairs)]
        splits[split] = Split(u, v, np.repeat(np.arange(3), pairs.shape[1] // 3), pairs // _CHAIN)
    return splits


def fit_captions(features: Sequence[Callable[[Tensor, Tensor], Tensor]]) -> CaptionFit:
    """Return a least-squares head on the features, each a block of 40 columns, fitted on train, asked on test."""
    train, test = load().values()
    columns, others = (torch.cat([f(split.u, split.v) for f in features], dim=1).numpy() for split in (train, test))
    bad, worse = (~(np.abs(x) < _HUGE) for x in (columns, others))
    count = np.maximum((~bad).sum(axis=0), 1)
    mean = np.where(bad, 0, columns).sum(axis=0) / count
    centred = np.where(bad, 0, columns - mean)
    scale = np.sqrt((centred**2).sum(axis=0) / count)
    scale = np.where(scale > 1e-12, scale, 1)
    x, asked = centred / scale, np.where(worse, 0, others - mean) / scale  # [pairs, columns]
    targets = np.eye(3)[train.labels] - 1 / 3
    weights = np.linalg.solve(x.T @ x / len(x) + RIDGE * np.eye(x.shape[1]), x.T @ targets / len(x))
    scores = asked @ weights
    best = scores > scores.max(axis=1, keepdims=True) - TIE  # [pairs, 3]
    correct = best[np.arange(len(scores)), test.labels] / best.sum(axis=1)
    return CaptionFit(correct, scores, float((bad.mean() + worse.mean()) / 2))


def gain(one: CaptionFit, other: CaptionFit) -> Gain:
    """Return how much more ``one`` has right than ``other``.

    The variance of the mean difference sums over the chains of the premises, plus over those of the hypotheses, minus
    over their crossings, and is no less than any of the three: pairs that share a chain are not independent draws. It
    is that of other test pairs, not of another training block.
    """
    test = load()["test"]
    d = one.correct - other.correct
    rest = d - d.mean()
    premises, hypotheses = test.chains
    crossing = premises * (hypotheses.max() + 1) + hypotheses
    parts = [float((np.bincount(chains, weights=rest) ** 2).sum()) for chains in (premises, hypotheses, crossing)]
    error = max(parts[0] + parts[1] - parts[2], *parts) ** 0.5 / len(d)
    difference = float(d.mean())
    interval_90, interval = (
        (difference - z * error, difference + z * error) for z in (1.6448536269514722, 1.959963984540054)
    )
    return Gain(difference, interval, judge(interval_90, interval, MARGIN))
