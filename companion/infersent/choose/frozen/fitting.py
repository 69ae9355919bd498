"""Heads on the pair features of frozen vectors: training on a setting's pairs, and answers to the test pairs."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from infersent.choose.cross_validation import Gathered, Vectors, run_fold
from infersent.choose.folds import Grouping
from infersent.choose.frozen.records import Run
from infersent.choose.frozen.trials import Setting
from infersent.choose.frozen.vectors import SentenceVectors, changed
from infersent.choose.solver import CHUNK, Features
from infersent.choose.task import Task
from infersent.data.pairs import LABELS
from infersent.data.ties import components
from infersent.foundation.arrays import Array, Ints
from infersent.foundation.provenance import provenance
from infersent.model.features import Blocks
from infersent.study.answers import Answers
from infersent.training.evaluation import Evaluation

#: Passes over the pairs, pairs in a step, and AdamW's decay, where a head is trained in steps.
EPOCHS, BATCH, DECAY = 4, 128, 0.01


def fit(setting: Setting, sentences: SentenceVectors, sets: Sequence[str], *, budget: float = 2e9) -> Run:
    """Train a head on each set of blocks, and return the record of their answers to the test pairs.

    Parameters
    ----------
    setting
        Everything but the blocks.
    sentences
        The vectors as the encoder gave them.
    sets
        The sets of blocks.
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
    penalties: dict[str, float] = {}
    if setting.head == "steps":
        answers = [_by_steps(setting, u, v, pairs[:, 2], training, some) for some in blocks]
    else:
        task = Task(pairs[:, 2], LABELS)
        grouping = Grouping(components(pairs[:, :2]), pairs[:, :2], False, "")
        network = setting.head == "network"
        found = run_fold(
            Vectors(u, v, task, grouping),
            training,
            ~training,
            blocks,
            seed=setting.seed,
            budget=budget,
            mlp=network,
        )
        answers = list(found.answers)
        if not network:
            penalties = {str(some): float(penalty) for some, penalty in zip(blocks, found.penalties, strict=True)}
    labels = sentences.test[:, 2]
    return Run(
        setting,
        {
            str(some): Answers.from_evaluation(Evaluation(labels, each.astype(np.int64)))
            for some, each in zip(blocks, answers, strict=True)
        },
        penalties,
        seconds=round(time.perf_counter() - start, 1),
        made=provenance("cpu"),
    )


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
