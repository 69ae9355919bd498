"""The lattice of the blocks in the built book: guess, climb by keys, mouse and finger, and read the same words."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from playwright.sync_api import Locator, expect

from infersent.model.features import BLOCKS
from infersent.study.subsets import SUBSETS
from infersent.widgets import BlockLattice
from tests.browser.conftest import OpenPage, find_twin, find_widget, with_state

pytestmark = pytest.mark.browser

PATH = "book/snli/what-each-feature-buys.html"
MODULE = "block_lattice"


def stored(widget: Locator) -> BlockLattice:
    return BlockLattice(**json.loads(widget.get_attribute("data-state")))


def assert_shows(widget: Locator, python: BlockLattice) -> None:
    """Words, scores, the chosen subset and the steps are those of the state."""
    expect(widget.locator(".bw-result p")).to_have_text(" ".join(python.words()))
    nodes = widget.get_by_role("radio")
    assert nodes.nth(SUBSETS.index(", ".join(python.subset))).is_checked()
    if not python.guess:
        assert set(widget.locator(".bl-score").all_inner_texts()) == {"?"}
        return
    scores = [float(text) for text in widget.locator(".bl-score").all_inner_texts()]
    accuracies = [100 * python.accuracy(blocks)[0] for blocks in SUBSETS]
    assert scores == pytest.approx(accuracies, abs=0.0501)
    gains = widget.locator(".bl-panel ul").last.locator(".bw-number").all_inner_texts()
    found = [float(text.replace("−", "-")) for text in gains]
    assert found == pytest.approx([100 * step[2] for step in python.steps()], abs=0.0501)
    assert widget.locator(".bl-shown").count() == len(found)


def test_the_numbers_come_with_the_guess(widget: Locator) -> None:
    python = stored(widget)
    assert_shows(widget, python)
    widget.get_by_role("button", name="u∗v").first.click()
    python.guess, python.subset = "u*v", ["u*v"]
    assert_shows(widget, python)
    widget.get_by_role("button", name="Reset").click()
    assert_shows(widget, stored(widget))
    widget.get_by_role("button", name="Just show me").click()
    python.guess, python.subset = "-", ["u", "v"]
    assert_shows(widget, python)


def test_keys_climb_along_the_lines(widget: Locator) -> None:
    widget.get_by_role("button", name="|u−v|").first.press("Enter")
    python = stored(widget)
    python.guess, python.subset = "|u-v|", ["|u-v|"]
    widget.get_by_role("radio", name="|u−v| alone").focus()
    for key, subset in [
        ("ArrowUp", ["v", "|u-v|"]),
        ("ArrowUp", ["u", "v", "|u-v|"]),
        ("ArrowUp", list(BLOCKS)),
        ("ArrowDown", ["u", "v", "|u-v|"]),
        ("ArrowRight", ["u", "v", "u*v"]),
        ("1", ["v", "u*v"]),
    ]:
        widget.page.keyboard.press(key)
        python.subset = subset
        assert_shows(widget, python)
        expect(widget.get_by_role("radio").nth(SUBSETS.index(", ".join(subset)))).to_be_focused()


def test_a_block_and_a_part_are_choices(widget: Locator) -> None:
    python = stored(widget)
    widget.get_by_role("button", name="Just show me").click()
    python.guess = "-"
    steps = widget.get_by_role("group", name="All steps of one block")
    for block, name in zip(BLOCKS, ("u", "v", "|u−v|", "u∗v"), strict=True):
        steps.get_by_role("button", name=name, exact=True).click()
        python.block = block
        assert_shows(widget, python)
    for part in python.parts:
        widget.get_by_role("button", name=python.parts[part]["name"], exact=True).click()
        python.part = part
        assert_shows(widget, python)
    widget.locator(".bl-node").nth(5).click()
    python.block, python.subset = "", SUBSETS[5].split(", ")
    assert_shows(widget, python)


def test_pointing_shows_a_subset_for_the_moment(widget: Locator) -> None:
    widget.get_by_role("button", name="Just show me").click()
    title = widget.locator(".bl-title")
    expect(title).to_have_text("(u,\N{NO-BREAK SPACE}v)")
    widget.locator(".bl-node").nth(SUBSETS.index("v")).hover()
    expect(title).to_have_text("v alone")
    widget.locator(".bl-ask").hover()
    expect(title).to_have_text("(u,\N{NO-BREAK SPACE}v)")


def test_a_tap_chooses_and_nothing_sticks_out_of_a_phone(book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{book_url}/{PATH}", has_touch=True, viewport={"width": 360, "height": 800})
    widget = find_widget(page, MODULE)
    python = stored(widget)
    widget.locator(".bl-node").nth(14).tap()
    python.guess, python.subset = "-", list(BLOCKS)
    assert_shows(widget, python)
    boxes = [node.bounding_box() for node in widget.locator(".bl-node").all()]
    assert min(box["x"] for box in boxes) >= 0
    assert max(box["x"] + box["width"] for box in boxes) <= 360
    row = boxes[4:10]
    assert all(a["x"] + a["width"] <= b["x"] for a, b in pairwise(row))


@pytest.mark.parametrize(("trait", "value"), [("part", "<img>"), ("subset", ["<img>"]), ("block", "<img>")])
def test_markup_in_the_state_is_shown_as_text(book_url: str, open_page: OpenPage, trait: str, value: object) -> None:
    page = open_page(f"{book_url}/{PATH}", with_state(PATH, MODULE, lambda state: state | {trait: value}))
    widget = find_twin(page, MODULE)
    expect(widget.locator(".book-widget-error")).to_contain_text("<img>")
    expect(widget.locator("table")).to_be_visible()
