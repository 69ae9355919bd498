"""A Sphinx extension that folds code and proofs, so that a chapter can be read at two depths.

What a chapter says stands open: its text, and what its code shows. How it gets there, the code and the proofs, waits in
``<details>`` that are written at build time: they open without JavaScript, in print, for the browser's own search and
for a link to something inside. ``two-depths.js`` adds one switch a page.

On the pages of ``open_code`` in ``_config.yml`` the code is the content. There, and in the solution of an exercise,
which is folded as a whole, only the cells tagged ``hide-input`` are folded.
"""

from __future__ import annotations

import html
import re
from fnmatch import fnmatch

from docutils import nodes
from myst_nb.sphinx_ import HideInputCells
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.writers.html5 import HTML5Translator
from sphinx_exercise.nodes import solution_node
from sphinx_proof.nodes import proof_node

#: A printed output of more lines than these is folded, too.
LONG = 12

PREFIX = "Proof. "  # what sphinx-proof writes before a proof


class fold(nodes.General, nodes.Element):
    """A part that opens on demand: its ``label`` says what is inside, its ``kind`` is ``code`` or ``proof``."""


def visit_fold(writer: HTML5Translator, node: fold) -> None:
    """Write the beginning of a ``<details>``."""
    writer.body.append(
        f'<details class="fold fold-{node["kind"]}"><summary>{marked_up(node["label"])}</summary>\n'
    )


def marked_up(label: str) -> str:
    """Return a fold's name as HTML: what stands in backticks is code.

    >>> marked_up("Code: `u` < `v`")
    'Code: <code>u</code> &lt; <code>v</code>'
    """
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(label))


def depart_fold(writer: HTML5Translator, node: fold) -> None:
    """Write its end."""
    writer.body.append("</details>\n")


def label_of(code: str) -> str:
    """Return what a folded cell is called: by the comment that it begins with, or else ``Code``.

    >>> label_of("# The mean of both. It is\\n# exact.\\nx = 1")
    'Code: the mean of both'
    >>> label_of("x = 1")
    'Code'
    """
    comment = []
    for line in code.strip().splitlines():
        if not line.startswith("#"):
            break
        comment.append(line.lstrip("# ").rstrip())
    sentence = " ".join(comment).partition(". ")[0].rstrip(".:")
    if not sentence:
        return "Code"
    capital = sentence[0] if sentence[1:2].isupper() else sentence[0].lower()
    return f"Code: {capital}{sentence[1:]}"


def wrap(node: nodes.Element, kind: str, label: str) -> None:
    """Put a fold around a node."""
    parent, place = node.parent, node.parent.index(node)
    parent.remove(node)
    parent.insert(place, fold("", node, kind=kind, label=label))


class TwoDepths(SphinxPostTransform):
    """Folds the code and the proofs of a page, and sets the switch for all of them under its title."""

    default_priority = (
        HideInputCells.default_priority - 1
    )  # which then finds nothing left to hide
    formats = ("html",)

    def run(self, **kwargs: object) -> None:
        """Fold, and say what was folded."""
        is_open = any(
            fnmatch(self.env.docname, pattern)
            for pattern in self.config.open_code
        )
        for cell in list(self.document.findall(is_cell)):
            self.fold_cell(cell, is_open)
        for proof in list(self.document.findall(proof_node)):
            fold_proof(proof)
        kinds = {
            one["kind"]
            for one in self.document.findall(fold)
            if not within_solution(one)
        }
        heading = next(self.document.findall(nodes.title), None)
        if kinds and heading is not None:
            names = {"code": "code", "proof": "proofs"}
            what = " and ".join(
                name for kind, name in names.items() if kind in kinds
            )
            heading.parent.insert(
                heading.parent.index(heading) + 1,
                nodes.raw("", switch(what), format="html"),
            )

    def fold_cell(self, cell: nodes.container, is_open: bool) -> None:
        """Fold the code of one cell, and what it prints where that is long."""
        tagged = cell.attributes.pop("hide_mode", None) is not None
        if not tagged and (is_open or within_solution(cell)):
            return
        for part in list(cell.children):
            if part.get("nb_element") == "cell_code_source":
                wrap(part, "code", label_of(part.astext()))
            elif part.get("nb_element") == "cell_code_output":
                for printed in list(part.findall(nodes.literal_block)):
                    lines = len(printed.astext().strip().splitlines())
                    if lines > LONG:
                        wrap(printed, "code", f"Output, {lines} lines")


def is_cell(node: nodes.Node) -> bool:
    """Return whether a node is a code cell of a notebook."""
    return (
        isinstance(node, nodes.container)
        and node.get("nb_element") == "cell_code"
    )


def within_solution(node: nodes.Node) -> bool:
    """Return whether a node stands in the solution of an exercise."""
    while node is not None and not isinstance(node, solution_node):
        node = node.parent
    return node is not None


def fold_proof(proof: proof_node) -> None:
    """Fold a proof under its own name, and take from it the id that all proofs share."""
    (box,) = proof.children
    box["ids"] = []
    first = next(box.findall(nodes.Text))
    if first.startswith(PREFIX):
        first.parent.replace(first, nodes.Text(first.removeprefix(PREFIX)))
    wrap(proof, "proof", "Proof")


def switch(what: str) -> str:
    """Return the switch of a page; without JavaScript it stays hidden, and every fold opens by itself."""
    return (
        '<p class="depth-switch"><label hidden>'
        f'<input type="checkbox" role="switch"> Show {what}</label></p>'
    )


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the extension; Sphinx calls this."""
    app.add_config_value("open_code", [], "env")
    app.add_node(fold, html=(visit_fold, depart_fold))
    app.add_post_transform(TwoDepths)
    app.add_css_file("two-depths.css")
    app.add_js_file("two-depths.js")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
