"""A Sphinx extension that gives every page a Content-Security-Policy: a page loads from its own folder, and runs no other.

A page needs no other machine, so a script that got into one by an accident, say in a cell's stored output, shall be able
neither to run nor to send anything away. What may run are the files beside the page, the modules that a widget makes of
its own text (``blob:``), and the theme's inline scripts, each by its digest.
"""

from __future__ import annotations

import base64
import hashlib
import html
import re
from pathlib import Path

from sphinx.application import Sphinx

_INLINE = re.compile(
    r"<script(?![^>]*\ssrc=)([^>]*)>(.*?)</script>", re.DOTALL | re.IGNORECASE
)
_TYPE = re.compile(r'\stype="([^"]*)"')
_SCRIPTS = {"", "module", "text/javascript", "application/javascript"}
_HANDLER = re.compile(r'<[a-zA-Z][^>]*?\son[a-z]+="([^"]*)"')
#: What the chapters' text and stored outputs made: no script in it is one of the build's.
_ARTICLE = re.compile(r"<article\b.*</article>", re.DOTALL | re.IGNORECASE)
_POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>\n?')
_HEAD = re.compile(
    r"<head[^>]*>\s*(?:<meta charset=[^>]*>\s*)?", re.IGNORECASE
)


def policy(page: str) -> str:
    """Return the policy for a page's HTML."""
    page = _ARTICLE.sub("", page)
    scripts = [
        text
        for attributes, text in _INLINE.findall(page)
        if (found := _TYPE.search(attributes)) is None or found[1] in _SCRIPTS
    ]
    handlers = [html.unescape(text) for text in _HANDLER.findall(page)]
    allowed = [*dict.fromkeys(map(_digest, [*scripts, *handlers]))]
    rules = {
        "default-src": ["'self'"],
        "script-src": [
            "'self'",
            "blob:",
            *(["'unsafe-hashes'"] if handlers else []),
            *allowed,
        ],
        # Widgets set lengths and colours on their elements, and so does the theme.
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:", "blob:"],
        "font-src": ["'self'", "data:"],
        "connect-src": ["'self'", "blob:"],
        "worker-src": ["'self'", "blob:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
    }
    return "; ".join(f"{name} {' '.join(of)}" for name, of in rules.items())


def with_policy(page: str) -> str:
    """Return a page's HTML with its policy at the head's beginning, before anything that it is about."""
    page = _POLICY.sub("", page)
    tag = f'<meta http-equiv="Content-Security-Policy" content="{policy(page)}">\n'
    return _HEAD.sub(lambda head: head[0] + tag, page, count=1)


def _digest(text: str) -> str:
    found = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(found).decode()}'"


def write_policies(app: Sphinx, error: Exception | None) -> None:
    """Add the policy to every page that was written."""
    if error is not None or app.builder.format != "html":
        return
    for path in Path(app.outdir).rglob("*.html"):
        if "_static" in path.parts:  # the theme's templates
            continue
        page = path.read_text(encoding="utf-8")
        if (changed := with_policy(page)) != page:
            path.write_text(changed, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the extension, after all others that change a finished page; Sphinx calls this."""
    app.connect("build-finished", write_policies, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
