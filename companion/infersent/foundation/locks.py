"""One process at a time: a second one gets a clear word instead of the first one's files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import filelock


@contextmanager
def alone(lock: Path, refusal: str) -> Iterator[None]:
    """Hold a lock inside the ``with`` block; it ends with the process, however that ends.

    Parameters
    ----------
    lock
        The lock's file, whose folder exists.
    refusal
        What to say where another process holds it.

    Raises
    ------
    BlockingIOError
        If another process holds it.
    """
    held = filelock.FileLock(lock, timeout=0)
    try:
        held.acquire()
    except filelock.Timeout:
        raise BlockingIOError(refusal) from None
    try:
        yield
    finally:
        with suppress(OSError):  # Windows keeps an open file
            lock.unlink(missing_ok=True)
        held.release()
