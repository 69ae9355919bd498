"""The ablation explorer in the built book: any two subsets, and the same numbers and words as in Python."""

from __future__ import annotations

import json
import re
from itertools import product
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from infersent.foundation.recorded import FOLDER
from infersent.model.features import BLOCKS
from infersent.study.subsets import SUBSETS
from infersent.widgets import AblationExplorer
from tests.browser.conftest import OpenPage, ask_module, find_twin, find_widget, style, with_state

pytestmark = pytest.mark.browser

PATH = "book/snli/what-each-feature-buys.html"
MODULE = "ablation_explorer"
NAMED_CASES = {
    "Add u∗v to u, v": (["u", "v"], ["u", "v", "u*v"]),
    "Add |u−v| to u, v": (["u", "v"], ["u", "v", "|u-v|"]),
    "Add both": (["u", "v"], list(BLOCKS)),
    "Swap |u−v| for u∗v": (["u", "v", "|u-v|"], ["u", "v", "u*v"]),
    "Add u∗v to the rest": (["u", "v", "|u-v|"], list(BLOCKS)),
    "Drop u and v": (list(BLOCKS), ["|u-v|", "u*v"]),
    "One sentence alone": (["u"], ["v"]),
}
SHOWN = {"u": "u", "v": "v", "|u-v|": "|u−v|", "u*v": "u∗v"}


@pytest.fixture(autouse=True)
def _recorded(built_book: Path) -> None:
    if not (built_book / PATH).is_file() and not (FOLDER / "ablation.json").exists():
        pytest.skip("recorded/ablation.json is not written yet, and so no page shows it")


def stored(widget: Locator) -> AblationExplorer:
    return AblationExplorer(**json.loads(widget.get_attribute("data-state")))


def box(widget: Locator, side: str, block: str) -> Locator:
    return widget.get_by_role("checkbox", name=f"{side}: {SHOWN[block]}", exact=True)


def numbers(text: str) -> list[float]:
    return [float(number) for number in re.findall(r"-?\d+\.\d", text.replace("−", "-"))]


def assert_shows(widget: Locator, python: AblationExplorer) -> None:
    """Boxes, numbers, words, pictures and the pressed case are those of the state."""
    for side, blocks in (("A", python.first), ("B", python.second)):
        assert [block for block in BLOCKS if box(widget, side, block).is_checked()] == blocks
    sides = widget.locator(".ae-side > .bw-number").all_inner_texts()
    for text, subset in zip(sides, python.subsets(), strict=True):
        assert numbers(text) == pytest.approx([100 * end for end in (subset.mean, subset.low, subset.high)], abs=0.0501)
    expect(widget.locator(".bw-result p")).to_have_text(" ".join(python.verdict()))
    described = widget.get_by_role("img").last.get_attribute("aria-label")
    assert described == f"B minus A. {' '.join(python.verdict())}"
    expect(widget.locator(".bw-hint")).to_contain_text(python.many())
    cases = [name for name, case in NAMED_CASES.items() if case == (python.first, python.second)]
    assert widget.locator("button[aria-pressed=true]").all_inner_texts() == cases
    if len(python.studies) > 1:
        name = python.studies[python.study]["name"]
        expect(widget.get_by_role("radio", name=name, exact=True)).to_be_checked()


def test_starts_where_the_notebook_left_it(widget: Locator) -> None:
    assert_shows(widget, stored(widget))


def test_keys_switch_blocks(widget: Locator) -> None:
    python = stored(widget)
    for side, trait, block in [("A", "first", "u*v"), ("B", "second", "u"), ("B", "second", "|u-v|")]:
        control = box(widget, side, block)
        control.press("Space")
        expect(control).to_be_focused()
        setattr(python, trait, sorted({*getattr(python, trait)} ^ {block}, key=BLOCKS.index))
        assert_shows(widget, python)
        expect(widget.locator("[aria-live=polite]")).to_have_text(" ".join(python.verdict()))


def test_pointer_cases_and_reset(widget: Locator) -> None:
    python = stored(widget)
    start = python.first, python.second
    for name, (first, second) in NAMED_CASES.items():
        widget.get_by_role("button", name=name, exact=True).click()
        python.first, python.second = first, second
        assert_shows(widget, python)
    box(widget, "A", "v").click()
    python.first = ["u", "v"]
    assert_shows(widget, python)
    widget.get_by_role("button", name="Reset").click()
    python.first, python.second = start
    assert_shows(widget, python)


