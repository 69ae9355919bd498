"""What the records of a study say: trials grouped over their seeds, and two groups compared pair by pair."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from scipy.stats import binomtest

from infersent.foundation.arrays import Array, Bools, Floats
from infersent.foundation.intervals import (
    crossed_bootstrap,
    mean_interval,
    percentile_interval,
    variance_components,
)
from infersent.foundation.tables import Cell, Table, signed
from infersent.study.answers import Answers
from infersent.study.grid import Trial
from infersent.study.records import Record
from infersent.study.verdict import FEW_SEEDS, MARGINS, Interval, Outcome, excludes_zero, hull, judge


class Answered:
    """Models that differ in their seed alone, by their answers on one split.

    A subclass has ``split``, one of :data:`infersent.study.records.SPLITS`, and what raises here.
    """

    split: str

    def on(self, split: str) -> Self:
        """Return the same models with their numbers on another split."""
        raise NotImplementedError

    @property
    def seeds(self) -> list[int]:
        """The seed of each model."""
        raise NotImplementedError

    @property
    def answers(self) -> list[Answers]:
        """The answers of each model on :attr:`split`."""
        raise NotImplementedError

    @property
    def accuracies(self) -> Floats:
        """``[models]``: accuracy of each, from 0 to 1."""
        return np.array([answers.accuracy for answers in self.answers])

    @property
    def mean(self) -> float:
        """The mean accuracy over the seeds."""
        return float(self.accuracies.mean())

    @property
    def interval(self) -> tuple[float, float]:
        """The 95% interval of :attr:`mean` by Student's t: what a few seeds leave open; nan for one seed."""
        return mean_interval(self.accuracies)[1:]

    @property
    def correct(self) -> Bools:
        """``[models, pairs]`` booleans: which answers of each are right."""
        return np.array([answers.right() for answers in self.answers])


@dataclass(frozen=True)
class Group(Answered):
    """Trials that differ in their seed alone.

    Attributes
    ----------
    settings
        The settings in which this group differs from the others, by flat name.
    records
        The trials' records, in the order of their seeds.
    split
        One of :data:`infersent.study.records.SPLITS`: whose numbers these are.
    """

    settings: dict[str, Any]
    records: tuple[Record, ...]
    split: str = "test"

    @property
    def name(self) -> str:
        """The settings on one line."""
        parts = (f"{name}={in_words(value)}" for name, value in self.settings.items())
        return ", ".join(parts) or "all trials"

    @property
    def seeds(self) -> list[int]:
        """The seed of each trial."""
        return [record.trial.training.seed for record in self.records]

    def on(self, split: str) -> Self:
        """Return the same trials with their numbers on another split.

        Examples
        --------
        >>> from infersent.study.records import load_records
        >>> both = find_group(load_records("subsets"), blocks="u, v")
        >>> [f"{both.on(split).mean:.1%}" for split in ("test", "test-hard", "test-easy")]
        ['64.5%', '29.7%', '81.8%']
        """
        return replace(self, split=split)

    @property
    def answers(self) -> list[Answers]:
        """The answers of each trial on :attr:`split`."""
        return [record.answers(self.split) for record in self.records]

    @property
    def phenomena(self) -> dict[str, float]:
        """The mean accuracy over the seeds by phenomenon; empty where the corpus names none."""
        each = [answers.phenomena for answers in self.answers]
        return {name: float(np.mean([one[name] for one in each])) for name in each[0]}


def groups(records: Sequence[Record], split: str = "test") -> list[Group]:
    """Group the trials that differ in their seed alone, in the order in which each group's first trial appears.

    Trials that failed are left out.
    """
    finished = [record for record in records if record.error is None]
    specs = [{name: value for name, value in record.trial.spec.items() if name != "seed"} for record in finished]
    varied = [name for name in (specs[0] if specs else ()) if len({json.dumps(spec[name]) for spec in specs}) > 1]
    found: dict[str, list[Record]] = {}
    settings: dict[str, dict[str, Any]] = {}
    for record, spec in zip(finished, specs, strict=True):
        same = json.dumps(spec)
        found.setdefault(same, []).append(record)
        settings[same] = {name: spec[name] for name in varied}
    return [
        Group(settings[same], tuple(sorted(those, key=lambda record: record.trial.training.seed)), split)
        for same, those in found.items()
    ]


