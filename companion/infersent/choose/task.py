"""What the labels are, and the scale that answers are measured on."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from scipy.stats import rankdata

from infersent.foundation.arrays import Array, Floats, Ints
from infersent.foundation.caller import option

#: What a reader may say of the labels; ``auto`` finds out.
Kind = Literal["auto", "classes", "scores"]

#: What answers can be measured by: two for classes, two for scores.
METRICS = ("accuracy", "macro-F1", "Spearman", "Pearson")

#: Whole numbers of at most so many kinds are taken for classes.
MOST_CLASSES = 20

#: Classes are unbalanced where the largest is so many times as large as the mean one.
UNBALANCED = 1.5


@dataclass(frozen=True)
class Task:
    """Labels in the form in which heads are trained on them.

    Attributes
    ----------
    y
        ``[pairs]``: the index of each pair's class, or its score.
    labels
        The classes as they are written, in the order of the indices; empty for scores.
    notes
        What was assumed of the labels, and what is unusual about them, in sentences.
    """

    y: Array
    labels: tuple[Any, ...]
    notes: tuple[str, ...] = ()

    @property
    def classes(self) -> bool:
        """Whether the labels are classes rather than scores."""
        return bool(self.labels)

    @property
    def metrics(self) -> tuple[str, ...]:
        """What answers are measured by; the first decides. Macro-F1 only where the classes are unbalanced."""
        if not self.classes:
            return METRICS[2:]
        return METRICS[:2] if self.unbalanced else METRICS[:1]

    @property
    def unbalanced(self) -> bool:
        """Whether the largest class is much larger than the mean one."""
        return self.classes and self.majority * len(self.labels) > UNBALANCED

    @property
    def chance(self) -> float:
        """What drawing an answer gets: one over the number of classes; for scores no correlation, 0."""
        return 1 / len(self.labels) if self.classes else 0.0

    @property
    def majority(self) -> float:
        """What always saying the commonest class gets; for scores no correlation, 0."""
        return float(np.bincount(self.y).max() / len(self.y)) if self.classes else 0.0

    def measure(self, metric: str, y: Array, answers: Array) -> float:
        """Return one of :data:`METRICS` of some answers."""
        if metric == "accuracy":
            return float((y == answers).mean())
        if metric == "macro-F1":
            return macro_f1(y, answers, len(self.labels))
        if metric == "Spearman":
            return correlation(rankdata(y), rankdata(answers))
        return correlation(y, answers)


def macro_f1(y: Ints, answers: Ints, classes: int) -> float:
    """Return the mean over the classes of F1; a class that is neither there nor answered is left out."""
    right = np.bincount(y[y == answers], minlength=classes)
    either = np.bincount(y, minlength=classes) + np.bincount(answers, minlength=classes)
    return float((2 * right[either > 0] / either[either > 0]).mean())


def correlation(x: Floats, y: Floats) -> float:
    """Return Pearson's correlation; 0 where one side does not vary, for then it tells nothing."""
    x, y = x - x.mean(), y - y.mean()
    size = float(np.sqrt((x**2).sum() * (y**2).sum()))
    return float((x * y).sum()) / size if size > 0 else 0.0


