"""What "What each feature buys" says of the study: the subsets, the thirty seeds, the excess, the captions."""

from __future__ import annotations

import re
from functools import cache, partial
from itertools import permutations
from math import ceil, sqrt
from pathlib import Path

import numpy as np
from scipy.stats import norm

import infersent.study
from infersent.data import load, snli
from infersent.data.captions import symmetric_ceiling
from infersent.foundation.recorded import load_record
from infersent.model.features import BLOCKS
from infersent.study.comparison import Comparison, Group, groups
from infersent.study.records import RECORDS
from infersent.study.verdict import MARGINS
from tests.claims.prose import prose, says
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
    percent,
    points,
    records,
    shown,
    zero_inside,
)

says = partial(says, "snli/what-each-feature-buys")

DECLARED = " ".join((Path(infersent.study.__file__).parent / "grids" / "DECLARATIONS.md").read_text("utf-8").split())


def worth(split: str) -> Comparison:
    """Return what the product adds to the other three, over the thirty seeds."""
    return gain("u*v", FOUR, "equivalence", split)


# The answer in one line, and the experiment.


def test_the_answer_in_one_line() -> None:
    first = [gain("u*v", PRODUCT), gain("|u-v|", TRIPLE)]
    low, high = (WORDS[round(100 * one.difference)] for one in first)
    hard = [gain("u*v", PRODUCT, split="test-hard"), gain("|u-v|", TRIPLE, split="test-hard")]
    low_hard, high_hard = (round(100 * one.difference) for one in hard)
    says(
        f"a block in which the two sentences meet buys {low} to {high} points over $u$ and $v$, and {low_hard} to "
        f"{high_hard} on the pairs that the hypothesis alone does not answer; the difference buys more than the "
        "product; and beside $u$, $v$ and the difference"
    )
    assert compare(group(TRIPLE), group(PRODUCT)).outcome == "differs"
    says(f"the product is worth between {ends(worth('test').interval)} points: nothing of interest.")
    assert worth("test").outcome == "equivalent"
    assert zero_inside(worth("test").interval)


def test_what_was_run() -> None:
    trials = [record.trial for record in records("subsets")]
    found = groups(records("subsets"))
    assert {len(one.seeds) for one in found} == {5}
    says(f"each of five seeds: {len(found)} subsets, {len(trials)} models")
    says(f"trains the {len(trials)} models anew, in some hours on one core")
    hours = sum(record.seconds for record in records("subsets")) / 3600
    assert 3 < hours < 5
    assert {record.made["threads"] for record in records("subsets")} == {1}
    (hidden,) = {trial.model.hidden for trial in trials}
    says(f"BiLSTM-max with {hidden} units per direction, and a linear head")
    says(f"These are numbers for a BiLSTM-max of {hidden} units and a linear head.")
    assert {trial.model.head for trial in trials} == {"linear"}
    (pairs,) = {record.data.pairs for record in records("subsets")}
    says(f"The first {pairs:,} pairs of {{term}}`SNLI-122k`")
    ((dev, test),) = {(record.dev.pairs, record.test.pairs) for record in records("subsets")}
    hard = group(FOUR, split="test-hard").correct.shape[1]
    assert (dev, test, hard) == tuple(snli.SIZES[split] for split in ("dev", *BOTH))
    says(
        f"All {dev:,} dev pairs choose the epoch, all {test:,} test pairs give the figures below. "
        f"{hard:,} of these are *SNLI-hard*"
    )
    ((epochs, rate, decay),) = {
        (trial.training.epochs, trial.training.learning_rate, trial.training.decay) for trial in trials
    }
    says(f"{WORDS[epochs].capitalize()} epochs of Adam at a learning rate of {rate}, times {decay} after each epoch.")
    assert all(trial.training.class_weights for trial in trials)


