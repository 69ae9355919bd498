"""The knife's Python side: the twin's numbers are the records', and a cut is counted pair by pair."""

import re

import numpy as np
import pytest
import traitlets

from infersent.foundation.recorded import load_record
from infersent.widgets import BlockKnife


@pytest.fixture(scope="module")
def knife():
    return BlockKnife()


def test_the_twin_has_the_recorded_interventions(knife):
    record = load_record("evidence")
    rows = re.findall(r"<tr><th scope=\"row\">(.*?)</th>(.*?)</tr>", knife.fallback_html())
    assert [name for name, _ in rows] == ["u", "v", "|u−v|", "u∗v"]
    refits = {tuple(one["blocks"]): one["refitted"] for one in record["without"]}
    for (_, cells), name in zip(rows, record["dropped"], strict=True):
        zeros, _, another, refitted = re.findall(r"<td>(.*?)</td>", cells)
        kept = tuple(other for other in record["dropped"] if other != name)
        shares = (record["dropped"][name], record["permuted"][name], refits[kept])
        assert [zeros, another, refitted] == [f"{share:.1%}" for share in shares]
    assert f"right on {record['accuracy']:.1%} of 9,824 pairs" in knife.fallback_html()


def test_a_cut_is_counted_pair_by_pair(knife):
    labels = knife.parts.labels
    cut = knife.cut({"u": 0.0, "v": 1.4}, "mean")
    now, before = knife.parts.answers({"u": 0.0, "v": 1.4}, "mean"), knife.parts.answers()
    assert cut.right == (now == labels).sum() == np.trace(cut.answers)
    assert np.sum(cut.answers, axis=1).tolist() == np.bincount(labels).tolist()
    assert np.sum(cut.answers, axis=0).tolist() == np.bincount(now).tolist()
    assert cut.less == pytest.approx((before == labels).mean() - (now == labels).mean())
    assert cut.less_interval[0] < cut.less < cut.less_interval[1]
    rng = np.random.default_rng(0)
    lost = (before == labels).astype(float) - (now == labels)
    resampled = [lost[rng.integers(0, len(lost), len(lost))].mean() for _ in range(400)]
    assert np.percentile(resampled, [2.5, 97.5]) == pytest.approx(cut.less_interval, abs=0.002)
    assert cut.interval[0] < cut.right / len(labels) < cut.interval[1]


def test_a_dot_hides_the_interval_of_an_accuracy(knife):
    for scales in ({}, {"u": 0.0}, {"|u-v|": 0.0}, dict.fromkeys(knife.parts.blocks, 0.0)):
        low, high = knife.cut(scales).interval
        assert high - low < 0.02  # the picture's dot is three points high


def test_a_head_was_fitted_again_for_what_is_gone_as_a_whole(knife):
    kept = {tuple(one["blocks"]): one["refitted"] for one in load_record("evidence")["without"]}
    assert knife.cut({"u": 0.0, "v": 0.0}).refitted == kept["|u-v|", "u*v"]
    assert knife.cut({}).refitted == kept["u", "v", "|u-v|", "u*v"]
    assert knife.cut({"u": 0.1}).refitted is None
    assert knife.cut({"u": 0.0, "|u-v|": 0.0}).refitted is None  # that one is not in the record


def test_the_set_intervention_is_the_one_that_is_cut():
    knife = BlockKnife({"u*v": 0.0}, fill="another")
    assert knife.cut() == knife.cut({"u*v": 0.0}, "another")
    assert knife.cut().right == 7478
    assert repr(knife) == "BlockKnife(u ×1, v ×1, |u-v| ×1, u*v ×0; another: 7478 of 9824 right)"


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"scales": {"w": 1.0}}, "no block 'w'; there are u, v"),
        ({"scales": {"u": 2.5}}, "scales has 2.5 for 'u'; it goes from 0 to 2"),
        ({"fill": "noise"}, "fill='noise' is none of 'zeros', 'mean', 'another'"),
    ],
)
def test_what_the_knife_cannot_do_is_refused(setting, message):
    with pytest.raises(traitlets.TraitError, match=re.escape(message)):
        BlockKnife(**setting)
