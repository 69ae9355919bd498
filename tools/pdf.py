"""Make one PDF of the built book, with a title page, contents, an outline, page numbers and links that stay inside.

    python tools/pdf.py                     # of _build/html, to _build/why-u-v.pdf
    python tools/pdf.py _build/html out.pdf --toc _toc.yml

Each page is printed by the system's Chromium as book/_static/print.css says, without JavaScript: every widget is the
picture that Python drew of it. The pages are then put together in the order of the table of contents.
"""

from __future__ import annotations

import argparse
import base64
import html
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import yaml
from playwright.sync_api import Browser, sync_playwright
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, Fit, NameObject, NullObject

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tools import chromium  # noqa: E402

STATIC = ROOT / "book" / "_static"
#: Millimetres: above and below stand the running title and the page's number.
MARGIN = {"top": "22mm", "bottom": "20mm", "left": "20mm", "right": "20mm"}
STYLE = """
@page { size: A4; margin: 0 }
body { margin: 0; font: 11pt/1.5 "book-sans", "stix-two-math", Arial, sans-serif; color: #1c2430 }
h1 { font-family: "book-serif", "stix-two-math", serif; font-weight: 600 }
a { color: inherit; text-decoration: none }
"""
#: What the title page and the running titles are set in: the book's own.
FONTS = ("book-serif.woff2", "book-serif-italic.woff2", "book-sans.woff2", "stix-two-math.woff")
#: The blocks' colours: u, v, their difference and their product.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#a8437f")


@dataclass
class Chapter:
    """One page of the book: where it lies, its part, its title, and what Chromium printed."""

    path: str
    part: str
    title: str = ""
    pages: PdfReader | None = None
    first: int = 0
    tops: dict[str, Any] = field(default_factory=dict)

    @property
    def length(self) -> int:
        """How many pages it has."""
        return len(self.pages.pages) if self.pages else 0


def chapters(toc: dict[str, Any]) -> Iterator[Chapter]:
    """Yield the book's pages in the order of a table of contents."""
    yield Chapter(f"{toc['root']}.html", "")
    for part in toc.get("parts", [toc]):
        for entry in part.get("chapters", ()):
            yield Chapter(f"{entry['file']}.html", part.get("caption", ""))
            for section in entry.get("sections", ()):
                yield Chapter(f"{section['file']}.html", part.get("caption", ""))


def print_chapter(browser: Browser, built: Path, chapter: Chapter) -> None:
    """Print a page, and note its title."""
    context = browser.new_context(java_script_enabled=False, color_scheme="light")
    page = context.new_page()
    page.goto((built / chapter.path).resolve().as_uri())
    page.emulate_media(media="print", color_scheme="light")
    page.evaluate(
        """() => {
            document.documentElement.dataset.theme = "light";
            for (const folded of document.querySelectorAll("details")) folded.open = true;
            for (const picture of document.querySelectorAll("img[loading]")) picture.loading = "eager";
        }"""
    )
    chapter.title = page.evaluate(
        """() => {
            const title = document.querySelector("article h1, .bd-article h1").cloneNode(true);
            title.querySelectorAll(".headerlink").forEach((link) => link.remove());
            return title.textContent.replace(/\\s+/g, " ").trim();
        }"""
    )
    # Playwright's own way to add a style waits for an event, which a page without scripts never has.
    page.evaluate(
        """(css) => {
            document.head.append(Object.assign(document.createElement("style"), { textContent: css }));
            document.body.getBoundingClientRect(); // the new faces are asked for when something is laid out in them
            return document.fonts.ready.then(() => true);
        }""",
        page_letters(),
    )
    printed = page.pdf(format="A4", margin=MARGIN, print_background=True, outline=True, tagged=True)
    context.close()
    chapter.pages = PdfReader(BytesIO(printed))


def font_data(name: str) -> str:
    """Return one of the book's fonts as an address that needs no other file."""
    data = base64.b64encode((STATIC / "fonts" / name).read_bytes()).decode()
    return f"url(data:font/{name.rpartition('.')[2]};base64,{data})"


@cache
def letters() -> str:
    """Return the book's fonts as a style sheet that needs no other file."""
    faces = []
    for name in FONTS:
        family, slant = name.partition(".")[0].removesuffix("-italic"), "italic" if "-italic" in name else "normal"
        faces.append(
            f'@font-face {{ font-family: "{family}"; font-weight: 400 700; font-style: {slant};'
            f" src: {font_data(name)} }}"
        )
    return "\n".join(faces)


