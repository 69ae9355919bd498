"""Which pages are chapters: those in a folder of ``book/``. The other pages are consulted rather than read."""

from __future__ import annotations

import re


def is_chapter(docname: str) -> bool:
    """Return whether a page is a chapter.

    >>> is_chapter("book/features/product"), is_chapter("book/glossary")
    (True, False)
    """
    return re.fullmatch(r"book/[^/]+/[^/]+", docname) is not None
