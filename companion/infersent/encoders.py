"""Sentence encoders: word vectors in, one sentence vector out, and nothing leaks in from the rest of the batch."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from infersent.choices import choose
from infersent.embeddings import WordEmbedding


def max_pool(states: Tensor, lengths: Tensor) -> Tensor:
    """Take the maximum of every coordinate over a sentence's own words.

    The first release of InferSent let the zeros of the padding take part, so that a short sentence's vector depended on
    its batch-mates. Here what lies beyond a sentence's end is minus infinity and can never win.

    Parameters
    ----------
    states
        One vector a word, ``[sentences, time, dim]``; whatever stands in the padding is ignored.
    lengths
        ``[sentences]``, each at least 1.

    Returns
    -------
    Tensor
        ``[sentences, dim]``.

    Raises
    ------
    ValueError
        If a sentence has no word: a maximum over nothing is not defined.
    """
    padding = _padding(states, lengths, "max")
    return states.masked_fill(padding, -torch.inf).amax(dim=1)


def mean_pool(states: Tensor, lengths: Tensor) -> Tensor:
    """Take the mean of every coordinate over a sentence's own words.

    What lies beyond a sentence's end adds nothing, and the sum is divided by the sentence's own length.

    Parameters
    ----------
    states
        One vector a word, ``[sentences, time, dim]``; whatever stands in the padding is ignored.
    lengths
        ``[sentences]``, each at least 1.

    Returns
    -------
    Tensor
        ``[sentences, dim]``.

    Raises
    ------
    ValueError
        If a sentence has no word: a mean of nothing is not defined.
    """
    padding = _padding(states, lengths, "mean")
    total = states.masked_fill(padding, 0.0).sum(dim=1)  # [sentences, dim]
    return total / lengths.to(total).unsqueeze(1)


def _padding(states: Tensor, lengths: Tensor, pooling: str) -> Tensor:
    """Return what lies beyond each sentence's end, ``[sentences, time, 1]``; refuse a sentence without a word."""
    if len(lengths) and int(lengths.min()) < 1:
        raise ValueError(
            f"Sentence {int(lengths.argmin())} has length {int(lengths.min())}; {pooling} pooling needs a word."
        )
    time = torch.arange(states.shape[1], device=states.device)
    return (time >= lengths.to(states.device).unsqueeze(1)).unsqueeze(2)


class BiLSTM(nn.Module):
    """A bidirectional LSTM over word vectors; how its states become one vector, a subclass says by its ``pool``.

    The forward and the backward LSTM read a sentence from its two ends; word t's state is both their states side by
    side.

    Parameters
    ----------
    embedding
        Word ids to word vectors.
    hidden
        Units per direction; the sentence vector has ``2 * hidden`` numbers (2048 and 4096 in the paper).
    dropout
        Share of the word vectors' numbers set to zero while training; 0 in the paper.
    """

    #: From ``states [sentences, time, dim]`` and ``lengths [sentences]`` to ``[sentences, dim]``.
    pool: Callable[[Tensor, Tensor], Tensor]

    def __init__(self, embedding: WordEmbedding, hidden: int, *, dropout: float = 0.0) -> None:
        super().__init__()
        self.embedding = embedding
        self.dropout = nn.Dropout(dropout)
        self.lstm = nn.LSTM(embedding.dim, hidden, bidirectional=True, batch_first=True)

    @property
    def dim(self) -> int:
        """The number of coordinates of a sentence vector."""
        return 2 * self.lstm.hidden_size

    def states(self, ids: Tensor, lengths: Tensor) -> Tensor:
        """Return every word's state, ``[sentences, time, dim]``, zero in the padding.

        A packed sequence holds no padding, so the backward LSTM starts at each sentence's own last word.
        """
        packed = pack_padded_sequence(ids, lengths.cpu(), batch_first=True, enforce_sorted=False)
        words = self.dropout(self.embedding(packed.data))  # [all words] -> [all words, word dim]
        packed = PackedSequence(words, packed.batch_sizes, packed.sorted_indices, packed.unsorted_indices)
        states, _ = pad_packed_sequence(self.lstm(packed)[0], batch_first=True, total_length=ids.shape[1])
        return states

    def forward(self, ids: Tensor, lengths: Tensor) -> Tensor:
        """Return the sentence vectors of ``ids [sentences, time]`` as ``[sentences, dim]``."""
        return self.pool(self.states(ids, lengths), lengths)


class BiLSTMMax(BiLSTM):
    """A bidirectional LSTM with max pooling over time (Conneau et al. 2017, section 3.2.3).

    Each coordinate of the sentence vector is the largest over the words.
    """

    pool = staticmethod(max_pool)


class BiLSTMMean(BiLSTM):
    """A bidirectional LSTM with mean pooling over time (Conneau et al. 2017, section 3.2.3).

    Each coordinate of the sentence vector is the average over the words.
    """

    pool = staticmethod(mean_pool)


#: Encoders by name. Each takes (embedding, hidden, dropout=...) and has ``dim`` and ``forward(ids, lengths)``.
ENCODERS: dict[str, Callable[..., nn.Module]] = {
    "bilstm-max": BiLSTMMax,
    "bilstm-mean": BiLSTMMean,
}


def build_encoder(name: str, embedding: WordEmbedding, hidden: int, *, dropout: float = 0.0) -> nn.Module:
    """Return the encoder of that name.

    Raises
    ------
    ValueError
        If there is none; the message offers the nearest.
    """
    return choose("encoder", name, ENCODERS)(embedding, hidden, dropout=dropout)
