"""The records of fine-tunings, groups of them as the study compares groups, and the trials that follow from them."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

import numpy as np

from infersent.data import snli
from infersent.foundation.arrays import Floats
from infersent.foundation.choices import choose
from infersent.foundation.recorded import FOLDER, read_lines
from infersent.model.features import Blocks
from infersent.study.answers import Answers
from infersent.study.comparison import Answered
from infersent.study.fine_tuning.trial import RATES, SETS, FineTuning
from infersent.study.records import SPLITS

#: The records that come with the package, one file for each part of the declaration.
RECORDS = FOLDER / "fine-tuned"


@dataclass(frozen=True)
class FineTuned:
    """The outcome of one fine-tuning.

    Attributes
    ----------
    trial
        What was trained.
    dev, test
        The answers on each split.
    loss
        The mean training loss of every 50 steps.
    spearman
        For each set of scored pairs, Spearman's correlation of the cosine of u and v with the scores, in percent.
    cosines
        For each set of scored pairs the cosines, as packed float16: see :meth:`cosines_of`.
    parameters
        How many there are, encoder and head.
    seconds
        How long it took.
    made
        Where and with what, and the digest of the transformer's weights.
    """

    trial: FineTuning
    dev: Answers
    test: Answers
    loss: tuple[float, ...]
    spearman: dict[str, float]
    cosines: dict[str, str]
    parameters: int
    seconds: float
    made: dict[str, Any]

    def cosines_of(self, name: str) -> Floats:
        """Return the cosine of each of the scored pairs of that name."""
        return np.frombuffer(base64.b85decode(self.cosines[name]), np.float16).astype(np.float64)

    def to_json(self) -> dict[str, Any]:
        """Return the record as JSON values."""
        rest = {name: getattr(self, name) for name in ("spearman", "cosines", "parameters", "seconds", "made")}
        answers = {"dev": self.dev.to_json(), "test": self.test.to_json()}
        return {"spec": asdict(self.trial), **answers, "loss": list(self.loss), **rest}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> FineTuned:
        """Read what :meth:`to_json` wrote."""
        rest = dict(value)
        trial = FineTuning(**rest.pop("spec"))
        dev, test = (Answers.from_json(rest.pop(split)) for split in ("dev", "test"))
        return cls(trial, dev=dev, test=test, loss=tuple(rest.pop("loss")), **rest)


@dataclass(frozen=True)
class FineTunedGroup(Answered):
    """Fine-tunings that differ in their seed alone: what :func:`infersent.study.comparison.compare` takes.

    Attributes
    ----------
    records
        Their records, in the order of their seeds.
    split
        One of :data:`infersent.study.records.SPLITS`: whose numbers these are.
    """

    records: tuple[FineTuned, ...]
    split: str = "test"

    def on(self, split: str) -> Self:
        """Return the same models with their numbers on another split."""
        return replace(self, split=split)

    @property
    def seeds(self) -> list[int]:
        """The seed of each."""
        return [record.trial.seed for record in self.records]

    @property
    def answers(self) -> list[Answers]:
        """The answers of each on :attr:`split`.

        Raises
        ------
        ValueError
            If there is no such split.
        """
        choose("split", self.split, dict.fromkeys(SPLITS))
        if self.split == "dev":
            return [record.dev for record in self.records]
        if self.split == "test":
            return [record.test for record in self.records]
        hard = snli.hard_test_pairs()
        return [record.test.take(hard if self.split == "test-hard" else ~hard) for record in self.records]

    def spearman(self, name: str) -> Floats:
        """Return each model's correlation of cosines and scores, in percent, on ``sts-dev`` or ``sts-test``."""
        return np.array([record.spearman[name] for record in self.records])


def find_fine_tuned(records: Sequence[FineTuned], blocks: str, split: str = "test") -> FineTunedGroup:
    """Return the fine-tunings with these blocks, which must differ in their seed alone.

    Raises
    ------
    ValueError
        If there are none, or they differ in more.

    Examples
    --------
    >>> find_fine_tuned(load_fine_tuned(), "u, v, |u-v|").seeds
    [0, 1, 2]
    """
    found = [record for record in records if record.trial.blocks == Blocks(blocks)]
    if len({replace(record.trial, seed=0) for record in found}) != 1:
        known = "; ".join(dict.fromkeys(", ".join(record.trial.blocks) for record in records))
        what = "differ in more than their seed" if found else f"do not exist; there are {known}"
        raise ValueError(f"The fine-tunings with ({blocks}) {what}.")
    return FineTunedGroup(tuple(sorted(found, key=lambda record: record.trial.seed)), split)


def trials(chosen: Sequence[FineTuned], seeds: Sequence[int] = (0, 1, 2)) -> list[FineTuning]:
    """Return a trial for each set and seed, at the rates with which the set's trial in ``chosen`` is best on dev.

    Of several that are equal, the first in the order of :data:`RATES` is taken.
    """
    best: dict[tuple[str, ...], FineTuned] = {}
    for record in sorted(chosen, key=lambda record: RATES.index((record.trial.encoder_rate, record.trial.head_rate))):
        found = best.setdefault(record.trial.blocks, record)
        if record.dev.accuracy > found.dev.accuracy:
            best[record.trial.blocks] = record
    return [replace(best[Blocks(blocks)].trial, pairs=60_000, seed=seed) for seed in seeds for blocks in SETS]


def load_fine_tuned(name: str = "fine-tuned") -> list[FineTuned]:
    """Return the shipped records: ``fine-tuned``, or ``fine-tuned-rate``, which chose the rates.

    Raises
    ------
    ValueError
        If there are none of that name.

    Examples
    --------
    >>> len(load_fine_tuned()), load_fine_tuned()[0].trial.pairs
    (24, 60000)
    """
    known = {file.stem: file for file in sorted(RECORDS.glob("*.jsonl"))}
    return [FineTuned.from_json(line) for line in read_lines(choose("record", name, known))]


def spearman_as_it_came() -> dict[str, float]:
    """Return what :attr:`FineTuned.spearman` was before any fine-tuning, by set of scored pairs.

    Examples
    --------
    >>> spearman_as_it_came()["sts-test"]
    82.03
    """
    found: dict[str, float] = json.loads((RECORDS / "as-it-came.json").read_text(encoding="utf-8"))["spearman"]
    return found
