"""The repository says each thing once: what else states a dependency, a version or a rule is held to its one source."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

import infersent
from tools import lock

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "companion" / "infersent"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
LARGEST_FILE = 4 * 2**20  # bytes

#: The rooms of the package, from the ground up: a module may import from the rooms before its own. A room that ends in
#: ".*" is a package with all its modules, whose order among themselves is its own affair.
ROOMS = (
    "choices",
    "provenance",
    "answers",
    "data.pairs",
    "features",
    "data.cache",
    "data.fetch",
    "text",
    "embeddings",
    "data.files",
    "data.snli",
    "data.captions.*",
    "data.probes",
    "data",
    "data.batching",
    "encoders",
    "heads",
    "model",
    "checkpoint",
    "evaluation",
    "probing",
    "training",
    "presets",
    "records",
    "shipping",
    "study",
    "comparison",
    "ablation",
    "dot_product",
    "signs",
    "plots",
    "ledger",
    "interventions",
    "dimensions",
    "evidence",
    "ledger_view",
    "web",
    "widgets.*",
    "cli",
    "__main__",
)


# Dependencies


def declared() -> list[Requirement]:
    """Return every requirement of pyproject.toml, the extras' included."""
    project = PROJECT["project"]
    lists = [project["dependencies"], *project["optional-dependencies"].values()]
    return [Requirement(line) for requirements in lists for line in requirements]


