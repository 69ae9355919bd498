"""The built book: what its pages weigh, and how fast the explainer answers in a headless Chromium.

A keystroke's answer is there when it is painted: two frames after the page's document has it, one in which the browser
draws and one that shows it drawn.
"""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Error, Page, sync_playwright

from benchmarks.figures import Figure, Record, Target
from benchmarks.processes import ROOT
from benchmarks.settings import Settings
from tools import chromium

#: Milliseconds to the painted answer, for so many words in both sentences.
ANSWER = {15: Target("at most", 30), 40: Target("at most", 75)}
#: Megabytes.
TRANSFER = Target("at most", 2.5)

SENTENCE = "the old man in a red coat is walking two dogs along a crowded beach while some children"
FIRST = """async (widget) => {
    const start = performance.now();
    const answered = new Promise((done) => new MutationObserver(() => {
        if (widget.querySelector(".bw-result strong").textContent.includes("%")) done(performance.now() - start);
    }).observe(widget, { subtree: true, childList: true, characterData: true }));
    [...widget.querySelectorAll("button")].find((button) => button.textContent === "Opposite").click();
    return await answered;
}"""
KEYSTROKE = """async ([widget, text]) => {
    const input = widget.querySelectorAll("textarea, input[type=text]")[1];
    const map = widget.querySelector(".ex-map");
    const start = performance.now();
    const asked = text.trim().split(" ").at(-1); // the answer is that of this pair once its last word heads a column
    const answered = new Promise((done, fail) => {
        setTimeout(() => fail(new Error(`In 30 s no answer had “${asked}” as its last word.`)), 30_000);
        const watch = new MutationObserver(() => {
            if (map.querySelector("thead th:last-child").textContent !== asked) return;
            watch.disconnect();
            done();
        });
        watch.observe(map, { subtree: true, childList: true, characterData: true });
    });
    input.value = text;
    input.dispatchEvent(new Event("input", { bubbles: true }));
    await answered;
    const inDocument = performance.now() - start;
    await new Promise((painted) =>
        requestAnimationFrame(() => {
            const after = new MessageChannel(); // its message comes once this frame is painted, before the next is due
            after.port1.onmessage = painted;
            after.port2.postMessage(0);
        }),
    );
    return [inDocument, performance.now() - start];
}"""


def run(record: Record, settings: Settings, book: Path = ROOT / "_build" / "html") -> None:
    """Weigh the pages; where a Chromium starts, measure the explainer."""
    pages = sorted((book / "book").rglob("*.html"))
    if not pages:
        record.skip("book", f"it is not built in {book}; make html builds it.")
        return
    weigh(record, book, pages)
    page = next((page for page in pages if 'data-module="explainer"' in page.read_text(encoding="utf-8")), None)
    if page is None:
        record.skip("explainer", "no page shows it.")
        return
    try:
        program = chromium.find()
        with serving(book) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
            answer(record, browser, f"{address}/{page.relative_to(book).as_posix()}", settings)
            browser.close()
    except (chromium.NoChromiumError, Error) as error:
        record.skip("explainer", str(error).splitlines()[0])


def weigh(record: Record, book: Path, pages: list[Path]) -> None:
    """Add what the pages weigh, each compressed as a server sends it, and what the explainer's model does."""
    weights = [len(gzip.compress(page.read_bytes(), 6)) / 1e3 for page in pages]
    record.add(Figure.of("book", f"HTML of each of {len(pages)} pages, gzip", "kB", weights))
    record.add(Figure.of("book", "HTML of the heaviest page, gzip", "kB", [max(weights)]))
    for model in sorted(book.rglob("infersent-*.bin")):
        size = model.stat().st_size / 1e6
        record.add(Figure.of("book", "the model that a page fetches", "MB", [size], TRANSFER))


def answer(record: Record, browser: Browser, url: str, settings: Settings) -> None:
    """Add how long the explainer takes to the first answer after a click, and to that of each keystroke."""
    first = []
    for _ in range(settings.starts):
        page = browser.new_context().new_page()
        # The widget stays out of view, so that the click is the request.
        page.add_init_script("window.IntersectionObserver = class { observe() {} disconnect() {} };")
        page.goto(url)
        page.wait_for_selector(".book-widget[data-live]")
        first.append(page.locator(".book-widget[data-module=explainer]").first.evaluate(FIRST))
        page.context.close()
    record.add(Figure.of("book", "explainer, first answer after a click", "ms", first))
    page = browser.new_page()
    page.goto(url)
    wait_for_model(page)
    for words, target in ANSWER.items():
        there, taken = zip(*keystrokes(page, words, 8 * settings.starts), strict=True)
        why = f"it is in the document after {np.median(there):.0f} ms; then the browser lays it out and paints it"
        record.add(Figure.of("book", f"explainer, keystroke, {words} words, painted", "ms", taken, target, why=why))
        record.add(Figure.of("book", f"explainer, keystroke, {words} words, slowest", "ms", [max(taken)]))


def wait_for_model(page: Page, seconds: float = 60) -> None:
    """Wait until the explainer says that it has its model; the page forbids to wait by a script of ours.

    Raises
    ------
    RuntimeError
        If it does not come.
    """
    message, end = page.locator(".ex-message").first, time.monotonic() + seconds
    page.locator(".book-widget[data-module=explainer]").first.scroll_into_view_if_needed()
    while not (message.text_content() or "").startswith("The model"):
        if time.monotonic() > end:
            raise RuntimeError(f"the explainer has no model after {seconds:.0f} s: {message.text_content()}")
        time.sleep(0.05)


def keystrokes(page: Page, words: int, times: int) -> list[tuple[float, float]]:
    """Return the milliseconds until each answer is in the document, and until it is painted.

    The last word of the hypothesis is overwritten each time.
    """
    widget = page.locator(".book-widget[data-module=explainer]").first.element_handle()
    page.get_by_role("textbox", name="Premise").first.fill(sentence(words))
    page.wait_for_timeout(1000)
    endings = ["run", "runs", "sleep", "sleeps", "play", "plays", "jump", "jumps"]
    texts = [f"{sentence(words - 1)} {endings[i % 8]}{' ' * (i // 8)}" for i in range(times)]
    return [page.evaluate(KEYSTROKE, [widget, text]) for text in texts]


def sentence(words: int) -> str:
    """Return a sentence of so many words."""
    return " ".join((SENTENCE.split() * 3)[:words])


class _QuietHandler(SimpleHTTPRequestHandler):
    """Serves a folder without logging each request."""

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve a folder on loopback, at the address that this gives."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_QuietHandler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
