"""The front page's hero: at once from what is computed beforehand, then with the model, by hand and by keyboard."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from infersent import InferSent
from infersent.inside.ledger import explain
from infersent.widgets import Hero, page_model
from infersent.widgets.hero import PAIRS
from tests.browser.conftest import OpenPage, ask_module, find_twin, find_widget, style, wait_until

pytestmark = pytest.mark.browser

PATH = "book/intro.html"
MODULE = "hero"


def shares(widget: Locator) -> list[str]:
    return widget.locator(".hero-answer .bw-number").all_inner_texts()


def expected(name: str, blocks: list[str] | None = None) -> list[str]:
    hero = Hero(*PAIRS[name], **({"blocks": blocks} if blocks else {}))
    return [f"{p:.0%}" for p in hero.probabilities().values()]


def field(widget: Locator, name: str) -> Locator:
    return widget.get_by_role("textbox", name=name)


def switch(widget: Locator, block: str) -> Locator:
    return widget.get_by_role("switch", name=f"without {block}")


def note_models(page: Page) -> list[str]:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "infersent-" in request.url else None)
    return asked


def test_each_button_and_switch_shows_pythons_numbers_and_fetches_nothing(widget: Locator) -> None:
    asked = note_models(widget.page)
    for name, pair in PAIRS.items():
        widget.get_by_role("button", name=name).click()
        expect(widget.locator(".hero-answer .bw-number")).to_have_text(expected(name))
        assert [field(widget, side).input_value() for side in ("Premise", "Hypothesis")] == list(pair)
        for block, left in (("u∗v", ["u", "v", "|u-v|"]), ("|u−v|", ["u", "v", "u*v"])):
            switch(widget, block).check()
            expect(widget.locator(".hero-answer .bw-number")).to_have_text(expected(name, left))
            expect(widget.locator(".bw-result strong")).to_contain_text(f"Without {block}: ")
            assert widget.locator(".hero-off .hero-own").all_inner_texts() == [block]
            switch(widget, block).uncheck()
    widget.get_by_role("button", name="Reset").click()
    expect(widget.locator(".hero-answer .bw-number")).to_have_text(expected("Cannot be true"))
    assert asked == []


def test_the_answer_before_a_switch_stays_marked(widget: Locator) -> None:
    marks = widget.locator(".hero-track i")
    assert not any(mark.is_visible() for mark in marks.all())
    switch(widget, "|u−v|").check()
    places = [float(mark.evaluate("node => node.style.left").rstrip("%")) for mark in marks.all()]
    assert places == pytest.approx([100 * p for p in Hero().probabilities().values()], abs=0.06)
    expect(marks.last).to_be_visible()


def test_an_off_block_sends_no_ribbon(widget: Locator) -> None:
    bands = widget.locator(".hero-ribbons path.bw-d")
    assert bands.bounding_box()["height"] > 20
    switch(widget, "|u−v|").check()
    expect(bands).to_have_attribute("d", re.compile(r"^M0 (\S+)C.*V(\S+)C.* 0 \1Z$"))  # as high as it is deep: nothing


def test_a_pair_of_the_readers_own_is_answered_by_the_model(widget: Locator) -> None:
    asked = note_models(widget.page)
    widget.page.emulate_media(reduced_motion="reduce")  # no number on its way to another
    field(widget, "Premise").fill("A boy in a red shirt is jumping.")
    field(widget, "Hypothesis").fill("A boy in a blue shirt is jumping.")
    ledger = explain(
        InferSent.from_pretrained(), "A boy in a red shirt is jumping.", "A boy in a blue shirt is jumping."
    )
    expect(widget.locator(".bw-result strong")).to_contain_text(ledger.label.capitalize(), timeout=30_000)
    expect(widget.locator(".hero-best")).to_contain_text(ledger.label.capitalize())
    found = [int(text.rstrip("%")) for text in shares(widget)]
    expect(widget.get_by_role("status")).to_contain_text("Nothing that you type leaves this page")
    assert found == pytest.approx([100 * p for p in ledger.probabilities], abs=1.1)
    assert [url.rsplit("/", 1)[1] for url in asked] == [page_model.shipped_file().name]
    field(widget, "Hypothesis").fill("A blorfist is jumping.")
    expect(widget.get_by_role("status")).to_contain_text("Unknown to the model: blorfist.")
    widget.get_by_role("button", name="Follows").click()
    expect(widget.locator(".hero-answer .bw-number")).to_have_text(expected("Follows"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("  ", "A pair has two sentences: type both."),
        ("word " * 41, "The hypothesis is too long: it has 41 words, and at most 40 are read."),
    ],
)
def test_what_cannot_be_answered_says_why_and_fetches_nothing(widget: Locator, text: str, message: str) -> None:
    asked = note_models(widget.page)
    before = shares(widget)
    field(widget, "Hypothesis").fill(text)
    expect(widget.get_by_role("status")).to_have_text(message)
    assert shares(widget) == before
    assert asked == []


def test_markup_is_text(widget: Locator) -> None:
    field(widget, "Hypothesis").fill("<b>A dog</b> sleeps.")
    expect(widget.get_by_role("status")).to_contain_text("Unknown to the model: <", timeout=30_000)
    assert widget.locator("[role=status] b").count() == 0


def test_by_keyboard_alone(widget: Locator) -> None:
    page = widget.page
    widget.get_by_role("button", name="Follows").focus()
    page.keyboard.press("Enter")
    expect(widget.locator(".hero-answer .bw-number")).to_have_text(expected("Follows"))
    seen = []
    for _ in range(12):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.closest('label, button').textContent.trim()"))
        if seen[-1] == "without u∗v":
            break
    assert [name for name in seen if name in ("Premise", "Hypothesis", "without |u−v|", "without u∗v")] == [
        "Premise",
        "Hypothesis",
        "without |u−v|",
        "without u∗v",
    ]
    page.keyboard.press("Space")
    expect(switch(widget, "u∗v")).to_be_checked()
    expect(widget.locator(".bw-result strong")).to_have_text(re.compile("^Without u∗v: entailment"))


def widths_after_click(widget: Locator) -> list[str]:
    """The widths of the answer's bars in the moment of a click, and in each frame of the next second and a half."""
    return widget.evaluate(
        """async (node) => {
            const read = () => [...node.querySelectorAll(".hero-share")].map((bar) => bar.style.width).join();
            [...node.querySelectorAll("button")].find((button) => button.textContent === "Follows").click();
            const seen = [read()];
            const end = performance.now() + 1500;
            while (performance.now() < end) {
                await new Promise(requestAnimationFrame);
                seen.push(read());
            }
            return [...new Set(seen)];
        }"""
    )


