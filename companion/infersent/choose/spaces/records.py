"""The records of encoders' vectors on other tasks, groups of them, and how far one is ahead of another."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from infersent.choose.spaces.influence import unpack_parts
from infersent.choose.spaces.tasks import COSINE
from infersent.foundation.arrays import Array, Floats
from infersent.foundation.bits import unpack_bits
from infersent.foundation.choices import choose
from infersent.foundation.intervals import crossed_bootstrap, mean_interval, percentile_interval
from infersent.foundation.recorded import FOLDER, read_lines, write_lines
from infersent.foundation.tables import Cell, Table, signed
from infersent.model.features import Blocks
from infersent.study.comparison import Intervals, intervals
from infersent.study.verdict import Interval, Outcome, judge

#: The records that come with the package.
RECORDS = FOLDER / "spaces" / "encoders.jsonl"

#: Where vectors can come from: two grids, a model, and a floor.
FAMILIES = {
    "spaces": "BiLSTM, 128 numbers",
    "lengths-256": "BiLSTM, 512 numbers",
    "infersent": "the shipped InferSent",
    "minilm": "MiniLM",
    "words": "mean of the word vectors",
}

#: The smallest difference of interest: 0.01 of a correlation, or a point of accuracy.
MARGIN = 0.01

#: How many samples a comparison's bootstrap draws.
RESAMPLES = 2_000


@dataclass(frozen=True)
class Encoder:
    """Where vectors come from.

    Attributes
    ----------
    family
        A key of :data:`FAMILIES`.
    blocks
        The set of blocks that the encoder was trained with; empty where it was not trained through blocks.
    seed
        Of its training.
    """

    family: str
    blocks: str = ""
    seed: int = 0

    def __post_init__(self) -> None:
        choose("family", self.family, FAMILIES)
        if self.blocks:
            object.__setattr__(self, "blocks", str(Blocks(self.blocks)))


@dataclass(frozen=True)
class Scored:
    """A score on a task's test pairs, and what each pair has to do with it.

    Attributes
    ----------
    score
        Spearman's correlation, or accuracy from 0 to 1.
    penalty
        λ of the head; ``None`` where nothing was trained.
    pairs
        How many test pairs.
    parts
        Each pair's part in the correlation, see :mod:`infersent.choose.spaces.influence`; or which answers are right,
        see :mod:`infersent.foundation.bits`. Empty where it is not kept.
    """

    score: float
    penalty: float | None
    pairs: int
    parts: str = ""

    def values(self) -> Array:
        """Return a number for each pair, ``[pairs]``, whose mean is the score.

        Raises
        ------
        ValueError
            If the record does not keep them.
        """
        if not self.parts:
            raise ValueError("The record keeps no parts of this score, pair by pair.")
        if " " in self.parts:
            return unpack_parts(self.parts, self.score)
        return unpack_bits(self.parts, self.pairs).astype(float)

    def to_json(self) -> dict[str, Any]:
        """Return the attributes as JSON values; those that say nothing are left out."""
        return {name: value for name, value in asdict(self).items() if value not in (None, "")}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Scored:
        """Read what :meth:`to_json` wrote."""
        return cls(**({"penalty": None} | dict(value)))


@dataclass(frozen=True)
class Form:
    """What the training's own head makes of u∗v: the form uᵀ diag(w) v, w for entailment less for contradiction.

    Attributes
    ----------
    negative
        The share of the weights w that are below zero.
    similarity
        Spearman's correlation of the form with the test scores of ``similarity``.
    dot
        That of uᵀv, for comparison.
    """

    negative: float
    similarity: float
    dot: float


@dataclass(frozen=True)
class Space:
    """What was measured of one encoder's vectors.

    Attributes
    ----------
    encoder
        Where they come from.
    dim
        How many numbers they have.
    scores
        For each task, and for each set of blocks that a head was solved on, the score on the test pairs; under
        ``cosine`` that of the plain cosine, for the tasks with scores.
    pearson
        Of the plain cosine: Pearson's correlation by task.
    dev
        Of the plain cosine on STS-B's dev pairs: Spearman's correlation.
    form
        Where the training had u∗v.
    seconds
        How long it took.
    made
        Where and with what.
    """

    encoder: Encoder
    dim: int
    scores: dict[str, dict[str, Scored]]
    pearson: dict[str, float]
    dev: float
    form: Form | None
    seconds: float
    made: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Return the record as JSON values."""
        scores = {task: {by: scored.to_json() for by, scored in found.items()} for task, found in self.scores.items()}
        return asdict(self) | {"scores": scores}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Space:
        """Read what :meth:`to_json` wrote."""
        scores = {
            task: {by: Scored.from_json(scored) for by, scored in found.items()}
            for task, found in value["scores"].items()
        }
        form = value["form"] and Form(**value["form"])
        return cls(**(dict(value) | {"encoder": Encoder(**value["encoder"]), "scores": scores, "form": form}))


@dataclass(frozen=True)
class SpaceGroup:
    """Encoders that differ in the seed of their training alone.

    Attributes
    ----------
    spaces
        In the order of their seeds.
    """

    spaces: tuple[Space, ...]

    @property
    def seeds(self) -> list[int]:
        """The seed of each."""
        return [space.encoder.seed for space in self.spaces]

    def scored(self, task: str, by: str = COSINE) -> list[Scored]:
        """Return each encoder's score on a task, read by the plain cosine or by a head on a set of blocks.

        Raises
        ------
        ValueError
            If there is no such task, or it was not read by that.
        """
        name = by if by == COSINE else str(Blocks(by))
        found = [choose("task", task, space.scores) for space in self.spaces]
        return [choose(f"reading of {task}", name, one) for one in found]

    def scores(self, task: str, by: str = COSINE) -> Floats:
        """Return each encoder's score, ``[seeds]``."""
        return np.array([one.score for one in self.scored(task, by)])

    def mean(self, task: str, by: str = COSINE) -> float:
        """Return the mean score over the seeds."""
        return float(self.scores(task, by).mean())

    def interval(self, task: str, by: str = COSINE) -> Interval:
        """Return the 95% interval of the mean by Student's t over the seeds; nan for one seed."""
        return mean_interval(self.scores(task, by))[1:]


