"""The error of a learner against the number of training pairs: means over seeds, and where a curve meets an error."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from infersent.foundation.choices import choose
from infersent.foundation.intervals import mean_interval
from infersent.study.dot_product.learner import Result
from infersent.study.dot_product.runs import results
from infersent.study.dot_product.task import NOISE


@dataclass(frozen=True)
class Point:
    """A number at one size of the training set: its mean over the seeds, and the mean's 95% interval.

    ``low`` and ``high`` are NaN for a single seed.
    """

    samples: int
    mean: float
    low: float
    high: float
    seeds: int


@dataclass(frozen=True)
class Curve:
    """One learner against the number of training pairs.

    Attributes
    ----------
    dim, width, depth, blocks, noise
        As in :class:`Learner`.
    parameters
        How many numbers the learner fits.
    points
        By the number of training pairs, from few to many. Runs that diverged are left out.
    """

    dim: int
    width: int
    depth: int
    blocks: tuple[str, ...]
    parameters: int
    points: tuple[Point, ...]
    noise: float = NOISE

    def at(self, samples: int) -> Point:
        """Return the point at this number of training pairs.

        Raises
        ------
        ValueError
            If it was not measured.
        """
        for point in self.points:
            if point.samples == samples:
                return point
        measured = ", ".join(str(point.samples) for point in self.points)
        raise ValueError(f"samples={samples} was not measured; these were: {measured}.")

    def samples_for(self, error: float) -> float | None:
        """Return how many training pairs bring the mean error down to ``error``, or ``None`` if none measured does.

        Between two points the curve is a straight line on logarithmic axes. If the smallest training set already meets
        the error, its size is returned, which is then an upper bound.
        """
        for before, after in zip((None, *self.points), self.points, strict=False):
            if after.mean <= error:
                if before is None:
                    return float(after.samples)
                way = math.log(before.mean / error) / math.log(before.mean / after.mean)
                return float(before.samples * (after.samples / before.samples) ** way)
        return None


def curves(measured: Iterable[Result] | None = None, number: str = "clean") -> list[Curve]:
    """Average results over the seeds and order them by the number of training pairs.

    Parameters
    ----------
    measured
        Results; those of the package's record if left out.
    number
        Which number of a :class:`Result`: ``"clean"``, ``"noisy"``, ``"doubled"``, ``"explained"``, ``"seconds"``,
        ``"epochs"`` or ``"steps"``.

    Returns
    -------
    list of Curve
        Sorted by blocks, dimension, depth, width and noise. Least squares has depth and width 0.
    """
    numbers = ("clean", "noisy", "doubled", "explained", "seconds", "epochs", "steps")
    choose("number", number, dict.fromkeys(numbers))

    def learner(result: Result) -> tuple[tuple[str, ...], int, int, int, float]:
        s = result.spec
        return s.blocks, s.dim, s.depth, s.width, s.noise

    def size(result: Result) -> int:
        return result.spec.samples

    fine = [result for result in (results() if measured is None else measured) if result.status == "ok"]
    found = []
    for (blocks, dim, depth, width, noise), those in groupby(sorted(fine, key=learner), learner):
        points, parameters = [], 0
        for samples, seeds in groupby(sorted(those, key=size), size):
            values = []
            for result in seeds:
                values.append(getattr(result, number))
                parameters = result.spec.parameters
            points.append(Point(samples, *mean_interval(values), len(values)))
        found.append(Curve(dim, width, depth, blocks, parameters, tuple(points), noise))
    return found


def curve(
    among: Iterable[Curve],
    dim: int,
    *,
    width: int = 4,
    depth: int = 2,
    blocks: Sequence[str] = ("u", "v"),
    noise: float = NOISE,
) -> Curve:
    """Return one learner's curve among those given.

    Raises
    ------
    ValueError
        If it is not there.
    """
    for one in among:
        if (one.dim, one.width, one.depth, one.blocks, one.noise) == (dim, width, depth, tuple(blocks), noise):
            return one
    raise ValueError(f"No curve has {dim=}, {width=}, {depth=}, blocks={tuple(blocks)} and {noise=}.")
