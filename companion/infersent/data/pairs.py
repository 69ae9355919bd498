"""Labelled sentence pairs: the one form in which every corpus is loaded."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from infersent.foundation.arrays import Bools, Ints

#: The three relations of natural language inference, in the order of every logit and probability.
LABELS = ("entailment", "neutral", "contradiction")

# The characters that separate sentences and pairs in the text that is hashed must not occur in a sentence. They are
# escaped by the control character of that name: a backslash occurs in ordinary sentences, whose digests are in records.
_ESCAPES = str.maketrans({"\x1b": "\x1b\x1b", "\t": "\x1bt", "\n": "\x1bn"})


@dataclass(frozen=True)
class Pairs:
    """Premises, hypotheses and labels, row by row.

    Attributes
    ----------
    premises, hypotheses
        ``n`` sentences each, as written in the corpus.
    labels
        ``[n]`` integers, each an index into :data:`LABELS`.
    name
        The name of these pairs in tables and logs, for example ``"SNLI-122k train"``.
    phenomena
        ``n`` tags that say what each pair turns on; empty if the corpus has none.
    """

    premises: Sequence[str]
    hypotheses: Sequence[str]
    labels: Ints
    name: str = "pairs"
    phenomena: Sequence[str] = field(default=())

    def __post_init__(self) -> None:
        labels = np.asarray(self.labels, dtype=np.int64)
        object.__setattr__(self, "labels", labels)
        n = len(self.premises)
        for what, length in (("hypotheses", len(self.hypotheses)), ("labels", len(labels))):
            if length != n:
                raise ValueError(f"{self.name}: {n} premises but {length} {what}; every pair needs one of each.")
        if self.phenomena and len(self.phenomena) != n:
            raise ValueError(
                f"{self.name}: {n} pairs but {len(self.phenomena)} phenomena; give one tag per pair, or none."
            )
        if n and not (labels.min() >= 0 and labels.max() < len(LABELS)):
            bad = labels[(labels < 0) | (labels >= len(LABELS))][0]
            raise ValueError(f"{self.name}: label {bad} is not an index into LABELS = {LABELS}.")

    def __len__(self) -> int:
        return len(self.premises)

    def __repr__(self) -> str:
        counts = ", ".join(f"{count:,} {label}" for label, count in zip(LABELS, self.label_counts(), strict=True))
        return f"Pairs({self.name}: {len(self):,} pairs; {counts})"

    def label_counts(self) -> Ints:
        """Return how many pairs carry each label: ``[3]``, in the order of :data:`LABELS`."""
        return np.bincount(self.labels, minlength=len(LABELS))

    def take(self, rows: slice | Sequence[int] | Ints | Bools, name: str | None = None) -> Pairs:
        """Return the pairs at ``rows`` (a slice, indices or a mask), in that order."""
        chosen = np.arange(len(self))[rows]
        return Pairs(
            [self.premises[i] for i in chosen],
            [self.hypotheses[i] for i in chosen],
            self.labels[chosen],
            name or self.name,
            [self.phenomena[i] for i in chosen] if self.phenomena else (),
        )

    def digest(self) -> str:
        """Return a hexadecimal SHA-256 of all sentences and labels in order: how records identify the data."""
        sha = hashlib.sha256()
        for premise, hypothesis, label in zip(self.premises, self.hypotheses, self.labels, strict=True):
            sha.update(f"{premise.translate(_ESCAPES)}\t{hypothesis.translate(_ESCAPES)}\t{label}\n".encode())
        return sha.hexdigest()
