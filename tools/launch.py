"""Write the notebooks that Colab opens: the book's, each with a first cell that installs the package.

    python tools/launch.py https://github.com/OWNER/NAME COMMIT FOLDER

Colab has torch, but not the package. The cell pins it to the commit from which the page was published, so a reader's
notebook and page agree for good. The notebooks of the book itself have no such cell: where they lie, the package does.
The Pages workflow puts the folder on the branch that the Colab buttons name (book/_ext/address.py).
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
BOOK = ROOT / "book"


#: What a chapter's code says where it needs one of the package's extras.
EXTRAS = {"sbert": "sentence_transformers"}


def requirement(repository: str, commit: str, code: str = "") -> str:
    """Return what pip installs for some code: the package as it is in one commit of a repository.

    Raises
    ------
    ValueError
        If the commit is not written out: a branch or a tag is another package tomorrow.
    """
    if not re.fullmatch(r"[0-9a-f]{40}", commit):
        raise ValueError(f"{commit!r} is no commit of 40 hexadecimal digits; `git rev-parse HEAD` prints one.")
    extras = ",".join(name for name, said in EXTRAS.items() if said in code)
    return f"infersent{f'[{extras}]' if extras else ''} @ git+{repository}@{commit}"


def install_cell(repository: str, commit: str, code: str = "") -> dict[str, Any]:
    """Return the cell that installs what some code needs."""
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": "install",
        "metadata": {},
        "outputs": [],
        "source": [
            "# This notebook runs outside its repository: install its package, as the published page has it.\n",
            f'%pip install --quiet "{requirement(repository, commit, code)}"',
        ],
    }


def write(repository: str, commit: str, folder: Path) -> list[Path]:
    """Write every notebook of the book, with the cell, to the same place in a folder; return their paths."""
    written = []
    for source in sorted(BOOK.rglob("*.ipynb")):
        if ".ipynb_checkpoints" in source.parts:
            continue
        notebook = json.loads(source.read_text(encoding="utf-8"))
        code = "\n".join("".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code")
        notebook["cells"].insert(0, install_cell(repository, commit, code))
        path = folder / source.relative_to(ROOT)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(notebook, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        written.append(path)
    return written


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repository", help="its address, such as https://github.com/OWNER/NAME")
    parser.add_argument("commit", help="40 hexadecimal digits")
    parser.add_argument("folder", type=Path, help="where to write")
    options = parser.parse_args(arguments)
    try:
        written = write(options.repository, options.commit, options.folder)
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(f"{len(written)} notebooks in {options.folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