def test_what_the_common_rate_costs_on_dev() -> None:
    rates = (1e-3, 2e-3, 4e-3, 8e-3)
    (epochs,) = {record.trial.training.epochs for record in records("budget")}
    says(f"within the budget grid's {WORDS[epochs]} epochs, next to the best of {WORDS[len(rates)]} rates")

    def dev(blocks: str, rate: float) -> float:
        found = group(blocks, "budget", "dev", head="linear", learning_rate=rate)
        assert len(found.seeds) == 1
        return 100 * found.mean

    best = {blocks: max(rates, key=partial(dev, blocks)) for blocks in SETS}
    cost = {blocks: dev(blocks, best[blocks]) - dev(blocks, 4e-3) for blocks in SETS}
    assert [blocks for blocks in SETS if cost[blocks] > 0] == [PRODUCT, TRIPLE]
    says(f"At most {max(cost.values()):.1f} points, for the two with one interaction block, from one seed.")
    assert best[PRODUCT] == best[TRIPLE] == max(rates)
    says("Their best rate is the largest that was tried")
    second = gain("u*v", FOUR).difference
    assert 100 * second < max(cost.values()) < 1
    says(f"It is fair enough for differences of several points, and not for one of {100 * second:.1f}.")


def test_the_figure_of_the_subsets() -> None:
    alone = {blocks: group(blocks).mean for blocks in ("u", "v", "u, v", "u*v", "u, u*v")}
    means = sorted(one.mean for one in groups(records("subsets")))
    assert sorted(alone.values()) == means[:5]
    between = [mean for mean in means if 0.70 < mean < 0.73]
    assert [*means[:5], *between, group(TRIPLE).mean, group(FOUR).mean] == means
    says(
        f"At the bottom u alone, an arrow to {100 * alone['u']:.1f}; then v and (u, v) at {100 * alone['v']:.1f} and "
        f"{100 * alone['u, v']:.1f}; the product alone and (u, product) at {100 * alone['u*v']:.0f} and "
        f"{100 * alone['u, u*v']:.0f}; {WORDS[len(between)]} subsets between 70 and 73; at the top (u, v, difference) "
        f"and all four, level near {100 * group(FOUR).mean:.0f} percent."
    )
    assert points(group(FOUR), group(TRIPLE)) < 0.5


# The additive bound.


def test_the_additive_head() -> None:
    says(f"It gets {percent('u, v')}, and $v$ by itself gets {percent('v')}.")
    assert 1 < 100 * (group("u, v").mean - group("v").mean) < 1.4
    says("The premise's whole additive contribution is little more than a point.")
    says(f"On SNLI-hard, where the hypothesis is no help, $(u, v)$ gets {percent('u, v', split='test-hard')}:")
    assert group("u, v", split="test-hard").interval[1] < 1 / 3
    says("less than a guess.")
    assert abs(group("u").mean - 1 / 3) < 0.006
    says("(Left out are the empty company and $u$ alone, which are both at chance.)")


def test_every_subset_with_an_interaction_block_is_above_it() -> None:
    meets = [one.mean for one in groups(records("subsets")) if {"|u-v|", "u*v"} & {*one.settings["blocks"]}]
    assert min(meets) > group("u, v").mean + 0.015
    says("And *every* subset with an interaction block is above it")
    says("All subsets with a block in which the sentences meet lie beyond it.")
    numbers = 2 * group("|u-v|").records[0].trial.model.hidden
    says(
        f"how far apart the two are in {numbers} coordinates, and not where they are. It gets {percent('|u-v|')}, "
        f"and {percent('|u-v|', split='test-hard')} on SNLI-hard."
    )


# The first block, and the second.


def test_the_first_interaction_block() -> None:
    product, difference = gain("u*v", PRODUCT), gain("|u-v|", TRIPLE)
    hard = [gain("u*v", PRODUCT, split="test-hard"), gain("|u-v|", TRIPLE, split="test-hard")]
    assert {one.outcome for one in (product, difference, *hard)} == {"differs"}
    says(
        f"**The first interaction block is worth {shown(product)} or {shown(difference)} points**, as the product or "
        f"as the difference. On SNLI-hard it is {100 * hard[0].difference:.0f} or {100 * hard[1].difference:.0f}."
    )
    low, high = (WORDS[round(100 * one.difference)] for one in (product, difference))
    (pairs,) = {record.data.pairs for record in records("subsets")}
    says(f"is worth {low} to {high} points over $[u; v]$ with {pairs:,} pairs, and more with more")
    for block, blocks in (("|u-v|", TRIPLE), ("u*v", PRODUCT)):
        more = [gain(block, blocks, "learning", pairs=size).difference for size in (40_000, 80_000, None)]
        assert more == sorted(more)
        assert more[0] < gain(block, blocks).difference < more[-1]
    beside_v, beside_both = gain("u*v", "v, u*v"), gain("u*v", PRODUCT)
    says(
        f"The product is worth {WORDS[round(100 * beside_v.difference)]} points beside $v$, "
        f"{WORDS[round(100 * beside_both.difference)]} beside $u$ and $v$, and nothing beside $u$, $v$ and the "
        "difference."
    )


