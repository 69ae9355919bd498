"""The feature explorer: one coordinate of two sentence vectors, and what each pair feature makes of it."""

from __future__ import annotations

from pathlib import Path

import torch
import traitlets

from infersent.foundation.tables import Table, signed
from infersent.model.features import BLOCKS, pair_features
from infersent.widgets.base import BookWidget


class FeatureExplorer(BookWidget):
    """Two numbers to move, four features that answer, with their slopes.

    Parameters
    ----------
    u, v : float, optional
        One coordinate of the premise's and of the hypothesis's vector, each in [-1, 1]. In a notebook with a kernel,
        both follow the reader's input.

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

    _esm = Path(__file__).with_name("feature_explorer.mjs")

    u = traitlets.Float(0.9, min=-1.0, max=1.0).tag(sync=True)
    v = traitlets.Float(0.6, min=-1.0, max=1.0).tag(sync=True)

    def features(self) -> dict[str, float]:
        """Return the four features of this point, by block name."""
        u, v = (torch.tensor([[value]], dtype=torch.float64) for value in (self.u, self.v))
        return dict(zip(BLOCKS, pair_features(u, v)[0].tolist(), strict=True))

    def gradients(self) -> dict[str, tuple[float, float]]:
        """Return how fast each feature grows with u and with v, by block name.

        On the kink of \\|u-v\\|, where u = v, both are 0, as PyTorch has it.
        """
        u, v = (torch.tensor([[value]], dtype=torch.float64, requires_grad=True) for value in (self.u, self.v))
        values = pair_features(u, v)[0]  # [4]
        slopes = [torch.autograd.grad(value, (u, v), retain_graph=True, materialize_grads=True) for value in values]
        return {block: (du.item(), dv.item()) for block, (du, dv) in zip(BLOCKS, slopes, strict=True)}

    def fallback_html(self) -> str:
        names = {"u*v": "u∗v", "|u-v|": "|u−v|"}
        gradients = self.gradients()
        rows = [
            (names.get(block, block), *(signed(number, plus=False) for number in (value, *gradients[block])))
            for block, value in self.features().items()
        ]
        header = ("feature", "value", "slope in u", "slope in v")
        return Table(header, rows, caption="The four features of one coordinate", css_class="").to_html()
