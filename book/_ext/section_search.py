"""A Sphinx extension that lays the book's sections out for its own search: ``section-search.js`` on the search page.

Sphinx's index knows which page has a word, not how often or where, so its results stand in the order of their titles,
and it asks the server for the pages that it quotes. Here each section is a record of its plain text: the search ranks
sections, chapters before reference pages, and quotes them from disk too. What a page should also be found by stands in
``search_keywords`` of ``_config.yml``.
"""

from __future__ import annotations

import html
import json
import re
import unicodedata
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from chapters import is_chapter
from sphinx.application import Sphinx

DATA = "section-search-data.js"

VOID = {"br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
INLINE = {"a", "b", "code", "em", "span", "strong"}
SILENT = {"button", "pre", "script", "style", "summary", "svg", "template"}
#: What a reader does not search: numbers, code, controls. The caption in an output is kept.
SILENT_CLASSES = {
    "book-widget",
    "cell_input",
    "cell_output",
    "depth-switch",
    "eqno",
    "headerlink",
    "math",  # a formula on a line of its own
    "read-mark",
    "reading-time",
}


@dataclass
class Section:
    """A section's plain text, or that of one entry of the glossary or of the reference."""

    anchor: str
    title: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)


class SectionParser(HTMLParser):
    """Collects the sections of an article."""

    def __init__(self) -> None:
        super().__init__()
        self.found = [Section("")]
        self.open: list[
            tuple[str, bool]
        ] = []  # the elements around, and whether each is heard
        self.anchors = [""]  # of the sections around
        self.title_at: int | None = None  # how deep the heading stands

    def handle_starttag(
        self, tag: str, attributes: list[tuple[str, str | None]]
    ) -> None:
        """Enter an element."""
        if tag in VOID:
            if self.open and self.open[-1][1]:
                self.say(" ")
            return
        named = dict(attributes)
        classes = set((named.get("class") or "").split())
        heard = not self.open or self.open[-1][1]
        if tag == "figcaption":
            heard = True
        elif tag in SILENT or classes & SILENT_CLASSES:
            heard = False
        self.open.append((tag, heard))
        if tag == "section":
            self.anchors.append(named.get("id") or "")
        is_entry = tag == "dt" and bool(named.get("id"))
        if heard and (tag in ("h1", "h2", "h3") or is_entry):
            anchor = named["id"] if is_entry else self.anchors[-1]
            if tag != "h1":
                self.found.append(Section(anchor or ""))
            self.title_at = len(self.open)
            if is_entry and "sig" in classes:  # its signature is no title
                self.found[-1].title.append(anchor or "")
                self.title_at = None

    def handle_endtag(self, tag: str) -> None:
        """Leave an element."""
        if tag in VOID:
            return
        if self.title_at == len(self.open):
            self.title_at = None
        _, heard = self.open.pop()
        if tag == "section":
            self.anchors.pop()
        if heard and tag not in INLINE:
            self.say(" ")

    def handle_data(self, data: str) -> None:
        """Hear a text."""
        if self.open and self.open[-1][1]:
            self.say(data)

    def say(self, text: str) -> None:
        """Write down a text where it belongs."""
        section = self.found[-1]
        (section.text if self.title_at is None else section.title).append(text)


def formula(markup: str) -> str:
    """Return a formula's MathML as it would be typed.

    >>> formula("<math><mi>u</mi> <mo>∗</mo> <mfrac><mn>1</mn><mi>v</mi></mfrac></math>")
    'u∗1/v'
    """
    markup = re.sub(
        r"(<mfrac[^>]*>\s*<m[in][^>]*>[^<]*</m[in]>)", r"\1/", markup
    )
    text = unicodedata.normalize(
        "NFKC", html.unescape(re.sub("<[^>]+>", "", markup))
    )
    visible = (one for one in text if unicodedata.category(one) != "Cf")
    return html.escape("".join("".join(visible).split()))


def sections(article: str) -> list[tuple[str, str, str]]:
    """Return the sections of an article in their order: anchor, title and plain text; the page's own is the first."""
    parser = SectionParser()
    parser.feed(
        re.sub(
            r"<math\b.*?</math>",
            lambda found: formula(found[0]),
            article,
            flags=re.DOTALL,
        )
    )

    def joined(parts: list[str]) -> str:
        text = " ".join("".join(parts).split())
        return re.sub(
            r"\((\(\d+\))\)", r"\1", text
        )  # an equation's number, in brackets

    return [
        (one.anchor, joined(one.title), joined(one.text))
        for one in parser.found
    ]


def kind_of(docname: str) -> str:
    """Return what a page is to somebody who searches: a ``chapter``, the ``api``, or another ``page``."""
    if is_chapter(docname):
        return "chapter"
    return "api" if re.match(r"book/api\b", docname) else "page"


def load_on_search_page(app: Sphinx, pagename: str, *rest: object) -> None:
    """Load the search's scripts and style on its own page alone."""
    if pagename == "search":
        app.add_css_file("section-search.css")
        app.add_js_file(DATA, loading_method="defer")
        app.add_js_file("section-search.js", loading_method="defer")


def write_data(app: Sphinx, exception: Exception | None) -> None:
    """Write the sections of all pages into one script, since a page on disk can load nothing else."""
    if exception is not None or app.builder.name != "html":
        return
    records = []
    for docname in sorted(app.env.found_docs):
        path = Path(app.outdir, f"{docname}{app.builder.out_suffix}")
        page = path.read_text("utf-8") if path.is_file() else ""
        article = re.search(r"<article\b.*</article>", page, re.DOTALL)
        if article is None:
            continue
        found = sections(article[0])
        records.append(
            {
                "page": docname,
                "title": found[0][1],
                "kind": kind_of(docname),
                "keywords": app.config.search_keywords.get(docname, []),
                "sections": [
                    {"anchor": anchor, "title": title, "text": text}
                    for anchor, title, text in found
                    if title or text
                ],
            }
        )
    data = json.dumps(records, ensure_ascii=False, separators=(",", ":"))
    Path(app.outdir, "_static", DATA).write_text(
        f"window.BOOK_SECTIONS = {data};\n", "utf-8"
    )


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the extension; Sphinx calls this."""
    app.add_config_value("search_keywords", {}, "html")
    app.connect("html-page-context", load_on_search_page)
    app.connect("build-finished", write_data, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