def test_it_moves_and_comes_to_rest(widget: Locator) -> None:
    assert len(widths_after_click(widget)) > 2
    assert widget.locator(".hero-moving").count() == 0
    assert shares(widget) == expected("Follows")


def test_who_asked_for_less_motion_gets_none(book_url: str, open_page: OpenPage) -> None:
    widget = find_widget(open_page(f"{book_url}/{PATH}", reduced_motion="reduce"), MODULE)
    assert len(widths_after_click(widget)) == 1
    assert shares(widget) == expected("Follows")
    assert style(widget.locator(".hero-toggle input").first, "transitionDuration") in ("0s", "")


DRAWN = """(widget) => {
    const ignored = /^(STYLE|I)$/;
    const found = [];
    for (const node of widget.querySelectorAll(".hero-flow *, .hero-switches *, .bw-result strong, .hero-foot")) {
        if (ignored.test(node.tagName) || node.matches(".hero-pulse, .hero-said, input, [role=status]")) continue;
        const text = [...node.childNodes].filter((child) => child.nodeType === 3).map((child) => child.data.trim());
        const share = node.style.width && `${parseFloat(node.style.width).toFixed(1)}%`;
        const geometry = ["d", "x", "fill-opacity", "viewBox"].map((name) => node.getAttribute(name));
        found.push([node.getAttribute("class"), text.filter(Boolean).join(" "), share, ...geometry].join("|"));
    }
    return found;
}"""


def test_the_picture_without_javascript_is_the_one_that_javascript_draws(book_url: str, open_page: OpenPage) -> None:
    live = find_widget(open_page(f"{book_url}/{PATH}"), MODULE).evaluate(DRAWN)
    page = open_page(f"{book_url}/{PATH}", java_script_enabled=False)
    twin = find_twin(page, MODULE)
    expect(twin.locator(".hero-said")).to_have_text(list(PAIRS["Cannot be true"]))
    assert shares(twin) == expected("Cannot be true")
    still = twin.evaluate(DRAWN)
    assert len(still) > 150
    assert still == live


def test_from_disk_the_pairs_and_switches_work_and_a_line_says_what_does_not(built_book, open_page: OpenPage) -> None:
    widget = find_widget(open_page(f"{built_book.as_uri()}/{PATH}"), MODULE)
    expect(widget.get_by_role("status")).to_contain_text("make serve")
    expect(field(widget, "Premise")).not_to_be_editable()
    widget.get_by_role("button", name="May be true").click()
    switch(widget, "|u−v|").check()
    expect(widget.locator(".hero-answer .bw-number")).to_have_text(expected("May be true", ["u", "v", "u*v"]))


