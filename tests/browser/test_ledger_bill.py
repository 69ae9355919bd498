"""The bill in the built book: every line opens, the amounts are Python's, and every list adds up on the page."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from infersent.foundation.tables import signed
from infersent.widgets import LedgerBill
from tests.browser.conftest import OpenPage, find_twin, find_widget, number, with_state

pytestmark = pytest.mark.browser

PATH = "book/inside/the-ledger.html"
MODULE = "ledger_bill"


@pytest.fixture(scope="module")
def python() -> LedgerBill:
    return LedgerBill()


def amounts(widget: Locator, level: int) -> Locator:
    return widget.locator(f".lb-level{level} .bw-number")


def written(cents: list[int]) -> list[str]:
    """The amounts of a list and its sum, as the page writes them."""
    return [signed(amount / 100) for amount in [*cents, sum(cents)]]


def test_blocks_words_and_numbers_are_those_of_python(widget: Locator, python: LedgerBill) -> None:
    expect(amounts(widget, 0)).to_have_text(written([line.cents for line in python.lines()]))
    for block, name in (("u", "u"), ("|u-v|", "|u−v|"), ("u*v", "u∗v")):
        widget.locator("button.lb-level0").filter(has=widget.page.get_by_text(name, exact=True)).click()
        python.item, python.block = -1, block
        expect(amounts(widget, 1)).to_have_text(written([line.cents for line in python.lines_of_block()]))
        widget.locator("button.lb-level1").nth(1).click()
        python.item = 1
        expect(amounts(widget, 2)).to_have_text(written([line.cents for line in python.lines_of_item()]))
        expect(widget.locator(".bw-result strong")).to_contain_text("a sum of")


def test_every_pair_and_label_adds_up(widget: Locator, python: LedgerBill) -> None:
    for place, pair in enumerate(python.pairs):
        widget.get_by_role("button", name=pair["name"], exact=True).click()
        for label in python.labels:
            widget.get_by_role("button", name=label, exact=True).click()
            python.item, python.pair, python.label = -1, place, label
            expect(amounts(widget, 0)).to_have_text(written([line.cents for line in python.lines()]))
            *parts, total = map(number, amounts(widget, 0).all_inner_texts())
            assert round(100 * sum(parts)) == round(100 * total)


def test_a_line_opens_and_closes_by_key_and_keeps_the_focus(widget: Locator) -> None:
    line = widget.locator("button.lb-level0").nth(2)
    line.focus()
    line.press("Enter")
    expect(line).to_be_focused()
    expect(line).to_have_attribute("aria-expanded", "true")
    line.press(" ")
    expect(line).to_be_focused()
    expect(widget.locator(".lb-level1")).to_have_count(0)


def test_the_twin_in_the_page_is_the_one_that_python_writes(book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{book_url}/{PATH}", java_script_enabled=False)
    assert LedgerBill().static_html() in page.content()
    expect(find_twin(page, MODULE)).to_contain_text(re.compile(r"sum: the logit"))


def test_markup_in_the_state_is_shown_as_text(book_url: str, open_page: OpenPage) -> None:
    markup = "<img src=x onerror='window.hacked = true'>"

    def change(state: dict) -> dict:
        first, *others = state["pairs"]
        words = [[markup, *first["words"][0][1:]], first["words"][1]]
        return state | {"block": "u", "pairs": [first | {"words": words}, *others]}

    page = open_page(f"{book_url}/{PATH}", with_state(PATH, MODULE, change))
    widget = find_widget(page, MODULE)
    expect(widget.locator(".lb-pair")).to_contain_text(markup)
    expect(widget.locator("img")).to_have_count(0)
    assert page.evaluate("window.hacked") is None
