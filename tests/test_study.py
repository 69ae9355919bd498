"""The study: grids, keys, records that survive a kill, and nothing computed twice."""

import json

import numpy as np
import pytest

from infersent import cli, study
from infersent.features import BLOCKS
from infersent.study import Run, groups, read_grid, run_study
from tests.toy import toy_pairs

GRID = """
about = "two blocks, two seeds"

[fixed]
corpus = "captions"
vectors = "trained"
hidden = 4
epochs = 2
head = "linear"
min_count = 1

[[vary]]
blocks = ["u, v", "u*v"]
seed = [0, 1]

[[vary]]
blocks = ["u*v"]
seed = [1, 2]
"""


@pytest.fixture
def grid(tmp_path):
    (tmp_path / "grid.toml").write_text(GRID)
    return tmp_path / "grid.toml"


@pytest.fixture(autouse=True)
def toy_corpus(monkeypatch, tmp_path):
    """Every corpus is a toy one, and what a test caches is its own."""
    monkeypatch.setenv("INFERSENT_CACHE", str(tmp_path / "cache"))
    sizes = {"train": 90, "dev": 30, "test": 36}
    monkeypatch.setattr(study, "load_pairs", lambda recipe, split: toy_pairs(sizes[split], seed=len(split), name=split))
    study._pairs.cache_clear()
    yield
    study._pairs.cache_clear()


@pytest.fixture
def counted(monkeypatch):
    """The runs that were trained, in order."""
    trained, whole = [], study.record
    monkeypatch.setattr(study, "record", lambda run: (trained.append(run.key), whole(run))[1])
    return trained


def test_a_grid_is_every_combination_once(grid):
    runs = read_grid(grid)
    asked = [(run.recipe.model.blocks, run.recipe.training.seed) for run in runs]
    assert asked == [(("u", "v"), 0), (("u", "v"), 1), (("u*v",), 0), (("u*v",), 1), (("u*v",), 2)]
    assert len({run.key for run in runs}) == 5


@pytest.mark.parametrize("name", [file.stem for file in sorted(study.GRIDS.glob("*.toml"))])
def test_shipped_grids_have_runs_and_records_of_exactly_those(name):
    runs = read_grid(name)
    assert [Run.from_spec(record["spec"]).key for record in study.load_records(name)] == [run.key for run in runs]


def test_a_run_comes_back_from_its_spec():
    run = Run.from_spec({"corpus": "snli", "subset": "122k", "pairs": 5000, "blocks": "u, u*v", "learning_rate": 0.002})
    again = Run.from_spec(json.loads(json.dumps(run.spec)))
    assert (again.spec, again.key) == (run.spec, run.key)
    assert run.spec["blocks"] == ["u", "u*v"]
    assert Run.from_spec({}).spec["blocks"] == list(BLOCKS)


@pytest.mark.parametrize(
    "change",
    [{"seed": 1}, {"pairs": 10}, {"blocks": "u"}, {"corpus": "captions"}, {"vectors": "trained"}, {"hidden": 8}],
)
def test_the_key_depends_on_every_setting(change):
    assert Run.from_spec(change).key != Run.from_spec({}).key


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"hiden": 4}, "There is no setting of a run 'hiden'. Did you mean 'hidden'?"),
        ({"pairs": 0}, "pairs=0 is below 1"),
        ({"blocks": "u, w"}, "w"),
        ({"epochs": 0}, "epochs=0 is below 1"),
    ],
)
def test_a_wrong_setting_is_named(spec, message):
    with pytest.raises(ValueError, match=message):
        Run.from_spec(spec)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[fixed", "is not a TOML file"),
        ("[fix]\nhidden = 4", "Did you mean 'fixed'?"),
        ("[[vary]]\nseed = 3", r"\[\[vary\]\] 1: seed = 3 is not a list; write \[3\]"),
    ],
)
def test_a_wrong_grid_is_explained(tmp_path, text, message):
    (tmp_path / "grid.toml").write_text(text)
    with pytest.raises(ValueError, match=message):
        read_grid(tmp_path / "grid.toml")


def test_an_unknown_grid_is_named():
    with pytest.raises(ValueError, match="There is no grid 'one-side'"):
        read_grid("one-side")


def test_more_pairs_than_there_are():
    with pytest.raises(ValueError, match="pairs=91, but train has 90"):
        study.record(Run.from_spec({"pairs": 91}))


