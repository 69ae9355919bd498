"""Interventions: change one block of a trained model at test time, or swap the sentences, and see what the answers do.

A ledger says what a block contributed; an intervention shows what the model does without it. The two need not agree:
blocks carry some of the same evidence, and the others cannot learn to make up for one that is taken away.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from infersent.foundation.choices import choose
from infersent.model.features import block_slices
from infersent.model.infersent import InferSent, evaluating
from infersent.text.batching import EncodedPairs
from infersent.training.evaluation import Evaluation, check_labels

#: From one block of all pairs, ``[pairs, width]``, to its replacement.
Intervention = Callable[[Tensor], Tensor]


def drop(block: Tensor) -> Tensor:
    """Put zeros in the block's place: the head sees nothing of it, and the logits lose the block's part."""
    return torch.zeros_like(block)


def average(block: Tensor) -> Tensor:
    """Give every pair the mean over all pairs: the block keeps its usual size but says nothing about the pair."""
    return block.mean(dim=0, keepdim=True).expand_as(block)


def permute(*, seed: int = 0) -> Intervention:
    """Give every pair the block of another pair: real values, but of the wrong pair."""

    def permuted(block: Tensor) -> Tensor:
        order = torch.randperm(len(block), generator=torch.Generator().manual_seed(seed))
        return block[order]

    return permuted


@torch.no_grad()
def intervene(
    model: InferSent, encoded: EncodedPairs, changes: Mapping[str, Intervention] | None = None, *, batch_size: int = 256
) -> Evaluation:
    """Answer a corpus with some blocks changed between the encoder and the head.

    Parameters
    ----------
    model
        Any InferSent; its parameters stay as they are.
    encoded
        Labelled pairs.
    changes
        By block name, what is done to the block; the others stay as they are.
    batch_size
        The number of pairs that are encoded at once. The changes see all pairs together.

    Raises
    ------
    ValueError
        If the model has no such block, there are no pairs, or their labels are not the model's.

    Examples
    --------
    >>> intervene(model, encoded, {"u*v": drop}).accuracy  # doctest: +SKIP
    0.774
    """
    slices = block_slices(model.encoder.dim, model.config.blocks)
    for name in changes or {}:
        choose("block of the model", name, slices)
    check_labels(model, encoded)
    u, v = model.sentence_pairs(encoded, batch_size=batch_size)
    features = model.pair_features(u, v)  # [pairs, width]
    with evaluating(model):
        for name, change in (changes or {}).items():
            features[:, slices[name]] = change(features[:, slices[name]])
        logits = torch.cat(
            [model.head(rows) for rows in features.split(batch_size)]
        )  # [pairs, width] -> [pairs, labels]
    return Evaluation(encoded.labels, logits.argmax(dim=1).cpu().numpy(), label_names=model.labels)


def swapped(encoded: EncodedPairs) -> EncodedPairs:
    """Return the pairs with premise and hypothesis in each other's place; the labels are those of the old order."""
    return replace(encoded, premises=encoded.hypotheses, hypotheses=encoded.premises)


def shuffled_words(encoded: EncodedPairs, *, seed: int = 0) -> EncodedPairs:
    """Return the pairs with the words of each sentence in a random order."""
    rng = np.random.default_rng(seed)
    words = encoded.words.copy()
    for start, stop in zip(encoded.starts[:-1], encoded.starts[1:], strict=True):
        words[start:stop] = rng.permutation(words[start:stop])
    return replace(encoded, words=words)
