"""The rows of a file, whatever its format: each with its place in the file and its cells by column name."""

from __future__ import annotations

import codecs
import csv
import io
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from infersent.data.pairs import as_list
from infersent.foundation.optional import extra

#: A row: the number of its line (or of the row, where a format has no lines), and its cells by column name.
Record: TypeAlias = tuple[int, Mapping[str, Any]]

#: Called with the names of the columns and the line on which they stand, once they are known.
SawColumns: TypeAlias = Callable[[Sequence[str], int], object]

#: The path that stands for standard input.
STDIN = "-"


class MalformedLine(ValueError):
    """A line of a corpus file is not what it should be; the message names the file and the line."""

    def __init__(self, source: str | Path, line: int, problem: str, unit: str = "line") -> None:
        super().__init__(f"{source}, {unit} {line}: {problem}")


#: How files begin that are no text, what they are, and how the text in them is got at.
_NOT_TEXT = (
    (
        b"PAR1",
        "a Parquet table",
        "Pairs are read from it if its name ends in .parquet; sentences to encode are lines of text.",
    ),
    (b"PK\x03\x04", "a zip archive, as .xlsx and .npz are", "Save a sheet as .csv; unpack any other archive."),
    (b"\x93NUMPY", "an array of numpy", "Arrays of vectors are taken by `infersent choose --vectors`."),
    (b"\x1f\x8b", "compressed by gzip", "Unpack it by gunzip, or pipe it: zcat FILE | infersent … with - as the file."),
    (b"BZh91AY&SY", "compressed by bzip2", "Unpack it by bunzip2."),
    (b"\xfd7zXZ\x00", "compressed by xz", "Unpack it by unxz."),
    (b"\x28\xb5\x2f\xfd", "compressed by zstd", "Unpack it by unzstd."),
    (b"\xd0\xcf\x11\xe0", "a document of an older Office, such as .xls", "Save the sheet as .csv."),
    (b"%PDF-", "a PDF", "Save its text, in UTF-8."),
    (b"ARROW1", "a table of Arrow", "Save it as .parquet or .csv."),
    (b"FEA1", "a Feather table", "Save it as .parquet or .csv."),
    (b"\x89HDF", "an HDF5 file", "Save what is in it as text, or vectors as .npy."),
    (b"SQLite format 3", "a database of SQLite", "Save the table as .csv."),
    (b"\x80\x02", "a pickle of Python's", "Save what is in it as text, or vectors as .npy."),
    (b"\x80\x03", "a pickle of Python's", "Save what is in it as text, or vectors as .npy."),
    (b"\x80\x04", "a pickle of Python's", "Save what is in it as text, or vectors as .npy."),
    (b"\x80\x05", "a pickle of Python's", "Save what is in it as text, or vectors as .npy."),
)


def not_text(beginning: bytes) -> str:
    """Return what a file is that begins in this way, and what to do; nothing if it may be text."""
    return next((f"{what}, not text. {remedy}" for magic, what, remedy in _NOT_TEXT if beginning.startswith(magic)), "")


def decoded_lines(lines: Iterable[bytes], source: str | Path) -> Iterator[tuple[int, str]]:
    """Yield the number and the text of each line, without its end and without a byte-order mark.

    Raises
    ------
    MalformedLine
        A line is not UTF-8, or the first tells that this is no text at all.
    """
    for number, line in enumerate(lines, start=1):
        if number == 1 and (odd := not_text(line)):
            raise MalformedLine(source, number, f"this is {odd}")
        try:
            yield number, line.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
        except UnicodeDecodeError as error:
            raise MalformedLine(source, number, f"not UTF-8 ({error}). Save the file in UTF-8.") from error


def jsonl_records(lines: Iterable[bytes], source: str | Path) -> Iterator[Record]:
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
        except RecursionError:
            raise MalformedLine(source, number, "brackets in brackets, too deep to be read.") from None
        if not isinstance(record, dict):
            raise MalformedLine(source, number, f"{line.strip()[:60]} is not a JSON object such as {{...}}.")
        yield number, record


def tsv_records(lines: Iterable[bytes], source: str | Path, saw: SawColumns | None = None) -> Iterator[Record]:
    """Yield the line number and the cells by column name of each line under the header; blank lines are skipped.

    Quotes are ordinary characters.

    Raises
    ------
    MalformedLine
        A line is not UTF-8 or does not have as many cells as the header, or the header has a name twice.
    """
    rows = ((number, line.split("\t")) for number, line in decoded_lines(lines, source) if line)
    return _under_header(rows, source, saw, "")


