"""The sentence map, in the built book: by mouse, keyboard and touch, and its numbers against Python's."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from xml.etree import ElementTree

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, expect

from infersent.widgets import SentenceMap
from infersent.widgets.sentence_map import ENCODERS, drawn
from tests.browser.conftest import OpenPage, find_twin, find_widget, style, with_state

pytestmark = pytest.mark.browser

PATH = "book/beyond/other-work.html"
MODULE = "sentence_map"
FOX = "A fox is chasing a goose across the lawn."
GOOSE = "A goose is chasing a fox across the lawn."
SENTENCES = SentenceMap().sentences
TITLES = {name: title for name, (title, *_) in ENCODERS.items()}
POINTS = {one["key"]: one["points"] for one in drawn()["encoders"]}
STEADY = {"reduced_motion": "reduce"}  # no map on its way from one layout to the next


@pytest.fixture
def steady(book_url: str, open_page: OpenPage) -> Locator:
    """The live widget, for a reader who wants nothing to move."""
    return find_widget(open_page(f"{book_url}/{PATH}", **STEADY), MODULE)


def choose(widget: Locator, encoder: str) -> None:
    widget.get_by_role("button", name=TITLES[encoder], exact=True).click()


def looks_at(widget: Locator, sentence: str) -> None:
    expect(widget.locator(".sm-chosen strong")).to_have_text(sentence)


def rows(widget: Locator) -> list[tuple[str, float, str]]:
    """The neighbours as the list shows them."""
    found = []
    for row in widget.locator("ol li").all():
        words, relation = row.locator(".sm-words > span").all_inner_texts()
        found.append((words, float(row.locator(".bw-number").inner_text()), relation))
    return found


def pythons(encoder: str, sentence: str) -> list[tuple[str, float, str]]:
    neighbours = SentenceMap(encoder=encoder, sentence=sentence).neighbours()
    return [(one.text, one.cosine, one.relation) for one in neighbours]


def places(widget: Locator) -> list[list[float]]:
    """Where the marks are in the picture's own units."""
    transforms = widget.locator(".sm-plane [role=option]").evaluate_all(
        "marks => marks.map((mark) => mark.getAttribute('transform'))"
    )
    return [[float(number) for number in re.findall(r"[\d.]+", transform)] for transform in transforms]


def on_page(widget: Locator, encoder: str, sentence: str) -> tuple[float, float]:
    """The place of a sentence's mark within the picture, in pixels."""
    x, y = POINTS[encoder][SENTENCES.index(sentence)]
    scale = widget.locator(".sm-plane").bounding_box()["width"] / 400
    return x * scale, y * scale


def point_at(widget: Locator, encoder: str, sentence: str) -> dict[str, float]:
    x, y = on_page(widget, encoder, sentence)
    return {"x": x, "y": y}


def test_starts_at_the_stored_state(widget: Locator) -> None:
    state = json.loads(widget.get_attribute("data-state"))
    assert (state["encoder"], state["sentence"]) == ("u, v, |u-v|, u*v", FOX)
    expect(widget.get_by_role("button", name="all four")).to_have_attribute("aria-pressed", "true")
    looks_at(widget, FOX)
    assert places(widget) == POINTS[state["encoder"]]
    assert rows(widget) == pythons(state["encoder"], FOX)
    expect(widget.locator(".sm-plane line")).to_have_count(5)
    expect(widget.locator(".sm-ranks text")).to_have_text(["1", "2", "3", "4", "5"])


def test_every_encoder_shows_its_own_neighbours_and_words(steady: Locator) -> None:
    for encoder in ENCODERS:
        choose(steady, encoder)
        assert rows(steady) == pythons(encoder, FOX)
        assert places(steady) == POINTS[encoder]
        headline, details = SentenceMap(encoder=encoder).describe()
        expect(steady.locator(".bw-result p")).to_have_text(f"{headline} {details}")
        expect(steady.locator("[aria-live=polite]")).to_have_text(f"{headline} {details}")


def test_points_move_to_their_new_places(book_url: str, open_page: OpenPage) -> None:
    noon = datetime(2026, 1, 1, 12)
    page = open_page(f"{book_url}/{PATH}", lambda page: page.clock.install(time=noon))
    widget = find_widget(page, MODULE)
    page.clock.pause_at(noon + timedelta(hours=1))
    before, after = POINTS["u, v, |u-v|, u*v"], POINTS["glove"]
    choose(widget, "glove")
    page.clock.run_for(350)
    on_the_way = places(widget)
    for now, there, here in zip(on_the_way, before, after, strict=True):
        for x, old, new in zip(now, there, here, strict=True):
            assert min(old, new) - 0.1 <= x <= max(old, new) + 0.1
    assert on_the_way not in (before, after)
    page.clock.run_for(1000)
    assert places(widget) == after
    ring = widget.locator(".sm-ring")
    assert [float(ring.get_attribute(name)) for name in ("cx", "cy")] == after[SENTENCES.index(FOX)]


