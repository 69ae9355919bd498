"""Sentence encoders: word vectors in, one sentence vector out, and nothing leaks in from the rest of the batch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import reduce
from typing import Any, TypeAlias, cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from infersent.foundation.choices import choose
from infersent.foundation.devices import sent
from infersent.model.embedding import WordEmbedding
from infersent.model.recurrence import max_over_words

# How many numbers the states of one text may be in training. For each a recurrent network keeps some 60 bytes, a
# transformer, with the hypothesis padded beside it, 200.
_STATES_TRAINED = 2**25

# What a recurrent network carries from word to word: an LSTM has a cell beside its state.
_State: TypeAlias = "Tensor | tuple[Tensor, Tensor]"


def max_pool(states: Tensor, lengths: Tensor) -> Tensor:
    """Take the maximum of every coordinate over a sentence's own words.

    The first release of InferSent let the zeros of the padding take part, so that a short sentence's vector depended on
    the other sentences of its batch. Here what lies beyond a sentence's end is minus infinity and can never win.

    Parameters
    ----------
    states
        One vector per word, ``[sentences, time, dim]``; those in the padding are ignored.
    lengths
        ``[sentences]``, each at least 1.

    Returns
    -------
    Tensor
        ``[sentences, dim]``.

    Raises
    ------
    ValueError
        If a sentence has no word: the maximum of nothing is not defined.
    """
    padding = _padding(states, lengths, "max")
    return states.masked_fill(padding, -torch.inf).amax(dim=1)


def mean_pool(states: Tensor, lengths: Tensor) -> Tensor:
    """Take the mean of every coordinate over a sentence's own words.

    What lies beyond a sentence's end adds nothing, and the sum is divided by the sentence's own length.

    Parameters
    ----------
    states
        One vector per word, ``[sentences, time, dim]``; those in the padding are ignored.
    lengths
        ``[sentences]``, each at least 1.

    Returns
    -------
    Tensor
        ``[sentences, dim]``.

    Raises
    ------
    ValueError
        If a sentence has no word: the mean of nothing is not defined.
    """
    padding = _padding(states, lengths, "mean")
    total = states.masked_fill(padding, 0.0).sum(dim=1)  # [sentences, dim]
    return total / sent(lengths, total.device).to(total).unsqueeze(1)


def _padding(states: Tensor, lengths: Tensor, pooling: str) -> Tensor:
    """Return what lies beyond each sentence's end, ``[sentences, time, 1]``; refuse a sentence without a word."""
    # A graph that is being exported holds no errors of ours.
    if not torch.compiler.is_exporting():
        _refuse_wordless(lengths, pooling)
    time = torch.arange(states.shape[1], device=states.device)
    return (time >= sent(lengths, states.device).unsqueeze(1)).unsqueeze(2)


def _refuse_wordless(lengths: Tensor, pooling: str) -> None:
    if len(lengths) and int(lengths.min()) < 1:
        raise ValueError(
            f"Sentence {int(lengths.argmin())} has length {int(lengths.min())}; {pooling} pooling needs a word."
        )


def states_in_windows(encoder: Encoder, network: nn.LSTM | nn.GRU, ids: Tensor, window: int) -> Iterator[Tensor]:
    """Yield the states of one sentence, ``[words, directions * units]``, a window of words at a time, from its start.

    A network that reads backwards comes to the first window last. So all windows are read twice: once from the right to
    the left, to know with which state the backward network enters each, and once from the left to the right.

    Parameters
    ----------
    encoder
        Gives the word vectors.
    network
        Of one layer, which reads in one direction or in both.
    ids
        The sentence's word ids, ``[time]``.
    window
        How many words are read at a time.
    """
    windows = ids.unsqueeze(0).split(window, dim=1)  # [1, window] each
    entering: list[_State | None] = [None] * len(windows)
    state: _State | None = None
    if network.bidirectional:
        for i in reversed(range(1, len(windows))):
            _, state = _read(network, encoder.words(windows[i]), state)
            entering[i - 1] = state
    state = None
    for each, backward in zip(windows, entering, strict=True):
        states, state = _read(network, encoder.words(each), _both(state, backward))
        yield states[0]  # [window, directions * units]


