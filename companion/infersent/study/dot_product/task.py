"""The task itself: its scale, its noise, and pairs drawn from it (Rendle et al. 2020, section 4)."""

from __future__ import annotations

import torch
from torch import Tensor

#: Standard deviation of the noise: no learner can have a lower root mean squared error on noisy targets.
NOISE = 0.85
#: Standard deviation of the noisy target: the error of the answer "zero".
TRIVIAL = 1.13
#: Variance of the clean dot product: what there is to explain.
VARIANCE = TRIVIAL**2 - NOISE**2


def pair_scale(dim: int) -> float:
    """Return the standard deviation of the coordinates of ``p`` and ``q``.

    A coordinate's product has the variance σ⁴, and there are ``dim`` of them: ``dim * σ⁴`` is :data:`VARIANCE`.

    Examples
    --------
    >>> round(pair_scale(16), 3)
    0.431
    """
    return float((VARIANCE / dim) ** 0.25)


def draw(
    dim: int, pairs: int, generator: torch.Generator, noise: float = NOISE
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Draw pairs of the task.

    Parameters
    ----------
    dim
        Length of ``p`` and of ``q``.
    pairs
        How many.
    generator
        The source of the draws; the same one gives the same ``p`` and ``q`` whatever the noise.
    noise
        Standard deviation of the noise in the target.

    Returns
    -------
    p, q
        In units of :func:`pair_scale`, hence with variance 1: ``[pairs, dim]`` each. Learners see them so.
    clean, noisy
        The dot product in its own units, and with noise: ``[pairs]`` each.
    """
    p, q = torch.randn(2, pairs, dim, generator=generator)
    clean = pair_scale(dim) ** 2 * (p * q).sum(dim=1)
    return p, q, clean, clean + noise * torch.randn(pairs, generator=generator)
