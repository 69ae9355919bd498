"""SICK (Marelli et al. 2014): pairs of captions with a label of NLI and a score of relatedness.

The splits are those of SemEval-2014, task 1: 9,927 pairs. (The corpus that its authors have put on Zenodo since has 87
pairs fewer, so it is not the one on which results were published, and not this one.)
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, overload

import numpy as np

from infersent.data import fetch
from infersent.data.files import read_pairs, read_scores, whole
from infersent.data.pairs import LABELS, Pairs, ScoredPairs
from infersent.foundation.choices import choose


@dataclass(frozen=True)
class Split:
    """Where a split is, and how it is known.

    Attributes
    ----------
    file
        The name of its file.
    archive
        That of its archive, a key of :data:`infersent.data.fetch.ARCHIVES`.
    size
        How many pairs it has.
    digest
        :func:`digest` of its file. No checksum of the archives is published.
    """

    file: str
    archive: str
    size: int
    digest: str


#: The splits; dev is what SICK calls trial.
SPLITS = {
    "train": Split(
        "SICK_train.txt",
        "sick_train.zip",
        4_500,
        "b5ca6dec2c7165438424c705ee203b29da0063144161d3e05b63be013ac0eb37",
    ),
    "dev": Split(
        "SICK_trial.txt",
        "sick_trial.zip",
        500,
        "9d475a85dee479d932e54a44a91320931d89619f1d16f5d2ce675fcb2074f83a",
    ),
    "test": Split(
        "SICK_test_annotated.txt",
        "sick_test_annotated.zip",
        4_927,
        "2fec61d5bce82ce7fb59e59e8565b4c7503ed5f3e1e5e9a5a0278e4bc98ddf9c",
    ),
}

_TEXT = ("sentence_A", "sentence_B")


@overload
def load(split: str = ..., *, scores: Literal[False] = ..., progress: bool = ...) -> Pairs: ...
@overload
def load(split: str = ..., *, scores: Literal[True], progress: bool = ...) -> ScoredPairs: ...


def load(split: str = "train", *, scores: bool = False, progress: bool = True) -> Pairs | ScoredPairs:
    """Load a split of SICK: with its labels of NLI, or the same pairs in the same order with their relatedness.

    The file comes from disk if it is there, or else from the task's server, see
    :func:`infersent.data.fetch.fetch_file`. Its licence is CC BY-NC-SA 3.0.

    Parameters
    ----------
    split
        ``"train"``, ``"dev"`` (which SICK calls trial) or ``"test"``.
    scores
        Whether to load the scores of relatedness, from 1 to 5, instead of the labels.
    progress
        Whether a download shows its progress.

    Raises
    ------
    ValueError
        There is no such split, or the file does not hold its pairs.
    OSError
        The file is not on disk and cannot be downloaded or read; see :func:`infersent.data.fetch.fetch_file`.
    """
    one = choose("split of SICK", split, SPLITS)
    path = fetch.fetch_file("sick", one.file, one.archive, lambda new: digest(new) == one.digest, progress=progress)
    if scores:
        return whole(_scores(path), path, one.size, f"SICK {split}")
    return whole(_labels(path), path, one.size, f"SICK {split}")


def digest(path: Path) -> str:
    """Return the hexadecimal SHA-256 of all labels and scores in order: copies differ in how they end their lines."""
    numbers = _labels(path).labels.astype(np.uint8).tobytes() + _scores(path).scores.astype("<f8").tobytes()
    return hashlib.sha256(numbers).hexdigest()


def _labels(path: Path) -> Pairs:
    return read_pairs(path, text=_TEXT, label="entailment_judgment", labels=LABELS)


def _scores(path: Path) -> ScoredPairs:
    return read_scores(path, text=_TEXT, label="relatedness_score")
