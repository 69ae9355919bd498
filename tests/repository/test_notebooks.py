"""The stored notebooks are the published book: each is whole, checked by nbval, fit to publish, in canonical form.

Each check of tools/notebook_faults.py is run on every stored notebook, and on notebooks made wrong on purpose.
"""

from __future__ import annotations

import base64
import io
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
import yaml
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image

from tools import notebook_faults, notebooks
from tools.notebook_faults import (
    CHECKS,
    code_cells,
    columns_printed,
    errors_stored,
    escapes,
    images_without_alt,
    leaks,
    markdown_images_without_alt,
    not_canonical,
    output_texts,
    pictures_of_pixels,
    stderr_stored,
    stored,
    toc_faults,
    unexecuted,
    whitelist_faults,
)

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = stored(ROOT)
PAGES = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "book").rglob("*.md"))
WHITELIST = ROOT / "tests" / "nbval_whitelist.yml"

# The stored notebooks.


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("name", NOTEBOOKS)
def test_stored_notebook(name: str, check: Callable[[NotebookNode], list[str]]) -> None:
    assert check(notebooks.read(ROOT / name)) == []


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_stored_text_is_canonical(name: str) -> None:
    stored = (ROOT / name).read_text(encoding="utf-8")
    assert notebooks.text(notebooks.canonical(notebooks.read(ROOT / name), name)) == stored, "run: make notebooks"


@pytest.mark.parametrize("name", PAGES)
def test_images_of_markdown_pages_have_alternative_text(name: str) -> None:
    assert markdown_images_without_alt((ROOT / name).read_text(encoding="utf-8")) == []


def test_table_of_contents_and_disk_agree() -> None:
    assert toc_faults(notebooks.toc_documents(), ROOT) == []


def test_whitelist_and_notebooks_agree() -> None:
    whitelist = yaml.safe_load(WHITELIST.read_text(encoding="utf-8"))
    assert whitelist_faults(whitelist, {name: notebooks.read(ROOT / name) for name in NOTEBOOKS}) == []


@pytest.mark.snli
def test_no_output_quotes_the_corpus() -> None:
    from infersent.data import load

    printed = "\n".join(
        text for name in NOTEBOOKS for cell in code_cells(notebooks.read(ROOT / name)) for text in output_texts(cell)
    )
    words = " ".join(re.findall(r"\w+", printed.lower()))
    pairs = [load("snli", split=split) for split in ("dev", "test")]
    sentences = {sentence for part in pairs for column in (part.premises, part.hypotheses) for sentence in column}
    normal = {" ".join(re.findall(r"\w+", sentence.lower())) for sentence in sentences}
    # A sentence of four words or fewer, such as "A man is outside.", can be anybody's.
    assert [sentence for sentence in normal if sentence.count(" ") >= 4 and sentence in words] == []


# tools/notebook_faults.py


def book(*cells: NotebookNode, **metadata: object) -> NotebookNode:
    """Return a canonical notebook of these cells."""
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number}"
    return notebooks.canonical(new_notebook(cells=list(cells), metadata=metadata), "made")


def code(source: str = "1 + 1", *outputs: NotebookNode, count: int | None = 1, **metadata: object) -> NotebookNode:
    return new_code_cell(source, execution_count=count, outputs=list(outputs), metadata=metadata)


def stream(text: str, name: str = "stdout") -> NotebookNode:
    return new_output("stream", name=name, text=text)


def display(**data: str) -> NotebookNode:
    mimes = {"html": "text/html", "plain": "text/plain", "png": "image/png", "svg": "image/svg+xml"}
    return new_output("display_data", {mimes[kind]: value for kind, value in data.items()})


def picture(mode: str = "P", size: tuple[int, int] = (1, 1)) -> str:
    """Return a picture as a notebook stores it, by default as the canonical form has it."""
    stream = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert(mode).save(stream, "PNG")
    return base64.b64encode(stream.getvalue()).decode()


