"""A Sphinx extension that links each chapter's first use of a glossary term to the glossary.

The notebooks stay as they are: the link is made when a chapter is read. A term is linked in running text alone: not in
a heading, a table, a formula, code or another link, nor in what waits folded (a proof, a solution), where it would not
be the first use that a reader meets. A word that means something else in a chapter stands, as it is spelt there, in
``glossary_exceptions`` of ``_config.yml``.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from chapters import is_chapter
from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx_exercise.nodes import solution_node
from sphinx_proof.nodes import proof_node

GLOSSARY = "book/glossary"

NO_RUNNING_TEXT = (
    nodes.title,
    nodes.Referential,
    nodes.literal,
    nodes.math,
    nodes.raw,
    nodes.table,
    addnodes.pending_xref,
    proof_node,
    solution_node,
)


def terms(glossary: str) -> list[str]:
    """Return the terms of a glossary's source: the lines that begin an entry.

    >>> terms("```{glossary}\\n:sorted:\\n\\nhead\\n  On top.\\n\\nlogit\\n  A score.\\n```")
    ['head', 'logit']
    """
    entries = glossary.partition("```{glossary}")[2].partition("```")[0]
    return re.findall(r"^(?![:\s])(.+)$", entries, re.MULTILINE)


@lru_cache
def pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    """Return what finds any of these terms: in the plural too, and at the beginning of a sentence.

    A longer term is tried before one that it contains.
    """
    longest_first = sorted(names, key=len, reverse=True)
    forms = "|".join(f"({form(name)})" for name in longest_first)
    return re.compile(rf"(?<![\w-])(?:{forms})(?![\w-])")


def form(name: str) -> str:
    """Return the pattern of one term and of its plural."""
    words = [re.escape(word).replace("'", "['’]") for word in name.split()]
    if name[0].islower():  # names keep their capitals
        words[0] = f"[{name[0].upper()}{name[0]}]{words[0][1:]}"
    last = words[-1]
    if last.endswith("is"):
        words[-1] = f"{last[:-2]}[ie]s"
    elif last.endswith("y"):
        words[-1] = f"{last[:-1]}(?:y|ies)"
    elif not last.endswith("s"):
        words[-1] = f"{last}(?:s|es)?"
    return r"\s+".join(words)


def first_uses(
    document: nodes.Node, names: list[str], exceptions: tuple[str, ...] = ()
) -> dict[nodes.Text, list[tuple[str, int, int]]]:
    """Return where each term is used first: for a text, its terms with their beginnings and ends, in order.

    A term that its author has linked counts as used there. ``exceptions`` are spellings that mean something else.
    """
    longest_first = sorted(names, key=len, reverse=True)
    by_lower = {name.lower(): name for name in names}
    found: dict[nodes.Text, list[tuple[str, int, int]]] = {}
    used: set[str] = set()

    def visit(node: nodes.Node, is_running: bool) -> None:
        if (
            isinstance(node, addnodes.pending_xref)
            and node["reftype"] == "term"
        ):
            used.add(by_lower.get(node["reftarget"].lower(), ""))
        if isinstance(node, NO_RUNNING_TEXT):
            return
        if isinstance(node, nodes.Text):
            if not is_running:
                return
            for match in pattern(tuple(names)).finditer(str(node)):
                name = longest_first[match.lastindex - 1]
                if name not in used and match[0] not in exceptions:
                    used.add(name)
                    found.setdefault(node, []).append((name, *match.span()))
            return
        for child in node.children:
            visit(child, is_running or isinstance(node, nodes.paragraph))

    visit(document, False)
    return found


def link(text: str, name: str, docname: str) -> nodes.Element:
    """Return a reference to a term's entry, as ``{term}`` makes it."""
    shown = nodes.inline("", text, classes=["xref", "std", "std-term"])
    return addnodes.pending_xref(
        "",
        shown,
        refdomain="std",
        reftype="term",
        reftarget=name,
        refdoc=docname,
        refexplicit=True,
        refwarn=True,
    )


class GlossaryLinks(SphinxTransform):
    """Links the first uses in a chapter."""

    default_priority = 700  # before quotation marks are made typographic

    def apply(self, **kwargs: object) -> None:
        """Replace each text that holds a first use by its pieces."""
        docname = self.env.docname
        if not is_chapter(docname):
            return
        glossary = Path(self.env.doc2path(GLOSSARY))
        self.env.note_dependency(str(glossary))
        names = terms(glossary.read_text("utf-8"))
        exceptions = tuple(self.config.glossary_exceptions.get(docname, ()))
        found = first_uses(self.document, names, exceptions)
        for text, uses in found.items():
            whole, pieces, end_before = str(text), [], 0
            for name, begin, end in uses:
                pieces += [
                    nodes.Text(whole[end_before:begin]),
                    link(whole[begin:end], name, docname),
                ]
                end_before = end
            pieces.append(nodes.Text(whole[end_before:]))
            text.parent.replace(text, [piece for piece in pieces if piece])


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the extension; Sphinx calls this."""
    app.add_config_value("glossary_exceptions", {}, "env")
    app.add_transform(GlossaryLinks)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
