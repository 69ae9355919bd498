"""What a comparison says in one of three words: the one rule of all studies."""

from __future__ import annotations

from typing import Literal, TypeAlias

#: The smallest difference in accuracy that is of interest, by split. Why these: ``study/grids/DECLARATIONS.md``.
MARGINS = {"dev": 0.005, "test": 0.005, "test-hard": 0.01, "test-easy": 0.005}

#: Below so many seeds a bootstrap over them is not trusted alone, see :func:`infersent.study.comparison.compare`.
FEW_SEEDS = 10

Interval: TypeAlias = tuple[float, float]
Outcome: TypeAlias = Literal["equivalent", "differs", "undecided"]


def judge(interval_90: Interval, interval: Interval, margin: float) -> Outcome:
    """Return what two intervals of a difference say, in this order.

    1. *equivalent* within the margin: the 90% interval lies inside it, which is two one-sided tests at 0.05 each. A
       difference can be there all the same; then zero lies outside the 95% interval.
    2. *differs*: zero lies outside the 95% interval.
    3. *undecided*: neither. Intervals that are nan decide nothing.

    Parameters
    ----------
    interval_90, interval
        The 90% and the 95% interval of the difference.
    margin
        The smallest difference of interest, in the same unit.

    Examples
    --------
    >>> judge((0.001, 0.004), (0.0005, 0.0045), 0.005), judge((0.001, 0.006), (0.0005, 0.0065), 0.005)
    ('equivalent', 'differs')
    >>> judge((-0.001, 0.006), (-0.002, 0.007), 0.005)
    'undecided'
    """
    if -margin < interval_90[0] and interval_90[1] < margin:
        return "equivalent"
    return "differs" if excludes_zero(interval) else "undecided"


def excludes_zero(interval: Interval) -> bool:
    """Return whether zero lies outside an interval; it does not lie outside one that is nan."""
    return interval[0] > 0 or interval[1] < 0


def hull(first: Interval, second: Interval) -> Interval:
    """Return the shortest interval that holds two that overlap."""
    return min(first[0], second[0]), max(first[1], second[1])
