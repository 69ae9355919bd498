"""What we measured: the records of long runs, kept in the package so that text and tables can read them."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

from infersent.checkpoint import load_metrics, replace_file
from infersent.choices import choose
from infersent.data import load
from infersent.data.batching import encode_pairs
from infersent.evaluation import evaluate
from infersent.model import InferSent

FOLDER = Path(__file__).parent / "recorded"


def load_record(name: str) -> dict[str, Any]:
    """Return a record by name: how a model was trained and how good it is on dev and test.

    Raises
    ------
    ValueError
        If there is none of that name; the message lists those that there are.

    Examples
    --------
    >>> load_record("laptop")["data"]["train"]
    'SNLI-122k train'
    """
    known = {path.stem: path for path in sorted(FOLDER.glob("*.json"))}
    return json.loads(choose("record", name, known).read_text())


def write_record(run: str | Path, data: str, path: str | Path) -> dict[str, Any]:
    """Evaluate a training run on dev and test of a corpus and write its record; for the package's maintainers."""
    model = InferSent.from_pretrained(run)
    record = load_metrics(run) | {"model": asdict(model.config)}
    # The checkpoint was written at its best epoch; the run's own log goes on to the last.
    record["log"] = [json.loads(line) for line in (Path(run) / "log.jsonl").read_text().splitlines()]
    for split in ("dev", "test"):
        record[split] = evaluate(model, encode_pairs(load(data, split), model.tokenizer)).to_json()
    save_record(record, path)
    return record


def save_record(record: dict[str, Any], path: str | Path) -> None:
    """Write a record in one step, with a list of plain values on one line: a change to it can be read."""
    text = json.dumps(record, ensure_ascii=False, indent=1)
    plain_list = re.compile(r"\[\s+([^\[\]{}]*?)\s+\]")  # one that holds no other
    text = plain_list.sub(lambda match: "[" + re.sub(r",\s+", ", ", match[1]) + "]", text) + "\n"
    replace_file(Path(path), lambda new: new.write_text(text, encoding="utf-8"))
