"""The sign lab in the built book: by keyboard, mouse and touch, in light and dark, and the same draws as in Python."""

from __future__ import annotations

import json
import random
import re

import pytest
from playwright.sync_api import Locator, Page, expect

from infersent.widgets import SignLab
from infersent.widgets.sign_lab import normals, share
from tests.browser.conftest import OpenPage, ask_module, find_twin, find_widget, style, with_state

pytestmark = pytest.mark.browser

PATH = "book/features/signs.html"
MODULE = "sign_lab"
NAMED_CASES = {
    "1 word": {"words": 1, "pooling": "max", "alike": 0},
    "5 words": {"words": 5, "pooling": "max", "alike": 0},
    "5 alike": {"words": 5, "pooling": "max", "alike": 0.6},
    "20 words": {"words": 20, "pooling": "max", "alike": 0},
    "Mean of 20": {"words": 20, "pooling": "mean", "alike": 0},
}


def stored(widget: Locator) -> SignLab:
    return SignLab(**json.loads(widget.get_attribute("data-state")))


def grid(widget: Locator, chart: int, end: str) -> list[float]:
    """Where the chart's grid lines begin: the ends "x1" of the upright ones, or "y1" of the level ones."""
    lines = widget.locator(".bw-chart").nth(chart).locator(".bw-axes line")
    script = "(lines, end) => lines.filter((l) => (end === 'x1') === (l.getAttribute('x1') === l.getAttribute('x2')))"
    return [float(y) for y in lines.evaluate_all(f"{script}.map((line) => line.getAttribute(end))", end)]


def heights(widget: Locator, shares: list[float]) -> list[float]:
    """Where the second chart has these shares: its first level line is 0%, its last 50%."""
    low, *_, high = grid(widget, 1, "y1")
    return [low + (high - low) * share / 0.5 for share in shares]


def assert_shows(widget: Locator, python: SignLab) -> None:
    """Sliders, buttons, draws, curve and words are those of the state."""
    sliders = [float(slider.input_value()) for slider in widget.get_by_role("slider").all()]
    assert sliders == pytest.approx([python.words, python.alike])
    pressed = widget.get_by_role("group", name="Pooling").locator("button[aria-pressed=true]").all_inner_texts()
    assert pressed == [python.pooling.capitalize()]
    drawn = python.simulate()
    circles = widget.locator(".sl-word")
    places = [float(x) for x in circles.evaluate_all("nodes => nodes.map((node) => node.getAttribute('cx'))")]
    left, *_, right = grid(widget, 0, "x1")  # -1 and 1
    assert places == pytest.approx([left + (right - left) * (1 + x) / 2 for x in drawn.states.ravel()], abs=1e-3)
    values = widget.locator(".sl-value").all_text_contents()
    pooled = [f"{python.pooling} {x:.2f}".replace("-", "−") for x in (drawn.u[0], drawn.v[0])]
    assert values[:2] == pooled
    for text, seen, side in zip(values[2:], (1 - drawn.positive, drawn.positive), ("below", "above"), strict=True):
        assert text in {f"{share(seen + rounding)} {side} 0" for rounding in (-1e-9, 0, 1e-9)}
    point = widget.locator(".sl-present")
    assert [float(point.get_attribute("cy"))] == pytest.approx(heights(widget, [python.share_opposite()]), abs=1e-3)
    result = widget.locator(".bw-result p")
    expect(result).to_contain_text(f"{share(python.share_positive())} of {python.pooling}-pooled values are positive")
    expect(result).to_contain_text(f"Opposite signs in {share(python.share_opposite())} of pairs")
    expect(result).to_contain_text(f"(drawn: {round(2000 * drawn.opposite):,} of 2,000)")


def test_starts_where_the_notebook_left_it(widget: Locator) -> None:
    assert_shows(widget, stored(widget))


def test_arrow_keys_change_the_length_and_the_likeness(widget: Locator) -> None:
    python = stored(widget)
    words, alike = widget.get_by_role("slider").all()
    for _ in range(3):
        words.press("ArrowRight")
        python.words += 1
        assert_shows(widget, python)
    alike.press("End")
    python.alike = 0.9
    assert_shows(widget, python)
    alike.press("ArrowLeft")
    python.alike = 0.89
    assert_shows(widget, python)