def in_words(value: Any) -> str:
    """Return a setting's value as it is written in a sentence."""
    if isinstance(value, list):
        return "(" + ", ".join(value) + ")"
    # The type itself: True is an int, too.
    return f"{value:,}" if type(value) is int else str(value)


def table(found: Sequence[Group]) -> Table:
    """Return a row for each group: its settings, its mean accuracy, and the 95% interval over the seeds.

    Where the split is SNLI's test, the mean accuracies on its hard and easy pairs stand beside it.
    """
    split = found[0].split if found else "test"
    parts = ["hard", "easy"] if _have_parts(found) else []
    results: list[list[Cell]] = []
    for group in found:
        low, high = group.interval
        interval = f"{low:.1%} to {high:.1%}" if len(group.seeds) > 1 else None
        results.append([group.mean, interval, *(group.on(f"test-{part}").mean for part in parts), len(group.seeds)])
    caption = f"Mean accuracy on {split} over the seeds, with its 95% interval"
    if parts:
        caption += "; hard and easy: on SNLI-hard (Gururangan et al. 2018) and on the rest of test"
    formats = dict.fromkeys([split, *parts], ".1%")
    return _by_settings(found, [split, "95% interval", *parts, "seeds"], results, formats, caption)


def _have_parts(found: Sequence[Group]) -> bool:
    every = [group.split == "test" and record.has_parts for group in found for record in group.records]
    return bool(every) and all(every)


def phenomena_table(found: Sequence[Group]) -> Table:
    """Return a row for each group: its settings, and its mean accuracy on each phenomenon that the corpus names."""
    names = list(found[0].phenomena) if found else []
    results: list[list[Cell]] = [[group.phenomena[name] for name in names] for group in found]
    caption = "Mean accuracy over the seeds, by phenomenon"
    return _by_settings(found, names, results, dict.fromkeys(names, ".1%"), caption)


def _by_settings(
    found: Sequence[Group], titles: list[str], results: list[list[Cell]], formats: dict[str, str], caption: str
) -> Table:
    """Return the results of groups behind a column for each setting in which they differ, the blocks first."""
    names = sorted(dict.fromkeys(name for group in found for name in group.settings), key=lambda name: name != "blocks")
    rows = [
        [*(_setting(group.settings[name]) if name in group.settings else None for name in names), *result]
        for group, result in zip(found, results, strict=True)
    ]
    if not names:  # the first column names the rows
        rows = [["all trials", *row] for row in rows]
    return Table([*(names or [""]), *titles], rows, formats=formats, caption=caption)


def _setting(value: Any) -> str:
    if value is None:
        return "all"  # the whole corpus, or all of its pairs
    return ", ".join(value) if isinstance(value, list) else in_words(value)


def find_group(records: Sequence[Record], split: str = "test", **settings: Any) -> Group:
    """Return the one group whose trials have these settings.

    Raises
    ------
    ValueError
        If a name is unknown, or if no group or several have them; the message says how the groups differ.

    Examples
    --------
    >>> from infersent.study.records import load_records
    >>> find_group(load_records("subsets"), blocks="u").seeds
    [0, 1, 2, 3, 4]
    """
    wanted = {name: Trial.from_spec({name: value}).spec[name] for name, value in settings.items()}
    known = groups(records, split)
    specs = [group.records[0].trial.spec for group in known]
    found = [
        group for group, spec in zip(known, specs, strict=True) if all(spec[name] == wanted[name] for name in wanted)
    ]
    if len(found) == 1:
        return found[0]
    differing = sorted({name for group in known for name in group.settings})
    asked = ", ".join(f"{name}={value!r}" for name, value in settings.items())
    which = "\n".join(f"  {group.settings}" for group in (found or known))
    raise ValueError(
        f"{len(found) or 'No'} group{'s have' if len(found) > 1 else ' has'} {asked or 'no settings'}. "
        f"Groups differ in {', '.join(differing) or 'nothing'}:\n{which}"
    )


