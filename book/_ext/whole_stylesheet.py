"""A Sphinx extension that puts the style sheet which the theme imports into the one that imports it.

The theme's first style sheet is a lone ``@import "../basic.css"``. A tool that reads style sheets out of a page, as the
accessibility checker axe does, resolves that address against the page and asks for a file that is not there. One sheet
without an import is also one request less in a row.
"""

from __future__ import annotations

from pathlib import Path

from sphinx.application import Sphinx

IMPORT = '@import "../basic.css";'


def inline_import(app: Sphinx, exception: Exception | None) -> None:
    """Replace the import in the built book by what it imports."""
    if exception is not None or app.builder.format != "html":
        return
    static = Path(app.outdir, "_static")
    sheet = static / "styles" / "theme.css"
    imported = (
        (static / "basic.css")
        .read_text(encoding="utf-8")
        .replace("url(", "url(../")
    )
    sheet.write_text(
        sheet.read_text(encoding="utf-8").replace(IMPORT, imported),
        encoding="utf-8",
    )


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the extension; Sphinx calls this."""
    app.connect("build-finished", inline_import)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