PICTURE = picture()
ALT = {"mystnb": {"image": {"alt": "A rising line."}}}
GOOD = book(
    new_markdown_cell("# The product\n\n![A tree.](tree.png)"),
    code("print(2)", stream("2\n"), count=1),
    code('print(f"{2:.2f} {3:,}")\nplot()', display(plain="<Figure with 1 Axes>", svg="<svg/>"), count=2, **ALT),
)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_good_notebook_has_no_faults(check: Callable[[NotebookNode], list[str]]) -> None:
    assert check(GOOD) == []


@pytest.mark.parametrize(
    ("check", "notebook"),
    [
        (unexecuted, book(code(count=None))),
        (unexecuted, book(code(count=1), code(count=3))),
        (unexecuted, book(code(count=2), code(count=1))),
        (errors_stored, book(code("1/0", new_output("error", ename="ZeroDivisionError", evalue="x", traceback=[])))),
        (stderr_stored, book(code("warn()", stream("UserWarning: …", name="stderr")))),
        (leaks, book(code("print(p)", stream("/home/ada/book/x.py")))),
        (leaks, book(code("p", display(html="<td>/usr/lib/python3/site-packages/torch</td>")))),
        (leaks, book(code("f", display(plain="<function f at 0x7f3a2b1c9d00>")))),
        (leaks, book(code("plot()", display(svg="<svg><!-- /tmp/x.svg --></svg>"), **ALT))),
        (images_without_alt, book(new_markdown_cell("![](tree.png)"))),
        (images_without_alt, book(new_markdown_cell("A tree: <img src='tree.png'> here."))),
        (images_without_alt, book(new_markdown_cell("<img src='tree.png' alt=''>"))),
        (images_without_alt, book(new_markdown_cell("```{figure} tree.png\n:name: tree\nA caption.\n```"))),
        (images_without_alt, book(new_markdown_cell(":::{image} tree.png\n:::"))),
        (images_without_alt, book(code("plot()", display(png=PICTURE)))),
        (pictures_of_pixels, book(code("plot()", display(png=PICTURE), **ALT))),
        (columns_printed, book(code('%run x \\\n    -y\nfor x in "ab":\n    print(f"{x:8}", 2)'))),
        (columns_printed, book(code('print("a", f"{2:>{9}.1f}", f"{3:<5}")'))),
        (columns_printed, book(code('print(f"{2:7.2f}")'))),
        (not_canonical, NotebookNode(GOOD | {"metadata": {"widgets": {}}})),
        (not_canonical, NotebookNode(GOOD | {"cells": [*GOOD.cells, GOOD.cells[0]]})),
    ],
)
def test_a_bad_notebook_has_a_fault(check: Callable[[NotebookNode], list[str]], notebook: NotebookNode) -> None:
    assert len(check(notebook)) == 1


@pytest.mark.parametrize(
    "source",
    ["![A tree.](tree.png)", "```{figure} tree.png\n:alt: A tree.\n```", ":::{figure} tree.png\n:alt: A tree.\n:::",
     "<img alt='A tree.' src='tree.png'>", "`![](code.png)`"],
)  # fmt: skip
def test_images_with_alternative_text_are_no_fault(source: str) -> None:
    assert markdown_images_without_alt(source) == []


@pytest.mark.parametrize(
    ("source", "metadata", "escaping"),
    [
        ("x", {}, False),
        ("x", {"tags": ["hide-input"]}, False),
        ("x", {"tags": ["nbval-check-output"]}, False),
        ("x", {"tags": ["nbval-ignore-output"]}, True),
        ("x", {"tags": ["nbval-skip"]}, True),
        ("x", {"tags": ["nbval-raises-exception"]}, True),
        ("x", {"tags": ["raises-exception"]}, True),
        ("# NBVAL_IGNORE_OUTPUT\nx", {}, True),
        ("# PYTEST_VALIDATE_IGNORE_OUTPUT\nx", {}, True),
        ("x\n# NBVAL_SKIP", {}, True),
        ("'NBVAL_SKIP'", {}, False),
    ],
)
def test_which_cells_escape(source: str, metadata: dict[str, list[str]], escaping: bool) -> None:
    assert escapes(code(source, **metadata)) is escaping


ENTRY = {"notebook": "a.ipynb", "cell": "cell-0", "reason": "Prints the operating system."}


