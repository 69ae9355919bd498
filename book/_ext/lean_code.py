"""A Sphinx extension that leaves out of highlighted code the marks that change nothing.

Plain names, punctuation and blanks have the colour of the text around them. Marked one by one they are a third of a
chapter's bytes.
"""

from __future__ import annotations

from pygments.formatters import HtmlFormatter
from pygments.token import Name, Punctuation, Whitespace, _TokenType
from sphinx.application import Sphinx
from sphinx.highlighting import PygmentsBridge

PLAIN = (Name, Punctuation, Whitespace)


class LeanHtmlFormatter(HtmlFormatter):
    """Writes HTML without a class for what is plain."""

    def _get_css_classes(self, ttype: _TokenType) -> str:
        return "" if ttype in PLAIN else super()._get_css_classes(ttype)


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the extension; Sphinx calls this."""
    PygmentsBridge.html_formatter = LeanHtmlFormatter
    return {"parallel_read_safe": True, "parallel_write_safe": True}
