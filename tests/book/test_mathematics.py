"""Formulas become MathML while the book is built, each block in its colour."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from fontTools.ttLib import TTFont

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "book" / "_ext"))

from mathml import FormulaError, characters, italic, mathml  # noqa: E402


def blocks(tex):
    """What carries the name of a block, as (name, text), outermost first."""
    return [
        (node.get("data-block"), "".join("".join(node.itertext()).split()))
        for node in ElementTree.fromstring(mathml(tex)).iter()
        if node.get("data-block")
    ]


@pytest.mark.parametrize(
    ("tex", "found"),
    [
        ("u * v", [("p", "u∗v")]),
        ("v*u", [("p", "v∗u")]),
        ("u_i v_i", [("p", "uivi")]),
        ("u_i\\, v_i", [("p", "uivi")]),
        ("|u - v|", [("d", "|u−v|")]),
        ("|v_i-u_i|", [("d", "|vi−ui|")]),
        ("[u ; v ; |u-v| ; u*v]", [("u", "u"), ("v", "v"), ("d", "|u−v|"), ("p", "u∗v")]),
        ("W_p\\,(u * v)", [("p", "Wp"), ("p", "u∗v")]),
        ("W_{d,ci}\\,|u_i-v_i|", [("d", "Wd,ci"), ("d", "|ui−vi|")]),
        ("W_u u + W_v v", [("u", "Wu"), ("u", "u"), ("v", "Wv"), ("v", "v")]),
        ("u_i v_j", [("u", "ui"), ("v", "vj")]),  # two coordinates: in no block
        ("u * w", [("u", "u")]),
        ("|u| - |v|", [("u", "u"), ("v", "v")]),
        ("\\max(v-u, 0)", [("v", "v"), ("u", "u")]),
        ("\\frac{u_i}{v_i}", [("u", "ui"), ("v", "vi")]),
        ("u^\\top v", [("u", "u"), ("v", "v")]),
        ("T_u + e_v", []),  # an index is a name
        ("x * y", []),
    ],
)
def test_what_is_a_block(tex, found):
    assert blocks(tex) == found


def test_a_formula_is_one_element_of_html_whose_own_line_keeps_its_tex():
    inline, display = mathml("a < b"), mathml("a\n< b", display=True)
    assert inline.startswith("<math>")
    assert "&lt;" in inline
    assert "xmlns" not in inline + display
    assert ElementTree.fromstring(display).get("alttext") == "a < b"
    assert ElementTree.fromstring(display).get("display") == "block"


def test_what_cannot_be_read_fails_and_names_the_formula():
    with pytest.raises(FormulaError, match=re.escape(r"\nosuch{x}")):
        mathml(r"\nosuch{x}")
    assert mathml("x")  # and the engine goes on


@pytest.mark.parametrize(("letter", "shown"), [("a", "𝑎"), ("h", "ℎ"), ("Z", "𝑍"), ("ω", "𝜔"), ("ϕ", "𝜙"), ("1", "1")])
def test_a_lone_letter_is_shown_in_italics(letter, shown):
    assert italic(letter) == shown


def test_a_root_stands_on_the_line_and_does_not_hang_below_it() -> None:
    heights = [strut.get("height") for strut in ElementTree.fromstring(mathml(r"\sqrt{w} * \sqrt{v}")).iter("mspace")]
    assert heights == ["0.85em", "0.85em"]


@pytest.mark.browser
def test_the_books_font_has_every_character_of_its_formulas():
    built = ROOT / os.environ.get("INFERSENT_BOOK", "_build/html")
    if not built.is_dir():
        pytest.skip("needs the built book: make html")
    pages = [page.read_text(encoding="utf-8") for page in built.glob("book/**/*.html")]
    formulas = {formula for page in pages for formula in re.findall(r"<math.*?</math>", page, re.DOTALL)}
    assert len(formulas) > 500
    assert not any("math/tex" in page or "mjx-" in page for page in pages)
    with TTFont(built / "_static" / "fonts" / "stix-two-math.woff", lazy=True) as font:
        had = {*map(chr, font.getBestCmap())}
        assert "MATH" in font
    invisible = {"\u2061", "\u2062", "\u2063", "\u200b", "\xa0"}
    assert characters(iter(formulas)) - had - invisible == set()