def test_the_difference_is_the_better_first() -> None:
    lead = 100 * (group(TRIPLE).mean - group(PRODUCT).mean)
    hard = compare(group(TRIPLE, split="test-hard"), group(PRODUCT, split="test-hard"))
    says(
        f"$(u, v, |u-v|)$ beats $(u, v, u*v)$ by {points(group(TRIPLE), group(PRODUCT))} points "
        f"({lead:.2f} before rounding), and by {shown(hard)} on SNLI-hard."
    )
    assert compare(group(TRIPLE), group(PRODUCT)).outcome == hard.outcome == "differs"


def test_the_second_block() -> None:
    difference, product = gain("|u-v|", FOUR), gain("u*v", FOUR)
    says(
        f"**The second block is worth {shown(difference)} points if it is the difference, "
        f"and {shown(product)} if it is the product.**"
    )
    low, high = product.interval
    assert low < 0 < product.margin < high
    assert product.outcome == "undecided"
    says(f"The last interval holds both zero and the margin of half a point: *{product.outcome}*.")
    assert product.margin == 0.005
    says(f"Five seeds leave room for a gain of {100 * high:.1f} points, or for a loss of {-100 * low:.1f}. Many papers")


def test_the_figure_of_the_gains() -> None:
    companies = {
        block: [one.settings["blocks"] for one in groups(records("subsets")) if block in one.settings["blocks"]]
        for block in ("|u-v|", "u*v")
    }
    joins = {
        block: [", ".join(blocks) for blocks in sets if {*blocks} - {block} not in ({"u"}, set())]
        for block, sets in companies.items()
    }
    assert len(joins["|u-v|"]) == len(joins["u*v"])
    says(f"let one of them join {WORDS[len(joins['u*v'])]} companies")
    gains = {block: {blocks: 100 * gain(block, blocks).difference for blocks in sets} for block, sets in joins.items()}
    first = [gains["u*v"].pop("v, u*v"), gains["u*v"].pop(PRODUCT)]
    better = [gains["|u-v|"].pop("v, |u-v|"), gains["|u-v|"].pop(TRIPLE)]
    says(
        f"Beside v and beside u and v, both blocks gain {WORDS[round(min(first))]} to {WORDS[round(max(better))]} "
        "points, the difference more."
    )
    assert all(one < other for one, other in zip(first, better, strict=True))
    assert max(gains["u*v"].values()) < 1.5
    assert 1.5 < min(gains["|u-v|"].values()) < 1.75
    assert 3.75 < max(gains["|u-v|"].values()) < 4.25
    says("the product gains about one point or nothing, the difference one and a half to four")


# The product beside the difference: what was known, what was declared, what was found.


def earlier(split: str) -> list[float]:
    """Return all four less the three, in points, for each paired run with a linear head and 40,000 pairs or more."""
    settings = [
        ("subsets", {}),
        *(("learning", {"pairs": pairs}) for pairs in (40_000, 80_000, None)),
        ("confirmation", {}),
        *(("paper-size", {"learning_rate": rate}) for rate in (2e-3, 1e-3)),
    ]
    found = []
    for study, chosen in settings:
        four, three = (group(blocks, study, split, **chosen) for blocks in (FOUR, TRIPLE))
        assert four.seeds == three.seeds
        assert {record.trial.model.head for record in four.records} == {"linear"}
        found += [100 * x for x in four.accuracies - three.accuracies]
    return found


