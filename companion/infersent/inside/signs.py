"""The signs of pooled coordinates: how often they are positive, and what u*v carries where they agree or differ."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from scipy.stats import rankdata

from infersent.data import Pairs
from infersent.foundation.arrays import Bools, Floats, Ints
from infersent.model.encoders import BiLSTM
from infersent.model.infersent import InferSent, evaluating
from infersent.text.batching import EncodedPairs, batches_by_length, encode_pairs

#: The signs of ``u_i`` and of ``v_i``. A zero has no sign and is in no quadrant.
QUADRANTS = {"++": (1, 1), "+-": (1, -1), "-+": (-1, 1), "--": (-1, -1)}

# A measurement by length leaves out lengths with fewer sentences than this: their shares are mostly noise.
_SENTENCES_PER_LENGTH = 30


def positive_share(vectors: Floats) -> float:
    """Return the share of numbers above zero.

    Examples
    --------
    >>> positive_share(np.array([[0.5, -0.1], [0.2, 0.0]]))
    0.5
    """
    return float((vectors > 0).mean())


def effective_words(share: float) -> float:
    """Return how many independent fair coins would show at least one head this often: ``T`` with ``1 - 2**-T = share``.

    Raises
    ------
    ValueError
        If ``share`` is not from 0 to below 1: no number of coins makes a head certain.

    Examples
    --------
    >>> effective_words(0.75)
    2.0
    """
    if not 0 <= share < 1:
        raise ValueError(f"share={share} is not from 0 to below 1; no number of words gives it.")
    return -math.log2(1 - share)


def in_quadrant(u: Floats, v: Floats, quadrant: str) -> Bools:
    """Return where ``u`` and ``v`` have the signs of that quadrant, as booleans of their shape."""
    of_u, of_v = QUADRANTS[quadrant]
    inside: Bools = (np.sign(u) == of_u) & (np.sign(v) == of_v)
    return inside


def quadrants(u: Floats, v: Floats) -> dict[str, float]:
    """Return the share of the coordinates ``(u_i, v_i)`` that lies in each quadrant.

    Examples
    --------
    >>> quadrants(np.array([0.3, -0.2]), np.array([0.1, 0.4]))
    {'++': 0.5, '+-': 0.0, '-+': 0.5, '--': 0.0}
    """
    return {name: float(in_quadrant(u, v, name).mean()) for name in QUADRANTS}


def product_mass(u: Floats, v: Floats) -> dict[str, float]:
    """Return each quadrant's share of the sum of all ``|u_i v_i|``: how much of the product lives there."""
    size = np.abs(u * v)  # [pairs, dim]
    total = float(size.sum())
    return {name: float(size[in_quadrant(u, v, name)].sum()) / total for name in QUADRANTS}


def more_often(first: Floats, second: Floats) -> float:
    """Return the probability that a random element of ``first`` exceeds one of ``second``; ties count one half."""
    ranks = rankdata(np.concatenate([first, second]))[: len(first)]
    return float((ranks.sum() - len(first) * (len(first) + 1) / 2) / (len(first) * len(second)))


@dataclass(frozen=True)
class ByLength:
    """The share of positive numbers among the vectors of distinct sentences of equal length.

    Attributes
    ----------
    length
        Words per sentence.
    sentences
        The number of distinct sentences of each length.
    positive
        The share for each length.
    """

    length: list[int]
    sentences: list[int]
    positive: list[float]


@dataclass(frozen=True)
class Signs:
    """The signs of a model's sentence vectors on labelled pairs.

    Attributes
    ----------
    word_states
        The share of positive numbers among the words' states, before pooling.
    positive
        The same among the vectors of all premises and hypotheses.
    by_length
        The same by sentence length.
    quadrants
        See :func:`quadrants`, over all pairs and by label.
    mean_product
        The mean of u*v, over all pairs and by label.
    mass
        See :func:`product_mass`.
    more_opposite
        The probability that a random contradiction has more coordinates of opposite sign than a random entailment;
        nan where the pairs are not labelled so.
    """

    word_states: float
    positive: float
    by_length: ByLength
    quadrants: dict[str, dict[str, float]]
    mean_product: dict[str, float]
    mass: dict[str, float]
    more_opposite: float

    def to_json(self) -> dict[str, Any]:
        """Return all of it as plain JSON values, to five places."""
        rounded: dict[str, Any] = _rounded(asdict(self))
        return rounded


