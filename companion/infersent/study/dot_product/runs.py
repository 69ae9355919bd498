"""The grid of learners, and its record on disk: nothing is measured twice."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable
from dataclasses import asdict, fields
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tqdm.auto import tqdm

from infersent.foundation.atomic import replace_file
from infersent.foundation.recorded import load_record
from infersent.study.dot_product.learner import Budget, Learner, Result, measure
from infersent.study.dot_product.task import NOISE

#: Numbers of training pairs in the grid.
SAMPLES = (1024, 4096, 16384, 65536, 262144)
SEEDS = (0, 1, 2)

#: What least squares is given in the grid.
LINEAR_BLOCKS = (("u*v",), ("|u-v|",), ("(u-v)**2",), ("u", "v", "|u-v|", "u*v"))


def grid() -> list[Learner]:
    """Return every learner of the record, the most important first."""
    pair = ("u", "v")
    learners = [
        # (dims, samples, width, depth, blocks)
        *(((2, 4, 8, 16, 32), SAMPLES, 0, 0, blocks) for blocks in LINEAR_BLOCKS),
        ((4, 16), SAMPLES, 4, 2, pair),
        ((4, 16), SAMPLES, 1, 2, pair),
        ((32,), SAMPLES, 4, 2, pair),
        *(((16,), SAMPLES[:4], 4, 2, (*pair, block)) for block in ("u*v", "|u-v|", "(u-v)**2")),
        ((2, 8), SAMPLES, 4, 2, pair),
        ((16,), SAMPLES, 4, 1, pair),
        ((16,), SAMPLES[3:], 4, 3, pair),
        ((16,), SAMPLES, 2, 2, pair),
        ((16,), (65536,), 8, 2, pair),
        ((16,), (65536,), 16, 2, pair),
        ((16,), SAMPLES, 16, 1, pair),
        *(((16,), (65536,), width, 1, pair) for width in (1, 2, 8)),
        ((32,), SAMPLES[2:], 4, 1, pair),
        ((4,), SAMPLES, 4, 1, pair),
        ((32,), SAMPLES, 1, 2, pair),
        ((4,), SAMPLES, 2, 2, pair),
        ((32,), SAMPLES, 2, 2, pair),
        ((16,), SAMPLES[:4], 16, 1, (*pair, "u*v")),
    ]
    without_noise = [
        ((16,), SAMPLES, 0, 0, ("u*v",)),
        ((16,), SAMPLES, 4, 2, pair),
        ((16,), SAMPLES, 16, 1, pair),
        ((16,), SAMPLES[:4], 4, 2, (*pair, "u*v")),
    ]
    return [
        Learner(dim, samples, width, depth, blocks, seed, noise)
        for noise, those in ((NOISE, learners), (0.0, without_noise))
        for dims, sizes, width, depth, blocks in those
        for dim, samples, seed in product(dims, sizes, SEEDS)
    ]


def run_grid(
    path: str | Path, specs: Iterable[Learner] | None = None, budget: Budget | None = None, *, progress: bool = True
) -> list[Result]:
    """Measure the learners that the record at ``path`` lacks, and rewrite the record after each of them.

    It can be stopped at any time: the next call goes on with the learner that was under way.

    Parameters
    ----------
    path
        The record, a JSON file.
    specs
        The learners; those of :func:`grid` if left out.
    budget
        How MLPs are trained; the grid's budget if left out.
    progress
        Show a bar over the learners.

    Returns
    -------
    list of Result
        One for each of ``specs``, in their order.

    Raises
    ------
    ValueError
        If the record there was made with another budget.
    """
    path, budget = Path(path), budget or Budget()
    specs = list(grid() if specs is None else specs)
    settings = json.loads(json.dumps(asdict(budget)))
    done: dict[Learner, Result] = {}
    if path.exists():
        record = json.loads(path.read_text("utf-8"))
        if record["budget"] != settings:
            raise ValueError(f"{path} was made with another budget, {record['budget']}. Choose another file.")
        done = {result.spec: result for result in _from_rows(record)}
    missing = [spec for spec in specs if spec not in done]
    with tqdm(missing, desc="dot product", unit="run", disable=not progress) as bar:
        for spec in bar:
            bar.set_postfix_str(f"dim {spec.dim}, {spec.samples:,} pairs, width {spec.width}, depth {spec.depth}")
            done[spec] = measure(spec, budget)
            _write(path, _to_text(done.values(), settings))
    return [done[spec] for spec in specs]


def _write(path: Path, text: str) -> None:
    replace_file(path, lambda new: new.write_text(text, "utf-8"))


_COLUMNS = [f.name for f in (*fields(Learner), *fields(Result)) if f.name != "spec"]


def _to_text(results: Iterable[Result], settings: dict[str, Any]) -> str:
    """Return a record as JSON, with each learner on its own line."""
    head = {
        "about": "How well learners of the dot product do; see infersent.study.dot_product.learner.",
        "budget": settings,
        "provenance": {
            "torch": torch.__version__.split("+")[0],
            "numpy": np.__version__,
            "python": platform.python_version(),
            "machine": platform.machine(),
            "system": platform.system(),
            "threads": torch.get_num_threads(),
        },
        "columns": _COLUMNS,
    }
    rows = []
    for result in results:
        values = asdict(result)
        values |= values.pop("spec")
        rows.append(json.dumps([values[name] for name in _COLUMNS]))
    return json.dumps(head, indent=1)[:-2] + ',\n "runs": [\n  ' + ",\n  ".join(rows) + "\n ]\n}\n"


def _from_rows(record: dict[str, Any]) -> list[Result]:
    results = []
    for row in record["runs"]:
        values = dict(zip(record["columns"], row, strict=True))
        values["blocks"] = tuple(values["blocks"])
        # A record of before the noise could be chosen has no column for it: it was NOISE, the default.
        spec = Learner(**{f.name: values.pop(f.name) for f in fields(Learner) if f.name in values})
        results.append(Result(spec, **values))
    return results


def results(path: str | Path | None = None) -> list[Result]:
    """Return the results of a record: of the package's own, or of the file that :func:`run_grid` wrote."""
    return _from_rows(load_record("dot_product") if path is None else json.loads(Path(path).read_text("utf-8")))