def test_what_was_known_before_the_thirty_seeds() -> None:
    test, hard = earlier("test"), earlier("test-hard")
    says(
        f"hold {len(test)} paired runs, and on average all four blocks were ahead of $(u, v, |u-v|)$, by "
        f"{np.mean(test):.2f} points on test and {np.mean(hard):.2f} on SNLI-hard"
    )
    assert f"In the {len(test)} paired runs" in DECLARED
    ahead = sum(one > 0 for one in test)
    error = np.std(test, ddof=1) / sqrt(len(test))
    assert (
        f"by {np.mean(test):.2f} on test (standard error over runs {error:.2f}; {ahead} of {len(test)} positive)"
        in DECLARED
    )


def test_what_was_declared() -> None:
    four, three = (group(blocks, "equivalence") for blocks in (FOUR, TRIPLE))
    assert four.seeds == three.seeds == [*range(100, 130)]
    others = {
        record.trial.training.seed
        for study in sorted(path.stem for path in RECORDS.glob("*.jsonl"))
        if study not in ("equivalence", "paper-size-equivalence")  # the second is a day younger, and of another size
        for record in records(study)
    }
    assert not others & {*four.seeds}
    assert f"seeds {four.seeds[0]} to {four.seeds[-1]}, none used before" in DECLARED
    assert len(four.seeds) == 30
    says("the recipe above, thirty seeds that no run had used")
    recipe = {**group(FOUR).records[0].trial.spec, "seed": None}
    assert all({**record.trial.spec, "seed": None} == recipe for record in four.records)
    says(
        f"the **smallest gain of interest**: {100 * MARGINS['test']} points on test, "
        f"{100 * MARGINS['test-hard']} on SNLI-hard"
    )
    assert (
        f"{100 * MARGINS['test']} on SNLI's test split ({snli.SIZES['test']:,} pairs), and "
        f"{100 * MARGINS['test-hard']} on SNLI-hard"
    ) in DECLARED
    assert "bootstrap over both, crossed" in DECLARED
    assert "the 90% interval lies inside (−margin, +margin), which is two one-sided tests at 0.05 each" in DECLARED
    says("If the 90% interval lies inside the margin, the two sets are *equivalent within the margin*.")
    says("(That is two one-sided tests at 0.05 each.)")


def test_the_product_is_equivalent_to_nothing() -> None:
    test, hard = worth("test"), worth("test-hard")
    for found in (test, hard):
        assert len(found.seeds) == 30
        assert found.outcome == found.bootstrap_outcome == "equivalent"
        assert zero_inside(found.interval)
    says(
        f"**Equivalent, on both.** Beside $u$, $v$ and $|u-v|$ the product is worth between {ends(test.interval, 2)} "
        f"points on test, and between {ends(hard.interval, 2)} on SNLI-hard. Zero lies inside both intervals."
    )
    says(
        f"the product is worth between {ends(test.interval)} points, and between {ends(hard.interval)} on SNLI-hard: "
        "nothing of interest"
    )
    assert max(map(abs, test.interval)) < 0.005
    says("within half a point: a margin named before thirty paired runs")


def test_the_figure_of_the_thirty_seeds() -> None:
    each = {
        split: 100 * (group(FOUR, "equivalence", split).accuracies - group(TRIPLE, "equivalence", split).accuracies)
        for split in BOTH
    }
    low, high = min(each["test"]), max(each["test"])
    assert round(2 * low) / 2 == -0.5
    assert 0.85 < high < 1
    says("one seed's difference is anywhere between a loss of half a point and a gain of nearly one")
    bar, hard_bar = ([100 * end for end in worth(split).interval_90] for split in BOTH)
    says(
        f"On test they lie between minus {-low:.1f} and {high:.1f} points, their mean at zero with a bar from minus "
        f"{-bar[0]:.1f} to {bar[1]:.2f}, inside a grey band from minus {100 * MARGINS['test']} to "
        f"{100 * MARGINS['test']}."
    )
    assert abs(100 * worth("test").difference) < 0.05
    low, high = min(each["test-hard"]), max(each["test-hard"])
    says(
        f"On SNLI-hard they lie between minus {-low:.1f} and {high:.1f}, their mean at {shown(worth('test-hard'))} "
        f"with a bar from minus {-hard_bar[0]:.1f} to {hard_bar[1]:.1f}, inside a band from minus "
        f"{100 * MARGINS['test-hard']:.0f} to {100 * MARGINS['test-hard']:.0f}."
    )
    assert max(map(abs, bar)) < 0.5
    assert max(map(abs, hard_bar)) < 1
    says("Both bars lie inside their margins.")


