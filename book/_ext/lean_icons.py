"""A Sphinx extension that leaves out of the built book the theme's icons that no page shows.

The theme brings all of Font Awesome twice: as a script of 1.5 MB that draws each icon into the page, and as fonts with a
style for each of two thousand icons. The book shows a dozen. It keeps the font, cut down to these, and their styles; the
page needs no script to show them.
"""

from __future__ import annotations

import re
from pathlib import Path

from fontTools import subset
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

#: Where icons are named: in the pages, and in the scripts that add some.
NAMED = ("**/*.html", "_static/*.js", "_static/scripts/*theme.js")
SHEET = "_static/styles/pydata-sphinx-theme.css"
FONTS = "_static/vendor/fontawesome/webfonts"
#: The fonts, and the classes of what is written in each.
STYLES = {
    "fa-solid-900": {"fa-solid", "fas"},
    "fa-regular-400": {"fa-regular", "far"},
    "fa-brands-400": {"fa-brands", "fab"},
}

_SCRIPT = re.compile(
    r"[ \t]*<script src=\"[^\"]*/scripts/fontawesome\.js[^\"]*\"></script>\n?"
)
_NAME = re.compile(r"\bfa-[a-z0-9-]+|\bfa[srb](?= fa-)")
_ICON = re.compile(
    r'((?:\.fa-[a-z0-9-]+:+before,?)+)\{content:"\\([0-9a-f]+)"\}'
)
_FACE = re.compile(
    r"@font-face\{[^}]*?font-family:[^}]*?fontawesome/webfonts/(fa-[a-z]+-\d+)[^}]*\}"
)


def leave_out_icons(app: Sphinx, exception: Exception | None) -> None:
    """Take the script out of every page, and out of style sheet and fonts what no page names."""
    if exception is not None or app.builder.format != "html":
        return
    built = Path(app.outdir)
    if not any((built / FONTS).glob("*.ttf")):
        return  # no page was out of date, so nothing was copied anew
    names: set[str] = set()
    for file in (file for pattern in NAMED for file in built.glob(pattern)):
        text = file.read_text(encoding="utf-8")
        names.update(_NAME.findall(text))
        if file.suffix == ".html":
            file.write_text(_SCRIPT.sub("", text), encoding="utf-8")
    sheet = built / SHEET
    styles, codes = used_icons(sheet.read_text(encoding="utf-8"), names)
    shown = {font for font, classes in STYLES.items() if classes & names}

    def cut(face: re.Match[str]) -> str:
        wanted = codes if face[1] in shown else set()
        return cut_font(built / FONTS, face[1], face[0], wanted)

    sheet.write_text(_FACE.sub(cut, styles), encoding="utf-8")
    for left in (
        "_static/scripts/fontawesome.js",
        "_static/scripts/fontawesome.js.map",
    ):
        (built / left).unlink(missing_ok=True)


def used_icons(styles: str, names: set[str]) -> tuple[str, set[int]]:
    """Return a style sheet without the icons that are not among ``names``, and the code points of the others.

    Raises
    ------
    ExtensionError
        If none is left: the theme writes its icons in another way than this extension reads.
    """
    codes: set[int] = set()

    def keep(icon: re.Match[str]) -> str:
        if names.isdisjoint(_NAME.findall(icon[1])):
            return ""
        codes.add(int(icon[2], 16))
        return icon[0]

    styles = _ICON.sub(keep, styles)
    if not codes:
        raise ExtensionError(
            "No icon of the theme is left; lean_icons.py does not know how this theme writes them."
        )
    return styles, codes


def cut_font(folder: Path, name: str, rule: str, codes: set[int]) -> str:
    """Cut a font down to some code points; return its rule for the style sheet, or nothing where it is not needed.

    As WOFF, not WOFF2, which would need one more package to save some hundred bytes.
    """
    options = subset.Options(
        flavor="woff", hinting=False, desubroutinize=True, notdef_outline=False
    )
    with subset.load_font(str(folder / f"{name}.ttf"), options) as font:
        found = codes & set(font.getBestCmap())
        if found:
            cutter = subset.Subsetter(options)
            cutter.populate(unicodes=found)
            cutter.subset(font)
            subset.save_font(font, str(folder / f"{name}.woff"), options)
    for suffix in (".ttf", ".woff2"):
        (folder / f"{name}{suffix}").unlink(missing_ok=True)
    if not found:
        return ""
    return re.sub(
        r"src:[^;}]*",
        f'src:url(../vendor/fontawesome/webfonts/{name}.woff) format("woff")',
        rule,
    )


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the extension; Sphinx calls this."""
    app.connect("build-finished", leave_out_icons)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
