"""The book as its readers meet it: built, served or opened from disk, and visited with a browser that takes notes.

A browser takes longer to open a page than most tests take to look at it. So there is one browser for all tests of a
process; an ordinary visit takes the tab that the visit before used, and tests that only ask a page's modules for
numbers share one page for the whole file (:func:`still_page`).
"""

from __future__ import annotations

import html
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Request, Route, expect

OpenPage = Callable[..., Page]

# A busy machine may be late; a page that is on time is not waited for any longer.
expect.set_options(timeout=20_000)

# What the tests of a widget ask in the same words. A file of tests names its page in PATH and its widget in MODULE.


def find_widget(page: Page, module: str) -> Locator:
    """The first widget of a module on a page, once it is live."""
    widget = page.locator(f".book-widget[data-module={module}][data-live]").first
    expect(widget).to_be_visible()
    return widget


def find_twin(page: Page, module: str) -> Locator:
    """The first widget of a module on a page, live or not: without JavaScript, its twin that Python wrote."""
    return page.locator(f".book-widget[data-module={module}]").first


def ask_module(page: Page, module: str, function: str, argument: object = None) -> object:
    """Return what a JavaScript function of a widget's module and one argument gives."""
    source = f'new Blob([window.BOOK_WIDGETS.{module}], {{type: "text/javascript"}})'
    script = f"async (argument) => ({function})(await import(URL.createObjectURL({source})), argument)"
    return page.evaluate(script, argument)


def wait_until(holds: Callable[[], object], seconds: float = 30) -> None:
    """Ask again and again until something holds.

    Playwright's own way for a page's variables evaluates a text in the page, which its policy forbids.
    """
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"It did not come true within {seconds} s."
        time.sleep(0.05)


def number(text: str) -> float:
    """The number that a page shows with a true minus sign."""
    return float(text.replace("−", "-"))


def style(locator: Locator, name: str) -> str:
    """A computed style of an element, by its JavaScript name."""
    return locator.evaluate("(element, name) => getComputedStyle(element)[name]", name)


def with_state(path: str, module: str, change: Callable[[dict], dict]) -> Callable[[Page], None]:
    """Return how to prepare a page so that the first widget of a module finds another state than the stored one."""

    def serve(route: Route) -> None:
        def changed(match: re.Match[str]) -> str:
            return f'{match[1]}"{html.escape(json.dumps(change(json.loads(html.unescape(match[2])))))}"'

        pattern = rf'(data-module="{module}" data-state=)"([^"]*)"'
        route.fulfill(body=re.sub(pattern, changed, route.fetch().text(), count=1))

    return lambda page: page.route(f"**/{path}", serve)


# The book


