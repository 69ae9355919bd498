"""What the records of a study say: trials grouped over their seeds, and two groups compared pair by pair."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.stats import binomtest, bootstrap, ttest_rel

from infersent.foundation.arrays import Bools, Floats
from infersent.foundation.intervals import mean_interval
from infersent.foundation.tables import Cell, Table
from infersent.study.answers import Answers
from infersent.study.grid import Trial
from infersent.study.records import Record


@dataclass(frozen=True)
class Group:
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

    def on(self, split: str) -> Group:
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
    def accuracies(self) -> Floats:
        """``[trials]``: accuracy of each trial, from 0 to 1."""
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
    def phenomena(self) -> dict[str, float]:
        """The mean accuracy over the seeds by phenomenon; empty where the corpus names none."""
        each = [answers.phenomena for answers in self.answers]
        return {name: float(np.mean([one[name] for one in each])) for name in each[0]}

    @property
    def correct(self) -> Bools:
        """``[trials, pairs]`` booleans: which answers of each trial are right."""
        return np.array([answers.right() for answers in self.answers])


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
class Comparison:
    """How much better one group is than another, with what the seeds and what the test pairs leave open.

    Attributes
    ----------
    difference
        Mean accuracy of the first less that of the second, over the seeds that both have.
    over_seeds
        95% interval of the difference by Student's t over the seeds: another training would give another number.
        nan with one seed.
    over_pairs
        95% interval of the difference by a paired bootstrap over the test pairs: another test set would give another
        number. The trained models are taken as given.
    p_seeds
        p-value of the paired t-test over the seeds; nan with one seed.
    mcnemar
        For each seed the p-value of McNemar's exact test (McNemar 1947): of the pairs that only one of the two models
        gets right, does each get half?
    seeds
        The seeds that both groups have.
    """

    difference: float
    over_seeds: tuple[float, float]
    over_pairs: tuple[float, float]
    p_seeds: float
    mcnemar: tuple[float, ...]
    seeds: tuple[int, ...]

    @property
    def verdict(self) -> str:
        """The answer in words: a difference counts when zero lies outside both intervals."""
        points = f"{abs(100 * self.difference):.1f} points"
        if len(self.seeds) < 2:
            return f"{points}, one seed: another seed may say otherwise"
        if min(self.over_seeds[0], self.over_pairs[0]) > 0:
            return f"the first is better, by {points}"
        if max(self.over_seeds[1], self.over_pairs[1]) < 0:
            return f"the first is worse, by {points}"
        return f"no difference that these seeds and pairs can tell ({points})"


def compare(first: Group, second: Group, *, resamples: int = 2000) -> Comparison:
    """Compare two groups on the seeds that both have: the same test pairs, the same order of training batches.

    Parameters
    ----------
    first, second
        The groups.
    resamples
        How many samples the bootstrap over the test pairs draws.

    Raises
    ------
    ValueError
        If they share no seed, or were tested on different numbers of pairs.
    """
    seeds = sorted(set(first.seeds) & set(second.seeds))
    if not seeds:
        raise ValueError(f"The groups share no seed: {first.seeds} and {second.seeds}. Compare trials of equal seeds.")
    ours, theirs = (group.correct[[group.seeds.index(seed) for seed in seeds]] for group in (first, second))
    if ours.shape != theirs.shape:
        raise ValueError(f"One group has {ours.shape[1]:,} test pairs, the other {theirs.shape[1]:,}: nothing to pair.")
    per_pair = ours.mean(axis=0) - theirs.mean(axis=0)  # [pairs]
    per_seed = ours.mean(axis=1) - theirs.mean(axis=1)  # [seeds]
    if per_pair.any():
        resampled = bootstrap((per_pair,), np.mean, n_resamples=resamples, batch=100, method="percentile", rng=0)
        over_pairs = resampled.confidence_interval
    else:
        over_pairs = (0.0, 0.0)
    several_differ = len(seeds) > 1 and bool(np.ptp(per_seed))
    return Comparison(
        difference=float(per_seed.mean()),
        over_seeds=mean_interval(per_seed)[1:],
        over_pairs=(float(over_pairs[0]), float(over_pairs[1])),
        p_seeds=float(ttest_rel(ours.mean(axis=1), theirs.mean(axis=1)).pvalue) if several_differ else np.nan,
        mcnemar=tuple(_mcnemar(a, b) for a, b in zip(ours, theirs, strict=True)),
        seeds=tuple(seeds),
    )


def _mcnemar(ours: Bools, theirs: Bools) -> float:
    """Return McNemar's exact p-value: of the pairs that only one of two models gets right, does each get half?"""
    only_ours, only_theirs = int((ours & ~theirs).sum()), int((~ours & theirs).sum())
    either = only_ours + only_theirs
    return float(binomtest(only_ours, either).pvalue) if either else 1.0
