"""The vectors of distinct sentences, the pairs that they make, and what can be done to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from infersent.choose.frozen.trials import POOL, Setting
from infersent.data.pairs import Pairs
from infersent.foundation.arrays import Array, Floats, Ints
from infersent.foundation.atomic import replace_file

#: How many of its standard deviations a coordinate is shifted by.
SHIFT = 3.0


@dataclass(frozen=True)
class SentenceVectors:
    """A vector for each distinct sentence, and labelled pairs as rows of them.

    Attributes
    ----------
    vectors
        ``[sentences, dim]``.
    train, test
        ``[pairs, 3]`` each: the row of the premise, that of the hypothesis, and the label.
    """

    vectors: Floats
    train: Ints
    test: Ints

    @classmethod
    def encode(cls, train: Pairs, test: Pairs, encoder: Callable[[list[str]], Array]) -> SentenceVectors:
        """Encode every distinct sentence of the pairs once."""
        texts = [*test.premises, *test.hypotheses, *train.premises, *train.hypotheses]
        rows = {text: row for row, text in enumerate(dict.fromkeys(texts))}

        def placed(pairs: Pairs) -> Ints:
            sides = ([rows[text] for text in side] for side in (pairs.premises, pairs.hypotheses))
            return np.column_stack([*sides, pairs.labels])

        return cls(np.asarray(encoder(list(rows)), dtype=np.float32), placed(train), placed(test))

    @classmethod
    def load(cls, path: str | Path) -> SentenceVectors:
        """Read what :meth:`save` wrote."""
        with np.load(path) as file:
            return cls(file["vectors"], file["train"], file["test"])

    def save(self, path: str | Path) -> None:
        """Write everything to one ``.npz`` file."""

        def write(new: Path) -> None:
            with new.open("wb") as file:
                np.savez(file, vectors=self.vectors, train=self.train, test=self.test)

        replace_file(Path(path), write)

    def draw(self, pairs: int, seed: int) -> Ints:
        """Return the training pairs of a setting, as rows of :attr:`train` in rising order.

        Raises
        ------
        ValueError
            If there are too few.
        """
        pool = min(POOL, len(self.train))
        if pairs < pool:
            return np.sort(np.random.default_rng(seed).choice(pool, pairs, replace=False))
        if pairs > len(self.train):
            raise ValueError(f"pairs={pairs:,}, but there are {len(self.train):,}.")
        return np.arange(pairs)


def changed(sentences: SentenceVectors, setting: Setting, rows: Ints) -> SentenceVectors:
    """Return the vectors at the length and with the change that a setting asks for.

    ``unit`` divides each by its length, ``root`` also multiplies it by the root of the number of coordinates.
    ``centred`` takes away each coordinate's mean over the training pairs' sentences, ``shifted`` then adds three of its
    standard deviations; ``rotated`` multiplies by a random orthogonal matrix, uniform over all; ``principal`` by that
    of the principal components of the training pairs' sentences.

    Parameters
    ----------
    sentences
        As the encoder gave them.
    setting
        What is asked for.
    rows
        Its training pairs.
    """
    vectors = sentences.vectors
    if setting.length != "own":
        vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True).clip(1e-12)
    if setting.length == "root":
        vectors = vectors * np.float32(np.sqrt(vectors.shape[1]))
    if setting.change in ("centred", "shifted", "principal"):
        known = vectors[sentences.train[rows, :2].ravel()].astype(np.float64)
        if setting.change == "principal":
            turn = np.linalg.eigh(np.cov(known.T))[1]
            vectors = vectors @ turn.astype(np.float32)
        else:
            add = -known.mean(axis=0) + (SHIFT * known.std(axis=0) if setting.change == "shifted" else 0)
            vectors = vectors + add.astype(np.float32)
    elif setting.change == "rotated":
        vectors = vectors @ rotation(vectors.shape[1], setting.seed)
    return replace(sentences, vectors=np.ascontiguousarray(vectors, dtype=np.float32))


def rotation(dim: int, seed: int) -> Floats:
    """Return a random orthogonal matrix, ``[dim, dim]``, uniform over all."""
    turn, triangle = np.linalg.qr(np.random.default_rng(seed).normal(size=(dim, dim)))
    return np.asarray(turn * np.sign(np.diag(triangle)), dtype=np.float32)
