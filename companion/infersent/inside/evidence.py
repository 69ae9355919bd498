"""Where a trained model keeps its evidence.

How its logits split over the blocks on a whole corpus, and what the head could do with fewer blocks if it were fitted
again.

A part that is the same in all three logits does not change the probabilities. So every part is taken relative to its
mean over the labels, and called *centred*.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from infersent.data.pairs import LABELS
from infersent.foundation.arrays import Floats, Ints
from infersent.inside.dimensions import redundancy
from infersent.inside.interventions import drop, intervene
from infersent.inside.ledger import head_weights
from infersent.model.features import pair_features
from infersent.model.infersent import InferSent, evaluating
from infersent.text.batching import EncodedPairs, batches_in_order
from infersent.training.evaluation import Evaluation


@dataclass(frozen=True)
class Part:
    """What one part of the centred logits, such as a block's, contributes on a corpus.

    Attributes
    ----------
    share
        Its mean size as a share of all parts' sizes. The size is the sum over the labels of the absolute value.
    signed
        For the pairs of each right label, the mean of the part in each of the three logits, ``[3]``.
    for_right
        The mean of the part in the right label's logit.
    """

    share: float
    signed: dict[str, list[float]]
    for_right: float

    def to_json(self) -> dict[str, Any]:
        """Return the numbers as plain JSON values, to four places."""
        signed = {label: [round(x, 4) for x in means] for label, means in self.signed.items()}
        return {"share": round(self.share, 4), "signed": signed, "for_right": round(self.for_right, 4)}


def evidence(model: InferSent, u: Floats, v: Floats, labels: Ints) -> dict[str, Part]:
    """Return how a model's centred logits split over its blocks on labelled pairs.

    Parameters
    ----------
    model
        With an affine head.
    u, v
        The pairs' sentence vectors, see :func:`sentence_pairs`, ``[pairs, dim]``.
    labels
        ``[pairs]``.

    Returns
    -------
    dict
        The part of each block.
    """
    first, second = torch.from_numpy(u), torch.from_numpy(v)
    weights, _ = head_weights(model)
    # [pairs, dim] -> [pairs, 3]
    return _split({name: pair_features(first, second, [name]).numpy() @ w.T for name, w in weights.items()}, labels)


def _split(parts: dict[str, Floats], labels: Ints) -> dict[str, Part]:
    """Return how centred logits split over parts ``[pairs, 3]`` that add up to them, see :func:`evidence`."""
    centred = {name: part - part.mean(axis=1, keepdims=True) for name, part in parts.items()}  # [pairs, 3]
    size = {name: float(np.abs(part).sum(axis=1).mean()) for name, part in centred.items()}
    rows = np.arange(len(labels))
    return {
        name: Part(
            share=size[name] / sum(size.values()),
            signed={label: part[labels == i].mean(axis=0).tolist() for i, label in enumerate(LABELS)},
            for_right=float(part[rows, labels].mean()),
        )
        for name, part in centred.items()
    }


@torch.no_grad()
def sentence_pairs(model: InferSent, encoded: EncodedPairs) -> tuple[Floats, Floats]:
    """Return u and v of all pairs, ``[pairs, dim]`` each."""
    with evaluating(model):
        pairs = [model.sentence_pair(batch.to(model.device)) for batch in batches_in_order(encoded, 256)]
    u, v = (torch.cat(side).cpu().numpy() for side in zip(*pairs, strict=True))
    return u, v


def refit(
    u: Floats, v: Floats, labels: Ints, blocks: Sequence[str], *, decay: float = 1e-3, steps: int = 60
) -> nn.Linear:
    """Fit a new linear head on fixed sentence vectors: multinomial logistic regression by L-BFGS.

    Parameters
    ----------
    u, v
        ``[pairs, dim]``.
    labels
        ``[pairs]``; every label has the same weight in the loss, however many pairs have it.
    blocks
        The blocks that the head gets.
    decay
        The sum of the squared weights, on standardised features, is added to the mean loss times this number.
    steps
        The largest number of iterations.

    Returns
    -------
    torch.nn.Linear
        A head on the features as they are; the standardisation is part of its weights.
    """
    features = pair_features(torch.from_numpy(u), torch.from_numpy(v), blocks)  # [pairs, width]
    mean, spread = features.mean(dim=0), features.std(dim=0).clamp_min(1e-6)
    features = (features - mean) / spread
    target = torch.from_numpy(labels)
    counts = torch.bincount(target, minlength=len(LABELS)).clamp_min(1)
    head = nn.Linear(features.shape[1], len(LABELS))
    nn.init.zeros_(head.weight)
    nn.init.zeros_(head.bias)
    optimizer = torch.optim.LBFGS(head.parameters(), max_iter=steps, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss = F.cross_entropy(head(features), target, weight=len(target) / (len(LABELS) * counts))
        loss = loss + decay * head.weight.square().sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    with torch.no_grad():
        head.weight.div_(spread)
        head.bias.sub_(head.weight @ mean)
    return head


@dataclass(frozen=True)
class Overlap:
    """How centred logits split by what the two sentences share, see :func:`by_overlap`.

    Attributes
    ----------
    parts
        The parts ``shared``, ``premise`` and ``hypothesis``, and ``u*v`` if the model has this block.
    weights
        The root mean square of the weights of the first three.
    """

    parts: dict[str, Part]
    weights: dict[str, float]

    def to_json(self) -> dict[str, Any]:
        """Return the parts by name, and ``weights``, as plain JSON values to four places."""
        parts = {name: part.to_json() for name, part in self.parts.items()}
        return parts | {"weights": {name: round(size, 4) for name, size in self.weights.items()}}


def by_overlap(model: InferSent, u: Floats, v: Floats, labels: Ints) -> Overlap:
    """Return how a model's centred logits split over what the two sentences share and what each has beyond the other.

    With the shared part m = min(u, v) and the excesses p = max(u - v, 0) and h = max(v - u, 0) we have u = m + p,
    v = m + h and \\|u-v\\| = p + h. So these blocks add up to three parts, with the weights W_u + W_v, W_u + W_d and
    W_v + W_d; u*v stays as it is.

    Parameters
    ----------
    model
        With an affine head over InferSent's four blocks, or some of them.
    u, v
        ``[pairs, dim]``.
    labels
        ``[pairs]``.
    """
    head = {name: w - w.mean(axis=0) for name, w in head_weights(model)[0].items()}  # [3, dim] each
    none = np.zeros((len(LABELS), u.shape[1]))
    w_u, w_v, w_d = (head.get(name, none) for name in ("u", "v", "|u-v|"))
    weights = {"shared": w_u + w_v, "premise": w_u + w_d, "hypothesis": w_v + w_d}
    values = {"shared": np.minimum(u, v), "premise": np.maximum(u - v, 0), "hypothesis": np.maximum(v - u, 0)}
    parts = {name: values[name] @ w.T for name, w in weights.items()}  # [pairs, dim] -> [pairs, 3]
    if "u*v" in head:
        parts["u*v"] = (u * v) @ head["u*v"].T
    return Overlap(_split(parts, labels), {name: float(np.sqrt((w**2).mean())) for name, w in weights.items()})


@dataclass(frozen=True)
class Coordinates:
    """How alike \\|u-v\\| and u*v are, coordinate by coordinate, and how much they vary.

    Attributes
    ----------
    redundancy
        The quartiles over the coordinates of :func:`infersent.inside.dimensions.redundancy`.
    spread
        For each of the two blocks the mean standard deviation of a coordinate.
    """

    redundancy: list[float]
    spread: dict[str, float]

    def to_json(self) -> dict[str, Any]:
        """Return the numbers as plain JSON values, to four places."""
        return {
            "redundancy": [round(x, 4) for x in self.redundancy],
            "spread": {name: round(x, 4) for name, x in self.spread.items()},
        }


def coordinates(u: Floats, v: Floats) -> Coordinates:
    """Return how alike \\|u-v\\| and u*v are on the pairs with these vectors, ``[pairs, dim]`` each."""
    blocks = {"|u-v|": np.abs(u - v), "u*v": u * v}
    return Coordinates(
        redundancy=np.nanquantile(redundancy(u, v), [0.25, 0.5, 0.75]).tolist(),
        spread={name: float(block.std(axis=0).mean()) for name, block in blocks.items()},
    )


@dataclass(frozen=True)
class Without:
    """Test accuracies without some blocks.

    Attributes
    ----------
    blocks
        The blocks that are kept.
    dropped
        With zeros in the place of the others, and the head as it was trained.
    refitted
        With a head that is fitted again on the kept blocks.
    """

    blocks: list[str]
    dropped: float
    refitted: float

    def to_json(self) -> dict[str, Any]:
        """Return the numbers as plain JSON values, to five places."""
        return {"blocks": self.blocks, "dropped": round(self.dropped, 5), "refitted": round(self.refitted, 5)}


def without(
    model: InferSent, train: EncodedPairs, test: EncodedPairs, subsets: Sequence[Sequence[str]]
) -> list[Without]:
    """Compare two ways to do without blocks: dropping them at test time, and fitting the head again without them.

    Parameters
    ----------
    model
        Any InferSent.
    train
        The pairs that heads are fitted on, see :func:`refit`.
    test
        The pairs that are answered.
    subsets
        The blocks to keep, one subset after the other.
    """
    u, v = sentence_pairs(model, train)
    tested_u, tested_v = (torch.from_numpy(side) for side in sentence_pairs(model, test))
    found = []
    for kept in subsets:
        head = refit(u, v, train.labels, kept)
        with torch.no_grad():
            answers = head(pair_features(tested_u, tested_v, kept)).argmax(dim=1).numpy()
        gone = {name: drop for name in model.config.blocks if name not in kept}
        accuracy = Evaluation(test.labels, answers).accuracy
        found.append(Without(list(kept), dropped=intervene(model, test, gone).accuracy, refitted=accuracy))
    return found
