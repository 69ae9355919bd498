"""The encoders that InferSent's authors released: ``infersent1.pkl`` and ``infersent2.pkl``, read by code of our own.

The files are under CC BY-NC 4.0 and do not come with the package. Each holds a state dict of one bidirectional LSTM:
300 numbers a word, 2048 units per direction. What else belongs to a released model is not in the file:

- word vectors, of words in either case: GloVe 840B for version 1, fastText's ``crawl-300d-2M.vec`` for version 2;
- ``<s>`` before and ``</s>`` after each sentence, with vectors of the same file; words without a vector are left out;
- a tokenizer, NLTK's;
- in version 1, padding that takes part in the maximum: a sentence shorter than the longest of its batch has no
  negative number in its vector.

The head of the released training, which told entailment from contradiction, was never in these files.
"""

from __future__ import annotations

import pickle
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Literal, NoReturn

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from tqdm.auto import tqdm

from infersent.foundation.arrays import Floats
from infersent.model.embedding import WordEmbedding
from infersent.model.encoders import BiLSTMMax, max_pool
from infersent.text.batching import as_texts, batches_by_length
from infersent.text.glove import read_glove
from infersent.text.unknown_words import UnknownWords
from infersent.text.vectors import WordVectors

#: The words that stand before and after every sentence.
START, END = "<s>", "</s>"

# The parameters are torch's. Before their names stands "enc_lstm." in the released files, and "encoder.enc_lstm." in
# what the released training saves, which holds a classifier, too.
_WEIGHTS = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
_PARAMETERS = tuple(name + suffix for suffix in ("", "_reverse") for name in _WEIGHTS)
_PREFIXES = ("enc_lstm.", "encoder.enc_lstm.")

# In the place of the id of a word without a vector: that of the padding, which is no word.
_NO_VECTOR = 0

_MORE_VECTORS = "Give vectors= that have them; vectors read for some sentences= are those of their words alone."

# A contraction's two parts, a word, a number, or one other character: near to what NLTK does, but not the same.
_TOKEN = re.compile(r"\w+(?=n't\b)|n't\b|'(?:s|re|ve|ll|d|m)\b|\w+|[^\w\s]")


# A page begins with one of these, perhaps after a byte order mark; a file of word vectors may begin with "<s>".
_PAGE = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype|!--|html|head|\?xml)", re.IGNORECASE)


