"""Standard output whose reader has gone, or that another process of the same work writes."""

from __future__ import annotations

import os
import sys
import warnings
from contextlib import suppress

from infersent.foundation.notices import Notice


def give_up_output() -> None:
    """Let what is still to be written to standard output go nowhere.

    Python would try to write it when it ends, and end with an error of its own.
    """
    with suppress(OSError, ValueError):  # it may be no file of the system
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def fall_silent() -> None:
    """Say nothing more but errors: of several processes that do the same, one speaks."""
    give_up_output()
    warnings.simplefilter("ignore", Notice)
