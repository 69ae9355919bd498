"""Which words a model knows, decided from the counts of a corpus."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from tokenizers import Tokenizer

from infersent.data.cache import cached_arrays
from infersent.data.pairs import plain_texts
from infersent.foundation.arrays import Array, Floats
from infersent.text.pieces import pieces, reads_by_piece
from infersent.text.tokenizer import REPLACEMENTS, TOKEN_RULE, build_tokenizer, split_words, token_rule
from infersent.text.vectors import WordVectors

# Part of the cache's key: raise it whenever the same texts and rule would give other counts.
_COUNTING_VERSION = 1

# The counts of so many sentences are kept: those of fewer are counted as fast as they are found again.
_MANY = 20_000


def count_words(sentences: Iterable[str], tokenizer: Tokenizer | None = None) -> Counter[str]:
    """Return how often each token occurs, by today's rule or by that of a model's tokenizer.

    The tokens stand in the order in which they first occur. The counts of a large corpus are cached.

    Raises
    ------
    TypeError
        If the sentences are one text or a whole table, or one of them is no text.
    """
    texts = plain_texts(sentences, "sentences")
    if len(texts) < _MANY or not (tokenizer is None or reads_by_piece(tokenizer)):
        return _counted(texts, tokenizer)
    sha = hashlib.sha256(np.array([len(text) for text in texts], dtype=np.int64).tobytes())
    sha.update("".join(texts).encode("utf-8", "surrogatepass"))
    rule = TOKEN_RULE if tokenizer is None else token_rule(tokenizer)
    key = [_COUNTING_VERSION, REPLACEMENTS, rule, sha.hexdigest()]
    return _from_arrays(cached_arrays("counts", key, lambda: _to_arrays(_counted(texts, tokenizer))))


def _counted(texts: list[str], tokenizer: Tokenizer | None) -> Counter[str]:
    # Splitting is slow, and a corpus repeats its sentences, and its words yet more.
    by_piece = tokenizer is None or reads_by_piece(tokenizer)
    counts: Counter[str] = Counter()
    for part, times in Counter(pieces(texts) if by_piece else texts).items():
        for word in split_words(part, tokenizer):
            counts[word] += times
    return counts


def _to_arrays(counts: Counter[str]) -> dict[str, Array]:
    # No token holds a blank, so none holds a line break.
    return {
        "words": np.frombuffer("\n".join(counts).encode(), dtype=np.uint8),
        "counts": np.fromiter(counts.values(), dtype=np.int64),
    }


def _from_arrays(arrays: dict[str, Array]) -> Counter[str]:
    words = arrays["words"].tobytes().decode().split("\n") if len(arrays["counts"]) else []
    return Counter(dict(zip(words, arrays["counts"].tolist(), strict=True)))


@dataclass(frozen=True)
class Vocabulary:
    """Which words a model knows, and which of them have a given vector.

    Attributes
    ----------
    trained
        Words without a given vector that occur often enough: each gets a row that is trained.
    given
        Words with a vector, which the model keeps as it is.
    vectors
        ``[len(given), dim]``.
    coverage
        Shares of the corpus's tokens, which add up to one: ``{"given": …, "trained": …, "unknown": …}``.
    """

    trained: list[str]
    given: list[str]
    vectors: Floats
    coverage: dict[str, float]

    def tokenizer(self) -> Tokenizer:
        """Return the tokenizer with the special tokens, then the trained words, then the given ones."""
        return build_tokenizer([*self.trained, *self.given])

    def __repr__(self) -> str:
        shares = ", ".join(f"{share:.2%} {kind}" for kind, share in self.coverage.items())
        sizes = f"{len(self.given):,} words with a vector, {len(self.trained):,} trained"
        return f"Vocabulary({sizes}; of the tokens {shares})"


def build_vocabulary(counts: Counter[str], vectors: WordVectors, *, min_count: int = 10) -> Vocabulary:
    """Decide for every word of a corpus how the model knows it.

    A word with a vector keeps it. A word without one gets a trained row if it occurs at least ``min_count`` times; the
    rest share the row of the unknown word, which is trained on them. Words of ``vectors`` that the corpus lacks are
    known, too, so that a reader's own sentences can use them.
    """
    have = set(vectors.words)
    # Words of equal frequency are ordered by spelling: the ids must not depend on the order of counting.
    trained = sorted((w for w, n in counts.items() if w not in have and n >= min_count), key=lambda w: (-counts[w], w))
    total = max(1, counts.total())
    coverage = {
        "given": sum(n for w, n in counts.items() if w in have) / total,
        "trained": sum(counts[w] for w in trained) / total,
    }
    coverage["unknown"] = 1.0 - sum(coverage.values())
    return Vocabulary(trained, list(vectors.words), vectors.vectors, coverage)
