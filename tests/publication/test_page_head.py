"""What a page says of itself in its head, its ids, and its list of references."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from docutils.frontend import get_default_settings
from docutils.nodes import math, paragraph, section
from docutils.utils import new_document

from tests.publication.conftest import ROOT
from tests.publication.pages import read
from tests.publication.test_address import load

head = load("page_head")
FRONT, CHAPTER = "book/intro.html", "book/part/chapter.html"


def meta(path: Path) -> dict[str, str]:
    return {e.get("name") or e.get("property"): e.get("content") for e in read(path) if e.tag == "meta"}


def test_a_page_is_described_by_its_first_sentences_in_plain_letters(without: Path) -> None:
    said = meta(without / FRONT)
    assert said["description"] == (
        "It reads two sentences. It turns them into u and v, and asks for max(v−u, 0). "
        "The fourth is Nie and Bansal’s again."
    )
    assert said["og:description"] == said["description"]
    assert meta(without / CHAPTER)["og:title"] == "A chapter"


def test_the_front_pages_title_is_said_once(without: Path) -> None:
    found = re.search(r"<title>(.*?)</title>", (without / FRONT).read_text(encoding="utf-8"))
    assert found[1] == "A front page"


def test_a_page_asks_ahead_for_the_letters_that_it_has_before_any_style_sheet(without: Path) -> None:
    page = (without / FRONT).read_text(encoding="utf-8")
    asked = re.search(r"for \(const name of (\[.*?\])\)", page)
    assert json.loads(asked[1]) == head.fonts(page)
    assert asked.end() < page.index('rel="stylesheet"')
    assert head.fonts("<p>a</p>") == ["book-serif.woff2", "book-sans.woff2"]
    assert head.fonts("<p><em>a</em> <math>b</math></p>")[2:] == ["book-serif-italic.woff2", "stix-two-math.woff"]
    assert all(
        (ROOT / "book" / "_static" / "fonts" / name).is_file() for name in [*head.FONTS, *head.FONTS_OF.values()]
    )


@pytest.mark.parametrize("path", [FRONT, CHAPTER])
def test_no_two_elements_of_a_page_share_an_id(without: Path, path: str) -> None:
    ids = [e.get("id") for e in read(without / path) if e.get("id")]
    assert len(ids) == len(set(ids)), sorted({name for name in ids if ids.count(name) > 1})


def test_the_list_of_references_has_the_labels_that_the_text_cites(without: Path) -> None:
    page = (without / CHAPTER).read_text(encoding="utf-8")
    labels = re.findall(r'class="fn-bracket">\[</span>(.*?)<span', page)
    assert labels == ["Conneau et al., 2017", "Nie and Bansal, 2017"]
    text = re.sub(r"<[^>]*>", "", (without / FRONT).read_text(encoding="utf-8"))
    assert f"[{labels[0]}]" in text
    assert "Nie and Bansal [2017]" in text


@pytest.mark.parametrize(
    ("tex", "said"),
    [
        ("u * v", "u∗v"),
        ("|u-v|", "|u−v|"),
        (r"\max(v-u, 0)", "max(v−u, 0)"),
        (r"[\,u\;;\;v\,]", "[ u ; v ]"),
        (r"W_p", head._FORMULA),
        (r"\sum u", head._FORMULA),
    ],
)
def test_a_formula_in_plain_letters(tex: str, said: str) -> None:
    assert head.plain_formula(tex) == said


def described(*sentences: str) -> str:
    document = new_document("page", get_default_settings())
    document += section("", paragraph("", " ".join(sentences)))
    return head.description(document)


def test_a_long_first_sentence_ends_at_a_word() -> None:
    said = described("word, " * 60)
    assert len(said) <= head.LONGEST
    assert said.endswith("word…")


def test_only_whole_sentences_follow_the_first() -> None:
    first, second = f"A{' word' * 20}.", f"B{' word' * 20}."
    assert described(first, second) == first


def test_a_page_without_a_sentence_has_no_description() -> None:
    document = new_document("page", get_default_settings())
    document += section("", paragraph("", "", math("", r"\sum_i u_i")))
    assert head.description(document) == ""
