"""Which words a model knows, decided from the counts of a corpus."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from tokenizers import Tokenizer

from infersent.data.pairs import plain_texts
from infersent.foundation.arrays import Floats
from infersent.text.tokenizer import build_tokenizer, split_words
from infersent.text.vectors import WordVectors


def count_words(sentences: Iterable[str], tokenizer: Tokenizer | None = None) -> Counter[str]:
    """Return how often each token occurs, by today's rule or by that of a model's tokenizer.

    Raises
    ------
    TypeError
        If the sentences are one text or a whole table, or one of them is no text.
    """
    counts: Counter[str] = Counter()
    for sentence, times in Counter(
        plain_texts(sentences, "sentences")
    ).items():  # splitting is slow, and a corpus repeats its sentences
        for word in split_words(sentence, tokenizer):
            counts[word] += times
    return counts


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
