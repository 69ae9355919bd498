"""The repository says each thing once: what else states a dependency, a version or a rule is held to its one source."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

import infersent
from tools import lock

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "companion" / "infersent"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
LARGEST_FILE = 4 * 2**20  # bytes


# Dependencies


def test_lock_is_exact_and_satisfies_pyproject() -> None:
    assert lock.faults(LOCK, lock.declared()) == []


HASH = f"--hash=sha256:{'0a' * 32}"


def test_hashed_lock_has_the_versions_of_the_lock_and_no_address() -> None:
    text = lock.HASHED.read_text(encoding="utf-8")
    assert lock.hashed_faults(text, LOCK) == []
    assert "://" not in text


def test_hashed_lock_serves_the_oldest_python_of_the_book() -> None:
    oldest = Version(lock.OLDEST)
    assert oldest in pythons_of_the_book()
    assert Version(f"{oldest.major}.{oldest.minor}.{oldest.micro - 1}") not in pythons_of_the_book()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (f"six==1.0 {HASH}", "torch==2.13.0 is missing among the hashed"),
        (f"six==1.1 \\\n    {HASH}", "six==1.0 is 1.1 among the hashed"),
        (f"six==1.0 {HASH}\nsix==1.1 ; python_version < '3' {HASH}", "six==1.0 is 1.0, 1.1 among the hashed"),
        ("six==1.0", "'six==1.0' is not name==version with hashes"),
        ("six==1.0 --hash=md5:0a", "'six==1.0 --hash=md5:0a' is not name==version with hashes"),
        (
            f"--index-url https://example.org\nsix==1.0 {HASH}",
            "'--index-url https://example.org' is not name==version with hashes",
        ),
    ],
)
def test_a_bad_hashed_lock_has_a_fault(text: str, fault: str) -> None:
    assert fault in lock.hashed_faults(text, "# A comment\nsix==1.0\ntorch==2.13.0\n")


def test_lock_pins_torch_in_a_line_that_the_tool_finds() -> None:
    assert lock.pin("six==1.0\ntorch==2.13.0\ntorchvision==1.0\n", "torch") == "torch==2.13.0"
    assert lock.pin(LOCK, "torch") in LOCK.splitlines()


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
    assert fault in lock.faults(text, [Requirement("six<2")])


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


def pythons_of_the_book() -> SpecifierSet:
    """Return the versions that the Makefile accepts: Jupyter Book's own limits are the upper ones."""
    found = re.search(
        r"\((\d+), (\d+), (\d+)\) <= sys\.version_info\[:3\] < \((\d+), (\d+)\)", (ROOT / "Makefile").read_text()
    )
    assert found is not None
    lower, upper = ".".join(found.group(1, 2, 3)), ".".join(found.group(4, 5))
    return SpecifierSet(f">={lower},<{upper}")


def test_conda_environment_is_python_pip_and_the_project_itself() -> None:
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    python, pip, from_pip = environment["dependencies"]
    name, versions = python.split()
    assert name == "python"
    assert SpecifierSet(versions) == pythons_of_the_book()
    assert pip == "pip"
    assert from_pip == {"pip": ["-e .[book,test]"]}
    assert {"book", "test"} <= set(PROJECT["project"]["optional-dependencies"])


def test_the_package_has_no_upper_python_and_the_book_starts_at_the_same_lower_one() -> None:
    package = SpecifierSet(PROJECT["project"]["requires-python"])
    assert [bound.operator for bound in package] == [">="]
    assert {str(bound) for bound in package} < {str(bound) for bound in pythons_of_the_book()}


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


@pytest.mark.skipif(shutil.which("make") is None, reason="needs make")
def test_the_one_run_has_package_tests_and_notebooks(pytestconfig: pytest.Config) -> None:
    shown = subprocess.run(["make", "-n", "check-all"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    (line,) = [line for line in shown.splitlines() if "--nbval" in line]
    words = shlex.split(line.rpartition("/pytest ")[2])
    # By pytest's own parser: an option such as --cov takes the word after it, and then no notebook is run.
    given = pytestconfig._parser.parse_known_args(words)
    assert sorted(given.file_or_dir) == ["book", "companion/infersent", "tests"]
    assert given.nbval
    assert given.doctestmodules


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
