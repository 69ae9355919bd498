"""The records of a study's trials: what each holds, and how it is found by what was trained."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from infersent.data import snli
from infersent.foundation.choices import choose
from infersent.foundation.recorded import FOLDER, read_lines
from infersent.study.answers import Answers
from infersent.study.grid import Trial
from infersent.training.run import Epoch

#: What a record has answers on: two splits, and the two parts of SNLI's test split, see
#: :func:`infersent.data.snli.hard_test_pairs`.
SPLITS = ("dev", "test", "test-hard", "test-easy")

#: The records of the grids that come with the package, one file for each grid.
RECORDS = FOLDER / "studies"


@dataclass(frozen=True)
class TrainingData:
    """The pairs that a model was trained on.

    Attributes
    ----------
    train
        Their name: corpus, split and part.
    pairs
        How many there are.
    digest
        16 hexadecimal digits, see :meth:`infersent.data.pairs.Pairs.digest`.
    """

    train: str
    pairs: int
    digest: str


@dataclass(frozen=True)
class Words:
    """The vocabulary of a model.

    Attributes
    ----------
    given_words, trained_words
        How many words have a given vector, and how many a trained one.
    coverage
        The share of the training pairs' words that are ``given``, ``trained`` and ``unknown``.
    """

    given_words: int
    trained_words: int
    coverage: dict[str, float]


@dataclass(frozen=True)
class Record:
    """The outcome of one trial.

    Attributes
    ----------
    trial
        What was trained.
    dev, test
        The answers on each split; ``None`` where the trial failed.
    log
        The epochs of the training.
    seconds
        How long the trial took; ``None`` where it failed.
    error
        Why the trial failed, or ``None``.
    data, vectors, vocabulary, parameters
        What the model was made from: training pairs, name of the word vectors, words, and the number of trained
        parameters. ``None`` where the trial failed before it had them.
    made
        Where and with what it was made, see :func:`infersent.foundation.provenance.provenance`.
    later
        The settings that were introduced after the record was written, which therefore does not name them. The trial
        has their defaults.
    """

    trial: Trial
    dev: Answers | None = None
    test: Answers | None = None
    log: tuple[Epoch, ...] = ()
    seconds: float | None = None
    error: str | None = None
    data: TrainingData | None = None
    vectors: str | None = None
    vocabulary: Words | None = None
    parameters: int | None = None
    made: dict[str, str | int | None] = field(default_factory=dict)
    later: frozenset[str] = field(default=frozenset(), compare=False)

    def answers(self, split: str) -> Answers:
        """Return the answers on a split, one of :data:`SPLITS`.

        Raises
        ------
        ValueError
            If there is no such split, the trial failed, or a part is asked for of a test split that is not SNLI's.
        """
        choose("split", split, dict.fromkeys(SPLITS))
        found = self.dev if split == "dev" else self.test
        if found is None:
            raise ValueError(f"The record of the trial {self.trial.key} has no answers on {split}: {self.error}.")
        if split in ("dev", "test"):
            return found
        if not self.has_parts:
            raise ValueError(
                f"{split} is a part of SNLI's {snli.SIZES['test']:,} test pairs; the trial {self.trial.key} was tested "
                f"on {found.pairs:,} pairs of {self.trial.recipe.data!r}. Ask for the split 'test'."
            )
        hard = snli.hard_test_pairs()
        return found.take(hard if split == "test-hard" else ~hard)

    @property
    def has_parts(self) -> bool:
        """Whether the test split is SNLI's, so that there are hard and easy pairs in it."""
        return self.test is not None and self.trial.recipe.data == "snli" and self.test.pairs == snli.SIZES["test"]

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Record:
        """Read what :meth:`to_json` wrote.

        Raises
        ------
        ValueError
            If a setting is unknown.
        """
        rest = dict(value)
        spec = rest.pop("spec")
        trial = Trial.from_spec(spec)
        data, words = rest.pop("data", None), rest.pop("vocabulary", None)
        dev, test = (rest.pop(split, None) for split in ("dev", "test"))
        return cls(
            trial,
            dev=dev and Answers.from_json(dev),
            test=test and Answers.from_json(test),
            log=tuple(Epoch(**epoch) for epoch in rest.pop("log", ())),
            data=data and TrainingData(**data),
            vocabulary=words and Words(**words),
            **{name: rest.pop(name, None) for name in ("seconds", "error", "vectors", "parameters")},
            made=rest,
            later=frozenset(trial.spec) - frozenset(spec),
        )

    def to_json(self) -> dict[str, Any]:
        """Return the record as JSON values, the form in which it lies on disk; what it lacks is left out."""
        found = {
            "data": self.data and asdict(self.data),
            "vectors": self.vectors,
            "vocabulary": self.vocabulary and asdict(self.vocabulary),
            "parameters": self.parameters,
            **self.made,
            "log": [asdict(epoch) for epoch in self.log] or None,
            "dev": self.dev and self.dev.to_json(),
            "test": self.test and self.test.to_json(),
            "error": self.error,
            "seconds": self.seconds,
        }
        # Where the package is installed without a checkout, its commit is recorded as null.
        kept = {name: value for name, value in found.items() if value is not None or name in self.made}
        return {"spec": {name: value for name, value in self.trial.spec.items() if name not in self.later}, **kept}


def read_records(trials: Sequence[Trial], out: str | Path) -> Iterator[Record]:
    """Yield the records in the folder ``out`` that belong to the trials, in their order, as far as there are any."""
    for _, record in records_by_trial(trials, Path(out)):
        yield record


def records_by_trial(trials: Sequence[Trial], folder: Path) -> Iterator[tuple[Trial, Record]]:
    """Yield each trial that has a record, with its record.

    They are matched by the settings in the record, not by the file's name: a record that was written before a setting
    was introduced is that of the trial with the setting's default.

    Raises
    ------
    ValueError
        If ``folder`` is a file, or a ``.json`` file in it is no record.
    """
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"{folder} is a file; a study's records are in a folder.")
    known: dict[str, Record] = {}
    for path in sorted(folder.glob("*.json")):
        record = _read_record(path)
        key = record.trial.key
        if path.stem == key or key not in known:
            known[key] = record
    yield from ((trial, known[trial.key]) for trial in trials if trial.key in known)


def _read_record(path: Path) -> Record:
    """Return the record in a file.

    Raises
    ------
    ValueError
        If it is something else, or cut short; the message names the file and the remedy.
    """
    try:
        return Record.from_json(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        reason = f"it has no {error}" if isinstance(error, KeyError) else error
        raise ValueError(
            f"{path} is no record of a study, or damaged ({reason}). Move it away; a study repeats what has no record."
        ) from None


def load_records(name: str) -> list[Record]:
    """Return the shipped records of a grid.

    Raises
    ------
    ValueError
        If there are none of that name; the message lists those that there are.

    Examples
    --------
    >>> record = load_records("subsets")[0]
    >>> record.trial.model.blocks, record.trial.training.seed, record.data.pairs
    (('u',), 0, 60000)
    """
    known = {file.stem: file for file in sorted(RECORDS.glob("*.jsonl"))}
    remedy = "Of a grid of your own, name the folder of records by --out."
    return _read_lines(choose("study", name, known, remedy=remedy))


def unfinished_records(name: str) -> list[Record]:
    """Return the records of a study that the package ships unfinished; an empty list for every other study."""
    path = RECORDS / "unfinished" / f"{name}.jsonl"
    return _read_lines(path) if path.is_file() else []


def _read_lines(path: Path) -> list[Record]:
    return [Record.from_json(line) for line in read_lines(path)]
