"""Code and proofs wait folded, and open on demand: by a click, the switch, a link, on paper, without a script."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.test_pages import serious, turn

pytestmark = pytest.mark.browser

PATH = "book/features/product.html"
OPEN_PATH = "book/how-to/paraphrase.html"  # its code is its content

REFUSE_TO_REMEMBER = """for (const name of ["getItem", "setItem", "removeItem"]) {
    const theirs = Storage.prototype[name];
    Storage.prototype[name] = function (key, ...rest) {
        if (key.startsWith("why-uv")) throw new DOMException("refused", "SecurityError");
        return theirs.call(this, key, ...rest);
    };
}"""


def code(page: Page):
    return page.locator(".fold-code .cell_input").first


def proof(page: Page):
    return page.locator(".fold-proof .proof").first


def switch(page: Page):
    return page.get_by_role("switch", name="Show code and proofs")


@pytest.mark.parametrize("java_script_enabled", [True, False])
def test_results_stand_open_and_how_they_came_about_opens_on_a_click(
    book_url: str, open_page: OpenPage, java_script_enabled: bool
) -> None:
    page = open_page(f"{book_url}/{PATH}", java_script_enabled=java_script_enabled)
    expect(page.locator(".cell > .cell_output").first).to_be_visible()
    expect(page.locator(".theorem").first).to_be_visible()
    expect(code(page)).to_be_hidden()
    expect(proof(page)).to_be_hidden()
    page.locator(".fold-code > summary").first.click()
    page.locator(".fold-proof > summary").first.click()
    expect(code(page)).to_be_visible()
    expect(proof(page)).to_be_visible()
    if not java_script_enabled:
        expect(page.locator(".depth-switch label")).to_be_hidden()


def test_no_code_of_a_chapter_stands_outside_its_folds_but_in_solutions(book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{book_url}/{PATH}")
    expect(page.locator(":not(.fold) > .cell_input:not(.solution *)")).to_have_count(0)
    assert page.locator(".solution .cell_input").count() > 0
    expect(page.locator(".proof.admonition:not(.theorem, .fold *)")).to_have_count(0)


def test_where_code_is_the_content_it_stands_open_without_a_switch(book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{book_url}/{OPEN_PATH}")
    expect(page.locator(".cell_input").first).to_be_visible()
    expect(page.locator(".depth-switch")).to_have_count(0)


def test_the_switch_turns_the_page_by_keyboard_and_holds_for_the_next(book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{book_url}/{PATH}")
    closed = page.locator("details.fold:not([open])")
    every = page.locator("details.fold").count()
    expect(closed).to_have_count(every)
    switch(page).focus()
    page.keyboard.press("Space")
    expect(closed).to_have_count(0)
    page.reload()
    expect(switch(page)).to_be_checked()
    expect(closed).to_have_count(0)
    switch(page).click()
    expect(closed).to_have_count(every)
    page.reload()
    expect(switch(page)).not_to_be_checked()


def test_the_switch_works_where_the_browser_refuses_to_remember(book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{book_url}/{PATH}", lambda page: page.add_init_script(REFUSE_TO_REMEMBER))
    switch(page).click()
    expect(page.locator("details.fold:not([open])")).to_have_count(0)
    page.reload()
    expect(switch(page)).not_to_be_checked()


def test_a_link_to_something_folded_opens_it(any_book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{any_book_url}/{PATH}")
    target = page.evaluate(
        """() => {
            const line = document.querySelector(".fold-proof p:last-of-type");
            line.id = "line";
            return line.id;
        }"""
    )
    assert page.locator(f"#{target}").is_hidden()
    page.evaluate("location.hash = 'line'")
    expect(page.locator(f"#{target}")).to_be_in_viewport()
    expect(page.locator("details.fold[open]")).to_have_count(1)


def test_paper_shows_everything_without_a_script(book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{book_url}/{PATH}", alone=True, java_script_enabled=False)
    page.emulate_media(media="print")
    assert code(page).bounding_box()["height"] > 100
    assert proof(page).bounding_box()["height"] > 100


def test_what_was_opened_for_printing_closes_again(book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{book_url}/{PATH}")
    page.locator("details.fold > summary").first.click()
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    expect(page.locator("details.fold:not([open])")).to_have_count(0)
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    expect(page.locator("details.fold[open]")).to_have_count(1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_opened_on_a_phone_a_page_is_accessible_and_no_wider(book_url: str, open_page: OpenPage, scheme: str) -> None:
    page = open_page(f"{book_url}/{PATH}", viewport={"width": 390, "height": 800})
    turn(page, scheme)
    switch(page).check()
    expect(page.locator("pre[tabindex='0']").first).to_be_visible()  # long lines can be reached by keyboard
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert serious(page) == []
