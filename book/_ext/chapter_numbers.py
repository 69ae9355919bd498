"""A Sphinx extension that puts a chapter's number before its title in the list of chapters beside every page.

The numbers are those of the front page's plan, and stand in the links' own text: seen, read aloud, and there without a
script. Sphinx's numbering would also number every section, of which the text never speaks.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Any

from plan import numbers
from sphinx.application import Sphinx

_LINK = re.compile(
    r'(<li class="toctree-l1[^"]*"><a class="[^"]*" href=")([^"#]*)([^"]*">)'
)


def with_numbers(links: str, page: str) -> str:
    """Return a list of links to the book's pages with the chapters' numbers in them; ``page`` is where it stands."""

    def numbered(link: re.Match[str]) -> str:
        # The link to the page itself is a lone #.
        stem = PurePosixPath(link[2] or page).stem
        if (number := numbers().get(stem)) is None:
            return link[0]
        return f'{link[0]}<span class="chapter-number">{number}</span> '

    return _LINK.sub(numbered, links)


def number_chapters(
    app: Sphinx,
    page: str,
    template: str,
    context: dict[str, Any],
    doctree: object,
) -> None:
    """Let the theme's template write the list with the numbers."""
    plain = context["generate_toctree_html"]

    def generate(kind: str, *args: Any, **options: Any) -> Any:
        links = plain(kind, *args, **options)
        return with_numbers(str(links), page) if kind == "sidebar" else links

    context["generate_toctree_html"] = generate


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the extension; Sphinx calls this."""
    # After the theme has put its function there.
    app.connect("html-page-context", number_chapters, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
