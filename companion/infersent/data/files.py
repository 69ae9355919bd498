"""Pairs from a file: a reader's own ``.tsv`` or ``.jsonl``, and the JSON lines inside a corpus archive."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from infersent.data.pairs import LABELS, Pairs

#: The names that each part of a pair may have in a header or as a JSON key: first ours, then SNLI's.
COLUMNS = {
    "premise": ("premise", "sentence1"),
    "hypothesis": ("hypothesis", "sentence2"),
    "label": ("label", "gold_label"),
}

#: The label of a pair on which the annotators found no majority. Such a pair is left out.
NO_LABEL = "-"

_LABEL_INDEX = {label: index for index, label in enumerate(LABELS)}

# A line's number with its fields by column name.
_Record = tuple[int, Mapping[str, str]]


class MalformedLine(ValueError):
    """A line of a corpus file is not what it should be; the message names the file and the line."""

    def __init__(self, source: str | Path, line: int, problem: str) -> None:
        super().__init__(f"{source}, line {line}: {problem}")


def read_pairs(path: str | Path) -> Pairs:
    r"""Read labelled sentence pairs from a ``.tsv`` or ``.jsonl`` file.

    A ``.tsv`` file starts with a header line that names its columns, and quotes are ordinary characters in it. A
    ``.jsonl`` file has one JSON object per line. Either way the names are ``premise``, ``hypothesis`` and ``label``, or
    SNLI's ``sentence1``, ``sentence2`` and ``gold_label``; further columns are ignored. Labels may be in upper or lower
    case. A pair labelled ``-`` (SNLI's mark for "no majority") is left out, and so are blank lines. A sentence may be
    empty.

    Parameters
    ----------
    path
        The file, in UTF-8.

    Returns
    -------
    Pairs
        In the order of the file, named after it.

    Raises
    ------
    MalformedLine
        A line cannot be read, lacks a column, or has an unknown label.
    ValueError
        The suffix is neither ``.tsv`` nor ``.jsonl``, or the file has no labelled pair.
    """
    path = Path(path)
    with path.open("rb") as lines:
        return collect_pairs(_records(path, lines), source=path, name=path.name)


def read_sentence_pairs(path: str | Path) -> tuple[list[str], list[str]]:
    """Read the sentences of a ``.tsv`` or ``.jsonl`` file whose pairs need no label.

    The format is that of :func:`read_pairs`, except that the label may be missing and is ignored: every pair is kept.

    Returns
    -------
    tuple of list of str
        Premises and hypotheses, in the order of the file.

    Raises
    ------
    MalformedLine
        A line cannot be read or lacks a column.
    ValueError
        The suffix is neither ``.tsv`` nor ``.jsonl``, or the file has no pair.
    """
    path = Path(path)
    premises, hypotheses = [], []
    with path.open("rb") as lines:
        for _, (premise, hypothesis) in _select(_records(path, lines), ("premise", "hypothesis"), path):
            premises.append(premise)
            hypotheses.append(hypothesis)
    if not premises:
        raise ValueError(f"{path} holds no sentence pair. Give it at least one line with a premise and a hypothesis.")
    return premises, hypotheses


def collect_pairs(records: Iterable[_Record], *, source: str | Path, name: str) -> Pairs:
    """Gather records into :class:`Pairs`, without those labelled :data:`NO_LABEL`.

    Parameters
    ----------
    records
        Line numbers with the fields of that line, from :func:`jsonl_records` for instance.
    source
        The file's name, for errors.
    name
        The name of the pairs.

    Raises
    ------
    MalformedLine
        A record lacks a column, or its label is unknown.
    ValueError
        There is no labelled pair.
    """
    premises, hypotheses, labels = [], [], []
    for line, (premise, hypothesis, label) in _select(records, tuple(COLUMNS), source):
        index = _LABEL_INDEX.get(label)
        if index is None:
            folded = label.strip().lower()
            if folded == NO_LABEL:
                continue
            index = _LABEL_INDEX.get(folded)
        if index is None:
            known = ", ".join(LABELS)
            raise MalformedLine(source, line, f"unknown label {label!r}. Use one of {known}; '-' leaves a pair out.")
        premises.append(premise)
        hypotheses.append(hypothesis)
        labels.append(index)
    if not labels:
        raise ValueError(f"{source} holds no labelled pair. Give it at least one, labelled {', '.join(LABELS)}.")
    return Pairs(premises, hypotheses, np.array(labels), name)


def decoded_lines(lines: Iterable[bytes], source: str | Path) -> Iterator[tuple[int, str]]:
    """Yield the number and the text of each line, without its end and without a byte-order mark.

    Raises
    ------
    MalformedLine
        A line is not UTF-8.
    """
    for number, line in enumerate(lines, start=1):
        try:
            yield number, line.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
        except UnicodeDecodeError as error:
            raise MalformedLine(source, number, f"not UTF-8 ({error}).") from error


def jsonl_records(lines: Iterable[bytes], source: str | Path) -> Iterator[_Record]:
    """Yield the line number and the object of each line of JSON; blank lines are skipped.

    Raises
    ------
    MalformedLine
        A line is not UTF-8, is not JSON, or is JSON but not an object.
    """
    for number, line in decoded_lines(lines, source):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except json.JSONDecodeError as error:
            raise MalformedLine(source, number, f"not JSON ({error}). Each line is one JSON object.") from error
        if not isinstance(record, dict):
            raise MalformedLine(source, number, f"{line.strip()[:60]} is not a JSON object such as {{...}}.")
        yield number, record


def tsv_records(lines: Iterable[bytes], source: str | Path) -> Iterator[_Record]:
    """Yield the line number and the cells by column name of each line under the header; blank lines are skipped.

    Raises
    ------
    MalformedLine
        A line is not UTF-8 or does not have as many cells as the header, or the header lacks a premise or a hypothesis.
    """
    header = None
    for number, line in decoded_lines(lines, source):
        if not line:
            continue
        cells = line.split("\t")
        if header is None:
            header = [cell.strip().lower() for cell in cells]
            _column_names(header, ("premise", "hypothesis"), source, number)
        elif len(cells) != len(header):
            raise MalformedLine(source, number, f"{len(cells)} columns, but the header has {len(header)}.")
        else:
            yield number, dict(zip(header, cells, strict=True))


_READERS = {".tsv": tsv_records, ".jsonl": jsonl_records}

#: The suffixes of the files that can be read.
SUFFIXES = tuple(_READERS)


def _records(path: Path, lines: Iterable[bytes]) -> Iterator[_Record]:
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise ValueError(f"{path} ends in {path.suffix!r}. Pairs are read from {' and '.join(SUFFIXES)} files.")
    return reader(lines, path)


def _select(
    records: Iterable[_Record], columns: Sequence[str], source: str | Path
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield the line number and the wanted fields of each record; the first record decides which names are used."""
    names: list[str] = []
    for number, record in records:
        if not names:
            names = _column_names(record, columns, source, number)
        try:
            fields = tuple([record[name] for name in names])
        except KeyError as error:
            raise MalformedLine(source, number, f"no {error.args[0]!r} on this line.") from None
        for name, value in zip(names, fields, strict=True):
            if not isinstance(value, str):
                raise MalformedLine(source, number, f"{name!r} is {value!r}, not text. Put it in quotes.")
            try:
                value.encode()
            except UnicodeEncodeError as error:  # JSON can hold half of a surrogate pair, which is not a character
                raise MalformedLine(source, number, f"{name!r} is {value!r}, which is not Unicode ({error}).") from None
        yield number, fields


def _column_names(present: Iterable[str], columns: Sequence[str], source: str | Path, line: int) -> list[str]:
    """Return the name that each wanted column has here."""
    present = list(present)
    names = []
    for column in columns:
        found = [name for name in COLUMNS[column] if name in present]
        if not found:
            wanted = " or ".join(repr(name) for name in COLUMNS[column])
            raise MalformedLine(source, line, f"no column {wanted} among {', '.join(map(repr, present))}.")
        names.append(found[0])
    return names
