"""What a page may load and run: its own files, its widgets' modules, the theme's scripts, and nothing that got in."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Visitor
from tests.publication.test_address import load

pytestmark = pytest.mark.browser

content_security = load("content_security")
PATH = "book/features/product.html"
POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">')


def rules(page: str) -> dict[str, list[str]]:
    (policy,) = POLICY.findall(page)
    return {rule.split()[0]: rule.split()[1:] for rule in policy.split("; ")}


def test_every_page_has_a_policy_before_anything_that_it_is_about(built_book: Path) -> None:
    pages = [path for path in sorted(built_book.rglob("*.html")) if "_static" not in path.parts]
    assert len(pages) > 30
    for path in pages:
        text = path.read_text(encoding="utf-8")
        found = rules(text)
        assert found["default-src"] == ["'self'"], path
        assert found["object-src"] == found["base-uri"] == ["'none'"]
        scripts = set(found["script-src"])
        assert not scripts & {"'unsafe-inline'", "'unsafe-eval'", "data:", "*"}, path
        assert not re.search(r"https?:", POLICY.search(text)[1]), path
        before = text[: POLICY.search(text).start()]
        assert not re.search(r"<(script|link|style)\b", before), path


@pytest.mark.parametrize("from_disk", [False, True], ids=["served", "from disk"])
def test_what_got_into_a_page_neither_runs_nor_reaches_another_machine(
    browser: Browser, built_book: Path, book_url: str, from_disk: bool
) -> None:
    foreign = """<script>window.got = "inline"</script><img src="none.png" onerror="window.got = 'handler'">
        <script src="https://example.invalid/x.js"></script>"""
    original = (built_book / PATH).read_text(encoding="utf-8")
    spoilt = content_security.with_policy(original.replace("</article>", foreign + "</article>"))
    assert POLICY.search(spoilt)[1] == POLICY.search(original)[1]
    url = f"{built_book.as_uri() if from_disk else book_url}/{PATH}"
    visitor = Visitor(browser)
    failed: dict[str, str | None] = {}

    def spoil(page: Page) -> None:
        page.on("requestfailed", lambda request: failed.update({request.url: request.failure}))
        page.route(url, lambda route: route.fulfill(body=spoilt, content_type="text/html"))

    page = visitor.open_page(url, spoil)
    page.wait_for_load_state("load")
    assert page.evaluate("window.got") is None
    assert page.evaluate("fetch('https://example.invalid/').then(() => 'sent', () => 'refused')") == "refused"
    refused = [line for line in visitor.trouble if "Content Security Policy" in line]
    assert len(refused) >= 4, visitor.trouble
    # The script's request is noted, and goes nowhere; the other is not even made.
    assert {url: why for url, why in failed.items() if "invalid" in url} == {"https://example.invalid/x.js": "csp"}
    visitor.trouble.clear()
    visitor.leave()


def test_an_inline_script_of_the_theme_runs_by_its_digest_and_one_of_the_text_does_not() -> None:
    page = "<head><meta charset='utf-8'><script>a()</script></head><article><script>b()</script></article>"
    found = content_security.with_policy(page)
    allowed = rules(found)["script-src"]
    # echo -n "a()" | openssl dgst -sha256 -binary | base64
    assert allowed == ["'self'", "blob:", "'sha256-qVpDBgj7bpq5hMAcGp3AOc79J3Y1Z4HvySTwKrWDoy4='"]
    assert content_security.with_policy(found) == found
