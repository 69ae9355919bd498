"""How many operations reading some words and learning from them takes, whatever the code that does it.

Additions and multiplications count one each, and only matrix products count: their number grows with the square of the
units, that of everything else with the units. What an implementation does beyond the need -- padding, a sentence read
twice, the product with a state of zeros -- is not counted, and so lowers its share of the peak.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from torch import nn

from infersent.foundation.arrays import Ints
from infersent.model.infersent import InferSent
from infersent.text.batching import EncodedPairs


@dataclass(frozen=True)
class Load:
    """What there is to read.

    Attributes
    ----------
    words
        Of all sentences.
    sentences
        How many.
    trained_words
        How many of the words have a vector that learns.
    pairs
        That are classified.
    """

    words: int
    sentences: int
    trained_words: int = 0
    pairs: int = 0

    @classmethod
    def of(cls, encoded: EncodedPairs, rows: Ints, *, once: bool, trained: int = 0) -> Load:
        """Return what the pairs at ``rows`` have to read.

        Parameters
        ----------
        encoded, rows
            The pairs.
        once
            Whether a sentence that several of them share is read once, or for each pair again.
        trained
            The ids below it are words with a vector that learns.
        """
        sentences = np.concatenate([encoded.premises[rows], encoded.hypotheses[rows]])
        if once:
            sentences = np.unique(sentences)
        words = np.concatenate([encoded.words[encoded.starts[i] : encoded.starts[i + 1]] for i in sentences])
        return cls(len(words), len(sentences), int((words < trained).sum()), len(rows))


def reading(load: Load, dim: int, hidden: int) -> int:
    """Return the operations of a bidirectional LSTM that reads some sentences.

    A word of ``dim`` numbers gives its share of four gates of ``hidden`` units in two directions: ``2 * 4 * hidden``
    dot products of ``dim`` multiplications and additions, ``2 * 2 * 4 * hidden * dim`` operations. The state before it
    gives another ``2 * 2 * 4 * hidden * hidden``, but there is none before a sentence's first word.
    """
    return 16 * hidden * (dim * load.words + hidden * (load.words - load.sentences))


def reading_and_learning(load: Load, dim: int, hidden: int) -> int:
    """Return the operations of reading, and of the gradients of the weights, the states and the trained words.

    For each product ``y = W x`` the gradient of ``W`` takes as many operations as ``y`` itself, and that of ``x`` as
    many again. The gradient of ``x`` is wanted of every state, but only of words whose vectors learn.
    """
    states = 16 * hidden * hidden * (load.words - load.sentences)
    return 2 * reading(load, dim, hidden) + states + 16 * hidden * dim * load.trained_words


def classifying_and_learning(pairs: int, layers: list[tuple[int, int]]) -> int:
    """Return the operations of linear layers ``[(inputs, outputs), ...]``, forwards and with both gradients."""
    return 3 * sum(2 * pairs * inputs * outputs for inputs, outputs in layers)


def linear_layers(model: InferSent) -> list[tuple[int, int]]:
    """Return the inputs and outputs of each linear layer of a model's head."""
    return [(m.in_features, m.out_features) for m in model.head.modules() if isinstance(m, nn.Linear)]


def training_step(load: Load, model: InferSent) -> int:
    """Return the operations of one step of a model with a bidirectional LSTM and blocks without parameters."""
    learning = reading_and_learning(load, model.encoder.embedding.dim, model.config.hidden)
    return learning + classifying_and_learning(load.pairs, linear_layers(model))
