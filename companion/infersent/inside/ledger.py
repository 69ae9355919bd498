"""The exact ledger of a decision: logits as sums over blocks, over dimensions, over words and over pairs of words.

A head that is one affine map (or a stack of them, see :func:`infersent.model.heads.collapse`) makes each logit a sum,
and nothing has to be approximated. With the collapsed head's columns for each block, W_u, W_v, W_d, W_p [3, dim]::

    logit_c = b_c + sum over i of  W_u[c, i] u_i + W_v[c, i] v_i + W_d[c, i] |u_i - v_i| + W_p[c, i] u_i v_i

Max pooling takes each coordinate u_i from one word of the premise, its *winner*, and each v_i from one word of the
hypothesis. So the terms of the blocks u and v fall on words, and those of ``|u-v|`` and ``u*v`` on pairs of words: the
*interaction map*. What falls on a word is the part of the sum that its state supplies; a state has seen the words
around it, so this is where the evidence sits and not what the word alone would say.
"""

from __future__ import annotations

import html
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from infersent.data.pairs import LABELS
from infersent.model.encoders import BiLSTMMax
from infersent.model.features import block_slices, get_feature, pair_features
from infersent.model.heads import collapse
from infersent.model.infersent import InferSent, evaluating
from infersent.text.batching import EncodedPairs, batches_by_length, batches_in_order, word_ids
from infersent.text.tokenizer import UNKNOWN_ID, split_words

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: What stands for the words of a sentence that has none: the model reads one unknown word.
NO_WORD = "∅"

#: How far a level may miss the logits: what rounding does to a model's own arithmetic, by its precision.
TOLERANCE = {np.dtype(np.float32): 1e-5, np.dtype(np.float64): 1e-9}


class LedgerError(ArithmeticError):
    """The terms of a ledger do not add up to the logits."""


