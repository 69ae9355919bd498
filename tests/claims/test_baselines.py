"""What "SNLI and its baselines" says of the study's runs on one sentence, on both, and on all four blocks."""

from __future__ import annotations

from functools import cache, partial

from infersent.foundation.recorded import load_record
from infersent.study.comparison import Group, find_group
from infersent.study.records import load_records
from infersent.widgets import HypothesisGame
from infersent.widgets.hypothesis_game import answer
from tests.claims.prose import says

says = partial(says, "snli/baselines")


@cache
def runs(blocks: str) -> Group:
    return find_group(load_records("subsets"), blocks=blocks, head="linear")


ALL_FOUR = "u, v, |u-v|, u*v"


def test_the_premise_alone_is_at_chance() -> None:
    assert abs(runs("u").mean - 1 / 3) < 0.03
    says("the premise alone is at chance on test")


def test_the_hypothesis_alone_gets_most_of_what_an_additive_head_gets() -> None:
    assert 0.58 < runs("v").mean < 0.67
    says("The hypothesis alone gets about 60%")
    assert runs("u, v").mean - runs("v").mean < 0.03
    says("An additive head on both is hardly better than the hypothesis alone.")


def test_the_scale_starts_with_the_additive_head() -> None:
    additive = runs("u, v").mean
    assert additive - 1 / 3 > 0.25
    assert 0.60 < additive < 0.70
    says("**The scale starts in the sixties.**")
    says(f"A model at {additive:.0%} is close to zero, not two thirds of the way.")
    assert 0.04 < runs(ALL_FOUR).mean - additive < 0.15


def test_one_accuracy_is_known_to_half_a_point() -> None:
    additive, pairs = runs("u, v").mean, runs("u, v").correct.shape[1]
    assert round(100 * (additive * (1 - additive) / pairs) ** 0.5, 1) == 0.5
    says("the standard error of one accuracy is half a point")


def test_the_comparison_is_at_work_on_the_hard_pairs() -> None:
    hard, easy = (
        {blocks: runs(blocks).on(split) for blocks in ("v", "u, v", ALL_FOUR)} for split in ("test-hard", "test-easy")
    )
    assert 0.32 < hard["v"].correct.shape[1] / runs("v").correct.shape[1] < 0.34
    says("The *hard* ones, a third, are those that their classifier gets wrong, which never sees a premise")
    assert 0.025 < easy[ALL_FOUR].mean - easy["u, v"].mean < 0.035
    says("On the easy pairs the two blocks that compare gain three points.")
    assert 0.20 < hard[ALL_FOUR].mean - hard["u, v"].mean < 0.25
    says("On the hard ones they gain more than 20.")
    assert hard["v"].mean < hard["u, v"].mean < 1 / 3
    says("That is why $v$ alone is below chance there, and $(u, v)$ repeats most of its errors.")
    v, both = hard["v"].correct, hard["u, v"].correct
    assert (~both & ~v).sum() / (~v).sum() > 0.8


def test_the_game_is_no_sample_of_the_corpus() -> None:
    record = load_record("hypothesis_only")
    right = [
        sum(answer(one) == one["label"] for one in HypothesisGame(deck=deck).rounds)
        for deck in range(len(record["decks"]))
    ]
    says(f"The machine has {right[0]} of the first twelve right, and {right[1]} of the second, where chance has 4.")
    share = record["right"] / record["test_pairs"]
    says(f"SNLI's hypotheses lie in between, at {share:.0%}.")
    assert right[1] / 12 < 1 / 3 < share < right[0] / 12
    says("the first are easier for the machine than the corpus, the second harder")
