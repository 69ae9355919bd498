"""A Sphinx extension that draws the storeys of the package from its code: ``{storeys}`` in a page.

The order is that of the contract in pyproject.toml, the sentences are the first of each storey's docstring, and the
imports are those that grimp finds, inside functions too. So the drawing cannot be out of date.
"""

from __future__ import annotations

import ast
import html
import re
import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import grimp
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "infersent"

BAND, GAP, WIDTH, ARC = 30, 6, 190, 17  # pixels of the drawing


@dataclass(frozen=True)
class Storey:
    """One storey: its name, its sentence, its modules, and how often it imports from each other storey."""

    name: str
    sentence: str
    modules: tuple[str, ...]
    imports: Counter[str]


def storeys() -> list[Storey]:
    """Return the storeys of the package from the top down."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    (contract,) = (
        one
        for one in project["tool"]["importlinter"]["contracts"]
        if one["type"] == "layers"
    )
    names = [name for name in contract["layers"] if not name.startswith("__")]
    graph = grimp.build_graph(PACKAGE, cache_dir=None)
    found = []
    for name in names:
        here = f"{PACKAGE}.{name}"
        own = {here, *graph.find_descendants(here)}
        imported: Counter[str] = Counter()
        for module in own:
            for target in (
                graph.find_modules_directly_imported_by(module) - own
            ):
                imported[target.split(".")[1]] += 1
        modules = sorted(
            module.removeprefix(f"{here}.") for module in own - {here}
        )
        found.append(Storey(name, sentence(name), tuple(modules), imported))
    return found


def sentence(name: str) -> str:
    """Return the first sentence of a storey's docstring."""
    path = ROOT / "companion" / PACKAGE / name
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    docstring = ast.get_docstring(ast.parse(file.read_text("utf-8"))) or ""
    return " ".join(docstring.partition("\n\n")[0].split())


def marked_up(text: str) -> str:
    """Return a docstring's text as HTML: what stands in backticks, with a role before it or not, is code."""
    return re.sub(
        r"(?::\w+:)?`+([^`]+)`+", r"<code>\1</code>", html.escape(text)
    )


def drawing(found: list[Storey]) -> str:
    """Return the storeys as bands, and an arc for each that imports from another: to the right if downward."""
    place = {
        storey.name: i * (BAND + GAP) + BAND / 2
        for i, storey in enumerate(found)
    }
    furthest = ARC * (len(found) - 1)
    arcs, bands, upward = [], [], 0
    for storey in found:
        start = place[storey.name]
        for name, count in sorted(storey.imports.items()):
            if name not in place:
                continue
            stop = place[name]
            side = 1 if stop > start else -1
            upward += side < 0
            edge = WIDTH if side > 0 else 0
            # A quadratic curve reaches half as far as its middle point.
            bulge = edge + side * 2 * ARC * abs(stop - start) / (BAND + GAP)
            arcs.append(
                f'<path class="{"down" if side > 0 else "up"}"'
                f' d="M{edge},{start + 5 * side:g} Q{bulge:g},{(start + stop) / 2:g} {edge},{stop - 5 * side:g}"'
                f' stroke-width="{min(1 + count / 4, 6):g}"><title>'
                f"{storey.name} imports {count} times from {name}</title></path>"
            )
        bands.append(
            f'<rect x="0" y="{start - BAND / 2:g}" width="{WIDTH}" height="{BAND}" rx="5"/>'
            f'<text x="12" y="{start + 5:g}">{html.escape(storey.name)}</text>'
            f'<text class="count" x="{WIDTH - 12}" y="{start + 5:g}">{len(storey.modules) or 1}</text>'
        )
    height = len(found) * (BAND + GAP)
    title = f"The {len(found)} storeys of the package, from {found[0].name} down to {found[-1].name}"
    told = f"Every arc leads down: {upward} of {len(arcs)} lead up."
    return (
        f'<svg class="storeys" role="img" viewBox="{-2 if not upward else -furthest} -2 '
        f'{WIDTH + furthest + 8 + (furthest if upward else 0)} {height}"'
        f' xmlns="http://www.w3.org/2000/svg"><title>{html.escape(title)}. {told}</title>'
        + "".join(arcs)
        + "".join(bands)
        + "</svg>"
    )


def listing(found: list[Storey]) -> str:
    """Return the same as a table: each storey's sentence and its modules."""
    rows = "\n".join(
        f'<tr><th scope="row"><code>{html.escape(storey.name)}</code></th>'
        f"<td>{marked_up(storey.sentence)}</td>"
        f"<td>{html.escape(', '.join(storey.modules)) or '–'}</td></tr>"
        for storey in found
    )
    head = "".join(
        f'<th scope="col">{title}</th>'
        for title in ("Storey", "In one sentence", "Modules")
    )
    return (
        '<div class="pst-scrollable-table-container"><table class="table storeys">'
        "<caption>The storeys, from the top down</caption>"
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody></table></div>"
    )


class Storeys(SphinxDirective):
    """The drawing and the table."""

    def run(self) -> list[nodes.Node]:
        """Return both as HTML; another builder gets the names as a list."""
        found = storeys()
        text = f'<figure class="storeys">{drawing(found)}</figure>\n{listing(found)}'
        return [nodes.raw("", text, format="html")]


def add_style(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, object],
    doctree: nodes.document | None,
) -> None:
    """Give the page with the drawing its style sheet."""
    if 'class="storeys"' in str(context.get("body", "")):
        app.add_css_file("storeys.css")


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the extension; Sphinx calls this."""
    app.add_directive("storeys", Storeys)
    # After the theme has filled the context.
    app.connect("html-page-context", add_style, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
