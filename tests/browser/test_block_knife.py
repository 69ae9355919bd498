"""The knife in the built book: sliders by key and finger, the counts are Python's, and the words are true of them."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from infersent.widgets import BlockKnife
from tests.browser.conftest import OpenPage, find_twin, find_widget, number, style, with_state

pytestmark = pytest.mark.browser

PATH = "book/inside/under-the-knife.html"
MODULE = "block_knife"
NAMES = {"u": "u", "v": "v", "|u-v|": "|u−v|", "u*v": "u∗v"}


@pytest.fixture(scope="module")
def python() -> BlockKnife:
    return BlockKnife()


def slider(widget: Locator, block: str) -> Locator:
    return widget.get_by_role("slider", name=NAMES[block], exact=True)


def assert_shows(widget: Locator, python: BlockKnife) -> None:
    """The accuracy in the words, the dots and the bars are those of the state."""
    cut, count = python.cut(), len(python.parts.labels)
    expect(widget.locator(".bw-result strong")).to_contain_text(f"{cut.right / count:.1%}")
    rows = widget.locator(".kn-row .bw-unseen").all_text_contents()
    assert [re.findall(r"[\d,]+(?=, untouched)", row) for row in rows] == [
        [f"{answers:,}" for answers in row] for row in cut.answers
    ]
    heights = {dot.get_attribute("cy") for dot in widget.locator(".kn-dot").all()}
    assert len(heights) == 1  # every curve passes through what is set


def test_keys_take_blocks_out_and_turn_them_up(widget: Locator, python: BlockKnife) -> None:
    python.scales, python.fill = dict.fromkeys(NAMES, 1.0), "zeros"
    assert_shows(widget, python)
    for block in NAMES:
        slider(widget, block).press("Home")
        expect(slider(widget, block)).to_have_attribute("aria-valuetext", "gone")
        python.scales = dict.fromkeys(NAMES, 1.0) | {block: 0.0}
        assert_shows(widget, python)
        less = number(re.search(r"([\d.]+) points", widget.locator(".bw-result strong").inner_text())[1])
        assert less == round(100 * python.cut().less, 1)
        widget.get_by_role("button", name="Reset").click()
        expect(slider(widget, block)).to_have_attribute("aria-valuetext", "as trained")
    slider(widget, "v").press("ArrowRight")
    python.scales = dict.fromkeys(NAMES, 1.0) | {"v": 1.1}
    assert_shows(widget, python)


def test_what_fills_the_gap_is_chosen_by_finger(book_url: str, open_page: OpenPage, python: BlockKnife) -> None:
    page = open_page(f"{book_url}/{PATH}", has_touch=True, viewport={"width": 360, "height": 800})
    widget = find_widget(page, MODULE)
    slider(widget, "u").press("Home")
    python.scales = dict.fromkeys(NAMES, 1.0) | {"u": 0.0}
    for name, fill in (("The mean", "mean"), ("Another pair’s", "another"), ("Zeros", "zeros")):
        widget.get_by_role("button", name=name).tap()
        python.fill = fill
        assert_shows(widget, python)


def test_a_head_fitted_again_is_shown_where_there_is_one(widget: Locator) -> None:
    mark = widget.locator(".kn-again")
    assert not mark.get_attribute("d")
    slider(widget, "u").press("Home")
    assert mark.get_attribute("d")
    expect(widget.locator(".bw-result")).to_contain_text("A head fitted again without it loses")
    slider(widget, "u").press("ArrowRight")
    assert not mark.get_attribute("d")
    expect(widget.locator(".bw-result p")).not_to_contain_text("fitted again")


def test_bars_stand_still_for_readers_who_ask_for_it(book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{book_url}/{PATH}", reduced_motion="reduce")
    assert style(find_widget(page, MODULE).locator(".kn-now i").first, "transitionDuration") == "0s"


def test_the_twin_in_the_page_is_the_one_that_python_writes(book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{book_url}/{PATH}", java_script_enabled=False)
    assert BlockKnife().static_html() in page.content().replace("\N{NO-BREAK SPACE}", " ")
    expect(find_twin(page, MODULE)).to_contain_text("another pair’s")


@pytest.mark.parametrize(
    ("change", "message"),
    [({"fill": "<b>noise</b>"}, "fill cannot be <b>noise</b>"), ({"scales": {"u": 3}}, "u cannot have the scale 3")],
)
def test_a_state_that_cannot_be_leaves_the_twin(
    book_url: str, open_page: OpenPage, change: dict[str, object], message: str
) -> None:
    page = open_page(f"{book_url}/{PATH}", with_state(PATH, MODULE, lambda state: state | change))
    twin = find_twin(page, MODULE)
    expect(twin.locator(".book-widget-error")).to_contain_text(message)
    expect(twin.locator("table")).to_be_visible()
