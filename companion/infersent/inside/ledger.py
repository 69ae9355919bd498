"""The exact ledger of a decision: logits as sums over blocks, over dimensions, over words and over pairs of words.

A head that is one affine map (or a stack of them, see :func:`infersent.model.heads.collapse`) makes each logit a sum,
and nothing has to be approximated. With the collapsed head's columns for each block, W_u, W_v, W_d, W_p [labels, dim]:

.. code-block:: text

    logit_c = b_c + sum over i of  W_u[c, i] u_i + W_v[c, i] v_i
                                   + W_d[c, i] |u_i - v_i| + W_p[c, i] u_i v_i

Max pooling takes each coordinate u_i from one word of the premise, its *winner*, and each v_i from one word of the
hypothesis. So the terms of the blocks u and v fall on words, and those of ``|u-v|`` and ``u*v`` on pairs of words: the
*interaction map*. The part of a word is the part of the sum that its state supplies. A state has seen the words around
it, so this is where the evidence sits, not what the word would say on its own.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from infersent.data.pairs import LABELS, plain_texts
from infersent.foundation.arrays import Bools, Floats, Ints
from infersent.foundation.tables import Table, signed
from infersent.model.encoders import BiLSTMMax
from infersent.model.features import block_slices, get_feature
from infersent.model.heads import collapse
from infersent.model.infersent import InferSent, evaluating
from infersent.text.batching import batches_by_length, word_ids
from infersent.text.tokenizer import UNKNOWN_ID, split_words

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Stands for the words of a sentence without words, of which the model reads one unknown word.
NO_WORD = "∅"

#: How far a level may miss the logits, by the model's precision: as far as rounding moves the model's own arithmetic.
TOLERANCE = {np.dtype(np.float32): 1e-5, np.dtype(np.float64): 1e-9}


class LedgerError(ArithmeticError):
    """The terms of a ledger do not add up to the logits."""


@dataclass(frozen=True, repr=False)
class Ledger:
    """The account of one pair: every term of its logits, one for each label.

    Attributes
    ----------
    premise_words, hypothesis_words
        The tokens that the model read.
    premise_unknown, hypothesis_unknown
        For each token, whether it is unknown to the model, which then has no vector for it.
    u, v
        The sentence vectors, ``[dim]``, in the model's precision.
    premise_winners, hypothesis_winners
        ``[dim]``: from which token max pooling took each coordinate; ``None`` for an encoder without max pooling.
    weights
        The collapsed head's columns of each block, ``[labels, dim]`` each, float64.
    bias
        ``[labels]``.
    logits
        ``[labels]``, as the model itself computes them, in its precision.
    labels
        The names of the labels.
    learned
        The columns of the blocks that have parameters, ``[dim]`` each: other than those of the rest, they do not follow
        from ``u`` and ``v`` alone.
    """

    premise_words: tuple[str, ...]
    hypothesis_words: tuple[str, ...]
    premise_unknown: Bools
    hypothesis_unknown: Bools
    u: Floats
    v: Floats
    premise_winners: Ints | None
    hypothesis_winners: Ints | None
    weights: Mapping[str, Floats]
    bias: Floats
    logits: Floats
    labels: tuple[str, ...] = LABELS
    learned: Mapping[str, Floats] = field(default_factory=dict)

    # Set by `drawn_by`, where numbers and drawing are both imported: in the package of this module.
    _draw: ClassVar[Callable[[Ledger, str | None], Figure]]

    @property
    def blocks(self) -> tuple[str, ...]:
        """The names of the blocks, in the order of the head's columns."""
        return tuple(self.weights)

    @property
    def probabilities(self) -> Floats:
        """The softmax of the logits, ``[labels]``."""
        odds = np.exp(self.logits.astype(float) - self.logits.max())
        probabilities: Floats = odds / odds.sum()
        return probabilities

    @property
    def label(self) -> str:
        """The model's answer."""
        return self.labels[int(self.logits.argmax())]

    @cached_property
    def by_dimension(self) -> dict[str, Floats]:
        """For each block, the term of every coordinate in every logit, ``[dim, labels]``."""
        u, v = (torch.from_numpy(x).double().unsqueeze(0) for x in (self.u, self.v))
        functions = {name: get_feature(name).function for name in self.blocks if name not in self.learned}
        values = {name: function(u, v)[0].numpy() for name, function in functions.items()} | {**self.learned}  # [dim]
        return {name: (self.weights[name] * values[name]).T for name in self.blocks}

    @cached_property
    def by_block(self) -> dict[str, Floats]:
        """For each block, its part of the logits, ``[labels]``. With :attr:`bias` they add up to the logits."""
        return {name: terms.sum(axis=0) for name, terms in self.by_dimension.items()}

    @cached_property
    def by_word(self) -> dict[str, Floats]:
        """For the blocks ``u`` and ``v``, the part of every word, ``[words, labels]``; the words add up to the block.

        Raises
        ------
        ValueError
            If the encoder does not pool by the maximum.
        """
        sides = {"u": (self._winners[0], self.premise_words), "v": (self._winners[1], self.hypothesis_words)}
        parts: dict[str, Floats] = {}
        for name in [name for name in self.blocks if name in sides]:
            winners, words = sides[name]
            parts[name] = np.zeros((len(words), len(self.labels)))
            np.add.at(parts[name], winners, self.by_dimension[name])  # [dim, labels] -> [words, labels]
        return parts

    @cached_property
    def interaction_map(self) -> dict[str, Floats]:
        """For every block of both sentences, the part of each pair of words.

        Each is ``[premise words, hypothesis words, labels]``. The cells of a block add up to its part of the logits.

        Raises
        ------
        ValueError
            If the encoder does not pool by the maximum.
        """
        maps: dict[str, Floats] = {}
        for name in [name for name in self.blocks if name not in ("u", "v")]:
            maps[name] = np.zeros((len(self.premise_words), len(self.hypothesis_words), len(self.labels)))
            np.add.at(
                maps[name], self._winners, self.by_dimension[name]
            )  # [dim, labels] -> [premise, hypothesis, labels]
        return maps

    def cell(self, premise_word: int, hypothesis_word: int) -> Ints:
        """Return the coordinates whose winners are these two words: the dimensions behind a cell of the map."""
        premise, hypothesis = self._winners
        return np.flatnonzero((premise == premise_word) & (hypothesis == hypothesis_word))

    @property
    def _winners(self) -> tuple[Ints, Ints]:
        if self.premise_winners is None or self.hypothesis_winners is None:
            raise ValueError(
                "Only max pooling takes each coordinate from one word. This model's encoder does not pool by the "
                "maximum, so its terms fall on no words; by_block and by_dimension hold for it too."
            )
        return self.premise_winners, self.hypothesis_winners

    def levels(self) -> dict[str, Floats]:
        """Return the logits as each level gives them, ``[labels]`` each: what :meth:`check` compares."""
        levels = {
            "by_block": self.bias + np.sum(list(self.by_block.values()), axis=0),
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
        allowed = max(TOLERANCE[self.logits.dtype], 4 * float(size) * float(np.finfo(self.logits.dtype).eps))
        errors = {name: float(np.abs(level - self.logits).max()) for name, level in self.levels().items()}
        worst = max(errors, key=lambda name: errors[name])
        if not errors[worst] <= allowed:
            raise LedgerError(f"{worst} misses the logits by {errors[worst]:.2g}; rounding allows {allowed:.2g}.")
        return errors[worst]

    def in_words(self) -> str:
        """Say the answer and what speaks for and against it; see :func:`lead_in_words`.

        Examples
        --------
        >>> ledger.in_words()  # doctest: +SKIP
        'Entailment, 92%. It wins mostly because the premise by itself speaks for it (+4.3 over neutral); ...'
        """
        answer = f"{self.label.capitalize()}, {self.probabilities.max():.0%}."
        return f"{answer} {lead_in_words(self.bias, self.by_block, self.labels)}"

    @property
    def table(self) -> Table:
        """Each label's logit as a sum: the bias, a row for each block, the logit and the probability."""
        parts = {"bias": self.bias, **self.by_block, "logit": self.logits}
        rows = [(name, *(signed(number) for number in part)) for name, part in parts.items()]
        rows.append(("probability", *(f"{p:.1%}" for p in self.probabilities)))
        return Table(("", *self.labels), rows, caption=self._title, css_class="ledger")

    @property
    def _title(self) -> str:
        return f"{' '.join(self.premise_words)} → {' '.join(self.hypothesis_words)}: {self.label}"

    def __repr__(self) -> str:
        return f"{self._title}\n{self.table}"

    def _repr_html_(self) -> str:
        return self.table.to_html()

    def plot(self, label: str | None = None) -> Figure:
        """Draw the ledger: the blocks' parts of each logit, and the interaction map of one label's.

        Parameters
        ----------
        label
            The label whose logit the map shows; the model's answer if left out.

        Returns
        -------
        matplotlib.figure.Figure
            A figure that is not yet shown; a notebook shows it as the last value of a cell.

        Raises
        ------
        ValueError
            If there is no such label, or the encoder does not pool by the maximum.
        """
        return type(self)._draw(self, label)

    @classmethod
    def drawn_by(cls, draw: Callable[[Ledger, str | None], Figure]) -> Callable[[Ledger, str | None], Figure]:
        """Make :meth:`plot` call ``draw``: drawing knows the ledger, not the other way round."""
        cls._draw = draw
        return draw

    def to_json(self) -> str:
        """Return the whole account as JSON: words, logits, and every level under its name in this class."""
        levels: dict[str, Any] = {
            "premise_words": self.premise_words,
            "hypothesis_words": self.hypothesis_words,
            "labels": self.labels,
            "logits": self.logits.tolist(),
            "bias": self.bias.tolist(),
            "by_block": {name: part.tolist() for name, part in self.by_block.items()},
            "by_dimension": {name: part.tolist() for name, part in self.by_dimension.items()},
        }
        if self.premise_winners is not None:
            levels["by_word"] = {name: part.tolist() for name, part in self.by_word.items()}
            levels["interaction_map"] = {name: part.tolist() for name, part in self.interaction_map.items()}
        return json.dumps(levels, ensure_ascii=False)


def lead_in_words(bias: Floats, by_block: Mapping[str, Floats], labels: Sequence[str] = LABELS) -> str:
    """Say which part of a decision speaks most for the answer, and which most against it.

    What counts is a part's *lead*: by how much it raises the answer's logit above that of the runner-up. Only
    differences of logits decide, so a part of one logit alone would say nothing. There are four parts: the bias, the
    premise by itself (block ``u``), the hypothesis by itself (``v``), and the comparison, all other blocks together.

    Parameters
    ----------
    bias
        ``[labels]``.
    by_block
        The part of each block that counts, ``[labels]`` each, as :attr:`Ledger.by_block` has them.
    labels
        At least two names.

    Examples
    --------
    >>> lead_in_words(np.array([0.5, 0, 0]), {"v": np.array([2, 1, 0])})
    'It wins mostly because the hypothesis by itself speaks for it (+1.0 over neutral); nothing speaks against it.'
    """
    logits = np.sum([bias, *by_block.values()], axis=0)
    first, second = sorted(range(len(labels)), key=lambda c: -logits[c])[:2]
    names = {"u": "the premise by itself", "v": "the hypothesis by itself"}
    parts = {"the bias": bias}
    for block, part in by_block.items():
        name = names.get(block, "the comparison")
        parts[name] = parts[name] + part if name in parts else part
    leads = {name: float(part[first] - part[second]) for name, part in parts.items()}
    # What rounds to zero says nothing.
    speaking = sorted((item for item in leads.items() if item[1] >= 0.05), key=lambda item: -item[1])
    against = sorted((item for item in leads.items() if item[1] <= -0.05), key=lambda item: item[1])
    if not speaking:
        return f"Next to nothing tells it from {labels[second]}."
    (name, most), total = speaking[0], sum(lead for _, lead in speaking)
    how = "" if len(speaking) == 1 else "mostly " if most > total / 2 else "first of all "
    rest = f"{against[0][0]} speaks against it ({signed(against[0][1], 1)})" if against else "nothing speaks against it"
    return f"It wins {how}because {name} speaks for it ({signed(most, 1)} over {labels[second]}); {rest}."


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
        If the head is not affine, so that no exact sum exists, or the width of a block is not that of the vectors.
    TypeError
        If a sentence is not a string.

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
    TypeError
        If the premises or the hypotheses are one text or a whole table, or an item is no text.
    """
    premises, hypotheses = plain_texts(premises, "premises"), plain_texts(hypotheses, "hypotheses")
    if len(premises) != len(hypotheses):
        raise ValueError(f"There are {len(premises)} premises but {len(hypotheses)} hypotheses.")
    if (dtype := next(model.parameters()).dtype) not in (torch.float32, torch.float64):
        raise ValueError(f"No exact ledger: {dtype} rounds too much for parts that add up. Take model.float() first.")
    weights, bias = head_weights(model)
    texts = list(dict.fromkeys([*premises, *hypotheses]))
    ids = word_ids(model.tokenizer, texts)
    vectors, winners = _pooled(model, ids, batch_size)
    row = {text: i for i, text in enumerate(texts)}
    words = [tuple(split_words(text, model.tokenizer)) or (NO_WORD,) for text in texts]
    unknown = [np.array(sentence) == UNKNOWN_ID for sentence in ids]
    exact = copy.deepcopy(model.features).cpu().double().eval()  # as the other blocks are computed
    ledgers = []
    for start in range(0, len(premises), batch_size):
        rows = [
            (row[p], row[h])
            for p, h in zip(premises[start : start + batch_size], hypotheses[start : start + batch_size], strict=True)
        ]
        u, v = (vectors[list(side)] for side in zip(*rows, strict=True))  # [rows, dim]
        with evaluating(model):
            logits = model.head(model.pair_features(u, v)).cpu().numpy()  # [rows, labels]
        learned = {name: module(u.cpu().double(), v.cpu().double()).numpy() for name, module in exact.items()}
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
                labels=model.labels,
                learned={name: columns[i] for name, columns in learned.items()},
            )
            for i, (p, h) in enumerate(rows)
        ]
    return ledgers


def head_weights(model: InferSent) -> tuple[dict[str, Floats], Floats]:
    """Return the collapsed head: for each block its columns, ``[labels, dim]``, and the bias, ``[labels]``; float64.

    Raises
    ------
    ValueError
        If the head is not affine, or the width of a block is not that of the sentence vectors, or a learned block mixes
        coordinates.
    """
    try:
        affine = collapse(model.head, dtype=torch.float64)
    except TypeError as error:
        raise ValueError(
            f"No exact ledger: {error} With a nonlinear head a logit is not a sum with one term per feature. "
            "The closest thing is an approximation: integrated gradients over the pair features, such as captum's "
            "IntegratedGradients."
        ) from error
    dim = model.encoder.dim
    weight = affine.weight.detach().cpu().numpy()
    weights = {name: weight[:, columns] for name, columns in block_slices(dim, model.config.blocks).items()}
    for name, columns in weights.items():
        if columns.shape[1] != dim:
            raise ValueError(
                f"No ledger: the block {name!r} has {columns.shape[1]} columns for vectors of {dim} numbers."
            )
        feature = get_feature(name)
        if feature.module is not None and not feature.by_coordinate:
            raise ValueError(
                f"No ledger: the block {name!r} mixes the coordinates, so its terms belong to none of them. "
                "infersent.inside.interventions.intervene shows what it does."
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
