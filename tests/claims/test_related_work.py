"""The bibliography holds what the book cites: nothing that no page names, and nothing missing."""

from __future__ import annotations

import re

from tests.claims.prose import BOOK
from tools import notebooks

CITED = re.compile(r"\{cite:[a-z]+\}`([^`]+)`")
ENTRY = re.compile(r"^@\w+\{([^,\s]+),", re.MULTILINE)


def cited() -> set[str]:
    """Return the keys that the pages and the chapters cite."""
    texts = [page.read_text("utf-8") for page in BOOK.rglob("*.md")]
    texts += [
        cell.source
        for path in BOOK.rglob("*.ipynb")
        if ".ipynb_checkpoints" not in path.parts
        for cell in notebooks.read(path).cells
        if cell.cell_type == "markdown"
    ]
    return {key.strip() for text in texts for keys in CITED.findall(text) for key in keys.split(",")}


def test_every_entry_is_cited_and_every_citation_has_an_entry() -> None:
    entries = ENTRY.findall((BOOK / "references.bib").read_text("utf-8"))
    assert len(entries) == len(set(entries))
    assert set(entries) == cited()
