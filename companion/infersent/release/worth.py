"""Writing the record of what a block is worth beside u and v, by encoder, task and head."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from infersent.choose.worth.measuring import TASKS
from infersent.foundation.recorded import FOLDER, save_record

#: The encoders in the order of the record.
ENCODERS = ("words", "InferSent", "MiniLM")


def write_worth(measured: str | Path, path: str | Path | None = None) -> dict[str, Any]:
    """Gather the files of ``python -m infersent.choose.worth`` in one record.

    Parameters
    ----------
    measured
        The folder with a file for each task and encoder.
    path
        Where the record goes; the package's own file if left out.

    Returns
    -------
    dict
        The record, as JSON values.

    Raises
    ------
    FileNotFoundError
        If there are none in it.
    """
    folder = Path(measured)
    found = []
    for task in TASKS:
        for encoder in ENCODERS:
            parts = (folder / f"{task} - {encoder}{head}.json" for head in ("", " - network"))
            measured_here = [_read(part) for part in parts if part.exists()]
            if measured_here:
                first, last = measured_here[0], measured_here[-1]
                # The first says where and when; a network alone stands where `choices` has the linear head.
                found.append(first | {"network": last["network"]})
                if first is not last:
                    found[-1]["network_by"] = {name: last[name] for name in ("date", "commit", "machine", "seconds")}
    if not found:
        raise FileNotFoundError(f"There are no files of infersent.choose.worth in {folder}.")
    record = {"made_by": "infersent.release.worth.write_worth", "measured": found}
    save_record(record, path or FOLDER / "worth.json")
    return record


def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found
