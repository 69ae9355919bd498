"""Figures in the book's style."""

import matplotlib.pyplot as plt
import pytest

from infersent.foundation.plots import figure


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
