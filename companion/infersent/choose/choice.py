"""What came of a comparison of pair features: the recommendation, the table, the figure, the report."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from infersent.choose import figures, report
from infersent.choose.candidates import code
from infersent.choose.cross_validation import Vectors
from infersent.choose.curve import LearningCurve, learning_curve
from infersent.choose.resampled import Resampled, pick
from infersent.choose.task import Task
from infersent.foundation.arrays import Floats
from infersent.foundation.tables import Cell, Table, signed
from infersent.foundation.wording import counted
from infersent.model.features import BLOCKS, Blocks
from infersent.study.verdict import Outcome, excludes_zero

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from sklearn.pipeline import Pipeline

#: One side alone is an alarm where it surely gains more than this share of what the best set gains over the majority.
ALARM = 0.1


@dataclass(frozen=True)
class Candidate:
    """One set of blocks, and how it did.

    Attributes
    ----------
    blocks
        Its names.
    width
        How many columns it has.
    scores
        By metric, the score on each fold, ``[folds]``.
    penalties
        ``[folds]``: the λ chosen within each.
    mlp
        The deciding metric of a small network on the same blocks, ``[folds]``; ``None`` where none was trained.
    behind
        How much better the best set is, with what the folds leave open.
    """

    blocks: Blocks
    width: int
    scores: dict[str, Floats]
    penalties: Floats
    behind: Resampled
    mlp: Floats | None = None


@dataclass(frozen=True)
class OnTest:
    """How heads trained on all pairs did on pairs held out from everything.

    Attributes
    ----------
    pairs
        How many test pairs.
    scores
        The deciding metric by set of blocks.
    shared
        The share of the test pairs that have a sentence which is also in the pairs trained on.
    """

    pairs: int
    scores: dict[tuple[str, ...], float]
    shared: float


@dataclass(frozen=True, repr=False)
class Choice:
    """The answer to *which pair features should I use?*, with what it rests on.

    Attributes
    ----------
    candidates
        Every set of blocks that was compared, in the order in which they were given.
    task
        The labels.
    metric
        What decides: the first of the task's metrics, unless another was asked for.
    margin
        The smallest difference of interest.
    folds, repeats
        Of the cross-validation.
    pairs, dim
        How many, and how long a vector is.
    ratio
        Test pairs over training pairs of a fold.
    after_choosing
        What :attr:`recommended` is expected to score on new pairs, after paying for having been chosen as the best of
        many, see :func:`infersent.choose.resampled.after_choosing`.
    notes
        What was assumed and what was done, in sentences: the labels, the folds.
    alarms
        What should be looked at before any score is believed.
    estimator_
        A scikit-learn pipeline with the recommended blocks, fitted on all pairs; ``predict`` takes ``[n, 2, dim]``.
    on_test
        Scores on a test set, if one was given.
    trained_on
        The pairs that the encoder of the vectors was trained on with their labels, where that is known.
    """

    candidates: tuple[Candidate, ...]
    task: Task
    metric: str
    margin: float
    folds: int
    repeats: int
    pairs: int
    dim: int
    ratio: float
    after_choosing: float
    notes: tuple[str, ...]
    alarms: tuple[str, ...]
    estimator_: Pipeline
    on_test: OnTest | None = None
    trained_on: str | None = None
    _vectors: Vectors | None = field(default=None, compare=False)
    _seed: int = 0

    @property
    def _means(self) -> list[float]:
        return [float(candidate.scores[self.metric].mean()) for candidate in self.candidates]

    @property
    def best(self) -> Candidate:
        """The set with the highest mean score."""
        return self.candidates[int(np.argmax(self._means))]

    @property
    def chosen(self) -> Candidate:
        """The recommended set with its scores: the smallest that the best does not beat by more than the margin."""
        return self.candidates[pick(self._means, [candidate.width for candidate in self.candidates], self.margin)]

    @property
    def recommended(self) -> Blocks:
        """The names of the recommended blocks."""
        return self.chosen.blocks

    @property
    def code(self) -> str:
        """The line to paste, for ``u`` and ``v`` of shape ``[batch, dim]`` in PyTorch."""
        return code(self.recommended)

    def score(self, blocks: str | Sequence[str]) -> float:
        """Return the mean score of a set of blocks that was compared.

        Raises
        ------
        ValueError
            If it was not.
        """
        return float(self.find(blocks).scores[self.metric].mean())

    def find(self, blocks: str | Sequence[str]) -> Candidate:
        """Return a set of blocks that was compared, whatever the order of its names.

        Raises
        ------
        ValueError
            If it was not.
        """
        wanted = Blocks(blocks)
        for candidate in self.candidates:
            if set(candidate.blocks) == set(wanted):
                return candidate
        known = "; ".join(str(candidate.blocks) for candidate in self.candidates)
        raise ValueError(f"({wanted}) was not compared. These were: {known}. Pass candidates= to compare others.")

    def outcome(self, blocks: str | Sequence[str]) -> Outcome:
        """Return what is to be said of a set against the best: ``differs``, ``equivalent`` or ``undecided``."""
        return self.find(blocks).behind.outcome(self.margin)

    def more_pairs(self, blocks: str | Sequence[str]) -> float:
        """Return how many more pairs would decide about a set, if the difference stays; 0 where it is decided."""
        return (self.find(blocks).behind.times_as_many(self.margin) - 1) * self.pairs

    def written(self, score: float) -> str:
        """Return a score as it is read: a percentage, or a correlation."""
        if math.isnan(score):
            return "–"
        return f"{score:.1%}" if self.task.classes else signed(score, 3, plus=False)

    def apart(self, difference: float) -> str:
        """Return a difference of scores as it is read: in points, or as a difference of correlations."""
        return signed(100 * difference, 1) if self.task.classes else signed(difference, 3)

    @property
    def margin_in_words(self) -> str:
        """The margin with its unit."""
        if not self.task.classes:
            return f"{self.margin:g}"
        points = f"{100 * self.margin:g}"
        return f"{points} point{'' if points == '1' else 's'}"

    @property
    def advice(self) -> str:
        """The recommendation in a sentence or two."""
        chosen, best = self.chosen, self.best
        score = self.written(float(chosen.scores[self.metric].mean()))
        how = f"Use {chosen.blocks} ({counted(chosen.width, 'column')}): {self.metric} {score}"
        if chosen is best:
            others = [candidate for candidate in self.candidates if candidate is not best]
            open_ones = [one for one in others if one.behind.outcome(self.margin) == "undecided"]
            how += f", the best of {len(self.candidates)} sets; no smaller one comes within {self.margin_in_words}."
            if any(one.width < best.width for one in open_ones):
                nearest = min((one for one in open_ones if one.width < best.width), key=lambda one: one.behind.mean)
                how += f" Undecided is whether {nearest.blocks} does as well{self._how_many(nearest)}."
            return how
        against = f"the best of {len(self.candidates)} sets, {best.blocks} ({self.written(self.score(best.blocks))})"
        outcome = chosen.behind.outcome(self.margin)
        if outcome == "equivalent":
            surely = ""
            if excludes_zero(chosen.behind.interval()):
                surely = f", which is better for sure, but only by {self.apart(chosen.behind.mean).lstrip('+')}"
            return f"{how}, equivalent within {self.margin_in_words} to {against}{surely}."
        if outcome == "differs":
            less = f"by {self.apart(chosen.behind.mean).lstrip('+')}, less than the margin of {self.margin_in_words}"
            return f"{how}; {against}, is better for sure, but {less}."
        return (
            f"{how}, within {self.margin_in_words} of {against}, as far as these pairs tell: undecided"
            f"{self._how_many(chosen)}."
        )

    def _how_many(self, candidate: Candidate) -> str:
        more = self.more_pairs(candidate.blocks)
        if math.isinf(more) or more > 100 * self.pairs:
            return "; hardly any number of pairs would decide it, for the difference is that of the margin"
        return f"; about {counted(_rounded(more), 'more pair')} would decide it, if the difference stays as it is"

    def table(self) -> Table:
        """Return the zero of the scale, each side alone, and then all other sets, the best first."""
        metrics = list(self.candidates[0].scores)
        extra = ["MLP"] * any(candidate.mlp is not None for candidate in self.candidates)
        extra += ["on test"] * (self.on_test is not None)
        header = ["blocks", "columns", *metrics, *extra, "behind the best", "95% interval", "verdict"]
        rows: list[list[Cell]] = []
        if self.task.classes:
            rest = [None] * (len(header) - 3)
            rows.append(["(chance)", None, self.written(self.task.chance), *rest])
            rows.append(["(commonest class)", None, self.written(self.task.majority), *rest])
        alone = [candidate for candidate in self.candidates if candidate.blocks in (("u",), ("v",))]
        others = [candidate for candidate in self.candidates if candidate.blocks not in (("u",), ("v",))]
        others.sort(key=lambda candidate: -candidate.scores[self.metric].mean())
        for candidate in (*alone, *others):
            scores = [self.written(float(candidate.scores[name].mean())) for name in metrics]
            if "MLP" in extra:
                scores.append("–" if candidate.mlp is None else self.written(float(candidate.mlp.mean())))
            if self.on_test is not None:
                scores.append(self.written(self.on_test.scores[tuple(candidate.blocks)]))
            name = f"{candidate.blocks} ◀" if candidate is self.chosen else str(candidate.blocks)
            rows.append([name, f"{candidate.width:,}", *scores, *self._against_best(candidate)])
        shape = f"{self.pairs:,} pairs of {counted(self.dim, 'number')}, {self.folds} folds × {self.repeats}"
        return Table(header, rows, caption=f"Mean over the folds by set of blocks (◀ is recommended): {shape}")

    def _against_best(self, candidate: Candidate) -> list[Cell]:
        if candidate is self.best:
            return [None, None, "best"]
        low, high = candidate.behind.interval()
        interval = f"{self.apart(low)} to {self.apart(high)}"
        return [self.apart(candidate.behind.mean), interval, candidate.behind.outcome(self.margin)]

    @property
    def about(self) -> tuple[str, ...]:
        """How the numbers are to be read, in sentences."""
        n = len(self.candidates)
        found = list(self.notes)
        if self.trained_on:
            found.append(
                f"The encoder was trained on {self.trained_on}. A fold keeps its test pairs from the head, but not "
                "from the encoder: pairs of yours that are among those score too well."
            )
        found += [
            f"Each interval is of one comparison, by the corrected resampled t test; among {n} sets the best is the "
            "best partly by luck.",
        ]
        if not math.isnan(self.after_choosing):
            provided = ", if none of yours is among those that the encoder was trained on" if self.trained_on else ""
            found.append(
                f"After paying for that, {self.recommended} can be expected to have {self.metric} "
                f"{self.written(self.after_choosing)} on new pairs{provided}."
            )
        if self.on_test:
            shared = f"{self.on_test.shared:.1%} of them share a sentence with the pairs trained on"
            if not self.on_test.shared:
                shared = "None of them shares a sentence with the pairs trained on"
            one = self.on_test.pairs == 1
            if one:
                shared = f"It shares {'a' if self.on_test.shared else 'no'} sentence with the pairs trained on"
            found.append(
                f"The {'one test pair' if one else counted(self.on_test.pairs, 'test pair')} had no part in the "
                f"choice; there {self.recommended} has {self.metric} "
                f"{self.written(self.on_test.scores[tuple(self.recommended)])}. {shared}. To choose another set by "
                f"{'this score' if one else 'these scores'} would spoil {'it' if one else 'them'}."
            )
        return tuple(found)

    def __repr__(self) -> str:
        parts = [*(f"ALARM: {alarm}" for alarm in self.alarms), str(self.table()), *self.about]
        return "\n\n".join([*parts, f"{self.advice}\n\n    {self.code}"])

    def _repr_html_(self) -> str:
        return report.body(self.table(), self.alarms, self.about, self.advice, self.code)

    def plot(self) -> Figure:
        """Draw how far each set is behind the best, and which blocks it has.

        Returns
        -------
        matplotlib.figure.Figure
            Not yet shown; a notebook shows it as the last value of a cell.
        """
        sets = sorted(self.candidates, key=lambda candidate: -candidate.scores[self.metric].mean())
        bars = [
            figures.Bar(tuple(one.blocks), -one.behind.mean, _turned(one.behind.interval()), one is self.chosen)
            for one in sets
        ]
        unit, factor = ("points", 100.0) if self.task.classes else ("", 1.0)
        return figures.draw_sets(bars, self.margin, f"{self.metric}: behind the best", unit, factor)

    def learning_curve(
        self,
        sizes: Sequence[int] | None = None,
        sets: Sequence[str | Sequence[str]] | None = None,
        *,
        progress: Callable[[int, int], object] | None = None,
    ) -> LearningCurve:
        """Return the scores of some sets trained on fewer pairs, tested on the same folds.

        Parameters
        ----------
        sizes
            How many training pairs; by default a sixteenth, an eighth, … of what a fold is trained on, and all of it.
        sets
            By default ``u, v``; it with ``|u-v|``; it with ``u*v``; all four; and the recommended set.
        progress
            Called with how many of how many folds are done.

        Raises
        ------
        ValueError
            If a size is not between 2 and a fold's training pairs, or the vectors were not kept.
        """
        if self._vectors is None:
            raise ValueError("The vectors are no longer there; call choose_blocks again for a learning curve.")
        four = ["u, v", "u, v, |u-v|", "u, v, u*v", BLOCKS]
        wanted = [Blocks(some) for some in (four if sets is None else sets)]
        if sets is None and set(self.recommended) not in [set(some) for some in wanted]:
            wanted.append(self.recommended)
        return learning_curve(
            self._vectors, wanted, self.metric, sizes, folds=self.folds, seed=self._seed, progress=progress
        )

    def to_json(self, curve: LearningCurve | None = None) -> str:
        """Return everything but the pipeline as JSON, with a learning curve if there is one."""
        return json.dumps(
            {
                "recommended": list(self.recommended),
                "advice": self.advice,
                "code": self.code,
                "metric": self.metric,
                "margin": self.margin,
                "pairs": self.pairs,
                "dim": self.dim,
                "folds": self.folds,
                "repeats": self.repeats,
                "classes": [str(label) for label in self.task.labels],
                "chance": self.task.chance,
                "commonest_class": self.task.majority,
                "after_choosing": _or_none(self.after_choosing),
                "alarms": list(self.alarms),
                "about": list(self.about),
                "candidates": [self._as_json(candidate) for candidate in self.candidates],
                "test": None
                if self.on_test is None
                else {
                    "pairs": self.on_test.pairs,
                    "scores": {", ".join(blocks): score for blocks, score in self.on_test.scores.items()},
                    "share_with_a_sentence_trained_on": self.on_test.shared,
                },
                **({} if curve is None else {"learning_curve": curve.as_json()}),
            },
            ensure_ascii=False,
            indent=2,
        )

    def _as_json(self, candidate: Candidate) -> dict[str, Any]:
        return {
            "blocks": list(candidate.blocks),
            "columns": candidate.width,
            "scores": {name: [float(x) for x in values] for name, values in candidate.scores.items()},
            "mlp": None if candidate.mlp is None else [float(x) for x in candidate.mlp],
            "penalties": [float(x) for x in candidate.penalties],
            "behind": candidate.behind.mean,
            "interval": [_or_none(end) for end in candidate.behind.interval()],
            "interval_90": [_or_none(end) for end in candidate.behind.interval(0.90)],
            "verdict": "best" if candidate is self.best else candidate.behind.outcome(self.margin),
        }

    def to_html(self, curve: LearningCurve | None = None) -> str:
        """Return the report as one HTML file that needs no other: the advice, the figure, the table, the notes.

        Parameters
        ----------
        curve
            From :meth:`learning_curve`: its figure and its table stand at the end, if it is given.
        """
        figures = [(self.plot(), self.advice)]
        if curve is None:
            return report.page(self._repr_html_(), figures)
        drawn = (curve.plot(), f"{curve.metric} by the number of training pairs; the table below has the numbers.")
        return report.page(self._repr_html_(), [*figures, drawn], curve.table())


def _turned(interval: tuple[float, float]) -> tuple[float, float]:
    return -interval[1], -interval[0]


def _or_none(number: float) -> float | None:
    return None if math.isnan(number) else number


def _rounded(number: float) -> int:
    """Return a number to two digits, upwards."""
    if number < 10:
        return max(1, math.ceil(number))
    unit = 10 ** (math.floor(math.log10(number)) - 1)
    return int(math.ceil(number / unit) * unit)
