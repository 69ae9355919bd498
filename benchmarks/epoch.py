"""How good an epoch makes a model: our training and the textbook's, from the same weights, on the same pairs.

    python -m benchmarks.epoch [--hidden 512] [--pairs 122755] [--seeds 0 1 2] [--out _build/epoch.json]

Speed is worth nothing if an epoch teaches less. Here each way of training goes once through the first pairs of
SNLI-122k, and is asked for all of dev. The figures are accuracies, so a busy machine may make them. The textbook takes
half an hour an epoch at 512 units on one core, and three minutes at 64. What the record has already is not run again.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
from torch import nn

from benchmarks.textbook import BATCH, TextbookTraining
from infersent.foundation.provenance import provenance
from infersent.foundation.recorded import save_record
from infersent.foundation.tables import Table
from infersent.model.infersent import InferSent
from infersent.training.config import TrainingConfig
from infersent.training.evaluation import evaluate
from infersent.training.loop import train
from infersent.training.recipes import RECIPES, Setup, load_pairs, set_up


def ours(model: InferSent, data: Setup, seed: int) -> float:
    """Return the accuracy on dev after the package's training, by Adam at the rate of the ``laptop`` recipe."""
    config = TrainingConfig(learning_rate=RECIPES["laptop"].training.learning_rate, epochs=1, seed=seed)
    (epoch,) = train(model, data.train, data.dev, config, progress=False)
    return epoch.dev_accuracy


def textbook(model: InferSent, data: Setup, seed: int) -> float:
    """Return the accuracy on dev after the textbook's training, with the weights put back into the model."""
    training = TextbookTraining(model, data.train)
    rows = np.random.default_rng(seed).permutation(len(data.train))
    training.steps([rows[start : start + BATCH] for start in range(0, len(rows), BATCH)])
    cast(nn.LSTM, model.encoder.lstm).load_state_dict(training.model.lstm.state_dict())
    model.head.load_state_dict(training.model.head.state_dict())
    return round(evaluate(model, data.dev).accuracy, 5)


WAYS = {"ours": ours, "textbook": textbook}


def table(runs: Sequence[dict[str, Any]]) -> Table:
    """Return the accuracies of some runs by size: the means over the seeds, and what ours is ahead in each."""
    sizes = dict.fromkeys((run["hidden"], run["pairs"]) for run in runs)
    rows = []
    for size in sizes:
        found = [run for run in runs if (run["hidden"], run["pairs"]) == size]
        ahead = sorted(100 * (run["ours"] - run["textbook"]) for run in found)
        means = [statistics.mean(run[way] for run in found) for way in WAYS]
        rows.append([f"{size[0]} units", size[1], len(found), *means, f"{ahead[0]:+.1f} to {ahead[-1]:+.1f}"])
    return Table(
        ["", "pairs", "seeds", *WAYS, "ours ahead, points"],
        rows,
        formats={"pairs": ",", **dict.fromkeys(WAYS, ".1%")},
        caption="Accuracy on SNLI's dev pairs after one epoch; in the last column the least and the most of the seeds.",
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the record lacks, and print it all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hidden", type=int, default=512, help="units per direction")
    parser.add_argument("--pairs", type=int, default=122_755, help="of SNLI-122k, from the first")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--out", type=Path, default=Path("_build/epoch.json"), help="the record, written with each run")
    given = parser.parse_args(arguments)
    runs: list[dict[str, Any]] = []
    if given.out.exists():
        runs = json.loads(given.out.read_text(encoding="utf-8"))["runs"]
    recipe = RECIPES["laptop"]
    recipe = replace(recipe, model=replace(recipe.model, hidden=given.hidden))
    setup = set_up(recipe, load_pairs(recipe, "train").take(slice(given.pairs)), load_pairs(recipe, "dev"))
    for seed in given.seeds:
        run = {"hidden": given.hidden, "pairs": len(setup.train), "seed": seed}
        if any(run.items() <= before.items() for before in runs):
            continue
        # Fresh parameters of this seed, the same for both.
        run |= {name: way(setup.model.untrained(seed=seed), setup, seed) for name, way in WAYS.items()}
        runs.append(run | provenance("cpu"))
        given.out.parent.mkdir(parents=True, exist_ok=True)
        save_record({"made_by": "benchmarks.epoch", "runs": runs}, given.out)
        print(f"seed {seed}: " + ", ".join(f"{name} {run[name]:.1%}" for name in WAYS), flush=True)
    print(table(runs))
    return 0


if __name__ == "__main__":
    sys.exit(main())