def _read(network: nn.LSTM | nn.GRU, words: Tensor | PackedSequence, state: _State | None = None) -> tuple[Any, _State]:
    """Return what a network returns for words; in 32 bits under autocast where the processor has no network in 16.

    Torch asks oneDNN where all sentences have one length, and oneDNN has no such network without AVX-512.
    """
    result: tuple[Any, _State]
    try:
        result = network(words, state)
    except RuntimeError as error:
        if not torch.is_autocast_enabled("cpu") or "primitive" not in str(error):
            raise
        with torch.autocast("cpu", enabled=False):
            result = network(words, state)
    return result


def _both(forward: _State | None, backward: _State | None) -> _State | None:
    """Return a state with the forward half of one and the backward half of the other; None stands for zeros."""
    if isinstance(forward, tuple) or isinstance(backward, tuple):
        states, cells = zip(forward or (None, None), backward or (None, None), strict=True)
        return _both(*states), _both(*cells)  # type: ignore[return-value]
    if forward is None:
        forward = None if backward is None else torch.zeros_like(backward)
    if backward is None:
        backward = None if forward is None else torch.zeros_like(forward)
    if forward is None or backward is None:
        return None
    return torch.cat([forward[:1], backward[1:]])  # [directions, 1, units]


class Encoder(nn.Module):
    """What every encoder is: word vectors, dropout on them, and a ``forward`` that makes one vector of a sentence.

    Parameters
    ----------
    embedding
        From word ids to word vectors.
    hidden
        Half the numbers of the sentence vector.
    dropout
        Share of the word vectors' numbers set to zero in training; 0 in the paper.

    Attributes
    ----------
    dim
        How many coordinates a sentence vector has: ``2 * hidden``.
    bounded
        Whether every number of a sentence vector lies between -1 and 1, as the states of a recurrent network do.
    """

    bounded = True

    @property
    def longest_trained(self) -> int:
        """How many words a text may have to be trained on: backpropagation keeps all states of the longest at once.

        Of a text of so many words that is 2 to 7 GB, whatever the encoder's size. To encode a text needs no such bound,
        see :meth:`in_windows`.
        """
        return _STATES_TRAINED // self.dim

    def __init__(self, embedding: WordEmbedding, hidden: int, *, dropout: float = 0.0) -> None:
        super().__init__()
        self.embedding = embedding
        self.dropout = nn.Dropout(dropout)
        self.dim = 2 * hidden

    def forward(self, ids: Tensor, lengths: Tensor) -> Tensor:
        """Return the sentence vectors of ``ids [sentences, time]`` as ``[sentences, dim]``."""
        raise NotImplementedError

    def in_windows(self, ids: Tensor, window: int) -> Tensor:
        """Return the vector of one sentence that is too long to be read in one piece, without gradients in mind.

        It is the vector that ``forward`` gives, up to rounding: what a network carries from word to word it also
        carries from window to window.

        Parameters
        ----------
        ids
            The sentence's word ids, ``[time]``.
        window
            How many words are read at a time; the memory needed depends on it alone.

        Returns
        -------
        Tensor
            ``[dim]``; at least in float32, whatever the parameters' precision, where much had to be added up.
        """
        raise NotImplementedError

    def words(self, ids: Tensor) -> Tensor:
        """Return the word vectors of ``ids [...]`` as ``[..., word dim]``."""
        words: Tensor = self.dropout(self.embedding(ids))
        return words

    def packed_words(self, ids: Tensor, lengths: Tensor) -> PackedSequence:
        """Return the vectors of all words, ``[all words, word dim]``, packed: the padding is left out."""
        packed = pack_padded_sequence(ids, lengths.cpu(), batch_first=True, enforce_sorted=False)
        words = self.words(packed.data)  # [all words] -> [all words, word dim]
        return PackedSequence(words, packed.batch_sizes, packed.sorted_indices, packed.unsorted_indices)


