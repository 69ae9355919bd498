"""The report of a choice as HTML: one file with its figure, which needs no other."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from infersent.foundation.tables import Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; font-size: .9rem; }
.wide { overflow-x: auto; }
th, td { padding: .2rem .7rem; text-align: right; white-space: nowrap; border-bottom: 1px solid #8884; }
tbody th { text-align: left; font-weight: normal; }
caption { text-align: left; padding: .5rem 0; }
.advice { font-size: 1.15rem; border-left: .3rem solid #0072B2; padding-left: 1rem; }
.alarm { border-left: .3rem solid #D55E00; padding-left: 1rem; }
pre { padding: .6rem 1rem; background: #8882; overflow-x: auto; }
figure { margin: 1rem 0; background: #fff; }
svg { max-width: 100%; height: auto; }
"""


def body(table: Table, alarms: Sequence[str], about: Sequence[str], advice: str, code: str) -> str:
    """Return what a notebook shows: advice, code, alarms, table, notes; every text escaped."""
    parts = [f'<p class="advice">{html.escape(advice)}</p>', f"<pre><code>{html.escape(code)}</code></pre>"]
    parts += [f'<p class="alarm"><strong>Alarm.</strong> {html.escape(alarm)}</p>' for alarm in alarms]
    parts.append(f'<div class="wide">{table.to_html()}</div>')
    parts.append("<ul>" + "".join(f"<li>{html.escape(note)}</li>" for note in about) + "</ul>")
    return "\n".join(parts)


def page(content: str, drawings: Sequence[tuple[Figure, str]], table: Table | None = None) -> str:
    """Return a whole page with figures as SVG inside.

    Parameters
    ----------
    content
        From :func:`body`.
    drawings
        Figures of matplotlib, each with what it says, for readers who do not see it.
    table
        One more, after the figures.
    """
    svgs = [_svg(figure, alternative, f"figure{i}") for i, (figure, alternative) in enumerate(drawings)]
    content += "".join(f"\n<figure>\n{svg}</figure>" for svg in svgs)
    if table is not None:
        content += f'\n<div class="wide">{table.to_html()}</div>'
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Which pair features?</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"<h1>Which pair features?</h1>\n{content}\n</body>\n</html>\n"
    )


def _svg(figure: Figure, alternative: str, salt: str) -> str:
    """Return a figure as an element of a page, whose ids no other's has."""
    import matplotlib as mpl  # here, because it takes a second

    drawn = io.StringIO()
    with mpl.rc_context({"svg.fonttype": "path", "svg.hashsalt": f"infersent {salt}"}):
        figure.savefig(drawn, format="svg", metadata={"Date": None, "Creator": None})
    # Two figures of one page define the same letters, and a page has each id once.
    svg = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{salt}-", drawn.getvalue())
    return svg[svg.index("<svg") :].replace("<svg", f'<svg role="img" aria-label="{html.escape(alternative)}"', 1)
