"""One set of pairs cut into train, dev and test, with no sentence on two sides where that can be had."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from infersent.data.pairs import Pairs
from infersent.data.ties import components, number_texts
from infersent.foundation.arrays import Ints
from infersent.foundation.notices import notice

#: The parts that pairs are cut into.
SPLITS = ("train", "dev", "test")

# Groups of pairs that hang together by sentences are kept whole unless one holds more than this share of all pairs.
_LARGEST_GROUP = 0.2


def split_pairs(
    pairs: Pairs, shares: Sequence[float] = (0.8, 0.1, 0.1), *, seed: int = 0
) -> tuple[Pairs, Pairs, Pairs]:
    """Cut pairs into train, dev and test.

    Pairs that share a sentence go to the same part, and so do those that hang together over several such steps: a
    sentence that occurs in train and in test would make the test too easy. Where the sentences tie most pairs
    together, only those with the same premise do; and where that still ties too many, every pair goes by itself, which
    a notice says.

    Parameters
    ----------
    pairs
        All of them.
    shares
        How much of them each part gets, about: three positive numbers that add up to one.
    seed
        The cut depends on it and on the pairs alone.

    Returns
    -------
    tuple of Pairs
        Train, dev and test, each in the order of ``pairs``.

    Raises
    ------
    ValueError
        If the shares are not of this kind, or there are too few pairs to put one into each part.
    """
    if len(shares) != 3 or min(shares) <= 0 or not np.isclose(sum(shares), 1.0):
        raise ValueError(f"shares={tuple(shares)}: give three positive numbers that add up to one, as (0.8, 0.1, 0.1).")
    train, dev, test = cut_pairs(pairs, shares, SPLITS, seed=seed)
    return train, dev, test


def cut_pairs(pairs: Pairs, shares: Sequence[float], names: Sequence[str], *, seed: int = 0) -> list[Pairs]:
    """Cut pairs into any number of parts, as :func:`split_pairs` does, and name each part after its split."""
    group, tied = _groups(pairs)
    sizes = np.bincount(group)
    order = np.random.default_rng(seed).permutation(len(sizes))
    # A group goes where its middle falls when all lie side by side: train first, then dev, then test.
    middle = (np.cumsum(sizes[order]) - sizes[order] / 2) / len(pairs)
    part = np.empty(len(sizes), dtype=np.int64)
    part[order] = np.searchsorted(np.cumsum(shares)[:-1], middle, side="right")
    found = [np.flatnonzero(part[group] == i) for i in range(len(shares))]
    if min(map(len, found)) == 0:
        raise ValueError(f"{pairs.name} has too few pairs ({len(pairs):,}) to be cut into {', '.join(names)}.")
    if tied != "sentences":
        what = "premises alone are kept together" if tied == "premises" else "every pair goes by itself"
        notice(
            f"{pairs.name}: its sentences tie most pairs together, so {what}, and a sentence may occur both in "
            f"{names[0]} and in {names[-1]}.",
            stacklevel=3,
        )
    return [pairs.take(rows, f"{pairs.name} {name}") for rows, name in zip(found, names, strict=True)]


def _groups(pairs: Pairs) -> tuple[Ints, str]:
    """Return the group of each pair, ``[pairs]``, and what ties a group together."""
    sentences = number_texts(pairs.premises, pairs.hypotheses)  # [pairs, 2]
    for tied, by in (("sentences", components(sentences)), ("premises", sentences[:, 0])):
        _, group = np.unique(by, return_inverse=True)
        if len(group) and np.bincount(group).max() <= _LARGEST_GROUP * len(group):
            return group, tied
    return np.arange(len(pairs)), "nothing"
