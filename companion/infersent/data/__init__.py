"""Labelled pairs of sentences: the corpora, and a reader's own; :func:`load` gets them all."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

from infersent.data.files import SUFFIXES, read_pairs, read_sentence_pairs
from infersent.data.pairs import LABELS, Pairs
from infersent.foundation.choices import choose

__all__ = ["CORPORA", "LABELS", "Pairs", "load", "read_pairs", "read_sentence_pairs"]

#: The corpora that :func:`load` knows. Each is a module of this package with a ``load`` of its own.
CORPORA = ("captions", "snli", "probes")


def load(name: str | Path, split: str | None = None, **options: Any) -> Pairs:
    """Load a corpus by name, or a reader's own pairs by path.

    Parameters
    ----------
    name
        One of :data:`CORPORA`, or the path of a ``.tsv`` or ``.jsonl`` file (see :func:`read_pairs`).
    split
        ``"train"``, ``"dev"`` or ``"test"``, and for SNLI ``"test-hard"``; by default ``"train"``, or for the probes
        ``"test"``, the only split they have. It has no effect on a file, which is a split by itself.
    options
        Passed to the corpus: ``subset="122k"`` for SNLI, ``seed=`` and ``size=`` for the captions.

    Raises
    ------
    ValueError
        There is no corpus of that name.

    Examples
    --------
    >>> load("captions", split="dev").name
    'captions dev'
    """
    if isinstance(name, Path) or Path(name).suffix.lower() in SUFFIXES:
        return read_pairs(name, **options)
    remedy = f"The path of a {' or '.join(SUFFIXES)} file with pairs of your own will do, too."
    choose("corpus", name, dict.fromkeys(CORPORA), remedy=remedy)
    pairs: Pairs = import_module(f"infersent.data.{name}").load(*([] if split is None else [split]), **options)
    return pairs
