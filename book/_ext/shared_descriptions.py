"""Attributes that share a description are each named, with a type of its own.

"low, high" above one description are two attributes in numpydoc's format. napoleon takes them apart among parameters, but
not among attributes: it reads "low," as the type of "high". So each gets its copy of the description first.
"""

from __future__ import annotations

import re
from typing import Any

from sphinx.application import Sphinx

_NAMES = re.compile(r"(\w+(?:, \w+)+)( : .*)?")


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the extension; Sphinx calls this."""
    # napoleon itself comes at 500.
    app.connect("autodoc-process-docstring", one_name_a_line, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def one_name_a_line(
    app: Sphinx,
    what: str,
    name: str,
    found: object,
    options: object,
    lines: list[str],
) -> None:
    """Write the description of several attributes once for each of them."""
    if "Attributes" not in lines:
        return
    start = lines.index("Attributes") + 2
    # The section ends where the next one is underlined.
    end = next(
        (
            i
            for i in range(start, len(lines) - 1)
            if re.fullmatch("-{3,}", lines[i + 1])
        ),
        len(lines),
    )
    written: list[str] = []
    k = start
    while k < end:
        names = _NAMES.fullmatch(lines[k])
        below = k + 1
        while below < end and (
            not lines[below].strip() or lines[below].startswith(" ")
        ):
            below += 1
        each = names[1].split(", ") if names else [""]
        for one in each:
            written += [
                one + (names[2] or "") if names else lines[k],
                *lines[k + 1 : below],
            ]
        k = below
    lines[start:end] = written
