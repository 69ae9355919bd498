"""The STS benchmark (Cer et al. 2017): pairs of sentences with a score of similarity."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from infersent.data import fetch
from infersent.data.files import whole
from infersent.data.formats import MalformedLine, decoded_lines
from infersent.data.pairs import ScoredPairs
from infersent.foundation.choices import choose

#: How many pairs each split has; its file is ``sts-<split>.csv``, which in spite of its name is tab-separated.
SIZES = {"train": 5_749, "dev": 1_500, "test": 1_379}

#: The name of the archive that its authors publish.
ARCHIVE = "Stsbenchmark.tar.gz"

#: :func:`digest` of each split. No checksum of the archive is published.
DIGESTS = {
    "train": "214bc3f4c6c6572cece33fde6474cafc3fbc9d2a83f7aae9744581f02f077f3d",
    "dev": "67fed371a5f4b9cfa6110c6378e8ddd618a1fa3809be6e45ccdd6bc3f79b61e7",
    "test": "bcf22afb38d581a16053d3ad6f55bccc83bdf1c5cb4f75bfc8da7311dd6b1f8a",
}

# Without a header: genre, file, year, number, score, both sentences; and in some lines the sentences' sources.
_SCORE, _FIRST, _SECOND = 4, 5, 6


def load(split: str = "train", *, progress: bool = True) -> ScoredPairs:
    """Load a split of the STS benchmark, with a score from 0 (nothing in common) to 5 (the same meaning) per pair.

    The file comes from disk if it is there, or else from the authors' server, see
    :func:`infersent.data.fetch.fetch_file`.

    Parameters
    ----------
    split
        ``"train"``, ``"dev"`` or ``"test"``.
    progress
        Whether a download shows its progress.

    Raises
    ------
    ValueError
        There is no such split, or the file does not hold its pairs.
    OSError
        The file is not on disk and cannot be downloaded or read; see :func:`infersent.data.fetch.fetch_file`.
    """
    size = choose("split of the STS benchmark", split, SIZES)
    path = fetch.fetch_file(
        "stsb", f"sts-{split}.csv", ARCHIVE, lambda new: digest(new) == DIGESTS[split], progress=progress
    )
    return whole(_read(path), path, size, f"STS-B {split}")


def digest(path: Path) -> str:
    """Return the hexadecimal SHA-256 of all scores in order: copies differ in blanks, and in what follows the texts."""
    return hashlib.sha256(_read(path).scores.astype("<f8").tobytes()).hexdigest()


def _read(path: Path) -> ScoredPairs:
    first, second, scores = [], [], []
    with path.open("rb") as lines:
        for number, line in decoded_lines(lines, path):
            cells = line.split("\t")  # quotes are ordinary characters
            try:
                scores.append(float(cells[_SCORE]))
                first.append(cells[_FIRST])
                second.append(cells[_SECOND])
            except (IndexError, ValueError):
                raise MalformedLine(
                    path, number, "expected a score in column 5 and texts in columns 6 and 7."
                ) from None
    return ScoredPairs(first, second, np.array(scores))
