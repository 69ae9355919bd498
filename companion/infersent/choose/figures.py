"""The figures of a choice: sets of blocks behind the best, and learning curves; each block keeps its colour."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from infersent.foundation.arrays import Floats
from infersent.foundation.intervals import mean_interval
from infersent.foundation.plots import COLOURS, MATHS, STYLE
from infersent.model.features import BLOCKS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Sets whose last block has no colour of its own.
_GREY = "#5A5A5A"

#: The lines of sets that share a colour: the second ends in the same block as the first, such as ``u, v, |u-v|`` and
#: ``|u-v|``.
_LINES = ("-o", "--s", ":^", "-.D")


@dataclass(frozen=True)
class Bar:
    """One set of the figure.

    Attributes
    ----------
    blocks
        Its names.
    difference
        Its score less the best one's.
    interval
        Of the difference, 95%.
    chosen
        Whether it is the recommended set.
    """

    blocks: tuple[str, ...]
    difference: float
    interval: tuple[float, float]
    chosen: bool


def draw_sets(bars: Sequence[Bar], margin: float, title: str, unit: str, factor: float) -> Figure:
    """Draw which of the four blocks each set has, as coloured dots, and beside it how far it is behind the best.

    Parameters
    ----------
    bars
        The sets from the top down.
    margin
        The smallest difference of interest: a shaded band.
    title
        Of the axis.
    unit, factor
        In which differences are written, and what they are multiplied by.
    """
    import matplotlib.pyplot as plt  # here, because it takes a second

    with plt.style.context(STYLE):
        drawing, (dots, axis) = plt.subplots(
            1, 2, figsize=(6.0, 1.5 + 0.3 * len(bars)), width_ratios=(1, 1.7), sharey=True, layout="constrained"
        )
        axis.axvspan(-factor * margin, 0, color="#888888", alpha=0.18, lw=0, label="within the margin")
        for y, bar in enumerate(bars):
            low, high = bar.interval
            colour = "black" if bar.chosen else _GREY
            if np.isfinite(low) and low != high:
                axis.plot([factor * low, factor * high], [y, y], color=colour, lw=2.4 if bar.chosen else 1.2)
            axis.plot(factor * bar.difference, y, "D" if bar.chosen else "o", color=colour, ms=7 if bar.chosen else 5)
            for x, name in enumerate(BLOCKS):
                has = name in bar.blocks
                dots.plot(x, y, "o", color=COLOURS[name] if has else "#DDDDDD", ms=8 if has else 4)
            other = [name for name in bar.blocks if name not in BLOCKS]
            if other:
                dots.text(len(BLOCKS) - 0.4, y, ", ".join(other), va="center", fontsize=11)
        dots.set_xticks(range(len(BLOCKS)), [MATHS[name] for name in BLOCKS])
        dots.tick_params(left=False, labelleft=False, bottom=False, labeltop=True, labelbottom=False)
        named = any(name not in BLOCKS for bar in bars for name in bar.blocks)
        dots.set_xlim(-0.6, len(BLOCKS) + (4.0 if named else -0.4))
        dots.spines[:].set_visible(False)
        dots.grid(visible=False)
        axis.set_ylim(len(bars) - 0.4, -0.6)
        axis.tick_params(left=False)
        axis.grid(visible=False, axis="y")
        axis.set_xlabel(f"{title}{f', {unit}' if unit else ''}\nshaded: the margin\ndiamond: recommended")
    plt.close(drawing)  # the caller shows it; left open, a notebook would show it twice
    return drawing


def draw_curve(sets: Sequence[tuple[str, ...]], sizes: Sequence[int], scores: Floats, metric: str) -> Figure:
    """Draw a line for each set over the number of training pairs, with the interval over the folds.

    Parameters
    ----------
    sets
        Names of blocks. A line has the colour of its set's last block; all four are black. Lines of one
        colour differ in their dashes and marks.
    sizes
        Training pairs.
    scores
        ``[sizes, sets, folds]``.
    metric
        The name of the axis.
    """
    import matplotlib.pyplot as plt
    from matplotlib.ticker import PercentFormatter

    with plt.style.context(STYLE):
        drawing, axis = plt.subplots(figsize=(6.0, 3.4), layout="constrained")
        drawn: Counter[str] = Counter()
        for i, blocks in enumerate(sets):
            colour = "black" if set(blocks) == set(BLOCKS) else COLOURS.get(blocks[-1], _GREY)
            means, lows, highs = zip(*(mean_interval(scores[j, i]) for j in range(len(sizes))), strict=True)
            line = _LINES[drawn[colour] % len(_LINES)]
            drawn[colour] += 1
            axis.plot(sizes, means, line, color=colour, label=", ".join(MATHS.get(name, name) for name in blocks))
            axis.fill_between(sizes, lows, highs, color=colour, alpha=0.12, lw=0)
        axis.set_xscale("log")
        axis.set_xticks(sizes, [f"{size:,}" for size in sizes])
        axis.minorticks_off()
        if metric in ("accuracy", "macro-F1"):
            axis.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
            low, high = axis.get_ylim()
            axis.set_ylim(max(low, -0.02), min(high, 1.02))  # an interval of few folds goes on where no score can be
        axis.set_xlabel("training pairs")
        axis.set_ylabel(metric)
        axis.legend()
    plt.close(drawing)
    return drawing