@cache
def page_letters() -> str:
    """Return the faces of the pages' text, without which none is printed: on a screen a late one is left out."""
    faces = re.findall(r"@font-face \{.*?\}", (STATIC / "type.css").read_text(encoding="utf-8"), re.DOTALL)
    late = "\n".join(face for face in faces if "optional" in face).replace("optional", "block")
    return re.sub(r'url\("fonts/(.*?)"\)', lambda found: font_data(found[1]), late)


def draw(browser: Browser, body: str) -> PdfReader:
    """Print HTML of our own."""
    page = browser.new_page()
    page.set_content(
        f'<!doctype html><html lang="en"><meta charset="utf-8"><style>{letters()}{STYLE}</style><body>{body}'
    )
    page.evaluate("document.fonts.ready.then(() => true)")
    printed = page.pdf(format="A4", prefer_css_page_size=True, print_background=True)
    page.close()
    return PdfReader(BytesIO(printed))


def front(title: str, author: str, found: list[Chapter]) -> str:
    """Return the title page and the contents, with the pages' numbers as far as they are known."""
    colours = "".join(f'<b style="flex: 1; background: {c}"></b>' for c in COLOURS)
    u, v, _, p = COLOURS
    product = f'<i style="color: {u}">u</i><b style="color: {p}">∗</b><i style="color: {v}">v</i>'
    called = html.escape(title).replace("u∗v", product)
    rows, part = [], ""
    for chapter in found:
        if chapter.part and chapter.part != part:
            part = chapter.part
            rows.append(f'<p style="margin: 7mm 0 1mm; font-weight: 700; break-after: avoid">{html.escape(part)}</p>')
        rows.append(
            '<p style="margin: 0 0 1mm; display: flex; gap: 2mm; align-items: baseline; break-inside: avoid">'
            f'<a href="https://book.invalid/{chapter.path}">{html.escape(chapter.title)}</a>'
            '<span style="flex: 1; border-bottom: 0.3mm dotted #999"></span>'
            f"<span>{chapter.first + 1}</span></p>"
        )
    return (
        '<div style="height: 296mm; position: relative; break-after: page">'
        f'<h1 style="position: absolute; top: 82mm; left: 25mm; right: 25mm; margin: 0; font-size: 46pt">{called}</h1>'
        f'<p style="position: absolute; top: 108mm; left: 25mm; margin: 0; font-size: 14pt">{html.escape(author)}</p>'
        f'<div style="position: absolute; bottom: 0; left: 0; right: 0; height: 5mm; display: flex">'
        f"{colours}</div></div>"
        f"<style>@page {{ margin: 22mm 25mm }} @page :first {{ margin: 0 }}</style>"
        f'<h2 style="font-size: 20pt; margin: 0 0 4mm">Contents</h2>{"".join(rows)}'
    )


def marks(title: str, running: list[str]) -> str:
    """Return one sheet for every page, with its running title and its number; the first, the title page, has none."""
    sheets = ['<div style="height: 296.9mm; break-after: page"></div>']
    for number, text in enumerate(running[1:], start=2):
        sheets.append(
            '<div style="height: 296.9mm; position: relative; font-size: 8.5pt; color: #555; break-after: page">'
            f'<span style="position: absolute; top: 10mm; left: 20mm">{html.escape(title)}</span>'
            f'<span style="position: absolute; top: 10mm; right: 20mm; max-width: 120mm">{html.escape(text)}</span>'
            f'<span style="position: absolute; bottom: 9mm; right: 20mm">{number}</span></div>'
        )
    return "".join(sheets)


def link_inside(writer: PdfWriter, built: Path, found: list[Chapter]) -> None:
    """Let the links between the book's pages lead to pages of the PDF, not to files of this machine."""
    places = {chapter.path: chapter for chapter in found}
    owner = [None] * found[0].first + [chapter for chapter in found for _ in range(chapter.length)]
    root = built.resolve().as_uri() + "/"
    for number, page in enumerate(writer.pages):
        for reference in list(page.get("/Annots", ())):
            annotation = reference.get_object()
            here = owner[number]
            if annotation.get("/Subtype") != "/Link":
                continue
            address = str(annotation.get("/A", {}).get("/URI", ""))
            if name := annotation.get("/Dest") or annotation.get("/A", {}).get("/D"):
                if not isinstance(name, ArrayObject) and here is not None:
                    lead(writer, annotation, here, str(name).lstrip("/"))
            elif address.startswith((root, "https://book.invalid/")):
                path, _, place = address.removeprefix(root).removeprefix("https://book.invalid/").partition("#")
                if (target := places.get(unquote(path))) is not None:
                    lead(writer, annotation, target, unquote(place))
                else:
                    page["/Annots"].remove(reference)  # such as a source, which is not in the PDF


