"""Intervals: of a mean over few runs, and of a share of many pairs."""

import numpy as np
import pytest

from infersent.foundation.intervals import mean_interval, wilson_interval


def test_mean_interval_is_students():
    assert mean_interval([2.0])[0] == 2.0
    assert np.isnan(mean_interval([2.0])[1:]).all()
    assert mean_interval([0.5, 0.5]) == (0.5, 0.5, 0.5)
    # two degrees of freedom: 4.3027 standard errors of 0.1 / sqrt(3)
    half = 4.3027 * 0.1 / 3**0.5
    assert mean_interval([0.9, 1.0, 1.1]) == pytest.approx((1.0, 1 - half, 1 + half), abs=1e-4)


def test_wilson_interval_agrees_with_its_formula():
    n, p, z = 9824, 0.845, 1.959964
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * (p * (1 - p) / n + z * z / (4 * n * n)) ** 0.5
    right = round(n * p)
    assert wilson_interval(right, n) == pytest.approx((centre - half, centre + half), abs=1e-4)
    with pytest.raises(ValueError, match="at least one pair; got 0"):
        wilson_interval(0, 0)
