"""A stored figure stands in its page with what it draws, and nothing that the page has anyway."""

import re
from pathlib import Path
from xml.etree import ElementTree

import matplotlib.pyplot as plt
import pytest
from drawings import by_hand, in_page, lean, letters, stored

from infersent.foundation import plots

ROOT = Path(__file__).parents[2]
SHEET = (ROOT / "book" / "_static" / "drawings.css").read_text(encoding="utf-8")
DIAGRAMS = [(ROOT / "book" / "_static" / "architecture.svg").read_text(encoding="utf-8")]


@pytest.fixture
def drawn():
    plt.switch_backend("Agg")
    with plt.style.context(plots.STYLE):
        drawing, axis = plt.subplots()
        axis.plot([1, 2, 3], [1, 4, 2], "o-", color=plots.COLOURS["u"], label="$u*v$ at 0.00123")
        axis.bar([1], [2], color="#ffffff")
        axis.set_ylabel("up")
        axis.legend()
        yield plots.svg(drawing)
    plt.close(drawing)


def test_the_grounds_go_and_what_is_drawn_in_white_stays(drawn):
    assert drawn.count("fill: #ffffff") == 3
    assert in_page(drawn, "").count('fill="#ffffff"') == 1


def test_what_is_told_of_a_figure_is_its_name(drawn):
    root = ElementTree.fromstring(in_page(drawn, 'A "rise" & <fall>.'))
    assert (root.get("role"), root.get("aria-label")) == ("img", 'A "rise" & <fall>.')


def test_each_id_is_the_pages_only_one_and_something_points_to_it(drawn):
    other = drawn.replace("#0072b2", "#009e73")
    for page in (in_page(drawn, ""), in_page(drawn, "") + in_page(other, "")):
        ids = re.findall(r'\sid="([^"]+)"', page)
        assert len(ids) == len(set(ids)) > 2
        assert set(re.findall(r'(?:href="#|url\(#)([^")]+)', page)) == set(ids)


def test_letters_keep_their_places_and_numbers_in_them_their_digits(drawn):
    root = lean(drawn)
    runs = [(run.get("font-style"), run.text, len(run.get("x").split())) for run in root.iter("tspan")]
    assert ("oblique", "uv", 2) in runs
    assert (None, "*at0.00123", 10) in runs
    (up,) = (text for text in root.iter("text") if text.text == "up")
    assert up.get("transform").startswith("rotate(-90 ")
    assert set("up0.123*at") <= letters([drawn])["normal", "normal"]
    assert letters([drawn])["oblique", "normal"] == {"u", "v"}


def test_it_is_less_than_half_of_what_is_stored(drawn):
    assert len(in_page(drawn, "")) < len(drawn) / 2


def test_letters_of_a_font_that_the_page_lacks_are_refused(drawn):
    with pytest.raises(ValueError, match="'Verdana'"):
        lean(re.sub(r"font-family: [^;\"]*", "font-family: 'Verdana'", drawn))


def test_a_diagram_drawn_by_hand_keeps_its_shapes_and_gets_its_name():
    root = ElementTree.fromstring(by_hand(DIAGRAMS[0], 'A "rise" & <fall>.'))
    assert (root.get("role"), root.get("aria-label")) == ("img", 'A "rise" & <fall>.')
    assert [len(own) for own in root] == [len(own) for own in ElementTree.fromstring(DIAGRAMS[0])]


def test_a_diagrams_letters_are_read_on_a_phone():
    for diagram in map(ElementTree.fromstring, DIAGRAMS):
        sizes = [float(size) for element in diagram.iter() if (size := element.get("font-size"))]
        assert float(diagram.get("viewBox").split()[2]) <= 360
        assert min(sizes) >= 12


def test_each_colour_of_a_chapters_figure_has_a_twin_in_the_dark():
    figures = stored(ROOT)
    assert len(figures) > 40
    for name in ("fill", "stroke"):
        told = set(re.findall(rf'\[{name}="(#\w+)"\]', SHEET))
        drawn = [*map(lean, figures), *map(ElementTree.fromstring, DIAGRAMS)]
        used = {element.get(name) for figure in drawn for element in figure.iter()}
        assert {colour for colour in used if colour and colour.startswith("#")} <= told
