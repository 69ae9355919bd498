"""The fonts of text and formulas: no text waits for one, every formula does, and they may be shipped."""

from __future__ import annotations

import re
from pathlib import Path

from book._ext.page_head import FONTS as ASKED_FOR_AT_ONCE
from tools import text_fonts

STYLES = "".join((text_fonts.FONTS.parent / name).read_text("utf-8") for name in ("type.css", "mathematics.css"))
FACES = [face for face in re.findall(r"@font-face \{(.*?)\}", STYLES, re.DOTALL) if "url(" in face]


def test_each_is_declared_and_formulas_alone_wait_for_theirs() -> None:
    *text, signs, formulas = FACES
    assert re.findall(r'url\("fonts/(.*?)"\)', "".join(text)) == list(text_fonts.FILES)
    assert all("font-display: optional" in face for face in (*text, signs))
    assert "font-display: block" in formulas  # in a font for text a sum has no size, and a bracket does not grow
    assert '"STIX Two Math"' in formulas
    assert "unicode-range" in signs
    assert {Path(font).name for font in ASKED_FOR_AT_ONCE} < set(text_fonts.FILES)


def test_they_are_small_and_have_their_licences_beside_them() -> None:
    assert sum((text_fonts.FONTS / name).stat().st_size for name in text_fonts.FILES) < 100_000
    for family in ("book-serif", "book-sans"):
        licence = (text_fonts.FONTS / f"{family}-OFL.txt").read_text("utf-8")
        assert "Adobe" in licence.splitlines()[0]
        assert "SIL OPEN FONT LICENSE" in licence


def test_none_has_the_name_that_its_makers_keep_for_the_whole_font() -> None:
    assert not any("source" in name for name in text_fonts.FILES)
    assert "Source" not in STYLES
