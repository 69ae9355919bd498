"""Write the small set of pair vectors that the feature workbench fits in the page.

    python tools/workbench_pairs.py

Draws two blocks of captions of the package's own (``infersent.data.captions``) that share no sentence, encodes them
by the shipped model, keeps the coordinates that vary most over the first block, and rounds them to a byte each.
"""

from __future__ import annotations

import base64
import hashlib
import json
from random import Random
from typing import Any

import numpy as np

from infersent import InferSent
from infersent.data.captions.matching import draw_block
from infersent.widgets.feature_workbench.captions import FILE

#: Of the draw; chains of five captions in each block, twelve pairs a chain; coordinates that are kept.
SEED, CHAINS, COORDINATES = 17, 100, 40


def made() -> dict[str, Any]:
    """Return what the file holds."""
    rng, taken = Random(SEED), set()
    blocks = {split: draw_block(rng, CHAINS, taken) for split in ("train", "test")}
    sentences = [sentence for block in blocks.values() for sentence in block.sentences]
    vectors = np.asarray(InferSent.from_pretrained().encode(sentences), dtype=np.float64)  # [sentences, dim]
    spread = vectors[: len(sentences) // 2].std(axis=0)
    kept = np.sort(np.argsort(-spread)[:COORDINATES])
    unit = float(np.abs(vectors[:, kept]).max() / 127)
    file: dict[str, Any] = {
        "about": "Vectors of captions of the package's own, by its shipped model: tools/workbench_pairs.py.",
        "drawn": hashlib.sha256("\n".join(sentences).encode()).hexdigest(),
        "unit": unit,
        "coordinates": kept.tolist(),
        "vectors": text_of(np.rint(vectors[:, kept] / unit).astype(np.int8)),
    }
    for split, block in blocks.items():
        order = np.argsort(block.labels, kind="stable")  # a third each: entailment, neutral, contradiction
        pairs = np.stack([block.premises, block.hypotheses], axis=1)[order]
        file[split] = text_of(pairs.astype("<u2"))
    return file


def text_of(numbers: np.ndarray) -> str:
    """Return an array's bytes in base64."""
    return base64.b64encode(numbers.tobytes()).decode()


if __name__ == "__main__":
    FILE.write_text(json.dumps(made(), indent=1) + "\n", encoding="utf-8")
    print(f"{FILE.name}: {FILE.stat().st_size:,} bytes")
