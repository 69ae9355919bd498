"""The four tasks, the sets of blocks that a head is solved on, and what of a measurement is kept pair by pair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from infersent.choose.folds import group_pairs
from infersent.choose.task import Kind, Task, read_labels
from infersent.choose.texts import TextPairs, corpus_pairs
from infersent.data.ties import number_texts
from infersent.foundation.arrays import Bools, Ints
from infersent.foundation.choices import choose
from infersent.model.features import BLOCKS, Blocks

#: Each task's corpus, the split that is trained on, and what its labels are.
TASKS: dict[str, tuple[str, str, Kind]] = {
    "similarity": ("stsb", "train", "scores"),
    "relatedness": ("sick", "train", "scores"),
    "entailment": ("sick", "train", "classes"),
    "paraphrase": ("mrpc", "train+dev", "classes"),
}

#: The tasks whose labels do not depend on which sentence comes first.
SYMMETRIC = ("similarity", "relatedness", "paraphrase")

#: What a score is read by where nothing is trained.
COSINE = "cosine"

#: The 15 sets of the four blocks, and the excess.
EVERY_SET = (
    *(str(Blocks(some)) for size in range(1, len(BLOCKS) + 1) for some in combinations(BLOCKS, size)),
    "max(v-u,0)",
)

#: What wider vectors are asked with.
FEW_SETS = (
    "u, v",
    "|u-v|",
    "u*v",
    "|u-v|, u*v",
    "u, v, |u-v|",
    "u, v, u*v",
    "u, v, |u-v|, u*v",
    "max(v-u,0)",
)

#: Vectors with so many numbers are asked with every set.
NARROW = 128

#: The sets of which a record keeps every pair's part: what the declaration compares.
KEPT = ("|u-v|", "|u-v|, u*v", "u, v, |u-v|, u*v", "max(v-u,0)")


@dataclass(frozen=True)
class Benchmark:
    """A task's pairs: those that a head is trained on, and then those that it is tested on.

    Attributes
    ----------
    name
        A key of :data:`TASKS`.
    first, second
        The sentences of all pairs.
    labels
        Of all pairs.
    training
        ``[pairs]``: which are trained on.
    groups
        ``[pairs]``: training pairs with the same number share sentences, directly or over others, and are held out
        together. A test pair has a number of its own.
    """

    name: str
    first: Sequence[str]
    second: Sequence[str]
    labels: Task
    training: Bools
    groups: Ints

    @classmethod
    def of(cls, name: str, train: TextPairs, test: TextPairs, kind: Kind) -> Benchmark:
        """Put the two parts of a task together.

        Raises
        ------
        ValueError
            If a class of the test pairs is not among those of the training pairs.
        """
        labels = read_labels([*train.labels, *test.labels], kind)
        count = len(train.labels)
        unknown = set(np.unique(labels.y[count:])) - set(np.unique(labels.y[:count])) if labels.classes else set()
        if unknown:
            named = ", ".join(str(labels.labels[i]) for i in sorted(unknown))
            raise ValueError(f"{name}: no training pair has the label of some test pairs, {named}.")
        # Five parts at least must hold the largest group: four are held out in turn.
        known = group_pairs(number_texts(train.first, train.second), 5).groups
        groups = np.concatenate([known, known.max() + 1 + np.arange(len(test.labels))])
        training = np.arange(len(labels.y)) < count
        return cls(name, [*train.first, *test.first], [*train.second, *test.second], labels, training, groups)

    @classmethod
    def load(cls, name: str) -> Benchmark:
        """Load a task's published pairs.

        Raises
        ------
        ValueError
            If there is no such task.
        infersent.data.fetch.DataUnavailable
            If its corpus is not on disk and cannot be downloaded.
        """
        corpus, split, kind = choose("task", name, TASKS)
        return cls.of(name, corpus_pairs(corpus, split, kind), corpus_pairs(corpus, "test", kind), kind)


def sets_for(dim: int) -> tuple[str, ...]:
    """Return the sets that vectors of so many numbers are asked with.

    Examples
    --------
    >>> len(sets_for(128)), len(sets_for(512))
    (16, 8)
    """
    return EVERY_SET if dim <= NARROW else FEW_SETS
