"""Print the release notes of a tag: the section of CHANGELOG.md for its version.

    python tools/release_notes.py v0.1.0

A release is made so: give "Unreleased" its version and date in CHANGELOG.md ("## 0.1.0 - 2027-01-15"), write the same
version in pyproject.toml, companion/infersent/__init__.py and CITATION.cff, and push the tag. The Release workflow does
the rest, and stops here if one of them says something else.
"""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def section(changelog: str, version: str) -> str:
    """Return what a changelog says of a version.

    Raises
    ------
    ValueError
        If it has no section ``## VERSION - YYYY-MM-DD``, or an empty one.
    """
    heading = rf"^## {re.escape(version)} - \d{{4}}-\d{{2}}-\d{{2}}$"
    found = re.search(rf"{heading}\n(.*?)(?=^## |\Z)", changelog, re.MULTILINE | re.DOTALL)
    if found is None or not found[1].strip():
        raise ValueError(f'CHANGELOG.md has no section "## {version} - YYYY-MM-DD" that says something.')
    return found[1].strip() + "\n"


def check_version(root: Path, version: str) -> None:
    """Raise ``ValueError`` where pyproject.toml or CITATION.cff names another version."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    cited = re.search(r"^version: (\S+)$", (root / "CITATION.cff").read_text(encoding="utf-8"), re.MULTILINE)
    for file, named in (("pyproject.toml", project), ("CITATION.cff", cited and cited[1])):
        if named != version:
            raise ValueError(f"{file} names version {named}, the tag {version}.")


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tag", help="such as v0.1.0")
    tag = parser.parse_args(arguments).tag
    try:
        if not re.fullmatch(r"v\d+\.\d+\.\d+", tag):
            raise ValueError(f"{tag!r} is no tag of a version; v0.1.0 is one.")
        version = tag.removeprefix("v")
        check_version(root, version)
        print(section((root / "CHANGELOG.md").read_text(encoding="utf-8"), version), end="")
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
