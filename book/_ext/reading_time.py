"""A Sphinx extension that says under a chapter's title how long it takes, and asks at its end whether it was read.

The time is that of the words a reader meets with everything folded: without code, what code prints, proofs and
solutions. A formula counts as a word. ``reading-progress.js`` remembers what was read, in the reader's browser alone.
"""

from __future__ import annotations

from chapters import is_chapter
from docutils import nodes
from plan import numbers
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx_exercise.nodes import solution_node
from sphinx_proof.nodes import proof_node

WORDS_PER_MINUTE = 200  # of a text to be thought about

NOT_COUNTED = (
    nodes.literal_block,
    nodes.raw,
    nodes.system_message,
    nodes.comment,
    proof_node,
    solution_node,
)

QUESTION = """<div class="read-mark" data-chapter="{}">
<label hidden><input type="checkbox"> Mark as read</label>
<span hidden>Remembered in this browser alone; nothing is sent.</span></div>"""


def count_words(node: nodes.Node) -> int:
    """Return how many words a reader meets."""
    if isinstance(node, NOT_COUNTED):
        return 0
    if isinstance(node, (nodes.math, nodes.math_block)):
        return 1
    if isinstance(node, nodes.Text):
        return sum(
            any(character.isalnum() for character in word)
            for word in node.split()
        )
    return sum(count_words(child) for child in node.children)


def reading_time(words: int) -> str:
    """Return how long so many words take, and by which rule.

    >>> reading_time(2790)
    'About 14 minutes: 2,790 words at 200 a minute'
    """
    minutes = max(1, round(words / WORDS_PER_MINUTE))
    unit = "minute" if minutes == 1 else "minutes"
    return f"About {minutes} {unit}: {words:,} words at {WORDS_PER_MINUTE} a minute"


class ReadingTime(SphinxPostTransform):
    """Says how long a chapter takes, and puts the question at its end."""

    default_priority = (
        250  # after the folds: what is set last under the title stands first
    )
    formats = ("html",)

    def run(self, **kwargs: object) -> None:
        """Add both to a chapter."""
        heading = next(self.document.findall(nodes.title), None)
        if heading is None or not is_chapter(self.env.docname):
            return
        words = reading_time(count_words(self.document))
        stem = self.env.docname.rpartition("/")[2]
        if (number := numbers().get(stem)) is not None:
            words = f"Chapter {number}. {words}"
        line = f'<p class="reading-time">{words}</p>'
        section = heading.parent
        section.insert(
            section.index(heading) + 1, nodes.raw("", line, format="html")
        )
        section.append(
            nodes.raw("", QUESTION.format(self.env.docname), format="html")
        )


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the extension; Sphinx calls this."""
    app.add_post_transform(ReadingTime)
    app.add_css_file("reading-progress.css")
    app.add_js_file("reading-progress.js")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