def test_what_the_last_block_gives_back() -> None:
    low, high = (100 * end for end in worth("test").crossed)
    says(f"a quarter of the head's width and gives back between $-{-low:.1f}$ and $+{high:.1f}$ points.")


def test_what_had_been_predicted() -> None:
    prediction = DECLARED.partition("**Prediction.**")[2].partition("## ")[0]
    on_test, _, on_hard = prediction.partition("On SNLI-hard: ")
    low, high = re.findall(r"equivalent within 0\.5, with an estimate between (\S+) and ([\d.]+\d)", on_test)[0]
    low_hard, high_hard = re.findall(
        r"equivalent within 1\.0, with an estimate between (\S+) and ([\d.]+\d), zero outside the 95% interval", on_hard
    )[0]
    says(
        f"*equivalent* on both, which holds; an estimate between {low} and {high} on test, and between {low_hard} and "
        f"{high_hard} with zero outside the interval on SNLI-hard. Both estimates came out below."
    )
    assert 100 * worth("test").difference < float(low)
    assert 100 * worth("test-hard").difference < float(low_hard)
    assert np.mean(earlier("test")) > 5 * 100 * worth("test").difference
    assert np.mean(earlier("test-hard")) > 1.9 * 100 * worth("test-hard").difference
    says("Little of the small gain in the older runs came back.")


def test_the_code_became_faster_half_way_through_the_seeds() -> None:
    last = max(records("equivalence"), key=lambda record: record.made["date"]).made["commit"]
    new, old = (
        [record.seconds for record in records("equivalence") if (record.made["commit"] == last) is is_new]
        for is_new in (True, False)
    )
    assert abs(len(new) - len(old)) < 4
    assert np.median(new) < np.median(old) / 2
    says("(Half way through the seeds the code that trains became faster.")


# What the head is after.


def test_what_the_premise_buys() -> None:
    beside_difference, beside_product = gain("u", TRIPLE), gain("u", PRODUCT)
    assert beside_difference.outcome == "differs"
    worth_points = WORDS[round(100 * beside_difference.difference)]
    says(f"Beside $v$ and the difference, the premise's own block is worth {worth_points} points.")
    assert abs(beside_product.difference) < 0.002
    assert zero_inside(beside_product.interval)
    says("Beside $v$ and the *product* we measure nothing.")


def test_the_triples() -> None:
    triples = [one for one in groups(records("subsets")) if len(one.settings["blocks"]) == 3]
    assert len(triples) == 4
    means = [one.mean for one in triples]
    says(f"Here they run from {min(means):.1%} to {max(means):.1%}.")


@cache
def overlap(blocks: str, part: str) -> tuple[float, float]:
    """Return a part's mean weight and its mean for the right label, over the models of a subset."""
    found = [one["overlap"] for one in load_record("evidence")["subsets"] if ", ".join(one["blocks"]) == blocks]
    assert len(found) == 5
    return (
        float(np.mean([one["weights"][part] for one in found])),
        float(np.mean([one[part]["for_right"] for one in found])),
    )


def test_the_predictions_made_when_the_runs_were_in() -> None:
    says(f"When the {len(records('subsets'))} runs were in we made two further predictions")
    (cell,) = (cell for cell in prose("features/difference-or-product") if "the column *trial*" in cell)
    earlier_lines = len(re.findall(r" \d\. \*", cell))
    says(f"They are weaker than [the {WORDS[earlier_lines]}](../features/difference-or-product.ipynb) of the earlier")


