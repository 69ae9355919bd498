"""Labelled pairs of sentences: the corpora, and a reader's own; :func:`load` gets them all."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any, Literal, overload

from infersent.data.files import (
    STDIN,
    SUFFIXES,
    examples_from,
    pairs_from,
    read_examples,
    read_pairs,
    read_scores,
    read_sentence_pairs,
    scores_from,
)
from infersent.data.pairs import LABELS, Pairs, ScoredPairs
from infersent.data.splits import split_pairs
from infersent.foundation.choices import choose

__all__ = [
    "CORPORA",
    "LABELS",
    "Pairs",
    "ScoredPairs",
    "examples_from",
    "load",
    "pairs_from",
    "read_examples",
    "read_pairs",
    "read_scores",
    "read_sentence_pairs",
    "scores_from",
    "split_pairs",
]

#: The corpora that :func:`load` knows. Each is a module of this package with a ``load`` of its own.
CORPORA = ("captions", "snli", "probes", "sick", "mrpc", "stsb")


@overload
def load(name: Literal["stsb"], split: str | None = ..., **options: Any) -> ScoredPairs: ...
@overload
def load(name: str | Path, split: str | None = ..., **options: Any) -> Pairs: ...


def load(name: str | Path, split: str | None = None, **options: Any) -> Pairs | ScoredPairs:
    """Load a corpus by name, or a reader's own pairs by path.

    Parameters
    ----------
    name
        One of :data:`CORPORA`, or the path of a file of pairs, ``mine.csv`` (see :func:`read_pairs`).
    split
        ``"train"``, ``"dev"`` or ``"test"``, and for SNLI ``"test-hard"``; by default ``"train"``, or for the probes
        ``"test"``, the only split they have. It has no effect on a file, which is a split by itself.
    options
        Passed to the corpus: ``subset="122k"`` for SNLI, ``seed=`` and ``size=`` for the captions, ``text=``,
        ``label=`` and ``labels=`` for a file, ``scores=True`` for SICK's relatedness instead of its labels.

    Returns
    -------
    Pairs or ScoredPairs
        ``"stsb"``, and SICK with ``scores=True``, have scores; all else has labels.

    Raises
    ------
    ValueError
        There is no corpus of that name.

    Examples
    --------
    >>> load("captions", split="dev").name
    'captions dev'
    """
    own = isinstance(name, Path) or name == STDIN or Path(name).suffix.lower() in SUFFIXES
    if own or (name not in CORPORA and Path(name).is_file()):
        return read_pairs(name, **options)
    remedy = f"The path of a file with pairs of your own will do, too: {', '.join(SUFFIXES)}."
    choose("corpus", str(name), dict.fromkeys(CORPORA), remedy=remedy)
    pairs: Pairs | ScoredPairs = import_module(f"infersent.data.{name}").load(
        *([] if split is None else [split]), **options
    )
    return pairs
