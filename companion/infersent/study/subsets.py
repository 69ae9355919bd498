"""The study of the subsets in small: the accuracies of each subset, and every two subsets compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from infersent.foundation.recorded import load_record
from infersent.model.features import BLOCKS
from infersent.study.comparison import compare, find_group
from infersent.study.records import Record
from infersent.study.verdict import MARGINS, Interval, Outcome, excludes_zero, judge

#: The grids that try every subset of the four blocks, with the name of the corpus.
SUBSET_GRIDS = {"subsets": "SNLI", "captions": "Captions"}

#: The 15 subsets, the smaller first, each written as a grid file has it.
SUBSETS = tuple(", ".join(some) for size in range(1, len(BLOCKS) + 1) for some in combinations(BLOCKS, size))

#: The 28 ways to add a block to a subset: the subset as in :data:`SUBSETS`, and the block.
ADDITIONS = tuple((name, block) for name in SUBSETS for block in BLOCKS if block not in name.split(", "))

#: The parts of SNLI's test split that the lattice of the subsets shows, with the name of each.
PARTS = {"test": "test", "test-hard": "SNLI-hard", "test-easy": "easy"}

_DIGITS = 6  # as many as a widget's state has


@dataclass(frozen=True)
class Subset:
    """The test accuracies of one subset of the blocks, from 0 to 1.

    Attributes
    ----------
    blocks
        As in :data:`SUBSETS`.
    accuracies
        One for each seed.
    mean
        Their mean.
    low, high
        The ends of its 95% interval over the seeds.
    """

    blocks: str
    accuracies: tuple[float, ...]
    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Difference:
    """How much better one subset is than another; accuracies from 0 to 1.

    Attributes
    ----------
    mean
        The difference of the mean accuracies.
    interval, interval_90
        Its 95% and its 90% interval, see :class:`infersent.study.comparison.Comparison`.
    margin
        The smallest difference of interest.
    """

    mean: float
    interval: Interval
    interval_90: Interval
    margin: float

    @property
    def outcome(self) -> Outcome:
        """What the study's rule says, see :func:`infersent.study.verdict.judge`."""
        return judge(self.interval_90, self.interval, self.margin)

    @property
    def sign(self) -> int:
        """1 or -1 where the two differ by that rule, else 0."""
        return (1 if self.mean > 0 else -1) if self.outcome == "differs" else 0

    def __neg__(self) -> Difference:
        """Return how much better the other subset is."""
        (a, b), (c, d) = self.interval, self.interval_90
        return Difference(-self.mean, (-b, -a), (-d, -c), self.margin)


@dataclass(frozen=True)
class Summary:
    """A study that has every subset, in small.

    Attributes
    ----------
    pairs
        The number of test pairs.
    seeds
        Those of every subset.
    margin
        The smallest difference of interest.
    subsets
        In the order of :data:`SUBSETS`.
    comparisons
        A triangle: ``comparisons[i][j]``, for ``j < i``, is how much better subset ``i`` is than subset ``j``.
    """

    pairs: int
    seeds: tuple[int, ...]
    margin: float
    subsets: tuple[Subset, ...]
    comparisons: tuple[tuple[Difference, ...], ...]

    def subset(self, blocks: str) -> Subset:
        """Return the subset of these blocks, written as in :data:`SUBSETS`."""
        return self.subsets[self._place(blocks)]

    def difference(self, first: str, second: str) -> Difference:
        """Return how much better the second subset is than the first, both written as in :data:`SUBSETS`."""
        a, b = self._place(first), self._place(second)
        if a == b:
            return Difference(0.0, (0.0, 0.0), (0.0, 0.0), self.margin)
        return self.comparisons[b][a] if a < b else -self.comparisons[a][b]

    @property
    def apart(self) -> tuple[int, int]:
        """Of how many comparisons zero lies outside the 95% interval, and how many comparisons there are.

        Were no two subsets different, one comparison in twenty would be among them all the same.
        """
        every = [one for row in self.comparisons for one in row]
        return sum(excludes_zero(one.interval) for one in every), len(every)

    def _place(self, blocks: str) -> int:
        return [subset.blocks for subset in self.subsets].index(blocks)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Summary:
        """Read what :meth:`to_json` wrote."""
        return cls(
            pairs=value["pairs"],
            seeds=tuple(value["seeds"]),
            margin=value["margin"],
            subsets=tuple(Subset(**(one | {"accuracies": tuple(one["accuracies"])})) for one in value["subsets"]),
            comparisons=tuple(
                tuple(Difference(mean, (a, b), (c, d), value["margin"]) for mean, a, b, c, d in row)
                for row in value["comparisons"]
            ),
        )

    def to_json(self) -> dict[str, Any]:
        """Return the summary as JSON values; a difference is a list of its five numbers."""
        return {
            "pairs": self.pairs,
            "seeds": list(self.seeds),
            "margin": self.margin,
            "subsets": [
                {
                    "blocks": one.blocks,
                    "accuracies": list(one.accuracies),
                    "mean": one.mean,
                    "low": one.low,
                    "high": one.high,
                }
                for one in self.subsets
            ],
            "comparisons": [[[one.mean, *one.interval, *one.interval_90] for one in row] for row in self.comparisons],
        }


