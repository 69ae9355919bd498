"""The studies' records as the claim tests ask for them: each group found once, each comparison computed once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from infersent.foundation.tables import signed
from infersent.model.features import Blocks
from infersent.study import comparison
from infersent.study.comparison import Comparison, Group, find_group
from infersent.study.records import Record, load_records

FOUR = "u, v, |u-v|, u*v"
TRIPLE = "u, v, |u-v|"  # with the difference
PRODUCT = "u, v, u*v"
SETS = ("u, v", PRODUCT, TRIPLE, FOUR)
BOTH = ("test", "test-hard")

#: What the chapters write out.
WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")

_compared: dict[tuple[Any, ...], Comparison] = {}


@cache
def records(*studies: str) -> list[Record]:
    """Return the records of studies, one after the other."""
    return [record for study in studies for record in load_records(study)]


@cache
def group(blocks: str, study: str = "subsets", split: str = "test", **settings: Any) -> Group:
    """Return a study's group by its blocks; ``"subsets+heads"`` looks in both."""
    return find_group(records(*study.split("+")), split, blocks=blocks, **settings)


def compare(first: Group, second: Group) -> Comparison:
    """Compare as the chapters do. A comparison takes up to some seconds, so it is remembered."""
    key = tuple((one.split, *(record.trial.key for record in one.records)) for one in (first, second))
    if key not in _compared:
        _compared[key] = comparison.compare(first, second)
    return _compared[key]


def gain(block: str, blocks: str, study: str = "subsets", split: str = "test", **settings: Any) -> Comparison:
    """Return what a block buys beside the others of a set."""
    having, lacking = blocks, str(Blocks(blocks) - block)
    return compare(group(having, study, split, **settings), group(lacking, study, split, **settings))


def points(first: Group, second: Group) -> float:
    """Return the difference of two means, over all seeds of each, in points."""
    return round(100 * (first.mean - second.mean), 1)


def shown(found: Comparison) -> str:
    """Return a difference in points, without its sign."""
    return f"{100 * abs(found.difference):.1f}"


def ends(interval: Sequence[float], digits: int = 1, word: str = "and", *, plus: bool = True) -> str:
    """Return an interval's ends in points."""
    return f" {word} ".join(signed(100 * end, digits, plus=plus) for end in interval)


def percent(blocks: str, study: str = "subsets", split: str = "test", **settings: Any) -> str:
    """Return a group's mean accuracy as the tables do."""
    return f"{group(blocks, study, split, **settings).mean:.1%}"


def is_better(found: Comparison) -> bool:
    """Return whether the first is better by the rule."""
    return found.outcome == "differs" and found.difference > 0


def zero_inside(interval: Sequence[float]) -> bool:
    """Return whether an interval has zero in it."""
    return interval[0] < 0 < interval[1]
