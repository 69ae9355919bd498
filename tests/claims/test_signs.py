"""What "Signs" says of the recorded signs: the laptop run's, and those of six small runs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, partial
from typing import Any

import pytest

from infersent.data import LABELS
from infersent.foundation.recorded import load_record
from infersent.inside.signs import QUADRANTS, effective_words
from tests.claims import prose
from tools import notebooks

CHAPTER = "features/signs"
says = partial(prose.says, CHAPTER)

STAGES = ("untrained", "trained")


@cache
def runs() -> dict[str, list[dict[str, Any]]]:
    record = load_record("signs")
    small = record["small"]
    return {
        "max, laptop": [record["laptop"]],
        "max, small": small["bilstm-max"],
        "mean, small": small["bilstm-mean"],
    }


def laptop() -> dict[str, Any]:
    return runs()["max, laptop"][0]


def under_max() -> list[dict[str, Any]]:
    return runs()["max, laptop"] + runs()["max, small"]


def under_mean() -> list[dict[str, Any]]:
    return runs()["mean, small"]


def opposed(shares: dict[str, float]) -> float:
    return shares["+-"] + shares["-+"]


def opposite_signs(some: Iterable[dict[str, Any]], stage: str) -> list[float]:
    return [opposed(run[stage]["quadrants"]["all"]) for run in some]


def at_length(stage: str, length: int) -> float:
    by_length = laptop()[stage]["by_length"]
    return by_length["positive"][by_length["length"].index(length)]


def points_lost(run: dict[str, Any], name: str) -> float:
    after = run["knock_out"]
    return 100 * (after["nothing"]["accuracy"] - after[name]["accuracy"])


def between(least: float, most: float, values: Iterable[float], unit: float = 0.01) -> str:
    """Return "between least and most" if these are the values' ends, to the unit that they are written in."""
    values = list(values)
    assert least - unit / 2 <= min(values) < least + unit
    assert most - unit < max(values) <= most + unit / 2
    digits = 1 if unit == 0.1 else 2
    return f"between {least:.{digits}f} and {most:.{digits}f}"


def test_what_was_measured() -> None:
    (size,) = {run["model"]["hidden"] for run in runs()["max, small"] + under_mean()}
    (pairs,) = {run["pairs"] for run in runs()["max, small"] + under_mean()}
    assert {len(some) for some in (runs()["max, small"], under_mean())} == {3}
    says(f"small runs ({size} units per direction, {pairs:,} pairs, three seeds)")
    says("For these seven runs. The paper's model is eight times as wide as the laptop run")
    assert sum(map(len, runs().values())) == 7
    assert 8 * laptop()["model"]["hidden"] == 2048


def test_length_mends_little_before_training() -> None:
    says(f"At twenty words its share is {at_length('untrained', 20):.2f}, where random words gave 0.999.")
    assert at_length("untrained", 20) < 0.9
    says("From four words to twenty, the effective words crawl from two to three.")
    assert [round(effective_words(at_length("untrained", length))) for length in (4, 20)] == [2, 3]


def test_training_lowers_the_share_at_every_length() -> None:
    says("Training *lowers* the share, at every length.")
    before, after = (laptop()[stage]["by_length"] for stage in STAGES)
    assert before["length"] == after["length"]
    assert all(b > a for b, a in zip(before["positive"], after["positive"], strict=True))
    says("Short sentences fall below one effective word.")
    assert all(effective_words(at_length("trained", length)) < 1 for length in (3, 4))
    says("a coordinate of a four-word sentence is negative more often than not")
    assert at_length("trained", 4) < 0.5


def test_under_max_pooling_training_turns_the_coins() -> None:
    says("Before, half of the words' states are positive. After, one in seven or eight is.")
    for run in under_max():
        assert abs(run["untrained"]["word_states"] - 0.5) < 0.04
        assert 0.12 < run["trained"]["word_states"] < 0.15
    assert {round(1 / run["trained"]["word_states"]) for run in under_max()} == {7, 8}
    says("With the mean, it stays at a half.")
    for run in under_mean():
        assert abs(run["trained"]["word_states"] - 0.5) < 0.06
        assert abs(run["trained"]["positive"] - 0.5) < 0.06


def test_the_pooled_coordinates_follow_part_of_the_way() -> None:
    says("About four in five were positive, now it is about six in ten.")
    for run in under_max():
        assert abs(run["untrained"]["positive"] - 0.8) < 0.05
        assert 0.59 < run["trained"]["positive"] < 0.65


def test_opposite_signs_more_than_double() -> None:
    before, after = (opposite_signs(under_max(), stage) for stage in STAGES)
    says(f"from {between(0.12, 0.16, before)} to {between(0.29, 0.32, after)}")
    says("**Opposite signs more than double**")
    assert all(0.12 < share < 0.16 for share in before)
    assert all(a > 2 * b for a, b in zip(after, before, strict=True))


def test_the_pooling_hardly_matters_for_the_result() -> None:
    before, after = (opposite_signs(under_mean(), stage) for stage in STAGES)
    says(f"With the mean, opposite signs start {between(0.10, 0.13, before)}")
    assert all(0.10 < share < 0.13 for share in before)
    says("They end near 0.30, as with the maximum.")
    everything = [*after, *opposite_signs(under_max(), "trained")]
    assert all(0.29 < share < 0.325 for share in everything)
    says("In the trained models it happens in three coordinates of ten")
    assert {round(10 * share) for share in everything} == {3}
    says("seed by seed, the small runs have a few more")
    for stage in STAGES:
        of_max, of_mean = (opposite_signs(some, stage) for some in (runs()["max, small"], under_mean()))
        assert all(one > other for one, other in zip(of_max, of_mean, strict=True))