def test_the_first_prediction() -> None:
    right = {
        (blocks, part): f"{overlap(blocks, part)[1]:.2f}"
        for blocks in ("|u-v|", "u, v", TRIPLE)
        for part in ("premise", "hypothesis")
    }
    says(
        f"there the premise's excess brings *more*, {right['|u-v|', 'premise']} against {right['|u-v|', 'hypothesis']}."
    )
    says(f"the hypothesis's part leads, {right['u, v', 'hypothesis']} against {right['u, v', 'premise']}:")
    says(f"With all three blocks it is {right[TRIPLE, 'hypothesis']} against {right[TRIPLE, 'premise']}.")
    lead = {
        blocks: overlap(blocks, "hypothesis")[1] - overlap(blocks, "premise")[1] for blocks in ("|u-v|", "u, v", TRIPLE)
    }
    assert lead["|u-v|"] < 0 < lead["u, v"] < lead[TRIPLE] / 2
    says("The prediction holds, and by more than the leak.")
    assert 1.7 < overlap(TRIPLE, "hypothesis")[0] / overlap(TRIPLE, "premise")[0] < 2
    says("What the hypothesis adds gets nearly twice the weight of what it leaves out.")
    whole = sum(overlap(TRIPLE, part)[1] for part in ("shared", "premise", "hypothesis"))
    assert 0.6 < overlap(TRIPLE, "hypothesis")[1] / whole < 0.8
    says("most of the evidence lies in what the hypothesis says beyond the premise")
    says("In the trained models most of the evidence for the right label is there.")
    says("most of what is made of $u$, $v$ and $|u-v|$ is a *directed* comparison")


def excess(blocks: str, split: str = "test") -> Group:
    return group(blocks, "excess", split)


def test_the_second_prediction() -> None:
    forward, turned = excess("max(v-u,0)"), excess("max(u-v,0)")
    above = [one for one in groups(records("subsets")) if one.mean > forward.mean]
    assert {", ".join(one.settings["blocks"]) for one in above} == {TRIPLE, FOUR}
    numbers = 2 * forward.records[0].trial.model.hidden
    says(
        f"One block of {numbers} numbers gets {forward.mean:.1%}, more than all but {WORDS[len(above)]} of the fifteen "
        "subsets. Those two are $(u, v, |u-v|)$ and all four, and how far they are ahead five seeds cannot decide: by "
        "about a point at most."
    )
    ahead = [compare(group(blocks), forward) for blocks in (TRIPLE, FOUR)]
    assert {one.outcome for one in ahead} == {"undecided"}
    assert all(0.75 < 100 * one.interval[1] < 1.25 for one in ahead)
    says("A single block with just that, a quarter of InferSent's features, comes within about a point of all four.")
    assert 4 * numbers == 4 * 2 * group(FOUR).records[0].trial.model.hidden
    assert compare(forward, group("|u-v|")).outcome == compare(forward, turned).outcome == "differs"
    assert 5.75 < 100 * compare(forward, turned).difference < 6
    says("Turn the block around, and it is almost six points worse.")
    says("Both predictions hold.")


def test_the_excess_does_not_pass_on_the_leak() -> None:
    hard = excess("max(v-u,0)", "test-hard")
    over_difference = compare(hard, group("|u-v|", split="test-hard"))
    over_turned = compare(hard, excess("max(u-v,0)", "test-hard"))
    assert over_difference.outcome == over_turned.outcome == "differs"
    says(
        f"On SNLI-hard, where the leak is no help, the hypothesis's excess is {shown(over_difference)} points ahead of "
        f"$|u-v|$ and {WORDS[round(100 * over_turned.difference)]} ahead of the premise's."
    )


def test_the_products_cousin() -> None:
    cousin = excess("v*(1-u)")
    assert compare(cousin, group("u*v")).outcome == compare(excess("max(v-u,0)"), cousin).outcome == "differs"
    assert group("u*v").mean + 0.02 < cousin.mean < excess("max(v-u,0)").mean
    says("lies between: better than $u*v$ alone, not as good as the excess")
    ahead = compare(group("v, u*v"), cousin)
    assert ahead.outcome == "differs"
    says(f"$(v, u*v)$ is {WORDS[round(100 * ahead.difference)]} points better than $v(1-u)$ alone")


# On captions without artefacts.


def on_captions(blocks: str) -> Group:
    return group(blocks, "captions")


