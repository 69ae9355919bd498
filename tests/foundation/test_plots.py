"""Figures in the book's style."""

import re
from pathlib import Path

import matplotlib.pyplot as plt
import pytest
from matplotlib.colors import rgb_to_hsv, to_hex, to_rgb

import infersent
from infersent.foundation.plots import AGAINST, COLOURS, FOR, GOLD, GREY, INK, figure, signed_map, svg

#: The widgets' colours.
LOOK = Path(infersent.__file__).parent / "widgets" / "toolkit" / "look.css"


@pytest.fixture(autouse=True)
def shown(monkeypatch):
    """The figures that were shown."""
    plt.switch_backend("Agg")
    figures = []
    monkeypatch.setattr(plt, "show", lambda: figures.append(plt.gcf()))
    yield figures
    plt.close("all")


def test_a_figure_is_shown_at_the_end_of_its_block_and_the_style_is_its_own(shown):
    before = dict(plt.rcParams)
    with figure(2, rows=3, width=5.0, height=4.0, sharex=True) as (drawing, axes):
        assert axes.shape == (3, 2)
        assert dict(plt.rcParams) != before
        assert shown == []
    assert shown == [drawing]
    assert tuple(drawing.get_size_inches()) == (5.0, 4.0)
    assert dict(plt.rcParams) == before


def test_what_breaks_while_it_is_drawn_is_not_shown(shown):
    before = dict(plt.rcParams)
    with pytest.raises(KeyError), figure():
        raise KeyError
    assert shown == []
    assert dict(plt.rcParams) == before


def hue_and_saturation(colour):
    hue, saturation, _ = rgb_to_hsv(to_rgb(colour))
    return 360 * hue, saturation


@pytest.mark.parametrize(
    "colour", [INK, GREY, GOLD, FOR, AGAINST, *re.findall(r"--bw-(?:n|for): (#\w+)", LOOK.read_text("utf-8"))]
)
def test_evidence_has_no_blocks_colour(colour):
    hue, saturation = hue_and_saturation(colour)
    blocks = [*COLOURS.values(), *re.findall(r"--bw-[uvdp]: (?:var\(--block-\w, )?(#\w+)", LOOK.read_text("utf-8"))]
    assert len(blocks) == 12
    for block in blocks:
        apart = abs(hue - hue_and_saturation(block)[0]) % 360
        assert saturation < 0.1 or min(apart, 360 - apart) > 15, block


def test_signed_numbers_go_from_against_over_nothing_to_for():
    colours = signed_map()
    assert [to_hex(colours(x), keep_alpha=True).upper() for x in (0.0, 1.0)] == [f"{AGAINST}FF", f"{FOR}FF"]
    assert colours(0.5)[3] < 0.01
    for x in (0.1, 0.3, 0.49, 0.5, 0.7, 0.9):  # one ink each side, weaker towards the middle
        assert to_hex(colours(x)).upper() == (AGAINST if x < 0.5 else FOR)
        assert colours(x)[3] == pytest.approx(abs(2 * x - 1), abs=0.01)


def a_line():
    with figure() as (drawing, axis):
        axis.plot([0, 1 / 3], [0, 2], label="0.12345")
        axis.legend()
    return svg(drawing)


def test_a_figure_is_the_same_svg_each_time_and_its_labels_keep_their_digits():
    drawn, again = (a_line() for _ in range(2))
    assert drawn == again
    assert ">0.12345</text>" in drawn
    tags = "".join(re.findall("<[^>]*>", drawn))
    assert re.findall(r"[ (\"]-?\d+\.\d{3,}", tags) == []
    assert "Date" not in drawn


def test_a_notebook_gets_svg_and_closes_the_figure(monkeypatch):
    displayed = []
    monkeypatch.setattr(plt, "get_backend", lambda: "module://matplotlib_inline.backend_inline")
    monkeypatch.setattr("IPython.display.display", lambda data, raw: displayed.append(data))
    with figure() as (drawing, _):
        pass
    (data,) = displayed
    assert "<svg" in data["image/svg+xml"]
    assert data["text/plain"] == "<Figure size 660x352 with 1 Axes>"
    assert not plt.fignum_exists(drawing.number)
