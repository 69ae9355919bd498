"""What "How far it holds" says of the study: other heads, fewer more pairs, speed, calibration, widths."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, partial

import numpy as np
import pytest
import torch

from infersent.data import snli
from infersent.foundation.recorded import load_record
from infersent.model.heads import build_head
from infersent.study.calibration import calibrate
from infersent.study.comparison import Comparison, Group, groups
from infersent.study.records import unfinished_records
from infersent.study.speed import pairs_to_reach
from infersent.study.trend import Trend, trend
from tests.claims import prose
from tests.claims.study import (
    BOTH,
    FOUR,
    PRODUCT,
    SETS,
    TRIPLE,
    WORDS,
    compare,
    ends,
    gain,
    group,
    is_better,
    points,
    records,
    shown,
    zero_inside,
)

says = partial(prose.says, "snli/how-far-it-holds")

HEADS = ("linear", "stacked-linear", "mlp")
SIZES = (5_000, 10_000, 20_000, 40_000, 80_000, None)


def in_order(of: Mapping[str, Group]) -> bool:
    """Return whether (u, v) is last, then the set with the product, then the two with the difference."""
    additive, product, *having = (of[blocks].mean for blocks in SETS)
    return additive < product < min(having)


# Another head.


@cache
def by_head(head: str, split: str = "test") -> dict[str, Group]:
    return {blocks: group(blocks, "subsets+heads", split, head=head) for blocks in SETS}


def over_linear(head: str, split: str) -> list[Comparison]:
    """Return what a head is ahead of the linear one, by the sets, on the seeds that both have."""
    return [compare(by_head(head, split)[blocks], by_head("linear", split)[blocks]) for blocks in SETS]


def test_what_was_run_with_other_heads() -> None:
    rates = {
        head: {record.trial.training.learning_rate for one in by_head(head).values() for record in one.records}
        for head in HEADS
    }
    (linear,), (stack,), (mlp,) = rates.values()
    assert stack == mlp == linear / 2
    (seeds,) = {len(one.seeds) for head in HEADS[1:] for one in by_head(head).values()}
    says(
        f"the learning rate that dev chose for it: {stack}, half of the linear head's. "
        f"{WORDS[seeds].capitalize()} seeds each."
    )
    (epochs,) = {record.trial.training.epochs for record in by_head("mlp")[FOUR].records}
    says(f"In {WORDS[epochs]} epochs, at a rate chosen with all four blocks")


@pytest.mark.parametrize("head", HEADS)
def test_the_order_under_every_head(head: str) -> None:
    assert in_order(by_head(head))
    says("**Under all three heads $(u,v)$ comes last, then $(u,v,u*v)$, then the two with the difference.**")
    assert is_better(compare(by_head(head)[TRIPLE], by_head(head)[PRODUCT]))


def test_the_two_with_the_difference_change_places() -> None:
    ahead = [by_head(head)[FOUR].mean > by_head(head)[TRIPLE].mean for head in HEADS]
    assert ahead[0]
    assert not all(ahead)
    says("These two change places.")


def test_how_well_three_seeds_know_the_products_worth() -> None:
    found = [compare(by_head(head)[FOUR], by_head(head)[TRIPLE]) for head in HEADS[1:]]
    assert {one.outcome for one in found} == {"undecided"}
    about = {round(abs(100 * end)) for one in found for end in one.interval}
    assert about <= {1, 2, 3}
    mean = round(float(np.mean([abs(100 * end) for one in found for end in one.interval])))
    says(f"three seeds leave open under the stack and the MLP, by about {WORDS[mean]} points either way")


def test_the_mlp() -> None:
    test, hard = over_linear("mlp", "test"), over_linear("mlp", "test-hard")
    assert {one.outcome for one in test} == {"undecided"}
    assert {one.outcome for one in hard} == {"differs"}
    says(
        f"**An MLP on $(u,v)$ gains nothing on test that three seeds can tell, and {shown(hard[0])} points on "
        "SNLI-hard.**"
    )
    assert test[0].difference < 0 < hard[0].difference
    first = [gain("u*v", PRODUCT, split="test-hard"), gain("|u-v|", TRIPLE, split="test-hard")]
    low, high = (f"{100 * one.difference:.0f}" for one in first)
    says(f"an interaction block gives the linear head {low} or {high} points there")
    low, high = (WORDS[round(100 * pick(one.difference for one in hard[1:]))] for pick in (min, max))
    says(
        f"**With an interaction block, too, the MLP's advantage lies on the hard pairs:** {low} to {high} points, "
        "and that counts. On test it is less than a point and undecided."
    )
    assert all(0 < one.difference < 0.01 for one in test[1:])
    says("An MLP gains on the pairs that a hypothesis alone does not answer")
    assert by_head("mlp", "test-hard")["u, v"].mean < by_head("linear", "test-hard")[PRODUCT].mean - 0.1
    says("does not make up for a missing interaction block")


def test_the_stack_cannot_be_told_from_the_linear_head() -> None:
    assert {one.outcome for one in over_linear("stacked-linear", "test")} == {"undecided"}
    assert all(zero_inside(one.interval) for one in over_linear("stacked-linear", "test"))
    says("**The stack cannot be told from the linear head on test.**")
    says("At a rate that suits each, no advantage is left that we can measure on test.")


def test_the_paths_through_the_stack() -> None:
    first, second, _ = (
        layer.out_features
        for layer in build_head("stacked-linear", 512).modules()
        if isinstance(layer, torch.nn.Linear)
    )
    assert 200_000 < first * second < 1_000_000
    says("each entry of $W$ is a sum over hundreds of thousands of paths")


def test_longer_steps_of_the_head_bring_back_most_of_the_gap() -> None:
    linear, stack = (group(FOUR, "budget", "dev", head=head, learning_rate=1e-3).mean for head in HEADS[:2])
    four, eight = (group(FOUR, "head-rate", "dev", head_rate=factor).mean for factor in (4.0, 8.0))
    gap = stack - linear
    ahead = WORDS[int(100 * gap)]
    says(f"at a learning rate of 0.001 it was more than {ahead} points ahead on dev")
    assert eight - linear > 0.75 * gap > 0.02
    assert four - linear > 0.6 * gap
    says("Longer steps of the head bring back most of the gap")
    assert 0.4 < 100 * (stack - eight) < 0.65
    says("The rest, about half a point, may be the seed.")


# With fewer pairs, and with more.


@cache
def at_size(size: int | None, blocks: str, split: str = "test") -> Group:
    return group(blocks, "learning", split, pairs=size)


def every() -> int:
    return at_size(None, FOUR).records[0].data.pairs


def test_what_was_run_at_each_size() -> None:
    (seeds,) = {len(one.seeds) for one in groups(records("learning"))}
    says(f"So: the {WORDS[len(SETS)]} sets, from {SIZES[0]:,} pairs to all {every():,}, {WORDS[seeds]} seeds each.")
    epochs = [at_size(size, FOUR).records[0].trial.training.epochs for size in SIZES]
    assert sorted(epochs, reverse=True) == epochs
    says(f"Fewer pairs get more epochs, from {WORDS[epochs[0]]} down to {WORDS[epochs[-1]]}.")
    (rate,) = {record.trial.training.learning_rate for record in records("learning")}
    for record in records("learning"):
        training = record.trial.training
        assert 0.17 < training.decay ** (training.epochs - 1) < 0.25
    says(f"Every run begins at a learning rate of {rate} and ends at about a fifth of it.")
    (pairs,) = {record.data.pairs for record in records("budget")}
    says(f"That rate was chosen at {pairs:,} pairs and not again for each size.")


def test_the_order_at_every_size() -> None:
    assert all(in_order({blocks: at_size(size, blocks) for blocks in SETS}) for size in SIZES)
    says(
        "**$(u,v)$ comes last everywhere, then $(u,v,u*v)$, then the two sets with the difference; the difference's "
        "lead over the product shrinks with longer training, and on the whole test set with more pairs, too.**"
    )
    says(f"from {SIZES[0]:,} to {every():,} pairs, from 64 to 2,048 units per direction, and under three heads")


def test_the_figure_of_the_sizes() -> None:
    low, high = ({blocks: 100 * at_size(size, blocks).mean for blocks in SETS} for size in (5_000, None))
    says(
        f"The lowest, (u, v), goes from {low['u, v']:.0f} to {high['u, v']:.0f} percent and flattens; (u, v, product) "
        f"from {low[PRODUCT]:.0f} to {high[PRODUCT]:.0f}; (u, v, difference) and all four from {low[TRIPLE]:.0f} to "
        f"{high[TRIPLE]:.0f} or {high[FOUR]:.0f}, one on the other."
    )
    assert {f"{low[blocks]:.0f}" for blocks in (TRIPLE, FOUR)} == {"63"}
    assert all(abs(points(at_size(size, FOUR), at_size(size, TRIPLE))) < 1 for size in SIZES)
    says("The two upper curves lie nearly on each other throughout.")


def test_the_gain_grows_with_the_pairs() -> None:
    grown = {}
    for block, blocks in (("|u-v|", TRIPLE), ("u*v", PRODUCT)):
        found = [gain(block, blocks, "learning", pairs=size) for size in SIZES]
        assert [one.difference for one in found] == sorted(one.difference for one in found)
        assert all(is_better(one) for one in found)
        grown[block] = (shown(found[0]), shown(found[-1]))
    (few, many), (product_few, product_many) = grown["|u-v|"], grown["u*v"]
    says("- **The gain does not melt. It grows.**")
    says(
        f"Beside $u$ and $v$ the difference buys {few} points with {SIZES[0]:,} pairs and {many} with all; "
        f"the product {product_few} and {product_many}."
    )
    says("More pairs make the first interaction block worth more, not less.")


def pairs_for(accuracy: float, blocks: str) -> float:
    """Return how many pairs give this accuracy, between the sizes on a log scale."""
    means = [at_size(size, blocks).mean for size in SIZES]
    return float(np.exp(np.interp(accuracy, means, np.log([size or every() for size in SIZES]))))


def test_counted_in_pairs() -> None:
    needed = {blocks: pairs_for(at_size(None, "u, v").mean, blocks) for blocks in (TRIPLE, PRODUCT)}
    parts = {9: "ninth", 15: "fifteenth"}
    share = {blocks: parts[round(every() / pairs)] for blocks, pairs in needed.items()}
    says(
        f"What $(u, v)$ gets from all {every():,} pairs, $(u, v, |u-v|)$ gets from about a {share[TRIPLE]} of them, "
        f"and $(u, v, u*v)$ from about a {share[PRODUCT]}"
    )


@cache
def lead(first: str, second: str, split: str) -> Trend:
    return trend(
        *({size or every(): at_size(size, blocks, split) for size in SIZES} for blocks in (first, second)),
    )


def test_the_lead_over_the_product_shrinks_on_test() -> None:
    found = lead(TRIPLE, PRODUCT, "test")
    slope, there = found.per_doubling, found.at(snli.SIZES["train"])
    first, last = (100 * found.leads[place] for place in (0, -1))
    low, high = -100 * slope.interval[1], -100 * slope.interval[0]
    assert 0 < low < 0.05
    says(
        f"**The difference's lead over the product shrinks on test**, from {first:.1f} points to {last:.1f}, by "
        f"{-100 * slope.value:.1f} with each doubling ({low:.1f} to {high:.1f}: zero is just outside)."
    )
    says(f"Drawn on to all of SNLI it would be between {ends(there.interval, plus=False)} points.")
    says(
        f"The lower one, test, falls from {first:.1f} to {last:.1f} points; its dashed line reaches "
        f"{100 * there.value:.1f} at {snli.SIZES['train'] // 1000} thousand pairs, with a bar from "
        f"{ends(there.interval, word='to', plus=False)}."
    )


def test_the_lead_over_the_product_does_not_shrink_on_hard() -> None:
    found = lead(TRIPLE, PRODUCT, "test-hard")
    slope, there = found.per_doubling, found.at(snli.SIZES["train"])
    low, high = (WORDS[round(100 * end)] for end in (min(found.leads), max(found.leads)))
    assert zero_inside(slope.interval)
    says(
        f"**On SNLI-hard no shrinking shows** ({{numref}}`fig-buys-lead`): {low} to {high} points at every size, and "
        f"{100 * slope.value:.1f} more with each doubling ({ends(slope.interval, word='to')})."
    )
    says(f"its line ends at {100 * there.value:.1f}, with a bar from {ends(there.interval, word='to', plus=False)}.")
    says("The upper one, SNLI-hard, lies between 5 and 7 points;")
    says(
        "The difference's lead over the product shrinks on test as the pairs become more; on SNLI-hard we see no "
        "shrinking."
    )
    assert all(0.05 < one < 0.07 for one in found.leads)
    for size in SIZES:
        assert is_better(compare(at_size(size, TRIPLE, "test-hard"), at_size(size, PRODUCT, "test-hard")))


def test_which_verdicts_on_the_lead_are_open() -> None:
    found = {
        (split, size): compare(at_size(size, TRIPLE, split), at_size(size, PRODUCT, split)).outcome
        for split in BOTH
        for size in SIZES
    }
    (still_open,) = (where for where, outcome in found.items() if outcome != "differs")
    assert still_open == ("test", 40_000)
    says(
        "So, by the means, the product catches up on the easy pairs. (Each verdict on the lead is *differs*, but for "
        "the one on test at 40,000 pairs, which is open.)"
    )
    easy = lead(TRIPLE, PRODUCT, "test-easy").leads
    assert easy[-1] < easy[0]


def test_the_product_as_the_last_block_at_every_size() -> None:
    for split in BOTH:
        for size in SIZES:
            assert gain("u*v", FOUR, "learning", split, pairs=size).outcome == "undecided"
        assert zero_inside(lead(FOUR, TRIPLE, split).per_doubling.interval)
        assert abs(lead(FOUR, TRIPLE, split).per_doubling.value) < 0.002
    slope = lead(FOUR, TRIPLE, "test").per_doubling
    says(
        f"**The product as the last block**: no size decides it, and no slope shows ({100 * slope.value:.1f} with each "
        f"doubling, {ends(slope.interval, word='to')})."
    )
    assert len(SIZES) == 6


def test_what_the_models_learn_by_heart() -> None:
    def trained(size: int | None, blocks: str) -> float:
        return float(np.mean([record.log[-1].train_accuracy for record in at_size(size, blocks).records]))

    says(
        f"With 5,000 pairs, $(u,v)$ gets {trained(5_000, 'u, v'):.0%} of its training pairs right and "
        f"{at_size(5_000, 'u, v').mean:.0%} on test; with the difference it is {trained(5_000, TRIPLE):.0%} and "
        f"{at_size(5_000, TRIPLE).mean:.0%}."
    )
    assert 0.6 < trained(None, "u, v") < 2 / 3
    assert 0.72 < trained(None, TRIPLE) < 0.75
    says("$(u,v)$ gets less than two in three right even of those that it trains on, $(u, v, |u-v|)$ almost three in")


# Within one run.


def epochs_on_dev(blocks: str) -> list[float]:
    """Return the mean dev accuracy after each epoch, in percent."""
    return [100 * float(x) for x in np.mean([[e.dev_accuracy for e in r.log] for r in group(blocks).records], axis=0)]


def test_the_figure_of_the_speed() -> None:
    curves = {blocks: epochs_on_dev(blocks) for blocks in SETS}
    seen = group(FOUR).records[0].data.pairs // 1000
    says(f"Four curves over {seen}, {2 * seen}, {3 * seen} and {4 * seen} thousand pairs seen.")
    (additive, product, three, four) = curves.values()
    assert len(four) == 4
    assert len(group(FOUR).seeds) == 5
    says("Dev accuracy after each of the four epochs, mean of five seeds.")
    assert all(product[1] < one[0] < product[2] for one in (three, four))
    says("After the first epoch the sets with the difference are where the product arrives during the third.")
    says(
        f"(u, v) rises from {additive[0]:.0f} to {additive[-1]:.1f} percent, (u, v, product) from {product[0]:.0f} to "
        f"{product[-1]:.0f}; (u, v, difference) and all four go together from {three[0]:.1f} to {three[-1]:.0f}."
    )
    assert max(abs(a - b) for a, b in zip(three, four, strict=True)) < 0.5
    says("Beside the difference, the product speeds nothing up.")


def test_when_the_sets_reach_72_percent() -> None:
    level = 0.72
    additive, product, three, four = (pairs_to_reach(group(blocks, split="dev"), level) for blocks in SETS)
    assert additive.reached == product.reached == 0
    assert three.reached == four.reached == 5
    assert zero_inside((three.interval[0] - four.mean, three.interval[1] - four.mean))
    assert zero_inside((four.interval[0] - three.mean, four.interval[1] - three.mean))
    assert abs(three.mean - four.mean) < 0.03 * three.mean
    says(f"both sets with the difference reach {level:.0%} after about as many pairs")


# At the size of the shipped model.


@cache
def large(blocks: str, split: str = "test") -> Group:
    return group(blocks, "confirmation", split)


def test_what_was_run_at_the_size_of_the_shipped_model() -> None:
    tried = {record.trial.training.learning_rate: record for record in records("confirmation-rate")}
    best = max(tried, key=lambda rate: tried[rate].dev.accuracy)
    ((rate, epochs, hidden),) = {
        (record.trial.training.learning_rate, record.trial.training.epochs, record.trial.model.hidden)
        for record in records("confirmation")
    }
    assert rate == best
    says(
        f"The learning rate is one for all, {best}: of {WORDS[len(tried)]}, the one that did better on dev with all "
        "four blocks, with a seed that is not used again."
    )
    seeds = {record.trial.training.seed for record in records("confirmation")}
    assert not seeds & {record.trial.training.seed for record in tried.values()}
    assert all(record.trial.training.averaging for record in records("confirmation"))
    says(
        f"{WORDS[epochs].capitalize()} epochs each, an average over the steps (as in [Training](training.ipynb)), "
        f"{WORDS[len(seeds)]} seeds."
    )
    assert {record.data.pairs for record in records("confirmation")} == {every()}
    small = at_size(None, FOUR).records[0].trial.model.hidden
    says(
        f"Everything so far has {small} units per direction. Does it hold at {hidden}, the size of the model that comes"
    )
    assert load_record("laptop")["model"]["hidden"] == hidden
    assert hidden == 4 * small
    says(f"That is four times the width and, with all blocks, {4 * 2 * hidden:,} features for the head.")


def test_four_times_the_units() -> None:
    assert [*SETS] == sorted(SETS, key=lambda blocks: large(blocks).mean)
    says("The order is the same.")
    wider = {blocks: points(large(blocks), at_size(None, blocks)) for blocks in SETS}
    says(
        f"With the difference in the head, four times the units bring {wider[TRIPLE]} points; "
        f"with the product alone {wider[PRODUCT]}, and $(u,v)$ {wider['u, v']}."
    )
    assert wider[FOUR] == pytest.approx(wider[TRIPLE], abs=0.11)
    training = at_size(None, FOUR).records[0].trial.training
    assert not training.averaging
    assert training.learning_rate != records("confirmation")[0].trial.training.learning_rate
    says(f"the runs with 64 units had another rate, {WORDS[training.epochs]} epochs and no averaging.)")
    says(
        f"(The runs with 64 units had another recipe: {WORDS[training.epochs]} epochs at a learning rate of "
        f"{training.learning_rate}, without averaging.)"
    )
    ahead = [compare(large(TRIPLE, split), large(PRODUCT, split)) for split in BOTH]
    assert all(is_better(one) for one in ahead)
    assert ahead[0].difference > compare(at_size(None, TRIPLE), at_size(None, PRODUCT)).difference
    says(
        f"The difference's lead over the product grows to {shown(ahead[0])} points, and to {shown(ahead[1])} on "
        "SNLI-hard."
    )
    last = [gain("u*v", FOUR, "confirmation", split) for split in BOTH]
    assert {one.outcome for one in last} == {"undecided"}
    says(
        f"The product as the last block gets {shown(last[0])} points, which three seeds leave undecided, as they must:"
    )
    verdict = group(FOUR, "equivalence")
    assert len(verdict.seeds) == 30
    says(f"[the verdict at {verdict.records[0].trial.model.hidden} units](what-each-feature-buys.ipynb) needed thirty.")


# At the size of the paper.

RATES = (2e-3, 1e-3)


@cache
def paper(blocks: str, rate: float = 2e-3, split: str = "test") -> Group:
    return group(blocks, "paper-size", split, learning_rate=rate)


def test_what_was_run_at_the_size_of_the_paper() -> None:
    by_rate = {record.trial.training.learning_rate: record.dev.accuracy for record in records("paper-size-rate")}
    assert max(by_rate, key=by_rate.__getitem__) == RATES[0]
    assert {record.trial.training.seed for record in records("paper-size-rate")} == {0}
    assert paper(FOUR).seeds == large(FOUR).seeds == [0, 1, 2]
    says(
        f"Dev chose the learning rate again, this time from {WORDS[len(by_rate)]}, with all four blocks and seed 0, "
        "which is also the first of the three:"
    )
    (hidden,) = {record.trial.model.hidden for record in records("paper-size")}
    says(f"InferSent has {hidden:,} units per direction: {2 * hidden:,} numbers a sentence")
    says(f"and {8 * hidden:,} features for the head")
    (millions,) = {record.parameters // 10**6 for record in records("paper-size-rate")}
    says(f"our model has {millions} million parameters")
    assert all("NVIDIA" in record.made["machine"] for record in records("paper-size"))
    says("It wants a GPU, so these runs come from one.")
    ((pairs, epochs),) = {(record.data.pairs, record.trial.training.epochs) for record in records("paper-size")}
    assert pairs == every()
    assert epochs == large(FOUR).records[0].trial.training.epochs
    says("Data, epochs and seeds are those of the last section.")
    assert 0.2 < pairs / snli.SIZES["train"] < 0.225
    says("a fifth of its pairs, vectors of 100 numbers instead of 300, one affine map instead of a stack of them")
    says(f"Adam instead of SGD, and {WORDS[epochs]} epochs.")
    ((optimizer, head, vectors),) = {
        (record.trial.training.optimizer, record.trial.model.head, record.vectors) for record in records("paper-size")
    }
    assert (optimizer, head) == ("adam", "linear")
    assert ".100d" in vectors


@pytest.mark.parametrize("rate", RATES)
def test_the_order_at_the_size_of_the_paper(rate: float) -> None:
    assert [*SETS] == sorted(SETS, key=lambda blocks: paper(blocks, rate).mean)
    says("The same order again")
    assert round(100 * gain("|u-v|", TRIPLE, "paper-size", learning_rate=rate).difference) == 11
    product = 100 * gain("u*v", PRODUCT, "paper-size", learning_rate=rate).difference
    assert round(2 * product) / 2 == 7.5
    says("The difference as the first block buys 11 points, the product 7.5.")


def test_the_lead_at_the_size_of_the_paper() -> None:
    found = {(rate, split): compare(paper(TRIPLE, rate, split), paper(PRODUCT, rate, split))
             for rate in RATES for split in BOTH}  # fmt: skip
    assert all(is_better(one) for one in found.values())
    low, high = sorted(shown(found[rate, "test"]) for rate in RATES)
    hard_low, hard_high = sorted(shown(found[rate, "test-hard"]) for rate in RATES)
    says(
        f"The lead of the difference over the product is {low} or {high} points, and {hard_low} or {hard_high} on "
        "SNLI-hard."
    )


def test_the_product_as_the_last_block_at_the_size_of_the_paper() -> None:
    test, hard = ([gain("u*v", FOUR, "paper-size", split, learning_rate=rate) for rate in RATES] for split in BOTH)
    assert [one.outcome for one in test] == ["undecided", "equivalent"]
    assert [one.outcome for one in hard] == ["undecided", "differs"]
    assert test[1].margin == 0.005
    says(
        "two verdicts fall that the higher rate leaves open: the product as the last block is worth less than half a "
        f"point on test, and something on SNLI-hard, between {ends(hard[1].interval, plus=False)} points."
    )


def test_the_product_as_the_last_block_at_the_size_of_the_paper_with_seeds_of_its_own() -> None:
    test, hard = (gain("u*v", FOUR, "paper-size-equivalence", split) for split in BOTH)
    assert len(test.seeds) == 8
    assert not {*test.seeds} & {*paper(FOUR).seeds}
    says("as many as the GPU's time allowed. Those were eight.")
    assert {*test.seeds} <= {*group(FOUR, "equivalence").seeds}
    says("the runs with 64 units had used their numbers")
    assert (test.outcome, hard.outcome) == ("equivalent", "equivalent")
    assert (test.margin, hard.margin) == (0.005, 0.01)
    says(
        f"+{shown(test)} points on test, between {ends(test.crossed)}, and +{shown(hard)} on SNLI-hard, "
        f"between {ends(hard.crossed)}. Both verdicts are *equivalent*"
    )
    assert -0.001 < test.difference < 0.005
    assert 0.001 < hard.difference < 0.012
    says("Both estimates lie in the ranges written down beforehand.")
    each = [group(blocks, "paper-size-equivalence").accuracies for blocks in (FOUR, TRIPLE)]
    assert int((np.subtract(*each) > 0).sum()) == 4
    assert 100 * np.std(np.subtract(*each), ddof=1) < 0.25
    earlier = np.subtract(paper(FOUR).accuracies, paper(TRIPLE).accuracies)
    assert 100 * np.std(earlier, ddof=1) > 0.5
    says("single seeds turned out to differ by less than before")
    says("two seeds in three were to have all four ahead: four of the eight have")
    says(f"between {ends(test.crossed)} points, eight seeds.")
    in_the_study = partial(prose.says, "snli/what-each-feature-buys")
    in_the_study(
        f"With the paper's 2,048 units the last interval is {ends(test.crossed, word='to')} on test, and "
        f"{ends(hard.crossed, word='to')} on SNLI-hard, from eight seeds."
    )
    at_the_front = partial(prose.says, "intro")
    at_the_front(
        f"With an encoder of the paper's own size, eight seeds, it is between {ends(test.crossed)} on test, "
        f"and between {ends(hard.crossed)} on SNLI-hard"
    )


def test_a_higher_rate_at_the_size_of_the_paper() -> None:
    dev = {
        (record.trial.model.blocks, record.trial.training.learning_rate): 100 * record.dev.accuracy
        for record in records("paper-size", "paper-size-own")
        if record.trial.training.seed == 0
    }
    product, difference = ([dev[blocks, rate] for rate in (1e-3, 2e-3, 4e-3)]
                           for blocks in (("u", "v", "u*v"), ("u", "v", "|u-v|")))  # fmt: skip
    assert -1.05 < difference[2] - max(difference) < -0.9
    says("The difference's set does not: it loses a point.")
    assert round(product[2] - max(product[:2]), 1) == 0.6
    says("The product's set gains 0.6 over its better rate here.")
    seeds = [100 * record.dev.accuracy for record in paper(PRODUCT).records]
    assert max(seeds) - min(seeds) > 2
    says("it is one seed, of a set whose seeds lie more than two points apart")
    assert min(difference) - max(product) > 3
    says("The difference stays more than three points ahead whichever rates are compared.")


def test_what_eight_times_the_units_bring() -> None:
    more = {blocks: points(paper(blocks), large(blocks)) for blocks in SETS}
    assert more[TRIPLE] == more[FOUR]
    assert all(0 < more[blocks] < 0.5 for blocks in ("u, v", PRODUCT))
    says(
        f"Eight times the units bring {more[TRIPLE]} points where the head has the difference, "
        "and less than half a point where it has not."
    )
    says("With 32 times the units the order stays the same.")
    assert (
        2048 == 8 * large(FOUR).records[0].trial.model.hidden == 32 * at_size(None, FOUR).records[0].trial.model.hidden
    )


def test_the_products_seeds_lie_far_apart_at_the_chosen_rate() -> None:
    apart = {rate: 100 * np.ptp(paper(PRODUCT, rate).accuracies) for rate in RATES}
    says(
        f"At the chosen rate the product's three seeds lie far apart, {apart[2e-3]:.1f} points from the lowest to the "
        "highest. At half that rate the spread is small"
    )
    assert apart[1e-3] < 1
    assert RATES[1] == RATES[0] / 2


def test_the_figure_of_the_widths() -> None:
    widths = [{blocks: 100 * of(blocks).mean for blocks in SETS} for of in (partial(at_size, None), large, paper)]
    low, high = ([f"{pick(one[blocks] for one in widths):.0f}" for blocks in SETS] for pick in (min, max))
    assert (low[0], low[2]) == ("66", "75")
    says(
        f"(u, v) stays at 66 percent; (u, v, product) at {low[1]} to {high[1]}, with a wide spread of its seeds at "
        f"2,048; (u, v, difference) and all four go together from {low[2]} to {high[3]}."
    )


def test_what_others_measured() -> None:
    (related,) = prose.prose("related-work")
    product, three, four = re.findall(
        r"\$\(u,v,u\*v\)\$ ([\d.]+), \$\(u,v,\\lvert u-v\\rvert\)\$ \*\*([\d.]+)\*\*, all four ([\d.]+\d)", related
    )[0]
    says(f"all four blocks get {four} there, no better than without the product, and $(u, v, u*v)$ gets {product}.")
    assert float(four) < float(three)


# How sure they are.


def gap(blocks: str, split: str) -> float:
    study = "unstarved" if blocks == PRODUCT else "equivalence"
    return 100 * calibrate(group(blocks, study, split)).gap


def test_too_modest_on_test_and_far_too_sure_on_the_hard_pairs() -> None:
    on_test = [gap(blocks, "test") for blocks in (PRODUCT, TRIPLE, FOUR)]
    assert all(-3 < one < -1.5 for one in on_test)
    says("On all test pairs the models are a little too modest, by two to three points.")
    hard = {blocks: gap(blocks, "test-hard") for blocks in (PRODUCT, TRIPLE, FOUR)}
    says(f"by {hard[TRIPLE]:.0f} points with the difference, and by {hard[PRODUCT]:.0f} where the product is the only")
    assert abs(on_test[2] - on_test[1]) < 0.55
    assert abs(hard[FOUR] - hard[TRIPLE]) < 0.5
    says("The product as the last block changes neither by more than half a point.")


# The excess at the size of the shipped model.


def test_the_excess_at_256_units() -> None:
    (excess,) = groups(records("confirmation-excess"))
    assert excess.seeds == [0, 1, 2]
    behind = {split: compare(excess.on(split), group(TRIPLE, "confirmation", split)) for split in ("test", "test-hard")}
    ahead = compare(excess, group(PRODUCT, "confirmation"))
    assert is_better(ahead)
    assert behind["test"].difference < 0
    assert behind["test"].outcome == "undecided"
    says(
        f"It gets {100 * excess.mean:.1f}%: {shown(ahead)} points more than $(u, v, u*v)$, three times its width, and "
        f"{shown(behind['test'])} less than $(u, v, |u-v|)$, which three seeds leave undecided."
    )
    assert 0.3 <= -100 * behind["test"].difference <= 1.3
    assert 100 * behind["test-hard"].difference >= -1
    assert 100 * ahead.difference > 2
    says("All three ranges written down beforehand hold: 0.3 to 1.3 points below $(u, v, |u-v|)$ on test")


# Each set at its own rate, and for longer.

EXCESS = "max(v-u,0)"


def shorter(blocks: str) -> float:
    """Return the mean of the first three seeds in the study whose recipe `lengths` makes longer."""
    return float(group(blocks, "excess" if blocks == EXCESS else "subsets").accuracies[:3].mean())


def test_the_order_at_each_set_s_own_rate() -> None:
    longer = {blocks: group(blocks, "lengths") for blocks in SETS}
    assert in_order(longer)
    lead_now = compare(longer[TRIPLE], longer[PRODUCT])
    before = 100 * (shorter(TRIPLE) - shorter(PRODUCT))
    assert is_better(lead_now)
    says(
        f"The order stays. So does the lead over the product: {shown(lead_now)} points, where the same seeds had "
        f"{before:.1f}."
    )
    grown = {blocks: 100 * (group(blocks, "lengths").mean - shorter(blocks)) for blocks in (*SETS, EXCESS)}
    assert max(grown, key=grown.__getitem__) == PRODUCT
    says(f"The product's set gains most, {grown[PRODUCT]:.1f} points")
    # The four ranges of the declaration.
    assert 1.5 < 100 * lead_now.difference < before
    assert -0.4 < 100 * compare(longer[FOUR], longer[TRIPLE]).difference < 0.6
    assert max(grown.values()) < 1
    says("All four ranges written down beforehand hold, by the means.")


def test_no_seed_is_best_after_the_sixth_epoch() -> None:
    best = [int(np.argmax([epoch.dev_accuracy for epoch in record.log])) + 1 for record in records("lengths")]
    assert {len(record.log) for record in records("lengths")} == {8}
    says(f"no seed is best on dev after its {({6: 'sixth'})[max(best)]} epoch")


def test_whose_own_rate_is_the_lowest() -> None:
    rates = {str(record.trial.model.blocks): record.trial.training.learning_rate for record in records("lengths")}
    tried = {record.trial.training.learning_rate for record in records("lengths-rate")}
    assert {blocks for blocks, rate in rates.items() if rate == min(tried)} == {"u, v", EXCESS}
    assert max(rates.values()) < max(tried)
    says("(For $(u,v)$ and $\\max(v-u,0)$ the lowest rate was the best, so theirs are lower bounds.)")


def test_twice_the_epochs_at_256_units() -> None:
    longer = {blocks: group(blocks, "lengths-256") for blocks in (PRODUCT, TRIPLE, FOUR)}
    two = {blocks: group(blocks, "confirmation") for blocks in longer}
    lead, before = compare(longer[TRIPLE], longer[PRODUCT]), compare(two[TRIPLE], two[PRODUCT])
    hard, hard_before = (
        compare(groups[TRIPLE].on("test-hard"), groups[PRODUCT].on("test-hard")) for groups in (longer, two)
    )
    assert is_better(lead)
    assert is_better(hard)
    low, high = (f"{100 * end:.1f}" for end in lead.interval)
    says(
        f"After four epochs the difference is {shown(lead)} points ahead of the product on test ({low} to {high}) and "
        f"{shown(hard)} on SNLI-hard; after two it was {shown(before)} and {shown(hard_before)}."
    )
    grown = {blocks: 100 * (longer[blocks].mean - two[blocks].mean) for blocks in longer}
    assert f"{grown[TRIPLE]:.1f}" == f"{grown[FOUR]:.1f}"
    says(
        f"Longer training is worth {grown[PRODUCT]:.1f} points to the product's set and {grown[TRIPLE]:.1f} to each of "
        "the others."
    )
    last = compare(longer[FOUR], longer[TRIPLE])
    says(f"Beside the difference the product adds {shown(last)} points, as before.")
    assert shown(last) == shown(compare(two[FOUR], two[TRIPLE]))
    # The four lines of the declaration.
    assert longer[PRODUCT].mean < longer[TRIPLE].mean < longer[FOUR].mean
    assert -0.5 < 100 * last.difference < 0.7
    assert 1.5 < 100 * lead.difference < 1.65
    assert lead.difference < before.difference
    assert max(grown.values()) == grown[PRODUCT] > 1
    says(
        f"At 256 units longer training halves it on test, to {shown(lead)} points, and leaves {shown(hard)} on "
        "SNLI-hard."
    )
    assert 0.45 < lead.difference / before.difference < 0.55


def test_the_rates_at_256_units() -> None:
    """Each of the three sets has a rate of three that is best and at no end; the two others lack some."""
    tried: dict[str, dict[float, float]] = {}
    for record in unfinished_records("lengths-256-rate"):
        assert record.dev is not None
        rates = tried.setdefault(str(record.trial.model.blocks), {})
        rates[record.trial.training.learning_rate] = record.dev.accuracy
    own = {str(record.trial.model.blocks): record.trial.training.learning_rate for record in records("lengths-256")}
    assert set(own) == {PRODUCT, TRIPLE, FOUR} == {blocks for blocks, rates in tried.items() if len(rates) == 3}
    for blocks, rate in own.items():
        assert rate == max(tried[blocks], key=tried[blocks].__getitem__) == sorted(tried[blocks])[1]


def test_the_excess_at_the_paper_s_size() -> None:
    (excess,) = groups(records("paper-size-excess"))
    low, high = (group(blocks, "paper-size", learning_rate=2e-3) for blocks in (PRODUCT, TRIPLE))
    assert low.mean < excess.mean < high.mean
    assert all(compare(excess, other).outcome == "undecided" for other in (low, high))
    says(f"Where, these seeds do not say: they lie {100 * np.ptp(excess.accuracies):.1f} points apart.")
    assert 100 * (high.mean - excess.mean) > 1.5
    assert 100 * (excess.mean - low.mean) < 2
    says(
        "Both ranges written down beforehand, at most 1.5 below the difference and more than 2 above the product, are "
        "missed by the means."
    )
