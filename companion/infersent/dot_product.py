"""The dot product as a task: can a network that sees p and q learn to multiply them?

The set-up is that of Rendle et al. 2020: two random vectors, a noisy dot product as the target, and an MLP that must
find it. ``p`` and ``q`` are normal with a variance at which the clean dot product explains the same part of the target
in every dimension, so that errors compare across dimensions::

    y = p · q + noise        noise: standard deviation 0.85        y: standard deviation 1.13

Each learner is described by the blocks that it is given (``u`` is p and ``v`` is q, as everywhere in this package) and
by its depth: an MLP with ReLU for a depth of 1 or more, least squares for a depth of 0. ``infersent dot-product`` runs
the whole grid, and :func:`results` reads its record.
"""

from __future__ import annotations

import json
import math
import platform
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from itertools import groupby, pairwise, product
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from tqdm.auto import tqdm

from infersent.checkpoint import replace_file
from infersent.choices import choose
from infersent.evaluation import mean_interval
from infersent.features import features_width, pair_features, parse_blocks
from infersent.records import load_record

#: Standard deviation of the noise: no learner can have a lower root mean squared error on noisy targets.
NOISE = 0.85
#: Standard deviation of the noisy target: the error of the answer "zero".
TRIVIAL = 1.13
#: Variance of the clean dot product: what there is to explain.
VARIANCE = TRIVIAL**2 - NOISE**2

#: Numbers of training pairs in the grid.
SAMPLES = (1024, 4096, 16384, 65536, 262144)
SEEDS = (0, 1, 2)
_TEST_PAIRS = 16384


@dataclass(frozen=True)
class Budget:
    """How each MLP is trained: Adam, a cosine schedule, early stopping, the best of a few learning rates.

    Attributes
    ----------
    learning_rates
        Each is tried; the one with the lowest validation error counts.
    steps
        At most so many; the learning rate falls to zero over them.
    batch_size
        Pairs a step, drawn at random.
    every
        Steps between two looks at the validation pairs.
    patience
        Training stops after so many looks without a new best.
    validation
        Share of the training pairs that is kept aside for these choices, and its largest number.
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
class Spec:
    """One learner on one draw of the task.

    Attributes
    ----------
    dim
        Length of ``p`` and of ``q``.
    samples
        Training pairs, those kept for validation included.
    width
        Hidden units of each layer, as a multiple of ``2 * dim``, the length of ``[p; q]``; 0 for least squares.
    depth
        Hidden layers; 0 is least squares on the blocks.
    blocks
        What the learner is given: names of the registry of pair features.
    seed
        Of the pairs, the first weights and the batches.
    """

    dim: int
    samples: int
    width: int = 4
    depth: int = 2
    blocks: tuple[str, ...] = ("u", "v")
    seed: int = 0

    def __post_init__(self) -> None:
        parse_blocks(self.blocks)
        for name, least in (("dim", 1), ("samples", 10), ("width", 0), ("depth", 0), ("seed", 0)):
            if getattr(self, name) < least:
                raise ValueError(f"{name}={getattr(self, name)} is below {least}.")
        if (self.width == 0) != (self.depth == 0):
            raise ValueError(f"width={self.width} and depth={self.depth}: least squares has 0 of both, an MLP neither.")

    @property
    def parameters(self) -> int:
        """Numbers that the learner fits."""
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
        The same against the clean dot product when ``p`` and ``q`` are doubled; divided by 4, as the target is four
        times as large, so that it compares with ``clean``.
    learning_rate
        The one that validation chose; ``None`` for least squares.
    steps
        Steps of that learning rate until its best look at the validation pairs.
    epochs
        The same as passes over the training pairs.
    seconds
        Processor time of all learning rates together.
    """

    spec: Spec
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
        """Share of the clean dot product's variance that is explained: 1 is perfect, 0 is the answer "zero"."""
        return None if self.clean is None else 1 - self.clean**2 / VARIANCE


def pair_scale(dim: int) -> float:
    """Return the standard deviation of the coordinates of ``p`` and ``q``.

    A coordinate's product has the variance σ⁴, and there are ``dim`` of them: ``dim * σ⁴`` is :data:`VARIANCE`.

    Examples
    --------
    >>> round(pair_scale(16), 3)
    0.431
    """
    return (VARIANCE / dim) ** 0.25


