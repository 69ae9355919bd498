"""The API pages keep an attribute's docstring whole."""

import pytest
import whole_docstrings
from sphinx.ext.napoleon import Config, NumpyDocstring

RULE = ["The rule: a token is every match.", "", "It has no other meaning: none."]


@pytest.mark.parametrize("what", whole_docstrings.ATTRIBUTES)
def test_what_stands_before_a_colon_is_no_type(what):
    def written(lines):
        return NumpyDocstring(lines, Config(), what=what, name="RULE").lines()

    assert ":type: The rule" in written(list(RULE))  # what napoleon makes of it
    lines = list(RULE)
    whole_docstrings.begin_with_nothing(None, what, "RULE", None, None, lines)
    assert [line for line in written(lines) if line] == ["..", *filter(None, RULE)]


def test_a_functions_docstring_is_left_alone():
    lines = list(RULE)
    whole_docstrings.begin_with_nothing(None, "function", "rule", None, None, lines)
    assert lines == RULE
