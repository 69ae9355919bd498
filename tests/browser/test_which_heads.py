"""Which heads can tell, in the built book: by keyboard, mouse and touch, and its arithmetic against Python's."""

from __future__ import annotations

import itertools
import json
import re

import pytest
import torch
from playwright.sync_api import Locator, Page, expect

from infersent.widgets import WhichHeads
from infersent.widgets.which_heads import CHOICES, TARGETS
from tests.browser.conftest import OpenPage, ask_module, find_twin, find_widget, style, with_state

pytestmark = pytest.mark.browser

PATH = "book/features/concatenation.html"
MODULE = "which_heads"
TABLES = [list(table) for table in itertools.product([False, True], repeat=4)]
SUBSETS = [list(s) for width in range(len(CHOICES) + 1) for s in itertools.combinations(CHOICES, width)]


def tick(widget: Locator, *blocks: str) -> None:
    """Tick these blocks, named as the page names them, and no others."""
    for box in widget.get_by_role("checkbox").all():
        name = box.locator("xpath=..").inner_text()
        box.set_checked(name in blocks)


def choose(widget: Locator, target: str) -> None:
    widget.get_by_role("button", name=target, exact=True).click()


def weights(widget: Locator) -> list[str]:
    return [text for text in widget.locator(".wh-row .bw-number").all_inner_texts() if text]


def says(widget: Locator, text: str) -> None:
    """The result in sight, and a moment later the one that is read out."""
    expect(widget.locator(".bw-result p")).to_contain_text(text)
    expect(widget.locator("[aria-live=polite]")).to_contain_text(text)


def test_starts_at_the_stored_state(widget: Locator) -> None:
    state = json.loads(widget.get_attribute("data-state"))
    assert (state["target"], state["blocks"]) == ("XOR", ["u", "v"])
    expect(widget.get_by_role("button", name="XOR")).to_have_attribute("aria-pressed", "true")
    assert [box.is_checked() for box in widget.get_by_role("checkbox").all()] == [True, True, False, False, False]
    assert weights(widget) == ["0.0", "0.0"]
    says(widget, "No line does it: 3 of 4 corners at most. The best fit answers ½ at all four")


def test_ticking_the_product_mends_xor_by_pointer_and_by_keyboard(widget: Locator) -> None:
    box = widget.get_by_role("checkbox", name="u∗v")
    box.check()
    says(widget, "Separated: every point right. u + v − 2 u∗v is 0 where the two are equal")
    assert weights(widget) == ["16.6", "16.6", "−34.0"]
    expect(widget).to_contain_text("score = 16.6 (u + v − 2.0 u∗v − 0.5)")
    expect(widget).to_contain_text("right at 4 of 4 points (100%)")
    box.press("Space")
    says(widget, "No line does it")
    widget.get_by_role("button", name="AND").press("Enter")
    says(widget, "Separated: every point right. One threshold on the sum is enough")


def test_the_signed_difference_mends_nothing(widget: Locator) -> None:
    widget.get_by_role("checkbox", name="(u−v)").check()
    says(widget, "No line does it: 3 of 4 corners at most.")
    assert weights(widget) == ["0.0", "0.0", "0.0"]


def test_clicking_a_corner_makes_the_readers_own_table(widget: Locator) -> None:
    corner = widget.get_by_role("button", name="u = 1, v = 1: the target says no, the head is undecided")
    corner.click()
    expect(widget.get_by_role("button", name="Your table")).to_have_attribute("aria-pressed", "true")
    says(widget, "Separated: every point right.")  # OR: a line does it
    corners = widget.locator(".wh-corner")
    assert corners.all_inner_texts() == ["0", "1", "1", "1"]
    corners.nth(3).press("Enter")
    says(widget, "No line does it")
    assert corners.all_inner_texts() == ["0", "1", "1", "0"]


def test_reset_brings_the_stored_state_back(widget: Locator) -> None:
    choose(widget, "AND")
    widget.locator(".wh-corner").first.click()
    tick(widget, "|u−v|", "u∗v")
    widget.get_by_role("button", name="Reset").click()
    expect(widget.get_by_role("button", name="XOR")).to_have_attribute("aria-pressed", "true")
    assert [box.is_checked() for box in widget.get_by_role("checkbox").all()] == [True, True, False, False, False]
    choose(widget, "Your table")
    assert widget.locator(".wh-corner").all_inner_texts() == ["1", "0", "0", "1"]


