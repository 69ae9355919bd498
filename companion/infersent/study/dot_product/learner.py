"""Learners of the dot product: MLPs and least squares, given some blocks of p and q, and how well each does."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.optim.lr_scheduler import LambdaLR

from infersent.model.features import features_width, functions_only, pair_features
from infersent.study.dot_product.task import NOISE, VARIANCE, draw

_TEST_PAIRS = 16384


@dataclass(frozen=True)
class Budget:
    """How each MLP is trained: Adam, a cosine schedule, early stopping, the best of a few learning rates.

    Attributes
    ----------
    learning_rates
        Each is tried; the one with the lowest validation error counts.
    steps
        The most steps that are taken; the learning rate falls to zero over them.
    batch_size
        How many pairs each step uses, drawn at random.
    every
        How many steps lie between two looks at the validation pairs.
    patience
        How many looks without a new best end the training.
    validation
        The share of the training pairs that is kept aside for these choices, and the most pairs that this may be.
    """

    learning_rates: tuple[float, ...] = (1e-3, 3e-3, 1e-2)
    steps: int = 3000
    batch_size: int = 1024
    every: int = 25
    patience: int = 16
    validation: tuple[float, int] = (0.2, 8192)

    def __post_init__(self) -> None:
        if not self.learning_rates or not all(0 < rate < math.inf for rate in self.learning_rates):
            raise ValueError(f"learning_rates={self.learning_rates} must be positive, finite, and at least one.")
        for name in ("steps", "batch_size", "every", "patience"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name}={getattr(self, name)} is below 1.")


@dataclass(frozen=True)
class Learner:
    """One learner on one draw of the task.

    Attributes
    ----------
    dim
        Length of ``p`` and of ``q``.
    samples
        How many training pairs there are, including those kept for validation.
    width
        Hidden units of each layer, as a multiple of ``2 * dim``, the length of ``[p; q]``; 0 for least squares.
    depth
        How many hidden layers; 0 is least squares on the blocks.
    blocks
        What the learner is given: names of the registry of pair features.
    seed
        Decides the pairs, the first weights and the batches.
    noise
        Standard deviation of the noise in the targets; 0 shows what is left when no noise has to be averaged out.
    """

    dim: int
    samples: int
    width: int = 4
    depth: int = 2
    blocks: tuple[str, ...] = ("u", "v")
    seed: int = 0
    noise: float = NOISE

    def __post_init__(self) -> None:
        functions_only(self.blocks, "a learner of dot products")
        if not 0 <= self.noise < math.inf:
            raise ValueError(f"noise={self.noise} must be 0 or more, and finite.")
        for name, least in (("dim", 1), ("samples", 10), ("width", 0), ("depth", 0), ("seed", 0)):
            if getattr(self, name) < least:
                raise ValueError(f"{name}={getattr(self, name)} is below {least}.")
        if (self.width == 0) != (self.depth == 0):
            raise ValueError(f"width={self.width} and depth={self.depth}: least squares has 0 of both, an MLP neither.")

    @property
    def parameters(self) -> int:
        """How many numbers the learner fits."""
        sizes = [features_width(self.dim, self.blocks), *[self.width * 2 * self.dim] * self.depth, 1]
        return sum((rows + 1) * columns for rows, columns in pairwise(sizes))


@dataclass(frozen=True)
class Result:
    """How one learner did on 16,384 pairs that it never saw.

    Attributes
    ----------
    spec
        The learner.
    status
        ``"ok"``, or ``"diverged"`` when no learning rate gave a finite error; the errors are then ``None``.
    noisy, clean
        Root mean squared error against the noisy target and against the clean dot product.
    doubled
        The same against the clean dot product when ``p`` and ``q`` are doubled. The target is then four times as large,
        so the error is divided by 4, to compare with ``clean``.
    learning_rate
        The one that validation chose; ``None`` for least squares.
    steps
        How many steps training with that learning rate took to its best look at the validation pairs.
    epochs
        The same in passes over the training pairs.
    seconds
        Processor time, for all learning rates together.
    """

    spec: Learner
    status: str
    noisy: float | None
    clean: float | None
    doubled: float | None
    learning_rate: float | None
    steps: int
    epochs: float
    seconds: float

    @property
    def explained(self) -> float | None:
        """Share of the clean dot product's variance that is explained: 1 is perfect, 0 is as good as answering zero."""
        return None if self.clean is None else 1 - self.clean**2 / VARIANCE


def mlp(spec: Learner) -> nn.Sequential:
    """Return a learner's untrained network; its first weights are drawn from torch's global generator."""
    hidden = spec.width * 2 * spec.dim
    sizes = [features_width(spec.dim, spec.blocks), *[hidden] * spec.depth]
    layers: list[nn.Module] = []
    for rows, columns in pairwise(sizes):
        layers += [nn.Linear(rows, columns), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(sizes[-1], 1), nn.Flatten(0))  # [batch, columns] -> [batch]