@dataclass(frozen=True, repr=False)
class Ledger:
    """The account of one pair: every term of its three logits.

    Attributes
    ----------
    premise_words, hypothesis_words
        The tokens that the model read.
    premise_unknown, hypothesis_unknown
        For each token, whether the model has no vector of its own for it.
    u, v
        The sentence vectors, ``[dim]``, in the model's precision.
    premise_winners, hypothesis_winners
        ``[dim]``: from which token max pooling took each coordinate; ``None`` for an encoder without max pooling.
    weights
        The collapsed head's columns of each block, ``[3, dim]`` each, float64.
    bias
        ``[3]``.
    logits
        ``[3]``, as the model itself computes them, in its precision.
    """

    premise_words: tuple[str, ...]
    hypothesis_words: tuple[str, ...]
    premise_unknown: np.ndarray
    hypothesis_unknown: np.ndarray
    u: np.ndarray
    v: np.ndarray
    premise_winners: np.ndarray | None
    hypothesis_winners: np.ndarray | None
    weights: Mapping[str, np.ndarray]
    bias: np.ndarray
    logits: np.ndarray

    # Set by `drawn_by`, where numbers and drawing are both imported: in the package of this module.
    _draw: ClassVar[Callable[[Ledger, str | None], Figure]]

    @property
    def blocks(self) -> tuple[str, ...]:
        """The names of the blocks, in the order of the head's columns."""
        return tuple(self.weights)

    @property
    def probabilities(self) -> np.ndarray:
        """The softmax of the logits, ``[3]``, in the order of ``LABELS``."""
        odds = np.exp(self.logits.astype(float) - self.logits.max())
        return odds / odds.sum()

    @property
    def label(self) -> str:
        """The model's answer."""
        return LABELS[int(self.logits.argmax())]

    @cached_property
    def by_dimension(self) -> dict[str, np.ndarray]:
        """For each block the term of every coordinate in every logit, ``[dim, 3]``."""
        u, v = (torch.from_numpy(x).double().unsqueeze(0) for x in (self.u, self.v))
        values = {name: get_feature(name).function(u, v)[0].numpy() for name in self.blocks}  # [dim]
        return {name: (self.weights[name] * values[name]).T for name in self.blocks}

    @cached_property
    def by_block(self) -> dict[str, np.ndarray]:
        """For each block its part of the logits, ``[3]``. With :attr:`bias` they add up to the logits."""
        return {name: terms.sum(axis=0) for name, terms in self.by_dimension.items()}

    @cached_property
    def by_word(self) -> dict[str, np.ndarray]:
        """For the blocks ``u`` and ``v`` the part of every word, ``[words, 3]``; words add up to the block.

        Raises
        ------
        ValueError
            If the encoder does not pool by the maximum.
        """
        sides = {"u": (self._winners[0], self.premise_words), "v": (self._winners[1], self.hypothesis_words)}
        parts = {}
        for name in [name for name in self.blocks if name in sides]:
            winners, words = sides[name]
            parts[name] = np.zeros((len(words), len(LABELS)))
            np.add.at(parts[name], winners, self.by_dimension[name])  # [dim, 3] -> [words, 3]
        return parts

    @cached_property
    def interaction_map(self) -> dict[str, np.ndarray]:
        """For every block of both sentences the part of each pair of words, ``[premise words, hypothesis words, 3]``.

        The cells of a block add up to its part of the logits.

        Raises
        ------
        ValueError
            If the encoder does not pool by the maximum.
        """
        maps = {}
        for name in [name for name in self.blocks if name not in ("u", "v")]:
            maps[name] = np.zeros((len(self.premise_words), len(self.hypothesis_words), len(LABELS)))
            np.add.at(maps[name], self._winners, self.by_dimension[name])  # [dim, 3] -> [premise, hypothesis, 3]
        return maps

    def cell(self, premise_word: int, hypothesis_word: int) -> np.ndarray:
        """Return the coordinates whose winners are these two words: the dimensions behind a cell of the map."""
        premise, hypothesis = self._winners
        return np.flatnonzero((premise == premise_word) & (hypothesis == hypothesis_word))

    @property
    def _winners(self) -> tuple[np.ndarray, np.ndarray]:
        if self.premise_winners is None or self.hypothesis_winners is None:
            raise ValueError(
                "Only max pooling takes each coordinate from one word. This model's encoder does not pool by the "
                "maximum, so its terms fall on no words; by_block and by_dimension hold for it too."
            )
        return self.premise_winners, self.hypothesis_winners

    def levels(self) -> dict[str, np.ndarray]:
        """Return the logits as each level gives them, ``[3]`` each: what :meth:`check` compares."""
        levels = {
            "by_block": self.bias + sum(self.by_block.values()),
            "by_dimension": self.bias + np.concatenate(list(self.by_dimension.values())).sum(axis=0),
        }
        if self.premise_winners is not None:
            words = [part.sum(axis=0) for part in self.by_word.values()]
            pairs = [part.sum(axis=(0, 1)) for part in self.interaction_map.values()]
            levels["by_word and interaction_map"] = self.bias + sum(words) + sum(pairs)
        return levels

    def check(self) -> float:
        """Add up every level, compare with the logits and return the largest difference.

        Raises
        ------
        LedgerError
            If a level misses the logits by more than the rounding of the model's own arithmetic, see
            :data:`TOLERANCE`.
        """
        size = np.abs(np.concatenate(list(self.by_dimension.values()))).sum(axis=0).max()
        # Where huge terms cancel, rounding them alone moves the logits further.
        allowed = max(TOLERANCE[self.logits.dtype], 4 * float(size) * np.finfo(self.logits.dtype).eps)
        errors = {name: float(np.abs(level - self.logits).max()) for name, level in self.levels().items()}
        worst = max(errors, key=lambda name: errors[name])
        if not errors[worst] <= allowed:
            raise LedgerError(f"{worst} misses the logits by {errors[worst]:.2g}; rounding allows {allowed:.2g}.")
        return errors[worst]

    def __repr__(self) -> str:
        rows = [("", *LABELS), ("bias", *map(_signed, self.bias))]
        rows += [(name, *map(_signed, part)) for name, part in self.by_block.items()]
        rows += [("logit", *map(_signed, self.logits)), ("probability", *(f"{p:.1%}" for p in self.probabilities))]
        table = "\n".join(f"{name:12}" + "".join(f"{cell:>15}" for cell in cells) for name, *cells in rows)
        return f"{' '.join(self.premise_words)} → {' '.join(self.hypothesis_words)}: {self.label}\n{table}"

    def _repr_html_(self) -> str:
        head = "".join(f"<th scope='col'>{label}</th>" for label in ("", *LABELS))
        rows = [("bias", self.bias), *self.by_block.items(), ("logit", self.logits)]
        lines = [(name, [_signed(x) for x in part]) for name, part in rows]
        lines.append(("probability", [f"{p:.1%}" for p in self.probabilities]))
        body = "".join(
            f"<tr><th scope='row'>{html.escape(name)}</th>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"
            for name, cells in lines
        )
        words = (html.escape(" ".join(words)) for words in (self.premise_words, self.hypothesis_words))
        caption = f"<caption>{' → '.join(words)}: {self.label}</caption>"
        return f"<table class='ledger'>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"

    def plot(self, label: str | None = None) -> Figure:
        """Draw the ledger: the blocks' parts of each logit, and the interaction map of one label's.

        Parameters
        ----------
        label
            Whose logit the map shows; the model's answer if left out.

        Returns
        -------
        matplotlib.figure.Figure
            Not shown yet: the last value of a notebook's cell is.

        Raises
        ------
        ValueError
            If there is no such label, or the encoder does not pool by the maximum.
        """
        return self._draw(self, label)

    @classmethod
    def drawn_by(cls, draw: Callable[[Ledger, str | None], Figure]) -> Callable[[Ledger, str | None], Figure]:
        """Make :meth:`plot` call ``draw``: drawing knows the ledger, not the other way round."""
        cls._draw = staticmethod(draw)
        return draw

    def to_json(self) -> str:
        """Return the whole account as JSON: words, logits, and every level by the names of this class."""
        levels: dict[str, Any] = {
            "premise_words": self.premise_words,
            "hypothesis_words": self.hypothesis_words,
            "labels": LABELS,
            "logits": self.logits.tolist(),
            "bias": self.bias.tolist(),
            "by_block": {name: part.tolist() for name, part in self.by_block.items()},
            "by_dimension": {name: part.tolist() for name, part in self.by_dimension.items()},
        }
        if self.premise_winners is not None:
            levels["by_word"] = {name: part.tolist() for name, part in self.by_word.items()}
            levels["interaction_map"] = {name: part.tolist() for name, part in self.interaction_map.items()}
        return json.dumps(levels, ensure_ascii=False)