def lead(writer: PdfWriter, annotation: DictionaryObject, target: Chapter, name: str) -> None:
    """Let a link lead to a named place of a chapter, or to the chapter's beginning if nothing there has that name."""
    place = target.tops.get(name)
    number = target.first + (target.pages.get_destination_page_number(place) if place else 0)
    top = place.top if place and not isinstance(place.top, NullObject) else None
    page = writer.pages[number].indirect_reference
    fit = Fit.xyz(top=float(top)) if top is not None else Fit.fit_horizontally()
    for key in ("/A", "/Dest"):
        annotation.pop(NameObject(key), None)
    annotation[NameObject("/Dest")] = ArrayObject([page, NameObject(fit.fit_type), *(fit.fit_args or ())])


def make(built: Path, out: Path, toc: dict[str, Any], title: str, author: str) -> list[Chapter]:
    """Make the PDF; return what is in it.

    Raises
    ------
    FileNotFoundError
        If a page of the table of contents is not built.
    """
    found = list(chapters(toc))
    for chapter in found:
        if not (built / chapter.path).is_file():
            raise FileNotFoundError(f"{built / chapter.path} is not there; `make book` builds it.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find())
        for chapter in found:
            print_chapter(browser, built, chapter)
            chapter.tops = {name.lstrip("/"): place for name, place in chapter.pages.named_destinations.items()}
        before = len(draw(browser, front(title, author, found)).pages)
        place = before
        for chapter in found:
            chapter.first, place = place, place + chapter.length
        opening = draw(browser, front(title, author, found))
        running = [""] + ["Contents"] * (before - 1) + [c.title for c in found for _ in range(c.length)]
        overlay = draw(browser, marks(title, running))
        browser.close()
    writer = PdfWriter()
    writer.append(opening, import_outline=False)
    parts: dict[str, Any] = {}
    for chapter in found:
        writer.append(chapter.pages, import_outline=False)
        part = chapter.part
        if part and part not in parts:  # once there is the page that it leads to
            parts[part] = writer.add_outline_item(title=part, page_number=chapter.first)
        item = writer.add_outline_item(title=chapter.title, page_number=chapter.first, parent=parts.get(part))
        for heading in sections(chapter.pages.outline):
            number = chapter.pages.get_destination_page_number(heading)
            writer.add_outline_item(title=str(heading.title), page_number=chapter.first + number, parent=item)
    for page, mark in zip(writer.pages, overlay.pages, strict=False):
        page.merge_page(mark)
    link_inside(writer, built, found)
    writer.add_metadata({"/Title": title, "/Author": author, "/Creator": "", "/Producer": "Chromium and pypdf"})
    writer.page_mode = "/UseOutlines"
    writer.compress_identical_objects(remove_duplicates=True, remove_unreferenced=True)
    out.parent.mkdir(parents=True, exist_ok=True)
    writer.write(out)
    return found


def sections(outline: list[Any]) -> Iterator[Any]:
    """Yield the headings of the second order that Chromium found in a page; the first is the page's title."""
    for entry in outline:
        if isinstance(entry, list):
            yield from (heading for heading in entry if not isinstance(heading, list))


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("built", nargs="?", type=Path, default=ROOT / "_build" / "html", help="the built book")
    parser.add_argument("out", nargs="?", type=Path, default=ROOT / "_build" / "why-u-v.pdf", help="the PDF")
    parser.add_argument("--toc", type=Path, default=ROOT / "_toc.yml", help="what is in it, and in what order")
    options = parser.parse_args(arguments)
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    toc = yaml.safe_load(options.toc.read_text(encoding="utf-8"))
    try:
        found = make(options.built, options.out, toc, config["title"], config["author"])
    except (FileNotFoundError, chromium.NoChromiumError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    pages = found[-1].first + found[-1].length
    print(f"{options.out}: {pages} pages, {options.out.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
