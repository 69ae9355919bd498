"""One encoder for both sentences, the pair features, a classifier head; and trained models as files without code.

A process that was forked from one that has computed on several processor threads would wait for these threads for ever:
OpenMP does not survive a fork. So a fork made after this package was imported computes on one thread. It may ask for
more by ``torch.set_num_threads`` if its parent has computed nothing; processes that are spawned, or that joblib starts,
have no such limit.
"""

import os
import sys


def _after_fork() -> None:
    """Make a forked child able to compute: no thread of the parent lives on in it."""
    if (torch := sys.modules.get("torch")) is not None:  # not imported here, where it may be needed for nothing
        torch.set_num_threads(1)


if hasattr(os, "register_at_fork"):  # not on Windows, where nothing forks
    os.register_at_fork(after_in_child=_after_fork)
