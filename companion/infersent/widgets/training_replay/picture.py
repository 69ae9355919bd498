"""A run replayed as it stands on paper and without scripts: the whole curves."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from infersent.model.features import LETTERS
from infersent.widgets.ablation_explorer import name_of

#: The picture's frame in its own units: the curves' left, right, top and bottom, and how far apart names must be.
_LEFT, _RIGHT, _TOP, _BOTTOM, _APART = 34, 300, 8, 172, 13


def picture(runs: Sequence[dict[str, Any]], focus: str) -> str:
    """Return dev accuracy as curves of SVG over the epochs, each named at its end.

    Parameters
    ----------
    runs
        As :class:`infersent.widgets.TrainingReplay` has them.
    focus
        The blocks of the run whose curve is bold.
    """
    highest: float = max(0.4, math.ceil(10 * max(max(run["dev"]) for run in runs)) / 10)

    def height(accuracy: float) -> float:
        return _BOTTOM - (_BOTTOM - _TOP) * (accuracy - 0.3) / (highest - 0.3)

    def across(share: float) -> float:
        return _LEFT + (_RIGHT - _LEFT) * share

    parts = []
    for tenth in range(3, round(10 * highest) + 1):
        y = height(tenth / 10)
        parts.append(f'<path d="M{_LEFT} {y:.1f}H{_RIGHT}" stroke="currentColor" stroke-opacity="0.25"/>')
        parts.append(f'<text x="{_LEFT - 4}" y="{y + 4:.1f}" text-anchor="end">{10 * tenth}%</text>')
    epochs = max(len(run["rates"]) for run in runs)
    for epoch in range(1, epochs + 1):
        label = "epoch 1" if epoch == 1 else f"{epoch}"
        parts.append(f'<text x="{across(epoch / epochs):.1f}" y="{_BOTTOM + 16}" text-anchor="middle">{label}</text>')
    lowest_name = float(_BOTTOM + _APART)
    curves: list[str] = []
    for run in sorted(runs, key=lambda run: run["dev"][-1]):
        places = [(across(k / len(run["dev"])), height(dev)) for k, dev in enumerate(run["dev"], start=1)]
        points_ = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        blocks = run["blocks"].split(", ")
        colour = "currentColor" if len(blocks) in (2, 4) else f"var(--block-{LETTERS[blocks[-1]]}-text, currentColor)"
        width = 3 if run["blocks"] == focus else 1.5
        dashes = ' stroke-dasharray="4 3"' if len(blocks) == 2 else ""
        curve = f'<polyline points="{points_}" fill="none" stroke="{colour}" stroke-width="{width}"{dashes}/>'
        curves.insert(0 if width == 3 else len(curves), curve)  # a bold curve would hide the others
        lowest_name = min(lowest_name - _APART, places[-1][1] + 4)
        parts.append(f'<text x="{_RIGHT + 5}" y="{lowest_name:.1f}" fill="{colour}">{name_of(blocks)}</text>')
    words = f"Dev accuracy from 30% to {highest:.0%} over the epochs, one curve for each set of blocks"
    frame = 'viewBox="0 0 400 194" style="max-width: 36rem" font-size="11" fill="currentColor"'
    return f'<svg {frame} role="img" aria-label="{words}">{"".join([*parts, *curves])}</svg>'
