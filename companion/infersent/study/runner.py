"""Running a study: one record a trial, written as soon as it is finished, and nothing computed twice."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from joblib import Parallel, delayed, parallel_config
from joblib.externals.loky.process_executor import TerminatedWorkerError
from tqdm.auto import tqdm

from infersent.data.pairs import Pairs
from infersent.foundation.atomic import replace_file
from infersent.foundation.provenance import device_name, provenance
from infersent.study.answers import recorded_logits
from infersent.study.grid import Trial
from infersent.study.records import pack_answers, read_records, records_by_trial
from infersent.text.batching import encode_pairs
from infersent.training.evaluation import Evaluation, evaluate
from infersent.training.loop import TrainingDiverged, train
from infersent.training.recipes import Recipe, load_pairs, set_up


def run_trial(
    run: Trial, *, device: torch.device | str = "cpu", checkpoint: Path | None = None, progress: bool = False
) -> dict[str, Any]:
    """Train and evaluate one run, and return its record.

    Parameters
    ----------
    run
        What to train.
    device
        Where. It is no part of the run: a GPU's rounding differs, and the record's ``device`` names the GPU.
    checkpoint
        Where to save the trained model too, see :meth:`infersent.model.infersent.InferSent.save`.
    progress
        Show a bar for each epoch.

    Returns
    -------
    dict
        ``spec``; ``dev`` and ``test``, each as of :meth:`infersent.training.evaluation.Evaluation.to_json` with
        ``correct``, the right answers bit by bit (see :func:`infersent.study.records.right_answers`), ``logits``,
        rounded (see :func:`infersent.study.answers.class_probabilities`), their ``expected_calibration_error``, and
        ``phenomena``, the accuracy by phenomenon, where the corpus has any; the training ``log``; ``seconds``; and
        where the numbers come from: ``data``, ``vocabulary``, ``parameters`` and
        :func:`infersent.foundation.provenance.provenance`. A run that fails has its ``error`` instead of numbers.
        Records from before 26 November 2026 have no logits and no calibration error.
    """
    start = time.perf_counter()
    result: dict[str, Any] = {"spec": run.spec}
    try:
        train_pairs, dev_pairs, test_pairs = _pairs(run.recipe.data, run.recipe.subset, run.pairs)
        setup = set_up(run.recipe, train_pairs, dev_pairs, progress=progress)
        result |= setup.provenance
        setup.model.to(device)
        result["device"] = device_name(setup.model.device)
        log = train(setup.model, setup.train, setup.dev, run.recipe.training, progress=progress)
        result["log"] = [asdict(epoch) for epoch in log]
        for split, pairs in (("dev", dev_pairs), ("test", test_pairs)):
            answers = evaluate(setup.model, encode_pairs(pairs, setup.model.tokenizer))
            result[split] = answers.to_json() | {"correct": pack_answers(answers)} | _by_phenomenon(answers, pairs)
            result[split] |= recorded_logits(answers.logits, answers.labels)
        if checkpoint:
            setup.model.save(checkpoint, {key: result[key] for key in ("spec", "dev", "test")})
    except TrainingDiverged as error:
        return result | {"error": str(error)}
    except Exception as error:  # whatever it is, the other runs go on, and the record says what it was
        return {"spec": run.spec, **provenance(device), "error": f"{type(error).__name__}: {error}"}
    return result | {"seconds": round(time.perf_counter() - start, 1)}


def run_study(
    runs: list[Trial],
    out: str | Path,
    *,
    jobs: int = 1,
    threads: int | None = None,
    device: torch.device | str = "cpu",
    cluster: str | None = None,
    checkpoints: str | Path | None = None,
    retry: bool = False,
    shipped: Iterable[dict[str, Any]] = (),
    progress: bool = True,
    report: Callable[[dict[str, Any]], object] | None = None,
) -> list[dict[str, Any]]:
    """Make the record of every run that has none in ``out``, and return all of them in the order of ``runs``.

    A record is written in one step as soon as its run is finished: a study that was killed goes on with the runs that
    have none. A run that fails is recorded with its error, and the others go on.

    Parameters
    ----------
    runs
        As of :func:`infersent.study.grid.read_grid`.
    out
        The folder of the records, one ``<key>.json`` each.
    jobs
        Processes on this machine; -1 for as many as it has cores.
    threads
        Processor threads of each process; torch's own choice if left out.
    device
        Where each process trains; several share it.
    cluster
        Address of a Dask scheduler, ``tcp://host:8786``, whose workers run the study instead; each needs this package
        and its data. A worker that dies loses nothing: its runs go to the others.
    checkpoints
        A folder for the trained models, one folder ``<key>`` each.
    retry
        Repeat the runs whose record is an error.
    shipped
        Records made before, as of :func:`infersent.study.records.unfinished_records`: those of ``runs`` that ``out``
        lacks are put there, and their runs are finished.
    progress
        Show a bar over the runs, with an estimate of the time left.
    report
        Called with each new record when it is on disk.

    Raises
    ------
    ValueError
        If a corpus has fewer pairs than a run asks for, or ``cluster`` is given without Dask.
    OSError
        If the data is neither on disk nor downloadable, the cluster does not answer, or a process was killed.
    RuntimeError or AssertionError
        Of torch, if this machine has no such ``device``.
    """
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    there = {run.key for run, _ in records_by_trial(runs, folder)}
    for item in shipped:
        if (key := Trial.from_spec(item["spec"]).key) in {run.key for run in runs} - there:
            _write_record(item, folder / f"{key}.json")
    finished = {run.key: item for run, item in records_by_trial(runs, folder) if not (retry and "error" in item)}
    missing = [run for run in runs if run.key not in finished]
    # What every run would stumble over stops the study here, not in each record.
    if missing and not cluster:
        torch.empty(0, device=device)
    for corpus, subset, pairs in dict.fromkeys((run.recipe.data, run.recipe.subset, run.pairs) for run in missing):
        _pairs(corpus, subset, pairs)
    calls = [
        delayed(_in_worker)(run, threads, device, Path(checkpoints).resolve() / run.key if checkpoints else None)
        for run in missing
    ]
    with tqdm(desc="study", unit="run", initial=len(finished), total=len(runs), disable=not progress) as bar:
        for done in _in_parallel(calls, jobs, cluster):
            _write_record(done, folder / f"{Trial.from_spec(done['spec']).key}.json")
            bar.update()
            if report:
                report(done)
    return list(read_records(runs, folder))


def _write_record(item: dict[str, Any], path: Path) -> None:
    text = json.dumps(item, ensure_ascii=False) + "\n"
    replace_file(path, lambda new: new.write_text(text, encoding="utf-8"))


def _in_parallel(calls: list[Any], jobs: int, cluster: str | None) -> Iterator[dict[str, Any]]:
    """Yield the calls' results as they come."""
    if not calls:
        return
    # One run at a time to each worker: runs are long, and what a dead worker had must be little.
    parallel = {"return_as": "generator_unordered", "batch_size": 1}
    if cluster is None:
        try:
            yield from Parallel(jobs, **parallel)(calls)
        except TerminatedWorkerError as error:
            reason = str(error).partition("\n")[0]
            remedy = "Its runs are not recorded; the same command goes on with them. Too little memory? Use fewer jobs."
            raise ChildProcessError(f"A process of the study was killed: {reason} {remedy}") from error
        return
    try:
        from distributed import Client
    except ImportError:
        raise ValueError("A cluster needs Dask: pip install 'infersent[dask]'.") from None
    with Client(cluster, set_as_default=False) as client, parallel_config("dask", client=client):
        yield from Parallel(-1, **parallel)(calls)


