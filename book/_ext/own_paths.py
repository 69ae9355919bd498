"""A path inside the package is written from the package on, whichever machine built the page.

autodoc writes a constant and a default as Python shows them: a path with every folder above the package.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx

import infersent

_PATH = re.compile(r"(?:Posix|Windows)Path\('([^']*)'\)")
_ABOVE = Path(infersent.__file__).resolve().parents[1]


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the extension; Sphinx calls this."""
    app.connect("doctree-read", shorten)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def from_the_package(text: str) -> str:
    """Return the text with the paths inside the package as ``Path('infersent/...')``."""

    def short(found: re.Match[str]) -> str:
        path = Path(found[1])
        return (
            f"Path('{path.relative_to(_ABOVE).as_posix()}')"
            if path.is_relative_to(_ABOVE)
            else found[0]
        )

    return _PATH.sub(short, text)


def shorten(app: Sphinx, doctree: nodes.document) -> None:
    """Shorten the paths in a page's signatures."""
    for signature in doctree.findall(addnodes.desc_signature):
        for text in list(signature.findall(nodes.Text)):
            short = from_the_package(text)
            if short != text:
                text.parent.replace(text, nodes.Text(short))
