"""The feature workbench in the built book: typed formulas, refusals, the point, the tables, and its numbers."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Locator, Page, expect

from infersent.widgets import FeatureWorkbench
from tests.browser.conftest import OpenPage, ask_module, find_twin, find_widget, style, with_state

pytestmark = pytest.mark.browser

PATH = "book/beyond/design-your-own.html"
MODULE = "feature_workbench"


def field(widget: Locator) -> Locator:
    return widget.get_by_role("textbox", name="Formula of u and v")


def says(widget: Locator, text: str) -> None:
    """The result in sight, and a moment later the one that is read out."""
    expect(widget.locator(".bw-result p")).to_contain_text(text)
    expect(widget.locator("[aria-live=polite]")).to_contain_text(text)


def fact(widget: Locator, name: str) -> Locator:
    return widget.get_by_role("listitem").filter(has=widget.page.get_by_text(name, exact=True)).locator("b")


def test_starts_at_the_stored_state(widget: Locator) -> None:
    expect(field(widget)).to_have_value("u*v")
    expect(widget.get_by_role("button", name="u∗v", exact=True)).to_have_attribute("aria-pressed", "true")
    says(widget, "One of the four blocks: u∗v.")
    workbench = FeatureWorkbench()
    told = workbench.gains()["u", "v"]
    says(widget, f"with it {100 * workbench.captions().accuracy:.1f}%: {100 * told.difference:+.1f} (")
    expect(fact(widget, "If u and v are swapped")).to_have_text("symmetric: f(v, u) = f(u, v)")


def test_a_typed_formula_is_tried_when_the_hand_rests(widget: Locator) -> None:
    field(widget).fill("")
    field(widget).press_sequentially("|u| - |v|")
    says(widget, "It bends but compares nothing")
    says(widget, "with it 33.3%: 0.0 (0.0 to 0.0) points, equivalent within one point.")
    expect(field(widget)).to_have_value("|u| - |v|")  # as it was typed
    expect(widget.locator(".fw-code")).to_contain_text('infersent.pair_features(u, v, ["u", "v", "|u|-|v|"])')
    expect(widget.get_by_role("button", name="|u|−|v|", exact=True)).to_have_attribute("aria-pressed", "true")


def test_a_text_that_is_no_formula_is_refused_and_the_last_one_stays(widget: Locator) -> None:
    field(widget).fill("u*<b>v")
    error = widget.locator(".fw-error")
    expect(error).to_have_text(re.compile("“<” at place 3 means nothing in a formula. Use .* Below: u∗v."))
    expect(field(widget)).to_have_attribute("aria-invalid", "true")
    expect(widget.locator(".fw-error b")).to_have_count(0)
    says(widget, "One of the four blocks: u∗v.")
    field(widget).fill("u*v*(u-v)")
    expect(error).to_have_text("")
    expect(field(widget)).to_have_attribute("aria-invalid", "false")
    says(widget, "A comparison of its own: 44% of it is in no sum of the four blocks.")


def test_a_quotient_warns_where_it_is_not_defined(widget: Locator) -> None:
    widget.get_by_role("button", name="u/v").press("Enter")
    expect(fact(widget, "Not defined")).to_have_text("where v = 0")
    expect(fact(widget, "Values")).to_have_text("no bound: it grows without end")
    expect(widget).to_contain_text("Not defined at some points of: AND, XOR, Both or neither.")
    expect(widget).to_contain_text(re.compile(r"At 1\.\d% of the numbers your block is not defined"))
    point = widget.get_by_role("slider", name="Point (u, v)")
    for _ in range(8):
        point.press("ArrowDown")
    expect(widget.locator(".fw-readout")).to_have_text("At (0.60, 0.00) it is not defined; no slopes.")


def test_the_point_moves_by_keyboard_and_by_pointer(widget: Locator) -> None:
    point = widget.get_by_role("slider", name="Point (u, v)")
    point.press("ArrowRight")
    point.press("Shift+ArrowDown")
    expect(widget.locator(".fw-readout")).to_have_text("At (0.65, 0.39) it is 0.25; slope 0.39 in u, 0.65 in v.")
    expect(point).to_have_attribute("aria-valuetext", re.compile(r"u 0\.65, v 0\.39: u∗v is 0\.25"))
    square = widget.locator(".fw-square")
    box = square.bounding_box()
    square.click(position={"x": 0.25 * box["width"], "y": 0.25 * box["height"]})
    expect(widget.locator(".fw-readout")).to_contain_text(re.compile(r"At \(−0\.[45]\d, 0\.[45]\d\)"))


def test_the_square_from_zero_makes_the_sizes_linear(widget: Locator) -> None:
    widget.get_by_role("button", name="|u|−|v|", exact=True).click()
    expect(fact(widget, "Beside u and v")).to_contain_text("it bends")
    point = widget.get_by_role("slider", name="Point (u, v)")
    for _ in range(20):
        point.press("ArrowLeft")
    widget.get_by_role("button", name="from 0 to 1").click()
    expect(fact(widget, "Beside u and v")).to_have_text("linear: adds nothing")
    expect(widget.locator(".fw-readout")).to_contain_text("At (0.00, 0.40)")
    widget.get_by_role("button", name="Reset").click()
    expect(field(widget)).to_have_value("u*v")
    expect(widget.get_by_role("button", name="from −1 to 1")).to_have_attribute("aria-pressed", "true")
    expect(widget.locator(".fw-readout")).to_contain_text("At (0.60, 0.40)")


def test_the_tables_show_pythons_numbers(widget: Locator) -> None:
    widget.get_by_role("button", name="max(v−u,0)", exact=True).click()
    says(widget, "A comparison, and a sum of the four blocks.")
    workbench = FeatureWorkbench(formula="max(v-u,0)")
    mine = widget.locator(".fw-table:not(.fw-pairs) .fw-mine").all_inner_texts()
    hits = [workbench.hits(target) for target in ("AND", "XOR", "table", "equal", "u>v", "same sign")]
    assert mine == [f"{100 * right / count:.0f}%" for right, count in hits]
    rows = widget.locator(".fw-pairs tbody tr").all_inner_texts()
    for row, told in zip(rows[1:], workbench.gains().values(), strict=True):
        numbers = [told.difference, *told.interval]
        assert [f"{100 * x:+.1f}".replace("-", "−") for x in numbers if abs(x) > 0.0005] == re.findall(
            r"[+−]\d+\.\d", row.split("%")[1]
        )
        assert told.outcome in row


def test_a_link_keeps_the_formula(book_url: str, open_page: OpenPage) -> None:
    widget = find_widget(open_page(f"{book_url}/{PATH}#formula=min(u%2Cv)*2"), MODULE)
    expect(field(widget)).to_have_value("min(u,v)*2")
    says(widget, "A comparison, and a sum of the four blocks.")
    field(widget).fill("square(u-v)")
    says(widget, "A comparison of its own")
    widget.get_by_role("button", name="Link to this formula").click()
    assert widget.page.url.endswith("#formula=square%28u-v%29")


def test_a_link_that_holds_no_formula_is_refused_in_words(book_url: str, open_page: OpenPage) -> None:
    widget = find_widget(open_page(f"{book_url}/{PATH}#formula=%3Cimg%20src%3Dx%3E"), MODULE)
    expect(widget.locator(".fw-error")).to_contain_text("“<” at place 1 means nothing in a formula")
    says(widget, "One of the four blocks: u∗v.")
    expect(widget.locator("img")).to_have_count(0)


@pytest.mark.parametrize("width", [360, 390])
def test_on_a_phone_nothing_sticks_out_and_fingers_find_the_controls(
    book_url: str, open_page: OpenPage, width: int
) -> None:
    page = open_page(f"{book_url}/{PATH}", viewport={"width": width, "height": 800})
    widget = find_widget(page, MODULE)
    for control in [*widget.locator("button").all(), field(widget)]:
        box = control.bounding_box()
        assert min(box["width"], box["height"]) >= 44
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [390, 1300])
def test_the_formulas_own_words_move_nothing(book_url: str, open_page: OpenPage, width: int) -> None:
    """The field and the buttons stay where they are, whatever is said of a formula."""
    widget = find_widget(open_page(f"{book_url}/{PATH}", viewport={"width": width, "height": 800}), MODULE)
    tops = set()
    for name in ("u∗v", "u/v", "(u∗v)^2", "|u|−|v|"):
        widget.get_by_role("button", name=name, exact=True).click()
        says(widget, "caption pairs")
        tops.add(round(widget.locator(".fw-square").bounding_box()["y"] - field(widget).bounding_box()["y"]))
    assert len(tops) == 1


def test_colours_follow_the_block_and_the_theme(book_url: str, open_page: OpenPage) -> None:
    colours = {}
    for scheme in ("light", "dark"):
        widget = find_widget(open_page(f"{book_url}/{PATH}", color_scheme=scheme), MODULE)
        colours[scheme] = style(widget.locator(".fw-above").first, "fill")
    assert colours == {"light": "rgb(168, 67, 127)", "dark": "rgb(228, 143, 198)"}


def test_without_javascript_the_numbers_are_pythons(book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{book_url}/{PATH}", java_script_enabled=False)
    twin = find_twin(page, MODULE)
    state = json.loads(twin.get_attribute("data-state"))
    assert FeatureWorkbench(**state).static_html() in page.content().replace("&nbsp;", "\N{NO-BREAK SPACE}")
    expect(twin.locator("table")).to_have_count(3)


@pytest.mark.parametrize(("name", "value"), [("formula", "<img src=x onerror='window.hacked = true'>"), ("u", "<b>")])
def test_markup_in_the_state_is_shown_as_text(book_url: str, open_page: OpenPage, name: str, value: str) -> None:
    page = open_page(f"{book_url}/{PATH}", with_state(PATH, MODULE, lambda state: {**state, name: value}))
    widget = find_twin(page, MODULE)
    expect(widget.locator(".book-widget-error")).to_contain_text(value)
    expect(widget.locator("img")).to_have_count(0)
    assert page.evaluate("window.hacked") is None


def test_the_module_reads_what_python_reads(still_page: Page) -> None:
    texts = ["max(v-u, 0)", "||u|-|v||", "2^u*-v", "tanh(3*u)/(1+v^2)"]
    ask = "(m, texts) => texts.map((text) => m.compileSlopes(m.parse(text).tree)(0.3, -0.7))"
    for text, found in zip(texts, ask_module(still_page, MODULE, ask, texts), strict=True):
        assert found == pytest.approx(FeatureWorkbench(formula=text, u=0.3, v=-0.7).value(), rel=1e-12), text
