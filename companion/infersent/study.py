"""The controlled experiment: a grid of runs in a small file, one record a run, and nothing computed twice."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import math
import time
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from joblib import Parallel, delayed, parallel_config
from joblib.externals.loky.process_executor import TerminatedWorkerError
from tqdm.auto import tqdm

from infersent.answers import recorded_logits
from infersent.checkpoint import replace_file, save_checkpoint
from infersent.choices import choose
from infersent.data.batching import encode_pairs
from infersent.data.pairs import Pairs
from infersent.evaluation import Evaluation, evaluate
from infersent.features import parse_blocks
from infersent.model import ModelConfig
from infersent.presets import Preset, load_pairs, set_up
from infersent.provenance import device_name, provenance
from infersent.training import TrainingConfig, TrainingDiverged, train

#: The grids that come with the package, and the records of their runs.
GRIDS = Path(__file__).parent / "studies"
RECORDS = Path(__file__).parent / "recorded" / "studies"

_MODEL = tuple(field.name for field in fields(ModelConfig))
_TRAINING = tuple(field.name for field in fields(TrainingConfig))
_DATA = ("corpus", "subset", "pairs", "vectors", "min_count")


@dataclass(frozen=True)
class Run:
    """One run of a study: all that decides its numbers.

    Attributes
    ----------
    recipe
        Corpus, vectors, model and training.
    pairs
        How many of the corpus's training pairs, from the first; ``None`` for all.
    """

    recipe: Preset
    pairs: int | None = None

    @classmethod
    def from_spec(cls, spec: dict[str, Any]) -> Run:
        """Build a run from the flat names that a grid file uses.

        They are ``corpus``, ``subset``, ``pairs``, ``vectors``, ``min_count`` and the fields of
        :class:`infersent.model.ModelConfig` and :class:`infersent.training.TrainingConfig`. What is left out has the
        default of its class.

        Raises
        ------
        ValueError
            If a name or a value is unknown; the message offers the nearest.
        """
        for name in spec:
            choose("setting of a run", name, dict.fromkeys([*_DATA, *_MODEL, *_TRAINING]))
        if (pairs := spec.get("pairs")) is not None and pairs < 1:
            raise ValueError(f"pairs={pairs} is below 1; leave it out for all.")
        model = {name: value for name, value in spec.items() if name in _MODEL}
        if isinstance(model.get("blocks"), str):
            model["blocks"] = parse_blocks(model["blocks"])
        recipe = Preset(
            about="",
            data=spec.get("corpus", "snli"),
            model=ModelConfig(**model),
            training=TrainingConfig(**{name: value for name, value in spec.items() if name in _TRAINING}),
            **{name: spec[name] for name in ("subset", "vectors", "min_count") if name in spec},
        )
        return cls(recipe, pairs)

    @property
    def spec(self) -> dict[str, Any]:
        """Every setting by its flat name, defaults included, as JSON values."""
        recipe = self.recipe
        data = {"corpus": recipe.data, "subset": recipe.subset, "pairs": self.pairs}
        data |= {"vectors": recipe.vectors, "min_count": recipe.min_count}
        return json.loads(json.dumps(data | asdict(recipe.model) | asdict(recipe.training)))

    @property
    def key(self) -> str:
        """The run's identity: a digest of :attr:`spec`, and the name of its record."""
        return hashlib.sha256(json.dumps(self.spec, sort_keys=True).encode()).hexdigest()[:16]


