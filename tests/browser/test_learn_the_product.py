"""The recorded curves in the built book: sliders walk through the record, and the words are true of it."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Locator, Page, expect

from infersent.widgets import LearnTheProduct
from tests.browser.conftest import OpenPage, ask_module, find_twin, find_widget, style, with_state

pytestmark = pytest.mark.browser

PATH = "book/features/big-enough-network.html"
MODULE = "learn_the_product"


def stored(widget: Locator) -> LearnTheProduct:
    return LearnTheProduct(**json.loads(widget.get_attribute("data-state")))


def assert_shows(widget: Locator, python: LearnTheProduct) -> None:
    """The table, the pressed button and the sliders' words are those of the state."""
    texts = [text.replace("−", "-") for text in widget.locator("td").all_inner_texts()]
    expected = []
    for width in (python.width, 0):
        point = python.point(width)
        low, high = (100 * min(1, max(-1, point[end])) for end in ("low", "high"))
        expected += [f"{point['parameters']:,}", f"{100 * max(0, point['mean']):.1f}%", f"{low:.1f} to {high:.1f}%"]
    assert texts == expected
    pressed = widget.locator("button[aria-pressed=true]").all_inner_texts()
    assert pressed == [f"{python.dim} numbers a vector"]
    said = [slider.get_attribute("aria-valuetext") for slider in widget.locator("input[type=range]").all()]
    assert said == [f"{python.samples:,}", f"×{python.width}"]


def test_starts_where_the_notebook_left_it(widget: Locator) -> None:
    assert_shows(widget, stored(widget))


def test_keys_walk_through_the_record(widget: Locator) -> None:
    python = stored(widget)
    sizes, widths = (sorted({p[name] for p in python.curves if p["width"]}) for name in ("samples", "width"))
    samples = widget.get_by_role("slider", name="Training pairs")
    samples.press("Home")
    for size in sizes:
        python.samples = size
        assert_shows(widget, python)
        samples.press("ArrowRight")
    width = widget.get_by_role("slider", name="Width of the network")
    width.press("End")
    for times in reversed(widths):
        python.width = times
        assert_shows(widget, python)
        width.press("ArrowLeft")


def test_pointer_and_reset(widget: Locator) -> None:
    python, start = stored(widget), stored(widget)
    for dim in sorted({point["dim"] for point in python.curves}):
        widget.get_by_role("button", name=f"{dim} numbers a vector", exact=True).click()
        python.dim = dim
        assert_shows(widget, python)
    slider = widget.get_by_role("slider", name="Training pairs")
    box = slider.bounding_box()
    slider.click(position={"x": 1, "y": box["height"] / 2})
    python.samples = min(point["samples"] for point in python.curves)
    assert_shows(widget, python)
    widget.get_by_role("button", name="Reset").click()
    assert_shows(widget, start)


def test_a_tap_chooses_a_dimension(book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{book_url}/{PATH}", has_touch=True, viewport={"width": 360, "height": 800})
    widget = find_widget(page, MODULE)
    python = stored(widget)
    python.dim = min(point["dim"] for point in python.curves)
    widget.get_by_role("button", name=f"{python.dim} numbers a vector", exact=True).tap()
    assert_shows(widget, python)


def test_the_picture_is_described(widget: Locator) -> None:
    picture = widget.get_by_role("img")
    expect(picture).to_have_attribute("aria-label", re.compile(r"explained, against training pairs.*parameters"))


def test_the_words_are_true_of_the_record(still_page: Page) -> None:
    points = LearnTheProduct().curves
    at = {(p["dim"], p["width"], p["samples"]): p for p in points}
    places = [place for place in at if place[1]]
    describe = "(m, [curves, places]) => places.map((place) => m.describe(curves, ...place))"
    said = ask_module(still_page, MODULE, describe, [points, places])
    for (dim, width, samples), (headline, sentence) in zip(places, said, strict=True):
        network, given = at[dim, width, samples], at[dim, 0, samples]
        least = {
            "Nothing found yet.": (-9, 0),
            "Less than half is found.": (0, 0.5),
            "More than half is found.": (0.5, 0.95),
            "Found, or nearly.": (0.95, 2),
        }[headline]
        assert least[0] <= network["mean"] <= least[1]
        assert f"{network['parameters']:,} parameters" in sentence
        assert f"{given['parameters']:,} parameters explain {100 * given['mean']:.1f}%" in sentence
        if claimed := re.search(r"and ([\d,]+) pairs are enough to beat", sentence):
            assert at[dim, 0, int(claimed[1].replace(",", ""))]["mean"] >= network["mean"]


def test_colours_follow_the_theme(book_url: str, open_page: OpenPage) -> None:
    colours = {}
    for scheme in ("light", "dark"):
        widget = find_widget(open_page(f"{book_url}/{PATH}", color_scheme=scheme), MODULE)
        colours[scheme] = style(widget.locator("path.bw-p.lp-line:not(.lp-band)"), "stroke")
    assert colours == {"light": "rgb(168, 67, 127)", "dark": "rgb(228, 143, 198)"}


def test_the_twin_in_the_page_is_the_one_that_python_writes(book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{book_url}/{PATH}", java_script_enabled=False)
    twin = find_twin(page, MODULE)
    assert stored(twin).static_html() in page.content()


def test_markup_in_the_state_is_shown_as_text(book_url: str, open_page: OpenPage) -> None:
    markup = "<img src=x onerror='window.hacked = true'>"

    state = LearnTheProduct().state() | {"dim": markup}
    page = open_page(f"{book_url}/{PATH}", with_state(PATH, MODULE, lambda _: state))
    widget = find_twin(page, MODULE)
    expect(widget.locator(".book-widget-error")).to_contain_text(markup)
    expect(widget.locator("img")).to_have_count(0)
    assert page.evaluate("window.hacked") is None