def test_pointing_shows_a_sentence_and_leaving_brings_the_chosen_one_back(steady: Locator) -> None:
    choose(steady, "shipped")
    alone = lonely("shipped")
    steady.locator(".sm-plane").hover(position=point_at(steady, "shipped", alone))
    looks_at(steady, alone)
    assert rows(steady) == pythons("shipped", alone)
    steady.locator(".bw-hint").hover()
    looks_at(steady, FOX)


def lonely(encoder: str) -> str:
    """A sentence whose mark has no other near it."""

    def room(i: int) -> float:
        x, y = POINTS[encoder][i]
        return min((x - a) ** 2 + (y - b) ** 2 for j, (a, b) in enumerate(POINTS[encoder]) if j != i)

    return SENTENCES[max(range(len(SENTENCES)), key=room)]


def test_a_click_keeps_a_sentence_whatever_the_encoder(steady: Locator) -> None:
    choose(steady, "shipped")
    alone = lonely("shipped")
    steady.locator(".sm-plane").click(position=point_at(steady, "shipped", alone))
    steady.locator(".bw-hint").hover()
    looks_at(steady, alone)
    choose(steady, "minilm")
    looks_at(steady, alone)
    assert rows(steady) == pythons("minilm", alone)
    expect(steady.get_by_role("combobox", name="Sentence")).to_have_value(str(SENTENCES.index(alone)))


def test_arrow_keys_walk_the_map_enter_keeps_and_escape_goes_back(widget: Locator) -> None:
    plane = widget.get_by_role("listbox", name="Map of the sentences")
    plane.focus()

    def active() -> Locator:
        return widget.locator(f"[id='{plane.get_attribute('aria-activedescendant')}']")

    seen = {active().get_attribute("aria-label")}
    assert seen == {f"{FOX} who to whom, premise"}
    for key in ("ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp", "ArrowRight"):
        before = widget.locator(".sm-ring").evaluate("ring => [+ring.getAttribute('cx'), +ring.getAttribute('cy')]")
        plane.press(key)
        after = widget.locator(".sm-ring").evaluate("ring => [+ring.getAttribute('cx'), +ring.getAttribute('cy')]")
        axis, sign = (0 if key in ("ArrowLeft", "ArrowRight") else 1), (1 if key in ("ArrowRight", "ArrowDown") else -1)
        assert sign * (after[axis] - before[axis]) > 0
        seen.add(active().get_attribute("aria-label"))
    assert len(seen) >= 3
    walked = widget.locator(".sm-chosen strong").inner_text()
    assert active().get_attribute("aria-label").startswith(walked)
    plane.press("Escape")
    looks_at(widget, FOX)
    plane.press("End")
    looks_at(widget, SENTENCES[-1])
    plane.press("Enter")
    plane.blur()
    looks_at(widget, SENTENCES[-1])
    expect(widget.locator("[role=option][aria-selected=true]")).to_have_attribute(
        "aria-label", re.compile(re.escape(SENTENCES[-1]))
    )


def test_a_neighbour_in_the_list_leads_on(widget: Locator) -> None:
    second = rows(widget)[1][0]
    widget.locator("ol button").nth(1).press("Enter")
    looks_at(widget, second)
    assert rows(widget) == pythons("u, v, |u-v|, u*v", second)
    expect(widget.locator("ol button").nth(1)).to_be_focused()


def test_the_legend_takes_sentences_away(widget: Locator) -> None:
    for name in ("opposite", "number", "colour", "who to whom", "wider word", "paraphrase"):
        widget.get_by_role("checkbox", name=name).uncheck()
    expect(widget.get_by_role("status")).to_have_text("12 of 84 sentences")
    options = widget.get_by_role("combobox", name="Sentence").locator("option")
    expect(options).to_have_count(13)  # the chosen one is none of them, and stays
    plane = widget.get_by_role("listbox", name="Map of the sentences")
    for _ in range(20):
        plane.press("ArrowRight")
    assert SENTENCES.index(widget.locator(".sm-chosen strong").inner_text()) < 12
    assert [one[0] for one in rows(widget)] == [
        one[0] for one in pythons("u, v, |u-v|, u*v", widget.locator(".sm-chosen strong").inner_text())
    ]
    widget.get_by_role("button", name="Reset").click()
    expect(widget.get_by_role("status")).to_have_text("84 sentences")
    looks_at(widget, FOX)


