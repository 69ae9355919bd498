"""Classifier heads: from the pair features to one logit per label."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from infersent.data.pairs import LABELS
from infersent.foundation.choices import choose


def linear_head(features: int, *, hidden: int = 512, dropout: float = 0.0, classes: int = len(LABELS)) -> nn.Sequential:
    """One affine map ``features -> classes``. ``hidden`` is not used; it exists so that all heads are built alike."""
    return nn.Sequential(nn.Dropout(dropout), nn.Linear(features, classes))


def stacked_linear_head(
    features: int, *, hidden: int = 512, dropout: float = 0.0, classes: int = len(LABELS)
) -> nn.Sequential:
    """Three affine maps in a row, ``features -> hidden -> hidden -> classes``, and nothing between them.

    This is what InferSent's training code builds by default. It expresses exactly what one affine map expresses, see
    :func:`collapse`, but gradient descent moves through another landscape.
    """
    return nn.Sequential(
        nn.Dropout(dropout), nn.Linear(features, hidden), nn.Linear(hidden, hidden), nn.Linear(hidden, classes)
    )


def mlp_head(features: int, *, hidden: int = 512, dropout: float = 0.0, classes: int = len(LABELS)) -> nn.Sequential:
    """Two hidden layers with tanh and dropout before each affine map: the nonlinear option of InferSent's code."""
    return nn.Sequential(
        nn.Dropout(dropout),
        nn.Linear(features, hidden),
        nn.Tanh(),
        nn.Dropout(dropout),
        nn.Linear(hidden, hidden),
        nn.Tanh(),
        nn.Dropout(dropout),
        nn.Linear(hidden, classes),
    )


#: Heads by name.
HEADS: dict[str, Callable[..., nn.Sequential]] = {
    "linear": linear_head,
    "stacked-linear": stacked_linear_head,
    "mlp": mlp_head,
}


def build_head(
    name: str, features: int, *, hidden: int = 512, dropout: float = 0.0, classes: int = len(LABELS)
) -> nn.Sequential:
    """Return the head of that name for ``features`` inputs and one logit for each of ``classes``.

    Raises
    ------
    ValueError
        If there is none of that name; the message suggests the nearest.
    """
    return choose("head", name, HEADS)(features, hidden=hidden, dropout=dropout, classes=classes)


def collapse(head: nn.Sequential, *, dtype: torch.dtype | None = None) -> nn.Linear:
    """Multiply out a stack of affine maps into the one affine map that it is.

    With x -> W1 x + b1 -> W2 (·) + b2 the result has W = W2 W1 and b = W2 b1 + b2, and so on up the stack. The product
    is computed in float64 on the CPU and rounded once. Dropout does nothing outside training and is left out.

    Parameters
    ----------
    head
        Affine maps, and dropout between them.
    dtype
        The precision of the result; by default the head's own. ``torch.float64`` rounds nothing.

    Raises
    ------
    TypeError
        If a layer between the affine maps is not affine; the message names it.
    """
    product: tuple[Tensor, Tensor] | None = None  # the weight and the bias of the layers so far
    for layer in head:
        if isinstance(layer, nn.Dropout):
            continue
        if not isinstance(layer, nn.Linear):
            raise TypeError(
                f"A head with {type(layer).__name__} in it is not affine and cannot be collapsed into one affine map; "
                "train with head 'linear' or 'stacked-linear' if you need the exact sum."
            )
        # On the CPU, because not every accelerator has float64.
        w, b = layer.weight.detach().cpu().double(), layer.bias.detach().cpu().double()
        # [out, hidden] @ [hidden, features] -> [out, features]
        product = (w, b) if product is None else (w @ product[0], w @ product[1] + b)
    if product is None:
        raise TypeError("The head has no nn.Linear layer, so there is nothing to collapse.")
    weight, bias = product
    affine = nn.Linear(weight.shape[1], weight.shape[0], dtype=torch.float64)
    with torch.no_grad():
        affine.weight.copy_(weight)
        affine.bias.copy_(bias)
    like = next(head.parameters())
    return affine.to(like.device, dtype or like.dtype)