def test_the_corpus_is_a_choice(widget: Locator) -> None:
    python = stored(widget)
    start, names = python.study, {study: summary["name"] for study, summary in python.studies.items()}
    if len(names) == 1:
        pytest.skip("the page holds one study")
    for python.study in [study for study in names if study != start]:
        widget.get_by_role("radio", name=names[python.study], exact=True).click()
        assert_shows(widget, python)
    widget.get_by_role("radio", name=names[python.study], exact=True).press("ArrowLeft")
    python.study = start
    assert_shows(widget, python)


def test_a_subset_keeps_one_block(widget: Locator) -> None:
    """The last block stays on, the words say why, and the next choice clears them."""
    widget.get_by_role("button", name="One sentence alone").click()
    python = stored(widget)
    python.first, python.second = ["u"], ["v"]
    box(widget, "A", "u").click()
    expect(box(widget, "A", "u")).to_be_checked()
    expect(widget.locator(".bw-result p")).to_contain_text("One block at least.")
    expect(widget.locator("[aria-live=polite]")).to_contain_text("One block at least.")
    widget.get_by_role("button", name="One sentence alone").click()
    assert_shows(widget, python)


def test_a_tap_switches_a_block(book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{book_url}/{PATH}", has_touch=True, viewport={"width": 360, "height": 800})
    widget = find_widget(page, MODULE)
    python = stored(widget)
    widget.locator(".ae-side").first.locator("label", has_text="|u−v|").tap()
    python.first = sorted({*python.first} ^ {"|u-v|"}, key=BLOCKS.index)
    assert_shows(widget, python)


def test_targets_are_large_enough_for_a_finger(book_url: str, open_page: OpenPage) -> None:
    widget = find_widget(open_page(f"{book_url}/{PATH}", viewport={"width": 360, "height": 800}), MODULE)
    for control in widget.locator("button, label").all():
        area = control.bounding_box()
        assert min(area["width"], area["height"]) >= 44
        assert area["x"] >= 0
        assert area["x"] + area["width"] <= 360


def test_marks_stand_where_the_numbers_are(book_url: str, open_page: OpenPage) -> None:
    """The runs of A and of B on their axis, the intervals of B − A on theirs, and zero between its sides."""
    widget = find_widget(open_page(f"{book_url}/{PATH}"), MODULE)
    python = stored(widget)
    read = """picture => {
        const numbers = [...picture.querySelectorAll(".bw-axes text")].map((node) =>
            [Number(node.textContent.replace("−", "-")), Number(node.getAttribute("x"))]);
        const ticks = numbers.filter(([value, x]) => !Number.isNaN(value) && x > 40);
        const [[a, from], [b, to]] = [ticks[0], ticks.at(-1)];
        const value = (x) => (a + (x - from) * (b - a) / (to - from)) / 100;
        return {
            dots: [...picture.querySelectorAll("circle")].map((dot) => value(Number(dot.getAttribute("cx")))),
            means: [...picture.querySelectorAll(".ae-mean")].map((line) => value(Number(line.getAttribute("x1")))),
            bars: [...picture.querySelectorAll(".ae-bar")].map((bar) => { const x = Number(bar.getAttribute("x"));
                return [value(x), value(x + Number(bar.getAttribute("width")))]; }),
            margin: [...picture.querySelectorAll(".ae-margin")].map((bar) => { const x = Number(bar.getAttribute("x"));
                return [value(x), value(x + Number(bar.getAttribute("width")))]; }),
            marks: [...picture.querySelectorAll(".ae-mark")].map((line) => value(Number(line.getAttribute("x1")))),
        };
    }"""
    for name, (first, second) in NAMED_CASES.items():
        widget.get_by_role("button", name=name, exact=True).click()
        python.first, python.second = first, second
        (a, b), difference = python.subsets(), python.difference()
        everything, runs, gap = (picture.evaluate(read) for picture in widget.get_by_role("img").all())
        means = [subset["mean"] for subset in python.studies[python.study]["subsets"]]
        assert everything["marks"] == pytest.approx(means, abs=1e-5)
        assert runs["dots"] == pytest.approx([*a.accuracies, *b.accuracies], abs=1e-5)
        assert runs["means"] == pytest.approx([a.mean, b.mean], abs=1e-5)
        assert gap["means"] == pytest.approx([difference.mean] * 2, abs=1e-5)
        by_seed = [y - x for x, y in zip(a.accuracies, b.accuracies, strict=True)]
        assert gap["dots"] == pytest.approx(by_seed, abs=1e-5)
        assert gap["margin"] == [pytest.approx([-difference.margin, difference.margin], abs=1e-5)]
        ends = ((a.low, a.high), (b.low, b.high), difference.interval, difference.interval_90)
        for bar, (low, high), wide in zip(runs["bars"] + gap["bars"], ends, [0.4] * 2 + [2] * 2, strict=True):
            assert bar == pytest.approx([low, high], abs=0.006 * wide)  # at least 1.5 units wide, to be seen


def test_module_agrees_with_the_package(still_page: Page) -> None:
    """All 225 ordered pairs of subsets, of every study: numbers, sign and words."""
    python = stored(find_twin(still_page, MODULE))
    compare = """(m, [studies, cases]) => cases.map(([study, ...pair]) => {
        const d = m.compare(studies[study], ...pair);
        const { margin } = studies[study];
        const words = m.describe(studies[study], ...pair);
        return [d.mean, ...d.interval, ...d.interval90, m.judge(d, margin), m.signOf(d, margin), words];
    })"""
    subsets = [name.split(", ") for name in SUBSETS]
    cases = [list(case) for case in product(python.studies, subsets, subsets)]
    in_page = ask_module(still_page, MODULE, compare, [python.studies, cases])
    assert len(in_page) >= 225
    for (python.study, python.first, python.second), (*found, outcome, sign, words) in zip(cases, in_page, strict=True):
        difference = python.difference()
        assert found == pytest.approx([difference.mean, *difference.interval, *difference.interval_90], abs=1e-6)
        assert (outcome, sign) == (difference.outcome, difference.sign)
        assert tuple(words) == python.verdict()


def test_words_fall_to_the_same_side_on_a_tie(still_page: Page) -> None:
    python = stored(find_twin(still_page, MODULE))
    summary = python.studies[python.study]
    python.first, python.second = ["u"], ["v"]
    for row in ([0.0125, 0.0025, 0.0225, 0.00125, 0.0235], [-0.0125, -0.0225, -0.0005, -0.0235, -0.00049]):
        comparisons = [[], [row], *summary["comparisons"][2:]]
        python.studies = {**python.studies, python.study: summary | {"comparisons": comparisons}}
        describe = "(m, study) => m.describe(study, ['u'], ['v'])"
        assert tuple(ask_module(still_page, MODULE, describe, python.studies[python.study])) == python.verdict()


def test_nothing_moves_whatever_is_chosen(book_url: str, open_page: OpenPage) -> None:
    for width in (360, 390, 600, 700, 1300):
        widget = find_widget(open_page(f"{book_url}/{PATH}", viewport={"width": width, "height": 900}), MODULE)
        heights = set()
        for name in NAMED_CASES:
            widget.get_by_role("button", name=name, exact=True).click()
            heights.add(round(widget.bounding_box()["height"]))
        box(widget, "A", "v").click()  # the same subset twice
        heights.add(round(widget.bounding_box()["height"]))
        assert len(heights) == 1, (width, heights)


def test_colours_follow_the_theme(book_url: str, open_page: OpenPage) -> None:
    colours = {}
    for scheme in ("light", "dark"):
        widget = find_widget(open_page(f"{book_url}/{PATH}", color_scheme=scheme), MODULE)
        widget.get_by_role("button", name="Add both").click()
        product = style(box(widget, "B", "u*v"), "accentColor")
        zero = style(widget.locator(".ae-zero"), "stroke")
        colours[scheme] = product, zero
    assert colours["light"][0] == "rgb(168, 67, 127)"
    assert colours["dark"][0] == "rgb(228, 143, 198)"
    assert colours["light"][1] != colours["dark"][1]


def test_without_javascript_the_numbers_are_there(book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{book_url}/{PATH}", java_script_enabled=False)
    twin = find_twin(page, MODULE)
    python = stored(twin)
    assert numbers(twin.locator("td").first.inner_text()) == pytest.approx([100 * python.subsets()[0].mean], abs=0.0501)
    assert python.static_html() in page.content().replace("&nbsp;", "\N{NO-BREAK SPACE}")


@pytest.mark.parametrize("trait", ["first", "second", "study"])
def test_markup_in_the_state_is_shown_as_text(book_url: str, open_page: OpenPage, trait: str) -> None:
    markup = "<img src=x onerror='window.hacked = true'>"
    value = markup if trait == "study" else [markup]
    page = open_page(f"{book_url}/{PATH}", with_state(PATH, MODULE, lambda state: state | {trait: value}))
    widget = find_twin(page, MODULE)
    expect(widget.locator(".book-widget-error")).to_contain_text(markup)
    expect(widget.locator("table")).to_be_visible()
    expect(widget.locator("img")).to_have_count(0)
    assert page.evaluate("window.hacked") is None
