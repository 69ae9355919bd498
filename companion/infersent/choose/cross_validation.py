"""One fold: every set of blocks trained on the training pairs, and its answers on the test pairs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from infersent.choose.folds import Grouping, deal, strata
from infersent.choose.mlp import PARTS, fit_mlp
from infersent.choose.solver import Features, Heads, Loss
from infersent.choose.task import Task
from infersent.foundation.arrays import Array, Bools, Floats, Ints

#: The penalties λ that are tried, from the strongest on: of the mean loss, for standardised features.
PENALTIES = (10.0, 3.0, 1.0, 0.3, 0.1, 0.03, 0.01, 0.003, 1e-3, 3e-4, 1e-4, 1e-5)

#: Into how many parts a fold's training pairs are dealt, to choose the penalty.
INNER_PARTS = 4

#: So many pairs tell the penalties apart: no more parts are held out in turn than make them up.
ENOUGH_HELD_OUT = 10_000

#: A descent ends where no more than this share of its objective is to be won: while penalties are tried, and at last.
_ROUGHLY, _WELL = 1e-5, 1e-6


@dataclass(frozen=True)
class Gathered:
    """The vectors of one side where each distinct sentence has but one: rows are gathered when they are asked for.

    Attributes
    ----------
    distinct
        ``[sentences, dim]``, an array or a memory-mapped file.
    places
        ``[pairs]``: the sentence of each pair.
    """

    distinct: Array
    places: Ints

    ndim = 2

    @property
    def shape(self) -> tuple[int, int]:
        """Pairs and numbers."""
        return len(self.places), int(self.distinct.shape[1])

    @property
    def dtype(self) -> Any:
        """Of the numbers."""
        return self.distinct.dtype

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, rows: slice | Ints) -> Array:
        return np.asarray(self.distinct[self.places[rows]])


@dataclass(frozen=True)
class Vectors:
    """Pairs of vectors with their labels, and which of them must stay together.

    Attributes
    ----------
    u, v
        ``[pairs, dim]`` each.
    task
        The labels.
    grouping
        From :func:`infersent.choose.folds.group_pairs`.
    """

    u: Array | Gathered
    v: Array | Gathered
    task: Task
    grouping: Grouping

    def __len__(self) -> int:
        return len(self.u)

    @property
    def dim(self) -> int:
        """The length of a vector."""
        return int(self.u.shape[1])

    @property
    def strata(self) -> Ints:
        """What folds are balanced by."""
        return strata(self.task.y, self.task.classes)

    def strata_of(self, training: Bools) -> Ints:
        """Return what the parts of a fold's training pairs are balanced by, ``[training]``.

        Whether a score is high or low is a rank among all pairs. Here the other pairs, whose scores a fold must not
        know, stand at the first training pair's place.
        """
        y = self.task.y
        return strata(np.where(training, y, y[training.argmax()]), self.task.classes)[training]


@dataclass(frozen=True)
class FoldResult:
    """What the heads answer on a fold's test pairs.

    Attributes
    ----------
    rows
        The test pairs, ``[test]``.
    answers
        ``[sets, test]``: indices of classes, or scores.
    penalties
        ``[sets]``: the λ that each set's head was trained with.
    trained_on
        How many pairs.
    unfinished
        How many heads had not come to the end of their descent.
    """

    rows: Ints
    answers: Array
    penalties: Floats
    trained_on: int
    unfinished: int


def run_fold(
    vectors: Vectors,
    training: Bools,
    test: Bools,
    sets: Sequence[Sequence[str]],
    *,
    seed: int,
    budget: float,
    mlp: bool = False,
) -> FoldResult:
    """Train a head on each set of blocks, its penalty chosen within the training pairs, and answer the test pairs.

    Parameters
    ----------
    vectors
        All pairs.
    training, test
        ``[pairs]``: which of them.
    sets
        The sets of blocks.
    seed
        Of the parts that are held out for the penalty.
    budget
        Bytes of features that may be kept.
    mlp
        Train a small network with one hidden layer on each set, in the place of the linear head.
    """
    rows = np.flatnonzero(training | test)
    trained = training[rows]
    names = list(dict.fromkeys(name for some in sets for name in some))
    features = Features(vectors.u, vectors.v, rows, trained, names, budget=0 if mlp else budget)
    loss = _loss(vectors.task, rows, trained)
    inner = np.full(len(rows), -1)
    groups = np.unique(vectors.grouping.groups[rows[trained]], return_inverse=True)[1]
    if not groups.any():  # a single group cannot be parted but pair by pair
        groups = np.arange(len(groups))
    inner[trained] = deal(groups, vectors.strata_of(training), PARTS if mlp else INNER_PARTS, seed=seed)
    fit = _fit_networks if mlp else _fit_linear
    answers, penalties, unfinished = fit(features, loss, sets, inner, ~trained, seed)
    if vectors.task.classes:
        answers = answers.astype(np.int16 if len(vectors.task.labels) < 2**15 else np.int32)
    else:
        mean, scale = _scale(vectors.task.y[rows[trained]])
        answers = (answers * scale + mean).astype(np.float32)
    return FoldResult(rows[~trained], answers, penalties, int(trained.sum()), unfinished)


def _loss(task: Task, rows: Ints, trained: Bools) -> Loss:
    if task.classes:
        return Loss(len(task.labels), torch.from_numpy(task.y[rows]))
    mean, scale = _scale(task.y[rows[trained]])
    return Loss(0, torch.from_numpy(((task.y[rows] - mean) / scale).astype(np.float32)))


def _scale(scores: Floats) -> tuple[float, float]:
    """Return mean and standard deviation, so that a penalty means the same whatever the scores' unit."""
    return float(scores.mean()), float(scores.std()) or 1.0