class OfficialEncoder(nn.Module):
    """A released encoder: sentences to vectors of 4096 numbers.

    :meth:`infersent.model.infersent.InferSent.from_official` makes one.

    Parameters
    ----------
    weights
        The parameters of the bidirectional LSTM, by torch's names.
    vectors
        Words and their vectors, among them ``<s>`` and ``</s>``.
    version
        1: the zeros of the padding take part in the maximum, as in the first release. 2: they do not.
    tokenize
        From a text to its tokens.

    Raises
    ------
    ValueError
        If ``<s>`` or ``</s>`` has no vector, the vectors do not have the width that the weights take, or the version is
        neither 1 nor 2.
    """

    def __init__(
        self,
        weights: dict[str, Tensor],
        vectors: WordVectors,
        *,
        version: Literal[1, 2] = 2,
        tokenize: Callable[[str], Sequence[str]] | None = None,
    ) -> None:
        super().__init__()
        if version not in (1, 2):
            raise ValueError(f"version={version!r} is neither 1 nor 2.")
        hidden, width = weights["weight_hh_l0"].shape[1], weights["weight_ih_l0"].shape[1]
        if vectors.dim != width:
            raise ValueError(
                f"The encoder takes word vectors of {width} numbers; those of {vectors.name} have {vectors.dim}."
            )
        self.version = version
        self.tokenize = tokenize or split_cased
        self.ids = {word: i for i, word in enumerate(vectors.words, start=1)}  # 0 is the padding
        for mark in (START, END):
            if mark not in self.ids:
                raise ValueError(f"{vectors.name} has no vector of {mark}, which stands at an end of every sentence.")
        self.encoder = BiLSTMMax(WordEmbedding(1, torch.from_numpy(vectors.vectors)), hidden)
        self.encoder.lstm.load_state_dict(weights)
        self.requires_grad_(False)
        self.eval()

    @property
    def dim(self) -> int:
        """How many numbers a sentence vector has."""
        return self.encoder.dim

    def forward(self, ids: Tensor, lengths: Tensor) -> Tensor:
        """Return the sentence vectors of ``ids [sentences, time]`` as ``[sentences, dim]``."""
        states = self.encoder.states(ids, lengths)  # [sentences, time, dim], zero in the padding
        return states.amax(dim=1) if self.version == 1 else max_pool(states, lengths)

    @torch.no_grad()
    def encode(
        self,
        sentences: str | Sequence[str],
        batch_size: int = 64,
        show_progress_bar: bool = False,
        convert_to_numpy: bool = True,
        normalize_embeddings: bool = False,
    ) -> Floats | Tensor:
        """Return one vector per sentence, as :meth:`infersent.model.infersent.InferSent.encode` does.

        With version 1 a vector depends on the other sentences of its batch, hence on ``batch_size``: sentences are
        sorted by length, the longest first. Words without a vector are left out, as in the released code; one notice
        tells of sentences that lose most of their words.

        Returns
        -------
        numpy.ndarray or Tensor
            ``[n, dim]``, float32; ``[dim]`` for one text.

        Raises
        ------
        TypeError
            If an item is not a text, or the sentences come as a whole table, a dictionary or a set.
        """
        texts = [sentences] if isinstance(sentences, str) else as_texts(sentences)
        found = [self._found(text) for text in texts]
        unknown = UnknownWords()
        unknown.add(texts, found, unknown_id=_NO_VECTOR)
        unknown.tell("their vectors mean little", remedy=_MORE_VECTORS)
        ids = [self._between_marks(some) for some in found]
        device = self.encoder.embedding.given.device
        vectors = torch.empty(len(texts), self.dim, device=device)
        bar = tqdm(total=len(texts), unit="sentence", disable=not show_progress_bar, desc="encoding")
        with bar:
            for rows, batch, lengths in batches_by_length(ids, batch_size):
                vectors[rows] = self(batch.to(device), lengths)
                bar.update(len(rows))
        if normalize_embeddings:
            vectors = F.normalize(vectors, dim=1)
        if isinstance(sentences, str):
            vectors = vectors[0]
        return vectors.cpu().numpy() if convert_to_numpy else vectors

    def word_ids(self, text: str) -> list[int]:
        """Return the ids of ``<s>``, of the words that have a vector, and of ``</s>``."""
        return self._between_marks(self._found(text))

    def _found(self, text: str) -> list[int]:
        return [self.ids.get(word, _NO_VECTOR) for word in self.tokenize(text)]

    def _between_marks(self, found: list[int]) -> list[int]:
        return [self.ids[START], *(i for i in found if i != _NO_VECTOR), self.ids[END]]

    def predict_proba(self, *pairs: object, **options: object) -> NoReturn:
        """Refuse: there is nothing to predict with.

        Raises
        ------
        TypeError
            Always; the message says what can be done.
        """
        raise TypeError(
            "The released files hold an encoder and no classifier, so this model tells nothing of pairs. Train a head "
            f"on its vectors: infersent.nn.PairHead({self.dim}, classes), or scikit-learn on pair_features(u, v)."
        )


def read_official(path: str | Path) -> dict[str, Tensor]:
    """Return the LSTM's parameters in a released file, by torch's names; no code in the file is run.

    A file that the released training saved is read, too; its classifier is left out.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is something else, such as a web page saved in its place, or a whole model, which would have to be run.
    """
    path = Path(path)
    what = f"{path} is not a state dict of InferSent's encoder"
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, ValueError) as error:
        page = _PAGE.match(path.read_bytes()[:1000])
        reason = "it is a web page; the download has failed" if page else str(error).partition("\n")[0]
        raise ValueError(f"{what}: {reason}") from None
    for prefix in _PREFIXES:
        if isinstance(state, dict) and all(isinstance(state.get(prefix + name), Tensor) for name in _PARAMETERS):
            return {name: state[prefix + name].float() for name in _PARAMETERS}
    found = ", ".join(list(map(str, state))[:4]) if isinstance(state, dict) else type(state).__name__
    wanted = f"{_PREFIXES[0]}{_PARAMETERS[0]} and seven more are expected"
    raise ValueError(f"{what}: {wanted}; it has {found or 'nothing'}.")


def official_vectors(
    vectors: WordVectors | str | Path, sentences: Iterable[str] | None, tokenize: Callable[[str], Sequence[str]] | None
) -> WordVectors:
    """Return word vectors, read from a file if need be: those of the words of ``sentences``, or all of them."""
    if isinstance(vectors, WordVectors):
        return vectors
    keep = None if sentences is None else {START, END, *_words(sentences, tokenize or split_cased)}
    return read_glove(vectors, keep)


def split_cased(text: str) -> list[str]:
    """Return the tokens of a text, in the case in which they are written.

    Examples
    --------
    >>> split_cased("The dog isn't asleep: it's RUNNING!")
    ['The', 'dog', 'is', "n't", 'asleep', ':', 'it', "'s", 'RUNNING', '!']
    """
    return _TOKEN.findall(text)


def _words(sentences: Iterable[str], tokenize: Callable[[str], Sequence[str]]) -> Iterator[str]:
    for sentence in sentences:
        yield from tokenize(sentence)
