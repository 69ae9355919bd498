"""Files and folders written in one step: whoever reads finds the old one or the new one, whole."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from safetensors import SafetensorError


def replace_folder(path: Path, write: Callable[[Path], None]) -> None:
    """Let ``write`` fill a new folder beside ``path``, then put it in the place of ``path``.

    No system call swaps two folders everywhere, so the old one steps aside first. Whatever a kill leaves behind has a
    fixed name, and the next save begins by clearing it up.
    """
    new, old = path.with_name(f".{path.name}-new"), aside(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    if old.exists() and not path.exists():
        os.replace(old, path)
    for left_over in (new, old):
        shutil.rmtree(left_over, ignore_errors=True)
    try:
        with full_disk_explained(path):
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
        with full_disk_explained(path):
            write(new)
        os.replace(new, path)
    finally:
        new.unlink(missing_ok=True)


def aside(path: Path) -> Path:
    return path.with_name(f".{path.name}-before")


@contextmanager
def full_disk_explained(path: Path) -> Iterator[None]:
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
