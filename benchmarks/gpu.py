"""Measure a GPU: products, training at the paper's size in each precision, and encoding; write a record of it.

    python -m benchmarks.gpu [--hidden 2048] [--pairs 122755] [--out _build/gpu.json]

On an H200 this takes two to three minutes. SNLI is needed. What is trained is the recipe of the grid `paper-size`, for
one epoch, with its accuracy on dev and test beside the speed; and a part of an epoch of the preset `paper`, with the
word vectors that come with the package.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import torch

from benchmarks.flops import Load, training_step
from infersent.data.pairs import Pairs
from infersent.foundation.provenance import device_name, provenance
from infersent.study.grid import Trial, read_grid
from infersent.text.batching import encode_pairs, shuffled_batches
from infersent.training.config import TrainingConfig
from infersent.training.evaluation import evaluate
from infersent.training.loop import train
from infersent.training.recipes import RECIPES, Recipe, Setup, load_pairs, set_up

#: The side of the square matrices whose product is the peak.
SIDE = 8192


def waited(device: torch.device) -> None:
    """Wait until a GPU has done all that it was asked for."""
    if device.type == "cuda":
        torch.cuda.synchronize()


def seconds(work: Callable[[], object], device: torch.device) -> float:
    """Return how long some work takes, to its end on the GPU."""
    waited(device)
    start = time.perf_counter()
    work()
    waited(device)
    return time.perf_counter() - start


def peaks(device: torch.device, side: int) -> dict[str, float]:
    """Return TFLOP/s of large products in float32, in TF32 and in bfloat16, each the median of ten."""
    found = {}
    for name, dtype, precision in (
        ("float32", torch.float32, "highest"),
        ("tf32", torch.float32, "high"),
        ("bfloat16", torch.bfloat16, "highest"),
    ):
        a, b = (torch.randn(side, side, device=device, dtype=dtype) for _ in range(2))
        torch.set_float32_matmul_precision(precision)
        times = [seconds(partial(torch.matmul, a, b), device) for _ in range(13)][3:]
        found[name] = round(2 * side**3 / statistics.median(times) / 1e12, 1)
    torch.set_float32_matmul_precision("highest")
    return found


def operations(setup: Setup, config: TrainingConfig) -> int:
    """Return the operations of an epoch."""
    trained = len(setup.model.encoder.embedding.trained)
    plan = shuffled_batches(setup.train, config.batch_size, seed=config.seed, epoch=1)
    loads = (Load.of(setup.train, rows, once=True, trained=trained) for rows in plan)
    return sum(training_step(load, setup.model) for load in loads)


def trained(
    recipe: Recipe, pairs: tuple[Pairs, Pairs, Pairs], device: torch.device, *, test: bool = True
) -> tuple[Setup, dict[str, Any]]:
    """Train for an epoch; return the model, and how fast and how good it became."""
    config = replace(recipe.training, epochs=1)
    warm = set_up(recipe, pairs[0].take(slice(2_000), "some pairs"), pairs[1].take(slice(500), "some"), progress=False)
    warm.model.to(device)
    train(warm.model, warm.train, warm.dev, config, progress=False)
    setup = set_up(recipe, pairs[0], pairs[1], progress=False)
    setup.model.to(device)
    (epoch,) = train(setup.model, setup.train, setup.dev, config, progress=False)
    done = operations(setup, config)
    found = {
        "pairs": len(setup.train),
        "batch": config.batch_size,
        "seconds": epoch.seconds,
        "sentences_per_second": epoch.sentences_per_second,
        "tflops": round(done / epoch.seconds / 1e12, 1),
        "loss": epoch.loss,
        "dev": epoch.dev_accuracy,
    }
    if test:
        found["test"] = round(evaluate(setup.model, encode_pairs(pairs[2], setup.model.tokenizer)).accuracy, 5)
    return setup, found


def encoding(setup: Setup, texts: list[str], device: torch.device, half: bool) -> dict[str, int]:
    """Return the sentences per second from texts to vectors on the processor's side, by batch size."""
    found = {}
    for batch in (128, 512, 2048):
        with torch.autocast(device.type, torch.bfloat16, enabled=half):
            setup.model.encode(texts[:4_000], batch)
            taken = seconds(partial(setup.model.encode, texts, batch), device)
        found[str(batch)] = round(len(texts) / taken)
    return found


def main() -> int:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hidden", type=int, default=2048, help="units per direction")
    parser.add_argument("--pairs", type=int, help="of SNLI-122k, from the first; all if left out")
    parser.add_argument("--sentences", type=int, default=60_000, help="to encode")
    parser.add_argument("--side", type=int, default=SIDE, help="of the matrices whose product is the peak")
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--out", type=Path, default=Path("_build/gpu.json"))
    options = parser.parse_args()
    device = torch.device(options.device)
    record: dict[str, Any] = {"device": device_name(device), **provenance(device)}

    def add(name: str, value: object) -> None:
        record[name] = value
        print(f"{name}: {value}", flush=True)
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

    add("peak, TFLOP/s", peaks(device, options.side))
    trial: Trial = read_grid("paper-size-rate")[0]
    recipe = replace(
        trial.recipe,
        model=replace(trial.model, hidden=options.hidden),
        training=replace(trial.training, learning_rate=2e-3),
    )
    first, dev, test = (load_pairs(recipe, split) for split in ("train", "dev", "test"))
    if options.pairs:
        first = first.take(slice(options.pairs), f"SNLI-122k, first {options.pairs:,}")
    for precision in ("no", "bf16", "fp16") if device.type == "cuda" else ("no",):
        setup, found = trained(
            replace(recipe, training=replace(recipe.training, mixed_precision=precision)), (first, dev, test), device
        )
        add(f"training, mixed precision {precision}", found)
        if precision == "no":
            texts = list(dict.fromkeys([*first.premises, *first.hypotheses]))[: options.sentences]
            add("encoding, float32, sentences/s by batch", encoding(setup, texts, device, half=False))
            add("encoding, 16 bits, sentences/s by batch", encoding(setup, texts, device, half=True))
    paper = RECIPES["paper"]
    paper = replace(paper, vectors="shipped", model=replace(paper.model, hidden=options.hidden))
    part = first.take(slice(40_000), "SNLI-122k, first 40,000")
    add("training, preset paper", trained(paper, (part, dev, test), device, test=False)[1])
    return 0


if __name__ == "__main__":
    sys.exit(main())
