"""What we measured: the folder of recorded files, and its records of long runs, for the book's text and tables."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from infersent.foundation.atomic import replace_file
from infersent.foundation.choices import choose

#: The folder of everything that was computed in advance: vectors, models, studies, records.
FOLDER = Path(__file__).parents[1] / "recorded"


def load_record(name: str) -> dict[str, Any]:
    """Return a record by name: how a model was trained and how good it is on dev and test.

    Raises
    ------
    ValueError
        If there is no record of that name; the message lists those that exist.

    Examples
    --------
    >>> load_record("laptop")["data"]["train"]
    'SNLI-122k train'
    """
    known = {path.stem: path for path in sorted(FOLDER.glob("*.json"))}
    record: dict[str, Any] = json.loads(choose("record", name, known).read_text(encoding="utf-8"))
    return record


def read_lines(path: str | Path) -> list[dict[str, Any]]:
    """Return the records of a file with one on each line."""
    return [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines()]


def write_lines(records: Iterable[dict[str, Any]], path: str | Path) -> None:
    """Write records to a file, one on each line, in one step."""
    lines = "".join(json.dumps(record, ensure_ascii=False, sort_keys=True) + "\n" for record in records)
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    replace_file(Path(path), lambda new: new.write_text(lines, encoding="utf-8"))


def save_record(record: dict[str, Any], path: str | Path) -> None:
    """Write a record in one step, each list of plain values on one line, so that a change to it is easy to review."""
    text = json.dumps(record, ensure_ascii=False, indent=1)
    plain_list = re.compile(r"\[\s+([^\[\]{}]*?)\s+\]")  # a list without lists in it
    text = plain_list.sub(lambda match: "[" + re.sub(r",\s+", ", ", match[1]) + "]", text) + "\n"
    replace_file(Path(path), lambda new: new.write_text(text, encoding="utf-8"))
