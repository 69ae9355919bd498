"""Nothing moves under a reader's eyes: not when letters or widgets arrive, not while the page is read to its end."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.test_pages import PAGES

pytestmark = pytest.mark.browser

#: How far of the screen, and by how much of its height, a page may move in all. Browsers call 0.1 good.
ALLOWED = 0.05

NOTE_SHIFTS = """
    window.shifts = [];
    window.noted = new PerformanceObserver((list) => {
        for (const { value, hadRecentInput, sources } of list.getEntries())
            if (!hadRecentInput) shifts.push([value, sources.map(({ node }) => node?.textContent.trim().slice(0, 40))]);
    });
    noted.observe({ type: "layout-shift", buffered: true });
"""
# Half a screen at a time, and a frame for what each brings into view
READ = """async () => {
    const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    const end = () => document.documentElement.scrollHeight - innerHeight;
    for (let top = 0; top < end() + innerHeight; top += innerHeight / 2) {
        scrollTo({ top, behavior: "instant" });
        await frame();
    }
    await frame();
    return [scrollY >= end() - 1, shifts];
}"""


def note_shifts(page: Page) -> None:
    page.add_init_script(NOTE_SHIFTS)


def read_to_the_end(page: Page) -> list[tuple[float, list[str]]]:
    """Read a page to its end; return each shift and what moved."""
    expect(page.locator(".book-widget:not([data-live])")).to_have_count(0)
    page.evaluate("document.fonts.ready.then(() => true)")
    at_the_end, shifts = page.evaluate(READ)
    assert at_the_end
    return shifts


@pytest.mark.parametrize("path", PAGES)
def test_little_moves_from_the_first_line_to_the_last(book_url: str, open_page: OpenPage, path: str) -> None:
    for width, height in ((1280, 800), (390, 844)):
        page = open_page(f"{book_url}/{path}", note_shifts, viewport={"width": width, "height": height})
        shifts = read_to_the_end(page)
        assert sum(value for value, _ in shifts) < ALLOWED, (width, shifts)
        page.close()


def test_letters_of_formulas_that_come_late_move_no_table(book_url: str, open_page: OpenPage) -> None:
    def late(page: Page) -> None:
        note_shifts(page)
        page.route("**/stix-two-math.woff*", lambda route: (time.sleep(1), route.continue_()))

    for width, height in ((1280, 800), (390, 844)):
        page = open_page(f"{book_url}/book/notation.html", late, viewport={"width": width, "height": height})
        shifts = read_to_the_end(page)
        assert sum(value for value, _ in shifts) < ALLOWED, (width, shifts)
        page.close()


def test_what_moves_is_noted(book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{book_url}/{PAGES[0]}", note_shifts, viewport={"width": 1280, "height": 800})
    read_to_the_end(page)
    page.evaluate("""async () => {
        const frames = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 300)));
        scrollTo({ top: 0, behavior: "instant" });
        await frames(); // what moves in the frame that scrolls is not counted
        document.querySelector("article h1").style.paddingTop = "200px";
        await frames();
    }""")
    assert sum(value for value, _ in page.evaluate("shifts")) > ALLOWED