def one_escapes(cells: int = 10) -> dict[str, NotebookNode]:
    """Return a notebook whose first code cell, of so many, escapes comparison."""
    return {"a.ipynb": book(code("# NBVAL_IGNORE_OUTPUT\nx"), *(code(count=n) for n in range(2, cells + 1)))}


def test_a_whitelist_that_agrees() -> None:
    assert whitelist_faults([ENTRY], one_escapes()) == []
    assert whitelist_faults([], {}) == []


def test_an_escaping_cell_must_be_listed() -> None:
    assert whitelist_faults([], one_escapes()) == [
        "('a.ipynb', 'cell-0') escapes comparison and is not on the whitelist"
    ]


@pytest.mark.parametrize("change", [{"cell": "cell-1"}, {"cell": "gone"}, {"notebook": "b.ipynb"}])
def test_a_listed_cell_must_escape(change: dict[str, str]) -> None:
    (fault,) = whitelist_faults([ENTRY, ENTRY | change], one_escapes())
    assert fault.endswith("is on the whitelist and does not escape")


@pytest.mark.parametrize("entry", [ENTRY | {"reason": " "}, {"notebook": "a.ipynb", "cell": "cell-0"}])
def test_a_listed_cell_needs_a_reason(entry: dict[str, str]) -> None:
    assert whitelist_faults([entry], one_escapes()) == [f"{entry} needs notebook, cell, reason"]


def test_at_most_one_code_cell_in_ten_escapes() -> None:
    (fault,) = whitelist_faults([ENTRY], one_escapes(cells=9))
    assert fault == "1 of 9 code cells escape comparison; at most one in ten may"


def test_table_of_contents_faults(tmp_path: Path) -> None:
    (tmp_path / "book" / ".ipynb_checkpoints").mkdir(parents=True)
    for name in ("intro.md", "product.ipynb", "stray.ipynb", ".ipynb_checkpoints/product.ipynb"):
        (tmp_path / "book" / name).touch()
    assert toc_faults(["book/intro", "book/product", "book/gone"], tmp_path) == [
        "_toc.yml names book/gone, and there is no book/gone.ipynb or .md",
        "book/stray.ipynb is not in _toc.yml",
    ]


