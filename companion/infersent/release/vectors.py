"""Writing the two files of word vectors that ship with the package."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from infersent.text.vectors import VECTORS_FILE, WORDS_FILE, WordVectors


def write_shipped_vectors(vectors: WordVectors, folder: Path) -> None:
    """Write the two files that :func:`infersent.text.vectors.shipped_vectors` reads, the vectors in float16."""
    save_file({"vectors": vectors.vectors.astype(np.float16)}, folder / VECTORS_FILE)
    (folder / WORDS_FILE).write_text("\n".join(vectors.words), "utf-8")
