"""Writing the record of the chooser's answers to real tasks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from infersent.foundation.recorded import FOLDER, save_record

#: The tasks in the order of the chapter's table, by the first part of the reports' names.
TASKS = {
    "mrpc": "paraphrase",
    "stsb": "similarity",
    "sick-relatedness": "relatedness",
    "sick-entailment": "entailment",
}

#: What turned the sentences into vectors, by the last part of the reports' names.
ENCODERS = {"infersent": "InferSent", "minilm": "MiniLM"}

_KEPT = ("recommended", "metric", "margin", "pairs", "dim", "folds", "repeats", "after_choosing", "test")


def write_choices(reports: str | Path, path: str | Path | None = None) -> dict[str, Any]:
    """Gather reports of ``infersent choose --output NAME.json`` in one record.

    Parameters
    ----------
    reports
        A folder with a report ``<task>-<encoder>.json`` for each of :data:`TASKS` and :data:`ENCODERS`, made from the
        task's training pairs with ``--test``, and ``snli-minilm.json``, from the first 60,000 pairs of SNLI-122k.
    path
        Where the record goes; the package's own file if left out.

    Returns
    -------
    dict
        The record, as JSON values.

    Raises
    ------
    OSError
        If a report is missing.
    """
    folder = Path(reports)
    record = {
        "made_by": "infersent.release.choices.write_choices",
        "choices": [
            {"task": title, "encoder": name, **_read(folder / f"{task}-{encoder}.json")}
            for task, title in TASKS.items()
            for encoder, name in ENCODERS.items()
        ],
        "snli": _read(folder / "snli-minilm.json"),
    }
    save_record(record, path or FOLDER / "choices.json")
    return record


def _read(path: Path) -> dict[str, Any]:
    report = json.loads(path.read_text(encoding="utf-8"))
    candidates = [
        {name: one[name] for name in ("blocks", "columns", "scores", "behind", "interval", "interval_90", "verdict")}
        for one in report["candidates"]
    ]
    return {name: report[name] for name in _KEPT} | {"candidates": candidates}
