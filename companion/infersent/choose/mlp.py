"""A small network on a set of blocks: what a head that is not linear makes of them."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from infersent.choose.solver import CHUNK, Features, Loss
from infersent.foundation.arrays import Array, Bools, Ints

#: Units of the hidden layer, and the share of them that each step of training leaves out.
HIDDEN, DROPOUT = 512, 0.5

#: Pairs in a step of training.
BATCH = 256

#: Epochs where there are many pairs; with few, as many as make up :data:`LEAST_STEPS` steps. The rate falls to nothing
#: in a straight line: at a constant one the accuracy goes up and down between epochs by as much as a block is worth.
EPOCHS, LEAST_STEPS, RATE = 10, 1000, 1e-3

#: Into so many parts the training pairs are dealt, one of which is held out. A network gains by each pair that it gets.
PARTS = 10


def fit_mlp(features: Features, loss: Loss, blocks: Sequence[str], inner: Ints, test: Bools, *, seed: int) -> Array:
    """Train ``Linear, ReLU, Dropout, Linear`` on standardised blocks by AdamW, and answer the test pairs.

    The last of the inner parts is held out: the epoch with the least loss on it is kept.

    Parameters
    ----------
    features
        The pairs.
    loss
        What is to be small.
    blocks
        Of the set.
    inner
        ``[rows]``: the part of each training pair, from 0; -1 for what is not trained on.
    test
        ``[rows]``: which pairs to answer.
    seed
        Of the parameters, the order and the dropout.

    Returns
    -------
    numpy.ndarray
        ``[test]``.
    """

    def x(rows: Tensor) -> Tensor:
        return features.at(rows.numpy(), blocks)  # [some, width]

    width = sum(features.widths[name] for name in blocks)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = nn.Sequential(
            nn.Linear(width, HIDDEN), nn.ReLU(), nn.Dropout(DROPOUT), nn.Linear(HIDDEN, loss.columns)
        )
        held_out = torch.from_numpy(np.flatnonzero(inner == inner.max()))
        training = torch.from_numpy(np.flatnonzero((inner >= 0) & (inner != inner.max())))
        optimiser = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=1e-2)
        steps = math.ceil(len(training) / BATCH)
        epochs = max(EPOCHS, math.ceil(LEAST_STEPS / steps))
        rate = torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, 0.0, total_iters=epochs * steps)
        least, kept = float("inf"), {}
        for _ in range(epochs):
            network.train()
            for batch in training[torch.randperm(len(training))].split(BATCH):
                optimiser.zero_grad()
                _mean_loss(loss, network(x(batch)), batch).backward()
                optimiser.step()
                rate.step()
            network.eval()
            with torch.no_grad():
                parts = held_out.split(CHUNK)
                now = sum(float(_mean_loss(loss, network(x(part)), part)) * len(part) for part in parts)
            if now < least:
                least = now
                kept = {name: value.clone() for name, value in network.state_dict().items()}
        network.load_state_dict(kept)
        with torch.no_grad():
            rows = torch.from_numpy(np.flatnonzero(test))
            answers = [loss.answers(network(x(part))[:, None])[:, 0] for part in rows.split(CHUNK)]
    return np.asarray(torch.cat(answers).numpy())


def _mean_loss(loss: Loss, z: Tensor, rows: Tensor) -> Tensor:
    """Return the mean loss of answers ``z [some, columns]`` of some rows."""
    return Loss(loss.classes, loss.targets[rows])(z[:, None], slice(None))[0].mean()