def file_records(path: str | Path, saw: SawColumns) -> tuple[Iterator[Record], str, list[int] | None]:
    """Return the rows of a file, what the place of a row is called, and its blank lines.

    A place is a ``"line"``, or a ``"row"`` where the format has no lines; a row with quoted cells may go over several
    lines. The blank lines are noted in the list while the rows are read; where each row is a line there is no list,
    for a gap between two rows' places is a blank line.

    ``.csv`` is comma-separated (or semicolon-separated, as a spreadsheet writes it where the comma is the decimal sign)
    with quotes; ``.tsv`` and ``.txt`` are tab-separated; ``.jsonl`` has one JSON object per line; ``.parquet`` is read
    by pyarrow. ``-`` is standard input, whose format is told by its first line.

    In a tab-separated file quotes are ordinary characters, unless it was written by a spreadsheet: that quotes the
    cells that need it, and only these, and doubles the quotes in them. A file in which exactly such cells are quoted is
    read in that way.

    Parameters
    ----------
    path
        The file, or ``-``.
    saw
        Called with the columns; what it raises comes through. For ``.jsonl`` it is not called: each line has its own.

    Raises
    ------
    MalformedLine
        A line cannot be read.
    ValueError
        The suffix is none of :data:`SUFFIXES`.
    infersent.foundation.optional.MissingExtra
        pyarrow, which reads ``.parquet``, is not installed.
    """
    source = name_of(path)
    if source == "standard input":
        data = sys.stdin.buffer.read()
        suffix = _told_by_first_line(data)
    else:
        suffix = Path(path).suffix.lower()
        if suffix not in SUFFIXES:
            known = f"{', '.join(SUFFIXES[:-1])} and {SUFFIXES[-1]}"
            odd = ""
            if Path(path).is_file():
                with Path(path).open("rb") as file:
                    odd = not_text(file.read(16))
            raise ValueError(
                f"{path} ends in {suffix!r}. Pairs are read from {known} files.{f' This is {odd}' if odd else ''}"
            )
        if suffix == ".parquet":
            return _parquet_records(Path(path), saw), "row", []
        if suffix == ".jsonl":
            return _jsonl_file(Path(path)), "line", None
        data = Path(path).read_bytes()
    if odd := not_text(data[:16]):
        raise MalformedLine(source, 1, f"this is {odd}")
    data = _in_utf8(data, source)
    if b"\n" not in data:  # lines that end in carriage returns alone, as old Macs' do
        data = data.replace(b"\r", b"\n")
    if suffix == ".jsonl":
        return jsonl_records(io.BytesIO(data), source), "line", None
    if suffix != ".csv":
        if b'"' not in data or not _quoted_by_a_spreadsheet(_text(data, source)):
            return tsv_records(io.BytesIO(data), source, saw), "line", None
        delimiter, remedy = "\t", ""
    else:
        delimiter = _delimiter(_text(data, source))
        remedy = f" Put a sentence with {'commas' if delimiter == ',' else repr(delimiter)} in it in quotes."
    blank: list[int] = []
    rows = _quoted_rows(_text(data, source), delimiter, source, blank)
    return _under_header(rows, source, saw, remedy), "line", blank


#: The suffixes of the files that can be read.
SUFFIXES = (".csv", ".tsv", ".txt", ".jsonl", ".parquet")


def name_of(path: str | Path) -> str:
    """Return how messages call a file."""
    return "standard input" if str(path) == STDIN else str(path)


def table_records(table: Any, name: str, saw: SawColumns) -> Iterator[Record]:
    """Yield the rows of a data frame, of a dictionary of columns or of a list of dictionaries, counted from 0.

    Raises
    ------
    TypeError
        It is something else.
    ValueError
        Its columns differ in length.
    """
    if isinstance(table, Sequence) and not isinstance(table, str | bytes):
        for row, record in enumerate(table):
            if not isinstance(record, Mapping):
                raise TypeError(f"{name}, row {row}: {record!r:.60} is not a dictionary of cells by column.")
            yield row, record
        return
    columns = table.keys() if isinstance(table, Mapping) else getattr(table, "column_names", None)
    if columns is None:
        columns = getattr(table, "columns", None)
    if columns is None:
        raise TypeError(f"{name}: a {type(table).__name__} has no columns; give a data frame or a dict of columns.")
    names = [column for column in list(columns) if isinstance(column, str)]
    wanted = saw(names, 0)
    lists = {column: as_list(table[column]) for column in (wanted if isinstance(wanted, list) else names)}
    if len(lengths := {len(values) for values in lists.values()}) > 1:
        raise ValueError(f"{name}: the columns {', '.join(map(repr, lists))} differ in length: {sorted(lengths)}.")
    for row, cells in enumerate(zip(*lists.values(), strict=True)):
        yield row, dict(zip(lists, cells, strict=True))


