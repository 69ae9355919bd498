"""A Sphinx extension that writes the book's formulas as MathML while it is built.

The page needs no script to show them, nothing moves once it is there, no formula is a stop of the tabulator, and what a
screen reader or a printer gets is mathematics. The notebooks keep their TeX, which JupyterLab shows in its own way.
"""

from __future__ import annotations

import html
import re
from typing import Any

from docutils import nodes
from mathml import FormulaError, mathml
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.math import get_node_equation_number
from sphinx.util.nodes import get_node_line
from sphinx.writers.html5 import HTML5Translator

#: A picture in the blocks' colours: the dog's story, and each widget but those that show no block of a pair.
_PICTURES = re.compile(
    r'class="dog-example|data-module="(?!quiz|word_winners|sentence_map)'
)


def visit_inline(self: HTML5Translator, node: nodes.math) -> None:
    """Write a formula in running text."""
    self.body.append(_convert(node, display=False))
    raise nodes.SkipNode


def visit_display(self: HTML5Translator, node: nodes.math_block) -> None:
    """Write a formula on a line of its own, with its number if it has one."""
    self.body.append(
        self.starttag(node, "div", CLASS="math notranslate nohighlight")
    )
    if node["number"]:
        number = get_node_equation_number(self, node)
        self.body.append(f'<span class="eqno">({html.escape(number)})')
        self.add_permalink_ref(node, "Link to this equation")
        self.body.append("</span>")
    self.body.append(f"{_convert(node, display=True)}</div>\n")
    raise nodes.SkipNode


def _convert(node: nodes.Element, *, display: bool) -> str:
    tex = node.astext().strip()
    if display and r"\\" in tex and not tex.startswith(r"\begin"):
        tex = rf"\begin{{split}}{tex}\end{{split}}"
    try:
        return mathml(tex, display=display)
    except FormulaError as error:
        raise ExtensionError(
            f"{node.source}:{get_node_line(node)}: {error}"
        ) from None


class KeepTogether(SphinxPostTransform):
    """Joins a formula in running text with what is written on to it, so that no line begins with its comma."""

    default_priority = 900
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        """Put each such formula, and the text up to the next blank on either side, into a span that does not break."""
        for node in list(self.document.findall(nodes.math)):
            parent, place = node.parent, node.parent.index(node)
            before = _written_on(parent, place - 1, re.compile(r"\S+\Z"))
            after = _written_on(parent, place + 1, re.compile(r"\A\S+"))
            if before or after:
                place = parent.index(node)
                joined = nodes.inline("", classes=["joined"])
                parent[place] = joined
                joined += [nodes.Text(before)] if before else []
                joined += node
                joined += [nodes.Text(after)] if after else []


def _written_on(
    parent: nodes.Element, place: int, run: re.Pattern[str]
) -> str:
    """Take from a neighbour what ``run`` finds, if it is a text; return it."""
    if not 0 <= place < len(parent) or not isinstance(
        parent[place], nodes.Text
    ):
        return ""
    text = parent[place].astext()
    found = run.search(text)
    if not found:
        return ""
    parent[place] = nodes.Text(text[: found.start()] + text[found.end() :])
    return found[0]


def join_pictures(
    app: Sphinx,
    page: str,
    template: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Add the script that joins formulas and pictures, where a page has a picture in the blocks' colours."""
    if _PICTURES.search(context.get("body", "")):
        app.add_js_file("formula-links.js")


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the extension; Sphinx calls this."""
    app.add_html_math_renderer(
        "mathml", (visit_inline, None), (visit_display, None)
    )
    app.add_post_transform(KeepTogether)
    app.connect("html-page-context", join_pictures)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