def test_the_mouse_moves_a_slider(widget: Locator) -> None:
    python = stored(widget)
    slider = widget.get_by_role("slider", name="how alike")
    box = slider.bounding_box()
    slider.click(position={"x": box["width"] - 2, "y": box["height"] / 2})
    python.alike = 0.9
    assert_shows(widget, python)


def test_named_cases_pooling_and_reset(widget: Locator) -> None:
    start = stored(widget)
    for name, state in NAMED_CASES.items():
        button = widget.get_by_role("button", name=name, exact=True)
        button.click()
        expect(button).to_have_attribute("aria-pressed", "true")
        assert_shows(widget, SignLab(**state, seed=start.seed))
    widget.get_by_role("button", name="Max", exact=True).click()
    assert_shows(widget, SignLab(words=20, pooling="max", seed=start.seed))
    widget.get_by_role("button", name="Reset").click()
    assert_shows(widget, start)


def test_draw_again_takes_the_next_seed(widget: Locator) -> None:
    python = stored(widget)
    for _ in range(3):
        widget.get_by_role("button", name="Draw again").click()
        python.seed += 1
        assert_shows(widget, python)


def test_the_curve_has_the_draws_beside_the_exact_values(widget: Locator) -> None:
    widget.get_by_role("button", name="5 alike").click()
    rings = widget.locator(".sl-drawn").evaluate_all("nodes => nodes.map((node) => Number(node.getAttribute('cy')))")
    lengths = (1, 2, 3, 4, 6, 8, 12, 20, 40)
    seed = stored(widget).seed
    drawn = [SignLab(words=words, alike=0.6, seed=seed).simulate().opposite for words in lengths]
    assert rings == pytest.approx(heights(widget, drawn), abs=1e-3)


def test_a_tap_on_a_phone_and_a_height_that_stays(book_url: str, open_page: OpenPage) -> None:
    widget = find_widget(
        open_page(f"{book_url}/{PATH}", has_touch=True, viewport={"width": 360, "height": 800}), MODULE
    )
    seen = set()
    for name, state in NAMED_CASES.items():
        widget.get_by_role("button", name=name, exact=True).tap()
        assert_shows(widget, SignLab(**state, seed=stored(widget).seed))
        for key in ("Home", "End"):
            widget.get_by_role("slider", name="how alike").press(key)
            seen.add(round(widget.bounding_box()["height"]))
    assert len(seen) == 1


def test_colours_follow_the_theme(book_url: str, open_page: OpenPage) -> None:
    colours = {}
    for scheme in ("light", "dark"):
        widget = find_widget(open_page(f"{book_url}/{PATH}", color_scheme=scheme), MODULE)
        line = style(widget.locator(".sl-exact"), "stroke")
        bar = style(widget.locator(".sl-negative").first, "fill")
        colours[scheme] = line, bar, style(widget.locator(".bw"), "backgroundColor")
    assert all(light != dark for light, dark in zip(*colours.values(), strict=True))


def test_the_result_is_announced_and_pictures_say_what_they_show(widget: Locator) -> None:
    widget.get_by_role("button", name="Mean of 20").click()
    expect(widget.locator("[aria-live=polite]")).to_contain_text("50.0% of mean-pooled values are positive. Opposite")
    for says in (
        "the mean of the words’ states is .* for u and .* for v",
        "opposite signs against the number of words .*: 50.0% at 20",
    ):
        expect(widget.get_by_role("img", name=re.compile(says))).to_be_visible()


def test_an_update_takes_less_than_a_blink(still_page: Page) -> None:
    fastest = """(m) => {
        const state = { words: 40, pooling: "mean", alike: 0.5, seed: 1 };
        m.simulate(state);
        const times = [];
        for (let i = 0; i < 9; i++) {
            const start = performance.now();
            m.simulate({ ...state, alike: i / 10 });
            times.push(performance.now() - start);
        }
        return Math.min(...times);
    }"""
    assert ask_module(still_page, MODULE, fastest) < 30


