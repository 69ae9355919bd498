"""Re-execute the notebooks and store their outputs in canonical form.

    python tools/notebooks.py                        # every notebook of _toc.yml
    python tools/notebooks.py book/features/product.ipynb
    python tools/notebooks.py --check                # store nothing; report what would change

The stored outputs are the published book, so they must not depend on when, where or how often a notebook ran: no
timing, no widget state, no random identifiers. Run twice, this tool writes the same bytes twice.
"""

from __future__ import annotations

import argparse
import base64
import copy
import difflib
import hashlib
import io
import os
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbval.plugin import coalesce_streams, get_sanitize_patterns
from PIL import Image
from sphinx_external_toc.parsing import parse_toc_yaml

from infersent.foundation.atomic import replace_file

ROOT = Path(__file__).resolve().parent.parent
SANITIZER = ROOT / "tests" / "nbval_sanitize.cfg"

#: What a kernel needs in its environment to compute the same numbers on every machine: a single thread fixes the order
#: of floating-point sums, a fixed seed the order of sets of strings. The notebook tests use it, too.
ENVIRONMENT = {"OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0"}
#: What a kernel needs to print the same on every machine: it does not say how far it is, as a slow one would, and its
#: lines are as wide as a page.
OUTPUT = {"TQDM_DISABLE": "1", "COLUMNS": "88"}

KERNELSPEC = {"display_name": "Python 3", "language": "python", "name": "python3"}
LANGUAGE_INFO = {
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "pygments_lexer": "ipython3",
}
#: Metadata that an author writes. All other metadata comes from editors and kernels, and is removed.
NOTEBOOK_METADATA = ("infersent", "mystnb", "html_meta")
CELL_METADATA = ("tags", "mystnb")

#: The live half of a widget refers to a kernel that is gone; the page shows its static twin, text/html.
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"

NOTEBOOK_FAILURES = (CellExecutionError, CellTimeoutError, DeadKernelError)

CELL_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
ANSI_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def toc_documents(root: Path = ROOT) -> list[str]:
    """Return the pages of ``_toc.yml`` in order, as paths below ``root`` without a suffix."""
    return [re.sub(r"\.(ipynb|md)$", "", document) for document in parse_toc_yaml(root / "_toc.yml")]


def toc_notebooks(root: Path = ROOT) -> list[Path]:
    """Return the notebooks among the pages of ``_toc.yml``, in order."""
    candidates = (root / f"{document}.ipynb" for document in toc_documents(root))
    return [path for path in candidates if path.exists()]


def path_name(path: Path) -> str:
    """Return the name from which the ids of a notebook's cells are derived: its path below the root, with slashes."""
    return Path(os.path.relpath(path.resolve(), ROOT)).as_posix()


def read(path: Path) -> NotebookNode:
    """Read a notebook as it is on disk; ``nbformat.read`` would give random ids to cells that have none."""
    notebook = nbformat.reader.reads(path.read_text(encoding="utf-8"))
    if notebook.nbformat != 4:
        raise ValueError(f"{path}: notebook format {notebook.nbformat}; open it in JupyterLab and save it as format 4.")
    return notebook


def text(notebook: NotebookNode) -> str:
    """Return the file's text: sorted keys, one space of indentation, unescaped characters, a newline at the end."""
    nbformat.validate(notebook)
    return nbformat.v4.writes(notebook) + "\n"


def canonical(notebook: NotebookNode, name: str) -> NotebookNode:
    """Return the canonical form of a notebook; a canonical notebook does not change.

    Parameters
    ----------
    notebook
        A notebook of format 4; it is left as it is.
    name
        The notebook's path below the root with forward slashes. A cell without a valid id of its own gets one that
        depends only on this name and its position.

    Returns
    -------
    NotebookNode
        With authored metadata only, unique cell ids, streams merged as nbval merges them, and no live widgets.
    """
    notebook = copy.deepcopy(notebook)
    authored = {key: notebook.metadata[key] for key in NOTEBOOK_METADATA if key in notebook.metadata}
    seen: set[str] = set()
    for position, cell in enumerate(notebook.cells):
        cell.id = _cell_id(cell.get("id"), seen, f"{name}:{position}")
        cell.metadata = {key: cell.metadata[key] for key in CELL_METADATA if cell.metadata.get(key)}
        if cell.cell_type == "code":
            cell.outputs = [_canonical_output(output) for output in coalesce_streams(cell.outputs)]
    return nbformat.from_dict(
        {
            "nbformat": 4,
            "nbformat_minor": 5,
            "metadata": {**authored, "kernelspec": KERNELSPEC, "language_info": LANGUAGE_INFO},
            "cells": notebook.cells,
        }
    )


def _cell_id(current: str | None, seen: set[str], place: str) -> str:
    """Keep an id that is valid and new, or else derive one from the cell's place; add it to ``seen``."""
    salt = 0
    while not current or current in seen or not CELL_ID.fullmatch(current):
        current = hashlib.sha256(f"{place}:{salt}".encode()).hexdigest()[:8]
        salt += 1
    seen.add(current)
    return current


def _canonical_output(output: NotebookNode) -> NotebookNode:
    if "data" in output:
        output.data.pop(WIDGET_VIEW, None)
        output.metadata.pop(WIDGET_VIEW, None)
        if "image/png" in output.data:
            output.data["image/png"] = small_png(output.data["image/png"])
    return output


