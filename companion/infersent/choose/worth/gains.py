"""What each block gains beside u and v, in every situation that the book has measured: the cells of its map."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from infersent.choose.frozen.records import find_frozen, load_frozen
from infersent.choose.resampled import Resampled
from infersent.choose.worth.measuring import SETS
from infersent.foundation.recorded import load_record
from infersent.study.comparison import Answered, compare, find_group
from infersent.study.fine_tuning import find_fine_tuned, load_fine_tuned
from infersent.study.records import load_records
from infersent.study.verdict import Interval, Outcome

#: The smallest gain of interest in the map: a point of accuracy, or 0.01 of a correlation.
MARGIN = 0.01

_UV, _DIFFERENCE, _PRODUCT, _FOUR = map(str, SETS)

#: What is gained, and by which set over which: a first block beside u and v, and a second beside the first.
GAINS = {
    "|u-v| beside u, v": (_DIFFERENCE, _UV),
    "u*v beside u, v": (_PRODUCT, _UV),
    "u*v beside |u-v|": (_FOUR, _DIFFERENCE),
    "|u-v| beside u*v": (_FOUR, _PRODUCT),
}


@dataclass(frozen=True)
class Gain:
    """How much better one set of blocks is than another, in shares, with what the data leaves open.

    Attributes
    ----------
    mean, interval
        The difference and its 95% interval.
    outcome
        What is to be said of it, by :func:`infersent.study.verdict.judge` with :data:`MARGIN`.
    """

    mean: float
    interval: Interval
    outcome: Outcome


@dataclass(frozen=True)
class Situation:
    """An encoder, a task and a head, and what each block gains there.

    Attributes
    ----------
    encoder
        What made the vectors, and whether it was trained through the blocks or stands still.
    task
        What the labels say, and the corpus.
    head
        ``"linear"`` or ``"network"``.
    pairs
        How many pairs the head was trained on.
    score
        The accuracy, or Spearman's correlation, of (u, v).
    gains
        By the names of :data:`GAINS`.
    """

    encoder: str
    task: str
    head: str
    pairs: int
    score: float
    gains: dict[str, Gain]

    @property
    def through(self) -> bool:
        """Whether the encoder was trained through the blocks."""
        return "trained" in self.encoder or "tuned" in self.encoder


def situations() -> list[Situation]:
    """Return all situations, those with an encoder that was trained through the blocks first.

    Examples
    --------
    >>> first = situations()[0]
    >>> first.encoder, first.task, first.gains["|u-v| beside u, v"].outcome
    ('BiLSTM, trained', 'entailment, SNLI', 'differs')
    """
    return [*_trained_through(), *_frozen()]


def _trained_through() -> Iterator[Situation]:
    def study(name: str, **settings: Any) -> Callable[[str], Answered]:
        records = load_records(name)
        return lambda blocks: find_group(records, blocks=blocks, **settings)

    tuned = load_fine_tuned()
    snli = "entailment, SNLI"
    for encoder, task, head, pairs, find in (
        ("BiLSTM, trained", snli, "linear", 60_000, study("subsets")),
        ("BiLSTM, trained", snli, "network", 60_000, study("heads", head="mlp")),
        ("BiLSTM, trained", "captions", "linear", 20_000, study("captions")),
        ("transformer, trained", snli, "linear", 20_000, study("transformer")),
        ("MiniLM, fine-tuned", snli, "linear", 60_000, lambda blocks: find_fine_tuned(tuned, blocks)),
    ):
        yield _of_groups(encoder, task, head, pairs, find)


def _frozen() -> Iterator[Situation]:
    runs = load_frozen()
    for found in load_record("worth")["measured"]:
        for head in ("linear", "network"):
            scores = {blocks: np.array(folds) for blocks, folds in found[head].items()}
            if scores:
                gains = {
                    name: _resampled(scores[better] - scores[worse], found) for name, (better, worse) in GAINS.items()
                }
                pairs = round(found["pairs"] / (1 + found["ratio"]))
                yield Situation(found["encoder"], found["task"], head, pairs, float(scores[_UV].mean()), gains)
    yield _of_groups(
        "MiniLM",
        "entailment, SNLI",
        "network",
        30_000,
        lambda blocks: find_frozen(runs, blocks, pairs=30_000, head="network", seeds=(0, 1, 2)),
    )


def _of_groups(encoder: str, task: str, head: str, pairs: int, find: Callable[[str], Answered]) -> Situation:
    gains = {}
    for name, (better, worse) in GAINS.items():
        found = compare(find(better), find(worse), margin=MARGIN)
        gains[name] = Gain(found.difference, found.interval, found.outcome)
    return Situation(encoder, task, head, pairs, find(_UV).mean, gains)


def _resampled(differences: Any, found: dict[str, Any]) -> Gain:
    test = Resampled.of(differences, found["ratio"], found["pairs"])
    return Gain(test.mean, test.interval(), test.outcome(MARGIN))
