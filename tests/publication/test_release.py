"""A release: its notes are the changelog's, its version is everywhere the same, and its workflows ask for little."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml

from tools import release_notes

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))

CHANGELOG = """\
# Changes

## Unreleased

- Later.

## 0.2.0 - 2027-02-01

### Added

- A thing.

## 0.1.0 - 2027-01-01

- The first.
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "CHANGELOG.md").write_text(CHANGELOG)
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "0.2.0"\n')
    (tmp_path / "CITATION.cff").write_text("cff-version: 1.2.0\nversion: 0.2.0\n")
    return tmp_path


def test_the_notes_are_the_versions_section(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert release_notes.main(["v0.2.0"], root) == 0
    assert capsys.readouterr().out == "### Added\n\n- A thing.\n"
    assert release_notes.section(CHANGELOG, "0.1.0") == "- The first.\n"


@pytest.mark.parametrize(
    ("tag", "file", "text", "message"),
    [
        ("0.2.0", None, None, "'0.2.0' is no tag of a version"),
        ("v0.3.0", None, None, "pyproject.toml names version 0.2.0, the tag 0.3.0"),
        ("v0.2.0", "CITATION.cff", "version: 0.1.0\n", "CITATION.cff names version 0.1.0"),
        ("v0.2.0", "CHANGELOG.md", "## Unreleased\n\n- A thing.\n", 'no section "## 0.2.0 - YYYY-MM-DD"'),
        ("v0.2.0", "CHANGELOG.md", "## 0.2.0 - 2027-02-01\n\n## 0.1.0 - 2027-01-01\n\n- A.\n", "says something"),
    ],
)
def test_a_release_that_does_not_agree_with_itself_is_refused(
    root: Path, tag: str, file: str | None, text: str | None, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if file:
        (root / file).write_text(text)
    assert release_notes.main([tag], root) == 1
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_an_action_is_pinned_by_its_commit_with_its_version_beside_it(path: Path) -> None:
    used = re.findall(r"uses: (.*)", path.read_text(encoding="utf-8"))
    assert used
    assert [line for line in used if not re.fullmatch(r"[\w/.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line)] == []


def test_one_action_has_one_commit() -> None:
    pins = {}
    for path in WORKFLOWS:
        for action, commit in re.findall(r"uses: (\S+)@(\S+)", path.read_text(encoding="utf-8")):
            pins.setdefault(action, set()).add(commit)
    assert {action: commits for action, commits in pins.items() if len(commits) > 1} == {}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_may_nothing_and_each_job_what_it_names(path: Path) -> None:
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert workflow["permissions"] == {}
    for name, job in workflow["jobs"].items():
        assert job["permissions"], name
        assert job["timeout-minutes"] <= 120, name


def test_what_may_write_and_publish_is_what_must() -> None:
    writes = {
        (path.stem, name, permission)
        for path in WORKFLOWS
        for name, job in yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].items()
        for permission, level in job["permissions"].items()
        if level == "write"
    }
    assert writes == {
        ("pages", "deploy", "pages"),
        ("pages", "deploy", "id-token"),
        ("pages", "launch", "contents"),
        ("release", "pypi", "id-token"),
        ("release", "github", "contents"),
    }


def test_the_place_for_the_doi_holds_one_when_it_is_uncommented() -> None:
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    filled = yaml.safe_load(
        re.sub(r"^# (identifiers:|  - type|    value|    description)", r"\1", citation, flags=re.M)
    )
    (doi,) = filled["identifiers"]
    assert (set(doi), doi["type"]) == ({"type", "value", "description"}, "doi")
    assert re.fullmatch(r"10\.\d{4,9}/\S+", doi["value"])
    assert "identifiers" not in yaml.safe_load(citation)


def test_the_package_is_checked_on_three_systems_and_four_pythons() -> None:
    checks = yaml.safe_load((ROOT / ".github" / "workflows" / "checks.yml").read_text(encoding="utf-8"))
    matrix = checks["jobs"]["package"]["strategy"]["matrix"]
    assert {system.partition("-")[0] for system in matrix["system"]} == {"ubuntu", "macos", "windows"}
    assert matrix["python"] == ["3.11", "3.12", "3.13", "3.14"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    claimed = [line.rpartition(" :: ")[2] for line in project["classifiers"] if "Python ::" in line]
    assert claimed == matrix["python"]
    ignored = re.findall(r"--ignore (\S+)", checks["jobs"]["package"]["steps"][-1]["run"])
    assert ignored
    assert [path for path in ignored if not (ROOT / path).is_dir()] == []
