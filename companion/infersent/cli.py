"""The command line: ``infersent COMMAND``, or ``python -m infersent COMMAND``."""

from __future__ import annotations

import json
import math
import os
import shlex
import sys
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import numpy as np
import torch
import tyro

from infersent.data import CORPORA, LABELS, Pairs, fetch, load, probes, read_sentence_pairs, snli
from infersent.data.files import SUFFIXES, decoded_lines
from infersent.foundation.atomic import replace_file
from infersent.foundation.choices import choose
from infersent.inside.challenge import run_challenge as probe_model
from infersent.inside.ledger import explain as explain_pair
from infersent.inside.ledger_view import in_terminal
from infersent.model.features import Blocks
from infersent.model.infersent import InferSent, ModelConfig
from infersent.study.comparison import Comparison, Group, compare, find_group, in_words, phenomena_table, table
from infersent.study.comparison import groups as group_trials
from infersent.study.dot_product import curves, run_grid
from infersent.study.grid import Trial, read_grid
from infersent.study.records import Record, load_records, read_records, unfinished_records
from infersent.study.runner import run_study, seconds_left
from infersent.text.batching import encode_pairs
from infersent.training.config import TrainingConfig
from infersent.training.evaluation import evaluate as evaluate_model
from infersent.training.loop import TrainingDiverged
from infersent.training.loop import train as train_model
from infersent.training.recipes import RECIPES, Recipe, get_recipe, load_pairs, set_up
from infersent.training.run import check_out
from infersent.widgets.model_file import export

Config = TypeVar("Config", ModelConfig, TrainingConfig)

_Run = Annotated[Path | None, tyro.conf.Positional, tyro.conf.arg(metavar="RUN")]
# Options that may be left out, shown in --help by what they take.
_File = Annotated[Path | None, tyro.conf.arg(metavar="FILE")]
_Text = Annotated[str | None, tyro.conf.arg(metavar="TEXT")]
_Whole = Annotated[int | None, tyro.conf.arg(metavar="N")]
_Real = Annotated[float | None, tyro.conf.arg(metavar="X")]
_PresetName = Annotated[
    str, tyro.conf.arg(help="; ".join(f"{name}: {preset.about}" for name, preset in RECIPES.items()) + ".")
]


