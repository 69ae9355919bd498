"""The winners in the built book: bars and squares follow the words, from presets at once and from the page's model."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Locator, Page, expect

from infersent.widgets import WordWinners
from tests.browser.conftest import OpenPage, find_twin, find_widget, with_state

pytestmark = pytest.mark.browser

PATH = "book/snli/encoder.html"
MODULE = "word_winners"


@pytest.fixture(scope="module")
def python() -> WordWinners:
    return WordWinners()


def assert_shows(widget: Locator, python: WordWinners) -> None:
    """The rows' numbers, the lit squares and the words are those of the state."""
    after = python.winners_after()
    counts = [str(after.count(k)) for k in range(len(python.words()))]
    expect(widget.locator(".wc-word .bw-number")).to_have_text(counts)
    lit = len(python.moved()) if python.edit else after.count(python.word)
    expect(widget.locator(".wc-cells rect:not(.wc-dim)")).to_have_count(lit)
    expect(widget.locator(".bw-result strong")).to_contain_text(str(lit))
    expect(widget.locator(".wc-word[aria-pressed=true]")).to_contain_text(python.words()[python.word])


def start(python: WordWinners, preset: int = 0) -> None:
    python.edit = ""
    chosen = python.presets[preset]
    python.sentence, python.word, python.instead = chosen["sentence"], chosen["word"], chosen["instead"]


def test_presets_and_edits_are_there_at_once_even_from_disk(
    any_book_url: str, open_page: OpenPage, python: WordWinners
) -> None:
    widget = find_widget(open_page(f"{any_book_url}/{PATH}"), MODULE)
    for preset in range(len(python.presets)):
        start(python, preset)
        widget.get_by_role("button", name=python.presets[preset]["name"], exact=True).click()
        for edit, name in (("swap", "Say instead:"), ("out", "Take it out")):
            widget.get_by_role("button", name=name).click()
            python.edit = edit
            assert_shows(widget, python)
        python.edit, python.word = "", 1
        widget.locator(".wc-word").nth(1).click()
        widget.page.mouse.move(0, 0)
        assert_shows(widget, python)


def test_a_word_with_the_focus_lights_its_squares_and_so_does_the_pointer_on_a_square(
    widget: Locator, python: WordWinners
) -> None:
    start(python)
    row = widget.locator(".wc-word").nth(2)
    row.focus()
    lit = widget.locator(".wc-cells rect:not(.wc-dim)")
    expect(lit).to_have_count(python.counts()[2])
    row.press("Enter")
    python.word = 2
    assert_shows(widget, python)
    row.blur()
    square = widget.locator(".wc-cells rect[data-word='0']").first
    square.hover()
    expect(lit).to_have_count(python.counts()[0])
    square.click()
    python.word = 0
    assert_shows(widget, python)


def test_the_readers_own_words_are_read_by_the_pages_model(widget: Locator, python: WordWinners) -> None:
    python.edit, python.word = "", 1
    python.sentence = "Three dogs sleep under the old table."
    widget.locator(".wc-word").nth(1).click()
    widget.get_by_label("Your sentence").fill(python.sentence)
    expect(widget.get_by_role("status")).to_contain_text("The model is here", timeout=60_000)
    expect(widget.locator(".wc-name")).to_have_text(python.words())
    # The page's model is packed: where two words are as good as level, the other may win.
    found = [int(text) for text in widget.locator(".wc-word .bw-number").all_inner_texts()]
    assert sum(found) == sum(python.counts())
    assert found == pytest.approx(python.counts(), abs=3)
    widget.get_by_label("another word").fill("cats")
    expect(widget.locator(".bw-result strong")).to_contain_text("With “cats” for “dogs”")
    expect(widget.locator(".wc-name").nth(1)).to_have_text("dogs cats")
    widget.get_by_label("Your sentence").fill("")  # nothing to read: what was read stays
    expect(widget.locator(".wc-name").nth(1)).to_have_text("dogs cats")


def test_the_picture_is_described(widget: Locator) -> None:
    expect(widget.get_by_role("img")).to_have_attribute("aria-label", re.compile(r"by word: an \d+, old \d+, man \d+"))


def test_the_twin_in_the_page_is_the_one_that_python_writes(book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{book_url}/{PATH}", java_script_enabled=False)
    assert WordWinners().static_html() in page.content()
    expect(find_twin(page, MODULE).locator("td").first).to_have_text(re.compile(r"\d+"))


def test_markup_in_the_state_is_shown_as_text(book_url: str, open_page: OpenPage) -> None:
    markup = "<img src=x onerror='window.hacked = true'>"

    def change(state: dict) -> dict:
        (key,) = [key for key in state["readings"] if key == "an old man is feeding ducks by the river ."]
        words = [markup, *state["readings"][key]["words"][1:]]
        return state | {"readings": state["readings"] | {key: state["readings"][key] | {"words": words}}}

    page: Page = open_page(f"{book_url}/{PATH}", with_state(PATH, MODULE, change))
    widget = find_widget(page, MODULE)
    expect(widget.locator(".wc-word").first).to_contain_text(markup)
    expect(widget.locator("img")).to_have_count(0)
    assert page.evaluate("window.hacked") is None
    assert json.loads(widget.get_attribute("data-state"))["word"] == 4
