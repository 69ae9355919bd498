"""Libraries that only some readers need: one clear error where one of them is not installed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class MissingExtra(ImportError):
    """A library is not installed that only an optional part of the package needs."""


@contextmanager
def extra(name: str, what: str) -> Iterator[None]:
    """Import in a ``with`` block what belongs to an extra of the package.

    Parameters
    ----------
    name
        The extra, as pip takes it: ``"onnx"``.
    what
        What needs it, as the subject of the error's sentence.

    Raises
    ------
    MissingExtra
        If a library is missing; the message says how to install it.

    Examples
    --------
    >>> with extra("onnx", "This"):
    ...     import no_such_library
    Traceback (most recent call last):
    infersent.foundation.optional.MissingExtra: This needs no_such_library: pip install 'infersent[onnx]'
    """
    try:
        yield
    except ModuleNotFoundError as error:
        library = (error.name or str(error)).partition(".")[0]
        raise MissingExtra(f"{what} needs {library}: pip install 'infersent[{name}]'") from None
