"""Where a trained model keeps its evidence.

How its logits split over the blocks on a whole corpus, and what the head could do with fewer blocks if it were fitted
again.

A part that is the same in all logits does not change the probabilities. So every part is taken relative to its
mean over the labels, and called *centred*.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from infersent.data.pairs import LABELS
from infersent.foundation.arrays import Floats, Ints
from infersent.inside.dimensions import redundancy
from infersent.inside.interventions import Intervention, drop, intervene
from infersent.inside.ledger import head_weights
from infersent.model.features import pair_features
from infersent.model.infersent import InferSent
from infersent.text.batching import EncodedPairs
from infersent.training.evaluation import Evaluation


@dataclass(frozen=True)
class Part:
    """One of several parts that add up to a model's centred logits, on labelled pairs.

    Attributes
    ----------
    share
        Its mean size as a share of all parts' sizes. The size is the sum over the labels of the absolute centred part.
    signed
        The mean centred part of the logits, ``[labels]``, over the pairs of each right label.
    for_right
        The mean centred part of the right label's logit.
    """

    share: float
    signed: dict[str, list[float]]
    for_right: float


@dataclass(frozen=True)
class Overlap:
    """A model's centred logits split by what two sentences share, see :func:`by_overlap`.

    Attributes
    ----------
    parts
        ``shared``, ``premise``, ``hypothesis``, and ``u*v`` if the model has it.
    weights
        The root mean square of the weights of the first three.
    """

    parts: dict[str, Part]
    weights: dict[str, float]

    def to_json(self) -> dict[str, Any]:
        """Return parts and weights side by side, as JSON values."""
        return {name: asdict(part) for name, part in self.parts.items()} | {"weights": self.weights}


@dataclass(frozen=True)
class Coordinates:
    """How alike the coordinates of \\|u-v\\| and of u*v are, and how much they vary.

    Attributes
    ----------
    redundancy
        The quartiles over the coordinates of :func:`infersent.inside.dimensions.redundancy`.
    spread
        For each of the two blocks the mean standard deviation of a coordinate.
    """

    redundancy: list[float]
    spread: dict[str, float]


@dataclass(frozen=True)
class FewerBlocks:
    """Two ways of doing without some blocks, see :func:`without`.

    Attributes
    ----------
    blocks
        Those that are kept.
    dropped
        Test accuracy when the others are set to zero.
    refitted
        Test accuracy of a head that is fitted again on the kept ones.
    """

    blocks: list[str]
    dropped: float
    refitted: float


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
    dict of Part
        One for each block.
    """
    two = torch.from_numpy(u).to(model.device), torch.from_numpy(v).to(model.device)
    weights, _ = head_weights(model)
    with torch.no_grad():
        columns = {name: model.pair_features(*two, [name]).cpu().numpy() for name in weights}  # [pairs, dim]
    # [pairs, dim] -> [pairs, labels]
    return _split({name: columns[name] @ w.T for name, w in weights.items()}, labels, model.labels)


def _split(parts: dict[str, Floats], labels: Ints, names: Sequence[str]) -> dict[str, Part]:
    """Return how centred logits split over parts, ``[pairs, labels]`` each, that add up to them."""
    centred = {name: part - part.mean(axis=1, keepdims=True) for name, part in parts.items()}  # [pairs, labels]
    size = {name: float(np.abs(part).sum(axis=1).mean()) for name, part in centred.items()}
    rows = np.arange(len(labels))
    return {
        name: Part(
            share=round(size[name] / sum(size.values()), 4),
            signed={
                label: [round(float(x), 4) for x in part[labels == i].mean(axis=0)]
                for i, label in enumerate(names)
                if (labels == i).any()
            },
            for_right=round(float(part[rows, labels].mean()), 4),
        )
        for name, part in centred.items()
    }


def sentence_pairs(model: InferSent, encoded: EncodedPairs) -> tuple[Floats, Floats]:
    """Return u and v of all pairs, ``[pairs, dim]`` each."""
    u, v = model.sentence_pairs(encoded)
    return u.cpu().numpy(), v.cpu().numpy()


