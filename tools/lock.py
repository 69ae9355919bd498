"""Rewrite requirements.lock from a fresh environment with the newest releases that pyproject.toml allows.

    python tools/lock.py
    python tools/lock.py --check    # rewrite nothing; report lines that are not exact, and what the lock lacks

The lock holds what `pip freeze` says and no more: no hashes, so that a CPU-only and a CUDA build of torch satisfy the
same line; and none of the CUDA packages, which pip adds by itself if the build of torch requires them. For the same
reason this tool does not raise torch's version: edit its line in the lock, then run it.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import tomllib
import venv
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
EXTRAS = "book,test,dask,sbert,mteb,tables,onnx,accelerate"
HEADER = f"""\
# The exact versions that the book is built and tested with: all of pyproject.toml's dependencies, extras {EXTRAS}.
# Written by `make lock` (tools/lock.py); only torch's line is edited by hand.
"""
#: An extra that the lock leaves out: it has no wheels for Windows, and serves `make faults` alone.
LEFT_OUT = "fuzz"
#: Packages of hundreds of megabytes each; torch itself requires the right ones.
CUDA = re.compile(r"(nvidia|cuda|triton)([-_].*)?")


def pin(lock: str, name: str) -> str:
    """Return the line ``name==version`` of a lock's text.

    Raises
    ------
    ValueError
        If there is none.
    """
    if found := re.search(rf"^{re.escape(name)}==\S+$", lock, re.MULTILINE):
        return found[0]
    raise ValueError(f"{LOCK.name} has no line {name}==<version>; add one.")


def lines(frozen: str) -> list[str]:
    """Return the lock's lines for the output of ``pip freeze``: exact, portable, sorted by name."""
    pins = []
    for line in frozen.splitlines():
        # A package installed from a folder or a URL has no such line; 2.13.0+cpu is a build of 2.13.0.
        found = re.fullmatch(r"([A-Za-z0-9._-]+)==([^+\s]+)(\+\S+)?", line)
        if found and not CUDA.fullmatch(found[1]) and found[1] != "infersent":
            pins.append(f"{found[1]}=={found[2]}")
    return sorted(pins, key=str.lower)


def declared() -> list[Requirement]:
    """Return every requirement of pyproject.toml, the extras' included but for the one that the lock leaves out."""
    # Imported here: `make lock` runs this file before anything is installed.
    from packaging.requirements import Requirement

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = {name: lines for name, lines in project["optional-dependencies"].items() if name != LEFT_OUT}
    lists = [project["dependencies"], *extras.values()]
    return [Requirement(line) for requirements in lists for line in requirements]


def faults(text: str, requirements: Iterable[Requirement]) -> list[str]:
    """Return the lines of a lock that are not exact and portable, and the requirements that it does not satisfy."""
    from packaging.utils import canonicalize_name

    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    pins = {}
    found_faults = []
    for line in lines:
        if found := re.fullmatch(r"([A-Za-z0-9._-]+)==([A-Za-z0-9.!]+)", line):
            pins[canonicalize_name(found[1])] = found[2]
        else:
            found_faults.append(f"{line!r} is not name==version")
    if lines != sorted(lines, key=str.lower):
        found_faults.append("the lines are not sorted")
    for requirement in requirements:
        version = pins.get(canonicalize_name(requirement.name))
        if version is None:
            found_faults.append(f"{requirement} has no line")
        elif not requirement.specifier.contains(version, prereleases=True):
            found_faults.append(f"{requirement} is not satisfied by {version}")
    return found_faults


def freeze(torch: str) -> str:
    """Install the project with its extras into a new environment and return what ``pip freeze`` prints there."""
    with tempfile.TemporaryDirectory(prefix="infersent-lock-") as folder:
        venv.create(folder, with_pip=True)
        pip = [str(Path(folder, "Scripts" if os.name == "nt" else "bin", "python")), "-m", "pip"]
        subprocess.run([*pip, "install", "--disable-pip-version-check", torch, f"{ROOT}[{EXTRAS}]"], check=True)
        return subprocess.run([*pip, "freeze"], check=True, capture_output=True, text=True).stdout


def main(arguments: list[str] | None = None) -> int:
    """Rewrite the lock, which stays as it was if the installation fails, or check it; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="rewrite nothing; exit with 1 if the lock has a fault")
    if parser.parse_args(arguments).check:
        found = faults(LOCK.read_text(encoding="utf-8"), declared())
        print("\n".join(found) or f"{LOCK.relative_to(ROOT)} is exact and satisfies pyproject.toml")
        return 1 if found else 0
    torch = pin(LOCK.read_text(encoding="utf-8"), "torch")
    pins = lines(freeze(torch))
    LOCK.write_text(HEADER + "\n".join(pins) + "\n", encoding="utf-8")
    print(f"{LOCK.relative_to(ROOT)}: {len(pins)} packages")
    return 0


if __name__ == "__main__":
    sys.exit(main())
