"""The intervals of this package: of a share of right answers, of the mean of a few runs, and of a mean over runs and
pairs at once, by a crossed bootstrap and by components of variance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from infersent.foundation.arrays import Array, Floats


def wilson_interval(right: int, total: int) -> tuple[float, float]:
    """Return the 95% Wilson interval of a proportion.

    Raises
    ------
    ValueError
        If there is nothing to count.
    """
    if total < 1:
        raise ValueError(f"An interval needs at least one pair; got {total}.")
    from scipy.stats import binomtest  # here, because its import takes longer than many a command

    interval = binomtest(right, total).proportion_ci(method="wilson")
    return float(interval.low), float(interval.high)


def mean_interval(values: Sequence[float] | Floats, level: float = 0.95) -> tuple[float, float, float]:
    """Return the mean of a few runs and the ends of its interval: what the seeds leave open; nan for one run.

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
    half = float(_student(level, n - 1) * runs.std(ddof=1) / math.sqrt(n))
    return mean, mean - half, mean + half


def _student(level: float, degrees_of_freedom: float) -> float:
    """Return how many standard errors an interval reaches to either side."""
    from scipy.stats import t

    return float(t.ppf((1 + level) / 2, degrees_of_freedom))


# Resamples that are worked on at a time, and so how much memory they take.
_BATCH = 500


def crossed_bootstrap(values: Array, *, resamples: int = 10_000, seed: int = 0) -> Floats:
    """Draw rows and columns anew, independently and with replacement, and return the mean of each resample.

    Its variance is that of the row means over the rows, plus that of the column means over the columns, plus that of
    what neither explains over the cells, each with the divisor n instead of n - 1. Compared with the mean's own
    variance, two things are off. The interaction of row and column is counted threefold (Owen 2007), which makes it a
    little too wide. And of the variance between ``R`` rows it has (R - 1)/R: with thirty rows that is no matter, with
    three it is two thirds, and no percentile of it knows that three rows tell their own spread badly. So few rows need
    Student's t beside it, see :func:`mean_interval`.

    Parameters
    ----------
    values
        ``[rows, columns]``: one run's value on one pair, for instance.
    resamples
        How many.
    seed
        Of the generator. Equal values give equal resamples, and opposite values opposite ones.

    Returns
    -------
    numpy.ndarray
        ``[resamples]``.
    """
    table = np.asarray(values, dtype=np.float64)
    rows, columns = table.shape
    # A mean over resampled rows and columns is the form  w_rows @ table @ w_columns / (rows * columns), where the
    # weights count how often each was drawn. Equal columns can be drawn as one that comes as often as all of them: two
    # models differ on few pairs, so there are few distinct columns.
    filled = table[table != 0]
    sign = -1.0 if filled.size and filled[0] < 0 else 1.0  # the order of the distinct columns must not hang on it
    distinct, counts = np.unique(sign * table + 0.0, axis=1, return_counts=True)  # + 0.0: no negative zero
    rng = np.random.default_rng(seed)
    row_weights = rng.multinomial(rows, np.full(rows, 1 / rows), size=resamples)  # [resamples, rows]
    means = []
    for start in range(0, resamples, _BATCH):
        some = row_weights[start : start + _BATCH]
        column_weights = rng.multinomial(columns, counts / columns, size=len(some))  # [batch, distinct columns]
        means.append(((some @ distinct) * column_weights).sum(axis=1))
    resampled: Floats = np.concatenate(means) * (sign / (rows * columns))
    return resampled


def percentile_interval(resampled: Floats, level: float = 0.95) -> tuple[float, float]:
    """Return the part of the resamples that leaves out equally many at either end.

    Examples
    --------
    >>> percentile_interval(np.arange(101.0), 0.90)
    (5.0, 95.0)
    """
    outside = round(50 * (1 - level), 9)  # 5 in exact numbers for 0.90
    low, high = np.percentile(resampled, [outside, 100 - outside])
    return float(low), float(high)


@dataclass(frozen=True)
class VarianceComponents:
    """A table of values as a mean plus a row's part, a column's part, and the rest: two-way crossed random effects.

    Attributes
    ----------
    mean
        Of all values.
    rows, columns, interaction
        The three variances, estimated from the mean squares; one that comes out negative is zero.
    standard_error
        Of the mean: the root of rows/R + columns/C + interaction/(R C), for R rows and C columns.
    degrees_of_freedom
        By Satterthwaite's rule. A component that came out negative counts with the rest's mean square.
    """

    mean: float
    rows: float
    columns: float
    interaction: float
    standard_error: float
    degrees_of_freedom: float

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """Return the mean's interval by Student's t; both ends are the mean where the values do not vary."""
        if self.standard_error == 0:
            return self.mean, self.mean
        half = _student(level, self.degrees_of_freedom) * self.standard_error
        return self.mean - half, self.mean + half


def variance_components(values: Array) -> VarianceComponents:
    """Estimate the variances between rows, between columns and of the rest (Searle, Casella & McCulloch 1992).

    Parameters
    ----------
    values
        ``[rows, columns]``, at least two of each.

    Raises
    ------
    ValueError
        If there is but one row or column: its variance cannot be told from the rest's.
    """
    table = np.asarray(values, dtype=np.float64)
    rows, columns = table.shape
    if min(rows, columns) < 2:
        raise ValueError(f"Components of variance need two rows and two columns at least; got {rows} by {columns}.")
    mean = float(table.mean())
    by_row, by_column = table.mean(axis=1) - mean, table.mean(axis=0) - mean
    rest = table - mean - by_row[:, None] - by_column
    freedom = rows - 1, columns - 1, (rows - 1) * (columns - 1)
    squares = columns * (by_row**2).sum(), rows * (by_column**2).sum(), (rest**2).sum()
    of_rows, of_columns, of_rest = (float(square) / free for square, free in zip(squares, freedom, strict=True))
    # The mean squares' expectations are C * rows + interaction, R * columns + interaction, and interaction.
    of_rows, of_columns = max(of_rows, of_rest), max(of_columns, of_rest)
    total = of_rows + of_columns - of_rest
    doubt = sum(found**2 / free for found, free in zip((of_rows, of_columns, of_rest), freedom, strict=True))
    return VarianceComponents(
        mean=mean,
        rows=(of_rows - of_rest) / columns,
        columns=(of_columns - of_rest) / rows,
        interaction=of_rest,
        standard_error=math.sqrt(total / (rows * columns)),
        degrees_of_freedom=total**2 / doubt if doubt else math.inf,
    )
