"""What single dimensions do: how the head uses coordinate i of u and v, and what two blocks both say about it.

With the collapsed head, coordinate i enters each logit only through its four terms. On a coordinate that is either off
(near 0) or on (near its usual height) they make a function of two bits, and its interaction is what the additive part
cannot do: f(on, on) - f(on, off) - f(off, on) + f(off, off).

How much of what \\|u-v\\| and u*v add to u and v is the same information depends on the joint distribution of a
coordinate: that is its redundancy.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from infersent.foundation.arrays import Array, Floats
from infersent.foundation.choices import choose
from infersent.inside.ledger import head_weights
from infersent.model.infersent import InferSent


@dataclass(frozen=True)
class DimensionUse:
    """How a head uses each dimension for one label, relative to the mean of the three logits.

    Attributes
    ----------
    label
        The label whose logit is split.
    height
        ``[dim]``: the value that counts as on in each dimension.
    corners
        ``[dim, 2, 2]``: the part of the logit at (off, off), (off, on), (on, off), (on, on); the first index is u's.
    """

    label: str
    height: Floats
    corners: Floats

    @property
    def interaction(self) -> Floats:
        """``[dim]``: what (on, on) is worth beyond the sum of its sides."""
        c = self.corners
        interaction: Floats = c[:, 1, 1] - c[:, 1, 0] - c[:, 0, 1] + c[:, 0, 0]
        return interaction

    @property
    def kind(self) -> Array:
        """``[dim]`` of ``"and"`` (both on speaks for the label), ``"xor"`` (one alone does) and ``"additive"``.

        An interaction below a tenth of the largest difference between the corners counts as additive.
        """
        spread = np.ptp(self.corners.reshape(len(self.corners), 4), axis=1)
        weak = np.abs(self.interaction) < 0.1 * np.maximum(spread, 1e-12)
        return np.where(weak, "additive", np.where(self.interaction > 0, "and", "xor"))


def dimension_use(model: InferSent, vectors: Floats, label: str, *, quantile: float = 0.95) -> DimensionUse:
    """Return how the head uses each dimension for a label.

    Parameters
    ----------
    model
        With an affine head over InferSent's four blocks, or some of them.
    vectors
        Sentence vectors that show how large each coordinate gets, ``[sentences, dim]``.
    label
        One of the model's labels.
    quantile
        The quantile of a coordinate's values that counts as on; off is 0.

    Raises
    ------
    ValueError
        As :func:`infersent.inside.ledger.head_weights`, or if the model has blocks beside InferSent's four, or no such
        label.
    """
    weights, _ = head_weights(model)
    if strange := set(weights) - {"u", "v", "|u-v|", "u*v"}:
        raise ValueError(f"dimension_use knows u, v, |u-v| and u*v; the model has {', '.join(sorted(strange))} too.")
    # A logit has a meaning only relative to the others: subtract their mean.
    place = choose("label of the model", label, {name: i for i, name in enumerate(model.labels)})
    row = {name: w[place] - w.mean(axis=0) for name, w in weights.items()}
    height = np.quantile(vectors, quantile, axis=0).astype(float)  # [dim]
    off = np.zeros_like(height)

    def part(u: Floats, v: Floats) -> Floats:
        values = {"u": u, "v": v, "|u-v|": np.abs(u - v), "u*v": u * v}
        return sum((row[name] * values[name] for name in row), np.zeros_like(u))

    corners = [[part(u, v) for v in (off, height)] for u in (off, height)]  # 2 x 2 x [dim]
    return DimensionUse(label, height, np.moveaxis(np.array(corners), -1, 0))


def redundancy(u: Floats, v: Floats) -> Floats:
    r"""Return how much of what \|u-v\| adds to u and v is in u*v too, coordinate by coordinate.

    It is the squared correlation of the residuals of \|u-v\| and of u*v after the best linear fit by u and v. It is the
    share of either residual that the other one explains. A common shift or scale of u and v changes nothing.

    Parameters
    ----------
    u, v
        The two sides of the same pairs, ``[pairs, dim]``.

    Returns
    -------
    numpy.ndarray
        ``[dim]``, from 0 (neither tells anything about the other) to 1 (they are interchangeable); nan where one of
        them has no residual.
    """
    return np.array([_redundancy(*pair) for pair in zip(u.T.astype(float), v.T.astype(float), strict=True)])


def _redundancy(u: Floats, v: Floats) -> float:
    known = np.column_stack([np.ones_like(u), u, v])  # [pairs, 3]
    blocks = np.column_stack([np.abs(u - v), u * v])  # [pairs, 2]
    left = blocks - known @ np.linalg.lstsq(known, blocks, rcond=None)[0]
    squares = (left**2).sum(axis=0)
    if (squares <= 1e-12 * (blocks**2).sum(axis=0)).any():
        return np.nan
    return float(np.prod(left, axis=1).sum() ** 2 / squares.prod())
