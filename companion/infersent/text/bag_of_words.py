"""A sentence as a bag of words: the mean of its words' vectors, whatever their order."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from infersent.foundation.arrays import Floats
from infersent.text.tokenizer import split_words
from infersent.text.vectors import WordVectors


def mean_of_words(texts: Iterable[str], vectors: WordVectors) -> Floats:
    """Return the mean of each text's word vectors, ``[texts, dim]``.

    A word without a vector adds nothing; a text without any known word is zero.

    Examples
    --------
    >>> words = WordVectors(["a", "b"], np.array([[1.0, 0.0], [0.0, 1.0]]), "toy")
    >>> mean_of_words(["b a c", "c"], words)
    array([[0.5, 0.5],
           [0. , 0. ]])
    """
    row = {word: i for i, word in enumerate(vectors.words)}
    known = [[row[word] for word in split_words(text) if word in row] for text in texts]
    found = np.zeros((len(known), vectors.dim), vectors.vectors.dtype)
    for mean, rows in zip(found, known, strict=True):
        if rows:
            mean[:] = vectors.vectors[rows].mean(axis=0)
    return found
