"""The front-end modules as a browser can take them: one source each, with the shared toolkit put in."""

from __future__ import annotations

import json
import re
from pathlib import Path

FOLDER = Path(__file__).parent
TOOLKIT = FOLDER / "toolkit.mjs"

_IMPORT = re.compile(r'^import \{[^}]*\} from "\./(\w+\.mjs)";\n', re.MULTILINE)
_TEXT = re.compile(r'^import (\w+) from "\./(\w+\.mjs)" with \{ type: "text" \};$', re.MULTILINE)


def widget_modules() -> list[Path]:
    """Return the modules that are widgets: those with a Python file of the same name beside them."""
    return sorted(file for file in FOLDER.glob("*.mjs") if file.with_suffix(".py").is_file())


def bundle(module: Path) -> str:
    """Return a module's source with what it imports in the place of the lines that import it.

    JupyterLab gets a module as a text, and a page opened from disk imports it from one: neither has a neighbouring file
    to import from. A module may import the toolkit and parts of its own, ``NAME_*.mjs`` beside ``NAME.mjs``, which may
    import the toolkit too. A neighbour that it needs as a text, because it hands it to a worker, becomes a string:
    ``import TEXT from "./neighbour.mjs" with { type: "text" };``.

    Raises
    ------
    ValueError
        If the module imports the toolkit twice, or imports anything else.
    """
    there: set[str] = set()

    def put_in(found: re.Match[str]) -> str:
        name = found[1]
        if name == TOOLKIT.name and name not in there:
            there.add(name)
            return re.sub(r"^export ", "", TOOLKIT.read_text(encoding="utf-8"), flags=re.MULTILINE)
        if name.startswith(f"{module.stem}_") and name not in there:
            there.add(name)
            part = module.with_name(name).read_text(encoding="utf-8")
            with_toolkit = rf'^import \{{[^}}]*\}} from "\./{TOOLKIT.name}";\n'
            return re.sub(with_toolkit, "", part, count=1, flags=re.MULTILINE) if TOOLKIT.name in there else part
        return found[0]

    bundled = _IMPORT.sub(put_in, module.read_text(encoding="utf-8"))
    bundled = _TEXT.sub(lambda found: f"const {found[1]} = {_quoted(module.with_name(found[2]))};", bundled)
    if left := re.search(r"^(import\b.*|export\b.*\bfrom\b.*)$", bundled, re.MULTILINE):
        raise ValueError(
            f"{module.name}: a module may import once, and from ./toolkit.mjs only, or from parts of its own "
            f"(./{module.stem}_*.mjs), after the toolkit; found {left[1]!r}."
        )
    return bundled


def _quoted(file: Path) -> str:
    """Return a file's text as a string of JavaScript."""
    return json.dumps(file.read_text(encoding="utf-8"), ensure_ascii=False)
