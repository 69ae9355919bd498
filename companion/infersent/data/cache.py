"""The cache folder, and arrays that are kept in it until what they were made from changes."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import warnings
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pooch

from infersent.foundation.arrays import Array
from infersent.foundation.atomic import replace_file

#: The environment variable that moves the cache folder.
CACHE_VARIABLE = "INFERSENT_CACHE"


def cache_folder() -> Path:
    """Return where downloads and derived arrays are kept.

    ``$INFERSENT_CACHE``, else the platform's cache folder, else, for a user without a home, one among the temporary
    files.
    """
    if not (named := os.environ.get(CACHE_VARIABLE)):
        try:
            Path.home()
        except RuntimeError:  # a container may run as a user who has none
            return Path(tempfile.gettempdir()) / "infersent"
    return Path(named or pooch.os_cache("infersent")).expanduser()


def cached_arrays(kind: str, key: object, make: Callable[[], Mapping[str, Array]]) -> dict[str, Array]:
    """Return the arrays that ``make()`` returns, from the cache if they have been made before.

    Several processes may call this at the same time: each sees whole files only. A damaged file is made again. If the
    cache cannot be written, for example because the disk is full, the arrays are returned nevertheless, with a
    warning.

    Parameters
    ----------
    kind
        What is kept, as the name of a folder: ``"pairs"``, ``"tokens"``.
    key
        Everything that the arrays depend on, as a value that JSON can write; the version of the code that makes them
        is part of it. Another key means another file, so what was made from other inputs is never returned.
    make
        Makes the arrays. No array may hold Python objects.

    Returns
    -------
    dict of str to numpy.ndarray
        The arrays by name.

    Raises
    ------
    TypeError
        JSON cannot write the key.
    ValueError
        An array holds Python objects.
    """
    digest = hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()
    path = cache_folder() / kind / f"{digest[:32]}.npz"
    arrays = _read(path)
    if arrays is None:
        arrays = {name: np.asarray(array) for name, array in make().items()}
        for name, array in arrays.items():
            if array.dtype.hasobject:
                raise ValueError(f"Array {name!r} holds Python objects (dtype {array.dtype}); the cache keeps numbers.")
        try:
            _write(path, arrays)
        except OSError as error:
            warnings.warn(
                f"{path} could not be written ({error}), so its contents will be computed again next time. "
                f"${CACHE_VARIABLE} names another cache folder.",
                RuntimeWarning,
                stacklevel=2,
            )
    return arrays


def _read(path: Path) -> dict[str, Array] | None:
    """Return the arrays of a file, or ``None`` if it is missing or damaged."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            return dict(arrays)
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile, zlib.error):
        return None


def _write(path: Path, arrays: Mapping[str, Array]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)

    def write(new: Path) -> None:
        with new.open("wb") as file:  # given a name, savez would add a suffix to it
            np.savez(file, **arrays)  # type: ignore[arg-type]  # no array is named like an option of savez

    replace_file(path, write, shared=True)
