"""Challenge sets: what a model gets right, phenomenon by phenomenon, and in how many groups it makes no mistake.

A challenge set has pairs that each test one phenomenon, such as negation. The package's own is called "probes"; it is
not to be confused with a probe in the literature, a classifier trained on the vectors of a model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import bootstrap

from infersent.data import probes
from infersent.data.pairs import Pairs
from infersent.foundation.arrays import Bools, Ints
from infersent.foundation.intervals import wilson_interval
from infersent.foundation.tables import Table
from infersent.model.infersent import InferSent
from infersent.text.batching import encode_pairs
from infersent.training.evaluation import evaluate


@dataclass(frozen=True)
class Proportion:
    """A number of right answers among all answers, of which there is at least one.

    Examples
    --------
    >>> print(Proportion(24, 32))
    24 of 32: 75% (95% interval 58% to 87%)
    """

    right: int
    total: int

    @property
    def share(self) -> float:
        """From 0 to 1."""
        return self.right / self.total

    @property
    def interval(self) -> tuple[float, float]:
        """The 95% Wilson interval of :attr:`share`."""
        return wilson_interval(self.right, self.total)

    def to_json(self) -> dict[str, Any]:
        """Return the counts, the share and its interval as plain JSON values, to five places."""
        return {
            "right": self.right,
            "total": self.total,
            "share": round(self.share, 5),
            "interval": [round(x, 5) for x in self.interval],
        }

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.right} of {self.total}: {self.share:.0%} (95% interval {low:.0%} to {high:.0%})"


@dataclass(frozen=True)
class ChallengeResult:
    """A model's answers on a challenge set: those of :func:`run_challenge`, or recorded ones.

    Attributes
    ----------
    pairs
        The challenge set: pairs, each with its phenomenon.
    predictions
        ``[pairs]``, indices into the names of the pairs' labels.
    groups
        ``[pairs]``, the number of each pair's minimal group; None if the pairs do not come in groups.

    Raises
    ------
    ValueError
        If there are no pairs or no phenomena, or not one prediction and one group for each pair.
    """

    pairs: Pairs
    predictions: Ints
    groups: Ints | None = None

    def __post_init__(self) -> None:
        n = len(self.pairs)
        if not n or not self.pairs.phenomena:
            raise ValueError(
                f"{self.pairs.name}: {n} pairs, {len(self.pairs.phenomena)} phenomena; a challenge set has a "
                "phenomenon for each pair, as probes and captions do."
            )
        for name, values in (("predictions", self.predictions), ("groups", self.groups)):
            if values is not None and np.shape(values) != (n,):
                raise ValueError(f"{self.pairs.name}: {n} pairs, but {name} of shape {np.shape(values)}; give [{n}].")

    @classmethod
    def from_answers(cls, answers: str) -> ChallengeResult:
        """Return the result on the package's own challenge set that :attr:`answers` stands for.

        Raises
        ------
        ValueError
            If there is not one digit, an index into ``LABELS``, for each pair.
        """
        if strange := "".join(sorted(set(answers) - set("012"))):
            raise ValueError(f"Answers are digits 0, 1 and 2, one per pair, but these have {strange!r}.")
        return cls(probes.load(), np.array(list(answers), dtype=np.int64), probes.groups())

    @property
    def answers(self) -> str:
        """The predictions as digits, one per pair: short enough for the record of a study.

        Raises
        ------
        ValueError
            If there are more than ten labels.
        """
        if len(self.pairs.label_names) > 10:
            raise ValueError(f"{self.pairs.name}: more than ten labels do not go into one digit each.")
        return "".join(map(str, self.predictions))

    @property
    def correct(self) -> Bools:
        """``[pairs]`` booleans."""
        correct: Bools = self.pairs.labels == self.predictions
        return correct

    @property
    def overall(self) -> Proportion:
        """Right answers among all pairs."""
        return _count(self.correct)

    @property
    def by_phenomenon(self) -> dict[str, Proportion]:
        """Right answers among the pairs of each phenomenon, in the order in which the phenomena first occur."""
        return {name: _count(self.correct[rows]) for name, rows in self._rows().items()}

    @property
    def by_label(self) -> dict[str, dict[str, Proportion]]:
        """Right answers by phenomenon and label; a phenomenon lists only the labels that its pairs have."""
        return {
            name: {
                label: _count(self.correct[of_label])
                for i, label in enumerate(self.pairs.label_names)
                if (of_label := rows & (self.pairs.labels == i)).any()
            }
            for name, rows in self._rows().items()
        }

    @property
    def commonest_label(self) -> dict[str, float]:
        """For each phenomenon, the accuracy of always giving its most frequent label: a model must beat that."""
        return {
            name: float(np.bincount(self.pairs.labels[rows]).max() / rows.sum()) for name, rows in self._rows().items()
        }

    @property
    def whole_groups(self) -> Proportion:
        """Groups without a mistake among all groups.

        Raises
        ------
        ValueError
            If the pairs do not come in groups.
        """
        return self._whole_groups(np.full(len(self.pairs), True))

    @property
    def whole_groups_by_phenomenon(self) -> dict[str, Proportion]:
        """Groups without a mistake among those of each phenomenon.

        Raises
        ------
        ValueError
            If the pairs do not come in groups.
        """
        return {name: self._whole_groups(rows) for name, rows in self._rows().items()}

    def to_json(self) -> dict[str, Any]:
        """Return all of it as plain JSON values."""
        groups: dict[str, Any] = {}
        if self.groups is not None:
            by_phenomenon = {name: count.to_json() for name, count in self.whole_groups_by_phenomenon.items()}
            groups = {"whole_groups": self.whole_groups.to_json(), "whole_groups_by_phenomenon": by_phenomenon}
        return {
            "data": self.pairs.name,
            "overall": self.overall.to_json(),
            "by_phenomenon": {name: count.to_json() for name, count in self.by_phenomenon.items()},
            "by_label": {
                name: {label: [count.right, count.total] for label, count in counts.items()}
                for name, counts in self.by_label.items()
            },
        } | groups

    def __str__(self) -> str:
        header = ["", "right", "95% interval", *self.pairs.label_names, "commonest label"]
        rows: list[list[str | None]] = []
        for name, count in self.by_phenomenon.items():
            low, high = count.interval
            by_label = [self.by_label[name].get(label) for label in self.pairs.label_names]
            rows.append(
                [
                    name,
                    f"{count.right} of {count.total}  {count.share:4.0%}",
                    f"{low:.0%} to {high:.0%}",
                    *(f"{part.right} of {part.total}" if part else None for part in by_label),
                    f"{self.commonest_label[name]:.0%}",
                ]
            )
        if self.groups is not None:
            header.append("whole groups")
            for row, whole in zip(rows, self.whole_groups_by_phenomenon.values(), strict=True):
                row.append(f"{whole.right} of {whole.total}")
        lines = [str(Table(header, rows))]
        lines.append(f"all pairs: {self.overall}")
        if self.groups is not None:
            lines.append(f"groups without a mistake: {self.whole_groups}")
        return "\n".join(lines)

    def _rows(self) -> dict[str, Bools]:
        """Return which pairs are of each phenomenon, as booleans."""
        tags = np.array(self.pairs.phenomena)
        return {str(name): tags == name for name in dict.fromkeys(self.pairs.phenomena)}

    @property
    def _groups(self) -> Ints:
        if self.groups is None:
            raise ValueError(f"{self.pairs.name} come in no groups; those of probes do.")
        return self.groups

    def _whole_groups(self, rows: Bools) -> Proportion:
        _, group = np.unique(self._groups[rows], return_inverse=True)
        return _count(np.bincount(group, weights=~self.correct[rows]) == 0)


def run_challenge(
    model: InferSent, pairs: Pairs | None = None, groups: Sequence[int] | Ints | None = None
) -> ChallengeResult:
    """Return the model's answers on a challenge set.

    Parameters
    ----------
    model
        Any model.
    pairs
        The challenge set; the package's probes, with their groups, if left out.
    groups
        The number of each pair's group, if ``pairs`` come in groups.

    Raises
    ------
    ValueError
        As :class:`ChallengeResult` does, or if the pairs have a label that the model lacks.
    """
    if pairs is None:
        pairs, groups = probes.load(), probes.groups()
    pairs = pairs.with_labels(model.labels)
    answers = evaluate(model, encode_pairs(pairs, model.tokenizer)).predictions
    return ChallengeResult(pairs, answers, None if groups is None else np.asarray(groups))


def mean_by_phenomenon(several: Sequence[ChallengeResult]) -> dict[str, tuple[float, float, float]]:
    """Return the mean accuracy of several models by phenomenon, and over all pairs under ``"all"``.

    The pairs of a minimal group are not independent, and all models answer the same groups. So the interval comes from
    a bootstrap over the groups: other groups of the same kind would give another number.

    Parameters
    ----------
    several
        Answers on the same challenge set, in groups: the seeds of one recipe, for example.

    Returns
    -------
    dict
        For each phenomenon the mean and the bounds of its 95% interval, all from 0 to 1.

    Raises
    ------
    ValueError
        If the pairs do not come in groups.
    """
    correct = np.mean([one.correct for one in several], axis=0)  # [pairs]
    tags, group = np.array(several[0].pairs.phenomena), several[0]._groups
    found = {}
    for name in ["all", *dict.fromkeys(several[0].pairs.phenomena)]:
        rows = np.full(len(tags), True) if name == "all" else tags == name
        _, number = np.unique(group[rows], return_inverse=True)
        right, size = np.bincount(number, correct[rows]), np.bincount(number)  # [groups]
        resampled = bootstrap(
            (right, size),
            lambda right, size, axis: right.sum(axis=axis) / size.sum(axis=axis),
            paired=True,
            n_resamples=1000,
            method="percentile",
            rng=0,
        )
        low, high = resampled.confidence_interval
        found[str(name)] = (float(right.sum() / size.sum()), float(low), float(high))
    return found


def _count(right: Bools) -> Proportion:
    return Proportion(int(right.sum()), len(right))
