"""The study of the subsets in small, and the widget that shows it: the right numbers, the same rule, the same words."""

import json
import re
from itertools import combinations, product

import numpy as np
import pytest
import traitlets
from scipy.stats import t

from infersent.foundation.recorded import FOLDER
from infersent.model.features import BLOCKS
from infersent.release.records import write_ablation
from infersent.study.comparison import compare, find_group
from infersent.study.grid import read_grid
from infersent.study.records import load_records
from infersent.study.subsets import SUBSET_GRIDS, SUBSETS, Summary, load_ablation, summarise
from infersent.widgets import AblationExplorer
from tests.toy import toy_record

PAIRS, SEEDS = 300, (0, 1, 2)
NOT_SHIPPED = pytest.mark.skipif(
    not (FOLDER / "ablation.json").exists(),
    reason="recorded/ablation.json is not written yet: write_ablation() makes it of the records",
)


def made_up(blocks, seed):
    """A run whose accuracy grows with the blocks, on pairs of which some are harder for all."""
    rng, hard = np.random.default_rng([len(blocks), seed]), np.random.default_rng(7).normal(size=PAIRS)
    skill = 0.3 * len(blocks.split(", ")) + 0.4 * ("|u-v|" in blocks) + 0.38 * ("u*v" in blocks)
    correct = hard + rng.normal(size=PAIRS) < skill
    return toy_record(blocks=blocks, seed=seed, test=correct)


@pytest.fixture(scope="module")
def records():
    return [made_up(blocks, seed) for blocks in SUBSETS for seed in SEEDS]


@pytest.fixture(scope="module")
def studies(records):
    return {"subsets": {"name": "SNLI", **summarise(records, resamples=300).to_json()}}


def split(blocks):
    return blocks.split(", ")


def numbers(text):
    return [float(number) for number in re.findall(r"-?\d+\.\d", text.replace("−", "-"))]


# The summary


@pytest.mark.parametrize("name", SUBSET_GRIDS)
def test_the_subsets_are_those_of_the_studies(name):
    assert {", ".join(trial.model.blocks) for trial in read_grid(name)} == set(SUBSETS)
    assert len(SUBSETS) == 15


def test_a_subset_has_its_runs_and_their_interval(records, studies):
    assert studies["subsets"]["pairs"] == PAIRS
    assert studies["subsets"]["seeds"] == list(SEEDS)
    for name, subset in zip(SUBSETS, studies["subsets"]["subsets"], strict=True):
        expected = np.array([item.test.accuracy for item in records if str(item.trial.model.blocks) == name])
        half = t.ppf(0.975, 2) * expected.std(ddof=1) / 3**0.5
        assert subset["blocks"] == name
        assert subset["accuracies"] == pytest.approx(expected)
        assert [subset[end] for end in ("mean", "low", "high")] == pytest.approx(
            [expected.mean(), expected.mean() - half, expected.mean() + half], abs=1e-6
        )


def test_a_summary_is_read_and_written_unchanged(studies):
    value = {name: part for name, part in studies["subsets"].items() if name != "name"}
    assert Summary.from_json(studies["subsets"]).to_json() == value


def test_every_two_subsets_are_compared(records, studies):
    rows = studies["subsets"]["comparisons"]
    assert [len(row) for row in rows] == list(range(15))
    for i, j in [(1, 0), (14, 0), (14, 13), (9, 4), (12, 10)]:
        found = compare(*(find_group(records, blocks=SUBSETS[k]) for k in (i, j)), resamples=300)
        expected = [found.difference, *found.interval, *found.interval_90]
        assert rows[i][j] == pytest.approx(expected, abs=1e-6)


def test_a_comparison_turned_round_has_the_opposite_numbers(records):
    """Which is why the record holds every pair once."""
    a, b = (find_group(records, blocks=name) for name in ("u, v", "u, v, u*v"))
    ours, theirs = compare(a, b, resamples=300), compare(b, a, resamples=300)
    assert ours.outcome == theirs.outcome
    for one, other in ((ours.interval, theirs.interval), (ours.interval_90, theirs.interval_90)):
        assert one == pytest.approx((-other[1], -other[0]), abs=1e-12)


def test_an_unfinished_study_is_refused(records):
    with pytest.raises(ValueError, match=r"No group has blocks='u, v'"):
        summarise([item for item in records if str(item.trial.model.blocks) != "u, v"])
    with pytest.raises(ValueError, match=r"\(v, u\*v\) has the seeds \[0, 1\], \(u\) has \[0, 1, 2\]"):
        summarise([r for r in records if r.trial.training.seed < 2 or str(r.trial.model.blocks) != "v, u*v"])
    with pytest.raises(ValueError, match=r"One seed, \[0\], has no interval"):
        summarise([item for item in records if item.trial.training.seed == 0])


