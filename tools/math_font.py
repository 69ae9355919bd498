"""Cut STIX Two Math down to what the book's formulas can need, and write it for the page.

    npm pack @fontsource/stix-two-math    # or the font from https://github.com/stipub/stixfonts
    python tools/math_font.py stix-two-math-latin-400-normal.woff

The characters are those below, more than the book has today; ``tests/book/test_mathematics.py`` says when one is
missing. The sizes of brackets and roots, and the pieces they are put together from, come along.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from fontTools import subset

FONT = Path(__file__).parents[1] / "book" / "_static" / "fonts" / "stix-two-math.woff"

#: Latin and digits upright; Latin and Greek in italics, as a browser shows a lone letter; blackboard capitals and bold
#: digits; accents, operators, relations, arrows and brackets.
CHARACTERS = (
    {*map(chr, range(0x20, 0x7F))}
    | {*map(chr, range(0x391, 0x3D7))}
    | {*map(chr, range(0x1D434, 0x1D468))}
    | {*map(chr, range(0x1D6E2, 0x1D71C))}
    | {*map(chr, range(0x1D538, 0x1D56C))}
    | {*map(chr, range(0x1D7CE, 0x1D7D8))}
    | set("ℎℓℝℕℤℚℂℙ¬±×÷·ˆˇ˙˜¯´`¨′″‴‵‾…⋯⋮⋱‖∣∤∥∗∘∙⋅⋆−∓∞∝∠∅∈∉∋∂∇∑∏∫∮√∀∃∧∨∩∪⊂⊃⊆⊇⊕⊗⊙⊤⊥⊢⊨≠≈≡≃∼≅≤≥≪≫≺≻⟨⟩⌈⌉⌊⌋←→↔↦⇐⇒⇔↑↓⃗⃖ϵϑϕϱϖı  ")
)


def main() -> None:
    """Write the font."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("font", type=Path, help="STIX Two Math, whole")
    full = parser.parse_args().font
    # ss04: primes of the right size; dtls: i and j without a dot under an accent; ssty: letters for indices.
    options = subset.Options(flavor="woff", layout_features=["ssty", "dtls", "ss04", "flac"], hinting=False)
    options.name_IDs = ["*"]
    font = subset.load_font(str(full), options)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=map(ord, CHARACTERS))
    cutter.subset(font)
    FONT.parent.mkdir(parents=True, exist_ok=True)
    subset.save_font(font, str(FONT), options)
    print(f"{FONT}: {FONT.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
