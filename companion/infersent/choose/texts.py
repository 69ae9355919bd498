"""From a file of pairs to vectors: reading its columns, and encoding each distinct sentence once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from infersent.choose.cross_validation import Gathered
from infersent.choose.task import Kind, numbers_in
from infersent.data.files import read_examples, read_pairs, read_scores
from infersent.data.pairs import Pairs, ScoredPairs
from infersent.foundation.arrays import Array
from infersent.foundation.atomic import replace_file
from infersent.foundation.optional import extra
from infersent.model.infersent import InferSent

#: What a file of a sentence-transformers model has, and one of ours has not.
_SBERT_FILES = ("modules.json", "config_sentence_transformers.json", "sentence_bert_config.json")


@dataclass(frozen=True)
class TextPairs:
    """Pairs of texts with their labels, as a file has them."""

    first: Sequence[str]
    second: Sequence[str]
    labels: Sequence[Any]
    name: str


def read_text_pairs(
    path: Path, text: tuple[str, str] | None = None, label: str | None = None, kind: Kind = "auto"
) -> TextPairs:
    """Read pairs with labels or scores from a file; see :func:`infersent.data.files.read_examples`.

    Parameters
    ----------
    path
        The file.
    text, label
        The names of its columns; usual ones if left out.
    kind
        What the labels are, where that is known.

    Raises
    ------
    ValueError
        If the file cannot be read, or a column is not there.
    """
    pairs: Pairs | ScoredPairs | None
    if kind == "scores":
        pairs = read_scores(path, text=text, label=label)
    elif kind == "classes":
        pairs = read_pairs(path, text=text, label=label)
    else:
        try:
            pairs = read_examples(path, text=text, label=label)
        except ValueError:
            # A column with the name of scores may hold names of classes.
            try:
                pairs = read_pairs(path, text=text, label=label)
            except ValueError:
                pairs = None
            if pairs is None:
                raise
    if isinstance(pairs, ScoredPairs):
        scores = pairs.scores.tolist()
        whole = kind == "auto" and all(score == int(score) for score in scores)
        return TextPairs(pairs.premises, pairs.hypotheses, [*map(int, scores)] if whole else scores, pairs.name)
    names = [pairs.label_names[label] for label in pairs.labels]
    return TextPairs(pairs.premises, pairs.hypotheses, numbers_in(names), pairs.name)


def encode_pairs(
    pairs: TextPairs, encoder: str | None = None, *, cache: Path | None = None, progress: bool = False
) -> tuple[Gathered, Gathered]:
    """Return the vectors of both sides, ``[pairs, dim]`` each; every distinct sentence is encoded once.

    Parameters
    ----------
    pairs
        The texts.
    encoder
        The folder of a model of this package, or the folder or the name of one of sentence-transformers; the package's
        own model if left out.
    cache
        A folder for the vectors: the same texts are not encoded by the same encoder again.
    progress
        Show a bar.

    Raises
    ------
    MissingExtra
        If sentence-transformers is needed and not installed.
    ValueError
        If it has no such model.
    """
    place = {text: i for i, text in enumerate(dict.fromkeys([*pairs.first, *pairs.second]))}
    path = cache and cache / f"{_texts_key(list(place), encoder)}.npy"
    if path and path.exists():
        vectors = np.load(path, mmap_mode="r")
    else:
        vectors = np.asarray(_encoder(encoder).encode(list(place), show_progress_bar=progress), dtype=np.float32)
        if path:
            _save(path, vectors)
    first, second = (np.array([place[text] for text in side]) for side in (pairs.first, pairs.second))
    return Gathered(vectors, first), Gathered(vectors, second)


def _encoder(name: str | None) -> Any:
    folder = Path(name) if name else None
    if folder is None or (folder.is_dir() and not any((folder / file).exists() for file in _SBERT_FILES)):
        return InferSent.from_pretrained(folder)
    with extra("sbert", f"The encoder {name!r}"):
        from sentence_transformers import SentenceTransformer
    try:
        return SentenceTransformer(name)
    except (OSError, ValueError) as error:
        reason = str(error).strip().partition("\n")[0]
        raise ValueError(
            f"sentence-transformers cannot load {name!r}: {reason} Give the name of a model of the Hugging Face hub, "
            "or a local folder."
        ) from error


def _texts_key(texts: Sequence[str], encoder: str | None) -> str:
    sha = hashlib.blake2b(digest_size=16)
    sha.update(json.dumps([encoder and str(encoder), *_stamps(encoder)]).encode())
    for text in texts:
        sha.update(text.encode("utf-8", "surrogatepass") + b"\0")
    return sha.hexdigest()


def _stamps(encoder: str | None) -> list[tuple[str, int, int]]:
    """Return what changes when the files of a local encoder do."""
    folder = Path(encoder) if encoder else None
    if folder is None or not folder.is_dir():
        return []
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return [(path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in files]


def _save(path: Path, vectors: Array) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)

    def write(new: Path) -> None:
        with new.open("wb") as file:  # given a path, numpy would add .npy to it
            np.save(file, vectors)

    replace_file(path, write, shared=True)


def read_vectors(path: Path) -> Array:
    """Return the array of a ``.npy`` file, ``[pairs, dim]``, without reading it whole.

    Raises
    ------
    ValueError
        If it is no such file.
    """
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except ValueError as error:
        raise ValueError(f"{path} is not a .npy file of numbers ({error}).") from error
    return np.asarray(array) if array.ndim != 2 else array


def read_label_file(path: Path) -> Any:
    """Return the labels of a file: ``.npy``, or a text file with one label per line.

    Raises
    ------
    ValueError
        If it cannot be read.
    """
    if path.suffix.lower() == ".npy":
        try:
            return np.load(path, allow_pickle=False)
        except ValueError as error:
            raise ValueError(
                f"{path} is not a .npy file of numbers or texts ({error}). Save labels that are Python objects by "
                "np.save(path, np.array(labels, dtype=str)), or as a text file with one label per line."
            ) from error
    labels = path.read_text("utf-8-sig").splitlines()
    for line, label in enumerate(labels, 1):
        if not label.strip():
            raise ValueError(f"{path}, line {line} is empty. Give the pair a label, or take it out of all three files.")
    return numbers_in(labels)
