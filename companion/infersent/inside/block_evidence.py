"""Each block's evidence for each of many pairs: enough to answer a corpus again with any block scaled or replaced.

With an affine head the logits are the bias plus one part a block. Scaling a block scales its part; the mean block has
the mean part; another pair's block has that pair's part. So the parts, two numbers a block and pair, stand in for
model and sentences. Packed, a number is one character.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from infersent.foundation.arrays import Array, Floats, Ints
from infersent.foundation.choices import choose

#: The characters of packed numbers: none of them means anything in JSON, HTML or mathematics.
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#%()*+,-./:;=?@[]^_{|}~"

#: What can fill the place of what is taken from a block.
FILLS = ("zeros", "mean", "another")

#: Labels of this many pairs share a character.
_LABELS_A_CHARACTER = 4


@dataclass(frozen=True)
class BlockEvidence:
    """What each block adds to the logits of labelled pairs, relative to the last label's logit.

    Attributes
    ----------
    blocks
        Their names.
    parts
        ``[pairs, blocks, labels - 1]``.
    bias
        ``[labels - 1]``.
    labels
        The right ones, ``[pairs]``.
    partners
        For each pair the one that lends it its block, ``[pairs]``.
    """

    blocks: tuple[str, ...]
    parts: Floats
    bias: Floats
    labels: Ints
    partners: Ints

    def answers(self, scales: Mapping[str, float] | None = None, fill: str = "zeros") -> Ints:
        """Answer all pairs with some blocks scaled.

        A block b becomes ``s * b + max(0, 1 - s) * f``: with s = 1 it is as it was, with 0 it is the fill f, and with
        more than 1 nothing is taken away that would have to be filled.

        Parameters
        ----------
        scales
            By block; one that is not named keeps its own scale, 1.
        fill
            One of :data:`FILLS`: zeros, the mean over all pairs, or the block of another pair.

        Returns
        -------
        numpy.ndarray
            ``[pairs]``.

        Raises
        ------
        ValueError
            If there is no such block or fill.
        """
        choose("fill", fill, dict.fromkeys(FILLS))
        for name in scales or {}:
            choose("block", name, dict.fromkeys(self.blocks))
        logits = np.tile(self.bias, (len(self.labels), 1))  # [pairs, labels - 1]
        for k, name in enumerate(self.blocks):
            scale, own = (scales or {}).get(name, 1.0), self.parts[:, k]
            gap = max(0.0, 1 - scale)
            if fill == "mean":
                logits += scale * own + gap * own.mean(axis=0)
            elif fill == "another":
                logits += scale * own + gap * own[self.partners]
            else:
                logits += scale * own
        answers: Ints = np.concatenate([logits, np.zeros((len(logits), 1))], axis=1).argmax(axis=1)
        return answers

    def in_cycles(self) -> tuple[BlockEvidence, list[int]]:
        """Return the pairs in another order, each followed by its partner, and the lengths of the cycles."""
        order: list[int] = []
        cycles: list[int] = []
        seen = np.zeros(len(self.labels), dtype=bool)
        for start in range(len(self.labels)):
            here, length = start, 0
            while not seen[here]:
                seen[here] = True
                order.append(here)
                here, length = int(self.partners[here]), length + 1
            if length:
                cycles.append(length)
        rows = np.array(order)
        return BlockEvidence(self.blocks, self.parts[rows], self.bias, self.labels[rows], next_in_cycle(cycles)), cycles

    def pack(self, studied: Sequence[tuple[Mapping[str, float], str]] = ()) -> dict[str, Any]:
        """Write everything as JSON values; :meth:`unpack` reads them.

        Each number becomes one of as many levels as :data:`ALPHABET` has characters. Where that changes an answer of
        one of the ``studied`` interventions, scales and fill each, a neighbouring level is taken.
        """
        ordered, cycles = self.in_cycles()
        low = ordered.parts.min(axis=0).round(6)  # [blocks, labels - 1]
        step = ((ordered.parts.max(axis=0) - low) / (len(ALPHABET) - 1)).round(6)
        levels = np.rint((ordered.parts - low) / np.where(step > 0, step, 1)).astype(int)
        levels = _settle(ordered, levels.clip(0, len(ALPHABET) - 1), low, step, studied)
        letters = np.array(list(ALPHABET))
        return {
            "blocks": list(self.blocks),
            "bias": [round(float(x), 6) for x in self.bias],
            "low": {name: low[k].tolist() for k, name in enumerate(self.blocks)},
            "step": {name: step[k].tolist() for k, name in enumerate(self.blocks)},
            "cycles": cycles,
            "labels": _pack_labels(ordered.labels),
            "levels": {name: "".join(letters[levels[:, k].ravel()]) for k, name in enumerate(self.blocks)},
        }

    @classmethod
    def unpack(cls, packed: Mapping[str, Any]) -> BlockEvidence:
        """Read what :meth:`pack` wrote.

        Raises
        ------
        ValueError
            If a block does not have as many numbers as the cycles have pairs.
        """
        blocks, pairs = tuple(packed["blocks"]), sum(packed["cycles"])
        value = {letter: k for k, letter in enumerate(ALPHABET)}
        columns = []
        for name in blocks:
            low, step = np.array(packed["low"][name]), np.array(packed["step"][name])
            numbers = np.array([value[letter] for letter in packed["levels"][name]], dtype=float)
            if len(numbers) != pairs * len(low):
                raise ValueError(f"{name!r} has {len(numbers)} numbers, and {pairs} pairs have {pairs * len(low)}.")
            columns.append(low + step * numbers.reshape(pairs, -1))
        coded = np.array([value[letter] for letter in packed["labels"]])
        labels = (coded[:, None] // 3 ** np.arange(_LABELS_A_CHARACTER) % 3).ravel()[:pairs]
        return cls(blocks, np.stack(columns, axis=1), np.array(packed["bias"]), labels, next_in_cycle(packed["cycles"]))


def next_in_cycle(cycles: Sequence[int]) -> Ints:
    """Return for each place the next one in its cycle; the last is followed by the first.

    Examples
    --------
    >>> next_in_cycle([3, 1]).tolist()
    [1, 2, 0, 3]
    """
    after = np.arange(1, sum(cycles) + 1)
    for start, stop in pairwise(np.cumsum([0, *cycles]).tolist()):
        after[stop - 1] = start
    return after


def _pack_labels(labels: Ints) -> str:
    padded = np.zeros(-(-len(labels) // _LABELS_A_CHARACTER) * _LABELS_A_CHARACTER, dtype=int)
    padded[: len(labels)] = labels
    coded = padded.reshape(-1, _LABELS_A_CHARACTER) @ 3 ** np.arange(_LABELS_A_CHARACTER)
    return "".join(ALPHABET[k] for k in coded)


def _settle(
    exact: BlockEvidence, levels: Array, low: Floats, step: Floats, studied: Sequence[tuple[Mapping[str, float], str]]
) -> Array:
    """Return levels that give the exact answers wherever levels near by do: pair by pair, one or two numbers moved.

    A pair's numbers count in its own answers, and in those of the pair that borrows from it.
    """
    if not studied:
        return levels
    levels = levels.copy()
    wanted = np.stack([exact.answers(*one) for one in studied])  # [studied, pairs]
    scale = np.array([[scales.get(name, 1.0) for name in exact.blocks] for scales, _ in studied])  # [studied, blocks]
    gap = np.maximum(0, 1 - scale)  # [studied, blocks]
    borrowed = gap * np.array([[fill == "another"] for _, fill in studied])
    filled = (gap * np.array([[fill == "mean"] for _, fill in studied])) @ exact.parts.mean(axis=0)
    borrower = np.empty_like(exact.partners)
    borrower[exact.partners] = np.arange(len(exact.partners))

    def wrong(pairs: Any, own: Array, lent: Array) -> Array:
        """Count the wrong answers from numbers ``[..., blocks, labels - 1]`` of the pairs and of their lenders."""
        logits = exact.bias.round(6) + filled + np.einsum("sb,...bl->...sl", scale, own)
        logits = logits + np.einsum("sb,...bl->...sl", borrowed, lent)  # [..., studied, labels - 1]
        answers = np.concatenate([logits, np.zeros((*logits.shape[:-1], 1))], axis=-1).argmax(axis=-1)
        count: Array = (answers != wanted[:, pairs].T).sum(axis=-1)
        return count

    moves = np.zeros((1, *low.shape), dtype=int)  # and then one number up or down by up to four levels
    for by in (1, -1, 2, -2, 3, -3, 4, -4):
        moves = np.concatenate([moves, by * np.eye(low.size, dtype=int).reshape(-1, *low.shape)])
    two = (moves[:, None] + moves).reshape(-1, *low.shape)
    for some in (moves, moves, *[two] * 4):
        numbers = low + step * levels
        found = np.flatnonzero(wrong(slice(None), numbers, numbers[exact.partners]))
        for pair in found:
            after, before = exact.partners[pair], borrower[pair]
            tried = (levels[pair] + some).clip(0, len(ALPHABET) - 1)
            moved, still = low + step * tried, low + step * levels  # [moves, blocks, labels - 1], [pairs, ...]
            faults = wrong(pair, moved, still[after])
            if before != pair:
                faults = faults + wrong(before, still[before], moved)
            levels[pair] = tried[np.argmin(faults)]
    return levels
