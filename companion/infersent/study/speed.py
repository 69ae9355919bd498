"""How fast a group of trials learns: the training pairs that it has seen when dev accuracy first reaches a level."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from infersent.foundation.intervals import mean_interval
from infersent.foundation.tables import Cell, Table
from infersent.study.comparison import Group
from infersent.study.records import Record


@dataclass(frozen=True)
class Speed:
    """When the trials of a group first reach a dev accuracy.

    Dev accuracy is known at the end of each epoch only, so a trial reaches the level somewhere within an epoch.

    Attributes
    ----------
    accuracy
        The level, from 0 to 1.
    brackets
        For each trial the training pairs seen at the end of the last epoch below the level, and of the first that is
        not below it; ``(0, n)`` where that is the first epoch. ``None`` where no epoch reaches it.
    pairs
        For each trial the pairs in between, as if accuracy grew in a straight line within the epoch. Before the first
        epoch nothing was measured: there it is the epoch's end, which is an upper bound. nan where it is not reached.
    """

    accuracy: float
    brackets: tuple[tuple[int, int] | None, ...]
    pairs: tuple[float, ...]

    @property
    def reached(self) -> int:
        """How many trials reach the level."""
        return sum(bracket is not None for bracket in self.brackets)

    @property
    def bounded(self) -> int:
        """How many trials reach it in their first epoch, so that :attr:`pairs` is but an upper bound."""
        return sum(bracket is not None and bracket[0] == 0 for bracket in self.brackets)

    @property
    def mean(self) -> float:
        """The mean of :attr:`pairs`; nan where a trial does not reach the level, for then there is none."""
        return mean_interval(self.pairs)[0]

    @property
    def interval(self) -> tuple[float, float]:
        """The 95% interval of :attr:`mean` by Student's t over the seeds; nan with one seed, or as above."""
        return mean_interval(self.pairs)[1:]


def pairs_to_reach(group: Group, accuracy: float) -> Speed:
    """Return how many training pairs each trial of a group has seen when its dev accuracy first reaches a level.

    Divided by the batch size these are steps. What the log has is the dev accuracy of the evaluated model: where a
    moving average of the parameters is evaluated, that average's.

    Parameters
    ----------
    group
        The trials; their logs are used, whatever their split.
    accuracy
        The level, from 0 to 1. To compare groups, take one that all trials reach after their first epoch.

    Raises
    ------
    ValueError
        If the level is no share, or a record has no log.

    Examples
    --------
    >>> from infersent.study.comparison import find_group
    >>> from infersent.study.records import load_records
    >>> speed = pairs_to_reach(find_group(load_records("budget"), "dev", head="linear", blocks="u, v, |u-v|",
    ...                                   learning_rate=0.002), 0.70)
    >>> speed.brackets, round(speed.mean, -2)
    (((60000, 120000),), 79000.0)
    """
    if not 0 < accuracy <= 1:
        raise ValueError(f"accuracy={accuracy} is not a share above 0 and up to 1.")
    found = [_reach(record, accuracy) for record in group.records]
    return Speed(accuracy, tuple(bracket for bracket, _ in found), tuple(pairs for _, pairs in found))


def _reach(record: Record, accuracy: float) -> tuple[tuple[int, int] | None, float]:
    if not record.log or record.data is None:
        raise ValueError(f"The record of the trial {record.trial.key} has no log of its training.")
    below: tuple[int, float] | None = None  # the pairs seen and the dev accuracy at the end of the epoch before
    for epoch in record.log:
        seen = epoch.epoch * record.data.pairs
        if epoch.dev_accuracy >= accuracy:
            if below is None:
                return (0, seen), float(seen)
            share = (accuracy - below[1]) / (epoch.dev_accuracy - below[1])
            return (below[0], seen), below[0] + share * (seen - below[0])
        below = seen, epoch.dev_accuracy
    return None, math.nan


def speed_table(found: Sequence[Group], accuracy: float) -> Table:
    """Return a row for each group: the training pairs to a dev accuracy, their 95% interval, and who gets there.

    An upper bound is marked by a sign, and there is no mean where a trial does not reach the level.
    """
    rows: list[list[Cell]] = []
    for group in found:
        speed = pairs_to_reach(group, accuracy)
        whole = speed.reached == len(speed.pairs)
        low, high = speed.interval
        rows.append(
            [
                group.name,
                f"{'≤ ' if speed.bounded else ''}{speed.mean:,.0f}" if whole else None,
                f"{low:,.0f} to {high:,.0f}" if whole and not speed.bounded and not math.isnan(low) else None,
                f"{speed.reached} of {len(speed.pairs)}",
            ]
        )
    caption = f"Training pairs seen when dev accuracy first reaches {accuracy:.1%}, interpolated within the epoch"
    return Table(["", "pairs", "95% interval", "seeds that reach it"], rows, caption=caption)
