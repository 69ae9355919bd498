"""Measure how fast the explainer answers in a headless Chromium: the first answer after a click, and each keystroke.

    python tools/bench_explainer.py [_build/html]

The book must be built, with a page that shows the widget. The aim is a first answer within 1.5 s of the click when the
page is served from the same machine, and an answer to a keystroke within 50 ms (median) for sentences of 15 words and
150 ms for 40, on two idle cores.
"""

from __future__ import annotations

import argparse
import statistics
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tools import chromium

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
    const input = widget.querySelectorAll("input[type=text]")[1];
    const map = widget.querySelector(".ex-map");
    const start = performance.now();
    const answered = new Promise((done) => {
        const watch = new MutationObserver(() => { watch.disconnect(); done(); });
        watch.observe(map, { childList: true });
    });
    input.value = text;
    input.dispatchEvent(new Event("input", { bubbles: true }));
    await answered; // by the model, and drawn
    await new Promise((done) => requestAnimationFrame(done));
    return performance.now() - start;
}"""


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves a folder without logging each request."""

    def log_message(self, format: str, *args: object) -> None:
        pass


def sentence(words: int) -> str:
    """Return a sentence of ``words`` words."""
    return " ".join((SENTENCE.split() * 3)[:words])


def keystrokes(page: Page, words: int, times: int) -> list[float]:
    """Return the milliseconds until each answer while the last word of the hypothesis is overwritten."""
    widget = page.locator(".book-widget[data-module=explainer]").element_handle()
    page.get_by_role("textbox", name="Premise").fill(sentence(words))
    page.wait_for_timeout(1000)
    endings = ["run", "runs", "sleep", "sleeps", "play", "plays", "jump", "jumps"]
    texts = [f"{sentence(words - 1)} {endings[i % 8]}{' ' * (i // 8)}" for i in range(times)]
    return [page.evaluate(KEYSTROKE, [widget, text]) for text in texts]


def main() -> None:
    """Print the measurements."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("book", type=Path, nargs="?", default=Path("_build/html"), help="folder of the built book")
    book = parser.parse_args().book
    path = next(file for file in book.rglob("*.html") if 'data-module="explainer"' in file.read_text(encoding="utf-8"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=book))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/{path.relative_to(book).as_posix()}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=["--no-sandbox", "--disable-gpu"])
        first = []
        for _ in range(5):
            page = browser.new_context().new_page()
            # The widget stays out of view, so that the click is the request.
            page.add_init_script("window.IntersectionObserver = class { observe() {} disconnect() {} };")
            page.goto(url)
            page.wait_for_selector(".book-widget[data-live]")
            first.append(page.locator(".book-widget[data-module=explainer]").evaluate(FIRST))
            page.context.close()
        print(f"first answer after the click: median {statistics.median(first):.0f} ms, slowest {max(first):.0f} ms")
        page = browser.new_page()
        page.goto(url)
        page.wait_for_function("document.querySelector('.ex-message')?.textContent.startsWith('The model')")
        for words in (15, 40):
            times = keystrokes(page, words, 40)
            print(f"keystroke, {words} words: median {statistics.median(times):.0f} ms, slowest {max(times):.0f} ms")
        browser.close()
    server.shutdown()
    server.server_close()


if __name__ == "__main__":
    main()
