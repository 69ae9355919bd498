"""Writing the model that comes with the package: made from a training run, measured, and described by its card."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import nn

from infersent.data import load
from infersent.foundation.atomic import replace_file
from infersent.model.checkpoint import SHIPPED, load_metrics
from infersent.model.heads import collapse
from infersent.model.infersent import InferSent
from infersent.text.batching import encode_pairs
from infersent.training.evaluation import evaluate

CARD = """\
# InferSent, 256 units per direction, SNLI-122k

The model of Conneau et al. (2017), "Supervised Learning of Universal Sentence Representations from Natural Language
Inference Data", trained anew from the paper's description by the authors of *Why u∗v?*. It is what
`infersent.InferSent.from_pretrained()` returns.

| | |
|---|---|
| Encoder | {encoder}, {hidden} units per direction: sentence vectors of {dim} numbers |
| Pair features | {blocks} |
| Head | {trained_head} in training, collapsed into one affine map afterwards: {features:,} features to 3 logits |
| Words | {words:,}: {given:,} with given vectors ({vectors}), {trained:,} with trained ones |
| Parameters | {parameters:,} trained; float16, {megabytes:.1f} MB with the tokenizer; given vectors: the package's |
| Data | {data}: {pairs:,} pairs of SNLI (Bowman et al. 2015), about 22% of its training set, classes weighted |
| Recipe | {optimizer}, learning rate {learning_rate:g}, times {decay:g} an epoch, batches of {batch_size}, \
moving average {averaging:g}, seed {seed}; epoch {epoch}, the best on dev |
| Made by | infersent {infersent}, commit {commit}, torch {torch}, on {machine}, {threads} thread(s) |

## How good it is

| split | accuracy | 95% interval | entailment | neutral | contradiction |
|---|---|---|---|---|---|
{table}

The interval is Wilson's, over the pairs; another seed would give another number.

## Limits

- It learned from captions of photographs, written by crowd workers in English. On other text expect less.
- SNLI's hypotheses give their labels away in part: a model that never sees the premise gets about two thirds
  right. Some of this model's accuracy is of that kind. Do not use its answers as facts.
- Negation, numbers, who does what to whom: see the chapter *Under the knife* for what it gets wrong.
- Trained on less than a quarter of SNLI's pairs and with vectors of 100 numbers, it stays well below the paper's 84.5%.
- It has taken over the associations of its texts, such as those of occupations with genders.

## Licences

Weights: CC BY-SA 4.0, as SNLI, which they were trained on. Code: MIT. Word vectors: GloVe 6B, public domain (PDDL).
InferSent's released code and weights (CC BY-NC) were not used.
"""


def collapsed(model: InferSent) -> InferSent:
    """Return the same function with its stack of affine maps multiplied out: a model with a linear head.

    Raises
    ------
    TypeError
        If the head is not affine.
    """
    result = model.untrained(head="linear")
    result.encoder.load_state_dict(model.encoder.state_dict())
    affine = collapse(model.head)
    with torch.no_grad():
        head = _affine(result)
        head.weight.copy_(affine.weight)
        head.bias.copy_(affine.bias)
    return result.eval()


def _affine(model: InferSent) -> nn.Linear:
    """Return the one affine map that a linear head consists of, its dropout aside."""
    last = model.head[-1]
    assert isinstance(last, nn.Linear)
    return last


def ship_model(run: str | Path, folder: Path = SHIPPED, *, data: str = "snli") -> dict[str, Any]:
    """Write a training run's model as the shipped one, with its metrics and its card.

    It is measured as a reader gets it: collapsed, rounded to float16, and read from disk again.

    Parameters
    ----------
    run
        The folder of the training run, or of its checkpoint.
    folder
        Where the model goes; the package's own by default.
    data
        The corpus on whose dev and test pairs it is measured.

    Returns
    -------
    dict
        The metrics, as JSON values.
    """
    trained = InferSent.from_pretrained(run)
    source = load_metrics(run)
    collapsed(trained).half().save(folder, source)
    model = InferSent.from_pretrained(folder)
    metrics = source | {"trained_head": trained.config.head}
    for split in ("dev", "test"):
        metrics[split] = evaluate(model, encode_pairs(load(data, split), model.tokenizer)).to_json()
    model.half().save(folder, metrics)
    card = model_card(model, metrics, size=_size(folder))
    replace_file(folder / "README.md", lambda path: path.write_text(card, encoding="utf-8"))
    return metrics


def _size(folder: Path) -> int:
    """Return the bytes of the model's files, its card left out: the card states the number."""
    return sum(file.stat().st_size for file in folder.iterdir() if file.name != "README.md")


def model_card(model: InferSent, metrics: dict[str, Any], *, size: int) -> str:
    """Return the card as Markdown; every number in it comes from the model or from its metrics.

    Parameters
    ----------
    model
        With a linear head.
    metrics
        As :func:`ship_model` returns them.
    size
        The bytes of the model's files, without the card.
    """
    rows = []
    for split in ("dev", "test"):
        result = metrics[split]
        low, high = result["interval"]
        recall = " | ".join(f"{share:.1%}" for share in result["recall"].values())
        rows.append(f"| {split} | {result['accuracy']:.1%} | {low:.1%} to {high:.1%} | {recall} |")
    embedding = model.encoder.embedding
    return CARD.format(
        **{
            **asdict(model.config),
            "blocks": ", ".join(f"`{name}`" for name in model.config.blocks).replace("|", r"\|"),
        },
        **metrics["training"],
        **{name: metrics[name] for name in ("trained_head", "infersent", "commit", "torch", "machine", "threads")},
        dim=model.encoder.dim,
        features=_affine(model).in_features,
        words=len(embedding.trained) + len(embedding.given),
        given=len(embedding.given),
        trained=len(embedding.trained),
        vectors=metrics["vectors"],
        parameters=sum(p.numel() for p in model.parameters() if p.requires_grad),
        megabytes=size / 1e6,
        data=metrics["data"]["train"],
        pairs=metrics["data"]["pairs"],
        epoch=metrics["best"]["epoch"],
        table="\n".join(rows),
    )
