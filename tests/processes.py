"""Processes that tests start in order to stop them."""

import signal
import time
from pathlib import Path


def heed_interrupts() -> None:
    """Undo, as ``preexec_fn``, that Ctrl-C is ignored: what a shell starts in its background inherits that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def ended(group, seconds=30):
    """Wait until no process of a group runs; return whether that came true."""
    for _ in range(10 * seconds):
        if not any(map(runs_in(group), Path("/proc").glob("[0-9]*/stat"))):
            return True
        time.sleep(0.1)
    return False


def runs_in(group):
    def runs(stat):
        try:
            state, _, its_group = stat.read_text().rpartition(")")[2].split()[:3]
        except OSError:
            return False
        return int(its_group) == group and state != "Z"

    return runs
