"""Blocks with steps of their own: another learning rate, or another scale, for some columns of the head.

A head that meets a block multiplied by s, under Adam, is a head that meets the block itself with weights that start s
times as wide and move s times as far at each step: with w' = s w, w'·f = w·(s f), and Adam moves w by about the
learning rate whatever its gradient. So a block can be fed in two ways, which differ in the start alone: by a factor on
its columns' steps (``block_rates``), or by a factor on start and steps (``standardise``, with s the inverse of the
block's spread). Neither changes the model, only how it is trained.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from infersent.model.features import block_slices
from infersent.model.infersent import InferSent, evaluating
from infersent.text.batching import EncodedPairs
from infersent.training.config import TrainingConfig

#: How many pairs, from the first, the spread of a block is measured on.
MEASURED_PAIRS = 2_000


class ColumnSteps:
    """A factor for every column of the head's first layer, by which each step of the optimizer is lengthened.

    Parameters
    ----------
    model
        The model before its first step; where blocks are standardised, its head is changed in place.
    pairs
        Those that it will be trained on.
    config
        How.

    Raises
    ------
    ValueError
        If ``config.block_rates`` names a block that the model does not have, or a block that is to be standardised
        is the same for all pairs.
    """

    def __init__(self, model: InferSent, pairs: EncodedPairs, config: TrainingConfig) -> None:
        self.weight = next(layer for layer in model.head if isinstance(layer, nn.Linear)).weight  # [out, features]
        self.factors: Tensor | None = None
        if not config.block_rates and not config.standardise:
            return
        slices = block_slices(model.encoder.dim, model.config.blocks)
        factors = torch.ones(self.weight.shape[1])  # [features]
        if config.standardise:
            for name, spread in block_spreads(model, pairs).items():
                if not spread > 0:
                    raise ValueError(f"The block {name!r} is the same for all pairs, so it cannot be standardised.")
                factors[slices[name]] /= spread
            with torch.no_grad():
                self.weight *= factors.to(self.weight)
        for name, rate in config.block_rates:
            if name not in slices:
                have = ", ".join(slices)
                raise ValueError(f"block_rates names {name!r}, but the model's blocks are {have}.")
            factors[slices[name]] *= rate
        self.factors = factors.to(self.weight)

    @torch.no_grad()
    def step(self, optimizer: torch.optim.Optimizer) -> None:
        """Let the optimizer make its step, and lengthen it in each column by its factor."""
        if self.factors is None:
            optimizer.step()
            return
        before = self.weight.detach().clone()
        optimizer.step()
        self.weight.copy_(before + self.factors * (self.weight - before))


@torch.no_grad()
def block_spreads(model: InferSent, pairs: EncodedPairs, most: int = MEASURED_PAIRS) -> dict[str, float]:
    """Return the spread of each block of a model: the root of its columns' mean variance over the first pairs."""
    slices = block_slices(model.encoder.dim, model.config.blocks)
    features = []
    with evaluating(model):
        for start in range(0, min(most, len(pairs)), 250):
            batch = pairs.batch(np.arange(start, min(start + 250, most, len(pairs)))).to(model.device)
            features.append(model.pair_features(*model.sentence_pair(batch)))  # [250, features]
    variance = torch.cat(features).double().var(dim=0, correction=0)  # [features]
    return {name: float(variance[columns].mean().sqrt()) for name, columns in slices.items()}
