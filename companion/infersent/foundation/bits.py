"""Yes and no for each of many pairs, as a short text: eight to a byte, in base 85."""

from __future__ import annotations

import base64

import numpy as np

from infersent.foundation.arrays import Bools


def pack_bits(values: Bools) -> str:
    """Pack ``[n]`` booleans into one bit each, as text; :func:`unpack_bits` unpacks it.

    Examples
    --------
    >>> pack_bits(np.array([True, False, True]))
    'pa'
    """
    return base64.b85encode(np.packbits(np.asarray(values, dtype=bool)).tobytes()).decode()


def unpack_bits(packed: str, count: int) -> Bools:
    """Return the ``[count]`` booleans that :func:`pack_bits` packed.

    Raises
    ------
    ValueError
        If the text holds another number of them.
    """
    octets = np.frombuffer(base64.b85decode(packed), dtype=np.uint8)
    if len(octets) != -(-count // 8):
        raise ValueError(f"The text holds {8 * len(octets)} bits, not {count} in whole bytes.")
    return np.unpackbits(octets, count=count).astype(bool)