def test_what_is_written_is_read_again(records, studies, tmp_path, monkeypatch):
    monkeypatch.setattr("infersent.release.records.load_records", {"captions": records}.__getitem__)
    monkeypatch.setattr("infersent.release.records.summarise", lambda records: summarise(records, resamples=300))
    path = tmp_path / "ablation.json"
    record = write_ablation(path, ["captions"])
    assert json.loads(path.read_text()) == record
    assert record["studies"] == {"captions": studies["subsets"] | {"name": "Captions"}}
    lines = path.read_text().splitlines()
    assert sum(bool(re.fullmatch(r" +\[(-?[\d.e-]+(, )?){5}\],?", line)) for line in lines) == 105
    assert max(map(len, lines)) < 120


@NOT_SHIPPED
@pytest.mark.parametrize("name", SUBSET_GRIDS)
def test_the_shipped_summary_is_that_of_the_records(name):
    shipped, measured = load_ablation()[name], load_records(name)
    assert [subset["blocks"] for subset in shipped["subsets"]] == list(SUBSETS)
    for i, j in [(4, 1), (11, 4), (14, 10)]:
        a, b = (find_group(measured, blocks=SUBSETS[k]) for k in (i, j))
        found, row = compare(a, b), shipped["comparisons"][i][j]
        assert row[0] == pytest.approx(found.difference, abs=1e-6)
        # Another numpy may draw other samples.
        assert row[1:] == pytest.approx([*found.interval, *found.interval_90], abs=5e-4)
        subset = shipped["subsets"][i]
        assert subset["accuracies"] == pytest.approx(a.accuracies, abs=1e-6)
        assert (subset["mean"], subset["low"], subset["high"]) == pytest.approx((a.mean, *a.interval), abs=1e-6)
    assert (shipped["pairs"], shipped["margin"]) == (a.correct.shape[1], found.margin)


@NOT_SHIPPED
def test_the_shipped_summary_is_small():
    assert set(load_ablation()) == set(SUBSET_GRIDS)
    assert len(AblationExplorer().static_html()) < 50_000


# The widget


def test_the_difference_is_second_less_first(records, studies):
    for a, b in [("u", "v"), ("v", "u"), ("u, v, |u-v|, u*v", "u, v"), ("u*v", "|u-v|")]:
        explorer = AblationExplorer(first=split(a), second=split(b), studies=studies)
        found = compare(*(find_group(records, blocks=name) for name in (b, a)), resamples=300)
        difference = explorer.difference()
        assert difference.mean == pytest.approx(found.difference, abs=1e-6)
        assert difference.interval == pytest.approx(found.interval, abs=1e-6)
        assert difference.interval_90 == pytest.approx(found.interval_90, abs=1e-6)
        assert difference.outcome == found.outcome
        assert [subset.blocks for subset in explorer.subsets()] == [a, b]


def with_margin(studies, margin):
    return {"subsets": studies["subsets"] | {"margin": margin}}


@pytest.mark.parametrize("margin", [0.005, 0.08])
def test_the_verdict_is_that_of_the_study(records, studies, margin):
    """The rule and the number are those of ``Comparison``, for every two subsets, in both orders."""
    seen = set()
    groups = {name: find_group(records, blocks=name) for name in SUBSETS}
    for a, b in combinations(SUBSETS, 2):
        found = compare(groups[b], groups[a], resamples=300, margin=margin)
        explorer, turned = (
            AblationExplorer(first=split(x), second=split(y), studies=with_margin(studies, margin))
            for x, y in ((a, b), (b, a))
        )
        headline, sentence = explorer.verdict()
        assert turned.difference().outcome == explorer.difference().outcome == found.outcome
        if found.outcome == "differs":
            better = found.difference > 0
            assert headline.startswith("B is better" if better else "B is worse")
            assert turned.verdict()[0].startswith("B is worse" if better else "B is better")
            assert numbers(headline) == pytest.approx([100 * abs(found.difference)], abs=0.0501)
        else:
            words = {"undecided": "Undecided.", "equivalent": f"Equivalent within ±{100 * margin:.1f} points."}
            assert headline == words[found.outcome]
        ends = 100 * np.array([found.difference, *found.interval, *found.interval_90, margin])
        assert numbers(sentence)[2:] == pytest.approx(ends, abs=0.0501)
        outside = found.interval[0] > 0 or found.interval[1] < 0
        assert f"zero lies {'outside' if outside else 'inside'}." in sentence
        seen.add(found.outcome)
    assert seen == {"differs", "undecided", "equivalent"}


