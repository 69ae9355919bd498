"""Frozen vectors of three encoders on six tasks, under two heads: the scores of every fold."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Literal

import numpy as np

from infersent.choose.cross_validation import Gathered
from infersent.choose.run import choose_blocks, network_scores
from infersent.choose.texts import TextPairs, encode_pairs
from infersent.data import load
from infersent.data.pairs import Pairs, ScoredPairs
from infersent.foundation.arrays import Floats
from infersent.foundation.choices import choose
from infersent.foundation.provenance import provenance
from infersent.model.features import Blocks
from infersent.text.bag_of_words import mean_of_words
from infersent.text.catalogue import load_vectors
from infersent.text.tokenizer import split_words

#: u and v, and what is compared beside them.
SETS = tuple(Blocks(names) for names in ("u, v", "u, v, |u-v|", "u, v, u*v", "u, v, |u-v|, u*v"))

#: The tasks, and the most training pairs that are taken of one, from the first.
TASKS: dict[str, Callable[[], Pairs | ScoredPairs]] = {
    "entailment, SNLI": lambda: load("snli", "train", subset="122k").take(slice(20_000)),
    "entailment, SICK": lambda: load("sick", "train"),
    "captions": lambda: load("captions", "train").take(slice(10_000)),
    "relatedness, SICK": lambda: load("sick", "train", scores=True),
    "similarity, STS-B": lambda: load("stsb", "train"),
    "paraphrase, MRPC": lambda: load("mrpc", "train"),
}

#: What an encoder was trained on, labels and all, so that no fold of it is a test. Heads on InferSent's vectors are
#: tested on SNLI's test pairs by :mod:`infersent.choose.frozen`.
SEEN = {("entailment, SNLI", "InferSent")}


def vectors_of(pairs: Pairs | ScoredPairs, encoder: str | None) -> tuple[Gathered, Gathered]:
    """Return both sides' vectors, ``[pairs, dim]`` each.

    Parameters
    ----------
    pairs
        The texts.
    encoder
        ``"words"`` for a bag of words with GloVe's vectors, :func:`infersent.text.bag_of_words.mean_of_words`; anything
        else as :func:`infersent.choose.texts.encode_pairs` takes it.
    """
    texts = TextPairs(pairs.premises, pairs.hypotheses, [], pairs.name)
    if encoder != "words":
        return encode_pairs(texts, encoder)
    row = {text: i for i, text in enumerate(dict.fromkeys([*texts.first, *texts.second]))}
    glove = load_vectors("glove.6B.100d", keep={word for text in row for word in split_words(text)}, progress=False)
    vectors = mean_of_words(row, glove)
    first, second = (np.array([row[text] for text in side]) for side in (texts.first, texts.second))
    return Gathered(vectors, first), Gathered(vectors, second)


def measure(
    task: str, name: str, encoder: str | None, *, head: Literal["linear", "network"] = "linear"
) -> dict[str, Any]:
    """Cross-validate the four sets on a task under a head, and return the scores.

    Parameters
    ----------
    task
        One of :data:`TASKS`.
    name
        The encoder's name in the record.
    encoder
        What it is, see :func:`vectors_of`.
    head
        The chooser's linear head, or its network, which takes many times as long. The folds are the same.

    Returns
    -------
    dict
        JSON values: the settings, and under ``linear`` or ``network`` for each set its score on each fold; nothing
        under the other.

    Raises
    ------
    ValueError
        If there is no such task, or the encoder was trained on its pairs.
    """
    if (task, name) in SEEN:
        raise ValueError(f"{name} was trained on the pairs of {task!r}; infersent.choose.frozen has test pairs for it.")
    start = time.perf_counter()
    pairs = choose("task", task, TASKS)()
    scores = pairs.scores if isinstance(pairs, ScoredPairs) else None
    u, v = vectors_of(pairs, encoder)
    y = pairs.labels if isinstance(pairs, Pairs) else scores
    kind: Literal["classes", "scores"] = "classes" if scores is None else "scores"
    metric = "accuracy" if scores is None else "Spearman"
    sentences = (pairs.premises, pairs.hypotheses)
    found: dict[str, dict[str, list[float]]] = {"linear": {}, "network": {}}
    if head == "linear":
        choice = choose_blocks(u, v, y, sentences=sentences, task=kind, metric=metric, candidates=SETS, repeats=1)
        ratio = choice.ratio
        found[head] = {str(some): _rounded(choice.find(some).scores[metric]) for some in SETS}
    else:
        networks = network_scores(u, v, y, sentences=sentences, task=kind, metric=metric, candidates=SETS)
        ratio = networks.ratio
        found[head] = {str(some): _rounded(networks.scores[str(some)]) for some in SETS}
    return {
        "task": task,
        "encoder": name,
        "dim": int(u.shape[1]),
        "pairs": len(u),
        "digest": pairs.digest(),
        "metric": metric,
        "ratio": round(ratio, 6),
        **found,
        **provenance("cpu"),
        "seconds": round(time.perf_counter() - start, 1),
    }


def _rounded(scores: Floats) -> list[float]:
    return [round(float(score), 5) for score in scores]
