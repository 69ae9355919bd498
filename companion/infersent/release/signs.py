"""Writing the record of the signs of pooled coordinates, before and after training."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import torch

from infersent.foundation.recorded import save_record
from infersent.inside.signs import KnockedOut, knock_out, measure
from infersent.model.infersent import InferSent
from infersent.training.loop import train
from infersent.training.recipes import Recipe, get_recipe, load_pairs, set_up

#: How many training pairs, from the first, the small runs of the record use; see :func:`small_recipe`.
SMALL_PAIRS = 24_000


def small_recipe(encoder: str, seed: int) -> Recipe:
    """Return the recipe of a run of about a minute: the laptop recipe with 64 units per direction and three epochs."""
    small = get_recipe("laptop").smaller(hidden=64, epochs=3)
    return replace(
        small,
        model=replace(small.model, encoder=encoder),
        training=replace(small.training, learning_rate=2e-3, seed=seed),
    )


def write_signs(run: str | Path, path: str | Path, *, seeds: tuple[int, ...] = (0, 1, 2)) -> dict[str, Any]:
    """Measure the model of a training run, and small ones with max and with mean pooling, on SNLI's dev pairs.

    Parameters
    ----------
    run
        The folder of a laptop run: ``infersent train --data snli --preset laptop --out RUN``.
    path
        Where the record goes.
    seeds
        Two small runs for each: one with max and one with mean pooling.

    Returns
    -------
    dict
        The record, as JSON values.
    """
    laptop = get_recipe("laptop")
    train_pairs, dev_pairs = load_pairs(laptop, "train"), load_pairs(laptop, "dev")
    trained = InferSent.from_pretrained(run)
    record: dict[str, Any] = {
        "made_by": "infersent.release.signs.write_signs",
        "measured_on": dev_pairs.name,
        "digest": dev_pairs.digest()[:16],
        "torch": torch.__version__.split("+")[0],
        "laptop": {
            "train": train_pairs.name,
            "pairs": len(train_pairs),
            "model": asdict(trained.config),
            "untrained": measure(trained.untrained(seed=laptop.training.seed), dev_pairs).to_json(),
            "trained": measure(trained, dev_pairs).to_json(),
            "knock_out": _to_json(knock_out(trained, dev_pairs)),
        },
        "small": {},
    }
    for encoder in ("bilstm-max", "bilstm-mean"):
        runs = record["small"][encoder] = []
        for seed in seeds:
            recipe = small_recipe(encoder, seed)
            setup = set_up(recipe, train_pairs.take(slice(SMALL_PAIRS)), dev_pairs, progress=False)
            before = measure(setup.model, dev_pairs).to_json()
            log = train(setup.model, setup.train, setup.dev, recipe.training, progress=False)
            runs.append(
                {
                    "pairs": len(setup.train),
                    "model": asdict(recipe.model),
                    "training": asdict(recipe.training),
                    "dev_accuracy": max(epoch.dev_accuracy for epoch in log),
                    "untrained": before,
                    "trained": measure(setup.model, dev_pairs).to_json(),
                    "knock_out": _to_json(knock_out(setup.model, dev_pairs)),
                }
            )
    save_record(record, path)
    return record


def _to_json(results: dict[str, KnockedOut]) -> dict[str, Any]:
    return {name: result.to_json() for name, result in results.items()}
