"""The built book shows its icons by a font that has these alone."""

from __future__ import annotations

import importlib.util
import os
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from fontTools.ttLib import TTFont
from sphinx.errors import ExtensionError

ROOT = Path(__file__).parents[2]
SPEC = importlib.util.spec_from_file_location("lean_icons", ROOT / "book" / "_ext" / "lean_icons.py")
lean_icons = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(lean_icons)

STYLES = '.fa{x:y}.fa-list:before,.fa-list-squares:before{content:"\\f03a"}.fa-ghost:before{content:"\\f6e2"}.b{c:d}'


def test_an_icon_stays_where_one_of_its_names_is_used():
    assert lean_icons.used_icons(STYLES, {"fa-list-squares", "fas"}) == (
        '.fa{x:y}.fa-list:before,.fa-list-squares:before{content:"\\f03a"}.b{c:d}',
        {0xF03A},
    )


def test_a_theme_that_writes_its_icons_in_another_way_fails_the_build():
    with pytest.raises(ExtensionError, match="No icon of the theme is left"):
        lean_icons.used_icons(".fa-list{--fa:'x'}", {"fa-list"})


def test_a_build_in_which_no_page_was_out_of_date_changes_nothing(tmp_path):
    fonts, sheet = tmp_path / lean_icons.FONTS, tmp_path / lean_icons.SHEET
    fonts.mkdir(parents=True)
    sheet.parent.mkdir()
    (fonts / "fa-solid-900.woff").write_bytes(b"cut")
    sheet.write_text('@font-face{font-family:"FA";src:url(../vendor/fontawesome/webfonts/fa-solid-900.woff)}' + STYLES)
    (tmp_path / "page.html").write_text('<i class="fas fa-list"></i>')
    before = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    lean_icons.leave_out_icons(SimpleNamespace(outdir=tmp_path, builder=SimpleNamespace(format="html")), None)
    assert {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()} == before


@pytest.mark.browser
def test_every_icon_of_the_built_book_is_in_the_font():
    built = ROOT / os.environ.get("INFERSENT_BOOK", "_build/html")
    if not built.is_dir():
        pytest.skip("needs the built book: make html")
    sheet = (built / lean_icons.SHEET).read_text(encoding="utf-8")
    codes = {}
    for selectors, code in lean_icons._ICON.findall(sheet):
        codes.update(dict.fromkeys(re.findall(r"\.(fa-[a-z0-9-]+):", selectors), int(code, 16)))
    with TTFont(built / lean_icons.FONTS / "fa-solid-900.woff") as font:
        drawn = set(font.getBestCmap())
    assert drawn == set(codes.values())
    shown = set()
    for page in built.glob("book/**/*.html"):
        text = page.read_text(encoding="utf-8")
        assert "fontawesome.js" not in text
        for classes in re.findall(r'class="([^"]*\bfa[a-z]? [^"]*|fa-solid [^"]*)"', text):
            shown |= {name for name in classes.split() if name in codes}
            assert any(name in codes for name in classes.split()), classes
    assert len(shown) > 5
    assert not list((built / lean_icons.FONTS).glob("*.ttf"))
