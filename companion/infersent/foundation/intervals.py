"""The two 95% intervals of this package: of a share of right answers, and of the mean of a few runs."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy.stats import binomtest, t

from infersent.foundation.arrays import Floats


def wilson_interval(right: int, total: int) -> tuple[float, float]:
    """Return the 95% Wilson interval of a proportion.

    Raises
    ------
    ValueError
        If there is nothing to count.
    """
    if total < 1:
        raise ValueError(f"An interval needs at least one pair; got {total}.")
    interval = binomtest(right, total).proportion_ci(method="wilson")
    return float(interval.low), float(interval.high)


def mean_interval(values: Sequence[float] | Floats) -> tuple[float, float, float]:
    """Return the mean of a few runs and the ends of its 95% interval: what the seeds leave open; nan for one run.

    Three runs give a wide interval: Student's t with two degrees of freedom stretches it to 2.5 standard deviations on
    either side.

    Examples
    --------
    >>> [round(x, 2) for x in mean_interval([0.9, 1.0, 1.1])]
    [1.0, 0.75, 1.25]
    """
    runs = np.asarray(values, dtype=float)
    mean, n = float(runs.mean()), len(runs)
    if n < 2:
        return mean, math.nan, math.nan
    half = float(t.ppf(0.975, n - 1) * runs.std(ddof=1) / math.sqrt(n))
    return mean, mean - half, mean + half
