"""A link shows what it leads to: to a pointer that rests on it and to a keyboard, and it never gets in the way."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.test_pages import PAGES, serious, turn

pytestmark = pytest.mark.browser

PATH = "book/features/product.html"
CHAPTERS = [path for path in PAGES if path.count("/") == 2]


def card(page: Page) -> Locator:
    return page.locator("#preview")


def term(page: Page) -> Locator:
    """A link to the glossary."""
    return page.locator("article p a[href$='#term-logit']")


def reach(page: Page, link: Locator) -> None:
    """Come to a link with the keyboard, from the place before it."""
    link.evaluate(
        """link => {
            const before = document.createElement("button");
            link.before(before);
            before.focus();
        }"""
    )
    page.keyboard.press("Tab")
    expect(link).to_be_focused()


def test_rest_on_a_term_shows_its_entry_until_the_pointer_leaves_both(any_book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{any_book_url}/{PATH}")
    expect(card(page)).to_be_hidden()
    term(page).hover()
    expect(card(page)).to_be_visible()
    expect(card(page)).to_contain_text("A score for one label.")
    expect(term(page)).to_have_attribute("aria-describedby", "preview")
    card(page).hover()
    page.wait_for_timeout(400)
    expect(card(page)).to_be_visible()
    page.mouse.move(5, 5)
    expect(card(page)).to_be_hidden()
    expect(term(page)).not_to_have_attribute("aria-describedby", "preview")


def test_focus_shows_it_escape_closes_it_and_the_keyboard_goes_on(book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{book_url}/{PATH}")
    reach(page, term(page))
    expect(card(page)).to_be_visible()
    page.keyboard.press("Escape")
    expect(card(page)).to_be_hidden()
    expect(term(page)).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#preview')") is None
    reach(page, term(page))
    expect(card(page)).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url("**/glossary.html#term-logit")


@pytest.mark.parametrize(
    ("selector", "text"),
    [
        ("a[href$='#equation-eq-logits']", "(2)"),
        ("a[href*='#thm-']", "The order of the sentences"),
        ("a[href='#fig-pro-level']", "The same gap of 0.1 at every level."),
        (".bibtex-citation a", "Multiplicative interactions and where to find them."),
        ("a[href='signs.html']", "negative times positive"),
    ],
)
def test_equations_theorems_figures_citations_and_pages_show_themselves(
    book_url: str, open_page: OpenPage, selector: str, text: str
) -> None:
    page = open_page(f"{book_url}/{PATH}")
    link = page.locator(f"article p {selector}:visible").first
    link.hover()
    expect(card(page)).to_contain_text(text)
    assert card(page).locator("a, button, input, [tabindex], [id]").count() == 0
    assert link.get_attribute("title") is None


def test_a_tap_follows_the_link_and_shows_nothing(book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{book_url}/{PATH}", has_touch=True, viewport={"width": 390, "height": 800})
    page.evaluate(
        """() => {
            window.opened = 0;
            const card = document.getElementById("preview");
            new MutationObserver(() => window.opened++).observe(card, { childList: true });
            document.addEventListener("click", (event) => event.preventDefault());
        }"""
    )
    term(page).tap()
    page.wait_for_timeout(600)
    assert page.evaluate("window.opened") == 0


@pytest.mark.parametrize("width", [1280, 390])
def test_a_preview_stays_within_the_window(book_url: str, open_page: OpenPage, width: int) -> None:
    page = open_page(f"{book_url}/{PATH}", viewport={"width": width, "height": 700})
    for link in page.locator("article p a.reference.internal:visible").all()[:6]:
        link.scroll_into_view_if_needed()
        page.mouse.move(1, 1)
        expect(card(page)).to_be_hidden()
        link.hover()
        expect(card(page)).to_be_visible()
        box = card(page).bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_open_preview_is_accessible(book_url: str, open_page: OpenPage, scheme: str) -> None:
    page = open_page(f"{book_url}/{PATH}")
    turn(page, scheme)
    page.locator("article p a[href*='#thm-']:visible").first.hover()
    expect(card(page)).to_be_visible()
    assert serious(page) == []


def test_paper_shows_no_preview(book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{book_url}/{PATH}")
    term(page).hover()
    expect(card(page)).to_be_visible()
    page.emulate_media(media="print")
    expect(card(page)).to_be_hidden()


@pytest.mark.parametrize("path", CHAPTERS)
def test_a_chapter_links_each_term_of_the_glossary_once_and_in_its_text(built_book: Path, path: str) -> None:
    page = (built_book / path).read_text(encoding="utf-8")
    article = re.search(r"<article.*</article>", page, re.DOTALL)[0]
    linked = re.findall(r'glossary\.html#(term-[^"]+)"', article)
    assert linked
    headings = "".join(re.findall(r"<h[1-6].*?</h[1-6]>|<pre.*?</pre>", article, re.DOTALL))
    assert "#term-" not in headings
    assert {f'data-preview="../glossary.html#{term}"' in page for term in linked} == {True}