def read_labels(y: Any, kind: Kind = "auto", folds: int = 2) -> Task:
    """Return labels as a task: classes or scores, and what was assumed.

    Texts, truth values and whole numbers of at most :data:`MOST_CLASSES` kinds are classes, also where these numbers
    are stored as floats; every other number is a score.

    Parameters
    ----------
    y
        A label for each pair.
    kind
        ``"classes"`` or ``"scores"`` where the rule would be wrong.
    folds
        In how many folds every class should occur.

    Raises
    ------
    ValueError
        If there are no labels, one is missing, all are equal, or scores are no numbers.
    """
    if kind not in ("auto", "classes", "scores"):
        raise ValueError(f"{option('task', kind)} is not 'auto', 'classes' or 'scores'.")
    given = label_array(y)
    numbers = given.dtype.kind in "iuf"
    distinct, codes = np.unique(given, return_inverse=True)
    whole = numbers and bool((distinct == np.round(distinct)).all())
    notes = []
    classes = kind == "classes" or (kind == "auto" and (not numbers or (whole and len(distinct) <= MOST_CLASSES)))
    if len(distinct) < 2:
        raise ValueError(f"Every pair has the label {distinct[0].item()!r}; there is nothing to tell apart.")
    if not classes and not numbers:
        raise ValueError(
            f"Scores are numbers, but a label is {given[0].item()!r}; leave {option('task')} out for classes."
        )
    if not classes:
        if kind == "auto" and whole:
            notes.append(
                f"The labels are whole numbers of {len(distinct):,} kinds, more than {MOST_CLASSES}, and are taken for "
                f"scores. If they name classes, say {option('task', 'classes')}."
            )
        return Task(given.astype(np.float64), (), tuple(notes))
    if kind == "auto" and numbers and len(distinct) > 2:  # of two kinds there is no order that could matter
        stored = "floats, but whole numbers" if given.dtype.kind == "f" else "whole numbers"
        notes.append(
            f"The labels are {stored} of {len(distinct)} kinds ({_listed(distinct)}), and are taken for classes. If "
            f"their order and distance matter, as in a rating, say {option('task', 'scores')}."
        )
    if kind == "classes" and not whole and numbers:
        notes.append(
            f"Each of the {len(distinct)} distinct numbers is taken for a class, as {option('task', 'classes')} says."
        )
    counts = np.bincount(codes)
    few = [f"{distinct[i]} ({counts[i]})" for i in np.flatnonzero(counts < folds)]
    if few:
        notes.append(
            f"{'A class has' if len(few) == 1 else f'{len(few)} classes have'} fewer pairs than there are folds "
            f"({folds}): {_listed(few)}. In some folds it is missing; its scores mean little."
        )
    return Task(codes.astype(np.int64), tuple(distinct.tolist()), tuple(notes))


def label_array(y: Any) -> Array:
    """Return labels as texts or numbers, none of them missing."""
    if np.ma.is_masked(y):
        masked = np.flatnonzero(np.ma.getmaskarray(y).reshape(len(y), -1).any(axis=1))
        raise ValueError(f"The label of row {masked[0]} is missing{_more(masked)}; leave such pairs out.")
    given = np.asarray(y)
    if given.ndim == 2 and given.shape[1] == 1:
        given = given[:, 0]
    if given.ndim != 1:
        raise ValueError(f"The labels have the shape {given.shape}; give one for each pair, [pairs].")
    if not len(given):
        raise ValueError("There are no labels.")
    if given.dtype.kind == "O":
        missing = [i for i, label in enumerate(given) if _is_missing(label)]
        if missing:
            raise ValueError(f"The label of row {missing[0]} is missing{_more(missing)}; leave such pairs out.")
        given = np.array([label.item() if isinstance(label, np.generic) else label for label in given])
        if given.dtype.kind == "O":
            raise ValueError(f"The labels are neither texts nor numbers: {given[0]!r}.")
    if given.dtype.kind == "f" and not np.isfinite(given).all():
        bad = np.flatnonzero(~np.isfinite(given))
        raise ValueError(f"The label of row {bad[0]} is {given[bad[0]]}{_more(bad)}; leave such pairs out.")
    if given.dtype.kind not in "iufUb":
        raise ValueError(f"The labels are {given.dtype}; give texts or numbers.")
    return given


def _more(rows: Sequence[int] | Ints) -> str:
    """Say how many more rows there are than the first."""
    more = len(rows) - 1
    return f", and {'one more is' if more == 1 else f'{more:,} more are'} like it" if more else ""


def _is_missing(label: Any) -> bool:
    """Return whether a label is None, nan, or pandas' NA, which will not even be compared."""
    try:
        return label is None or bool(label != label)
    except TypeError:
        return True


def numbers_in(labels: Sequence[str]) -> list[str] | list[int] | list[float]:
    """Return labels from a file as numbers where every one of them is a number, else as the texts they are."""
    if any("_" in label for label in labels):  # Python would read over it: "1_0" is a name, not ten
        return list(labels)
    for number in (int, float):
        with suppress(ValueError):
            numbers = [number(label) for label in labels]
            if (
                number is int and max(map(abs, numbers), default=0) >= 2**63
            ):  # names made of digits; no array holds such numbers
                return list(labels)
            return numbers
    return list(labels)


def _listed(items: Any, most: int = 6) -> str:
    some = [f"{item:g}" if isinstance(item, (float, np.floating)) else str(item) for item in items[:most]]
    return ", ".join(some) + (" …" if len(items) > most else "")
