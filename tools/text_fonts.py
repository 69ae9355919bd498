"""Cut the fonts of the book's text down to the characters that it can need, and write them for the page.

    npm pack @fontsource-variable/source-serif-4    # and @fontsource-variable/source-sans-3
    pip install brotli                              # for WOFF2
    python tools/text_fonts.py FOLDER               # where both are unpacked, each in a folder of its name

The text is set in Source Serif 4, whose small letters are as high as those of STIX Two Math; headings, tables, widgets
and all that is not read line by line in Source Sans 3. Each is one file for all its weights. What they lack, such as
the sign ∗, comes from STIX Two Math; a test of the pages (``tests/browser/test_type.py``) says what is in none.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from fontTools import subset
from fontTools.varLib import instancer

FONTS = Path(__file__).parents[1] / "book" / "_static" / "fonts"

#: What is written, and from which file of the packages.
FILES = {
    "book-serif.woff2": "source-serif-4/files/source-serif-4-latin-wght-normal.woff2",
    "book-serif-italic.woff2": "source-serif-4/files/source-serif-4-latin-wght-italic.woff2",
    "book-sans.woff2": "source-sans-3/files/source-sans-3-latin-wght-normal.woff2",
}
#: ASCII, the signs of printed English, and the letters of names.
CHARACTERS = {*map(chr, range(0x20, 0x7F)), *map(chr, range(0xA0, 0x100))} | set("ıŒœ–—‘’“”…−•€™\u0301")
#: From regular to bold.
WEIGHTS = (400, 700)


def main() -> None:
    """Write the fonts, and their licences beside them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="where the packages' folders lie")
    folder = parser.parse_args().folder
    features = ["kern", "liga", "mark", "mkmk", "ccmp", "tnum"]
    options = subset.Options(flavor="woff2", layout_features=features, hinting=False)
    options.name_IDs = [0, 13, 14]
    for name, source in FILES.items():
        font = subset.load_font(str(folder / source), options)
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes=map(ord, CHARACTERS))
        cutter.subset(font)
        font = instancer.instantiateVariableFont(font, {"wght": WEIGHTS})
        # What is cut may not be called by the name that its makers keep for the whole font (OFL, clause 3).
        title = name.removesuffix(".woff2").replace("-", " ").title()
        for number in (1, 4, 6):
            font["name"].setName(title.replace(" ", "" if number == 6 else " "), number, 3, 1, 0x409)
        subset.save_font(font, str(FONTS / name), options)
        print(f"{name}: {(FONTS / name).stat().st_size:,} bytes")
        licence = (folder / source.partition("/")[0] / "LICENSE").read_text(encoding="utf-8")
        terms = licence[licence.index("This Font Software") :]
        notice = font["name"].getDebugName(0)
        family = "-".join(name.removesuffix(".woff2").split("-")[:2])
        (FONTS / f"{family}-OFL.txt").write_text(f"{notice}\n\n{terms}", encoding="utf-8")


if __name__ == "__main__":
    main()
