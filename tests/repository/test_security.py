"""Nothing that is read can run code, leave its folder or fill the memory: looked for in every line of Python."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from infersent.data import fetch

ROOT = Path(__file__).parents[2]

#: Calls that run code which is in a file, or unpack an archive to wherever its names lead.
FORBIDDEN = {
    *(f"{module}.{name}" for module in ("pickle", "dill", "cloudpickle", "marshal") for name in ("load", "loads")),
    *(f"pickle.{name}" for name in ("dump", "dumps", "Unpickler", "Pickler")),
    *("joblib.load", "pandas.read_pickle", "pd.read_pickle", "shelve.open", "yaml.load", "yaml.unsafe_load"),
    *("eval", "exec", "os.system", "shutil.unpack_archive", "tempfile.mktemp"),
}
ANY_METHOD = {"extractall", "extract", "read_pickle"}


def dotted(node: ast.expr) -> str:
    """Return the name of what is called, as it is written."""
    return ast.unparse(node) if isinstance(node, ast.Name | ast.Attribute) else ""


def faults(source: str) -> Iterator[str]:
    """Yield the calls that a reader's file must not reach."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module in ("pickle", "marshal", "shelve"):
            yield f"line {node.lineno}: from {node.module} import"
        if not isinstance(node, ast.Call):
            continue
        name, options = dotted(node.func), {word.arg: ast.unparse(word.value) for word in node.keywords}
        bad = name in FORBIDDEN or name.rpartition(".")[2] in ANY_METHOD
        bad |= name == "torch.load" and options.get("weights_only") != "True"
        bad |= options.get("allow_pickle", "False") != "False"
        bad |= name.startswith("subprocess.") and options.get("shell", "False") != "False"
        bad |= options.get("verify") == "False" or options.get("trust_remote_code", "False") != "False"
        if bad:
            yield f"line {node.lineno}: {ast.unparse(node)[:100]}"


def tracked(*patterns: str) -> list[str]:
    """Return the names of tracked files."""
    done = subprocess.run(["git", "ls-files", "--", *patterns], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


#: Tests read what they wrote themselves a moment ago.
PYTHON = [name for name in tracked("*.py") if not name.startswith("tests/")]


@pytest.mark.parametrize("name", PYTHON)
def test_no_file_that_is_read_can_run_code(name: str) -> None:
    assert list(faults((ROOT / name).read_text("utf-8"))) == []


@pytest.mark.parametrize("name", tracked("book/*.ipynb"))
def test_no_chapter_shows_how_not_to(name: str) -> None:
    cells = nbformat.read(ROOT / name, as_version=4).cells
    code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    plain = re.sub(r"^\s*[%!].*(?<=\\)(\n.*(?<=\\))*\n.*$|^\s*[%!].*$", "", code, flags=re.MULTILINE)  # commands
    assert list(faults(plain)) == []


@pytest.mark.parametrize(
    "line",
    [
        "pickle.loads(content)",
        "from pickle import loads",
        "torch.load(path)",
        "torch.load(path, weights_only=False)",
        "np.load(path, allow_pickle=True)",
        "zipfile.ZipFile(path).extractall(folder)",
        "subprocess.run(command, shell=True)",
        "requests.get(url, verify=False)",
        "eval(text)",
    ],
)
def test_each_is_found(line: str) -> None:
    assert list(faults(line))


def test_what_is_harmless_is_no_fault() -> None:
    good = "torch.load(p, weights_only=True); np.load(p); np.load(p, allow_pickle=False); model.eval(); json.loads(t)"
    assert list(faults(good)) == []


def test_what_is_downloaded_is_checked_before_it_is_used() -> None:
    """By https and a checksum; or, where its publisher has neither, by what is read from it."""
    without = {name for name, archive in fetch.ARCHIVES.items() if archive.sha256 is None}
    plain = {name for name, archive in fetch.ARCHIVES.items() if not archive.url.startswith("https://")}
    assert plain == without == {"sick_train.zip", "sick_trial.zip", "sick_test_annotated.zip", "Stsbenchmark.tar.gz"}
    sources = [(ROOT / name).read_text() for name in tracked("companion/infersent/data/*.py")]
    calls = [node for source in sources for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    files = [call for call in calls if dotted(call.func).endswith("fetch_file")]
    assert files
    assert all(len(call.args) >= 4 for call in files)  # the fourth is the check
