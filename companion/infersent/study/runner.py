"""Running a study: a record for each trial, written as soon as it is finished, and nothing computed twice."""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from joblib import delayed
from tqdm.auto import tqdm

from infersent.data.pairs import Pairs
from infersent.data.splits import SPLITS
from infersent.foundation.atomic import replace_file
from infersent.foundation.locks import alone
from infersent.foundation.parallel import in_parallel
from infersent.foundation.provenance import device_name, provenance
from infersent.study.answers import Answers
from infersent.study.grid import Trial
from infersent.study.records import Record, TrainingData, Words, read_records, records_by_trial
from infersent.text.batching import encode_pairs
from infersent.training.evaluation import evaluate
from infersent.training.loop import TrainingDiverged, train
from infersent.training.recipes import OwnFiles, Recipe, load_pairs, set_up


def run_trial(
    trial: Trial, *, device: torch.device | str = "cpu", checkpoint: Path | None = None, progress: bool = False
) -> Record:
    """Train and evaluate one model, and return its record.

    Whatever goes wrong is the record's ``error``; nothing is raised, so that the other trials of a study go on.

    Parameters
    ----------
    trial
        What to train.
    device
        Where. It does not belong to the trial: a GPU's rounding differs, and ``made`` of the record names the GPU.
    checkpoint
        Where to save the trained model too, see :meth:`infersent.model.infersent.InferSent.save`.
    progress
        Show a bar for each epoch.
    """
    start = time.perf_counter()
    record = Record(trial)
    try:
        train_pairs, dev_pairs, test_pairs = _pairs(
            trial.recipe.data, trial.recipe.subset, trial.recipe.own, trial.pairs
        )
        setup = set_up(trial.recipe, train_pairs, dev_pairs, progress=progress)
        setup.model.to(device)
        record = _made_from(record, setup.provenance | {"device": device_name(setup.model.device)})
        log = train(setup.model, setup.train, setup.dev, trial.training, progress=progress)
        dev, test = (
            Answers.from_evaluation(
                evaluate(setup.model, encode_pairs(pairs, setup.model.tokenizer)), phenomena=pairs.phenomena
            )
            for pairs in (dev_pairs, test_pairs)
        )
        record = replace(record, log=tuple(log), dev=dev, test=test)
        if checkpoint:
            written = record.to_json()
            with suppress(OSError):  # the numbers are worth more than the model; see `without_model`
                setup.model.save(checkpoint, {name: written[name] for name in ("spec", "dev", "test")})
    except TrainingDiverged as error:
        return replace(record, error=str(error))
    except Exception as error:  # whatever it is, the other trials go on, and the record says what it was
        return Record(trial, error=f"{type(error).__name__}: {error}", made=provenance(device))
    return replace(record, seconds=round(time.perf_counter() - start, 1))


def _made_from(record: Record, found: dict[str, Any]) -> Record:
    """Return the record with what :func:`infersent.training.recipes.set_up` tells of the model's making."""
    made = dict(found)
    return replace(
        record,
        data=TrainingData(**made.pop("data")),
        vectors=made.pop("vectors"),
        vocabulary=Words(**made.pop("vocabulary")),
        parameters=made.pop("parameters"),
        made=made,
    )


def run_study(
    trials: Sequence[Trial],
    out: str | Path,
    *,
    jobs: int = 1,
    threads: int | None = None,
    device: torch.device | str = "cpu",
    cluster: str | None = None,
    checkpoints: str | Path | None = None,
    retry: bool = False,
    shipped: Iterable[Record] = (),
    progress: bool = True,
    report: Callable[[Record], object] | None = None,
) -> list[Record]:
    """Make the record of every trial that has none in ``out``, and return all of them in the order of ``trials``.

    A record is written in one step as soon as its trial is finished: a study that was killed goes on with the trials
    that have none. A trial that fails is recorded with its error, and the others go on.

    Parameters
    ----------
    trials
        What to train, see :func:`infersent.study.grid.read_grid`.
    out
        The folder of the records, one ``<key>.json`` each.
    jobs
        How many processes on this machine; -1 for as many as it has cores.
    threads
        Processor threads of each process; torch's own choice if left out.
    device
        Where each process trains; all processes share it.
    cluster
        Address of a Dask scheduler, ``tcp://host:8786``, whose workers run the study instead; each needs this package
        and its data. A worker that dies loses nothing: its trials go to the others.
    checkpoints
        A folder for the trained models, one folder ``<key>`` each.
    retry
        Repeat the trials that failed.
    shipped
        Records made before, see :func:`infersent.study.records.unfinished_records`. Those of ``trials`` that ``out``
        lacks are put there, and their trials count as finished.
    progress
        Show a bar over the trials, with an estimate of the time left.
    report
        Called with each new record when it is on disk.

    Raises
    ------
    ValueError
        If a corpus has fewer pairs than a trial asks for, two of its three files hold the same pairs, or ``cluster``
        is given without Dask.
    BlockingIOError
        If another process is running a study in ``out``.
    OSError
        If the data is neither on disk nor downloadable, the cluster does not answer, or a process was killed.
    RuntimeError or AssertionError
        Raised by torch if this machine has no such ``device``.
    """
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    refusal = f"Another process is running a study in {folder}. Wait for it, stop it, or choose another --out."
    with alone(folder / ".lock", refusal):
        return _run_study(trials, folder, jobs, threads, device, cluster, checkpoints, retry, shipped, progress, report)


