"""The docstring of an attribute is sentences, not "type: sentence".

napoleon takes what stands before a colon in its first line for a type, and tears "The rule: a token is ..." in two. This
package's attributes carry their types as annotations. So an empty comment comes first: it has no colon, and leaves no
trace in the page.
"""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx

ATTRIBUTES = ("attribute", "data", "property")


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the extension; Sphinx calls this."""
    # napoleon itself comes at 500.
    app.connect("autodoc-process-docstring", begin_with_nothing, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def begin_with_nothing(
    app: Sphinx,
    what: str,
    name: str,
    found: object,
    options: object,
    lines: list[str],
) -> None:
    """Put an empty comment before the first line of an attribute's docstring."""
    if what in ATTRIBUTES and lines:
        lines[:0] = ["..", ""]
