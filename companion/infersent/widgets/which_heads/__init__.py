"""Which heads can tell: the best linear head on chosen blocks, for a target on one coordinate of u and of v."""

from __future__ import annotations

import html
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import torch
import traitlets
from torch import Tensor
from torch.nn import functional as F

from infersent.foundation.tables import Table, signed
from infersent.model.features import BLOCKS, pair_features
from infersent.widgets.base import BookWidget

#: The blocks that a reader can tick: InferSent's four, and the signed difference.
CHOICES = (*BLOCKS, "u-v")

#: Targets on the four corners of the unit square, each with its answers at (0, 0), (0, 1), (1, 0) and (1, 1).
CORNER_TARGETS = {"AND": (False, False, False, True), "XOR": (False, True, True, False)}

#: Targets on the grid over [-1, 1]².
GRID_TARGETS = ("equal", "u>v", "same sign")

#: All targets; ``"table"`` is the reader's own table of the four corners.
TARGETS = (*CORNER_TARGETS, "table", *GRID_TARGETS)

#: Two coordinates count as equal up to this difference.
EQUAL = 0.5

#: The grid has this many points on each side, the middles of equal cells. The coordinates are exact in binary.
GRID = 16

#: The head minimises: mean logistic loss + PENALTY / 2 * (sum of the squared weights, the bias among them).
PENALTY = 1e-6

#: A score this close to zero is an answer of 1/2, which counts as half right.
TIE = 1e-3


@dataclass(frozen=True)
class HeadFit:
    """The best linear head for a target.

    Attributes
    ----------
    weights
        One number for each block, by name.
    bias
        The constant of the score.
    probabilities
        What the head answers at each point of the sample: the probability of "yes".
    right
        How many points it gets right; a point with probability 1/2 counts as half.
    count
        How many points there are.
    attainable
        On four corners: the most that any weights on these blocks get right. On the grid: ``None``.
    """

    weights: dict[str, float]
    bias: float
    probabilities: Tensor
    right: float
    count: int
    attainable: int | None

    @property
    def accuracy(self) -> float:
        """The share of the points that the head gets right."""
        return self.right / self.count


