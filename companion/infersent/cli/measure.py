"""``infersent evaluate``, ``probe`` and ``dot-product``: commands that print what a model or a network can do."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from infersent.cli.options import Run, Whole, check_output, find_device, load_split, named, use_threads
from infersent.data import probes
from infersent.inside.challenge import run_challenge
from infersent.model.infersent import InferSent
from infersent.study.dot_product import NOISE, curves, run_grid
from infersent.text.batching import encode_pairs
from infersent.training import evaluation


def evaluate(
    run: Run = None, *, data: str = "snli", split: str = "test", json_output: bool = False, device: str = "cpu"
) -> None:
    """Print a model's accuracy in percent with its 95% interval, overall and for each label.

    For example: infersent evaluate runs/laptop --data snli --split test

    Args:
        run: Folder of a checkpoint or of a training run; the package's own model if left out.
        data: snli, captions, probes, or a .tsv/.jsonl file of your own.
        split: train, dev or test; test-hard for SNLI-hard; ignored for a file. The probes have only test.
        json_output: Print JSON instead.
        device: cpu, cuda, cuda:1 or mps.
    """
    model = InferSent.from_pretrained(run, device=find_device(device))
    pairs = load_split(data, split)
    result = evaluation.evaluate(model, encode_pairs(pairs, model.tokenizer))
    if json_output:
        print(json.dumps(result.to_json() | {"data": pairs.name}))
    else:
        print(f"{named(run)} on {pairs.name}:\n{result}")


def probe(
    run: Run = None, *, data: str = "probes", split: str = "test", json_output: bool = False, device: str = "cpu"
) -> None:
    """Print a model's accuracy on each phenomenon of a challenge set, and how many groups have no mistake.

    For example: infersent probe runs/laptop

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

    It takes about three quarters of an hour with one thread. Stop it at any time (Ctrl-C); the same command goes on.

    Args:
        out: The record: a .json file, written again after every run.
        threads: Processor threads; torch's own choice if left out.
    """
    check_output(out, "--out")
    use_threads(threads)
    measured = run_grid(out, progress=sys.stderr.isatty())
    for curve in curves(measured):
        given = f"dim {curve.dim:2}, width {curve.width:2}, depth {curve.depth}, given {', '.join(curve.blocks)}"
        given += ":" if curve.noise == NOISE else f", noise {curve.noise:g}:"
        print(given, "  ".join(f"{point.mean:.3f} at {point.samples:,}" for point in curve.points))
