"""What every widget of the book owes its reader, wherever it stands: hands, eyes, ears, and no JavaScript at all."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from infersent.widgets.modules import widget_modules
from tests.browser.conftest import OpenPage, find_twin, find_widget
from tests.browser.test_pages import PAGES

pytestmark = pytest.mark.browser

MODULES = [module.stem for module in widget_modules()]
CONTROLS = "button, input, select, [role=slider]"


@pytest.fixture
def first_page(built_book: Path, module: str) -> str:
    """The first page that shows the widget."""
    marked = f'data-module="{module}"'
    return next(path for path in PAGES if marked in (built_book / path).read_text(encoding="utf-8"))


@pytest.mark.parametrize("module", MODULES)
def test_controls_fit_a_finger_on_a_narrow_phone(
    book_url: str, open_page: OpenPage, first_page: str, module: str
) -> None:
    widget = find_widget(open_page(f"{book_url}/{first_page}", viewport={"width": 360, "height": 800}), module)
    for control in widget.locator(CONTROLS).all():
        if not control.is_visible():
            continue
        label = control.locator("xpath=ancestor::label[1]")  # a finger may land on the words as well
        box = (label if label.count() else control).bounding_box()
        assert min(box["width"], box["height"]) >= 44, control.evaluate("node => node.outerHTML")
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360


@pytest.mark.parametrize("module", MODULES)
def test_every_control_is_reached_by_the_tabulator_and_has_a_name(
    book_url: str, open_page: OpenPage, first_page: str, module: str
) -> None:
    widget = find_widget(open_page(f"{book_url}/{first_page}"), module)
    controls = [control for control in widget.locator(CONTROLS).all() if control.is_visible()]
    assert controls
    for control in controls:
        if control.is_disabled():
            continue
        assert control.evaluate("node => node.tabIndex") >= 0
        control.focus()
        expect(control).to_be_focused()
        expect(control).to_have_accessible_name(re.compile(r"\S"))


@pytest.mark.parametrize("module", MODULES)
def test_the_result_is_announced_and_reset_brings_it_back(
    any_book_url: str, open_page: OpenPage, first_page: str, module: str
) -> None:
    widget = find_widget(open_page(f"{any_book_url}/{first_page}"), module)
    result = widget.locator("[aria-live=polite]")
    expect(result).to_have_text(re.compile(r"\w+ \w+"))
    before = result.text_content()
    # From disk the explainer has its blocks to switch and nothing else.
    # What the reader predicts is no state to go back from.
    switches = widget.locator("button[aria-pressed=false]:not(:text-is('Predict first')), input[type=checkbox]").all()
    buttons = [switch for switch in switches if switch.is_visible() and switch.is_enabled()]
    for button in [*buttons, *widget.locator("input[type=range]").all()]:
        if not button.count():  # one of the others took its place in the list when it was switched off
            continue
        if button.get_attribute("type") == "range":
            button.press("ArrowRight")
        else:
            button.click()
        try:
            expect(result).not_to_have_text(before, timeout=500)
        except AssertionError:
            continue  # not every one of them changes the words
        break
    expect(result).not_to_have_text(before)
    widget.get_by_role("button", name="Reset").click()
    expect(result).to_have_text(before)


@pytest.mark.parametrize("module", MODULES)
def test_without_javascript_its_numbers_are_there(
    any_book_url: str, open_page: OpenPage, first_page: str, module: str
) -> None:
    page = open_page(f"{any_book_url}/{first_page}", java_script_enabled=False)
    expect(find_twin(page, module)).to_contain_text(re.compile(r"\d"))


@pytest.mark.parametrize("module", MODULES)
def test_nothing_moves_under_the_readers_hand(book_url: str, open_page: OpenPage, first_page: str, module: str) -> None:
    """A slider from end to end leaves the widget's other parts where they are."""
    widget = find_widget(open_page(f"{book_url}/{first_page}"), module)
    heights = {widget.bounding_box()["height"]}
    for slider in widget.locator("input[type=range]").all():
        if not slider.is_visible():
            continue
        for key in ("Home", "End"):
            slider.press(key)
            heights.add(widget.bounding_box()["height"])
    assert max(heights) - min(heights) <= 1