def test_additive_and_symmetric_features_on_captions() -> None:
    for blocks in ("u", "v", "u, v"):
        assert abs(on_captions(blocks).mean - 1 / 3) < 0.01
    says("**Additive: chance.**")
    ceiling = symmetric_ceiling(load("captions", "test"))
    for blocks in ("|u-v|", "u*v", "|u-v|, u*v"):
        assert on_captions(blocks).accuracies.max() < ceiling
    says(f"**Symmetric: below {ceiling:.1%}**, the most that symmetric features can get on these test pairs")
    found = groups(records("captions"))
    (seeds,) = {len(one.seeds) for one in found}
    assert len(found) == len(groups(records("subsets")))
    says(f"The same {len(found)} subsets, {WORDS[seeds]} seeds, and the excess:")


def test_the_odd_pair_is_there_again() -> None:
    tilt, none = gain("u", TRIPLE, "captions"), gain("u", PRODUCT, "captions")
    says(f"$u$ buys {shown(tilt)} points beside $v$ and the difference.")
    assert tilt.outcome == "differs"
    assert abs(none.difference) < 0.003
    hidden = WORDS[round(100 * max(map(abs, none.interval)))]
    says(f"Beside $v$ and the product we see none, though with three seeds {hidden} points could hide.")
    for side in ("u", "v"):
        apart = compare(on_captions(f"{side}, u*v"), on_captions(f"{side}, |u-v|"))
        assert apart.outcome == "undecided"
        assert zero_inside(apart.interval)
    says("With only *one* of $u$ and $v$ at hand, product and difference cannot be told apart.")
    lead = compare(on_captions(TRIPLE), on_captions(PRODUCT))
    assert lead.outcome == "differs"
    says(f"With both, the difference is ahead by {shown(lead)}.")


def test_the_excess_on_captions() -> None:
    forward, turned = (group(blocks, "excess-captions") for blocks in ("max(v-u,0)", "max(u-v,0)"))
    lead = compare(forward, turned)
    assert lead.outcome == "differs"
    says(f"By itself it gets {forward.mean:.1%}, {shown(lead)} points more than the premise's.")
    says(f"(These runs had three seeds at first. We looked, and made them {WORDS[len(forward.seeds)]}.")
    assert zero_inside(compare(on_captions("u, u*v"), on_captions("v, u*v")).interval)
    says("$(u, u*v)$ can only make the premise's, $u(1-v)$, and does as well as $(v, u*v)$")


def test_the_triples_part_most_on_negation() -> None:
    difference, product = on_captions(TRIPLE).phenomena, on_captions(PRODUCT).phenomena
    apart = {name: difference[name] - product[name] for name in difference}
    assert max(apart, key=apart.__getitem__) == "negation"
    says(
        f"the triples part most on negation: {difference['negation']:.0%} with the difference, "
        f"{product['negation']:.0%} with the product"
    )


# The exercises on Shapley values and on how many seeds it takes.


def test_most_of_the_products_value_is_earned_first() -> None:
    share = {frozenset(one.settings["blocks"]): 100 * one.mean for one in groups(records("subsets"))}
    share[frozenset()] = 100 / 3
    orders = list(permutations(BLOCKS))
    value = {
        name: np.mean(
            [
                share[frozenset([*before, name])] - share[frozenset(before)]
                for before in (order[: order.index(name)] for order in orders)
            ]
        )
        for name in BLOCKS
    }
    came_first = (share[frozenset(["u*v"])] - share[frozenset()]) / 4
    assert 0.6 < came_first / value["u*v"] < 0.7
    says("two thirds of its value is earned in the orders in which it comes first of all")
    assert value["u*v"] > value["v"] > value["u"]
    assert value["u"] < 1.5
    says("The product gets more than the hypothesis, and the premise gets next to nothing.")


def test_how_many_seeds_call_nothing_nothing() -> None:
    spread, margin = 0.3, 0.5
    says(f"Two recipes' accuracies spread by {spread} points over seeds each, independently.")
    says(f"How many seeds does it take to call a true gain of zero *equivalent within {margin}*, most of the time?")
    errors = 2 + round(norm.ppf(0.95), 2)  # of the estimate itself, and of the end of its 90% interval
    says(f"add the {norm.ppf(0.95):.2f} of the interval itself")
    seeds = ceil((errors * sqrt(2) * spread / margin) ** 2)
    says(rf"and ${errors:.2f} \cdot \sqrt2 \cdot {spread}/\sqrt k \le {margin}$ asks for about {WORDS[seeds]}.")
