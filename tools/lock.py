"""Rewrite requirements.lock from a fresh environment with the newest releases that pyproject.toml allows.

    python tools/lock.py

The lock holds what `pip freeze` says and no more: no hashes, so that a CPU-only and a CUDA build of torch satisfy the
same line; and none of the CUDA packages, which pip adds by itself if the build of torch requires them. For the same
reason this tool does not raise torch's version: edit its line in the lock, then run it.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
EXTRAS = "book,test,dask"
HEADER = f"""\
# The exact versions that the book is built and tested with: all of pyproject.toml's dependencies, extras {EXTRAS}.
# Written by `make lock` (tools/lock.py); only torch's line is edited by hand.
"""
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


def freeze(torch: str) -> str:
    """Install the project with its extras into a new environment and return what ``pip freeze`` prints there."""
    with tempfile.TemporaryDirectory(prefix="infersent-lock-") as folder:
        venv.create(folder, with_pip=True)
        pip = [str(Path(folder, "Scripts" if os.name == "nt" else "bin", "python")), "-m", "pip"]
        subprocess.run([*pip, "install", "--disable-pip-version-check", torch, f"{ROOT}[{EXTRAS}]"], check=True)
        return subprocess.run([*pip, "freeze"], check=True, capture_output=True, text=True).stdout


def main() -> None:
    """Rewrite the lock; it stays as it was if the installation fails."""
    torch = pin(LOCK.read_text(encoding="utf-8"), "torch")
    pins = lines(freeze(torch))
    LOCK.write_text(HEADER + "\n".join(pins) + "\n", encoding="utf-8")
    print(f"{LOCK.relative_to(ROOT)}: {len(pins)} packages")


if __name__ == "__main__":
    sys.exit(main())
