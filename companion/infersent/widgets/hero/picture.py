"""The hero as a picture: what its module draws, in the same places, for a page before or without JavaScript."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from pathlib import Path

from infersent.data.pairs import LABELS
from infersent.foundation.tables import signed
from infersent.model.features import LETTERS
from infersent.widgets.modules import FOLDER

#: The cells of a strip.
CELLS = 32

#: From the top down: each sentence's own block at its side, and between them those in which the two meet.
ORDER = ("u", "|u-v|", "u*v", "v")

#: What stands beside a block's name.
ROLES = {"u": "the premise", "v": "the hypothesis", "|u-v|": "where they differ", "u*v": "what they share"}

#: Pixels: the height of a block's row, and where in it the strip has its middle.
ROW, MIDDLE = 54, 33
HEIGHT = ROW * len(ORDER)

#: A ribbon is so many pixels wide for each point of logit, and no wider or narrower than this.
PER_LOGIT, WIDEST, NARROWEST = 3.0, 40.0, 1.2

#: Between ribbons, where they meet.
GAP = 2

#: The value that is drawn in full colour.
FULL = 0.55

#: The ends of the axis of what a block gains, in points of accuracy.
SCALE = (-1.0, 4.0)

#: What stands under the picture.
HINT = (
    "A ribbon is as wide as its block moves the answer. Beside a switch: this model’s accuracy on SNLI’s test pairs, "
    "and what models trained with the block gain there."
)


def printed(block: str) -> str:
    """Return a block's name as the text writes it: \\|u−v\\|, u∗v."""
    return block.replace("*", "∗").replace("-", "−")


def shade(value: float) -> float:
    """Return how opaque the cell of a value is, from 0 to 1; the root lets small values be seen."""
    return float(min(1.0, (max(0.0, value) / FULL) ** 0.5))


def widths(moves: Mapping[str, float]) -> dict[str, float]:
    """Return the width of each block's ribbon in pixels, from how far it moves the answer."""
    return {
        name: min(WIDEST, max(NARROWEST, PER_LOGIT * moves[name])) if moves[name] else 0.0  # nothing for what is off
        for name in ORDER
    }


def ribbons(wide: Mapping[str, float]) -> dict[str, str]:
    """Return each ribbon as an SVG path in a picture 100 wide: from its strip to where all meet."""
    place = (HEIGHT - sum(wide.values()) - GAP * (len(ORDER) - 1)) / 2
    paths = {}
    for row, name in enumerate(ORDER):
        half = wide[name] / 2
        start, end = ROW * row + MIDDLE, place + half
        place += wide[name] + GAP
        a, b, c, d = start - half, end - half, end + half, start + half
        paths[name] = f"M0 {a:.1f}C55 {a:.1f} 45 {b:.1f} 100 {b:.1f}V{c:.1f}C45 {c:.1f} 55 {d:.1f} 0 {d:.1f}Z"
    return paths


def collector(wide: Mapping[str, float]) -> str:
    """Return the bar in which all ribbons end, as an SVG path."""
    height = sum(wide.values()) + GAP * (len(ORDER) - 1)
    top = (HEIGHT - height) / 2
    return f"M96 {top - 3:.1f}H100V{top + height + 3:.1f}H96Z"


def wires() -> list[tuple[str, str]]:
    """Return the lines from each sentence to its three blocks, as (block of the sentence, SVG path)."""
    found = []
    for name, start in (("u", HEIGHT / 4), ("v", 3 * HEIGHT / 4)):
        for block in ORDER:
            if block in (name, "|u-v|", "u*v"):
                end = ROW * ORDER.index(block) + MIDDLE + 4 * ((name == "v") - (name == "u")) * (block != name)
                found.append((name, f"M0 {start:g}C60 {start:g} 40 {end:g} 100 {end:g}"))
    return found


