"""The book's figures: one style, and one colour for each block throughout."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure

#: Each block's colour in every figure, the same as in the pages and widgets (Okabe and Ito's colour-blind-safe palette;
#: the product is darker, for contrast).
COLOURS = {"u": "#0072B2", "v": "#D55E00", "|u-v|": "#009E73", "u*v": "#A8437F"}

#: What stands for no block: what a figure shows, what that is compared with, and a third ink beside these two.
INK, GREY, GOLD = "#222222", "#666666", "#A98600"

#: Evidence against and for a label, and signed numbers altogether: no block's colour, nor near one.
AGAINST, FOR = GOLD, "#3D3D3D"

#: How each block is written on an axis.
MATHS = {"u": "$u$", "v": "$v$", "|u-v|": r"$|u-v|$", "u*v": r"$u*v$"}

STYLE = Path(__file__).with_name("book.mplstyle")


def signed_map() -> Colormap:
    """Return the colours of a map of signed numbers: gold below zero, nothing at zero, dark above it.

    A weak colour is a transparent one, so that the map stands on any ground.
    """
    from matplotlib.colors import LinearSegmentedColormap  # here, for the reason that `figure` gives

    return LinearSegmentedColormap.from_list(
        "signed", [(0, (AGAINST, 1)), (0.5, (AGAINST, 0)), (0.5, (FOR, 0)), (1, (FOR, 1))]
    )


@contextmanager
def figure(
    columns: int = 1, *, rows: int = 1, width: float = 6.0, height: float = 3.2, **subplots: Any
) -> Iterator[tuple[Figure, Any]]:
    """Open a figure in the book's style, and show it at the end of the block.

    Parameters
    ----------
    columns, rows
        Of axes.
    width, height
        Of the figure, in inches.
    subplots
        Passed to ``matplotlib.pyplot.subplots``.

    Yields
    ------
    tuple
        The figure and its axes: one, or an array of them.
    """
    import matplotlib.pyplot as plt  # here, because it takes a second, and a colour alone does not need it

    with plt.style.context(STYLE):
        drawing, axes = plt.subplots(rows, columns, figsize=(width, height), **subplots)
        yield drawing, axes
        show(drawing)


def show(drawing: Figure) -> None:
    """Show a figure, and close it: in a notebook as SVG, elsewhere in matplotlib's window."""
    import matplotlib.pyplot as plt

    if "inline" not in plt.get_backend():
        plt.show()
        return
    from IPython.display import display  # a notebook has it

    display({"image/svg+xml": svg(drawing), "text/plain": repr(drawing)}, raw=True)  # type: ignore[no-untyped-call]
    plt.close(drawing)  # left open, a notebook would show it twice


def svg(drawing: Figure, salt: str = "figure") -> str:
    """Return a figure as SVG, the same characters whenever it is drawn.

    Its letters stay letters, of a hundredth of the size of their outlines: the page brings the font. Coordinates are
    in points, to a hundredth.

    Parameters
    ----------
    drawing
        The figure.
    salt
        What its ids are derived from.
    """
    import matplotlib as mpl

    drawn = io.StringIO()
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": salt}):
        metadata = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        drawing.savefig(drawn, format="svg", metadata=metadata, bbox_inches="tight")
    return re.sub(r"<[^>]*>", _short, drawn.getvalue())


def _short(tag: re.Match[str]) -> str:
    """Round the long numbers of a tag; a label's own number stands between tags and stays."""
    return re.sub(r"-?\d+\.\d{3,}", lambda number: f"{round(float(number[0]), 2) + 0.0:g}", tag[0])
