"""Folds that share no sentence: what one fold is tested on, no sentence of it was trained on.

A sentence that stands in a training pair and in a test pair leaks: a model can remember it. So pairs with a sentence in
common go to one fold, and so do those tied by a chain of them: the folds are dealt from the connected components of the
graph whose nodes are the sentences and whose edges are the pairs.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np

from infersent.data.ties import components
from infersent.foundation.arrays import Array, Bools, Ints
from infersent.foundation.wording import counted

#: The largest share of a fold's training pairs that may be left out of it so that it shares no sentence with its test.
MOST_LEFT_OUT = 0.25

#: A component above this share of a fold is dealt by itself, to the emptiest fold.
_LARGE = 0.05


@dataclass(frozen=True)
class Grouping:
    """Which pairs must stay together, and how that was found.

    Attributes
    ----------
    groups
        ``[pairs]``, from 0: pairs with the same number go to the same fold.
    sentences
        ``[pairs, 2]``: the number of each pair's two sentences.
    apart
        Whether training pairs that share a sentence with the test pairs are left out of a fold's training, see
        :func:`training_rows`.
    words
        What was done, and what leak is left, in a sentence or two.
    leaks
        Whether a leak is left.
    """

    groups: Ints
    sentences: Ints
    apart: bool
    words: str
    leaks: bool = False


def number_vectors(u: Any, v: Any, known: dict[bytes, int] | None = None) -> Ints:
    """Return a number for each distinct row of two arrays, ``[pairs, 2]``: equal vectors are taken for one sentence.

    Parameters
    ----------
    u, v
        ``[pairs, dim]`` each.
    known
        The numbers of other pairs' rows, by their digests, with which to go on; what is new is added.
    """
    numbers = {} if known is None else known
    rows = np.empty((len(u), 2), dtype=np.int64)
    for start in range(0, len(u), 8192):
        for side, vectors in enumerate((u, v)):
            # Adding zero makes -0.0 and 0.0, which are equal, the same bytes.
            some = np.ascontiguousarray(vectors[start : start + 8192], dtype=np.float32) + np.float32(0)
            for i, row in enumerate(some):
                digest = blake2b(row.tobytes(), digest_size=12).digest()
                rows[start + i, side] = numbers.setdefault(digest, len(numbers))
    return rows


def group_pairs(sentences: Ints, folds: int) -> Grouping:
    """Find which pairs must stay together for folds that share no sentence.

    Where one component is larger than a fold, nothing could be dealt from it. Then sentences in very many pairs are not
    taken as ties: the fewest for which every component fits a fold. What would leak by them is left out of training,
    see :func:`training_rows`. Where that would cost more than :data:`MOST_LEFT_OUT` of the training pairs, the folds
    keep one side's sentences together, that side which leaves less of a leak, and the words say how much.

    Parameters
    ----------
    sentences
        ``[pairs, 2]``, from :func:`infersent.data.ties.number_texts` or :func:`number_vectors`.
    folds
        How many folds will be dealt.
    """
    n, limit = len(sentences), len(sentences) / folds
    every = components(sentences)
    if _largest(every) <= limit:
        shared = len(np.unique(every)) < n
        words = f"No sentence occurs in two of the {n:,} pairs"
        if shared:
            distinct, groups = len(np.unique(sentences)), counted(len(np.unique(every)), "group")
            words = (
                f"{counted(distinct, 'distinct sentence')} {'ties' if distinct == 1 else 'tie'} the {n:,} pairs into "
            )
            words += f"{groups}, none of which is split"
        return Grouping(every, sentences, False, f"{words}: no fold is tested on a sentence it was trained on.")
    giant = f"Shared sentences tie {_largest(every) / n:.0%} of the pairs into one group, which no fold can hold."
    pairs_of = _pairs_of_each(sentences)
    most, cut = _without_frequent(sentences, pairs_of, limit)
    found = Grouping(cut, sentences, True, "")
    parts = deal(cut, np.zeros(n, dtype=np.int64), folds, seed=0)
    kept = [(training_rows(found, parts, fold).sum(), (parts != fold).sum()) for fold in range(folds)]
    lost = 1 - sum(some for some, _ in kept) / sum(some for _, some in kept)
    if lost <= MOST_LEFT_OUT and min(some for some, _ in kept) > 0:
        frequent, often = int((pairs_of > most).sum()), counted(most, "pair")
        ties = f"{frequent:,} sentences that stand in more than {often} do not count as ties"
        if frequent == 1:
            ties = f"one sentence that stands in more than {often} does not count as a tie"
        words = (
            f"{giant} So the {ties}. Training pairs that share a sentence with a fold's test pairs are left out of "
            f"that fold's training ({lost:.1%} of them), so that still no fold is tested on a sentence it was trained "
            "on."
        )
        return Grouping(cut, sentences, True, words)
    return _by_one_side(sentences, folds, giant)


def _by_one_side(sentences: Ints, folds: int, giant: str) -> Grouping:
    """Keep the sentences of one side together, and say what leaks by the other; pairs alone where neither can be."""
    n = len(sentences)
    options = []
    for side, name in enumerate(("first", "second")):
        groups = np.unique(sentences[:, side], return_inverse=True)[1]
        if _largest(groups) <= n / folds:
            parts = deal(groups, np.zeros(n, dtype=np.int64), folds, seed=0)
            options.append((_leak(sentences, parts, folds), side, name, groups))
    if not options:
        words = (
            f"{giant} Nor does either side alone have sentences enough to be kept apart, so the folds are dealt pair "
            "by pair: every score may be too high, for the models have seen the test sentences in training."
        )
        return Grouping(np.arange(n), sentences, False, words, leaks=True)
    leak, side, name, groups = min(options, key=lambda option: option[:2])
    other = ("second", "first")[side]
    words = (
        f"{giant} The folds keep apart the {name} sentences only. A leak is left: {leak:.0%} of the test pairs have a "
        f"sentence, mostly the {other}, that the fold was trained on too, so that every score may be somewhat high."
    )
    return Grouping(groups, sentences, False, words, leaks=True)


def _pairs_of_each(sentences: Ints) -> Ints:
    """Return in how many pairs each sentence stands."""
    twice = sentences[:, 0] == sentences[:, 1]  # a pair of a sentence with itself is one pair
    flat = np.concatenate([sentences[:, 0], sentences[~twice, 1]])
    return np.bincount(flat, minlength=int(sentences.max()) + 1)


def _without_frequent(sentences: Ints, pairs_of: Ints, limit: float) -> tuple[int, Ints]:
    """Return the largest number of pairs in which a tie may stand so that every component fits, and the components."""
    steps = np.unique(pairs_of)
    low, high = 0, len(steps) - 1  # with ties of at most 1 pair each pair is a component: that always fits
    best: tuple[int, Ints] = 1, np.arange(len(sentences))
    while low <= high:
        middle = (low + high) // 2
        most = int(steps[middle])
        groups = components(sentences, pairs_of <= most)
        if _largest(groups) <= limit:
            best, low = (most, groups), middle + 1
        else:
            high = middle - 1
    return best


def _largest(groups: Ints) -> int:
    return int(np.bincount(groups).max())


def _leak(sentences: Ints, parts: Ints, folds: int) -> float:
    """Return the share of pairs that have a sentence which also stands in another part."""
    touched = np.zeros((int(sentences.max()) + 1, folds), dtype=bool)
    for side in (0, 1):
        touched[sentences[:, side], parts] = True
    return float((touched.sum(axis=1) > 1)[sentences].any(axis=1).mean())


def deal(groups: Ints, strata: Ints, folds: int, *, seed: int) -> Ints:
    """Deal whole groups to folds of nearly equal size, each with nearly the same share of every stratum.

    Parameters
    ----------
    groups
        ``[pairs]``, from 0.
    strata
        ``[pairs]`` whole numbers: the classes, or ranges of the scores.
    folds
        How many.
    seed
        Of the order.

    Returns
    -------
    numpy.ndarray
        The fold of each pair, ``[pairs]``.
    """
    rng = np.random.default_rng(seed)
    sizes = np.bincount(groups)
    fold_of = np.empty(len(sizes), dtype=np.int64)
    filled = np.zeros(folds)
    large = np.flatnonzero(sizes > max(1.0, _LARGE * len(groups) / folds))
    for group in sorted(rng.permutation(large), key=lambda group: -sizes[group]):
        emptiest = int(filled.argmin())
        fold_of[group] = emptiest
        filled[emptiest] += sizes[group]
    small = np.setdiff1d(np.arange(len(sizes)), large)
    if len(small):
        # In the order of size and strata, neighbours are alike; each fold takes its share evenly along the order.
        kinds = np.bincount(groups, weights=strata)[small]
        order = small[np.lexsort((rng.random(len(small)), kinds, sizes[small]))]
        wanting = np.maximum(len(groups) / folds - filled, 0)
        counts = np.ceil(len(small) * wanting / wanting.sum()).astype(int)
        turns = [(np.arange(count) + rng.random()) / count for count in counts if count]
        takers = np.repeat(np.flatnonzero(counts), counts[counts > 0])
        fold_of[order] = takers[np.argsort(np.concatenate(turns), kind="stable")][: len(small)]
    return fold_of[groups]


def training_rows(grouping: Grouping, parts: Ints, fold: int) -> Bools:
    """Return which pairs a fold is trained on, ``[pairs]``: no test pair, and none that shares a sentence with one."""
    train = parts != fold
    if grouping.apart:
        tested = np.zeros(int(grouping.sentences.max()) + 1, dtype=bool)
        tested[grouping.sentences[~train]] = True
        train &= ~tested[grouping.sentences].any(axis=1)
    return np.asarray(train)


def strata(y: Array, classes: bool, bins: int = 5) -> Ints:
    """Return what folds are balanced by: the classes themselves, or equally full ranges of the scores."""
    if classes:
        return np.asarray(y)
    ranks: Any = np.argsort(np.argsort(y, kind="stable"), kind="stable")
    return np.asarray(ranks * bins // max(1, len(y)))
