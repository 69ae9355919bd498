"""A Sphinx extension that labels the list of references as the text cites: "Conneau et al., 2017" in both."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pybtex.database import Entry, Person
from pybtex.plugin import register_plugin
from pybtex.style.formatting.alpha import Style as AlphaStyle
from pybtex.style.labels import BaseLabelStyle
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

NAME = "author_year"


class AuthorYearLabels(BaseLabelStyle):
    """Labels of authors and year, in the form of the citations in the text."""

    def format_labels(self, entries: Iterable[Entry]) -> Iterator[str]:
        """Yield the labels of the entries, in their order.

        Raises
        ------
        ExtensionError
            If two entries would have the same: the text, too, could not tell them apart.
        """
        seen: dict[str, str] = {}
        for entry in entries:
            label = (
                f"{authors(entry.persons['author'])}, {entry.fields['year']}"
            )
            if (other := seen.setdefault(label, entry.key)) != entry.key:
                raise ExtensionError(
                    f"references.bib: {other} and {entry.key} would both be cited as {label}."
                )
            yield label


def authors(persons: list[Person]) -> str:
    """Return the last names of one or two authors, or of the first of more."""
    names = [
        " ".join(
            str(name)
            for name in person.rich_prelast_names + person.rich_last_names
        )
        for person in persons
    ]
    return " and ".join(names) if len(names) < 3 else f"{names[0]} et al."


class Style(AlphaStyle):
    """The list's style: by author, year and title, with these labels."""

    default_label_style = AuthorYearLabels


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the style; Sphinx calls this."""
    register_plugin("pybtex.style.formatting", NAME, Style)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