def read_grid(path: str | Path) -> list[Run]:
    """Return the runs of a grid: a shipped one by name, or a TOML file.

    ``[fixed]`` holds the settings that all runs share. Every ``[[vary]]`` holds lists, and each combination of their
    values is a run; a run that two of them ask for is there once.

    Raises
    ------
    ValueError
        If there is no such grid, or it is not of that form; the message names the place.
    """
    shipped = {file.stem: file for file in sorted(GRIDS.glob("*.toml"))}
    file = Path(path) if str(path).endswith(".toml") else choose("grid", str(path), shipped)
    try:
        grid = tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{file} is not a TOML file: {error}.") from None
    for name in grid:
        choose(f"part of the grid {file.name}:", name, dict.fromkeys(["about", "fixed", "vary"]))
    runs: dict[str, Run] = {}
    for number, vary in enumerate(grid.get("vary", [{}]), start=1):
        for name, values in vary.items():
            if not isinstance(values, list):
                raise ValueError(f"{file}, [[vary]] {number}: {name} = {values!r} is not a list; write [{values!r}].")
        for values in itertools.product(*vary.values()):
            run = Run.from_spec(grid.get("fixed", {}) | dict(zip(vary, values, strict=True)))
            runs.setdefault(run.key, run)
    return list(runs.values())


