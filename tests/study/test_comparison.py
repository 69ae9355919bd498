"""Groups of runs and their comparison: the right runs side by side, and the statistics against slow references."""

from dataclasses import replace

import numpy as np
import pytest

from infersent.foundation.intervals import crossed_bootstrap, mean_interval, percentile_interval, variance_components
from infersent.foundation.tables import signed
from infersent.study.comparison import compare, comparison_table, find_group, groups, phenomena_table, table
from infersent.study.records import load_records
from infersent.study.verdict import hull, judge
from tests.toy import toy_record


def made_up(blocks, seed, accuracy):
    return answered(blocks, seed, np.arange(1000) < 1000 * accuracy)


def answered(blocks, seed, correct):
    return toy_record(blocks=blocks, seed=seed, test=correct)


def coins(seed, share, n=400):
    return np.random.default_rng(seed).random(n) < share


def test_groups_put_seeds_together():
    records = [made_up("u", 0, 0.3), made_up("u, v", 0, 0.6), made_up("u, v", 1, 0.7), made_up("u, v", 2, 0.5)]
    one, three = groups(records)
    assert (one.settings, three.settings) == ({"blocks": ["u"]}, {"blocks": ["u", "v"]})
    assert three.mean == pytest.approx(0.6)
    # Student's t with two degrees of freedom: 4.3027 standard errors of 0.1 / sqrt(3)
    assert three.interval == pytest.approx((0.6 - 4.3027 * 0.1 / 3**0.5, 0.6 + 4.3027 * 0.1 / 3**0.5), abs=1e-4)
    assert np.isnan(one.interval).all()
    assert groups([]) == []


def test_the_table_has_a_row_a_group():
    records = [made_up("u", 0, 0.3), made_up("u, v", 0, 0.625), made_up("u, v", 1, 0.625)]
    assert str(table(groups(records))).splitlines() == [
        "blocks   test    95% interval  seeds",
        "u       30.0%               –      1",
        "u, v    62.5%  62.5% to 62.5%      2",
    ]
    assert str(table(groups(records[:1]))).splitlines()[1].split() == ["all", "trials", "30.0%", "–", "1"]
    assert table([]).rows == ()


def test_the_table_has_a_column_for_each_setting_that_varies():
    records = [
        toy_record(pairs=pairs, blocks="u", hidden=hidden, dev=[1, 0]) for pairs in (None, 5000) for hidden in (4, 8)
    ]
    records.append(toy_record(blocks="u, v", hidden=4, dev=[1, 1]))
    shown = table(groups(records, "dev"))
    assert shown.header == ("blocks", "pairs", "hidden", "dev", "95% interval", "seeds")
    assert [row[:4] for row in shown.cells] == [
        ["u", "all", "4", "50.0%"],
        ["u", "all", "8", "50.0%"],
        ["u", "5,000", "4", "50.0%"],
        ["u", "5,000", "8", "50.0%"],
        ["u, v", "all", "4", "100.0%"],
    ]


def test_phenomena_have_their_own_table():
    records = [made_up("u", 0, 0.3), made_up("u, v", 0, 0.6), made_up("u, v", 1, 0.6)]
    records = [
        replace(record, test=replace(record.test, phenomena={"colour": share, "count": 1.0}))
        for record, share in zip(records, (0.25, 0.5, 0.75), strict=True)
    ]
    assert str(phenomena_table(groups(records))).splitlines() == [
        "blocks  colour   count",
        "u        25.0%  100.0%",
        "u, v     62.5%  100.0%",
    ]


def test_equal_accuracies_leave_nothing_open():
    (group,) = groups([made_up("u", 0, 0.5), made_up("u", 1, 0.5)])
    assert group.interval == (0.5, 0.5)


def test_a_failed_run_is_in_no_group():
    failed = toy_record(blocks="u", error="it broke")
    assert [group.seeds for group in groups([failed, made_up("u", 2, 0.3), made_up("u", 1, 0.2)])] == [[1, 2]]


def test_a_group_is_found_by_its_settings():
    records = [made_up("u", 0, 0.3), made_up("u, v", 0, 0.6)]
    assert find_group(records, blocks="u,v").mean == 0.6
    assert find_group(records, blocks=("u",)).mean == 0.3


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"blocks": "u*v"}, r"No group has blocks='u\*v'.*Groups differ in blocks"),
        ({"block": "u"}, "Did you mean 'blocks'"),
        ({"hidden": 256}, "2 groups have hidden=256"),
    ],
)
def test_a_group_that_is_not_there(settings, message):
    with pytest.raises(ValueError, match=message):
        find_group([made_up("u", 0, 0.3), made_up("u, v", 0, 0.6)], **settings)


