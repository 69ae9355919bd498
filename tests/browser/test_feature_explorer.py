"""The feature explorer in the built book: by keyboard, mouse and touch, and without JavaScript at all."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import torch
from playwright.sync_api import Locator, Page, expect

import infersent
from infersent.widgets import FeatureExplorer
from tests.browser.conftest import OpenPage, ask_module, find_twin, find_widget, number, style, with_state

pytestmark = pytest.mark.browser

PATH = "book/question/the-question.html"
MODULE = "feature_explorer"
NAMED_CASES = {  # a button: the point that it goes to, and what the sentence says there
    "Both on": (0.9, 0.9, "only the product sees that both are on"),
    "Both off": (0.05, 0.05, "it cannot tell the two"),
    "One on": (0.9, 0.05, "almost as if both were off"),
    "Opposite": (0.8, -0.8, "the signs disagree"),
    "Both negative": (-0.8, -0.8, "the same as for (0.80, 0.80)"),
}


def shown(widget: Locator) -> list[float]:
    """The numbers beside the four bars."""
    texts = widget.locator(".fx-row .bw-number").all_inner_texts()
    return [number(text) for text in texts]


def stored_state(widget: Locator) -> tuple[float, float]:
    """The point that the notebook stored."""
    state = json.loads(widget.get_attribute("data-state"))
    return state["u"], state["v"]


def assert_shows(widget: Locator, u: float, v: float, tolerance: float = 0.0051) -> None:
    """Bars, sliders and the four maps show the point; a printed number is off by half a digit at most."""
    assert shown(widget) == pytest.approx([u, v, abs(u - v), u * v], abs=tolerance)
    sliders = widget.get_by_role("slider", name=re.compile("of the (premise|hypothesis)"))
    assert [float(slider.input_value()) for slider in sliders.all()] == pytest.approx([u, v], abs=tolerance)
    values = [point.get_attribute("aria-valuenow") for point in points(widget).all()]
    assert [float(value) for value in values] == pytest.approx([u, v, abs(u - v), u * v], abs=tolerance)


def points(widget: Locator) -> Locator:
    return widget.get_by_role("slider", name="Point (u, v)")


def test_starts_at_the_stored_point(widget: Locator) -> None:
    assert_shows(widget, *stored_state(widget))


def test_arrow_keys_move_a_slider(widget: Locator) -> None:
    u, v = stored_state(widget)
    slider = widget.get_by_role("slider", name="of the hypothesis")
    slider.focus()
    for _ in range(3):
        slider.press("ArrowLeft")
    assert_shows(widget, u, v - 0.03)


def test_arrow_keys_move_the_point(widget: Locator) -> None:
    u, v = stored_state(widget)
    steps = {"ArrowLeft": (-0.05, 0), "ArrowDown": (0, -0.05), "ArrowRight": (0.05, 0), "Shift+ArrowUp": (0, 0.01)}
    for key, (du, dv) in steps.items():
        points(widget).first.press(key)
        u, v = u + du, v + dv
        assert_shows(widget, u, v)


def test_the_point_stays_in_the_square(widget: Locator) -> None:
    _, v = stored_state(widget)
    for _ in range(50):
        points(widget).last.press("ArrowRight")
    assert_shows(widget, 1, v)


def test_dragging_moves_the_point(widget: Locator) -> None:
    mouse = widget.page.mouse
    for which in range(4):
        square = widget.locator(".fx-square").nth(which)
        square.scroll_into_view_if_needed()
        box, point = square.bounding_box(), points(widget).nth(which).bounding_box()
        mouse.move(point["x"] + point["width"] / 2, point["y"] + point["height"] / 2)
        mouse.down()
        mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=3)
        mouse.move(box["x"] + box["width"] / 4, box["y"] + box["height"] / 4, steps=3)
        mouse.up()
        mouse.move(box["x"], box["y"])  # let go: this must not drag any more
        assert_shows(widget, -0.5, 0.5, tolerance=0.04)
        widget.get_by_role("button", name="Reset").click()


def test_a_click_on_a_map_moves_the_point(widget: Locator) -> None:
    square = widget.locator(".fx-square").first
    box = square.bounding_box()
    square.click(position={"x": 0.75 * box["width"], "y": 0.75 * box["height"]})
    assert_shows(widget, 0.5, -0.5, tolerance=0.04)


def test_a_tap_on_a_map_moves_the_point(book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{book_url}/{PATH}", has_touch=True, viewport={"width": 390, "height": 844})
    widget = find_widget(page, MODULE)
    square = widget.locator(".fx-square").last
    box = square.bounding_box()
    square.tap(position={"x": 0.25 * box["width"], "y": 0.75 * box["height"]})
    assert_shows(widget, -0.5, -0.5, tolerance=0.04)


def test_named_cases_and_reset(widget: Locator) -> None:
    start = stored_state(widget)
    for name, (u, v, says) in NAMED_CASES.items():
        button = widget.get_by_role("button", name=name, exact=True)
        button.click()
        assert_shows(widget, u, v)
        expect(button).to_have_attribute("aria-pressed", "true")
        expect(widget.locator(".bw-result p")).to_contain_text(says)
        expect(widget.locator("[aria-live=polite]")).to_contain_text(says)
        widget.get_by_role("button", name="Reset").click()
        assert_shows(widget, *start)
        expect(button).to_have_attribute("aria-pressed", "false")


def test_a_screen_reader_hears_where_the_point_comes_to_rest(book_url: str, open_page: OpenPage) -> None:
    """The words change at once; the live region only when the reader's hand rests, so that it does not chatter."""
    widget = find_widget(open_page(f"{book_url}/{PATH}"), MODULE)
    live = widget.locator("[aria-live=polite]")
    expect(live).to_have_text(re.compile("."))
    live.evaluate("""node => {
        window.heard = [];
        new MutationObserver(() => window.heard.push(node.textContent)).observe(node, { childList: true });
    }""")
    slider = widget.get_by_role("slider", name="of the hypothesis")
    slider.evaluate("""async slider => {
        for (let step = 0; step < 10; step++) {
            slider.value = slider.valueAsNumber - 0.1;
            slider.dispatchEvent(new Event("input", { bubbles: true }));
            await new Promise((done) => setTimeout(done, 20));
        }
    }""")
    expect(live).to_have_text(widget.locator(".bw-result p").inner_text())
    assert widget.page.evaluate("window.heard.length") == 1


