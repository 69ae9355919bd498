"""Linear heads of many sets of blocks at once: logistic and ridge regression, trained by few sweeps over the pairs.

A head on a set of blocks is ``z = sum over its blocks of X_b @ W_b, plus a bias``. The 15 sets of four blocks share
their products ``X_b @ W_b``: put side by side, the weights of all heads that have a block make one matrix, and one
product with ``X_b`` gives every head its part. So a sweep, which gives the loss and the gradient of all heads, costs
little more than reading the pairs once.

Each head has a descent of its own: L-BFGS (Liu & Nocedal 1989) that starts from the inverse of what the Hessian is
where all answers are equally likely, ``κ XᵀX/n + λ``, which one Cholesky factor gives. Böhning (1992) shows that a
multiple of this matrix bounds the Hessian of logistic regression everywhere, so it is never far off; a dozen sweeps are
enough. Where a set has many more columns than there are pairs, its heads are trained in coordinates of the pairs' own,
see :mod:`infersent.choose.row_space`.

The objective is the mean loss plus ``λ/2 ‖W‖²`` without the bias: that of scikit-learn's ``LogisticRegression`` with
``C = 1/(λ n)`` and of its ``Ridge`` with ``alpha = λ n``, to which a test compares it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from infersent.choose.row_space import Columns, RowSpace
from infersent.foundation.arrays import Array, Bools, Ints
from infersent.model.features import get_feature

#: Pairs whose features are formed, or multiplied, at a time.
CHUNK = 4096

#: The widest set of blocks whose Hessian is factored whole; above it, block by block, and above it no more than scaled.
WIDEST = 4096

#: Steps that a descent remembers.
_MEMORY = 10


class Features:
    """The blocks of some pairs, standardised on some of them; kept in memory where they fit, else formed anew.

    Parameters
    ----------
    u, v
        ``[pairs, dim]`` each.
    rows
        Which pairs, as indices in rising order.
    training
        ``[rows]``: of which of them the mean and the standard deviation are taken.
    blocks
        The names of the blocks.
    budget
        Bytes that may be kept.

    Attributes
    ----------
    mean, scale
        Of each column of a block, ``[width]``. A column that does not vary has scale 1, so that it becomes 0.
    constant
        How many columns of each block do not vary.
    """

    def __init__(
        self, u: Any, v: Any, rows: Ints, training: Bools, blocks: Sequence[str], *, budget: float = 1e9
    ) -> None:
        self._u, self._v, self.rows, self.blocks = u, v, rows, tuple(blocks)
        self.training = torch.from_numpy(np.ascontiguousarray(training))
        dim = u.shape[1]
        self.widths = {name: get_feature(name).width(dim) for name in self.blocks}
        self.mean: dict[str, Tensor] = {}
        self.scale: dict[str, Tensor] = {}
        self._measure()
        self.constant = {name: int((self._spread[name] == 0).sum()) for name in self.blocks}
        self._kept: list[dict[str, Tensor]] | None = None
        if 4.0 * len(rows) * sum(self.widths.values()) <= budget:
            self._kept = [chunk for _, chunk in self._formed()]

    def __len__(self) -> int:
        return len(self.rows)

    def chunks(self) -> Iterator[tuple[slice, Mapping[str, Tensor]]]:
        """Yield some rows, as a slice of :attr:`rows`, and their standardised blocks, ``[some, width]``."""
        if self._kept is None:
            yield from self._formed()
        else:
            yield from zip(self._slices(), self._kept, strict=True)

    def _slices(self) -> Iterator[slice]:
        for start in range(0, len(self.rows), CHUNK):
            yield slice(start, min(start + CHUNK, len(self.rows)))

    def at(self, places: Ints, blocks: Sequence[str]) -> Tensor:
        """Return some standardised blocks of the rows at these places of :attr:`rows`, formed anew, side by side."""
        formed = self._raw(places, blocks)
        return torch.cat([(formed[name] - self.mean[name]).div_(self.scale[name]) for name in blocks], dim=1)

    def _raw(self, some: slice | Ints, blocks: Sequence[str] | None = None) -> dict[str, Tensor]:
        which = self.rows[some]
        u, v = (torch.from_numpy(np.ascontiguousarray(side[which], dtype=np.float32)) for side in (self._u, self._v))
        with torch.no_grad():
            return {name: get_feature(name).function(u, v) for name in blocks or self.blocks}

    def _formed(self) -> Iterator[tuple[slice, dict[str, Tensor]]]:
        for some in self._slices():
            yield some, {name: (x - self.mean[name]).div_(self.scale[name]) for name, x in self._raw(some).items()}

    def _measure(self) -> None:
        """Take mean and spread over the training rows, chunk by chunk (Chan, Golub & LeVeque 1983)."""
        count = 0
        mean = {name: torch.zeros(width, dtype=torch.float64) for name, width in self.widths.items()}
        squares = {name: torch.zeros(width, dtype=torch.float64) for name, width in self.widths.items()}
        for some in self._slices():
            chosen = self.training[some]
            more = int(chosen.sum())
            if not more:
                continue
            for name, x in self._raw(some).items():
                here = x[chosen].double()
                centre = here.mean(dim=0)
                apart = centre - mean[name]
                squares[name] += (here - centre).square().sum(dim=0) + apart.square() * (count * more / (count + more))
                mean[name] += apart * (more / (count + more))
            count += more
        self._spread: dict[str, Tensor] = {}
        for name in self.blocks:
            deviation = (squares[name] / max(1, count)).sqrt()
            # What rounding leaves of a constant column is no spread.
            tiny = deviation <= 1e-6 * mean[name].abs()
            self._spread[name] = torch.where(tiny, 0.0, deviation)
            self.mean[name] = mean[name].float()
            self.scale[name] = torch.where(self._spread[name] == 0, 1.0, deviation).float()


@dataclass(frozen=True)
class Loss:
    """What is summed over the pairs: a squared error, or the surprise at the right class.

    Attributes
    ----------
    classes
        How many; 0 for scores.
    targets
        ``[rows]``: indices of classes, or standardised scores.
    """

    classes: int
    targets: Tensor

    @property
    def columns(self) -> int:
        """How many numbers a head gives for a pair: two classes need but one."""
        return self.classes if self.classes > 2 else 1

    def start(self, training: Tensor) -> tuple[Tensor, float]:
        """Return the bias of a head without weights, ``[columns]``, and the mean curvature κ there."""
        chosen = self.targets[training]
        if not self.classes:
            return chosen.mean()[None].float(), 1.0
        counts = torch.bincount(chosen, minlength=self.classes).double()
        shares = (counts + 0.5) / (counts + 0.5).sum()  # a class that is not there gets no infinite bias
        curvature = float((shares * (1 - shares)).mean()) * self.classes / (self.classes - 1)
        if self.classes == 2:
            return (shares[1] / shares[0]).log()[None].float(), curvature / 2
        return (shares.log() - shares.log().mean()).float(), curvature

    def __call__(self, z: Tensor, some: slice) -> tuple[Tensor, Tensor]:
        """Return the loss of each row and head, ``[some, heads]``, and its gradient by ``z [some, heads, columns]``."""
        y = self.targets[some]
        if not self.classes:
            error = z - y[:, None, None]
            return 0.5 * error.square().squeeze(2), error
        if self.classes == 2:
            yes = y[:, None, None].to(z.dtype)
            return (F.softplus(z) - yes * z).squeeze(2), torch.sigmoid(z) - yes
        surprise = F.log_softmax(z, dim=2)
        right = y[:, None, None].expand(-1, z.shape[1], 1)
        gradient = surprise.exp()
        gradient.scatter_add_(2, right, gradient.new_full((1, 1, 1), -1.0).expand_as(right))
        return -surprise.gather(2, right).squeeze(2), gradient

    def answers(self, z: Tensor) -> Tensor:
        """Return the answers of heads, ``[some, heads]``: the likeliest class, or the score."""
        if not self.classes:
            return z.squeeze(2)
        return (z.squeeze(2) > 0).long() if self.classes == 2 else z.argmax(dim=2)


@dataclass
class Evaluation:
    """What a sweep gives for the heads on one set of blocks, one head for each split."""

    loss: Tensor  # [splits], the mean over each split's training rows
    held_out: Tensor  # [splits], over its held-out rows
    gradient: Tensor  # [splits, width + 1, columns], the bias last


class Sweep:
    """One pass over the pairs for many heads: losses and gradients.

    Parameters
    ----------
    features
        The pairs.
    loss
        What is measured.
    training, held_out
        ``[rows, splits]``, weights that add up to 1 (or 0) over the rows: on what each split is trained and measured.
    """

    def __init__(self, features: Columns, loss: Loss, training: Tensor, held_out: Tensor) -> None:
        self.features, self.loss, self.training, self.held_out = features, loss, training, held_out
        self.count = 0

    def __call__(self, heads: Mapping[int, tuple[Sequence[str], Tensor]]) -> dict[int, Evaluation]:
        """Evaluate heads: for each set of blocks its weights ``[splits, width + 1, columns]``, the bias last."""
        self.count += 1
        layout = _Layout(self.features.widths, heads)
        heads_at_all = layout.heads
        losses = torch.zeros(heads_at_all, dtype=torch.float64)
        held_out = torch.zeros(heads_at_all, dtype=torch.float64)
        gradient = {name: torch.zeros_like(weight) for name, weight in layout.weights.items()}
        bias = torch.zeros_like(layout.bias)
        splits = self.training.shape[1]
        for some, blocks in self.features.chunks():
            z = layout.apply(blocks)  # [some, heads * columns]
            rows = len(z)
            value, slope = self.loss(z.view(rows, heads_at_all, -1), some)
            weight, other = self.training[some], self.held_out[some]  # [some, splits]
            value = value.view(rows, -1, splits)
            losses += torch.einsum("rcs,rs->cs", value, weight).flatten()
            held_out += torch.einsum("rcs,rs->cs", value, other).flatten()
            slope = (slope.view(rows, -1, splits, self.loss.columns) * weight[:, None, :, None]).reshape(rows, -1)
            bias += slope.sum(dim=0)
            for name, columns in layout.columns.items():
                gradient[name] += blocks[name].T @ slope[:, columns]
        return layout.split(losses, held_out, gradient, bias)


class _Layout:
    """Where the weights of each head stand: for each block one matrix of all heads that have it."""

    def __init__(self, widths: Mapping[str, int], heads: Mapping[int, tuple[Sequence[str], Tensor]]) -> None:
        self._heads = heads
        _, _, self._columns = next(iter(heads.values()))[1].shape
        self._splits = next(iter(heads.values()))[1].shape[0]
        self._wide = self._splits * self._columns  # columns of one set of blocks: all its splits
        self.heads = len(heads) * self._splits
        self._widths = widths
        parts: dict[str, list[Tensor]] = {}
        places: dict[str, list[Tensor]] = {}
        biases = []
        for place, (blocks, weights) in enumerate(heads.values()):
            flat = weights.permute(1, 0, 2).reshape(weights.shape[1], self._wide)  # [width + 1, splits * columns]
            start = 0
            for name in blocks:
                parts.setdefault(name, []).append(flat[start : start + widths[name]])
                places.setdefault(name, []).append(torch.arange(place * self._wide, (place + 1) * self._wide))
                start += widths[name]
            biases.append(flat[start])
        self.weights = {name: torch.cat(some, dim=1) for name, some in parts.items()}
        self.columns = {name: torch.cat(some) for name, some in places.items()}
        self.bias = torch.cat(biases)

    def apply(self, blocks: Mapping[str, Tensor]) -> Tensor:
        """Return ``z`` of every head, ``[some, heads * columns]``."""
        rows = len(next(iter(blocks.values())))
        z = self.bias.repeat(rows, 1)
        for name, columns in self.columns.items():
            z.index_add_(1, columns, blocks[name] @ self.weights[name])
        return z

    def split(
        self, losses: Tensor, held_out: Tensor, gradient: Mapping[str, Tensor], bias: Tensor
    ) -> dict[int, Evaluation]:
        """Give each set of blocks its part of what a sweep has summed."""
        found = {}
        taken = dict.fromkeys(gradient, 0)
        for place, (key, (blocks, weights)) in enumerate(self._heads.items()):
            own = []
            for name in blocks:
                own.append(gradient[name][:, taken[name] : taken[name] + self._wide])
                taken[name] += self._wide
            own.append(bias[place * self._wide : (place + 1) * self._wide][None])
            whole = torch.cat(own).view(weights.shape[1], self._splits, self._columns).permute(1, 0, 2)
            here = slice(place * self._splits, (place + 1) * self._splits)
            found[key] = Evaluation(losses[here], held_out[here], whole.contiguous())
        return found


def correlations(features: Columns, sets: Sequence[Sequence[str]], most: int = 4) -> dict[tuple[str, str], Tensor]:
    """Return ``XᵀX/n`` of every two blocks that some set has together, from as many training rows as are needed.

    Descents start from it, and end where they must whatever it is; so a sample of ``most`` rows for each column of the
    widest set is enough.
    """
    together = {(a, b) for some in sets for a in some for b in some if _whole(features, some) or a == b}
    together = {(a, b) for a, b in together if features.widths[a] <= WIDEST and features.widths[b] <= WIDEST}
    widest = max((sum(features.widths[name] for name in some) for some in sets), default=0)
    share = min(1.0, max(8192, most * min(widest, WIDEST)) / max(1, int(features.training.sum())))
    sums = {(a, b): torch.zeros(features.widths[a], features.widths[b]) for a, b in together if a <= b}
    count = 0.0
    for some, blocks in features.chunks():
        chosen = features.training[some].nonzero()[:, 0]
        if share < 1:
            chosen = chosen[(torch.arange(len(chosen)) * share).floor().diff(prepend=torch.tensor([-1.0])) > 0]
        count += len(chosen)
        part = {name: x[chosen] for name, x in blocks.items()}
        for a, b in sums:
            sums[a, b] += part[a].T @ part[b]
    found = {pair: total / max(1.0, count) for pair, total in sums.items()}
    return found | {(b, a): total.T for (a, b), total in found.items()}


def _whole(features: Columns, blocks: Sequence[str]) -> bool:
    return sum(features.widths[name] for name in blocks) <= WIDEST


@dataclass
class _Factor:
    """The inverse of ``κ XᵀX/n + λ``, applied: whole, block by block, or no more than its diagonal."""

    parts: list[tuple[slice, Tensor | None]]  # the rows, and their Cholesky factor
    curvature: float
    penalty: float

    @classmethod
    def of(
        cls,
        features: Columns,
        blocks: Sequence[str],
        correlation: Mapping[tuple[str, str], Tensor],
        curvature: float,
        penalty: float,
    ) -> _Factor:
        groups = [tuple(blocks)] if _whole(features, blocks) else [(name,) for name in blocks]
        parts: list[tuple[slice, Tensor | None]] = []
        start = 0
        for group in groups:
            stop = start + sum(features.widths[name] for name in group)
            factor = None
            if stop - start <= WIDEST:
                matrix = torch.cat([torch.cat([correlation[a, b] for b in group], dim=1) for a in group])
                matrix *= curvature
                factor = _positive_definite(matrix, penalty, curvature)
            parts.append((slice(start, stop), factor))
            start = stop
        return cls(parts, curvature, penalty)

    def __call__(self, gradient: Tensor) -> Tensor:
        """Return the inverse times ``gradient [splits, width + 1, columns]``."""
        splits, rows, columns = gradient.shape
        flat = gradient.permute(1, 0, 2).reshape(rows, -1)  # [width + 1, splits * columns]
        result = torch.empty_like(flat)
        for some, factor in self.parts:
            if factor is None:
                result[some] = flat[some] / (self.curvature + self.penalty)
            else:
                result[some] = torch.cholesky_solve(flat[some], factor)
        result[-1] = flat[-1] / self.curvature
        return result.view(rows, splits, columns).permute(1, 0, 2)


def _positive_definite(matrix: Tensor, penalty: float, curvature: float) -> Tensor:
    """Return the Cholesky factor of a matrix plus the penalty, or a little more where that does not suffice.

    Features that depend on each other, as those of sentences that are nearly the same do, leave eigenvalues that are
    zero but for rounding, some of them below. The factor only says where a descent should look first, so what is added
    changes no result.
    """
    added, more = 0.0, max(penalty, 1e-5 * curvature)
    for _ in range(20):
        matrix.diagonal().add_(more - added)
        factor: Tensor
        factor, failed = torch.linalg.cholesky_ex(matrix)
        if not failed:
            return factor
        added, more = more, 4 * more
    raise FloatingPointError("The features' correlations are no numbers. Are there huge numbers in the vectors?")


class _Descent:
    """L-BFGS for the heads on one set of blocks, one for each split, in step with each other."""

    def __init__(self, weights: Tensor, factor: _Factor, penalty: float, tolerance: float) -> None:
        self._factor, self._penalty, self._tolerance = factor, penalty, tolerance
        self.weights = weights  # [splits, width + 1, columns]
        self.held_out = torch.full((len(weights),), np.inf, dtype=torch.float64)
        self._objective = torch.full_like(self.held_out, np.inf)
        self._begun = False
        self._gradient = self._direction = torch.zeros_like(weights)
        self._step = torch.zeros(len(weights))
        self._slope = torch.zeros(len(weights), dtype=torch.float64)
        self._past: list[tuple[Tensor, Tensor, Tensor]] = []
        self.going = torch.ones(len(weights), dtype=torch.bool)

    @property
    def trial(self) -> Tensor:
        """The weights at which the next sweep is to be taken."""
        return self.weights + self._step[:, None, None] * self._direction

    def take(self, found: Evaluation) -> None:
        """Go there, or halve the step for those splits whose objective has not fallen."""
        trial = self.trial
        objective = found.loss + 0.5 * self._penalty * trial[:, :-1].double().square().sum(dim=(1, 2))
        gradient = found.gradient.clone()
        gradient[:, :-1] += self._penalty * trial[:, :-1]
        if not self._begun:
            self._begun = True
            self._objective, self._gradient, self.held_out = objective, gradient, found.held_out
        else:
            wanted = self._objective + 1e-4 * self._step * self._slope + 1e-7 * self._objective.abs()
            accepted = self.going & (objective <= wanted)
            moved = torch.where(accepted, self._step, 0.0)[:, None, None] * self._direction
            turned = torch.where(accepted[:, None, None], gradient - self._gradient, 0.0)
            self._remember(moved, turned)
            self.weights = self.weights + moved
            self._gradient = torch.where(accepted[:, None, None], gradient, self._gradient)
            self._objective = torch.where(accepted, objective, self._objective)
            self.held_out = torch.where(accepted, found.held_out, self.held_out)
            refused = self.going & ~accepted
            if refused.any():
                shorter = torch.where(refused, 0.3 * self._step, self._step)
                self.going &= ~(refused & (shorter < 1e-4))  # rounding lets it fall no further
                self._aim()
                self._step = torch.where(refused, shorter, self._step)
                return
        self._aim()

    def _remember(self, moved: Tensor, turned: Tensor) -> None:
        curved = (moved.double() * turned.double()).sum(dim=(1, 2))
        sizes = moved.double().norm(dim=(1, 2)) * turned.double().norm(dim=(1, 2))
        inverse = torch.where(curved > 1e-8 * sizes, 1 / curved.clamp_min(1e-300), 0.0)
        self._past = [*self._past, (moved, turned, inverse.float())][-_MEMORY:]

    def _aim(self) -> None:
        """Choose the next direction, the step 1, and stop what is near enough to its minimum."""
        q = self._gradient.clone()
        kept = []
        for moved, turned, inverse in reversed(self._past):
            share = inverse * (moved * q).sum(dim=(1, 2))  # [splits]
            q -= share[:, None, None] * turned
            kept.append(share)
        r = self._factor(q)
        if self._past:
            moved, turned, inverse = self._past[-1]
            across = (turned * self._factor(turned)).sum(dim=(1, 2))
            scale = torch.where((inverse > 0) & (across > 0), 1 / (inverse * across).clamp_min(1e-30), 1.0)
            r = scale[:, None, None] * r
        for (moved, turned, inverse), share in zip(self._past, reversed(kept), strict=True):
            back = inverse * (turned * r).sum(dim=(1, 2))
            r = r + (share - back)[:, None, None] * moved
        self._direction = -r
        self._slope = (self._gradient.double() * self._direction.double()).sum(dim=(1, 2))
        # Half of it is what a quadratic model has left to win. Where classes can be told apart, that is little:
        # by a tolerance that is not relative every descent would end where the one before it ended.
        self.going &= -0.5 * self._slope > self._tolerance * self._objective
        self._step = self.going.float()


@dataclass
class Fitted:
    """The heads on one set of blocks.

    Attributes
    ----------
    weights
        ``[splits, width + 1, columns]``, of the standardised features; the bias last.
    held_out
        ``[splits]``: the mean loss on the held-out rows.
    reached
        Whether every descent came to its end.
    """

    weights: Tensor
    held_out: Tensor
    reached: bool


class _Problem:
    """Sets of blocks of the same pairs, by a number of each, and where their descents start from."""

    def __init__(self, features: Columns, loss: Loss, sets: Mapping[int, Sequence[str]]) -> None:
        self.features, self.loss, self.sets = features, loss, sets
        self.correlations = correlations(features, [*sets.values()])


@dataclass
class Heads:
    """Linear heads on sets of blocks of the same pairs.

    Attributes
    ----------
    features
        The pairs.
    loss
        What is to be small.
    sets
        The sets of blocks.
    tolerance
        A descent ends where no more than this share of its objective (mean loss and penalty) is to be won.
    most_sweeps
        For one penalty.
    """

    features: Features
    loss: Loss
    sets: Sequence[Sequence[str]]
    tolerance: float = 1e-6
    most_sweeps: int = 100
    sweeps: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self._bias, self._curvature = self.loss.start(self.features.training)
        narrow = {i: some for i, some in enumerate(self.sets) if RowSpace.serves(self.features, some)}
        wide = {i: some for i, some in enumerate(self.sets) if i not in narrow}
        self._wide = _Problem(self.features, self.loss, wide)
        self._narrow = None
        if narrow:
            self._row_space = RowSpace(self.features, narrow)
            loss = Loss(self.loss.classes, self.loss.targets[self.features.training])
            self._narrow = _Problem(self._row_space, loss, {i: (RowSpace.name(i),) for i in narrow})

    def start(self, which: int, splits: int) -> Tensor:
        """Return weights that are zero but for the bias, ``[splits, width + 1, columns]``."""
        width = sum(self.features.widths[name] for name in self.sets[which])
        weights = torch.zeros(splits, width + 1, self.loss.columns)
        weights[:, -1] = self._bias
        return weights

    def fit(
        self, start: Mapping[int, Tensor], penalties: Mapping[int, float], training: Tensor, held_out: Tensor
    ) -> dict[int, Fitted]:
        """Train the heads of some sets, each from where ``start`` has it and with its own penalty.

        Parameters
        ----------
        start
            For each set, by its place in :attr:`sets`: ``[splits, width + 1, columns]``.
        penalties
            λ of each set.
        training, held_out
            As :class:`Sweep` has them.
        """
        if self._narrow is None:
            return self._descend(self._wide, start, penalties, training, held_out)
        inside = self.features.training
        if training[~inside].any() or held_out[~inside].any():
            raise ValueError("Heads are trained and measured on the rows on which their features are standardised.")
        there = {i: self._row_space.enter(i, start[i]) for i in start if i in self._narrow.sets}
        found = self._descend(self._narrow, there, penalties, training[inside], held_out[inside])
        found = {i: replace(one, weights=self._row_space.leave(i, one.weights)) for i, one in found.items()}
        rest = {i: weights for i, weights in start.items() if i not in found}
        return found | self._descend(self._wide, rest, penalties, training, held_out)

    def _descend(
        self,
        problem: _Problem,
        start: Mapping[int, Tensor],
        penalties: Mapping[int, float],
        training: Tensor,
        held_out: Tensor,
    ) -> dict[int, Fitted]:
        features, sets = problem.features, problem.sets
        descents = {}
        for which, weights in start.items():
            factor = _Factor.of(features, sets[which], problem.correlations, self._curvature, penalties[which])
            descents[which] = _Descent(weights, factor, penalties[which], self.tolerance)
        sweep = Sweep(features, problem.loss, training, held_out)
        going = dict(descents)
        while going and sweep.count < self.most_sweeps:
            found = sweep({which: (sets[which], descent.trial) for which, descent in going.items()})
            for which, descent in going.items():
                descent.take(found[which])
            going = {which: descent for which, descent in going.items() if descent.going.any()}
        self.sweeps += sweep.count
        return {
            which: Fitted(descent.weights, descent.held_out, not bool(descent.going.any()))
            for which, descent in descents.items()
        }

    def answers(self, weights: Mapping[int, Tensor], rows: Bools) -> dict[int, Array]:
        """Return the answers of each set's first head on some rows, ``[rows]``."""
        layout = _Layout(
            self.features.widths, {which: (self.sets[which], weight[:1]) for which, weight in weights.items()}
        )
        chosen = torch.from_numpy(np.ascontiguousarray(rows))
        found = []
        for some, blocks in self.features.chunks():
            here = {name: x[chosen[some]] for name, x in blocks.items()}
            z = layout.apply(here)
            # Some chunks may have none of the rows, and then -1 would be ambiguous.
            found.append(self.loss.answers(z.view(len(z), layout.heads, self.loss.columns)))
        together = torch.cat(found).numpy()
        return {which: together[:, place] for place, which in enumerate(weights)}
