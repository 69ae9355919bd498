"""What can be said of a formula over the square of u and v, by trying it: symmetry, novelty, bounds, dead ground.

``facts.mjs`` tries the same points in the page.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from infersent.widgets.feature_workbench.formula import Formula

#: How many points without a pattern are tried, and how many lines of a lattice on each side, zero among them.
POINTS, LINES = 512, 65

#: Below this share of the largest size a difference is rounding.
ROUNDING = 1e-9

#: The multiples of these, without their whole parts, fill a square evenly.
_STEPS = (0.7548776662466927, 0.5698402909980532)

#: Where a formula may not be defined, the first that is just the lattice's points without a value.
_PLACES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "v = 0": lambda u, v: v == 0,
    "u = 0": lambda u, v: u == 0,
    "u = 0 or v = 0": lambda u, v: (u == 0) | (v == 0),
    "u = v": lambda u, v: u == v,
    "u = −v": lambda u, v: u == -v,
    "u < 0": lambda u, v: u < 0,
    "v < 0": lambda u, v: v < 0,
    "u ≤ 0": lambda u, v: u <= 0,
    "v ≤ 0": lambda u, v: v <= 0,
    "u < v": lambda u, v: u < v,
    "v < u": lambda u, v: v < u,
    "u ≤ v": lambda u, v: u <= v,
    "v ≤ u": lambda u, v: v <= u,
}


@dataclass(frozen=True)
class Facts:
    """What a formula is like over a square.

    Attributes
    ----------
    undefined
        The share of a lattice's points where it has no finite value.
    where
        These points in a formula such as ``"v = 0"``; empty if there are none, or no simple rule.
    swap
        ``"symmetric"``, ``"antisymmetric"``, ``"neither"``, or ``"constant"`` for the same value everywhere.
    additive
        Whether it is one function of u plus one of v: it compares nothing.
    beyond_sentences, beyond_blocks
        The share of its variance that no sum of u, v and a constant has, and none of the four blocks and a constant.
    low, high
        Its least and its greatest value on the lattice.
    bounded
        Whether it stays bounded, as far as going towards its largest values tells.
    dead
        The share of the square where it moves with neither u nor v.
    slopes_at_zero
        How fast it grows with u and with v at (0, 0); nan if it does not say.
    """

    undefined: float
    where: str
    swap: str
    additive: bool
    beyond_sentences: float
    beyond_blocks: float
    low: float
    high: float
    bounded: bool
    dead: float
    slopes_at_zero: tuple[float, float]


def facts(formula: Formula, *, signed: bool = True) -> Facts:
    """Return what a formula is like over [-1, 1]², or over [0, 1]² if not ``signed``."""
    least = -1.0 if signed else 0.0
    rows = torch.arange(1, POINTS + 1, dtype=torch.float64)
    u, v = (least + (1 - least) * (rows * step % 1) for step in _STEPS)  # [POINTS]
    values, swapped = formula(u, v), formula(v, u)
    known = values.isfinite()
    side = least + (1 - least) * torch.arange(LINES, dtype=torch.float64) / (LINES - 1)
    lattice = torch.cartesian_prod(side, side).unbind(1)  # [LINES * LINES] each
    heights = formula(*lattice)
    missing = ~heights.isfinite()
    where = next((name for name, rule in _PLACES.items() if torch.equal(rule(*lattice), missing)), "")
    finite = heights[~missing]
    rest = formula(u, v.roll(1)) + formula(u.roll(1), v) - values.roll(1) - values
    rest = rest[rest.isfinite()]
    size = float(values[known].abs().max()) if known.any() else 0.0
    in_u, in_v = _slopes(formula, u, v)
    return Facts(
        undefined=float(missing.double().mean()),
        where=where if missing.any() else "",
        swap=_swap(values, swapped, size),
        additive=not len(rest) or bool(rest.abs().max() <= 4 * ROUNDING * size),
        beyond_sentences=_left_over(values, [u, v]),
        beyond_blocks=_left_over(values, [u, v, (u - v).abs(), u * v]),
        low=float(finite.min()) if len(finite) else math.nan,
        high=float(finite.max()) if len(finite) else math.nan,
        bounded=_is_bounded(formula, lattice, heights, least),
        dead=float(((in_u == 0) & (in_v == 0) & known).double().mean()),
        slopes_at_zero=tuple(x.item() for x in _slopes(formula, *torch.zeros(2, 1, dtype=torch.float64))),  # type: ignore[arg-type]
    )


def _swap(values: Tensor, swapped: Tensor, size: float) -> str:
    both = values.isfinite() & swapped.isfinite()
    if not both.any():
        return "neither"
    known = values[both]
    if known.max() - known.min() <= ROUNDING * size:
        return "constant"
    if not torch.equal(values.isfinite(), swapped.isfinite()):
        return "neither"
    for name, rest in (("symmetric", values - swapped), ("antisymmetric", values + swapped)):
        if rest[both].abs().max() <= ROUNDING * size:
            return name
    return "neither"


def _left_over(values: Tensor, columns: list[Tensor]) -> float:
    """Return the share of the variance that the best sum of the columns and a constant leaves; 0 if there is none."""
    known = values.isfinite()
    if known.sum() <= len(columns) + 1:
        return 0.0
    y = values[known] / values[known].abs().max().clamp(min=1e-300)
    x = torch.stack([torch.ones_like(y), *(column[known] for column in columns)], dim=1)
    total = (y - y.mean()).square().sum()
    if total <= ROUNDING**2 * len(y):
        return 0.0
    share = float((y - x @ torch.linalg.lstsq(x, y).solution).square().sum() / total)
    return share if share > ROUNDING else 0.0


def _is_bounded(formula: Formula, lattice: tuple[Tensor, ...], heights: Tensor, least: float) -> bool:
    """Go from the lattice's largest size to the largest near by, in ever smaller steps: does it settle?"""
    sizes = torch.where(heights.isfinite(), heights.abs(), -1)
    at = int(sizes.argmax())
    largest, middle = float(sizes[at]), (float(lattice[0][at]), float(lattice[1][at]))
    step, halfway = (1 - least) / (LINES - 1), 0.0
    offsets = torch.cartesian_prod(*[torch.arange(-2, 3, dtype=torch.float64)] * 2)
    for turn in range(40):
        step /= 2
        u, v = ((x + step * o).clamp(least, 1) for x, o in zip(middle, offsets.unbind(1), strict=True))
        near = formula(u, v).abs()
        near = torch.where(near.isfinite(), near, -1)
        best = int(near.argmax())
        if near[best] > largest:
            largest, middle = float(near[best]), (float(u[best]), float(v[best]))
        if turn == 19:
            halfway = largest
    return largest >= 0 and not largest > 1.05 * halfway


def _slopes(formula: Formula, u: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
    u, v = u.clone().requires_grad_(), v.clone().requires_grad_()
    values = formula(u, v)
    if not values.requires_grad:
        return torch.zeros_like(u), torch.zeros_like(v)
    in_u, in_v = torch.autograd.grad(values.sum(), (u, v), allow_unused=True, materialize_grads=True)
    return in_u, in_v
