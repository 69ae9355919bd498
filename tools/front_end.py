"""Check the widgets' front end where Node is there: its types, and its arithmetic without a browser.

    python tools/front_end.py

Installs the compiler that tools/javascript/package-lock.json pins into tools/javascript/node_modules, checks the types
of the widgets' modules, of the book's own scripts and of their tests, and runs tests/javascript with the numbers that
Python computes. Where Node, or the registry that has the compiler, is missing, a line says so, and what is left is
checked: none of this is needed to read or to build the book.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / "tools" / "javascript"
TESTS = ROOT / "tests" / "javascript"

#: The first version of Node that has all that the modules and the tests use.
OLDEST_NODE = 20

#: What npm answers when the fault is in the repository, and not on the way to the registry.
OUR_FAULTS = ("EUSAGE", "EINTEGRITY", "EJSONPARSE", "ETARGET", "ERESOLVE")


class MissingError(Exception):
    """Something that this machine need not have is missing; the message says what."""


def find_node() -> str:
    """Return the path of Node.

    Raises
    ------
    MissingError
        If there is none, or only one that is too old.
    """
    node = shutil.which("node")
    if node is None:
        raise MissingError(f"no Node on PATH ({OLDEST_NODE} or newer)")
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    if (found := re.match(r"v(\d+)\.", version)) is None or int(found[1]) < OLDEST_NODE:
        raise MissingError(f"Node is {version or 'broken'}, older than {OLDEST_NODE}")
    return node


def install() -> Path:
    """Return the compiler's file, installed where it is not there in the pinned version.

    Raises
    ------
    MissingError
        If there is no npm, or its registry does not answer.
    subprocess.CalledProcessError
        If npm refuses the lock.
    """
    compiler = TOOLS / "node_modules" / "typescript" / "bin" / "tsc"
    if compiler.is_file() and is_installed():
        return compiler
    npm = shutil.which("npm")
    if npm is None:
        raise MissingError("no npm on PATH")
    options = ["--no-audit", "--no-fund", "--ignore-scripts", "--fetch-retries=0", "--fetch-timeout=60000"]
    done = subprocess.run([npm, "ci", *options], cwd=TOOLS, capture_output=True, text=True, check=False)
    if done.returncode:
        found = re.search(r"npm (?:error|ERR!) code (\S+)", done.stderr)
        if found is None or found[1] in OUR_FAULTS:
            print(done.stdout + done.stderr, file=sys.stderr)
            raise subprocess.CalledProcessError(done.returncode, done.args)
        raise MissingError(f"npm cannot fetch the compiler ({found[1]})")
    return compiler


def is_installed() -> bool:
    """Return whether every package that the lock names is there in the lock's version."""
    packages = json.loads((TOOLS / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    for folder, package in packages.items():
        about = TOOLS / folder / "package.json"
        if folder and not (about.is_file() and json.loads(about.read_text("utf-8"))["version"] == package["version"]):
            return False
    return True


def check_types(node: str) -> None:
    """Run the compiler over the front end and over its tests."""
    compiler = install()
    for project in ("tsconfig.json", "tsconfig.tests.json"):
        subprocess.run([node, compiler, "--project", TOOLS / project], check=True)
    print("Front end: types are right")


def check_numbers(node: str) -> None:
    """Run the tests in tests/javascript, with what Python computes in the file that ``EXPECTED`` names."""
    with tempfile.TemporaryDirectory() as folder:
        expected = Path(folder, "expected.json")
        subprocess.run([sys.executable, TESTS / "expected.py", expected], check=True)
        files = sorted(TESTS.glob("*.test.mjs"))
        environment = {**os.environ, "EXPECTED": str(expected)}
        subprocess.run([node, "--test", "--test-reporter=dot", *files], env=environment, check=True)
    print(f"\nFront end: {len(files)} files of tests passed")


def main() -> int:
    """Run the checks that this machine can run, and return 0 where none of them failed."""
    try:
        node = find_node()
        check_numbers(node)
        check_types(node)
    except MissingError as missing:
        print(f"Front end: {missing}; what needs it is not checked.")
    except subprocess.CalledProcessError as failed:
        return failed.returncode or 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