def test_the_slopes_are_in_words(widget: Locator) -> None:
    """A case: what the rows of u, v, |u-v| and u*v say."""
    words = {
        "Opposite": ["moves with u: 1.00, with v: −1.00", "moves with u: −0.80, with v: 0.80"],
        "Both negative": ["at its kink: no slope", "moves with u: −0.80, with v: −0.80"],
    }
    for name, rows in words.items():
        widget.get_by_role("button", name=name, exact=True).click()
        expected = ["moves with u: 1.00, with v: 0.00", "moves with u: 0.00, with v: 1.00", *rows]
        assert widget.locator(".fx-slopes").all_inner_texts() == expected


def test_arrows_point_where_the_features_grow(widget: Locator) -> None:
    """The arrow at the point starts there, and leads along the gradient; where there is no slope there is none."""
    widget.get_by_role("button", name="Opposite").click()
    ends = []
    for path in widget.locator(".fx-slope").all():
        x1, y1, x2, y2 = (float(x) for x in re.findall(r"[\d.]+", path.get_attribute("d"))[:4])
        assert (x1, y1) == (180, 180)
        ends.append(((x2 - x1) / 34, (y1 - y2) / 34))
    expected = FeatureExplorer(u=0.8, v=-0.8).gradients().values()
    for end, slope in zip(ends, expected, strict=True):
        assert end == pytest.approx(slope, abs=0.01)
    widget.get_by_role("button", name="Both on").click()
    assert widget.locator(".bw-d .fx-slope").get_attribute("d") == ""


def test_contours_are_where_the_feature_has_their_level(book_url: str, open_page: OpenPage) -> None:
    widget = find_widget(open_page(f"{book_url}/{PATH}"), MODULE)
    levels = [-0.75 + i / 4 for i in range(11)]
    for which, key in enumerate("uvdp"):
        lines = widget.locator(f".bw-{key} .fx-contours path")
        drawn = []
        for level, line in zip(levels, lines.all(), strict=True):
            pairs = re.findall(r"([\d.]+) ([\d.]+)", line.get_attribute("d"))
            for x, y in pairs:
                u, v = float(x) / 100 - 1, 1 - float(y) / 100
                assert (u, v, abs(u - v), u * v)[which] == pytest.approx(level, abs=0.003)
            if pairs:
                drawn.append(level)
            assert (line.get_attribute("class") == "fx-dashed") == (level < 0)
        inside = {"d": lambda level: level >= 0}.get(key, lambda level: -1 < level < 1)
        assert drawn == [level for level in levels if inside(level)]


def test_targets_are_large_enough_for_a_finger(book_url: str, open_page: OpenPage) -> None:
    widget = find_widget(open_page(f"{book_url}/{PATH}", viewport={"width": 360, "height": 800}), MODULE)
    for control in widget.locator("button, input, [role=slider]").all():
        box = control.bounding_box()
        assert min(box["width"], box["height"]) >= 44


def test_colours_follow_the_theme(book_url: str, open_page: OpenPage) -> None:
    colours = {}
    for scheme in ("light", "dark"):
        widget = find_widget(open_page(f"{book_url}/{PATH}", color_scheme=scheme), MODULE)
        colours[scheme] = style(widget.locator(".bw-p .fx-track span"), "backgroundColor")
    assert colours == {"light": "rgb(168, 67, 127)", "dark": "rgb(228, 143, 198)"}


def test_bars_jump_for_readers_who_want_no_motion(book_url: str, open_page: OpenPage) -> None:
    widget = find_widget(open_page(f"{book_url}/{PATH}", reduced_motion="reduce"), MODULE)
    assert style(widget.locator(".fx-track span").first, "transitionDuration") == "0s"


