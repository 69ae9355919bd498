"""``python -m infersent.choose.worth --out FOLDER``: every task and encoder that has no record in the folder yet."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from infersent.choose.worth.measuring import SEEN, TASKS, measure
from infersent.foundation.recorded import save_record


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what is missing, one file for each task and encoder; a run that was stopped goes on."""
    parser = argparse.ArgumentParser(prog="python -m infersent.choose.worth", description=__doc__)
    parser.add_argument("--out", required=True, help="the folder of the records")
    parser.add_argument("--minilm", help="the folder or the name of all-MiniLM-L6-v2; left out if not given")
    parser.add_argument("--encoders", nargs="+", default=["words", "InferSent", "MiniLM"], help="which of the three")
    parser.add_argument("--tasks", nargs="+", choices=sorted(TASKS), default=list(TASKS))
    parser.add_argument("--network", action="store_true", help="train the network, in place of the linear head")
    given = parser.parse_args(arguments)
    encoders = {"words": "words", "InferSent": None} | ({"MiniLM": given.minilm} if given.minilm else {})
    for task in given.tasks:
        for name in [name for name in encoders if name in given.encoders and (task, name) not in SEEN]:
            path = Path(given.out) / f"{task} - {name}{' - network' * given.network}.json"
            if path.exists():
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            record = measure(task, name, encoders[name], head="network" if given.network else "linear")
            save_record(record, path)
            print(f"{task}, {name}: {record['seconds']} s", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
