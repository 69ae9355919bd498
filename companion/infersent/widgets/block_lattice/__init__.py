"""The lattice of the blocks: the 15 subsets, what each block adds wherever it joins, and a guess to make first."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import traitlets

from infersent.foundation.recorded import load_record
from infersent.foundation.tables import Table
from infersent.model.features import BLOCKS
from infersent.study.subsets import ADDITIONS, SUBSETS
from infersent.study.verdict import Outcome, judge
from infersent.widgets.ablation_explorer import name_of, points
from infersent.widgets.base import BookWidget


class BlockLattice(BookWidget):
    """Guess which block to add first; then climb from subset to subset, and see what each step brings.

    The numbers are those of the package's record, see :func:`infersent.study.subsets.lattice`; nothing is trained in
    the page.

    Parameters
    ----------
    subset : sequence of str, optional
        The chosen subset; at least one block.
    block : str, optional
        A block whose seven steps are shown together, or ``""`` to show those of the chosen subset.
    part : {"test", "test-hard", "test-easy"}, optional
        The pairs that are asked about.
    guess : str, optional
        The block that the reader would add first; ``"-"`` if none was guessed but the numbers are shown, ``""`` as long
        as they are hidden.

    Raises
    ------
    traitlets.TraitError
        If one of them is none of these.
    """

    _esm = Path(__file__).with_name("block_lattice.mjs")

    subset = traitlets.List(traitlets.Unicode(), ["u", "v"]).tag(sync=True)
    block = traitlets.Enum(["", *BLOCKS], "").tag(sync=True)
    part = traitlets.Unicode("test").tag(sync=True)
    guess = traitlets.Enum(["", "-", *BLOCKS], "").tag(sync=True)
    #: The record by part, see :func:`infersent.study.subsets.lattice`.
    parts = traitlets.Dict().tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        if "parts" not in traits:
            traits["parts"] = load_record("lattice")["parts"]
        super().__init__(**traits)

    @traitlets.validate("subset")
    def _is_a_subset(self, proposal: dict[str, Any]) -> list[str]:
        value: list[str] = proposal["value"]
        if not value or not set(value) <= set(BLOCKS) or len(set(value)) < len(value):
            raise traitlets.TraitError(f"subset={value!r} must name blocks of {list(BLOCKS)}, at least one, each once.")
        return sorted(value, key=BLOCKS.index)

    @traitlets.validate("part")
    def _is_recorded(self, proposal: dict[str, Any]) -> str:
        name: str = proposal["value"]
        if name not in self.parts:
            raise traitlets.TraitError(f"part={name!r} is not recorded; known: {list(self.parts)}.")
        return name

    def __repr__(self) -> str:
        return f"BlockLattice(subset={self.subset!r}, block={self.block!r}, part={self.part!r}, guess={self.guess!r})"

    def accuracy(self, blocks: str, part: str | None = None) -> tuple[float, float, float]:
        """Return the mean accuracy of a subset, written as in ``SUBSETS``, and the ends of its 95% interval."""
        mean, low, high = self.parts[part or self.part]["nodes"][SUBSETS.index(blocks)]
        return mean, low, high

    def gain(self, blocks: str, block: str) -> tuple[float, float, float, Outcome]:
        """Return what a block adds to a subset: the gain, the ends of its 95% interval, and the verdict."""
        found = self.parts[self.part]
        mean, low, high, low_90, high_90 = found["edges"][ADDITIONS.index((blocks, block))]
        return mean, low, high, judge((low_90, high_90), (low, high), found["margin"])

    def steps(self) -> list[tuple[str, str, float, float, float, Outcome]]:
        """Return the steps shown: the chosen block's, the largest first; or those to and from the chosen subset.

        Each is the smaller subset, the block that is added, and what :meth:`gain` says of them.
        """
        if self.block:
            chosen = [(blocks, block) for blocks, block in ADDITIONS if block == self.block]
        else:
            own = ", ".join(self.subset)
            chosen = [(own, block) for block in BLOCKS if block not in self.subset]
            if len(self.subset) > 1:
                less = [(", ".join(one for one in self.subset if one != block), block) for block in self.subset]
                chosen += less
        found = [(blocks, block, *self.gain(blocks, block)) for blocks, block in chosen]
        return sorted(found, key=lambda step: -step[2]) if self.block else found

    def words(self) -> tuple[str, str]:
        """Return what the state says in words, the same as in the page: a headline and a sentence."""
        if not self.guess:
            return "Guess first.", "The numbers come with your guess, or without one."
        if self.block:
            most, *_, least = self.steps()
            told = sum(step[-1] == "differs" for step in self.steps())
            block = name_of([self.block], alone=False)
            return (
                f"{block} brings between {_signed(least[2])} and {_signed(most[2])} points.",
                f"Most where it joins {name_of(most[0].split(', '))}, least where it joins "
                f"{name_of(least[0].split(', '))}. {told} of the 7 steps differ from nothing.",
            )
        own = ", ".join(self.subset)
        headline = f"{name_of(self.subset)} gets {points(self.accuracy(own)[0])}%."
        if len(self.subset) == 1 and self.guess == own:
            best = max(BLOCKS, key=lambda block: self.accuracy(block)[0])
            if best == own:
                return headline, "You guessed it: no other block alone gets as much. Now climb: which one next?"
            score = points(self.accuracy(best)[0])
            return (
                headline,
                f"That was your guess. {name_of([best])} gets {score}%, the most. Now climb: which one next?",
            )
        if len(self.subset) < len(BLOCKS):
            lacking = [step for step in self.steps() if step[0] == own]
            most = max(lacking, key=lambda step: step[2])
            block = name_of([most[1]], alone=False)
            one = len(lacking) == 1
            start = f"The one it lacks, {block}, brings" if one else f"Of the blocks it lacks, {block} brings most:"
            return headline, f"{start} {_told(most)}."
        cheapest = min(self.steps(), key=lambda step: step[2])
        block = name_of([cheapest[1]], alone=False)
        return headline, f"Least is lost without {block}, which brings {_told(cheapest)}."

    def fallback_html(self) -> str:
        """Return the lattice as a table: each subset with its accuracies, and what each missing block adds to it."""
        rows = []
        for blocks in SUBSETS:
            own = blocks.split(", ")
            gains = ["–" if block in own else _signed(self.gain(blocks, block)[0]) for block in BLOCKS]
            rows.append([name_of(own), *(points(self.accuracy(blocks, part)[0]) for part in self.parts), *gains])
        names = [part["name"] for part in self.parts.values()]
        columns = ("subset", *names, *(f"adding {name_of([block], alone=False)}" for block in BLOCKS))
        where = self.parts[self.part]["name"]
        caption = f"SNLI, accuracy in percent; what one more block brings, in points on {where}"
        return Table(columns, rows, caption=caption, css_class="").to_html()


def _signed(share: float) -> str:
    text = points(share)
    return f"+{text}" if share > 0 and float(text) > 0 else text


def _told(step: tuple[str, str, float, float, float, Outcome]) -> str:
    """Return a gain with its interval and, where it does not differ from nothing, the verdict."""
    _, _, mean, low, high, outcome = step
    verdict = "" if outcome == "differs" else f", {outcome}"
    return f"{_signed(mean)} points ({points(low)} to {points(high)}){verdict}"
