"""``infersent train``."""

from __future__ import annotations

import shlex
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, TypeVar

import tyro

from infersent.cli.options import (
    FEW_PAIRS,
    Columns,
    File,
    Names,
    Real,
    Text,
    Whole,
    columns,
    find_device,
    is_file,
    labelled,
    refuse_dash,
    use_threads,
)
from infersent.cli.pipes import fall_silent, give_up_output
from infersent.data import Pairs, load, split_pairs
from infersent.data.files import write_pairs
from infersent.foundation.notices import notice
from infersent.foundation.wording import counted
from infersent.model.features import Blocks
from infersent.model.infersent import InferSent, ModelConfig
from infersent.training import loop
from infersent.training.config import TrainingConfig
from infersent.training.recipes import RECIPES, Recipe, get_recipe, load_pairs, set_up, set_up_from
from infersent.training.run import check_out
from infersent.training.workers import WorkerLost, find_worker

Config = TypeVar("Config", ModelConfig, TrainingConfig)

_RecipeName = Annotated[
    str, tyro.conf.arg(help="; ".join(f"{name}: {recipe.about}" for name, recipe in RECIPES.items()) + ".")
]


def train(
    *,
    out: Path,
    data: Text = None,
    dev: File = None,
    text: Columns = None,
    label: Names = (),
    labels: Names = (),
    from_: Annotated[Path | None, tyro.conf.arg(name="from", metavar="RUN")] = None,
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
    mixed_precision: Text = None,
) -> None:
    """Train a model and keep its best epoch.

    For example:

    infersent train --data captions --preset demo --out runs/demo

    infersent train --data snli --preset laptop --out runs/laptop

    infersent train --data mine.csv --text question1 question2 --label is_duplicate --out runs/mine

    infersent train --data mine.tsv --dev mine-dev.tsv --from runs/laptop --out runs/mine

    A file of your own may have any labels; the model learns to tell those that occur. Without --dev, a tenth of its
    pairs is set aside to choose the best epoch and a tenth, written to test.jsonl in --out, to test on.

    On several devices or machines: torchrun --nproc-per-node 2 -m infersent train --device cuda ..., or accelerate
    launch -m infersent train ...; each process computes a share of every batch, and the numbers are those of one.

    Stop it at any time (Ctrl-C); the same command with --resume goes on after the last complete epoch.

    Args:
        out: Folder of the run: best/ (the checkpoint), log.jsonl (one line per epoch), resume.pt.
        data: snli, captions, sick, mrpc, or a file of your own: .csv, .tsv, .txt, .jsonl or .parquet; the preset's
            corpus if left out.
        dev: With a file of your own: another, whose pairs choose the best epoch.
        text: The file's two columns of texts: question1 question2. Guessed, and told, if left out.
        label: The file's column of labels; several for soft labels, each the share of the label it is named after.
        labels: The names of the labels in their order, if the column has their numbers, from 0.
        from_: Go on from a trained model: its words and encoder, and its head if it knows these labels.
        resume: Go on with the run in --out.
        subset: Part of SNLI's training pairs: 122k; "all" for every pair.
        encoder: bilstm-max, or another of the paper's: bilstm-mean, lstm-last, gru-last, bigru-last, inner-attention,
            hierarchical-convnet; or transformer.
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
        mixed_precision: bf16 or fp16: products of 16-bit numbers, on a GPU.
    """
    refuse_dash(out, "--out", "a run is a folder")
    place = find_device(device)
    check_out(out, resume)
    use_threads(threads)
    if from_ is not None and (fixed := {"encoder": encoder, "blocks": blocks, "hidden": hidden, "vectors": vectors}):
        for name, value in fixed.items():
            if value is not None:
                raise ValueError(f"--{name} {value} is decided by the model of --from {from_}; leave it out.")
    recipe = get_recipe(preset)
    recipe = replace(
        recipe,
        vectors=vectors or recipe.vectors,
        model=_changed(recipe.model, encoder=encoder, hidden=hidden, head=head, blocks=blocks and Blocks(blocks)),
        training=_changed(
            recipe.training,
            epochs=epochs,
            seed=seed,
            learning_rate=learning_rate,
            decay=decay,
            averaging=averaging,
            mixed_precision=mixed_precision,
        ),
    )
    worker = find_worker(place, recipe.training.mixed_precision)
    if not worker.first:
        fall_silent()
    if worker.count > 1:
        signal.signal(signal.SIGTERM, _stopped_by_the_launcher)
    train_pairs, dev_pairs, test_pairs = _training_pairs(
        recipe, data, dev, subset, columns(data or recipe.data, text, label, labels)
    )
    lines: list[object] = [train_pairs, dev_pairs]
    if from_ is None:
        setup = set_up(recipe, train_pairs, dev_pairs, progress=sys.stderr.isatty())
    else:
        old = InferSent.from_pretrained(from_)
        setup = set_up_from(old, recipe, train_pairs, dev_pairs, head)
        kept = setup.model is old
        how = "with its head" if kept else f"with a new {setup.model.config.head} head"
        lines.append(f"going on from {from_} {how}, for the labels {', '.join(setup.model.labels)}")
    for line in (*lines, setup.vocabulary):
        print(line)
    if test_pairs is not None:
        held_out = out / TEST_FILE
        if worker.first:
            out.mkdir(parents=True, exist_ok=True)
            write_pairs(held_out, test_pairs)
        print(f"set aside to test on: {held_out}, {len(test_pairs):,} pairs")
    dev_pairs = dev_pairs.with_labels(setup.model.labels)
    if len(dev_pairs) < FEW_PAIRS:
        notice(
            f"Only {counted(len(dev_pairs), 'pair')} ({dev_pairs.name}) will choose the best epoch, each worth "
            f"{100 / len(dev_pairs):.1f} points of accuracy: chance will choose as much as merit. Give more by --dev, "
            "or compare several --seed on a test."
        )
    beside = {
        "preset": preset,
        "dev_data": {"dev": dev_pairs.name, "pairs": len(dev_pairs), "digest": dev_pairs.digest()[:16]},
        **({} if from_ is None else {"from": str(from_)}),
    }
    print(f"{setup.provenance['parameters']:,} parameters to train; log: {out / 'log.jsonl'}", flush=True)
    try:
        log = loop.train(
            setup.model.to(worker.device),
            setup.train,
            setup.dev,
            recipe.training,
            out=out,
            resume=resume,
            provenance=setup.provenance | beside,
            progress=sys.stderr.isatty(),
            report=lambda e: print(
                f"epoch {e.epoch}  loss {e.loss:.3f}  train {e.train_accuracy:.1%}  dev {e.dev_accuracy:.1%}  "
                f"{e.seconds:.0f} s  {e.sentences_per_second:,} sentences/s",
                flush=True,
            ),
            worker=worker,
        )
    except WorkerLost as error:
        raise WorkerLost(f"{error} Only the epoch under way is lost. Start all again with --resume.") from None
    except (KeyboardInterrupt, BrokenPipeError) as stop:
        again = " ".join(map(shlex.quote, [a for a in sys.argv[1:] if a != "--resume"]))
        piped = isinstance(stop, BrokenPipeError)
        print(
            f"\nStopped{', because nobody reads the output any more' if piped else ''}; only the epoch under way is "
            f"lost. Go on with: infersent {again} --resume",
            file=sys.stderr,
        )
        if piped:
            give_up_output()
        raise SystemExit(1 if piped else 130) from None
    worker.leave()
    best = max(log, key=lambda e: e.dev_accuracy)
    print(f"best epoch {best.epoch}: dev {best.dev_accuracy:.1%}")
    evaluate = ["infersent", "evaluate", str(out), "--data"]
    if test_pairs is not None:
        print(f"now try: {shlex.join([*evaluate, str(out / TEST_FILE)])}")
    elif dev is None:
        print(f"now try: {shlex.join([*evaluate, data or recipe.data, '--split', 'test'])}")
    else:
        more = [*(["--text", *text] if text else []), *(["--label", *label] if label else [])]
        print(f"{dev} chose this epoch, so it is no test. Keep pairs that training has not seen, and try:")
        print(f"{shlex.join([*evaluate, 'TEST-FILE', *more])}")


