"""The front-end modules as a browser can take them: one source each, with the shared toolkit put in."""

from __future__ import annotations

import re
from pathlib import Path

FOLDER = Path(__file__).parent
TOOLKIT = FOLDER / "toolkit.mjs"

_IMPORT = re.compile(r'^import \{[^}]*\} from "\./toolkit\.mjs";\n', re.MULTILINE)


def bundle(module: Path) -> str:
    """Return a module's source with the toolkit in the place of the line that imports it.

    JupyterLab gets a module as a text, and a page opened from disk imports it from one: neither has a neighbouring file
    to import from.

    Raises
    ------
    ValueError
        If the module imports the toolkit twice, or imports anything else.
    """
    source = module.read_text(encoding="utf-8")
    toolkit = re.sub(r"^export ", "", TOOLKIT.read_text(encoding="utf-8"), flags=re.MULTILINE)
    bundled = _IMPORT.sub(lambda _: toolkit, source, count=1)
    if left := re.search(r"^(import\b.*|export\b.*\bfrom\b.*)$", bundled, re.MULTILINE):
        raise ValueError(f"{module.name}: a module may import once, and from ./toolkit.mjs only; found {left[1]!r}.")
    return bundled