def _run_study(
    trials: Sequence[Trial],
    folder: Path,
    jobs: int,
    threads: int | None,
    device: torch.device | str,
    cluster: str | None,
    checkpoints: str | Path | None,
    retry: bool,
    shipped: Iterable[Record],
    progress: bool,
    report: Callable[[Record], object] | None,
) -> list[Record]:
    """Make the missing records, with the folder for itself."""
    wanting = {trial.key for trial in trials} - {trial.key for trial, _ in records_by_trial(trials, folder)}
    for record in shipped:
        if record.trial.key in wanting:
            _write_record(record, folder)
    finished = {trial.key for trial, record in records_by_trial(trials, folder) if not (retry and record.error)}
    missing = [trial for trial in trials if trial.key not in finished]
    # What every trial would stumble over stops the study here, not in each record.
    if missing and not cluster:
        torch.empty(0, device=device)
    for corpus, subset, own, pairs in dict.fromkeys(
        (trial.recipe.data, trial.recipe.subset, trial.recipe.own, trial.pairs) for trial in missing
    ):
        _pairs(corpus, subset, own, pairs)
    calls = [
        delayed(_in_worker)(trial, threads, device, Path(checkpoints).resolve() / trial.key if checkpoints else None)
        for trial in missing
    ]
    with tqdm(desc="study", unit="trial", initial=len(finished), total=len(trials), disable=not progress) as bar:
        for record in in_parallel(calls, jobs, cluster, what="the study"):
            _write_record(record, folder)
            bar.update()
            if report:
                report(record)
    return list(read_records(trials, folder))


def without_model(records: Iterable[Record], checkpoints: str | Path) -> list[Record]:
    """Return the records of finished trials whose trained model is not in the folder ``checkpoints``.

    It may have been full, or the records are from a study that saved no models.
    """
    finished = [record for record in records if record.error is None]
    return [record for record in finished if not (Path(checkpoints) / record.trial.key).is_dir()]


def _write_record(record: Record, folder: Path) -> None:
    text = json.dumps(record.to_json(), ensure_ascii=False) + "\n"
    replace_file(folder / f"{record.trial.key}.json", lambda new: new.write_text(text, encoding="utf-8"))


def _in_worker(trial: Trial, threads: int | None, device: torch.device | str, checkpoint: Path | None) -> Record:
    """Make one record in whichever process this is."""
    if threads is not None:
        torch.set_num_threads(threads)
    return run_trial(trial, device=device, checkpoint=checkpoint)


def seconds_left(trials: Sequence[Trial], records: Sequence[Record]) -> float:
    """Return how long the trials without a record will take one process, in seconds; nan where nothing is finished.

    A trial's time is taken to be proportional to pairs times epochs, at the median rate of the finished trials with the
    same encoder and size, or of all finished ones where no such trial is finished.
    """
    done = {record.trial.key for record in records}
    most = max((record.data.pairs for record in records if record.data), default=0)

    def work(trial: Trial) -> int:
        return (trial.pairs or most) * trial.training.epochs

    rates: dict[tuple[str, int], list[float]] = {}  # seconds per pair and epoch, by encoder and size
    for record in records:
        if record.seconds is not None:
            rates.setdefault(_kind(record.trial), []).append(record.seconds / work(record.trial))
    if not rates:
        return math.nan
    every = [rate for some in rates.values() for rate in some]
    left = [trial for trial in trials if trial.key not in done]
    return sum(work(trial) * float(np.median(rates.get(_kind(trial), every))) for trial in left)


def _kind(trial: Trial) -> tuple[str, int]:
    """Return what decides a trial's pace."""
    return trial.model.encoder, trial.model.hidden


def _pairs(corpus: str, subset: str | None, own: OwnFiles | None, pairs: int | None) -> tuple[Pairs, Pairs, Pairs]:
    """Return the three splits, read once for all trials on the same data."""
    files = [] if own is None else [corpus, *filter(None, (own.dev, own.test))]
    stamps = tuple((file.st_mtime_ns, file.st_size) for file in map(os.stat, files))
    return _read(corpus, subset, own, pairs, stamps)


@lru_cache(maxsize=2)
def _read(
    corpus: str, subset: str | None, own: OwnFiles | None, pairs: int | None, stamps: object
) -> tuple[Pairs, Pairs, Pairs]:
    """Read the three splits; the stamps tell files that have changed since they were read."""
    if own is not None:
        training, dev, test = own.load(corpus)
    else:
        recipe = Recipe(about="", data=corpus, subset=subset)
        training, dev, test = (load_pairs(recipe, split) for split in SPLITS)
    if pairs is not None:
        if pairs > len(training):
            raise ValueError(f"pairs={pairs:,}, but {training.name} has {len(training):,}.")
        training = training.take(slice(pairs), f"{training.name}, first {pairs:,}")
    return training, dev, test
