"""The command line: ``infersent COMMAND``, or ``python -m infersent COMMAND``."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Annotated, TextIO, TypeVar

import numpy as np
import torch
import tyro

from infersent.choices import choose
from infersent.data import CORPORA, LABELS, fetch, load, read_sentence_pairs
from infersent.data.batching import encode_pairs
from infersent.data.files import SUFFIXES
from infersent.evaluation import evaluate as evaluate_model
from infersent.features import parse_blocks
from infersent.model import InferSent, ModelConfig
from infersent.presets import get_preset, load_pairs, set_up
from infersent.training import TrainingConfig, TrainingDiverged
from infersent.training import train as train_model

Config = TypeVar("Config", ModelConfig, TrainingConfig)

_Run = Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="RUN")]
# Options that may be left out, shown in --help by what they take.
_File = Annotated[Path | None, tyro.conf.arg(metavar="FILE")]
_Text = Annotated[str | None, tyro.conf.arg(metavar="TEXT")]
_Whole = Annotated[int | None, tyro.conf.arg(metavar="N")]
_Real = Annotated[float | None, tyro.conf.arg(metavar="X")]


def train(
    *,
    out: Path,
    data: _Text = None,
    dev: _File = None,
    preset: str = "laptop",
    resume: bool = False,
    subset: _Text = None,
    blocks: _Text = None,
    head: _Text = None,
    hidden: _Whole = None,
    vectors: _Text = None,
    epochs: _Whole = None,
    learning_rate: _Real = None,
    seed: _Whole = None,
    threads: _Whole = None,
    device: str = "cpu",
) -> None:
    """Train a model and keep its best epoch.

    For example:

    infersent train --data captions --preset demo --out runs/demo

    infersent train --data snli --preset laptop --out runs/laptop

    infersent train --data mine.tsv --dev mine-dev.tsv --out runs/mine

    Stop it at any time (Ctrl-C); the same command with --resume goes on after the last whole epoch.

    Args:
        out: Folder of the run: best/ (the checkpoint), log.jsonl (a line an epoch), resume.pt.
        data: snli, captions, or a .tsv/.jsonl file of your own; the preset's corpus if left out.
        dev: With a file of your own: the pairs that choose the best epoch.
        preset: demo (captions, seconds), laptop (SNLI-122k, half an hour) or paper (all of SNLI, a GPU).
        resume: Go on with the run in --out.
        subset: Part of the training pairs: 122k for SNLI; "all" for every pair.
        blocks: Pair features, separated by commas: "u, v, |u-v|, u*v".
        head: linear, stacked-linear or mlp.
        hidden: LSTM units per direction.
        vectors: "shipped", or a GloVe file: glove.6B.300d.
        epochs: At most so many passes over the pairs.
        learning_rate: Of the first epoch.
        seed: Of parameters, order and dropout.
        threads: Processor threads; torch's own choice if left out.
        device: cpu, cuda or mps.
    """
    if threads:
        torch.set_num_threads(threads)
    recipe = get_preset(preset)
    recipe = replace(
        recipe,
        vectors=vectors or recipe.vectors,
        model=_changed(recipe.model, hidden=hidden, head=head, blocks=blocks and parse_blocks(blocks)),
        training=_changed(recipe.training, epochs=epochs, seed=seed, learning_rate=learning_rate),
    )
    if data and Path(data).suffix.lower() in SUFFIXES:
        if dev is None:
            raise ValueError(f"--data {data} is a file, so --dev must name another, whose pairs choose the best epoch.")
        train_pairs, dev_pairs = load(data), load(dev)
    else:
        if dev is not None:
            raise ValueError(
                f"--dev {dev} goes with a file as --data; {data or recipe.data} has a dev split of its own."
            )
        part = subset or (recipe.subset if data in (None, recipe.data) else None)
        recipe = replace(recipe, data=data or recipe.data, subset=None if part == "all" else part)
        train_pairs, dev_pairs = load_pairs(recipe, "train"), load_pairs(recipe, "dev")
    setup = set_up(recipe, train_pairs, dev_pairs)
    for line in (train_pairs, dev_pairs, setup.vocabulary):
        print(line)
    print(f"{setup.provenance['parameters']:,} parameters to train; log: {out / 'log.jsonl'}", flush=True)
    try:
        log = train_model(
            setup.model.to(device),
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
    print(f"now try: infersent evaluate {out} --data {recipe.data} --split test")


def _changed(config: Config, **changes: object) -> Config:
    """Return a copy with the options that were given."""
    return replace(config, **{name: value for name, value in changes.items() if value is not None})


def evaluate(run: _Run, *, data: str = "snli", split: str = "test", json_output: bool = False) -> None:
    """Print a model's accuracy in percent with its 95% interval, overall and for each label.

    For example: infersent evaluate runs/laptop --data snli --split test

    Args:
        run: A checkpoint's or a training run's folder.
        data: snli, captions, or a .tsv/.jsonl file of your own.
        split: train, dev or test; without effect for a file.
        json_output: Print JSON instead.
    """
    model = InferSent.from_pretrained(run)
    pairs = load(data, split, **({"subset": "122k"} if (data, split) == ("snli", "train") else {}))
    result = evaluate_model(model, encode_pairs(pairs, model.tokenizer))
    if json_output:
        print(json.dumps(result.to_json() | {"data": pairs.name}))
    else:
        print(f"{run} on {pairs.name}:\n{result}")


def encode(
    run: _Run, *, output: Path, sentences: Path = Path("-"), batch_size: int = 128, normalize: bool = False
) -> None:
    """Turn sentences, one a line, into vectors: a .npy file of shape [lines, dim].

    For example: infersent encode runs/laptop --sentences lines.txt --output vectors.npy

    Args:
        run: A checkpoint's or a training run's folder.
        output: The .npy file to write.
        sentences: A text file in UTF-8; "-" reads standard input.
        batch_size: Sentences at a time.
        normalize: Scale every vector to length 1.
    """
    model = InferSent.from_pretrained(run)
    text = sys.stdin.read() if str(sentences) == "-" else sentences.read_text("utf-8")
    # Not splitlines(): it would cut a sentence at a form feed or a Unicode line separator.
    lines = text.removesuffix("\n").split("\n") if text else []
    lines = [line.removesuffix("\r") for line in lines]
    vectors = model.encode(lines, batch_size, show_progress_bar=sys.stderr.isatty(), normalize_embeddings=normalize)
    with output.open("wb") as file:
        np.save(file, vectors)
    print(f"{output}: {vectors.shape[0]:,} sentences of {vectors.shape[1]} numbers each", file=sys.stderr)


def predict(
    run: _Run,
    *,
    pairs: _File = None,
    premise: _Text = None,
    hypothesis: _Text = None,
    output: Path = Path("-"),
) -> None:
    """Print the label and the three probabilities of each pair, tab-separated.

    For example:

    infersent predict runs/laptop --premise "A dog runs." --hypothesis "An animal moves."

    infersent predict runs/laptop --pairs mine.tsv --output labels.tsv

    Args:
        run: A checkpoint's or a training run's folder.
        pairs: A .tsv file with the columns premise and hypothesis, or .jsonl with these keys.
        premise: One premise, with --hypothesis, instead of a file.
        hypothesis: One hypothesis.
        output: The file to write; "-" is standard output.
    """
    if (pairs is None) == (premise is None) or (premise is None) != (hypothesis is None):
        raise ValueError("Give either --pairs FILE, or --premise and --hypothesis together.")
    model = InferSent.from_pretrained(run)
    premises, hypotheses = read_sentence_pairs(pairs) if pairs else ([premise], [hypothesis])
    probabilities = model.predict_proba(premises, hypotheses)
    with _writing(output) as file:
        print("label", *LABELS, sep="\t", file=file)
        for row in probabilities:
            print(LABELS[row.argmax()], *(f"{p:.4f}" for p in row), sep="\t", file=file)


def _writing(path: Path) -> AbstractContextManager[TextIO]:
    return nullcontext(sys.stdout) if str(path) == "-" else path.open("w", encoding="utf-8")


def data(name: Annotated[str, tyro.conf.Positional] = "snli") -> None:
    """Download and check a corpus or an archive, and say where it is and what it holds.

    For example: infersent data snli; infersent data captions; infersent data glove.6B.zip

    Args:
        name: snli, captions, a .tsv/.jsonl file of your own, or an archive: snli_1.0.zip, glove.6B.zip,
            glove.840B.300d.zip.
    """
    if name in fetch.ARCHIVES:
        path = fetch.fetch(name)
        print(
            f"{path}: {path.stat().st_size:,} bytes{', a part of the official archive' if fetch.is_part(path) else ''}"
        )
        return
    if Path(name).suffix.lower() in SUFFIXES:
        print(load(name))
        return
    choose("corpus or archive", name, dict.fromkeys([*CORPORA, *fetch.ARCHIVES]))
    for split in ("train", "dev", "test"):
        print(load(name, split, **({"subset": "122k"} if (name, split) == ("snli", "train") else {})))


_COMMANDS: dict[str, Callable[..., None]] = {
    "train": train,
    "evaluate": evaluate,
    "encode": encode,
    "predict": predict,
    "data": data,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status: 0, 1 for an error that a message explains, 130 for Ctrl-C."""
    try:
        tyro.extras.subcommand_cli_from_dict(
            _COMMANDS,
            prog="infersent",
            description="Train InferSent, measure it and use it.",
            args=arguments,
            config=(tyro.conf.FlagCreatePairsOff,),
        )
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader of a pipe has seen enough
        return 0
    except (ValueError, TypeError, OSError, TrainingDiverged) as error:
        print(f"infersent: {error}", file=sys.stderr)
        return 1
    return 0
