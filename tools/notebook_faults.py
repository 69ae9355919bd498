"""What keeps a notebook from being published, in words.

    python -m tools.notebook_faults                        # every notebook under book/
    python -m tools.notebook_faults book/features/product.ipynb

Each check is a function from a notebook to its faults. ``make test`` runs them all.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
from html.parser import HTMLParser
from pathlib import Path

from markdown_it import MarkdownIt
from nbformat import NotebookNode
from nbval.plugin import find_comment_markers, find_metadata_tags

from tools import notebooks

#: What only this machine, or only this run, would print.
LEAK = re.compile(r"/home/|/root/|/Users/|/tmp/|[A-Z]:\\Users|site-packages|\bat 0x[0-9a-f]{6,}")

#: A format with a width, as ``ast`` writes it: ``f'12s'``, ``f'<8'``, ``f'7.2f'``. Digits after a point align nothing.
WIDTH = re.compile(r"""f?['"](?:.?[<>=^])?[-+ ]?0?[1-9]""")


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def output_texts(cell: NotebookNode) -> list[str]:
    """Return what a cell's outputs say, in every text format."""
    streams = [output.text for output in cell.outputs if output.output_type == "stream"]
    return streams + [
        str(value)
        for output in cell.outputs
        for mime, value in output.get("data", {}).items()
        if mime not in ("image/png", "image/jpeg")
    ]


def stored(root: Path) -> list[str]:
    """Return the notebooks under book/, as paths below ``root``."""
    return sorted(
        path.relative_to(root).as_posix()
        for path in (root / "book").rglob("*.ipynb")
        if ".ipynb_checkpoints" not in path.parts
    )


# The checks: a notebook in, its faults out.


def unexecuted(notebook: NotebookNode) -> list[str]:
    """Counts other than 1..n; nbval never compares a cell without a count."""
    counts = [cell.execution_count for cell in code_cells(notebook)]
    return [] if counts == list(range(1, len(counts) + 1)) else [f"execution counts {counts}, not 1..{len(counts)}"]


def errors_stored(notebook: NotebookNode) -> list[str]:
    return [
        f"cell {cell.id} stores the error {output.ename}: {output.evalue}"
        for cell in code_cells(notebook)
        for output in cell.outputs
        if output.output_type == "error"
    ]


def stderr_stored(notebook: NotebookNode) -> list[str]:
    return [
        f"cell {cell.id} stores standard error: {output.text[:80]!r}"
        for cell in code_cells(notebook)
        for output in cell.outputs
        if output.output_type == "stream" and output.name == "stderr"
    ]


def leaks(notebook: NotebookNode) -> list[str]:
    """Paths and addresses of the machine that executed the notebook."""
    return [
        f"cell {cell.id} prints {found[0]!r}, which holds on one machine or in one run only"
        for cell in code_cells(notebook)
        for text in output_texts(cell)
        if (found := LEAK.search(text))
    ]


def images_without_alt(notebook: NotebookNode) -> list[str]:
    """Pictures, in the text or put out by a cell, that say nothing to who cannot see them."""
    faults = [
        f"cell {cell.id}: {fault}"
        for cell in notebook.cells
        if cell.cell_type == "markdown"
        for fault in markdown_images_without_alt(cell.source)
    ]
    for cell in code_cells(notebook):
        draws = any(mime.startswith("image/") for output in cell.outputs for mime in output.get("data", {}))
        if draws and not cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "").strip():
            faults.append(f'cell {cell.id} draws; its metadata needs {{"mystnb": {{"image": {{"alt": "…"}}}}}}')
    return faults


def pictures_of_pixels(notebook: NotebookNode) -> list[str]:
    """Figures that a page can neither enlarge nor show in the dark."""
    return [
        f"cell {cell.id} stores a figure of pixels; draw it in plots.figure, or hand it to plots.show"
        for cell in code_cells(notebook)
        if any("image/png" in output.get("data", {}) for output in cell.outputs)
    ]


def columns_printed(notebook: NotebookNode) -> list[str]:
    """Results that a cell prints as columns, by formats with a width: a reader's ear, and a phone, need a table."""
    faults = []
    for cell in code_cells(notebook):
        # A line for IPython alone, such as %run, is no Python.
        source = re.sub(r"^[%!](?:.*\\\n)*.*", "", cell.source, flags=re.MULTILINE)
        printed = (node for node in ast.walk(ast.parse(source)) if _is_print(node))
        widths = (part for node in printed for part in ast.walk(node) if isinstance(part, ast.FormattedValue))
        if any(part.format_spec and WIDTH.match(ast.unparse(part.format_spec)) for part in widths):
            faults.append(f"cell {cell.id} prints columns; make them an infersent.foundation.tables.Table")
    return faults


