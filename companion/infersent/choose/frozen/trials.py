"""What is asked of frozen vectors: the settings, and the sets of blocks that each is asked with."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

from infersent.foundation.choices import choose
from infersent.model.features import BLOCKS, Blocks

#: The encoders, and how long the vectors are that they give.
ENCODERS = {"minilm": "unit", "infersent": "own"}

#: How long the vectors are made: 1; as they came; the root of their number of coordinates.
LENGTHS = ("unit", "own", "root")

#: What is done to the vectors then, see :func:`infersent.choose.frozen.vectors.changed`.
CHANGES = ("none", "centred", "shifted", "rotated", "principal")

#: What is trained on the features: a solved linear head, a network, or a linear head by some steps of AdamW.
HEADS = ("linear", "network", "steps")

#: The 15 sets of the four blocks, single blocks, and the cosine beside u and v.
EVERY_SET = (
    *(str(Blocks(some)) for size in range(1, len(BLOCKS) + 1) for some in combinations(BLOCKS, size)),
    "max(v-u,0)",
    "(u-v)**2",
    "min(u,v)",
    "cosine",
    "u, v, cosine",
)

#: What is asked with most pairs, where time is short.
SHOWN_SETS = (
    "v",
    "cosine",
    "|u-v|",
    "u*v",
    "|u-v|, u*v",
    "max(v-u,0)",
    "u, v",
    "u, v, cosine",
    "u, v, |u-v|",
    "u, v, u*v",
    "u, v, |u-v|, u*v",
)

#: What a network is given.
NETWORK_SETS = ("u, v", "u, v, |u-v|", "u, v, u*v", "u, v, |u-v|, u*v")

#: What the reasons are measured with.
FEW_SETS = ("u, v", "u, v, |u-v|", "u, v, u*v", "|u-v|", "u*v")

#: The same with what one number tells, for vectors whose basis is thought to matter.
TURNED_SETS = (*FEW_SETS, "cosine", "u, v, cosine")

#: The same with all four blocks, for vectors as they came.
OWN_SETS = (*TURNED_SETS, "u, v, |u-v|, u*v")

#: Numbers of pairs of which each seed draws its own, the number of those that it draws from, and of all.
DRAWN, POOL, ALL = (2_000, 8_000, 30_000), 60_000, 122_755

#: The number of pairs with which the reasons are measured.
REASONS = 8_000

#: The rates of AdamW where a head is not solved.
RATES = (1e-3, 1e-2)


@dataclass(frozen=True)
class Setting:
    """Everything that decides a head's answers, apart from the blocks.

    Attributes
    ----------
    encoder
        One of :data:`ENCODERS`.
    pairs
        How many training pairs. Below :data:`POOL` they are drawn from the first so many; above, they are the first.
    seed
        Of the draw, of a network's parameters and order, and of a rotation.
    head
        One of :data:`HEADS`.
    length
        One of :data:`LENGTHS`.
    change
        One of :data:`CHANGES`.
    standardised
        Whether every column of the features is brought to mean 0 and spread 1.
    rate
        Of AdamW, where the head is trained in steps; 0 elsewhere.
    anew
        Whether a solved head on changed vectors has its penalty chosen on these, and not on the vectors as they came.

    Raises
    ------
    ValueError
        If a name is unknown.

    Examples
    --------
    >>> Setting(change="rotated").seed
    0
    >>> Setting(change="turned")
    Traceback (most recent call last):
    ValueError: There is no change 'turned'. Did you mean 'shifted'? Known: none, centred, shifted, rotated, principal.
    """

    encoder: str = "minilm"
    pairs: int = 30_000
    seed: int = 0
    head: str = "linear"
    length: str = "unit"
    change: str = "none"
    standardised: bool = True
    rate: float = 0.0
    anew: bool = False

    def __post_init__(self) -> None:
        choose("encoder", self.encoder, ENCODERS)
        choose("head", self.head, dict.fromkeys(HEADS))
        choose("length", self.length, dict.fromkeys(LENGTHS))
        choose("change", self.change, dict.fromkeys(CHANGES))
        if self.pairs < 1:
            raise ValueError(f"pairs={self.pairs} is below 1.")


def settings(encoder: str) -> list[tuple[Setting, tuple[str, ...]]]:
    """Return what the declaration asks of an encoder's vectors: settings with their sets, the most wanted first.

    Examples
    --------
    >>> len(settings("minilm")), len(settings("infersent"))
    (72, 19)
    """
    own = ENCODERS[encoder]
    asked = dict.fromkeys(CHANGES, FEW_SETS) if encoder == "minilm" else {"none": OWN_SETS, "rotated": TURNED_SETS}
    turned = [
        (Setting(encoder, REASONS, seed, length=own, change=change), asked[change])
        for seed in range(5)
        for change in ("none", "rotated")
        if seed > 2 or change == "rotated" or encoder != "minilm"
    ]
    turned += [(Setting(encoder, REASONS, seed, length=own, change="principal"), FEW_SETS) for seed in range(3)]
    again = [(Setting(encoder, REASONS, seed, length=own, change="rotated", anew=True), FEW_SETS) for seed in range(3)]
    if encoder != "minilm":
        networks = [(Setting(encoder, DRAWN[-1], seed, head="network", length=own), NETWORK_SETS) for seed in range(3)]
        return [*turned, *again, *networks]
    drawn = [
        (Setting(pairs=pairs, seed=seed), EVERY_SET if pairs < DRAWN[-1] else SHOWN_SETS)
        for pairs in DRAWN
        for seed in range(3)
    ]
    signs = [
        (Setting(pairs=REASONS, seed=seed, change=change), FEW_SETS)
        for change in ("centred", "shifted")
        for seed in range(3)
    ]
    anew = [(Setting(pairs=REASONS, seed=seed, change="shifted", anew=True), FEW_SETS) for seed in range(3)]
    steps = [
        (
            Setting(pairs=REASONS, seed=seed, head="steps", length=length, standardised=standardised, rate=rate),
            FEW_SETS,
        )
        for length, standardised in (("unit", False), ("root", False), ("unit", True), ("own", False))
        for rate in RATES
        for seed in range(3)
    ]
    lengths = [(Setting(pairs=REASONS, seed=seed, length="own"), FEW_SETS) for seed in range(3)]
    networks = [
        (Setting(pairs=pairs, seed=seed, head="network"), NETWORK_SETS) for pairs in (*DRAWN, POOL) for seed in range(3)
    ]
    whole = [(Setting(pairs=pairs), EVERY_SET) for pairs in (POOL, ALL)]
    return [*drawn[:6], *turned, *drawn[6:7], *signs, *steps, *drawn[7:], *networks, *whole, *lengths, *anew, *again]
