"""Heads on the pair features of frozen vectors: training on a setting's pairs, and answers to the test pairs."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from infersent.choose.cross_validation import INNER_PARTS, Gathered, choose_penalties
from infersent.choose.folds import deal
from infersent.choose.frozen.records import Run
from infersent.choose.frozen.trials import Setting
from infersent.choose.frozen.vectors import SentenceVectors, changed
from infersent.choose.mlp import PARTS, fit_mlp
from infersent.choose.solver import CHUNK, Features, Heads, Loss
from infersent.data.pairs import LABELS
from infersent.data.ties import components
from infersent.foundation.arrays import Array, Ints
from infersent.foundation.provenance import provenance
from infersent.model.features import Blocks
from infersent.study.answers import Answers
from infersent.training.evaluation import Evaluation

#: Passes over the pairs, pairs in a step, and AdamW's decay, where a head is trained in steps.
EPOCHS, BATCH, DECAY = 4, 128, 0.01


def fit(
    setting: Setting,
    sentences: SentenceVectors,
    sets: Sequence[str],
    *,
    penalties: Mapping[str, float] | None = None,
    budget: float = 2e9,
) -> Run:
    """Train a head on each set of blocks, and return the record of their answers to the test pairs.

    Parameters
    ----------
    setting
        Everything but the blocks.
    sentences
        The vectors as the encoder gave them.
    sets
        The sets of blocks.
    penalties
        λ of each set's solved head; chosen on held-out parts of the training pairs if left out.
    budget
        Bytes of features that may be kept.

    Raises
    ------
    ValueError
        If there are fewer training pairs than the setting asks for, or a block is unknown.
    """
    start = time.perf_counter()
    blocks = [Blocks(some) for some in sets]
    rows = sentences.draw(setting.pairs, setting.seed)
    moved = changed(sentences, setting, rows)
    pairs = np.concatenate([sentences.train[rows], sentences.test])  # [training + test, 3]
    u, v = (Gathered(moved.vectors, pairs[:, side]) for side in (0, 1))
    training = np.arange(len(pairs)) < len(rows)
    taken: dict[str, float] = {}
    if setting.head == "steps":
        answers = [_by_steps(setting, u, v, pairs[:, 2], training, some) for some in blocks]
    else:
        inner = np.full(len(pairs), -1)
        groups = components(pairs[training, :2])
        parts = PARTS if setting.head == "network" else INNER_PARTS
        inner[training] = deal(groups, pairs[training, 2], parts, seed=setting.seed)
        if setting.head == "network":
            answers = _networks(setting, u, v, pairs[:, 2], inner, blocks)
        else:
            known = None if penalties is None else [penalties[str(some)] for some in blocks]
            answers, found = _solved(u, v, pairs[:, 2], inner, blocks, known, budget)
            taken = {str(some): penalty for some, penalty in zip(blocks, found, strict=True)}
    labels = sentences.test[:, 2]
    return Run(
        setting,
        {
            str(some): Answers.from_evaluation(Evaluation(labels, each.astype(np.int64)))
            for some, each in zip(blocks, answers, strict=True)
        },
        taken,
        seconds=round(time.perf_counter() - start, 1),
        made=provenance("cpu"),
    )


def _solved(
    u: Gathered,
    v: Gathered,
    labels: Ints,
    inner: Ints,
    sets: Sequence[Blocks],
    penalties: Sequence[float] | None,
    budget: float,
) -> tuple[list[Array], list[float]]:
    """Solve a head for each set, its penalty given or chosen on held-out parts; return answers and penalties."""
    training = inner >= 0
    names = list(dict.fromkeys(name for some in sets for name in some))
    rows, rest = np.flatnonzero(training), np.flatnonzero(~training)
    # Apart, so that no sweep reads pairs that it does not use.
    features = Features(u, v, rows, np.ones(len(rows), dtype=bool), names, budget=budget)
    tested = Features(u, v, rest, np.ones(len(rest), dtype=bool), names, budget=0)
    tested.mean, tested.scale = features.mean, features.scale
    heads = Heads(features, Loss(len(LABELS), torch.from_numpy(labels[rows])), sets, tolerance=1e-5)
    if penalties is None:
        chosen, weights = choose_penalties(heads, inner[rows])
    else:
        chosen, weights = dict(enumerate(penalties)), {which: heads.start(which, 1) for which in range(len(sets))}
    heads.tolerance = 1e-6
    every = torch.full((len(rows), 1), 1 / len(rows))
    fitted = heads.fit(weights, chosen, every, torch.zeros_like(every))
    answers: list[list[Array]] = [[] for _ in sets]
    for _, chunk in tested.chunks():
        for which, some in enumerate(sets):
            weight = fitted[which].weights[0]  # [width + 1, labels]
            logits = torch.cat([chunk[name] for name in some], dim=1) @ weight[:-1] + weight[-1]
            answers[which].append(logits.argmax(dim=1).numpy())
    return [np.concatenate(parts) for parts in answers], [chosen[which] for which in range(len(sets))]


def _networks(
    setting: Setting, u: Gathered, v: Gathered, labels: Ints, inner: Ints, sets: Sequence[Blocks]
) -> list[Array]:
    """Train a network on each set, and return its answers to the pairs outside the parts."""
    training = inner >= 0
    names = list(dict.fromkeys(name for some in sets for name in some))
    features = Features(u, v, np.arange(len(labels)), training, names, budget=0)
    loss = Loss(len(LABELS), torch.from_numpy(labels))
    return [fit_mlp(features, loss, some, inner, ~training, seed=setting.seed) for some in sets]


def _by_steps(setting: Setting, u: Gathered, v: Gathered, labels: Ints, training: Array, blocks: Blocks) -> Array:
    """Train a linear head from zeros by AdamW, and return its answers to the other pairs."""
    features = Features(u, v, np.arange(len(labels)), training, blocks, budget=0)
    if not setting.standardised:
        for name in blocks:
            features.mean[name].zero_()
            features.scale[name].fill_(1.0)
    head = nn.Linear(sum(features.widths.values()), len(LABELS))
    nn.init.zeros_(head.weight)
    nn.init.zeros_(head.bias)
    optimiser = torch.optim.AdamW(head.parameters(), lr=setting.rate, weight_decay=DECAY)
    order = torch.Generator().manual_seed(setting.seed)
    count = int(training.sum())
    targets = torch.from_numpy(labels)
    for _ in range(EPOCHS):
        for batch in torch.randperm(count, generator=order).split(BATCH):
            loss = F.cross_entropy(head(features.at(batch.numpy(), blocks)), targets[batch])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    rest = np.flatnonzero(~training)
    chunks = (rest[start : start + CHUNK] for start in range(0, len(rest), CHUNK))
    with torch.no_grad():
        return np.concatenate([head(features.at(chunk, blocks)).argmax(dim=1).numpy() for chunk in chunks])
