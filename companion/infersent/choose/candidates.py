"""What is compared: sets of blocks, and what each of them is as a line of code."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations

from infersent.model.features import (
    BLOCKS,
    SHIPPED_FEATURES,
    Blocks,
    feature_names,
    features_width,
    functions_only,
)

#: Single blocks worth knowing beside InferSent's own.
SINGLES = ("max(v-u,0)", "(u-v)**2", "min(u,v)", "cosine")

#: How each of the package's blocks is written in PyTorch.
CODE = {
    "u": "u",
    "v": "v",
    "|u-v|": "(u - v).abs()",
    "u*v": "u * v",
    "u-v": "u - v",
    "(u-v)**2": "(u - v) ** 2",
    "min(u,v)": "torch.minimum(u, v)",
    "max(v-u,0)": "torch.relu(v - u)",
    "max(u-v,0)": "torch.relu(u - v)",
    "v*(1-u)": "v * (1 - u)",
    "4*u*v": "4 * u * v",
    "8*u*v": "8 * u * v",
    "16*u*v": "16 * u * v",
    "cosine": "torch.cosine_similarity(u, v, dim=1).unsqueeze(1)",
    "max(u,v)": "torch.maximum(u, v)",
    "(u*v)**2": "(u * v) ** 2",
    "|u|-|v|": "u.abs() - v.abs()",
    "u*v*(u-v)": "u * v * (u - v)",
    "u*v/(v**2+0.01)": "u * v / (v ** 2 + 0.01)",
}


def default_candidates() -> tuple[Blocks, ...]:
    """Return the 15 sets of the four blocks, the smaller first, then single blocks: the package's and the reader's.

    Examples
    --------
    >>> [str(blocks) for blocks in default_candidates()[:6]]
    ['u', 'v', '|u-v|', 'u*v', 'u, v', 'u, |u-v|']
    """
    sets = [Blocks(some) for size in range(1, len(BLOCKS) + 1) for some in combinations(BLOCKS, size)]
    return (*sets, *map(_single, SINGLES), *map(_single, own_features()))


def _single(name: str) -> Blocks:
    return Blocks([name])


def own_features() -> tuple[str, ...]:
    """Return the blocks that a reader has added by :func:`infersent.model.features.register_feature`.

    Those with parameters are left out: a comparison trains none.
    """
    return tuple(name for name in feature_names(parameters=False) if name not in SHIPPED_FEATURES)


def as_candidates(sets: Iterable[str | Iterable[str]] | None) -> tuple[Blocks, ...]:
    """Return sets of blocks as they are compared: checked, each once, and ``u`` alone and ``v`` alone among them.

    Parameters
    ----------
    sets
        Each a string with commas between the names, or the names; ``None`` for :func:`default_candidates`.

    Raises
    ------
    ValueError
        If there is no set, a name is unknown, or a block has parameters, which a comparison of solved heads does not
        train.
    """
    if sets is None:
        return default_candidates()
    if isinstance(sets, str):
        raise ValueError(f"candidates={sets!r} is one text; give a list of sets, such as ['u, v', 'u, v, u*v'].")
    wanted = [functions_only(some, "a comparison of solved heads") for some in sets]
    if not wanted:
        raise ValueError("candidates is empty; give at least one set of blocks, such as 'u, v, u*v'.")
    distinct = {frozenset(some): some for some in reversed([_single("u"), _single("v"), *wanted])}
    return tuple(reversed(distinct.values()))


def width(blocks: Sequence[str], dim: int) -> int:
    """Return how many columns a set has for vectors of ``dim`` numbers."""
    return features_width(dim, blocks)


def code(blocks: Sequence[str]) -> str:
    """Return the line to paste: these blocks of ``u`` and ``v``, ``[batch, dim]`` each, in PyTorch.

    Examples
    --------
    >>> code(["u", "v", "|u-v|"])
    'torch.cat([u, v, (u - v).abs()], 1)'
    >>> code(["u*v"])
    'u * v'
    """
    if any(name not in CODE for name in blocks):
        return f"infersent.pair_features(u, v, {list(blocks)!r})"
    parts = [CODE[name] for name in blocks]
    return parts[0] if len(parts) == 1 else f"torch.cat([{', '.join(parts)}], 1)"