def pair(shares, seeds, n=500, same=0.0):
    """Two groups with these shares of right answers; ``same`` is the share of answers that they have in common."""
    found = []
    for i, (name, share) in enumerate(zip(("u", "v"), shares, strict=True)):
        for seed in range(seeds):
            common = np.random.default_rng(1000 + seed).random(n) < same
            correct = np.where(common, coins(500 + seed, 0.7, n), coins(10_000 * i + seed, share, n))
            found.append(answered(name, seed, correct))
    return groups(found)


def test_a_comparison_agrees_with_slow_references():
    first = [answered("u", seed, coins(seed, 0.8)) for seed in (0, 1, 2)]
    second = [answered("v", seed, coins(100 + seed, 0.7)) for seed in (2, 1, 0, 7)]  # seed 7 has no partner
    a, b = groups(first + second)
    result = compare(a, b)
    assert result.seeds == (0, 1, 2)
    table = np.array([coins(seed, 0.8).astype(int) - coins(100 + seed, 0.7) for seed in (0, 1, 2)])
    differences = table.mean(axis=1)
    assert result.difference == pytest.approx(differences.mean())
    half = 4.30265 * differences.std(ddof=1) / 3**0.5
    assert result.over_seeds == pytest.approx((differences.mean() - half, differences.mean() + half), abs=1e-6)
    # The bootstrap's interval is near the normal one of the per-pair differences.
    per_pair = table.mean(axis=0)
    normal = 1.96 * per_pair.std() / len(per_pair) ** 0.5
    assert result.over_pairs == pytest.approx(
        (differences.mean() - normal, differences.mean() + normal), abs=0.15 * normal
    )
    resampled = crossed_bootstrap(table)
    assert result.crossed == percentile_interval(resampled)
    assert result.crossed_90 == percentile_interval(resampled, 0.90)
    assert result.components == variance_components(table).interval()


def test_below_ten_seeds_students_t_must_agree():
    result = compare(*pair((0.72, 0.7), seeds=3))
    over_seeds_90 = mean_interval(compare_accuracies(*pair((0.72, 0.7), seeds=3)), 0.90)[1:]
    assert result.interval == hull(result.crossed, result.over_seeds)
    assert result.interval_90 == pytest.approx(hull(result.crossed_90, over_seeds_90), abs=1e-12)
    many = compare(*pair((0.72, 0.7), seeds=10))
    assert (many.interval, many.interval_90) == (many.crossed, many.crossed_90)


def compare_accuracies(first, second):
    return first.correct.mean(axis=1) - second.correct.mean(axis=1)


def test_three_seeds_that_agree_by_luck_are_not_believed():
    """The bootstrap alone would be: the three seeds lie on one side of zero, and there are many pairs."""
    n = 100_000
    lead = [0.003, 0.006, 0.011]
    first = [answered("u", seed, np.arange(n) < n * (0.5 + ahead)) for seed, ahead in enumerate(lead)]
    second = [answered("v", seed, np.arange(n) < n * 0.5) for seed in range(3)]
    result = compare(*groups(first + second))
    assert result.bootstrap_outcome == judge(result.crossed_90, result.crossed, result.margin) == "differs"
    assert result.outcome == "undecided"


def test_the_declared_analysis_of_thirty_seeds():
    """10,000 resamples of the generator with seed 0, crossed, its percentiles, and the order of the verdicts."""
    a, b = pair((0.72, 0.7), seeds=30, n=300, same=0.7)
    result = compare(a, b)
    resampled = crossed_bootstrap(a.correct.astype(int) - b.correct, resamples=10_000, seed=0)
    assert result.interval_90 == (np.percentile(resampled, 5), np.percentile(resampled, 95))
    assert result.interval == (np.percentile(resampled, 2.5), np.percentile(resampled, 97.5))
    assert result.margin == 0.005
    for margin in (0.0001, 0.1):
        expected = (
            "equivalent"
            if max(np.abs(result.interval_90)) < margin
            else ("undecided" if result.interval[0] <= 0 <= result.interval[1] else "differs")
        )
        found = compare(a, b, margin=margin)
        assert found.outcome == found.bootstrap_outcome == expected


