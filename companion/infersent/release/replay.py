"""Writing the record of four training runs as they went, several times an epoch, for the page that replays them."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from infersent.data import Pairs
from infersent.foundation.provenance import provenance
from infersent.foundation.recorded import FOLDER, save_record
from infersent.model.features import BLOCKS, Blocks
from infersent.text.batching import EncodedPairs
from infersent.training.evaluation import evaluate
from infersent.training.loop import train
from infersent.training.recipes import Recipe, get_recipe, load_pairs, set_up
from infersent.training.run import Step, TrainingRun

#: The sets of blocks that race, in the order of the record.
RACE = ("u, v", "u, v, u*v", "u, v, |u-v|", ", ".join(BLOCKS))

#: How many training pairs, from the first.
PAIRS = 24_000

#: How often an epoch is looked at.
LOOKS = 6


def replay_recipe(blocks: str = RACE[-1]) -> Recipe:
    """Return the recipe of the small run of the book's chapter on training, on a set of blocks, for five epochs."""
    small = get_recipe("laptop").smaller(hidden=64, epochs=5)
    return replace(
        small,
        model=replace(small.model, blocks=Blocks(blocks)),
        training=replace(small.training, learning_rate=2e-3),
    )


@dataclass
class Watcher:
    """Looks at a run several times an epoch: loss and accuracy on the batches since the last look, accuracy on dev.

    Parameters
    ----------
    dev
        The pairs of every look.
    looks
        How many an epoch, the last at its end.
    jitter
        Whether to measure the parameters of the very step as well, beside their average.
    """

    dev: EncodedPairs
    looks: int = LOOKS
    jitter: bool = False
    seen: list[Step] = field(default_factory=list)
    log: dict[str, list[float]] = field(default_factory=dict)

    def __call__(self, run: TrainingRun, step: Step) -> None:
        """Take in a step, and look if it is time."""
        self.seen.append(step)
        if step.step not in {round(step.steps * look / self.looks) for look in range(1, self.looks + 1)}:
            return
        pairs = sum(one.pairs for one in self.seen)
        loss = sum(one.loss * one.pairs for one in self.seen) / pairs
        right = sum(one.right for one in self.seen) / pairs
        self.seen.clear()
        found = {"step": (step.epoch - 1) * step.steps + step.step, "loss": round(loss, 4), "train": round(right, 4)}
        if self.jitter:
            found["dev_without_average"] = round(evaluate(run.model, self.dev).accuracy, 5)
        with run.averaged():
            found["dev"] = round(evaluate(run.model, self.dev).accuracy, 5)
        for name, value in found.items():
            self.log.setdefault(name, []).append(value)


def write_replay(path: str | Path | None = None, *, pairs: int = PAIRS) -> dict[str, Any]:
    """Train the four sets of blocks with one seed, look at each run several times an epoch, and write what was seen.

    Some six minutes on one core::

        python -c "from infersent.release.replay import write_replay; write_replay()"

    Parameters
    ----------
    path
        Where the record goes; the package's own file if left out.
    pairs
        How many training pairs, from the first.

    Returns
    -------
    dict
        The record, as JSON values.
    """
    recipe = replay_recipe()
    train_pairs, dev_pairs = load_pairs(recipe, "train").take(slice(pairs)), load_pairs(recipe, "dev")
    record = {"made_by": "infersent.release.replay.write_replay"} | provenance()
    record |= {"train": train_pairs.name, "dev": dev_pairs.name, "pairs": [len(train_pairs), len(dev_pairs)]}
    record |= {"training": asdict(recipe.training), "model": asdict(recipe.model)}
    record["runs"] = [replayed(blocks, train_pairs, dev_pairs) for blocks in RACE]
    save_record(record, path or FOLDER / "replay.json")
    return record


def replayed(blocks: str, train_pairs: Pairs, dev_pairs: Pairs) -> dict[str, Any]:
    """Train on one set of blocks; return what was seen, and which epoch is the best on dev."""
    recipe = replay_recipe(blocks)
    setup = set_up(recipe, train_pairs, dev_pairs, progress=False)
    watcher = Watcher(setup.dev, jitter=blocks == RACE[-1])
    log = train(setup.model, setup.train, setup.dev, recipe.training, progress=False, watch=watcher)
    best = max(log, key=lambda epoch: epoch.dev_accuracy).epoch
    rates = [round(epoch.learning_rate, 8) for epoch in log]
    return {"blocks": blocks, "steps": watcher.log["step"][-1] // len(log), "best": best, "rates": rates} | watcher.log
