"""One clear error for every name that a reader may mistype."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import TypeVar

T = TypeVar("T")


def choose(kind: str, name: str, known: Mapping[str, T], *, remedy: str = "") -> T:
    """Return ``known[name]``.

    Raises
    ------
    ValueError
        If there is no such name; the message says what kind of name it is, suggests the nearest and lists all.

    Examples
    --------
    >>> choose("head", "linaer", {"linear": 1, "mlp": 2})
    Traceback (most recent call last):
    ValueError: There is no head 'linaer'. Did you mean 'linear'? Known: linear, mlp.
    """
    if isinstance(name, str) and name in known:  # a grid may hold a list in its place
        return known[name]
    spelled = {key.lower(): key for key in known}
    near = difflib.get_close_matches(str(name).replace(" ", "").lower(), spelled, n=1, cutoff=0.3)
    hint = f" Did you mean {spelled[near[0]]!r}?" if near else ""
    raise ValueError(f"There is no {kind} {name!r}.{hint} Known: {', '.join(known)}.{' ' + remedy if remedy else ''}")
