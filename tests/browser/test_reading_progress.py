"""What a reader has read is remembered in the browser, and ticked in the sidebar; nothing is sent."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.test_pages import serious
from tests.browser.test_two_depths import REFUSE_TO_REMEMBER

pytestmark = pytest.mark.browser

PATH = "book/features/product.html"
OTHER = "book/snli/training.html"
REFERENCE = "book/intro.html"  # no chapter


def box(page: Page) -> Locator:
    return page.get_by_role("checkbox", name="Mark as read")


def ticked(page: Page) -> list[str]:
    """The texts of the sidebar's links that have a tick."""
    return page.locator(".bd-sidebar-primary a:has(.is-read)").all_inner_texts()


def turn_to(page: Page, url: str, ticks: int) -> None:
    """Open another page, until it has that many ticks: a browser may hand over late what the page before it stored."""
    for _ in range(20):
        page.goto(url)
        if len(ticked(page)) == ticks:
            return
        page.wait_for_timeout(500)
    assert len(ticked(page)) == ticks


def test_a_chapter_marked_by_keyboard_is_ticked_on_every_page_until_unmarked(
    any_book_url: str, open_page: OpenPage
) -> None:
    page = open_page(f"{any_book_url}/{PATH}")
    assert ticked(page) == []
    box(page).focus()
    page.keyboard.press("Space")
    assert len(ticked(page)) == 1
    title = page.locator("article h1").evaluate("heading => heading.firstChild.data")
    assert title in ticked(page)[0]
    turn_to(page, f"{any_book_url}/{OTHER}", ticks=1)
    expect(box(page)).not_to_be_checked()
    box(page).check()
    assert len(ticked(page)) == 2
    turn_to(page, f"{any_book_url}/{PATH}", ticks=2)
    expect(box(page)).to_be_checked()
    box(page).uncheck()
    assert len(ticked(page)) == 1


def test_what_one_tab_marks_another_ticks_at_once(book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{book_url}/{PATH}")
    other, reference = page.context.new_page(), page.context.new_page()
    other.goto(f"{book_url}/{PATH}")
    reference.goto(f"{book_url}/{REFERENCE}")
    box(other).check()
    expect(box(page)).to_be_checked()
    for tab in (page, reference):
        expect(tab.locator(".bd-sidebar-primary a .is-read")).to_have_count(1)
    page.evaluate("localStorage.clear()")
    for tab in (other, reference):
        expect(tab.locator(".bd-sidebar-primary a .is-read")).to_have_count(0)
    expect(box(other)).not_to_be_checked()


@pytest.mark.parametrize("found", ["{", '{"a": 1}', "[1, null]", '["book/gone/away"]'])
def test_what_the_browser_remembers_may_be_anything(book_url: str, open_page: OpenPage, found: str) -> None:
    page = open_page(f"{book_url}/{PATH}")
    page.evaluate("found => localStorage.setItem('why-uv:read', found)", found)
    page.reload()
    expect(box(page)).not_to_be_checked()
    assert ticked(page) == []
    box(page).check()
    assert len(ticked(page)) == 1


def test_where_nothing_is_remembered_the_tick_stays_for_the_visit(book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{book_url}/{PATH}", lambda page: page.add_init_script(REFUSE_TO_REMEMBER))
    box(page).check()
    assert len(ticked(page)) == 1
    page.reload()
    expect(box(page)).not_to_be_checked()


def test_without_a_script_a_chapter_asks_nothing(book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{book_url}/{PATH}", java_script_enabled=False)
    expect(page.locator(".reading-time")).to_be_visible()
    expect(page.locator(".read-mark label")).to_be_hidden()


def test_a_page_that_is_no_chapter_has_neither_time_nor_mark(book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{book_url}/{REFERENCE}")
    expect(page.locator(".reading-time, .read-mark")).to_have_count(0)


@pytest.mark.parametrize("width", [1280, 390])
def test_a_ticked_page_is_accessible(book_url: str, open_page: OpenPage, width: int) -> None:
    page = open_page(f"{book_url}/{PATH}", viewport={"width": width, "height": 800})
    box(page).check()
    assert len(ticked(page)) == 1
    assert serious(page) == []