def test_the_twin_in_the_page_is_the_one_that_python_writes(book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{book_url}/{PATH}", java_script_enabled=False)
    widget = find_twin(page, MODULE)
    assert stored(widget).static_html() in page.content()
    expect(widget).to_contain_text("pooled values are positive")


@pytest.mark.parametrize(
    ("name", "value"),
    [("words", "MARKUP"), ("words", 41), ("words", 2.5), ("pooling", "MARKUP"), ("alike", "MARKUP"), ("seed", -1)],
)
def test_a_state_that_makes_no_sense_is_named_as_text(
    book_url: str, open_page: OpenPage, name: str, value: object
) -> None:
    markup = "<img src=x onerror='window.hacked = true'>"
    state = {"words": 8, "pooling": "max", "alike": 0, "seed": 0, name: markup if value == "MARKUP" else value}
    page = open_page(f"{book_url}/{PATH}", with_state(PATH, MODULE, lambda _: state))
    widget = find_twin(page, MODULE)
    shown = markup if value == "MARKUP" else str(value)
    expect(widget.locator(".book-widget-error")).to_contain_text(
        re.compile(f"{name} must be .*, not {re.escape(shown)}")
    )
    expect(widget.locator("img")).to_have_count(0)
    assert page.evaluate("window.hacked") is None
    expect(widget.locator("table")).to_be_visible()


def golden_cases() -> list[SignLab]:
    draw = random.Random(0)
    return [
        SignLab(words=words, pooling=pooling, alike=alike, seed=draw.randrange(1_000_000))
        for pooling in ("max", "mean")
        for words in (1, 2, 5, 13, 40)
        for alike in (0.0, 0.01, 0.25, 0.5, 0.75, 0.9)
    ]


def test_module_agrees_with_the_package(still_page: Page) -> None:
    cases = golden_cases()
    assert len(cases) >= 50
    simulate = """(m, cases) => cases.map((state) => {
        const { states, pooled, positive, opposite } = m.simulate(state);
        return { states, pooled: [...pooled.slice(0, 200)], positive, opposite, exact: m.shares(state) };
    })"""
    in_page = ask_module(still_page, MODULE, simulate, [case.state() for case in cases])
    for python, page_says in zip(cases, in_page, strict=True):
        drawn = python.simulate()
        for states, expected in zip(page_says["states"], drawn.states, strict=True):
            assert states == pytest.approx(expected.tolist(), abs=1e-6)
        assert page_says["pooled"][0::2] == pytest.approx(drawn.u[:100].tolist(), abs=1e-6)
        assert page_says["pooled"][1::2] == pytest.approx(drawn.v[:100].tolist(), abs=1e-6)
        assert (page_says["positive"], page_says["opposite"]) == pytest.approx((drawn.positive, drawn.opposite))
        assert page_says["exact"]["positive"] == pytest.approx(python.share_positive(), abs=1e-6)
        assert page_says["exact"]["opposite"] == pytest.approx(python.share_opposite(), abs=1e-6)


def test_normals_agree_with_the_package(still_page: Page) -> None:
    found = ask_module(still_page, MODULE, "(m) => [...m.normals(999999, 1000)]")
    assert found == pytest.approx(normals(999_999, 1000).tolist(), abs=1e-6)


def test_the_words_are_true_of_the_numbers(still_page: Page) -> None:
    cases = golden_cases()
    describe = "(m, cases) => cases.map((state) => m.describe(state, 0.0085))"
    said = ask_module(still_page, MODULE, describe, [case.state() for case in cases])
    for python, (headline, sentence) in zip(cases, said, strict=True):
        assert headline.startswith(f"With {python.words} word{'s' if python.words > 1 else ''}, ")
        assert f"{share(python.share_positive())} of {python.pooling}-pooled" in headline
        assert f"Opposite signs in {share(python.share_opposite())} of pairs (drawn: 17 of 2,000)" in sentence
        assert ("whatever the length" in sentence) == (python.pooling == "mean")
        independent = re.search(r"as ([\d.]+) independent words would give", sentence)
        assert bool(independent) == (python.pooling == "max" and python.alike > 0 and python.words > 1)
        if independent:
            assert float(independent[1]) == pytest.approx(python.effective_words(), abs=0.051)