def summarise(records: Sequence[Record], *, resamples: int = 10_000) -> Summary:
    """Return a study that has every subset in small, with all shares to six digits.

    Parameters
    ----------
    records
        The study's records, see :func:`infersent.study.records.load_records`.
    resamples
        How many samples the bootstrap over seeds and test pairs draws.

    Raises
    ------
    ValueError
        If a subset has no trials or has other seeds than the first, or if there is only one seed.
    """
    groups = [find_group(records, blocks=name) for name in SUBSETS]
    seeds = groups[0].seeds
    for name, group in zip(SUBSETS, groups, strict=True):
        if group.seeds != seeds:
            raise ValueError(f"({name}) has the seeds {group.seeds}, ({SUBSETS[0]}) has {seeds}: finish the study.")
    if len(seeds) < 2:
        raise ValueError(f"One seed, {seeds}, has no interval over the seeds; run at least two.")
    comparisons: list[tuple[Difference, ...]] = []
    for i, group in enumerate(groups):
        found = [compare(group, other, resamples=resamples) for other in groups[:i]]
        comparisons.append(
            tuple(
                Difference(_short(one.difference), _ends(one.interval), _ends(one.interval_90), one.margin)
                for one in found
            )
        )
    subsets = tuple(
        Subset(name, tuple(map(_short, group.accuracies.tolist())), _short(group.mean), *_ends(group.interval))
        for name, group in zip(SUBSETS, groups, strict=True)
    )
    return Summary(groups[0].correct.shape[1], tuple(seeds), MARGINS["test"], subsets, tuple(comparisons))


def lattice(records: Sequence[Record], *, resamples: int = 10_000) -> dict[str, Any]:
    """Return the subsets as a lattice, as JSON values: how good each is, and what each block adds wherever it joins.

    Parameters
    ----------
    records
        Those of the grid ``subsets``.
    resamples
        How many samples the bootstrap over seeds and test pairs draws.

    Returns
    -------
    dict
        For each of :data:`PARTS` its ``name``, the number of ``pairs`` and the ``margin``; ``nodes``, for each of
        :data:`SUBSETS` the mean accuracy and the ends of its 95% interval; and ``edges``, for each of
        :data:`ADDITIONS` the gain, and the ends of its 95% and of its 90% interval. All are shares, to six digits.
    """
    found = {}
    for part, name in PARTS.items():
        groups = {blocks: find_group(records, part, blocks=blocks) for blocks in SUBSETS}
        edges = []
        for blocks, block in ADDITIONS:
            more = ", ".join(sorted([*blocks.split(", "), block], key=BLOCKS.index))
            gain = compare(groups[more], groups[blocks], resamples=resamples)
            edges.append([_short(gain.difference), *_ends(gain.interval), *_ends(gain.interval_90)])
        found[part] = {
            "name": name,
            "pairs": groups[SUBSETS[0]].correct.shape[1],
            "margin": MARGINS[part],
            "nodes": [[_short(group.mean), *_ends(group.interval)] for group in groups.values()],
            "edges": edges,
        }
    return found


def load_ablation() -> dict[str, dict[str, Any]]:
    """Return the shipped summaries by grid as JSON values: the corpus's ``name``, and :meth:`Summary.to_json`.

    Raises
    ------
    ValueError
        If the package has none.
    """
    studies: dict[str, dict[str, Any]] = load_record("ablation")["studies"]
    return studies


def _short(number: float) -> float:
    return round(number, _DIGITS) + 0.0  # no negative zero


def _ends(interval: tuple[float, float]) -> tuple[float, float]:
    return _short(interval[0]), _short(interval[1])
