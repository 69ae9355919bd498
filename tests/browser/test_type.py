"""How the pages are set: their letters, the wordmark, the chapters' numbers, and notes in the margin."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
from playwright.sync_api import expect

from book._ext import plan
from tests.browser.conftest import OpenPage
from tools import math_font, text_fonts

pytestmark = pytest.mark.browser

PRODUCT = "book/features/product.html"
#: What the reader's own system draws: other scripts' letters, of which a page on tokens shows some, and a few signs.
LEFT_TO_THE_SYSTEM = re.compile(
    "[\u1000-\u10ff\u1780-\u17ff\u3000-\ua000\uf900-\ufaff\uff00-\uffef\U00016fe0-\U0003ffff◀Łᵀ⁻⁴]"
)


def test_every_character_of_the_pages_is_in_a_font_of_the_book(built_book: Path) -> None:
    found: set[str] = set()
    for page in built_book.rglob("*.html"):
        text = re.sub(r"<(script|style|math|pre|code)\b.*?</\1>", "", page.read_text("utf-8"), flags=re.DOTALL)
        found.update(unescape(re.sub(r"<[^>]*>", "", text)))
    ours = text_fonts.CHARACTERS | math_font.CHARACTERS | set("\n\t")
    assert sorted(character for character in found - ours if not LEFT_TO_THE_SYSTEM.match(character)) == []


def test_text_and_headings_are_set_in_the_books_fonts(any_book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{any_book_url}/{PRODUCT}")
    loaded = (
        "document.fonts.ready.then((all) => [...all].filter((one) => one.status === 'loaded').map((one) => one.family))"
    )
    assert {"Book Serif", "Book Sans"} <= {family.strip('"') for family in page.evaluate(loaded)}
    family = "(node) => getComputedStyle(node).fontFamily.split(',')[0]"
    assert page.locator("article p").nth(2).evaluate(family).strip('"') == "Book Serif"
    for sans in ("article h1", ".bd-links a", "article table td"):
        assert page.locator(sans).first.evaluate(family).strip('"') == "Book Sans"


def test_little_moves_when_the_fonts_arrive(book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{book_url}/{PRODUCT}", viewport={"width": 1280, "height": 800})
    page.evaluate("document.fonts.ready.then(() => true)")
    tops = "all => all.map((node) => node.getBoundingClientRect().top).filter((top) => top < 800)"
    blocks = page.locator("article section > :is(h1, h2, p, div)")
    arrived = blocks.evaluate_all(tops)
    before = """:root { --book-serif: "Book Serif Substitute", serif !important;
                        --pst-font-family-base: "Book Sans Substitute", sans-serif !important; }"""
    page.add_style_tag(content=before)
    waiting = blocks.evaluate_all(tops)
    assert len(arrived) > 5
    # A line more or less; in the last one that is in view, two
    assert all(abs(a - b) < 60 for a, b in zip(arrived, waiting, strict=False)), (arrived, waiting)


def test_the_switch_and_the_question_have_their_place_before_a_script_shows_them(
    book_url: str, open_page: OpenPage
) -> None:
    place = "(node) => [node.getBoundingClientRect().top, node.getBoundingClientRect().height]"
    found = []
    for script in (False, True):
        options = {"java_script_enabled": script, "viewport": {"width": 1280, "height": 800}}
        for _ in range(2):  # where no script asks for the letters at once, a first visit may do without them
            page = open_page(f"{book_url}/{PRODUCT}", **options)
            page.evaluate("document.fonts.ready.then(() => true)")
        found.append(page.locator(".depth-switch ~ p").first.evaluate(place))
    assert found[0] == pytest.approx(found[1], abs=1)


def test_the_wordmark_is_read_as_the_title(book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{book_url}/{PRODUCT}", viewport={"width": 1280, "height": 800})
    link = page.get_by_role("link", name="Why u∗v?", exact=True).first
    expect(link).to_be_visible()
    expect(link).to_have_attribute("href", "../intro.html")


def test_chapters_are_numbered_beside_every_page_as_in_the_plan(book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{book_url}/{PRODUCT}", viewport={"width": 1280, "height": 800})
    numbered = page.locator(".bd-links a:has(.chapter-number)")
    found = numbered.evaluate_all(
        """all => all.map((link) => [
            link.href.split("#")[0].split("/").at(-1).replace(".html", ""),
            Number(link.querySelector(".chapter-number").textContent),
        ])"""
    )
    assert dict(found) == plan.numbers()
    expect(page.locator(".bd-links .current > a")).to_have_text(f"{plan.numbers()['product']} The product")
    expect(page.locator(".reading-time")).to_contain_text(f"Chapter {plan.numbers()['product']}. ")


def test_a_side_note_stands_in_the_margin_or_before_its_paragraph(book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{book_url}/{PRODUCT}", viewport={"width": 1280, "height": 800})
    note = page.locator("aside.margin").first
    text = page.locator("aside.margin + p").first
    note.scroll_into_view_if_needed()
    # The page's contents, which have their place there, leave it meanwhile.
    expect(page.locator(".bd-sidebar-secondary")).to_have_class(re.compile(r"\bhide\b"))
    beside, column = note.bounding_box(), text.bounding_box()
    assert beside["x"] >= column["x"] + column["width"]
    assert abs(beside["y"] - column["y"]) < 30
    assert beside["x"] + beside["width"] <= 1280
    page.set_viewport_size({"width": 390, "height": 800})
    above, column = note.bounding_box(), text.bounding_box()
    assert above["y"] + above["height"] <= column["y"]
    assert above["width"] == pytest.approx(column["width"], abs=1)