def test_the_command_names_the_faults(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, notebook in (("good", GOOD), ("bad", book(code(count=None)))):
        (tmp_path / f"{name}.ipynb").write_text(notebooks.text(notebook), encoding="utf-8")
    assert notebook_faults.main([str(tmp_path / "good.ipynb")]) == 0
    assert capsys.readouterr().out == "No faults.\n"
    assert notebook_faults.main([str(tmp_path / "good.ipynb"), str(tmp_path / "bad.ipynb")]) == 1
    assert capsys.readouterr().out == f"{tmp_path / 'bad.ipynb'}: execution counts [None], not 1..1\n"


# tools/notebooks.py


def messy() -> NotebookNode:
    """Return a notebook as an editor leaves it."""
    data = {notebooks.WIDGET_VIEW: {"model_id": "8f3a"}, "text/html": "<div></div>", "text/plain": "W"}
    outputs = [stream("a"), stream("b\n"), new_output("display_data", data)]
    cells = [
        new_markdown_cell("A"),
        code("x", *outputs, execution={"iopub.execute_input": "2026-01-01"}, tags=["hide-input"]),
        new_markdown_cell("B"),
        new_markdown_cell("C"),
    ]
    cells[0].id = cells[2].id = "keep-me"
    cells[3].id = "not valid!"
    metadata = {
        "widgets": {"state": {}},
        "kernelspec": {"name": "venv"},
        "language_info": {"version": "3.11.7"},
        "infersent": {"needs": ["snli"]},
    }
    # new_notebook would mend the ids.
    return nbformat.from_dict({"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": cells})


def test_canonical_form_keeps_what_the_author_wrote_and_nothing_else() -> None:
    before = messy()
    result = notebooks.canonical(before, "book/a.ipynb")
    assert before.metadata.widgets == {"state": {}}, "the argument was changed"
    assert result.metadata == {
        "infersent": {"needs": ["snli"]},
        "kernelspec": notebooks.KERNELSPEC,
        "language_info": notebooks.LANGUAGE_INFO,
    }
    cell = result.cells[1]
    assert cell.metadata == {"tags": ["hide-input"]}
    assert cell.outputs[0].text == "ab\n"
    assert cell.outputs[1].data == {"text/html": "<div></div>", "text/plain": "W"}


def test_canonical_ids_are_unique_and_depend_on_the_name_and_the_place_alone() -> None:
    ids = [cell.id for cell in notebooks.canonical(messy(), "book/a.ipynb").cells]
    assert ids[0] == "keep-me"
    assert len(set(ids)) == 4
    assert [cell.id for cell in notebooks.canonical(messy(), "book/a.ipynb").cells][2:] == ids[2:]
    assert [cell.id for cell in notebooks.canonical(messy(), "book/b.ipynb").cells][2:] != ids[2:]


def test_canonical_form_is_its_own() -> None:
    once = notebooks.canonical(messy(), "book/a.ipynb")
    assert notebooks.canonical(once, "book/other.ipynb") == once


def test_text_survives_a_round_trip(tmp_path: Path) -> None:
    text = notebooks.text(GOOD)
    (tmp_path / "a.ipynb").write_text(text, encoding="utf-8")
    assert text.endswith("}\n")
    assert notebooks.text(notebooks.read(tmp_path / "a.ipynb")) == text


def test_an_old_format_is_refused_by_name(tmp_path: Path) -> None:
    old = tmp_path / "old.ipynb"
    old.write_text(nbformat.v3.nbjson.writes(nbformat.v3.new_notebook()), encoding="utf-8")
    with pytest.raises(ValueError, match=r"old\.ipynb: notebook format 3"):
        notebooks.read(old)


@pytest.mark.parametrize(
    ("fresh", "kept"),
    [("trained in 14.2 s, 1,203 sentences/s\n", True), ("accuracy 0.98 in 12.0 s, 950 sentences/s\n", False)],
)
def test_outputs_that_differ_in_their_speed_alone_stay_as_stored(fresh: str, kept: bool) -> None:
    patterns = dict(notebooks.get_sanitize_patterns(notebooks.SANITIZER.read_text(encoding="utf-8")))
    stored = book(code("train()", stream("trained in 12.0 s, 950 sentences/s\n")))
    result = book(code("train()", stream(fresh)))
    notebooks.keep_unchanged(result, stored, patterns)
    assert (result == stored) is kept


def test_a_write_that_fails_leaves_the_file_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text("before")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space"):
        notebooks.store(path, "after")
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, ROOT / "tools" / "notebooks.py", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, cwd=ROOT)


#: Cells whose outputs would change from run to run but for the tool: hashes, flushed streams, pictures, widgets.
CELLS = (
    "import os\nos.path.basename(os.getcwd()), os.environ['OMP_NUM_THREADS'], hash('u*v')",
    "import sys\nprint(1)\nsys.stdout.flush()\nprint(2)",
    "import matplotlib.pyplot as plt\n_ = plt.figure(figsize=(1, 1))\n_ = plt.plot([0, 1])",
    "from infersent.widgets import FeatureExplorer\nFeatureExplorer()",
)


def unexecuted_notebook(path: Path, *sources: str, **metadata: object) -> Path:
    """Write a notebook of code cells, as an author starts one."""
    nbformat.write(new_notebook(cells=[new_code_cell(source) for source in sources], metadata=metadata), path)
    return path


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A notebook that the tool has executed and stored."""
    path = unexecuted_notebook(tmp_path_factory.mktemp("executed") / "a.ipynb", *CELLS)
    assert run("--check", path).returncode == 1, "an unexecuted notebook passed"
    assert run(path).returncode == 0
    return path


def test_execution_stores_the_same_bytes_twice(executed: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(executed, tmp_path))
    first = path.read_bytes()
    notebook = notebooks.read(path)
    assert unexecuted(notebook) == not_canonical(notebook) == []
    assert notebook.cells[0].outputs[0].data["text/plain"].startswith(f"('{executed.parent.name}', '1', ")
    assert [output.text for output in notebook.cells[1].outputs] == ["1\n2\n"]
    assert set(notebook.cells[2].outputs[0].data) == {"image/png", "text/plain"}
    assert set(notebook.cells[3].outputs[0].data) == {"text/html", "text/plain"}

    assert "unchanged" in run(executed).stdout
    assert executed.read_bytes() == first


def test_a_cell_that_raises_is_named_and_the_file_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = unexecuted_notebook(tmp_path / "bad.ipynb", "1", "undefined_name")
    before = path.read_bytes()
    assert notebooks.main([str(path)]) == 1
    shown = capsys.readouterr().out
    assert "failed in cell 2 of 2" in shown
    assert "NameError: name 'undefined_name' is not defined" in shown
    assert path.read_bytes() == before


def test_a_path_that_is_no_notebook_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        notebooks.main(["book/nowhere.ipynb"])
    assert ended.value.code == 2
    assert "book/nowhere.ipynb is not a notebook on disk" in capsys.readouterr().err


# The check itself, as `pytest --nbval` runs it.


def nbval(path: Path, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the notebook check over a notebook or a folder of them, with this project's settings and hooks."""
    settings = ["-c", ROOT / "pyproject.toml", "--rootdir", ROOT, "-p", "conftest", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", "--nbval", *settings, path, *options]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=300, cwd=ROOT, env=os.environ | environment, check=False
    )


