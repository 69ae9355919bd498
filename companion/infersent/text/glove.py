"""Reading GloVe's text files line by line."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from tqdm.auto import tqdm

from infersent.data.fetch import member_sizes, open_member
from infersent.foundation.arrays import Floats
from infersent.text.vectors import WordVectors


def read_glove(
    path: str | Path, keep: Collection[str] | None = None, *, member: str | None = None, progress: bool = False
) -> WordVectors:
    """Read vectors from a GloVe text file line by line: it is never in memory as a whole.

    Parameters
    ----------
    path
        A ``.txt`` file of lines ``word x_1 … x_dim`` (Pennington et al. 2014), or a ``.zip`` that holds such files.
    keep
        The words to keep, in the file's order; by default all.
    member
        Which file of the archive; it may be left out if there is only one.
    progress
        Show a progress bar over the file's bytes.

    Raises
    ------
    ValueError
        If a line is malformed (file, line number and reason are named), the member is missing or ambiguous, or no word
        of ``keep`` is in the file.
    infersent.data.fetch.DamagedArchive
        If the archive is cut short or damaged.
    """
    path = Path(path)
    words: list[str] = []
    rows: list[Floats] = []
    dim = None
    with _open_vectors(path, member) as (stream, size, name):
        bar = tqdm(total=size, unit="B", unit_scale=True, desc=f"reading {name}", disable=not progress)
        for number, line in enumerate(stream, start=1):
            bar.update(len(line))
            fields = line.split()
            if number == 1 and len(fields) == 2 and all(f.isdigit() for f in fields):
                continue  # the header of word2vec's text format: the numbers of words and of coordinates
            dim = dim or len(fields) - 1
            try:
                # A few words of glove.840B contain spaces, so numbers are counted from the right.
                word, *numbers = line.decode("utf-8").rstrip("\r\n").rsplit(" ", dim)
                if keep is not None and word not in keep:
                    continue
                row = np.array(numbers, dtype=np.float32)
            except ValueError as error:  # a UnicodeDecodeError is one, too
                raise ValueError(
                    f"{path}, {name}, line {number}: {error}; expected a word and {dim} numbers in UTF-8."
                ) from None
            if len(row) != dim or not np.isfinite(row).all():
                raise ValueError(
                    f"{path}, {name}, line {number}: expected a word and {dim} finite numbers, got {len(row)}."
                )
            words.append(word)
            rows.append(row)
        bar.close()
    if not rows:
        raise ValueError(
            f"{path}, {name}: none of the {len(keep or ())} words asked for is in the file; is it lower-case?"
        )
    return WordVectors(words, np.stack(rows), Path(name).stem)


@contextmanager
def _open_vectors(path: Path, member: str | None) -> Iterator[tuple[Iterable[bytes], int, str]]:
    if path.suffix != ".zip":
        with path.open("rb") as stream:
            yield stream, path.stat().st_size, path.name
        return
    sizes = member_sizes(path)
    texts = [name for name in sizes if name.endswith(".txt")]
    name = member or (texts[0] if len(texts) == 1 else None)
    if name not in texts:
        raise ValueError(
            f"{path} holds {', '.join(texts) or 'no .txt file'}; name one of them as member, not {member!r}."
        )
    with open_member(path, name) as stream:
        yield stream, sizes[name], name
