"""What the front page says of the study: its answer, with the numbers of the thirty-seed comparison."""

from functools import partial

from infersent.choose.worth.gains import GAINS, situations
from infersent.foundation.recorded import load_record
from infersent.foundation.tables import signed
from infersent.study.comparison import compare, find_group
from infersent.study.records import load_records
from infersent.study.verdict import MARGINS
from infersent.widgets.hero import WORTH
from tests.claims.prose import says

says = partial(says, "intro")


def test_the_answer_in_numbers() -> None:
    thirty = load_records("equivalence")
    ends = {}
    for split in ("test", "test-hard"):
        four, three = (find_group(thirty, split, blocks=blocks) for blocks in ("u, v, |u-v|, u*v", "u, v, |u-v|"))
        found = compare(four, three)
        assert len(found.seeds) == 30
        assert found.outcome == "equivalent"
        says("Beside the other three, nothing of interest.")
        if split == "test":  # beside the switch in the hero, too
            assert WORTH["u*v"] == tuple(round(100 * end, 1) for end in found.interval)
        ends[split] = [signed(100 * end, 1) for end in found.interval]
    low, high = ends["test"]
    says(f"the product is worth between {low} and {high} points of accuracy on SNLI's test pairs")
    low, high = ends["test-hard"]
    says(f"between {low} and {high} on SNLI-hard, those that the hypothesis alone does not answer")
    assert (MARGINS["test"], MARGINS["test-hard"]) == (0.005, 0.01)
    says("95% intervals over thirty seeds and the test pairs, and a margin of half a point and a point was declared")


def test_the_first_lines() -> None:
    five = load_records("subsets")
    alone, product, difference = (find_group(five, blocks=blocks) for blocks in ("u, v", "u, v, u*v", "u, v, |u-v|"))
    assert [round(100 * end) for end in compare(product, alone).interval] == [6, 7]
    says("Beside $u$ and $v$ alone, six to seven points of accuracy on SNLI.")
    assert compare(difference, product).interval[0] > 0
    says("On SNLI the difference buys more than the product")
    evidence = load_record("evidence")
    assert evidence["accuracy"] - evidence["dropped"]["u*v"] > 0.03
    says("a model that was trained with it leans on it, as the switch shows, and one trained without it does as well")


def test_the_map_in_plain_words() -> None:
    linear = [one for one in situations() if one.head == "linear"]
    first, _, second, _, lead = GAINS
    small = [one for one in linear if one.gains[second].mean < 0.01]
    assert (len(small), len(linear)) == (18, 22)
    says("less than a point in eighteen of the twenty-two situations that we measured under a linear head")
    (snli,) = (one for one in linear if (one.encoder, one.task) == ("BiLSTM, trained", "entailment, SNLI"))
    assert round(100 * snli.gains[first].mean) == 9
    alike = [one.gains[first].mean for one in linear if one.task in ("similarity, STS-B", "relatedness, SICK")]
    assert 0.4 < min(alike) < max(alike) < 0.605
    says("nine points on SNLI with the difference, forty to sixty on how similar two sentences are")
    assert not any(one.gains[lead].interval[1] < 0 for one in linear)
    says("in none was it ahead of the difference beyond the interval")


def test_the_numbers_beside_the_switches() -> None:
    """The hero's own test holds them to the records; here is what the page says they are."""
    assert len(find_group(load_records("equivalence"), "test", blocks="u, v, |u-v|").seeds) == 30
    assert len(find_group(load_records("subsets"), blocks="u, v, u*v").seeds) == 5
    says("the product over thirty seeds, the difference over five")


def test_one_block_comes_close() -> None:
    excess = find_group(load_records("excess"), blocks="max(v-u,0)")
    four = find_group(load_records("subsets"), blocks="u, v, |u-v|, u*v")
    found = compare(excess, four)
    assert -0.0125 < found.interval[0] < found.difference < 0
    says("a single block with just that, $\\max(v-u, 0)$, comes within about a point of all four")


def test_the_order_is_the_same_at_every_size() -> None:
    order = ("u, v", "u, v, u*v", "u, v, |u-v|")
    learning, paper = load_records("learning"), load_records("paper-size")
    sizes = [{"pairs": pairs} for pairs in (5_000, 10_000, 20_000, 40_000, 80_000, None)]
    every = [(learning, size) for size in sizes] + [(paper, {"learning_rate": rate}) for rate in (1e-3, 2e-3)]
    for records, settings in every:
        means = [find_group(records, blocks=blocks, **settings).mean for blocks in order]
        assert means == sorted(means)
    widths = {2 * record.trial.model.hidden for record in [*learning, *paper]}
    says(f"from {min(record.data.pairs for record in learning):,} training pairs to 122,755, and from")
    says(f"from {min(widths)} numbers a sentence to the paper's {max(widths):,}")
