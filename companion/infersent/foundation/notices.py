"""What a reader should know of the numbers that follow, said as a warning that the command line prints as one line."""

from __future__ import annotations

import warnings


class Notice(UserWarning):
    """Nothing is wrong, but the numbers mean something else than one may think; the message says what."""


def notice(message: str, *, stacklevel: int = 2) -> None:
    """Warn by a :class:`Notice`, as seen from the caller's caller."""
    warnings.warn(message, Notice, stacklevel=stacklevel + 1)