def test_a_reader_is_told_that_the_comparisons_are_many(studies):
    rows = [row for rows in studies["subsets"]["comparisons"] for row in rows]
    apart = sum(low > 0 or high < 0 for _, low, high, *_ in rows)
    assert 0 < apart < 105
    expected = (
        f"{apart} of the 105 pairs of subsets look different at 5%; were no two different, about 5 would by chance."
    )
    explorer = AblationExplorer(studies=studies)
    assert explorer.many() == expected
    assert expected in explorer.fallback_html()


def test_the_same_subset_twice(studies):
    explorer = AblationExplorer(first=["u"], second=["u"], studies=studies)
    assert explorer.difference().mean == explorer.difference().sign == 0
    assert explorer.verdict()[0] == "A and B are the same subset."


def with_difference(studies, *row):
    """The summary with other numbers for v less u."""
    comparisons = [[], [list(row)], *studies["subsets"]["comparisons"][2:]]
    return {"subsets": studies["subsets"] | {"comparisons": comparisons}}


WITHIN = "Equivalent within ±0.5 points."


@pytest.mark.parametrize(
    ("row", "headline", "zero", "reach"),
    [
        # a tie, rounded as in the page
        ((0.0125, 0.001, 0.02, 0.002, 0.02), "B is better, by 1.3 points.", "outside", "reaches beyond"),
        ((-0.02, -0.03, -0.01, -0.025, -0.015), "B is worse, by 2.0 points.", "outside", "reaches beyond"),
        ((0.01, -0.001, 0.02, 0.002, 0.02), "Undecided.", "inside", "reaches beyond"),
        ((0.01, 0.0, 0.02, 0.002, 0.02), "Undecided.", "inside", "reaches beyond"),
        ((0.001, -0.002, 0.006, -0.001, 0.0049), WITHIN, "inside", "lies within"),
        ((0.003, 0.001, 0.006, 0.002, 0.0049), WITHIN, "outside", "lies within"),
        ((0.003, 0.001, 0.006, 0.002, 0.005), "B is better, by 0.3 points.", "outside", "reaches beyond"),
    ],
)
def test_equivalence_comes_first_then_a_difference(studies, row, headline, zero, reach):
    explorer = AblationExplorer(first=["u"], second=["v"], studies=with_difference(studies, *row))
    assert explorer.verdict()[0] == headline
    assert f"(95%): zero lies {zero}. The 90% interval, " in explorer.verdict()[1]
    assert explorer.verdict()[1].endswith(f"{reach} ±0.5.")


def test_numbers_have_a_true_minus_and_no_negative_zero(studies):
    explorer = AblationExplorer(
        first=["u"], second=["v"], studies=with_difference(studies, 0.01, -0.0004, 0.02, -0.02, 0.03)
    )
    assert "between 0.0 and 2.0 (95%): zero lies inside. The 90% interval, −2.0 to 3.0," in explorer.verdict()[1]
    assert "-0.0" not in explorer.fallback_html()
    assert "−0.0" not in explorer.fallback_html()


@pytest.mark.parametrize("name", ["first", "second"])
@pytest.mark.parametrize("blocks", [[], ["w"], ["u", "u"], ["u", "min(u,v)"]])
def test_blocks_that_are_no_subset_are_refused(studies, name, blocks):
    message = rf"{name}={re.escape(repr(blocks))} must name blocks of \['u', 'v', .*at least one, each once"
    with pytest.raises(traitlets.TraitError, match=message):
        AblationExplorer(**{name: blocks}, studies=studies)


def test_a_study_that_is_not_recorded_is_refused(studies):
    with pytest.raises(traitlets.TraitError, match=r"study='captions' is not recorded; known: \['subsets'\]"):
        AblationExplorer(study="captions", studies=studies)


def test_blocks_are_kept_in_the_order_of_the_head(studies):
    explorer = AblationExplorer(first=("u*v", "u"), studies=studies)
    assert explorer.first == ["u", "u*v"]
    assert explorer.second == list(BLOCKS)
    assert repr(explorer) == (
        "AblationExplorer(first=['u', 'u*v'], second=['u', 'v', '|u-v|', 'u*v'], study='subsets')"
    )


def test_the_fallback_shows_the_numbers(studies):
    for a, b in product(SUBSETS[:6], SUBSETS[9:]):
        explorer = AblationExplorer(first=split(a), second=split(b), studies=studies)
        (left, right), difference = explorer.subsets(), explorer.difference()
        cells = re.findall(r"<td>(.*?)</td>", explorer.fallback_html())
        expected = [left.mean, left.low, left.high, right.mean, right.low, right.high]
        expected += [difference.mean, *difference.interval]
        assert numbers(" ".join(cells)) == pytest.approx([100 * number for number in expected], abs=0.0501)
        assert explorer.verdict()[0] in explorer.fallback_html()