def test_a_word_finds_its_sentences(widget: Locator) -> None:
    field = widget.get_by_role("searchbox", name="Find a word")
    field.fill("goo lawn")
    found = [text for text in SENTENCES if "goose" in text and "lawn" in text]
    expect(widget.get_by_role("status")).to_have_text(f"{len(found)} of 84 sentences")
    field.fill("kite")
    kites = [text for text in SENTENCES if "kite" in text]
    expect(widget.get_by_role("combobox", name="Sentence").locator("option")).to_have_text([FOX, *kites])
    near = len({one[0] for one in pythons("u, v, |u-v|, u*v", FOX)} | {FOX} | set(kites))
    expect(widget.locator("[role=option]:not(.sm-dim)")).to_have_count(near)
    field.press("Enter")
    looks_at(widget, kites[0])
    field.fill("zorbish")
    expect(widget.get_by_role("status")).to_have_text("0 of 84 sentences")
    looks_at(widget, kites[0])
    widget.get_by_role("button", name="Reset").click()
    expect(field).to_have_value("")


def test_the_list_of_sentences_chooses(widget: Locator) -> None:
    listed = widget.get_by_role("combobox", name="Sentence")
    listed.select_option(label=GOOSE)
    looks_at(widget, GOOSE)
    groups = listed.locator("optgroup").evaluate_all("groups => groups.map((group) => group.label)")
    assert groups == [title for title, *_ in [phenomenon[1:] for phenomenon in drawn()["phenomena"]]]


def test_a_tap_chooses_on_a_phone(book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{book_url}/{PATH}", has_touch=True, viewport={"width": 360, "height": 800})
    widget = find_widget(page, MODULE)
    start = json.loads(widget.get_attribute("data-state"))["encoder"]
    alone = lonely(start)
    widget.locator(".sm-plane").tap(position=point_at(widget, start, alone))
    looks_at(widget, alone)


@pytest.mark.parametrize("width", [360, 390, 700, 1300])
def test_nothing_moves_when_the_sentences_do(book_url: str, open_page: OpenPage, width: int) -> None:
    page = open_page(f"{book_url}/{PATH}", viewport={"width": width, "height": 800}, **STEADY)
    widget = find_widget(page, MODULE)
    listed = widget.get_by_role("combobox", name="Sentence")
    longest = sorted(SENTENCES, key=len)
    heights = set()
    for encoder in ENCODERS:
        choose(widget, encoder)
        for sentence in (longest[0], longest[-1], longest[-2]):
            listed.select_option(label=sentence)
            heights.add(round(widget.bounding_box()["height"]))
    assert max(heights) - min(heights) <= 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_nobody_is_shut_out(book_url: str, open_page: OpenPage, scheme: str, width: int) -> None:
    page = open_page(f"{book_url}/{PATH}", color_scheme=scheme, viewport={"width": width, "height": 800})
    widget = find_widget(page, MODULE)
    widget.get_by_role("listbox").press("ArrowRight")
    found = Axe().run(page, context=".book-widget[data-module=sentence_map]").response["violations"]
    assert found == []


def test_colours_follow_the_theme(book_url: str, open_page: OpenPage) -> None:
    rings, marks = set(), set()
    for scheme in ("light", "dark"):
        widget = find_widget(open_page(f"{book_url}/{PATH}", color_scheme=scheme), MODULE)
        rings.add(style(widget.locator(".sm-ring"), "stroke"))
        marks.add(style(widget.locator("[role=option] path").first, "stroke"))
    assert len(rings) == 2
    assert len(marks) == 1  # they stand out on both papers


def test_without_javascript_the_map_is_pythons(book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{book_url}/{PATH}", java_script_enabled=False, viewport={"width": 390, "height": 800})
    twin = find_twin(page, MODULE)
    state = json.loads(twin.get_attribute("data-state"))
    assert state == SentenceMap().state()
    written = "".join(ElementTree.fromstring(SentenceMap().static_html()).itertext())
    assert twin.text_content().split() == written.split()
    picture = twin.get_by_role("img")
    expect(picture.locator("path")).to_have_count(84)
    assert picture.bounding_box()["width"] <= 390
    expect(twin.locator("table")).to_have_count(2)
    for table in twin.locator("table").all():
        box = table.bounding_box()
        assert box["x"] + box["width"] <= 390


@pytest.mark.parametrize("name", ["encoder", "sentence", "phenomena"])
def test_markup_in_the_state_is_shown_as_text(book_url: str, open_page: OpenPage, name: str) -> None:
    markup = "<img src=x onerror='window.hacked = true'>"
    state = {**SentenceMap().state(), name: [markup] if name == "phenomena" else markup}
    page = open_page(f"{book_url}/{PATH}", with_state(PATH, MODULE, lambda _: state))
    widget = find_twin(page, MODULE)
    expect(widget.locator(".book-widget-error")).to_contain_text(f"{name} cannot be {markup}")
    expect(widget.locator("img")).to_have_count(0)
    assert page.evaluate("window.hacked") is None
