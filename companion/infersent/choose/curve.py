"""How the scores of some sets grow with the pairs they are trained on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from infersent.choose import figures
from infersent.choose.cross_validation import Vectors, run_fold
from infersent.choose.folds import deal, training_rows
from infersent.foundation.arrays import Bools, Floats, Ints
from infersent.foundation.tables import Cell, Table
from infersent.foundation.wording import counted
from infersent.model.features import Blocks

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, repr=False)
class LearningCurve:
    """Scores of some sets of blocks by the number of training pairs.

    Attributes
    ----------
    sets
        The sets of blocks.
    sizes
        How many pairs each was trained on.
    metric
        What was measured.
    scores
        ``[sizes, sets, folds]``.
    """

    sets: tuple[Blocks, ...]
    sizes: tuple[int, ...]
    metric: str
    scores: Floats

    def table(self) -> Table:
        """Return a row for each number of pairs, and the mean over the folds for each set."""
        form = ".1%" if self.metric in ("accuracy", "macro-F1") else ".3f"
        names = [str(blocks) for blocks in self.sets]
        means = self.scores.mean(axis=2)
        rows: list[list[Cell]] = [[f"{size:,}", *map(float, row)] for size, row in zip(self.sizes, means, strict=True)]
        return Table(["pairs", *names], rows, dict.fromkeys(names, form), caption=f"{self.metric} by training pairs")

    def as_json(self) -> dict[str, Any]:
        """Return sets, sizes and scores as JSON values, the scores by set, size and fold."""
        return {
            "metric": self.metric,
            "pairs": [int(size) for size in self.sizes],
            "scores": {str(some): self.scores[:, i].tolist() for i, some in enumerate(self.sets)},
        }

    def __repr__(self) -> str:
        return str(self.table())

    def _repr_html_(self) -> str:
        return self.table().to_html()

    def plot(self) -> Figure:
        """Draw a line for each set over the number of pairs."""
        return figures.draw_curve([tuple(some) for some in self.sets], self.sizes, self.scores, self.metric)


def learning_curve(
    vectors: Vectors,
    sets: Sequence[Blocks],
    metric: str,
    sizes: Sequence[int] | None,
    *,
    folds: int,
    seed: int,
    budget: float = 1e9,
    progress: Callable[[int, int], object] | None = None,
) -> LearningCurve:
    """Train sets of blocks on parts of each fold's training pairs; see ``Choice.learning_curve``.

    Whole groups of pairs that share sentences are taken, and a smaller part lies within every larger one.

    Raises
    ------
    ValueError
        If a size is not between 2 and a fold's training pairs.
    """
    parts = deal(vectors.grouping.groups, vectors.strata, folds, seed=seed)
    training = [training_rows(vectors.grouping, parts, fold) for fold in range(folds)]
    most = min(int(rows.sum()) for rows in training)
    wanted = sizes or sorted({most // 2**i for i in range(4, -1, -1) if most // 2**i >= 50} | {most})
    for size in wanted:
        if not 2 <= size <= most:
            raise ValueError(f"A fold is trained on {counted(most, 'pair')} at most; it cannot be on {size:,}.")
    scores = np.empty((len(wanted), len(sets), folds))
    for fold in range(folds):
        order = _order(vectors.grouping.groups, training[fold], seed + fold)
        for i, size in enumerate(wanted):
            some = np.zeros(len(vectors), dtype=bool)
            some[order[:size]] = True
            found = run_fold(vectors, some, parts == fold, sets, seed=seed + fold, budget=budget)
            y = vectors.task.y[found.rows]
            scores[i, :, fold] = [vectors.task.measure(metric, y, answers) for answers in found.answers]
            if progress:
                progress(fold * len(wanted) + i + 1, folds * len(wanted))
    return LearningCurve(tuple(sets), tuple(wanted), metric, scores)


def _order(groups: Ints, training: Bools, seed: int) -> Ints:
    """Return the training pairs group by group, the groups in random order."""
    rank = np.random.default_rng(seed).permutation(int(groups.max()) + 1)
    rows = np.flatnonzero(training)
    return rows[np.argsort(rank[groups[rows]], kind="stable")]
