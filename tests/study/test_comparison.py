"""Groups of runs and their comparison: the right runs side by side, and the statistics against slow references."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import t

from infersent.study.comparison import compare, find_group, groups, phenomena_table, table
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


def test_a_comparison_agrees_with_slow_references():
    first = [answered("u", seed, coins(seed, 0.8)) for seed in (0, 1, 2)]
    second = [answered("v", seed, coins(100 + seed, 0.7)) for seed in (2, 1, 0, 7)]  # seed 7 has no partner
    a, b = groups(first + second)
    result = compare(a, b, resamples=4000)
    assert result.seeds == (0, 1, 2)
    differences = np.array([coins(seed, 0.8).mean() - coins(100 + seed, 0.7).mean() for seed in (0, 1, 2)])
    assert result.difference == pytest.approx(differences.mean())
    error = differences.std(ddof=1) / 3**0.5
    half = 4.30265 * error
    assert result.over_seeds == pytest.approx((differences.mean() - half, differences.mean() + half), abs=1e-6)
    assert result.p_seeds == pytest.approx(2 * t.sf(abs(differences.mean() / error), 2))
    # The bootstrap's interval is near the normal one of the per-pair differences.
    per_pair = np.mean([coins(s, 0.8).astype(float) - coins(100 + s, 0.7) for s in (0, 1, 2)], axis=0)
    normal = 1.96 * per_pair.std() / len(per_pair) ** 0.5
    assert result.over_pairs == pytest.approx(
        (differences.mean() - normal, differences.mean() + normal), abs=0.15 * normal
    )


def test_mcnemar_counts_the_pairs_that_one_run_alone_gets_right():
    ours = [1] * 9 + [0] * 1 + [1] * 50 + [0] * 4
    theirs = [0] * 9 + [1] * 1 + [1] * 50 + [0] * 4
    (p,) = compare(*groups([answered("u", 0, ours), answered("v", 0, theirs)])).mcnemar
    assert p == pytest.approx(2 * (10 + 1) / 2**10)  # two-sided: 0, 1, 9 or 10 heads of 10


def test_equal_groups_do_not_differ():
    same = [answered(blocks, seed, coins(seed, 0.5)) for blocks in ("u", "v") for seed in (0, 1)]
    result = compare(*groups(same))
    assert (result.difference, result.over_seeds, result.over_pairs) == (0, (0, 0), (0, 0))
    assert result.mcnemar == (1, 1)
    assert np.isnan(result.p_seeds)
    assert "no difference" in result.verdict


@pytest.mark.parametrize(
    ("shares", "verdict"),
    [((0.9, 0.5), "the first is better, by"), ((0.5, 0.9), "the first is worse, by"), ((0.7, 0.7), "no difference")],
)
def test_the_verdict_follows_both_intervals(shares, verdict):
    first, second = (
        [answered(name, seed, coins(10 * i + seed, share, n=2000)) for seed in range(5)]
        for i, (name, share) in enumerate(zip(("u", "v"), shares, strict=True))
    )
    assert compare(*groups(first + second)).verdict.startswith(verdict)


def test_one_seed_is_called_one_seed():
    result = compare(*groups([answered("u", 0, coins(0, 0.9)), answered("v", 0, coins(1, 0.5))]))
    assert "one seed" in result.verdict
    assert np.isnan(result.over_seeds).all()


@pytest.mark.parametrize(
    ("second", "message"),
    [(("v", 1, [1, 0]), "share no seed"), (("v", 0, [1, 0, 1]), "One group has 2 test pairs, the other 3")],
)
def test_what_cannot_be_compared(second, message):
    with pytest.raises(ValueError, match=message):
        compare(*groups([answered("u", 0, [1, 0]), answered(*second)]))
