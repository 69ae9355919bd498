"""Files and folders written in one step: a reader finds the old one or the new one, whole."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from safetensors import SafetensorError


def replace_folder(path: Path, write: Callable[[Path], object]) -> None:
    """Let ``write`` fill a new folder beside ``path``, then let it replace ``path``.

    No system call swaps two folders on every platform, so the old one is moved aside first. What a kill leaves behind
    has a fixed name, and the next save begins by clearing it up.
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
        for file in new.iterdir():
            file.chmod(_of_a_new_file(new))
        if path.exists():
            os.replace(path, old)
        os.replace(new, path)
    finally:
        shutil.rmtree(new, ignore_errors=True)
    shutil.rmtree(old, ignore_errors=True)


def replace_file(path: Path, write: Callable[[Path], object], *, shared: bool = False) -> None:
    """Let ``write`` fill a new file beside ``path``, then let it replace ``path`` in one step.

    Parameters
    ----------
    path
        The file, which keeps its permissions if it exists.
    write
        Called with the path of the new file.
    shared
        Whether several processes may write this file at the same time: each new file then has a name of its own.
        Otherwise the name is fixed, so that what a kill leaves behind is overwritten by the next save.
    """
    new = path.with_name(f".{path.name}-{uuid.uuid4().hex if shared else 'new'}")
    try:
        with full_disk_explained(path):
            new.touch()
            mode = _of_a_new_file(path if path.exists() else new)
            write(new)
        new.chmod(mode)
        os.replace(new, path)
    finally:
        new.unlink(missing_ok=True)


def _of_a_new_file(like: Path) -> int:
    """Return the permissions that files shall have beside a file or folder which Python made under the user's umask.

    Some libraries make their files for the owner alone; then a colleague cannot read a model that is meant for all.
    """
    return stat.S_IMODE(like.stat().st_mode) & (0o666 if like.is_dir() else 0o777)


def aside(path: Path) -> Path:
    """Return where :func:`replace_folder` moves the old folder while the new one takes its place."""
    return path.with_name(f".{path.name}-before")


@contextmanager
def full_disk_explained(path: Path) -> Iterator[None]:
    """Say, when the disk is full, that nothing was lost; safetensors has an error of its own for it."""
    try:
        yield
    except (OSError, SafetensorError) as error:
        if getattr(error, "errno", None) != errno.ENOSPC and "No space left" not in str(error):
            raise
        free = shutil.disk_usage(path.parent).free / 1e6
        raise OSError(
            errno.ENOSPC,
            f"the disk is full ({free:.0f} MB free); what was saved there before is untouched. "
            "Make room and repeat the command; a training run continues with --resume",
            str(path),
        ) from error
