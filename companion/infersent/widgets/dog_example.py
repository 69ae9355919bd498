"""The dog example, a story in six pictures: one coordinate of two sentences, and what the product is for."""

from __future__ import annotations

import html
from dataclasses import dataclass

import torch

from infersent.model.features import BLOCKS, LETTERS, pair_features
from infersent.study.comparison import find_group
from infersent.study.records import load_records

#: A block's name as the text writes it, and its colour's class.
_PRINTED = {"u": "u", "v": "v", "|u-v|": "|u−v|", "u*v": "u∗v"}

#: The sets of blocks whose accuracy the last picture shows, in the order of the study.
LADDER = ("u, v", "u, v, u*v", "u, v, |u-v|", "u, v, |u-v|, u*v")

_WIDTH, _HEIGHT = 520, 210
_FLOOR, _TALL = 160, 84  # where bars stand, and how tall a one is

_STYLE = """
.dog-example { list-style: none; margin: 1.5rem 0; padding: 0; counter-reset: dog; }
.dog-example li {
  display: grid; gap: 0 2rem; align-items: center; margin: 0 0 1.2rem; padding: 1.1rem 1.2rem;
  border-radius: 14px; background: color-mix(in srgb, currentcolor 4%, transparent); counter-increment: dog;
}
.dog-example .dog-title { margin: 0 0 0.35rem; font-size: 1.08rem; font-weight: 600; }
.dog-example .dog-title::before { content: counter(dog) " · "; opacity: 0.65; }
.dog-example p { margin: 0; }
.dog-example svg { display: block; width: 100%; height: auto; overflow: visible; }
.dog-example text { fill: currentcolor; font-size: 17px; text-anchor: middle; }
.dog-example .symbol { font-family: Georgia, "Times New Roman", serif; font-style: italic; font-size: 20px; }
.dog-example .said { font-size: 18px; }
.dog-example .faint { opacity: 0.22; }
.dog-example .floor { stroke: currentcolor; stroke-opacity: 0.4; }
.dog-example .zero { fill: none; stroke-width: 2; stroke-dasharray: 4 4; }
.dog-example .u { fill: var(--block-u, #0072b2); stroke: var(--block-u, #0072b2); }
.dog-example .v { fill: var(--block-v, #d55e00); stroke: var(--block-v, #d55e00); }
.dog-example .d { fill: var(--block-d, #009e73); stroke: var(--block-d, #009e73); }
.dog-example .p { fill: var(--block-p, #a8437f); stroke: var(--block-p, #a8437f); }
.dog-example .n { fill: currentcolor; fill-opacity: 0.45; }
.dog-example rect { stroke-width: 0; }
.dog-example .bar { transform-box: fill-box; transform-origin: bottom; }
.dog-example .bar.along { transform-origin: left; }
@media print, (min-width: 720px) { .dog-example li { grid-template-columns: minmax(0, 2fr) minmax(0, 3fr); } }
@media print { .dog-example li { break-inside: avoid; } }
@media (prefers-reduced-motion: no-preference) {
  @supports (animation-timeline: view()) {
    .dog-example :is(.bar, .late) {
      animation: dog-rise linear both; animation-timeline: view(); animation-range: cover 8% cover 38%;
    }
    .dog-example .bar.along { animation-name: dog-stretch; }
    .dog-example .late { animation-name: dog-appear; animation-range: cover 25% cover 42%; }
  }
}
@keyframes dog-rise { from { transform: scaleY(0); } }
@keyframes dog-stretch { from { transform: scaleX(0); } }
@keyframes dog-appear { from { opacity: 0; } }
"""


@dataclass(frozen=True)
class _Case:
    """Two sentences, and whether each mentions a dog."""

    name: str
    premise: str
    hypothesis: str
    u: float
    v: float

    def block(self, name: str) -> float:
        """Return the block's value in the dog's coordinate."""
        return pair_features(torch.tensor([[self.u]]), torch.tensor([[self.v]]), [name]).item()


ON = _Case("both on", "A dog runs.", "A dog is awake.", 1.0, 1.0)
OFF = _Case("both off", "A girl runs.", "A girl is awake.", 0.0, 0.0)


