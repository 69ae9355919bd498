"""What is measured: figures with their spread and their target, a record on disk, and the table that says what is met.

A record grows with every figure, so that whoever stops a run keeps what it had found.
"""

from __future__ import annotations

import json
import operator
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from infersent.foundation.atomic import replace_file
from infersent.foundation.tables import Cell, Table

_COMPARE = {"at least": operator.ge, "at most": operator.le}


@dataclass(frozen=True)
class Target:
    """What a figure should be: ``"at least"`` or ``"at most"`` a limit, in the figure's own unit."""

    kind: str
    limit: float

    def __post_init__(self) -> None:
        if self.kind not in _COMPARE:
            raise ValueError(f"A target is {' or '.join(_COMPARE)} a limit, not {self.kind!r}.")

    def met(self, value: float) -> bool:
        """Return whether a value is good enough."""
        return bool(_COMPARE[self.kind](value, self.limit))


@dataclass(frozen=True)
class Figure:
    """One result.

    Attributes
    ----------
    part
        Of the benchmarks: ``"training"``.
    what
        What was measured, in words that name the sizes.
    unit
        Of the values: ``"pairs/s"``; ``"of peak"`` and ``"times"`` are ratios.
    value
        The median of the repeats.
    low, high
        Their quartiles.
    repeats
        How many there were.
    target
        What the project has set itself, if anything.
    detail
        Whether it is for the record alone, and not for the table.
    why
        What was measured of the reason, should the target be missed.
    """

    part: str
    what: str
    unit: str
    value: float
    low: float
    high: float
    repeats: int
    target: Target | None = None
    detail: bool = False
    why: str | None = None

    @classmethod
    def of(
        cls,
        part: str,
        what: str,
        unit: str,
        values: Sequence[float],
        target: Target | None = None,
        *,
        detail: bool = False,
        why: str | None = None,
    ) -> Figure:
        """Return the figure that these repeats give."""
        low, middle, high = (float(f"{each:.4g}") for each in np.quantile(values, [0.25, 0.5, 0.75]))
        return cls(part, what, unit, middle, low, high, len(values), target, detail, why)

    @property
    def met(self) -> bool | None:
        """Whether the median meets the target; ``None`` where there is none."""
        return None if self.target is None else self.target.met(self.value)

    @property
    def row(self) -> list[Cell]:
        """The figure as a row of the table."""
        spread = f"{_short(self.low)} to {_short(self.high)}" if self.repeats > 1 else None
        wanted = f"{self.target.kind} {_short(self.target.limit)}" if self.target else None
        missed = f"not met: {self.why}" if self.why else "not met"
        verdict = {True: "met", False: missed, None: None}[self.met]
        return [f"{self.part}: {self.what}", _short(self.value), self.unit, spread, wanted, verdict]


def _short(value: float) -> str:
    """Return a number with three figures, or all those before the point."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


@dataclass
class Record:
    """The figures of one run, kept in a file.

    Attributes
    ----------
    path
        Written anew with each figure; ``None`` keeps nothing.
    about
        Machine, versions, options, and of each of the ``parts`` its date and commit.
    figures
        So far.
    skipped
        What could not be measured, each part with the reason.
    """

    path: Path | None
    about: dict[str, Any]
    figures: list[Figure] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)

    def add(self, figure: Figure) -> None:
        """Take a figure and write the record."""
        self.figures.append(figure)
        self._write()
        name, value, unit, spread, *verdict = figure.row
        print(
            " ".join(str(cell) for cell in (f"  {name}:", value, unit, spread and f"({spread})", *verdict) if cell),
            flush=True,
        )

    def take_over(self, path: Path, parts: Collection[str]) -> None:
        """Begin with what an earlier record has of other parts.

        Parameters
        ----------
        path
            The earlier record.
        parts
            Which are measured anew, and not taken.

        Raises
        ------
        ValueError
            If it is of another machine or of another torch: their figures cannot stand in one table.
        """
        earlier = json.loads(path.read_text(encoding="utf-8"))
        for name in ("machine", "torch", "device", "quick"):
            if earlier["about"][name] != self.about[name]:
                raise ValueError(
                    f"In {path}, {name} is {earlier['about'][name]!r}, and here it is {self.about[name]!r}; measure "
                    "all parts, or name another --out."
                )
        self.about["parts"] = {
            name: made for name, made in earlier["about"]["parts"].items() if name not in parts
        } | self.about["parts"]
        for saved in earlier["figures"]:
            if saved["part"] not in parts:
                target = saved.pop("target")
                del saved["met"]
                self.figures.append(Figure(**saved, target=target and Target(**target)))
        self.skipped += [(part, reason) for part, reason in earlier["skipped"].items() if part not in parts]

    def skip(self, part: str, reason: str) -> None:
        """Note why something is missing."""
        self.skipped.append((part, reason))
        self._write()
        print(f"  {part}: left out, because {reason}", flush=True)

    def _write(self) -> None:
        if self.path is None:
            return
        figures = [asdict(figure) | {"met": figure.met} for figure in self.figures]
        content = {"about": self.about, "figures": figures, "skipped": dict(self.skipped)}
        text = json.dumps(content, indent=1) + "\n"
        replace_file(self.path, lambda new: new.write_text(text, encoding="utf-8"), shared=True)

    def __str__(self) -> str:
        header = ["", "median", "unit", "quartiles", "target", ""]
        lines = [str(Table(header, [figure.row for figure in self.figures if not figure.detail]))]
        lines += [f"{part}: left out, because {reason}" for part, reason in self.skipped]
        judged = [figure.met for figure in self.figures if figure.met is not None]
        lines.append(f"{sum(judged)} of {len(judged)} targets met.")
        return "\n".join(lines)
