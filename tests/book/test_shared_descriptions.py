"""Attributes under one description are each named on the API pages."""

import shared_descriptions
from sphinx.ext.napoleon import Config, NumpyDocstring

LINES = """Some numbers.

Attributes
----------
mean
    The mean.

low, high
    The ends.

    They are included.
a, b : int
    Typed.

Raises
------
ValueError
    No, never, not: all is well.""".splitlines()


def written(lines):
    config = Config(napoleon_google_docstring=False, napoleon_use_ivar=True)
    return NumpyDocstring(lines, config, what="class", name="Numbers").lines()


def test_each_name_has_its_line_and_the_description():
    assert ":ivar low, high: The ends." in written(list(LINES))  # what napoleon makes of it
    lines = list(LINES)
    shared_descriptions.one_name_a_line(None, "class", "Numbers", None, None, lines)
    found = written(lines)
    assert [line for line in found if line.startswith(":ivar")] == [
        ":ivar mean: The mean.",
        ":ivar low: The ends.",
        ":ivar high: The ends.",
        ":ivar a: Typed.",
        ":ivar b: Typed.",
    ]
    assert [line for line in found if line.startswith(":vartype")] == [":vartype a: int", ":vartype b: int"]
    assert sum("They are included." in line for line in found) == 2
    assert lines[:4] == LINES[:4]
    assert lines[-4:] == LINES[-4:]


def test_other_docstrings_are_left_alone():
    lines = ["Return it.", "", "Parameters", "----------", "u, v", "    Two."]
    kept = list(lines)
    shared_descriptions.one_name_a_line(None, "function", "f", None, None, lines)
    assert lines == kept
