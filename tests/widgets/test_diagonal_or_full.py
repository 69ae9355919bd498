"""Diagonal or full, in Python: its traits, and its closed forms against eigenvalues, singular values and a scan."""

from __future__ import annotations

import math
import re

import pytest
import torch
import traitlets
from hypothesis import given
from hypothesis import strategies as st

from infersent.widgets import DiagonalOrFull
from infersent.widgets.diagonal_or_full import parts, rotation

entries = st.one_of(st.sampled_from([0.0, 1.0, -1.0, 2.5]), st.floats(-9, 9).map(lambda x: round(x, 3)))
matrices = st.lists(st.lists(entries, min_size=2, max_size=2), min_size=2, max_size=2)


def square_share(matrix, alpha, beta):
    """The share by its definition: turn the axes by matrix products, square, and add up."""
    turned = rotation(alpha).T @ torch.tensor(matrix, dtype=torch.float64) @ rotation(beta)
    return (turned.diagonal().square().sum() / turned.square().sum()).item()


@pytest.mark.parametrize(
    ("traits", "message"),
    [
        ({"matrix": [[1.0, 2.0]]}, "'matrix' trait"),
        ({"matrix": [[1.0, 2.0], [3.0]]}, "'matrix' trait"),
        ({"matrix": [[1.0, 2.0], [3.0, 9.5]]}, "'matrix' trait|9.5"),
        ({"matrix": [[1.0, 2.0], [3.0, math.nan]]}, "matrix has the entry nan"),
        ({"matrix": [[1.0, 2.0], [3.0, "4"]]}, "'matrix' trait"),
        ({"encoders": 3}, "encoders=3 is neither 1 nor 2"),
        ({"angle": 91.0}, "'angle' trait"),
        ({"angle_v": -1.0}, "'angle_v' trait"),
        ({"angle": math.nan}, "angle=nan is not a number"),
    ],
)
def test_a_state_that_makes_no_sense_is_refused(traits, message):
    with pytest.raises(traitlets.TraitError, match=message):
        DiagonalOrFull(**traits)


def test_representation_is_stable():
    widget = DiagonalOrFull(matrix=[[1, 0], [0, 1]], angle=30)
    assert repr(widget) == "DiagonalOrFull(angle=30.0, angle_v=0.0, encoders=1, matrix=[[1.0, 0.0], [0.0, 1.0]])"


@given(matrix=matrices, u=st.lists(entries, min_size=2, max_size=2), v=st.lists(entries, min_size=2, max_size=2))
def test_turned_vectors_and_the_turned_matrix_give_the_same_score(matrix, u, v):
    widget = DiagonalOrFull(matrix=matrix, encoders=2, angle=25.0, angle_v=130.0)
    w, u, v = (torch.tensor(x, dtype=torch.float64) for x in (matrix, u, v))
    turned_u, turned_v = rotation(25.0).T @ u, rotation(130.0).T @ v
    torch.testing.assert_close(turned_u @ widget.rotated() @ turned_v, u @ w @ v)


def test_with_one_encoder_both_vectors_turn_by_the_same_angle():
    matrix = [[2.0, 3.0], [1.0, -1.0]]
    one = DiagonalOrFull(matrix=matrix, angle=20.0, angle_v=70.0)
    two = DiagonalOrFull(matrix=matrix, angle=20.0, angle_v=20.0, encoders=2)
    torch.testing.assert_close(one.rotated(), two.rotated())


@given(matrix=matrices, alpha=st.floats(0, 90), beta=st.floats(0, 180))
def test_the_share_is_what_its_definition_says(matrix, alpha, beta):
    widget = DiagonalOrFull(matrix=matrix, encoders=2, angle=alpha, angle_v=beta)
    expected = square_share(matrix, alpha, beta) if any(map(any, matrix)) else 1
    assert widget.share() == pytest.approx(expected, abs=1e-9)


