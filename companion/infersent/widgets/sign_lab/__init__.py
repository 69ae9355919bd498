"""The sign lab: pool the states of a sentence's words, and see which signs are left for u*v."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import traitlets
from scipy.special import ndtr

from infersent.foundation.arrays import Floats
from infersent.foundation.tables import Table
from infersent.widgets.base import BookWidget

POOLINGS = ("max", "mean")

#: The longest sentence. This many words are drawn for every sentence; a shorter one has the first of them.
LONGEST = 40

#: The number of pairs of sentences that are drawn.
PAIRS = 2000

#: The lengths in the fallback's table.
TABLE = (1, 2, 3, 5, 8, 12, 20, 40)


@dataclass(frozen=True)
class Simulation:
    """What the sign lab draws.

    Attributes
    ----------
    states
        The words' states of the first pair of sentences, ``[2, words]``.
    u, v
        The pooled coordinate of each pair's two sentences, ``[PAIRS]`` each.
    """

    states: Floats
    u: Floats
    v: Floats

    @property
    def positive(self) -> float:
        """The share of the pooled coordinates that are positive."""
        return float((np.concatenate([self.u, self.v]) > 0).mean())

    @property
    def opposite(self) -> float:
        """The share of the pairs with ``u * v < 0``."""
        return float((self.u * self.v < 0).mean())


class SignLab(BookWidget):
    """One coordinate of two sentences: drawn word by word, pooled, and multiplied.

    A word's state is ``tanh(sqrt(alike) * common + sqrt(1 - alike) * own)``: two normal numbers, one that the words of
    the sentence share and one of the word's own. ``alike`` is the correlation of two words before the tanh.

    Parameters
    ----------
    words : int, optional
        The sentences' length, from 1 to 40.
    pooling : str, optional
        "max" or "mean".
    alike : float, optional
        How similar the words of a sentence are, from 0 to 0.9.
    seed : int, optional
        The seed of the draws, from 0 to 999,999.

    Raises
    ------
    traitlets.TraitError
        If a value lies outside its range, or the pooling is neither "max" nor "mean".

    Examples
    --------
    >>> lab = SignLab(words=8)
    >>> f"{lab.share_positive():.4f}, {lab.share_opposite():.4f}"
    '0.9961, 0.0078'
    """

    _esm = Path(__file__).with_name("sign_lab.mjs")

    words = traitlets.Int(8, min=1, max=LONGEST).tag(sync=True)
    pooling = traitlets.Unicode("max").tag(sync=True)
    alike = traitlets.Float(0.0, min=0.0, max=0.9).tag(sync=True)
    seed = traitlets.Int(0, min=0, max=999_999).tag(sync=True)

    @traitlets.validate("pooling")
    def _check_pooling(self, proposal: dict[str, Any]) -> str:
        pooling: str = proposal["value"]
        if pooling not in POOLINGS:
            raise traitlets.TraitError(f"pooling={pooling!r} is none of {', '.join(map(repr, POOLINGS))}.")
        return pooling

    @traitlets.validate("alike")
    def _check_alike(self, proposal: dict[str, Any]) -> float:
        alike: float = proposal["value"]
        if math.isnan(alike):  # which no comparison with a limit finds
            raise traitlets.TraitError("alike=nan is not a number from 0 to 0.9.")
        return alike

    def share_positive(self) -> float:
        """Return the probability that a pooled coordinate is positive."""
        return 1 - self._share_negative(self.words)

    def share_opposite(self) -> float:
        """Return the probability that two pooled coordinates have opposite signs, ``2 * p * (1 - p)``."""
        negative = self._share_negative(self.words)
        return 2 * negative * (1 - negative)

    def effective_words(self) -> float:
        """Return how many independent words would be negative together as often."""
        return -math.log2(self._share_negative(self.words))

    def simulate(self) -> Simulation:
        """Return the draws: the same numbers, from the same seed, as the page."""
        drawn = normals(self.seed, 2 * PAIRS * (LONGEST + 1)).reshape(2 * PAIRS, LONGEST + 1)
        common, own = drawn[:, :1], drawn[:, 1 : self.words + 1]
        states = np.tanh(math.sqrt(self.alike) * common + math.sqrt(1 - self.alike) * own)  # [2 * PAIRS, words]
        pooled = states.max(axis=1) if self.pooling == "max" else states.mean(axis=1)  # [2 * PAIRS]
        return Simulation(states=states[:2], u=pooled[0::2], v=pooled[1::2])

    def _share_negative(self, words: int) -> float:
        """Return the probability that a pooled coordinate of sentences of that length is negative."""
        if self.pooling == "mean":
            return 0.5  # flip every draw's sign, and the mean flips: both signs are equally likely
        return negative_together(words, self.alike)

    def fallback_html(self) -> str:
        alike = f", alike {self.alike:.2f}" if self.alike else ""
        rows = [
            (str(words), share(1 - negative), share(2 * negative * (1 - negative)))
            for words in sorted({*TABLE, self.words})
            for negative in [self._share_negative(words)]
        ]
        header = ("words", "positive", "pairs of opposite signs")
        table = Table(header, rows, caption=f"{self.pooling.capitalize()} pooling{alike}", css_class="")
        return (
            f"<p>With {self.words} word{'s' if self.words > 1 else ''}{alike}, {share(self.share_positive())} of "
            f"{self.pooling}-pooled values are positive; opposite signs in {share(self.share_opposite())} of pairs.</p>"
            f"\n{table.to_html()}"
        )


def negative_together(words: int, alike: float) -> float:
    """Return the probability that all words' states are negative, so that their maximum is.

    Given the common number c, the words are independent, each negative with probability ``ndtr(-a * c)`` with
    ``a = sqrt(alike / (1 - alike))``. The mean over c is an integral; the trapezoidal rule takes it to many digits.
    """
    if alike == 0:
        return 0.5**words
    common = np.arange(-80, 81) / 10
    density = np.exp(-(common**2) / 2)
    together = ndtr(-math.sqrt(alike / (1 - alike)) * common) ** words
    return float((density * together).sum() / density.sum())


def uniform(seed: int, count: int) -> Floats:
    """Return ``count`` numbers in [0, 1) from the generator mulberry32, the same as ``uniform`` of the toolkit."""
    low = np.uint64(0xFFFFFFFF)  # all is modulo 2**32; a product of two such numbers fits into 64 bits
    state = (np.uint64(seed) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x6D2B79F5)) & low
    t = (state ^ (state >> np.uint64(15))) * (state | np.uint64(1)) & low
    t ^= (t + (t ^ (t >> np.uint64(7))) * (t | np.uint64(61))) & low
    numbers: Floats = (t ^ (t >> np.uint64(14))) / 2**32
    return numbers


def normals(seed: int, count: int) -> Floats:
    """Return ``count`` standard normal numbers, an even count, by the method of Box and Muller."""
    first, second = uniform(seed, count).reshape(-1, 2).T  # [count / 2] each
    radius, angle = np.sqrt(-2 * np.log(1 - first)), 2 * np.pi * second
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1).ravel()


def share(value: float) -> str:
    """Return a share as a percentage to one digit; only none at all is 0%, and only all is 100%."""
    if 0 < value < 0.0005:
        return "under 0.1%"
    if 0.9995 < value < 1:
        return "over 99.9%"
    return f"{round(100 * value, 8):.1f}%"  # first without what machines disagree on, so that ties fall the same way
