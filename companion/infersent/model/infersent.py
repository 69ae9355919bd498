"""InferSent: one encoder for both sentences, the pair features, a classifier head."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal, overload

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional as F
from tqdm.auto import tqdm

from infersent.data.pairs import LABELS, as_list, check_label_names
from infersent.foundation.arrays import Array, Floats
from infersent.foundation.caller import option
from infersent.foundation.devices import sent
from infersent.model.checkpoint import (
    DAMAGE_REMEDY,
    GIVEN,
    SHIPPED,
    Checkpoint,
    check_features,
    explained_damage,
    find_checkpoint,
    read_checkpoint,
    write_checkpoint,
)
from infersent.model.embedding import WordEmbedding
from infersent.model.encoders import build_encoder
from infersent.model.features import BLOCKS, Blocks, build_modules, features_width, pair_features
from infersent.model.heads import build_head
from infersent.model.official import OfficialEncoder, official_vectors, read_official
from infersent.model.precision import check_precision, in_precision
from infersent.text.batching import (
    WORDS_AT_ONCE,
    Batch,
    EncodedPairs,
    as_texts,
    batches_by_length,
    batches_in_order,
    word_ids,
)
from infersent.text.catalogue import load_vectors
from infersent.text.tokenizer import SPECIAL_TOKENS, UNKNOWN_ID, more_words
from infersent.text.unknown_words import UnknownWords
from infersent.text.vectors import WordVectors
from infersent.text.vocabulary import Vocabulary

# The recurrent weights alone of so many units take 34 GB: what asks for more is a slip, which no memory would hold.
_MOST_UNITS = 2**15

# How many numbers the states of one batch may be, in `encode`: 64 MB in float32. A batch needs several times as much.
_NUMBERS_AT_ONCE = 2**24


@dataclass(frozen=True)
class ModelConfig:
    """Everything that determines a model's shape, apart from its vocabulary.

    Attributes
    ----------
    encoder
        A name from :data:`infersent.model.encoders.ENCODERS`.
    hidden
        Half the numbers of the sentence vector: the units per direction of a bidirectional LSTM.
    blocks
        The pair features, from the registry of :mod:`infersent.model.features`.
    head
        A name from :data:`infersent.model.heads.HEADS`.
    head_hidden
        Width of the head's hidden layers, if it has any.
    word_dropout, feature_dropout
        Share of the numbers of the word vectors, and of the pair features, that training sets to zero.
    """

    encoder: str = "bilstm-max"
    hidden: int = 256
    blocks: tuple[str, ...] = BLOCKS
    head: str = "stacked-linear"
    head_hidden: int = 512
    word_dropout: float = 0.0
    feature_dropout: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "blocks", Blocks(self.blocks))
        for name in ("hidden", "head_hidden"):
            if not 1 <= getattr(self, name) <= _MOST_UNITS:
                raise ValueError(f"{option(name, getattr(self, name))} is not between 1 and {_MOST_UNITS:,}.")
        for name in ("word_dropout", "feature_dropout"):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(f"{option(name, getattr(self, name))} is not in [0, 1); 0 drops nothing.")


class InferSent(nn.Module):
    """The model of Conneau et al. (2017): ``logits = head([blocks of u and v])``, u and v from one shared encoder.

    Parameters
    ----------
    config
        The shape.
    tokenizer
        From text to word ids.
    trained_words
        How many of the tokenizer's ids, counted from 0, have a trained vector, including the two special tokens.
    given
        The vectors of the other ids, ``[given, word dim]``.
    labels
        The names of the labels, two or more, in the order of the logits.

    Raises
    ------
    ValueError
        If the tokenizer has more or fewer words than there are vectors, a name in ``config`` is unknown, or there are
        fewer than two labels.
    """

    def __init__(
        self,
        config: ModelConfig,
        tokenizer: Tokenizer,
        trained_words: int,
        given: Tensor,
        labels: Sequence[str] = LABELS,
    ) -> None:
        super().__init__()
        self.labels = check_label_names(labels)
        if len(self.labels) < 2:
            raise ValueError(f"A model tells labels apart, so it needs two or more; there is only {self.labels[0]!r}.")
        words = tokenizer.get_vocab_size()
        if words != trained_words + len(given):
            raise ValueError(
                f"The tokenizer has {words} words, but there are {trained_words} trained and {len(given)} given ones."
            )
        self.config = config
        self.tokenizer = tokenizer
        embedding = WordEmbedding(trained_words, given)
        self.encoder = build_encoder(config.encoder, embedding, config.hidden, dropout=config.word_dropout)
        self.head = build_head(
            config.head,
            features_width(self.encoder.dim, config.blocks),
            hidden=config.head_hidden,
            dropout=config.feature_dropout,
            classes=len(self.labels),
        )
        # Of the blocks with parameters. Last, so that encoder and head start as they do without.
        self.features = build_modules(self.encoder.dim, config.blocks)

    @classmethod
    def from_vocabulary(
        cls, config: ModelConfig, vocabulary: Vocabulary, *, seed: int = 0, labels: Sequence[str] = LABELS
    ) -> InferSent:
        """Return an untrained model, whose parameters depend only on ``seed``; the global generator is not touched."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            trained_words = len(SPECIAL_TOKENS) + len(vocabulary.trained)
            return cls(config, vocabulary.tokenizer(), trained_words, torch.from_numpy(vocabulary.vectors), labels)

    @classmethod
    def from_pretrained(
        cls,
        path: str | Path | None = None,
        *,
        vectors: str | WordVectors | None = None,
        device: torch.device | str = "cpu",
    ) -> InferSent:
        """Return a trained model: the shipped one, or the one in a checkpoint's or a training run's folder.

        The shipped model (256 units per direction, trained on SNLI-122k) comes with the package; its model card is
        :data:`infersent.model.checkpoint.SHIPPED` ``/ "README.md"``.

        Parameters
        ----------
        path
            The folder; by default the shipped model's.
        vectors
            Further words for it, see :meth:`with_more_words`: their vectors, or the name of a GloVe file
            (``"glove.6B.100d"`` for the shipped model).
        device
            Where the model computes; ``"auto"`` takes CUDA or MPS where this machine has one.

        Raises
        ------
        infersent.model.checkpoint.CheckpointError
            If the folder is not a checkpoint, or its files do not fit together.
        ValueError
            If the model was trained with other vectors than these.
        """
        folder = find_checkpoint(SHIPPED if path is None else path)
        parts = read_checkpoint(folder)
        with explained_damage(folder, DAMAGE_REMEDY):
            with torch.random.fork_rng(devices=[]):  # the random initial values are overwritten below
                config = ModelConfig(**parts.config)
                model = cls(config, parts.tokenizer, parts.trained_words, parts.given, parts.labels)
            check_features(folder, parts.weights, model.state_dict())
            model.load_state_dict(parts.weights)
        if isinstance(vectors, str):
            vectors = load_vectors(vectors, keep=None, progress=sys.stderr.isatty())
        if vectors is not None:
            model = model.with_more_words(vectors)
        return model.eval().to(best_device() if device == "auto" else device)

    @classmethod
    def from_official(
        cls,
        path: str | Path,
        vectors: WordVectors | str | Path,
        *,
        version: Literal[1, 2] = 2,
        sentences: Iterable[str] | None = None,
        tokenize: Callable[[str], Sequence[str]] | None = None,
    ) -> OfficialEncoder:
        """Return an encoder that InferSent's authors released, such as ``infersent2.pkl``.

        The file, its word vectors and the tokenizer are yours to bring: see :mod:`infersent.model.official`. What comes
        back encodes as this class does, but predicts nothing, because the released files hold no classifier.

        Parameters
        ----------
        path
            The released file. Nothing in it is executed.
        vectors
            Word vectors, or the file that holds them: GloVe 840B for ``infersent1.pkl``, fastText's
            ``crawl-300d-2M.vec`` for ``infersent2.pkl``.
        version
            1 lets the padding take part in the maximum, as the first release did; take it for numbers that are faithful
            to ``infersent1.pkl``, with the batch size they were made with.
        sentences
            Those to be encoded later: only the vectors of their words are read from the file, rather than all (2 GB).
        tokenize
            From a text to its tokens, such as ``nltk.word_tokenize``, with which the authors' code splits. By default a
            simple rule of this package, which is close to it.

        Raises
        ------
        ValueError
            If the file is something else, or the vectors do not fit.
        """
        known = official_vectors(vectors, sentences, tokenize)
        return OfficialEncoder(read_official(path), known, version=version, tokenize=tokenize)

    def with_more_words(self, vectors: WordVectors) -> InferSent:
        """Return the same model with the further words of the vectors that it was trained with.

        An encoder that learned on some of GloVe's vectors can read the others, too. All words that the model knows
        keep their vectors; answers change only for sentences with words that it did not know.

        Raises
        ------
        ValueError
            If the vectors are not of the same kind: they have another dimension, or give other vectors to words that
            the model knows, or have none of these, so that nothing tells.
        """
        embedding = self.encoder.embedding
        if vectors.dim != embedding.dim:
            raise ValueError(
                f"{vectors.name} has vectors of {vectors.dim} numbers, but the model reads {embedding.dim}. "
                "Take the file that it was trained with."
            )
        known, trained = self.tokenizer.get_vocab(), len(embedding.trained)
        ids = np.array([known.get(word, -1) for word in vectors.words])
        shared = np.flatnonzero(ids >= trained)
        if not len(shared):
            raise ValueError(
                f"The model has none of its given vectors from {vectors.name}, so their coordinates mean nothing to "
                "it. Take the file that it was trained with."
            )
        mine = embedding.given.cpu().float().numpy()[ids[shared] - trained]  # [shared, dim]
        # The shipped vectors are rounded to float16.
        odd = ~np.isclose(mine, vectors.vectors[shared], rtol=2e-3, atol=1e-3).all(axis=1)
        if odd.any():
            word = vectors.words[shared[int(np.argmax(odd))]]
            raise ValueError(
                f"{vectors.name} has other vectors than the model for {int(odd.sum()):,} of {len(odd):,} words that "
                f"both know, such as {word!r}. Take the file that it was trained with."
            )
        new = np.flatnonzero(ids < 0)
        more = torch.from_numpy(vectors.vectors[new]).to(embedding.given)
        tokenizer = more_words(self.tokenizer, [vectors.words[i] for i in new])
        with torch.random.fork_rng(devices=[]):  # the random initial values are overwritten below
            model = type(self)(self.config, tokenizer, trained, torch.cat([embedding.given, more]), self.labels)
        own = model.state_dict()
        model.load_state_dict({name: own[name] if name == GIVEN else w for name, w in self.state_dict().items()})
        return model.to(self.device, next(self.parameters()).dtype).train(self.training)

    def with_new_head(self, labels: Sequence[str], *, seed: int = 0, head: str | None = None) -> InferSent:
        """Return a model with this one's words and trained encoder, and a fresh head for other labels.

        Blocks with parameters stay as they are trained, too.

        Parameters
        ----------
        labels
            Their names.
        seed
            Of the head's parameters; the global generator is not touched.
        head
            A name from :data:`infersent.model.heads.HEADS`; this model's kind if left out.
        """
        model = self.untrained(seed=seed, labels=labels, head=head or self.config.head)
        model.encoder.load_state_dict(self.encoder.state_dict())
        model.features.load_state_dict(self.features.state_dict())
        return model.to(self.device, next(self.parameters()).dtype)

    def untrained(self, *, seed: int = 0, labels: Sequence[str] | None = None, **changes: Any) -> InferSent:
        """Return a model with the same words and settings but fresh parameters, which depend only on ``seed``.

        Parameters
        ----------
        seed
            Of the parameters; the global generator is not touched.
        labels
            The names of its labels; this model's if left out.
        changes
            New values for fields of :class:`ModelConfig`: ``head="mlp"``.
        """
        embedding = self.encoder.embedding
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            config = replace(self.config, **changes)
            return type(self)(config, self.tokenizer, len(embedding.trained), embedding.given, labels or self.labels)

    def save(self, path: str | Path, metrics: dict[str, Any] | None = None) -> None:
        """Write the model to the folder ``path`` in one step; :meth:`from_pretrained` reads it.

        Numbers are stored in the model's precision: calling ``model.half()`` first halves the file, and the model that
        is read from it computes in float32 again.

        Parameters
        ----------
        path
            The folder; an older checkpoint there is replaced.
        metrics
            How it was trained and how good it is, as JSON values;
            :func:`infersent.model.checkpoint.load_metrics` returns them.

        Raises
        ------
        OSError
            If the disk is full or the folder cannot be written; an older checkpoint at ``path`` is left as it was.
        """
        trained_words = len(self.encoder.embedding.trained)
        parts = Checkpoint(asdict(self.config), self.tokenizer, trained_words, self.state_dict(), self.labels)
        write_checkpoint(path, parts, metrics)

    @property
    def device(self) -> torch.device:
        """Where the parameters are."""
        return next(self.parameters()).device

    def sentence_pair(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Return ``u`` and ``v``, ``[pairs, dim]`` each; every distinct sentence of the batch is encoded once."""
        if torch.is_grad_enabled() or batch.ids.numel() <= WORDS_AT_ONCE:
            sentences = self.encoder(batch.ids, batch.lengths)  # [sentences, time] -> [sentences, dim]
        else:  # one pair of a long text, see batches_in_order: each sentence without the other's padding, in windows
            rows = zip(batch.ids, batch.lengths, strict=True)
            sentences = torch.cat([self._one(ids[None, :length], length[None]) for ids, length in rows])
        return sentences[batch.premises], sentences[batch.hypotheses]

    @property
    def _words_at_once(self) -> int:
        """How many words one batch of :meth:`encode` may have, so that its states are not too many numbers."""
        return max(1, _NUMBERS_AT_ONCE // self.encoder.dim)

    def _one(self, ids: Tensor, lengths: Tensor) -> Tensor:
        """Return the vector of one sentence, ``[1, time] -> [1, dim]``, window by window where it is long."""
        if ids.shape[1] <= self._words_at_once:
            vector: Tensor = self.encoder(ids, lengths)
            return vector
        return self.encoder.in_windows(ids[0], self._words_at_once)[None]

    def forward(self, batch: Batch) -> Tensor:
        """Return the logits of a batch, ``[pairs, labels]``, in the order of :attr:`labels`."""
        u, v = self.sentence_pair(batch)
        logits: Tensor = self.head(self.pair_features(u, v))  # [pairs, width] -> [pairs, labels]
        return logits

    def pair_features(self, u: Tensor, v: Tensor, blocks: Sequence[str] | None = None) -> Tensor:
        """Return the blocks of ``u`` and ``v``, ``[pairs, dim]`` each, by this model's parameters if they have any.

        Parameters
        ----------
        u, v
            Where the model computes.
        blocks
            Some of the model's blocks; all of them, as the head takes them, if left out.

        Raises
        ------
        ValueError
            As :func:`infersent.model.features.pair_features`.
        """
        return pair_features(u, v, self.config.blocks if blocks is None else blocks, self.features)

    @torch.no_grad()
    def sentence_pairs(self, encoded: EncodedPairs, *, batch_size: int = 256) -> tuple[Tensor, Tensor]:
        """Return ``u`` and ``v`` of all pairs, ``[pairs, dim]`` each, where the model computes.

        Raises
        ------
        ValueError
            If there are no pairs.
        """
        if not len(encoded):
            raise ValueError("There are no pairs to encode.")
        with evaluating(self):
            sides = [self.sentence_pair(batch.to(self.device)) for batch in batches_in_order(encoded, batch_size)]
        return torch.cat([u for u, _ in sides]), torch.cat([v for _, v in sides])

    @overload
    def encode(
        self,
        sentences: str | Sequence[str],
        batch_size: int = ...,
        show_progress_bar: bool | None = ...,
        convert_to_numpy: Literal[True] = ...,
        normalize_embeddings: bool = ...,
        *,
        convert_to_tensor: Literal[False] = ...,
        precision: Literal["float32"] = ...,
        output_value: Literal["sentence_embedding"] = ...,
        device: torch.device | str | None = ...,
        prompt: None = ...,
        prompt_name: None = ...,
    ) -> Floats: ...

    @overload
    def encode(
        self,
        sentences: str | Sequence[str],
        batch_size: int = ...,
        show_progress_bar: bool | None = ...,
        *,
        convert_to_numpy: Literal[False],
        normalize_embeddings: bool = ...,
        convert_to_tensor: bool = ...,
        precision: str = ...,
        output_value: Literal["sentence_embedding"] = ...,
        device: torch.device | str | None = ...,
        prompt: None = ...,
        prompt_name: None = ...,
    ) -> Tensor: ...

    @overload
    def encode(
        self,
        sentences: str | Sequence[str],
        batch_size: int = ...,
        show_progress_bar: bool | None = ...,
        convert_to_numpy: bool = ...,
        normalize_embeddings: bool = ...,
        *,
        convert_to_tensor: Literal[True],
        precision: str = ...,
        output_value: Literal["sentence_embedding"] = ...,
        device: torch.device | str | None = ...,
        prompt: None = ...,
        prompt_name: None = ...,
    ) -> Tensor: ...

    @overload
    def encode(
        self,
        sentences: str | Sequence[str],
        batch_size: int = ...,
        show_progress_bar: bool | None = ...,
        convert_to_numpy: bool = ...,
        normalize_embeddings: bool = ...,
        *,
        convert_to_tensor: bool = ...,
        precision: str = ...,
        output_value: Literal["sentence_embedding"] = ...,
        device: torch.device | str | None = ...,
        prompt: None = ...,
        prompt_name: None = ...,
    ) -> Array | Tensor: ...

    @torch.no_grad()  # not inference_mode: a head may be trained on the vectors
    def encode(
        self,
        sentences: str | Sequence[str],
        batch_size: int = 128,
        show_progress_bar: bool | None = False,
        convert_to_numpy: bool = True,
        normalize_embeddings: bool = False,
        *,
        convert_to_tensor: bool = False,
        precision: str = "float32",
        output_value: str = "sentence_embedding",
        device: torch.device | str | None = None,
        prompt: str | None = None,
        prompt_name: str | None = None,
    ) -> Array | Tensor:
        """Return one vector per sentence; the options have the names that sentence-transformers gives to them.

        A sentence's vector does not depend on the others that are encoded with it. Words that the model does not know
        share one trained vector; a sentence without any word is read as one unknown word. A text may be as long as you
        like: what is too long for one piece is read window by window, with the same result.

        Several threads may encode with one model at the same time; none may train it meanwhile.

        Parameters
        ----------
        sentences
            One text, or ``n`` of them: a list, an array, a column of a table.
        batch_size
            How many sentences are encoded at a time, at most; they are sorted by length first, and long ones go in
            smaller batches, so that memory is bounded.
        show_progress_bar
            Show how many sentences are done, and how many per second; None does so where a terminal is.
        convert_to_numpy
            Return a numpy array rather than a tensor.
        normalize_embeddings
            Scale each vector to length 1, so that dot products are cosines.
        convert_to_tensor
            Return a tensor where the model computes, whatever ``convert_to_numpy`` says.
        precision
            A key of :data:`infersent.model.precision.PRECISIONS`. A quarter of the room, int8, hardly changes a cosine;
            signs alone take a 32nd and lose much.
        output_value, device, prompt, prompt_name
            Only for code that passes what sentence-transformers takes by default: this model gives sentence vectors,
            computes where ``model.to(device)`` has put it, and has no prompts.

        Returns
        -------
        numpy.ndarray or Tensor
            ``[n, dim]``; ``[dim]`` for one text. In the model's own precision, except that numpy has no bfloat16: such
            a model's arrays are float32.

        Raises
        ------
        TypeError
            If an item is not a text, or the sentences come as a whole table, a dictionary or a set.
        ValueError
            If ``batch_size`` is below 1, the precision is unknown or does not go with these vectors, or an option of
            sentence-transformers asks for what this model does not have.
        """
        texts = [sentences] if isinstance(sentences, str) else as_texts(sentences)
        _check_batch_size(batch_size)
        check_precision(precision, bounded=self.encoder.bounded, normalized=normalize_embeddings)
        self._check_foreign_options(output_value, device, prompt if prompt is not None else prompt_name)
        ids = word_ids(self.tokenizer, texts)
        unknown = UnknownWords()
        unknown.add(texts, ids)
        unknown.tell("their vectors mean little")
        vectors = self.encode_ids(ids, batch_size, show_progress_bar)
        if normalize_embeddings:
            vectors = F.normalize(vectors, dim=1)
        if isinstance(sentences, str):
            vectors = vectors[0]
        if convert_to_numpy and not convert_to_tensor:
            return in_precision(to_numpy(vectors), precision)
        if precision == "float32":
            return vectors
        return torch.from_numpy(in_precision(to_numpy(vectors), precision)).to(self.device)

    @torch.no_grad()
    def encode_ids(
        self, ids: Sequence[Sequence[int]], batch_size: int = 128, show_progress_bar: bool | None = False
    ) -> Tensor:
        """Return the vectors, ``[n, dim]``, of sentences that are word ids already; :meth:`encode` is for texts.

        Parameters
        ----------
        ids
            From :func:`infersent.text.batching.word_ids`.
        batch_size, show_progress_bar
            As for :meth:`encode`.

        Raises
        ------
        ValueError
            If ``batch_size`` is below 1.
        """
        _check_batch_size(batch_size)
        words = self._words_at_once
        dtype = next(self.parameters()).dtype
        vectors = torch.empty(len(ids), self.encoder.dim, device=self.device, dtype=dtype)
        quiet = None if show_progress_bar is None else not show_progress_bar  # None is "unless a terminal is there"
        bar = tqdm(total=len(ids), unit="sentence", disable=quiet, desc="encoding")
        with bar, evaluating(self):
            for rows, found in self._encode_batches(batches_by_length(ids, batch_size, words)):
                vectors[sent(rows, self.device)] = found.to(dtype)
                bar.update(len(rows))
        return vectors

    def _encode_batches(self, batches: Iterable[tuple[Tensor, Tensor, Tensor]]) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield the indices and the vectors, ``[rows, dim]``, of each batch; another engine may do several at once."""
        for rows, ids, lengths in batches:
            yield rows, self._encode_batch(sent(ids, self.device), lengths)

    def _encode_batch(self, ids: Tensor, lengths: Tensor) -> Tensor:
        """Return the vectors of a batch, ``[rows, time] -> [rows, dim]``."""
        if ids.shape[1] > self._words_at_once:  # one sentence, see batches_by_length
            return self._one(ids, lengths)
        vectors: Tensor = self.encoder(ids, lengths)
        return vectors

    def _check_foreign_options(self, output_value: str, device: torch.device | str | None, prompt: str | None) -> None:
        if output_value != "sentence_embedding":
            raise ValueError(f"output_value={output_value!r}: this model gives only 'sentence_embedding'.")
        if prompt is not None:
            raise ValueError(f"prompt {prompt!r}: this model was trained without prompts. Leave it out.")
        if device is not None and torch.device(device).type != self.device.type:
            raise ValueError(f"device={str(device)!r}, but the model is on {self.device}. Move it by model.to.")

    @staticmethod
    def similarity(some: Array | Tensor, others: Array | Tensor) -> Tensor:
        """Return the cosine of each vector with each other vector.

        Parameters
        ----------
        some, others
            Sentence vectors, ``[n, dim]`` and ``[m, dim]``, or one ``[dim]``; also in int8.

        Returns
        -------
        Tensor
            ``[n, m]``; at least in float32.

        Raises
        ------
        TypeError
            If they are texts.
        """
        for side in (some, others):
            if isinstance(side, str) or (isinstance(side, Sequence) and len(side) and isinstance(side[0], str)):
                raise TypeError("similarity compares vectors, and these are texts; give model.encode(texts).")
        rows, columns = (torch.atleast_2d(torch.as_tensor(vectors)) for vectors in (some, others))
        dtype = torch.promote_types(torch.promote_types(rows.dtype, columns.dtype), torch.float32)
        cosines: Tensor = F.normalize(rows.to(dtype), dim=1) @ F.normalize(columns.to(dtype), dim=1).t()
        return cosines

    def get_sentence_embedding_dimension(self) -> int:
        """Return how many numbers a sentence vector has, by the name that sentence-transformers gives to it."""
        return self.encoder.dim

    def unknown_share(self, sentences: Sequence[str]) -> Floats:
        """Return for each sentence the share of its words that the model does not know, ``[n]``, from 0 to 1.

        They share one vector, so of a sentence with few known words the model can say next to nothing, however sure of
        its answer it is. A sentence without any word counts as one unknown word.
        """
        shares = [sentence.count(UNKNOWN_ID) / len(sentence) for sentence in word_ids(self.tokenizer, sentences)]
        return np.array(shares, dtype=np.float64)

    @torch.no_grad()
    def predict_proba(self, premises: Sequence[str], hypotheses: Sequence[str], batch_size: int = 128) -> Floats:
        """Return the probability of each label, ``[n, labels]`` in the order of :attr:`labels`.

        Raises
        ------
        TypeError
            If an item is not a text.
        ValueError
            If there are not as many hypotheses as premises, or ``batch_size`` is below 1.
        """
        if isinstance(premises, str) or isinstance(hypotheses, str):
            raise TypeError("predict_proba takes lists: write [premise], [hypothesis] for a single pair.")
        premises, hypotheses = as_list(premises), as_list(hypotheses)
        if len(premises) != len(hypotheses):
            raise ValueError(f"There are {len(premises)} premises but {len(hypotheses)} hypotheses.")
        unknown, sides = UnknownWords(), []
        for texts in (as_texts(premises), as_texts(hypotheses)):
            ids = word_ids(self.tokenizer, texts)
            unknown.add(texts, ids)
            sides.append(self.encode_ids(ids, batch_size))
        u, v = sides  # [n, dim] each
        unknown.tell("its answers to them mean little")
        with evaluating(self):
            # In batches, because the features of all pairs may not fit into memory.
            rows = zip(u.split(batch_size), v.split(batch_size), strict=True)
            logits = [self.head(self.pair_features(*row)) for row in rows]  # [rows, labels] each
        if not logits:
            return np.zeros((0, len(self.labels)), np.float32)
        return to_numpy(torch.cat(logits).softmax(dim=1))


def best_device() -> torch.device:
    """Return the first of CUDA, MPS and the CPU that this machine has."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


# By model: how many threads are inside `evaluating`, and which mode each of its modules was in before the first.
_inside: dict[nn.Module, tuple[int, list[tuple[nn.Module, bool]]]] = {}
_inside_lock = threading.Lock()


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """Switch dropout off inside the ``with`` block; afterwards all of the model is in the mode it was in before.

    Where several threads are inside with the same model, the first switches dropout off and the last restores it.
    """
    with _inside_lock:
        threads, modes = _inside.get(model) or (0, [(module, module.training) for module in model.modules()])
        model.eval()
        _inside[model] = threads + 1, modes
    try:
        yield
    finally:
        with _inside_lock:
            threads, modes = _inside.pop(model)
            if threads > 1:
                _inside[model] = threads - 1, modes
            else:
                for module, training in modes:
                    module.training = training


def _after_fork() -> None:
    """Give a forked child a lock that no thread of its parent holds."""
    global _inside_lock
    _inside_lock = threading.Lock()


if hasattr(os, "register_at_fork"):  # not on Windows, where nothing forks
    os.register_at_fork(after_in_child=_after_fork)


def warn_of_unknown_words(
    model: InferSent, sentences: Sequence[str], so: str = "its answers to them mean little"
) -> None:
    """Give a notice if there are sentences most of whose words the model does not know; once for a call.

    ``so`` is what follows from it.
    """
    texts = list(dict.fromkeys(sentences))
    unknown = UnknownWords()
    unknown.add(texts, word_ids(model.tokenizer, texts))
    unknown.tell(so, stacklevel=4)


def _check_batch_size(batch_size: int) -> None:
    if batch_size < 1:
        raise ValueError(f"{option('batch_size', batch_size)} is below 1.")


def to_numpy(numbers: Tensor) -> Floats:
    """Return a tensor as an array of its own precision, or of float32 where numpy does not have it."""
    return (numbers.float() if numbers.dtype == torch.bfloat16 else numbers).cpu().numpy()
