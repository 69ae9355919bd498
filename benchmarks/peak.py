"""What the machine can do in this minute: the rate of a large matrix product, right before and right after each thing.

A processor's clock, and what else runs on it, change from minute to minute; so no rate is compared with one that was
measured at another time. Things to be compared take turns, and a product is timed between any two of them::

    product, ours, product, textbook, product, ours, ...
"""

from __future__ import annotations

import os
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import torch

#: The side of the square matrices: large enough that a product runs at full speed, small enough to take a moment.
SIDE = 1536


@dataclass(frozen=True)
class Turn:
    """One measurement: its seconds, and the machine's peak around it, in operations per second."""

    seconds: float
    peak: float


class Peak:
    """The rate of ``SIDE`` by ``SIDE`` products with torch's present number of threads.

    Parameters
    ----------
    dtype
        Of the numbers.
    side
        Of the matrices.
    """

    def __init__(self, dtype: torch.dtype = torch.float32, side: int = SIDE) -> None:
        generator = torch.Generator().manual_seed(0)
        self._a, self._b = (torch.randn(side, side, generator=generator).to(dtype) for _ in range(2))
        self._out = torch.empty_like(self._a)
        self._operations = 2 * side**3
        self.rate()  # warm-up

    def rate(self, repeats: int = 3) -> float:
        """Return the median of some products' operations per second."""
        return self._operations / statistics.median(
            seconds(lambda: torch.mm(self._a, self._b, out=self._out)) for _ in range(repeats)
        )


def seconds(work: Callable[[], object]) -> float:
    """Return how long a piece of work takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def in_turn(
    works: Mapping[str, Callable[[], object]], *, limit: float, turns: int = 25, least: int = 3, side: int = SIDE
) -> dict[str, list[Turn]]:
    """Let some works take turns, each with the machine's peak before and after it.

    Parameters
    ----------
    works
        By name. Each is done once before anything is timed.
    limit
        No further round begins after so many seconds, unless there were fewer than ``least``; after three times as
        many none begins in any case, so that a busy machine ends, too.
    turns
        How many rounds there are at most.
    side
        Of the matrices whose product is the peak.

    Returns
    -------
    dict
        The turns of each work, in their order; the turns of one round stand at the same place.
    """
    peak, begun = Peak(side=side), time.monotonic()
    for work in works.values():
        work()
    found: dict[str, list[Turn]] = defaultdict(list)
    before = peak.rate()
    for turn in range(turns):
        if turn and time.monotonic() - begun > limit * (3 if turn < least else 1):
            break
        for name, work in works.items():
            taken = seconds(work)
            after = peak.rate()
            found[name].append(Turn(taken, (before + after) / 2))
            before = after
    return dict(found)


@contextmanager
def threads(number: int) -> Iterator[None]:
    """Compute with so many threads meanwhile."""
    before = torch.get_num_threads()
    torch.set_num_threads(number)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def cores() -> int:
    """Return how many processor cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def of_threads(number: int) -> str:
    """Return ``"1 thread"``, ``"2 threads"``."""
    return f"{number} thread{'s' if number > 1 else ''}"
