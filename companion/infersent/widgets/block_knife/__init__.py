"""Interventions by slider: scale or replace blocks of the shipped model and see what it still gets right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import traitlets

from infersent.data.pairs import LABELS
from infersent.foundation.intervals import wilson_interval
from infersent.foundation.recorded import load_record
from infersent.foundation.tables import Table
from infersent.inside.block_evidence import FILLS, BlockEvidence
from infersent.widgets.base import BookWidget

#: A slider goes from 0, the block is gone, over 1, as it was trained, to this.
LARGEST = 2.0


@dataclass(frozen=True)
class Cut:
    """What an intervention comes to.

    Attributes
    ----------
    right
        How many pairs are right.
    interval
        Of the share of them, 95%.
    less
        How much less than the untouched model that is, in shares.
    less_interval
        Of that difference, 95%, pair by pair.
    answers
        How many pairs of each right label get each answer, ``[labels, labels]``.
    refitted
        The share that a head fitted again without the blocks that are gone gets right; ``None`` if none was.
    """

    right: int
    interval: tuple[float, float]
    less: float
    less_interval: tuple[float, float]
    answers: list[list[int]]
    refitted: float | None


class BlockKnife(BookWidget):
    """Scale each block of the shipped model on SNLI's test pairs, with a choice of what fills the gap.

    Nothing is encoded here: with an affine head the logits are the bias and one part a block, and the recorded parts of
    all test pairs come with the widget, see :mod:`infersent.inside.block_evidence`.

    Parameters
    ----------
    scales : mapping of str to float, optional
        By block, from 0 to 2; a block that is not named is as it was trained, at 1.
    fill : str, optional
        What fills the place of what is taken away: "zeros", "mean" (over all pairs) or "another" (pair's block).

    Raises
    ------
    traitlets.TraitError
        If there is no such block, scale or fill.

    Examples
    --------
    >>> round(BlockKnife({"u*v": 0.0}).cut().interval[0], 2)
    0.74
    """

    _esm = Path(__file__).with_name("block_knife.mjs")

    scales = traitlets.Dict().tag(sync=True)
    fill = traitlets.Unicode("zeros").tag(sync=True)
    #: What :meth:`infersent.inside.block_evidence.BlockEvidence.pack` wrote.
    evidence = traitlets.Dict().tag(sync=True)
    #: Each with ``blocks``, those that are kept, and ``refitted``, the accuracy of a head fitted on them alone.
    refits = traitlets.List(traitlets.Dict()).tag(sync=True)

    def __init__(self, scales: Mapping[str, float] | None = None, *, fill: str = "zeros") -> None:
        packed = load_record("block_evidence")
        about = ("made_by", "measured_on", "digest")
        refits = [{name: one[name] for name in ("blocks", "refitted")} for one in load_record("evidence")["without"]]
        super().__init__(
            evidence={name: value for name, value in packed.items() if name not in about},
            refits=refits,
            fill=fill,
        )
        self.scales = {**dict.fromkeys(self.evidence["blocks"], 1.0), **(scales or {})}

    @traitlets.validate("scales")
    def _check_scales(self, proposal: dict[str, Any]) -> dict[str, float]:
        scales: dict[str, float] = proposal["value"]
        for name, scale in scales.items():
            if name not in self.evidence["blocks"]:
                raise traitlets.TraitError(
                    f"There is no block {name!r}; there are {', '.join(self.evidence['blocks'])}."
                )
            if not 0 <= scale <= LARGEST:
                raise traitlets.TraitError(f"scales has {scale} for {name!r}; it goes from 0 to {LARGEST:g}.")
        return scales

    @traitlets.validate("fill")
    def _check_fill(self, proposal: dict[str, Any]) -> str:
        fill: str = proposal["value"]
        if fill not in FILLS:
            raise traitlets.TraitError(f"fill={fill!r} is none of {', '.join(map(repr, FILLS))}.")
        return fill

    @cached_property
    def parts(self) -> BlockEvidence:
        """The evidence, unpacked."""
        return BlockEvidence.unpack(self.evidence)

    def cut(self, scales: Mapping[str, float] | None = None, fill: str | None = None) -> Cut:
        """Return what an intervention comes to; the one that is set if none is named."""
        scales, fill = self.scales if scales is None else scales, fill or self.fill
        labels = self.parts.labels
        now, before = (self.parts.answers(*one) == labels for one in ((scales, fill), ({}, fill)))
        lost = before.astype(float) - now
        half = 1.959964 * float(lost.std()) / len(lost) ** 0.5
        answers = np.zeros((len(LABELS), len(LABELS)), dtype=int)
        np.add.at(answers, (labels, self.parts.answers(scales, fill)), 1)
        return Cut(
            right=int(now.sum()),
            interval=wilson_interval(int(now.sum()), len(now)),
            less=float(lost.mean()),
            less_interval=(float(lost.mean()) - half, float(lost.mean()) + half),
            answers=answers.tolist(),
            refitted=self._refitted(scales),
        )

    def _refitted(self, scales: Mapping[str, float]) -> float | None:
        if any(scale not in (0, 1) for scale in scales.values()):
            return None
        kept = [name for name in self.parts.blocks if scales.get(name, 1.0) == 1]
        return next((one["refitted"] for one in self.refits if one["blocks"] == kept), None)

    def __repr__(self) -> str:
        scales = ", ".join(f"{name} ×{scale:g}" for name, scale in self.scales.items())
        return f"BlockKnife({scales}; {self.fill}: {self.cut().right} of {len(self.parts.labels)} right)"

    def fallback_html(self) -> str:
        rows = []
        for name in self.parts.blocks:
            gone = {name: 0.0}
            shares = [self.cut(gone, fill).right / len(self.parts.labels) for fill in FILLS]
            rows.append((_printed(name), *shares, self._refitted(gone)))
        columns = ("block taken out", "zeros", "the mean", "another pair’s", "head fitted again")
        untouched, again = self.cut({}).right / len(self.parts.labels), self._refitted({})
        table = Table(
            columns,
            rows,
            formats=dict.fromkeys(columns[1:], ".1%"),
            caption="Accuracy on SNLI test by what fills the block’s place",
            css_class="",
        )
        return (
            f"<p>Untouched, the model is right on {untouched:.1%} of {len(self.parts.labels):,} pairs. "
            f"A head fitted again on all four blocks, from fewer pairs, is right on {again:.1%}.</p>\n{table.to_html()}"
        )


def _printed(block: str) -> str:
    return block.replace("*", "∗").replace("-", "−")
