"""A head that was trained here as the scikit-learn pipeline that it is, and the account of such a pipeline's answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.validation import check_is_fitted
from torch import Tensor

from infersent.choose.cross_validation import Vectors
from infersent.choose.solver import Features, Heads, Loss
from infersent.choose.transform import PairFeatures
from infersent.foundation.arrays import Array, Floats
from infersent.model.features import block_slices

#: Pairs that are stacked into ``[n, 2, dim]`` at a time.
_CHUNK = 8192


def fit_pipelines(
    vectors: Vectors, penalties: dict[tuple[str, ...], float], *, budget: float = 1e9
) -> dict[tuple[str, ...], Pipeline]:
    """Train a head on all pairs for each set of blocks, and return it as a pipeline that takes ``[n, 2, dim]``.

    The steps are :class:`infersent.choose.transform.PairFeatures`, scikit-learn's ``StandardScaler``, and its
    ``LogisticRegression`` or ``Ridge``. Their coefficients are those that their own ``fit`` finds, only sooner.

    Parameters
    ----------
    vectors
        The pairs.
    penalties
        λ of each set of blocks.
    budget
        Bytes of features that may be kept.
    """
    sets = list(penalties)
    names = list(dict.fromkeys(name for some in sets for name in some))
    n = len(vectors)
    features = Features(vectors.u, vectors.v, np.arange(n), np.ones(n, dtype=bool), names, budget=budget)
    task = vectors.task
    mean, scale = (0.0, 1.0) if task.classes else (float(task.y.mean()), float(task.y.std()))
    targets = torch.from_numpy(task.y if task.classes else ((task.y - mean) / scale).astype(np.float32))
    heads = Heads(features, Loss(len(task.labels), targets), sets)
    every = torch.full((n, 1), 1 / n)
    fitted = heads.fit(
        {i: heads.start(i, 1) for i in range(len(sets))},
        {i: penalties[blocks] for i, blocks in enumerate(sets)},
        every,
        torch.zeros_like(every),
    )
    return {
        blocks: _pipeline(vectors, features, blocks, penalties[blocks], fitted[i].weights[0], mean, scale)
        for i, blocks in enumerate(sets)
    }


def _pipeline(
    vectors: Vectors,
    features: Features,
    blocks: tuple[str, ...],
    penalty: float,
    weights: Tensor,
    mean: float,
    scale: float,
) -> Pipeline:
    """Return fitted steps with these weights, ``[width + 1, columns]``."""
    n, task = len(vectors), vectors.task
    transformer = PairFeatures(tuple(blocks)).fit(np.zeros((1, 2, vectors.dim), dtype=np.float32))
    scaler = StandardScaler()
    scaler.mean_ = torch.cat([features.mean[name] for name in blocks]).double().numpy()
    scaler.scale_ = torch.cat([features.scale[name] for name in blocks]).double().numpy()
    scaler.var_, scaler.n_samples_seen_, scaler.n_features_in_ = scaler.scale_**2, n, len(scaler.mean_)
    own = weights.double().numpy()
    if task.classes:
        head = LogisticRegression(C=1 / (penalty * n), max_iter=1000)
        head.classes_ = np.array(task.labels)
        head.coef_, head.intercept_, head.n_iter_ = own[:-1].T.copy(), own[-1].copy(), np.array([0])
    else:
        head = Ridge(alpha=penalty * n)
        head.coef_, head.intercept_, head.n_iter_ = own[:-1, 0] * scale, float(own[-1, 0] * scale + mean), None
    head.n_features_in_ = len(scaler.mean_)
    return Pipeline([("features", transformer), ("scale", scaler), ("head", head)])


def predict(pipeline: Pipeline, u: Any, v: Any) -> Array:
    """Return a pipeline's answers to pairs of vectors, ``[n]``, some of them at a time."""
    chunks = range(0, len(u), _CHUNK)
    return np.concatenate(
        [pipeline.predict(np.stack([u[i : i + _CHUNK], v[i : i + _CHUNK]], axis=1).astype(np.float32)) for i in chunks]
    )


