"""How a lead changes with the training pairs, and where it would be with more: a line through the sizes measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from infersent.foundation.arrays import Floats
from infersent.study.comparison import Group, intervals
from infersent.study.verdict import Interval


@dataclass(frozen=True)
class Estimate:
    """A number with its 95% interval over seeds and pairs, by the rule of :func:`infersent.study.comparison.compare`.

    In shares, from -1 to 1.
    """

    value: float
    interval: Interval


@dataclass(frozen=True)
class Trend:
    """The lead of one set of blocks over another, as a straight line in the logarithm of the training pairs.

    Attributes
    ----------
    pairs
        ``[sizes]``: the training pairs.
    differences
        ``[sizes, seeds, test pairs]``: 1 where only the first is right, -1 where only the second is, otherwise 0.
    """

    pairs: tuple[int, ...]
    differences: Floats

    @property
    def leads(self) -> Floats:
        """``[sizes]``: the mean lead at each size."""
        means: Floats = self.differences.mean(axis=(1, 2))
        return means

    @property
    def per_doubling(self) -> Estimate:
        """What twice the pairs add to the lead: the line's slope."""
        x = self._places(self.pairs)
        return self._combined(x / (x**2).sum())

    def at(self, pairs: int) -> Estimate:
        """Return the line's value at a number of training pairs.

        Beyond the sizes measured this is an extrapolation: its interval holds if the line goes on.

        Raises
        ------
        ValueError
            If ``pairs`` is below 1.
        """
        if pairs < 1:
            raise ValueError(f"pairs={pairs} is below 1.")
        x = self._places(self.pairs)
        return self._combined(1 / len(x) + self._places(pairs) * x / (x**2).sum())

    def _places(self, pairs: int | tuple[int, ...]) -> Floats:
        """Return where numbers of pairs lie, in doublings from the middle of the sizes."""
        places: Floats = np.log2(pairs) - np.log2(self.pairs).mean()
        return places

    def _combined(self, weights: Floats) -> Estimate:
        """Return the sum of the leads with these weights; least squares gives such sums."""
        values = np.tensordot(weights, self.differences, axes=1)  # [seeds, test pairs]
        return Estimate(float(values.mean()), intervals(values).interval)


def trend(first: Mapping[int, Group], second: Mapping[int, Group]) -> Trend:
    """Return the trend of the first's lead over the second.

    The sizes share test pairs and seeds, so a resample draws both once for all sizes.

    Parameters
    ----------
    first, second
        A group for each number of training pairs, with the same seeds everywhere.

    Raises
    ------
    ValueError
        If the two have other sizes, fewer than two sizes, or groups with other seeds.
    """
    if first.keys() != second.keys() or len(first) < 2:
        raise ValueError(f"A line needs two sizes that both have; got {sorted(first)} and {sorted(second)}.")
    sizes = sorted(first)
    every = [group for found in (first, second) for group in found.values()]
    if any(group.seeds != every[0].seeds for group in every):
        seeds: Sequence[list[int]] = [group.seeds for group in every]
        raise ValueError(f"The groups have other seeds: {seeds}. A trend pairs runs of equal seeds.")
    differences = [first[size].correct.astype(np.float64) - second[size].correct for size in sizes]
    return Trend(tuple(sizes), np.array(differences))
