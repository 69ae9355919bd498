"""How long a reader waits: for ``import infersent``, and for the first prediction from the shell."""

from __future__ import annotations

from functools import partial

from benchmarks.figures import Figure, Record
from benchmarks.peak import seconds
from benchmarks.processes import python
from benchmarks.settings import Settings

COMMANDS = {
    "import infersent": ("-c", "import infersent"),
    "import torch, for comparison": ("-c", "import torch"),
    "infersent predict, one pair": (
        *("-m", "infersent", "predict"),
        *("--premise", "A dog runs through the snow.", "--hypothesis", "An animal is outside."),
    ),
}


def run(record: Record, settings: Settings) -> None:
    """Start fresh processes, after one that fills the system's file cache."""
    for what, command in COMMANDS.items():
        start = partial(python, *command)
        start()
        taken = [seconds(start) for _ in range(settings.starts)]
        record.add(Figure.of("start", what, "s", taken))
