"""Pairs from a reader's own file or table, and the JSON lines inside a corpus archive."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import numpy as np

from infersent.data.classes import NO_LABEL as NO_LABEL
from infersent.data.classes import BadLabel, Fractions, classes_of, plain
from infersent.data.formats import STDIN as STDIN
from infersent.data.formats import SUFFIXES as SUFFIXES
from infersent.data.formats import MalformedLine as MalformedLine
from infersent.data.formats import Record, file_records, name_of, table_records
from infersent.data.formats import decoded_lines as decoded_lines
from infersent.data.formats import jsonl_records as jsonl_records
from infersent.data.formats import tsv_records as tsv_records
from infersent.data.pairs import LABELS, Pairs, ScoredPairs
from infersent.foundation.arrays import Ints
from infersent.foundation.atomic import replace_file
from infersent.foundation.caller import for_caller, option
from infersent.foundation.notices import notice

#: The names that each part of a pair may have in a header or as a JSON key: first ours, then SNLI's.
COLUMNS = {
    "premise": ("premise", "sentence1"),
    "hypothesis": ("hypothesis", "sentence2"),
    "label": ("label", "gold_label"),
    "score": ("score", "label"),
}

#: Names of other corpora that are taken where there are none of :data:`COLUMNS`, with a notice: those of Quora's
#: questions, SICK, MRPC, GLUE's tasks and PAWS, and what sentence-transformers, MTEB and retrieval call a pair. Neither
#: case nor blanks, dashes and underscores count.
TEXT_GUESSES = (
    ("question1", "question2"),
    ("sentence1", "sentence2"),
    ("sentence_a", "sentence_b"),
    ("#1 String", "#2 String"),
    ("string1", "string2"),
    ("text1", "text2"),
    ("text_a", "text_b"),
    ("sent1", "sent2"),
    ("sent_a", "sent_b"),
    ("s1", "s2"),
    ("q1", "q2"),
    ("phrase1", "phrase2"),
    ("input1", "input2"),
    ("first", "second"),
    ("left", "right"),
    ("text", "hypothesis"),
    ("t", "h"),
    ("anchor", "positive"),
    ("query", "passage"),
    ("query", "document"),
    ("query", "positive"),
    ("query", "answer"),
    ("query", "text"),
    ("question", "sentence"),
    ("question", "passage"),
    ("question", "answer"),
    ("claim", "evidence"),
    ("text", "paraphrase"),
    ("sentence", "paraphrase"),
    ("original", "paraphrase"),
    ("a", "b"),
)

#: The same for the third column.
GUESSES = {
    "label": (
        "is_duplicate",
        "duplicate",
        "Quality",
        "entailment_judgment",
        "is_paraphrase",
        "paraphrase",
        "is_match",
        "match",
        "relation",
        "judgment",
        "labels",
        "label_text",
        "class",
        "category",
        "gold",
        "target",
        "y",
    ),
    "score": (
        "relatedness_score",
        "relatedness",
        "similarity_score",
        "similarity",
        "sim",
        "sts_score",
        "gold_score",
        "scores",
        "relevance",
        "relevance_score",
        "rating",
        "y",
    ),
}

# Names of scores alone: a column called otherwise is one of scores where its numbers have fractions.
_NAMES_OF_SCORES = ("score", *(name for name in GUESSES["score"] if name not in GUESSES["label"]))

#: The columns of the two texts; ours, SNLI's or a guess if left out.
Text: TypeAlias = Sequence[str] | None

#: The column of the label; or several, whose cells are the shares of the labels that they are named after.
Label: TypeAlias = str | Sequence[str] | None


def read_pairs(
    path: str | Path, *, text: Text = None, label: Label = None, labels: Sequence[str] | None = None
) -> Pairs:
    r"""Read labelled pairs of texts from a file.

    The file is a ``.csv``, ``.tsv``, ``.txt`` (tab-separated), ``.jsonl`` or ``.parquet`` file, see
    :func:`infersent.data.formats.file_records`; ``-`` is standard input. A header line names the columns, or the keys
    of the JSON objects do. Columns that are not asked for are ignored, and so are blank lines. A sentence may be empty,
    a label may not.

    Parameters
    ----------
    path
        The file, in UTF-8.
    text
        The columns of the two texts: ``("question1", "question2")``. If left out, they are ``premise`` and
        ``hypothesis``, or SNLI's ``sentence1`` and ``sentence2``, or names that other corpora use; a notice says which
        of these were taken.
    label
        The column of the labels: ``"is_duplicate"``. If left out, it is ``label``, ``gold_label`` or another corpus's.
        The cells are texts or whole numbers. If all are labels of NLI, in upper or lower case, the classes are these
        three, in the order of :data:`~infersent.data.pairs.LABELS`, and a pair labelled ``-`` (SNLI's mark for "no
        majority") is left out. Otherwise the classes are what occurs, in the order of number or alphabet. Several
        columns give soft labels: each cell is the share, or the number of votes, of the label that its column is named
        after. So does a JSON object as a label: ``{"yes": 3, "no": 2}``.
    labels
        The names of the classes in the order to be used, if that is not the order above. The cells are these names, or
        their places, counted from 0.

    Returns
    -------
    Pairs
        In the order of the file, named after it.

    Raises
    ------
    MalformedLine
        A line cannot be read, lacks a column, or has an unknown label; the message names file, line and column.
    ValueError
        The suffix is none of these, or the file has no labelled pair.
    """
    wanted = _Wanted(name_of(path), text, label)
    records, unit, _ = file_records(path, wanted)
    return wanted.said(_pairs(records, wanted, _short(path), labels, unit))


def read_scores(path: str | Path, *, text: Text = None, label: str | None = None) -> ScoredPairs:
    """Read pairs of texts with a number each, such as a similarity, from a file.

    The formats are those of :func:`read_pairs`. The column of the numbers is ``score`` or ``label`` if left out, or a
    name that other corpora use.

    Raises
    ------
    MalformedLine
        A line cannot be read, lacks a column, or has no number; the message names file, line and column.
    ValueError
        The suffix cannot be read, or the file has no pair.
    """
    wanted = _Wanted(name_of(path), text, label, role="score")
    records, unit, _ = file_records(path, wanted)
    return wanted.said(_scored(records, wanted, _short(path), unit))


def read_examples(path: str | Path, *, text: Text = None, label: Label = None) -> Pairs | ScoredPairs:
    """Read pairs with labels, or with scores where the numbers of the label column have fractions.

    It is :func:`read_pairs` or :func:`read_scores`, whichever fits the file. A column named ``score`` is one of scores.
    """
    wanted = _Wanted(name_of(path), text, label, role="either")
    records, unit, _ = file_records(path, wanted)
    return wanted.said(_either(records, wanted, _short(path), unit))


def pairs_from(
    table: Any,
    *,
    text: Text = None,
    label: Label = None,
    labels: Sequence[str] | None = None,
    name: str = "pairs",
) -> Pairs:
    """Return labelled pairs from a table in memory, as :func:`read_pairs` does from a file.

    Parameters
    ----------
    table
        A data frame (of pandas or polars, or a table of pyarrow), a dictionary of columns, or a list of dictionaries.
        The order of the rows is what counts; a pandas index does not.
    text, label, labels
        As for :func:`read_pairs`.
    name
        The name of the pairs.

    Raises
    ------
    MalformedLine
        A row lacks a column or has an unknown label; rows are counted from 0.
    TypeError
        The table has no columns.

    Examples
    --------
    >>> pairs_from({"premise": ["A?"], "hypothesis": ["B?"], "label": ["no"]})
    Pairs(pairs: 1 pair; 1 no)
    """
    wanted = _Wanted(name, text, label, unit="row")
    return wanted.said(_pairs(table_records(table, name, wanted), wanted, name, labels, "row"))


def scores_from(table: Any, *, text: Text = None, label: str | None = None, name: str = "pairs") -> ScoredPairs:
    """Return pairs with scores from a table in memory, see :func:`pairs_from` and :func:`read_scores`."""
    wanted = _Wanted(name, text, label, role="score", unit="row")
    return wanted.said(_scored(table_records(table, name, wanted), wanted, name, "row"))


def examples_from(table: Any, *, text: Text = None, label: Label = None, name: str = "pairs") -> Pairs | ScoredPairs:
    """Return pairs with labels or with scores from a table in memory, see :func:`read_examples`."""
    wanted = _Wanted(name, text, label, role="either", unit="row")
    return wanted.said(_either(table_records(table, name, wanted), wanted, name, "row"))


def read_sentence_pairs(path: str | Path, *, text: Text = None) -> tuple[list[str], list[str]]:
    """Read the sentences of a file whose pairs need no label.

    The format is that of :func:`read_pairs`, except that the label may be missing and is ignored: every pair is kept,
    and no line between two of them may be blank, so that what is made of the pairs has the rows of the file.

    Returns
    -------
    tuple of list of str
        Premises and hypotheses, in the order of the file.

    Raises
    ------
    MalformedLine
        A line cannot be read or lacks a column.
    ValueError
        The suffix cannot be read, or the file has no pair.
    """
    wanted = _Wanted(name_of(path), text, None, role=None)
    records, unit, blank = file_records(path, wanted)
    premises, hypotheses = [], []
    last = None
    for number, (premise, hypothesis) in _select(records, wanted, unit):
        if last is not None:
            gap = [last + 1] * (number > last + 1) if blank is None else blank
            if gap:
                problem = "a blank line between pairs. Take it out: a row of the output stands for each line."
                raise MalformedLine(wanted.source, gap[0], problem)
        elif blank:  # under the header
            blank.clear()
        last = number
        premises.append(premise)
        hypotheses.append(hypothesis)
    if not premises:
        source = name_of(path)
        raise ValueError(f"{source} holds no sentence pair. Give it at least one line with a premise and a hypothesis.")
    return wanted.said((premises, hypotheses))


def write_pairs(path: str | Path, pairs: Pairs) -> None:
    """Write pairs as a ``.jsonl`` file with the keys premise, hypothesis and label, which :func:`read_pairs` reads.

    Soft labels are written as objects: ``{"yes": 0.6, "no": 0.4}``.

    Raises
    ------
    ValueError
        If a label would be read back as another, such as two that differ only in case.
    """
    names = [pairs.label_names[label] for label in pairs.labels.tolist()]
    try:
        found, indices, _ = classes_of(names if pairs.distributions is None else pairs.label_names)
        safe = [found[i] for i in indices] == list(names if pairs.distributions is None else pairs.label_names)
    except BadLabel:
        safe = False
    if not safe:
        raise ValueError(
            f"{pairs.name}: labels called {', '.join(map(repr, pairs.label_names))} would not be read back from a file "
            "as they are. Rename them: words that differ in more than case, or whole numbers."
        )
    lines = []
    for row, (premise, hypothesis, label) in enumerate(
        zip(pairs.premises, pairs.hypotheses, pairs.labels.tolist(), strict=True)
    ):
        said: Any = pairs.label_names[label]
        if pairs.distributions is not None:
            said = dict(zip(pairs.label_names, pairs.distributions[row].tolist(), strict=True))
        lines.append(json.dumps({"premise": premise, "hypothesis": hypothesis, "label": said}, ensure_ascii=False))
    text = "".join(f"{line}\n" for line in lines)
    replace_file(Path(path), lambda new: new.write_text(text, encoding="utf-8"))


_P = TypeVar("_P", Pairs, ScoredPairs)


def whole(pairs: _P, path: Path, size: int, name: str) -> _P:
    """Return a corpus's pairs under their name, if there are as many as it has.

    Raises
    ------
    ValueError
        There are more or fewer.
    """
    if len(pairs) != size:
        raise ValueError(f"{path} has {len(pairs):,} pairs, but {name} has {size:,}. Replace it by a whole copy.")
    return replace(pairs, name=name)


def collect_pairs(records: Iterable[Record], *, source: str | Path, name: str) -> Pairs:
    """Gather records of NLI into :class:`Pairs`, without those labelled :data:`NO_LABEL`.

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
    return _pairs(records, _Wanted(source, None, None), name, LABELS, "line")


_T = TypeVar("_T")


class _Wanted:
    """Which columns are read: decided once, when the names of the columns are known, and called with them.

    Parameters
    ----------
    source
        The file's name, for errors and notices.
    text, label
        The names that were asked for.
    role
        What the third column is: ``"label"``, ``"score"``, ``"either"``, or ``None`` for no such column.
    unit
        What a place in the source is called.
    """

    def __init__(
        self, source: str | Path, text: Text, label: Label, *, role: str | None = "label", unit: str = "line"
    ) -> None:
        if text is not None and (isinstance(text, str) or len(text) != 2):
            example = option("text", ("question1", "question2"))
            raise ValueError(f"{option('text', text)}: name the two columns of texts, as in {example}.")
        self.source, self.text, self.label, self.role, self.unit = source, text, label, role, unit
        self.names: list[str] = []
        self._guessed = False

    @property
    def shares(self) -> bool:
        """Whether several columns hold the shares of the labels."""
        return self.label is not None and not isinstance(self.label, str)

    def __call__(self, present: Sequence[str], line: int, *, header: bool = True) -> list[str]:
        """Return the columns' names among those that are present, in a header or not; the first call decides."""
        if self.names:
            return self.names
        self._present, self._line, self._in_header = list(present), line, header and line > 0
        names = [self._named(name) for name in self.text] if self.text else self._texts()
        if self.role and self.label is not None:
            names += [self._named(name) for name in ([self.label] if isinstance(self.label, str) else self.label)]
        elif self.role:
            names.append(self._third(("score", "label") if self.role == "either" else (self.role,)))
        if len(set(names)) < len(names):
            raise self._error(f"the same column is named twice: {', '.join(map(repr, names))}.")
        self.names = names
        return names

    def said(self, found: _T) -> _T:
        """Return what was read, once the guessed columns have been told to whoever called a function here."""
        if self.names and self._guessed:
            third = ""
            if self.role:
                kind = "label or score" if self.role == "either" else self.role
                third = f", {'shares' if self.shares else kind} {self.names[2]!r}"
            ways = " and ".join(option(name) for name in ("text", *(["label"] if self.role else [])))
            texts = f"texts {self.names[0]!r} and {self.names[1]!r}"
            ways += " name others" if self.role else " names others"
            notice(f"{self.source}: read {texts}{third}; {ways}.", stacklevel=3)
        return found

    def _error(self, problem: str) -> MalformedLine:
        return MalformedLine(self.source, self._line, problem, self.unit)

    def _find(self, name: str) -> str | None:
        if name in self._present:
            return name
        found = [other for other in self._present if other.lower() == name.lower()]
        return found[0] if len(found) == 1 else None

    def _named(self, name: str) -> str:
        found = self._find(name)
        if found is None:
            asked = option("text" if self.text and name in self.text else "label")
            raise self._error(
                f"no column {name!r} among {', '.join(map(repr, self._present))}, which {asked} can name."
            )
        return found

    def _texts(self) -> list[str]:
        found = [self._first(COLUMNS[part]) for part in ("premise", "hypothesis")]
        if None not in found:
            return [name for name in found if name]
        for pair in TEXT_GUESSES:
            both = [self._like(name) for name in pair]
            if None not in both and both[0] != both[1]:
                self._guessed = True
                return [name for name in both if name]
        missing = "hypothesis" if found[0] else "premise"
        others = "; ".join(f"{first}, {second}" for first, second in TEXT_GUESSES)
        raise self._missing(
            COLUMNS[missing], f"{option('text', ('A', 'B'))}. Other pairs of names that are known: {others}"
        )

    def _third(self, roles: Sequence[str]) -> str:
        for role in roles:
            if name := self._first(COLUMNS[role]):
                return name
        for role in roles:
            if name := next((found for guess in GUESSES[role] if (found := self._like(guess))), None):
                self._guessed = True
                return name
        others = ", ".join(dict.fromkeys(name for role in roles for name in GUESSES[role]))
        remedy = f"{option('label', 'C')}. Other names that are known: {others}"
        scores = [self._like(name) for name in _NAMES_OF_SCORES] if roles == ("label",) else []
        if found := next((name for name in scores if name), None):
            takes = for_caller(python="read_scores and choose_blocks take", shell="`infersent choose` takes")
            remedy = f"{option('label', 'C')}. {found!r} has the name of scores; {takes} these"
        raise self._missing(COLUMNS[roles[-1]], remedy)

    def _first(self, names: Iterable[str]) -> str | None:
        return next((found for name in names if (found := self._find(name))), None)

    def _like(self, name: str) -> str | None:
        """Return the one column that has this name but for case, blanks, dashes and underscores."""
        found = [other for other in self._present if _bare(other) == _bare(name)]
        return self._find(name) or (found[0] if len(found) == 1 else None)

    def _missing(self, names: Sequence[str], remedy: str) -> MalformedLine:
        wanted = " or ".join(map(repr, names))
        present = ", ".join(map(repr, self._present))
        # The first line of a file may be a pair already.
        header = "The first line has to name the columns. " if self._in_header else ""
        return self._error(f"no column {wanted} among {present}. {header}Name yours by {remedy}.")


def _bare(name: str) -> str:
    return re.sub(r"[\s_-]", "", name).lower()


def _short(path: str | Path) -> str:
    return name_of(path) if str(path) == STDIN else Path(path).name


def _select(records: Iterable[Record], wanted: _Wanted, unit: str) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """Yield the place and the wanted cells of each record; the first record decides which names are used."""
    for number, record in records:
        names = wanted.names or wanted(list(record), number, header=False)
        try:
            cells = tuple([record[name] for name in names])
        except KeyError as error:
            raise MalformedLine(wanted.source, number, f"no {error.args[0]!r} on this line.", unit) from None
        for name, value in zip(names[:2], cells, strict=False):
            if not isinstance(value, str):
                remedy = "Put it in quotes." if unit == "line" else "Fill it, or take the row out."
                raise MalformedLine(wanted.source, number, f"{name!r} is {value!r}, not text. {remedy}", unit)
            _check_unicode(name, value, wanted.source, number, unit)
        for name, value in zip(names[2:], cells[2:], strict=True):
            if isinstance(value, str):
                _check_unicode(name, value, wanted.source, number, unit)
        yield number, cells


def _check_unicode(name: str, value: str, source: str | Path, number: int, unit: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError as error:  # JSON can hold half of a surrogate pair, which is not a character
        problem = f"{name!r} is {value!r}, which is not Unicode ({error})."
        raise MalformedLine(source, number, problem, unit) from None


_Gathered: TypeAlias = tuple[list[int], list[str], list[str], list[Any]]


def _gather(records: Iterable[Record], wanted: _Wanted, unit: str) -> _Gathered:
    """Return the places, the two texts and what is in the other columns of all records."""
    places, premises, hypotheses, rest = [], [], [], []
    for number, (premise, hypothesis, *others) in _select(records, wanted, unit):
        places.append(number)
        premises.append(premise)
        hypotheses.append(hypothesis)
        rest.append(others if wanted.shares else others[0])
    return places, premises, hypotheses, rest


def _pairs(records: Iterable[Record], wanted: _Wanted, name: str, labels: Sequence[str] | None, unit: str) -> Pairs:
    return _labelled(_gather(records, wanted, unit), wanted, name, labels, unit)


def _labelled(gathered: _Gathered, wanted: _Wanted, name: str, labels: Sequence[str] | None, unit: str) -> Pairs:
    places, premises, hypotheses, values = gathered
    if values and (wanted.shares or isinstance(values[0], dict)):
        return _soft(gathered, wanted, name, labels, unit)
    try:
        names, indices, rows = classes_of(values, labels, wanted.names[2] if wanted.names else "label")
    except BadLabel as error:
        raise MalformedLine(wanted.source, places[error.row], str(error), unit) from None
    if not len(indices):
        raise ValueError(f"{wanted.source} holds no labelled pair. Give it at least one, with a label.")
    if labels is not None and indices.min() > 0:
        _tell_places([values[row] for row in rows], indices, names, wanted.source)
    if len(rows) < len(values):
        premises, hypotheses = ([column[row] for row in rows] for column in (premises, hypotheses))
    return Pairs(premises, hypotheses, indices, name, label_names=names)


def _tell_places(values: list[Any], indices: Ints, names: Sequence[str], source: str | Path) -> None:
    """Say which number was taken for which label where 0 is not among them: they may have been counted from 1."""
    pairs = {str(plain(value)): names[i] for value, i in zip(values, indices.tolist(), strict=True)}
    taken = ", ".join(f"{value} for {name!r}" for value, name in sorted(pairs.items()) if value.lower() != name.lower())
    if taken:
        notice(
            f"{source}: numbers are the places of labels, counted from 0, so {taken} was taken; none is 0. If yours "
            "are counted from 1, write the names themselves into the column.",
            stacklevel=5,
        )


def _soft(gathered: _Gathered, wanted: _Wanted, name: str, labels: Sequence[str] | None, unit: str) -> Pairs:
    """Return pairs with a distribution each, from votes or shares that need not add up to one."""
    places, premises, hypotheses, values = gathered
    if wanted.shares:
        names = tuple(wanted.names[2:])
        votes: list[dict[str, Any]] = [dict(zip(names, row, strict=True)) for row in values]
    else:
        votes = values
        for place, vote in zip(places, votes, strict=True):
            if not isinstance(vote, dict):
                problem = f"column {wanted.names[2]!r}: {vote!r} is no distribution, while others are."
                raise MalformedLine(wanted.source, place, problem, unit)
        # A table's struct has a key for every label that any row names, and None where the row does not.
        votes = [{key: number for key, number in vote.items() if number is not None} for vote in votes]
        names, _, _ = classes_of(sorted({str(key) for vote in votes for key in vote}))
    if labels is not None:
        names = tuple(labels)
    folded = {label.lower(): i for i, label in enumerate(names)}
    shares = np.zeros((len(votes), len(names)))
    for row, (place, vote) in enumerate(zip(places, votes, strict=True)):
        for key, number in vote.items():
            if (column := folded.get(str(key).lower())) is None:
                raise MalformedLine(wanted.source, place, f"unknown label {key!r}; {', '.join(names)} are known.", unit)
            shares[row, column] = _number(number, key, wanted, place, unit)
        if shares[row].min() < 0 or not shares[row].sum() > 0:
            problem = f"the shares {vote!r} are no distribution: none may be negative, and one must be above 0."
            raise MalformedLine(wanted.source, place, problem, unit)
    if not len(shares):
        raise ValueError(f"{wanted.source} holds no labelled pair. Give it at least one, with a label.")
    shares /= shares.sum(axis=1, keepdims=True)
    return Pairs(premises, hypotheses, shares.argmax(axis=1), name, label_names=names, distributions=shares)


def _scored(records: Iterable[Record], wanted: _Wanted, name: str, unit: str) -> ScoredPairs:
    return _with_scores(_gather(records, wanted, unit), wanted, name, unit)


def _with_scores(gathered: _Gathered, wanted: _Wanted, name: str, unit: str) -> ScoredPairs:
    places, premises, hypotheses, values = gathered
    if wanted.shares:
        raise ValueError(f"{wanted.source}: scores are in one column; {option('label', wanted.label)} names several.")
    if not values:
        raise ValueError(f"{wanted.source} holds no pair with a score. Give it at least one.")
    scores = [_number(value, wanted.names[2], wanted, p, unit) for p, value in zip(places, values, strict=True)]
    return ScoredPairs(premises, hypotheses, np.array(scores), name)


def _either(records: Iterable[Record], wanted: _Wanted, name: str, unit: str) -> Pairs | ScoredPairs:
    gathered = _gather(records, wanted, unit)
    of_scores = wanted.names and not wanted.shares and _bare(wanted.names[2]) in map(_bare, _NAMES_OF_SCORES)
    if of_scores and any(_is_number(value) for value in gathered[3]):  # "high" and "low" are labels, whatever the name
        return _with_scores(gathered, wanted, name, unit)
    try:
        classes_of([] if wanted.shares or isinstance(next(iter(gathered[3]), None), dict) else gathered[3])
    except Fractions:
        return _with_scores(gathered, wanted, name, unit)
    except BadLabel:
        pass  # said below, with its place
    return _labelled(gathered, wanted, name, None, unit)


def _is_number(value: Any) -> bool:
    try:
        return not isinstance(value, bool) and bool(np.isfinite(float(value)))
    except (TypeError, ValueError, OverflowError):
        return False


def _number(value: Any, column: str, wanted: _Wanted, place: int, unit: str) -> float:
    """Return a cell as a finite number."""
    try:
        number = float(plain(value) if not isinstance(value, str) else value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        number = np.nan
    if not np.isfinite(number) or isinstance(value, bool):
        raise MalformedLine(wanted.source, place, f"{column!r} is {value!r}, not a finite number.", unit)
    return number
