"""The ablation explorer: two subsets of the blocks side by side, and what the study can say about their difference."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import traitlets

from infersent.foundation.tables import Table
from infersent.model.features import BLOCKS
from infersent.study.subsets import load_ablation
from infersent.widgets.base import BookWidget

_NAMES = {"u*v": "u∗v", "|u-v|": "|u−v|"}


@dataclass(frozen=True)
class Difference:
    """How much better the second subset is than the first; accuracies from 0 to 1.

    Attributes
    ----------
    mean
        The difference of the mean accuracies.
    over_seeds, over_pairs
        Its 95% intervals, see :class:`infersent.study.comparison.Comparison`.
    """

    mean: float
    over_seeds: tuple[float, float]
    over_pairs: tuple[float, float]

    @property
    def sign(self) -> int:
        """1 or -1 where zero lies outside both intervals, else 0: the rule of the study's verdicts."""
        if min(self.over_seeds[0], self.over_pairs[0]) > 0:
            return 1
        return -1 if max(self.over_seeds[1], self.over_pairs[1]) < 0 else 0


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
        If a subset is empty, names an unknown block or a block twice, or if the record has no such study.
    """

    _esm = Path(__file__).with_suffix(".mjs")

    first = traitlets.List(traitlets.Unicode(), ["u", "v"]).tag(sync=True)
    second = traitlets.List(traitlets.Unicode(), list(BLOCKS)).tag(sync=True)
    study = traitlets.Unicode("subsets").tag(sync=True)
    #: The record, see :func:`infersent.study.subsets.summarise`, by study.
    studies = traitlets.Dict().tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        if "studies" not in traits:
            traits["studies"] = load_ablation()
        super().__init__(**traits)

    @traitlets.validate("first", "second")
    def _is_a_subset(self, proposal: dict[str, Any]) -> list[str]:
        name: str = proposal["trait"].name
        value: list[str] = proposal["value"]
        if not value or not set(value) <= set(BLOCKS) or len(set(value)) < len(value):
            raise traitlets.TraitError(f"{name}={value!r} must name blocks of {list(BLOCKS)}, at least one, each once.")
        return sorted(value, key=BLOCKS.index)

    @traitlets.validate("study")
    def _is_recorded(self, proposal: dict[str, Any]) -> str:
        study: str = proposal["value"]
        if study not in self.studies:
            raise traitlets.TraitError(f"study={study!r} is not recorded; known: {list(self.studies)}.")
        return study

    def __repr__(self) -> str:
        return f"AblationExplorer(first={self.first!r}, second={self.second!r}, study={self.study!r})"

    def subsets(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the recorded runs of A and of B: ``accuracies``, their ``mean`` and its interval ``low`` to ``high``.

        All are from 0 to 1.
        """
        recorded = {subset["blocks"]: subset for subset in self.studies[self.study]["subsets"]}
        return recorded[", ".join(self.first)], recorded[", ".join(self.second)]

    def difference(self) -> Difference:
        """Return how much better B is than A."""
        known = [subset["blocks"] for subset in self.studies[self.study]["subsets"]]
        a, b = (known.index(subset["blocks"]) for subset in self.subsets())
        if a == b:
            return Difference(0.0, (0.0, 0.0), (0.0, 0.0))
        mean, *ends = self.studies[self.study]["comparisons"][max(a, b)][min(a, b)]
        if b < a:  # the record has the later subset less the earlier
            mean, *ends = -mean, -ends[1], -ends[0], -ends[3], -ends[2]
        return Difference(mean, (ends[0], ends[1]), (ends[2], ends[3]))

    def verdict(self) -> tuple[str, str]:
        """Return the answer in words, the same as in the page: a headline and a sentence or two."""
        study, (a, b), difference = self.studies[self.study], self.subsets(), self.difference()
        average = f"On average over {len(study['seeds'])} seeds, {_name(self.first)} gets {_points(a['mean'])}%"
        if self.first == self.second:
            same = "Switch a block on or off in one of them."
            return "A and B are the same subset.", f"{average} of the test pairs right. {same}"
        over = [" to ".join(map(_points, ends)) for ends in (difference.over_seeds, difference.over_pairs)]
        inside = [ends[0] <= 0 <= ends[1] for ends in (difference.over_seeds, difference.over_pairs)]
        where = {
            (True, True): "inside both",
            (True, False): "inside the first",
            (False, True): "inside the second",
            (False, False): "outside both",
        }[inside[0], inside[1]]
        size = _points(abs(difference.mean))
        headline = {
            1: f"B is better, by {size} points.",
            -1: f"B is worse, by {size} points.",
            0: "No difference that these seeds and pairs can tell.",
        }[difference.sign]
        return headline, (
            f"{average} of the test pairs right, {_name(self.second)} {_points(b['mean'])}%. "
            f"B − A in points (95%): {over[0]} over the seeds, {over[1]} over the test pairs. "
            f"Zero lies {where}."
        )

    def fallback_html(self) -> str:
        (a, b), difference = self.subsets(), self.difference()
        rows = [
            (name, _points(mean), " to ".join(map(_points, over)))
            for name, mean, over in (
                (f"A: {_name(self.first)}", a["mean"], (a["low"], a["high"])),
                (f"B: {_name(self.second)}", b["mean"], (b["low"], b["high"])),
                ("B − A, over the seeds", difference.mean, difference.over_seeds),
                ("B − A, over the test pairs", difference.mean, difference.over_pairs),
            )
        ]
        caption = f"{self.studies[self.study]['name']}: accuracy in percent"
        table = Table(("subset", "mean", "95% interval"), rows, caption=caption, css_class="")
        headline, details = self.verdict()
        return f"<p><strong>{headline}</strong> {details}</p>\n{table.to_html()}"


def _name(blocks: list[str]) -> str:
    """Return a subset as the page writes it, on one line."""
    shown = [_NAMES.get(block, block) for block in blocks]
    together = ",\N{NO-BREAK SPACE}".join(shown)
    return f"({together})" if len(shown) > 1 else f"{together} alone"


def _points(share: float) -> str:
    """Return a share in percent to one digit: ties away from zero, a true minus sign, no sign where it rounds to zero.

    The recorded shares have six digits, so that a tie is met exactly, and must fall the same way in the page.
    """
    text = f"{abs(100 * share) + 1e-9:.1f}"
    return f"−{text}" if share < 0 and float(text) else text
