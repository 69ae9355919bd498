"""The PDF of two pages: what is in it, where its outline and links lead, and what of the screen it leaves out."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import sync_playwright
from pypdf import PdfReader

from tools import chromium, pdf

TOC = {"root": "book/intro", "parts": [{"caption": "A part", "chapters": [{"file": "book/chapter"}]}]}
STYLE = (Path(__file__).resolve().parents[2] / "book" / "_static" / "print.css").read_text(encoding="utf-8")
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>x</title><style>{style}</style>
<div class="bd-sidebar-primary">Navigation</div>
<article class="bd-article"><h1>{title}<a class="headerlink" href="#t">#</a></h1>{body}</article>"""
FOLDED = """<h2 id="first">First section</h2><p>Read <a href="chapter.html">on</a> and <a href="#second">below</a>.</p>
<details class="hide"><summary>Show code cell source</summary><pre>folded = True</pre></details>
<p style="break-before: page"></p><h2 id="second">Second section</h2>
<pre>{long}end_of_the_line</pre>
<script>document.body.append("Live")</script>"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    try:
        chromium.find()
    except chromium.NoChromiumError as error:
        pytest.skip(str(error))
    folder = tmp_path_factory.mktemp("pdf")
    (folder / "book").mkdir()
    front = PAGE.format(style=STYLE, title="The front", body=FOLDED.format(long="a_long_word_" * 30))
    (folder / "book" / "intro.html").write_text(front, encoding="utf-8")
    chapter = PAGE.format(style=STYLE, title="1. A chapter", body='<p>See <a href="intro.html#second">there</a>.</p>')
    (folder / "book" / "chapter.html").write_text(chapter, encoding="utf-8")
    out = folder / "out" / "book.pdf"
    # In a thread of its own: where tests before this one have a browser open, theirs has this thread's event loop.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(pdf.make, folder, out, TOC, "Title", "Ada").result()
    return out


@pytest.fixture(scope="module")
def reader(made: Path) -> PdfReader:
    return PdfReader(made)


@pytest.fixture(scope="module")
def texts(reader: PdfReader) -> list[str]:
    return [page.extract_text() for page in reader.pages]


def destinations(reader: PdfReader, number: int) -> list[int]:
    """The numbers of the pages to which the links of a page lead."""
    pages = [page.indirect_reference.idnum for page in reader.pages]
    links = [link.get_object() for link in reader.pages[number].get("/Annots", ())]
    assert not [link for link in links if "/A" in link]
    return [pages.index(link["/Dest"][0].idnum) for link in links]


def test_title_contents_two_pages_one_page(texts: list[str]) -> None:
    assert len(texts) == 5
    assert "Title" in texts[0]
    assert "Ada" in texts[0]
    assert ["The front" in texts[2], "Second section" in texts[3], "1. A chapter" in texts[4]] == [True] * 3


def test_the_contents_have_the_numbers_that_stand_on_the_pages(texts: list[str]) -> None:
    words = texts[1].split()
    assert words[words.index("front") + 1 :][:1] == ["3"]
    assert words[words.index("chapter") + 1 :][:1] == ["5"]
    for number, text in enumerate(texts[1:], start=2):
        assert str(number) in text.split(), number
    assert "1. A chapter" in texts[4]


def test_the_outline_has_parts_pages_and_sections(reader: PdfReader) -> None:
    front, sections, part, chapters = reader.outline
    assert (front.title, part.title) == ("The front", "A part")
    assert [entry.title for entry in sections] == ["First section", "Second section"]
    assert [reader.get_destination_page_number(entry) for entry in sections] == [2, 3]
    assert [entry.title for entry in chapters] == ["1. A chapter"]
    assert reader.get_destination_page_number(part) == reader.get_destination_page_number(chapters[0]) == 4


def test_links_lead_to_pages_of_the_pdf(reader: PdfReader) -> None:
    assert destinations(reader, 1) == [2, 4]
    assert destinations(reader, 2) == [4, 3]
    assert destinations(reader, 4) in ([2], [3])


def test_what_is_folded_is_printed_and_what_is_the_screens_is_not(texts: list[str]) -> None:
    whole = "\n".join(texts)
    assert "folded = True" in whole
    for left_out in ("Show code cell source", "Navigation", "Live"):
        assert left_out not in whole


def test_a_long_line_is_wrapped_within_the_margins(reader: PdfReader) -> None:
    places = []
    reader.pages[3].extract_text(
        visitor_text=lambda text, cm, tm, font, size: (
            places.append((text, tm[4] * cm[0] + cm[4])) if text.strip() else None
        )
    )
    assert "".join(text for text, _ in places).replace("\n", "").count("end_of_the_line") == 1
    assert max(x for _, x in places) < float(reader.pages[3].mediabox.width)


def print_alone(folder: Path, body: str) -> list[str]:
    """The text of each page of a chapter of this body."""
    (folder / "page.html").write_text(PAGE.format(style=STYLE, title="Title", body=body), encoding="utf-8")
    chapter = pdf.Chapter("page.html", "")

    def work() -> None:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium.find())
            pdf.print_chapter(browser, folder, chapter)
            browser.close()

    with ThreadPoolExecutor(1) as thread:
        thread.submit(work).result()
    return [page.extract_text() for page in chapter.pages.pages]


THEME = "<style>.admonition, table, .highlight-python { break-inside: avoid; overflow: hidden }</style>"
HALF_A_PAGE = '<p style="height: 130mm">Before</p>'
SENTENCES = "".join(f"<p>Sentence {number}.</p>" for number in range(24))
LINES = "<br>".join(f"Line {number}." for number in range(60))
ROWS = "".join(f"<tr><td>Row {number}.</td></tr>" for number in range(40))


@pytest.mark.parametrize(
    ("long", "first"),
    [
        (f'<div class="admonition"><p class="admonition-title">A box</p>{SENTENCES}</div>', "Sentence 1."),
        (f'<div class="highlight-python"><pre>{LINES}</pre></div>', "Line 1."),
        (f"<table>{ROWS}</table>", "Row 1."),
    ],
    ids=["box", "code", "table"],
)
@pytest.mark.usefixtures("made")  # skips where no Chromium is
def test_what_is_long_begins_where_there_is_room(tmp_path: Path, long: str, first: str) -> None:
    pages = print_alone(tmp_path, THEME + HALF_A_PAGE + long)
    assert first in pages[0]
    assert len(pages) == 2


@pytest.mark.usefixtures("made")
def test_a_short_table_stays_whole(tmp_path: Path) -> None:
    rows = "".join(f'<tr style="height: 12mm"><td>Row {number}.</td></tr>' for number in range(9))
    pages = print_alone(tmp_path, f"{THEME}{HALF_A_PAGE}<table>{rows}</table>")
    assert ["Row 0." in page for page in pages] == ["Row 8." in page for page in pages] == [False, True]


@pytest.mark.usefixtures("made")
def test_no_head_of_a_table_stays_behind_without_rows(tmp_path: Path) -> None:
    parts = [
        f'<p style="break-before: page; margin: 0; height: {height}mm">Before</p><table><caption>The {height}</caption>'
        f"<thead><tr><th>Head</th></tr></thead><tbody>{ROWS}</tbody></table>"
        for height in (220, 225, 230, 235, 240)
    ]
    pages = print_alone(tmp_path, THEME + "".join(parts))
    begun = [page for page in pages if "The 2" in page]
    assert len(begun) == len(parts)
    assert all("Row 2." in page for page in begun)


def test_a_page_that_is_not_built_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "toc.yml").write_text(yaml.safe_dump(TOC))
    assert pdf.main([str(tmp_path), str(tmp_path / "out.pdf"), "--toc", str(tmp_path / "toc.yml")]) == 1
    assert "intro.html is not there" in capsys.readouterr().err
    assert not (tmp_path / "out.pdf").exists()