#: The file of the pairs that are set aside to test on, in the run's folder.
TEST_FILE = "test.jsonl"


def _training_pairs(
    recipe: Recipe, data: str | None, dev: Path | None, subset: str | None, named: dict[str, Any]
) -> tuple[Pairs, Pairs, Pairs | None]:
    """Return the pairs to train on, those that choose the best epoch, and those that are set aside to test on.

    What is left out comes from the recipe. A corpus has a test split of its own, and nothing of it is set aside.
    """
    corpus = data or recipe.data
    if subset not in (None, "all") and corpus != "snli":
        raise ValueError(f"--subset {subset} is a part of --data snli; {corpus} has no subsets. Leave --subset out.")
    if is_file(corpus):
        if dev is None:
            return split_pairs(labelled(load(corpus, **named)))
        if str(dev) == corpus or (
            is_file(str(dev)) and Path(corpus).exists() and dev.exists() and dev.samefile(corpus)
        ):
            raise ValueError(
                f"--dev {dev} is the file of --data: it would choose the epoch that has learned it best by heart. "
                "Leave --dev out, and a part of the pairs is set aside."
            )
        return labelled(load(corpus, **named)), labelled(load(dev, **named)), None
    if dev is not None:
        raise ValueError(f"--dev {dev} goes with a file as --data; {corpus} has a dev split of its own.")
    part = subset or (recipe.subset if corpus == recipe.data else None)
    recipe = replace(recipe, data=corpus, subset=None if part == "all" else part)
    return load_pairs(recipe, "train"), load_pairs(recipe, "dev"), None


def _stopped_by_the_launcher(*_: object) -> None:
    """Say what happened: a launcher stops the other processes by this signal when one has ended."""
    raise WorkerLost("This process was told to stop, as all are when another one has ended.")


def _changed(config: Config, **changes: Any) -> Config:
    """Return a copy with the options that were given."""
    return replace(config, **{name: value for name, value in changes.items() if value is not None})
