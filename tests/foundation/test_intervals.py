"""Intervals: of a mean over few runs, of a share of many pairs, and of a mean over both, against slow references."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from scipy.stats import norm

from infersent.foundation.intervals import (
    crossed_bootstrap,
    mean_interval,
    percentile_interval,
    variance_components,
    wilson_interval,
)

TABLES = npst.arrays(np.int8, st.tuples(st.integers(2, 6), st.integers(2, 30)), elements=st.integers(-1, 1))


def made_up(rows, columns, *, of_rows=1.0, of_columns=1.0, of_rest=1.0, seed=0):
    """A table of which the components of variance are known, and its true mean 0."""
    rng = np.random.default_rng(seed)
    return (
        rng.normal(0, of_rows**0.5, (rows, 1))
        + rng.normal(0, of_columns**0.5, (1, columns))
        + rng.normal(0, of_rest**0.5, (rows, columns))
    )


def right_less_right(rows, columns, seed=0):
    """What the difference of two models looks like: mostly 0, else 1 or -1, with parts of the row and the column."""
    return np.clip(np.rint(0.7 * made_up(rows, columns, of_rows=0.05, seed=seed)), -1, 1).astype(np.int8)


def test_mean_interval_is_students():
    assert mean_interval([2.0])[0] == 2.0
    assert np.isnan(mean_interval([2.0])[1:]).all()
    assert mean_interval([0.5, 0.5]) == (0.5, 0.5, 0.5)
    # two degrees of freedom: 4.3027 standard errors of 0.1 / sqrt(3)
    half = 4.3027 * 0.1 / 3**0.5
    assert mean_interval([0.9, 1.0, 1.1]) == pytest.approx((1.0, 1 - half, 1 + half), abs=1e-4)
    half = 2.9200 * 0.1 / 3**0.5
    assert mean_interval([0.9, 1.0, 1.1], 0.90) == pytest.approx((1.0, 1 - half, 1 + half), abs=1e-4)


def test_wilson_interval_agrees_with_its_formula():
    n, p, z = 9824, 0.845, 1.959964
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * (p * (1 - p) / n + z * z / (4 * n * n)) ** 0.5
    right = round(n * p)
    assert wilson_interval(right, n) == pytest.approx((centre - half, centre + half), abs=1e-4)
    with pytest.raises(ValueError, match="at least one pair; got 0"):
        wilson_interval(0, 0)


# The crossed bootstrap


def test_the_bootstrap_agrees_with_drawing_rows_and_columns_one_by_one():
    table, rng = right_less_right(5, 80), np.random.default_rng(1)
    slow = []
    for _ in range(10_000):
        rows, columns = rng.integers(5, size=5), rng.integers(80, size=80)
        slow.append(table[np.ix_(rows, columns)].mean())
    fast = crossed_bootstrap(table)
    assert len(fast) == 10_000
    spread = np.std(slow)
    assert fast.mean() == pytest.approx(np.mean(slow), abs=0.05 * spread)
    assert fast.std() == pytest.approx(spread, rel=0.03)
    for level in (0.90, 0.95):
        slow_ends = np.quantile(slow, [(1 - level) / 2, (1 + level) / 2])
        assert percentile_interval(fast, level) == pytest.approx(slow_ends, abs=0.08 * spread)


@pytest.mark.parametrize("shape", [(30, 400), (3, 50), (1, 200), (12, 1)])
def test_the_bootstraps_variance_is_known(shape):
    """Each part's mean square, with the divisor n, over how often it is drawn: (R - 1)/R of the rows' variance."""
    table = right_less_right(*shape, seed=3)
    mean = table.mean()
    by_row, by_column = table.mean(axis=1) - mean, table.mean(axis=0) - mean
    rest = table - mean - by_row[:, None] - by_column
    known = (by_row**2).mean() / shape[0] + (by_column**2).mean() / shape[1] + (rest**2).mean() / table.size
    drawn = crossed_bootstrap(table, resamples=40_000)
    assert drawn.var() == pytest.approx(known, rel=0.03)
    assert drawn.mean() == pytest.approx(mean, abs=4 * (known / 40_000) ** 0.5)


@given(TABLES)
def test_opposite_tables_have_opposite_resamples(table):
    ours, theirs = (crossed_bootstrap(values, resamples=600) for values in (table, -table))
    assert ours.tolist() == (-theirs).tolist()
    assert np.abs(ours).max() <= np.abs(table).max() + 1e-12


@given(TABLES)
def test_the_same_seed_draws_the_same(table):
    assert crossed_bootstrap(table, resamples=50).tolist() == crossed_bootstrap(table, resamples=50).tolist()


def test_another_seed_draws_others():
    table = right_less_right(4, 30)
    assert crossed_bootstrap(table, resamples=50).tolist() != crossed_bootstrap(table, resamples=50, seed=1).tolist()


def test_a_table_of_one_value_has_nothing_to_resample():
    assert set(crossed_bootstrap(np.zeros((3, 7)), resamples=20)) == {0.0}
    assert crossed_bootstrap(np.full((3, 7), 0.5), resamples=20) == pytest.approx(0.5)


# Components of variance


def slow_mean_squares(table):
    """The textbook's sums, cell by cell."""
    rows, columns = table.shape
    mean = table.mean()
    of_rows = sum(columns * (table[i].mean() - mean) ** 2 for i in range(rows)) / (rows - 1)
    of_columns = sum(rows * (table[:, j].mean() - mean) ** 2 for j in range(columns)) / (columns - 1)
    rest = sum(
        (table[i, j] - table[i].mean() - table[:, j].mean() + mean) ** 2 for i in range(rows) for j in range(columns)
    )
    return of_rows, of_columns, rest / ((rows - 1) * (columns - 1))


