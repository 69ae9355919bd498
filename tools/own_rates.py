"""Write the grid in which every set of blocks has its own learning rate, from the records of a grid that tried several.

For example: python tools/own_rates.py unstarved-rate runs/unstarved-rate --seeds 0 1 2 > unstarved.toml

A set's own rate is that of the trial with the highest dev accuracy; of two that are equal, the lower, and at one rate
the lower rate of the head. Test accuracies are not read.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from infersent.study.grid import Trial, read_grid
from infersent.study.records import Record, read_records


@dataclass(frozen=True)
class OwnRate:
    """The best trial of a set of blocks on dev.

    Attributes
    ----------
    trial
        It has the highest dev accuracy of the set's trials.
    at_edge
        Whether its learning rate is the lowest or the highest of three or more that were tried.
    """

    trial: Trial
    at_edge: bool


def own_rates(records: Sequence[Record]) -> list[OwnRate]:
    """Return the best trial on dev for each set of blocks and way to scale them.

    Raises
    ------
    ValueError
        If all trials of a set failed, or the trials of a set differ in more than the rate.
    """
    sets: dict[str, list[Record]] = {}
    for record in records:
        spec = record.trial.spec
        sets.setdefault(json.dumps([spec[name] for name in _OF_A_SET]), []).append(record)
    best = []
    for tried in sets.values():
        blocks = tried[0].trial.model.blocks
        if len({json.dumps(record.trial.spec | {"learning_rate": 0, "head_rate": 0}) for record in tried}) > 1:
            raise ValueError(f"The runs of ({blocks}) differ in more than the rate.")
        finished = [(record.dev.accuracy, record.trial) for record in tried if record.dev]
        if not finished:
            raise ValueError(f"No run of ({blocks}) is finished.")
        _, trial = min(finished, key=lambda pair: (-pair[0], _rate(pair[1]), pair[1].training.head_rate))
        rates = sorted({_rate(record.trial) for record in tried})
        best.append(OwnRate(trial, len(rates) > 2 and _rate(trial) in (rates[0], rates[-1])))
    return best


#: What tells one set from another.
_OF_A_SET = ("blocks", "block_rates", "standardise")


def _rate(trial: Trial) -> float:
    return trial.training.learning_rate


def grid_text(best: Sequence[OwnRate], about: str, seeds: Sequence[int]) -> str:
    """Return the grid as TOML: what all sets share once, then blocks, rate and seeds of each set."""
    default = Trial.from_spec({}).spec
    varied = (*_OF_A_SET, "learning_rate", "head_rate", "seed")
    shared = {
        name: value for name, value in best[0].trial.spec.items() if name not in varied and value != default[name]
    }  # null, which TOML lacks, is always a default
    lines = [f"about = {json.dumps(about)}", "", "[fixed]"]
    lines += [f"{name} = {json.dumps(value)}" for name, value in shared.items()]
    for own in best:
        lines += ["", *["# at the edge of the rates that were tried"] * own.at_edge, "[[vary]]"]
        lines.append(f"blocks = [{json.dumps(str(own.trial.model.blocks))}]")
        spec = own.trial.spec
        further = (*_OF_A_SET[1:], "head_rate")
        lines += [f"{name} = [{json.dumps(spec[name])}]" for name in further if spec[name] != default[name]]
        lines += [f"learning_rate = [{_rate(own.trial)}]", f"seed = {list(seeds)}"]
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the grid and return 0, or 1 if a trial has no record yet."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("grid", help="the grid that tried several rates: a name, or a .toml file")
    parser.add_argument("records", type=Path, help="the folder of its records")
    parser.add_argument("--seeds", type=int, nargs="+", required=True)
    parser.add_argument("--about", default="each set of blocks at its own learning rate")
    parser.add_argument("--blocks", nargs="+", help="these sets alone, such as 'u, v, u*v'; all sets without it")
    options = parser.parse_args(arguments)
    trials = read_grid(options.grid)
    if options.blocks:
        named = {str(trial.model.blocks) for trial in trials}
        for blocks in options.blocks:
            if blocks not in named:
                parser.error(f"{options.grid} has no set {blocks!r}; it has {', '.join(map(repr, sorted(named)))}")
        trials = [trial for trial in trials if str(trial.model.blocks) in options.blocks]
    records = list(read_records(trials, options.records))
    if len(records) < len(trials):
        print(
            f"{options.records} has {len(records)} of {len(trials)} records: finish the study first.", file=sys.stderr
        )
        return 1
    print(grid_text(own_rates(records), options.about, options.seeds), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
