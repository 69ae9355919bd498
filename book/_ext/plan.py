"""A Sphinx extension for the front page: ``{plan}`` makes a list of chapters a grid of cards.

Each item of the list begins with a link to its chapter. Its card gets the chapter's place in the book and its
mark, ``marks/NAME.svg``: a picture of one idea in the blocks' colours, drawn by hand. The list stays a list, for
screen readers and other builders. The page gets the style sheet ``front.css``.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path, PurePosixPath

import yaml
from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

ROOT = Path(__file__).resolve().parents[2]
MARKS = Path(__file__).with_name("marks")


@cache
def numbers() -> dict[str, int]:
    """Return the number of each chapter that has one, by the stem of its file."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))
    numbered = (
        chapter["file"]
        for part in toc["parts"]
        if part.get("numbered", True)
        for chapter in part["chapters"]
    )
    return {
        PurePosixPath(file).name: i for i, file in enumerate(numbered, start=1)
    }


class Plan(SphinxDirective):
    """The cards of some chapters."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return the list, each item with its number and its mark before it."""
        box = nodes.container(classes=["plan"])
        self.state.nested_parse(self.content, self.content_offset, box)
        for item in box.findall(nodes.list_item):
            paragraph = next(item.findall(nodes.paragraph))
            stem = self.stem(paragraph)
            file = MARKS / f"{stem}.svg"
            self.env.note_dependency(str(file))
            mark = file.read_text("utf-8")
            item.insert(0, nodes.raw("", mark, format="html"))
            if stem in numbers():
                number = nodes.inline(
                    "", f"{numbers()[stem]} ", classes=["plan-number"]
                )
                paragraph.insert(0, number)
        return [box]

    def stem(self, paragraph: nodes.paragraph) -> str:
        """Return the name of the chapter to which the first link leads."""
        for link in links(paragraph):
            stem = PurePosixPath(link).stem
            if (MARKS / f"{stem}.svg").is_file():
                return stem
            raise self.error(f"{link}: there is no {MARKS.name}/{stem}.svg.")
        raise self.error("An item of a plan begins with a link to a chapter.")


def links(node: nodes.Element) -> Iterator[str]:
    """Yield where the links in a node lead."""
    for link in node.findall(pending_xref):
        yield link["reftarget"]


def add_style(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, object],
    doctree: nodes.document | None,
) -> None:
    """Give the front page its style sheet."""
    if pagename == app.config.root_doc:
        app.add_css_file("front.css")


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the extension; Sphinx calls this."""
    app.add_directive("plan", Plan)
    # After the theme has filled the context.
    app.connect("html-page-context", add_style, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