def refit(
    u: Floats,
    v: Floats,
    labels: Ints,
    blocks: Sequence[str],
    *,
    classes: int = len(LABELS),
    decay: float = 1e-3,
    steps: int = 60,
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
    classes
        How many labels there are.
    decay
        The sum of the squared weights on standardised features, times this, is added to the mean loss.
    steps
        The most iterations that are made.

    Returns
    -------
    torch.nn.Linear
        For features that are not standardised: the standardisation is multiplied into its weights.
    """
    features = pair_features(torch.from_numpy(u), torch.from_numpy(v), blocks)  # [pairs, width]
    mean, spread = features.mean(dim=0), features.std(dim=0).clamp_min(1e-6)
    features = (features - mean) / spread
    target = torch.from_numpy(labels)
    counts = torch.bincount(target, minlength=classes).clamp_min(1)
    head = nn.Linear(features.shape[1], classes)
    nn.init.zeros_(head.weight)
    nn.init.zeros_(head.bias)
    optimizer = torch.optim.LBFGS(head.parameters(), max_iter=steps, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss = F.cross_entropy(head(features), target, weight=len(target) / (classes * counts))
        loss = loss + decay * head.weight.square().sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    with torch.no_grad():
        head.weight.div_(spread)
        head.bias.sub_(head.weight @ mean)
    return head


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
    head = {name: w - w.mean(axis=0) for name, w in head_weights(model)[0].items()}  # [labels, dim] each
    none = np.zeros((len(model.labels), u.shape[1]))
    w_u, w_v, w_d = (head.get(name, none) for name in ("u", "v", "|u-v|"))
    weights = {"shared": w_u + w_v, "premise": w_u + w_d, "hypothesis": w_v + w_d}
    values = {"shared": np.minimum(u, v), "premise": np.maximum(u - v, 0), "hypothesis": np.maximum(v - u, 0)}
    parts = {name: values[name] @ w.T for name, w in weights.items()}  # [pairs, dim] -> [pairs, labels]
    if "u*v" in head:
        parts["u*v"] = (u * v) @ head["u*v"].T
    size = {name: round(float(np.sqrt((w**2).mean())), 4) for name, w in weights.items()}
    return Overlap(_split(parts, labels, model.labels), size)


def coordinates(u: Floats, v: Floats) -> Coordinates:
    """Return how alike \\|u-v\\| and u*v are, coordinate by coordinate, and how much they vary.

    Parameters
    ----------
    u, v
        ``[pairs, dim]``.
    """
    spread = {"|u-v|": np.abs(u - v).std(axis=0).mean(), "u*v": (u * v).std(axis=0).mean()}
    return Coordinates(
        redundancy=[round(float(x), 4) for x in np.nanquantile(redundancy(u, v), [0.25, 0.5, 0.75])],
        spread={name: round(float(x), 4) for name, x in spread.items()},
    )


def without(
    model: InferSent, train: EncodedPairs, test: EncodedPairs, subsets: Sequence[Sequence[str]]
) -> list[FewerBlocks]:
    """Compare two ways of doing without blocks: setting them to zero at test time, and fitting the head again.

    Parameters
    ----------
    model
        With an affine head.
    train, test
        The pairs that a head is fitted on, and those that it is tested on; encoded by the model's tokenizer.
    subsets
        The blocks that are kept each time.
    """
    u, v = sentence_pairs(model, train)
    test_u, test_v = (torch.from_numpy(side) for side in sentence_pairs(model, test))
    found = []
    for kept in subsets:
        head = refit(u, v, train.labels, kept, classes=len(model.labels))
        with torch.no_grad():
            answers = head(pair_features(test_u, test_v, kept)).argmax(dim=1).numpy()
        gone: dict[str, Intervention] = {name: drop for name in model.config.blocks if name not in kept}
        found.append(
            FewerBlocks(
                blocks=list(kept),
                dropped=round(intervene(model, test, gone).accuracy, 5),
                refitted=round(Evaluation(test.labels, answers, label_names=model.labels).accuracy, 5),
            )
        )
    return found
