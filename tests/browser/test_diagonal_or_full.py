"""Diagonal or full in the built book: by keyboard, mouse and touch, in light and dark, with the numbers of Python."""

from __future__ import annotations

import json
import random
import re

import pytest
from playwright.sync_api import Locator, Page, expect

from infersent.widgets import DiagonalOrFull
from tests.browser.conftest import OpenPage, ask_module, find_twin, find_widget, number, style, with_state

pytestmark = pytest.mark.browser

PATH = "book/features/product-bases.html"
MODULE = "diagonal_or_full"
NAMED_CASES = {
    "Dot product": [[1, 0], [0, 1]],
    "Weighted": [[2, 0], [0, -1]],
    "Symmetric": [[2, 2], [2, -1]],
    "Antisymmetric": [[0, 1], [-1, 0]],
    "Mixed": [[2, 3], [1, -1]],
}


def stored(widget: Locator) -> DiagonalOrFull:
    return DiagonalOrFull(**json.loads(widget.get_attribute("data-state")))


def percent(share: float) -> str:
    if 1e-6 < share < 0.005:
        return "under 1%"
    return "over 99%" if 0.995 <= share < 1 - 1e-6 else f"{100 * share:.0f}%"


def assert_shows(widget: Locator, python: DiagonalOrFull) -> None:
    """Cells, sliders, heat maps, curve and words are those of the state."""
    cells = [float(cell.input_value()) for cell in widget.get_by_role("spinbutton").all()]
    assert cells == pytest.approx([x for row in python.matrix for x in row])
    angle_v = python.angle if python.encoders == 1 else python.angle_v
    sliders = widget.get_by_role("slider")
    assert [float(s.input_value()) for s in sliders.all()] == pytest.approx([python.angle, angle_v], abs=0.51)
    assert sliders.last.is_disabled() == (python.encoders == 1)
    texts = widget.locator(".df-maps text").all_text_contents()
    maps = [number(text) for text in texts if re.fullmatch(r"−?\d+(\.\d\d)?", text)]
    a, b, c, d = python.rotated().flatten().tolist()
    assert maps == pytest.approx([a, b, c, d, a, 0, 0, d, 0, b, c, 0], abs=0.0051)
    totals = widget.locator(".df-maps .df-total").all_text_contents()
    assert totals == [percent(share) for share in (1, python.share(), 1 - python.share())]
    expect(widget.locator(".bw-result strong")).to_contain_text(f"holds {percent(python.share())} of W")
    expect(widget.locator("figcaption")).to_contain_text(f"can reach, {percent(python.best_share())}.")
    point = widget.locator(".df-point")
    lines = widget.locator(".df-curve .bw-axes line")
    *_, low, _, high = lines.evaluate_all("lines => lines.map((line) => Number(line.getAttribute('y1')))")  # 0%, 100%
    assert float(point.get_attribute("cy")) == pytest.approx(low + (high - low) * python.share(), abs=1e-3)


def test_starts_where_the_notebook_left_it(widget: Locator) -> None:
    assert_shows(widget, stored(widget))


def test_arrow_keys_turn_the_axes(widget: Locator) -> None:
    python = stored(widget)
    slider = widget.get_by_role("slider", name="turn the axes of u")
    slider.press("Home")
    for python.angle in (1, 2, 3):
        slider.press("ArrowRight")
        assert_shows(widget, python)


def test_the_mouse_turns_the_axes(widget: Locator) -> None:
    python = stored(widget)
    slider = widget.get_by_role("slider", name="turn the axes of u")
    box = slider.bounding_box()
    slider.click(position={"x": box["width"] / 2, "y": box["height"] / 2})
    python.angle = 45
    assert_shows(widget, python)


def test_named_cases_the_best_angle_and_reset(widget: Locator) -> None:
    start = stored(widget)
    for encoders, name in ((1, "One encoder"), (2, "Two encoders")):
        widget.get_by_role("button", name=name).click()
        for case, matrix in NAMED_CASES.items():
            button = widget.get_by_role("button", name=case, exact=True)
            button.click()
            expect(button).to_have_attribute("aria-pressed", "true")
            python = DiagonalOrFull(matrix=matrix, encoders=encoders)
            widget.get_by_role("button", name="Turn to the best angle").click()
            python.angle, python.angle_v = python.best_angle()
            assert python.share() == pytest.approx(python.best_share())
            assert_shows(widget, python)
    widget.get_by_role("button", name="Reset").click()
    assert_shows(widget, start)