def _in_worker(run: Trial, threads: int | None, device: torch.device | str, checkpoint: Path | None) -> dict[str, Any]:
    """Make one record in whichever process this is."""
    if threads is not None:
        torch.set_num_threads(threads)
    return run_trial(run, device=device, checkpoint=checkpoint)


def seconds_left(runs: list[Trial], records: list[dict[str, Any]]) -> float:
    """Return how long the runs without a record will take one process, by the time of those that have one.

    A run's time is taken to be proportional to pairs times epochs, at the rate of the finished runs with the same
    encoder and size, or of all finished ones where there are none; nan where nothing is finished.
    """
    done = {Trial.from_spec(item["spec"]).key: item for item in records}
    most = max((item["data"]["pairs"] for item in records if "data" in item), default=0)

    def work(spec: dict[str, Any]) -> int:
        return (spec["pairs"] or most) * spec["epochs"]

    rates: dict[Any, list[float]] = {}
    for item in records:
        if "seconds" in item:
            spec = item["spec"]
            for kind in ((spec["encoder"], spec["hidden"]), None):
                rates.setdefault(kind, []).append(item["seconds"] / work(spec))
    if not rates:
        return math.nan
    left = [run.spec for run in runs if run.key not in done]
    return sum(
        work(spec) * float(np.median(rates.get((spec["encoder"], spec["hidden"]), rates[None]))) for spec in left
    )


def _by_phenomenon(answers: Evaluation, pairs: Pairs) -> dict[str, Any]:
    if not pairs.phenomena:
        return {}
    named = np.asarray(pairs.phenomena)
    return {
        "phenomena": {str(name): round(float(answers.correct[named == name].mean()), 5) for name in np.unique(named)}
    }


@lru_cache(maxsize=2)
def _pairs(corpus: str, subset: str | None, pairs: int | None) -> tuple[Any, Any, Any]:
    """Return the three splits, read once for all runs on the same data."""
    recipe = Recipe(about="", data=corpus, subset=subset)
    training = load_pairs(recipe, "train")
    if pairs is not None:
        if pairs > len(training):
            raise ValueError(f"pairs={pairs:,}, but {training.name} has {len(training):,}.")
        training = training.take(slice(pairs), f"{training.name}, first {pairs:,}")
    return training, load_pairs(recipe, "dev"), load_pairs(recipe, "test")