def train(
    *,
    out: Path,
    data: _Text = None,
    dev: _File = None,
    preset: _PresetName = "laptop",
    resume: bool = False,
    subset: _Text = None,
    encoder: _Text = None,
    blocks: _Text = None,
    head: _Text = None,
    hidden: _Whole = None,
    vectors: _Text = None,
    epochs: _Whole = None,
    learning_rate: _Real = None,
    decay: _Real = None,
    averaging: _Real = None,
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
        resume: Go on with the run in --out.
        subset: Part of SNLI's training pairs: 122k; "all" for every pair.
        encoder: bilstm-max, or another of the paper's: bilstm-mean, lstm-last, gru-last, bigru-last, inner-attention,
            hierarchical-convnet.
        blocks: Pair features, separated by commas: "u, v, |u-v|, u*v".
        head: linear, stacked-linear or mlp.
        hidden: Units per direction; a sentence vector has twice as many numbers.
        vectors: "shipped", "trained" (none are given), or a GloVe file: glove.6B.300d.
        epochs: At most so many passes over the pairs.
        learning_rate: Of the first epoch.
        decay: Factor on the learning rate after each epoch.
        averaging: Keep a moving average of the parameters, with this weight of the past at each step: 0.999.
        seed: Of parameters, order and dropout.
        threads: Processor threads; torch's own choice if left out.
        device: cpu, cuda, cuda:1 or mps.
    """
    place = _device(device)
    check_out(out, resume)
    _use_threads(threads)
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
        log = train_model(
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


def _use_threads(threads: int | None) -> None:
    if threads is None:
        return
    if threads < 1:
        raise ValueError(f"--threads {threads} is below 1; leave it out for torch's own choice.")
    torch.set_num_threads(threads)


def _training_pairs(recipe: Recipe, data: str | None, dev: Path | None, subset: str | None) -> tuple[Pairs, Pairs]:
    """Return the pairs to train on and those that choose the best epoch; what is left out comes from the recipe."""
    corpus = data or recipe.data
    if subset not in (None, "all") and corpus != "snli":
        raise ValueError(f"--subset {subset} is a part of --data snli; {corpus} has no subsets. Leave --subset out.")
    if _is_file(corpus):
        if dev is None:
            raise ValueError(f"--data {data} is a file, so --dev must name another, whose pairs choose the best epoch.")
        return load(corpus), load(dev)
    if dev is not None:
        raise ValueError(f"--dev {dev} goes with a file as --data; {corpus} has a dev split of its own.")
    part = subset or (recipe.subset if corpus == recipe.data else None)
    recipe = replace(recipe, data=corpus, subset=None if part == "all" else part)
    return load_pairs(recipe, "train"), load_pairs(recipe, "dev")


def _is_file(data: str) -> bool:
    return Path(data).suffix.lower() in SUFFIXES


def _changed(config: Config, **changes: object) -> Config:
    """Return a copy with the options that were given."""
    return replace(config, **{name: value for name, value in changes.items() if value is not None})


def _device(name: str) -> torch.device:
    """Return the device of that name, if this machine has it."""
    cuda = ["cuda", *(f"cuda:{i}" for i in range(torch.cuda.device_count()))] if torch.cuda.is_available() else []
    known = ["cpu", *cuda, *(["mps"] if torch.backends.mps.is_available() else [])]
    if name not in known:
        raise ValueError(f"torch finds no device {name!r} on this machine. Use --device {' or '.join(known)}.")
    return torch.device(name)


def evaluate(
    run: _Run = None, *, data: str = "snli", split: str = "test", json_output: bool = False, device: str = "cpu"
) -> None:
    """Print a model's accuracy in percent with its 95% interval, overall and for each label.

    For example: infersent evaluate runs/laptop --data snli --split test

    Args:
        run: A checkpoint's or a training run's folder; the model of the package if left out.
        data: snli, captions, probes, or a .tsv/.jsonl file of your own.
        split: train, dev or test; without effect for a file. The probes have test only.
        json_output: Print JSON instead.
        device: cpu, cuda, cuda:1 or mps.
    """
    model = InferSent.from_pretrained(run, device=_device(device))
    pairs = _load(data, split)
    result = evaluate_model(model, encode_pairs(pairs, model.tokenizer))
    if json_output:
        print(json.dumps(result.to_json() | {"data": pairs.name}))
    else:
        print(f"{_named(run)} on {pairs.name}:\n{result}")


def probe(
    run: _Run = None, *, data: str = "probes", split: str = "test", json_output: bool = False, device: str = "cpu"
) -> None:
    """Print a model's accuracy on each phenomenon, with its 95% interval, and how many groups have no mistake.

    For example: infersent probe runs/laptop

    Args:
        run: A checkpoint's or a training run's folder; the model of the package if left out.
        data: probes, or captions, whose pairs come in no groups.
        split: train, dev or test; the probes have test only.
        json_output: Print JSON instead.
        device: cpu, cuda, cuda:1 or mps.
    """
    pairs = _load(data, split)
    result = probe_model(
        InferSent.from_pretrained(run, device=_device(device)), pairs, probes.groups() if data == "probes" else None
    )
    print(json.dumps(result.to_json()) if json_output else f"{_named(run)} on {pairs.name}:\n{result}")


def _named(run: Path | None) -> str:
    return str(run or "the model of the package")


def _load(data: str, split: str) -> Pairs:
    """Load a split; SNLI's train split is SNLI-122k, which even a part of the archive holds."""
    return load(data, split, **({"subset": "122k"} if (data, split) == ("snli", "train") else {}))


def encode(
    run: _Run = None,
    *,
    output: Path,
    sentences: Path = Path("-"),
    batch_size: int = 128,
    normalize: bool = False,
    device: str = "cpu",
) -> None:
    """Turn sentences, one a line, into vectors: a .npy file of shape [lines, dim].

    For example: infersent encode runs/laptop --sentences lines.txt --output vectors.npy

    Args:
        run: A checkpoint's or a training run's folder; the model of the package if left out.
        output: The .npy file to write.
        sentences: A text file in UTF-8; "-" reads standard input.
        batch_size: Sentences at a time.
        normalize: Scale every vector to length 1.
        device: cpu, cuda, cuda:1 or mps.
    """
    _check_output(output)
    model = InferSent.from_pretrained(run, device=_device(device))
    from_stdin = str(sentences) == "-"
    # Its bytes, whatever the terminal's encoding, cut at line feeds only: others would cut a sentence in two.
    with nullcontext(sys.stdin.buffer) if from_stdin else sentences.open("rb") as file:
        lines = [line for _, line in decoded_lines(file, "standard input" if from_stdin else sentences)]
    vectors = model.encode(lines, batch_size, show_progress_bar=sys.stderr.isatty(), normalize_embeddings=normalize)

    def save(path: Path) -> None:
        with path.open("wb") as file:  # given a path, numpy would add .npy to it
            np.save(file, vectors)

    _write(output, save)
    print(f"{output}: {vectors.shape[0]:,} sentences of {vectors.shape[1]} numbers each", file=sys.stderr)


def predict(
    run: _Run = None,
    *,
    pairs: _File = None,
    premise: _Text = None,
    hypothesis: _Text = None,
    output: Path = Path("-"),
    device: str = "cpu",
) -> None:
    """Print the label and the three probabilities of each pair, tab-separated.

    For example:

    infersent predict runs/laptop --premise "A dog runs." --hypothesis "An animal moves."

    infersent predict runs/laptop --pairs mine.tsv --output labels.tsv

    Args:
        run: A checkpoint's or a training run's folder; the model of the package if left out.
        pairs: A .tsv file with the columns premise and hypothesis, or .jsonl with these keys.
        premise: One premise, with --hypothesis, instead of a file.
        hypothesis: One hypothesis.
        output: The file to write; "-" is standard output.
        device: cpu, cuda, cuda:1 or mps.
    """
    if (pairs is None) == (premise is None) or (premise is None) != (hypothesis is None):
        raise ValueError("Give either --pairs FILE, or --premise and --hypothesis together.")
    _check_output(output)
    model = InferSent.from_pretrained(run, device=_device(device))
    premises, hypotheses = read_sentence_pairs(pairs) if pairs else ([premise], [hypothesis])
    probabilities = model.predict_proba(premises, hypotheses)
    rows = [("label", *LABELS), *((LABELS[row.argmax()], *(f"{p:.4f}" for p in row)) for row in probabilities)]
    table = "".join("\t".join(row) + "\n" for row in rows)
    if str(output) == "-":
        print(table, end="")
    else:
        _write(output, lambda path: path.write_text(table, "utf-8"))


def explain(
    premise: Annotated[str, tyro.conf.Positional],
    hypothesis: Annotated[str, tyro.conf.Positional],
    *,
    run: _File = None,
    json_output: bool = False,
) -> None:
    """Account for the model's decision on one pair: by block, by word, by pair of words; the parts add up exactly.

    For example: infersent explain "A man plays a guitar." "A woman is asleep."

    Args:
        premise: The first sentence.
        hypothesis: The second.
        run: A checkpoint's or a training run's folder; the model of the package if left out.
        json_output: Print the whole ledger as JSON.
    """
    ledger = explain_pair(InferSent.from_pretrained(run), premise, hypothesis)
    ledger.check()
    colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    print(ledger.to_json() if json_output else in_terminal(ledger, colour=colour))


def web(run: _Run = None, *, out: Path, words: _Whole = None) -> None:
    """Write a model as the one file from which the live explainer of a page computes.

    For example: infersent web runs/laptop --out site/_static/widgets

    Args:
        run: A checkpoint's or a training run's folder; the model of the package if left out. Its encoder must be
            bilstm-max and its head linear or stacked-linear.
        out: Folder of the file.
        words: Keep so many words, the most frequent; all of them if left out.
    """
    path = export(InferSent.from_pretrained(run), out, words=words)
    print(f"{path}: {path.stat().st_size:,} bytes", file=sys.stderr)


def _check_output(path: Path, option: str = "--output") -> None:
    """Refuse, before the work, what cannot be written after it."""
    if path.is_dir():
        raise ValueError(f"{option} {path} is a folder. Name a file in it.")
    if not path.parent.is_dir():
        raise ValueError(f"{option} {path}: there is no folder {path.parent}. Make it first.")


def _write(path: Path, write: Callable[[Path], object]) -> None:
    """Let ``write`` fill the file in one step; a pipe or a device stays what it is, and a link still leads there."""
    if path.exists() and not path.is_file():
        write(path)
    else:
        replace_file(path.resolve(), write)


def data(name: Annotated[str, tyro.conf.Positional] = "snli") -> None:
    """Download and check a corpus or an archive, and say where it is and what it holds.

    For example: infersent data snli; infersent data captions; infersent data glove.6B.zip

    Args:
        name: snli, captions, probes, a .tsv/.jsonl file of your own, or an archive: snli_1.0.zip, glove.6B.zip,
            glove.840B.300d.zip.
    """
    if name in fetch.ARCHIVES:
        path = fetch.fetch(name)
        print(
            f"{path}: {path.stat().st_size:,} bytes{', a part of the official archive' if fetch.is_part(path) else ''}"
        )
        return
    if _is_file(name):
        print(load(name))
        return
    choose("corpus or archive", name, dict.fromkeys([*CORPORA, *fetch.ARCHIVES]))
    for split in ("test",) if name == "probes" else ("train", "dev", "test"):
        print(_load(name, split))
    if name == "snli" and not fetch.is_part(fetch.fetch(snli.ARCHIVE)):
        print(snli.load("train"))


def study(
    action: Annotated[Literal["run", "status", "table", "compare"], tyro.conf.Positional],
    grid: Annotated[str, tyro.conf.Positional],
    groups: Annotated[tuple[str, ...], tyro.conf.Positional, tyro.conf.arg(metavar="GROUP")] = (),
    *,
    out: _File = None,
    split: Literal["dev", "test"] = "test",
    jobs: int = -1,
    threads: int = 1,
    device: str = "cpu",
    cluster: _Text = None,
    checkpoints: _File = None,
    retry: bool = False,
) -> None:
    """Run a grid of models, say how far it is, print its accuracies, or compare two of its groups.

    For example:

    infersent study run subsets --out runs/subsets

    infersent study status subsets --out runs/subsets

    infersent study table subsets

    infersent study compare subsets "blocks=u, v, |u-v|" "blocks=u, v, u*v"

    Stop it at any time (Ctrl-C): the same command goes on with the runs that are not finished. Of a study that the
    package ships unfinished, only the runs that it lacks are made.

    Args:
        action: run: train what has no record yet; status: how many have one, and the time left; table: mean
            accuracies over seeds with 95% intervals; compare: the difference of two groups with paired tests.
        grid: A grid of the package by name, or a .toml file of your own.
        groups: For compare, two groups of runs: "name=value; name=value", as in the grid.
        out: Folder of the records, one file a run; for the other actions, the package's own if left out.
        split: Whose accuracies table and compare show.
        jobs: For run, processes on this machine; -1 for one a core.
        threads: Processor threads of each process.
        device: For run: cpu, cuda, cuda:1 or mps; several processes share it, so choose --jobs by its memory.
        cluster: For run, the address of a Dask scheduler whose workers do it: tcp://host:8786.
        checkpoints: For run, a folder to save the trained models in.
        retry: For run, repeat the runs that failed.
    """
    trials = read_grid(grid)
    if (action == "compare") != (len(groups) == 2):
        raise ValueError(f'compare takes two groups, such as "blocks=u, v" "blocks=u, v, u*v"; got {len(groups)}.')
    if action == "run":
        if out is None:
            raise ValueError("study run writes a record for each run: name a folder for them by --out.")
        run_study(
            trials,
            out,
            jobs=jobs,
            threads=threads,
            device=device if cluster else _device(device),  # a cluster's workers are not this machine
            cluster=cluster,
            checkpoints=checkpoints,
            retry=retry,
            shipped=unfinished_records(grid),
            progress=sys.stderr.isatty(),
            report=lambda record: print(_one_run(record), flush=True),
        )
        return
    records = list(read_records(trials, out)) if out else load_records(grid)
    if action == "compare":
        pair = [find_group(records, split, **_settings(group)) for group in groups]
        print(_in_detail(pair, compare(*pair), split))
        return
    print(_progress(grid, trials, records))
    if action == "table":
        found = group_trials(records, split)
        print(table(found))
        if found and found[0].phenomena:
            print(f"\n{phenomena_table(found)}")


def _progress(grid: str, trials: list[Trial], records: list[Record]) -> str:
    """Say how far a study is: a bar, the failures, and the time left."""
    share = len(records) / len(trials)
    bar = "█" * round(20 * share) + "░" * (20 - round(20 * share))
    lines = [f"{grid}: {bar} {len(records)} of {len(trials)} runs have a record"]
    if len(records) < len(trials):
        seconds = seconds_left(trials, records)
        left = "unknown until a run is finished" if math.isnan(seconds) else f"about {_duration(seconds)}"
        lines.append(f"time left: {left} with one process, by the pace of the finished runs")
    failed = [record for record in records if record.error is not None]
    lines += [f"failed: {_one_run(record)}" for record in failed]
    return "\n".join(lines + ["Repeat the failed runs by --retry."] * bool(failed))


def _duration(seconds: float) -> str:
    minutes = math.ceil(seconds / 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"


def _settings(text: str) -> dict[str, Any]:
    """Read "name=value; name=value"; a value that is no JSON is a text."""
    settings: dict[str, Any] = {}
    for part in text.split(";"):
        name, equals, value = (x.strip() for x in part.partition("="))
        if not equals:
            raise ValueError(f'{part.strip()!r} is no setting; write "name=value", several with ; between them.')
        try:
            settings[name] = json.loads(value)
        except ValueError:
            settings[name] = value
    return settings


def _in_detail(pair: list[Group], result: Comparison, split: str) -> str:
    """Return a comparison as lines."""
    lines = []
    for title, group in zip(("first", "second"), pair, strict=True):
        lines.append(f"{title}: {group.name}: {group.mean:.1%} on {split}, {len(group.seeds)} seeds")
    lines.append(f"difference: {100 * result.difference:+.2f} points over {len(result.seeds)} shared seeds")
    for what, (low, high) in (("over the seeds", result.over_seeds), ("over the pairs", result.over_pairs)):
        if not math.isnan(low):
            lines.append(f"  95% interval {what}: {100 * low:+.2f} to {100 * high:+.2f}")
    if not math.isnan(result.p_seeds):
        lines.append(f"  paired t-test over the seeds: p = {result.p_seeds:.2g}")
    lines.append(f"  McNemar's test, seed by seed: p = {', '.join(f'{p:.2g}' for p in result.mcnemar)}")
    return "\n".join([*lines, f"verdict: {result.verdict}"])


def _one_run(record: Record) -> str:
    """Return a line about a trial that has a record."""
    trial, result = record.trial, record.error
    if record.dev and record.seconds is not None:
        # Not the test set: whoever follows a study that chooses settings must not see it.
        result = f"dev {record.dev.accuracy:.1%}, {record.seconds:.0f} s"
    pairs = f", {trial.pairs:,} pairs" if trial.pairs else ""
    blocks = in_words(list(trial.model.blocks))
    return f"{blocks} {trial.model.encoder} {trial.model.head}{pairs}, seed {trial.training.seed}: {result}"


def dot_product(*, out: Path, threads: _Whole = None) -> None:
    """Measure how well networks learn the dot product, and print the error of each learner.

    For example: infersent dot-product --out dot_product.json

    It takes about half an hour with one thread. Stop it at any time (Ctrl-C); the same command goes on.

    Args:
        out: The record: a .json file, written anew after every run.
        threads: Processor threads; torch's own choice if left out.
    """
    _check_output(out, "--out")
    _use_threads(threads)
    measured = run_grid(out, progress=sys.stderr.isatty())
    for curve in curves(measured):
        given = f"dim {curve.dim:2}, width {curve.width:2}, depth {curve.depth}, given {', '.join(curve.blocks)}:"
        print(given, "  ".join(f"{point.mean:.3f} at {point.samples:,}" for point in curve.points))


_COMMANDS: dict[str, Callable[..., None]] = {
    "train": train,
    "evaluate": evaluate,
    "encode": encode,
    "predict": predict,
    "probe": probe,
    "explain": explain,
    "web": web,
    "data": data,
    "study": study,
    "dot-product": dot_product,
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
        print("\nStopped. Run the same command again: a download goes on where it was.", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader of a pipe has seen enough
        return 0
    except (ValueError, TypeError, OSError, TrainingDiverged) as error:
        print(f"infersent: {error}", file=sys.stderr)
        return 1
    return 0