def _fit_linear(
    features: Features, loss: Loss, sets: Sequence[Sequence[str]], inner: Ints, test: Bools, seed: int
) -> tuple[Array, Floats, int]:
    """Return answers, penalties, and how many descents have not ended."""
    heads = Heads(features, loss, sets, tolerance=_ROUGHLY)
    chosen, weights = choose_penalties(heads, inner)
    heads.tolerance = _WELL
    everything = torch.from_numpy(inner >= 0).float()[:, None]
    fitted = heads.fit(weights, chosen, everything / everything.sum(), torch.zeros_like(everything))
    found = heads.answers({which: one.weights for which, one in fitted.items()}, test)
    unfinished = sum(not one.reached for one in fitted.values())
    return np.stack([found[i] for i in range(len(sets))]), np.array([chosen[i] for i in range(len(sets))]), unfinished


def choose_penalties(heads: Heads, inner: Ints) -> tuple[dict[int, float], dict[int, torch.Tensor]]:
    """Return each set's best penalty by the loss on pairs held out in turn, and weights to go on from.

    The penalties are tried from the strongest on, each descent starting where the one before ended; a set for which the
    loss on the held-out pairs falls no further is done.

    Parameters
    ----------
    heads
        The sets.
    inner
        ``[rows]``: the part of each training pair, from 0; -1 for what is not trained on.
    """
    size = int((inner >= 0).sum())
    parts = [part for part in range(INNER_PARTS) if 0 < (inner == part).sum() < size]
    parts = parts[: max(1, math.ceil(ENOUGH_HELD_OUT * INNER_PARTS / max(1, size)))]
    held_out = torch.stack([torch.from_numpy(inner == part) for part in parts], dim=1).float()  # [rows, splits]
    training = torch.from_numpy(inner >= 0).float()[:, None] - held_out
    held_out, training = held_out / held_out.sum(dim=0), training / training.sum(dim=0)
    best: dict[int, tuple[float, float, torch.Tensor]] = {}
    weights = {which: heads.start(which, len(parts)) for which in range(len(heads.sets))}
    for penalty in PENALTIES:
        fitted = heads.fit(weights, dict.fromkeys(weights, penalty), training, held_out)
        for which, one in fitted.items():
            mean = float(one.held_out.mean())
            if which in best and mean >= best[which][0]:
                del weights[which]
                continue
            best[which] = mean, penalty, one.weights.mean(dim=0, keepdim=True)
            weights[which] = one.weights
        if not weights:
            break
    return {which: found[1] for which, found in best.items()}, {which: found[2] for which, found in best.items()}


def _fit_networks(
    features: Features, loss: Loss, sets: Sequence[Sequence[str]], inner: Ints, test: Bools, seed: int
) -> tuple[Array, Floats, int]:
    answers = [fit_mlp(features, loss, blocks, inner, test, seed=seed) for blocks in sets]
    return np.stack(answers), np.full(len(sets), np.nan), 0
