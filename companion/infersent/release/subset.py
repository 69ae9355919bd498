"""Writing the list of digests that defines a subset of SNLI."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from infersent.data.pairs import Pairs
from infersent.data.snli import DELTA_BYTES, Subset, pair_digests, select_subset


def write_subset(pairs: Pairs, path: str | Path) -> Subset:
    """Write the list of digests by which ``pairs`` are found in SNLI.

    Parameters
    ----------
    pairs
        The subset, in any order.
    path
        The file to write; it takes five bytes for each pair.

    Returns
    -------
    Subset
        The entry for :data:`infersent.data.snli.SUBSETS`.

    Raises
    ------
    ValueError
        If two neighbouring digests lie too far apart for five bytes, as they do in a small subset.

    Examples
    --------
    The list of SNLI-122k was made from an archive that has just these training pairs:

    >>> write_subset(read_archive("snli_1.0.part.zip", "train"), "snli_122k.bin")  # doctest: +SKIP
    """
    digests = np.sort(pair_digests(pairs))
    deltas = np.diff(digests, prepend=np.uint64(0))
    if len(deltas) and int(deltas.max()) >= 1 << 8 * DELTA_BYTES:
        raise ValueError(f"A distance of {deltas.max()} between two digests does not fit into {DELTA_BYTES} bytes.")
    octets = deltas.astype("<u8").view(np.uint8).reshape(-1, 8)
    Path(path).write_bytes(octets[:, :DELTA_BYTES].tobytes())
    return Subset(len(pairs), select_subset(pairs, digests, "subset").digest(), Path(path))