def test_two_encoders_turn_apart(widget: Locator) -> None:
    python = stored(widget)
    widget.get_by_role("slider", name="turn the axes of u").press("ArrowRight")
    widget.get_by_role("button", name="Two encoders").click()
    python.encoders, python.angle, python.angle_v = 2, python.angle + 1, python.angle + 1
    assert_shows(widget, python)  # nothing has moved yet
    for _ in range(2):
        widget.get_by_role("slider", name="turn the axes of v").press("ArrowRight")
    python.angle_v += 2
    assert_shows(widget, python)


def test_a_form_of_ones_own(widget: Locator) -> None:
    python = stored(widget)
    for row, column, text in ((1, 2, "-3.5"), (2, 1, "0.25"), (2, 2, "9")):
        widget.get_by_role("spinbutton", name=f"W, row {row}, column {column}").fill(text)
        matrix = [list(r) for r in python.matrix]
        matrix[row - 1][column - 1] = float(text)
        python.matrix = matrix
        assert_shows(widget, python)


def test_a_cell_refuses_what_is_out_of_range_and_keeps_what_is_being_typed(widget: Locator) -> None:
    python = stored(widget)
    cell = widget.get_by_role("spinbutton", name="W, row 1, column 1")
    for text in ("90", ""):
        cell.fill(text)
        cell.press("Tab")
        assert_shows(widget, python)
    cell.fill("")
    cell.press_sequentially("-1.5")
    python.matrix = [[-1.5, python.matrix[0][1]], python.matrix[1]]
    assert_shows(widget, python)


def test_a_tap_turns_the_axes_on_a_phone(book_url: str, open_page: OpenPage) -> None:
    widget = find_widget(
        open_page(f"{book_url}/{PATH}", has_touch=True, viewport={"width": 360, "height": 800}), MODULE
    )
    python = stored(widget)
    widget.get_by_role("button", name="Mixed").tap()
    widget.get_by_role("button", name="Turn to the best angle").tap()
    python.matrix = NAMED_CASES["Mixed"]
    python.angle, _ = python.best_angle()
    assert_shows(widget, python)


def test_it_keeps_its_height_on_a_phone(book_url: str, open_page: OpenPage) -> None:
    widget = find_widget(open_page(f"{book_url}/{PATH}", viewport={"width": 360, "height": 800}), MODULE)
    heights = set()
    for name in ("One encoder", "Two encoders"):
        widget.get_by_role("button", name=name).click()
        for case in NAMED_CASES:
            widget.get_by_role("button", name=case, exact=True).click()
            widget.get_by_role("slider").first.press("PageUp")
            heights.add(round(widget.bounding_box()["height"]))
            widget.get_by_role("button", name="Turn to the best angle").click()
            heights.add(round(widget.bounding_box()["height"]))
    assert len(heights) == 1


def test_colours_follow_the_theme(book_url: str, open_page: OpenPage) -> None:
    colours = {}
    for scheme in ("light", "dark"):
        widget = find_widget(open_page(f"{book_url}/{PATH}", color_scheme=scheme), MODULE)
        colours[scheme] = style(widget.locator(".df-line"), "stroke"), style(widget.locator(".bw"), "backgroundColor")
    assert all(light != dark for light, dark in zip(*colours.values(), strict=True))


def test_the_result_is_announced(widget: Locator) -> None:
    widget.get_by_role("button", name="Antisymmetric").click()
    expect(widget.locator("[aria-live=polite]")).to_contain_text("holds 0% of W. No angle helps. W is antisymmetric")


def test_pictures_say_what_they_show(widget: Locator) -> None:
    widget.get_by_role("button", name="Mixed").click()
    for says in (
        "W in the turned axes: .* u∗v holds .*% of the squares",
        "The axes of u, turned by .*; best at 26.6°",
        "share on the diagonal against the angle: .*%",
    ):
        expect(widget.get_by_role("img", name=re.compile(says))).to_be_visible()
    widget.get_by_role("button", name="Dot product").click()
    expect(widget.get_by_role("img", name=re.compile("axes of v, .*; no angle is better"))).to_be_visible()