def test_a_record_holds_what_it_says(grid):
    run = read_grid(grid)[0]
    record = study.record(run)
    assert record["spec"] == run.spec
    assert len(record["log"]) == 2
    for split, pairs in (("dev", 30), ("test", 36)):
        right = study.right_answers(record[split])
        assert right.shape == (pairs,)
        assert right.mean() == pytest.approx(record[split]["accuracy"], abs=1e-5)
    assert json.loads(json.dumps(record)) == record


def test_the_same_run_gives_the_same_record(grid):
    first, second = (study.record(read_grid(grid)[2]) for _ in range(2))
    for record in (first, second):
        del record["seconds"]
        for epoch in record["log"]:
            del epoch["seconds"], epoch["sentences_per_second"]
    assert first == second


def test_a_killed_study_goes_on_and_repeats_nothing(grid, tmp_path, counted, monkeypatch):
    runs = read_grid(grid)

    def kill_after_two(record):
        if len(counted) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_study(runs, tmp_path / "out", progress=False, report=kill_after_two)
    records = run_study(runs, tmp_path / "out", progress=False)
    assert counted == [run.key for run in runs]
    assert [record["spec"] for record in records] == [run.spec for run in runs]
    assert {path.name for path in (tmp_path / "out").iterdir()} == {f"{run.key}.json" for run in runs}


def test_a_run_that_diverges_is_recorded_and_the_others_go_on(grid, tmp_path, monkeypatch):
    whole = study.train

    def train(model, *arguments, **options):
        if model.config.blocks == ("u", "v"):
            raise study.TrainingDiverged("The loss became nan in epoch 1, step 1.")
        return whole(model, *arguments, **options)

    monkeypatch.setattr(study, "train", train)
    records = run_study(read_grid(grid), tmp_path / "out", progress=False)
    assert ["error" in record for record in records] == [True, True, False, False, False]
    assert "nan" in records[0]["error"]
    assert [group.settings for group in groups(records)] == [{}]  # one group is left: nothing to tell it from


def made_up(blocks, seed, accuracy):
    return {"spec": Run.from_spec({"blocks": blocks, "seed": seed}).spec, "test": {"accuracy": accuracy}}


def test_groups_put_seeds_together():
    records = [made_up("u", 0, 0.3), made_up("u, v", 0, 0.6), made_up("u, v", 1, 0.7), made_up("u, v", 2, 0.5)]
    one, three = groups(records)
    assert (one.settings, three.settings) == ({"blocks": ["u"]}, {"blocks": ["u", "v"]})
    assert three.mean == pytest.approx(0.6)
    # Student's t with two degrees of freedom: 4.3027 standard errors of 0.1 / sqrt(3)
    assert three.interval == pytest.approx((0.6 - 4.3027 * 0.1 / 3**0.5, 0.6 + 4.3027 * 0.1 / 3**0.5), abs=1e-4)
    assert np.isnan(one.interval).all()
    assert groups([]) == []


def test_equal_accuracies_leave_nothing_open():
    (group,) = groups([made_up("u", 0, 0.5), made_up("u", 1, 0.5)])
    assert group.interval == (0.5, 0.5)


def test_only_a_finished_study_is_shipped(grid, tmp_path, monkeypatch):
    monkeypatch.setattr(study, "GRIDS", grid.parent)
    monkeypatch.setattr(study, "RECORDS", tmp_path / "recorded")
    runs = read_grid("grid")
    run_study(runs[:3], tmp_path / "out", progress=False)
    with pytest.raises(ValueError, match="has 3 of the 5 records of 'grid'"):
        study.ship("grid", tmp_path / "out")
    made = run_study(runs, tmp_path / "out", progress=False)
    study.ship("grid", tmp_path / "out")
    assert study.load_records("grid") == made


def run_command(*arguments):
    return cli.main(["study", *map(str, arguments)])


def test_commands(grid, tmp_path, capsys):
    out = tmp_path / "out"
    assert run_command("run", grid, "--out", out, "--threads", 1) == 0
    assert "(u, v) linear, seed 0: test " in capsys.readouterr().out
    assert run_command("status", grid, "--out", out) == 0
    assert "5 of 5 runs have a record" in capsys.readouterr().out
    assert run_command("table", grid, "--out", out) == 0
    printed = capsys.readouterr().out
    assert "blocks=(u, v)" in printed
    assert "3 seeds" in printed


def test_command_needs_a_folder(grid, capsys):
    assert run_command("run", grid) == 1
    assert "--out" in capsys.readouterr().err
