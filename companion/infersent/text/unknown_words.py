"""One notice for all sentences of a call that a model reads without knowing most of their words."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from infersent.foundation.caller import for_caller
from infersent.foundation.notices import notice
from infersent.text.tokenizer import UNKNOWN_ID

# Of a sentence with a larger share of unknown words, a model's answer means little.
_MOST_UNKNOWN = 0.5

# So many different sentences are counted once each, and further ones as often as they come.
_REMEMBERED = 1_000_000


def more_words() -> str:
    """Return what a reader can do about words that a model of this package does not know."""
    ways = for_caller(
        python='InferSent.from_pretrained(vectors="glove.6B.100d")',
        shell="--vectors glove.6B.100d, which predict, evaluate and encode take",
    )
    return f"More words: {ways}, or train with other vectors."


class UnknownWords:
    """Counts sentences most of whose words a model does not know, for one notice about all that a call has read."""

    def __init__(self) -> None:
        self.sentences = self.strange = self.words = self.unknown = 0
        self.example = ""
        self._seen: set[int] = set()
        self._lock = threading.Lock()

    def add(self, sentences: Sequence[str], ids: Sequence[Sequence[int]], unknown_id: int = UNKNOWN_ID) -> None:
        """Count sentences by their word ids, each once, and none that is blank; several threads may do it."""
        with self._lock:
            for text, words in zip(sentences, ids, strict=True):
                if not text.strip() or (key := hash(text)) in self._seen:
                    continue
                if len(self._seen) < _REMEMBERED:
                    self._seen.add(key)
                unknown = sum(word == unknown_id for word in words)
                self.sentences += 1
                self.words += len(words)
                self.unknown += unknown
                if unknown > _MOST_UNKNOWN * len(words):
                    self.example = self.example if self.strange else text
                    self.strange += 1

    def tell(self, so: str, *, remedy: str = "", stacklevel: int = 4) -> None:
        """Give a notice if there are such sentences.

        Parameters
        ----------
        so
            What follows from it.
        remedy
            What helps; :func:`more_words` if left out.
        stacklevel
            How many calls above is the line that is blamed.
        """
        if not self.strange:
            return
        shown = self.example if len(self.example) <= 60 else f"{self.example[:60]}…"
        notice(
            f"The model does not know most of the words of {self.strange:,} of {self.sentences:,} sentences, "
            f"such as {shown!r}, so {so}; of all words it does not know {self.unknown / self.words:.1%}. "
            f"{remedy or more_words()}",
            stacklevel=stacklevel,
        )