class DogExample:
    """The story of one coordinate that is on when a sentence mentions a dog.

    Both on, both off; the difference is blind to which, the product sees it, u and v give it back. Then what the
    product is for: the test accuracies of the study ``subsets``. Each step is a picture of its own, an inline SVG that
    needs no script. Where the browser ties animations to scrolling, and the reader has nothing against motion, its bars
    grow as it comes into view.

    Examples
    --------
    >>> DogExample()
    DogExample()
    >>> "u + v − |u−v| = 2" in DogExample()._repr_html_()
    True
    """

    def __repr__(self) -> str:
        return "DogExample()"

    def accuracies(self) -> dict[str, float]:
        """Return the mean test accuracy of each set of :data:`LADDER` in the study ``subsets``."""
        records = load_records("subsets")
        return {blocks: find_group(records, blocks=blocks).mean for blocks in LADDER}

    def _repr_html_(self) -> str:
        """Return the story: an ordered list of steps, each with a heading, a sentence or two, and a picture."""
        steps = "\n".join(
            f'<li><div><p class="dog-title">{title}</p><p>{text}</p></div>{picture}</li>'
            for title, text, picture in self._steps()
        )
        return f'<style>{_STYLE}</style>\n<ol class="dog-example">\n{steps}\n</ol>'

    def _steps(self) -> list[tuple[str, str, str]]:
        on, off = ({name: case.block(name) for name in BLOCKS} for case in (ON, OFF))
        summed = {case.name: case.u + case.v - case.block("|u-v|") for case in (ON, OFF)}
        shares = self.accuracies()
        nothing, product, difference, both = (f"{100 * shares[blocks]:.1f}" for blocks in LADDER)
        blind = f"{on['|u-v|']:.0f} here, {off['|u-v|']:.0f} there."
        return [
            (
                "Both on",
                f"One coordinate of a sentence vector is on when the sentence mentions a dog. Here both do: "
                f"{_equal(ON)}.",
                _one(ON),
            ),
            ("Both off", f"Here neither does. {_equal(OFF)}.", _one(OFF)),
            (
                "The difference is blind",
                f"{blind} “The same” is all that {_symbol('|u-v|')} says; not the same <em>what</em>.",
                _two({"|u-v|"}),
            ),
            (
                "The product sees it",
                f"{on['u*v']:.0f} here, {off['u*v']:.0f} there. So that is what the product is for? Wait.",
                _two({"u*v"}),
            ),
            (
                "But u and v give it back",
                f"They are in the list too, and a linear classifier adds. {_symbol('u')} + {_symbol('v')} − "
                f"{_symbol('|u-v|')} is {summed[ON.name]:.0f} here and {summed[OFF.name]:.0f} there: twice the "
                "product. So it is for all that is on or off.",
                _sums(),
            ),
            (
                "So what is the product for?",
                "To let the two sentences meet at all: some block must. For on and off, either will do. Between on and "
                f"off they differ, and data must say which is better. On SNLI, with {_symbol('u')} and {_symbol('v')} "
                f"alone {nothing}% of the answers are right, with the product {product}%, with the difference "
                f"{difference}%, with both {both}%.",
                _bars(shares),
            ),
        ]


def _symbol(block: str) -> str:
    """Return a block's name for running text."""
    return f"<em>{html.escape(_PRINTED[block])}</em>"


def _equal(case: _Case) -> str:
    """Return what u and v are, on one line."""
    return f"{_symbol('u')} = {_symbol('v')} = {case.u:.0f}".replace(" = ", "\u00a0=\u00a0")


def _svg(alt: str, *parts: str) -> str:
    """Return a picture with a text for those who do not see it."""
    return (
        f'<svg viewBox="0 18 {_WIDTH} {_HEIGHT - 18}" role="img" aria-label="{html.escape(alt)}">{"".join(parts)}</svg>'
    )


def _text(x: float, y: float, words: str, kind: str = "") -> str:
    return f'<text x="{x:g}" y="{y:g}" class="{kind}">{html.escape(words)}</text>'


def _bar(x: float, width: float, value: float, name: str, *, base: float = 0.0, faint: bool = False) -> str:
    """Return a bar ``value`` tall over ``base``, or a dashed box of no height where the value is zero."""
    kind = LETTERS[name]
    if value == 0:
        mark = f'<path class="zero {kind}" d="M{x:g} {_FLOOR}h{width:g}"/>'
    else:
        top = _FLOOR - _TALL * (base + value)
        mark = f'<rect class="bar {kind}" x="{x:g}" y="{top:g}" width="{width:g}" height="{_TALL * value:g}" rx="3"/>'
    return f'<g class="faint">{mark}</g>' if faint else mark


