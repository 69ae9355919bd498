"""Writing the records that ship: a training run's, a study's, and the summary of the subsets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from infersent.data import load
from infersent.foundation.recorded import FOLDER, read_lines, save_record, write_lines
from infersent.model.checkpoint import load_metrics
from infersent.model.infersent import InferSent
from infersent.study import records
from infersent.study.grid import read_grid
from infersent.study.records import Record, load_records
from infersent.study.subsets import SUBSET_GRIDS, lattice, summarise
from infersent.text.batching import encode_pairs
from infersent.training.evaluation import evaluate


def write_run_record(run: str | Path, data: str, path: str | Path) -> dict[str, Any]:
    """Evaluate the model of a training run on a corpus's dev and test pairs, and write the run's record.

    Parameters
    ----------
    run
        The folder of the training run.
    data
        The corpus.
    path
        Where the record goes.

    Returns
    -------
    dict
        The record, as JSON values.
    """
    model = InferSent.from_pretrained(run)
    record = load_metrics(run) | {"model": asdict(model.config)}
    # The checkpoint was written at its best epoch; the run's own log goes on to the last.
    record["log"] = read_lines(Path(run) / "log.jsonl")
    for split in ("dev", "test"):
        record[split] = evaluate(model, encode_pairs(load(data, split), model.tokenizer)).to_json()
    save_record(record, path)
    return record


def ship_study(name: str, out: str | Path, *, partial: bool = False) -> Path:
    """Gather the records of a shipped grid in one file of the package, with a line for each.

    Parameters
    ----------
    name
        The grid's name.
    out
        The folder of the records.
    partial
        Keep the records that there are of a study that will go on elsewhere, beside those that were kept before. They
        go to a file of their own, which :func:`infersent.study.records.unfinished_records` reads and
        :func:`infersent.study.records.load_records` does not: no page shows half a study.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ValueError
        If a trial has no record yet, unless ``partial``.
    """
    trials = read_grid(name)
    unfinished = records.RECORDS / "unfinished" / f"{name}.jsonl"
    found = {trial.key: record for trial, record in records.records_by_trial(trials, Path(out))}
    if partial:
        found = {record.trial.key: record for record in records.unfinished_records(name)} | found
        return _write_lines([found[trial.key] for trial in trials if trial.key in found], unfinished)
    if len(found) < len(trials):
        raise ValueError(f"{out} has {len(found)} of the {len(trials)} records of {name!r}: finish the study first.")
    path = _write_lines([found[trial.key] for trial in trials], records.RECORDS / f"{name}.jsonl")
    unfinished.unlink(missing_ok=True)
    return path


def _write_lines(found: list[Record], path: Path) -> Path:
    write_lines((record.to_json() for record in found), path)
    return path


def write_ablation(path: str | Path | None = None, studies: Sequence[str] = tuple(SUBSET_GRIDS)) -> dict[str, Any]:
    """Summarise shipped studies in one small file.

    Parameters
    ----------
    path
        Where it goes; the package's own file if left out.
    studies
        The names of their grids, of :data:`infersent.study.subsets.SUBSET_GRIDS`.

    Returns
    -------
    dict
        The content of the file, as JSON values.

    Raises
    ------
    ValueError
        If the package has no records of a study, or they lack trials.
    """
    found = {name: {"name": SUBSET_GRIDS[name], **summarise(load_records(name)).to_json()} for name in studies}
    record = {"made_by": "infersent.release.records.write_ablation", "studies": found}
    save_record(record, path or FOLDER / "ablation.json")
    return record


def write_lattice(path: str | Path | None = None) -> dict[str, Any]:
    """Write the lattice of the subsets on SNLI: each with its accuracy, each step from one to a larger with its gain.

    Parameters
    ----------
    path
        Where it goes; the package's own file if left out.

    Returns
    -------
    dict
        The content of the file, as JSON values.
    """
    found = load_records("subsets")
    seeds = sorted({record.trial.training.seed for record in found})
    record = {"made_by": "infersent.release.records.write_lattice", "seeds": seeds, "parts": lattice(found)}
    save_record(record, path or FOLDER / "lattice.json")
    return record
