"""The matrix products of a step alone, at its own shapes and in its order: the rate that no code around them exceeds.

A processor multiplies large matrices at its peak, and small ones below it. A recurrent network asks for small ones: a
word of each sentence at a time. So a share of the peak has two reasons, the shapes and what is done besides; here the
first is measured by itself. All products read the same few places in memory, which favours them.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

#: How many products side by side, and the rows, the inner side and the columns of each.
Shape = tuple[int, int, int, int]


def batch_sizes(lengths: Tensor) -> list[int]:
    """Return how many sentences have a first word, a second, …, for ``lengths [sentences]``."""
    return [int((lengths > time).sum()) for time in range(int(lengths.max()))]


def reading(sizes: Sequence[int], dim: int, hidden: int, *, together: bool) -> list[Shape]:
    """Return the products of a bidirectional LSTM that reads some sentences.

    Parameters
    ----------
    sizes
        From :func:`batch_sizes`.
    dim, hidden
        Numbers of a word vector, and units per direction.
    together
        Whether a step of both directions is one product, as where it is learned from, or one after the other.
    """
    words = [(1, sum(sizes), dim, 4 * hidden)]
    if together:
        return 2 * words + [(2, here, hidden, 4 * hidden) for here in sizes[1:]]
    return 2 * (words + [(1, here, hidden, 4 * hidden) for here in sizes[1:]])


def learning(sizes: Sequence[int], dim: int, hidden: int, trained_words: int) -> list[Shape]:
    """Return the products of the gradients, of the states from the last word to the first and then of the weights.

    The weights' take the state of zeros before a sentence's first word along, as the package does.
    """
    words = sum(sizes)
    return [
        *((2, here, 4 * hidden, hidden) for here in reversed(sizes[1:])),
        *2 * [(1, 4 * hidden, words, dim)],
        (2, 4 * hidden, words, hidden),
        *2 * [(1, trained_words, 4 * hidden, dim)],
    ]


def classifying_and_learning(pairs: int, layers: Sequence[tuple[int, int]]) -> list[Shape]:
    """Return the products of linear layers ``[(inputs, outputs), ...]``, forwards and with both gradients."""
    forwards = [(1, pairs, inputs, outputs) for inputs, outputs in layers]
    backwards = [
        shape
        for inputs, outputs in reversed(layers)
        for shape in ((1, pairs, outputs, inputs), (1, outputs, pairs, inputs))
    ]
    return forwards + backwards


class Products:
    """Some products, ready to be computed one after the other.

    Parameters
    ----------
    shapes
        Of the products, in their order.
    dtype
        Of the numbers.
    """

    def __init__(self, shapes: Sequence[Shape], dtype: torch.dtype = torch.float32) -> None:
        self.shapes = shapes
        generator = torch.Generator().manual_seed(0)
        self._left, self._right = (
            torch.randn(max(size), generator=generator).to(dtype)
            for size in (
                [count * rows * inner for count, rows, inner, _ in shapes],
                [count * inner * columns for count, _, inner, columns in shapes],
            )
        )
        self._out = torch.empty(max(count * rows * columns for count, rows, _, columns in shapes), dtype=dtype)

    @property
    def operations(self) -> int:
        """Additions and multiplications."""
        return sum(2 * count * rows * inner * columns for count, rows, inner, columns in self.shapes)

    def compute(self) -> None:
        """Compute them all."""
        for count, rows, inner, columns in self.shapes:
            left = self._left[: count * rows * inner].view(count, rows, inner)
            right = self._right[: count * inner * columns].view(count, inner, columns)
            out = self._out[: count * rows * columns].view(count, rows, columns)
            if count == 1:
                torch.mm(left[0], right[0], out=out[0])
            else:
                torch.bmm(left, right, out=out)
