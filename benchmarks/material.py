"""What the benchmarks read: SNLI-122k where its archive is on disk, and the package's own captions elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, replace

from infersent.data import fetch, snli
from infersent.model.infersent import InferSent
from infersent.text.batching import EncodedPairs
from infersent.training.recipes import RECIPES, load_pairs, set_up


@dataclass(frozen=True)
class Material:
    """Pairs to learn from and a model that can read them.

    Attributes
    ----------
    name
        Of the pairs.
    pairs
        Encoded.
    model
        Untrained, of the ``laptop`` recipe; ``model.untrained(hidden=...)`` is one of another size.
    """

    name: str
    pairs: EncodedPairs
    model: InferSent

    @property
    def trained_words(self) -> int:
        """How many words have a vector that learns; their ids come first."""
        return len(self.model.encoder.embedding.trained)


def why_no_snli() -> str | None:
    """Return why SNLI cannot be read, or ``None`` where it can; nothing is downloaded for a benchmark."""
    try:
        there = fetch.available(snli.ARCHIVE)
    except fetch.DataUnavailable as error:
        return str(error)
    return None if there else f"{snli.ARCHIVE} is not on disk; INFERSENT_DATA names a folder of archives."


def load(*, small: bool = False) -> Material:
    """Return the material: captions if SNLI is not there, or if little will do."""
    recipe = RECIPES["laptop"]
    if small or why_no_snli():
        recipe = replace(recipe, data="captions", subset=None, model=replace(recipe.model, hidden=64))
    train, dev = (load_pairs(recipe, split) for split in ("train", "dev"))
    setup = set_up(recipe, train, dev.take(slice(2)), progress=False)
    return Material(train.name, setup.train, setup.model)
