"""How long a chapter takes: the words that a reader meets with everything folded."""

import pytest
from chapters import is_chapter
from docutils import nodes
from reading_time import count_words, reading_time
from sphinx_exercise.nodes import solution_node
from sphinx_proof.nodes import proof_node


def test_words_count_and_formulas_are_one_word_each():
    text = nodes.paragraph(
        "", "", nodes.Text("Let a dog – any dog – be "), nodes.math("", "u \\in R^d"), nodes.Text(".")
    )
    assert count_words(text) == 7


@pytest.mark.parametrize("kind", [nodes.literal_block, solution_node, proof_node])
def test_what_waits_folded_does_not_count(kind):
    shown = nodes.paragraph("", "three words here")
    page = nodes.section("", shown, kind("", nodes.paragraph("", "and many more words of which nobody knows yet")))
    assert count_words(page) == 3


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (0, "About 1 minute: 0 words at 200 a minute"),
        (250, "About 1 minute: 250 words at 200 a minute"),
        (2790, "About 14 minutes: 2,790 words at 200 a minute"),
    ],
)
def test_the_time_is_said_with_its_rule(words, said):
    assert reading_time(words) == said


def test_chapters_are_the_pages_in_folders():
    assert is_chapter("book/features/product")
    assert not any(map(is_chapter, ("book/glossary", "book/intro", "search")))