@given(matrix=matrices, encoders=st.sampled_from([1, 2]))
def test_the_best_angles_reach_the_best_share_and_nothing_beats_it(matrix, encoders):
    widget = DiagonalOrFull(matrix=matrix, encoders=encoders)
    a, b = widget.best_angle()
    assert 0 <= a < 90
    assert 0 <= b < 180
    if encoders == 1:
        assert a == b
    widget.angle, widget.angle_v = a, b
    assert widget.share() == pytest.approx(widget.best_share(), abs=1e-9)
    for angle in range(0, 90, 5):
        widget.angle = angle
        for widget.angle_v in range(0, 180, 60):
            assert widget.share() <= widget.best_share() + 1e-9


@given(a=entries, b=entries, d=entries)
def test_a_symmetric_matrix_turns_into_its_eigenvalues(a, b, d):
    widget = DiagonalOrFull(matrix=[[a, b], [b, d]])
    widget.angle, _ = widget.best_angle()
    turned = widget.rotated()
    expected = torch.linalg.eigh(torch.tensor([[a, b], [b, d]], dtype=torch.float64)).eigenvalues
    torch.testing.assert_close(turned.diagonal().sort().values, expected, rtol=0, atol=1e-6)
    assert widget.best_share() == 1


@given(matrix=matrices)
def test_two_encoders_turn_any_matrix_into_its_singular_values(matrix):
    widget = DiagonalOrFull(matrix=matrix, encoders=2)
    widget.angle, widget.angle_v = widget.best_angle()
    turned = widget.rotated()
    expected = torch.linalg.svd(torch.tensor(matrix, dtype=torch.float64)).S
    torch.testing.assert_close(turned.diagonal().abs().sort(descending=True).values, expected, rtol=0, atol=1e-5)
    assert turned[0, 1].abs() + turned[1, 0].abs() < 1e-5


@given(matrix=matrices, angle=st.floats(0, 90))
def test_one_encoder_never_turns_the_antisymmetric_part(matrix, angle):
    turned = DiagonalOrFull(matrix=matrix, angle=angle).rotated()
    assert (turned[0, 1] - turned[1, 0]).item() == pytest.approx(matrix[0][1] - matrix[1][0], abs=1e-9)
    assert parts(turned.tolist())[3] == pytest.approx(parts(matrix)[3], abs=1e-9)


@pytest.mark.parametrize(
    ("matrix", "best"),
    [
        ([[1, 0], [0, 1]], 1),
        ([[2, 0], [0, -1]], 1),
        ([[2, 2], [2, -1]], 1),
        ([[0, 1], [-1, 0]], 0),
        ([[2, 3], [1, -1]], 13 / 15),
        ([[1, 1], [-1, 1]], 0.5),
        ([[0, 0], [0, 0]], 1),
    ],
)
def test_named_forms(matrix, best):
    assert DiagonalOrFull(matrix=matrix).best_share() == pytest.approx(best)
    assert DiagonalOrFull(matrix=matrix, encoders=2).best_share() == 1


def test_the_fallback_shows_both_matrices_and_both_shares():
    text = DiagonalOrFull(matrix=[[2, 2], [2, -1]], angle=45.0).fallback_html()
    assert re.findall("<td>(.*?)</td>", text) == ["2.00", "2.00", "2.50", "−1.50", "2.00", "−1.00", "−1.50", "−1.50"]
    assert "The diagonal holds 65% of the second. At the best angle, 26.6°, it holds 100%." in text


def test_the_fallback_names_both_angles_of_two_encoders():
    text = DiagonalOrFull(matrix=[[0, 1], [-1, 0]], encoders=2, angle=10.0, angle_v=20.0).fallback_html()
    assert "W, u&#x27;s axes at 10.0°, v&#x27;s at 20.0°" in text or "u's axes at 10.0°, v's at 20.0°" in text
    assert "At the best angles, 45.0° and 135.0°" in text
