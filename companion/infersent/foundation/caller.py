"""How messages name a setting: in the language of whoever called, Python, the shell or a grid's file.

An error of :func:`infersent.data.read_pairs` that advises ``text=`` is of no use to somebody who has typed a command,
and ``--text`` is of none in Python. The command line says once that it is the caller; what is deeper asks here.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Literal, TypeAlias

#: Who reads the messages.
Caller: TypeAlias = Literal["python", "shell", "grid"]

_caller: ContextVar[Caller] = ContextVar("caller", default="python")


@contextmanager
def called_from(caller: Caller) -> Iterator[None]:
    """Let messages speak the language of a caller for the time of a ``with`` statement.

    Examples
    --------
    >>> option("text", ("a", "b"))
    "text=('a', 'b')"
    >>> with called_from("shell"):
    ...     option("text", ("a", "b")), option("batch_size", 3), option("labels")
    ('--text a b', '--batch-size 3', '--labels')
    >>> with called_from("grid"):
    ...     option("text", ("a", "b")), option("label")
    ('text = ["a", "b"]', 'label =')
    """
    token = _caller.set(caller)
    try:
        yield
    finally:
        _caller.reset(token)


def option(name: str, value: Any = None) -> str:
    """Return a setting by the name that the caller knows, with a value where one is given.

    Parameters
    ----------
    name
        As Python has it.
    value
        One value, or a sequence of several.
    """
    match _caller.get():
        case "shell":
            values = [] if value is None else list(value) if isinstance(value, tuple | list) else [value]
            return " ".join([f"--{name.replace('_', '-')}", *(shlex.quote(str(one)) for one in values)])
        case "grid":
            text = json.dumps(value, ensure_ascii=False) if isinstance(value, str | tuple | list) else value
            return f"{name} =" if value is None else f"{name} = {text}"
        case _:
            return f"{name}=" if value is None else f"{name}={value!r}"


def for_caller(*, python: str, shell: str) -> str:
    """Return the one of two phrases that is of use to the caller; the second is for whoever typed a command."""
    return python if _caller.get() == "python" else shell
