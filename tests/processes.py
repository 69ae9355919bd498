"""Processes that tests start in order to stop them."""

import signal


def heed_interrupts() -> None:
    """Undo, as ``preexec_fn``, that Ctrl-C is ignored: what a shell starts in its background inherits that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
