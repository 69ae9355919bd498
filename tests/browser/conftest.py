"""The book as its readers meet it: built, served or opened from disk, and visited with a browser that takes notes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request

OpenPage = Callable[..., Page]


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


@pytest.fixture(scope="session")
def book_url(built_book: Path) -> Iterator[str]:
    """The address of the book, served over http on loopback."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=built_book))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(params=["http", "file"])
def any_book_url(request: pytest.FixtureRequest, book_url: str, built_book: Path) -> str:
    """The address of the book, once served and once opened from disk."""
    return book_url if request.param == "http" else built_book.as_uri()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """A function that opens an address in a fresh browser context with the given options.

    Formulas and the theme's icons are drawn where a test asks for it: that takes longer than all else on a page, and
    no widget has one.
    At the test's end, no page that it opened may have logged an error or asked another machine for anything.
    """
    contexts, trouble = [], []

    def note_message(message: ConsoleMessage) -> None:
        if message.type == "error":
            trouble.append(f"console: {message.text}")

    def note_request(request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in ("file", "blob", "data") and address.hostname != "127.0.0.1":
            trouble.append(f"request outside: {request.url}")

    def open_page(
        url: str, prepare: Callable[[Page], None] = lambda page: None, *, whole: bool = False, **options: object
    ) -> Page:
        contexts.append(browser.new_context(**options))
        if not whole:
            nothing = {"body": "", "content_type": "text/javascript"}
            decoration = re.compile(r"/(mathjax/.*|scripts/fontawesome)\.js")
            contexts[-1].route(decoration, lambda route: route.fulfill(**nothing))
        page = contexts[-1].new_page()
        page.on("console", note_message)
        page.on("pageerror", lambda error: trouble.append(f"uncaught: {error}"))
        page.on("request", note_request)
        prepare(page)
        page.goto(url)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert trouble == []