def test_the_twin_in_the_page_is_the_one_that_python_writes(book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{book_url}/{PATH}", java_script_enabled=False)
    widget = find_twin(page, MODULE)
    assert stored(widget).static_html() in page.content()
    expect(widget).to_contain_text("The diagonal holds")


@pytest.mark.parametrize(
    "state",
    [
        {"matrix": [["MARKUP", 0], [0, 1]]},
        {"matrix": [[1, 2]]},
        {"matrix": [[1, 2], [3, 9.5]]},
        {"encoders": "MARKUP"},
        {"encoders": 3},
        {"angle": 91},
        {"angle_v": "MARKUP"},
    ],
)
def test_a_state_that_makes_no_sense_is_named_as_text(book_url: str, open_page: OpenPage, state: dict) -> None:
    markup = "<img src=x onerror='window.hacked = true'>"
    good = {"matrix": [[1, 0], [0, 1]], "encoders": 1, "angle": 0, "angle_v": 0}
    bad = json.loads(json.dumps({**good, **state}).replace("MARKUP", markup))
    page = open_page(f"{book_url}/{PATH}", with_state(PATH, MODULE, lambda _: bad))
    widget = find_twin(page, MODULE)
    name, value = next(iter(state.items()))
    expect(widget.locator(".book-widget-error")).to_contain_text(f"{name} must be")
    if "MARKUP" in str(value):
        expect(widget.locator(".book-widget-error")).to_contain_text(markup)
    expect(widget.locator("img")).to_have_count(0)
    assert page.evaluate("window.hacked") is None
    expect(widget.locator("table")).to_be_visible()


def golden_cases() -> list[DiagonalOrFull]:
    draw = random.Random(0)
    forms = [*NAMED_CASES.values(), [[0, 0], [0, 0]], [[1, 1], [-1, 1]], [[0, 1], [1, 0]], [[1, 2], [2, 4]]]
    forms += [[[round(draw.uniform(-9, 9), 2) for _ in range(2)] for _ in range(2)] for _ in range(60)]
    return [
        DiagonalOrFull(matrix=form, encoders=encoders, angle=draw.uniform(0, 90), angle_v=draw.uniform(0, 180))
        for form in forms
        for encoders in (1, 2)
    ]


def test_module_agrees_with_the_package(still_page: Page) -> None:
    cases = golden_cases()
    assert len(cases) >= 50
    numbers = """(m, cases) => cases.map(([w, n, a, b]) =>
        [m.rotated(w, a, b).flat(), m.share(w, a, b), m.bestAngle(w, n), m.bestShare(w, n)])"""
    states = [[w.matrix, w.encoders, w.angle, w.angle if w.encoders == 1 else w.angle_v] for w in cases]
    in_page = ask_module(still_page, MODULE, numbers, states)
    for python, (rotated, share, best, best_share) in zip(cases, in_page, strict=True):
        assert rotated == pytest.approx(python.rotated().flatten().tolist(), abs=1e-6)
        assert share == pytest.approx(python.share(), abs=1e-6)
        assert best == pytest.approx(python.best_angle(), abs=2e-6)
        assert best_share == pytest.approx(python.best_share(), abs=1e-6)


def test_the_words_are_true_of_the_numbers(still_page: Page) -> None:
    cases = golden_cases()
    for python in golden_cases():
        python.angle, python.angle_v = python.best_angle()
        cases.append(python)
    states = [[w.matrix, w.encoders, w.angle, w.angle if w.encoders == 1 else w.angle_v] for w in cases]
    said = ask_module(still_page, MODULE, "(m, cases) => cases.map((c) => m.describe(...c))", states)
    for python, (headline, sentence) in zip(cases, said, strict=True):
        (a, b), (c, d) = python.matrix
        if not any([a, b, c, d]):
            assert headline == "W is zero."
            continue
        assert f"holds {percent(python.share())} of W" in headline
        at_best = python.share() > python.best_share() - 1e-6
        antisymmetric = (a, d) == (0, 0) and b == -c
        if python.encoders == 2:
            assert ("The best angles are" in sentence) == (not at_best)
            continue
        assert ("W is symmetric" in sentence) == (b == c and not (a == d and b == 0)), (python, sentence)
        assert ("W is antisymmetric:" in sentence) == antisymmetric
        assert ("dot product" in sentence) == (a == d and b == c == 0)
        assert ("This is the best angle" in sentence) <= at_best
        if "The best angle is" in sentence:
            assert not at_best
            degrees, most = re.search(r"is ([\d.]+)°, where it holds ((?:over |under )?\d+%)", sentence).groups()
            assert float(degrees) == pytest.approx(python.best_angle()[0], abs=0.051)
            assert most == percent(python.best_share())
        if rest := re.search(r"other ((?:over |under )?\d+%)", sentence):
            assert rest[1] == percent(1 - python.best_share())
