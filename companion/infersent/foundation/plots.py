"""The book's figures: one style, and one colour a block throughout."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: Each block's colour in every figure, the same as in the pages and widgets (Okabe and Ito's colour-blind-safe palette;
#: the product is darker, for contrast).
COLOURS = {"u": "#0072B2", "v": "#D55E00", "|u-v|": "#009E73", "u*v": "#A8437F"}

#: How each block is written on an axis.
MATHS = {"u": "$u$", "v": "$v$", "|u-v|": r"$|u-v|$", "u*v": r"$u*v$"}

STYLE = Path(__file__).with_name("book.mplstyle")


@contextmanager
def figure(columns: int = 1, *, rows: int = 1, width: float = 7.0, height: float = 3.2, **subplots) -> Iterator[tuple]:
    """Open a figure in the book's style, and show it at the end of the block.

    Yields
    ------
    tuple
        The figure and its axes, one or an array of them.
    """
    import matplotlib.pyplot as plt  # here, so that whoever needs a colour alone does not wait for it

    with plt.style.context(STYLE):
        drawing, axes = plt.subplots(rows, columns, figsize=(width, height), **subplots)
        yield drawing, axes
        plt.show()
