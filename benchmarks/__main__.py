"""Measure how fast the package is here; write a record and print it as a table, with what is met of the targets.

Compared are rates that were measured in turn, each next to the machine's own rate of large matrix products in that
moment: on another machine, or a busy one, the seconds differ, and the ratios should not.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks import book, data, encoding, start, training
from benchmarks.figures import Record
from benchmarks.settings import QUICK, Settings
from infersent.foundation.provenance import provenance

#: What is measured, in this order.
PARTS: dict[str, Callable[[Record, Settings], None]] = {
    "training": training.run,
    "encoding": encoding.run,
    "data": data.run,
    "start": start.run,
    "book": book.run,
}


def measure(record: Record, parts: Sequence[str], settings: Settings) -> None:
    """Measure some parts; what fails is left out of the record with its reason, and the rest is measured."""
    for name in parts:
        print(f"{name} …", flush=True)
        begun = time.monotonic()
        try:
            PARTS[name](record, settings)
        except Exception as error:  # whatever fails, the other parts are worth having
            record.skip(name, f"it failed: {error}")
        print(f"{name} took {time.monotonic() - begun:.0f} s", flush=True)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--only",
        nargs="+",
        choices=PARTS,
        default=list(PARTS),
        help="some parts, beside what the record has of the others; all by default",
    )
    parser.add_argument("--quick", action="store_true", help="a look within a minute or so, instead of ten")
    parser.add_argument(
        "--out", type=Path, default=Path("_build/benchmarks.json"), help="the record, written with every figure"
    )
    options = parser.parse_args(arguments)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    about = provenance("cpu")
    made = {name: about.pop(name) for name in ("date", "commit", "tree") if name in about}
    record = Record(options.out, about | {"parts": dict.fromkeys(options.only, made), "quick": options.quick})
    if options.out.exists() and len(options.only) < len(PARTS):
        try:
            record.take_over(options.out, options.only)
        except ValueError as error:
            parser.error(str(error))
    status = 0
    try:
        measure(record, options.only, QUICK if options.quick else Settings())
    except KeyboardInterrupt:
        print("\nStopped; what was measured is kept.", file=sys.stderr)
        status = 130
    print(f"\n{record}\n\nThe record is {options.out}.")
    return status


if __name__ == "__main__":
    sys.exit(main())
