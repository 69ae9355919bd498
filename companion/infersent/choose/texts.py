"""From a file of pairs to vectors: reading its columns, and encoding each distinct sentence once."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from infersent.choose.cross_validation import Gathered
from infersent.choose.task import Kind, numbers_in
from infersent.data import load
from infersent.data.files import read_examples, read_pairs, read_scores
from infersent.data.formats import STDIN, decoded_lines, name_of, not_text
from infersent.data.pairs import Pairs, ScoredPairs
from infersent.foundation.arrays import Array
from infersent.foundation.atomic import replace_file
from infersent.foundation.optional import extra
from infersent.foundation.wording import counted
from infersent.model.checkpoint import GOES_ON, SHIPPED, foreign_model, load_metrics
from infersent.model.infersent import InferSent

#: Seconds within which the Hugging Face hub must answer whether it has a model.
HUB_TIMEOUT = 10.0

# How every .npy file begins.
_NPY = b"\x93NUMPY"


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
    return _text_pairs(pairs, kind)


def corpus_pairs(name: str, split: str, kind: Kind = "auto") -> TextPairs:
    """Return the pairs of a corpus with their labels or scores; see :func:`infersent.data.load`.

    SNLI's training pairs are SNLI-122k.

    Parameters
    ----------
    name
        One of ``infersent.data.CORPORA``.
    split
        ``"train"``, ``"dev"`` or ``"test"``; the probes have test alone.
    kind
        ``"scores"`` for SICK's relatedness instead of its labels.

    Raises
    ------
    ValueError
        If the corpus lacks the split, or has no labels of that kind.
    infersent.data.fetch.DataUnavailable
        If it is not on disk and cannot be downloaded.
    """
    options: dict[str, Any] = {"scores": True} if name == "sick" and kind == "scores" else {}
    if (name, split) == ("snli", "train"):
        options = {"subset": "122k"}  # what every command takes for SNLI's training pairs
    pairs = load(name, split, **options)
    if isinstance(pairs, ScoredPairs) and kind == "classes":
        raise ValueError(f"{pairs.name} has scores, not classes. Leave --task out, or give --task scores.")
    if not isinstance(pairs, ScoredPairs) and kind == "scores":
        raise ValueError(f"{pairs.name} has classes, not scores. Leave --task out, or give --task classes.")
    return _text_pairs(pairs, kind)


def _text_pairs(pairs: Pairs | ScoredPairs, kind: Kind) -> TextPairs:
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


def trained_on(encoder: str | None) -> str | None:
    """Return which pairs a model of this package was trained on, as its checkpoint says; ``None`` for other models.

    Parameters
    ----------
    encoder
        As :func:`encode_pairs` takes it.

    Raises
    ------
    infersent.model.checkpoint.CheckpointError
        If the model's metrics are damaged.

    Examples
    --------
    >>> trained_on(None)
    'SNLI-122k train (122,755 pairs)'
    """
    folder = Path(encoder) if encoder else SHIPPED
    if not folder.is_dir() or foreign_model(folder):
        return None
    metrics = load_metrics(folder)
    if "data" not in metrics:
        return None
    before = ", after the pairs of the model that it went on from" if metrics.get("vectors") == GOES_ON else ""
    return f"{metrics['data']['train']} ({counted(metrics['data']['pairs'], 'pair')}){before}"


def _encoder(name: str | None) -> Any:
    folder = Path(name) if name else None
    if folder is None or (folder.is_dir() and not foreign_model(folder)):
        return InferSent.from_pretrained(folder)
    with extra("sbert", f"The encoder {name!r}"):
        if find_spec("sentence_transformers") is None:  # before the hub is asked, and before an import of seconds
            raise ModuleNotFoundError(name="sentence_transformers")
        on_hub = folder.is_dir() or _is_on_hub(str(name))
        from sentence_transformers import SentenceTransformer
    try:
        return SentenceTransformer(name) if on_hub else SentenceTransformer(name, local_files_only=True)
    except Exception as error:  # of the library's own kinds, and of those it loads by
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        if not on_hub:
            reason = "the Hugging Face hub cannot be reached, and the model is not among those downloaded before"
        raise ValueError(
            f"sentence-transformers cannot load {name!r}: {reason.rstrip('.')}. {_OTHER_ENCODERS}"
        ) from error


_OTHER_ENCODERS = (
    "Give --encoder a local folder, of a model of sentence-transformers or of this package, or the name of a model of "
    "the hub, such as sentence-transformers/all-MiniLM-L6-v2; or leave it out for the package's own model."
)


def _is_on_hub(name: str) -> bool:
    """Return whether the hub has the model; false where the hub cannot be asked, which is found out at once.

    sentence-transformers asks for several files of a model, each again and again where there is no answer. One question
    that is asked once comes before them.

    Raises
    ------
    ValueError
        If the name is that of a folder that is not there, or the hub has no such model.
    """
    if name.startswith((".", "/", "~")) or "\\" in name or name.count("/") > 1 or not name.strip():
        raise ValueError(f"There is no folder {name}. {_OTHER_ENCODERS}")
    from huggingface_hub import HfApi
    from huggingface_hub.errors import GatedRepoError, HFValidationError, RepositoryNotFoundError

    # A bare name is short for one of sentence-transformers' own models, or of the hub's first ones.
    for full in [name] if "/" in name else [f"sentence-transformers/{name}", name]:
        try:
            HfApi().model_info(full, timeout=HUB_TIMEOUT)
            return True
        except GatedRepoError:  # it is there, and the download says what is missing
            return True
        except (RepositoryNotFoundError, HFValidationError):
            continue
        except (
            Exception
        ):  # of whichever library the hub's own asks by: no network, no answer in time, a mode without it
            return False
    raise ValueError(
        f"There is no folder {name}, and the Hugging Face hub has no model of that name. {_OTHER_ENCODERS}"
    )


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
    if str(path) == STDIN:
        raise ValueError("--vectors - would be standard input, but vectors are read from .npy files. Name one.")
    array = _load_array(path, "numbers", "vectors, dtype=np.float32")
    return np.asarray(array) if array.ndim != 2 else array


def _load_array(path: Path, of: str, saved_as: str) -> Array:
    """Return the array of a ``.npy`` file, memory-mapped.

    Parameters
    ----------
    path
        The file.
    of
        What it should hold, for errors.
    saved_as
        How such an array is made of Python objects, for errors.

    Raises
    ------
    ValueError
        If it is no such file, is damaged, or holds Python objects, which are not read: reading them would run code.
    """
    with path.open("rb") as file:
        beginning = file.read(16)
    remedy = f"Save it by np.save({str(path.with_suffix('.npy'))!r}, np.array({saved_as}))."
    if not beginning.startswith(_NPY):
        what = not_text(beginning).partition(", not text")[0] or ("text" if beginning else "empty")
        raise ValueError(f"{path} is not a .npy file of {of}: it is {what}. {remedy}")
    try:
        return np.asanyarray(np.load(path, mmap_mode="r", allow_pickle=False))
    except (ValueError, EOFError, OSError) as error:
        reason = f"it is damaged ({str(error).partition(chr(10))[0].rstrip('.')})"
    with path.open("rb") as file, suppress(ValueError):
        version = np.lib.format.read_magic(file)
        header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, _, dtype = header(file)
        if dtype.hasobject:
            size = " × ".join(f"{n:,}" for n in shape)
            reason = f"it holds Python objects ({size}), such as a table's texts or lists of unequal lengths"
    raise ValueError(f"{path} is not a .npy file of {of}: {reason}. {remedy}")


def read_label_file(path: Path) -> Any:
    """Return the labels of a file: ``.npy``, or a text file with one label per line.

    Raises
    ------
    ValueError
        If it cannot be read.
    """
    if path.suffix.lower() == ".npy":
        return np.asarray(_load_array(path, "numbers or texts", "labels, dtype=str"))
    labels = []
    with nullcontext(sys.stdin.buffer) if str(path) == STDIN else path.open("rb") as file:
        for line, label in decoded_lines(file, name_of(path)):
            if not label.strip():
                raise ValueError(
                    f"{name_of(path)}, line {line} is empty. Give the pair a label, or take it out of all three files."
                )
            labels.append(label.strip())
    if not labels:
        raise ValueError(f"{name_of(path)} holds no label. Give it one per line, or a .npy file of them.")
    return numbers_in(labels)
