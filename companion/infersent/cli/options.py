"""What several commands share: kinds of options, the pairs and the device that they name, and writing a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import torch
import tyro

from infersent.data import Pairs, load
from infersent.data.files import SUFFIXES
from infersent.foundation.atomic import replace_file
from infersent.model.infersent import best_device

Run = Annotated[Path | None, tyro.conf.Positional, tyro.conf.arg(metavar="RUN")]
# Options that may be left out, shown in --help by what they take.
File = Annotated[Path | None, tyro.conf.arg(metavar="FILE")]
Text = Annotated[str | None, tyro.conf.arg(metavar="TEXT")]
Whole = Annotated[int | None, tyro.conf.arg(metavar="N")]
Real = Annotated[float | None, tyro.conf.arg(metavar="X")]


def named(run: Path | None) -> str:
    """Return how a command's output calls the model of ``--run``."""
    return str(run or "the model of the package")


def is_file(data: str) -> bool:
    """Return whether ``--data`` names a file of pairs rather than a corpus."""
    return Path(data).suffix.lower() in SUFFIXES


def load_split(data: str, split: str) -> Pairs:
    """Return a split; of SNLI's train split only SNLI-122k, which even a part of the archive holds."""
    return load(data, split, **({"subset": "122k"} if (data, split) == ("snli", "train") else {}))


def use_threads(threads: int | None) -> None:
    """Let torch use that many processor threads, or as many as it likes.

    Raises
    ------
    ValueError
        If the number is below 1.
    """
    if threads is None:
        return
    if threads < 1:
        raise ValueError(f"--threads {threads} is below 1; leave it out for torch's own choice.")
    torch.set_num_threads(threads)


def find_device(name: str) -> torch.device:
    """Return the device with that name, or the best one for ``auto``.

    Raises
    ------
    ValueError
        If this machine has no such device.
    """
    cuda = ["cuda", *(f"cuda:{i}" for i in range(torch.cuda.device_count()))] if torch.cuda.is_available() else []
    if name == "auto":
        return best_device()
    known = ["cpu", *cuda, *(["mps"] if torch.backends.mps.is_available() else [])]
    if name not in known:
        raise ValueError(f"torch finds no device {name!r} on this machine. Use --device {' or '.join(known)}.")
    return torch.device(name)


def check_output(path: Path, option: str = "--output") -> None:
    """Refuse, before the work starts, a path that could not be written at its end.

    Raises
    ------
    ValueError
        If the path is a folder, or lies in a folder that does not exist.
    """
    if path.is_dir():
        raise ValueError(f"{option} {path} is a folder. Name a file in it.")
    if not path.parent.is_dir():
        raise ValueError(f"{option} {path}: there is no folder {path.parent}. Make it first.")


def write_output(path: Path, write: Callable[[Path], object]) -> None:
    """Let ``write`` fill the file in one step; a pipe or a device stays what it is, and a link still leads there."""
    if path.exists() and not path.is_file():
        write(path)
    else:
        replace_file(path.resolve(), write)
