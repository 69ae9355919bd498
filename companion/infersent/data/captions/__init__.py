"""Captions: a controlled corpus in which no single sentence gives its label away.

Thousands of English captions of a small invented world, labelled by what they mean (``world.py``): entailment if the
scenes that the premise describes are among those that the hypothesis describes, contradiction if no scene fits
both, neutral otherwise.

**Construction.** A *chain* is five captions, each strictly broader than the one before: s0 < s1 < s2 < s3 < s4. Its
premises are s0 to s3, its hypotheses s1 to s4, and its four links are its entailment pairs. The swaps of the two links
between captions of both sides, (s2, s1) and (s3, s2), are neutral, and they are pairs too. That leaves, for neutral
pairs, the premises s0, s1 and the hypotheses s3, s4 of all chains of a block: a perfect matching joins them into
neutral pairs. Another, of all premises with all hypotheses, makes the contradictions.

**Balance.** So in every split each distinct premise has exactly one pair of each label, and so has each distinct
hypothesis. An additive head, one whose logits are f(premise) + g(hypothesis), such as any linear head on (u, v), cannot
beat the uniform answer there: for every f and g, the mean log-loss is at least log 3. (It is convex in the logits,
and at zero logits its derivative along any f + g sums, sentence by sentence, 1/3 - [label] over one pair of each label:
zero.)

**Direction.** Half of all entailment pairs also occur swapped, as neutral pairs. A head on symmetric features only,
such as ``(|u-v|, u*v)``, gives both the same answer, and so errs on one of every such two: on two of the twelve pairs
of each chain. Its accuracy is at most 5/6 (:func:`symmetric_ceiling`).

Splits share no sentence, but every word of dev and test occurs in ``train``.
"""

from __future__ import annotations

import hashlib
import platform
from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from random import Random

import numpy as np
import scipy

from infersent.data.cache import cached_arrays
from infersent.data.captions.matching import draw_block
from infersent.data.captions.world import PHENOMENA
from infersent.data.pairs import LABELS, Pairs
from infersent.foundation.arrays import Array, Ints
from infersent.foundation.choices import choose

__all__ = ["BLOCK", "PHENOMENA", "SPLITS", "load", "symmetric_ceiling"]

#: The number of pairs in each split.
SPLITS = {"train": 30_000, "dev": 3_000, "test": 3_000}

#: Pairs come in blocks of this many, each balanced by itself.
BLOCK = 3_000

_CHAINS = BLOCK // 12


def load(split: str = "train", *, seed: int = 0, size: int | None = None) -> Pairs:
    """Return a split of the captions corpus, generated on first use (some seconds) and then kept in the cache.

    Parameters
    ----------
    split
        ``"train"``, ``"dev"`` or ``"test"``.
    seed
        Another seed draws another corpus from the same world. The book's figures come from seed 0.
    size
        How many pairs, counted from the first; a multiple of :data:`BLOCK`, because only whole blocks are balanced.
        All by default.

    Returns
    -------
    Pairs
        With a phenomenon of :data:`PHENOMENA` for each pair. The same for the same arguments, in any process.

    Raises
    ------
    ValueError
        If there is no such split, or ``size`` is not a whole number of its blocks.
    """
    choose("split of the captions", split, SPLITS)
    size = SPLITS[split] if size is None else size
    if size not in range(BLOCK, SPLITS[split] + 1, BLOCK):
        raise ValueError(
            f"captions {split} cannot be cut to {size} pairs; give a multiple of {BLOCK} up to {SPLITS[split]}, "
            "so that every sentence still has all three labels."
        )
    return _corpus(seed)[split].take(slice(size))


def symmetric_ceiling(pairs: Pairs) -> float:
    """Return the accuracy that no model with symmetric features can exceed on ``pairs``.

    Such a model, for example any head on ``(|u-v|, u*v)``, answers (a, b) and (b, a) alike. So of all pairs of the same
    two sentences, in either order, it gets right at best those with the most frequent label.

    Raises
    ------
    ValueError
        If there are no pairs.
    """
    if not len(pairs):
        raise ValueError(f"{pairs.name} has no pairs, and so no accuracy; give at least one.")
    counts: defaultdict[frozenset[str], Ints] = defaultdict(lambda: np.zeros(len(LABELS), dtype=np.int64))
    for premise, hypothesis, label in zip(pairs.premises, pairs.hypotheses, pairs.labels, strict=True):
        counts[frozenset((premise, hypothesis))][label] += 1
    return sum(int(count.max()) for count in counts.values()) / len(pairs)


@lru_cache(maxsize=2)
def _corpus(seed: int) -> Mapping[str, Pairs]:
    key = {"seed": seed, "splits": SPLITS, "block": BLOCK, "generator": _generator()}
    arrays = cached_arrays("captions", key, lambda: _draw(seed))

    def sentences(name: str) -> list[str]:
        return arrays[name].tobytes().decode().split("\n")

    return {
        split: Pairs(
            sentences(f"{split} premises"),
            sentences(f"{split} hypotheses"),
            arrays[f"{split} labels"],
            f"captions {split}",
            [PHENOMENA[code] for code in arrays[f"{split} phenomena"]],
        )
        for split in SPLITS
    }


def _generator() -> list[str]:
    """Return what decides which corpus a seed draws: the code of this folder and the libraries that it draws with."""
    sha = hashlib.sha256()
    for source in sorted(Path(__file__).parent.glob("*.py")):
        sha.update(source.read_bytes())
    return [sha.hexdigest(), platform.python_version(), np.__version__, scipy.__version__]


def _draw(seed: int) -> dict[str, Array]:
    """Draw the corpus: of each split the sentences, one a line, and the codes of labels and phenomena."""
    rng = Random(seed)
    taken: set[str] = set()
    arrays: dict[str, Array] = {}
    for split, size in SPLITS.items():
        blocks = [draw_block(rng, _CHAINS, taken) for _ in range(size // BLOCK)]
        for side, text in (
            ("premises", "\n".join(block.sentences[row] for block in blocks for row in block.premises)),
            ("hypotheses", "\n".join(block.sentences[row] for block in blocks for row in block.hypotheses)),
        ):
            arrays[f"{split} {side}"] = np.frombuffer(text.encode(), dtype=np.uint8)
        arrays[f"{split} labels"] = np.concatenate([block.labels for block in blocks])
        arrays[f"{split} phenomena"] = np.concatenate([block.phenomena for block in blocks])
    return arrays
