"""The pair features as a scikit-learn transformer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from infersent.foundation.arrays import Floats
from infersent.model.features import BLOCKS, Blocks, block_slices, features_width, functions_only, pair_features

#: Pairs whose features are formed at a time: what is needed beside the result stays small.
CHUNK = 4096


class PairFeatures(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Turn pairs of vectors into their pair features: a step of a scikit-learn ``Pipeline``.

    It takes pairs in one of two forms: ``[n, 2, d]``, where ``X[:, 0]`` holds each ``u`` and ``X[:, 1]`` each ``v``; or
    ``[n, 2 * d]``, where the first half of each row is ``u`` and the second half ``v``. Nothing is learned from the
    data but its width. float32 stays float32; whatever else is a number becomes float64.

    Parameters
    ----------
    blocks
        Names from the registry of :mod:`infersent.model.features`, your own among them, in the order of the columns; or
        one string with commas between them. A hyper-parameter: a grid search may try several.

    Attributes
    ----------
    n_features_in_
        ``2 * d``.

    Raises
    ------
    ValueError
        From :meth:`fit` and :meth:`transform`: a row is no pair, a number is missing, or a block is unknown or
        has parameters, which nothing here trains.
    TypeError
        The input is sparse: the blocks of sparse vectors are not sparse.

    Examples
    --------
    >>> pairs = np.array([[[0.5, -1.0], [0.5, 1.0]]])  # one pair of two numbers each
    >>> PairFeatures(blocks=("|u-v|", "u*v")).fit_transform(pairs)
    array([[ 0.  ,  2.  ,  0.25, -1.  ]])
    """

    def __init__(self, blocks: str | Sequence[str] = tuple(BLOCKS)) -> None:
        self.blocks = blocks

    def fit(self, X: Any, y: Any = None) -> PairFeatures:
        """Check the pairs and the names of the blocks, and keep the width of a row."""
        functions_only(self.blocks, "a scikit-learn transformer of pairs")
        self._check(X, reset=True)
        return self

    def transform(self, X: Any) -> Floats:
        """Return the blocks of each pair, ``[n, features_width(d, blocks)]``."""
        check_is_fitted(self)
        rows = self._check(X, reset=False)
        dim = rows.shape[1] // 2
        blocks = Blocks(self.blocks)
        features = np.empty((len(rows), features_width(dim, blocks)), dtype=rows.dtype)
        with torch.no_grad():
            for start in range(0, len(rows), CHUNK):
                # Copied where it is read-only, as a memory-mapped file is: torch warns of those.
                some = torch.from_numpy(np.require(rows[start : start + CHUNK], requirements=["C", "W"]))
                features[start : start + CHUNK] = pair_features(some[:, :dim], some[:, dim:], blocks).numpy()
        return features

    def get_feature_names_out(self, input_features: Any = None) -> Any:
        """Return a name for each column: ``"u*v[3]"`` for the fourth of the block ``u*v``.

        Parameters
        ----------
        input_features
            Not used: a column's name says its block and its place, whatever the vectors' columns are called.
        """
        check_is_fitted(self)
        slices = block_slices(self.n_features_in_ // 2, Blocks(self.blocks))
        names = [f"{name}[{i}]" for name, columns in slices.items() for i in range(columns.stop - columns.start)]
        return np.array(names, dtype=object)

    def _check(self, X: Any, *, reset: bool) -> Floats:
        """Return the pairs as rows ``[n, 2 * d]`` of floating numbers."""
        if isinstance(X, (list, tuple)):
            X = np.asarray(X)  # nested lists have no shape yet
        if getattr(X, "ndim", None) == 3:
            if X.shape[1] != 2:
                raise ValueError(f"X has the shape {tuple(X.shape)}; pairs are [n, 2, d]: u and v of each.")
            X = np.asarray(X).reshape(len(X), 2 * X.shape[2])  # [n, 2, d] -> [n, 2 * d]
        rows: Floats = validate_data(self, X, reset=reset, dtype=(np.float64, np.float32))
        if rows.shape[1] % 2:
            raise ValueError(
                f"X has {rows.shape[1]} feature(s), an odd number: each row must be u and v of equal length, side "
                "by side."
            )
        return rows

    def __sklearn_tags__(self) -> Any:
        """Tell scikit-learn that float32 stays float32."""
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags
