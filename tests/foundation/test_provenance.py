"""Where a number comes from: a tree that differs from its commit is told from one that does not."""

import hashlib
import platform
import subprocess
from pathlib import Path

import pytest

from infersent.foundation.provenance import commit, device_name, machine, provenance, tree_digest


@pytest.fixture
def checkout(tmp_path):
    """A checkout with a package in it; returns its folder and a function that runs git there."""
    package = tmp_path / "companion" / "infersent"
    package.mkdir(parents=True)
    (package / "provenance.py").write_text("one = 1\n")
    (tmp_path / ".gitignore").write_text("*.log\n")

    def git(*arguments):
        person = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
        return subprocess.run(["git", *person, *arguments], cwd=tmp_path, check=True, capture_output=True).stdout

    git("init")
    git("add", ".")
    git("commit", "-m", "first")
    tree_digest.cache_clear()
    yield package, git
    tree_digest.cache_clear()


def digest(package):
    tree_digest.cache_clear()
    return tree_digest(package)


def test_a_clean_tree_has_no_digest(checkout):
    package, _ = checkout
    (package / "notes.log").write_text("ignored")
    assert digest(package) is None


def test_a_changed_file_is_digested_wherever_it_is(checkout):
    package, git = checkout
    (package / "provenance.py").write_text("one = 2\n")
    first = digest(package)
    assert first == hashlib.sha256(git("diff", "HEAD", "--binary")).hexdigest()[:16]
    git("add", ".")
    assert digest(package) == first  # staged or not is the same tree
    (package.parent.parent / ".gitignore").write_text("*.logs\n")
    assert digest(package) not in (first, None)


def test_new_files_of_the_package_are_digested_with_name_and_content(checkout):
    package, _ = checkout
    (package.parent.parent / "elsewhere.txt").write_text("not the package's")
    assert digest(package) is None
    seen = set()
    for name, content in (("a.py", "1"), ("a.py", "2"), ("b.py", "2")):
        (package / name).write_text(content)
        seen.add(digest(package))
        (package / name).unlink()
    assert len(seen) == 3
    assert None not in seen


def test_a_persons_settings_do_not_change_the_digest(checkout):
    package, git = checkout
    (package / "provenance.py").write_text("one = 2\n")
    first = digest(package)
    for setting, value in (
        ("noprefix", "true"),
        ("mnemonicPrefix", "true"),
        ("context", "9"),
        ("algorithm", "patience"),
    ):
        git("config", f"diff.{setting}", value)
    git("config", "color.diff", "always")
    assert digest(package) == first


def test_outside_a_checkout_there_is_none(tmp_path):
    assert digest(tmp_path) is None


def test_the_device_is_named_where_it_is_known():
    assert "device" not in provenance()
    assert provenance("cpu")["device"] == device_name("cpu") == "cpu"


@pytest.mark.parametrize("error", [FileNotFoundError("git"), subprocess.TimeoutExpired("git", 30)])
def test_without_git_there_is_no_commit(monkeypatch, error):
    def fail(*arguments, **options):
        raise error

    monkeypatch.setattr(subprocess, "run", fail)
    commit.cache_clear()
    assert commit() is None
    commit.cache_clear()


@pytest.mark.parametrize("cpuinfo", [None, "processor : 0\nflags : fpu\n"])
def test_where_linux_does_not_name_the_processor_the_platform_does(monkeypatch, cpuinfo):
    def read_text(*arguments, **options):
        if cpuinfo is None:
            raise FileNotFoundError
        return cpuinfo

    monkeypatch.setattr(Path, "read_text", read_text)
    monkeypatch.setattr(platform, "processor", lambda: "Toy 3000")
    assert machine().startswith("Toy 3000, ")


def test_the_processor_has_the_name_that_linux_gives_it(monkeypatch):
    monkeypatch.setattr(Path, "read_text", lambda *_, **__: "model name\t: Toy CPU @ 1 GHz\nmodel name\t: other\n")
    assert machine().startswith("Toy CPU @ 1 GHz, ")