@dataclass(frozen=True)
class Intervals:
    """What seeds and pairs leave open of a mean over both. All are pairs of ends, low and high.

    Attributes
    ----------
    interval, interval_90
        The 95% and the 90% interval that the verdict uses. From ten seeds on they are :attr:`crossed` and
        :attr:`crossed_90`; below, the least that holds these and Student's t over the seeds; nan with one seed.
    crossed, crossed_90
        By a bootstrap over seeds and pairs at once, see :func:`infersent.foundation.intervals.crossed_bootstrap`.
    components
        95% interval from the components of variance, see :func:`infersent.foundation.intervals.variance_components`. It
        decides nothing; nan with one seed.
    over_seeds
        95% interval by Student's t over the seeds: another training would give another number. The test pairs are taken
        as given. nan with one seed.
    """

    interval: Interval
    interval_90: Interval
    crossed: Interval
    crossed_90: Interval
    components: Interval
    over_seeds: Interval


@dataclass(frozen=True)
class Comparison(Intervals):
    """How much better one group is than another, with what seeds and test pairs leave open. Accuracies go from 0 to 1.

    The intervals of the difference are those of :class:`Intervals`.

    Attributes
    ----------
    difference
        Mean accuracy of the first less that of the second, over the seeds that both have.
    over_pairs
        95% interval of the difference by a paired bootstrap over the test pairs: another test set would give another
        number. The trained models are taken as given.
    mcnemar
        For each seed the p-value of McNemar's exact test (McNemar 1947): of the pairs that only one of the two models
        gets right, does each get half?
    seeds
        The seeds that both groups have.
    margin
        The smallest difference of interest.
    """

    difference: float
    over_pairs: Interval
    mcnemar: tuple[float, ...]
    seeds: tuple[int, ...]
    margin: float

    @property
    def outcome(self) -> Outcome:
        """``"equivalent"``, ``"differs"`` or ``"undecided"``, by :func:`infersent.study.verdict.judge`."""
        return judge(self.interval_90, self.interval, self.margin)

    @property
    def bootstrap_outcome(self) -> Outcome:
        """The outcome by the bootstrap alone, which ``study/grids/DECLARATIONS.md`` declares for any number of seeds.

        From ten seeds on it is :attr:`outcome`. One seed decides nothing here either.
        """
        if len(self.seeds) < 2:
            return "undecided"
        return judge(self.crossed_90, self.crossed, self.margin)

    @property
    def verdict(self) -> str:
        """The outcome in a sentence, with the estimate and its intervals in points."""
        size, margin = _in_points(self.difference), f"{100 * self.margin:g} points"
        if len(self.seeds) < 2:
            return (
                f"undecided, for one seed cannot decide: {size} points, "
                f"{_between(self.over_pairs)} over the pairs alone (95%)"
            )
        wide, narrow = _between(self.interval), " to ".join(map(_in_points, self.interval_90))
        if self.outcome == "equivalent":
            zero = "outside" if excludes_zero(self.interval) else "inside"
            return (
                f"equivalent within {margin}: {size} points, {wide} (95%; 90%: {narrow}); "
                f"zero lies {zero} the 95% interval"
            )
        if self.outcome == "differs":
            side = "better" if self.difference > 0 else "worse"
            return f"differs, the first is {side}: {size} points, {wide} (95%)"
        return f"undecided: {size} points, {wide} (95%; 90%: {narrow}, against a margin of {margin})"


def _in_points(share: float) -> str:
    return signed(100 * share)


def _between(interval: Interval) -> str:
    return f"between {_in_points(interval[0])} and {_in_points(interval[1])}"