def test_without_javascript_the_numbers_are_there(book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{book_url}/{PATH}", java_script_enabled=False)
    twin = find_twin(page, MODULE)
    u, v = stored_state(twin)
    cells = [text.replace("−", "-") for text in twin.locator("td").all_inner_texts()]
    values = cells[::3]  # the two slopes follow each value
    assert values == [f"{value:.2f}" for value in (u, v, abs(u - v), u * v)]


def test_the_twin_in_the_page_is_the_one_that_python_writes(book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{book_url}/{PATH}", java_script_enabled=False)
    twin = find_twin(page, MODULE)
    u, v = stored_state(twin)
    assert FeatureExplorer(u=u, v=v).static_html() in page.content()


def test_markup_in_the_state_is_shown_as_text(book_url: str, open_page: OpenPage) -> None:
    markup = "<img src=x onerror='window.hacked = true'>"

    page = open_page(f"{book_url}/{PATH}", with_state(PATH, MODULE, lambda _: {"u": markup, "v": 0.5}))
    widget = find_twin(page, MODULE)
    expect(widget.locator(".book-widget-error")).to_contain_text(markup)
    expect(widget.locator("table")).to_be_visible()
    expect(widget.locator("img")).to_have_count(0)
    assert page.evaluate("window.hacked") is None


def test_a_module_that_is_missing_leaves_the_numbers_and_says_so(book_url: str, open_page: OpenPage) -> None:
    def serve_nothing(page: Page) -> None:
        page.route("**/widgets/feature_explorer.js*", lambda route: route.fulfill(body=""))

    page = open_page(f"{book_url}/{PATH}", serve_nothing)
    widget = find_twin(page, MODULE)
    expect(widget.locator(".book-widget-error")).to_contain_text("no module “feature_explorer”")
    expect(widget.locator("td")).to_have_count(12)


def test_module_agrees_with_the_package(still_page: Page) -> None:
    points = 2 * torch.rand(200, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0)) - 1
    points[:20, 1] = points[:20, 0]  # on the kink of |u-v|
    points.requires_grad_()
    features = infersent.pair_features(points[:, :1], points[:, 1:])  # [200, 1] x2 -> [200, 4]
    slopes = [torch.autograd.grad(column.sum(), points, retain_graph=True)[0] for column in features.unbind(1)]
    compute = """(m, points) => [
        points.map(([u, v]) => m.features(u, v)),
        points.map(([u, v]) => m.gradients(u, v)),
    ]"""
    found = ask_module(still_page, MODULE, compute, points.tolist())
    in_page = [torch.tensor(x, dtype=torch.float64) for x in found]
    torch.testing.assert_close(in_page[0], features.detach(), rtol=0, atol=1e-6)
    torch.testing.assert_close(in_page[1], torch.stack(slopes, dim=1), rtol=0, atol=1e-6)  # [200, 4, 2]


def test_the_words_are_true_of_the_numbers(still_page: Page) -> None:
    """On a grid over the square: what the sentence calls equal, a gap, on or off is that."""
    grid = [[u / 20, v / 20] for u in range(-20, 21) for v in range(-20, 21)]
    said = ask_module(still_page, MODULE, "(m, grid) => grid.map((point) => m.describe(...point))", grid)
    for (u, v), (headline, sentence) in zip(grid, said, strict=True):
        difference = round(abs(u - v), 2)
        if "equal" in headline:
            assert difference <= 0.1, (u, v, headline)
            assert ("nearly" in headline) == (difference > 0), (u, v, headline)
        if "clear gap" in sentence:
            assert difference >= 0.3, (u, v, sentence)
        if headline.startswith("Both on"):
            assert min(u, v) >= 0.5, (u, v, headline)
        if headline.startswith("Both off"):
            assert max(abs(u), abs(v)) < 0.2, (u, v, headline)


def test_numbers_have_a_true_minus_and_no_negative_zero(book_url: str, open_page: OpenPage) -> None:
    texts = {0.5: "0.50", -0.5: "−0.50", -0.001: "0.00", 0.006: "0.01", -1: "−1.00", 0: "0.00"}
    widget = find_widget(open_page(f"{book_url}/{PATH}"), MODULE)
    slider = widget.get_by_role("slider", name="of the premise")
    slider.evaluate("input => { input.step = 'any'; }")  # numbers between the steps, too
    for value, text in texts.items():
        slider.evaluate("(input, x) => { input.value = x; input.dispatchEvent(new Event('input')); }", value)
        expect(widget.locator(".fx-row .bw-number").first).to_have_text(text)


def test_nothing_moves_while_the_point_does(book_url: str, open_page: OpenPage) -> None:
    for width in (360, 390, 700, 1300):
        widget = find_widget(open_page(f"{book_url}/{PATH}", viewport={"width": width, "height": 900}), MODULE)
        heights = set()
        for name in NAMED_CASES:
            widget.get_by_role("button", name=name, exact=True).click()
            heights.add(round(widget.bounding_box()["height"]))
        assert len(heights) == 1, (width, heights)


def test_module_is_readable_and_small(built_book: Path) -> None:
    module = (built_book / "_static" / "widgets" / "feature_explorer.js").read_bytes()
    assert len(module) < 30_000
