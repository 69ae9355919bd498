"""A Sphinx extension that leaves out the ids that several elements of a page would share.

sphinx-exercise and sphinx-proof give the content of every exercise, solution and proof the same id. No link and no style
of theirs leads there, and with two of them a page is no valid HTML. Their classes stay.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

SHARED = {"exercise-content", "solution-content", "proof-content", "proof"}


def leave_out(app: Sphinx, document: nodes.document, page: str) -> None:
    """Take the shared ids from a page's elements."""
    for node in document.findall(nodes.Element):
        if SHARED.intersection(node.get("ids", ())):
            node["ids"] = [name for name in node["ids"] if name not in SHARED]


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the extension; Sphinx calls this."""
    app.connect("doctree-resolved", leave_out)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
