"""What each block gains beside u and v, in every situation that the book has measured: the cells of its map."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

import numpy as np

from infersent.choose.frozen.records import find_frozen, load_frozen
from infersent.choose.resampled import Resampled
from infersent.choose.worth.measuring import SETS
from infersent.data import captions
from infersent.foundation.recorded import load_record
from infersent.study.comparison import Answered, compare, find_group
from infersent.study.fine_tuning import find_fine_tuned, load_fine_tuned
from infersent.study.records import load_records
from infersent.study.verdict import Interval, Outcome

_Find: TypeAlias = Callable[[str], Answered]

#: The smallest gain of interest in the map: a point of accuracy, or 0.01 of a correlation.
MARGIN = 0.01

_SNLI = "entailment, SNLI"

#: The tasks of the record ``choices`` by the names that they have here.
CHOSEN = {
    "paraphrase": "paraphrase, MRPC",
    "similarity": "similarity, STS-B",
    "relatedness": "relatedness, SICK",
    "entailment": "entailment, SICK",
}

_UV, _DIFFERENCE, _PRODUCT, _FOUR = map(str, SETS)

#: What is gained, and by which set over which: a first block beside u and v, a second beside the first, and what one of
#: the two is ahead of the other.
GAINS = {
    "|u-v| beside u, v": (_DIFFERENCE, _UV),
    "u*v beside u, v": (_PRODUCT, _UV),
    "u*v beside |u-v|": (_FOUR, _DIFFERENCE),
    "|u-v| beside u*v": (_FOUR, _PRODUCT),
    "|u-v| less u*v": (_DIFFERENCE, _PRODUCT),
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
    return [*_trained_through(), *_frozen_on_snli(), *_cross_validated()]


def _trained_through() -> Iterator[Situation]:
    def study(name: str, **settings: Any) -> _Find:
        records = load_records(name)
        return lambda blocks: find_group(records, blocks=blocks, **settings)

    tuned = load_fine_tuned()
    yield _of_groups("BiLSTM, trained", _SNLI, "linear", 60_000, study("subsets"))
    yield _of_groups("BiLSTM, trained", _SNLI, "network", 60_000, study("heads", head="mlp"))
    yield _of_groups("BiLSTM, trained", "captions", "linear", captions.SPLITS["train"], study("captions"))
    yield _of_groups("transformer, trained", _SNLI, "linear", 20_000, study("transformer"))
    yield _of_groups("MiniLM, fine-tuned", _SNLI, "linear", 60_000, lambda blocks: find_fine_tuned(tuned, blocks))


def _frozen_on_snli() -> Iterator[Situation]:
    runs = load_frozen()
    for encoder, head, pairs, settings in (
        ("InferSent", "linear", 8_000, {"encoder": "infersent", "length": "own"}),
        ("InferSent", "network", 30_000, {"encoder": "infersent", "length": "own", "head": "network"}),
        ("MiniLM", "linear", 30_000, {}),
        ("MiniLM", "network", 30_000, {"head": "network"}),
    ):
        find = partial(find_frozen, runs, pairs=pairs, seeds=(0, 1, 2), **settings)
        yield _of_groups(encoder, _SNLI, head, pairs, find)


def _cross_validated() -> Iterator[Situation]:
    for found in load_record("worth")["measured"]:
        for head in ("linear", "network"):
            if found[head]:
                yield _of_folds(found["encoder"], found["task"], head, found["pairs"], found["ratio"], found[head])
    for found in load_record("choices")["choices"]:
        scores = {", ".join(one["blocks"]): one["scores"][found["metric"]] for one in found["candidates"]}
        yield _of_folds(
            found["encoder"], CHOSEN[found["task"]], "linear", found["pairs"], 1 / (found["folds"] - 1), scores
        )


def _of_groups(encoder: str, task: str, head: str, pairs: int, find: _Find) -> Situation:
    gains = {}
    for name, sets in GAINS.items():
        better, worse = map(find, sets)
        found = compare(better, worse, margin=MARGIN)
        gains[name] = Gain(found.difference, found.interval, found.outcome)
    return Situation(encoder, task, head, pairs, find(_UV).mean, gains)


def _of_folds(
    encoder: str, task: str, head: str, pairs: int, ratio: float, scores: Mapping[str, Sequence[float]]
) -> Situation:
    gains = {}
    for name, (better, worse) in GAINS.items():
        test = Resampled.of(np.array(scores[better]) - np.array(scores[worse]), ratio, pairs)
        gains[name] = Gain(test.mean, test.interval(), test.outcome(MARGIN))
    return Situation(encoder, task, head, round(pairs / (1 + ratio)), float(np.mean(scores[_UV])), gains)