def draw(dim: int, pairs: int, generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Draw pairs of the task.

    Returns
    -------
    p, q
        In units of :func:`pair_scale`, so with variance 1: ``[pairs, dim]`` each. A learner sees them so.
    clean, noisy
        The dot product in its own units, and with noise: ``[pairs]`` each.
    """
    p, q = torch.randn(2, pairs, dim, generator=generator)
    clean = pair_scale(dim) ** 2 * (p * q).sum(dim=1)
    return p, q, clean, clean + NOISE * torch.randn(pairs, generator=generator)


def mlp(spec: Spec) -> nn.Sequential:
    """Return the untrained network of a spec, its first weights drawn from torch's global generator."""
    hidden = spec.width * 2 * spec.dim
    sizes = [features_width(spec.dim, spec.blocks), *[hidden] * spec.depth]
    layers: list[nn.Module] = []
    for rows, columns in pairwise(sizes):
        layers += [nn.Linear(rows, columns), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(sizes[-1], 1), nn.Flatten(0))  # [batch, columns] -> [batch]


def run(spec: Spec, budget: Budget | None = None) -> Result:
    """Train one learner and test it. The same spec gives the same numbers on the same machine and threads."""
    budget = budget or Budget()
    start = time.process_time()
    p, q, _, y = draw(spec.dim, spec.samples, _generator(spec, "train"))
    x = pair_features(p, q, spec.blocks)  # [samples, columns]
    if spec.depth:
        learner, learning_rate, steps, epochs = _best_mlp(spec, budget, x, y)
    else:
        learner, learning_rate, steps, epochs = _least_squares(x, y), None, 0, 0.0
    seconds = time.process_time() - start

    p, q, clean, noisy = draw(spec.dim, _TEST_PAIRS, _generator(spec, "test"))
    noisy_error = clean_error = doubled = None
    if learner is not None:
        with torch.no_grad():
            answer = learner(pair_features(p, q, spec.blocks))
            answer_to_doubled = learner(pair_features(2 * p, 2 * q, spec.blocks))
        noisy_error, clean_error, doubled = (
            round(F.mse_loss(got.double(), wanted.double()).sqrt().item(), 5)
            for got, wanted in ((answer, noisy), (answer, clean), (answer_to_doubled / 4, clean))
        )
    return Result(
        spec,
        "diverged" if learner is None else "ok",
        noisy_error,
        clean_error,
        doubled,
        learning_rate,
        steps,
        round(epochs, 2),
        round(seconds, 2),
    )


def _generator(spec: Spec, part: str) -> torch.Generator:
    """Return the source of a part's draws: another for each seed, the same for every learner."""
    return torch.Generator().manual_seed(10 * spec.seed + ("train", "test", "batches").index(part))


def _least_squares(x: Tensor, y: Tensor) -> nn.Linear:
    """Return the linear head with the smallest squared error, in closed form."""
    rows = torch.cat([x, torch.ones(len(x), 1)], dim=1).double()  # [samples, columns + 1]
    solution = torch.linalg.lstsq(rows, y.double().unsqueeze(1)).solution[:, 0]
    head = nn.Sequential(nn.Linear(x.shape[1], 1), nn.Flatten(0))
    with torch.no_grad():
        head[0].weight.copy_(solution[:-1].unsqueeze(0))
        head[0].bias.copy_(solution[-1:])
    return head


def _best_mlp(spec: Spec, budget: Budget, x: Tensor, y: Tensor) -> tuple[nn.Module | None, float | None, int, float]:
    """Train once for each learning rate; return the network that is best on the validation pairs."""
    share, most = budget.validation
    kept = max(1, min(int(share * len(x)), most))
    validation, training = (x[:kept], y[:kept]), (x[kept:], y[kept:])
    batch_size = min(budget.batch_size, len(training[0]))
    best_error, best = math.inf, (None, None, 0, 0.0)
    for learning_rate in budget.learning_rates:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(spec.seed)
            network = mlp(spec)
        error, steps = _train(network, training, validation, learning_rate, batch_size, budget, spec)
        if error < best_error:
            best_error = error
            best = (network, learning_rate, steps, steps * batch_size / len(training[0]))
    return best


def _train(
    network: nn.Module,
    training: tuple[Tensor, Tensor],
    validation: tuple[Tensor, Tensor],
    learning_rate: float,
    batch_size: int,
    budget: Budget,
    spec: Spec,
) -> tuple[float, int]:
    """Leave the network as it was at its best look; return that look's error, infinite if it diverged, and its step."""
    x, y = training
    batches = _generator(spec, "batches")
    optimizer = torch.optim.Adam(network.parameters(), lr=learning_rate, fused=True)
    best_error, best_step, best = math.inf, 0, None
    for step in range(1, budget.steps + 1):
        for group in optimizer.param_groups:
            group["lr"] = learning_rate * (1 + math.cos(math.pi * (step - 1) / budget.steps)) / 2
        rows = torch.randint(len(x), (batch_size,), generator=batches) if batch_size < len(x) else slice(None)
        loss = F.mse_loss(network(x[rows]), y[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % budget.every == 0 or step == budget.steps:
            with torch.no_grad():
                error = F.mse_loss(network(validation[0]), validation[1]).item()
            if error < best_error:
                best_error, best_step = error, step
                best = {name: tensor.clone() for name, tensor in network.state_dict().items()}
            # A number that is not finite is never a new best, so a diverged run stops here, too.
            elif step - best_step >= budget.patience * budget.every:
                break
    if best is not None:
        network.load_state_dict(best)
    return best_error, best_step


# The grid and its record

#: What least squares is given in the grid.
LINEAR_BLOCKS = (("u*v",), ("|u-v|",), ("(u-v)**2",), ("u", "v", "|u-v|", "u*v"))


def grid() -> list[Spec]:
    """Return every learner of the record, the ones that matter most first."""
    pair = ("u", "v")
    learners = [
        # (dims, samples, width, depth, blocks)
        *(((2, 4, 8, 16, 32), SAMPLES, 0, 0, blocks) for blocks in LINEAR_BLOCKS),
        ((4, 16), SAMPLES, 4, 2, pair),
        ((4, 16), SAMPLES, 1, 2, pair),
        ((32,), SAMPLES, 4, 2, pair),
        *(((16,), SAMPLES[:4], 4, 2, (*pair, block)) for block in ("u*v", "|u-v|", "(u-v)**2")),
        ((2, 8), SAMPLES, 4, 2, pair),
        ((16,), SAMPLES, 4, 1, pair),
        ((16,), SAMPLES[3:], 4, 3, pair),
        ((16,), SAMPLES, 2, 2, pair),
        ((16,), (65536,), 8, 2, pair),
        ((16,), (65536,), 16, 2, pair),
        ((16,), SAMPLES, 16, 1, pair),
        *(((16,), (65536,), width, 1, pair) for width in (1, 2, 8)),
        ((32,), SAMPLES[2:], 4, 1, pair),
        ((4,), SAMPLES, 4, 1, pair),
        ((32,), SAMPLES, 1, 2, pair),
        ((4,), SAMPLES, 2, 2, pair),
        ((32,), SAMPLES, 2, 2, pair),
    ]
    return [
        Spec(dim, samples, width, depth, blocks, seed)
        for dims, sizes, width, depth, blocks in learners
        for dim, samples, seed in product(dims, sizes, SEEDS)
    ]


def run_grid(
    path: str | Path, specs: Iterable[Spec] | None = None, budget: Budget | None = None, *, progress: bool = True
) -> list[Result]:
    """Run what the record at ``path`` does not have yet, and write the record anew after every learner.

    Stop it at any time: the next call goes on with the learner that was under way.

    Raises
    ------
    ValueError
        If the record there was made with another budget.
    """
    path, budget = Path(path), budget or Budget()
    specs = list(grid() if specs is None else specs)
    settings = json.loads(json.dumps(asdict(budget)))
    done: dict[Spec, Result] = {}
    if path.exists():
        record = json.loads(path.read_text("utf-8"))
        if record["budget"] != settings:
            raise ValueError(f"{path} was made with another budget, {record['budget']}. Choose another file.")
        done = {result.spec: result for result in _from_rows(record)}
    missing = [spec for spec in specs if spec not in done]
    with tqdm(missing, desc="dot product", unit="run", disable=not progress) as bar:
        for spec in bar:
            bar.set_postfix_str(f"dim {spec.dim}, {spec.samples:,} pairs, width {spec.width}, depth {spec.depth}")
            done[spec] = run(spec, budget)
            text = _to_text(done.values(), settings)
            replace_file(path, lambda new, text=text: new.write_text(text, "utf-8"))
    return [done[spec] for spec in specs]


_COLUMNS = [f.name for f in (*fields(Spec), *fields(Result)) if f.name != "spec"]


def _to_text(results: Iterable[Result], settings: dict[str, Any]) -> str:
    """Write a record as JSON, one learner a line."""
    head = {
        "about": "How well learners of the dot product do; see infersent.dot_product.",
        "budget": settings,
        "provenance": {
            "torch": torch.__version__.split("+")[0],
            "numpy": np.__version__,
            "python": platform.python_version(),
            "machine": platform.machine(),
            "system": platform.system(),
            "threads": torch.get_num_threads(),
        },
        "columns": _COLUMNS,
    }
    rows = []
    for result in results:
        values = asdict(result)
        values |= values.pop("spec")
        rows.append(json.dumps([values[name] for name in _COLUMNS]))
    return json.dumps(head, indent=1)[:-2] + ',\n "runs": [\n  ' + ",\n  ".join(rows) + "\n ]\n}\n"


def _from_rows(record: dict[str, Any]) -> list[Result]:
    results = []
    for row in record["runs"]:
        values = dict(zip(record["columns"], row, strict=True))
        values["blocks"] = tuple(values["blocks"])
        spec = Spec(**{f.name: values.pop(f.name) for f in fields(Spec)})
        results.append(Result(spec, **values))
    return results


def results(path: str | Path | None = None) -> list[Result]:
    """Return the results of a record: of the package's own, or of the file that :func:`run_grid` wrote."""
    return _from_rows(load_record("dot_product") if path is None else json.loads(Path(path).read_text("utf-8")))


# Curves


@dataclass(frozen=True)
class Point:
    """A number at one size of the training set: its mean over the seeds, and the mean's 95% interval.

    ``low`` and ``high`` are NaN for a single seed.
    """

    samples: int
    mean: float
    low: float
    high: float
    seeds: int


@dataclass(frozen=True)
class Curve:
    """One learner against the number of training pairs.

    Attributes
    ----------
    dim, width, depth, blocks
        As in :class:`Spec`.
    parameters
        Numbers that the learner fits.
    points
        By the number of training pairs, from few to many. Runs that diverged are left out.
    """

    dim: int
    width: int
    depth: int
    blocks: tuple[str, ...]
    parameters: int
    points: tuple[Point, ...]

    def at(self, samples: int) -> Point:
        """Return the point at this number of training pairs.

        Raises
        ------
        ValueError
            If it was not measured.
        """
        for point in self.points:
            if point.samples == samples:
                return point
        measured = ", ".join(str(point.samples) for point in self.points)
        raise ValueError(f"samples={samples} was not measured; these were: {measured}.")

    def samples_for(self, error: float) -> float | None:
        """Return how many training pairs bring the mean error down to ``error``, or ``None`` if none measured does.

        Between two points the curve is a straight line on logarithmic axes. At an error that the smallest training set
        meets already, that set's size is returned: it is then an upper bound.
        """
        for before, after in zip((None, *self.points), self.points, strict=False):
            if after.mean <= error:
                if before is None:
                    return float(after.samples)
                way = math.log(before.mean / error) / math.log(before.mean / after.mean)
                return before.samples * (after.samples / before.samples) ** way
        return None


def curves(measured: Iterable[Result] | None = None, number: str = "clean") -> list[Curve]:
    """Gather results over the seeds and line them up by the number of training pairs.

    Parameters
    ----------
    measured
        Results; those of the package's record if left out.
    number
        Which number of a :class:`Result`: ``"clean"``, ``"noisy"``, ``"doubled"``, ``"explained"``, ``"seconds"``,
        ``"epochs"`` or ``"steps"``.

    Returns
    -------
    list of Curve
        Sorted by blocks, dimension, depth and width. Least squares has depth and width 0.
    """
    numbers = ("clean", "noisy", "doubled", "explained", "seconds", "epochs", "steps")
    choose("number", number, dict.fromkeys(numbers))

    def learner(result: Result) -> tuple:
        s = result.spec
        return s.blocks, s.dim, s.depth, s.width

    def size(result: Result) -> int:
        return result.spec.samples

    fine = [result for result in (results() if measured is None else measured) if result.status == "ok"]
    found = []
    for (blocks, dim, depth, width), runs in groupby(sorted(fine, key=learner), learner):
        points, parameters = [], 0
        for samples, seeds in groupby(sorted(runs, key=size), size):
            values = []
            for result in seeds:
                values.append(getattr(result, number))
                parameters = result.spec.parameters
            points.append(Point(samples, *mean_interval(values), len(values)))
        found.append(Curve(dim, width, depth, blocks, parameters, tuple(points)))
    return found


def curve(
    among: Iterable[Curve], dim: int, *, width: int = 4, depth: int = 2, blocks: Sequence[str] = ("u", "v")
) -> Curve:
    """Return one learner's curve among those given.

    Raises
    ------
    ValueError
        If it is not there.
    """
    for one in among:
        if (one.dim, one.width, one.depth, one.blocks) == (dim, width, depth, tuple(blocks)):
            return one
    raise ValueError(f"No curve has dim={dim}, width={width}, depth={depth} and blocks={tuple(blocks)}.")
