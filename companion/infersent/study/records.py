"""The records of a study's trials: found by what was run, whichever file they lie in."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from infersent.foundation.choices import choose
from infersent.foundation.recorded import FOLDER
from infersent.study.grid import Trial
from infersent.training.evaluation import Evaluation

#: The records of the grids that come with the package, one file a grid.
RECORDS = FOLDER / "studies"


def read_records(runs: list[Trial], out: str | Path) -> Iterator[dict[str, Any]]:
    """Yield the records in ``out`` that belong to the runs, in their order; a run without a record has none."""
    for _, item in records_by_trial(runs, Path(out)):
        yield item


def records_by_trial(runs: list[Trial], folder: Path) -> Iterator[tuple[Trial, dict[str, Any]]]:
    """Yield each trial that has a record, with it.

    What tells is the specification in the record, not the file's name: a record from before a setting was added is that
    of the run with the setting's default.
    """
    known: dict[str, dict[str, Any]] = {}
    for path in sorted(folder.glob("*.json")):
        item = json.loads(path.read_text(encoding="utf-8"))
        key = Trial.from_spec(item["spec"]).key
        if path.stem == key or key not in known:
            known[key] = item
    yield from ((run, known[run.key] | {"spec": run.spec}) for run in runs if run.key in known)


def load_records(name: str) -> list[dict[str, Any]]:
    """Return the shipped records of a grid, see :func:`infersent.study.runner.run_trial`.

    Raises
    ------
    ValueError
        If there are none of that name; the message lists those that there are.
    """
    known = {file.stem: file for file in sorted(RECORDS.glob("*.jsonl"))}
    return _read_lines(choose("study", name, known))


def unfinished_records(name: str) -> list[dict[str, Any]]:
    """Return the records that were shipped of a study before it was finished; none where there are none."""
    path = RECORDS / "unfinished" / f"{name}.jsonl"
    return _read_lines(path) if path.is_file() else []


def _read_lines(path: Path) -> list[dict[str, Any]]:
    records = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return [item | {"spec": Trial.from_spec(item["spec"]).spec} for item in records]


def right_answers(split: dict[str, Any]) -> np.ndarray:
    """Unpack a record's ``dev`` or ``test``: ``[pairs]`` booleans, in the order of the corpus."""
    bits = np.frombuffer(base64.b85decode(split["correct"]), dtype=np.uint8)
    return np.unpackbits(bits, count=split["pairs"]).astype(bool)


def pack_answers(answers: Evaluation) -> str:
    """Return which answers are right, eight a byte, as a text for JSON; :func:`right_answers` unpacks it."""
    return base64.b85encode(np.packbits(answers.correct).tobytes()).decode()
