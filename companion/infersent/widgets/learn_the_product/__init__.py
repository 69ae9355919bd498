"""Learn the product: recorded networks that had to find the dot product, beside one that was given u∗v."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import traitlets

from infersent.foundation.tables import Table
from infersent.study.dot_product.learner import Result
from infersent.study.dot_product.learning_curves import curves
from infersent.study.dot_product.runs import results
from infersent.study.dot_product.task import NOISE
from infersent.widgets.base import BookWidget

#: The learners that the widget shows: what each is given, and how many hidden layers it has.
_NETWORK, _GIVEN = (("u", "v"), 2), (("u*v",), 0)


class LearnTheProduct(BookWidget):
    """Choose a dimension, a width and a number of pairs, and see how much of the dot product a network has found.

    The numbers are those of the package's record, see :mod:`infersent.study.dot_product`; nothing is trained in the
    page.

    Parameters
    ----------
    dim : int, optional
        Length of each of the two vectors; one that the record has.
    width : int, optional
        Hidden units of each of the network's two layers, as a multiple of ``2 * dim``.
    samples : int, optional
        Training pairs.

    Raises
    ------
    traitlets.TraitError
        If the record has no such network; the message says what it has.

    Examples
    --------
    >>> LearnTheProduct(dim=16, width=2, samples=4096).dim
    16
    """

    _esm = Path(__file__).with_name("learn_the_product.mjs")

    dim = traitlets.Int(16).tag(sync=True)
    width = traitlets.Int(4).tag(sync=True)
    samples = traitlets.Int(16384).tag(sync=True)
    #: A dictionary for each point of a curve: ``dim``, ``width`` (0: given u∗v), ``samples``, ``parameters``, and the
    #: share of the dot product's variance that is explained, ``mean`` with its 95% interval ``low`` to ``high`` over
    #: the seeds.
    curves = traitlets.List(traitlets.Dict()).tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        if "curves" not in traits:
            traits["curves"] = points(results())
        super().__init__(**traits)

    @traitlets.validate("dim", "width", "samples")
    def _is_recorded(self, proposal: dict[str, Any]) -> int:
        name: str = proposal["trait"].name
        value: int = proposal["value"]
        known = sorted({point[name] for point in self.curves if point["width"]})
        if value not in known:
            raise traitlets.TraitError(f"The record has no network with {name}={value}; it has {name}={known}.")
        return value

    def point(self, width: int) -> dict[str, Any]:
        """Return the recorded point of this dimension and number of pairs; width 0 is the head that is given u∗v."""
        wanted = (self.dim, width, self.samples)
        return next(p for p in self.curves if (p["dim"], p["width"], p["samples"]) == wanted)

    def fallback_html(self) -> str:
        network = f"a network on (u, v), 2 layers of {self.width * 2 * self.dim} units"
        points = {network: self.point(self.width), "a linear head on u∗v": self.point(0)}
        return Table(
            ("learner", "parameters", "explained"),
            [(name, f"{point['parameters']:,}", f"{100 * point['mean']:.1f}%") for name, point in points.items()],
            caption=f"{self.samples:,} pairs of vectors of {self.dim} numbers",
            css_class="",
        ).to_html()


def points(recorded: list[Result]) -> list[dict[str, Any]]:
    """Return the points, with noise, of the networks on (u, v) with two layers and of the head on u∗v.

    They hold only what makes complete sliders: the dimensions with several widths, and of their widths and numbers of
    pairs those that all of these dimensions have.
    """
    shown = {
        (curve.dim, curve.width): curve
        for curve in curves(recorded, "explained")
        if (curve.blocks, curve.depth) in (_NETWORK, _GIVEN) and curve.noise == NOISE
    }
    widths_of = {dim: {w for d, w in shown if d == dim} for dim, _ in shown}
    dims = {dim for dim, known in widths_of.items() if 0 in known and len(known) > 2}
    widths = set.intersection(*(widths_of[dim] for dim in dims))
    samples = set.intersection(*({point.samples for point in shown[place].points} for place in product(dims, widths)))
    return [
        {"dim": dim, "width": width, "samples": point.samples, "parameters": shown[dim, width].parameters}
        | {"mean": round(point.mean, 4), "low": round(point.low, 4), "high": round(point.high, 4)}
        for dim, width in product(sorted(dims), sorted(widths))
        for point in shown[dim, width].points
        if point.samples in samples
    ]
