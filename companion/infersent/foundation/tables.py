"""One table for every place: aligned text in a terminal, a real table on a page."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from wcwidth import wcswidth

#: What a cell holds: a text, or a number that :attr:`Table.formats` writes.
Cell = str | float | None


@dataclass(frozen=True, repr=False)
class Table:
    """Rows under a header; the first column names the rows.

    ``print(table)`` aligns it as text: the first column to the left, the others to the right. A notebook shows an HTML
    table, with a caption and with header cells that a screen reader can announce.

    Attributes
    ----------
    header
        A title for each column; the first may be empty.
    rows
        Each with as many cells as the header has titles. ``None`` stands for a missing value and is written as a dash.
    formats
        The format of a column's numbers, by its title: ``{"test": ".1%"}``. Texts stay as they are.
    caption
        What the table shows, in a sentence; empty for none.
    css_class
        The class of the HTML table, for style sheets; empty for none.

    Raises
    ------
    ValueError
        If a row has more or fewer cells than the header, or a format is for a column that does not exist.

    Examples
    --------
    >>> table = Table(["blocks", "test"], [["u, v", 0.605], ["all four", 0.6832]], formats={"test": ".1%"})
    >>> print(table)
    blocks     test
    u, v      60.5%
    all four  68.3%
    """

    header: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    formats: dict[str, str] = field(default_factory=dict)
    caption: str = ""
    css_class: str = "recorded"

    def __post_init__(self) -> None:
        object.__setattr__(self, "header", tuple(self.header))
        object.__setattr__(self, "rows", tuple(tuple(row) for row in self.rows))
        for row in self.rows:
            if len(row) != len(self.header):
                raise ValueError(f"The row {row!r} has {len(row)} cells, but the header has {len(self.header)}.")
        for name in self.formats:
            if name not in self.header:
                raise ValueError(f"formats names {name!r}, but the columns are {', '.join(map(repr, self.header))}.")

    @property
    def cells(self) -> list[list[str]]:
        """Every row as texts."""
        forms = [self.formats.get(title, "") for title in self.header]
        return [[_written(cell, form) for cell, form in zip(row, forms, strict=True)] for row in self.rows]

    def __str__(self) -> str:
        lines = [list(self.header), *self.cells]
        widths = [max(columns(line[i]) for line in lines) for i in range(len(self.header))]
        return "\n".join(
            "  ".join(
                [flush(line[0], widths[0]), *(flush(*one, "right") for one in zip(line[1:], widths[1:], strict=True))]
            ).rstrip()
            for line in lines
        )

    def __repr__(self) -> str:
        return str(self)

    def to_html(self) -> str:
        """Return the table in HTML, every text of it escaped."""
        css_class = f' class="{html.escape(self.css_class)}"' if self.css_class else ""
        caption = f"<caption>{html.escape(self.caption)}</caption>\n" if self.caption else ""
        head = "".join(f'<th scope="col">{html.escape(title)}</th>' for title in self.header)
        body = "\n".join(
            f'<tr><th scope="row">{html.escape(name)}</th>'
            + "".join(f"<td>{html.escape(cell)}</td>" for cell in others)
            + "</tr>"
            for name, *others in self.cells
        )
        return f"<table{css_class}>\n{caption}<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>"

    def _repr_html_(self) -> str:
        return self.to_html()


def columns(text: str) -> int:
    """Return how many columns of a terminal a text takes: two for most Chinese, Japanese and Korean characters.

    Examples
    --------
    >>> columns("same"), columns("同じ"), columns("e\u0301")
    (4, 4, 1)
    """
    width = wcswidth(text)
    return width if width >= 0 else len(text)  # a control character has no width of its own


def flush(text: str, width: int, side: Literal["left", "right", "middle"] = "left") -> str:
    """Return a text filled up with blanks to so many columns of a terminal, as it stands flush with one side.

    Examples
    --------
    >>> flush("同じ", 6), flush("同じ", 6, "right"), flush("same", 9, "middle")
    ('同じ  ', '  同じ', '  same   ')
    """
    missing = max(0, width - columns(text))
    before = {"left": 0, "right": missing, "middle": missing // 2}[side]
    return " " * before + text + " " * (missing - before)


def signed(number: float, digits: int = 2, *, plus: bool = True) -> str:
    """Return a number to so many places with a true minus sign; zero, and what rounds to it, has no sign.

    Parameters
    ----------
    number
        The number.
    digits
        How many places after the point.
    plus
        Whether a positive number gets a plus sign.

    Examples
    --------
    >>> signed(1.234), signed(-0.5, 1), signed(-0.001), signed(2, plus=False)
    ('+1.23', '−0.5', '0.00', '2.00')
    """
    rounded = round(float(number), digits)
    if rounded == 0:
        return f"{0:.{digits}f}"
    return f"{rounded:{'+' if plus else ''}.{digits}f}".replace("-", "−")


def _written(cell: Cell, form: str) -> str:
    if cell is None:
        return "–"
    if isinstance(cell, str):
        return cell
    return format(cell, form).replace("-", "−")
