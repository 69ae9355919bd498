"""Each pair's part in a rank correlation: what a bootstrap over pairs needs, as a short text."""

from __future__ import annotations

import string

import numpy as np
from scipy.stats import rankdata

from infersent.choose.task import correlation
from infersent.foundation.arrays import Array, Floats

# One character for each level, none of which JSON or a shell would escape.
_LEVELS = string.ascii_letters + string.digits + "!#$%&()*+-;<=>?@^_`{|}~"


def spearman_parts(x: Floats, y: Floats) -> Floats:
    """Return for each pair its part in Spearman's correlation, ``[pairs]``: their mean is the correlation.

    The part is the correlation plus the pair's influence on it: how fast the correlation changes as the pair gets more
    weight, at the sample's own distribution. The standard error of a mean of these parts is that of the correlation up
    to terms that vanish with the number of pairs (the infinitesimal jackknife, Efron 1982). Ties get their middle rank.

    Parameters
    ----------
    x, y
        ``[pairs]`` each.

    Examples
    --------
    >>> x, y = np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.0, 3.0, 2.0, 4.0])
    >>> round(float(spearman_parts(x, y).mean()), 6)
    0.8
    """
    f, g = (_middle_ranks(side) for side in (x, y))
    spread = np.sqrt(f.var() * g.var())
    if spread == 0:
        return np.zeros(len(f))
    rho = correlation(f, g)
    # The influence on E[F(X) G(Y)] is a pair's own product, and what it does to the ranks of all others.
    together = f * g + _above(x, g) + _above(y, f) - 3 * (f * g).mean()
    own = [(rank**2 + 2 * _above(side, rank) - 3 * (rank**2).mean()) / rank.var() for side, rank in ((x, f), (y, g))]
    return np.asarray(rho + together / spread - rho / 2 * (own[0] + own[1]))


def _middle_ranks(values: Floats) -> Floats:
    """Return the share of values below each, plus half of those that are equal to it."""
    return np.asarray((rankdata(values) - 0.5) / len(values))


def _above(values: Floats, weights: Floats) -> Floats:
    """Return for each value the mean weight of what is above it, with half of what is equal to it."""
    places = np.unique(values, return_inverse=True)[1]
    sums = np.bincount(places, weights=weights)
    above = sums[::-1].cumsum()[::-1] - sums / 2
    return np.asarray(above[places] / len(values))


def pack_parts(parts: Floats) -> str:
    """Write numbers with a character each, rounded to one of 85 even steps from the least to the largest.

    What the steps mean stands first: the least number and the step, between blanks. :func:`unpack_parts` reads it.
    """
    low, high = float(parts.min()), float(parts.max())
    step = (high - low) / (len(_LEVELS) - 1)
    places = np.zeros(len(parts), dtype=int) if step == 0 else np.rint((parts - low) / step).astype(int)
    return f"{low:.5g} {step:.5g} " + "".join(_LEVELS[place] for place in places)


def unpack_parts(packed: str, mean: float) -> Array:
    """Return what :func:`pack_parts` wrote, moved to the mean that is known exactly.

    Raises
    ------
    ValueError
        If the text is something else.

    Examples
    --------
    >>> [round(float(part), 3) for part in unpack_parts(pack_parts(np.array([1.0, 2.0, 1.5])), 1.5)]
    [1.0, 2.0, 1.5]
    """
    try:
        low, step, letters = packed.split(" ")
        places = np.array([_PLACES[letter] for letter in letters], dtype=float)
        parts = float(low) + float(step) * places
    except (KeyError, ValueError):
        raise ValueError(f"These are no packed parts: {packed[:40]!r}.") from None
    return np.asarray(parts - parts.mean() + mean)


_PLACES = {letter: place for place, letter in enumerate(_LEVELS)}
