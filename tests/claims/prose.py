"""What a chapter says, word for word: the link between a number in prose and the record it comes from.

A claim test computes a number from the record, writes it as the chapter does, and asserts that the chapter says it::

    says("features/signs", f"{share:.0%} of the coordinates")

So the test fails when the record changes and the prose does not, and the other way round.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tools import notebooks

BOOK = Path(__file__).resolve().parents[2] / "book"


def says(chapter: str, text: str) -> None:
    """Assert that a chapter says ``text``, as its Markdown writes it; how lines are broken is no matter.

    Parameters
    ----------
    chapter
        Its path below ``book/``, without a suffix: ``"features/signs"``.
    text
        A stretch of its prose, within one cell, or of a figure's caption or alternative text.
    """
    wanted = " ".join(text.split())
    assert wanted, "There is nothing to look for."
    assert any(wanted in cell for cell in prose(chapter)), f"book/{chapter} does not say: {wanted}"


@cache
def prose(chapter: str) -> tuple[str, ...]:
    """Return the text of each Markdown cell of a chapter and of its figures, with single spaces for white space.

    A page without cells, a ``.md`` file, is one text; the marks of its quotations are left out.
    """
    return tuple(" ".join(text.split()) for text in _texts(chapter))


def _texts(chapter: str) -> Iterator[str]:
    page = BOOK / f"{chapter}.md"
    if page.exists():
        yield page.read_text("utf-8").replace("\n> ", "\n")
        return
    for cell in notebooks.read(BOOK / f"{chapter}.ipynb").cells:
        if cell.cell_type == "markdown":
            yield cell.source
        else:
            shown = cell.metadata.get("mystnb", {})
            yield shown.get("figure", {}).get("caption", "")
            yield shown.get("image", {}).get("alt", "")
