"""What a model gets right, phenomenon by phenomenon: accuracies with intervals, and groups without a mistake."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import bootstrap

from infersent.data import probes
from infersent.data.pairs import LABELS, Pairs
from infersent.foundation.intervals import wilson_interval
from infersent.foundation.tables import Table
from infersent.model.infersent import InferSent
from infersent.text.batching import encode_pairs
from infersent.training.evaluation import evaluate


@dataclass(frozen=True)
class Proportion:
    """A number of right answers among all, at least one.

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
        """The 95% Wilson interval of :attr:`share`: what the finite number leaves open."""
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
    """Answers on pairs with phenomena. From a model by :func:`run_challenge`; recorded ones will do as well.

    Attributes
    ----------
    pairs
        The pairs, with their phenomena.
    predictions
        ``[pairs]``, indices into ``LABELS``.
    groups
        ``[pairs]``, the number of each pair's minimal group; None where the pairs come in no groups.

    Raises
    ------
    ValueError
        There are no pairs or no phenomena, or not one prediction and one group for each pair.
    """

    pairs: Pairs
    predictions: np.ndarray
    groups: np.ndarray | None = None

    def __post_init__(self) -> None:
        n = len(self.pairs)
        if not n or not self.pairs.phenomena:
            raise ValueError(
                f"{self.pairs.name}: {n} pairs, {len(self.pairs.phenomena)} phenomena; to be told apart, pairs need a "
                "phenomenon each, as those of probes and captions have."
            )
        for name, values in (("predictions", self.predictions), ("groups", self.groups)):
            if values is not None and np.shape(values) != (n,):
                raise ValueError(f"{self.pairs.name}: {n} pairs, but {name} of shape {np.shape(values)}; give [{n}].")

    @classmethod
    def from_answers(cls, answers: str) -> ChallengeResult:
        """Return what :attr:`answers` says about the package's own pairs.

        Raises
        ------
        ValueError
            If it is not one digit, an index into ``LABELS``, for each pair.
        """
        if strange := "".join(sorted(set(answers) - set("012"))):
            raise ValueError(f"Answers are digits 0, 1 and 2, one a pair, but these have {strange!r}.")
        return cls(probes.load(), np.array(list(answers), dtype=np.int64), probes.groups())

    @property
    def answers(self) -> str:
        """The predictions as digits, one a pair: short enough for the record of a study."""
        return "".join(map(str, self.predictions))

    @property
    def correct(self) -> np.ndarray:
        """``[pairs]`` booleans."""
        return self.pairs.labels == self.predictions

    @property
    def overall(self) -> Proportion:
        """Right answers among all pairs."""
        return _count(self.correct)

    @property
    def by_phenomenon(self) -> dict[str, Proportion]:
        """Right answers among the pairs of each phenomenon, in the order in which these first occur."""
        return {name: _count(self.correct[rows]) for name, rows in self._rows().items()}

    @property
    def by_label(self) -> dict[str, dict[str, Proportion]]:
        """For each phenomenon, right answers among its pairs of each label that it has."""
        return {
            name: {
                label: _count(self.correct[of_label])
                for i, label in enumerate(LABELS)
                if (of_label := rows & (self.pairs.labels == i)).any()
            }
            for name, rows in self._rows().items()
        }

    @property
    def commonest_label(self) -> dict[str, float]:
        """For each phenomenon the accuracy of always giving its most frequent label: what knowing the tag is worth."""
        return {
            name: float(np.bincount(self.pairs.labels[rows]).max() / rows.sum()) for name, rows in self._rows().items()
        }

    @property
    def whole_groups(self) -> Proportion:
        """Groups without a mistake among all.

        Raises
        ------
        ValueError
            The pairs come in no groups.
        """
        return self._whole_groups(np.full(len(self.pairs), True))

    @property
    def whole_groups_by_phenomenon(self) -> dict[str, Proportion]:
        """Groups without a mistake among those of each phenomenon.

        Raises
        ------
        ValueError
            The pairs come in no groups.
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
        header = ["", "right", "95% interval", *LABELS, "commonest label"]
        rows = []
        for name, count in self.by_phenomenon.items():
            low, high = count.interval
            by_label = [self.by_label[name].get(label) for label in LABELS]
            rows.append(
                [
                    name,
                    f"{count.right} of {count.total}  {count.share:4.0%}",
                    f"{low:.0%} to {high:.0%}",
                    *(part and f"{part.right} of {part.total}" for part in by_label),
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

    def _rows(self) -> dict[str, np.ndarray]:
        """Return which pairs are of each phenomenon, as booleans."""
        tags = np.array(self.pairs.phenomena)
        return {str(name): tags == name for name in dict.fromkeys(self.pairs.phenomena)}

    def _whole_groups(self, rows: np.ndarray) -> Proportion:
        if self.groups is None:
            raise ValueError(f"{self.pairs.name} come in no groups; those of probes do.")
        _, group = np.unique(self.groups[rows], return_inverse=True)
        return _count(np.bincount(group, weights=~self.correct[rows]) == 0)


def run_challenge(
    model: InferSent, pairs: Pairs | None = None, groups: Sequence[int] | np.ndarray | None = None
) -> ChallengeResult:
    """Return the model's answers on pairs with phenomena.

    Parameters
    ----------
    model
        Any model.
    pairs
        Pairs with phenomena; the package's probes, with their groups, if left out.
    groups
        The number of each pair's group, if ``pairs`` come in groups.

    Raises
    ------
    ValueError
        As :class:`ChallengeResult` does.
    """
    if pairs is None:
        pairs, groups = probes.load(), probes.groups()
    answers = evaluate(model, encode_pairs(pairs, model.tokenizer)).predictions
    return ChallengeResult(pairs, answers, None if groups is None else np.asarray(groups))


def by_phenomenon(model: InferSent, pairs: Pairs) -> dict[str, Proportion]:
    """Return the model's right answers among the pairs of each phenomenon.

    Raises
    ------
    ValueError
        The pairs have no phenomena.
    """
    return run_challenge(model, pairs).by_phenomenon


def mean_by_phenomenon(several: Sequence[ChallengeResult]) -> dict[str, tuple[float, float, float]]:
    """Return the mean accuracy of several models by phenomenon, over all pairs under ``"all"``.

    The pairs of a minimal group stand or fall together, and all models answer the same ones. So the interval is that of
    a bootstrap over the groups: other groups of the same kind would give another number.

    Parameters
    ----------
    several
        Answers on the same pairs, in groups: the seeds of one recipe, say.

    Returns
    -------
    dict
        For each phenomenon the mean and the ends of its 95% interval, all from 0 to 1.
    """
    correct = np.mean([one.correct for one in several], axis=0)  # [pairs]
    tags, group = np.array(several[0].pairs.phenomena), several[0].groups
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


def _count(right: np.ndarray) -> Proportion:
    return Proportion(int(right.sum()), len(right))
