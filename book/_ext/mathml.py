"""From a formula in TeX to MathML, with the blocks of the pair features in their colours.

Temml (https://temml.org, MIT) does the conversion. It is a JavaScript library, which QuickJS runs: a build needs no Node.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import quickjs

TEMML = Path(__file__).parent / "temml" / "temml.min.js"

#: The blocks' names in ``data-block``, which are the letters that their weights W carry in formulas.
BLOCKS = ("u", "v", "d", "p")

#: The elements whose children stand in a row.
ROWS = ("math", "mrow", "mstyle", "mpadded", "msqrt", "mtd")

#: What makes a line higher than its letters.
HIGH = {"mfrac", "msup", "msubsup", "munder", "mover", "munderover", "mtable"}

# The engine gives a string that was put together from pieces in a form that its binding cannot read: hence JSON.
_RENDER = """
(tex, display) => JSON.stringify(temml.renderToString(tex, {
  displayMode: display, throwOnError: true, strict: true, annotate: false, xml: true,
}))
"""


class FormulaError(ValueError):
    """A formula that Temml cannot read."""


@cache
def _engine() -> tuple[quickjs.Context, quickjs.Object]:
    context = quickjs.Context()
    context.eval(TEMML.read_text(encoding="utf-8"))
    return context, context.eval(_RENDER)


@cache
def mathml(tex: str, *, display: bool = False) -> str:
    """Return a formula as a ``math`` element of HTML.

    Parameters
    ----------
    tex
        What stands between the dollars.
    display
        Whether it stands on a line of its own. Then ``alttext`` keeps its TeX.

    Raises
    ------
    FormulaError
        If Temml cannot read it.
    """
    context, render = _engine()
    try:
        formula = ElementTree.fromstring(
            context.parse_json(render(tex, display))
        )
    except quickjs.JSException as error:
        raise FormulaError(f"{str(error).splitlines()[0]} In: {tex}") from None
    for node in formula.iter():
        # HTML knows MathML without a namespace.
        node.tag = node.tag.rpartition("}")[2]
    raise_roots(formula)
    mark_low_roots(formula)
    mark_blocks(formula)
    if display:
        formula.set("alttext", " ".join(tex.split()))
    return ElementTree.tostring(
        formula, encoding="unicode", short_empty_elements=False
    )


def raise_roots(formula: Element) -> None:
    """Make what stands under a root as high as the root's sign, which hangs from its bar, below the line otherwise."""
    for strut in formula.iterfind(".//msqrt/mrow/mspace[@height='0.5em']"):
        strut.set("height", "0.85em")


def mark_low_roots(formula: Element) -> None:
    """Give a root over one low line the class ``low``: Chromium leaves room after it as if its sign were the widest."""
    for root in formula.iter("msqrt"):
        if not HIGH & {node.tag for node in root.iter()}:
            root.set("class", "low")


def mark_blocks(node: Element) -> None:
    """Give what is a block in a formula its name: ``data-block`` is u, v, d for |u−v|, or p for u∗v.

    The product of one coordinate, ``u_i v_i``, and the difference of one are named like the whole blocks; so are the
    blocks' weights, ``W_u`` to ``W_p``. A letter in a difference or a product of the two belongs to that.
    """
    children = list(node)
    place = 0
    while place < len(children):
        child = children[place]
        # Elsewhere, as in a fraction, what stands side by side here does not on the page.
        following = children[place:] if node.tag in ROWS else [child]
        length, block = _block_at(following)
        if length > 1:
            child = Element("mrow")
            child.extend(children[place : place + length])
            children[place : place + length] = [child]
        if block := block or _weights_of(child):
            child.set("data-block", block)
        else:
            mark_blocks(child)
        # A letter of an index is a name. (Where it is the weights' own, they are marked already.)
        place += len(children) if node.tag == "msub" else 1
    node[:] = children


def _block_at(nodes: list[Element]) -> tuple[int, str | None]:
    """Return how many nodes at the beginning are a block, and its name; None if none begins there."""
    kinds = [_kind(node) for node in nodes[:5]]
    if (
        len(kinds) == 5
        and kinds[0] == kinds[4] == "|"
        and kinds[2] == "−"
        and _are_u_and_v(kinds[1], kinds[3])
    ):
        return 5, "d"
    if (
        len(kinds) > 2
        and kinds[1] in ("∗", "thin")
        and _are_u_and_v(kinds[0], kinds[2])
    ):
        return 3, "p"
    if len(kinds) > 1 and _are_u_and_v(kinds[0], kinds[1]):
        return 2, "p"
    return 1, kinds[0][0] if kinds[0][:1] in ("u", "v") and kinds[
        0
    ] != "thin" else None


def _kind(node: Element) -> str:
    """Return what a node is to the rules: a sign, or the letter u or v with its index, such as "u" or "u_i"."""
    if node.tag == "mspace":
        return "thin" if node.get("width") == "0.1667em" else ""
    if node.tag in ("mi", "mo"):
        text = (node.text or "").strip()
        return text if text in ("u", "v", "|", "−", "∗") else ""
    if (
        node.tag == "msub"
        and node[0].tag == "mi"
        and node[0].text in ("u", "v")
    ):
        return f"{node[0].text}_{_letters(node[1])}"
    return ""


def _are_u_and_v(one: str, other: str) -> bool:
    """Return whether two kinds are u and v, in one order or the other, of the same coordinate."""
    return {one[:1], other[:1]} == {"u", "v"} and one[1:] == other[1:]


def _weights_of(node: Element) -> str | None:
    """Return the block whose weights a node is: W with the block's letter, and perhaps with further indices."""
    if node.tag not in ("msub", "msubsup") or node[0].text != "W":
        return None
    letter = _letters(node[1]).partition(",")[0]
    return letter if letter in BLOCKS else None


def _letters(node: Element) -> str:
    return "".join(node.itertext())


def characters(formulas: Iterator[str]) -> set[str]:
    """Return the characters that a font must have to show formulas of HTML: a lone letter is shown in italics."""
    shown: set[str] = set()
    for formula in formulas:
        for node in ElementTree.fromstring(formula).iter():
            text = (node.text or "").strip()
            upright = (
                node.tag != "mi"
                or len(text) > 1
                or node.get("mathvariant") == "normal"
            )
            shown.update(text if upright else map(italic, text))
    return shown


def italic(letter: str) -> str:
    """Return the mathematical italic of a letter, which browsers show for a lone one; others stay as they are."""
    for first, last, start in (
        ("A", "Z", 0x1D434),
        ("a", "z", 0x1D44E),
        ("Α", "Ω", 0x1D6E2),
        ("α", "ω", 0x1D6FC),
    ):
        if first <= letter <= last:
            return (
                "ℎ" if letter == "h" else chr(start + ord(letter) - ord(first))
            )
    return {
        "ϵ": "𝜖",
        "ϑ": "𝜗",
        "ϕ": "𝜙",
        "ϱ": "𝜚",
        "ϖ": "𝜛",
        "∂": "𝜕",
        "∇": "𝛻",
    }.get(letter, letter)
