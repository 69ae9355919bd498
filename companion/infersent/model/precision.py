"""Sentence vectors in fewer bits, each from its own numbers alone."""

from __future__ import annotations

import numpy as np

from infersent.foundation.arrays import Array, Floats
from infersent.foundation.caller import option
from infersent.foundation.choices import choose

#: What a number of a vector becomes, by the names that sentence-transformers gives to it.
PRECISIONS = {
    "float32": "the model's own number",
    "int8": "a whole number from -127 to 127: 127 times the number, rounded",
    "binary": "one bit, whether the number is positive; eight of them as a number from -128 to 127",
    "ubinary": "one bit, whether the number is positive; eight of them as a number from 0 to 255",
}


def check_precision(precision: str, *, bounded: bool = True, normalized: bool = False) -> None:
    """Refuse a precision that there is not, or that does not go with these vectors.

    Parameters
    ----------
    precision
        A key of :data:`PRECISIONS`.
    bounded
        Whether every number of a vector lies between -1 and 1.
    normalized
        Whether vectors are scaled to length 1.

    Raises
    ------
    ValueError
        If the precision is unknown, or it is int8 and the numbers have no bound or are all small.
    """
    remedy = "" if precision != "uint8" else "Use int8: the same steps, and zero stays zero."
    choose("precision", precision, PRECISIONS, remedy=remedy)
    if precision == "int8" and not bounded:
        raise ValueError(
            f"{option('precision', 'int8')} takes numbers between -1 and 1, but this encoder's have no bound."
        )
    if precision == "int8" and normalized:
        raise ValueError(
            f"{option('precision', 'int8')} has too few steps for vectors of length 1, whose numbers are all small. "
            "Do not normalize them: the cosine does not depend on the length."
        )


def in_precision(vectors: Floats, precision: str) -> Array:
    """Return ``vectors [n, dim]`` in one of :data:`PRECISIONS`.

    A vector's result depends on nothing but the vector: the steps of int8 are the same for every call, and not taken
    from the range of the vectors at hand.

    Returns
    -------
    numpy.ndarray
        ``[n, dim]``; ``[n, ceil(dim / 8)]`` for the two binary ones, whose last bits are 0 where 8 does not divide
        ``dim``.

    Examples
    --------
    >>> vectors = np.array([[0.5, -1.0, 0.0, 0.25, 0.1, -0.1, 0.2, 0.3]])
    >>> in_precision(vectors, "int8").tolist()
    [[64, -127, 0, 32, 13, -13, 25, 38]]
    >>> in_precision(vectors, "ubinary").tolist(), in_precision(vectors, "binary").tolist()
    ([[155]], [[27]])
    """
    check_precision(precision)
    if precision == "int8":
        steps: Array = np.rint(np.float32(127) * vectors).astype(np.int8)
        return steps
    if precision in ("binary", "ubinary"):
        bits = np.packbits(vectors > 0, axis=-1)
        return bits if precision == "ubinary" else (bits.astype(np.int16) - 128).astype(np.int8)
    return vectors