def test_components_agree_with_the_textbook():
    table = made_up(4, 9, of_rows=2, of_columns=3, seed=2)
    of_rows, of_columns, rest = slow_mean_squares(table)
    assert min(of_rows, of_columns) > rest
    found = variance_components(table)
    assert (found.rows, found.columns) == pytest.approx(((of_rows - rest) / 9, (of_columns - rest) / 4))
    assert found.interaction == pytest.approx(rest)
    error = (found.rows / 4 + found.columns / 9 + found.interaction / 36) ** 0.5
    assert found.standard_error == pytest.approx(error)
    freedom = (of_rows + of_columns - rest) ** 2 / (of_rows**2 / 3 + of_columns**2 / 8 + rest**2 / 24)
    assert found.degrees_of_freedom == pytest.approx(freedom)
    low, high = found.interval()
    assert (low + high) / 2 == pytest.approx(table.mean())
    assert high - low > 2 * 1.96 * error
    assert found.interval(0.90)[1] < high


def test_components_are_found_again():
    found = variance_components(made_up(300, 400, of_rows=0.5, of_columns=2.0, of_rest=1.0))
    assert (found.rows, found.columns, found.interaction) == pytest.approx((0.5, 2.0, 1.0), rel=0.15)


def test_a_component_that_comes_out_negative_is_zero():
    table = np.array([[1.0, -1.0], [-1.0, 1.0]])  # all of it is interaction
    found = variance_components(table)
    assert (found.rows, found.columns, found.interaction) == (0, 0, 4)
    assert found.standard_error == 1


def test_with_many_rows_the_bootstrap_counts_the_interaction_threefold():
    table = made_up(30, 2000, of_rows=0.001, of_columns=0.2, of_rest=2, seed=5)
    parts = variance_components(table)
    threefold = parts.rows / 30 + parts.columns / 2000 + 3 * parts.interaction / 60_000
    assert crossed_bootstrap(table).var() == pytest.approx(threefold, rel=0.06)
    low, high = percentile_interval(crossed_bootstrap(table))
    ours = parts.interval()
    assert 1.02 * (ours[1] - ours[0]) < high - low < 1.5 * (ours[1] - ours[0])


def test_the_interval_covers_the_true_mean_as_often_as_it_says():
    covered = [
        low < 0 < high
        for low, high in (variance_components(made_up(6, 20, seed=seed)).interval() for seed in range(600))
    ]
    assert np.mean(covered) == pytest.approx(0.95, abs=0.03)


def test_values_that_do_not_vary_leave_nothing_open():
    assert variance_components(np.full((2, 3), 0.25)).interval() == (0.25, 0.25)


@pytest.mark.parametrize("shape", [(1, 5), (5, 1)])
def test_one_row_or_column_has_no_components(shape):
    with pytest.raises(ValueError, match=f"at least; got {shape[0]} by {shape[1]}"):
        variance_components(np.zeros(shape))


def test_components_of_rows_alone_are_those_of_students_t():
    """Equal columns: each row is one number, and its mean's interval is the known one."""
    rows = np.array([0.1, 0.5, 0.2])
    table = np.repeat(rows[:, None], 50, axis=1)
    assert variance_components(table).interval() == pytest.approx(mean_interval(rows)[1:])


def test_a_wide_table_of_columns_alone_is_near_the_normal_interval():
    columns = np.random.default_rng(0).normal(size=4000)
    table = np.repeat(columns[None], 2, axis=0)
    half = norm.ppf(0.975) * columns.std(ddof=1) / 4000**0.5
    low, high = variance_components(table).interval()
    assert (high - low) / 2 == pytest.approx(half, rel=0.01)
