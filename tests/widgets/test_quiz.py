"""The quizzes: every chapter has one, each answer its reason, and a file that is not as it should be says why."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from infersent.widgets import Quiz
from infersent.widgets.quiz import chapters, read_questions
from tests.claims.prose import says

ROOT = Path(__file__).parents[2]
PARTS = ("question", "features", "snli", "inside", "beyond")
NOTEBOOKS = {path.stem: path for part in PARTS for path in (ROOT / "book" / part).glob("*.ipynb")}

QUESTION = """
[[question]]
ask = "Which?"
[[question.choice]]
text = "This"
why = "Because."
right = true
[[question.choice]]
text = "That"
why = "It is not."
"""


def test_every_chapter_has_its_quiz():
    assert chapters() == sorted(NOTEBOOKS)
    for name, path in NOTEBOOKS.items():
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        assert sum(f'Quiz("{name}")' in "".join(cell["source"]) for cell in cells) == 1, name


@pytest.mark.parametrize("name", chapters())
def test_three_to_five_questions_each_with_a_reason_for_every_choice(name):
    questions = Quiz(name).questions
    assert 3 <= len(questions) <= 5
    for question in questions:
        texts = [choice["text"] for choice in question["choices"]]
        assert len(set(texts)) == len(texts)
        assert all(len(choice["why"].split()) >= 3 for choice in question["choices"])
        assert question["ask"].endswith(("?", "…"))


def test_the_right_answer_is_not_always_in_the_same_place():
    places = Counter(
        next(place for place, choice in enumerate(question["choices"]) if choice.get("right"))
        for name in chapters()
        for question in Quiz(name).questions
    )
    assert max(places.values()) < 0.5 * sum(places.values())
    assert min(places[place] for place in range(3)) > 0.2 * sum(places.values())


@pytest.mark.parametrize(
    ("chapter", "asked", "said"),
    [
        ("features/big-enough-network", "nine to forty times", "saves a network nine to forty times its examples"),
        ("features/difference", "three times as far", "change of $A - B$ three times as large"),
        ("features/product", "three times as high", "scores three times as high with $v$ as with itself"),
        ("features/signs", "About three coordinates in ten", "about three in ten"),
        ("features/signs", "about a tenth of the product", "about a tenth of the product"),
        ("features/signs", "a quarter of a point at most", "costs a quarter of a point at most"),
        ("inside/under-the-knife", "little more than half", "right on little more than half of ours"),
        ("snli/how-far-it-holds", "5,000 to 122,755 pairs", "from 5,000 to 122,755 pairs"),
        ("snli/is-it-scale", "about a quarter of its lag", "makes up about a quarter of it at most"),
        ("snli/is-it-scale", "more than a point worse", "more than a point worse"),
        ("snli/what-each-feature-buys", "within about a point of all four", "comes within about a point of all four"),
    ],
)
def test_a_number_in_a_quiz_is_one_of_its_chapter(chapter, asked, said):
    """The chapter's own numbers are held to records by tests/claims."""
    assert asked in json.dumps(Quiz(chapter.partition("/")[2]).questions, ensure_ascii=False)
    says(chapter, said)


@pytest.mark.parametrize("name", chapters())
def test_no_mark_is_shown_as_it_is_written(name):
    assert not set("`*") & set(Quiz(name).fallback_html())


def test_one_quiz_more_would_be_named():
    with pytest.raises(ValueError, match=r"'produkt'.*'product'"):
        Quiz("produkt")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("ask = ", "x.toml: "),
        ("", "x.toml holds nothing"),
        ('other = "1"', "x.toml holds other"),
        (QUESTION.replace('ask = "Which?"', ""), "x.toml, question 1 needs 'ask'"),
        (QUESTION.replace('"This"', '""'), "x.toml, question 1, choice 1 needs 'text'"),
        (QUESTION.replace("right = true", "rigth = true"), "choice 1 has 'rigth'; it can have text, why, right"),
        (QUESTION.replace("right = true", ""), "has 2 choices, 0 of them right"),
        (QUESTION.replace('"It is not."', '"It is not."\nright = true'), "has 2 choices, 2 of them right"),
        (QUESTION.replace("Which?", "Which `u?"), "a backtick in 'ask' lacks its partner"),
    ],
)
def test_what_is_not_as_it_should_be_is_named(text, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        read_questions(text, "x.toml")


def test_the_twin_has_questions_choices_and_reasons():
    quiz = Quiz("product")
    twin = quiz.fallback_html()
    assert twin.count("<details>") == len(quiz.questions)
    assert twin.count("<strong>Right.</strong>") == len(quiz.questions)
    assert twin.count("<li>") == sum(1 + 2 * len(question["choices"]) for question in quiz.questions)
    assert '<em class="block-p-text">u∗v</em>' in twin
    assert "`" not in twin
    assert "the <em>hypothesis</em> has beyond" in Quiz("difference").fallback_html()
    assert repr(quiz) == "Quiz('product')"
