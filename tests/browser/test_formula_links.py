"""Formula and picture on one page, joined: a block that is pointed at in one lights up in the other."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, wait_until

pytestmark = pytest.mark.browser

LIT = "node => getComputedStyle(node).backgroundColor !== 'rgba(0, 0, 0, 0)'"
SHOWN = "node => Number(getComputedStyle(node).opacity)"


def opacity(page: Page, block: str) -> set[float]:
    """Return how strongly a page's pictures show a block."""
    parts = page.locator(f".bw-{block}, .dog-example .{block}")
    assert parts.count() > 0
    return set(parts.evaluate_all(f"nodes => nodes.map({SHOWN})"))


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("book/question/the-question.html", ".dog-example .p"),
        ("book/features/difference.html", ".fx-row.bw-p"),
        ("book/inside/the-ledger.html", ".bw-p"),
        ("book/inside/try-it.html", ".bw-p"),
    ],
)
def test_a_block_pointed_at_in_a_formula_stays_in_the_pictures_and_the_others_fade(
    book_url: str, open_page: OpenPage, path: str, shown: str
) -> None:
    page = open_page(f"{book_url}/{path}")
    expect(page.locator(shown).first).to_be_attached(timeout=20_000)
    formula = page.locator("article math [data-block='p']").locator("visible=true").first
    formula.scroll_into_view_if_needed()
    formula.hover()
    wait_until(lambda: formula.evaluate(LIT))
    assert 0.25 not in opacity(page, "p")
    others = [block for block in "uvd" if page.locator(f".bw-{block}, .dog-example .{block}").count()]
    assert others
    for block in others:
        wait_until(lambda block=block: opacity(page, block) == {0.25})
    page.mouse.move(0, 0)
    wait_until(lambda: not formula.evaluate(LIT))
    assert all(0.25 not in opacity(page, block) for block in others)


def test_a_block_pointed_at_in_a_picture_lights_up_in_the_formulas(book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{book_url}/book/question/the-question.html")
    row = page.locator(".fx-row.bw-d")
    row.hover()
    lit = page.locator("article math [data-block='d']")
    assert lit.count() > 3
    assert lit.evaluate_all(f"nodes => nodes.every({LIT})")
    assert not page.locator("article math [data-block='p']").first.evaluate(LIT)
    assert opacity(page, "p") != {0.25}  # the picture itself stays as it is


def test_the_keyboard_lights_a_block_too(book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{book_url}/book/question/the-question.html")
    page.locator(".bw-v input").first.focus()
    assert page.locator("article math [data-block='v']").first.evaluate(LIT)
    page.evaluate("document.activeElement.blur()")
    assert not page.locator("article math [data-block='v']").first.evaluate(LIT)