def explain(model: InferSent, premise: str, hypothesis: str) -> Ledger:
    """Return the exact ledger of one pair.

    Parameters
    ----------
    model
        With a linear or stacked-linear head.
    premise, hypothesis
        Two texts.

    Raises
    ------
    ValueError
        If the head is not affine, so that no exact sum exists, or a block has another width than the vectors.
    TypeError
        If a sentence is no text.

    Examples
    --------
    >>> model = InferSent.from_pretrained()  # doctest: +SKIP
    >>> explain(model, "A man plays a guitar.", "A man makes music.").label  # doctest: +SKIP
    'entailment'
    """
    for sentence in (premise, hypothesis):
        if not isinstance(sentence, str):
            raise TypeError(f"explain takes two texts, not {sentence!r}; explain_all takes lists.")
    return explain_all(model, [premise], [hypothesis])[0]


@torch.no_grad()
def explain_all(
    model: InferSent, premises: Sequence[str], hypotheses: Sequence[str], *, batch_size: int = 128
) -> list[Ledger]:
    """Return the ledger of each pair; every distinct sentence is encoded once. See :func:`explain`.

    Raises
    ------
    ValueError
        As :func:`explain`, or if there are not as many hypotheses as premises.
    """
    if len(premises) != len(hypotheses):
        raise ValueError(f"There are {len(premises)} premises but {len(hypotheses)} hypotheses.")
    weights, bias = head_weights(model)
    texts = list(dict.fromkeys([*premises, *hypotheses]))
    ids = word_ids(model.tokenizer, texts)
    vectors, winners = _pooled(model, ids, batch_size)
    row = {text: i for i, text in enumerate(texts)}
    words = [tuple(split_words(text)) or (NO_WORD,) for text in texts]
    unknown = [np.array(sentence) == UNKNOWN_ID for sentence in ids]
    ledgers = []
    for start in range(0, len(premises), batch_size):
        rows = [
            (row[p], row[h])
            for p, h in zip(premises[start : start + batch_size], hypotheses[start : start + batch_size], strict=True)
        ]
        u, v = (vectors[list(side)] for side in zip(*rows, strict=True))  # [rows, dim]
        with evaluating(model):
            logits = model.head(pair_features(u, v, model.config.blocks)).cpu().numpy()  # [rows, 3]
        ledgers += [
            Ledger(
                premise_words=words[p],
                hypothesis_words=words[h],
                premise_unknown=unknown[p],
                hypothesis_unknown=unknown[h],
                u=vectors[p].cpu().numpy(),
                v=vectors[h].cpu().numpy(),
                premise_winners=None if winners is None else winners[p],
                hypothesis_winners=None if winners is None else winners[h],
                weights=weights,
                bias=bias,
                logits=logits[i],
            )
            for i, (p, h) in enumerate(rows)
        ]
    return ledgers


