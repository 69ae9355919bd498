"""Few pairs, many features: the same heads in as many coordinates as there are pairs.

Under the penalty ``λ/2 ‖W‖²`` the best weights of a head lie in the span of the training rows (the representer theorem:
Kimeldorf & Wahba 1970, Schölkopf, Herbrich & Smola 2001). An orthonormal basis of that span turns ``[pairs, width]``
features into ``[pairs, rank]`` coordinates in which loss and penalty are what they were, so that 120 pairs of 2,048
features are solved with matrices of 120 columns.

The basis comes from the Gram matrix, ``X Xᵀ = U Λ Uᵀ``: the coordinates of the rows are ``U Λ^½``, and weights ``w``
there are ``Xᵀ U Λ^-½ w`` of the features. A set's Gram matrix is the sum of those of its blocks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

import torch
from torch import Tensor

#: A set is solved in the row space if it has so many columns for each training pair: below it, the basis takes longer
#: than it saves.
COLUMNS_A_PAIR = 4

#: At most so many training pairs: the basis takes time with their third power.
MOST_PAIRS = 1024

# Directions in which the rows are less than this share of the widest one apart, squared, are rounding.
_ROUNDING = 1e-10


class Columns(Protocol):
    """The features of some pairs, block by block, as :class:`infersent.choose.solver.Features` has them."""

    widths: dict[str, int]
    training: Tensor

    def __len__(self) -> int:
        """How many rows."""

    def chunks(self) -> Iterator[tuple[slice, Mapping[str, Tensor]]]:
        """Yield some rows, and their blocks, ``[some, width]``."""


class RowSpace:
    """Coordinates of the training rows, a basis for each set of blocks; each set is one block of its own here.

    Parameters
    ----------
    features
        The pairs.
    sets
        The sets of blocks, by a number of each.

    Attributes
    ----------
    widths
        The rank of each set's features, by :meth:`name`.
    training
        ``[training rows]``, all true.
    """

    def __init__(self, features: Columns, sets: Mapping[int, Sequence[str]]) -> None:
        self._sets = dict(sets)
        names = dict.fromkeys(name for blocks in sets.values() for name in blocks)
        parts: dict[str, list[Tensor]] = {name: [] for name in names}
        for some, chunk in features.chunks():
            for name in names:
                parts[name].append(chunk[name][features.training[some]])
        self._rows = {name: torch.cat(some) for name, some in parts.items()}  # [training rows, width]
        gram = {name: x.double() @ x.double().T for name, x in self._rows.items()}
        self._basis: dict[int, Tensor] = {}  # [training rows, rank]: U Λ^-½
        self._coordinates: dict[str, Tensor] = {}  # [training rows, rank]: U Λ^½
        for which, blocks in sets.items():
            values, vectors = torch.linalg.eigh(torch.stack([gram[name] for name in blocks]).sum(dim=0))
            kept = values > max(float(values[-1]), 0.0) * _ROUNDING
            root = values[kept].sqrt()
            self._basis[which] = (vectors[:, kept] / root).float()
            self._coordinates[self.name(which)] = (vectors[:, kept] * root).float()
        self.widths = {name: x.shape[1] for name, x in self._coordinates.items()}
        self.training = torch.ones(int(features.training.sum()), dtype=torch.bool)

    @staticmethod
    def serves(features: Columns, blocks: Sequence[str]) -> bool:
        """Return whether a set has so many more columns than there are training pairs that a basis pays."""
        pairs = int(features.training.sum())
        return 0 < pairs <= MOST_PAIRS and COLUMNS_A_PAIR * pairs <= sum(features.widths[name] for name in blocks)

    @staticmethod
    def name(which: int) -> str:
        """Return the name of a set's one block."""
        return f"row space {which}"

    def __len__(self) -> int:
        return len(self.training)

    def chunks(self) -> Iterator[tuple[slice, Mapping[str, Tensor]]]:
        """Yield all rows and their coordinates, ``[training rows, rank]``: there are few."""
        yield slice(0, len(self)), self._coordinates

    def enter(self, which: int, weights: Tensor) -> Tensor:
        """Return weights ``[splits, width + 1, columns]`` of features as those of coordinates, the bias last."""
        splits, rows, columns = weights.shape
        flat = weights.permute(1, 0, 2).reshape(rows, -1)
        answers, start = torch.zeros(len(self), flat.shape[1]), 0
        for name in self._sets[which]:
            x = self._rows[name]
            answers += x @ flat[start : start + x.shape[1]]
            start += x.shape[1]
        inside = torch.cat([self._basis[which].T @ answers, flat[-1:]])
        return inside.view(-1, splits, columns).permute(1, 0, 2)

    def leave(self, which: int, weights: Tensor) -> Tensor:
        """Return weights ``[splits, rank + 1, columns]`` of coordinates as those of features, the bias last."""
        splits, rows, columns = weights.shape
        flat = weights.permute(1, 0, 2).reshape(rows, -1)
        answers = self._basis[which] @ flat[:-1]
        outside = torch.cat([*(self._rows[name].T @ answers for name in self._sets[which]), flat[-1:]])
        return outside.view(-1, splits, columns).permute(1, 0, 2)