def _is_print(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"


def not_canonical(notebook: NotebookNode) -> list[str]:
    """Anything that tools/notebooks.py would store otherwise."""
    canonical = notebooks.canonical(notebook, "any")
    if canonical == notebook:
        return []
    cells = [old.get("id") for old, new in zip(notebook.cells, canonical.cells, strict=True) if old != new]
    return [f"not in canonical form (cells: {cells or 'none, but the metadata'}); run: make notebooks"]


CHECKS = (
    unexecuted,
    errors_stored,
    stderr_stored,
    leaks,
    images_without_alt,
    pictures_of_pixels,
    columns_printed,
    not_canonical,
)


class _ImagesWithoutAlt(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.sources: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "img" and not (attributes.get("alt") or "").strip():
            self.sources.append(attributes.get("src") or "?")


def markdown_images_without_alt(source: str) -> list[str]:
    """Return the images of a markdown text without alternative text: ``![](…)``, directives and raw HTML."""
    html, missing = _ImagesWithoutAlt(), []
    tokens = MarkdownIt().enable("table").parse(re.sub(r"^:{3,}(?=\{)|^:{3,}$", "```", source, flags=re.MULTILINE))
    tokens += [child for block in tokens for child in block.children or ()]
    for token in tokens:
        if token.type == "image" and not token.content.strip():
            missing.append(token.attrs["src"])
        elif token.type == "fence" and (found := re.match(r"\{(figure|image)\}\s*(\S*)", token.info)):
            if not re.search(r"^\s*:?alt:\s*\S", token.content, re.MULTILINE):
                missing.append(found[2])
        elif token.type in ("html_block", "html_inline"):
            html.feed(token.content)
    return [f"the image {source} has no alternative text" for source in missing + html.sources]


def escapes(cell: NotebookNode) -> bool:
    """Say whether nbval passes a code cell without comparing its outputs, by nbval's own reading of it."""
    options = dict(find_metadata_tags(cell.metadata)) | dict(find_comment_markers(cell.source))
    return not options.get("check", True) or options.get("skip", False) or options.get("check_exception", False)


def whitelist_faults(whitelist: list[dict[str, str]], books: dict[str, NotebookNode]) -> list[str]:
    """Return how a whitelist and the cells that escape comparison disagree, or exceed one code cell in ten."""
    keys = ("notebook", "cell", "reason")
    faults = [
        f"{entry} needs {', '.join(keys)}"
        for entry in whitelist
        if sorted(entry) != sorted(keys) or not all(str(value).strip() for value in entry.values())
    ]
    listed = [(entry.get("notebook"), entry.get("cell")) for entry in whitelist]
    cells = [(name, cell) for name, notebook in books.items() for cell in code_cells(notebook)]
    escaping = [(name, cell.id) for name, cell in cells if escapes(cell)]
    faults += [f"{place} escapes comparison and is not on the whitelist" for place in escaping if place not in listed]
    faults += [f"{place} is on the whitelist and does not escape" for place in listed if place not in escaping]
    if len(escaping) * 10 > len(cells):
        faults.append(f"{len(escaping)} of {len(cells)} code cells escape comparison; at most one in ten may")
    return faults


def toc_faults(documents: list[str], root: Path) -> list[str]:
    """Return the pages of the table of contents that are not on disk, and the notebooks on disk that are not in it."""
    faults = [
        f"_toc.yml names {document}, and there is no {document}.ipynb or .md"
        for document in documents
        if not any((root / f"{document}{suffix}").is_file() for suffix in (".ipynb", ".md"))
    ]
    on_disk = (name.removesuffix(".ipynb") for name in stored(root))
    return faults + [f"{document}.ipynb is not in _toc.yml" for document in on_disk if document not in documents]


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit status: 0, or 1 if there is a fault."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("notebooks", nargs="*", type=Path, help="default: every notebook under book/")
    paths = parser.parse_args(arguments).notebooks or [notebooks.ROOT / name for name in stored(notebooks.ROOT)]
    faults = [f"{path}: {fault}" for path in paths for check in CHECKS for fault in check(notebooks.read(path))]
    print("\n".join(faults) or "No faults.")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
