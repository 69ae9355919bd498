"""The check of the widgets' front end: what is missing is told and passes, what is wrong fails."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tools import front_end

Fake = Callable[[str, str], None]


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fake:
    """A function that puts a program with a shell script's body onto a PATH that has nothing else."""
    programs = tmp_path / "programs"
    programs.mkdir()
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.setattr(front_end, "TOOLS", tmp_path)
    monkeypatch.setattr(front_end, "check_numbers", lambda node: None)
    (tmp_path / "package-lock.json").write_text(
        json.dumps({"packages": {"": {}, "node_modules/typescript": {"version": "1.0.0"}}})
    )

    def write(name: str, body: str) -> None:
        (programs / name).write_text(f"#!/bin/sh\n{body}\n")
        (programs / name).chmod(0o755)

    return write


def install_compiler(folder: Path, version: str) -> None:
    package = folder / "node_modules" / "typescript"
    (package / "bin").mkdir(parents=True)
    (package / "bin" / "tsc").touch()
    (package / "package.json").write_text(json.dumps({"version": version}))


NODE = 'if [ "$1" = --version ]; then echo v20.1.0; else exit 0; fi'


def test_without_node_a_line_says_so(fake: Fake, capsys: pytest.CaptureFixture[str]) -> None:
    assert front_end.main() == 0
    assert capsys.readouterr().out == "Front end: no Node on PATH (20 or newer); what needs it is not checked.\n"


def test_an_old_node_is_not_used(fake: Fake, capsys: pytest.CaptureFixture[str]) -> None:
    fake("node", "echo v18.19.1")
    assert front_end.main() == 0
    assert capsys.readouterr().out == "Front end: Node is v18.19.1, older than 20; what needs it is not checked.\n"


def test_without_npm_a_line_says_so(fake: Fake, capsys: pytest.CaptureFixture[str]) -> None:
    fake("node", NODE)
    assert front_end.main() == 0
    assert capsys.readouterr().out == "Front end: no npm on PATH; what needs it is not checked.\n"


def test_without_the_registry_a_line_says_so(fake: Fake, capsys: pytest.CaptureFixture[str]) -> None:
    fake("node", NODE)
    fake("npm", "echo 'npm error code ENOTFOUND' >&2; exit 1")
    assert front_end.main() == 0
    assert "npm cannot fetch the compiler (ENOTFOUND)" in capsys.readouterr().out


@pytest.mark.parametrize("words", ["npm error code EUSAGE", "npm error code EINTEGRITY", "it broke"])
def test_a_lock_that_npm_refuses_fails(fake: Fake, capsys: pytest.CaptureFixture[str], words: str) -> None:
    fake("node", NODE)
    fake("npm", f"echo '{words}' >&2; exit 3")
    assert front_end.main() == 3
    assert words in capsys.readouterr().err


def test_a_wrong_type_fails(fake: Fake, tmp_path: Path) -> None:
    fake("node", 'if [ "$1" = --version ]; then echo v22.0.0; else exit 2; fi')
    install_compiler(tmp_path, "1.0.0")
    assert front_end.main() == 2


def test_a_failing_test_fails(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(node: str) -> None:
        raise subprocess.CalledProcessError(1, node)

    fake("node", NODE)
    monkeypatch.setattr(front_end, "check_numbers", fail)
    assert front_end.main() == 1


def test_what_is_installed_is_not_fetched_again(fake: Fake, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fake("node", NODE)
    install_compiler(tmp_path, "1.0.0")
    assert front_end.main() == 0
    assert capsys.readouterr().out == "Front end: types are right\n"


def test_another_version_is_replaced(fake: Fake, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fake("node", NODE)
    fake("npm", ": > installed")
    install_compiler(tmp_path, "0.9.0")
    assert front_end.main() == 0
    assert (tmp_path / "installed").exists()


def test_the_lock_is_exact_and_names_no_registry() -> None:
    package = json.loads((front_end.TOOLS / "package.json").read_text(encoding="utf-8"))
    lock = json.loads((front_end.TOOLS / "package-lock.json").read_text(encoding="utf-8"))
    pins = package["devDependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in pins.values())
    assert lock["packages"][""]["devDependencies"] == pins
    for name, entry in lock["packages"].items():
        if name:
            assert entry["integrity"].startswith("sha512-")
            assert entry.get("resolved", "https://registry.npmjs.org/").startswith("https://registry.npmjs.org/")
