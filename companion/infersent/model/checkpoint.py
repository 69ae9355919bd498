"""A trained model as one folder that holds no code: weights, configuration, tokenizer, metrics.

.. code-block:: text

    model.safetensors   every parameter and the given word vectors
    config.json         the shape, the number of trained words, other labels than NLI's
    tokenizer.json      text to word ids, for the tokenizers library of any language
    metrics.json        how it was trained and how good it is

``config.json`` also has the digests of the other files and of itself, so that one changed bit is found before anything
is made from it. Folders from before there were digests are read without.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch import Tensor

from infersent.data.pairs import LABELS, check_label_names
from infersent.foundation.atomic import aside, replace_folder
from infersent.foundation.recorded import FOLDER
from infersent.model.features import feature_names
from infersent.text.vectors import shipped_vectors

#: The model that comes with the package.
SHIPPED = FOLDER / "infersent"

#: Where a checkpoint's metrics name its word vectors, if it was trained on from another model.
GOES_ON = "those of the model it goes on from"

#: What a reader can do about a damaged checkpoint.
DAMAGE_REMEDY = "Train or copy it again."

#: The version of the format; it rises by one when older code can no longer read a new folder.
FORMAT = 3

# The formats of models without blocks that have parameters, which older code reads, too: of NLI's three labels, and of
# others, to which code from before there were others would give the wrong names.
_FORMAT_OF_NLI = 1
_FORMAT_OF_LABELS = 2

#: The name of the given word vectors among the weights.
GIVEN = "encoder.embedding.given"

#: What the names of a trained block's parameters begin with; then comes the block's name, and a dot.
FEATURES = "features."

# Files that a model of sentence-transformers has, and none of ours.
_SENTENCE_TRANSFORMERS = ("modules.json", "config_sentence_transformers.json", "sentence_bert_config.json")

_FILES = ("model.safetensors", "config.json", "tokenizer.json", "metrics.json")

# What config.json may hold: a name that a flipped bit has changed must not pass for one that is left out.
_CONFIG = {"format", "labels", "model", "trained_words", "given_vectors", "digests", "digest"}


class CheckpointError(ValueError):
    """A folder is not a checkpoint, or its files do not fit together."""


@dataclass(frozen=True)
class Checkpoint:
    """The plain parts of a trained model, which know nothing of the class that is built from them.

    Attributes
    ----------
    config
        The model's shape, as JSON values.
    tokenizer
        Text to word ids.
    trained_words
        How many of the tokenizer's ids, counted from 0, have a trained vector.
    weights
        Every parameter, and the given word vectors, by name.
    labels
        The names of the labels, in the order of the logits.
    """

    config: dict[str, Any]
    tokenizer: Tokenizer
    trained_words: int
    weights: dict[str, Tensor]
    labels: tuple[str, ...] = LABELS

    @property
    def given(self) -> Tensor:
        """The given word vectors, ``[given, word dim]``."""
        return self.weights[GIVEN]


def write_checkpoint(path: str | Path, checkpoint: Checkpoint, metrics: dict[str, Any] | None = None) -> None:
    """Fill the folder ``path`` in one step: a reader finds the old checkpoint or the new one, whole.

    If the given word vectors are those that come with the package, the folder does not hold them again: their digest in
    ``config.json`` stands for them.

    Raises
    ------
    OSError
        If the disk is full or the folder cannot be written; an older checkpoint at ``path`` is left as it was.
    """
    weights = {name: tensor.contiguous() for name, tensor in checkpoint.weights.items()}
    given = _digest(weights[GIVEN])
    if given == _digest(torch.from_numpy(shipped_vectors().vectors)):
        del weights[GIVEN]
    nli = checkpoint.labels == LABELS
    without = _FORMAT_OF_NLI if nli else _FORMAT_OF_LABELS
    config = {
        "format": FORMAT if any(name.startswith(FEATURES) for name in weights) else without,
        **({} if nli else {"labels": checkpoint.labels}),
        "model": checkpoint.config,
        "trained_words": checkpoint.trained_words,
        "given_vectors": given,
    }

    def write(folder: Path) -> None:
        save_file(weights, folder / "model.safetensors")
        (folder / "tokenizer.json").write_text(checkpoint.tokenizer.to_str(pretty=True) + "\n", "utf-8")
        (folder / "metrics.json").write_text(json.dumps(metrics or {}, indent=1) + "\n")
        digests = {name: file_digest(folder / name) for name in _FILES if name != "config.json"}
        (folder / "config.json").write_text(json.dumps(signed(config | {"digests": digests}), indent=1) + "\n")

    replace_folder(Path(path), write)


def read_checkpoint(path: str | Path) -> Checkpoint:
    """Return the parts of a checkpoint: the folder itself, or the best epoch in a training run's folder.

    Nothing in the folder is executed: safetensors and JSON hold only data.

    Raises
    ------
    CheckpointError
        If a file is missing or damaged, or was written for other word vectors or unregistered pair features.
    """
    folder = find_checkpoint(path)
    with explained_damage(folder, DAMAGE_REMEDY):
        config = json.loads((folder / "config.json").read_text())
        if (found := config.get("format")) not in (_FORMAT_OF_NLI, _FORMAT_OF_LABELS, FORMAT):
            known = f"{_FORMAT_OF_NLI}, {_FORMAT_OF_LABELS} and {FORMAT}"
            raise CheckpointError(f"{folder} has format {found}, but this version reads {known}; update infersent.")
        for name in config["model"]["blocks"]:
            if name not in feature_names():
                remedy = "Register it by infersent.register_feature before loading, as it was for training."
                raise CheckpointError(f"{folder} uses the pair feature {name!r}, which is not registered. {remedy}")
        _check_digests(folder, config, ("model.safetensors", "tokenizer.json"))
        weights = load_file(folder / "model.safetensors")
        if GIVEN not in weights:
            weights[GIVEN] = torch.from_numpy(shipped_vectors().vectors)
            if _digest(weights[GIVEN]) != config["given_vectors"]:
                raise CheckpointError(f"{folder} was trained on other word vectors than those of this version.")
        # float16 saves room on disk, but few processors compute in it, and those slowly; and one model, one precision.
        weights = {name: w.float() for name, w in weights.items()}
        tokenizer = Tokenizer.from_str((folder / "tokenizer.json").read_text("utf-8"))
        labels = check_label_names(config.get("labels", LABELS))
        return Checkpoint(config["model"], tokenizer, config["trained_words"], weights, labels)


def check_features(folder: Path, saved: Mapping[str, Tensor], expected: Mapping[str, Tensor]) -> None:
    """Compare the parameters of blocks in a checkpoint with those of the blocks that are registered now.

    Parameters
    ----------
    folder
        The checkpoint's, for the message.
    saved, expected
        Parameters by name: the checkpoint's, and those of an untrained model of its shape.

    Raises
    ------
    CheckpointError
        If a block's parameters are not those that its registered module has; the message names the block.
    """
    shapes = [
        {name: weight.shape for name, weight in weights.items() if name.startswith(FEATURES)}
        for weights in (saved, expected)
    ]
    for name in sorted(shapes[0].keys() | shapes[1].keys()):
        there, here = (some.get(name) for some in shapes)
        if there != here:
            block, _, parameter = name.removeprefix(FEATURES).partition(".")
            was, now = ("none" if shape is None else tuple(shape) for shape in (there, here))
            raise CheckpointError(
                f"{folder} was trained with another pair feature {block!r} than the one that is registered: its "
                f"parameter {parameter!r} was {was} there and is {now} here. Register it by "
                "infersent.register_feature(name, module=...) before loading, as it was for training."
            )


def load_metrics(path: str | Path) -> dict[str, Any]:
    """Return the metrics that were saved with a checkpoint.

    Raises
    ------
    CheckpointError
        If the folder is not a checkpoint, or its metrics are damaged.
    """
    folder = find_checkpoint(path)
    with explained_damage(folder, DAMAGE_REMEDY):
        _check_digests(folder, json.loads((folder / "config.json").read_text()), ("metrics.json",))
        metrics: dict[str, Any] = json.loads((folder / "metrics.json").read_text())
    return metrics


def find_checkpoint(path: str | Path) -> Path:
    """Return the checkpoint's folder: ``path``, or ``path/best`` where ``path`` is a training run.

    Raises
    ------
    CheckpointError
        If neither is a checkpoint; the message lists what is missing.
    """
    path = Path(path)
    # If a save was killed between its two renames, the older checkpoint is the one that was moved aside.
    for folder in (path, path / "best", aside(path), aside(path / "best")):
        if all((folder / name).is_file() for name in _FILES):
            return folder
    if str(path) == "-":
        raise CheckpointError(
            "- would be standard input, but a model is a folder. Name it; ./- is a folder of that name."
        )
    if path.is_file():
        official = " InferSent.from_official reads the encoders that InferSent's authors released."
        remedy = official if path.suffix == ".pkl" else " Name the folder of a training run, or of its best epoch."
        raise CheckpointError(f"{path} is not a checkpoint: it is a file, and a checkpoint is a folder.{remedy}")
    if whose := foreign_model(path):
        raise CheckpointError(
            f"{path} is not a checkpoint of this package but a model of {whose}. `infersent choose FILE --encoder "
            f"{path}` compares pair features on its vectors, and infersent.nn.PairHead is a head for them; for "
            "anything else here give a folder that `infersent train --out` made, or leave it out for the package's own "
            "model."
        )
    missing = [name for name in _FILES if not (path / name).is_file()]
    what = "lacks " + ", ".join(missing) if path.is_dir() else "does not exist"
    raise CheckpointError(f"{path} is not a checkpoint: it {what}. Make one by `infersent train --out {path}`.")


def signed(config: dict[str, Any]) -> dict[str, Any]:
    """Return the values of a ``config.json`` with their own digest beside them, under ``"digest"``."""
    values = {name: value for name, value in config.items() if name != "digest"}
    text = json.dumps(values, sort_keys=True)  # of the values: blanks and the order of names do not count
    return values | {"digest": hashlib.sha256(text.encode()).hexdigest()}


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check_digests(folder: Path, config: dict[str, Any], names: Sequence[str]) -> None:
    """Refuse a checkpoint whose configuration, or one of these files, is not what was saved.

    Raises
    ------
    CheckpointError
        The message names the file.
    """
    damaged = [] if config.keys() <= _CONFIG else ["config.json"]
    if "digests" in config or "digest" in config:
        if config != signed(config):
            damaged.append("config.json")
        expected = config.get("digests", {})
        damaged += [name for name in names if file_digest(folder / name) != expected.get(name)]
    if damaged:
        raise CheckpointError(f"{folder / damaged[0]} is damaged: it is not what was saved there. {DAMAGE_REMEDY}")


def foreign_model(path: str | Path) -> str:
    """Return the library that a folder holds a model of, if it is not this one: "" otherwise."""
    path = Path(path)
    if any((path / name).is_file() for name in _SENTENCE_TRANSFORMERS):
        return "sentence-transformers"
    try:
        config = json.loads((path / "config.json").read_text("utf-8"))
    except (OSError, ValueError):
        return ""
    return "transformers" if isinstance(config, dict) and {"model_type", "architectures"} & config.keys() else ""


def _digest(vectors: Tensor) -> str:
    """Return a digest of word vectors that does not depend on the precision in which they are stored."""
    return hashlib.sha256(vectors.cpu().half().contiguous().numpy().tobytes()).hexdigest()[:16]


@contextmanager
def explained_damage(path: Path, remedy: str) -> Iterator[None]:
    """Turn any error from reading a damaged file into a CheckpointError that names the file and the remedy."""
    try:
        yield
    except (CheckpointError, MemoryError, PermissionError):  # a file that may not be read need not be damaged
        raise
    except Exception as error:  # each library has its own error for a damaged file, and tokenizers a bare Exception
        reason = str(error).partition("\n")[0] or type(error).__name__
        raise CheckpointError(f"{path} is damaged or was written by another version: {reason}. {remedy}") from error
