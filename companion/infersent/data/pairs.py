"""Labelled sentence pairs: the one form in which every corpus is loaded."""

from __future__ import annotations

import hashlib
import operator
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

import numpy as np

from infersent.foundation.arrays import Array, Bools, Floats, Ints
from infersent.foundation.caller import option
from infersent.foundation.wording import counted

#: The three relations of natural language inference, in the order of every logit and probability. They are the labels
#: of every corpus and model that names no others.
LABELS = ("entailment", "neutral", "contradiction")

# The characters that separate sentences and pairs in the text that is hashed must not occur in a sentence. They are
# escaped by the control character of that name: a backslash occurs in ordinary sentences, whose digests are in records.
_ESCAPES = str.maketrans({"\x1b": "\x1b\x1b", "\t": "\x1bt", "\n": "\x1bn"})

# So many pairs' text is in memory at a time while it is hashed.
_HASHED_AT_ONCE = 10_000


@dataclass(frozen=True)
class Pairs:
    """Premises, hypotheses and labels, row by row.

    Whatever the columns are given as (a list, an array, a column of a data frame), they are kept as plain lists in
    their order: a pandas index does not matter. :func:`infersent.data.files.pairs_from` makes pairs of a data frame
    whose labels are names.

    Attributes
    ----------
    premises, hypotheses
        ``n`` sentences each, as written in the corpus.
    labels
        ``[n]`` whole numbers, each an index into ``label_names``.
    name
        The name of these pairs in tables and logs, for example ``"SNLI-122k train"``.
    phenomena
        ``n`` tags that say what each pair turns on; empty if the corpus has none.
    label_names
        What the labels are called; :data:`LABELS` if left out.
    distributions
        ``[n, labels]``, the share of each label for each pair (of annotators, or of another model's belief), if labels
        are soft. Each row adds up to one. Training aims at them; ``labels`` are the likeliest.

    Raises
    ------
    TypeError
        If a sentence is not a text, or a label is not a number.
    ValueError
        If the columns differ in length, or a label is not a whole number that stands for a name.

    Examples
    --------
    >>> Pairs(["Where?", "Who?"], ["In what place?", "When?"], [1, 0], "own", label_names=("other", "same"))
    Pairs(own: 2 pairs; 1 other, 1 same)
    """

    premises: Sequence[str]
    hypotheses: Sequence[str]
    labels: Ints
    name: str = "pairs"
    phenomena: Sequence[str] = field(default=())
    label_names: tuple[str, ...] = LABELS
    distributions: Floats | None = None

    def __post_init__(self) -> None:
        put = _setter(self)
        for what in ("premises", "hypotheses"):
            put(what, plain_texts(getattr(self, what), f"{self.name}: {what}"))
        put("phenomena", as_list(self.phenomena) or ())
        put("label_names", check_label_names(self.label_names))
        n = len(self.premises)
        labels = _whole_numbers(self.labels, self.label_names, self.name)
        put("labels", labels)
        for what, length in (("hypotheses", len(self.hypotheses)), ("labels", len(labels))):
            if length != n:
                raise ValueError(f"{self.name}: {n} premises but {length} {what}; every pair needs one of each.")
        if self.phenomena and len(self.phenomena) != n:
            raise ValueError(
                f"{self.name}: {n} pairs but {len(self.phenomena)} phenomena; give one tag per pair, or none."
            )
        if n and not (labels.min() >= 0 and labels.max() < len(self.label_names)):
            bad = labels[(labels < 0) | (labels >= len(self.label_names))][0]
            raise _no_index(bad, self.label_names, self.name)
        if self.distributions is not None:
            put("distributions", _shares(self.distributions, (n, len(self.label_names)), self.name))

    def __len__(self) -> int:
        return len(self.premises)

    def __repr__(self) -> str:
        counts = ", ".join(
            f"{count:,} {label}" for label, count in zip(self.label_names, self.label_counts(), strict=True)
        )
        soft = "" if self.distributions is None else "; soft labels, counted by the likeliest"
        return f"Pairs({self.name}: {counted(len(self), 'pair')}; {counts}{soft})"

    def label_counts(self) -> Ints:
        """Return how many pairs carry each label: ``[labels]``, in the order of :attr:`label_names`."""
        return np.bincount(self.labels, minlength=len(self.label_names))

    def take(self, rows: slice | Sequence[int] | Ints | Bools, name: str | None = None) -> Pairs:
        """Return the pairs at ``rows`` (a slice, indices or a mask), in that order."""
        chosen = _rows(rows, len(self))
        return Pairs(
            [self.premises[i] for i in chosen],
            [self.hypotheses[i] for i in chosen],
            self.labels[chosen],
            name or self.name,
            [self.phenomena[i] for i in chosen] if self.phenomena else (),
            self.label_names,
            None if self.distributions is None else self.distributions[chosen],
        )

    def with_labels(self, label_names: Sequence[str], of: str = "") -> Pairs:
        """Return the same pairs with their labels numbered as in ``label_names``.

        Parameters
        ----------
        label_names
            Every label that occurs here must be among them; more are allowed.
        of
            Whose names these are, for the error: ``"train.csv"``.

        Raises
        ------
        ValueError
            If a label occurs that is not among the names; the message names it and these pairs.
        """
        names = check_label_names(label_names)
        if names == self.label_names:
            return self
        counts = self.label_counts()
        present = set(np.flatnonzero(counts))
        if self.distributions is not None:
            present |= set(np.flatnonzero(self.distributions.any(axis=0)))
        for i in sorted(present):
            if self.label_names[i] not in names:
                whose = f"{of} has" if of else "the model has"
                raise ValueError(
                    f"{self.name} has the label {self.label_names[i]!r} ({counts[i]:,} of {len(self):,} pairs), which "
                    f"is not among those that {whose}: {', '.join(names)}. Write the labels alike; "
                    f"if they are numbers, name them in their order by {option('labels', names)}."
                )
        place = np.array([names.index(label) if label in names else -1 for label in self.label_names])
        distributions = None
        if self.distributions is not None:
            distributions = np.zeros((len(self), len(names)))
            kept = place >= 0
            distributions[:, place[kept]] = self.distributions[:, kept]
        return replace(self, labels=place[self.labels], label_names=names, distributions=distributions)

    def digest(self) -> str:
        """Return a hexadecimal SHA-256 of all sentences and labels in order: how records identify the data."""
        sha = hashlib.sha256()
        rows = zip(self.premises, self.hypotheses, self.labels.tolist(), strict=True)
        while some := list(islice(rows, _HASHED_AT_ONCE)):
            text = "".join([f"{premise}\t{hypothesis}\t{label}\n" for premise, hypothesis, label in some])
            # Escaping takes most of the time, and few corpora need it.
            if "\x1b" in text or text.count("\t") > 2 * len(some) or text.count("\n") > len(some):
                text = "".join([f"{p.translate(_ESCAPES)}\t{h.translate(_ESCAPES)}\t{label}\n" for p, h, label in some])
            sha.update(text.encode())
        if self.label_names != LABELS:  # the digests of pairs of NLI are in records
            sha.update("\t".join(name.translate(_ESCAPES) for name in self.label_names).encode())
        if self.distributions is not None:
            sha.update(np.ascontiguousarray(self.distributions).tobytes())
        return sha.hexdigest()


