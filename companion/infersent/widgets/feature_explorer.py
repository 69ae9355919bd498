"""The feature explorer: one coordinate of two sentence vectors, and what each pair feature makes of it."""

from __future__ import annotations

from pathlib import Path

import torch
import traitlets

from infersent.features import BLOCKS, pair_features
from infersent.widgets.base import BookWidget


class FeatureExplorer(BookWidget):
    """Two numbers to move, four features that answer.

    Parameters
    ----------
    u, v : float, optional
        One coordinate of the premise's and of the hypothesis's vector, each in [-1, 1]. In a notebook with a kernel,
        both follow the reader's hand.

    Raises
    ------
    traitlets.TraitError
        If ``u`` or ``v`` lies outside [-1, 1].

    Examples
    --------
    >>> explorer = FeatureExplorer(u=0.9, v=0.9)
    >>> explorer
    FeatureExplorer(u=0.9, v=0.9)
    """

    _esm = Path(__file__).with_suffix(".mjs")

    u = traitlets.Float(0.9, min=-1.0, max=1.0).tag(sync=True)
    v = traitlets.Float(0.6, min=-1.0, max=1.0).tag(sync=True)

    def features(self) -> dict[str, float]:
        """Return the four features of this point, by block name."""
        u, v = (torch.tensor([[value]], dtype=torch.float64) for value in (self.u, self.v))
        return dict(zip(BLOCKS, pair_features(u, v)[0].tolist(), strict=True))

    def fallback_html(self) -> str:
        names = {"u*v": "u∗v", "|u-v|": "|u−v|"}
        rows = "\n".join(
            f'<tr><th scope="row">{names.get(block, block)}</th><td>{_signed(value)}</td></tr>'
            for block, value in self.features().items()
        )
        return (
            "<table>\n<caption>The four features of one coordinate</caption>\n"
            f'<thead><tr><th scope="col">feature</th><th scope="col">value</th></tr></thead>\n'
            f"<tbody>\n{rows}\n</tbody>\n</table>"
        )


def _signed(value: float) -> str:
    """Return ``value`` to two digits with a true minus sign; a value that rounds to zero has no sign."""
    return f"{round(value, 2) + 0.0:.2f}".replace("-", "\N{MINUS SIGN}")