def small_png(encoded: str) -> str:
    """Return a base64-encoded picture with 256 colours on white: the same to the eye in a third of the bytes.

    A picture that already has a palette stays as it is.
    """
    with Image.open(io.BytesIO(base64.b64decode(encoded))) as picture:
        if picture.mode == "P":
            return encoded
        picture = picture.convert("RGBA")
        opaque = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture).convert("RGB")
    small = io.BytesIO()
    opaque.quantize(256, dither=Image.Dither.NONE).save(small, "PNG", optimize=True)
    return base64.b64encode(small.getvalue()).decode()


def keep_unchanged(fresh: NotebookNode, stored: NotebookNode, patterns: dict[str, str]) -> None:
    """Put back into ``fresh`` the stored outputs of each cell that differ only in what the sanitizer ignores.

    Otherwise a printed duration would turn every run of the tool into a change to review.
    """

    def sanitized(value: object) -> object:
        if isinstance(value, dict):
            return {key: sanitized(item) for key, item in value.items()}
        if isinstance(value, list):
            return [sanitized(item) for item in value]
        if isinstance(value, str):
            for pattern, replacement in patterns.items():
                value = re.sub(pattern, replacement, value)
        return value

    before = {cell.id: cell for cell in stored.cells if cell.cell_type == "code"}
    for cell in fresh.cells:
        if cell.cell_type == "code" and cell.id in before:
            outputs = before[cell.id].outputs
            if sanitized(cell.outputs) == sanitized(outputs):
                cell.outputs = outputs


def execute(notebook: NotebookNode, folder: Path, *, timeout: float | None = None, progress: bool = False) -> None:
    """Execute a notebook in place, from its first cell to its last, in a fresh kernel whose home is ``folder``.

    Parameters
    ----------
    notebook
        It receives the outputs, and execution counts from 1.
    folder
        The working directory of the cells.
    timeout
        Seconds that one cell may take; ``None`` for no limit.
    progress
        Count the cells on a line of standard error.

    Raises
    ------
    CellExecutionError, CellTimeoutError, DeadKernelError
        If a cell raises, takes too long, or crashes the kernel; a note on the error names the cell.
    """
    place = "before the first cell"

    def enter(cell: NotebookNode, cell_index: int) -> None:
        nonlocal place
        place = f"cell {cell_index + 1} of {len(notebook.cells)} (id {cell.id})"
        if progress:
            print(f"\r  {place}\033[K", end="", file=sys.stderr, flush=True)

    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.execution_count, cell.outputs = None, []
    client = NotebookClient(
        notebook,
        kernel_name=KERNELSPEC["name"],
        timeout=timeout,
        resources={"metadata": {"path": str(folder)}},
        record_timing=False,
        store_widget_state=False,
        on_cell_start=enter,
    )
    try:
        client.execute()
    except NOTEBOOK_FAILURES as error:
        error.add_note(place)
        raise
    finally:
        if progress:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


def refresh(path: Path, *, timeout: float | None = None, progress: bool = False) -> tuple[str, str]:
    """Execute the notebook at ``path`` and return its text as stored and as it should be; write nothing."""
    stored = path.read_text(encoding="utf-8")
    name = path_name(path)
    before = canonical(read(path), name)
    fresh = copy.deepcopy(before)
    execute(fresh, path.resolve().parent, timeout=timeout, progress=progress)
    patterns = dict(get_sanitize_patterns(SANITIZER.read_text(encoding="utf-8")))
    fresh = canonical(fresh, name)
    keep_unchanged(fresh, before, patterns)
    return stored, text(fresh)


def store(path: Path, content: str) -> None:
    """Replace the notebook at ``path``, or leave it as it was: it is never half written."""
    replace_file(path, lambda new: new.write_text(content, encoding="utf-8", newline="\n"))


def _differences(path: Path, stored: str, fresh: str, limit: int = 40) -> Iterator[str]:
    lines = difflib.unified_diff(
        stored.splitlines(), fresh.splitlines(), f"{path} (stored)", f"{path} (executed)", n=1, lineterm=""
    )
    for number, line in enumerate(lines):
        if number == limit:
            yield "…"
            return
        yield line if len(line) <= 160 else line[:157] + "…"


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit status: 1 if a notebook failed or ``--check`` found a change."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("notebooks", nargs="*", type=Path, help="default: every notebook of _toc.yml")
    parser.add_argument("--check", action="store_true", help="store nothing; exit with 1 if an output would change")
    parser.add_argument("--timeout", type=float, default=1800, help="seconds that one cell may take (default: 1800)")
    options = parser.parse_args(arguments)
    for path in options.notebooks:
        if path.suffix != ".ipynb" or not path.is_file():
            parser.error(f"{path} is not a notebook on disk; give paths such as book/features/product.ipynb.")

    os.environ.update(ENVIRONMENT | OUTPUT)
    failed = changed = 0
    paths = options.notebooks or toc_notebooks()
    if not paths:
        print("_toc.yml names no notebook that is on disk.")
    for path in paths:
        shown = os.path.relpath(path)
        start = time.perf_counter()
        try:
            stored, fresh = refresh(path, timeout=options.timeout, progress=sys.stderr.isatty())
        except NOTEBOOK_FAILURES as error:
            failed += 1
            print(f"{shown}: failed in {error.__notes__[0]}; the file is as it was.")
            print(ANSI_COLOUR.sub("", str(error)))
            continue
        seconds = time.perf_counter() - start
        if fresh == stored:
            print(f"{shown}: unchanged ({seconds:.0f} s)")
            continue
        changed += 1
        if options.check:
            print(f"{shown}: differs ({seconds:.0f} s)", *_differences(path, stored, fresh), sep="\n")
        else:
            store(path, fresh)
            print(f"{shown}: stored ({seconds:.0f} s)")
    return 1 if failed or (options.check and changed) else 0


if __name__ == "__main__":
    sys.exit(main())
