"""The first use of a term in a chapter's running text is found, and only there."""

from pathlib import Path

import pytest
from docutils import nodes
from glossary_links import first_uses, pattern, terms
from sphinx import addnodes
from sphinx_exercise.nodes import solution_node
from sphinx_proof.nodes import proof_node

ROOT = Path(__file__).parents[2]


def uses(*children, names=("head", "additive head", "logit"), exceptions=()):
    """The terms that are found, as they are spelt, with the text around them."""
    page = nodes.section("", *children)
    return [
        (name, str(text)[begin:end], str(text))
        for text, found in first_uses(page, list(names), exceptions).items()
        for name, begin, end in found
    ]


def paragraph(*parts):
    return nodes.paragraph("", "", *(nodes.Text(part) if isinstance(part, str) else part for part in parts))


def test_the_first_use_counts_and_no_later_one():
    assert uses(paragraph("One logit, two logits."), paragraph("A logit.")) == [
        ("logit", "logit", "One logit, two logits.")
    ]


def test_the_longer_term_is_found_before_the_one_within():
    text = "An additive head is a head."
    assert uses(paragraph(text)) == [("additive head", "additive head", text), ("head", "head", text)]


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("head", "Heads differ", "Heads"),
        ("head", "ahead of the headline, head-on", None),
        ("hypothesis", "three hypotheses to it", "hypotheses"),
        ("hypothesis", "a hypothetical", None),
        ("McNemar's test", "by McNemar’s tests", "McNemar’s tests"),
        ("bag of words", "a bag\nof words", "bag\nof words"),
        ("redundancy", "two redundancies", "redundancies"),
        ("SNLI", "on SNLI-hard", None),
        ("SNLI", "on snli", None),
        ("element-wise product", "Element-wise products", "Element-wise products"),
    ],
)
def test_forms_of_a_term(name, text, found):
    match = pattern((name,)).search(text)
    assert (match and match[0]) == found


@pytest.mark.parametrize(
    "elsewhere",
    [
        nodes.title("", "The logit"),
        paragraph(nodes.literal("", "logit")),
        paragraph(nodes.math("", "logit")),
        paragraph(nodes.reference("", "the logit", refuri="x")),
        nodes.literal_block("", "logit = 1"),
        nodes.table("", paragraph("logit")),
        proof_node("", paragraph("Its logit.")),
        solution_node("", paragraph("Its logit.")),
    ],
    ids=lambda node: type(node).__name__,
)
def test_only_running_text_is_linked(elsewhere):
    assert uses(elsewhere, paragraph("A logit.")) == [("logit", "logit", "A logit.")]


def test_a_term_that_its_author_linked_is_used():
    own = addnodes.pending_xref("", nodes.inline("", "logits"), reftype="term", reftarget="Logit")
    assert uses(paragraph("Two ", own), paragraph("A logit.")) == []


def test_a_spelling_that_means_something_else_is_passed_over():
    found = uses(paragraph("Heads or tails?"), paragraph("The head."), exceptions=("Heads",))
    assert found == [("head", "head", "The head.")]


def test_every_entry_of_the_glossary_is_a_term():
    found = terms((ROOT / "book" / "glossary.md").read_text("utf-8"))
    assert {"additive head", "McNemar's test", "SNLI-hard", "word vector"} <= set(found)
    assert len(found) == len(set(found))
    assert not any(name.startswith((" ", ":", "`")) for name in found)
