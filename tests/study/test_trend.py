"""The trend of a lead: numpy's straight line, exact where the leads are one, refused where nothing pairs."""

import numpy as np
import pytest

from infersent.study.comparison import compare, groups
from infersent.study.trend import trend
from tests.toy import toy_record

SIZES = (1000, 2000, 4000, 16_000)


def with_leads(leads, seeds=(0, 1), pairs=200):
    """Groups of each size, of which the first has so many more of the test pairs right, the same for every seed."""
    sides = []
    for right in ([100 + lead for lead in leads], [100] * len(leads)):
        side = {}
        for size, many in zip(SIZES, right, strict=True):
            (side[size],) = groups([toy_record(seed=seed, test=np.arange(pairs) < many) for seed in seeds])
        sides.append(side)
    return sides


def test_leads_on_a_line_are_continued():
    found = trend(*with_leads([10, 12, 14, 18]))
    assert found.leads == pytest.approx([0.05, 0.06, 0.07, 0.09])
    assert found.per_doubling.value == pytest.approx(0.01)
    assert found.at(64_000).value == pytest.approx(0.11)
    assert found.at(1).value == pytest.approx(0.05 - 0.01 * np.log2(1000))


def test_the_line_is_that_of_least_squares():
    leads = [3, 11, 5, 20]
    slope, level = np.polyfit(np.log2(SIZES), np.array(leads) / 200, 1)
    found = trend(*with_leads(leads))
    assert found.per_doubling.value == pytest.approx(slope)
    assert found.at(100_000).value == pytest.approx(slope * np.log2(100_000) + level)


def test_with_one_lead_everywhere_the_interval_is_that_of_the_comparison():
    first, second = with_leads([10] * 4)
    estimate = trend(first, second).at(50_000)
    alone = compare(first[1000], second[1000])
    assert estimate.value == pytest.approx(alone.difference)
    assert estimate.interval == pytest.approx(alone.interval)


def test_the_farther_away_the_wider():
    rng = np.random.default_rng(0)
    sides = [
        {size: groups([toy_record(seed=s, test=rng.random(200) < share) for s in (0, 1, 2)])[0] for size in SIZES}
        for share in (0.7, 0.6)
    ]
    found = trend(*sides)
    widths = [np.ptp(found.at(pairs).interval) for pairs in (4000, 64_000, 1_000_000)]
    assert widths == sorted(widths)
    assert widths[0] < widths[1] / 1.5


def test_what_cannot_be_paired_is_refused():
    first, second = with_leads([1, 2, 3, 4])
    with pytest.raises(ValueError, match=r"A line needs two sizes that both have; got \[1000\] and \[1000\]"):
        trend({1000: first[1000]}, {1000: second[1000]})
    with pytest.raises(ValueError, match="A line needs"):
        trend(first, {1000: second[1000], 3000: second[2000]})
    other = with_leads([1, 2, 3, 4], seeds=(0, 2))[1]
    with pytest.raises(ValueError, match="The groups have other seeds"):
        trend(first, other)
    with pytest.raises(ValueError, match="pairs=0 is below 1"):
        trend(first, second).at(0)