def test_the_check_passes_what_the_tool_stored_and_fails_on_a_changed_number(executed: Path) -> None:
    stored = executed.read_text(encoding="utf-8")
    executed.with_name("changed.ipynb").write_text(stored.replace("2\\n", "3\\n"), encoding="utf-8")
    result = nbval(executed.parent)
    assert "\na.ipynb ...." in result.stdout, result.stdout
    assert "\nchanged.ipynb .F.." in result.stdout, result.stdout
    assert "Cell outputs differ" in result.stdout


def test_the_check_runs_beside_a_measured_coverage(executed: Path) -> None:
    # As `make test` runs it; nbval's own way of measuring a kernel waits a minute for it, and fails.
    coverage = {"COVERAGE_FILE": str(executed.parent / "coverage")}
    result = nbval(executed, "-n2", "--cov-fail-under=0", "--cov", **coverage)
    assert result.returncode == 0, result.stdout
    assert "4 passed" in result.stdout, result.stdout
    assert "tests coverage" in result.stdout


def test_a_notebook_without_its_archive_is_skipped_and_the_reason_printed(tmp_path: Path) -> None:
    unexecuted_notebook(tmp_path / "a.ipynb", "1", "2", infersent={"needs": ["snli"]})
    empty = {"INFERSENT_DATA": "", "INFERSENT_CACHE": str(tmp_path), "INFERSENT_OFFLINE": "1"}
    result = nbval(tmp_path, **empty)
    assert result.returncode == 0
    assert "2 skipped" in result.stdout, result.stdout
    assert re.search(r"SKIPPED \[2\] .*needs snli_1\.0\.zip, which is not on disk.*INFERSENT_OFFLINE", result.stdout)


def test_a_notebook_that_needs_something_unknown_is_an_error(tmp_path: Path) -> None:
    unexecuted_notebook(tmp_path / "a.ipynb", "1", infersent={"needs": ["snly"]})
    result = nbval(tmp_path)
    assert result.returncode == pytest.ExitCode.USAGE_ERROR
    assert "needs 'snly'; what can be needed: snli" in result.stderr


def test_pictures_get_a_palette_once() -> None:
    large = picture("RGBA", (200, 100))
    small = notebooks.small_png(large)
    assert Image.open(io.BytesIO(base64.b64decode(small))).mode == "P"
    assert notebooks.small_png(small) == small
    before, after = (Image.open(io.BytesIO(base64.b64decode(p))).convert("L") for p in (large, small))
    assert after.size == (200, 100)
    assert max(abs(a - b) for a, b in zip(before.tobytes(), after.tobytes(), strict=True)) <= 4


def test_what_shines_through_becomes_white() -> None:
    stream = io.BytesIO()
    Image.new("RGBA", (2, 2), (0, 0, 0, 0)).save(stream, "PNG")
    small = notebooks.small_png(base64.b64encode(stream.getvalue()).decode())
    assert Image.open(io.BytesIO(base64.b64decode(small))).convert("RGB").getpixel((0, 0)) == (255, 255, 255)