def measure(spec: Learner, budget: Budget | None = None) -> Result:
    """Train one learner and test it; on the same machine, with as many threads, this always gives the same numbers.

    Parameters
    ----------
    spec
        The learner.
    budget
        How an MLP is trained; the grid's budget if left out.
    """
    budget = budget or Budget()
    start = time.process_time()
    p, q, _, y = draw(spec.dim, spec.samples, _generator(spec, "train"), spec.noise)
    x = pair_features(p, q, spec.blocks)  # [samples, columns]
    best = _best_mlp(spec, budget, x, y) if spec.depth else _Fitted(_least_squares(x, y), None, 0, 0.0)
    seconds = time.process_time() - start

    p, q, clean, noisy = draw(spec.dim, _TEST_PAIRS, _generator(spec, "test"), spec.noise)
    noisy_error = clean_error = doubled = None
    if best.network is not None:
        with torch.no_grad():
            answer = best.network(pair_features(p, q, spec.blocks))
            answer_to_doubled = best.network(pair_features(2 * p, 2 * q, spec.blocks))
        noisy_error, clean_error, doubled = (
            round(F.mse_loss(got.double(), wanted.double()).sqrt().item(), 5)
            for got, wanted in ((answer, noisy), (answer, clean), (answer_to_doubled / 4, clean))
        )
    return Result(
        spec,
        "diverged" if best.network is None else "ok",
        noisy_error,
        clean_error,
        doubled,
        best.learning_rate,
        best.steps,
        round(best.epochs, 2),
        round(seconds, 2),
    )


@dataclass(frozen=True)
class _Fitted:
    """A trained network and what it took; no network if every learning rate diverged."""

    network: nn.Module | None
    learning_rate: float | None
    steps: int
    epochs: float


def _generator(spec: Learner, part: str) -> torch.Generator:
    """Return the source of a part's draws: another for each seed, the same for every learner."""
    return torch.Generator().manual_seed(10 * spec.seed + ("train", "test", "batches").index(part))


def _least_squares(x: Tensor, y: Tensor) -> nn.Sequential:
    """Return the affine map with the smallest squared error, in closed form: ``[pairs, columns]`` to ``[pairs]``."""
    rows = torch.cat([x, torch.ones(len(x), 1)], dim=1).double()  # [samples, columns + 1]
    solution = torch.linalg.lstsq(rows, y.double().unsqueeze(1)).solution[:, 0]
    head = nn.Linear(x.shape[1], 1)
    with torch.no_grad():
        head.weight.copy_(solution[:-1].unsqueeze(0))
        head.bias.copy_(solution[-1:])
    return nn.Sequential(head, nn.Flatten(0))


def _best_mlp(spec: Learner, budget: Budget, x: Tensor, y: Tensor) -> _Fitted:
    """Train once for each learning rate; return the network that is best on the validation pairs."""
    share, most = budget.validation
    kept = max(1, min(int(share * len(x)), most))
    validation, training = (x[:kept], y[:kept]), (x[kept:], y[kept:])
    batch_size = min(budget.batch_size, len(training[0]))
    best_error, best = math.inf, _Fitted(None, None, 0, 0.0)
    for learning_rate in budget.learning_rates:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(spec.seed)
            network = mlp(spec)
        error, steps = _train(network, training, validation, learning_rate, batch_size, budget, spec)
        if error < best_error:
            best_error = error
            best = _Fitted(network, learning_rate, steps, steps * batch_size / len(training[0]))
    return best


def _train(
    network: nn.Module,
    training: tuple[Tensor, Tensor],
    validation: tuple[Tensor, Tensor],
    learning_rate: float,
    batch_size: int,
    budget: Budget,
    spec: Learner,
) -> tuple[float, int]:
    """Train the network and leave it as it was at its best look at the validation pairs.

    Returns
    -------
    tuple
        The error at that look, infinite if the network diverged, and its step.
    """
    x, y = training
    batches = _generator(spec, "batches")
    optimizer = torch.optim.Adam(network.parameters(), lr=learning_rate, fused=True)
    # Not CosineAnnealingLR, which computes each rate from the one before and so rounds otherwise.
    schedule = LambdaLR(optimizer, lambda done: (1 + math.cos(math.pi * done / budget.steps)) / 2)
    best_error, best_step, best = math.inf, 0, None
    for step in range(1, budget.steps + 1):
        rows = torch.randint(len(x), (batch_size,), generator=batches) if batch_size < len(x) else slice(None)
        loss = F.mse_loss(network(x[rows]), y[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        if step % budget.every == 0 or step == budget.steps:
            with torch.no_grad():
                error = F.mse_loss(network(validation[0]), validation[1]).item()
            if error < best_error:
                best_error, best_step = error, step
                best = {name: tensor.clone() for name, tensor in network.state_dict().items()}
            # NaN and infinity are never a new best, so a network that diverged stops here, too.
            elif step - best_step >= budget.patience * budget.every:
                break
    if best is not None:
        network.load_state_dict(best)
    return best_error, best_step