def test_the_captions_of_the_products_chapter_have_fewer() -> None:
    says("had fewer, about a fifth: another corpus, another model.")
    sources = (cell.source for cell in notebooks.read(prose.BOOK / "features/product.ipynb").cells)
    (bounds,) = (
        found for source in sources if (found := re.search(r"(0\.\d+) < \(u \* v < 0\)\.mean\(\) < (0\.\d+)", source))
    )
    least, most = map(float, bounds.groups())
    assert least < 1 / 5 < most < min(opposite_signs([*under_max(), *under_mean()], "trained"))


def test_contradictions_have_more_of_them_but_not_many() -> None:
    says("They do have more, in the order that the folklore wants, and in all seven runs.")
    for some in runs().values():
        for run in some:
            for stage in STAGES:
                of = [opposed(run[stage]["quadrants"][label]) for label in LABELS]
                assert of[0] < of[1] < of[2] < of[0] + 0.06


def test_how_weak_a_flag_they_are() -> None:
    often = {
        name: {stage: [run[stage]["more_opposite"] for run in some] for stage in STAGES}
        for name, some in runs().items()
    }
    (before,), (after,) = (often["max, laptop"][stage] for stage in STAGES)
    says(f"The trained laptop run has {after:.2f}, and the *untrained* one has {before:.2f} already.")
    assert 0.615 < after < 0.625
    small = [*often["max, small"]["untrained"], *often["mean, small"]["untrained"]]
    low, high = sorted({f"{share:.2f}" for share in small})
    says(
        f"The small runs go from {low} or {high} to {between(0.61, 0.63, often['max, small']['trained'])}, "
        "with the mean to 0.67."
    )
    assert all(0.605 < share < 0.635 for share in often["max, small"]["trained"])
    assert all(0.67 < share < 0.675 for share in often["mean, small"]["trained"])
    says("in every run more than half of what it says was there before the model learned anything")
    for of in often.values():
        for before, after in zip(of["untrained"], of["trained"], strict=True):
            assert 0.57 < before < 0.6 < after < 0.68
            assert before - 0.5 > (after - 0.5) / 2


def test_opposite_signs_hold_little_of_the_product() -> None:
    of_max, of_mean = ([opposed(run["trained"]["mass"]) for run in some] for some in (under_max(), under_mean()))
    says(f"it holds between {100 * min(of_max):.0f} and {100 * max(of_max):.0f}% of the product's size")
    assert all(0.08 < share < 0.135 for share in of_max)
    assert 0.08 < opposed(laptop()["trained"]["mass"]) < 0.1
    says("with the mean, where the first is missing, opposite signs hold about a tenth of the product, too")
    assert all(0.09 < share < 0.12 for share in of_mean)


def test_the_figure_of_the_quadrants() -> None:
    (cell,) = (
        cell
        for cell in notebooks.read(prose.BOOK / f"{CHAPTER}.ipynb").cells
        if cell.metadata.get("mystnb", {}).get("figure", {}).get("name") == "fig-sgn-mass"
    )
    shares, mass = laptop()["trained"]["quadrants"]["all"], laptop()["trained"]["mass"]
    both, *others = ((f"{100 * shares[name]:.0f}", f"{100 * mass[name]:.0f}") for name in QUADRANTS)
    names = ("u positive and v negative", "u negative and v positive", "Both negative")
    alt = f"Both positive: {both[0]} percent of the coordinates, {both[1]} percent of the product. " + ". ".join(
        f"{name}: {count} and {size}" for name, (count, size) in zip(names, others, strict=True)
    )
    assert alt in cell.metadata["mystnb"]["image"]["alt"]
    assert (
        "Three coordinates in ten have opposite signs, and hold less than a tenth"
        in (cell.metadata["mystnb"]["figure"]["caption"])
    )
    says("| + | − | negative, small | the premise has, the hypothesis has not | frequent, hardly used |")
    says("| rarer (premises are longer), hardly used |")
    assert shares["+-"] > 2 * shares["-+"]


def test_what_the_classifier_loses_without_them() -> None:
    after = laptop()["knock_out"]
    lost = points_lost(laptop(), "opposite")
    says(f"the laptop run answers fewer than one pair in a hundred differently and loses {lost:.1f} points")
    assert 0.008 < after["opposite"]["changed"] < 0.01
    assert lost < 0.1
    says("it changes about one answer in eight and loses almost four points")
    assert 0.115 < after["++"]["changed"] < 0.135
    assert 3.7 < points_lost(laptop(), "++") < 4
    says("in all four runs this costs what it costs to drop the product altogether, within a quarter of a point")
    assert len(under_max()) == 4
    for run in under_max():
        assert points_lost(run, "++") > 1.8
        assert abs(points_lost(run, "++") - points_lost(run, "all")) < 0.25
        assert abs(points_lost(run, "opposite")) < 0.2
        assert abs(points_lost(run, "--")) < 0.2


def test_what_the_mean_loses() -> None:
    like = [points_lost(run, name) for run in under_mean() for name in ("++", "--")]
    says(f"the runs lose {between(0.6, 1.7, like, unit=0.1)} points without either quadrant of like signs")
    assert all(0.6 < lost < 1.7 for lost in like)
    says("and a quarter of a point at most without the opposite ones")
    assert all(-0.05 < points_lost(run, "opposite") < 0.25 for run in under_mean())


@pytest.mark.parametrize("stage", STAGES)
def test_two_sentences_mostly_agree(stage: str) -> None:
    both = laptop()[stage]["quadrants"]["all"]
    p_u, p_v = both["++"] + both["+-"], both["++"] + both["-+"]
    says("In the record the shares for premise and hypothesis differ")
    assert p_u > p_v + 0.01
    assert opposed(both) < p_u * (1 - p_v) + p_v * (1 - p_u) - 0.1
