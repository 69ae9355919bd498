"""InferSent: one encoder for both sentences, the pair features, a classifier head."""

from __future__ import annotations

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

from infersent.data.pairs import LABELS
from infersent.foundation.arrays import Floats
from infersent.model.checkpoint import (
    DAMAGE_REMEDY,
    SHIPPED,
    Checkpoint,
    explained_damage,
    find_checkpoint,
    read_checkpoint,
    write_checkpoint,
)
from infersent.model.embedding import WordEmbedding
from infersent.model.encoders import build_encoder
from infersent.model.features import BLOCKS, Blocks, features_width, pair_features
from infersent.model.heads import build_head
from infersent.model.official import OfficialEncoder, official_vectors, read_official
from infersent.text.batching import Batch, EncodedPairs, batches_by_length, batches_in_order, word_ids
from infersent.text.tokenizer import SPECIAL_TOKENS
from infersent.text.vectors import WordVectors
from infersent.text.vocabulary import Vocabulary


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

    Raises
    ------
    ValueError
        If the tokenizer has more or fewer words than there are vectors, or a name in ``config`` is unknown.
    """

    def __init__(self, config: ModelConfig, tokenizer: Tokenizer, trained_words: int, given: Tensor) -> None:
        super().__init__()
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
        )

    @classmethod
    def from_vocabulary(cls, config: ModelConfig, vocabulary: Vocabulary, *, seed: int = 0) -> InferSent:
        """Return an untrained model, whose parameters depend only on ``seed``; the global generator is not touched."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            trained_words = len(SPECIAL_TOKENS) + len(vocabulary.trained)
            return cls(config, vocabulary.tokenizer(), trained_words, torch.from_numpy(vocabulary.vectors))

    @classmethod
    def from_pretrained(cls, path: str | Path | None = None, *, device: torch.device | str = "cpu") -> InferSent:
        """Return a trained model: the shipped one, or the one in a checkpoint's or a training run's folder.

        The shipped model (256 units per direction, trained on SNLI-122k) comes with the package; its model card is
        :data:`infersent.model.checkpoint.SHIPPED` ``/ "README.md"``.

        Parameters
        ----------
        path
            The folder; by default the shipped model's.
        device
            Where the model computes.

        Raises
        ------
        infersent.model.checkpoint.CheckpointError
            If the folder is not a checkpoint, or its files do not fit together.
        """
        folder = find_checkpoint(SHIPPED if path is None else path)
        parts = read_checkpoint(folder)
        with explained_damage(folder, DAMAGE_REMEDY):
            with torch.random.fork_rng(devices=[]):  # the random initial values are overwritten below
                model = cls(ModelConfig(**parts.config), parts.tokenizer, parts.trained_words, parts.given)
            model.load_state_dict(parts.weights)
        return model.eval().to(device)

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

    def untrained(self, *, seed: int = 0, **changes: Any) -> InferSent:
        """Return a model with the same words and settings but fresh parameters, which depend only on ``seed``.

        Parameters
        ----------
        seed
            Of the parameters; the global generator is not touched.
        changes
            New values for fields of :class:`ModelConfig`: ``head="mlp"``.
        """
        embedding = self.encoder.embedding
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            config = replace(self.config, **changes)
            return InferSent(config, self.tokenizer, len(embedding.trained), embedding.given)

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
        parts = Checkpoint(asdict(self.config), self.tokenizer, trained_words, self.state_dict())
        write_checkpoint(path, parts, metrics)

    @property
    def device(self) -> torch.device:
        """Where the parameters are."""
        return next(self.parameters()).device

    def sentence_pair(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Return ``u`` and ``v``, ``[pairs, dim]`` each; every distinct sentence of the batch is encoded once."""
        sentences = self.encoder(batch.ids, batch.lengths)  # [sentences, time] -> [sentences, dim]
        return sentences[batch.premises], sentences[batch.hypotheses]

    def forward(self, batch: Batch) -> Tensor:
        """Return the logits of a batch, ``[pairs, 3]``, in the order of ``LABELS``."""
        u, v = self.sentence_pair(batch)
        logits: Tensor = self.head(pair_features(u, v, self.config.blocks))  # [pairs, width] -> [pairs, 3]
        return logits

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
        show_progress_bar: bool = ...,
        convert_to_numpy: Literal[True] = ...,
        normalize_embeddings: bool = ...,
    ) -> Floats: ...

    @overload
    def encode(
        self,
        sentences: str | Sequence[str],
        batch_size: int = ...,
        show_progress_bar: bool = ...,
        *,
        convert_to_numpy: Literal[False],
        normalize_embeddings: bool = ...,
    ) -> Tensor: ...

    @torch.no_grad()  # not inference_mode: a head may be trained on the vectors
    def encode(
        self,
        sentences: str | Sequence[str],
        batch_size: int = 128,
        show_progress_bar: bool = False,
        convert_to_numpy: bool = True,
        normalize_embeddings: bool = False,
    ) -> Floats | Tensor:
        """Return one vector per sentence.

        A sentence's vector does not depend on the others that are encoded with it. Words that the model does not know
        share one trained vector; a sentence without any word is read as one unknown word.

        Parameters
        ----------
        sentences
            One text, or ``n`` of them.
        batch_size
            Sentences per batch; they are sorted by length first.
        show_progress_bar
            Show how many sentences are done, and how many per second.
        convert_to_numpy
            Return a numpy array rather than a tensor.
        normalize_embeddings
            Scale each vector to length 1, so that dot products are cosines.

        Returns
        -------
        numpy.ndarray or Tensor
            ``[n, dim]``, float32; ``[dim]`` for one text.

        Raises
        ------
        TypeError
            If an item is not a text.
        ValueError
            If ``batch_size`` is below 1.
        """
        texts = [sentences] if isinstance(sentences, str) else list(sentences)
        _check_texts(texts)
        _check_batch_size(batch_size)
        ids = word_ids(self.tokenizer, texts)
        vectors = torch.empty(len(texts), self.encoder.dim, device=self.device)
        bar = tqdm(total=len(texts), unit="sentence", disable=not show_progress_bar, desc="encoding")
        with bar, evaluating(self):
            for rows, batch, lengths in batches_by_length(ids, batch_size):
                vectors[rows] = self.encoder(batch.to(self.device), lengths)  # [rows, time] -> [rows, dim]
                bar.update(len(rows))
        if normalize_embeddings:
            vectors = F.normalize(vectors, dim=1)
        if isinstance(sentences, str):
            vectors = vectors[0]
        return vectors.cpu().numpy() if convert_to_numpy else vectors

    @torch.no_grad()
    def predict_proba(self, premises: Sequence[str], hypotheses: Sequence[str], batch_size: int = 128) -> Floats:
        """Return the probability of each label, ``[n, 3]`` in the order of ``LABELS``.

        Raises
        ------
        TypeError
            If an item is not a text.
        ValueError
            If there are not as many hypotheses as premises, or ``batch_size`` is below 1.
        """
        if isinstance(premises, str) or isinstance(hypotheses, str):
            raise TypeError("predict_proba takes lists: write [premise], [hypothesis] for a single pair.")
        if len(premises) != len(hypotheses):
            raise ValueError(f"There are {len(premises)} premises but {len(hypotheses)} hypotheses.")
        u = self.encode(premises, batch_size, convert_to_numpy=False)  # [n, dim]
        v = self.encode(hypotheses, batch_size, convert_to_numpy=False)
        with evaluating(self):
            # In batches, because the features of all pairs may not fit into memory.
            rows = zip(u.split(batch_size), v.split(batch_size), strict=True)
            logits = [self.head(pair_features(*row, self.config.blocks)) for row in rows]  # [rows, 3] each
        if not logits:
            return np.zeros((0, len(LABELS)), np.float32)
        return torch.cat(logits).softmax(dim=1).cpu().numpy()


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """Switch dropout off inside the ``with`` block; afterwards the model is in the mode it was in before."""
    was_training = model.training
    model.eval()
    try:
        yield
    finally:
        model.train(was_training)


def _check_texts(texts: Sequence[Any]) -> None:
    for i, text in enumerate(texts):
        if not isinstance(text, str):
            raise TypeError(f"Sentence {i} is {text!r}, a {type(text).__name__}; every sentence must be a str.")


def _check_batch_size(batch_size: int) -> None:
    if batch_size < 1:
        raise ValueError(f"batch_size={batch_size} is below 1.")