@dataclass(frozen=True)
class LinearLedger:
    """Evidence that adds up: what each block and each of its numbers puts into a linear pipeline's answers.

    Attributes
    ----------
    columns
        What the answers are: the classes in their order; with two classes the second, whose logit is meant; for scores
        ``("score",)``.
    bias
        ``[columns]``: the answer to a pair whose features are all at their mean.
    by_dimension
        For each block ``[pairs, width, columns]``: weight times how far the standardised number is from its mean.
    """

    columns: tuple[Any, ...]
    bias: Floats
    by_dimension: dict[str, Floats]

    @property
    def by_block(self) -> dict[str, Floats]:
        """For each block its part of the answers, ``[pairs, columns]``."""
        return {name: terms.sum(axis=1) for name, terms in self.by_dimension.items()}

    @property
    def logits(self) -> Floats:
        """The bias and all blocks together, ``[pairs, columns]``: the pipeline's ``decision_function`` or score."""
        return np.asarray(self.bias + sum(self.by_block.values()))


def linear_ledger(pipeline: Pipeline, u: Array, v: Array) -> LinearLedger:
    """Account for the answers of a linear pipeline on pair features: by block and by number, adding up exactly.

    Parameters
    ----------
    pipeline
        Fitted: :class:`infersent.choose.transform.PairFeatures` first, a linear model with ``coef_`` and ``intercept_``
        last, and nothing but scalers between them (steps with ``scale_``, and ``mean_`` or ``center_`` or neither).
    u, v
        ``[pairs, dim]`` each.

    Raises
    ------
    ValueError
        If the steps are others, so that no exact sum exists, or the vectors are not ``[pairs, dim]`` each.
    sklearn.exceptions.NotFittedError
        If the pipeline was not fitted. A ``ValueError``, too.

    Examples
    --------
    >>> from sklearn.pipeline import make_pipeline
    >>> u, v = np.random.default_rng(0).normal(size=(2, 40, 3))
    >>> y = (u * v).sum(axis=1) > 0
    >>> pipeline = make_pipeline(PairFeatures("u, u*v"), StandardScaler(), LogisticRegression())
    >>> _ = pipeline.fit(np.stack([u, v], axis=1), y)
    >>> account = linear_ledger(pipeline, u, v)
    >>> bool(np.allclose(account.logits[:, 0], pipeline.decision_function(np.stack([u, v], axis=1))))
    True
    """
    if not isinstance(pipeline, Pipeline):
        # GridSearchCV keeps the pipeline that it found in `best_estimator_`.
        raise ValueError(f"No ledger: {type(pipeline).__name__} is no Pipeline; of a search, give its best_estimator_.")
    if not 2 == np.ndim(u) == np.ndim(v):
        raise ValueError(f"u has the shape {np.shape(u)} and v {np.shape(v)}; give [pairs, dim] of each.")
    check_is_fitted(pipeline)
    steps: Sequence[Any] = [step for _, step in pipeline.steps if step not in (None, "passthrough")]
    if not isinstance(steps[0], PairFeatures):
        raise ValueError(f"No ledger: the first step is {steps[0]!r}, not PairFeatures.")
    head = steps[-1]
    if not (hasattr(head, "coef_") and hasattr(head, "intercept_")):
        raise ValueError(f"No exact ledger: the last step {head!r} has no coef_ and intercept_; it is not linear.")
    features: Any = steps[0].transform(np.stack([u, v], axis=1)).astype(np.float64)
    for step in steps[1:-1]:
        if not hasattr(step, "scale_"):
            raise ValueError(f"No exact ledger: the step {step!r} is not a scaler, so a column is not a feature's own.")
        features = step.transform(features)
    weights = np.atleast_2d(np.asarray(head.coef_, dtype=float))  # [columns, width]
    bias = np.broadcast_to(np.atleast_1d(np.asarray(head.intercept_, dtype=float)), (len(weights),))
    names = tuple(getattr(head, "classes_", ("score",)))
    slices = block_slices(np.shape(u)[1], steps[0].blocks)
    terms = {
        name: features[:, columns, None] * weights[:, columns].T[None]  # [pairs, width, columns]
        for name, columns in slices.items()
    }
    return LinearLedger(names[1:] if len(weights) == 1 and len(names) == 2 else names, bias, terms)
