"""Writing the records that ship: of a training run, of a study, of the subsets in small."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from infersent.data import load
from infersent.foundation.atomic import replace_file
from infersent.foundation.recorded import FOLDER, save_record
from infersent.model.checkpoint import load_metrics
from infersent.model.infersent import InferSent
from infersent.study.grid import read_grid
from infersent.study.records import RECORDS, load_records, read_records
from infersent.study.subsets import STUDIES, summarise
from infersent.text.batching import encode_pairs
from infersent.training.evaluation import evaluate


def write_run_record(run: str | Path, data: str, path: str | Path) -> dict[str, Any]:
    """Evaluate a training run on dev and test of a corpus and write its record."""
    model = InferSent.from_pretrained(run)
    record = load_metrics(run) | {"model": asdict(model.config)}
    # The checkpoint was written at its best epoch; the run's own log goes on to the last.
    record["log"] = [json.loads(line) for line in (Path(run) / "log.jsonl").read_text().splitlines()]
    for split in ("dev", "test"):
        record[split] = evaluate(model, encode_pairs(load(data, split), model.tokenizer)).to_json()
    save_record(record, path)
    return record


def ship_study(name: str, out: str | Path) -> Path:
    """Gather the records of a shipped grid in one file of the package, one a line.

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


def write_ablation(path: str | Path | None = None, studies: Sequence[str] = tuple(STUDIES)) -> dict[str, Any]:
    """Summarise shipped studies in one small file, that of the package if left out.

    Raises
    ------
    ValueError
        If the package has no records of a study, or they lack runs.
    """
    found = {name: {"name": STUDIES[name], **summarise(load_records(name))} for name in studies}
    record = {"made_by": "infersent.release.records.write_ablation", "studies": found}
    save_record(record, path or FOLDER / "ablation.json")
    return record
