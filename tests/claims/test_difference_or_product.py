"""What "Difference or product?" says of the noise of its prediction, beyond what its cells assert."""

from __future__ import annotations

from functools import partial
from math import sqrt

from tests.claims.prose import says

says = partial(says, "features/difference-or-product")

PAIRS = 9824


def test_what_pairing_saves() -> None:
    right, apart = 0.65, 1 / 5  # the accuracy that the text assumes, and the share on which one model alone is right
    alone = sqrt(right * (1 - right) / PAIRS)
    says(f"An accuracy near {right:.0%} on SNLI's {PAIRS:,} test pairs has a standard error of half a point")
    assert round(100 * alone, 1) == 0.5
    says("More seeds do not reduce it")
    says(
        f"just one of them is right on a fifth of these, the difference has a standard error of "
        f"{100 * sqrt(apart / PAIRS):.2f} points. On two separate test sets it would be {100 * sqrt(2) * alone:.2f}."
    )
