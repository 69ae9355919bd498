"""Which pairs hang together by the sentences they share."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from infersent.foundation.arrays import Bools, Ints


def number_texts(first: Sequence[str], second: Sequence[str]) -> Ints:
    """Return a number for each distinct text, ``[pairs, 2]``, in the order in which they first appear."""
    numbers: dict[str, int] = {}
    flat = [numbers.setdefault(text, len(numbers)) for pair in zip(first, second, strict=True) for text in pair]
    return np.array(flat, dtype=np.int64).reshape(-1, 2)


def components(sentences: Ints, ties: Bools | None = None) -> Ints:
    """Return the connected component of each pair, ``[pairs]``, from 0.

    Parameters
    ----------
    sentences
        ``[pairs, 2]``.
    ties
        Whether each sentence ties the pairs it stands in; all do if left out.
    """
    # Imported here: no other part of a model at work needs scipy.
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    n, m = len(sentences), int(sentences.max(initial=-1)) + 1
    # Nodes are pairs and sentences: a pair is joined to those of its sentences that tie.
    pair, side = np.nonzero(np.ones_like(sentences, dtype=bool) if ties is None else ties[sentences])
    edges = coo_array((np.ones(len(pair), dtype=bool), (pair, n + sentences[pair, side])), shape=(n + m, n + m))
    labels = connected_components(edges, directed=False)[1][:n]
    return np.asarray(np.unique(labels, return_inverse=True)[1])
