"""A Sphinx extension that lets a link show what it leads to, before it is followed.

For each link in a page's article to a glossary term, a theorem, an exercise, an equation, a figure, a citation, a
section or another page, a copy of the target is laid into the page as a ``<template>``: inert, without a request, from
disk too. ``previews.js`` shows it on hover and on keyboard focus. Only what a page links to is copied into it, without
links (a preview is looked at, never entered) and without ids.

The copies are cut out of the finished pages, so that numbers and formulas are those that the reader sees. An equation,
a theorem or a figure of the page itself is copied by the script instead: its template is empty.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from sphinx.application import Sphinx

BEGIN, END = "<!-- previews -->", "<!-- /previews -->"

#: What is left out of a copy, with all that it holds.
LEFT_OUT = re.compile(
    r'<a class="headerlink".*?</a>|<(svg(?! class="drawing")|button|details|template|script)\b.*?</\1>',
    re.DOTALL,
)
#: A figure's parts keep their ids: they point to each other, and no other figure has them (``drawings.py``).
OWN_ID = re.compile(r'\s(?:id="(?!d[0-9a-f]{5}\d)[^"]*"|role="[^"]*")')
LINK = re.compile(
    r'<a\b[^>]*class="reference internal"[^>]*href="([^"]+)"[^>]*>'
)


def whole_element(page: str, begin: int) -> str:
    """Return the element whose start tag begins at a place of a page.

    >>> whole_element("<p><b>a</b> <i>b</i></p>", 3)
    '<b>a</b>'
    """
    tag = re.compile(r"<(\w+)").match(page, begin)[1]
    depth = 0
    for found in re.compile(rf"<(/?){tag}\b[^>]*>").finditer(page, begin):
        depth += -1 if found[1] else 1
        if depth == 0:
            return page[begin : found.end()]
    raise ValueError(f"<{tag}> at {begin} is never closed")


def inner(element: str) -> str:
    """Return what an element holds."""
    return element[element.index(">") + 1 : element.rindex("<")]


def first(page: str, tags: str, begin: int = 0) -> str:
    """Return the first element with one of these tags after a place, or nothing."""
    found = re.compile(rf"<(?:{tags})\b").search(page, begin)
    return whole_element(page, found.start()) if found else ""


def name_and_text(name: str, text: str) -> str:
    """Return a preview that says what it is about."""
    name = re.sub(r"<(/?)(?:h\d|dt)\b[^>]*>", r"<\1p>", name)
    return name.replace("<p>", '<p class="preview-name">', 1) + text


def beginning(page: str, begin: int) -> str:
    """Return a section's or a page's title and first paragraph of text, from a place before both."""
    title = first(page, r"h\d", begin)
    after = page.index(title, begin) + len(title)
    paragraphs = re.compile(r"<p>").finditer(page, after)
    paragraph = next((whole_element(page, p.start()) for p in paragraphs), "")
    return name_and_text(title, paragraph)


def preview_of(article: str, target: str) -> str | None:
    """Return the preview of what has an id in an article, or of the article; none where it would show nothing new."""
    if not target:
        return beginning(article, 0)
    start = re.search(
        rf'<(\w+)\b[^>]*\sid="{re.escape(target)}"[^>]*>', article
    )
    if start is None:
        return None
    tag, place = start[1], start.start()
    classes = re.search(r'class="([^"]*)"', start[0])
    kind = set(classes[1].split()) if classes else set()
    if tag == "dt" and target.startswith("term-"):
        text = inner(first(article, "dd", place))
        return name_and_text(whole_element(article, place), text)
    if "citation" in kind:
        label = whole_element(
            article, article.index('<span class="label">', place)
        )
        return inner(whole_element(article, place)).replace(label, "")
    if tag == "figure" or kind & {"proof", "exercise", "math"}:
        return whole_element(article, place)
    if tag in ("section", "span"):
        return beginning(article, place)
    return None


def plain(copy: str, moved: Callable[[str], str]) -> str:
    """Return a copy without what belongs to its own page: links, ids, and addresses seen from there."""
    copy = LEFT_OUT.sub("", copy)
    copy = re.sub(r"<a\b[^>]*>|</a>", "", copy)
    copy = re.sub(
        r'\s(src|srcset)="([^"]+)"', lambda m: f' {m[1]}="{moved(m[2])}"', copy
    )
    copy = re.sub(r"<[^>]+>", lambda m: OWN_ID.sub("", m[0]), copy)
    return re.sub(r"\s*\n\s*", "\n", copy).strip()


class Book:
    """The finished pages, by their names."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.article = lru_cache(maxsize=None)(self._article)

    def _article(self, name: str) -> str:
        path = self.folder / name
        page = path.read_text("utf-8") if path.is_file() else ""
        found = re.search(r"<article\b.*</article>", page, re.DOTALL)
        return found[0] if found else ""

    def templates(self, name: str) -> str:
        """Return the previews of a page's links, as templates."""
        here = posixpath.dirname(name)
        previews = {}
        for address in sorted(set(LINK.findall(self.article(name)))):
            path, _, target = address.partition("#")
            there = (
                posixpath.normpath(posixpath.join(here, path))
                if path
                else name
            )
            if there == name and not target:
                continue
            folder = posixpath.dirname(there)
            article = self.article(there)
            preview = preview_of(article, target) if article else None
            start_tag = preview.partition(">")[0] if preview else ""
            if there == name and f' id="{target}"' in start_tag:
                previews[address] = ""  # the script copies it from the page
            elif preview:
                previews[address] = plain(
                    preview,
                    lambda source, folder=folder: posixpath.relpath(
                        posixpath.join(folder, source), here
                    ),
                )
        return "\n".join(
            f'<template data-preview="{address}">{preview}</template>'
            for address, preview in previews.items()
        )


def add_previews(app: Sphinx, exception: Exception | None) -> None:
    """Lay the previews into each page; a page that was not written anew gets them anew."""
    if exception is not None or app.builder.name != "html":
        return
    folder = Path(app.outdir)
    book = Book(folder)
    for docname in sorted(app.env.found_docs):
        name = f"{docname}{app.builder.out_suffix}"
        path = folder / name
        if not path.is_file():
            continue
        page = path.read_text("utf-8")
        before, _, rest = page.partition(BEGIN)
        page = before + (rest.partition(END)[2] if rest else "")
        block = f"{BEGIN}\n{book.templates(name)}\n{END}"
        path.write_text(page.replace("</body>", f"{block}</body>"), "utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the extension; Sphinx calls this."""
    app.connect(
        "build-finished", add_previews, priority=900
    )  # when every page is as it will be
    app.add_css_file("previews.css")
    app.add_js_file("previews.js")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