def to_html(
    *,
    texts: Mapping[str, str],
    cells: Mapping[str, Sequence[float]],
    moves: Mapping[str, float],
    shares: Sequence[float],
    words: tuple[str, str],
    study: Mapping[str, Sequence[Sequence[float]]],
) -> str:
    """Return the picture and the styles that it shares with the live widget."""
    looks = "".join(
        file.read_text("utf-8") for file in (FOLDER / "toolkit/look.css", Path(__file__).parent / "style.css")
    )
    fields = "".join(
        f'<div class="hero-text hero-{name} bw-{side}"><span>{name.capitalize()}</span>'
        f'<p class="hero-said">{html.escape(texts[name])}</p></div>'
        for name, side in (("premise", "u"), ("hypothesis", "v"))
    )
    lines = "".join(f'<path class="bw-{side}" d="{path}"/>' for side, path in wires())
    paths = ribbons(widths(moves))
    bands = "".join(f'<path class="bw-{LETTERS[name]}" d="{paths[name]}"/>' for name in ORDER)
    bands += f'<path class="hero-sum" d="{collector(widths(moves))}"/>'
    strips = "".join(_block(name, cells[name], off=not moves[name]) for name in ORDER)
    answers = "".join(
        f'<div class="hero-answer{" hero-best" if share == max(shares) else ""}"><span>{label.capitalize()}</span>'
        f'<b class="bw-number">{share:.0%}</b><span class="hero-track">'
        f'<span class="hero-share" style="width:{100 * share:.1f}%"></span></span></div>'
        for label, share in zip(LABELS, shares, strict=True)
    )
    switches = "".join(
        f'<div class="hero-switch bw-{LETTERS[name]}"><span class="hero-toggle"><span>without '
        f'<span class="hero-own">{printed(name)}</span></span></span>{_facts(*study[name])}</div>'
        for name in ORDER
        if name in study
    )
    return (
        f'<div class="bw-host"><style>{looks}</style><div class="bw"><div class="hero"><div class="hero-wait"></div>'
        f'<div class="hero-flow">{fields}{_svg("hero-wires", lines)}<div class="hero-blocks">{strips}</div>'
        f'{_svg("hero-ribbons", bands)}<div class="hero-answers">{answers}</div></div>'
        f'<div class="bw-result"><p><strong>{words[0]}</strong> <span>{words[1]}</span></p></div>'
        f'<div class="hero-switches">{switches}</div><p class="hero-foot bw-hint">{HINT}</p></div></div></div>'
    )


def _svg(name: str, content: str, box: str = f"0 0 100 {HEIGHT}") -> str:
    return (
        f'<svg class="{name}" viewBox="{box}" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        f"{content}</svg>"
    )


def _block(name: str, values: Sequence[float], *, off: bool) -> str:
    rects = "".join(
        f'<rect x="{column}" width="0.86" height="1" fill-opacity="{shade(value):.2f}"/>'
        for column, value in enumerate(values)
    )
    return (
        f'<div class="hero-block bw-{LETTERS[name]}{" hero-off" if off else ""}"><span class="hero-name">'
        f'<span class="hero-own">{printed(name)}</span> {ROLES[name]}</span>'
        f"{_svg('hero-strip', rects, f'0 0 {CELLS} 1')}</div>"
    )


def _facts(accuracy: Sequence[float], gain: Sequence[float]) -> str:
    """Return what a switch does to all of SNLI's test pairs, and what models trained with the block gain."""
    (before, after), (low, high) = accuracy, gain
    start, stop = (100 * (x - SCALE[0]) / (SCALE[1] - SCALE[0]) for x in (low, high))
    zero = -100 * SCALE[0] / (SCALE[1] - SCALE[0])
    return (
        '<div class="hero-facts">'
        f'<p class="hero-fact">Zeros in its place <b>{before:.1f}% → {after:.1f}%</b></p>'
        f'<p class="hero-fact">Trained with it <b>{signed(low, 1)} to {signed(high, 1)} points</b></p>'
        f'<div class="hero-gain" aria-hidden="true"><i style="left:{zero:.1f}%"></i>'
        f'<span style="left:{start:.1f}%;width:{stop - start:.1f}%"></span></div></div>'
    )
