"""A ledger to look at: as a figure, and as coloured bars in a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from infersent.foundation.arrays import Bools
from infersent.foundation.choices import choose
from infersent.foundation.plots import COLOURS, GREY, INK, MATHS, STYLE, signed_map
from infersent.foundation.tables import columns, flush
from infersent.inside.ledger import Ledger

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Characters of a bar to each side of its zero.
_HALF_BAR = 8

#: The colours for and against, which colour-blind readers can tell apart too.
_FOR, _AGAINST, _DIM, _BOLD, _PLAIN = "\033[34m", "\033[33m", "\033[2m", "\033[1m", "\033[0m"


@Ledger.drawn_by
def draw(ledger: Ledger, label: str | None = None) -> Figure:
    """Draw the blocks' parts of each logit, and the interaction map of one label's; see :meth:`Ledger.plot`.

    The map adds up the blocks of both sentences. Grey speaks for the label, gold against it.
    """
    import matplotlib.pyplot as plt  # here, so that a ledger in a terminal does not wait for it

    chosen = label or ledger.label
    column = choose("label", chosen, {name: i for i, name in enumerate(ledger.labels)})
    shape = (len(ledger.premise_words), len(ledger.hypothesis_words), len(ledger.labels))
    cells = sum(ledger.interaction_map.values(), np.zeros(shape))
    cells = cells[:, :, column]  # [premise words, hypothesis words]
    with plt.style.context(STYLE):
        heights = (3.0, 1.2 + 0.3 * len(ledger.premise_words))
        drawing, (bars, grid) = plt.subplots(
            2, 1, figsize=(6.0, sum(heights)), height_ratios=heights, layout="constrained"
        )
        _draw_blocks(bars, ledger)
        limit = float(np.abs(cells).max()) or 1.0
        image = grid.imshow(cells, cmap=signed_map(), vmin=-limit, vmax=limit, aspect="auto")
        grid.set_xticks(range(len(ledger.hypothesis_words)), ledger.hypothesis_words, rotation=45, ha="right")
        grid.set_yticks(range(len(ledger.premise_words)), ledger.premise_words)
        grid.set_title(f"pairs of words: evidence for {chosen}")
        grid.spines[:].set_visible(False)
        grid.grid(visible=False)
        drawing.colorbar(image, ax=grid, shrink=0.8)
    plt.close(drawing)  # the caller shows it; left open, a notebook would show it twice
    return drawing


def _draw_blocks(axis: Axes, ledger: Ledger) -> None:
    """Draw a group of bars for each label: the bias, the blocks, and a mark at the logit."""
    parts = {"bias": ledger.bias, **ledger.by_block}
    step = 0.8 / len(parts)
    for i, (name, part) in enumerate(parts.items()):
        places = np.arange(len(ledger.labels)) - 0.4 + step * (i + 0.5)
        axis.barh(places, part, height=0.9 * step, color=COLOURS.get(name, GREY), label=MATHS.get(name, name))
    axis.scatter(ledger.logits, np.arange(len(ledger.labels)), marker="|", s=500, color=INK, label="logit", zorder=3)
    axis.axvline(0, color=GREY, linewidth=0.8)
    axis.set_yticks(range(len(ledger.labels)), ledger.labels)
    axis.invert_yaxis()
    axis.set_xlabel("part of the logit")
    axis.legend(ncols=3, loc="upper center", bbox_to_anchor=(0.4, -0.2), markerscale=0.4)


def in_terminal(ledger: Ledger, *, colour: bool = True, cells: int = 5) -> str:
    """Return the ledger as text with bars: by block, by word, and the strongest cells of the interaction map.

    Parameters
    ----------
    ledger
        What to show.
    colour
        Use a terminal's colours; without them, signs and bars say the same.
    cells
        The number of pairs of words to list.
    """

    def paint(text: str, code: str) -> str:
        return f"{code}{text}{_PLAIN}" if colour else text

    def marked(words: tuple[str, ...], unknown: Bools) -> str:
        return " ".join(f"{word}?" if is_unknown else word for word, is_unknown in zip(words, unknown, strict=True))

    def bar(value: float, largest: float) -> str:
        length = round(_HALF_BAR * min(1.0, abs(value) / largest))
        left = "█" * (length if value < 0 else 0)
        right = "█" * (length if value > 0 else 0)
        return paint(f"{left:>{_HALF_BAR}}", _AGAINST) + "│" + paint(f"{right:<{_HALF_BAR}}", _FOR)

    answer = int(ledger.logits.argmax())
    lines = [
        f"premise      {marked(ledger.premise_words, ledger.premise_unknown)}",
        f"hypothesis   {marked(ledger.hypothesis_words, ledger.hypothesis_unknown)}",
        "",
        paint(f"{ledger.label}, {ledger.probabilities[answer]:.1%}", _BOLD),
        "",
    ]
    parts = {"bias": ledger.bias, **ledger.by_block}
    largest = max(float(np.abs(part).max()) for part in parts.values()) or 1.0
    width = 2 * _HALF_BAR + 9
    shortened = [_cut(label, width) for label in ledger.labels]
    lines.append(f"{'':13}" + "".join(f"{flush(label, width, 'middle')}  " for label in shortened).rstrip())
    for name, part in parts.items():
        lines.append(flush(name, 13) + "  ".join(f"{value:+7.2f} {bar(value, largest)}" for value in part))
    for name, values in (("logit", ledger.logits), ("probability", 100 * ledger.probabilities)):
        form = "{:+7.2f}" if name == "logit" else "{:6.1f}%"
        lines.append((flush(name, 13) + "  ".join(f"{form.format(value):<{width}}" for value in values)).rstrip())
    if ledger.premise_winners is None:
        return "\n".join([*lines, "", "This encoder does not pool by the maximum, so nothing falls on words."])
    for name, words in (("u", ledger.premise_words), ("v", ledger.hypothesis_words)):
        if name in ledger.by_word:
            part = ledger.by_word[name][:, answer]
            said = "  ".join(f"{word} {value:+.2f}" for word, value in zip(words, part, strict=True))
            lines += ["", f"{name}, word by word, for {ledger.label}: {said}"]
    strongest = _strongest(ledger, answer, cells)
    if strongest:
        lines += ["", f"pairs of words that weigh most for or against {ledger.label}:"]
        for i, j, by_block in strongest:
            said = ", ".join(f"{name} {value:+.2f}" for name, value in by_block.items())
            pair = f"{ledger.premise_words[i]} × {ledger.hypothesis_words[j]}"
            lines.append(f"  {flush(pair, 28)}{sum(by_block.values()):+6.2f}  ({said})")
    return "\n".join(lines)


def _cut(text: str, width: int) -> str:
    """Return a text that takes no more than so many columns of a terminal."""
    if columns(text) <= width:
        return text
    while columns(text) >= width:
        text = text[:-1]
    return f"{text}…"


def _strongest(ledger: Ledger, label: int, count: int) -> list[tuple[int, int, dict[str, float]]]:
    """Return the cells of the summed map with the largest size: premise word, hypothesis word, part of each block."""
    if not ledger.interaction_map:
        return []
    total = np.sum([part[:, :, label] for part in ledger.interaction_map.values()], axis=0)
    order = np.argsort(-np.abs(total), axis=None, kind="stable")[:count]
    places = [divmod(int(flat), total.shape[1]) for flat in order]
    return [
        (i, j, {name: float(part[i, j, label]) for name, part in ledger.interaction_map.items()}) for i, j in places
    ]