def compare(first: Answered, second: Answered, *, margin: float | None = None, resamples: int = 10_000) -> Comparison:
    """Compare two groups on the seeds that both have: the same test pairs, the same order of training batches.

    The intervals come from a bootstrap that draws seeds and pairs anew at once. With few seeds it has two faults, both
    to the same side: of the variance between S seeds it sees (S - 1)/S, and it takes the spread that these seeds show
    for the true one. Student's t over the seeds has neither fault, but leaves the pairs out. So below ten seeds
    (:data:`infersent.study.verdict.FEW_SEEDS`) both must agree: the verdict's intervals reach as far as either does.
    That is still no cure for three seeds: they show a size, and what hangs on it needs runs of its own.

    Parameters
    ----------
    first, second
        The groups.
    margin
        The smallest difference of interest, in shares; by default that of the split,
        :data:`infersent.study.verdict.MARGINS`.
    resamples
        How many samples the bootstrap draws.

    Raises
    ------
    ValueError
        If they share no seed, or were tested on different splits or different numbers of pairs.

    Examples
    --------
    >>> from infersent.study.records import load_records
    >>> both, product = (find_group(load_records("subsets"), blocks=name) for name in ("u, v, |u-v|", "u, v, u*v"))
    >>> compare(both, product).outcome
    'differs'
    """
    seeds = sorted(set(first.seeds) & set(second.seeds))
    if not seeds:
        raise ValueError(f"The groups share no seed: {first.seeds} and {second.seeds}. Compare trials of equal seeds.")
    if first.split != second.split:
        raise ValueError(f"One group is on {first.split}, the other on {second.split}: nothing to pair.")
    ours, theirs = (group.correct[[group.seeds.index(seed) for seed in seeds]] for group in (first, second))
    if ours.shape != theirs.shape:
        raise ValueError(f"One group has {ours.shape[1]:,} test pairs, the other {theirs.shape[1]:,}: nothing to pair.")
    differences = ours.astype(np.int8) - theirs.astype(np.int8)  # [seeds, pairs]
    return Comparison(
        **vars(intervals(differences, resamples)),
        difference=float(differences.mean()),
        over_pairs=percentile_interval(crossed_bootstrap(differences.mean(axis=0)[None], resamples=resamples)),
        mcnemar=tuple(_mcnemar(a, b) for a, b in zip(ours, theirs, strict=True)),
        seeds=tuple(seeds),
        margin=MARGINS[first.split] if margin is None else margin,
    )


def intervals(values: Array, resamples: int = 10_000) -> Intervals:
    """Return the intervals of the mean of ``values [seeds, pairs]``, by the rule of :func:`compare`."""
    seeds = len(values)
    per_seed = values.mean(axis=1)
    resampled = crossed_bootstrap(values, resamples=resamples)
    crossed, crossed_90 = percentile_interval(resampled), percentile_interval(resampled, 0.90)
    over_seeds, over_seeds_90 = mean_interval(per_seed)[1:], mean_interval(per_seed, 0.90)[1:]
    interval, interval_90, components = crossed, crossed_90, (math.nan, math.nan)
    if seeds == 1:
        interval = interval_90 = (math.nan, math.nan)
    else:
        components = variance_components(values).interval()
        if seeds < FEW_SEEDS:
            interval, interval_90 = hull(crossed, over_seeds), hull(crossed_90, over_seeds_90)
    return Intervals(interval, interval_90, crossed, crossed_90, components, over_seeds)


def comparison_table(pairs: Mapping[str, tuple[Answered, Answered]], caption: str = "") -> Table:
    """Return a row for each two groups: how much better the first is on SNLI's test and on SNLI-hard, and the verdicts.

    Parameters
    ----------
    pairs
        The two groups by what the row is called. Their records must be of SNLI.
    caption
        Of the table. The differences are in points, with the 95% interval that the verdict uses.

    Raises
    ------
    ValueError
        If :func:`compare` refuses two groups, or they were not tested on SNLI's test split.
    """
    rows: list[list[Cell]] = []
    for name, (first, second) in pairs.items():
        row: list[Cell] = [name]
        for split in ("test", "test-hard"):
            found = compare(first.on(split), second.on(split))
            low, high = (signed(100 * end, 1, plus=False) for end in found.interval)
            row += [f"{signed(100 * found.difference, 1)} ({low} to {high})", found.outcome]
        rows.append(row)
    return Table(["", "on test", "verdict", "on SNLI-hard", " verdict"], rows, caption=caption)


def _mcnemar(ours: Bools, theirs: Bools) -> float:
    """Return McNemar's exact p-value: of the pairs that only one of two models gets right, does each get half?"""
    only_ours, only_theirs = int((ours & ~theirs).sum()), int((~ours & theirs).sum())
    either = only_ours + only_theirs
    return float(binomtest(only_ours, either).pvalue) if either else 1.0
