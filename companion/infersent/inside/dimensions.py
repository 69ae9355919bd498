"""What single dimensions do: how the head uses coordinate i of u and v, and which coordinates tell a phenomenon.

With the collapsed head, coordinate i enters each logit through its four terms alone. On a coordinate that is either off
(near 0) or on (near its usual height) they make a function of two bits, and its interaction is what the additive part
cannot do: f(on, on) - f(on, off) - f(off, on) + f(off, off).

How much of \\|u-v\\| and u*v is one and the same news beside u and v is a matter of a coordinate's joint distribution:
its redundancy.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from infersent.data.pairs import LABELS
from infersent.inside.ledger import head_weights
from infersent.model.infersent import InferSent


@dataclass(frozen=True)
class DimensionUse:
    """How a head uses every dimension for one label, relative to the mean of the three logits.

    Attributes
    ----------
    label
        Whose logit.
    height
        ``[dim]``: the value that counts as on.
    corners
        ``[dim, 2, 2]``: the part of the logit at (off, off), (off, on), (on, off), (on, on); the first index is u's.
    """

    label: str
    height: np.ndarray
    corners: np.ndarray

    @property
    def interaction(self) -> np.ndarray:
        """``[dim]``: what (on, on) is worth beyond the sum of its sides."""
        c = self.corners
        return c[:, 1, 1] - c[:, 1, 0] - c[:, 0, 1] + c[:, 0, 0]

    @property
    def kind(self) -> np.ndarray:
        """``[dim]`` of ``"and"`` (both on speaks for the label), ``"xor"`` (one alone does) and ``"additive"``.

        Additive is an interaction below a tenth of the largest difference between the corners.
        """
        spread = np.ptp(self.corners.reshape(len(self.corners), 4), axis=1)
        weak = np.abs(self.interaction) < 0.1 * np.maximum(spread, 1e-12)
        return np.where(weak, "additive", np.where(self.interaction > 0, "and", "xor"))


def dimension_use(model: InferSent, vectors: np.ndarray, label: str, *, quantile: float = 0.95) -> DimensionUse:
    """Return how the head uses every dimension for a label.

    Parameters
    ----------
    model
        With an affine head over InferSent's four blocks, or some of them.
    vectors
        Sentence vectors that show how high each coordinate goes, ``[sentences, dim]``.
    label
        One of ``LABELS``.
    quantile
        Of a coordinate's values, the one that counts as on; off is 0.

    Raises
    ------
    ValueError
        As :func:`infersent.inside.ledger.head_weights`, or if the model has blocks beside InferSent's four.
    """
    weights, _ = head_weights(model)
    if strange := set(weights) - {"u", "v", "|u-v|", "u*v"}:
        raise ValueError(f"dimension_use knows u, v, |u-v| and u*v; the model has {', '.join(sorted(strange))} too.")
    # A logit means something against the others only: take their mean away.
    row = {name: w[LABELS.index(label)] - w.mean(axis=0) for name, w in weights.items()}
    height = np.quantile(vectors, quantile, axis=0).astype(float)  # [dim]
    off = np.zeros_like(height)

    def part(u: np.ndarray, v: np.ndarray) -> np.ndarray:
        values = {"u": u, "v": v, "|u-v|": np.abs(u - v), "u*v": u * v}
        return sum((row[name] * values[name] for name in row), np.zeros_like(u))

    corners = [[part(u, v) for v in (off, height)] for u in (off, height)]  # 2 x 2 x [dim]
    return DimensionUse(label, height, np.moveaxis(np.array(corners), -1, 0))


def most_telling(values: np.ndarray, chosen: np.ndarray, *, count: int = 10) -> tuple[np.ndarray, np.ndarray]:
    """Return the dimensions whose values differ most between some pairs and the rest, and by how much.

    Parameters
    ----------
    values
        One number a pair and dimension, ``[pairs, dim]``, such as the terms of a logit.
    chosen
        ``[pairs]`` booleans: the pairs of a phenomenon.
    count
        How many dimensions.

    Returns
    -------
    tuple
        Dimensions ``[count]``, strongest first, and their differences of means in pooled standard deviations (Cohen's
        d).

    Raises
    ------
    ValueError
        If there are not two pairs at least on each side.
    """
    inside, outside = values[chosen], values[~chosen]
    if min(len(inside), len(outside)) < 2:
        raise ValueError(f"There are {len(inside)} pairs of the phenomenon and {len(outside)} others: two are needed.")
    squares = sum((len(side) - 1) * side.var(axis=0, ddof=1) for side in (inside, outside))  # [dim]
    spread = np.sqrt(np.maximum(squares / (len(values) - 2), 1e-24))
    size = (inside.mean(axis=0) - outside.mean(axis=0)) / spread
    order = np.argsort(-np.abs(size), kind="stable")[:count]
    return order, size[order]


def redundancy(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    r"""Return how much of the news in \|u-v\| is in u*v too, coordinate by coordinate.

    It is the squared correlation of what the best linear function of u and v leaves of \|u-v\| and of u*v. As a share
    of what is left, either block explains as much of the other. A common shift or scale of u and v changes nothing.

    Parameters
    ----------
    u, v
        The two sides of the same pairs, ``[pairs, dim]``.

    Returns
    -------
    numpy.ndarray
        ``[dim]``, from 0 (each tells what the other does not) to 1 (they are interchangeable); nan where one of them
        has nothing left.
    """
    return np.array([_redundancy(*pair) for pair in zip(u.T.astype(float), v.T.astype(float), strict=True)])


def _redundancy(u: np.ndarray, v: np.ndarray) -> float:
    known = np.column_stack([np.ones_like(u), u, v])  # [pairs, 3]
    blocks = np.column_stack([np.abs(u - v), u * v])  # [pairs, 2]
    left = blocks - known @ np.linalg.lstsq(known, blocks, rcond=None)[0]
    squares = (left**2).sum(axis=0)
    if (squares <= 1e-12 * (blocks**2).sum(axis=0)).any():
        return np.nan
    return float(np.prod(left, axis=1).sum() ** 2 / squares.prod())