@dataclass(frozen=True)
class ScoredPairs:
    """Pairs of sentences with a number each instead of a label, such as how similar they are.

    Attributes
    ----------
    premises, hypotheses
        ``n`` sentences each: the first and the second of each pair.
    scores
        ``[n]``, float64, on the scale of the corpus.
    name
        The name of these pairs in tables and logs.

    Raises
    ------
    TypeError
        If a sentence is not a text.
    ValueError
        If the columns differ in length, or a score is not a finite number.

    Examples
    --------
    >>> ScoredPairs(["A cat.", "A cat."], ["A kitten.", "A car."], [4.2, 0.4], "own")
    ScoredPairs(own: 2 pairs; scores from 0.4 to 4.2)
    """

    premises: Sequence[str]
    hypotheses: Sequence[str]
    scores: Floats
    name: str = "pairs"

    def __post_init__(self) -> None:
        put = _setter(self)
        for what in ("premises", "hypotheses"):
            put(what, plain_texts(getattr(self, what), f"{self.name}: {what}"))
        try:
            scores = np.array(as_list(self.scores), dtype=np.float64)
        except (TypeError, ValueError) as error:
            raise ValueError(f"{self.name}: a score is not a number ({error}).") from None
        put("scores", scores)
        n = len(self.premises)
        for what, length in (("hypotheses", len(self.hypotheses)), ("scores", len(scores))):
            if length != n:
                raise ValueError(f"{self.name}: {n} premises but {length} {what}; every pair needs one of each.")
        if scores.shape != (n,) or not np.isfinite(scores).all():
            row = int(np.flatnonzero(~np.isfinite(scores))[0]) if scores.shape == (n,) else 0
            raise ValueError(f"{self.name}: every pair needs one finite score; row {row} has {self.scores[row]}.")

    def __len__(self) -> int:
        return len(self.premises)

    def __repr__(self) -> str:
        span = f"; scores from {self.scores.min():g} to {self.scores.max():g}" if len(self) else ""
        return f"ScoredPairs({self.name}: {counted(len(self), 'pair')}{span})"

    def take(self, rows: slice | Sequence[int] | Ints | Bools, name: str | None = None) -> ScoredPairs:
        """Return the pairs at ``rows`` (a slice, indices or a mask), in that order."""
        chosen = _rows(rows, len(self))
        premises, hypotheses = ([column[i] for i in chosen] for column in (self.premises, self.hypotheses))
        return ScoredPairs(premises, hypotheses, self.scores[chosen], name or self.name)

    def digest(self) -> str:
        """Return a hexadecimal SHA-256 of all sentences and scores in order."""
        sha = hashlib.sha256()
        for premise, hypothesis, score in zip(self.premises, self.hypotheses, self.scores.tolist(), strict=True):
            sha.update(f"{premise.translate(_ESCAPES)}\t{hypothesis.translate(_ESCAPES)}\t{score!r}\n".encode())
        return sha.hexdigest()


