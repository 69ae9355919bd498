"""Files and folders written in one step: a reader finds the old one or the new one, whole."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from pathlib import Path

from safetensors import SafetensorError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

_QUOTA = getattr(errno, "EDQUOT", None)  # Windows has none

#: After how many seconds without a write a new file beside a shared one is cleared away, if nobody holds it.
ABANDONED = 60

# The same where nothing tells whether somebody does.
_LONG_ABANDONED = 24 * 3600


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
        with failed_write_explained(path):
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
    if shared:
        _clear_abandoned(path.parent)
    try:
        with failed_write_explained(path):
            new.touch()
            mode = _of_a_new_file(path if path.exists() else new)
            with _held(new) if shared else nullcontext():
                write(new)
        new.chmod(mode)
        os.replace(new, path)
    finally:
        new.unlink(missing_ok=True)


def _clear_abandoned(folder: Path) -> None:
    """Remove what killed processes left of shared files: many kills, one after the other, must not fill the disk."""
    for file in folder.glob(".*-" + "[0-9a-f]" * 32):
        with suppress(OSError):  # another process was faster
            age = time.time() - file.stat().st_mtime
            # Not by the lock alone: some network drives keep a lock from other machines.
            if age > _LONG_ABANDONED or (age > ABANDONED and _writer_has_ended(file)):
                file.unlink()


@contextmanager
def _held(new: Path) -> Iterator[None]:
    """Lock a file inside the ``with`` block, where the system can; the lock ends with the process, however it ends."""
    with ExitStack() as stack:
        if fcntl is not None:
            file = stack.enter_context(new.open("r+b"))
            with suppress(OSError):  # a drive without locks
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield


def _writer_has_ended(file: Path) -> bool:
    """Return whether nobody holds a new file, as far as the system can tell."""
    if fcntl is None:
        return False
    with file.open("r+b") as opened:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)  # OSError where another process holds it, or has no locks
    return True


def _of_a_new_file(like: Path) -> int:
    """Return the permissions that files shall have beside a file or folder which Python made under the user's umask.

    Some libraries make their files for the owner alone; then a colleague cannot read a model that is meant for all.
    """
    return stat.S_IMODE(like.stat().st_mode) & (0o666 if like.is_dir() else 0o777)


def aside(path: Path) -> Path:
    """Return where :func:`replace_folder` moves the old folder while the new one takes its place."""
    return path.with_name(f".{path.name}-before")


@contextmanager
def failed_write_explained(path: Path) -> Iterator[None]:
    """Say, when a file cannot be written, which one, and that nothing was lost.

    Python's errors of writing name no file, and safetensors has an error of its own.
    """
    try:
        yield
    except (OSError, SafetensorError) as error:
        number = getattr(error, "errno", None) or (errno.ENOSPC if "No space left" in str(error) else None)
        if number == errno.ENOSPC:
            free = shutil.disk_usage(path.parent).free / 1e6
            reason, remedy = f"the disk is full ({free:.0f} MB free)", "Make room"
        elif number == _QUOTA:
            reason, remedy = "your share of the disk is used up", "Make room"
        elif number == errno.EIO:
            reason, remedy = "the disk reports an error", "Look after it"
        elif number == errno.EMFILE:
            reason, remedy = "too many files are open", "Raise the limit (ulimit -n)"
        else:
            raise
        raise OSError(
            number,
            f"{reason}; what was saved there before is untouched. "
            f"{remedy} and repeat the command; a training run continues with --resume",
            str(path),
        ) from error
