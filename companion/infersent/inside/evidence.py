"""Where a trained model keeps its evidence: how its logits split over the blocks on a whole corpus, and what the head
could do with fewer blocks if it were fitted again.

A part that is equal in all three logits changes no probability. So every part is taken relative to its mean over the
labels, and called *centred*.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from infersent.data.pairs import LABELS
from infersent.inside.dimensions import redundancy
from infersent.inside.interventions import drop, intervene
from infersent.inside.ledger import head_weights
from infersent.model.features import pair_features
from infersent.model.infersent import InferSent
from infersent.text.batching import EncodedPairs
from infersent.training.evaluation import Evaluation


def evidence(model: InferSent, u: np.ndarray, v: np.ndarray, labels: np.ndarray) -> dict[str, Any]:
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
        For each block: ``share``, its mean size as a share of all blocks' (the sum over the labels of the absolute
        centred part); ``signed``, for each right label the mean centred part of the three logits, ``{label: [3]}``; and
        ``for_right``, the mean centred part of the right label's logit.
    """
    two = torch.from_numpy(u), torch.from_numpy(v)
    weights, _ = head_weights(model)
    # [pairs, dim] -> [pairs, 3]
    return _split({name: pair_features(*two, [name]).numpy() @ w.T for name, w in weights.items()}, labels)


def _split(parts: dict[str, np.ndarray], labels: np.ndarray) -> dict[str, Any]:
    """Return how centred logits split over parts ``[pairs, 3]`` that add up to them, see :func:`evidence`."""
    centred = {name: part - part.mean(axis=1, keepdims=True) for name, part in parts.items()}  # [pairs, 3]
    size = {name: float(np.abs(part).sum(axis=1).mean()) for name, part in centred.items()}
    rows = np.arange(len(labels))
    return {
        name: {
            "share": round(size[name] / sum(size.values()), 4),
            "signed": {
                label: [round(float(x), 4) for x in part[labels == i].mean(axis=0)] for i, label in enumerate(LABELS)
            },
            "for_right": round(float(part[rows, labels].mean()), 4),
        }
        for name, part in centred.items()
    }


def sentence_pairs(model: InferSent, encoded: EncodedPairs) -> tuple[np.ndarray, np.ndarray]:
    """Return u and v of all pairs, ``[pairs, dim]`` each."""
    u, v = model.sentence_pairs(encoded)
    return u.cpu().numpy(), v.cpu().numpy()


def refit(
    u: np.ndarray, v: np.ndarray, labels: np.ndarray, blocks: Sequence[str], *, decay: float = 1e-3, steps: int = 60
) -> nn.Linear:
    """Fit a linear head anew on finished sentence vectors: multinomial logistic regression by L-BFGS.

    Parameters
    ----------
    u, v
        ``[pairs, dim]``.
    labels
        ``[pairs]``; every class weighs the same.
    blocks
        What the head gets.
    decay
        Half the factor of the squared weights on standardised features that is added to the mean loss.
    steps
        Iterations at most.

    Returns
    -------
    torch.nn.Linear
        For the features as they are: the standardisation is multiplied into it.
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
        head.weight /= spread
        head.bias -= head.weight @ mean
    return head


def by_overlap(model: InferSent, u: np.ndarray, v: np.ndarray, labels: np.ndarray) -> dict[str, Any]:
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

    Returns
    -------
    dict
        As of :func:`evidence`, with the parts ``shared``, ``premise`` and ``hypothesis`` in the place of the three
        blocks, and ``u*v`` if the model has it; and ``weights``, the root mean square of the three parts' weights.
    """
    head = {name: w - w.mean(axis=0) for name, w in head_weights(model)[0].items()}  # [3, dim] each
    none = np.zeros((len(LABELS), u.shape[1]))
    w_u, w_v, w_d = (head.get(name, none) for name in ("u", "v", "|u-v|"))
    weights = {"shared": w_u + w_v, "premise": w_u + w_d, "hypothesis": w_v + w_d}
    values = {"shared": np.minimum(u, v), "premise": np.maximum(u - v, 0), "hypothesis": np.maximum(v - u, 0)}
    parts = {name: values[name] @ w.T for name, w in weights.items()}  # [pairs, dim] -> [pairs, 3]
    if "u*v" in head:
        parts["u*v"] = (u * v) @ head["u*v"].T
    size = {name: round(float(np.sqrt((w**2).mean())), 4) for name, w in weights.items()}
    return _split(parts, labels) | {"weights": size}


def coordinates(u: np.ndarray, v: np.ndarray) -> dict[str, Any]:
    """Return how alike \\|u-v\\| and u*v are, coordinate by coordinate, and how wide.

    Parameters
    ----------
    u, v
        ``[pairs, dim]``.

    Returns
    -------
    dict
        ``redundancy``: the quartiles over the coordinates of :func:`infersent.inside.dimensions.redundancy`;
        ``spread``: for each of the two blocks the mean standard deviation of a coordinate.
    """
    spread = {"|u-v|": np.abs(u - v).std(axis=0).mean(), "u*v": (u * v).std(axis=0).mean()}
    return {
        "redundancy": [round(float(x), 4) for x in np.nanquantile(redundancy(u, v), [0.25, 0.5, 0.75])],
        "spread": {name: round(float(x), 4) for name, x in spread.items()},
    }


def without(
    model: InferSent, train: EncodedPairs, test: EncodedPairs, subsets: Sequence[Sequence[str]]
) -> list[dict[str, Any]]:
    """Compare two ways of doing without blocks: dropping them at test time, and fitting the head again without them.

    Returns
    -------
    list of dict
        For each subset that is kept: ``blocks``; ``dropped`` and ``refitted``, test accuracies.
    """
    u, v = sentence_pairs(model, train)
    tested = [torch.from_numpy(side) for side in sentence_pairs(model, test)]
    found = []
    for kept in subsets:
        head = refit(u, v, train.labels, kept)
        with torch.no_grad():
            answers = head(pair_features(*tested, kept)).argmax(dim=1).numpy()
        gone = {name: drop for name in model.config.blocks if name not in kept}
        found.append(
            {
                "blocks": list(kept),
                "dropped": round(intervene(model, test, gone).accuracy, 5),
                "refitted": round(Evaluation(test.labels, answers).accuracy, 5),
            }
        )
    return found
