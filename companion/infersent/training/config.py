"""How to train: every setting of the loop, in one value."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch

from infersent.foundation.caller import for_caller, option
from infersent.foundation.choices import choose
from infersent.model.features import get_feature

#: Optimizers by name.
OPTIMIZERS: dict[str, Callable[..., torch.optim.Optimizer]] = {"adam": torch.optim.Adam, "sgd": torch.optim.SGD}

#: The precisions of a training by name.
MIXED_PRECISIONS = {
    "no": "float32 throughout",
    "bf16": "products of bfloat16 numbers",
    "fp16": "products of float16 numbers, with a loss scaled so that small gradients are not lost",
}


# Of it and the number of an epoch, a seed of torch is made, which must be below 2^64.
_LARGEST_SEED = 2**32 - 1


@dataclass(frozen=True)
class TrainingConfig:
    """How to train.

    Attributes
    ----------
    optimizer
        ``"adam"``, or ``"sgd"`` for the paper's.
    learning_rate
        In the first epoch.
    head_rate
        The learning rate of the head, and of blocks that have parameters, as a multiple of the encoder's; 1 in the
        paper.
    block_rates
        For some blocks the learning rate of their columns in the head, as a further multiple: ``{"u*v": 4}``. Kept as
        pairs of name and multiple. See :mod:`infersent.training.columns`.
    standardise
        Whether to bring every block to unit spread at the start, as far as the head can tell: see
        :mod:`infersent.training.columns`.
    decay
        Factor on the learning rate after each epoch; 0.99 in the paper.
    shrink
        Divisor of the learning rate after an epoch whose dev accuracy is below the best so far; 5 in the paper. 1
        changes nothing.
    min_learning_rate
        Training stops when the rate falls below it; 1e-5 in the paper.
    epochs
        The largest number of epochs.
    batch_size
        Pairs per step; those of one step with a long text among them are computed in parts, with the same loss.
    clip
        The largest norm of the gradient; a longer one is scaled down to it.
    class_weights
        Whether to weight each label by the inverse of its frequency, for data whose labels are not balanced.
    mixed_precision
        ``"bf16"`` or ``"fp16"`` for products of 16-bit numbers where the device has them, with parameters and sums in
        float32 (Micikevicius et al. 2018); ``"no"`` for float32 throughout.
    averaging
        The weight of the past in a moving average of the parameters, which is evaluated and saved in their place. 0.999
        looks back over about 1,000 steps; before step 9,000, over a tenth of the steps so far. 0 for the parameters
        themselves, as in the paper.
    seed
        Of the initial parameters, the batches and dropout.
    """

    optimizer: str = "adam"
    learning_rate: float = 1e-3
    head_rate: float = 1.0
    block_rates: tuple[tuple[str, float], ...] = ()
    standardise: bool = False
    decay: float = 0.7
    shrink: float = 1.0
    min_learning_rate: float = 1e-5
    epochs: int = 8
    batch_size: int = 128
    clip: float = 5.0
    class_weights: bool = True
    averaging: float = 0.0
    mixed_precision: str = "no"
    seed: int = 0

    def __post_init__(self) -> None:
        choose("optimizer", self.optimizer, OPTIMIZERS)
        choose("mixed_precision", self.mixed_precision, MIXED_PRECISIONS)
        for name, least in (("epochs", 1), ("batch_size", 1), ("seed", 0)):
            if getattr(self, name) < least:
                raise ValueError(f"{option(name, getattr(self, name))} is below {least}.")
        if self.seed > _LARGEST_SEED:
            raise ValueError(f"{option('seed', self.seed)} is above {_LARGEST_SEED:,}.")
        if not 0 <= self.decay <= 1:
            raise ValueError(f"{option('decay', self.decay)} is not in [0, 1]; 1 keeps the learning rate as it is.")
        if not 1 <= self.shrink < math.inf:
            raise ValueError(f"{option('shrink', self.shrink)} must be at least 1, and finite; 1 changes nothing.")
        if not 0 <= self.averaging < 1:
            raise ValueError(f"{option('averaging', self.averaging)} is not in [0, 1); 0 averages nothing.")
        if not 0 < self.head_rate < math.inf:
            raise ValueError(f"{option('head_rate', self.head_rate)} trains no head; it must be above 0, and finite.")
        given = self.block_rates
        pairs = given.items() if isinstance(given, Mapping) else given
        object.__setattr__(self, "block_rates", tuple((str(name), float(rate)) for name, rate in pairs))
        for name, rate in self.block_rates:
            get_feature(name)
            if not 0 < rate < math.inf:
                raise ValueError(f"block_rates has {rate} for {name!r}; it must be above 0, and finite.")
        if not self.clip > 0:
            raise ValueError(f"{option('clip', self.clip)} is not above 0; float('inf') clips nothing.")
        if not self.min_learning_rate <= self.learning_rate < math.inf:
            lowest = for_caller(
                python=option("min_learning_rate", self.min_learning_rate), shell=f"{self.min_learning_rate:g}"
            )
            limits = f"it must be at least {lowest}, and finite"
            raise ValueError(f"{option('learning_rate', self.learning_rate)} trains nothing: {limits}.")
