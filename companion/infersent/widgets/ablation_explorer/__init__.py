"""The ablation explorer: two subsets of the blocks side by side, and what the study can say about their difference."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import traitlets

from infersent.foundation.tables import Table
from infersent.model.features import BLOCKS
from infersent.study.subsets import Difference, Subset, Summary, load_ablation
from infersent.study.verdict import excludes_zero
from infersent.widgets.base import BookWidget

_NAMES = {"u*v": "u∗v", "|u-v|": "|u−v|"}


class AblationExplorer(BookWidget):
    """Choose two subsets of InferSent's four blocks, A and B, and see whether B is better, and how sure that is.

    The numbers are those of the package's record, see :mod:`infersent.study.subsets`; nothing is trained in the page.

    Parameters
    ----------
    first, second : sequence of str, optional
        The blocks of A and of B; at least one each.
    study : str, optional
        "subsets" for SNLI, or "captions".

    Raises
    ------
    traitlets.TraitError
        If a subset is empty, or names a block that is unknown or there twice, or the record has no such study.
    """

    _esm = Path(__file__).with_name("ablation_explorer.mjs")

    first = traitlets.List(traitlets.Unicode(), ["u", "v"]).tag(sync=True)
    second = traitlets.List(traitlets.Unicode(), list(BLOCKS)).tag(sync=True)
    study = traitlets.Unicode("subsets").tag(sync=True)
    #: The record, see :func:`infersent.study.subsets.load_ablation`.
    studies = traitlets.Dict().tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        if "studies" not in traits:
            traits["studies"] = load_ablation()
        super().__init__(**traits)

    @traitlets.validate("first", "second")
    def _is_a_subset(self, proposal: dict[str, Any]) -> list[str]:
        name, value = proposal["trait"].name, proposal["value"]
        if not value or not set(value) <= set(BLOCKS) or len(set(value)) < len(value):
            raise traitlets.TraitError(f"{name}={value!r} must name blocks of {list(BLOCKS)}, at least one, each once.")
        return sorted(value, key=BLOCKS.index)

    @traitlets.validate("study")
    def _is_recorded(self, proposal: dict[str, Any]) -> str:
        name: str = proposal["value"]
        if name not in self.studies:
            raise traitlets.TraitError(f"study={name!r} is not recorded; known: {list(self.studies)}.")
        return name

    def __repr__(self) -> str:
        return f"AblationExplorer(first={self.first!r}, second={self.second!r}, study={self.study!r})"

    @property
    def summary(self) -> Summary:
        """The chosen study."""
        return Summary.from_json(self.studies[self.study])

    def subsets(self) -> tuple[Subset, Subset]:
        """Return the recorded accuracies of A and of B."""
        summary = self.summary
        return summary.subset(", ".join(self.first)), summary.subset(", ".join(self.second))

    def difference(self) -> Difference:
        """Return how much better B is than A."""
        return self.summary.difference(", ".join(self.first), ", ".join(self.second))

    def verdict(self) -> tuple[str, str]:
        """Return the answer in words, the same as in the page: a headline and a sentence or two."""
        summary, (a, b), difference = self.summary, self.subsets(), self.difference()
        margin = f"±{points(difference.margin)}"
        average = f"On average over {len(summary.seeds)} seeds, {name_of(self.first)} gets {points(a.mean)}%"
        if self.first == self.second:
            same = "Switch a block on or off in one of them."
            return "A and B are the same subset.", f"{average} of the test pairs right. {same}"
        wide, narrow = (tuple(map(points, ends)) for ends in (difference.interval, difference.interval_90))
        side = "better" if difference.mean > 0 else "worse"
        zero = "outside" if excludes_zero(difference.interval) else "inside"
        reach = "lies within" if difference.outcome == "equivalent" else "reaches beyond"
        headline = {
            "differs": f"B is {side}, by {points(abs(difference.mean))} points.",
            "equivalent": f"Equivalent within {margin} points.",
            "undecided": "Undecided.",
        }[difference.outcome]
        return headline, (
            f"{average} of the test pairs right, {name_of(self.second)} {points(b.mean)}%. "
            f"B − A is {points(difference.mean)} points, between {wide[0]} and {wide[1]} (95%): zero lies {zero}. "
            f"The 90% interval, {narrow[0]} to {narrow[1]}, {reach} {margin}."
        )

    def many(self) -> str:
        """Return what to bear in mind where so many comparisons can be made, the same as in the page."""
        apart, every = self.summary.apart
        return (
            f"{apart} of the {every} pairs of subsets look different at 5%; were no two different, "
            f"about {every // 20} would by chance."
        )

    def fallback_html(self) -> str:
        (a, b), difference = self.subsets(), self.difference()
        rows = [
            (name, points(mean), " to ".join(map(points, over)))
            for name, mean, over in (
                (f"A: {name_of(self.first)}", a.mean, (a.low, a.high)),
                (f"B: {name_of(self.second)}", b.mean, (b.low, b.high)),
                ("B − A", difference.mean, difference.interval),
            )
        ]
        caption = f"{self.studies[self.study]['name']}: accuracy in percent"
        table = Table(("subset", "mean", "95% interval"), rows, caption=caption, css_class="")
        headline, details = self.verdict()
        return f"<p><strong>{headline}</strong> {details}</p>\n{table.to_html()}\n<p>{self.many()}</p>"


def name_of(blocks: list[str], *, alone: bool = True) -> str:
    """Return a subset as the page writes it, on one line; one block by its bare name unless ``alone``."""
    shown = [_NAMES.get(block, block) for block in blocks]
    together = ",\N{NO-BREAK SPACE}".join(shown)
    return f"({together})" if len(shown) > 1 else f"{together} alone" if alone else together


def points(share: float) -> str:
    """Return a share in percent to one digit: ties away from zero, a true minus sign, no sign where it rounds to zero.

    The recorded shares have six digits, so that a tie is met exactly, and must fall the same way in the page.
    """
    text = f"{abs(100 * share) + 1e-9:.1f}"
    return f"−{text}" if share < 0 and float(text) else text