def _floor(left: float, right: float) -> str:
    return f'<path class="floor" d="M{left:g} {_FLOOR + 1}H{right:g}"/>'


def _blocks(case: _Case, left: float, width: float, seen: set[str]) -> str:
    """Return the four blocks of a case as bars with their names and values; those not in ``seen`` are faint."""
    step = width / len(BLOCKS)
    parts = [_floor(left, left + width)]
    for place, name in enumerate(BLOCKS):
        value, x = case.block(name), left + step * place
        faint = name not in seen
        parts.append(_bar(x + 0.2 * step, 0.6 * step, value, name, faint=faint))
        words = _text(x + step / 2, _FLOOR + 24, _PRINTED[name], "symbol")
        words += _text(x + step / 2, _FLOOR + 46, f"{value:.0f}")
        parts.append(f'<g class="faint">{words}</g>' if faint else words)
    return "".join(parts)


def _one(case: _Case) -> str:
    """Return the picture of one case: its two sentences, and under them all four blocks."""
    alt = f"{case.premise} {case.hypothesis} " + ", ".join(f"{_PRINTED[n]} is {case.block(n):.0f}" for n in BLOCKS)
    said = _text(_WIDTH / 4, 40, case.premise, "said") + _text(3 * _WIDTH / 4, 40, case.hypothesis, "said")
    return _svg(f"{alt}.", said, _blocks(case, 20, _WIDTH - 40, set(BLOCKS)))


def _two(seen: set[str]) -> str:
    """Return both cases side by side, with the blocks in ``seen`` in full colour."""
    parts, words = [], []
    for case, left in ((ON, 0), (OFF, _WIDTH / 2 + 15)):
        width = _WIDTH / 2 - 15
        parts += [_text(left + width / 2, 40, case.name, "said"), _blocks(case, left, width, seen)]
        words += [f"{_PRINTED[name]} is {case.block(name):.0f}" for name in BLOCKS if name in seen]
    return _svg(f"Both on: {words[0]}. Both off: {words[1]}.", *parts)


def _sums() -> str:
    """Return both cases as the sum u + v less the difference, drawn as one pile."""
    parts, words = [], []
    for case, left in ((ON, 0), (OFF, _WIDTH / 2 + 15)):
        width = _WIDTH / 2 - 15
        summed = case.u + case.v - case.block("|u-v|")
        parts += [_text(left + width / 2, 40, case.name, "said"), _floor(left + 30, left + width - 30)]
        pile = 0.0
        for name, value in (("u", case.u), ("v", case.v)):
            if value:
                parts.append(_bar(left + width / 2 - 30, 60, value / 2, name, base=pile))
                parts.append(_text(left + width / 2 + 50, _FLOOR - _TALL * (pile + value / 4) + 6, name, "symbol"))
                pile += value / 2
        parts.append(
            f'<g class="late">{_text(left + width / 2, _FLOOR + 32, f"u + v − |u−v| = {summed:.0f}", "symbol")}</g>'
        )
        words.append(f"{case.name}, {summed:.0f}")
    return _svg(f"u plus v less their absolute difference: {'; '.join(words)}.", *parts)


def _bars(shares: dict[str, float]) -> str:
    """Return the accuracies of the sets of blocks, as bars from chance upwards."""
    chance, most = 1 / 3, 0.8
    left, right, step = 176, _WIDTH - 64, 46
    parts = []
    for place, blocks in enumerate(LADDER):
        y, names = 14 + step * place, blocks.split(", ")
        last = LETTERS[names[-1]] if len(names) < len(BLOCKS) else "n"
        length = (right - left) * (shares[blocks] - chance) / (most - chance)
        printed = ", ".join(_PRINTED[name] for name in names)
        parts += [
            f'<text x="{left - 12}" y="{y + 24}" class="symbol" style="text-anchor: end">{html.escape(printed)}</text>',
            f'<rect class="bar along {last if len(names) > 2 else "n"}" x="{left}" y="{y}" width="{length:.1f}" '
            f'height="{step - 12}" rx="3"/>',
            _text(left + length + 34, y + 23, f"{100 * shares[blocks]:.1f}%"),
        ]
    words = ", ".join(
        f"({', '.join(_PRINTED[n] for n in blocks.split(', '))}) {100 * x:.1f}%" for blocks, x in shares.items()
    )
    return _svg(f"Test accuracy on SNLI, from chance upwards: {words}.", *parts)
