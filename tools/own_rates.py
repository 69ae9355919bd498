"""Write the grid in which every set of blocks has its own learning rate, from the records of a grid that tried several.

For example: python tools/own_rates.py unstarved-rate runs/unstarved-rate --seeds 0 1 2 > unstarved.toml

A set's own rate is the one with the highest dev accuracy, or the lower of two that tie. Test accuracies are not read.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from infersent.study.grid import Trial, read_grid
from infersent.study.records import read_records


def own_rates(records: Sequence[dict[str, Any]]) -> list[tuple[dict[str, Any], bool]]:
    """Return the specification of each set's best run on dev, and whether its rate is the lowest or the highest.

    Raises
    ------
    ValueError
        If all runs of a set failed, or the runs of a set differ in more than the rate.
    """
    sets: dict[str, list[dict[str, Any]]] = {}
    for item in records:
        sets.setdefault(json.dumps(item["spec"]["blocks"]), []).append(item)
    best = []
    for blocks, runs in sets.items():
        if len({json.dumps(item["spec"] | {"learning_rate": 0}) for item in runs}) > 1:
            raise ValueError(f"The runs of {blocks} differ in more than the rate.")
        finished = [item for item in runs if "error" not in item]
        if not finished:
            raise ValueError(f"No run of {blocks} is finished.")
        first = min(finished, key=lambda item: (-item["dev"]["accuracy"], item["spec"]["learning_rate"]))
        tried = [item["spec"]["learning_rate"] for item in runs]
        best.append((first["spec"], first["spec"]["learning_rate"] in (min(tried), max(tried))))
    return best


def grid_text(best: Sequence[tuple[dict[str, Any], bool]], about: str, seeds: Sequence[int]) -> str:
    """Return the grid as TOML: first what all sets share, then the blocks, rate and seeds of each set."""
    default = Trial.from_spec({}).spec
    varied = ("blocks", "learning_rate", "seed")
    shared = {
        name: value for name, value in best[0][0].items() if name not in varied and value != default[name]
    }  # null, which TOML lacks, is always a default
    lines = [f"about = {json.dumps(about)}", "", "[fixed]"]
    lines += [f"{name} = {json.dumps(value)}" for name, value in shared.items()]
    for spec, at_edge in best:
        lines += ["", *["# at the edge of the rates that were tried"] * at_edge, "[[vary]]"]
        lines.append(f"blocks = [{json.dumps(', '.join(spec['blocks']))}]")
        lines += [f"learning_rate = [{spec['learning_rate']}]", f"seed = {list(seeds)}"]
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the grid; return the exit status: 1 if a run has no record yet."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("grid", help="the grid that tried several rates: a name, or a .toml file")
    parser.add_argument("records", type=Path, help="the folder of its records")
    parser.add_argument("--seeds", type=int, nargs="+", required=True)
    parser.add_argument("--about", default="each set of blocks at its own learning rate")
    options = parser.parse_args(arguments)
    runs = read_grid(options.grid)
    records = list(read_records(runs, options.records))
    if len(records) < len(runs):
        print(f"{options.records} has {len(records)} of {len(runs)} records: finish the study first.", file=sys.stderr)
        return 1
    print(grid_text(own_rates(records), options.about, options.seeds), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
