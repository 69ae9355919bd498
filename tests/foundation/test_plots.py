"""Figures in the book's style."""

import re
from pathlib import Path

import matplotlib.pyplot as plt
import pytest
from matplotlib.colors import rgb_to_hsv, to_hex, to_rgb

import infersent
from infersent.foundation.plots import AGAINST, COLOURS, FOR, GOLD, GREY, INK, figure, signed_map

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


def test_signed_numbers_go_from_against_over_white_to_for():
    colours = signed_map()
    assert [to_hex(colours(x)).upper() for x in (0.0, 1.0)] == [AGAINST, FOR]
    assert min(colours(0.5)) > 0.98
