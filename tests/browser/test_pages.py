"""Every page of the built book: accessible in light and dark, no wider than a phone, and complete without the net."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import OpenPage, Visitor

pytestmark = pytest.mark.browser

TOC = yaml.safe_load((Path(__file__).parents[2] / "_toc.yml").read_text(encoding="utf-8"))
PAGES = [f"{TOC['root']}.html"] + [f"{chapter['file']}.html" for part in TOC["parts"] for chapter in part["chapters"]]


# Measuring contrast takes long, and a page has thousands of words in a dozen colours. Each way that a text looks is
# measured once: its colour, size and weight, what it stands in and on, in light and in dark. The others leave the page
# meanwhile. What stands outside the flow is a way of its own, for it may lie over anything.
MARK_EACH_LOOK = """() => {
    const grounds = new Map([[null, ""]]);
    const ground = (node) => {
        if (grounds.has(node)) return grounds.get(node);
        const style = getComputedStyle(node);
        const own = [style.backgroundColor, style.backgroundImage, style.opacity, style.filter, style.mixBlendMode];
        const place = ["static", "relative"].includes(style.position) ? "" : node.className;
        const plain = own.join() === "rgba(0, 0, 0, 0),none,1,none,normal" && !place;
        grounds.set(node, ground(node.parentElement) + (plain ? "" : `/${own}${place}`));
        return grounds.get(node);
    };
    const type = ({ color, fontSize, fontWeight, textShadow, textDecorationLine, visibility }) =>
        [color, fontSize, fontWeight, textShadow, textDecorationLine, visibility];
    const seen = new Set();
    for (const node of document.querySelectorAll("body *")) {
        const hasText = [...node.childNodes].some((child) => child.nodeType === Node.TEXT_NODE && child.data.trim());
        if (!hasText && !node.matches("input, select, textarea")) continue;
        const { parentElement: parent } = node;
        const look = [type(getComputedStyle(node)), type(getComputedStyle(parent)), ground(node)].join("|");
        if (!seen.has(look)) node.setAttribute("data-look", "");
        seen.add(look);
    }
}"""
TAKE_THE_OTHERS_AWAY = """() => {
    const kept = new Set();
    for (let node of document.querySelectorAll("[data-look]"))
        for (; node && !kept.has(node); node = node.parentElement) kept.add(node);
    window.away = [];
    const visit = (node) => {
        for (const child of [...node.children]) {
            if (kept.has(child)) visit(child);
            else {
                const place = document.createComment("");
                child.replaceWith(place);
                away.push([place, child]);
            }
        }
    };
    visit(document.body);
}"""
BRING_THE_OTHERS_BACK = "() => { for (const [place, child] of away) place.replaceWith(child); }"

SCHEMES = ("light", "dark")
CONTRAST = ["color-contrast", "link-in-text-block"]


@pytest.fixture(scope="module", params=PAGES)
def whole_page(request: pytest.FixtureRequest, browser: Browser, book_url: str) -> Iterator[Page]:
    """Each page with its formulas and icons, on a phone."""
    visitor = Visitor(browser)
    page = visitor.open_page(f"{book_url}/{request.param}", viewport={"width": 390, "height": 800})
    expect(page.locator(".book-widget:not([data-live])")).to_have_count(0)
    yield page
    visitor.leave()


def test_page_is_no_wider_than_its_window(whole_page: Page) -> None:
    for width in (1000, 768, 390, 360):
        whole_page.set_viewport_size({"width": width, "height": 800})
        assert whole_page.evaluate("document.documentElement.scrollWidth") <= width


# Of each label of a figure its largest letters: an exponent is smaller everywhere.
LABELS_OF_FIGURES = """() => [...document.querySelectorAll(".drawing text")].map((text) => {
    const sizes = [text, ...text.querySelectorAll("tspan")].map((part) => Number(part.getAttribute("font-size")));
    const { a, b } = text.getScreenCTM(); // of a turned label, too
    return [text.textContent, Math.max(...sizes) * Math.hypot(a, b), getComputedStyle(text).fill];
})"""


def test_labels_of_figures_are_not_too_small_for_a_phone(whole_page: Page) -> None:
    whole_page.set_viewport_size({"width": 390, "height": 800})
    small = [(text, size) for text, size, _ in whole_page.evaluate(LABELS_OF_FIGURES) if size and size < 9]
    assert small == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_inks_of_figures_stand_out_from_the_page(whole_page: Page, scheme: str) -> None:
    turn(whole_page, scheme)
    inks = whole_page.evaluate(
        """() => [...document.querySelectorAll(".drawing [stroke], .drawing [fill]")]
            .filter((node) => !node.closest("defs") && !node.matches("[fill-opacity], [stroke-opacity]"))
            .flatMap((node) => ["stroke", "fill"].map((key) => [node.getAttribute(key), getComputedStyle(node)[key]]))
            .filter(([told, seen]) => told?.startsWith("#") && seen.startsWith("rgb"))"""
    )
    texts = {ink for _, _, ink in whole_page.evaluate(LABELS_OF_FIGURES)}
    ground = whole_page.evaluate("getComputedStyle(document.body).backgroundColor")
    # A label on a dark cell of a map has the ground's colour; a grid and what stands behind the others are pale.
    meant = {seen for told, seen in inks if told not in ("#ffffff", "#dddddd", "#aaaaaa", "#bbbbbb")}
    assert {ink: contrast(ink, ground) for ink in meant if contrast(ink, ground) < 3} == {}
    assert {ink: contrast(ink, ground) for ink in texts - {ground} if contrast(ink, ground) < 4.5} == {}


def contrast(one: str, other: str) -> float:
    """Return the contrast of two opaque colours, as WCAG 2 defines it."""

    def luminance(colour: str) -> float:
        parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def turn(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    expect(page.locator("html")).to_have_attribute("data-theme", scheme)


def serious(page: Page, **options: object) -> list[tuple[str, list[str]]]:
    """The rules of accessibility that a page breaks badly, and where."""
    # A page has thousands of nodes that pass: they are not written out.
    violations = Axe().run(page, options={"resultTypes": ["violations"], **options}).response["violations"]
    worst = [violation for violation in violations if violation["impact"] in ("serious", "critical")]
    return [(violation["id"], [node["html"] for node in violation["nodes"]]) for violation in worst]


def test_no_serious_accessibility_violation(whole_page: Page) -> None:
    whole_page.set_viewport_size({"width": 1280, "height": 720})
    turn(whole_page, "light")
    assert serious(whole_page, rules={rule: {"enabled": False} for rule in CONTRAST}) == []
    for scheme in SCHEMES:
        turn(whole_page, scheme)
        whole_page.evaluate(MARK_EACH_LOOK)
    whole_page.evaluate(TAKE_THE_OTHERS_AWAY)
    for scheme in SCHEMES:
        turn(whole_page, scheme)
        assert serious(whole_page, runOnly=CONTRAST) == []
    whole_page.evaluate(BRING_THE_OTHERS_BACK)


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without"])
def test_formulas_are_there_at_once_in_the_books_own_font(any_book_url: str, open_page: OpenPage, script: bool) -> None:
    page = open_page(f"{any_book_url}/book/features/product.html", java_script_enabled=script)
    formula = page.locator("div.math > math").first
    expect(formula).to_have_text(re.compile("w⊤.*u∗v"))
    box = formula.locator("mo", has_text="∑").bounding_box()
    assert box["height"] > 20  # a sum of display size, as only a font for mathematics has one
    if script:
        assert page.evaluate("document.fonts.ready.then(() => document.fonts.check('16px \"STIX Two Math\"', '∑'))")


def test_no_formula_is_a_stop_of_the_tabulator(book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{book_url}/book/features/product.html", viewport={"width": 1280, "height": 800})
    formulas = page.locator("math")
    assert formulas.count() > 50
    stops = "all => all.filter((one) => one.tabIndex >= 0 || one.closest('[tabindex=\"0\"]:not(main)')).length"
    assert formulas.evaluate_all(stops) == 0


def test_a_formula_wider_than_a_phone_scrolls_and_says_so(book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{book_url}/book/features/product-bases.html", viewport={"width": 390, "height": 800})
    wide = page.locator("div.math").evaluate_all(
        "boxes => boxes.filter((box) => box.scrollWidth > box.clientWidth).map((box) => [box.tabIndex, box.ariaLabel])"
    )
    assert wide
    assert all(each == [0, "Formula, scrolls sideways"] for each in wide)
    clipped = page.locator("math").evaluate_all(
        """all => all.filter((one) => !one.closest("div.math, table, .text_html")
            && one.getBoundingClientRect().right > innerWidth).map((one) => one.textContent)"""
    )
    assert clipped == []


def test_a_signature_breaks_between_names_not_within_one(book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{book_url}/book/api-choose.html", viewport={"width": 390, "height": 800})
    lines = page.locator("dt.sig > .sig-name").evaluate_all(
        """all => all.map((name) => {
            const range = document.createRange();
            range.selectNodeContents(name);
            return new Set([...range.getClientRects()].map((line) => Math.round(line.top))).size;
        })"""
    )
    assert len(lines) > 50
    assert set(lines) == {1}


def test_the_chapters_before_and_after_share_no_line_of_a_phone(book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{book_url}/book/beyond/which-features.html", viewport={"width": 390, "height": 800})
    before, after = (page.locator(f".prev-next-area .{name}").bounding_box() for name in ("left-prev", "right-next"))
    assert before["y"] + before["height"] <= after["y"]
    assert after["x"] + after["width"] == pytest.approx(390, abs=24)


def test_no_line_begins_with_the_comma_after_a_formula(book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{book_url}/book/features/product.html")
    places = """all => all.filter((node) => {
        const [first, ...others] = [...node.childNodes].map((child) => {
            const range = document.createRange();
            range.selectNode(child);
            return range.getBoundingClientRect();
        });
        return others.some((other) => other.top > first.bottom || other.bottom < first.top);
    }).length"""
    joined = page.locator(".joined")
    assert joined.count() > 20
    for width in (320, 390, 470, 800, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert joined.evaluate_all(places) == 0


def test_the_bare_address_leads_to_the_front_page(any_book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{any_book_url}/index.html")
    page.wait_for_url("**/book/intro.html")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Why u∗v?")


@pytest.mark.parametrize("path", PAGES)
def test_a_page_loads_the_modules_of_its_widgets_and_no_others(built_book: Path, path: str) -> None:
    html = (built_book / path).read_text(encoding="utf-8")
    named = {piece.split('"')[0] for piece in html.split('data-module="')[1:]}
    loaded = {piece.split(".js")[0] for piece in html.split("_static/widgets/")[1:]}
    assert loaded == named
    assert ("widget-host.js" in html) == bool(named)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_weighs_little_beyond_the_theme(built_book: Path, path: str) -> None:
    """The article, its previews, pictures, widgets and the book's own files, as they lie on disk; what the theme puts
    around them is not counted."""
    page = built_book / path
    html = page.read_text(encoding="utf-8")
    article = re.search(r"<article.*</article>", html, re.DOTALL)[0]
    previews = "".join(re.findall(r"<template data-preview.*?</template>", html, re.DOTALL))
    names = (
        "widget-host|accessibility|type|custom|mathematics|favicon|architecture|two-depths|reading-progress|previews"
    )
    names += "|formula-links|drawings"
    own = re.compile(rf"/_images/|/_static/(widgets/|{names})")
    files = {
        (page.parent / name).resolve() for name in re.findall(r'(?:src|href)="([^"#?]*)', html) if own.search(name)
    }
    # Of the figures, which stand in the page, gzip takes four fifths.
    assert len((article + previews).encode()) + sum(file.stat().st_size for file in files) < 320_000
