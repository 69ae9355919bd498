"""A Sphinx extension that says in each page's head what the page is: for search engines, and for previews of links."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

from docutils import nodes
from sphinx.application import Sphinx

#: What a search engine shows.
LONGEST = 160
#: The picture of a preview; its address must be absolute, so it is named only where the book has one.
CARD, CARD_SIZE = "_static/card.png", (1200, 630)
#: The letters that every page begins with, and those of what a page may have; a page asks for its own at once, so that
#: they are there when it is first drawn. What comes later than that would move the lines under the reader's eyes.
FONTS = ("book-serif.woff2", "book-sans.woff2")
FONTS_OF = {"<em": "book-serif-italic.woff2", "<math": "stix-two-math.woff"}
#: A script, because a browser refuses a page from disk to ask for a font ahead, and says so as an error.
ASK_AHEAD = """<script>
if (location.protocol !== "file:")
  for (const name of %s)
    document.head.append(Object.assign(document.createElement("link"), {
      rel: "preload", as: "font", crossOrigin: "", href: document.documentElement.dataset.content_root + "_static/fonts/" + name,
    }));
</script>"""

#: What TeX's commands in the book's shorter formulas are in plain letters; a sentence with any other is left out.
_PLAIN = {
    r"\max": "max",
    r"\min": "min",
    r"\cdot": "·",
    r"\le": "≤",
    r"\ge": "≥",
    r"\lVert": "‖",
    r"\rVert": "‖",
    r"\odot": "∗",
    r"\,": " ",
    r"\;": " ",
    r"\bigl": "",
    r"\bigr": "",
}
_COMMAND = re.compile(r"\\(?:[A-Za-z]+|.)")
_SENTENCE = re.compile(r"(?<=[.?!])\s+(?=[A-Z0-9“\"|])")
_CITATION = re.compile(r" \[[^\]]*\d{4}[^\]]*\]")
#: No sign that was in the text: what stands for a formula that has no plain form.
_FORMULA = "\0"


def description(document: nodes.document) -> str:
    """Return the first paragraph's sentences as plain text, as many as go into a search engine's line."""
    for paragraph in document.findall(nodes.paragraph):
        if isinstance(paragraph.parent, nodes.section):
            sentences = [
                one
                for one in _SENTENCE.split(plain(paragraph))
                if _FORMULA not in one
            ]
            if sentences and len(sentences[0]) > 20:
                return shortened(sentences)
    return ""


def shortened(sentences: list[str]) -> str:
    """Return the first sentences, whole as far as they fit; a first one that is too long ends at a word."""
    text = sentences[0]
    for sentence in sentences[1:]:
        if len(text) + 1 + len(sentence) > LONGEST:
            break
        text = f"{text} {sentence}"
    if len(text) <= LONGEST:
        return text
    return f"{text[: LONGEST - 1].rpartition(' ')[0].rstrip(' ,;:–—')}…"


def plain(paragraph: nodes.Element) -> str:
    """Return a paragraph's text without citations, its formulas in plain letters."""
    return _CITATION.sub("", " ".join("".join(_texts(paragraph)).split()))


def _texts(node: nodes.Node) -> Iterator[str]:
    if isinstance(node, nodes.math):
        yield plain_formula(node.astext())
    elif isinstance(node, nodes.Text):
        yield node.astext()
    else:
        for child in node.children:
            yield from _texts(child)


def plain_formula(tex: str) -> str:
    """Return a short formula in plain letters, or a sign of its own for one that has no such form."""
    text = _COMMAND.sub(lambda command: _PLAIN.get(command[0], _FORMULA), tex)
    text = text.replace("*", "∗").replace("-", "−").replace("'", "′")
    return (
        _FORMULA
        if re.search(r"[\0{}_^&]", text)
        else re.sub(r"\s*∗\s*", "∗", text.strip())
    )


def fonts(body: str) -> list[str]:
    """Return the files of the fonts that a page's HTML is set in."""
    return [
        *FONTS,
        *(font for mark, font in FONTS_OF.items() if mark in body),
    ]


def add_to_head(
    app: Sphinx,
    page: str,
    template: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Add the description and what previews are made of to a page's head."""
    said = description(doctree) if doctree else ""
    book, address = app.config.html_title, app.config.html_baseurl
    if page == app.config.root_doc:
        # "Why u∗v?" in the browser's tab, not "Why u∗v? — Why u∗v?"; above the chapters it stays.
        context["theme_logo"] = {
            **(context.get("theme_logo") or {}),
            "text": book,
        }
        context["docstitle"] = ""
    title = re.sub(r"<[^>]*>", "", html.unescape(context.get("title") or book))
    tags = {"description": said} if said else {}
    preview = {
        "og:type": "website" if page == app.config.root_doc else "article",
        "og:site_name": book,
        "og:title": title,
        **({"og:description": said} if said else {}),
    }
    if address:
        width, height = CARD_SIZE
        preview |= {
            "og:url": urljoin(address, app.builder.get_target_uri(page)),
            "og:image": urljoin(address, CARD),
            "og:image:width": str(width),
            "og:image:height": str(height),
            "og:image:alt": "Why u∗v? Two sentences, two vectors, four blocks: the book’s title.",
        }
    tags["twitter:card"] = "summary_large_image" if address else "summary"
    lines = [ASK_AHEAD % json.dumps(fonts(context.get("body") or ""))]
    lines += [
        f'<meta name="{name}" content="{html.escape(text)}">'
        for name, text in tags.items()
    ]
    lines += [
        f'<meta property="{name}" content="{html.escape(text)}">'
        for name, text in preview.items()
    ]
    context["metatags"] = context.get("metatags", "") + "\n".join(
        ["", *lines, ""]
    )


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the extension; Sphinx calls this."""
    app.connect("html-page-context", add_to_head)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
