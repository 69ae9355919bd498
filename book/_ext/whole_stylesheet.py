"""A Sphinx extension that puts the style sheet which the theme imports into the one that imports it.

The theme's first style sheet is a lone ``@import "../basic.css"``. A tool that reads style sheets out of a page, as the
accessibility checker axe does, resolves that address against the page and asks for a file that is not there. One sheet
without an import is also one request less in a row.

The book's own sheets lose the comments that have lines of their own: those are for readers of this repository.
"""

from __future__ import annotations

import re
from pathlib import Path

from sphinx.application import Sphinx

IMPORT = '@import "../basic.css";'
OWN = Path(__file__).parents[1] / "_static"

_COMMENT = re.compile(
    r"^[ \t]*/\*(?:(?!\*/).)*\*/[ \t]*\n\n?", re.MULTILINE | re.DOTALL
)


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


def leave_out_comments(app: Sphinx, exception: Exception | None) -> None:
    """Take the comments out of the built book's own style sheets."""
    if exception is not None or app.builder.format != "html":
        return
    for own in OWN.glob("*.css"):
        built = Path(app.outdir, "_static", own.name)
        if not built.is_file():
            continue
        styles = built.read_text(encoding="utf-8")
        built.write_text(_COMMENT.sub("", styles), encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the extension; Sphinx calls this."""
    app.connect("build-finished", inline_import)
    app.connect("build-finished", leave_out_comments)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
