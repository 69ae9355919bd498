"""A book of three pages, built as the book itself is, with and without a public address."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
#: The command jupyter-book, of this very Python.
BUILD = "from jupyter_book.cli.main import main; main()"
REPOSITORY = "https://github.com/ada/why"

FRONT = """\
# A front page

It reads **two** sentences {cite:p}`conneau2017`. It turns them into $u$ and $v$, and asks for $\\max(v-u, 0)$.
A third sentence has a formula without plain letters, $\\sum_i u_i v_i$. The fourth is {cite:t}`nie2017`'s again.
"""
CHAPTER = """\
# A chapter

The first sentence of the chapter is short. {ref}`Elsewhere <exercises>` is more.

(exercises)=
## Exercises

```{exercise}
:label: one
First.
```

```{exercise}
:label: two
Second.
```

```{solution} one
Its solution.
```

```{solution} two
Its solution.
```

```{prf:proof}
A proof.
```

```{prf:proof}
Another.
```

## References

```{bibliography}
```
"""
GLOSSARY = """\
# Glossary

```{glossary}
head
  What is on top.
```
"""


@pytest.fixture(scope="session")
def build_book(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """A function that builds the small book with changes to ``_config.yml``; it returns the folder of its pages."""

    def build(**changes: dict[str, str]) -> Path:
        folder = tmp_path_factory.mktemp("book")
        shutil.copytree(ROOT / "book" / "_static", folder / "book" / "_static")
        shutil.copytree(ROOT / "book" / "_root", folder / "book" / "_root")
        shutil.copy(ROOT / "book" / "references.bib", folder / "book")
        cells = [{"cell_type": "markdown", "id": "text", "metadata": {}, "source": CHAPTER}]
        kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
        notebook = {"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}
        (folder / "book" / "part").mkdir()
        (folder / "book" / "part" / "chapter.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
        (folder / "book" / "intro.md").write_text(FRONT, encoding="utf-8")
        (folder / "book" / "glossary.md").write_text(GLOSSARY, encoding="utf-8")
        pages = [{"file": "book/part/chapter"}, {"file": "book/glossary"}]
        toc = {"format": "jb-book", "root": "book/intro", "chapters": pages}
        (folder / "_toc.yml").write_text(yaml.safe_dump(toc), encoding="utf-8")
        config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
        for section, values in changes.items():
            config[section] |= values
        extensions = config["sphinx"]["local_extensions"]
        config["sphinx"]["local_extensions"] = {name: str(ROOT / place) for name, place in extensions.items()}
        (folder / "_config.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
        command = [sys.executable, "-c", BUILD, "build", str(folder), "-W", "-q"]
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
        return folder / "_build" / "html"

    return build


@pytest.fixture(scope="session")
def without(build_book: Callable[..., Path]) -> Path:
    """The book as it is shipped: no address."""
    return build_book()


@pytest.fixture(scope="session")
def published(build_book: Callable[..., Path]) -> Path:
    """The book with the one setting."""
    return build_book(repository={"url": REPOSITORY})