def record(
    run: Run, *, device: torch.device | str = "cpu", checkpoint: Path | None = None, progress: bool = False
) -> dict[str, Any]:
    """Train and evaluate one run, and return its record.

    Parameters
    ----------
    run
        What to train.
    device
        Where. It is no part of the run: a GPU's rounding differs, and the record's ``device`` names the GPU.
    checkpoint
        Where to save the trained model too, see :func:`infersent.checkpoint.save_checkpoint`.
    progress
        Show a bar for each epoch.

    Returns
    -------
    dict
        ``spec``; ``dev`` and ``test``, each as of :meth:`infersent.evaluation.Evaluation.to_json` with ``correct``, the
        right answers bit by bit (see :func:`right_answers`), ``logits``, rounded (see
        :func:`infersent.answers.class_probabilities`), their ``expected_calibration_error``, and ``phenomena``, the
        accuracy by phenomenon, where the corpus has any; the training ``log``; ``seconds``; and where the numbers come
        from: ``data``, ``vocabulary``, ``parameters`` and :func:`infersent.provenance.provenance`. A run that fails has
        its ``error`` instead of numbers. Records from before 26 November 2026 have no logits and no calibration error.
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
            result[split] = answers.to_json() | {"correct": _packed(answers)} | _by_phenomenon(answers, pairs)
            result[split] |= recorded_logits(answers.logits, answers.labels)
        if checkpoint:
            save_checkpoint(setup.model, checkpoint, {key: result[key] for key in ("spec", "dev", "test")})
    except TrainingDiverged as error:
        return result | {"error": str(error)}
    except Exception as error:  # whatever it is, the other runs go on, and the record says what it was
        return {"spec": run.spec, **provenance(device), "error": f"{type(error).__name__}: {error}"}
    return result | {"seconds": round(time.perf_counter() - start, 1)}


def run_study(
    runs: list[Run],
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
        As of :func:`read_grid`.
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
        Records made before, as of :func:`unfinished_records`: those of ``runs`` that ``out`` lacks are put there, and
        their runs are finished.
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
    there = {run.key for run, _ in _records_by_run(runs, folder)}
    for item in shipped:
        if (key := Run.from_spec(item["spec"]).key) in {run.key for run in runs} - there:
            _write_record(item, folder / f"{key}.json")
    finished = {run.key: item for run, item in _records_by_run(runs, folder) if not (retry and "error" in item)}
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
            _write_record(done, folder / f"{Run.from_spec(done['spec']).key}.json")
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


def _in_worker(run: Run, threads: int | None, device: torch.device | str, checkpoint: Path | None) -> dict[str, Any]:
    """Make one record in whichever process this is."""
    if threads is not None:
        torch.set_num_threads(threads)
    return record(run, device=device, checkpoint=checkpoint)


def seconds_left(runs: list[Run], records: list[dict[str, Any]]) -> float:
    """Return how long the runs without a record will take one process, by the time of those that have one.

    A run's time is taken to be proportional to pairs times epochs, at the rate of the finished runs with the same
    encoder and size, or of all finished ones where there are none; nan where nothing is finished.
    """
    done = {Run.from_spec(item["spec"]).key: item for item in records}
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


def read_records(runs: list[Run], out: str | Path) -> Iterator[dict[str, Any]]:
    """Yield the records in ``out`` that belong to the runs, in their order; a run without a record has none."""
    for _, item in _records_by_run(runs, Path(out)):
        yield item


def _records_by_run(runs: list[Run], folder: Path) -> Iterator[tuple[Run, dict[str, Any]]]:
    """Yield each run that has a record, with it.

    What tells is the specification in the record, not the file's name: a record from before a setting was added is that
    of the run with the setting's default.
    """
    known: dict[str, dict[str, Any]] = {}
    for path in sorted(folder.glob("*.json")):
        item = json.loads(path.read_text(encoding="utf-8"))
        key = Run.from_spec(item["spec"]).key
        if path.stem == key or key not in known:
            known[key] = item
    yield from ((run, known[run.key] | {"spec": run.spec}) for run in runs if run.key in known)


def ship(name: str, out: str | Path, *, partial: bool = False) -> Path:
    """Gather the records of a shipped grid in one file of the package, one a line; for the package's maintainers.

    Parameters
    ----------
    name
        Of the grid.
    out
        The folder of the records.
    partial
        Keep what there is of a study that will go on elsewhere, with what was kept before. It is put aside, where
        :func:`unfinished_records` finds it and :func:`load_records` does not: no page shows half a study.

    Raises
    ------
    ValueError
        If a run has no record yet, unless ``partial``.
    """
    runs = read_grid(name)
    unfinished = RECORDS / "unfinished" / f"{name}.jsonl"
    if partial:
        before = {Run.from_spec(item["spec"]).key: item for item in unfinished_records(name)}
        found = before | {run.key: item for run, item in _records_by_run(runs, Path(out))}
        return _write_lines([found[run.key] for run in runs if run.key in found], unfinished)
    records = list(read_records(runs, out))
    if len(records) < len(runs):
        raise ValueError(f"{out} has {len(records)} of the {len(runs)} records of {name!r}: finish the study first.")
    path = _write_lines(records, RECORDS / f"{name}.jsonl")
    unfinished.unlink(missing_ok=True)
    return path


def _write_lines(records: list[dict[str, Any]], path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = "".join(json.dumps(item, ensure_ascii=False, sort_keys=True) + "\n" for item in records)
    replace_file(path, lambda new: new.write_text(lines, encoding="utf-8"))
    return path


def unfinished_records(name: str) -> list[dict[str, Any]]:
    """Return the records that were shipped of a study before it was finished; none where there are none."""
    path = RECORDS / "unfinished" / f"{name}.jsonl"
    return _read_lines(path) if path.is_file() else []


def _read_lines(path: Path) -> list[dict[str, Any]]:
    records = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return [item | {"spec": Run.from_spec(item["spec"]).spec} for item in records]


def load_records(name: str) -> list[dict[str, Any]]:
    """Return the shipped records of a grid, see :func:`record`.

    Raises
    ------
    ValueError
        If there are none of that name; the message lists those that there are.
    """
    known = {file.stem: file for file in sorted(RECORDS.glob("*.jsonl"))}
    return _read_lines(choose("study", name, known))


def right_answers(split: dict[str, Any]) -> np.ndarray:
    """Unpack a record's ``dev`` or ``test``: ``[pairs]`` booleans, in the order of the corpus."""
    bits = np.frombuffer(base64.b85decode(split["correct"]), dtype=np.uint8)
    return np.unpackbits(bits, count=split["pairs"]).astype(bool)


def _packed(answers: Evaluation) -> str:
    return base64.b85encode(np.packbits(answers.correct).tobytes()).decode()


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
    recipe = Preset(about="", data=corpus, subset=subset)
    training = load_pairs(recipe, "train")
    if pairs is not None:
        if pairs > len(training):
            raise ValueError(f"pairs={pairs:,}, but {training.name} has {len(training):,}.")
        training = training.take(slice(pairs), f"{training.name}, first {pairs:,}")
    return training, load_pairs(recipe, "dev"), load_pairs(recipe, "test")
