"""A trained model as one folder that holds no code: weights, configuration, tokenizer, metrics.

::

    model.safetensors   every parameter and the given word vectors
    config.json         the shape, and the number of trained words
    tokenizer.json      text to word ids, readable by the tokenizers library of any language
    metrics.json        how it was trained and how good it is
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer

from infersent.features import feature_names
from infersent.model import InferSent, ModelConfig
from infersent.text import shipped_vectors

#: The model that comes with the package.
SHIPPED = Path(__file__).parent / "recorded" / "infersent"

#: Raised by one when a folder of this version can no longer be read by older code.
FORMAT = 1

_GIVEN = "encoder.embedding.given"

_FILES = ("model.safetensors", "config.json", "tokenizer.json", "metrics.json")


class CheckpointError(ValueError):
    """A folder is no checkpoint, or its files do not fit together."""


def save_checkpoint(model: InferSent, path: str | Path, metrics: dict[str, Any] | None = None) -> None:
    """Write a model to the folder ``path``, atomically: a reader finds the old checkpoint or the new one, whole.

    Numbers are stored in the model's precision: ``model.half()`` before halves the file, and what reads it computes in
    float32 again. Where the given word vectors are those that come with the package, the folder names them instead of
    holding them once more.

    Raises
    ------
    OSError
        If the disk is full or may not be written; an older checkpoint at ``path`` is still there.
    """
    weights = {name: tensor.contiguous() for name, tensor in model.state_dict().items()}
    given = _digest(weights[_GIVEN])
    if given == _digest(torch.from_numpy(shipped_vectors().vectors)):
        del weights[_GIVEN]
    config = {
        "format": FORMAT,
        "model": asdict(model.config),
        "trained_words": len(model.encoder.embedding.trained),
        "given_vectors": given,
    }

    def write(folder: Path) -> None:
        save_file(weights, folder / "model.safetensors")
        (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n")
        (folder / "tokenizer.json").write_text(model.tokenizer.to_str(pretty=True) + "\n", "utf-8")
        (folder / "metrics.json").write_text(json.dumps(metrics or {}, indent=1) + "\n")

    replace_folder(Path(path), write)


def load_checkpoint(path: str | Path) -> InferSent:
    """Return the model of a checkpoint's folder, or of the best epoch in a training run's folder, in evaluation mode.

    Nothing in the folder is executed: safetensors and JSON hold data only.

    Raises
    ------
    CheckpointError
        If a file is missing or damaged, or the files do not fit together.
    """
    folder = find_checkpoint(path)
    with explained_damage(folder, "Train or copy it again."):
        config = json.loads((folder / "config.json").read_text())
        if (found := config.get("format")) != FORMAT:
            raise CheckpointError(f"{folder} has format {found}, but this version reads {FORMAT}; update infersent.")
        for name in config["model"]["blocks"]:
            if name not in feature_names():
                remedy = "Register it by infersent.register_feature, as where it was trained, before loading."
                raise CheckpointError(f"{folder} uses the pair feature {name!r}, which is not registered. {remedy}")
        weights = load_file(folder / "model.safetensors")
        if _GIVEN not in weights:
            weights[_GIVEN] = torch.from_numpy(shipped_vectors().vectors)
            if _digest(weights[_GIVEN]) != config["given_vectors"]:
                raise CheckpointError(f"{folder} was trained on other word vectors than come with this version.")
        # float16 saves room on disk; only some processors compute in it, and slowly.
        weights = {name: w.float() if w.dtype == torch.float16 else w for name, w in weights.items()}
        tokenizer = Tokenizer.from_str((folder / "tokenizer.json").read_text("utf-8"))
        given = weights[_GIVEN]
        shape = ModelConfig(**config["model"])
        with torch.random.fork_rng(devices=[]):  # the random first values are overwritten below
            model = InferSent(shape, tokenizer, config["trained_words"], given)
        model.load_state_dict(weights)
    return model.eval()


def load_metrics(path: str | Path) -> dict[str, Any]:
    """Return the metrics that were saved with a checkpoint.

    Raises
    ------
    CheckpointError
        If the folder is no checkpoint or its metrics are damaged.
    """
    folder = find_checkpoint(path)
    with explained_damage(folder, "Train or copy it again."):
        return json.loads((folder / "metrics.json").read_text())


def find_checkpoint(path: str | Path) -> Path:
    """Return the checkpoint's folder: ``path``, or ``path/best`` where ``path`` is a training run.

    Raises
    ------
    CheckpointError
        If neither is a checkpoint; the message lists what is missing.
    """
    path = Path(path)
    # A kill between the two renames of a save leaves the older checkpoint aside; a reader takes it from there.
    for folder in (path, path / "best", _aside(path), _aside(path / "best")):
        if all((folder / name).is_file() for name in _FILES):
            return folder
    missing = [name for name in _FILES if not (path / name).is_file()]
    what = "lacks " + ", ".join(missing) if path.is_dir() else "does not exist"
    raise CheckpointError(f"{path} is no checkpoint: it {what}. Make one by `infersent train --out {path}`.")


def replace_folder(path: Path, write: Callable[[Path], None]) -> None:
    """Let ``write`` fill a new folder beside ``path``, then put it in the place of ``path``.

    No system call swaps two folders everywhere, so the old one steps aside first. Whatever a kill leaves behind has a
    fixed name, and the next save begins by clearing it up.
    """
    new, old = path.with_name(f".{path.name}-new"), _aside(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    if old.exists() and not path.exists():
        os.replace(old, path)
    for left_over in (new, old):
        shutil.rmtree(left_over, ignore_errors=True)
    try:
        with _full_disk_explained(path):
            new.mkdir()
            write(new)
        if path.exists():
            os.replace(path, old)
        os.replace(new, path)
    finally:
        shutil.rmtree(new, ignore_errors=True)
    shutil.rmtree(old, ignore_errors=True)


def replace_file(path: Path, write: Callable[[Path], None]) -> None:
    """Let ``write`` fill a new file beside ``path``, then put it in the place of ``path`` in one step."""
    new = path.with_name(f".{path.name}-new")
    try:
        with _full_disk_explained(path):
            write(new)
        os.replace(new, path)
    finally:
        new.unlink(missing_ok=True)


def _digest(vectors: torch.Tensor) -> str:
    """Return what tells word vectors from others, whatever precision they are stored in."""
    return hashlib.sha256(vectors.cpu().half().contiguous().numpy().tobytes()).hexdigest()[:16]


def _aside(path: Path) -> Path:
    return path.with_name(f".{path.name}-before")


@contextmanager
def explained_damage(path: Path, remedy: str) -> Iterator[None]:
    """Turn whatever reading a damaged file raises into a CheckpointError that names it and the remedy."""
    try:
        yield
    except (CheckpointError, MemoryError):
        raise
    except Exception as error:  # tokenizers raises bare Exception, and each library has its own for a damaged file
        reason = str(error).partition("\n")[0] or type(error).__name__
        raise CheckpointError(f"{path} is damaged or was written by another version: {reason}. {remedy}") from error


@contextmanager
def _full_disk_explained(path: Path) -> Iterator[None]:
    """Say what a full disk left as it was; safetensors reports it by an error of its own."""
    try:
        yield
    except (OSError, SafetensorError) as error:
        if getattr(error, "errno", None) != errno.ENOSPC and "No space left" not in str(error):
            raise
        free = shutil.disk_usage(path.parent).free / 1e6
        raise OSError(
            errno.ENOSPC,
            f"the disk is full ({free:.0f} MB free); what was saved there before is untouched. "
            "Make room and repeat the command; a training run goes on with --resume",
            str(path),
        ) from error
