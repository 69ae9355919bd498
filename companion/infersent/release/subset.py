"""Writing what finds pairs in SNLI: the digests that define a subset, and the places of SNLI-hard in test."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from infersent.data import fetch, load
from infersent.data.files import NO_LABEL, jsonl_records
from infersent.data.pairs import Pairs
from infersent.data.snli import (
    ARCHIVE,
    DELTA_BYTES,
    HARD_FILE,
    CorpusMismatch,
    Subset,
    labels_digest,
    pair_digests,
    select_subset,
)
from infersent.foundation.bits import pack_bits
from infersent.foundation.recorded import FOLDER, save_record


def write_subset(pairs: Pairs, path: str | Path) -> Subset:
    """Write the list of digests by which ``pairs`` are found in SNLI.

    Parameters
    ----------
    pairs
        The subset, in any order.
    path
        The file to write; it takes five bytes for each pair.

    Returns
    -------
    Subset
        The entry for :data:`infersent.data.snli.SUBSETS`.

    Raises
    ------
    ValueError
        If two neighbouring digests lie too far apart for five bytes, as they do in a small subset.

    Examples
    --------
    The list of SNLI-122k was made from an archive that has just these training pairs:

    >>> write_subset(read_archive("snli_1.0.part.zip", "train"), "snli_122k.bin")  # doctest: +SKIP
    """
    digests = np.sort(pair_digests(pairs))
    deltas = np.diff(digests, prepend=np.uint64(0))
    if len(deltas) and int(deltas.max()) >= 1 << 8 * DELTA_BYTES:
        raise ValueError(f"A distance of {deltas.max()} between two digests does not fit into {DELTA_BYTES} bytes.")
    octets = deltas.astype("<u8").view(np.uint8).reshape(-1, 8)
    Path(path).write_bytes(octets[:, :DELTA_BYTES].tobytes())
    return Subset(len(pairs), select_subset(pairs, digests, "subset").digest(), Path(path))


def write_hard_test_pairs(path: str | Path | None = None) -> dict[str, Any]:
    """Find the pairs of SNLI-hard in SNLI's test split by their IDs, and write their places: one bit a pair.

    Parameters
    ----------
    path
        Where it goes; the package's own file if left out, which
        :func:`infersent.data.snli.hard_test_pairs` reads.

    Returns
    -------
    dict
        The record, as JSON values: besides the bits the digests of the test split, of its labels and of the IDs of its
        pairs, all in order, so that a split in another order is not taken for this one.

    Raises
    ------
    infersent.data.snli.CorpusMismatch
        A hard pair is not in test, or has another label there.
    """
    archive, hard_file = fetch.fetch(ARCHIVE), fetch.fetch(HARD_FILE)
    with fetch.open_member(archive, "snli_1.0/snli_1.0_test.jsonl") as lines:
        labels = _labels_by_id(lines, archive)
    with hard_file.open("rb") as lines:
        hard = _labels_by_id(lines, hard_file)
    for pair, label in hard.items():
        if labels.get(pair) != label:
            raise CorpusMismatch(f"{hard_file}: the pair {pair} is {label}, but {labels.get(pair)} in {archive}.")
    test = load("snli", "test")
    record = {
        "made_by": "infersent.release.subset.write_hard_test_pairs",
        "pairs": len(labels),
        "test": test.digest(),
        "labels": labels_digest(test),
        "ids": hashlib.sha256("\n".join(labels).encode()).hexdigest(),
        "hard": pack_bits(np.array([pair in hard for pair in labels])),
    }
    save_record(record, path or FOLDER / "snli_hard.json")
    return record


def _labels_by_id(lines: Iterable[bytes], source: Path) -> dict[str, str]:
    """Return the gold label of each pair that has one, by the pair's ID, in the order of the lines."""
    found = {record["pairID"]: record["gold_label"] for _, record in jsonl_records(lines, source)}
    return {pair: label for pair, label in found.items() if label != NO_LABEL}
