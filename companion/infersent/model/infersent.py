"""InferSent: one encoder for both sentences, the pair features, a classifier head."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional as F
from tqdm.auto import tqdm

from infersent.data.pairs import LABELS
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
from infersent.text.batching import Batch, pad, word_ids
from infersent.text.tokenizer import SPECIAL_TOKENS
from infersent.text.vocabulary import Vocabulary


@dataclass(frozen=True)
class ModelConfig:
    """Everything that decides a model's shape, apart from its vocabulary.

    Attributes
    ----------
    encoder
        A name from :data:`infersent.model.encoders.ENCODERS`.
    hidden
        Half of the sentence vector's numbers: the units per direction of a bidirectional LSTM.
    blocks
        The pair features, from the registry of :mod:`infersent.model.features`.
    head
        A name from :data:`infersent.model.heads.HEADS`.
    head_hidden
        Width of the head's hidden layers, where it has any.
    word_dropout, feature_dropout
        Share of the word vectors' and of the pair features' numbers that training sets to zero.
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
        Its shape.
    tokenizer
        Text to word ids.
    trained_words
        How many of the tokenizer's ids, counted from 0, have a trained vector; the two special tokens are among them.
    given
        The vectors of the other ids, ``[given, word dim]``.

    Raises
    ------
    ValueError
        If the tokenizer's words are not as many as the vectors, or a name in ``config`` is unknown.
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
        """Return an untrained model. Its parameters depend on ``seed`` alone; the global generator stays as it was."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            trained_words = len(SPECIAL_TOKENS) + len(vocabulary.trained)
            return cls(config, vocabulary.tokenizer(), trained_words, torch.from_numpy(vocabulary.vectors))

    @classmethod
    def from_pretrained(cls, path: str | Path | None = None, *, device: torch.device | str = "cpu") -> InferSent:
        """Return a trained model: the shipped one, or that of a checkpoint's folder or of a training run's folder.

        The shipped model (256 units per direction, trained on SNLI-122k) comes with the package; its model card is
        :data:`infersent.model.checkpoint.SHIPPED` ``/ "README.md"``.

        Parameters
        ----------
        path
            The folder; the shipped model if left out.
        device
            Where the model computes.

        Raises
        ------
        infersent.model.checkpoint.CheckpointError
            If the folder is no checkpoint or does not fit together.
        """
        folder = find_checkpoint(SHIPPED if path is None else path)
        parts = read_checkpoint(folder)
        with explained_damage(folder, DAMAGE_REMEDY):
            with torch.random.fork_rng(devices=[]):  # the random first values are overwritten below
                model = cls(ModelConfig(**parts.config), parts.tokenizer, parts.trained_words, parts.given)
            model.load_state_dict(parts.weights)
        return model.eval().to(device)

    def untrained(self, *, seed: int = 0, **changes: Any) -> InferSent:
        """Return a model with the same words and settings but fresh parameters, which depend on ``seed`` alone.

        Parameters
        ----------
        seed
            Of the parameters; the global generator stays as it was.
        changes
            Fields of :class:`ModelConfig` with other values: ``head="mlp"``.
        """
        embedding = self.encoder.embedding
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            config = replace(self.config, **changes)
            return InferSent(config, self.tokenizer, len(embedding.trained), embedding.given)

    def save(self, path: str | Path, metrics: dict[str, Any] | None = None) -> None:
        """Write the model to the folder ``path``, atomically; :meth:`from_pretrained` reads it.

        Numbers are stored in the model's precision: ``model.half()`` before halves the file, and what reads it computes
        in float32 again.

        Parameters
        ----------
        path
            The folder; an older checkpoint there is replaced.
        metrics
            How it was trained and how good it is, as JSON values: what
            :func:`infersent.model.checkpoint.load_metrics` returns.

        Raises
        ------
        OSError
            If the disk is full or may not be written; an older checkpoint at ``path`` is still there.
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
        return self.head(pair_features(u, v, self.config.blocks))  # [pairs, width] -> [pairs, 3]

    @torch.no_grad()  # not inference_mode: a head may be trained on the vectors
    def encode(
        self,
        sentences: str | Sequence[str],
        batch_size: int = 128,
        show_progress_bar: bool = False,
        convert_to_numpy: bool = True,
        normalize_embeddings: bool = False,
    ) -> np.ndarray | Tensor:
        """Return one vector a sentence.

        A sentence's vector does not depend on the others that are encoded with it. Words that the model does not know
        share one trained vector; a sentence with no word at all is read as one unknown word.

        Parameters
        ----------
        sentences
            One text, or ``n`` of them.
        batch_size
            Sentences a batch; batches are cut after sorting by length.
        show_progress_bar
            Show sentences done and sentences per second.
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
            If an item is no text.
        ValueError
            If ``batch_size`` is below 1.
        """
        texts = [sentences] if isinstance(sentences, str) else list(sentences)
        _check_texts(texts)
        _check_batch_size(batch_size)
        ids = word_ids(self.tokenizer, texts)
        order = np.argsort([-len(s) for s in ids], kind="stable")  # longest first: memory runs out at once or never
        vectors = torch.empty(len(texts), self.encoder.dim, device=self.device)
        bar = tqdm(total=len(texts), unit="sentence", disable=not show_progress_bar, desc="encoding")
        with bar, evaluating(self):
            for start in range(0, len(order), batch_size):
                rows = order[start : start + batch_size]
                batch, lengths = pad([ids[i] for i in rows])
                vectors[torch.from_numpy(rows)] = self.encoder(
                    batch.to(self.device), lengths
                )  # [rows, time] -> [rows, dim]
                bar.update(len(rows))
        if normalize_embeddings:
            vectors = F.normalize(vectors, dim=1)
        if isinstance(sentences, str):
            vectors = vectors[0]
        return vectors.cpu().numpy() if convert_to_numpy else vectors

    @torch.no_grad()
    def predict_proba(self, premises: Sequence[str], hypotheses: Sequence[str], batch_size: int = 128) -> np.ndarray:
        """Return the probability of each label, ``[n, 3]`` in the order of ``LABELS``.

        Raises
        ------
        TypeError
            If an item is no text.
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
            rows = zip(u.split(batch_size), v.split(batch_size), strict=True)  # the features of all pairs may not fit
            logits = [self.head(pair_features(*row, self.config.blocks)) for row in rows]  # [rows, 3] each
        return torch.cat(logits).softmax(dim=1).cpu().numpy() if logits else np.zeros((0, len(LABELS)), np.float32)


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """Switch dropout off inside the block, and leave the model in the mode it was in."""
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
