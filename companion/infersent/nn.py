"""The pair features as a layer for PyTorch models of your own: two batches of vectors in, one logit per class out."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor, nn

from infersent.model.features import BLOCKS, Blocks, build_modules, features_width, pair_features
from infersent.model.heads import build_head


class PairHead(nn.Module):
    """A head on the chosen blocks of ``u`` and ``v``: ``logits = layers([blocks of u and v])``.

    The vectors may come from any network. A state dict of the head also says which blocks its columns are: ``u, v,
    |u-v|`` and ``u, v, u*v`` are equally wide, so weights that were trained for other blocks would fit, and give wrong
    numbers; they are refused.

    Parameters
    ----------
    dim
        How many numbers a vector has.
    classes
        How many logits to give.
    blocks
        The pair features, from the registry of :mod:`infersent.model.features`: names, or one string with commas
        between them.
    head
        A name from :data:`infersent.model.heads.HEADS`: ``"linear"``, one affine map; ``"mlp"``, two hidden layers.
    hidden
        Width of the hidden layers, if the head has any.
    dropout
        Share of the features, and of the hidden layers' numbers, that training sets to zero.

    Attributes
    ----------
    blocks
        The pair features, checked.
    layers
        From the features to the logits, an :class:`torch.nn.Sequential`. :func:`infersent.model.heads.collapse` makes
        one affine map of it where it is one.
    features
        The modules of those blocks that have parameters, by name, an :class:`torch.nn.ModuleDict`: most sets have none.

    Raises
    ------
    ValueError
        If ``dim`` or ``classes`` is below 1, a block is unknown or appears twice, or there is no such head.

    Examples
    --------
    >>> head = PairHead(384, 2, "u, v, |u-v|")
    >>> head(torch.zeros(8, 384), torch.zeros(8, 384)).shape
    torch.Size([8, 2])
    """

    def __init__(
        self,
        dim: int,
        classes: int,
        blocks: str | Iterable[str] = BLOCKS,
        *,
        head: str = "linear",
        hidden: int = 512,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        for name, value in (("dim", dim), ("classes", classes)):
            if value < 1:
                raise ValueError(f"{name}={value} is below 1.")
        self.dim = dim
        self.classes = classes
        self.blocks = Blocks(blocks)
        width = features_width(dim, self.blocks)
        self.layers = build_head(head, width, hidden=hidden, dropout=dropout, classes=classes)
        self.features = build_modules(dim, self.blocks)

    def forward(self, u: Tensor, v: Tensor) -> Tensor:
        """Return the logits of ``u`` and ``v``, ``[pairs, dim]`` each, as ``[pairs, classes]``.

        Raises
        ------
        ValueError
            If the vectors do not have ``dim`` numbers, or differ in shape, dtype or device.
        """
        if u.dim() == 2 and u.shape == v.shape and u.shape[1] != self.dim:
            raise ValueError(f"The head takes vectors of {self.dim} numbers; these have {u.shape[1]}.")
        features = pair_features(u, v, self.blocks, self.features)  # [pairs, dim] x2 -> [pairs, width]
        logits: Tensor = self.layers(features)
        return logits

    def get_extra_state(self) -> Tensor:
        """Return the names of the blocks as bytes: a tensor, because safetensors holds nothing else."""
        return torch.tensor(list(str(self.blocks).encode()), dtype=torch.uint8)

    def set_extra_state(self, state: Tensor) -> None:
        """Refuse weights that belong to other blocks.

        Raises
        ------
        ValueError
            If the state dict is that of a head with other blocks.
        """
        saved = bytes(state.tolist()).decode()
        if saved != str(self.blocks):
            raise ValueError(f"These weights belong to the blocks {saved}, but the head has {self.blocks}.")

    def extra_repr(self) -> str:
        """Return what stands beside the layers when the head is printed."""
        return f"dim={self.dim}, classes={self.classes}, blocks='{self.blocks}'"