class WhichHeads(BookWidget):
    """A target, some blocks, and the best linear head that they allow.

    AND, XOR and the reader's own table are asked at the four corners of the unit square; "equal", "u>v" and
    "same sign" at 16 x 16 points over [-1, 1]². "Equal" means \\|u-v\\| <= 1/2.

    Parameters
    ----------
    target : str, optional
        One of "AND", "XOR", "table", "equal", "u>v" and "same sign".
    blocks : list of str, optional
        The blocks that the head gets, of "u", "v", "\\|u-v\\|", "u*v" and "u-v". With an empty list it has
        only its bias.
    table : list of bool, optional
        The reader's own target: the answers at (u, v) = (0, 0), (0, 1), (1, 0) and (1, 1).

    Raises
    ------
    traitlets.TraitError
        If the target or a block is none of these, a block is named twice, or the table does not have four entries.

    Notes
    -----
    The head is a logistic regression: it minimises the mean logistic loss plus ``PENALTY / 2`` times the sum of its
    squared weights, bias included, by Newton's method from zero. The penalty, one millionth, keeps the optimum finite
    where the classes can be separated, and makes it unique.

    Examples
    --------
    >>> WhichHeads(target="XOR", blocks=["u", "v"]).fit().probabilities
    tensor([0.5000, 0.5000, 0.5000, 0.5000], dtype=torch.float64)
    >>> WhichHeads(target="XOR", blocks=["u", "v", "u*v"]).fit().accuracy
    1.0
    """

    _esm = Path(__file__).with_name("which_heads.mjs")

    target = traitlets.Unicode("XOR").tag(sync=True)
    blocks = traitlets.List(traitlets.Unicode(), default_value=["u", "v"]).tag(sync=True)
    table = traitlets.List(traitlets.Bool(), default_value=[True, False, False, True]).tag(sync=True)

    @traitlets.validate("target")
    def _check_target(self, proposal: dict[str, Any]) -> str:
        target: str = proposal["value"]
        if target not in TARGETS:
            raise traitlets.TraitError(f"target={target!r} is none of {', '.join(map(repr, TARGETS))}.")
        return target

    @traitlets.validate("blocks")
    def _check_blocks(self, proposal: dict[str, Any]) -> list[str]:
        blocks: list[str] = proposal["value"]
        for block in blocks:
            if block not in CHOICES:
                raise traitlets.TraitError(f"blocks has {block!r}, which is none of {', '.join(map(repr, CHOICES))}.")
            if blocks.count(block) > 1:
                raise traitlets.TraitError(f"blocks has {block!r} twice; name each block once.")
        return blocks

    @traitlets.validate("table")
    def _check_table(self, proposal: dict[str, Any]) -> list[bool]:
        table: list[bool] = proposal["value"]
        if len(table) != 4:
            raise traitlets.TraitError(
                f"table={table!r} must have four entries, for (0, 0), (0, 1), (1, 0) and (1, 1)."
            )
        return table

    def sample(self) -> tuple[Tensor, Tensor]:
        """Return the points (u, v), ``[count, 2]``, and the target's answers there, ``[count]`` of bool."""
        if self.target in GRID_TARGETS:
            side = (2 * torch.arange(GRID, dtype=torch.float64) + 1) / GRID - 1  # [GRID], the middles of the cells
            points = torch.cartesian_prod(side, side)  # [GRID * GRID, 2]
            u, v = points.unbind(1)
            answers = {"equal": (u - v).abs() <= EQUAL, "u>v": u > v, "same sign": u * v > 0}
            return points, answers[self.target]
        corners = torch.tensor([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=torch.float64)
        return corners, torch.tensor(CORNER_TARGETS.get(self.target, self.table))

    def design(self) -> Tensor:
        """Return what the head sees at each point: the ticked blocks and a 1 for the bias, ``[count, blocks + 1]``."""
        points, _ = self.sample()
        ones = torch.ones(len(points), 1, dtype=torch.float64)
        columns = [pair_features(points[:, :1], points[:, 1:], self.blocks)] if self.blocks else []
        return torch.cat([*columns, ones], dim=1)

    def fit(self) -> HeadFit:
        """Return the best linear head for the target on the ticked blocks."""
        x = self.design()  # [count, blocks + 1]
        _, answers = self.sample()
        weights = fit_logistic(x, answers)
        attainable = None
        if self.target not in GRID_TARGETS:
            # The most that any weights get right: of all tables that some weights get right, the most alike.
            attainable = max(int((table == answers).sum()) for table in _possible_tables(tuple(self.blocks)))
        return HeadFit(
            weights=dict(zip(self.blocks, weights[:-1].tolist(), strict=True)),
            bias=weights[-1].item(),
            probabilities=torch.sigmoid(x @ weights),
            right=count_right(x @ weights, answers),
            count=len(x),
            attainable=attainable,
        )

    def fallback_html(self) -> str:
        fit = self.fit()
        places = "points of a grid" if fit.attainable is None else "corners"
        most = "" if fit.attainable in (None, 4) else f" No weights on the blocks get more than {fit.attainable} right."
        answers = f" ({', '.join('yes' if yes else 'no' for yes in self.table)})" if self.target == "table" else ""
        blocks = ", ".join(map(_shown, self.blocks)) or "nothing"
        rows = [(_shown(block), signed(fit.weights[block], 1, plus=False)) for block in self.blocks]
        rows.append(("1", signed(fit.bias, 1, plus=False)))
        table = Table(("block", "weight"), rows, caption="Its weights", css_class="")
        return (
            f"<p>Target: {html.escape(_shown(self.target))}{answers}. The head gets {blocks}. The best linear head has "
            f"{fit.right:g} of {fit.count} {places} right ({100 * fit.accuracy:.0f}%; "
            f"an answer of ½ counts as half right).{most}</p>\n"
            f"{table.to_html()}"
        )


def fit_logistic(x: Tensor, answers: Tensor) -> Tensor:
    """Return the weights, ``[columns]``, of the logistic regression of ``answers`` on ``x``, by Newton's method.

    Minimises ``mean(log(1 + exp(-s * (x @ w)))) + PENALTY / 2 * w @ w`` with s = ±1, which has one optimum. A step that
    would raise the objective is halved.
    """
    y = answers.to(x.dtype)

    def objective(w: Tensor) -> Tensor:
        return F.softplus((1 - 2 * y) * (x @ w)).mean() + PENALTY / 2 * (w @ w)

    w = x.new_zeros(x.shape[1])
    for _ in range(100):
        p = torch.sigmoid(x @ w)  # [count]
        gradient = x.T @ (p - y) / len(x) + PENALTY * w  # [columns]
        if gradient.abs().max() < 1e-12:
            break
        ridge = PENALTY * torch.eye(len(w), dtype=x.dtype)
        hessian = x.T @ (x * (p * (1 - p)).unsqueeze(1)) / len(x) + ridge  # [columns, columns]
        step = torch.linalg.solve(hessian, gradient)
        now = objective(w) + 1e-15  # as much as rounding may add
        while objective(w - step) > now:
            step = step / 2
        w = w - step
    return w


@cache
def _possible_tables(blocks: tuple[str, ...]) -> list[Tensor]:
    """Return the tables of the four corners that some weights on the blocks get right."""
    x = WhichHeads(target="table", blocks=list(blocks)).design()  # [4, blocks + 1]
    tables = [torch.tensor(table) for table in product([False, True], repeat=4)]
    return [table for table in tables if count_right(x @ fit_logistic(x, table), table) == 4]


def count_right(scores: Tensor, answers: Tensor) -> float:
    """Return how many scores have the answer's sign; a score of zero counts as half."""
    ties = scores.abs() < TIE
    return float((((scores > 0) == answers) & ~ties).sum() + 0.5 * ties.sum())


def _shown(name: str) -> str:
    """Return a block's or a target's name as the page writes it."""
    name = f"({name})" if name == "u-v" else name
    return name.replace("-", "\N{MINUS SIGN}").replace("*", "\N{ASTERISK OPERATOR}").replace(">", " > ")
