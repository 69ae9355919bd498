"""Blocks with parameters, which are trained with the model: a learned comparison in the place of a fixed one."""

from __future__ import annotations

import torch
from torch import Tensor, nn

#: The most rows that the shipped low-rank block has in each of its matrices.
RANK = 64


class ElementwiseFunction(nn.Module):
    """One learned function of two numbers, the same for every coordinate: ``f(u_i, v_i)``.

    The function is a small network, ``f(a, b) = sum over j of s_j tanh(p_j a + q_j b + c_j)``, so it comes as close as
    you like to any continuous function of two bounded numbers if it has enough terms: to ``|a-b|``, to ``a*b`` and to
    what no formula of the registry says. To learn the comparison is the idea of Choi et al. (2018); the network is not
    theirs.

    Parameters
    ----------
    terms
        How many terms the sum has.
    """

    def __init__(self, terms: int = 16) -> None:
        super().__init__()
        self.inner = nn.Linear(2, terms)
        self.outer = nn.Linear(terms, 1, bias=False)  # a constant would be the head's bias
        # Wide enough that tanh bends on vectors of numbers around one: torch's own start is close to a plane, and what
        # is linear in u and v compares nothing.
        nn.init.normal_(self.inner.weight, std=1.5)
        nn.init.uniform_(self.inner.bias, -1.5, 1.5)

    def forward(self, u: Tensor, v: Tensor) -> Tensor:
        """Return ``f`` of each coordinate of ``u`` and ``v``, ``[batch, dim]`` each, as ``[batch, dim]``."""
        bent = self.inner(torch.stack([u, v], dim=-1)).tanh()  # [batch, dim, 2] -> [batch, dim, terms]
        values: Tensor = self.outer(bent).squeeze(-1)  # [batch, dim, 1] -> [batch, dim]
        return values


class LowRankBilinear(nn.Module):
    """The product in two learned bases: ``(A u) * (B v)``, low-rank bilinear pooling (Kim et al. 2017), without tanh.

    A linear head on it scores a pair by ``u' A' diag(w) B v``: a form that may compare each coordinate of the premise
    with each of the hypothesis, where ``u*v`` compares it with its own alone.

    Parameters
    ----------
    dim
        How many numbers a sentence vector has.
    rank
        How many rows ``A`` and ``B`` have: the block's width.
    """

    def __init__(self, dim: int, rank: int) -> None:
        super().__init__()
        self.first = nn.Linear(dim, rank, bias=False)
        self.second = nn.Linear(dim, rank, bias=False)
        for matrix in (self.first, self.second):
            nn.init.normal_(matrix.weight, std=dim**-0.5)  # a row keeps the size of a coordinate

    def forward(self, u: Tensor, v: Tensor) -> Tensor:
        """Return the products, ``[batch, dim]`` twice to ``[batch, rank]``."""
        products: Tensor = self.first(u) * self.second(v)
        return products


def rank(dim: int) -> int:
    """Return the rank of the shipped low-rank block for vectors of ``dim`` numbers."""
    return min(dim, RANK)


def elementwise_function(dim: int) -> ElementwiseFunction:
    """Return an untrained function of two numbers; it is the same for vectors of any length."""
    return ElementwiseFunction()


def low_rank_bilinear(dim: int) -> LowRankBilinear:
    """Return an untrained low-rank block of the shipped rank."""
    return LowRankBilinear(dim, rank(dim))
