"""Finished folds on disk, so that a comparison that was stopped goes on where it was."""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from infersent.choose.cross_validation import FoldResult, Vectors
from infersent.foundation.atomic import replace_file
from infersent.model.features import get_feature, pair_features

#: Of the files and of how folds are computed: another number, other files.
VERSION = 4


def digest(vectors: Vectors, settings: dict[str, Any]) -> str:
    """Return what the folds' results depend on, beside the sets of blocks, as a short text."""
    sha = hashlib.blake2b(digest_size=16)
    sha.update(json.dumps({**settings, "version": VERSION}, sort_keys=True).encode())
    arrays: list[Any] = [vectors.u, vectors.v, vectors.task.y, vectors.grouping.groups, vectors.grouping.sentences]
    for array in arrays:
        sha.update(f"{array.shape}".encode())
        for start in range(0, len(array), 65536):
            some = array[start : start + 65536]
            sha.update(np.ascontiguousarray(some, dtype=np.float32 if some.dtype.kind == "f" else np.int64).tobytes())
    return sha.hexdigest()


def set_key(blocks: Sequence[str], u: Any, v: Any) -> str:
    """Return the name of a set in the files: of its blocks, and of what they give for the first pairs.

    So a reader's block that computes something else now, under the same name, is another one.
    """
    some = [torch.from_numpy(np.array(side[:64], dtype=np.float32)) for side in (u, v)]
    with torch.no_grad():
        sample = pair_features(some[0], some[1], [get_feature(name).name for name in blocks]).numpy()
    return f"{', '.join(blocks)} {hashlib.blake2b(sample.tobytes(), digest_size=8).hexdigest()}"


@dataclass(frozen=True)
class Store:
    """The results of one comparison, a file for each fold.

    Attributes
    ----------
    folder
        Where the files are; ``None`` keeps nothing.
    """

    folder: Path | None

    def read(self, name: str) -> dict[str, FoldResult]:
        """Return the finished results of a fold by the key of the set; none where the file is missing or damaged."""
        if self.folder is None:
            return {}
        try:
            with np.load(self.folder / f"{name}.npz", allow_pickle=False) as file:
                arrays = dict(file)
            trained_on, unfinished = map(int, arrays["counts"])
            return {
                str(key): FoldResult(
                    arrays["rows"], arrays["answers"][i][None], arrays["penalties"][i][None], trained_on, unfinished
                )
                for i, key in enumerate(arrays["keys"])
            }
        except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile, zlib.error):
            return {}

    def write(self, name: str, results: dict[str, FoldResult]) -> None:
        """Write the results of a fold in one step."""
        if self.folder is None:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        first = next(iter(results.values()))
        arrays = {
            "keys": np.array(list(results)),
            "rows": first.rows,
            "answers": np.concatenate([found.answers for found in results.values()]),
            "penalties": np.concatenate([found.penalties for found in results.values()]),
            "counts": np.array([first.trained_on, max(found.unfinished for found in results.values())]),
        }

        def save(path: Path) -> None:
            with path.open("wb") as file:  # given a name, savez would add a suffix to it
                np.savez_compressed(file, **arrays)  # type: ignore[arg-type]  # no array is named like its option

        replace_file(self.folder / f"{name}.npz", save, shared=True)
