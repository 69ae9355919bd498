"""Writing the record of each block's evidence on SNLI's test pairs, which lets a page cut into the shipped model."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch

from infersent.data import load
from infersent.data.pairs import Pairs
from infersent.foundation.recorded import FOLDER, save_record
from infersent.inside.block_evidence import FILLS, BlockEvidence
from infersent.inside.evidence import sentence_pairs
from infersent.inside.interventions import permute
from infersent.inside.ledger import head_weights
from infersent.model.features import BLOCKS
from infersent.model.infersent import InferSent
from infersent.text.batching import encode_pairs

#: The interventions whose every answer the record keeps: one block gone, in three ways; two gone; and one left.
STUDIED: list[tuple[Mapping[str, float], str]] = [
    ({}, "zeros"),
    *(({gone: 0.0}, fill) for gone in BLOCKS for fill in FILLS),
    *((dict.fromkeys(gone, 0.0), "zeros") for gone in (BLOCKS[:2], BLOCKS[2:])),
    *(({gone: 0.0 for gone in BLOCKS if gone != kept}, "zeros") for kept in BLOCKS),
]


def block_evidence(model: InferSent, pairs: Pairs) -> BlockEvidence:
    """Return what each block of a model with an affine head adds to its logits on labelled pairs.

    The partners are those of :func:`infersent.inside.interventions.permute`.
    """
    encoded = encode_pairs(pairs, model.tokenizer)
    u, v = (torch.from_numpy(side) for side in sentence_pairs(model, encoded))
    weights, bias = head_weights(model)
    with torch.no_grad():
        logits = {name: model.pair_features(u, v, [name]).numpy() @ w.T for name, w in weights.items()}
    parts = np.stack(list(logits.values()), axis=1)  # [pairs, blocks, labels]
    return BlockEvidence(
        blocks=tuple(weights),
        parts=(parts[..., :-1] - parts[..., -1:]).astype(float),
        bias=(bias[:-1] - bias[-1]).astype(float),
        labels=encoded.labels.astype(int),
        partners=permute()(torch.arange(len(u))).numpy(),
    )


def write_block_evidence(path: str | Path = FOLDER / "block_evidence.json") -> dict[str, Any]:
    """Measure the shipped model on SNLI's test pairs, write the record, and return it."""
    test = load("snli", "test")
    record = {
        "made_by": "infersent.release.block_evidence.write_block_evidence",
        "measured_on": test.name,
        "digest": test.digest()[:16],
        **block_evidence(InferSent.from_pretrained(), test).pack(STUDIED),
    }
    save_record(record, path)
    return record
