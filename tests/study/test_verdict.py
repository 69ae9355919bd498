"""The rule for a verdict: three outcomes, in an order that was declared before the runs."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from infersent.study.records import SPLITS
from infersent.study.verdict import MARGINS, excludes_zero, hull, judge

NUMBERS = st.floats(-1, 1)
WHOLE = st.tuples(NUMBERS, NUMBERS).map(sorted).map(tuple)


@pytest.mark.parametrize(
    ("interval_90", "interval", "outcome"),
    [
        ((-0.1, 0.4), (-0.2, 0.45), "equivalent"),
        ((0.1, 0.4), (0.05, 0.6), "equivalent"),  # though zero lies outside: equivalence comes first
        ((0.1, 0.5), (0.05, 0.6), "differs"),  # the end on the margin is not inside it
        ((-0.5, -0.1), (-0.6, -0.05), "differs"),
        ((0.01, 0.9), (-0.01, 1.0), "undecided"),  # zero lies outside the 90% interval alone
        ((-0.6, 0.6), (-0.7, 0.7), "undecided"),
        ((0.1, 0.9), (0.0, 1.0), "undecided"),  # zero on the end does not lie outside
        ((math.nan, math.nan), (math.nan, math.nan), "undecided"),
    ],
)
def test_the_order_of_the_outcomes(interval_90, interval, outcome):
    assert judge(interval_90, interval, 0.5) == outcome


@given(WHOLE, WHOLE, st.floats(0.01, 1))
def test_turned_round_the_outcome_is_the_same(interval_90, interval, margin):
    turned_90, turned = ((-high, -low) for low, high in (interval_90, interval))
    assert judge(turned_90, turned, margin) == judge(interval_90, interval, margin)


@given(WHOLE, WHOLE, WHOLE, WHOLE, st.floats(0.01, 1))
def test_two_intervals_together_decide_only_where_both_do(a_90, a, b_90, b, margin):
    """Both hold the estimate, so they overlap, and zero is beyond both only on one side."""
    assume(max(a[0], b[0]) <= min(a[1], b[1]))
    equivalent = all(judge(narrow, (-1, 1), margin) == "equivalent" for narrow in (a_90, b_90))
    outcome = judge(hull(a_90, b_90), hull(a, b), margin)
    assert (outcome == "equivalent") == equivalent
    if outcome == "differs":
        assert excludes_zero(a)
        assert excludes_zero(b)


def test_every_split_has_its_margin():
    assert set(MARGINS) == set(SPLITS)
    assert (MARGINS["test"], MARGINS["test-hard"]) == (0.005, 0.01)
