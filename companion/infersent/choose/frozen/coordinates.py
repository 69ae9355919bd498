"""What the coordinates of sentence vectors are like, and how much of one block's news the other could tell."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import torch

from infersent.choose.cross_validation import INNER_PARTS, Gathered, choose_penalties
from infersent.choose.folds import deal
from infersent.choose.frozen.trials import ENCODERS, POOL, REASONS, Setting
from infersent.choose.frozen.vectors import SentenceVectors, changed
from infersent.choose.solver import Features, Heads, Loss
from infersent.data.pairs import LABELS
from infersent.data.ties import components
from infersent.foundation.arrays import Array, Floats
from infersent.foundation.choices import choose
from infersent.foundation.provenance import provenance
from infersent.foundation.recorded import FOLDER


def redundancies(u: Array, v: Array) -> Floats:
    """Return for each coordinate the squared correlation of what 1, u and v leave of the two blocks, ``[dim]``.

    The two are ``|u-v|`` and ``u*v``.

    Parameters
    ----------
    u, v
        ``[pairs, dim]`` each.

    Examples
    --------
    >>> bits = np.array([[0.0, 0.0, 1.0, 1.0], [0.0, 1.0, 0.0, 1.0]])[:, :, None]
    >>> redundancies(*bits).round(6)
    array([1.])
    """
    found = np.empty(u.shape[1])
    for i in range(u.shape[1]):
        a, b = (np.asarray(side[:, i], dtype=np.float64) for side in (u, v))
        columns = np.column_stack([np.ones_like(a), a, b])
        both = np.column_stack([np.abs(a - b), a * b])
        rest = both - columns @ np.linalg.lstsq(columns, both, rcond=None)[0]
        squares = rest.T @ rest
        found[i] = squares[0, 1] ** 2 / (squares[0, 0] * squares[1, 1])
    return found


def normal_redundancy(correlation: Floats) -> Floats:
    """Return the redundancy of normal u and v of equal spread and this correlation.

    Examples
    --------
    >>> normal_redundancy(np.array([0.0, 0.5])).round(3)
    array([0.438, 0.088])
    """
    return np.asarray((1 - correlation) ** 2 / (1 + correlation**2) / (2 * np.pi - 4))


def news(sentences: SentenceVectors, setting: Setting, block: str, other: str) -> float:
    """Return how much of what a block tells a head the other block could tell it.

    A head is trained on (u, v, block). What the block puts into the logits, each less their mean, is fitted by least
    squares on the training pairs: by u and v, and by u, v and the other block.

    Parameters
    ----------
    sentences
        The vectors as the encoder gave them.
    setting
        The training pairs, and what is done to the vectors.
    block, other
        The two.

    Returns
    -------
    float
        The share of what u and v leave unexplained on the test pairs that the other block explains.
    """
    rows = sentences.draw(setting.pairs, setting.seed)
    moved = changed(sentences, setting, rows)
    pairs = np.concatenate([sentences.train[rows], sentences.test])
    training = np.arange(len(pairs)) < len(rows)
    u, v = (Gathered(moved.vectors, pairs[:, side]) for side in (0, 1))
    features = Features(u, v, np.arange(len(pairs)), training, ("u", "v", block, other), budget=0)
    heads = Heads(features, Loss(len(LABELS), torch.from_numpy(pairs[:, 2])), [("u", "v", block)])
    inner = np.full(len(pairs), -1)
    groups = components(pairs[training, :2])
    inner[training] = deal(groups, pairs[training, 2], INNER_PARTS, seed=setting.seed)
    chosen, weights = choose_penalties(heads, inner)
    every = torch.from_numpy(training).float()[:, None]
    fitted = heads.fit(weights, chosen, every / every.sum(), torch.zeros_like(every))[0].weights[0]
    of_block = fitted[-1 - features.widths[block] : -1]  # [width, labels]
    told, known, more = [], [], []
    for _, chunk in features.chunks():
        told.append((chunk[block] @ (of_block - of_block.mean(dim=1, keepdim=True))).double().numpy())
        known.append(torch.cat([chunk["u"], chunk["v"]], dim=1).double().numpy())
        more.append(chunk[other].double().numpy())
    target, plain, extra = (np.concatenate(parts) for parts in (told, known, more))
    left = [_left(target, columns, training) for columns in (plain, np.hstack([plain, extra]))]
    return float(1 - left[1] / left[0])


def _left(target: Floats, columns: Floats, training: Array) -> float:
    """Return the squares that a fit on some rows leaves on the others."""
    x = np.hstack([np.ones((len(columns), 1)), columns])
    known = x[training]
    weights = np.linalg.solve(known.T @ known + 1e-6 * len(known) * np.eye(x.shape[1]), known.T @ target[training])
    return float(np.square(target - x @ weights)[~training].sum())


def measure(encoder: str, sentences: SentenceVectors) -> dict[str, Any]:
    """Return the record of an encoder's coordinates, over the first pairs of which the settings draw theirs.

    Returns
    -------
    dict
        As JSON values. For each coordinate: the share of negative numbers, the mean over the spread, the correlation of
        u and v, the redundancy; ``spread``: the mean spread over the columns of each block; ``sums``: the
        squared correlation over the pairs of the sum of ``|u-v|`` and the sum of ``u*v``; ``news``: see :func:`news`.
    """
    rows = sentences.draw(min(POOL, len(sentences.train)), 0)
    setting = Setting(encoder, pairs=min(REASONS, len(rows)), length=ENCODERS[encoder])
    vectors = changed(sentences, setting, rows).vectors
    u, v = (vectors[sentences.train[rows, side]].astype(np.float64) for side in (0, 1))
    both = np.concatenate([u, v])
    correlation = ((u - u.mean(axis=0)) * (v - v.mean(axis=0))).mean(axis=0) / (u.std(axis=0) * v.std(axis=0))
    blocks = {"u": u, "v": v, "|u-v|": np.abs(u - v), "u*v": u * v}
    sums = np.corrcoef(blocks["|u-v|"].sum(axis=1), blocks["u*v"].sum(axis=1))[0, 1] ** 2
    return {
        "made_by": "infersent.choose.frozen.coordinates.measure",
        "encoder": encoder,
        "pairs": len(rows),
        "negative": _rounded((both < 0).mean(axis=0)),
        "level": _rounded(both.mean(axis=0) / both.std(axis=0)),
        "correlation": _rounded(correlation),
        "redundancy": _rounded(redundancies(u, v)),
        "spread": {name: float(f"{x.std(axis=0).mean():.4g}") for name, x in blocks.items()},
        "sums": round(float(sums), 4),
        "news": {
            block: round(news(sentences, setting, block, other), 4)
            for block, other in (("|u-v|", "u*v"), ("u*v", "|u-v|"))
        },
        "made": provenance("cpu"),
    }


def load_coordinates(encoder: str) -> dict[str, Any]:
    """Return the shipped record of an encoder's coordinates, see :func:`measure`.

    Raises
    ------
    ValueError
        If there is none.

    Examples
    --------
    >>> len(load_coordinates("minilm")["redundancy"])
    384
    """
    known = {file.stem: file for file in sorted((FOLDER / "frozen").glob("*.json"))}
    found: dict[str, Any] = json.loads(choose("encoder", encoder, known).read_text(encoding="utf-8"))
    return found


def _rounded(values: Floats) -> list[float]:
    return [round(float(value), 4) for value in values]
