"""InferSent in SentEval (Conneau and Kiela 2018), the toolkit in which the paper's transfer results were measured.

SentEval asks for two functions: ``prepare`` sees all sentences of a task, ``batcher`` turns some of them into vectors.
It is not on PyPI; with a copy of it beside you::

    import senteval
    from infersent.adapters.senteval import prepare_and_batcher

    prepare, batcher = prepare_and_batcher(infersent.InferSent.from_pretrained())
    settings = {"task_path": "data", "classifier": {"nhid": 0}}
    toolkit = senteval.engine.SE(settings, batcher, prepare)
    toolkit.eval(["MRPC", "SICKEntailment"])
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from infersent.foundation.arrays import Floats
from infersent.model.infersent import InferSent, to_numpy, warn_of_unknown_words
from infersent.text.batching import word_ids

#: A sentence as SentEval hands it on: its tokens.
Tokens: TypeAlias = Sequence[str | bytes]


def prepare_and_batcher(
    model: InferSent, *, batch_size: int = 128
) -> tuple[Callable[[Any, Sequence[Tokens]], None], Callable[[Any, Sequence[Tokens]], Floats]]:
    """Return the two functions that SentEval asks for.

    SentEval's sentences are lists of tokens. They are joined with blanks and split again by the model's own rule, which
    is that of its training: it knows ``not`` where another tokenizer writes ``n't``.

    Parameters
    ----------
    model
        A trained model.
    batch_size
        Sentences at a time within one of SentEval's batches.

    Returns
    -------
    prepare
        ``prepare(params, samples)`` gives a notice if there are sentences most of whose words the model does not know:
        once for a task, which SentEval encodes in hundreds of batches. Else it does nothing, as the model's words are
        those of its training.
    batcher
        ``batcher(params, batch)`` returns one vector per sentence, ``[sentences, dim]``. A sentence without any token
        is read as one unknown word; one that is a text already is taken as it is.
    """

    def prepare(params: Any, samples: Sequence[Tokens]) -> None:
        """Give a notice of a task's sentences most of whose words the model does not know."""
        warn_of_unknown_words(model, [_sentence(tokens) for tokens in samples], "their vectors mean little")

    def batcher(params: Any, batch: Sequence[Tokens]) -> Floats:
        """Return one vector per sentence, ``[sentences, dim]``."""
        ids = word_ids(model.tokenizer, [_sentence(tokens) for tokens in batch])
        return to_numpy(model.encode_ids(ids, batch_size))

    return prepare, batcher


def _sentence(tokens: Tokens | str | bytes) -> str:
    if isinstance(tokens, str | bytes):
        return _text(tokens)
    return " ".join(map(_text, tokens))


def _text(token: str | bytes) -> str:
    return token.decode("utf-8") if isinstance(token, bytes) else token
