"""Words and their vectors, and the ones that come with the package."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from safetensors.numpy import load_file

from infersent.foundation.arrays import Floats
from infersent.foundation.recorded import FOLDER


@dataclass(frozen=True)
class WordVectors:
    """Words and their vectors.

    Attributes
    ----------
    words
        ``n`` distinct words.
    vectors
        ``[n, dim]``, float32.
    name
        Where they come from, for records: ``"glove.6B.100d"``.
    """

    words: list[str]
    vectors: Floats
    name: str

    @property
    def dim(self) -> int:
        """How many coordinates a vector has."""
        return int(self.vectors.shape[1])


#: The names of the two files of vectors that come with the package.
VECTORS_FILE, WORDS_FILE = "glove.6B.100d.safetensors", "glove.6B.100d.txt"


def shipped_vectors() -> WordVectors:
    """Return the part of GloVe 6B (100 dimensions, public domain) that comes with the package, rounded to float16.

    It holds GloVe's 5,000 most frequent words, and every word of SNLI-122k that is in the copy it was cut from (that
    copy lacks some 150 of the original's tokens, among them ``a`` and the digits). So the book's runs need no download
    of 862 MB, and they give everybody the same numbers.
    """
    vectors = load_file(FOLDER / VECTORS_FILE)["vectors"].astype(np.float32)
    words = (FOLDER / WORDS_FILE).read_text("utf-8").split("\n")
    return WordVectors(words, vectors, "glove.6B.100d (shipped part)")