def _under_header(
    rows: Iterable[tuple[int, list[str]]], source: str | Path, saw: SawColumns | None, remedy: str
) -> Iterator[Record]:
    header: list[str] | None = None
    for number, cells in rows:
        if header is None:
            header = [cell.strip() for cell in cells]
            twice = [name for name, count in Counter(header).items() if name and count > 1]
            if twice:
                raise MalformedLine(source, number, f"the column {twice[0]!r} is there twice. Rename one of the two.")
            if saw:
                saw(header, number)
        elif len(cells) != len(header):
            raise MalformedLine(source, number, f"{len(cells)} columns, but the header has {len(header)}.{remedy}")
        else:
            yield number, dict(zip(header, cells, strict=True))


def _jsonl_file(path: Path) -> Iterator[Record]:
    with path.open("rb") as lines:
        yield from jsonl_records(lines, path)


def _parquet_records(path: Path, saw: SawColumns) -> Iterator[Record]:
    with extra("tables", str(path)):
        from pyarrow import ArrowInvalid
        from pyarrow.parquet import ParquetFile
    try:
        with path.open("rb") as stream:
            file = ParquetFile(stream)
            names = saw(file.schema_arrow.names, 0)
            table = file.read(columns=names if isinstance(names, list) else None)
    except ArrowInvalid as error:
        raise ValueError(f"{path} is damaged or not a Parquet file ({error}). Write or copy it again.") from None
    yield from table_records(table, str(path), saw)


def _in_utf8(data: bytes, source: str) -> bytes:
    """Return the bytes in UTF-8: spreadsheets write "Unicode text" in UTF-16, which its first two bytes tell."""
    if not data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data
    try:
        return data.decode("utf-16").encode()
    except UnicodeError as error:
        raise MalformedLine(source, 1, f"not UTF-16, as its first bytes say ({error}). Save it in UTF-8.") from None


def _text(data: bytes, source: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise MalformedLine(source, line, f"not UTF-8 ({error}). Save the file in UTF-8.") from error


def _told_by_first_line(data: bytes) -> str:
    first = _in_utf8(data, "standard input").removeprefix(codecs.BOM_UTF8).lstrip().partition(b"\n")[0]
    if first.startswith(b"{"):
        return ".jsonl"
    return ".tsv" if b"\t" in first else ".csv"


def _delimiter(text: str) -> str:
    """Return the character that separates the cells of a .csv file, as its first line tells."""
    first = next(csv.reader(io.StringIO(text.lstrip("\r\n"), newline="")), [])
    whole = ",".join(first)
    counts = {",": len(first) - 1} | {mark: whole.count(mark) for mark in (";", "\t")}
    return "," if counts[","] else max(counts, key=lambda mark: counts[mark])


def _quoted_rows(text: str, delimiter: str, source: str | Path, blank: list[int]) -> Iterator[tuple[int, list[str]]]:
    """Yield the line on which each row begins, and its cells; a cell may hold line ends. Blank lines are noted."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            problem = f"{error}. A quote that opens a cell must close it, and a quote in such a cell is doubled."
            if "field limit" in str(error):
                problem += " If the text is as long as that, write the pairs to a .jsonl or .parquet file."
            raise MalformedLine(source, line, problem) from None
        if cells:
            yield line, cells
        else:
            blank.append(line)


def _quoted_by_a_spreadsheet(text: str) -> bool:
    """Return whether quotes in a tab-separated text are those of a program that quotes the cells that need it."""
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter="\t", strict=True))
    except csv.Error:
        return False
    first = next((line for line in text.splitlines() if line), "")
    if all(len(cell) > 1 and cell[0] == cell[-1] == '"' for cell in first.split("\t")):
        return len({len(row) for row in rows if row}) == 1  # everything is quoted, from the header on
    if not any(mark in cell for row in rows for cell in row for mark in '"\t\n'):
        return False  # nothing that is quoted needed it: the quotes are the text's own
    plain = text.replace("\r\n", "\n").rstrip("\n")
    for special in ('"\t\r\n', '"\t\r\n,'):  # the second is Excel's rule, the first that of most libraries

        def quoted(cell: str, special: str = special) -> str:
            return '"' + cell.replace('"', '""') + '"' if any(mark in cell for mark in special) else cell

        if "\n".join("\t".join(map(quoted, row)) for row in rows).replace("\r\n", "\n").rstrip("\n") == plain:
            return True
    return False
