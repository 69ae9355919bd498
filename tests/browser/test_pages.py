"""Every page of the built book: accessible in light and dark, no wider than a phone, and complete without the net."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage

pytestmark = pytest.mark.browser

TOC = yaml.safe_load((Path(__file__).parents[2] / "_toc.yml").read_text(encoding="utf-8"))
PAGES = [f"{TOC['root']}.html"] + [f"{chapter['file']}.html" for part in TOC["parts"] for chapter in part["chapters"]]


# Code has thousands of coloured words in a dozen colours, and measuring contrast takes long: one word a colour stays.
ONE_WORD_A_COLOUR = """() => {
    const seen = new Set();
    for (const word of document.querySelectorAll(".highlight span, .sig span, .sig em")) {
        const colour = word.closest(".highlight, .sig").className.split(" ")[0] + word.className;
        if (seen.has(colour)) word.replaceWith(...word.childNodes);
        seen.add(colour);
    }
}"""


# A page has thousands of nodes that pass: they are not written out. In the dark, only what depends on colours is new.
AXE = {"light": {"resultTypes": ["violations"]}}
AXE["dark"] = {**AXE["light"], "runOnly": ["color-contrast", "link-in-text-block"]}


@pytest.mark.parametrize("path", PAGES)
def test_no_serious_accessibility_violation(book_url: str, open_page: OpenPage, path: str) -> None:
    page = open_page(f"{book_url}/{path}", whole=True, color_scheme="light", reduced_motion="reduce")
    expect(page.locator(".book-widget:not([data-live])")).to_have_count(0)
    page.evaluate(ONE_WORD_A_COLOUR)
    for scheme, options in AXE.items():
        page.emulate_media(color_scheme=scheme)
        expect(page.locator("html")).to_have_attribute("data-theme", scheme)
        violations = Axe().run(page, options=options).response["violations"]
        serious = [v for v in violations if v["impact"] in ("serious", "critical")]
        assert [(scheme, v["id"], [node["html"] for node in v["nodes"]]) for v in serious] == []


@pytest.mark.parametrize("path", PAGES)
def test_page_is_no_wider_than_a_phone(book_url: str, open_page: OpenPage, path: str) -> None:
    page = open_page(f"{book_url}/{path}", whole=True, viewport={"width": 390, "height": 800})
    expect(page.locator(".book-widget:not([data-live])")).to_have_count(0)
    for width in (390, 360):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_formulas_are_typeset_without_the_net(any_book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{any_book_url}/book/intro.html", whole=True)
    expect(page.locator("mjx-container").first).to_be_visible()


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
    """The article, its pictures, its widgets and the book's own files, as they lie on disk; what the theme puts around
    them, and MathJax, are not counted."""
    page = built_book / path
    html = page.read_text(encoding="utf-8")
    article = re.search(r"<article.*</article>", html, re.DOTALL)[0]
    own = re.compile(r"/_images/|/_static/(widgets/|widget-host|accessibility|custom|favicon|architecture)")
    files = {
        (page.parent / name).resolve() for name in re.findall(r'(?:src|href)="([^"#?]*)', html) if own.search(name)
    }
    assert len(article.encode()) + sum(file.stat().st_size for file in files) < 300_000