def as_list(column: Iterable[Any]) -> list[Any]:
    """Return any column as a list of plain Python values, in its order.

    The order is that of the rows, also for a column of a data frame whose index is shuffled.

    Raises
    ------
    TypeError
        If it is a whole table, whose items are the names of its columns, or has no order.
    """
    if isinstance(column, Mapping | Set) or any(hasattr(column, name) for name in ("columns", "column_names")):
        raise TypeError(f"A {type(column).__name__} is not one column; give a list, an array or a column of a table.")
    if isinstance(column, list):
        return list(column)
    for method in ("tolist", "to_list", "to_pylist"):  # numpy and pandas, polars, pyarrow
        if hasattr(column, method):
            values: list[Any] = getattr(column, method)()
            return values
    return list(column)


def plain_texts(column: Iterable[Any], what: str) -> list[str]:
    """Return a column of sentences as a list.

    Raises
    ------
    TypeError
        If it is one text, or an item of it is no text; the message names its row.
    """
    if isinstance(column, str):
        raise TypeError(f"{what} is one text; give a list of them: [{column[:40]!r}].")
    texts = as_list(column)
    for row, text in enumerate(texts):
        if type(text) is not str:
            if not isinstance(text, str):
                raise TypeError(f"{what}, row {row}: {text!r} is a {type(text).__name__}, not a text.")
            texts[row] = str(text)
    return texts


def check_label_names(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names of labels as a tuple.

    Raises
    ------
    ValueError
        If there are none, one is no text or is empty, or two are equal.
    """
    if isinstance(names, str):
        raise ValueError(f"label_names={names!r} is one text; give a tuple of names.")
    found = tuple(as_list(names))
    if not found or len(set(found)) < len(found) or not all(isinstance(name, str) and name.strip() for name in found):
        raise ValueError(f"label_names={found!r}: give different names, each a text.")
    return tuple(map(str, found))


def _setter(frozen: object) -> Any:
    return lambda name, value: object.__setattr__(frozen, name, value)


def _rows(rows: slice | Sequence[int] | Ints | Bools, n: int) -> Ints:
    if not isinstance(rows, slice | np.ndarray):
        rows = np.asarray(as_list(rows), dtype=None if len(rows) else np.int64)
    chosen: Ints = np.arange(n)[rows]
    return chosen


def _whole_numbers(column: Iterable[Any], label_names: tuple[str, ...], name: str) -> Ints:
    values: Array = column if isinstance(column, np.ndarray) else np.asarray(as_list(column))
    if values.ndim != 1:
        raise ValueError(f"{name}: labels have the shape {list(values.shape)}; give one whole number for each pair.")
    if not values.size:
        return values.astype(np.int64)
    if values.dtype.kind == "b" and len(label_names) != 2:
        raise ValueError(
            f"{name}: labels are true and false, but there are {len(label_names)} names for them: "
            f"{', '.join(label_names)}. Give two: label_names=('no', 'yes')."
        )
    if values.dtype.kind == "f":
        odd = np.flatnonzero(~(np.isfinite(values) & (values == np.rint(values))))
        if odd.size:
            raise ValueError(
                f"{name}: label {values[odd[0]]!s} in row {odd[0]} is not a whole number, and a label is an index "
                f"into {label_names}. Scores make ScoredPairs; or cut them into classes yourself."
            )
    elif values.dtype.kind not in "iub":
        try:
            values = np.array([operator.index(value) for value in values.tolist()], dtype=object)
        except TypeError as error:
            raise TypeError(
                f"{name}: a label is an index into {label_names} ({error}). "
                "infersent.data.pairs_from reads labels that are names."
            ) from None
    if values.dtype.kind in "ufO":  # what 64 bits do not hold would become another number, and be named as that
        far = np.flatnonzero((values < -(2.0**63)) | (values >= 2.0**63))
        if far.size:
            raise _no_index(values[far[0]], label_names, name)
    return values.astype(np.int64)


def _no_index(label: Any, label_names: tuple[str, ...], name: str) -> ValueError:
    known = "LABELS" if label_names == LABELS else "label_names"
    return ValueError(f"{name}: label {label} is not an index into {known} = {label_names}.")


def _shares(distributions: Any, shape: tuple[int, int], name: str) -> Floats:
    values: Floats = np.asarray(distributions, dtype=np.float64)
    if values.shape != shape:
        raise ValueError(f"{name}: distributions of shape {list(values.shape)}; give {list(shape)}, a row per pair.")
    odd = np.flatnonzero(~((values >= 0).all(axis=1) & np.isclose(values.sum(axis=1), 1.0, atol=1e-4)))
    if odd.size:
        raise ValueError(
            f"{name}: the distribution in row {odd[0]}, {values[odd[0]].tolist()}, is not one: "
            "its shares must not be negative and must add up to one."
        )
    return values