def test_targets_on_the_grid_show_its_points(widget: Locator) -> None:
    choose(widget, "Same sign")
    tick(widget, "|u−v|")
    says(widget, "Not separated: 83% right.")
    expect(widget.locator(".wh-corner")).to_have_count(0)
    expect(widget.locator(".wh-dots circle")).to_have_count(212)
    expect(widget.locator(".wh-dots path")).to_have_count(256 - 212)  # a cross at each point that the head has wrong
    tick(widget, "u∗v")
    says(widget, "Separated: every point right. The sign of u∗v is the answer.")
    tick(widget, "u", "v")
    says(widget, "No line does it. The best fit gives every point the same answer, ½: a coin.")


def test_without_blocks_the_bias_is_alone(widget: Locator) -> None:
    choose(widget, "AND")
    tick(widget)
    says(widget, "No weights on the bias alone do it: 3 of 4 corners at most.")
    assert weights(widget) == []


def test_the_boundary_is_where_the_score_is_zero(widget: Locator) -> None:
    choose(widget, "AND")
    tick(widget, "u", "v")
    threshold = -WhichHeads(target="AND", blocks=["u", "v"]).fit().bias / WhichHeads(target="AND").fit().weights["u"]
    numbers = re.findall(r"([\d.]+) ([\d.]+)", widget.locator(".wh-boundary").get_attribute("d"))
    assert len(numbers) > 20
    ticks = [
        line.get_attribute(name)
        for line, name in zip(widget.locator(".bw-axes line").all(), ["x1", "x1", "y1", "y1"], strict=True)
    ]
    left, right, bottom, top = map(float, ticks)  # where u is 0 and 1, and v
    for x, y in numbers:
        u, v = (float(x) - left) / (right - left), (float(y) - bottom) / (top - bottom)
        assert u + v == pytest.approx(threshold, abs=0.01)


