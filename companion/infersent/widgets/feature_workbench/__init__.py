"""The feature workbench: a formula of u and v, its surface, and what a linear head can do with it."""

from __future__ import annotations

import html
import math
from functools import cache
from pathlib import Path
from typing import Any

import torch
import traitlets
from torch import Tensor

from infersent.foundation.tables import Table, signed
from infersent.model.features import SHIPPED_FEATURES
from infersent.widgets.base import BookWidget
from infersent.widgets.feature_workbench.captions import CaptionFit, Gain, fit_captions, gain
from infersent.widgets.feature_workbench.facts import Facts, facts
from infersent.widgets.feature_workbench.formula import Formula, FormulaError, parse
from infersent.widgets.which_heads import TARGETS, WhichHeads, count_right, fit_logistic

#: The sets that a formula is compared with.
STANDARD = (("u", "v"), ("u", "v", "|u-v|"), ("u", "v", "u*v"), ("u", "v", "|u-v|", "u*v"))

_PRINTED = {"table": "both or neither", "u>v": "u > v"}


class FeatureWorkbench(BookWidget):
    """Type a formula of u and v, and see what kind of block it is and what it buys.

    Parameters
    ----------
    formula : str, optional
        Of one coordinate of u and one of v, see :func:`infersent.widgets.feature_workbench.formula.parse`.
    u, v : float, optional
        A point of the surface, each in [-1, 1].
    signed : bool, optional
        Whether the square goes from -1 to 1, or from 0 to 1.

    Raises
    ------
    traitlets.TraitError
        If the formula cannot be read, with the character, its place and a remedy, or ``u`` or ``v`` lies outside
        [-1, 1].

    Examples
    --------
    >>> workbench = FeatureWorkbench(formula="max(u, v)")
    >>> workbench.facts().swap, workbench.facts().beyond_blocks
    ('symmetric', 0.0)
    >>> workbench.hits("XOR")
    (4.0, 4)
    """

    _esm = Path(__file__).with_name("feature_workbench.mjs")

    formula = traitlets.Unicode("u*v").tag(sync=True)
    u = traitlets.Float(0.6, min=-1.0, max=1.0).tag(sync=True)
    v = traitlets.Float(0.4, min=-1.0, max=1.0).tag(sync=True)
    signed = traitlets.Bool(True).tag(sync=True)

    @traitlets.validate("formula")
    def _check_formula(self, proposal: dict[str, Any]) -> str:
        text: str = proposal["value"]
        try:
            parse(text)
        except FormulaError as error:
            raise traitlets.TraitError(f"formula={text!r} cannot be read. {error}") from error
        return text

    @property
    def parsed(self) -> Formula:
        """The formula as a function of two tensors."""
        return parse(self.formula)

    def value(self) -> tuple[float, float, float]:
        """Return the formula's value at (u, v) and its slopes in u and in v."""
        u, v = (torch.tensor([x], dtype=torch.float64, requires_grad=True) for x in (self.u, self.v))
        value = self.parsed(u, v)
        if not value.requires_grad:
            return value.item(), 0.0, 0.0
        slopes = torch.autograd.grad(value, (u, v), allow_unused=True, materialize_grads=True)
        return value.item(), slopes[0].item(), slopes[1].item()

    def facts(self) -> Facts:
        """Return what the formula is like over the square."""
        return facts(self.parsed, signed=self.signed)

    def hits(self, target: str) -> tuple[float, int]:
        """Return how many points of a target the best linear head on u, v and the formula gets right.

        The targets are those of :class:`infersent.widgets.which_heads.WhichHeads`; ``"table"`` says yes where both are
        0 or both are 1. Where the formula is not defined, the head gets 0.

        ``"table"`` says yes where both are 0 or both are 1. Where the formula is not defined, the head gets 0.

        Returns
        -------
        right, count
            A point with probability 1/2 counts as half.
        """
        points, answers = WhichHeads(target=target).sample()
        u, v = points.unbind(1)  # [count]
        block = self.parsed(u, v)
        known = block.isfinite()
        size = max(1.0, float(block[known].abs().max())) if known.any() else 1.0
        x = torch.stack([u, v, torch.where(known, block / size, 0), torch.ones_like(u)], dim=1)  # [count, 4]
        return count_right(x @ fit_logistic(x, answers), answers), len(x)

    def captions(self) -> CaptionFit:
        """Return a head on u, v and the formula, fitted and tested on the small set of captions."""
        return _captions(self.formula)

    def gains(self) -> dict[tuple[str, ...], Gain]:
        """Return by standard set how much more pairs the formula beside u and v gets right."""
        return {blocks: gain(self.captions(), standard) for blocks, standard in _standard().items()}

    def lines(self) -> str:
        """Return lines of Python that make the formula a block of the registry."""
        formula = self.parsed
        if formula.text in SHIPPED_FEATURES:
            names = ", ".join(f'"{name}"' for name in dict.fromkeys(("u", "v", formula.text)))
            return f"import infersent\ninfersent.pair_features(u, v, [{names}])  # {formula.text} is registered already"
        swap = facts(formula).swap
        declared = f', swap="{swap}"' if swap in ("symmetric", "antisymmetric") else ""
        return (
            "import infersent, torch\n"
            f'infersent.register_feature("{formula.text}", lambda u, v: {formula.code()}{declared})'
        )

    def fallback_html(self) -> str:
        found, shown = self.facts(), html.escape(self.formula)
        low = "−1" if self.signed else "0"
        marks = torch.linspace(-1 if self.signed else 0, 1, 5, dtype=torch.float64)
        surface = self.parsed(*(grid.reshape(5, 5) for grid in torch.cartesian_prod(marks, marks).unbind(1)))  # [u][v]
        rows = [(f"u = {signed(u, 2, plus=False)}", *map(_shown, row)) for u, row in zip(marks, surface, strict=True)]
        header = ("", *(f"v = {signed(v, 2, plus=False)}" for v in marks))
        heads = [(_PRINTED.get(target, target), f"{right:g} of {count}") for target, (right, count) in self._all_hits()]
        own = self.captions().accuracy
        pairs = [("u, v, yours", f"{100 * own:.1f}%", "")]
        for blocks, difference in self.gains().items():
            low_end, high_end = difference.interval
            pairs.append(
                (
                    ", ".join(map(_printed, blocks)),
                    f"{100 * _standard()[blocks].accuracy:.1f}%",
                    f"{signed(100 * difference.difference, 1)} ({signed(100 * low_end, 1)} to "
                    f"{signed(100 * high_end, 1)}): {difference.outcome}",
                )
            )
        undefined = f", and it is not defined at {100 * found.undefined:.1f}% of the points" if found.undefined else ""
        tables = [
            Table(header, rows, caption=f"Its values over the square from {low} to 1", css_class=""),
            Table(("target", "right"), heads, caption="A linear head on u, v and the formula", css_class=""),
            Table(
                ("the head gets", "right", "yours is better by, in points (95%)"),
                pairs,
                caption=f"On {len(self.captions().correct):,} pairs of captions",
                css_class="",
            ),
        ]
        return (
            f"<p>f(u, v) = {shown}. If u and v are swapped: {found.swap}. It compares "
            f"{'nothing' if found.additive else 'u with v'}; {_share(found.beyond_sentences)} of it is in no sum of "
            f"u and v, {_share(found.beyond_blocks)} in no sum of the four blocks{undefined}.</p>\n"
            + "\n".join(table.to_html() for table in tables)
            + f"\n<pre>{html.escape(self.lines(), quote=False)}</pre>"
        )

    def _all_hits(self) -> list[tuple[str, tuple[float, int]]]:
        return [(target, self.hits(target)) for target in TARGETS]


@cache
def _captions(formula: str) -> CaptionFit:
    return fit_captions([parse("u"), parse("v"), parse(formula)])


@cache
def _standard() -> dict[tuple[str, ...], CaptionFit]:
    return {blocks: fit_captions([parse(block) for block in blocks]) for blocks in STANDARD}


def _share(share: float) -> str:
    """Return a percentage of which only the whole is 100%."""
    return "over 99%" if 0.995 <= share < 1 - 1e-9 else f"{100 * share:.0f}%"


def _shown(value: Tensor) -> str:
    number = value.item()
    return signed(number, 2, plus=False) if math.isfinite(number) else "not defined"


def _printed(block: str) -> str:
    return block.replace("*", "\N{ASTERISK OPERATOR}").replace("-", "\N{MINUS SIGN}")
