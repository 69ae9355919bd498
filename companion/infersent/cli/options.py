"""What several commands share: kinds of options, the pairs and the device that they name, and writing a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import torch
import tyro

from infersent.data import CORPORA, Pairs, ScoredPairs, load
from infersent.data.files import STDIN, SUFFIXES
from infersent.foundation.atomic import replace_file
from infersent.model.infersent import best_device

Run = Annotated[Path | None, tyro.conf.Positional, tyro.conf.arg(metavar="RUN")]
# Options that may be left out, shown in --help by what they take.
File = Annotated[Path | None, tyro.conf.arg(metavar="FILE")]
Text = Annotated[str | None, tyro.conf.arg(metavar="TEXT")]
Whole = Annotated[int | None, tyro.conf.arg(metavar="N")]
Real = Annotated[float | None, tyro.conf.arg(metavar="X")]
Columns = Annotated[tuple[str, str] | None, tyro.conf.arg(metavar="A B")]
Names = Annotated[tuple[str, ...], tyro.conf.arg(metavar="NAME ...")]


#: With fewer pairs than this, which epoch is the best on them is decided by chance as much as by merit.
FEW_PAIRS = 100


def named(run: Path | None) -> str:
    """Return how a command's output calls the model of ``--run``."""
    return str(run or "the model of the package")


def is_file(data: str) -> bool:
    """Return whether ``--data`` names a file of pairs rather than a corpus."""
    return data == STDIN or Path(data).suffix.lower() in SUFFIXES or (data not in CORPORA and Path(data).is_file())


def columns(data: str, text: tuple[str, str] | None, label: tuple[str, ...], labels: tuple[str, ...]) -> dict[str, Any]:
    """Return what ``--text``, ``--label`` and ``--labels`` say of a file, as options of ``read_pairs``.

    Raises
    ------
    ValueError
        If one is given although the pairs are those of a corpus.
    """
    given: dict[str, Any] = {"text": text, "label": label[0] if len(label) == 1 else label, "labels": labels}
    given = {name: value for name, value in given.items() if value}
    if given and not is_file(data):
        raise ValueError(
            f"--{next(iter(given))} is about a file of your own; {data} has columns and labels of its own."
        )
    return given


def load_split(data: str, split: str, **options: Any) -> Pairs:
    """Return a split; of SNLI's train split only SNLI-122k, which even a part of the archive holds.

    Raises
    ------
    ValueError
        If the pairs have scores and no labels.
    """
    pairs = load(data, split, **({"subset": "122k"} if (data, split) == ("snli", "train") else options))
    return labelled(pairs)


def labelled(pairs: Pairs | ScoredPairs) -> Pairs:
    """Return the pairs if they have labels.

    Raises
    ------
    ValueError
        If they have scores instead.
    """
    if isinstance(pairs, ScoredPairs):
        raise ValueError(
            f"{pairs.name} has scores and no labels; this needs labels. For scores there is `infersent choose FILE`, "
            "which says what pair features serve them best."
        )
    return pairs


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
    if str(path) == STDIN:
        return
    if path.is_dir():
        raise ValueError(f"{option} {path} is a folder. Name a file in it.")
    if not path.parent.is_dir():
        raise ValueError(f"{option} {path}: there is no folder {path.parent}. Make it first.")


def refuse_dash(path: Path | None, option: str, what: str) -> None:
    """Refuse "-", which stands for standard output elsewhere, where only a folder or a file can be written.

    Raises
    ------
    ValueError
        If the path is "-".
    """
    if str(path) == STDIN:
        raise ValueError(f"{option} - would be standard output, but {what}. Name one; ./- is a place of that name.")


def write_output(path: Path, write: Callable[[Path], object]) -> None:
    """Let ``write`` fill the file in one step; a pipe or a device stays what it is, and a link still leads there."""
    if path.exists() and not path.is_file():
        write(path)
    else:
        replace_file(path.resolve(), write)
