"""The lattice of the blocks: the record's numbers, the steps between the subsets, and what is said of them."""

import re

import pytest
import traitlets

from infersent.foundation.recorded import load_record
from infersent.model.features import BLOCKS
from infersent.release import records as shipping
from infersent.study.comparison import compare, find_group
from infersent.study.records import load_records
from infersent.study.subsets import ADDITIONS, PARTS, SUBSETS, lattice, load_ablation
from infersent.widgets import BlockLattice

FOUR = ", ".join(BLOCKS)


def test_a_step_adds_one_block_to_a_subset_that_lacks_it():
    assert len(ADDITIONS) == len(set(ADDITIONS)) == 28
    for blocks, block in ADDITIONS:
        assert block not in blocks.split(", ")
    for block in BLOCKS:
        assert sum(added == block for _, added in ADDITIONS) == 7


def test_the_recorded_lattice_is_that_of_the_study():
    """Accuracies exactly; of the intervals' ends, drawn at random, a few steps on every part of test."""
    parts, study = load_record("lattice")["parts"], load_records("subsets")
    assert list(parts) == list(PARTS)
    assert parts["test-hard"]["pairs"] + parts["test-easy"]["pairs"] == parts["test"]["pairs"]
    for name, part in parts.items():
        for blocks, node in zip(SUBSETS, part["nodes"], strict=True):
            group = find_group(study, name, blocks=blocks)
            assert node == pytest.approx([group.mean, *group.interval], abs=1e-6)
        for (blocks, block), edge in zip(ADDITIONS, part["edges"], strict=True):
            more = ", ".join(sorted([*blocks.split(", "), block], key=BLOCKS.index))
            gain = part["nodes"][SUBSETS.index(more)][0] - part["nodes"][SUBSETS.index(blocks)][0]
            assert edge[0] == pytest.approx(gain, abs=1e-5)  # accuracies are recorded to five digits
        found = compare(*(find_group(study, name, blocks=blocks) for blocks in (FOUR, "u, v, |u-v|")))
        edge = part["edges"][ADDITIONS.index(("u, v, |u-v|", "u*v"))]
        assert edge[1:] == pytest.approx([*found.interval, *found.interval_90], abs=5e-4)
        assert part["margin"] == found.margin


def test_on_all_of_test_it_says_what_the_explorer_says():
    explorer, part = load_ablation()["subsets"], load_record("lattice")["parts"]["test"]
    assert part["nodes"] == [[one["mean"], one["low"], one["high"]] for one in explorer["subsets"]]
    for (blocks, block), edge in zip(ADDITIONS, part["edges"], strict=True):
        more = ", ".join(sorted([*blocks.split(", "), block], key=BLOCKS.index))
        later, earlier = SUBSETS.index(more), SUBSETS.index(blocks)
        assert edge == explorer["comparisons"][later][earlier]


def test_the_lattice_is_written_as_it_is_made(tmp_path, monkeypatch):
    monkeypatch.setattr(shipping, "lattice", lambda found: {"test": len(found)})
    written = shipping.write_lattice(tmp_path / "lattice.json")
    assert written["seeds"] == load_record("lattice")["seeds"]
    assert written["parts"] == {"test": 75}
    assert (tmp_path / "lattice.json").is_file()


def test_a_lattice_is_made_of_records():
    made = lattice(load_records("subsets"), resamples=2)
    for name, part in load_record("lattice")["parts"].items():
        assert made[name]["nodes"] == part["nodes"]
        assert [edge[0] for edge in made[name]["edges"]] == [edge[0] for edge in part["edges"]]


def test_the_steps_of_a_subset_lead_up_and_then_from_below():
    steps = BlockLattice(subset=["v", "u"], guess="-").steps()
    assert [step[:2] for step in steps] == [("u, v", "|u-v|"), ("u, v", "u*v"), ("v", "u"), ("u", "v")]
    assert steps[0][2:5] == pytest.approx((0.0925, 0.0844, 0.1008), abs=1e-4)
    assert len(BlockLattice(subset=["u"]).steps()) == 3
    assert len(BlockLattice(subset=list(BLOCKS)).steps()) == 4


@pytest.mark.parametrize("block", BLOCKS)
@pytest.mark.parametrize("part", PARTS)
def test_the_steps_of_a_block_are_its_seven_the_largest_first(block, part):
    gains = [step[2] for step in BlockLattice(block=block, part=part, guess="-").steps()]
    assert len(gains) == 7
    assert gains == sorted(gains, reverse=True)


@pytest.mark.parametrize(
    ("state", "headline", "sentence"),
    [
        ({}, "Guess first.", "without one"),
        ({"guess": "u*v", "subset": ["u*v"]}, "u∗v alone gets 66.4%.", "your guess. |u−v| alone gets 70.2%, the most"),
        ({"guess": "|u-v|", "subset": ["|u-v|"]}, "|u−v| alone gets 70.2%.", "You guessed it"),
        ({"guess": "-"}, "gets 64.5%.", "Of the blocks it lacks, |u−v| brings most: +9.3 points (8.4 to 10.1)."),
        (
            {"guess": "-", "subset": ["u", "v", "|u-v|"]},
            "gets 73.8%.",
            "The one it lacks, u∗v, brings +0.2 points (−0.3 to 0.7), undecided.",
        ),
        ({"guess": "-", "subset": BLOCKS}, "gets 73.9%.", "Least is lost without u∗v, which brings +0.2 points"),
        ({"guess": "-", "block": "u*v"}, "u∗v brings between +0.2 and +34.8 points.", "5 of the 7 steps differ"),
    ],
)
def test_the_state_in_words(state, headline, sentence):
    words = BlockLattice(**state).words()
    assert words[0].endswith(headline)
    assert sentence in words[1]


def test_the_twin_has_every_accuracy_and_every_gain():
    cells = re.findall(r"<td>(.*?)</td>", BlockLattice().fallback_html())
    assert len(cells) == 15 * (3 + 4)
    assert cells.count("–") == 15 * 4 - 28
    assert cells[:3] == ["33.5", "34.3", "33.0"]
    assert len(BlockLattice().static_html()) < 30_000


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"subset": []}, "subset="),
        ({"subset": ["u", "u"]}, "each once"),
        ({"subset": ["w"]}, "must name blocks"),
        ({"part": "dev"}, "part='dev' is not recorded"),
        ({"block": "w"}, "block"),
        ({"guess": "w"}, "guess"),
    ],
)
def test_what_is_none_of_its_is_refused(settings, message):
    with pytest.raises(traitlets.TraitError, match=message):
        BlockLattice(**settings)


def test_it_is_shown_by_its_state():
    assert repr(BlockLattice(subset=["u*v", "u"])) == (
        "BlockLattice(subset=['u', 'u*v'], block='', part='test', guess='')"
    )