def test_a_tap_flips_a_corner_on_a_phone(book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{book_url}/{PATH}", has_touch=True, viewport={"width": 360, "height": 800})
    widget = find_widget(page, MODULE)
    widget.locator(".wh-corner").first.tap()
    expect(widget.locator(".wh-corner").first).to_have_text("1")
    widget.locator("label", has_text="u∗v").tap()
    says(widget, "Separated: every point right.")


def test_targets_are_large_enough_for_a_finger(book_url: str, open_page: OpenPage) -> None:
    widget = find_widget(open_page(f"{book_url}/{PATH}", viewport={"width": 360, "height": 800}), MODULE)
    for control in [*widget.locator("button").all(), *widget.locator("label").all()]:
        box = control.bounding_box()
        assert min(box["width"], box["height"]) >= 44
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360


@pytest.mark.parametrize("width", [360, 390, 700, 1300])
def test_nothing_moves_when_the_numbers_do(book_url: str, open_page: OpenPage, width: int) -> None:
    widget = find_widget(open_page(f"{book_url}/{PATH}", viewport={"width": width, "height": 800}), MODULE)
    heights = set()
    for target, blocks in itertools.product(["AND", "XOR", "Equal"], [["u", "v"], ["|u−v|"], ["|u−v|", "(u−v)"]]):
        choose(widget, target)
        tick(widget, *blocks)
        heights.add(round(widget.bounding_box()["height"]))
    assert max(heights) - min(heights) <= 1


def test_colours_follow_the_theme(book_url: str, open_page: OpenPage) -> None:
    colours = {}
    for scheme in ("light", "dark"):
        widget = find_widget(open_page(f"{book_url}/{PATH}", color_scheme=scheme), MODULE)
        colours[scheme] = style(widget.locator(".wh-row.bw-p div span"), "backgroundColor")
    assert colours == {"light": "rgb(168, 67, 127)", "dark": "rgb(228, 143, 198)"}


def test_without_javascript_the_numbers_are_pythons(book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{book_url}/{PATH}", java_script_enabled=False)
    twin = find_twin(page, MODULE)
    state = json.loads(twin.get_attribute("data-state"))
    assert WhichHeads(**state).static_html() in page.content()
    expect(twin.locator("p")).to_contain_text("2 of 4 corners right")
    expect(twin.locator("p")).to_contain_text("No weights on the blocks get more than 3 right.")


@pytest.mark.parametrize("name", ["target", "blocks", "table"])
def test_markup_in_the_state_is_shown_as_text(book_url: str, open_page: OpenPage, name: str) -> None:
    markup = "<img src=x onerror='window.hacked = true'>"
    state = {**WhichHeads().state(), name: markup if name == "target" else [markup]}

    page = open_page(f"{book_url}/{PATH}", with_state(PATH, MODULE, lambda _: state))
    widget = find_twin(page, MODULE)
    expect(widget.locator(".book-widget-error")).to_contain_text(f"{name} cannot be {markup}")
    expect(widget.locator("table")).to_be_visible()
    expect(widget.locator("img")).to_have_count(0)
    assert page.evaluate("window.hacked") is None


def test_module_agrees_with_the_package(still_page: Page) -> None:
    """Every target on every choice of blocks, and every table on a few."""
    cases = [(target, blocks, TABLES[9]) for target in TARGETS for blocks in SUBSETS]
    cases += [("table", blocks, table) for table in TABLES for blocks in SUBSETS[6:16]]
    in_page = ask_module(still_page, MODULE, "(m, cases) => cases.map((c) => m.fit(...c))", cases)
    for (target, blocks, table), found in zip(cases, in_page, strict=True):
        fit = WhichHeads(target=target, blocks=blocks, table=table).fit()
        probabilities = torch.sigmoid(torch.tensor(found["scores"], dtype=torch.float64))
        torch.testing.assert_close(probabilities, fit.probabilities, rtol=0, atol=1e-6)
        assert found["weights"] == pytest.approx([*fit.weights.values(), fit.bias], rel=1e-6, abs=1e-6)
        assert (found["right"], found["count"], found["attainable"]) == (fit.right, fit.count, fit.attainable)


def test_the_words_are_true_of_the_numbers(still_page: Page) -> None:
    cases = [(target, blocks, TABLES[9]) for target in TARGETS for blocks in SUBSETS]
    cases += [("table", blocks, table) for table in TABLES for blocks in SUBSETS]
    describe = """(m, cases) => cases.map((c) => {
        const found = m.fit(...c);
        return [found, m.describe(c[0], c[1], found)];
    })"""
    said = ask_module(still_page, MODULE, describe, cases)
    for (target, blocks, table), (found, (headline, sentence)) in zip(cases, said, strict=True):
        case = (target, blocks, table, headline, sentence)
        undecided = sum(abs(score) < 1e-3 for score in found["scores"])
        assert ("every point right" in headline) == (found["right"] == found["count"]), case
        if "No line" in headline:
            assert len(set(blocks) & {"u", "v", "u-v"}) == len(blocks) > 1, case
        if most := re.search(r"(\d) of 4 corners at most", headline):
            assert int(most[1]) == found["attainable"] < 4, case
        if share := re.search(r"(\d+)% right", headline):
            assert int(share[1]) == pytest.approx(100 * found["right"] / found["count"], abs=0.51), case
        if "½ at all four" in sentence:
            assert undecided == 4, case
        if pair := re.search(r"At (\d) corners the best fit answers ½", sentence):
            assert int(pair[1]) == undecided == 2, case
        if "the same answer" in sentence:
            assert max(found["scores"]) - min(found["scores"]) < 1e-3, case
            assert ("½" in sentence) == (undecided == found["count"]), case


def test_formulas_read_like_formulas(still_page: Page) -> None:
    formulas = {
        (("u", "v"), (0, 0, 0)): "score = 0.0",
        (("u", "v"), (17, 17, -25.5)): "score = 17.0 (u + v − 1.5)",
        (("u", "v", "u*v"), (16.6, 16.6, -34.0, -8.1)): "score = 16.6 (u + v − 2.0 u∗v − 0.5)",
        (("u", "v", "|u-v|"), (-0.3, -0.3, 19.9, -9.5)): "score = 19.9 (|u−v| − 0.5)",
        (("|u-v|",), (-75, 42)): "score = −75.0 (|u−v| − 0.6)",
        (("u", "v", "u-v"), (25, -25, 50, -5)): "score = 25.0 (u − v + 2.0 (u−v) − 0.2)",
        (("u*v",), (144.0, 0)): "score = 144.0 (u∗v)",
        (("u", "u-v"), (2, 2, 22)): "score = 2.0 (u + (u−v) + 11.0)",
        ((), (-1.1,)): "score = −1.1",
    }
    cases = [[list(blocks), list(numbers)] for blocks, numbers in formulas]
    found = ask_module(still_page, MODULE, "(m, cases) => cases.map((c) => m.formula(...c))", cases)
    assert found == list(formulas.values())


def test_the_picture_says_the_result(widget: Locator) -> None:
    widget.get_by_role("checkbox", name="|u−v|").check()
    expect(widget.get_by_role("img")).to_have_attribute("aria-label", re.compile("Separated: every point right"))
