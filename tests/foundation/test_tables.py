"""Tables: the same cells as aligned text and as HTML, and no row or format that fits nowhere."""

from html.parser import HTMLParser

import pytest

from infersent.foundation.tables import Table, columns, flush, signed


class Cells(HTMLParser):
    """Collects the texts of the cells, row by row, and what marks them."""

    def __init__(self, html):
        super().__init__()
        self.rows, self.scopes, self.open = [], [], False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        if tag == "tr":
            self.rows.append([])
        self.open = tag in ("th", "td")
        if self.open:
            self.rows[-1].append("")
            self.scopes.append(dict(attrs).get("scope"))

    def handle_endtag(self, tag):
        self.open = False

    def handle_data(self, data):
        if self.open:
            self.rows[-1][-1] += data


def test_text_and_html_have_the_same_cells():
    table = Table(["", "a < b", "n"], [["x & y", -0.25, 3], ["z", None, 1200]], formats={"a < b": "+.1f", "n": ","})
    assert Cells(table._repr_html_()).rows == [["", "a < b", "n"], ["x & y", "−0.2", "3"], ["z", "–", "1,200"]]
    assert [line.split() for line in str(table).splitlines()][2] == ["z", "–", "1,200"]
    assert repr(table) == str(table)


def test_columns_are_aligned_and_nothing_trails():
    lines = str(Table(["name", "value"], [["a", "1"], ["long name", "12345678"]])).splitlines()
    assert lines == ["name          value", "a                 1", "long name  12345678"]


def test_header_cells_say_what_they_head_and_the_caption_is_there():
    table = Table(["", "x"], [["row", 1]], caption="One & only")
    assert Cells(table._repr_html_()).scopes == ["col", "col", "row", None]
    assert "<caption>One &amp; only</caption>" in table._repr_html_()


def test_a_row_of_another_length_is_refused():
    with pytest.raises(ValueError, match=r"row \('x',\) has 1 cells, but the header has 2"):
        Table(["", "a"], [["x"]])


def test_a_format_of_no_column_is_refused():
    with pytest.raises(ValueError, match="formats names 'b', but the columns are '', 'a'"):
        Table(["", "a"], [["x", 1]], formats={"b": ".1f"})


def test_a_class_for_the_style_sheet():
    assert Table(["x"], [], css_class="ledger").to_html().startswith('<table class="ledger">')
    assert Table(["x"], [], css_class="").to_html().startswith("<table>")


@pytest.mark.parametrize(
    ("number", "options", "text"),
    [
        (1.234, {}, "+1.23"),
        (-1.236, {}, "−1.24"),
        (0.0, {}, "0.00"),
        (0.004, {}, "0.00"),
        (-0.004, {}, "0.00"),
        (0.006, {}, "+0.01"),
        (-0.04, {"digits": 1}, "0.0"),
        (12, {"digits": 0, "plus": False}, "12"),
        (-0.5, {"digits": 1, "plus": False}, "−0.5"),
    ],
)
def test_a_signed_number(number, options, text):
    assert signed(number, **options) == text


def test_wide_characters_are_aligned_by_the_columns_that_they_take():
    table = Table(["label", "n"], [["同じ", 1.0], ["same", 22.0], ["다름", 3.0], ["e\u0301", 4.0]], {"n": ".0f"})
    lines = str(table).splitlines()
    assert lines == ["label   n", "同じ    1", "same   22", "다름    3", "e\u0301       4"]
    assert {columns(line) for line in lines} == {9}
    assert str(Table(["", "同じ"], [["a", "x"]])).splitlines() == ["   同じ", "a     x"]


def test_a_text_of_any_width_is_filled_up():
    assert [flush("犬", 5, side) for side in ("left", "right", "middle")] == ["犬   ", "   犬", " 犬  "]
    assert flush("犬犬犬", 5) == "犬犬犬"  # never cut
    assert columns("a\x07") == 2