@torch.no_grad()
def contributions(model: InferSent, encoded: EncodedPairs, *, batch_size: int = 256) -> dict[str, np.ndarray]:
    """Return each block's part of the logits for a whole corpus: ``by_block`` without the levels below.

    Returns
    -------
    dict
        For each block ``[pairs, 3]``, float64; with the bias (``head_weights(model)[1]``) they add up to the logits.

    Raises
    ------
    ValueError
        As :func:`explain`.
    """
    weights, _ = head_weights(model)
    parts: dict[str, list[np.ndarray]] = {name: [] for name in weights}
    with evaluating(model):
        for batch in batches_in_order(encoded, batch_size):
            u, v = (x.cpu().double() for x in model.sentence_pair(batch.to(model.device)))  # [pairs, dim]
            for name, weight in weights.items():
                parts[name].append(get_feature(name).function(u, v).numpy() @ weight.T)  # [pairs, dim] -> [pairs, 3]
    return {name: np.concatenate(part) if part else np.zeros((0, len(LABELS))) for name, part in parts.items()}


def head_weights(model: InferSent) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Return the collapsed head: for each block its columns, ``[3, dim]``, and the bias, ``[3]``; float64.

    Raises
    ------
    ValueError
        If the head is not affine, or a block has another width than the sentence vectors.
    """
    try:
        affine = collapse(model.head, dtype=torch.float64)
    except TypeError as error:
        raise ValueError(
            f"No exact ledger: {error} With a nonlinear head a logit is no sum of one term a feature. What comes near "
            "it is an approximation: integrated gradients over the pair features, such as captum's IntegratedGradients."
        ) from error
    dim = model.encoder.dim
    weight = affine.weight.detach().cpu().numpy()
    weights = {name: weight[:, columns] for name, columns in block_slices(dim, model.config.blocks).items()}
    for name, columns in weights.items():
        if columns.shape[1] != dim:
            raise ValueError(
                f"No ledger: the block {name!r} has {columns.shape[1]} columns for vectors of {dim} numbers."
            )
    return weights, affine.bias.detach().cpu().numpy()


def _pooled(model: InferSent, ids: list[list[int]], batch_size: int) -> tuple[Tensor, np.ndarray | None]:
    """Return sentence vectors, ``[sentences, dim]``, and the word that won each coordinate, where pooling is max."""
    encoder = model.encoder
    dtype = next(model.parameters()).dtype
    vectors = torch.empty(len(ids), encoder.dim, dtype=dtype, device=model.device)
    winners = torch.zeros(len(ids), encoder.dim, dtype=torch.int64)
    with evaluating(model):
        for rows, batch, lengths in batches_by_length(ids, batch_size):
            batch = batch.to(model.device)
            if isinstance(encoder, BiLSTMMax):
                states = encoder.states(batch, lengths)  # [rows, time, dim]
                vectors[rows] = encoder.pool(states, lengths)
                winners[rows] = encoder.winners(states, lengths).cpu()
            else:
                vectors[rows] = encoder(batch, lengths)
    return vectors, winners.numpy() if isinstance(encoder, BiLSTMMax) else None


def _signed(number: float) -> str:
    """Return a number with its sign, to two places; what rounds to nothing has none."""
    return "0.00" if math.isclose(number, 0, abs_tol=0.005) else f"{number:+.2f}".replace("-", "−")
