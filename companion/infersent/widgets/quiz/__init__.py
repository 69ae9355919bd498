"""A quiz at the end of a chapter: a few questions, several attempts, and for each answer the reason."""

from __future__ import annotations

import html
import re
import tomllib
from functools import cache
from importlib import resources
from itertools import zip_longest
from pathlib import Path
from typing import Any

import traitlets

from infersent.foundation.choices import choose
from infersent.widgets.base import BookWidget

#: How a text marks a symbol, such as `u∗v`, and the class of the blocks' colours.
_COLOURS = {"u": "u", "v": "v", "|u−v|": "d", "u∗v": "p"}
#: How it marks a stressed word.
_STRESSED = re.compile(r"\*([^*]+)\*")


class Quiz(BookWidget):
    """The questions of a chapter.

    A reader may try as often as they like. Each answer says at once whether it is right, and why one would think so. In
    a page, the browser remembers what was tried, and nobody else does.

    Parameters
    ----------
    chapter : str
        The name of the chapter's file, such as "product".

    Attributes
    ----------
    questions : list of dict
        Each with ``ask``, and ``choices`` with ``text``, ``why`` and, for the right one, ``right``.
    tried : list of list of int
        For each question the places of the choices that the reader has tried, in that order.

    Raises
    ------
    ValueError
        If there are no questions for that chapter, or they are not as they should be: see :func:`read_questions`.

    Examples
    --------
    >>> quiz = Quiz("product")
    >>> quiz
    Quiz('product')
    >>> quiz.tried
    [[], [], [], []]
    """

    _esm = Path(__file__).with_name("quiz.mjs")

    chapter = traitlets.Unicode().tag(sync=True)
    questions = traitlets.List(traitlets.Dict()).tag(sync=True)
    tried = traitlets.List(traitlets.List(traitlets.Int())).tag(sync=True)

    def __init__(self, chapter: str, **kwargs: Any) -> None:
        known = {path.name.removesuffix(".toml"): path for path in _folder().iterdir() if path.name.endswith(".toml")}
        choose("quiz", chapter, known)
        questions = read_questions(known[chapter].read_text(encoding="utf-8"), f"{chapter}.toml")
        kwargs.setdefault("tried", [[] for _ in questions])
        super().__init__(chapter=chapter, questions=questions, **kwargs)

    def __repr__(self) -> str:
        return f"Quiz({self.chapter!r})"

    def fallback_html(self) -> str:
        """Return the questions as a list, with the answer to each folded under it."""
        items = []
        for question in self.questions:
            choices = "".join(f"<li>{_marked(choice['text'])}</li>" for choice in question["choices"])
            reasons = "".join(
                f"<li>{'<strong>Right.</strong> ' if choice.get('right') else ''}{_marked(choice['why'])}</li>"
                for choice in question["choices"]
            )
            items.append(
                f'<li><p>{_marked(question["ask"])}</p><ol type="a">{choices}</ol>'
                f'<details><summary>Which, and why?</summary><ol type="a">{reasons}</ol></details></li>'
            )
        return f"<p>{len(items)} questions.</p>\n<ol>\n" + "\n".join(items) + "\n</ol>"


def _folder() -> Any:
    return resources.files(__name__) / "questions"


@cache
def chapters() -> list[str]:
    """Return the chapters that have a quiz, in alphabetical order."""
    return sorted(path.name.removesuffix(".toml") for path in _folder().iterdir() if path.name.endswith(".toml"))


def read_questions(text: str, name: str) -> list[dict[str, Any]]:
    """Read questions: ``[[question]]`` tables with ``ask``, and ``[[question.choice]]`` with ``text`` and ``why``.

    Parameters
    ----------
    text
        TOML. Backticks stand around a symbol, such as ```u∗v```, and asterisks around a word that is stressed.
    name
        The file's name, for errors.

    Raises
    ------
    ValueError
        If it is not TOML; a question has fewer than two choices, or not one with ``right = true``; a field is missing,
        empty or unknown; or a backtick lacks its partner. The message names file and question.
    """
    try:
        read = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{name}: {error}.") from error
    if list(read) != ["question"] or not isinstance(read["question"], list):
        raise ValueError(f"{name} holds {', '.join(read) or 'nothing'}; it should hold [[question]] tables alone.")
    questions = []
    for number, question in enumerate(read["question"], start=1):
        where = f"{name}, question {number}"
        _check_fields(question, {"ask": str, "choice": list}, where)
        choices = question["choice"]
        for place, choice in enumerate(choices, start=1):
            _check_fields(choice, {"text": str, "why": str}, f"{where}, choice {place}", may=("right",))
        right = sum(choice.get("right") is True for choice in choices)
        if len(choices) < 2 or right != 1:
            raise ValueError(
                f"{where} has {len(choices)} choices, {right} of them right; it needs two or more, one right."
            )
        questions.append({"ask": question["ask"], "choices": choices})
    return questions


def _check_fields(table: dict[str, Any], fields: dict[str, type], where: str, may: tuple[str, ...] = ()) -> None:
    for field, kind in fields.items():
        value = table.get(field)
        if not isinstance(value, kind) or not value:
            raise ValueError(f"{where} needs {field!r}, which is {value!r}.")
        if isinstance(value, str) and value.count("`") % 2:
            raise ValueError(f"{where}: a backtick in {field!r} lacks its partner: {value!r}.")
    if unknown := sorted(set(table) - set(fields) - set(may)):
        raise ValueError(f"{where} has {unknown[0]!r}; it can have {', '.join([*fields, *may])}.")


def _marked(text: str) -> str:
    """Return a text as HTML, symbols and stressed words in italics and the blocks in their colours."""
    pieces = text.split("`")
    return "".join(
        _STRESSED.sub(r"<em>\1</em>", html.escape(plain))
        + (f"<em{_coloured(symbol)}>{html.escape(symbol)}</em>" if symbol else "")
        for plain, symbol in zip_longest(pieces[::2], pieces[1::2], fillvalue="")
    )


def _coloured(symbol: str) -> str:
    return f' class="block-{_COLOURS[symbol]}-text"' if symbol in _COLOURS else ""