@pytest.fixture(scope="session")
def built_book(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the built book: ``$INFERSENT_BOOK``, or built here once, with warnings as errors."""
    root = pytestconfig.rootpath
    if "INFERSENT_BOOK" in os.environ:
        folder = root / os.environ["INFERSENT_BOOK"]
        if not (folder / "index.html").is_file():
            raise FileNotFoundError(f"INFERSENT_BOOK={folder} holds no index.html; build the book there: make book")
        return folder
    out = tmp_path_factory.mktemp("book")
    options = ["--all", "-W", "-n", "--keep-going", "--path-output", str(out)]
    command = [Path(sys.executable).with_name("jupyter-book"), "build", *options, str(root)]
    build = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert build.returncode == 0, build.stdout + build.stderr
    return out / "_build" / "html"


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves a folder without a line of log a request."""

    def log_message(self, format: str, *args: object) -> None:
        pass


class BookHandler(QuietHandler):
    """Serves the book, whose static files may be kept from one page to the next."""

    def end_headers(self) -> None:
        if self.path.startswith("/_static/"):
            self.send_header("Cache-Control", "max-age=600")
        super().end_headers()


@contextmanager
def serve(folder: Path, handler: type[SimpleHTTPRequestHandler] = QuietHandler) -> Iterator[str]:
    """Serve a folder over http on loopback, at the address that this gives."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=folder))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="session")
def book_url(built_book: Path) -> Iterator[str]:
    """The address of the book, served over http."""
    with serve(built_book, BookHandler) as url:
        yield url


@pytest.fixture(params=["http", "file"])
def any_book_url(request: pytest.FixtureRequest, book_url: str, built_book: Path) -> str:
    """The address of the book, once served and once opened from disk."""
    return book_url if request.param == "http" else built_book.as_uri()


# The browser


class Visitor:
    """Opens pages, and notes each error that they log and each request to another machine."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.contexts: list[BrowserContext] = []
        self.trouble: list[str] = []

    def open_page(self, url: str, prepare: Callable[[Page], None] = lambda page: None, **options: object) -> Page:
        """Open an address in a fresh browser context with the given options."""
        context = self.browser.new_context(**options)
        self.contexts.append(context)
        page = context.new_page()
        page.on("console", self._note_message)
        page.on("pageerror", lambda error: self.trouble.append(f"uncaught: {error}"))
        page.on("request", self._note_request)
        prepare(page)
        page.goto(url)
        return page

    def _note_message(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.trouble.append(f"console: {message.text}")

    def _note_request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in ("file", "blob", "data") and address.hostname != "127.0.0.1":
            self.trouble.append(f"request outside: {request.url}")

    def leave(self) -> None:
        """Close all pages. None of them may have been in trouble."""
        for context in self.contexts:
            context.close()
        assert self.trouble == []


#: What a page may have kept of the visit before: settings, typed pairs, and the model's weights.
_FORGET = """async () => {
    localStorage.clear();
    sessionStorage.clear();
    for (const name of await caches.keys()) await caches.delete(name);
}"""


class Tabs:
    """Tabs that one visit after another takes: one for each kind of browser, with and without touch and JavaScript."""

    OF_A_TAB = frozenset({"has_touch", "java_script_enabled"})
    OF_A_VISIT = frozenset({"viewport", "color_scheme", "reduced_motion"})

    def __init__(self, browser: Browser) -> None:
        self.visitor = Visitor(browser)
        self.tabs: dict[frozenset, Page] = {}

    def visit(
        self,
        url: str,
        *,
        viewport: dict[str, int] | None = None,
        color_scheme: str = "light",
        reduced_motion: str = "no-preference",
        **options: bool,
    ) -> Page:
        kind = frozenset(options.items())
        if kind not in self.tabs:
            self.tabs[kind] = self.visitor.open_page("data:text/html,", **options)
        page = self.tabs[kind]
        if page.url.startswith("http:"):
            page.evaluate(_FORGET)
        if "#" in url + page.url:
            page.goto("data:text/html,")  # to another place on the same page would be no visit
        page.mouse.move(0, 0)
        page.set_viewport_size(viewport or {"width": 1280, "height": 720})
        page.emulate_media(media="screen", color_scheme=color_scheme, reduced_motion=reduced_motion)
        page.goto(url)
        return page


@pytest.fixture(scope="session")
def tabs(browser: Browser) -> Iterator[Tabs]:
    tabs = Tabs(browser)
    yield tabs
    tabs.visitor.leave()


@pytest.fixture
def open_page(browser: Browser, tabs: Tabs) -> Iterator[OpenPage]:
    """A function that opens an address, as :meth:`Visitor.open_page` does.

    An ordinary visit takes the tab of the visit before it, so a test has one ordinary page at a time. A page to
    prepare, a page from disk and one that is opened ``alone`` have contexts of their own.
    At the test's end, no page that it opened may have logged an error or asked another machine for anything.
    """
    visitor = Visitor(browser)

    def open_page(url: str, *prepare: Callable[[Page], None], alone: bool = False, **options: object) -> Page:
        ordinary = url.startswith("http:") and not prepare and not alone
        if ordinary and options.keys() <= tabs.OF_A_TAB | tabs.OF_A_VISIT:
            return tabs.visit(url, **options)
        return visitor.open_page(url, *prepare, **options)

    yield open_page
    visitor.trouble += tabs.visitor.trouble
    tabs.visitor.trouble.clear()
    visitor.leave()


@pytest.fixture
def widget(request: pytest.FixtureRequest, book_url: str, open_page: OpenPage) -> Locator:
    """The live widget of the test file's MODULE, on the page of its PATH."""
    return find_widget(open_page(f"{book_url}/{request.module.PATH}"), request.module.MODULE)


@pytest.fixture(scope="module")
def still_page(request: pytest.FixtureRequest, browser: Browser, book_url: str) -> Iterator[Page]:
    """The page of the test file's PATH, opened once for all tests of the file that leave it as it is."""
    visitor = Visitor(browser)
    yield visitor.open_page(f"{book_url}/{request.module.PATH}")
    visitor.leave()
