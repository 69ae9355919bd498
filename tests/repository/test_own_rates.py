"""The grid that follows from rates chosen on dev."""

import json

import numpy as np
import pytest

from infersent.study.grid import Trial, read_grid
from tests.toy import toy_record
from tools.own_rates import main, own_rates

GRID = """
[fixed]
corpus = "snli"
subset = "122k"
pairs = 60_000
head = "linear"

[[vary]]
seed = [10]
learning_rate = [0.002, 0.004, 0.008]
blocks = ["u, v, |u-v|", "u, v, 16*u*v", "u*v"]
"""
DEV = {"u, v, |u-v|": [0.7, 0.75, 0.7], "u, v, 16*u*v": [0.7, 0.71, 0.71], "u*v": [0.6, None, 0.65]}


@pytest.fixture
def study(tmp_path):
    """A grid of rates and its records; None in DEV is a run that diverged."""
    (tmp_path / "rate.toml").write_text(GRID)
    (tmp_path / "records").mkdir()
    for trial in read_grid(tmp_path / "rate.toml"):
        place = (0.002, 0.004, 0.008).index(trial.training.learning_rate)
        accuracy = DEV[", ".join(trial.model.blocks)][place]
        right = None if accuracy is None else np.arange(100) < 100 * accuracy
        record = toy_record(**trial.spec, dev=right, error="The loss became nan." if accuracy is None else None)
        (tmp_path / "records" / f"{trial.key}.json").write_text(json.dumps(record.to_json()))
    return tmp_path


def test_each_set_gets_its_best_rate_on_dev_and_the_lower_of_two_equal_ones(study, capsys):
    assert main([str(study / "rate.toml"), str(study / "records"), "--seeds", "0", "1"]) == 0
    text = capsys.readouterr().out
    (study / "own.toml").write_text(text)
    shared = {"corpus": "snli", "subset": "122k", "pairs": 60_000, "head": "linear"}
    rates = {"u, v, |u-v|": 0.004, "u, v, 16*u*v": 0.004, "u*v": 0.008}
    expected = [
        Trial.from_spec(shared | {"blocks": blocks, "learning_rate": rate, "seed": seed})
        for blocks, rate in rates.items()
        for seed in (0, 1)
    ]
    assert read_grid(study / "own.toml") == expected
    assert text.count("# at the edge") == 1
    assert text.index("# at the edge") > text.index('"u, v, 16*u*v"')


def test_it_waits_for_every_record(study, capsys):
    next((study / "records").glob("*.json")).unlink()
    assert main([str(study / "rate.toml"), str(study / "records"), "--seeds", "0"]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "8 of 9 records" in printed.err


def test_some_of_the_sets_need_the_records_of_these_alone(study, capsys):
    for trial in read_grid(study / "rate.toml"):
        if str(trial.model.blocks) == "u*v":
            (study / "records" / f"{trial.key}.json").unlink()
    arguments = [str(study / "rate.toml"), str(study / "records"), "--seeds", "0", "--blocks"]
    assert main([*arguments, "u, v, 16*u*v", "u, v, |u-v|"]) == 0
    (study / "own.toml").write_text(capsys.readouterr().out)
    assert [str(trial.model.blocks) for trial in read_grid(study / "own.toml")] == ["u, v, |u-v|", "u, v, 16*u*v"]
    assert main([*arguments, "u*v"]) == 1
    with pytest.raises(SystemExit):
        main([*arguments, "u, v, min"])
    assert "has no set 'u, v, min'; it has 'u*v', 'u, v, 16*u*v'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("records", "message"),
    [
        ([toy_record(error="nan")], "is finished"),
        ([toy_record(seed=seed, dev=[True, False]) for seed in (1, 2)], "more than the rate"),
    ],
)
def test_rates_that_cannot_be_chosen(records, message):
    with pytest.raises(ValueError, match=message):
        own_rates(records)


def test_sets_of_one_name_differ_in_how_their_blocks_are_scaled(tmp_path, capsys):
    """A standardised set, and one whose product has longer steps, each have a rate of their own."""
    grid = """
[fixed]
corpus = "snli"

[[vary]]
seed = [10]
learning_rate = [0.002, 0.004]
blocks = ["u, v, u*v"]
standardise = [false]

[[vary]]
seed = [10]
learning_rate = [0.002, 0.004]
head_rate = [0.1, 0.5]
blocks = ["u, v, u*v"]
standardise = [true]

[[vary]]
seed = [10]
learning_rate = [0.002, 0.004]
blocks = ["u, v, u*v"]
block_rates = [{"u*v" = 4}]
"""
    (tmp_path / "rate.toml").write_text(grid)
    best = {(False, ()): (0.004, 1), (True, ()): (0.002, 0.5), (False, (("u*v", 4.0),)): (0.004, 1)}
    for trial in read_grid(tmp_path / "rate.toml"):
        rates = best[trial.training.standardise, trial.training.block_rates]
        right = np.arange(100) < (70 if (trial.training.learning_rate, trial.training.head_rate) == rates else 60)
        record = toy_record(**trial.spec, dev=right)
        (tmp_path / f"{trial.key}.json").write_text(json.dumps(record.to_json()))
    assert main([str(tmp_path / "rate.toml"), str(tmp_path), "--seeds", "0"]) == 0
    (tmp_path / "own.toml").write_text(capsys.readouterr().out)
    own = [trial.training for trial in read_grid(tmp_path / "own.toml")]
    assert {(one.standardise, one.block_rates): (one.learning_rate, one.head_rate) for one in own} == best
    assert "edge" not in (tmp_path / "own.toml").read_text()  # two rates have no inside
    assert len(own) == len(best)
