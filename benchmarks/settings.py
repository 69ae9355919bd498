"""How long to measure, and what: all of it, or a quick look."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """How much is measured.

    Attributes
    ----------
    hidden
        The sizes, in units per direction.
    seconds
        For each comparison of two works; it ends with the round under way.
    amount
        A turn of a size has so many pairs times units: the larger the model, the fewer.
    starts
        How many fresh processes are started, of each kind.
    small
        Whether little material will do: the captions, and the subset of SNLI alone.
    side
        Of the matrices whose product is the machine's peak.
    """

    hidden: tuple[int, ...] = (64, 256, 512, 2048)
    seconds: float = 8.0
    amount: int = 2**17
    starts: int = 5
    small: bool = False
    side: int = 1536


#: A look within a minute or so.
QUICK = Settings(hidden=(64, 256), seconds=2.0, amount=2**15, starts=1, small=True, side=1024)
