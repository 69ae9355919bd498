"""The controlled experiment: a grid of runs in a small file, one record a run, and nothing computed twice."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import time
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from tqdm.auto import tqdm

from infersent.checkpoint import replace_file
from infersent.choices import choose
from infersent.data.batching import encode_pairs
from infersent.evaluation import Evaluation, evaluate, mean_interval
from infersent.features import parse_blocks
from infersent.model import ModelConfig
from infersent.presets import Preset, load_pairs, set_up
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


def record(run: Run, *, progress: bool = False) -> dict[str, Any]:
    """Train and evaluate one run, and return its record.

    Returns
    -------
    dict
        ``spec``; ``dev`` and ``test``, each as of :meth:`infersent.evaluation.Evaluation.to_json` with ``correct``, the
        right answers bit by bit (see :func:`right_answers`); the training ``log``; ``seconds``; and where the numbers
        come from: ``data``, ``vocabulary``, ``parameters``, ``torch``, ``machine``. A run whose training diverges has
        its ``error`` instead of numbers.
    """
    start = time.perf_counter()
    train_pairs, dev_pairs, test_pairs = _pairs(run.recipe.data, run.recipe.subset, run.pairs)
    setup = set_up(run.recipe, train_pairs, dev_pairs, progress=progress)
    result: dict[str, Any] = {"spec": run.spec, **setup.provenance}
    try:
        log = train(setup.model, setup.train, setup.dev, run.recipe.training, progress=progress)
    except TrainingDiverged as error:
        return result | {"error": str(error)}
    result["log"] = [asdict(epoch) for epoch in log]
    for split, pairs in (("dev", dev_pairs), ("test", test_pairs)):
        answers = evaluate(setup.model, encode_pairs(pairs, setup.model.tokenizer))
        result[split] = answers.to_json() | {"correct": _packed(answers)}
    return result | {"seconds": round(time.perf_counter() - start, 1)}


def run_study(
    runs: list[Run], out: str | Path, *, progress: bool = True, report: Callable[[dict[str, Any]], object] | None = None
) -> list[dict[str, Any]]:
    """Make the record of every run that has none in ``out``, and return all of them in the order of ``runs``.

    A record is written in one step when its run is finished: a study that was killed goes on with the first run that
    has none.

    Parameters
    ----------
    runs
        As of :func:`read_grid`.
    out
        The folder of the records, one ``<key>.json`` each.
    progress
        Show a bar over the runs, with an estimate of the time left.
    report
        Called with each new record when it is on disk.
    """
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    missing = [run for run in runs if not (folder / f"{run.key}.json").exists()]
    with tqdm(missing, desc="study", unit="run", initial=len(runs) - len(missing), total=len(runs),
              disable=not progress) as bar:  # fmt: skip
        for run in bar:
            done = record(run)
            text = json.dumps(done, ensure_ascii=False) + "\n"
            replace_file(folder / f"{run.key}.json", lambda path, text=text: path.write_text(text, encoding="utf-8"))
            if report:
                report(done)
    return list(read_records(runs, folder))


def read_records(runs: list[Run], out: str | Path) -> Iterator[dict[str, Any]]:
    """Yield the records in ``out`` that belong to the runs, in their order; a run without a record has none."""
    for run in runs:
        path = Path(out) / f"{run.key}.json"
        if path.exists():
            yield json.loads(path.read_text(encoding="utf-8"))


def ship(name: str, out: str | Path) -> Path:
    """Gather the records of a shipped grid in one file of the package, one a line; for the package's maintainers.

    Raises
    ------
    ValueError
        If a run has no record yet.
    """
    runs = read_grid(name)
    records = list(read_records(runs, out))
    if len(records) < len(runs):
        raise ValueError(f"{out} has {len(records)} of the {len(runs)} records of {name!r}: finish the study first.")
    path = RECORDS / f"{name}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = "".join(json.dumps(item, ensure_ascii=False, sort_keys=True) + "\n" for item in records)
    replace_file(path, lambda new: new.write_text(lines, encoding="utf-8"))
    return path


def load_records(name: str) -> list[dict[str, Any]]:
    """Return the shipped records of a grid, see :func:`record`.

    Raises
    ------
    ValueError
        If there are none of that name; the message lists those that there are.
    """
    known = {file.stem: file for file in sorted(RECORDS.glob("*.jsonl"))}
    lines = choose("study", name, known).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


@dataclass(frozen=True)
class Group:
    """Runs that differ in their seed alone.

    Attributes
    ----------
    settings
        What tells this group from the others, by flat name.
    accuracies
        ``[runs]``: accuracy of each run, from 0 to 1.
    """

    settings: dict[str, Any]
    accuracies: np.ndarray

    @property
    def mean(self) -> float:
        """The mean accuracy over the seeds."""
        return float(self.accuracies.mean())

    @property
    def interval(self) -> tuple[float, float]:
        """The 95% interval of :attr:`mean` by Student's t: what a few seeds leave open; nan for one run."""
        return mean_interval(self.accuracies)[1:]


def groups(records: list[dict[str, Any]], split: str = "test") -> list[Group]:
    """Put together the runs that differ in their seed alone, in the order of the first of each; failed runs are out."""
    finished = [item for item in records if "error" not in item]
    names = [name for name in finished[0]["spec"] if name != "seed"] if finished else []
    varied = [name for name in names if len({json.dumps(item["spec"][name]) for item in finished}) > 1]
    found: dict[str, list[dict[str, Any]]] = {}
    for item in finished:
        found.setdefault(json.dumps([item["spec"][name] for name in names]), []).append(item)
    return [
        Group({name: same[0]["spec"][name] for name in varied}, np.array([item[split]["accuracy"] for item in same]))
        for same in found.values()
    ]


def right_answers(split: dict[str, Any]) -> np.ndarray:
    """Unpack a record's ``dev`` or ``test``: ``[pairs]`` booleans, in the order of the corpus."""
    bits = np.frombuffer(base64.b85decode(split["correct"]), dtype=np.uint8)
    return np.unpackbits(bits, count=split["pairs"]).astype(bool)


def _packed(answers: Evaluation) -> str:
    return base64.b85encode(np.packbits(answers.correct).tobytes()).decode()


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