def measure(model: InferSent, pairs: Pairs) -> Signs:
    """Measure the signs of a model's sentence vectors on labelled pairs.

    Raises
    ------
    ValueError
        If the words of the encoder have no states to pool.
    """
    encoded = encode_pairs(pairs, model.tokenizer)
    vectors, positive_states = _pooled(model, encoded)
    lengths = encoded.lengths
    u, v = vectors[encoded.premises], vectors[encoded.hypotheses]  # [pairs, dim]
    groups = {"all": np.full(len(encoded), True)} | {
        label: encoded.labels == i for i, label in enumerate(encoded.label_names) if (encoded.labels == i).any()
    }
    opposite = (u * v < 0).mean(axis=1)  # [pairs]
    nli = {"contradiction", "entailment"} <= groups.keys()  # what a sign of opposition is compared between
    counts = np.bincount(lengths)
    long_enough = np.flatnonzero(counts >= min(_SENTENCES_PER_LENGTH, counts.max()))
    return Signs(
        word_states=float(positive_states.sum() / (lengths.sum() * vectors.shape[1])),
        positive=(positive_share(u) + positive_share(v)) / 2,
        by_length=ByLength(
            length=long_enough.tolist(),
            sentences=counts[long_enough].tolist(),
            positive=[positive_share(vectors[lengths == n]) for n in long_enough],
        ),
        quadrants={name: quadrants(u[rows], v[rows]) for name, rows in groups.items()},
        mean_product={name: float((u * v)[rows].mean()) for name, rows in groups.items()},
        mass=product_mass(u, v),
        more_opposite=more_often(opposite[groups["contradiction"]], opposite[groups["entailment"]])
        if nli
        else float("nan"),
    )


@dataclass(frozen=True)
class KnockedOut:
    """How a model answers when some products count as zero.

    Attributes
    ----------
    accuracy
        From 0 to 1.
    changed
        The share of pairs whose answer differs from that with all products.
    """

    accuracy: float
    changed: float

    def to_json(self) -> dict[str, float]:
        """Return the numbers as plain JSON values, to five places."""
        return {"accuracy": round(self.accuracy, 5), "changed": round(self.changed, 5)}


@torch.no_grad()
def knock_out(model: InferSent, pairs: Pairs) -> dict[str, KnockedOut]:
    """Measure what a model loses when the products of one quadrant count as zero and all else stays.

    Returns
    -------
    dict
        For ``"nothing"``, ``"++"``, ``"--"``, ``"opposite"`` (both other quadrants) and ``"all"``.
    """
    encoded = encode_pairs(pairs.with_labels(model.labels), model.tokenizer)
    vectors, _ = _pooled(model, encoded)
    masks: dict[str, Callable[[Floats, Floats], Bools]] = {
        "nothing": lambda u, v: np.zeros_like(u, dtype=bool),
        "++": lambda u, v: in_quadrant(u, v, "++"),
        "--": lambda u, v: in_quadrant(u, v, "--"),
        "opposite": lambda u, v: u * v < 0,
        "all": lambda u, v: np.ones_like(u, dtype=bool),
    }
    answers = {name: np.empty(len(encoded), dtype=np.int64) for name in masks}
    for start in range(0, len(encoded), 1024):
        rows = slice(start, start + 1024)
        u, v = vectors[encoded.premises[rows]], vectors[encoded.hypotheses[rows]]
        for name, mask in masks.items():
            answers[name][rows] = _answers(model, u, v, mask(u, v))
    return {
        name: KnockedOut(
            accuracy=float((given == encoded.labels).mean()), changed=float((given != answers["nothing"]).mean())
        )
        for name, given in answers.items()
    }


def _answers(model: InferSent, u: Floats, v: Floats, zeroed: Bools) -> Ints:
    """Return the labels that the head gives when the products at ``zeroed`` are zero."""
    first, second = torch.from_numpy(u), torch.from_numpy(v)
    blocks = {block: model.pair_features(first, second, [block]) for block in model.config.blocks}  # [pairs, dim] each
    if "u*v" in blocks:
        blocks["u*v"] = blocks["u*v"].masked_fill(torch.from_numpy(zeroed), 0.0)
    with evaluating(model):
        labels: Ints = model.head(torch.cat(list(blocks.values()), dim=1)).argmax(dim=1).numpy()
    return labels


@torch.no_grad()
def _pooled(model: InferSent, encoded: EncodedPairs) -> tuple[np.ndarray, np.ndarray]:
    """Return the vector of each distinct sentence, ``[distinct, dim]``, and its number of positive states."""
    encoder = model.encoder
    if not isinstance(encoder, BiLSTM):
        raise ValueError(f"The encoder {model.config.encoder!r} is no BiLSTM; its words have no states to pool.")
    vectors = torch.empty(len(encoded.lengths), encoder.dim)
    positive = torch.empty(len(encoded.lengths), dtype=torch.int64)
    with evaluating(model):
        for rows, ids, lengths in batches_by_length(encoded.sentences, batch_size=128):
            states = encoder.states(ids, lengths)  # [sentences, time, dim], zero in the padding
            positive[rows] = (states > 0).sum(dim=(1, 2))
            vectors[rows] = encoder.pool(states, lengths)
    return vectors.numpy(), positive.numpy()


def _rounded(value: Any) -> Any:
    """Return a JSON value with every float in it rounded to five places."""
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    return round(value, 5) if isinstance(value, float) else value
