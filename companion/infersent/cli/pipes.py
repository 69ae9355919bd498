"""Standard output whose reader has gone."""

from __future__ import annotations

import os
import sys
from contextlib import suppress


def give_up_output() -> None:
    """Let what is still to be written to standard output go nowhere.

    Python would try to write it when it ends, and end with an error of its own.
    """
    with suppress(OSError, ValueError):  # it may be no file of the system
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
