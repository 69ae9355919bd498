"""From the values of a label column to classes: their names, in an order that does not depend on the rows' order."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import numpy as np

from infersent.data.pairs import LABELS, check_label_names
from infersent.foundation.arrays import Ints
from infersent.foundation.caller import for_caller, option

#: SNLI's label of a pair on which the annotators found no majority. Such a pair is left out.
NO_LABEL = "-"

# More classes than this are taken for a mistake where nearly every row has one of its own: another column, or scores.
_MANY, _NEARLY = 50, 0.9


# What pandas and numpy write for a missing value into a column of texts.
_WRITTEN_FOR_NOTHING = ("nan", "NaN", "<NA>", "NaT")


class BadLabel(ValueError):
    """A value of a label column is no label; ``row`` is its place among the values."""

    def __init__(self, row: int, problem: str) -> None:
        super().__init__(problem)
        self.row = row


class Fractions(BadLabel):
    """The values of a label column are numbers with fractions: scores, not labels."""


def plain(value: Any) -> str | int | float | None:
    """Return a cell as a text, a whole number, a number with a fraction, or ``None`` where it is empty.

    True and false become texts; numpy's and pandas' own kinds of values become plain ones.
    """
    if hasattr(value, "item") and not isinstance(value, str):
        value = value.item()
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, str):
        return value.strip() or None
    if value is None or type(value).__name__ in ("NAType", "NaTType") or (isinstance(value, float) and value != value):
        return None
    if isinstance(value, float) and math.isfinite(value) and value == int(value):
        return int(value)
    if isinstance(value, int | float):
        return value
    raise TypeError(f"{value!r:.60} is neither a text nor a number")


def classes_of(
    values: Sequence[Any], labels: Sequence[str] | None = None, column: str = "label"
) -> tuple[tuple[str, ...], Ints, list[int]]:
    """Return the names of the classes, the class of each row that has one, and these rows.

    If all values are among :data:`~infersent.data.pairs.LABELS`, in upper or lower case, the classes are these three
    in their order, and rows labelled ``-`` have none. Otherwise the classes are the values that occur: whole numbers in
    the order of their size, texts in that of the alphabet.

    Parameters
    ----------
    values
        The cells of a label column.
    labels
        The names to be used, in their order. The values are these names or, if they are whole numbers, places among
        them, from 0.
    column
        The name of the column, for errors.

    Raises
    ------
    BadLabel
        A value is no label; the message says why and what to do.
    """
    found: list[str | int] = []
    kinds: dict[type, int] = {}
    for row, value in enumerate(values):
        try:
            label = plain(value)
        except TypeError as error:
            raise BadLabel(row, f"{column!r}: {error}.") from None
        if label is None:
            raise BadLabel(row, f"{column!r} is empty. Give the pair a label, or take it out.")
        if isinstance(label, float):
            raise Fractions(row, _fraction(column, label))
        kinds.setdefault(type(label), row)
        if len(kinds) > 1:
            first = found[kinds[str if isinstance(label, int) else int]]
            kind = "not text" if isinstance(label, int) else "not a number"
            raise BadLabel(row, f"{column!r} is {label!r}, {kind}, while another is {first!r}. Write all of one kind.")
        found.append(label)
    if str in kinds:
        for row, label in enumerate(found):
            if label in _WRITTEN_FOR_NOTHING and label not in (labels or ()):
                raise BadLabel(row, f"{column!r} is {label!r}, as libraries write a missing value. {_MISSING}")
        found = _numbers(found, column)
    if labels is not None:
        return _named(found, check_label_names(labels), column)
    if all(isinstance(label, str) for label in found):
        folded = [str(label).lower() for label in found]
        distinct = set(folded)
        if distinct <= {*LABELS, NO_LABEL}:
            place = {label: i for i, label in enumerate(LABELS)}
            rows = [row for row, label in enumerate(folded) if label != NO_LABEL]
            return LABELS, np.array([place[folded[row]] for row in rows], dtype=np.int64), rows
        if len(distinct & set(LABELS)) > 1:  # labels of NLI, and something else: not a set of labels of its own
            odd = next(row for row, label in enumerate(folded) if label not in (*LABELS, NO_LABEL))
            known = ", ".join(LABELS)
            raise BadLabel(
                odd, f"unknown label {found[odd]!r} in {column!r}. Use one of {known}; '-' leaves a pair out."
            )
        spelled: dict[str, str] = {}
        for row, label in enumerate(found):
            if (other := spelled.setdefault(folded[row], str(label))) != label:
                raise BadLabel(
                    row, f"{column!r} is {label!r}, which differs from {other!r} only in case. Write both alike."
                )
    names = sorted(set(found), key=lambda label: (isinstance(label, str), label))
    if len(names) > _MANY and len(names) > _NEARLY * len(found):
        raise BadLabel(0, f"{column!r} has {len(names):,} different values in {len(found):,} rows.{_as_scores()}")
    numbers = {name: i for i, name in enumerate(names)}
    return tuple(map(str, names)), np.array([numbers[label] for label in found], np.int64), list(range(len(found)))


def _as_scores() -> str:
    ways = for_caller(python="are read_scores and choose_blocks", shell="is `infersent choose`")
    return f" Name a column of labels by {option('label', 'C')}; for scores there {ways}."


def _numbers(found: list[str | int], column: str) -> list[str | int]:
    """Return whole numbers where all texts are such: a .csv file has only texts."""
    numbers: list[str | int] = []
    for row, label in enumerate(found):
        with suppress(ValueError):  # of any size: as a float, 10**30 and 10**30 + 1 would be one
            numbers.append(int(_digits(label)))
            continue
        try:
            number = float(_digits(label))
        except ValueError:
            return found
        if not math.isfinite(number):
            if len(found) > 1 and all(_is_number(other) for other in found if str(other).lower() != str(label).lower()):
                raise BadLabel(row, f"{column!r} is {label!r}, no number, while others are. {_MISSING}")
            return found
        if number != int(number):
            # Only if the others are numbers, too, are these scores.
            if all(_is_number(other) for other in found[row:]):
                raise Fractions(row, _fraction(column, label))
            return found
        numbers.append(int(number))
    return numbers


def _fraction(column: str, label: str | float) -> str:
    return f"{column!r} is {label}, a fraction: these are scores, not labels.{_as_scores()}"


_MISSING = "Give the pair a label, or take it out."


def _digits(text: str | int) -> str | int:
    """Refuse underscores, which Python would read over: "1_0" is a name, not ten."""
    if "_" in str(text):
        raise ValueError
    return text


def _is_number(text: str | int) -> bool:
    try:
        return math.isfinite(float(_digits(text)))
    except ValueError:
        return False


def _named(found: list[str | int], names: tuple[str, ...], column: str) -> tuple[tuple[str, ...], Ints, list[int]]:
    exact = {name: i for i, name in enumerate(names)}
    folded = {name.lower(): i for i, name in enumerate(names)} if len({n.lower() for n in names}) == len(names) else {}
    # Either all are names or all are places: of the names "1", "2", "3" and the labels 0, 1, 2 no one knows which.
    by_name = any(str(label) in exact or str(label).lower() in folded for label in found)
    indices, rows = [], []
    for row, label in enumerate(found):
        place = exact.get(str(label), folded.get(str(label).lower()))
        if not by_name and isinstance(label, int) and 0 <= label < len(names):
            place = label
        if place is None:
            if label == NO_LABEL:
                continue
            counted = "; numbers are their places, counted from 0" if isinstance(label, int) and not by_name else ""
            known = f"Use one of {', '.join(names)}{counted}; '-' leaves a pair out."
            raise BadLabel(row, f"unknown label {label!r} in {column!r}. {known}")
        indices.append(place)
        rows.append(row)
    return names, np.array(indices, dtype=np.int64), rows
