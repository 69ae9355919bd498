"""SICK (Marelli et al. 2014): pairs of captions with a label of NLI and a score of relatedness, from a copy on disk."""

from __future__ import annotations

from typing import Literal, overload

from infersent.data import fetch
from infersent.data.files import read_pairs, read_scores, whole
from infersent.data.pairs import LABELS, Pairs, ScoredPairs
from infersent.foundation.choices import choose

#: The file of each split, and how many pairs it has.
FILES = {
    "train": ("SICK_train.txt", 4_500),
    "dev": ("SICK_trial.txt", 500),
    "test": ("SICK_test_annotated.txt", 4_927),
}

#: Where its authors publish it, under CC BY-NC-SA 3.0.
PAGE = "https://zenodo.org/record/2787612"

_TEXT = ("sentence_A", "sentence_B")


@overload
def load(split: str = ..., *, scores: Literal[False] = ...) -> Pairs: ...
@overload
def load(split: str = ..., *, scores: Literal[True]) -> ScoredPairs: ...


def load(split: str = "train", *, scores: bool = False) -> Pairs | ScoredPairs:
    """Load a split of SICK: with its labels of NLI, or the same pairs in the same order with their relatedness.

    Parameters
    ----------
    split
        ``"train"``, ``"dev"`` (which SICK calls trial) or ``"test"``.
    scores
        Whether to load the scores of relatedness, from 1 to 5, instead of the labels.

    Raises
    ------
    ValueError
        There is no such split, or the file does not hold its pairs.
    infersent.data.fetch.DataUnavailable
        The file is not on disk, see :func:`infersent.data.fetch.find_file`.
    """
    name, size = choose("split of SICK", split, FILES)
    path = fetch.find_file("sick", name, PAGE)
    if scores:
        return whole(read_scores(path, text=_TEXT, label="relatedness_score"), path, size, f"SICK {split}")
    return whole(read_pairs(path, text=_TEXT, label="entailment_judgment", labels=LABELS), path, size, f"SICK {split}")
