"""The front-end modules as a browser can take them: one text a widget, with all that it imports put in."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

#: Of the widgets, each a folder, and of the toolkit that they share.
FOLDER = Path(__file__).resolve().parent

_NAMES = re.compile(r'^(import|export) \{([^}]*)\} from "([^"]*)";\n', re.MULTILINE)
_TEXT = re.compile(r'^import (\w+) from "([^"]*)" with \{ type: "text" \};$', re.MULTILINE)
_LEFT = re.compile(r"^(import\b.*|export [{*].*\bfrom\b.*)$", re.MULTILINE)
_DECLARED = re.compile(
    r"^(export )?(?:async )?(?:const|let|var|function\*?|class) (\w+)|^import (\w+) from", re.MULTILINE
)
_DOCUMENTATION = re.compile(r"^[ \t]*(/\*\*(?:(?!\*/).)*\*/|// @ts-[^\n]*)[ \t]*\n", re.MULTILINE | re.DOTALL)
# Of a style sheet: those that have lines of their own.
_COMMENTS = re.compile(r"^[ \t]*/\*(?:(?!\*/).)*\*/[ \t]*\n", re.MULTILINE | re.DOTALL)


def widget_modules() -> list[Path]:
    """Return the modules that are widgets: each has the name of its folder."""
    return sorted(file for file in FOLDER.glob("*/*.mjs") if file.stem == file.parent.name)


def bundle(module: Path) -> str:
    """Return a module's source with the sources of the modules that it imports before it, each once.

    JupyterLab gets a module as a text, and a page opened from disk imports it from one: neither has a neighbouring file
    to import from. So all sources become one, in one scope, in the order in which a browser would run them. What the
    module exports, the bundle exports; what the others export stays inside. JSDoc comments (``/** … */``), and
    those of style sheets, are for those who read the files and are left out.

    A module may say, at the beginning of a line::

        import { name, name } from "./neighbour.mjs";
        export { name, name } from "./neighbour.mjs";
        import NAME from "./file" with { type: "text" };

    The third makes a file a string: a style sheet, or the bundle of a module that goes to a worker.

    Raises
    ------
    ValueError
        If a module imports in another way, from outside the widgets' folder (for a module elsewhere, its own), a file
        that is not there or a name that the other does not export; if two modules declare the same name, or import each
        other.
    """
    module = module.resolve()
    bundled = _Bundle(FOLDER if module.is_relative_to(FOLDER) else module.parent)
    bundled.add(module, importers=())
    return "".join(bundled.sources)


@dataclass
class _Bundle:
    """The sources put together so far, what each module exports, and which module declared a name."""

    folder: Path
    sources: list[str] = field(default_factory=list)
    exports: dict[Path, set[str]] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)

    def add(self, module: Path, importers: tuple[Path, ...]) -> None:
        """Append a module's source after those of the modules that it imports, unless it is there already."""
        if module in importers:
            circle = " imports ".join(file.name for file in (*importers[importers.index(module) :], module))
            raise ValueError(f"{importers[-1].name}: modules import each other: {circle}.")
        if module in self.exports:
            return
        source = _DOCUMENTATION.sub("", module.read_text(encoding="utf-8"))
        exported = {name for export, name, _ in _DECLARED.findall(source) if export}
        for found in _NAMES.finditer(source):
            neighbour = self.neighbour(module, found[3])
            self.add(neighbour, (*importers, module))
            names = {name.strip() for name in found[2].split(",") if name.strip()}
            if missing := sorted(names - self.exports[neighbour]):
                raise ValueError(f"{module.name}: {neighbour.name} exports no {missing[0]!r}.")
            if found[1] == "export":
                exported |= names
        for _, name, text in _DECLARED.findall(source):
            owner = self.owners.setdefault(name or text, module.name)
            if owner != module.name:
                raise ValueError(f"{module.name}: {owner} has the name {name or text!r} too; a bundle has one scope.")
        self.exports[module] = exported
        self.sources.append(self.inlined(module, source, first=not importers))

    def inlined(self, module: Path, source: str, *, first: bool) -> str:
        """Return a module's source without its imports, and, unless it is the first one, without its exports."""

        def take_names(found: re.Match[str]) -> str:
            return f"export {{{found[2]}}};\n" if first and found[1] == "export" else ""

        source = _NAMES.sub(take_names, source)
        source = _TEXT.sub(lambda found: f"const {found[1]} = {self.quoted(module, found[2])};", source)
        if left := _LEFT.search(source):
            raise ValueError(
                f"{module.name}: only `import {{ … }} from`, `export {{ … }} from` and texts can be put in; "
                f"found {left[1]!r}."
            )
        if not first and re.search(r"^export default\b", source, re.MULTILINE):
            raise ValueError(f"{module.name}: a module that others import has no default export.")
        return source if first else re.sub(r"^export ", "", source, flags=re.MULTILINE)

    def neighbour(self, module: Path, address: str) -> Path:
        """Return the file that a module means by an address."""
        file = (module.parent / address).resolve()
        if not address.startswith(("./", "../")) or not file.is_relative_to(self.folder) or not file.is_file():
            raise ValueError(f"{module.name}: {address!r} is no file in {self.folder.name}/ that can be put in.")
        return file

    def quoted(self, module: Path, address: str) -> str:
        """Return a file's text as a string of JavaScript."""
        file = self.neighbour(module, address)
        text = bundle(file) if file.suffix == ".mjs" else file.read_text(encoding="utf-8")
        if file.suffix == ".css":
            text = _COMMENTS.sub("", text)
        return json.dumps(text, ensure_ascii=False)
