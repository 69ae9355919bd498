"""The search for a Chromium, on machines made of folders with fake programs."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tools import chromium

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the fake programs are shell scripts")

Install = Callable[..., str]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """A machine with an empty PATH and no Playwright browser, and a function that puts a program on it."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setattr(chromium, "playwright_executable", lambda: None)

    def put(name: str, body: str = "exit 0", folder: str = "bin") -> str:
        program = tmp_path / folder / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"#!/bin/sh\n{body}\n")
        program.chmod(0o755)
        return str(program)

    return put


def test_nothing_there_names_the_remedies(install: Install) -> None:
    with pytest.raises(chromium.NoChromiumError, match=r"(?s)set CHROMIUM.*playwright install.*apt-get install"):
        chromium.find()


def test_the_variable_comes_first(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    install("chromium")
    monkeypatch.setenv("CHROMIUM", install("mine", folder="elsewhere"))
    assert chromium.find().endswith("elsewhere/mine")


@pytest.mark.parametrize("value", ["/nowhere/chromium", "broken"])
def test_a_wrong_variable_is_an_error_and_installs_nothing(
    value: str, install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    install("chromium")
    install("broken", "exit 127")
    monkeypatch.setenv("CHROMIUM", value)
    monkeypatch.setattr(chromium, "install_with_playwright", lambda: pytest.fail("installed"))
    with pytest.raises(chromium.NoChromiumError, match=f"CHROMIUM={value} does not start"):
        chromium.find_or_install()


@pytest.mark.parametrize("name", chromium.NAMES)
def test_each_name_is_found_on_the_path(name: str, install: Install) -> None:
    program = install(name)
    assert chromium.find() == program


def test_the_path_comes_before_playwright(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    downloaded = install("chrome", folder="cache")
    monkeypatch.setattr(chromium, "playwright_executable", lambda: downloaded)
    assert chromium.find() == downloaded
    on_path = install("google-chrome-stable")
    assert chromium.find() == on_path


def test_one_that_lacks_its_libraries_is_passed_over(install: Install) -> None:
    install("chromium", "echo 'error while loading shared libraries' >&2; exit 127")
    works = install("google-chrome")
    assert chromium.find() == works


def test_playwright_installs_before_debian(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(chromium, "install_with_playwright", lambda: asked.append("playwright"))
    monkeypatch.setattr(chromium, "install_debian_package", lambda: asked.append("debian") or install("chromium"))
    assert chromium.find_or_install().endswith("bin/chromium")
    assert asked == ["playwright", "debian"]


def test_debian_is_left_alone_once_playwright_has_one(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chromium, "install_with_playwright", lambda: install("chromium"))
    monkeypatch.setattr(chromium, "install_debian_package", lambda: pytest.fail("asked Debian"))
    assert chromium.find_or_install().endswith("bin/chromium")


def test_debian_needs_root(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    install("apt-get", "exit 1")
    commands = []
    monkeypatch.setattr(chromium, "_run", lambda *command: commands.append(command[1]))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    chromium.install_debian_package()
    assert commands == []
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    chromium.install_debian_package()
    assert commands == ["update", "install"]


@pytest.mark.parametrize(("family", "installs"), [("DejaVu Sans", True), ("Liberation Sans", False), ("Arial", False)])
def test_a_font_is_installed_where_none_has_the_pages_widths(
    family: str, installs: bool, install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    install("chromium")
    install("fc-match", f"echo '{family}'")
    install("apt-get")
    commands = []
    monkeypatch.setattr(chromium, "_run", lambda *command: commands.append(command[-1]))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert chromium.main(["--install"]) == 0
    assert ("fonts-liberation" in commands) is installs


def test_without_fontconfig_no_font_is_asked_for(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    install("chromium")
    monkeypatch.setattr(chromium, "install_debian_package", lambda name: pytest.fail(f"installed {name}"))
    assert chromium.main(["--install"]) == 0


def test_the_command_prints_the_path_alone(install: Install, capsys: pytest.CaptureFixture[str]) -> None:
    program = install("chromium")
    assert chromium.main([]) == 0
    assert capsys.readouterr().out == f"{program}\n"


def test_the_command_fails_with_the_remedies_when_no_installer_helps(
    install: Install, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(chromium, "install_with_playwright", lambda: chromium._run("playwright-is-not-there"))
    assert chromium.main(["--install"]) == 1
    out, err = capfd.readouterr()
    assert out == ""
    assert "playwright-is-not-there" in err
    assert chromium.REMEDIES in err