def lock_faults(text: str, requirements: Iterable[Requirement]) -> list[str]:
    """Return the lines of a lock that are not exact and portable, and the requirements that it does not satisfy."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    pins = {}
    faults = []
    for line in lines:
        if found := re.fullmatch(r"([A-Za-z0-9._-]+)==([A-Za-z0-9.!]+)", line):
            pins[canonicalize_name(found[1])] = found[2]
        else:
            faults.append(f"{line!r} is not name==version")
    if lines != sorted(lines, key=str.lower):
        faults.append("the lines are not sorted")
    for requirement in requirements:
        version = pins.get(canonicalize_name(requirement.name))
        if version is None:
            faults.append(f"{requirement} has no line")
        elif not requirement.specifier.contains(version, prereleases=True):
            faults.append(f"{requirement} is not satisfied by {version}")
    return faults


def test_lock_is_exact_and_satisfies_pyproject() -> None:
    assert lock_faults(LOCK, declared()) == []


def test_lock_pins_torch() -> None:
    assert lock.pin(LOCK, "torch") == "torch==2.13.0"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("six==1.0\ntorch==2.13.0+cpu", "'torch==2.13.0+cpu' is not name==version"),
        ("six==1.0\ntorch @ file:///tmp/torch.whl", "'torch @ file:///tmp/torch.whl' is not name==version"),
        ("--index-url https://example.org\nsix==1.0", "'--index-url https://example.org' is not name==version"),
        ("six>=1.0", "'six>=1.0' is not name==version"),
        ("Zope==1.0\nsix==1.0", "the lines are not sorted"),
        ("six==2.0", "six<2 is not satisfied by 2.0"),
        ("", "six<2 has no line"),
    ],
)
def test_a_bad_lock_has_a_fault(text: str, fault: str) -> None:
    assert fault in lock_faults(text, [Requirement("six<2")])


def test_lines_of_a_new_lock() -> None:
    frozen = "\n".join(
        [
            "torch==2.13.0+cpu",
            "nvidia-cudnn-cu13==9.1",
            "triton==3.5",
            "Jinja2==3.1.6",
            "infersent==0.1.0",
            "# Editable install (infersent==0.1.0)",
            "-e /home/ada/book",
            "local @ file:///tmp/local.whl",
        ]
    )
    assert lock.lines(frozen) == ["Jinja2==3.1.6", "torch==2.13.0"]


def test_a_lock_without_the_pin_is_an_error() -> None:
    with pytest.raises(ValueError, match="has no line torch==<version>"):
        lock.pin("torchvision==1.0\n", "torch")


def test_conda_environment_is_python_pip_and_the_project_itself() -> None:
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    python, pip, from_pip = environment["dependencies"]
    name, versions = python.split()
    assert name == "python"
    assert SpecifierSet(versions) == SpecifierSet(PROJECT["project"]["requires-python"])
    assert pip == "pip"
    assert from_pip == {"pip": ["-e .[book,test]"]}
    assert {"book", "test"} <= set(PROJECT["project"]["optional-dependencies"])


def test_makefile_accepts_the_pythons_of_pyproject() -> None:
    found = re.search(
        r"\((\d+), (\d+)\) <= sys\.version_info\[:2\] < \((\d+), (\d+)\)", (ROOT / "Makefile").read_text()
    )
    assert found is not None
    lower, upper = ".".join(found.group(1, 2)), ".".join(found.group(3, 4))
    assert SpecifierSet(f">={lower},<{upper}") == SpecifierSet(PROJECT["project"]["requires-python"])


# Version, citation, files


def test_one_version() -> None:
    assert infersent.__version__ == PROJECT["project"]["version"]


def test_citation() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors", "version", "license", "type"} <= set(citation)
    assert citation["version"] == PROJECT["project"]["version"]
    assert citation["license"] == PROJECT["project"]["license"]
    assert [author["name"] for author in citation["authors"]] == [
        author["name"] for author in PROJECT["project"]["authors"]
    ]


def test_package_data_covers_every_file_that_is_not_python() -> None:
    patterns = PROJECT["tool"]["setuptools"]["package-data"]["infersent"]
    covered = {path for pattern in patterns for path in PACKAGE.glob(pattern)}
    files = {path for path in PACKAGE.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert {path for path in files if path.suffix != ".py"} - covered == set()


@pytest.mark.parametrize("pattern", PROJECT["tool"]["setuptools"]["package-data"]["infersent"])
def test_package_data_pattern_matches_something(pattern: str) -> None:
    assert any(PACKAGE.glob(pattern)), f"nothing matches {pattern}; remove it from pyproject.toml"


def test_tracked_files_are_small() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode != 0:
        pytest.skip("not a git checkout, so nothing is tracked")
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    assert [
        f"{path}: {path.stat().st_size}" for path in paths if path.is_file() and path.stat().st_size > LARGEST_FILE
    ] == []


# Layers


def room(module: str) -> int:
    """Return the index in :data:`ROOMS` of a module's room.

    Raises
    ------
    LookupError
        When the module has none.
    """
    if module in ROOMS:
        return ROOMS.index(module)
    for index, name in enumerate(ROOMS):
        if name.endswith(".*") and f"{module}.".startswith(name.removesuffix("*")):
            return index
    raise LookupError(f"infersent.{module} has no room; give it a place in ROOMS")


def imported_modules(source: str, modules: Iterable[str]) -> set[str]:
    """Return the modules of the package that a source imports when it is itself imported.

    What a function imports when it is called is left out: ``InferSent.from_pretrained`` reaches for the checkpoint, and
    ``load`` for the corpus, only then.
    """
    modules = set(modules)
    found: set[str] = set()

    def visit(node: ast.AST) -> None:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            return
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports within the package are absolute"
            assert node.module is not None
            members = {f"{node.module}.{alias.name}" for alias in node.names}
            submodules = {name for name in members if name.removeprefix("infersent.") in modules}
            found.update(submodules if submodules == members else submodules | {node.module})
        for child in ast.iter_child_nodes(node):
            visit(child)

    visit(ast.parse(source))
    return {name.removeprefix("infersent.") for name in found if f"{name}.".startswith("infersent.")}


def upward_imports(sources: Mapping[str, str]) -> list[str]:
    """Return the imports that lead from a room to a higher one. ``sources`` maps modules to their code."""
    return [
        f"infersent.{module} imports infersent.{imported}, which stands above it"
        for module, source in sources.items()
        for imported in sorted(imported_modules(source, sources))
        if imported == "infersent" or room(imported) > room(module)
    ]


def package_sources() -> dict[str, str]:
    """Return the code of each module of the package but its top, which collects the names that readers use."""
    sources = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        if module := ".".join(parts[:-1] if parts[-1] == "__init__" else parts):
            sources[module] = path.read_text(encoding="utf-8")
    return sources


def test_imports_go_downward() -> None:
    assert upward_imports(package_sources()) == []


def test_every_room_is_inhabited() -> None:
    inhabited = {room(module) for module in package_sources()}
    assert [name for index, name in enumerate(ROOMS) if index not in inhabited] == []


@pytest.mark.parametrize(
    ("module", "source", "imported"),
    [
        ("features", "from infersent.model import InferSent", "model"),
        ("features", "import infersent.model", "model"),
        ("data.pairs", "from infersent.data import snli", "data.snli"),
        ("text", "from infersent import data", "data"),
        ("heads", "if True:\n    from infersent.training import train", "training"),
        ("heads", "from infersent import InferSent", "infersent"),
        ("heads", "import infersent", "infersent"),
    ],
)
def test_an_upward_import_is_a_fault(module: str, source: str, imported: str) -> None:
    known = dict.fromkeys(["model", "data", "data.snli", "training"], "")
    (fault,) = upward_imports(known | {module: source})
    assert f" imports infersent.{imported}," in fault


@pytest.mark.parametrize(
    "source",
    [
        "from infersent.features import BLOCKS",
        "from infersent.data import fetch",
        "import infersent_other",
        "def later():\n    from infersent.training import train",
    ],
)
def test_a_downward_import_is_none(source: str) -> None:
    assert upward_imports({"model": source, "features": "", "data": "", "data.fetch": ""}) == []


def test_a_module_without_a_room_is_an_error() -> None:
    with pytest.raises(LookupError, match=r"infersent\.cellar has no room"):
        upward_imports({"cellar": "import infersent.features"})