#: A group's scores on a task: the group, the task, and what the task is read by.
Reading: TypeAlias = tuple[SpaceGroup, str, str]


@dataclass(frozen=True)
class Ahead(Intervals):
    """How far one reading is ahead of another, with what seeds and test pairs leave open.

    Attributes
    ----------
    difference
        Mean score of the first less that of the second, over the seeds that both have.
    over_pairs
        95% interval of the difference by a bootstrap over the test pairs alone: the trained encoders taken as given.
    seeds
        The seeds that both have.
    """

    difference: float
    over_pairs: Interval
    seeds: tuple[int, ...]

    @property
    def outcome(self) -> Outcome:
        """``"equivalent"``, ``"differs"`` or ``"undecided"``, by :func:`infersent.study.verdict.judge`."""
        return judge(self.interval_90, self.interval, MARGIN)


def ahead(first: Reading, second: Reading) -> Ahead:
    """Compare two readings of the same test pairs on the seeds that both have, by the rule of the studies.

    Raises
    ------
    ValueError
        If they share no seed, are of different numbers of pairs, or a record keeps no parts of a score.

    Examples
    --------
    >>> group = find_spaces(load_spaces(), "spaces", "u, v, |u-v|")
    >>> ahead((group, "similarity", "|u-v|"), (group, "similarity", "max(v-u,0)")).difference > 0
    True
    """
    seeds = sorted(set(first[0].seeds) & set(second[0].seeds))
    if not seeds:
        raise ValueError(f"The encoders share no seed: {first[0].seeds} and {second[0].seeds}.")
    sides = []
    for group, task, by in (first, second):
        scored = group.scored(task, by)
        sides.append([scored[group.seeds.index(seed)] for seed in seeds])
    ours, theirs = (np.array([one.values() for one in side]) for side in sides)
    if ours.shape != theirs.shape:
        raise ValueError(f"One has {ours.shape[1]:,} test pairs, the other {theirs.shape[1]:,}: nothing to pair.")
    values = ours - theirs
    alone = crossed_bootstrap(values.mean(axis=0)[None], resamples=RESAMPLES)
    return Ahead(
        **vars(intervals(values, RESAMPLES)),
        difference=float(np.mean([a.score - b.score for a, b in zip(*sides, strict=True)])),
        over_pairs=percentile_interval(alone),
        seeds=tuple(seeds),
    )


def ahead_table(rows: Mapping[str, tuple[Reading, Reading]], caption: str = "") -> Table:
    """Return a row for each two readings: how far the first is ahead, in hundredths, and the word of the rule.

    Where there is one run, the interval is that over the test pairs alone, and no word is said.

    Parameters
    ----------
    rows
        The two by what the row is called.
    caption
        Of the table.
    """
    cells: list[list[Cell]] = []
    for name, (first, second) in rows.items():
        found = ahead(first, second)
        one = math.isnan(found.interval[0])
        low, high = (signed(100 * end, 1, plus=False) for end in (found.over_pairs if one else found.interval))
        word = "one run" if one else found.outcome
        cells.append([name, signed(100 * found.difference, 1), f"{low} to {high}", word])
    return Table(["", "ahead by", "95% interval", "verdict"], cells, caption=caption)


def read_spaces(paths: Iterable[Path]) -> list[Space]:
    """Return the records of some files with one on each line."""
    return [Space.from_json(line) for path in paths for line in read_lines(path)]


def write_spaces(spaces: Sequence[Space], path: str | Path) -> None:
    """Write records to a file, one on each line, in one step."""
    write_lines((space.to_json() for space in spaces), path)


def ship(out: str | Path, path: Path = RECORDS) -> None:
    """Gather the records that ``python -m infersent.choose.spaces`` wrote in the package's file.

    Parameters
    ----------
    out
        Where the command wrote.
    path
        Where they go.
    """
    found = read_spaces(sorted(Path(out).glob("*.jsonl")))
    order = list(FAMILIES)
    found.sort(key=lambda space: (order.index(space.encoder.family), space.encoder.seed))
    write_spaces(found, path)


def load_spaces() -> list[Space]:
    """Return the records that come with the package."""
    return read_spaces([RECORDS])


def find_spaces(spaces: Sequence[Space], family: str, blocks: str = "") -> SpaceGroup:
    """Return the encoders of a family that were trained with these blocks.

    Parameters
    ----------
    spaces
        Where to look.
    family
        A key of :data:`FAMILIES`.
    blocks
        The set; empty for encoders that were not trained through blocks, and for the shipped one.

    Raises
    ------
    ValueError
        If there are none.

    Examples
    --------
    >>> find_spaces(load_spaces(), "lengths-256", "u, v, u*v").seeds
    [0, 1, 2]
    """
    wanted = Encoder(family, blocks)
    found = [
        space for space in spaces if (space.encoder.family, space.encoder.blocks) == (wanted.family, wanted.blocks)
    ]
    if not found:
        raise ValueError(f"There is no record of {FAMILIES[family]} with the blocks ({blocks}).")
    return SpaceGroup(tuple(sorted(found, key=lambda space: space.encoder.seed)))
