"""``infersent train``."""

from __future__ import annotations

import shlex
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, TypeVar

import tyro

from infersent.cli.options import File, Real, Text, Whole, find_device, is_file, use_threads
from infersent.data import Pairs, load
from infersent.model.features import Blocks
from infersent.model.infersent import ModelConfig
from infersent.training import loop
from infersent.training.config import TrainingConfig
from infersent.training.recipes import RECIPES, Recipe, get_recipe, load_pairs, set_up
from infersent.training.run import check_out

Config = TypeVar("Config", ModelConfig, TrainingConfig)

_RecipeName = Annotated[
    str, tyro.conf.arg(help="; ".join(f"{name}: {recipe.about}" for name, recipe in RECIPES.items()) + ".")
]


def train(
    *,
    out: Path,
    data: Text = None,
    dev: File = None,
    preset: _RecipeName = "laptop",
    resume: bool = False,
    subset: Text = None,
    encoder: Text = None,
    blocks: Text = None,
    head: Text = None,
    hidden: Whole = None,
    vectors: Text = None,
    epochs: Whole = None,
    learning_rate: Real = None,
    decay: Real = None,
    averaging: Real = None,
    seed: Whole = None,
    threads: Whole = None,
    device: str = "cpu",
) -> None:
    """Train a model and keep its best epoch.

    For example:

    infersent train --data captions --preset demo --out runs/demo

    infersent train --data snli --preset laptop --out runs/laptop

    infersent train --data mine.tsv --dev mine-dev.tsv --out runs/mine

    Stop it at any time (Ctrl-C); the same command with --resume goes on after the last complete epoch.

    Args:
        out: Folder of the run: best/ (the checkpoint), log.jsonl (one line per epoch), resume.pt.
        data: snli, captions, or a .tsv/.jsonl file of your own; the preset's corpus if left out.
        dev: With a file of your own: the pairs that choose the best epoch.
        resume: Go on with the run in --out.
        subset: Part of SNLI's training pairs: 122k; "all" for every pair.
        encoder: bilstm-max, or another of the paper's: bilstm-mean, lstm-last, gru-last, bigru-last, inner-attention,
            hierarchical-convnet.
        blocks: Pair features, separated by commas: "u, v, |u-v|, u*v".
        head: linear, stacked-linear or mlp.
        hidden: Units per direction; a sentence vector has twice as many numbers.
        vectors: "shipped", "trained" (start without vectors and learn them), or a GloVe file: glove.6B.300d.
        epochs: Passes over the pairs, at most.
        learning_rate: Learning rate of the first epoch.
        decay: Factor on the learning rate after each epoch.
        averaging: Keep a moving average of the parameters, with this weight of the past at each step: 0.999.
        seed: Seed of the parameters, the order of the pairs and dropout.
        threads: Processor threads; torch's own choice if left out.
        device: cpu, cuda, cuda:1 or mps.
    """
    place = find_device(device)
    check_out(out, resume)
    use_threads(threads)
    recipe = get_recipe(preset)
    recipe = replace(
        recipe,
        vectors=vectors or recipe.vectors,
        model=_changed(recipe.model, encoder=encoder, hidden=hidden, head=head, blocks=blocks and Blocks(blocks)),
        training=_changed(
            recipe.training, epochs=epochs, seed=seed, learning_rate=learning_rate, decay=decay, averaging=averaging
        ),
    )
    train_pairs, dev_pairs = _training_pairs(recipe, data, dev, subset)
    setup = set_up(recipe, train_pairs, dev_pairs)
    for line in (train_pairs, dev_pairs, setup.vocabulary):
        print(line)
    print(f"{setup.provenance['parameters']:,} parameters to train; log: {out / 'log.jsonl'}", flush=True)
    try:
        log = loop.train(
            setup.model.to(place),
            setup.train,
            setup.dev,
            recipe.training,
            out=out,
            resume=resume,
            provenance=setup.provenance | {"preset": preset},
            report=lambda e: print(
                f"epoch {e.epoch}  loss {e.loss:.3f}  train {e.train_accuracy:.1%}  dev {e.dev_accuracy:.1%}  "
                f"{e.seconds:.0f} s  {e.sentences_per_second:,} sentences/s",
                flush=True,
            ),
        )
    except KeyboardInterrupt:
        again = " ".join(map(shlex.quote, [a for a in sys.argv[1:] if a != "--resume"]))
        print(f"\nStopped; only the epoch under way is lost. Go on with: infersent {again} --resume", file=sys.stderr)
        raise SystemExit(130) from None
    best = max(log, key=lambda e: e.dev_accuracy)
    print(f"best epoch {best.epoch}: dev {best.dev_accuracy:.1%}")
    held_out = ["--data", str(dev)] if dev else ["--data", data or recipe.data, "--split", "test"]
    print(f"now try: {shlex.join(['infersent', 'evaluate', str(out), *held_out])}")


def _training_pairs(recipe: Recipe, data: str | None, dev: Path | None, subset: str | None) -> tuple[Pairs, Pairs]:
    """Return the pairs to train on and those that choose the best epoch; what is left out comes from the recipe."""
    corpus = data or recipe.data
    if subset not in (None, "all") and corpus != "snli":
        raise ValueError(f"--subset {subset} is a part of --data snli; {corpus} has no subsets. Leave --subset out.")
    if is_file(corpus):
        if dev is None:
            raise ValueError(f"--data {data} is a file, so --dev must name another, whose pairs choose the best epoch.")
        return load(corpus), load(dev)
    if dev is not None:
        raise ValueError(f"--dev {dev} goes with a file as --data; {corpus} has a dev split of its own.")
    part = subset or (recipe.subset if corpus == recipe.data else None)
    recipe = replace(recipe, data=corpus, subset=None if part == "all" else part)
    return load_pairs(recipe, "train"), load_pairs(recipe, "dev")


def _changed(config: Config, **changes: Any) -> Config:
    """Return a copy with the options that were given."""
    return replace(config, **{name: value for name, value in changes.items() if value is not None})
