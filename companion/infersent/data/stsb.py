"""The STS benchmark (Cer et al. 2017): pairs of sentences with a score of similarity, from a copy on disk."""

from __future__ import annotations

import numpy as np

from infersent.data import fetch
from infersent.data.files import whole
from infersent.data.formats import MalformedLine, decoded_lines
from infersent.data.pairs import ScoredPairs
from infersent.foundation.choices import choose

#: How many pairs each split has; its file is ``sts-<split>.csv``, which in spite of its name is tab-separated.
SIZES = {"train": 5_749, "dev": 1_500, "test": 1_379}

#: Where its authors publish it.
PAGE = "https://ixa2.si.ehu.eus/stswiki/index.php/STSbenchmark"

# Without a header: genre, file, year, number, score, both sentences; and in some lines the sentences' sources.
_SCORE, _FIRST, _SECOND = 4, 5, 6


def load(split: str = "train") -> ScoredPairs:
    """Load a split of the STS benchmark, with a score from 0 (nothing in common) to 5 (the same meaning) per pair.

    Parameters
    ----------
    split
        ``"train"``, ``"dev"`` or ``"test"``.

    Raises
    ------
    ValueError
        There is no such split, or the file does not hold its pairs.
    infersent.data.fetch.DataUnavailable
        The file is not on disk, see :func:`infersent.data.fetch.find_file`.
    """
    size = choose("split of the STS benchmark", split, SIZES)
    path = fetch.find_file("stsb", f"sts-{split}.csv", PAGE)
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
    return whole(ScoredPairs(first, second, np.array(scores)), path, size, f"STS-B {split}")
