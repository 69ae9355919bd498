"""Word vectors by name: the ones that come with the package, GloVe's, or none at all."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from infersent.data import fetch
from infersent.text.glove import read_glove
from infersent.text.vectors import WordVectors, shipped_vectors

#: The vectors that come with the package; every name but the next is a GloVe file such as ``glove.840B.300d``.
SHIPPED_VECTORS = "shipped"

#: No given vectors: every frequent word gets a trained one.
TRAINED_VECTORS = "trained"

_TRAINED_DIM = 100  # coordinates of a trained vector if none are given

# The archive that holds GloVe's vectors of each name.
_GLOVE_ARCHIVES = dict.fromkeys([f"glove.6B.{dim}d" for dim in (50, 100, 200, 300)], "glove.6B.zip") | {
    "glove.840B.300d": "glove.840B.300d.zip"
}


def load_vectors(name: str, keep: set[str] | None, *, progress: bool = True) -> WordVectors:
    """Return the shipped vectors, none at all, or a GloVe file's vectors of the words in ``keep``, of all if None.

    Raises
    ------
    ValueError
        If the name is not ``"shipped"``, ``"trained"`` or one of GloVe's, or the archive lacks those vectors.
    OSError
        If GloVe's archive is not on disk and cannot be downloaded.
    """
    if name == SHIPPED_VECTORS:
        return shipped_vectors()
    if name == TRAINED_VECTORS:
        return WordVectors([], np.zeros((0, _TRAINED_DIM), np.float32), TRAINED_VECTORS)
    if name not in _GLOVE_ARCHIVES:
        raise ValueError(
            f"There are no vectors {name!r}. Use 'shipped', 'trained', or GloVe's name and size, such as glove.6B.100d."
        )
    archive = fetch.fetch(_GLOVE_ARCHIVES[name], progress=progress)
    held = [Path(member).stem for member in fetch.member_sizes(archive) if member.endswith(".txt")]
    if name not in held:
        usable = " or ".join([SHIPPED_VECTORS, *held])
        official = fetch.ARCHIVES[_GLOVE_ARCHIVES[name]].url
        raise ValueError(
            f"{archive} does not hold {name}. Use --vectors {usable}, or put the official archive there: {official}"
        )
    return read_glove(archive, keep, member=f"{name}.txt", progress=progress)
