"""``infersent evaluate``, ``probe`` and ``dot-product``: commands that print what a model or a network can do."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from infersent.cli.options import (
    FEW_PAIRS,
    Columns,
    Names,
    Run,
    Text,
    Whole,
    check_output,
    columns,
    find_device,
    load_split,
    named,
    refuse_dash,
    use_threads,
)
from infersent.data import Pairs, probes
from infersent.foundation.notices import notice
from infersent.foundation.wording import counted
from infersent.inside.challenge import run_challenge
from infersent.model.checkpoint import SHIPPED, load_metrics
from infersent.model.infersent import InferSent, warn_of_unknown_words
from infersent.study.dot_product import NOISE, curves, run_grid
from infersent.text.batching import encode_pairs
from infersent.training import evaluation


def evaluate(
    run: Run = None,
    *,
    data: str = "snli",
    split: str = "test",
    text: Columns = None,
    label: Names = (),
    labels: Names = (),
    vectors: Text = None,
    json_output: bool = False,
    device: str = "cpu",
) -> None:
    """Print a model's accuracy in percent with its 95% interval, overall and for each label.

    Where the labels are not balanced, the macro-averaged F1 stands beside it. If the pairs are those that the model was
    trained on, or those that chose its best epoch, a line says so.

    For example:

    infersent evaluate runs/laptop --data snli --split test

    infersent evaluate runs/mine --data test.csv --text question1 question2 --label is_duplicate

    Args:
        run: Folder of a checkpoint or of a training run; the package's own model if left out.
        data: snli, captions, probes, sick, mrpc, or a file of your own: .csv, .tsv, .txt, .jsonl or .parquet; "-" reads
            standard input.
        split: train, dev or test; test-hard for SNLI-hard; ignored for a file. The probes have only test.
        text: The file's two columns of texts: question1 question2. Guessed, and told, if left out.
        label: The file's column of labels.
        labels: The names of the labels in their order, if the column has their numbers, from 0.
        vectors: Let the model know the further words of the vectors that it was trained with: glove.6B.100d.
        json_output: Print JSON instead.
        device: cpu, cuda, cuda:1 or mps.
    """
    model = InferSent.from_pretrained(run, vectors=vectors, device=find_device(device))
    pairs = load_split(data, split, **columns(data, text, label, labels)).with_labels(model.labels)
    tell_of_training(run, pairs)
    warn_of_unknown_words(model, [*pairs.premises, *pairs.hypotheses])
    result = evaluation.evaluate(model, encode_pairs(pairs, model.tokenizer))
    if json_output:
        print(json.dumps(result.to_json() | {"data": pairs.name}))
    else:
        print(f"{named(run)} on {pairs.name}:\n{result}")


def tell_of_training(run: Path | None, pairs: Pairs) -> None:
    """Give a notice if the pairs are those that a model was trained on, or those that chose its best epoch."""
    metrics = load_metrics(run or SHIPPED)
    digest = pairs.digest()[:16]
    if digest == metrics.get("data", {}).get("digest"):
        notice(f"{named(run)} was trained on these pairs, so its accuracy on them is no test.")
        return
    chosen_by = metrics.get("dev_data", {})
    few = chosen_by.get("pairs", FEW_PAIRS)
    if digest == chosen_by.get("digest"):
        they = f"They are only {few}, so chance chose as much as merit." if few < FEW_PAIRS else ""
        notice(f"These pairs chose the best epoch of {named(run)}, which flatters its accuracy on them. {they}".strip())
    elif few < FEW_PAIRS:
        notice(f"Only {counted(few, 'pair')} chose the best epoch of {named(run)}, so chance did as much as merit.")


def probe(
    run: Run = None, *, data: str = "probes", split: str = "test", json_output: bool = False, device: str = "cpu"
) -> None:
    """Print a model's accuracy on each phenomenon of a challenge set, and how many groups have no mistake.

    For example:

    infersent probe runs/laptop

    infersent probe runs/mine --data captions

    Args:
        run: Folder of a checkpoint or of a training run; the package's own model if left out.
        data: The challenge set: probes, or captions, whose pairs do not come in groups.
        split: train, dev or test; test-hard for SNLI-hard; the probes have only test.
        json_output: Print JSON instead.
        device: cpu, cuda, cuda:1 or mps.
    """
    challenge_set = load_split(data, split)
    model = InferSent.from_pretrained(run, device=find_device(device))
    result = run_challenge(model, challenge_set, probes.groups() if data == "probes" else None)
    print(json.dumps(result.to_json()) if json_output else f"{named(run)} on {challenge_set.name}:\n{result}")


def dot_product(*, out: Path, threads: Whole = None) -> None:
    """Measure how well networks learn the dot product, and print the error of each learner.

    For example: infersent dot-product --out dot_product.json

    It makes its own data; which features serve yours is told by infersent choose.

    It takes about three quarters of an hour with one thread. Stop it at any time (Ctrl-C); the same command goes on.

    Args:
        out: The record: a .json file, written again after every run.
        threads: Processor threads; torch's own choice if left out.
    """
    refuse_dash(out, "--out", "the record is a file that is written again after every run")
    check_output(out, "--out")
    use_threads(threads)
    measured = run_grid(out, progress=sys.stderr.isatty())
    for curve in curves(measured):
        given = f"dim {curve.dim:2}, width {curve.width:2}, depth {curve.depth}, given {', '.join(curve.blocks)}"
        given += ":" if curve.noise == NOISE else f", noise {curve.noise:g}:"
        print(given, "  ".join(f"{point.mean:.3f} at {point.samples:,}" for point in curve.points))
