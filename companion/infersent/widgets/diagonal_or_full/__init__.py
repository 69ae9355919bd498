"""Diagonal or full: how much of a bilinear form the product of two sentence vectors can hold, basis by basis."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import torch
import traitlets
from torch import Tensor

from infersent.foundation.tables import signed
from infersent.widgets.base import BookWidget

#: An entry of W is at most this large.
LARGEST = 9.0

#: Parts of W smaller than this share of it count as absent.
ABSENT = 1e-12


class DiagonalOrFull(BookWidget):
    """A bilinear form ``u @ W @ v``, a basis to turn, and the share of W that lies on the diagonal there.

    A head on ``u*v`` computes ``u @ diag(w) @ v``: it has a diagonal in the place of W. The encoder may turn its basis,
    so that the head meets the form's matrix in another basis.

    Parameters
    ----------
    matrix : list of two lists of two floats, optional
        W, row by row, each entry in [-9, 9].
    encoders : int, optional
        1: the same encoder makes both vectors, and turns both by ``angle``. 2: u and v have an encoder each.
    angle : float, optional
        How far u's axes are turned, in degrees, from 0 to 90; with one encoder, v's axes too.
    angle_v : float, optional
        With two encoders: how far v's axes are turned, in degrees, from 0 to 180.

    Raises
    ------
    traitlets.TraitError
        If the matrix is not two by two, an entry or an angle is out of its range, or there are neither 1 nor 2
        encoders.

    Notes
    -----
    Quarter turns only swap axes and flip signs, so these ranges cover every basis that makes a difference. Write W as
    ``[[m + p, q + r], [q - r, m - p]]``. Turning both axes by the same angle leaves m and r alone and turns (p, q) by
    twice the angle. The diagonal is m and p: so the antisymmetric part, r, never reaches it.

    Examples
    --------
    >>> widget = DiagonalOrFull(matrix=[[2, 2], [2, -1]])
    >>> round(widget.share(), 3), round(widget.best_share(), 3)
    (0.385, 1.0)
    >>> DiagonalOrFull(matrix=[[0, 1], [-1, 0]]).best_share()
    0.0
    """

    _esm = Path(__file__).with_name("diagonal_or_full.mjs")

    matrix = traitlets.List(
        traitlets.List(traitlets.Float(min=-LARGEST, max=LARGEST), minlen=2, maxlen=2),
        default_value=[[2.0, 2.0], [2.0, -1.0]],
        minlen=2,
        maxlen=2,
    ).tag(sync=True)
    encoders = traitlets.Int(1).tag(sync=True)
    angle = traitlets.Float(0.0, min=0.0, max=90.0).tag(sync=True)
    angle_v = traitlets.Float(0.0, min=0.0, max=180.0).tag(sync=True)

    @traitlets.validate("encoders")
    def _check_encoders(self, proposal: dict[str, Any]) -> int:
        encoders: int = proposal["value"]
        if encoders not in (1, 2):
            raise traitlets.TraitError(f"encoders={encoders!r} is neither 1 nor 2.")
        return encoders

    @traitlets.validate("matrix")
    def _check_matrix(self, proposal: dict[str, Any]) -> list[list[float]]:
        matrix: list[list[float]] = proposal["value"]
        for x in (x for row in matrix for x in row):
            if not math.isfinite(x):
                raise traitlets.TraitError(f"matrix has the entry {x}; each must be a number in [-9, 9].")
        return matrix

    @traitlets.validate("angle", "angle_v")
    def _check_angle(self, proposal: dict[str, Any]) -> float:
        angle: float = proposal["value"]
        if math.isnan(angle):  # which no comparison with a limit finds
            raise traitlets.TraitError(f"{proposal['trait'].name}=nan is not a number of degrees.")
        return angle

    def rotated(self) -> Tensor:
        """Return W in the turned bases, ``[2, 2]``: ``rotation(a).T @ W @ rotation(b)``."""
        w = torch.tensor(self.matrix, dtype=torch.float64)
        angle_v = self.angle if self.encoders == 1 else self.angle_v
        return rotation(self.angle).T @ w @ rotation(angle_v)

    def share(self) -> float:
        """Return the diagonal's share of the sum of the squared entries, in the turned bases; of a zero W, all."""
        w = self.rotated()
        total = w.square().sum().item()
        return w.diagonal().square().sum().item() / total if total > 0 else 1.0

    def best_angle(self) -> tuple[float, float]:
        """Return the angles of u's and of v's axes, in degrees, at which the diagonal holds most.

        With one encoder, both are the same. If all angles are equally good, 0 is returned.
        """
        m, p, q, r = parts(self.matrix)
        scale = ABSENT * (m * m + p * p + q * q + r * r)
        psi = math.degrees(math.atan2(q, p)) if p * p + q * q > scale else 0.0
        phi = math.degrees(math.atan2(r, m)) if self.encoders == 2 and m * m + r * r > scale else 0.0
        a, b = round((psi - phi) / 2, 6), round((psi + phi) / 2, 6)  # what rounding errors leave of 0° must not be 90°
        quarters = 90 * math.floor(a / 90)  # taken off both, they swap the axes and change no square
        return a - quarters, (b - quarters) % 180

    def best_share(self) -> float:
        """Return the share that the diagonal holds at the best angles."""
        m, p, q, r = parts(self.matrix)
        total = m * m + p * p + q * q + r * r
        return 1 - r * r / total if self.encoders == 1 and total > 0 else 1.0

    def fallback_html(self) -> str:
        turned = f"{_number(self.angle, 1)}°"
        a, b = self.best_angle()
        best = f"{_number(a, 1)}°"
        if self.encoders == 2:
            turned = f"u's axes at {turned}, v's at {_number(self.angle_v, 1)}°"
            best = f"{best} and {_number(b, 1)}°"
        rows = "\n".join(
            f"<tr>{''.join(f'<td>{_number(x)}</td>' for x in [*given, *now])}</tr>"
            for given, now in zip(self.matrix, self.rotated().tolist(), strict=True)
        )
        return (
            "<table>\n<caption>The matrix of a bilinear form, as given and in the turned basis</caption>\n"
            f'<thead><tr><th scope="col" colspan="2">W</th><th scope="col" colspan="2">W, {turned}</th></tr></thead>\n'
            f"<tbody>\n{rows}\n</tbody>\n</table>\n"
            f"<p>The diagonal holds {_number(100 * self.share(), 0)}% of the second. At the best "
            f"angle{'s' if self.encoders == 2 else ''}, {best}, it holds {_number(100 * self.best_share(), 0)}%.</p>"
        )


def rotation(degrees: float) -> Tensor:
    """Return the matrix, ``[2, 2]``, whose columns are the axes turned by this many degrees."""
    angle = math.radians(degrees)
    return torch.tensor([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]], dtype=torch.float64)


def parts(matrix: list[list[float]]) -> tuple[float, float, float, float]:
    """Return m, p, q and r of ``[[m + p, q + r], [q - r, m - p]]``: a dot product, two symmetric parts, the swap."""
    (a, b), (c, d) = matrix
    return (a + d) / 2, (a - d) / 2, (b + c) / 2, (b - c) / 2


def _number(value: float, digits: int = 2) -> str:
    """Return ``value`` to this many digits with a true minus sign; a value that rounds to zero has no sign."""
    return signed(round(value, 9), digits, plus=False)  # first without what machines disagree on, so that ties agree
