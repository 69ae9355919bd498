"""A Sphinx extension that brings the widgets' modules into the built book.

A page that shows a widget gets, as classic scripts, the sources of just the modules that it names
(``window.BOOK_WIDGETS = {name: source}``) and the host that renders them. Classic scripts, because a browser refuses
``<script type="module" src=...>`` in a page opened from disk. Beside them lies the shipped model, which the explainer
and the hero fetch when their reader asks.

A chapter's widgets stand in its notebook's outputs. On a page without cells, ``{book-widget} Hero`` puts one, as it is
when nothing is set, and the build computes its state.
"""

from __future__ import annotations

import inspect
import json
import re
import shutil
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective

from infersent import widgets
from infersent.foundation.choices import choose
from infersent.widgets import page_model
from infersent.widgets.modules import FOLDER, bundle, widget_modules

_MODULE_NAME = re.compile(r'class="book-widget" data-module="([^"]*)"')


class PutWidget(SphinxDirective):
    """The static twin of a widget, by the name of its class."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the twin as HTML; another builder gets nothing."""
        known = {name: getattr(widgets, name) for name in widgets.__all__ if name != "BookWidget"}
        try:
            widget = choose("widget", self.arguments[0], known)
        except ValueError as error:
            raise self.error(str(error)) from error
        for file in sorted(Path(inspect.getfile(widget)).parent.iterdir()):
            self.env.note_dependency(str(file))  # the page is built again when the widget has changed
        return [nodes.raw("", widget().static_html(), format="html")]


def write_module_scripts(app: Sphinx) -> None:
    """Write each module's source as a script that registers it, into the built book's static folder."""
    if app.builder.format != "html":
        return
    folder = Path(app.outdir, "_static", "widgets")
    folder.mkdir(parents=True, exist_ok=True)
    for module in widget_modules():
        source = json.dumps(bundle(module), ensure_ascii=False)
        script = f'(window.BOOK_WIDGETS ??= {{}})["{module.stem}"] = {source};\n'
        (folder / f"{module.stem}.js").write_text(script, encoding="utf-8")


def copy_model(app: Sphinx) -> None:
    """Put the shipped model beside the modules, and take away that of an earlier build."""
    if app.builder.format != "html":
        return
    folder = Path(app.outdir, "_static", "widgets")
    folder.mkdir(parents=True, exist_ok=True)
    model = page_model.shipped_file()
    for older in folder.glob("infersent-*"):
        older.unlink()
    shutil.copyfile(model, folder / model.name)


def add_widget_scripts(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Give a page the scripts of the widgets in it; a page without widgets gets none."""
    modules = sorted(set(_MODULE_NAME.findall(context.get("body", ""))))
    for module in modules:
        if not (FOLDER / module / f"{module}.mjs").is_file():
            raise ExtensionError(f"{pagename}: no module {module!r} in {FOLDER}; run the notebook again and store it.")
        app.add_js_file(f"widgets/{module}.js")
    if modules:
        app.add_js_file("widget-host.js")


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the extension; Sphinx calls this."""
    app.add_directive("book-widget", PutWidget)
    app.connect("builder-inited", write_module_scripts)
    app.connect("builder-inited", copy_model)
    app.connect("html-page-context", add_widget_scripts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