def test_the_margin_is_that_of_the_split():
    hard, easy = (find_group(load_records("subsets"), split, blocks="u") for split in ("test-hard", "test-easy"))
    assert compare(hard, hard, resamples=20).margin == 0.01
    assert compare(easy, easy, resamples=20).margin == compare(*pair((0.7, 0.7), 2), resamples=20).margin == 0.005
    with pytest.raises(ValueError, match="on test-hard, the other on test-easy: nothing to pair"):
        compare(hard, easy)


def test_mcnemar_counts_the_pairs_that_one_run_alone_gets_right():
    ours = [1] * 9 + [0] * 1 + [1] * 50 + [0] * 4
    theirs = [0] * 9 + [1] * 1 + [1] * 50 + [0] * 4
    (p,) = compare(*groups([answered("u", 0, ours), answered("v", 0, theirs)])).mcnemar
    assert p == pytest.approx(2 * (10 + 1) / 2**10)  # two-sided: 0, 1, 9 or 10 heads of 10


def test_equal_groups_are_equivalent():
    same = [answered(blocks, seed, coins(seed, 0.5)) for blocks in ("u", "v") for seed in (0, 1)]
    result = compare(*groups(same))
    assert (result.difference, result.over_seeds, result.over_pairs) == (0, (0, 0), (0, 0))
    assert (result.interval, result.interval_90, result.components) == ((0, 0), (0, 0), (0, 0))
    assert result.mcnemar == (1, 1)
    assert result.verdict == (
        "equivalent within 0.5 points: 0.00 points, between 0.00 and 0.00 (95%; 90%: 0.00 to 0.00); "
        "zero lies inside the 95% interval"
    )


@pytest.mark.parametrize(
    ("shares", "margin", "outcome", "verdict"),
    [
        ((0.9, 0.5), 0.005, "differs", "differs, the first is better: "),
        ((0.5, 0.9), 0.005, "differs", "differs, the first is worse: −"),
        ((0.7, 0.7), 0.005, "undecided", "undecided: "),
        ((0.7, 0.7), 0.1, "equivalent", "equivalent within 10 points: "),
        ((0.9, 0.5), 0.6, "equivalent", "equivalent within 60 points: "),
    ],
)
def test_the_verdict_states_estimate_and_interval(shares, margin, outcome, verdict):
    result = compare(*pair(shares, seeds=5), margin=margin)
    assert result.outcome == outcome
    assert result.verdict.startswith(verdict)
    ends = f"between {signed(100 * result.interval[0])} and {signed(100 * result.interval[1])} (95%"
    assert f"{signed(100 * result.difference)} points, {ends}" in result.verdict
    if outcome == "equivalent":  # a difference can be there, and be below the margin
        assert result.verdict.endswith(
            f"zero lies {'inside' if shares[0] == shares[1] else 'outside'} the 95% interval"
        )


def test_one_seed_decides_nothing():
    result = compare(*groups([answered("u", 0, coins(0, 0.9)), answered("v", 0, coins(1, 0.5))]))
    assert result.outcome == result.bootstrap_outcome == "undecided"
    assert result.verdict.startswith("undecided, for one seed cannot decide: +")
    assert f"between {signed(100 * result.over_pairs[0])} and" in result.verdict
    assert result.verdict.endswith("over the pairs alone (95%)")
    for interval in (result.over_seeds, result.interval, result.interval_90, result.components):
        assert np.isnan(interval).all()


@pytest.mark.parametrize(
    ("second", "message"),
    [(("v", 1, [1, 0]), "share no seed"), (("v", 0, [1, 0, 1]), "One group has 2 test pairs, the other 3")],
)
def test_what_cannot_be_compared(second, message):
    with pytest.raises(ValueError, match=message):
        compare(*groups([answered("u", 0, [1, 0]), answered(*second)]))


def test_the_comparison_table_says_for_each_pair_what_compare_says():
    three, product = (find_group(load_records("subsets"), blocks=name) for name in ("u, v, |u-v|", "u, v, u*v"))
    shown = comparison_table({"difference less product": (three, product)}, "Points")
    (row,) = shown.cells
    assert row[0] == "difference less product"
    for split, cells in (("test", row[1:3]), ("test-hard", row[3:5])):
        found = compare(three.on(split), product.on(split))
        low, high = (signed(100 * end, 1, plus=False) for end in found.interval)
        assert cells[0] == f"{signed(100 * found.difference, 1)} ({low} to {high})"
        assert cells[1] == found.outcome
    captions = find_group(load_records("captions"), blocks="u, v")
    with pytest.raises(ValueError, match="Ask for the split 'test'"):
        comparison_table({"captions": (captions, captions)})
