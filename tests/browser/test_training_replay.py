"""The training replay in the built book: it waits to be asked, plays, pauses, steps, and says what Python says."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Locator, expect

from infersent.widgets import TrainingReplay
from tests.browser.conftest import OpenPage, find_twin, find_widget, wait_until, with_state

pytestmark = pytest.mark.browser

PATH = "book/snli/training.html"
MODULE = "training_replay"


def stored(widget: Locator) -> TrainingReplay:
    return TrainingReplay(**json.loads(widget.get_attribute("data-state")))


def assert_shows(widget: Locator, python: TrainingReplay) -> None:
    """Words, scores and the slider are those of the state, and the curves reach as far as it does."""
    expect(widget.locator(".bw-result p")).to_have_text(" ".join(python.words()))
    assert int(widget.get_by_role("slider").input_value()) == python.look
    scores = widget.locator(".tr > .bw-choices .bw-number").all_inner_texts()
    if not python.look:
        assert set(scores) == {"–"}
        return
    wanted = [100 * run["dev"][python.look - 1] for run in python.runs]
    assert [float(score) for score in scores] == pytest.approx(wanted, abs=0.0501)
    drawn = widget.locator("path.tr-own").first.get_attribute("d")
    assert drawn.count("L") == python.look - 1


def test_keys_step_and_drag(widget: Locator) -> None:
    python = stored(widget)
    assert_shows(widget, python)
    for name, look in [("One look on", 1), ("One look on", 2), ("One look back", 1)]:
        widget.get_by_role("button", name=name).press("Enter")
        python.look = look
        assert_shows(widget, python)
    slider = widget.get_by_role("slider")
    for key, look in [("End", 30), ("ArrowLeft", 29), ("Home", 0)]:
        slider.press(key)
        python.look = look
        assert_shows(widget, python)


def test_the_guess_is_answered_at_the_end(widget: Locator) -> None:
    python = stored(widget)
    widget.get_by_role("button", name="4", exact=True).click()
    widget.get_by_role("slider").press("End")
    python.guess, python.look = 4, 30
    assert_shows(widget, python)
    expect(widget.locator(".tr-mark")).to_contain_text("best 70.6")
    for run in python.runs:
        python.blocks = run["blocks"]
        widget.locator(".tr > .bw-choices button").nth(python.runs.index(run)).click()
        assert_shows(widget, python)
    widget.get_by_role("button", name="Reset").click()
    assert_shows(widget, stored(widget))


def test_the_line_without_the_average_is_a_choice(widget: Locator) -> None:
    widget.get_by_role("slider").press("End")
    expect(widget.locator(".tr-raw")).to_have_count(0)
    widget.get_by_role("checkbox").press("Space")
    expect(widget.locator(".tr-raw")).to_have_count(1)


def test_it_plays_when_asked_and_pauses(widget: Locator) -> None:
    look = widget.get_by_role("slider")
    assert look.input_value() == "0"
    widget.get_by_role("button", name="Play").click()
    wait_until(lambda: int(look.input_value()) >= 2)
    widget.get_by_role("button", name="Pause").click()
    expect(widget.get_by_role("button", name="Play")).to_be_visible()
    widget.get_by_role("button", name="One look on").click()
    after = int(look.input_value())
    widget.page.wait_for_timeout(700)
    assert int(look.input_value()) == after


def test_with_reduced_motion_it_steps_by_epochs(book_url: str, open_page: OpenPage) -> None:
    widget = find_widget(open_page(f"{book_url}/{PATH}", reduced_motion="reduce"), MODULE)
    expect(widget.get_by_role("button", name="Play")).to_have_count(0)
    python = stored(widget)
    for python.look in (6, 12):
        widget.get_by_role("button", name="Next epoch").click()
        assert_shows(widget, python)


def test_it_fits_a_phone(book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{book_url}/{PATH}", has_touch=True, viewport={"width": 360, "height": 800})
    widget = find_widget(page, MODULE)
    widget.get_by_role("button", name="One look on").tap()
    python = stored(widget)
    python.look = 1
    assert_shows(widget, python)
    for part in widget.locator("button, svg, figcaption").all():
        box = part.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360


@pytest.mark.parametrize(("trait", "value"), [("blocks", "<img>"), ("look", "<img>"), ("guess", "<img>")])
def test_markup_in_the_state_is_shown_as_text(book_url: str, open_page: OpenPage, trait: str, value: str) -> None:
    page = open_page(f"{book_url}/{PATH}", with_state(PATH, MODULE, lambda state: state | {trait: value}))
    widget = find_twin(page, MODULE)
    expect(widget.locator(".book-widget-error")).to_contain_text("<img>")
    expect(widget.locator("table")).to_be_visible()