def test_a_failed_load_says_so_and_typing_tries_again(browser, book_url: str) -> None:
    context = browser.new_context()
    context.route("**/infersent-*.bin", lambda route: route.fulfill(status=404))
    page = context.new_page()
    page.goto(f"{book_url}/{PATH}")
    widget = find_widget(page, MODULE)
    field(widget, "Hypothesis").fill("A dog sleeps.")
    expect(widget.get_by_role("status")).to_contain_text("could not be loaded: the server answered 404")
    context.unroute_all()
    field(widget, "Hypothesis").fill("A dog sleeps now.")
    expect(widget.get_by_role("status")).to_contain_text("Nothing that you type leaves this page", timeout=30_000)
    context.close()


def test_the_swap_of_the_picture_for_the_widget_moves_nothing(book_url: str, open_page: OpenPage) -> None:
    for width in (1280, 390):
        page = open_page(f"{book_url}/{PATH}", viewport={"width": width, "height": 800})
        live = find_widget(page, MODULE).bounding_box()["height"]
        twin = ask_module(page, MODULE, "(module, html) => html", page.request.get(f"{book_url}/{PATH}").text())
        start = twin.index('<div class="book-widget" data-module="hero"')
        piece = twin[start : twin.index("</section>", start)]
        still = page.evaluate(
            """(html) => {
                const parsed = new DOMParser().parseFromString(html, "text/html").querySelector(".book-widget");
                document.querySelector(".book-widget").replaceWith(parsed);
                return parsed.getBoundingClientRect().height;
            }""",
            piece,
        )
        assert abs(still - live) <= 4, width


def test_the_answer_is_near_the_top(book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{book_url}/{PATH}", viewport={"width": 1280, "height": 800})
    widget = find_widget(page, MODULE)
    lede = page.get_by_text("What is the product worth?").bounding_box()
    assert lede["y"] < 250
    box = widget.bounding_box()
    assert box["y"] + box["height"] <= 800


@pytest.mark.parametrize(
    ("change", "message"),
    [({"premise": 3}, "premise must be a text, not 3"), ({"blocks": ["w"]}, "blocks must be among u, v, |u-v|, u*v")],
)
def test_a_state_that_is_none_is_refused(still_page: Page, change: dict, message: str) -> None:
    render = """async ({ default: module }, state) => {
        const model = { get: (name) => state[name], set() {}, on() {}, off() {}, save_changes() {} };
        try { await module.render({ model, el: document.createElement("div") }); }
        catch (error) { return `${error.name}: ${error.message}`; }
    }"""
    find_widget(still_page, MODULE)
    error = ask_module(still_page, MODULE, render, Hero().state() | change)
    assert error.startswith("RangeError: ")
    assert message in error


def test_with_a_kernel_python_answers(book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{book_url}/{PATH}", alone=True)
    find_widget(page, MODULE)
    asked = note_models(page)
    render = """async ({ default: module }, state) => {
        const listeners = {};
        window.sent = [];
        window.kernel = {
            get: (name) => state[name],
            set(name, value) { state[name] = value; listeners[`change:${name}`]?.(); },
            on(event, listener) { listeners[event] = listener; },
            off() {},
            send() {},
            save_changes: () => sent.push(state.hypothesis),
        };
        await module.render({ model: kernel, el: document.querySelector(".book-widget > div") });
    }"""
    ask_module(page, MODULE, render, Hero().state())
    widget = page.locator(".book-widget")
    field(widget, "Hypothesis").fill("A cat sleeps.")
    expect(widget.locator(".bw-result strong")).to_have_text("One moment.")
    wait_until(lambda: page.evaluate("sent.length"))
    assert page.evaluate("sent") == ["A cat sleeps."]
    answered = Hero(hypothesis="A cat sleeps.")
    page.evaluate("ledger => kernel.set('ledger', ledger)", answered.ledger)
    expect(widget.locator(".bw-result strong")).to_have_text(answered.describe()[0])
    assert asked == []


def test_the_plan_is_a_list_of_links_that_fill_their_cards(book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{book_url}/{PATH}")
    for card in page.locator(".plan li").all():
        link = card.get_by_role("link")
        assert link.count() == 1
        card.scroll_into_view_if_needed()
        box = card.bounding_box()
        below = page.evaluate(
            "([x, y]) => document.elementFromPoint(x, y)?.closest('a')?.getAttribute('href')",
            [box["x"] + 12, box["y"] + box["height"] - 8],
        )
        assert below == link.get_attribute("href")
    assert page.locator(".plan .chapter-mark").count() == page.locator(".plan li").count()


def test_the_title_is_said_once(book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{book_url}/{PATH}")
    assert page.title() == "Why u∗v?"
    assert page.locator("#pst-primary-sidebar").get_by_text("Why u∗v?").count() == 1
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
