"""Pages, as the tests of the publication read them."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path


class Element:
    """A start tag: its name, and its attributes, which are empty text where they are missing."""

    def __init__(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tag = tag
        self.attributes = dict(attributes)

    def get(self, name: str) -> str:
        """Return an attribute's value, or the empty text."""
        return self.attributes.get(name) or ""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.elements: list[Element] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, attributes))


def read(path: Path) -> list[Element]:
    """Return the elements of a page, in their order."""
    reader = _Reader()
    reader.feed(path.read_text(encoding="utf-8"))
    return reader.elements
