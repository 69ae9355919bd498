"""The search finds what a reader means, chapters before reference pages, quotes it, and works from disk."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.test_pages import serious, turn

pytestmark = pytest.mark.browser

#: What a reader may type, and the address of the first hit that he expects.
EXPECTED = {
    "element-wise product": "book/features/product.html",
    "elementwise product": "book/features/product.html",
    "Hadamard": "book/features/product.html",
    "u*v": "book/features/product.html",
    "u∗v": "book/features/product.html",
    "|u-v|": "book/features/difference.html",
    "absolute difference": "book/features/difference.html",
    "negative times positive": "book/features/signs.html",
    "max pooling": "book/features/signs.html",
    "additive head": "book/features/concatenation.html#the-additive-theorem",
    "inclusion": "book/features/product.html#inclusion-what-either-block-is-for",
    "rotations": "book/features/product-bases.html",
    "redundancy": "book/features/difference-or-product.html",
    "bag of words": "book/snli/baselines.html",
    "hypothesis-only": "book/snli/baselines.html",
    "learning rate": "book/snli/training.html",
    "ablation": "book/snli/what-each-feature-buys.html",
    "attribution": "book/inside/the-ledger.html",
    "Sentence-BERT": "book/beyond/transformer.html",
    "re-ranking": "book/how-to/re-ranking.html",
    "McNemar": "book/glossary.html#term-McNemar-s-test",
    "standard error": "book/glossary.html#term-standard-error",
    "pair_features": "book/api-model.html#infersent.model.features.pair_features",
    "InferSent.from_pretrained": "book/api-model.html#infersent.model.infersent.InferSent.from_pretrained",
    "redund": "book/features/difference-or-product.html",  # not yet written to its end
}


def ask(page: Page, query: str) -> Locator:
    """Ask for a query on the search page that is open, and return what was found."""
    page.goto(f"{page.url.split('?')[0]}?q={quote(query)}")
    expect(page.locator(".search-summary")).not_to_be_empty()
    return page.locator("#search-results li")


def test_the_first_hit_is_the_one_expected(any_book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{any_book_url}/search.html", alone=True)
    found = {query: ask(page, query).locator("a").first.get_attribute("href") for query in EXPECTED}
    assert {query: href.removeprefix("./") for query, href in found.items()} == EXPECTED


def test_a_chapter_stands_before_every_page_of_the_reference(book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{book_url}/search.html", alone=True)
    for query in ("redundancy", "transformer", "hypothesis"):
        links = ask(page, query).locator("a:first-child").evaluate_all("links => links.map(link => link.href)")
        assert any("/api" in link for link in links[1:])
        assert "/api" not in links[0]


def test_what_is_quoted_is_plain_text_with_the_words_marked(book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{book_url}/search.html", alone=True)
    for query in ("Hadamard", "interaction", "softmax"):
        found = ask(page, query)
        quoted = " ".join(found.locator("p.context").all_inner_texts())
        assert "\\" not in quoted
        assert "$" not in quoted
        assert {text.lower()[:8] for text in found.locator("mark").all_inner_texts()} == {query.lower()[:8]}


def test_a_link_leads_to_the_section(any_book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{any_book_url}/search.html", alone=True)
    ask(page, "inclusion").locator("a").first.click()
    expect(page.get_by_role("heading", name="Inclusion: what either block is for")).to_be_in_viewport()


@pytest.mark.parametrize("query", ["zzzz", "%"])
def test_nothing_found_is_said(book_url: str, open_page: OpenPage, query: str) -> None:
    page = open_page(f"{book_url}/search.html", alone=True)
    expect(ask(page, query)).to_have_count(0)
    expect(page.locator(".search-summary")).to_have_text("No page has these words.")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_results_are_accessible_and_fit_a_phone(book_url: str, open_page: OpenPage, scheme: str) -> None:
    page = open_page(f"{book_url}/search.html", alone=True, viewport={"width": 390, "height": 800})
    turn(page, scheme)
    expect(ask(page, "interaction").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert serious(page) == []


def test_other_pages_load_nothing_of_the_search(book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{book_url}/book/features/product.html")
    assert page.locator("script[src*=section-search]").count() == 0
