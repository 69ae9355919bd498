"""``says`` finds what a chapter says, wherever its lines break, and nothing that it does not say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tests.claims import prose

CELLS = [
    new_markdown_cell("# A chapter\n\nIt holds for 7%\nof the  coordinates."),
    new_code_cell("print('8% of the coordinates')"),
    new_code_cell("draw()", metadata={"mystnb": {"figure": {"caption": "Two bars."}, "image": {"alt": "A high bar."}}}),
    new_markdown_cell("Nine of ten."),
]


@pytest.fixture(autouse=True)
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A book of one chapter, and no memory of it or of another."""
    nbformat.write(new_notebook(cells=CELLS), tmp_path / "chapter.ipynb")
    monkeypatch.setattr(prose, "BOOK", tmp_path)
    prose.prose.cache_clear()
    yield
    prose.prose.cache_clear()


@pytest.mark.parametrize(
    "text", ["7% of the coordinates", "for\n7% of the", "Nine of ten.", "Two bars.", "A high bar."]
)
def test_what_the_chapter_says(text: str) -> None:
    prose.says("chapter", text)


@pytest.mark.parametrize(
    "text", ["8% of the coordinates", "coordinates. Nine", "Ten of ten", "bars. A high", "draw()", " "]
)
def test_what_it_does_not_say(text: str) -> None:
    with pytest.raises(AssertionError):
        prose.says("chapter", text)
