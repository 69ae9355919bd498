"""Word ids to word vectors: given vectors that stay, trained rows for the words that have none."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class WordEmbedding(nn.Module):
    """Look words up in two tables.

    InferSent keeps its GloVe vectors frozen (Conneau et al. 2017, section 3.3). Here the ids below ``trained``
    (padding, the unknown word, frequent words that GloVe lacks) have parameters as their vectors, and the others have
    rows of a buffer that no optimiser sees.

    Parameters
    ----------
    trained
        The number of trained rows, including padding and the unknown word.
    given
        The vectors of all other words, ``[given, dim]``.
    """

    given: Tensor

    def __init__(self, trained: int, given: Tensor) -> None:
        super().__init__()
        dim = given.shape[1]
        # As spread out as the given vectors, so that a new word starts as an ordinary one.
        spread = float(given.std()) if given.numel() else 1.0
        self.trained = nn.Parameter(torch.randn(trained, dim) * spread)
        self.register_buffer("given", given)

    @property
    def dim(self) -> int:
        """How many coordinates a word vector has."""
        return self.trained.shape[1]

    def forward(self, ids: Tensor) -> Tensor:
        """Return the vectors of ``ids [...]`` as ``[..., dim]``."""
        n = len(self.trained)
        trained = F.embedding(ids.clamp(max=n - 1), self.trained)  # [..., dim]
        if not len(self.given):
            return trained
        given = F.embedding((ids - n).clamp(min=0), self.given)  # [..., dim]
        return torch.where((ids < n).unsqueeze(-1), trained, given)