def packing(lengths: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return how sentences are packed, as indices: what torch's own packing does word by word, in one step each way.

    Parameters
    ----------
    lengths
        ``[sentences]``, on the CPU, each at least 1.

    Returns
    -------
    tuple of Tensor
        The batch sizes, ``[time]``; for each packed word its place among the padded ones, ``[all words]`` indices into
        ``sentences * time``; and for each padded one its place among the packed, ``[sentences, time]``, which in the
        padding is that of the sentence's first word.
    """
    sentences, time = len(lengths), int(lengths.max())
    order = lengths.argsort(descending=True, stable=True)  # [sentences], the longest first
    there = torch.arange(time).unsqueeze(1) < lengths[order]  # [time, sentences]
    sizes = there.sum(dim=1)  # [time]
    starts = sizes.cumsum(0) - sizes  # [time]
    place = torch.where(there, starts.unsqueeze(1), 0) + torch.arange(sentences)  # [time, sentences]
    padded = torch.empty(sentences, time, dtype=torch.long)
    padded[order] = place.t()
    words = (order * time + torch.arange(time).unsqueeze(1))[there]  # [all words]
    return sizes, words, padded


class BiLSTM(Encoder):
    """A bidirectional LSTM over word vectors; a subclass says by its ``pool`` how the states become one vector.

    The forward and the backward LSTM read a sentence from its two ends; the state of a word is their two states side by
    side.

    Parameters
    ----------
    embedding, dropout
        See :class:`Encoder`.
    hidden
        Units per direction; the sentence vector has ``2 * hidden`` numbers (2048 and 4096 in the paper).
    """

    #: From ``states [sentences, time, dim]`` and ``lengths [sentences]`` to ``[sentences, dim]``.
    pool: Callable[[Tensor, Tensor], Tensor]

    def __init__(self, embedding: WordEmbedding, hidden: int, *, dropout: float = 0.0) -> None:
        super().__init__(embedding, hidden, dropout=dropout)
        self.lstm = nn.LSTM(embedding.dim, hidden, bidirectional=True, batch_first=True)

    def states(self, ids: Tensor, lengths: Tensor) -> Tensor:
        """Return every word's state, ``[sentences, time, dim]``, zero in the padding.

        A packed sequence contains no padding, so the backward LSTM starts at each sentence's own last word.
        """
        packed = _read(self.lstm, self.packed_words(ids, lengths))[0]
        states, _ = pad_packed_sequence(packed, batch_first=True, total_length=ids.shape[1])
        return states

    def forward(self, ids: Tensor, lengths: Tensor) -> Tensor:
        """Return the sentence vectors of ``ids [sentences, time]`` as ``[sentences, dim]``."""
        return self.pool(self.states(ids, lengths), lengths)

    def in_windows(self, ids: Tensor, window: int) -> Tensor:
        """Return the vector of the sentence ``ids [time]``, see :meth:`Encoder.in_windows`."""
        return self.pool_windows(states_in_windows(self, self.lstm, ids, window))

    def pool_windows(self, windows: Iterable[Tensor]) -> Tensor:
        """Return what ``pool`` makes of the states of one sentence, ``[words, dim]`` in each window."""
        raise NotImplementedError


class BiLSTMMax(BiLSTM):
    """A bidirectional LSTM with max pooling over time (Conneau et al. 2017, section 3.2.3).

    Each coordinate of the sentence vector is the largest over the words.
    """

    pool = staticmethod(max_pool)

    def forward(self, ids: Tensor, lengths: Tensor) -> Tensor:
        """Return the sentence vectors of ``ids [sentences, time]`` as ``[sentences, dim]``."""
        if ids.device.type == "cuda":
            return self.gathered(ids, lengths)
        # Where gradients are wanted and no GPU's library has a backward pass of its own, ours is faster.
        if not (torch.is_grad_enabled() and self.lstm.weight_hh_l0.requires_grad and ids.device.type == "cpu"):
            return super().forward(ids, lengths)
        words = self.packed_words(ids, lengths)
        trained = pack_padded_sequence(ids, lengths, batch_first=True, enforce_sorted=False).data < len(
            self.embedding.trained
        )  # [all words]
        return max_over_words(words, self.lstm, trained)

    def gathered(self, ids: Tensor, lengths: Tensor) -> Tensor:
        """Return what ``forward`` does, in few and large steps: a GPU waits for a processor that asks word by word.

        The padding repeats the sentence's first word, which changes no maximum.
        """
        _refuse_wordless(lengths, "max")
        sizes, words, padded = packing(lengths.cpu())
        words, padded = sent(words, ids.device), sent(padded, ids.device)
        packed = PackedSequence(self.words(ids[:, : padded.shape[1]].flatten()[words]), sizes)
        states = self.lstm(packed)[0].data  # [all words, dim]
        # [sentences * time, dim] -> [sentences, time, dim] -> [sentences, dim]
        largest: Tensor = states.index_select(0, padded.flatten()).unflatten(0, padded.shape).max(dim=1).values
        return largest

    def pool_windows(self, windows: Iterable[Tensor]) -> Tensor:
        """Keep the largest value of each coordinate so far."""
        return reduce(torch.maximum, (states.amax(dim=0) for states in windows))

    @staticmethod
    def winners(states: Tensor, lengths: Tensor) -> Tensor:
        """Return from which word each coordinate comes, ``[sentences, dim]``: the first, if several are equal."""
        padding = _padding(states, lengths, "max")
        return states.masked_fill(padding, -torch.inf).argmax(dim=1)  # [sentences, time, dim] -> [sentences, dim]


class BiLSTMMean(BiLSTM):
    """A bidirectional LSTM with mean pooling over time (Conneau et al. 2017, section 3.2.3).

    Each coordinate of the sentence vector is the average over the words.
    """

    pool = staticmethod(mean_pool)

    def pool_windows(self, windows: Iterable[Tensor]) -> Tensor:
        """Add up the windows' sums, in a precision in which many words can be added."""
        parts = [(states.sum(dim=0, dtype=_precise(states)), len(states)) for states in windows]
        sums, words = zip(*parts, strict=True)
        mean: Tensor = sum(sums) / sum(words)
        return mean


class InnerAttention(BiLSTM):
    """A bidirectional LSTM and several weighted means of its states (Conneau et al. 2017, section 3.2.4).

    Of the states h_t, each view k weighs those that match a vector c_k of its own:
    a_t = softmax over t of (tanh(W h_t + b) . c_k), and the view is the sum of a_t h_t. The sentence vector is the
    views side by side.

    Parameters
    ----------
    embedding, dropout
        See :class:`Encoder`.
    hidden
        Half the numbers of the sentence vector, which the views share equally.

    Raises
    ------
    ValueError
        If ``hidden`` is not a multiple of the number of views.
    """

    VIEWS = 4

    def __init__(self, embedding: WordEmbedding, hidden: int, *, dropout: float = 0.0) -> None:
        super().__init__(embedding, _share(hidden, self.VIEWS, "views"), dropout=dropout)
        self.dim = 2 * hidden
        width = 2 * self.lstm.hidden_size
        self.key = nn.Linear(width, width)
        self.views = nn.Linear(width, self.VIEWS, bias=False)

    def pool(self, states: Tensor, lengths: Tensor) -> Tensor:
        """Return the views of ``states [sentences, time, width]``, ``[sentences, views * width]``."""
        scores = self.scores(states)  # [sentences, time, views]
        weights = scores.masked_fill(_padding(states, lengths, "attention"), -torch.inf).softmax(dim=1)
        return torch.einsum("stv,stw->svw", weights, states).flatten(1)  # [sentences, views * width]

    def scores(self, states: Tensor) -> Tensor:
        """Return how well each state ``[..., width]`` matches each view, ``[..., views]``."""
        scores: Tensor = self.views(self.key(states).tanh())
        return scores

    def pool_windows(self, windows: Iterable[Tensor]) -> Tensor:
        """Weigh each window's views by its share of all weights."""
        parts = []
        for states in windows:
            precise, scores = states.to(_precise(states)), self.scores(states).to(_precise(states))
            # [views, words] @ [words, width]
            parts.append((scores.logsumexp(dim=0), scores.softmax(dim=0).t() @ precise))
        totals, views = (torch.stack(each) for each in zip(*parts, strict=True))  # [windows, views], and width beyond
        return torch.einsum("nv,nvw->vw", totals.softmax(dim=0), views).flatten()


class LastState(Encoder):
    """A recurrent network whose state after the last word is the sentence vector (Conneau et al. 2017, section 3.2.1).

    A subclass says which network reads, and whether a second one reads backwards. If so, the sentence vector is the two
    last states side by side: the forward one after the last word, the backward one after the first.

    Parameters
    ----------
    embedding, dropout
        See :class:`Encoder`.
    hidden
        Half the numbers of the sentence vector: a network that reads one way has twice as many units.
    """

    network: type[nn.LSTM | nn.GRU]
    both_ways: bool

    def __init__(self, embedding: WordEmbedding, hidden: int, *, dropout: float = 0.0) -> None:
        super().__init__(embedding, hidden, dropout=dropout)
        units = hidden if self.both_ways else self.dim
        self.rnn = self.network(embedding.dim, units, bidirectional=self.both_ways, batch_first=True)

    def forward(self, ids: Tensor, lengths: Tensor) -> Tensor:
        """Return the sentence vectors of ``ids [sentences, time]`` as ``[sentences, dim]``."""
        if len(lengths) and int(lengths.min()) < 1:
            raise ValueError(f"Sentence {int(lengths.argmin())} has no word, so there is no last state.")
        _, last = _read(self.rnn, self.packed_words(ids, lengths))
        states: Tensor = last[0] if isinstance(last, tuple) else last  # an LSTM has a cell beside its state
        return states.transpose(0, 1).flatten(1)  # [directions, sentences, units] -> [sentences, dim]

    def in_windows(self, ids: Tensor, window: int) -> Tensor:
        """Return the vector of the sentence ``ids [time]``, see :meth:`Encoder.in_windows`."""
        first: Tensor | None = None
        for states in states_in_windows(self, self.rnn, ids, window):
            first = states[0] if first is None else first
        last = states[-1]
        if not self.both_ways or first is None:
            return last
        units = self.rnn.hidden_size
        return torch.cat([last[:units], first[units:]])


class LSTMLast(LastState):
    """The last state of an LSTM."""

    network, both_ways = nn.LSTM, False


class GRULast(LastState):
    """The last state of a gated recurrent unit."""

    network, both_ways = nn.GRU, False


class BiGRULast(LastState):
    """The last states of two gated recurrent units, one reading forwards and one backwards."""

    network, both_ways = nn.GRU, True


class HierarchicalConvNet(Encoder):
    """Four convolutions on top of one another, and the maximum over time of each (Conneau et al. 2017, section 3.2.5).

    Each layer sees one more word to the left and to the right than the layer below. The sentence vector is the four
    layers' maxima side by side.

    Parameters
    ----------
    embedding, dropout
        See :class:`Encoder`.
    hidden
        Half the numbers of the sentence vector, which the layers share equally.

    Raises
    ------
    ValueError
        If ``2 * hidden`` is not a multiple of the number of layers.
    """

    LAYERS = 4
    bounded = False

    def __init__(self, embedding: WordEmbedding, hidden: int, *, dropout: float = 0.0) -> None:
        super().__init__(embedding, hidden, dropout=dropout)
        channels = _share(self.dim, self.LAYERS, "layers")
        widths = [embedding.dim, *[channels] * (self.LAYERS - 1)]
        self.layers = nn.ModuleList(nn.Conv1d(width, channels, kernel_size=3, padding=1) for width in widths)

    def forward(self, ids: Tensor, lengths: Tensor) -> Tensor:
        """Return the sentence vectors of ``ids [sentences, time]`` as ``[sentences, dim]``."""
        states = self.words(ids)  # [sentences, time, word dim]
        padding = _padding(states, lengths, "max")
        maxima = []
        for layer in self.layers:
            # Zeros beyond the end, as if the sentence stood alone: the states in the padding must not leak in.
            states = layer(states.masked_fill(padding, 0.0).transpose(1, 2)).relu().transpose(1, 2)
            maxima.append(max_pool(states, lengths))  # [sentences, time, channels] -> [sentences, channels]
        return torch.cat(maxima, dim=1)

    def in_windows(self, ids: Tensor, window: int) -> Tensor:
        """Return the vector of the sentence ``ids [time]``, see :meth:`Encoder.in_windows`.

        A state of the last layer depends on as many words to its left and right as there are layers. So each window is
        read with that many words around it, whose own states are then left out.
        """
        maxima = []
        for start in range(0, len(ids), window):
            left, stop = max(0, start - self.LAYERS), start + window
            states = self.words(ids[left : stop + self.LAYERS]).t()  # [word dim, words]
            each = []
            for layer in self.layers:
                states = layer(states).relu()  # [channels, words]
                each.append(states[:, start - left : stop - left].amax(dim=1))
            maxima.append(torch.cat(each))
        return reduce(torch.maximum, maxima)


class AttentionLayer(nn.Module):
    """One layer of a transformer: every word looks at all words, then at itself (Vaswani et al. 2017, section 3).

    Each of the two parts is added to what it read, and reads it normalised (Xiong et al. 2020, figure 1b), so that
    training needs no slow start.

    Parameters
    ----------
    width
        Numbers of a word's state.
    heads
        How many looks a word takes at once, each with an equal share of the width.
    """

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.attention_norm, self.feed_norm = nn.LayerNorm(width), nn.LayerNorm(width)
        self.query, self.key_value = nn.Linear(width, width), nn.Linear(width, 2 * width)
        self.mix = nn.Linear(width, width)
        self.feed = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def look_up(self, states: Tensor) -> tuple[Tensor, Tensor]:
        """Return the keys and values of ``states [sentences, time, width]``, ``[sentences, heads, time, share]``."""
        keys, values = self.key_value(self.attention_norm(states)).chunk(2, dim=-1)
        return self._by_head(keys), self._by_head(values)

    def forward(self, states: Tensor, keys: Tensor, values: Tensor, seen: Tensor | None = None) -> Tensor:
        """Return the new states of some words, of the shape of ``states [sentences, some, width]``.

        ``keys`` and ``values`` are those of all words, and ``seen [sentences, 1, 1, time]`` says which may be seen.
        """
        queries = self._by_head(self.query(self.attention_norm(states)))
        found: Tensor = F.scaled_dot_product_attention(queries, keys, values, attn_mask=seen)
        states = states + self.mix(found.transpose(1, 2).flatten(2))  # [sentences, heads, some, share] -> [.., width]
        new: Tensor = states + self.feed(self.feed_norm(states))
        return new

    def _by_head(self, states: Tensor) -> Tensor:
        """Turn ``[sentences, time, width]`` into ``[sentences, heads, time, share]``."""
        by_head: Tensor = states.unflatten(2, (self.heads, -1))
        return by_head.transpose(1, 2)


class Transformer(Encoder):
    """A small transformer over word vectors, and the maximum and the mean of its states side by side.

    It is not one of the paper's encoders: it has what readers use today in the BiLSTM's place, trained from nothing.
    The word vectors are projected to the width of the states, and sines of their place are added, so that order counts
    (Vaswani et al. 2017, section 3.5).

    Parameters
    ----------
    embedding, dropout
        See :class:`Encoder`.
    hidden
        The width of the states, and half the numbers of the sentence vector.

    Raises
    ------
    ValueError
        If ``hidden`` is not a multiple of the number of heads.
    """

    LAYERS, HEADS = 2, 4
    bounded = False

    def __init__(self, embedding: WordEmbedding, hidden: int, *, dropout: float = 0.0) -> None:
        super().__init__(embedding, hidden, dropout=dropout)
        _share(hidden, self.HEADS, "heads")
        self.project = nn.Linear(embedding.dim, hidden)
        self.layers = nn.ModuleList(AttentionLayer(hidden, self.HEADS) for _ in range(self.LAYERS))
        self.norm = nn.LayerNorm(hidden)

    @property
    def attention(self) -> Iterator[AttentionLayer]:
        """The layers, from the words upwards."""
        return cast("Iterator[AttentionLayer]", iter(self.layers))

    def forward(self, ids: Tensor, lengths: Tensor) -> Tensor:
        """Return the sentence vectors of ``ids [sentences, time]`` as ``[sentences, dim]``."""
        padding = _padding(ids, lengths, "max")  # [sentences, time, 1]
        seen = ~padding.transpose(1, 2).unsqueeze(1)  # [sentences, 1, 1, time]
        states = self.read(ids, 0)  # [sentences, time, hidden]
        for layer in self.attention:
            states = layer(states, *layer.look_up(states), seen)
        states = self.norm(states)
        return torch.cat([max_pool(states, lengths), mean_pool(states, lengths)], dim=1)

    def read(self, ids: Tensor, start: int) -> Tensor:
        """Return the states of ``ids [sentences, time]`` below the first layer; the first word has place ``start``."""
        states: Tensor = self.project(self.words(ids))  # [sentences, time, word dim] -> [sentences, time, hidden]
        place = torch.arange(start, start + ids.shape[1], device=ids.device, dtype=torch.float32)
        pairs = torch.arange(0, states.shape[2], 2, device=ids.device, dtype=torch.float32)
        angle = place.unsqueeze(1) / 10_000 ** (pairs / states.shape[2])  # [time, hidden / 2]
        return states + torch.stack([angle.sin(), angle.cos()], dim=2).flatten(1).to(states)

    def in_windows(self, ids: Tensor, window: int) -> Tensor:
        """Return the vector of the sentence ``ids [time]``, see :meth:`Encoder.in_windows`.

        Every word may look at every other, so the states of all words are kept, and nothing else of them.
        """
        starts = range(0, len(ids), window)
        states = [self.read(ids[None, start : start + window], start) for start in starts]  # [1, window, hidden] each
        for layer in self.attention:
            parts = zip(*(layer.look_up(some) for some in states), strict=True)
            keys, values = (torch.cat(part, dim=2) for part in parts)
            states = [layer(some, keys, values) for some in states]
        read = [self.norm(some)[0] for some in states]
        largest = reduce(torch.maximum, (some.amax(dim=0) for some in read))
        total = sum(some.sum(dim=0, dtype=_precise(some)) for some in read)
        return torch.cat([largest.to(total), total / len(ids)])


def _precise(states: Tensor) -> torch.dtype:
    """Return the precision in which many states are added up: their own, but at least float32."""
    return torch.promote_types(states.dtype, torch.float32)


def _share(total: int, parts: int, what: str) -> int:
    if total % parts:
        raise ValueError(f"{total} units cannot be shared by {parts} {what}; take a multiple of {parts}.")
    return total // parts


#: The seven encoders of the paper, by name. Each is called with (embedding, hidden, dropout=...).
PAPER_ENCODERS: dict[str, Callable[..., Encoder]] = {
    "lstm-last": LSTMLast,
    "gru-last": GRULast,
    "bigru-last": BiGRULast,
    "bilstm-mean": BiLSTMMean,
    "inner-attention": InnerAttention,
    "hierarchical-convnet": HierarchicalConvNet,
    "bilstm-max": BiLSTMMax,
}

#: All encoders by name.
ENCODERS: dict[str, Callable[..., Encoder]] = {**PAPER_ENCODERS, "transformer": Transformer}


def build_encoder(name: str, embedding: WordEmbedding, hidden: int, *, dropout: float = 0.0) -> Encoder:
    """Return the encoder of that name.

    Raises
    ------
    ValueError
        If there is none of that name; the message suggests the nearest.
    """
    return choose("encoder", name, ENCODERS)(embedding, hidden, dropout=dropout)
