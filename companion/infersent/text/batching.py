"""From pairs of texts to batches of word ids in which each distinct sentence appears once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Sized
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from itertools import chain, pairwise
from typing import Any, TypeVar

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from infersent.data.cache import cached_arrays
from infersent.data.pairs import LABELS, Pairs
from infersent.foundation.arrays import Array, Floats, Ints
from infersent.foundation.devices import sent
from infersent.foundation.wording import counted
from infersent.text.pieces import PieceIds, reads_by_piece
from infersent.text.tokenizer import PAD_ID, UNKNOWN_ID

_Text = TypeVar("_Text", bound=Sized)

# Part of the cache's key: raise it whenever the same pairs and tokenizer would give other arrays.
_ENCODING_VERSION = 1

#: How many words a batch may have, its padding among them: what bounds the memory, where the number of sentences does
#: not. 256 pairs of sentences of up to 128 words fit.
WORDS_AT_ONCE = 65_536

# How many sentences the tokenizer gets at a time, and how many characters: what it returns for each needs far more
# memory than the ids alone.
_SENTENCES_AT_ONCE = 10_000
_CHARACTERS_AT_ONCE = 1_000_000
_BETWEEN_WORDS = re.compile("(?<=[a-zA-Z]) (?=[a-zA-Z])")


@dataclass(frozen=True)
class Batch:
    """Some pairs, and the distinct sentences that they are made of.

    Attributes
    ----------
    ids
        Word ids, ``[sentences, time]``, padded on the right.
    lengths
        The number of words of each sentence, ``[sentences]``, on the CPU.
    premises, hypotheses
        The row of each pair's sentence in ``ids``, ``[pairs]``.
    labels
        Indices into the names of the labels, ``[pairs]``.
    distributions
        The share of each label, ``[pairs, labels]``, float32, if labels are soft.
    """

    ids: Tensor
    lengths: Tensor
    premises: Tensor
    hypotheses: Tensor
    labels: Tensor
    distributions: Tensor | None = None

    def __len__(self) -> int:
        return len(self.labels)

    def to(self, device: torch.device | str) -> Batch:
        """Return the batch on another device; lengths stay on the CPU, where packing wants them."""
        return Batch(
            sent(self.ids, device),
            self.lengths,
            sent(self.premises, device),
            sent(self.hypotheses, device),
            sent(self.labels, device),
            None if self.distributions is None else sent(self.distributions, device),
        )


@dataclass(frozen=True)
class EncodedPairs:
    """Pairs as word ids: every distinct sentence once, all in one flat array.

    Attributes
    ----------
    words
        The ids of all distinct sentences, one after the other.
    starts
        ``[distinct + 1]``: sentence ``i`` is ``words[starts[i]:starts[i + 1]]``.
    premises, hypotheses
        ``[pairs]``: the distinct sentence on each side.
    labels
        ``[pairs]``, indices into ``label_names``.
    label_names
        What the labels are called.
    distributions
        ``[pairs, labels]``, float32, the share of each label, if labels are soft.
    """

    words: Ints
    starts: Ints
    premises: Ints
    hypotheses: Ints
    labels: Ints
    label_names: tuple[str, ...] = LABELS
    distributions: Floats | None = None

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def lengths(self) -> Ints:
        """The number of words of each distinct sentence."""
        return np.diff(self.starts)

    @property
    def sentences(self) -> list[Ints]:
        """The word ids of each distinct sentence."""
        return [self.words[start:stop] for start, stop in pairwise(self.starts)]

    def take(self, rows: Ints) -> EncodedPairs:
        """Return the pairs at ``rows`` alone, of the same sentences."""
        soft = None if self.distributions is None else self.distributions[rows]
        return replace(
            self,
            premises=self.premises[rows],
            hypotheses=self.hypotheses[rows],
            labels=self.labels[rows],
            distributions=soft,
        )

    def check_lengths(self, most: int) -> None:
        """Refuse a pair with a text of more than ``most`` words, before the work that would fail at it.

        Raises
        ------
        ValueError
            If there is one; the message names the first, and counts the others.
        """
        lengths = self.lengths
        long = np.flatnonzero(np.maximum(lengths[self.premises], lengths[self.hypotheses]) > most)  # [long pairs]
        if not len(long):
            return
        row = int(long[0])
        premise, hypothesis = int(lengths[self.premises[row]]), int(lengths[self.hypotheses[row]])
        side = "premise" if premise >= hypothesis else "hypothesis"
        others = f", and {counted(len(long) - 1, 'pair')} more have such a text" if len(long) > 1 else ""
        raise ValueError(
            f"The {side} of pair {row + 1:,} of {len(self):,} has {max(premise, hypothesis):,} words{others}. With "
            f"this encoder a text to train on may have {most:,}, since training keeps a state for each word. Cut the "
            "texts, or leave the pairs out; a trained model encodes texts of any length."
        )

    def parts(self, rows: Ints, words: int = WORDS_AT_ONCE) -> list[Ints]:
        """Return the rows of a batch in parts that memory holds: all at once, unless a long text is among them.

        Parameters
        ----------
        rows
            The pairs of the batch.
        words
            How many words the distinct sentences of a part may have, with their padding; a pair that has more is a part
            of its own.

        Returns
        -------
        list of array
            ``[rows]`` itself where the batch fits; else every row once, the pairs with the longest sentences first.
        """
        distinct = np.unique(np.concatenate([self.premises[rows], self.hypotheses[rows]]))
        lengths = self.lengths
        if len(distinct) * int(lengths[distinct].max()) <= words:
            return [rows]
        longer = np.maximum(lengths[self.premises[rows]], lengths[self.hypotheses[rows]])  # [rows]
        order = rows[np.argsort(-longer, kind="stable")]
        found, start = [], 0
        longest = -np.sort(-longer)
        while start < len(order):
            stop = start + max(1, words // (2 * int(longest[start])))
            found.append(order[start:stop])
            start = stop
        return found

    def batch(self, rows: Ints) -> Batch:
        """Return the pairs at ``rows`` as a batch, in which a sentence that several of them share occurs once."""
        both = np.concatenate([self.premises[rows], self.hypotheses[rows]])  # [2 * pairs]
        sentences, positions = np.unique(both, return_inverse=True)
        ids, lengths = pad([self.words[self.starts[i] : self.starts[i + 1]] for i in sentences])
        premises, hypotheses = torch.from_numpy(positions).chunk(2)
        soft = None if self.distributions is None else torch.from_numpy(self.distributions[rows])
        return Batch(ids, lengths, premises, hypotheses, torch.from_numpy(self.labels[rows]), soft)


def as_texts(sentences: Sequence[str]) -> list[str]:
    """Return the sentences as a list; refuse what would give other texts than meant, or none.

    Raises
    ------
    TypeError
        If an item is not a text, or the sentences come as a whole table, a dictionary or a set.
    """
    if isinstance(sentences, Mapping | AbstractSet) or hasattr(sentences, "columns"):
        kind = type(sentences).__name__
        raise TypeError(f"The sentences come as a {kind}. Give a list of them, or one column: table['sentence'].")
    texts = sentences.to_pylist() if hasattr(sentences, "to_pylist") else list(sentences)  # a column of pyarrow
    for i, text in enumerate(texts):
        if not isinstance(text, str):
            raise TypeError(f"Sentence {i} is {text!r}, a {type(text).__name__}; every sentence must be a str.")
    return texts


def word_ids(tokenizer: Tokenizer, sentences: Sequence[str]) -> list[list[int]]:
    """Return the word ids of each sentence. A sentence without any token is read as one unknown word.

    Raises
    ------
    ValueError
        If a sentence holds half a character, a lone surrogate, which no encoding of text can write.
    """
    try:
        return _word_ids(tokenizer, sentences)
    except TypeError:  # the tokenizers library does not say which sentence, nor what is wrong with it
        for text in sentences:
            try:
                text.encode()
            except UnicodeEncodeError as error:
                near = text[max(0, error.start - 20) : error.start + 20]
                raise ValueError(
                    f"Half a character (a lone surrogate) is in the sentence with {near!r}, as where a text was cut "
                    "inside an emoji. Cut it elsewhere, or: text.encode('utf-8', 'replace').decode()"
                ) from None
        raise


def _word_ids(tokenizer: Tokenizer, sentences: Sequence[str]) -> list[list[int]]:
    if reads_by_piece(tokenizer):
        known = PieceIds(tokenizer)
        return [known.of_text(text) for text in sentences]
    ids: list[list[int]] = []
    for some in in_portions(sentences, _SENTENCES_AT_ONCE, _CHARACTERS_AT_ONCE):
        if len(some[0]) > _CHARACTERS_AT_ONCE:  # one text, see in_portions
            pieces = [tokenizer.encode_batch_fast([piece])[0].ids for piece in _pieces(some[0])]
            ids.append(list(chain.from_iterable(pieces)) or [UNKNOWN_ID])
        else:
            ids += [encoding.ids or [UNKNOWN_ID] for encoding in tokenizer.encode_batch_fast(some)]
    return ids


def _pieces(text: str) -> Iterator[str]:
    """Cut a very long text where no rule of the tokenizer sees a difference: at a blank between two ASCII letters."""
    start = 0
    while cut := _BETWEEN_WORDS.search(text, start + _CHARACTERS_AT_ONCE):
        yield text[start : cut.start()]
        start = cut.end()
    yield text[start:]


def in_portions(sentences: Iterable[_Text], most: int, size: int) -> Iterator[list[_Text]]:
    """Yield all sentences in their order, up to ``most`` at a time, and fewer where they are long.

    Parameters
    ----------
    sentences
        Texts, or anything else that has a length.
    most
        How many sentences a portion has at most.
    size
        The greatest sum of their lengths; a sentence that is longer stands alone.
    """
    portion: list[_Text] = []
    held = 0
    for sentence in sentences:
        if portion and (len(portion) == most or held + len(sentence) > size):
            yield portion
            portion, held = [], 0
        portion.append(sentence)
        held += len(sentence)
    if portion:
        yield portion


def pad(sentences: Sequence[Sequence[int] | Ints]) -> tuple[Tensor, Tensor]:
    """Return ``ids [sentences, time]``, padded on the right, and ``lengths [sentences]``."""
    lengths = torch.tensor([len(s) for s in sentences])
    ids = np.full((len(sentences), int(lengths.max())), PAD_ID, dtype=np.int64)
    for row, sentence in zip(ids, sentences, strict=True):
        row[: len(sentence)] = sentence
    return torch.from_numpy(ids), lengths


def encode_pairs(pairs: Pairs, tokenizer: Tokenizer, *, cache: bool = True) -> EncodedPairs:
    """Turn texts into word ids, once: the result is cached for these pairs and this tokenizer."""

    def encode() -> dict[str, Array]:
        index = {sentence: i for i, sentence in enumerate(dict.fromkeys([*pairs.premises, *pairs.hypotheses]))}
        ids = word_ids(tokenizer, list(index))
        return {
            "words": np.fromiter(chain.from_iterable(ids), dtype=np.int32),
            "starts": np.cumsum([0, *map(len, ids)]),
            "premises": np.array([index[s] for s in pairs.premises], dtype=np.int64),
            "hypotheses": np.array([index[s] for s in pairs.hypotheses], dtype=np.int64),
            "labels": pairs.labels,
        }

    # Names and distributions are at hand; what takes time is kept.
    soft = None if pairs.distributions is None else pairs.distributions.astype(np.float32)
    beside: dict[str, Any] = {"label_names": pairs.label_names, "distributions": soft}
    if cache:
        key = (_ENCODING_VERSION, pairs.digest(), tokenizer.to_str())
        return EncodedPairs(**(beside | cached_arrays("encoded", key, encode)))
    return EncodedPairs(**(beside | encode()))


def batches_by_length(
    sentences: Sequence[Sequence[int] | Ints], batch_size: int, words: int = WORDS_AT_ONCE
) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """Yield all sentences in batches of similar length, the longest first: memory runs out at once or never.

    Parameters
    ----------
    sentences
        The word ids of each.
    batch_size
        How many sentences per batch at most.
    words
        How many words per batch at most, its padding among them; a sentence that is longer is a batch of its own.

    Yields
    ------
    tuple of Tensor
        The batch's indices into ``sentences``, ``[batch]``, and its ids and lengths as :func:`pad` returns them.
    """
    order = np.argsort([-len(sentence) for sentence in sentences], kind="stable")
    start = 0
    while start < len(order):
        longest = len(sentences[order[start]])
        rows = order[start : start + min(batch_size, max(1, words // longest))]
        yield torch.from_numpy(rows), *pad([sentences[i] for i in rows])
        start += len(rows)


def batches_in_order(encoded: EncodedPairs, batch_size: int, words: int = WORDS_AT_ONCE) -> Iterator[Batch]:
    """Yield all pairs in their order: for evaluation.

    A batch has up to ``batch_size`` pairs, and fewer where they would have more than ``words`` words with the padding.
    """
    lengths = encoded.lengths
    longer = np.maximum(lengths[encoded.premises], lengths[encoded.hypotheses])  # [pairs]
    start = 0
    while start < len(encoded):
        longest = np.maximum.accumulate(longer[start : start + batch_size])
        fit = int((2 * np.arange(1, len(longest) + 1) * longest <= words).sum())
        yield encoded.batch(np.arange(start, start + max(1, fit)))
        start += max(1, fit)


def shuffled_batches(encoded: EncodedPairs, batch_size: int, *, seed: int, epoch: int, pool: int = 64) -> list[Ints]:
    """Return the rows of each batch of one epoch, every pair once, in an order that depends on seed and epoch alone.

    Pairs are shuffled and divided into pools of ``pool`` batches. Within a pool they are sorted by the length of the
    premise (ties at random, but pairs that share a premise stay together, so that it is encoded once) and cut into
    batches, and the batches are shuffled. So a batch holds sentences of similar length, and yet its pairs change from
    epoch to epoch.
    """
    rng = np.random.default_rng([seed, epoch])
    lengths = encoded.lengths
    # A random rank for every distinct sentence keeps the pairs of one premise together through shuffling and sorting.
    rank = rng.permutation(len(lengths))[encoded.premises]  # [pairs]
    rows = np.lexsort((rng.random(len(rank)), rank))
    batches: list[Ints] = []
    for start in range(0, len(rows), pool * batch_size):
        chunk = rows[start : start + pool * batch_size]
        chunk = chunk[np.argsort(lengths[encoded.premises[chunk]], kind="stable")]
        batches += [chunk[i : i + batch_size] for i in range(0, len(chunk), batch_size)]
    return [batches[i] for i in rng.permutation(len(batches))]
