"""How far a long piece of work is: a bar where a terminal is, a line now and then in a log."""

from __future__ import annotations

import os
import sys
import time
from datetime import timedelta

from tqdm.auto import tqdm


class Progress:
    """Counts what is done and shows it on standard error, inside a ``with`` block.

    Parameters
    ----------
    total
        How much there is to do.
    what
        A word for the work: "encoding".
    unit
        What is counted, in the singular.
    done
        How much was done before.
    every
        In a log, the seconds from one line to the next. tqdm's own variable ``TQDM_DISABLE=1`` silences lines as it
        does bars.
    """

    def __init__(self, total: int, what: str, unit: str, *, done: int = 0, every: float = 30.0) -> None:
        self.total, self.what, self.unit, self.done, self.every = total, what, unit, done, every
        self._before, self._start = done, time.monotonic()
        self._shown = self._start
        self._silent = os.environ.get("TQDM_DISABLE", "0") not in ("", "0")
        self._bar = tqdm(total=total, desc=what, unit=unit, initial=done) if sys.stderr.isatty() else None

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *error: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def update(self, more: int = 1) -> None:
        """Count ``more`` as done."""
        self.done += more
        if self._bar is not None:
            self._bar.update(more)
        elif not self._silent and (now := time.monotonic()) >= self._shown + self.every:
            self._shown = now
            print(self.line(now - self._start), file=sys.stderr, flush=True)

    def line(self, seconds: float) -> str:
        """Return one line for a log, when ``seconds`` have passed since the start."""
        pace = (self.done - self._before) / seconds if seconds else 0.0
        left = f", {timedelta(seconds=round((self.total - self.done) / pace))} left" if pace else ""
        often = f"{pace:,.0f}" if pace >= 10 or not pace else f"{pace:.2g}"
        return f"{self.what}: {self.done:,} of {self.total:,} {self.unit}s, {often} per second{left}"
