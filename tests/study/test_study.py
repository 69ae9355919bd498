"""The study: grids, keys, records that survive a kill, and nothing computed twice."""

import json
import math
import os
import platform
import re
import signal
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from infersent import InferSent, cli
from infersent.data import LABELS, Pairs
from infersent.model.features import BLOCKS
from infersent.release.records import ship_study
from infersent.study import runner
from infersent.study.grid import GRIDS, Trial, read_grid
from infersent.study.records import RECORDS, Record, load_records, unfinished_records
from infersent.study.runner import TrainingDiverged, run_study, run_trial, seconds_left
from infersent.text.batching import encode_pairs
from infersent.training.evaluation import evaluate
from infersent.training.loop import train
from infersent.training.recipes import load_pairs
from tests.toy import toy_pairs, toy_record

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
    monkeypatch.setattr(
        "infersent.study.runner.load_pairs", lambda recipe, split: toy_pairs(sizes[split], seed=len(split), name=split)
    )
    runner._read.cache_clear()
    yield
    runner._read.cache_clear()


@pytest.fixture
def counted(monkeypatch):
    """The runs that were trained, in order."""
    trained, whole = [], run_trial
    monkeypatch.setattr(
        "infersent.study.runner.run_trial", lambda trial, **more: (trained.append(trial.key), whole(trial, **more))[1]
    )
    return trained


def test_a_grid_is_every_combination_once(grid):
    trials = read_grid(grid)
    asked = [(trial.recipe.model.blocks, trial.recipe.training.seed) for trial in trials]
    assert asked == [(("u", "v"), 0), (("u", "v"), 1), (("u*v",), 0), (("u*v",), 1), (("u*v",), 2)]
    assert len({trial.key for trial in trials}) == 5


@pytest.mark.parametrize("name", [file.stem for file in sorted(GRIDS.glob("*.toml"))])
def test_shipped_grids_have_runs(name):
    assert len(read_grid(name)) > 1


@pytest.mark.parametrize("name", [file.stem for file in sorted(RECORDS.glob("*.jsonl"))])
def test_shipped_records_are_of_exactly_the_runs_of_their_grid(name):
    assert [record.trial for record in load_records(name)] == read_grid(name)


@pytest.mark.parametrize("file", sorted(RECORDS.rglob("*.jsonl")), ids=lambda file: file.stem)
def test_a_shipped_record_is_read_and_written_unchanged(file):
    for line in file.read_text(encoding="utf-8").splitlines():
        value = Record.from_json(json.loads(line)).to_json()
        assert json.dumps(value, ensure_ascii=False, sort_keys=True) == line


def test_shipping_again_changes_no_byte(tmp_path, monkeypatch):
    shipped = RECORDS / "subsets.jsonl"  # from before head_rate was a setting
    for line in shipped.read_text(encoding="utf-8").splitlines():
        (tmp_path / f"{Trial.from_spec(json.loads(line)['spec']).key}.json").write_text(line, encoding="utf-8")
    monkeypatch.setattr("infersent.study.records.RECORDS", tmp_path / "again")
    assert ship_study("subsets", tmp_path).read_bytes() == shipped.read_bytes()


def test_a_run_comes_back_from_its_spec():
    trial = Trial.from_spec(
        {"corpus": "snli", "subset": "122k", "pairs": 5000, "blocks": "u, u*v", "learning_rate": 0.002}
    )
    again = Trial.from_spec(json.loads(json.dumps(trial.spec)))
    assert (again.spec, again.key) == (trial.spec, trial.key)
    assert trial.spec["blocks"] == ["u", "u*v"]
    assert Trial.from_spec({}).spec["blocks"] == list(BLOCKS)


@pytest.mark.parametrize(
    "change",
    [{"seed": 1}, {"pairs": 10}, {"blocks": "u"}, {"corpus": "captions"}, {"vectors": "trained"}, {"hidden": 8}],
)
def test_the_key_depends_on_every_setting(change):
    assert Trial.from_spec(change).key != Trial.from_spec({}).key


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"hiden": 4}, "There is no setting of a run 'hiden'. Did you mean 'hidden'?"),
        ({"pairs": 0}, "pairs=0 is below 1"),
        ({"blocks": "u, w"}, "w"),
        ({"epochs": 0}, "epochs=0 is below 1"),
        ({"hidden": "64"}, "hidden = '64' is not a whole number, such as 3."),
        ({"hidden": True}, "hidden = True is not a whole number"),
        ({"decay": "0.5"}, "decay = '0.5' is not a number, such as 0.5."),
        ({"class_weights": 1}, "class_weights = 1 is not true or false."),
        ({"corpus": ["captions"]}, r"corpus = \['captions'\] is not a text in quotes.*under \[\[vary\]\]"),
        ({"blocks": 3}, "blocks = 3 is not a list, such as"),
        ({"blocks": [["u", "v"]]}, r"There is no pair feature \['u', 'v'\]"),
        ({"epochs": None}, "epochs = None is not a whole number"),
    ],
)
def test_a_wrong_setting_is_named(spec, message):
    with pytest.raises(ValueError, match=message):
        Trial.from_spec(spec)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[fixed", "is not a TOML file"),
        ("[fix]\nhidden = 4", "Did you mean 'fixed'?"),
        ("[fixed]\nseed = [0, 1]", r"grid.toml: seed = \[0, 1\] is not a whole number.*put seed under \[\[vary\]\]"),
        ("[[vary]]\nseed = 3", r"\[\[vary\]\] 1: seed = 3 is not a list; write \[3\]"),
    ],
)
def test_a_wrong_grid_is_explained(tmp_path, text, message):
    (tmp_path / "grid.toml").write_text(text)
    with pytest.raises(ValueError, match=message):
        read_grid(tmp_path / "grid.toml")


def test_a_grid_that_is_no_text_is_named(tmp_path):
    (tmp_path / "grid.toml").write_bytes(b"[fixed]\n\xff")
    with pytest.raises(ValueError, match=r"grid.toml is not a text in UTF-8: byte 9 is 0xff"):
        read_grid(tmp_path / "grid.toml")


def test_an_unknown_grid_is_named():
    with pytest.raises(ValueError, match="There is no grid 'one-side'"):
        read_grid("one-side")


def test_more_pairs_than_there_are(tmp_path):
    with pytest.raises(ValueError, match="pairs=91, but train has 90"):
        run_study([Trial.from_spec({"pairs": 91})], tmp_path, progress=False)
    assert not list(tmp_path.glob("*.json"))  # not a failed run: nothing was started


def test_a_record_holds_what_it_says(grid):
    trial = read_grid(grid)[0]
    record = run_trial(trial)
    assert record.trial == trial
    assert [epoch.epoch for epoch in record.log] == [1, 2]
    for split, pairs in (("dev", 30), ("test", 36)):
        answers = record.answers(split)
        assert answers.right().shape == (pairs,)
        assert answers.right().mean() == pytest.approx(answers.accuracy, abs=1e-5)
        assert answers.probabilities().shape == (pairs, 3)
        assert 0 <= answers.expected_calibration_error <= 1
    assert Record.from_json(json.loads(json.dumps(record.to_json()))) == record


def test_a_failed_trial_has_no_answers():
    with pytest.raises(ValueError, match=r"has no answers on test: OSError: no disk\."):
        toy_record(error="OSError: no disk").answers("test")
    with pytest.raises(ValueError, match=r"There is no split 'tset'\. Did you mean 'test'"):
        toy_record().answers("tset")


def test_the_same_run_gives_the_same_record(grid):
    first, second = (run_trial(read_grid(grid)[2]).to_json() for _ in range(2))
    for record in (first, second):
        del record["seconds"], record["date"]
        for epoch in record["log"]:
            del epoch["seconds"], epoch["sentences_per_second"]
    assert first == second


def test_a_record_says_when_and_on_what_it_was_made(grid):
    made = run_trial(read_grid(grid)[0]).made
    date = datetime.fromisoformat(made["date"])
    assert date.utcoffset() == timedelta(0)
    assert timedelta(0) <= datetime.now(UTC) - date < timedelta(minutes=5)
    assert made["python"] == platform.python_version()
    assert made["numpy"] == np.__version__
    assert made["device"] == "cpu"


def test_the_recorded_logits_are_the_models(grid, tmp_path):
    (trial,) = read_grid(grid)[:1]
    (record,) = run_study([trial], tmp_path / "out", checkpoints=tmp_path / "models", progress=False)
    model = InferSent.from_pretrained(tmp_path / "models" / trial.key)
    pairs = runner.load_pairs(trial.recipe, "test")
    exact = model.predict_proba(pairs.premises, pairs.hypotheses)
    assert np.abs(record.test.probabilities() - exact).max() < 0.017


def test_a_killed_study_goes_on_and_repeats_nothing(grid, tmp_path, counted, monkeypatch):
    trials = read_grid(grid)

    def kill_after_two(record):
        if len(counted) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_study(trials, tmp_path / "out", progress=False, report=kill_after_two)
    records = run_study(trials, tmp_path / "out", progress=False)
    assert counted == [trial.key for trial in trials]
    assert [record.trial for record in records] == trials
    assert {path.name for path in (tmp_path / "out").iterdir()} == {f"{trial.key}.json" for trial in trials}


def test_a_run_that_diverges_is_recorded_and_the_others_go_on(grid, tmp_path, monkeypatch):
    whole = train

    def sometimes(model, *arguments, **options):
        if model.config.blocks == ("u", "v"):
            raise TrainingDiverged("The loss became nan in epoch 1, step 1.")
        return whole(model, *arguments, **options)

    monkeypatch.setattr("infersent.study.runner.train", sometimes)
    records = run_study(read_grid(grid), tmp_path / "out", progress=False)
    assert [record.error is not None for record in records] == [True, True, False, False, False]
    assert "nan" in records[0].error


def test_a_run_that_breaks_is_recorded_and_repeated_on_demand_only(grid, tmp_path, counted, monkeypatch):
    def broken(*arguments):
        raise MemoryError("no room for 7 tensors")

    trials, out = read_grid(grid)[:2], tmp_path / "out"
    with monkeypatch.context() as patch:
        patch.setattr("infersent.study.runner.evaluate", broken)
        records = run_study(trials, out, progress=False)
    assert [record.error for record in records] == ["MemoryError: no room for 7 tensors"] * 2
    assert records[0].made["machine"]
    assert records == run_study(trials, out, progress=False)
    assert len(counted) == 2
    assert not any(record.error for record in run_study(trials, out, retry=True, progress=False))
    assert len(counted) == 4


def test_a_record_from_before_a_setting_was_added_counts(grid, tmp_path, counted):
    trials, out = read_grid(grid)[:1], tmp_path / "out"
    run_study(trials, out, progress=False)
    (path,) = out.glob("*.json")
    record = json.loads(path.read_text())
    del record["spec"]["averaging"]  # and so its key was another
    path.unlink()
    (out / "0123456789abcdef.json").write_text(json.dumps(record))
    (found,) = run_study(trials, out, progress=False)
    assert found.trial == trials[0]
    assert found.later == {"averaging"}
    assert found.to_json() == record
    assert len(counted) == 1


def test_a_study_trains_on_the_device_it_is_told(grid, tmp_path):
    # torch's meta device has shapes and no numbers, so that training there stops at the first loss.
    records = run_study(read_grid(grid)[:1], tmp_path / "runs", device="meta", progress=False)
    assert "meta" in records[0].error


def test_a_device_that_is_not_there_stops_the_study_before_its_runs(grid, tmp_path, counted):
    with pytest.raises((RuntimeError, AssertionError)):
        run_study(read_grid(grid), tmp_path / "runs", device="cuda:99", progress=False)
    assert not counted
    assert not list((tmp_path / "runs").glob("*.json"))


def test_models_are_kept_where_asked(grid, tmp_path):
    (trial,) = read_grid(grid)[:1]
    (record,) = run_study([trial], tmp_path / "out", checkpoints=tmp_path / "models", progress=False)
    model = InferSent.from_pretrained(tmp_path / "models" / trial.key)
    answers = evaluate(model, encode_pairs(runner.load_pairs(trial.recipe, "test"), model.tokenizer))
    assert answers.accuracy == pytest.approx(record.test.accuracy, abs=1e-5)


def test_the_time_left_follows_the_work():
    fast, slow = ({"pairs": 1000, "epochs": 2, "hidden": hidden} for hidden in (8, 64))
    trials = [Trial.from_spec(spec | {"seed": seed}) for spec in (fast, slow) for seed in range(3)]
    assert math.isnan(seconds_left(trials, []))
    done = [Record(trial, seconds=seconds) for trial, seconds in ((trials[0], 2.0), (trials[3], 40.0))]
    assert seconds_left(trials, done) == pytest.approx(2 * 2.0 + 2 * 40.0)
    larger = Trial.from_spec(slow | {"pairs": 4000, "epochs": 1})
    assert seconds_left([larger], done) == pytest.approx(80.0)
    other = Trial.from_spec(slow | {"encoder": "bilstm-mean"})  # nothing like it is finished: the pace of all
    assert seconds_left([other], done) == pytest.approx(21.0)


REAL = """
[fixed]
train = "{folder}/train.tsv"
dev = "{folder}/dev.tsv"
test = "{folder}/test.tsv"
vectors = "trained"
min_count = 1
hidden = 4
epochs = 1
pairs = 60
head = "linear"

[[vary]]
seed = [0, 1, 2, 3, 4, 5]
"""


def write_file(path, pairs):
    rows = zip(pairs.premises, pairs.hypotheses, (LABELS[label] for label in pairs.labels), strict=True)
    lines = ["\t".join(row) for row in [("premise", "hypothesis", "label"), *rows]]
    path.write_text("\n".join(lines) + "\n")


def spread(tmp_path, **options):
    """Run six small runs on a file of pairs in other processes, where nothing is patched."""
    for seed, split in enumerate(("train", "dev", "test")):
        write_file(tmp_path / f"{split}.tsv", toy_pairs(60, seed))
    (tmp_path / "real.toml").write_text(REAL.format(folder=tmp_path))
    trials = read_grid(tmp_path / "real.toml")
    return trials, run_study(trials, tmp_path / "out", threads=1, progress=False, **options)


@pytest.fixture
def real_corpus(monkeypatch):
    """Undo what :func:`toy_corpus` patched in this process; the other processes never had it."""
    monkeypatch.setattr("infersent.study.runner.load_pairs", load_pairs)


# The toy world is so small that its splits share pairs.
shares_pairs = pytest.mark.filterwarnings("ignore:.*which training has seen")


@shares_pairs
def test_local_processes_make_the_same_records(tmp_path, real_corpus):
    trials, records = spread(tmp_path, jobs=2)
    assert [record.trial for record in records] == trials
    assert {record.made["threads"] for record in records} == {1}
    here = run_trial(trials[4])
    assert (here.test, here.dev) == (records[4].test, records[4].dev)


@shares_pairs
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_dask_worker_that_is_killed_loses_nothing(tmp_path, real_corpus):
    distributed = pytest.importorskip("distributed")
    options = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None}
    with distributed.LocalCluster(**options) as cluster, distributed.Client(cluster, set_as_default=False) as client:
        killed = []

        def kill_one(record):
            if not killed:
                killed.append(next(iter(client.run(os.getpid).values())))
                os.kill(killed[0], signal.SIGKILL)

        trials, records = spread(tmp_path, cluster=cluster.scheduler_address, report=kill_one)
        assert killed
    assert [record.trial for record in records] == trials
    assert not any(record.error for record in records)


def test_a_cluster_that_does_not_answer(tmp_path, grid, monkeypatch):
    pytest.importorskip("distributed")
    import dask

    with dask.config.set({"distributed.comm.timeouts.connect": "1s"}), pytest.raises(OSError, match=r"127\.0\.0\.1:9"):
        run_study(read_grid(grid), tmp_path / "out", cluster="tcp://127.0.0.1:9", progress=False)


def test_a_cluster_needs_dask(tmp_path, grid, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ValueError, match=r"pip install 'infersent\[dask\]'"):
        run_study(read_grid(grid), tmp_path / "out", cluster="tcp://127.0.0.1:9", progress=False)


def test_a_killed_process_is_explained(tmp_path, grid, monkeypatch):
    def die(*arguments):
        os.kill(os.getpid(), signal.SIGKILL)

    monkeypatch.setattr("infersent.study.runner._in_worker", die)
    with pytest.raises(OSError, match=r"A process of the study was killed.*the same command goes on.*fewer jobs"):
        run_study(read_grid(grid), tmp_path / "out", jobs=2, progress=False)


def test_only_a_finished_study_is_shipped(grid, tmp_path, monkeypatch):
    monkeypatch.setattr("infersent.study.grid.GRIDS", grid.parent)
    monkeypatch.setattr("infersent.study.records.RECORDS", tmp_path / "recorded")
    trials = read_grid("grid")
    run_study(trials[:3], tmp_path / "out", progress=False)
    with pytest.raises(ValueError, match="has 3 of the 5 records of 'grid'"):
        ship_study("grid", tmp_path / "out")
    made = run_study(trials, tmp_path / "out", progress=False)
    ship_study("grid", tmp_path / "out")
    assert load_records("grid") == made


def test_an_unfinished_study_goes_on_elsewhere_and_repeats_nothing(grid, tmp_path, counted, monkeypatch, capsys):
    monkeypatch.setattr("infersent.study.grid.GRIDS", grid.parent)
    monkeypatch.setattr("infersent.study.records.RECORDS", tmp_path / "recorded")
    trials = read_grid("grid")
    first = run_study(trials[1:3], tmp_path / "one", progress=False)
    assert unfinished_records("grid") == []
    ship_study("grid", tmp_path / "one", partial=True)
    assert unfinished_records("grid") == first
    with pytest.raises(ValueError, match="There is no study 'grid'"):
        load_records("grid")
    # Another folder, that of a machine which never saw the first; what it adds is kept beside what was there.
    second = run_study(trials[:1], tmp_path / "two", progress=False)
    ship_study("grid", tmp_path / "two", partial=True)
    assert unfinished_records("grid") == second + first
    assert run_command("run", "grid", "--out", tmp_path / "three", "--jobs", 1) == 0
    assert counted == [trial.key for trial in (*trials[1:3], *trials[:1], *trials[3:])]
    ship_study("grid", tmp_path / "three")
    assert load_records("grid")[:3] == second + first
    assert [record.trial for record in load_records("grid")] == trials
    assert unfinished_records("grid") == []


def test_a_finished_study_can_be_repeated(grid, tmp_path, counted, monkeypatch):
    monkeypatch.setattr("infersent.study.grid.GRIDS", grid.parent)
    monkeypatch.setattr("infersent.study.records.RECORDS", tmp_path / "recorded")
    run_study(read_grid("grid"), tmp_path / "out", progress=False)
    ship_study("grid", tmp_path / "out")
    assert run_command("run", "grid", "--out", tmp_path / "again", "--jobs", 1) == 0
    assert len(counted) == 10


def test_a_shipped_record_does_not_replace_one_that_is_there(grid, tmp_path, counted):
    trials, out = read_grid(grid)[:2], tmp_path / "out"
    made = run_study(trials, out, progress=False)
    other = [replace(record, seconds=-1.0) for record in made]
    foreign = Record(read_grid(grid)[4], seconds=-1.0)
    assert run_study(trials, out, shipped=[*other, foreign], progress=False) == made
    assert len(list(out.glob("*.json"))) == len(counted) == 2


@pytest.mark.parametrize("name", [file.stem for file in sorted(GRIDS.glob("*.toml"))])
def test_unfinished_records_are_of_runs_of_their_grid_in_its_order(name):
    keys = [record.trial.key for record in unfinished_records(name)]
    assert keys == [trial.key for trial in read_grid(name) if trial.key in keys]
    assert not (keys and (RECORDS / f"{name}.jsonl").exists())


def run_command(*arguments):
    return cli.main(["study", *map(str, arguments)])


def test_commands(grid, tmp_path, capsys):
    out = tmp_path / "out"
    assert run_command("run", grid, "--out", out, "--jobs", 1) == 0
    assert "(u, v) bilstm-max linear, seed 0: dev " in capsys.readouterr().out
    assert run_command("status", grid, "--out", out) == 0
    assert "5 of 5 runs have a record" in capsys.readouterr().out
    assert run_command("table", grid, "--out", out) == 0
    printed = capsys.readouterr().out
    header, *rows = (re.split("  +", line) for line in printed.splitlines()[1:])
    assert header == ["blocks", "test", "95% interval", "seeds"]
    assert [(row[0], row[-1]) for row in rows] == [("u, v", "2"), ("u*v", "3")]


def test_status_says_how_much_time_is_left_and_what_failed(grid, tmp_path, capsys, monkeypatch):
    out = tmp_path / "out"
    trials = read_grid(grid)
    assert run_command("status", grid, "--out", out) == 0
    assert "0 of 5 runs have a record\ntime left: unknown until a run is finished" in capsys.readouterr().out
    run_study(trials[:2], out, progress=False)
    monkeypatch.setattr("infersent.cli.study.seconds_left", lambda trials, records: 4000.0)
    run_command("status", grid, "--out", out)
    assert "████████░░░░░░░░░░░░ 2 of 5 runs have a record\ntime left: about 1 h 7 min" in capsys.readouterr().out
    (out / f"{trials[2].key}.json").write_text(json.dumps(Record(trials[2], error="OSError: no disk").to_json()))
    run_command("status", grid, "--out", out)
    printed = capsys.readouterr().out
    assert "failed: (u*v) bilstm-max linear, seed 0: OSError: no disk" in printed
    assert "--retry" in printed


def test_compare_command(grid, tmp_path, capsys):
    out = tmp_path / "out"
    run_study(read_grid(grid), out, progress=False)
    assert run_command("compare", grid, "blocks=u, v", "blocks=u*v", "--out", out, "--split", "dev") == 0
    printed = capsys.readouterr().out
    assert "first: blocks=(u, v): " in printed
    assert " on dev, 2 seeds" in printed
    assert "over 2 shared seeds" in printed
    for what in ("95% interval over seeds and pairs", "90% interval over seeds and pairs", "by components of variance"):
        assert f"{what}: " in printed
    assert "McNemar's test, seed by seed: p = " in printed
    assert re.search(r"verdict: (differs|equivalent|undecided).*between .* and .*95%", printed)


def test_compare_command_with_one_seed(grid, tmp_path, capsys):
    out = tmp_path / "out"
    run_study([trial for trial in read_grid(grid) if trial.training.seed == 0], out, progress=False)
    assert run_command("compare", grid, "blocks=u, v", "blocks=u*v", "--out", out) == 0
    printed = capsys.readouterr().out
    assert "95% interval over the pairs alone: " in printed
    assert "seeds and pairs" not in printed
    assert "verdict: undecided, for one seed cannot decide" in printed


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        (["blocks=u, v"], "compare takes two groups"),
        (["blocks=u, v", "blocks"], "'blocks' is not a setting"),
        (["blocks=u, v", "block=u"], "Did you mean 'blocks'?"),
        (["blocks=u, v", "blocks=u, |u-v|"], "No group has blocks='u, |u-v|'"),
    ],
)
def test_a_comparison_of_what_is_not_there(grid, tmp_path, capsys, groups, message):
    run_study(read_grid(grid), tmp_path / "out", progress=False)
    assert run_command("compare", grid, *groups, "--out", tmp_path / "out") == 1
    assert message in capsys.readouterr().err


def test_command_needs_a_folder(grid, capsys):
    assert run_command("run", grid) == 1
    assert "--out" in capsys.readouterr().err


# Files of a reader's own


def own_trial(tmp_path, **files):
    small = {"vectors": "trained", "min_count": 1, "hidden": 4, "epochs": 1, "head": "linear"}
    named = {name: str(tmp_path / file) if isinstance(file, str) else file for name, file in files.items()}
    return Trial.from_spec(small | named)


def test_one_file_is_never_train_dev_and_test(tmp_path):
    write_file(tmp_path / "mine.tsv", toy_pairs(60))
    with pytest.raises(ValueError, match=r"needs two other files, dev = .* or a cut of the one file: split = \[0\.8"):
        own_trial(tmp_path, corpus="mine.tsv")
    (tmp_path / "grid.toml").write_text(f'[fixed]\ncorpus = "{tmp_path}/mine.tsv"\n[[vary]]\nseed = [0]\n')
    with pytest.raises(ValueError, match="needs two other files"):
        read_grid(tmp_path / "grid.toml")
    for files in ({"dev": "mine.tsv"}, {"dev": "a.tsv", "test": "b.tsv", "split": [0.8, 0.1, 0.1]}):
        with pytest.raises(ValueError, match="needs two other files"):
            own_trial(tmp_path, corpus="mine.tsv", **files)
    write_file(tmp_path / "copy.tsv", toy_pairs(60))
    write_file(tmp_path / "dev.tsv", toy_pairs(30, 1))
    for test in ("mine.tsv", "copy.tsv", "dev.tsv"):  # also under another name
        trial = own_trial(tmp_path, train="mine.tsv", dev="dev.tsv", test=test)
        with pytest.raises(ValueError, match="two hold the same pairs"):
            run_study([trial], tmp_path / "out", progress=False)
    with pytest.raises(ValueError, match="two names of one setting"):
        own_trial(tmp_path, train="mine.tsv", corpus="mine.tsv")
    with pytest.raises(ValueError, match="the corpus 'captions' has splits already"):
        Trial.from_spec({"corpus": "captions", "split": [0.8, 0.1, 0.1]})


def test_a_cut_tests_on_what_training_has_not_seen(tmp_path, real_corpus):
    animals = [f"animal{i}" for i in range(50)]
    pairs = Pairs([f"a {a}" for a in animals] * 2, [f"the {a}" for a in animals] + ["no"] * 50, [0, 1] * 50)
    pairs = Pairs(pairs.premises, [f"{h} {i}" for i, h in enumerate(pairs.hypotheses)], pairs.labels)
    write_file(tmp_path / "mine.tsv", pairs)
    trial = own_trial(tmp_path, corpus="mine.tsv", split=[0.6, 0.2, 0.2])
    train, dev, test = trial.recipe.own.load(trial.recipe.data)
    assert len(train) + len(dev) + len(test) == 100
    assert not set(train.premises) & set(test.premises)
    record = run_trial(trial)
    assert (record.error, record.dev.pairs, record.test.pairs) == (None, len(dev), len(test))
    again = Record.from_json(json.loads(json.dumps(record.to_json())))
    assert again.trial == trial
    assert again.trial.key == trial.key


def test_a_study_of_other_labels_keeps_its_answers(tmp_path, real_corpus):
    for seed, split in enumerate(("train", "dev", "test")):
        rows = [f"a cat {i} {seed},{'the cat' if i % 2 else 'a dog'},{'same' if i % 2 else 'other'}" for i in range(40)]
        (tmp_path / f"{split}.csv").write_text("one,two,kind\n" + "\n".join(rows) + "\n")
    columns = {"text": ["one", "two"], "label": "kind"}
    trial = own_trial(tmp_path, train="train.csv", dev="dev.csv", test="test.csv")
    trial = Trial.from_spec(trial.spec | columns)
    record = run_trial(trial)
    assert record.error is None
    assert set(record.test.recall) == {"same", "other"}
    probabilities = record.test.probabilities()
    assert probabilities.shape == (40, 2)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    assert record.test.take(np.arange(40) < 5).recall == {"other": None, "same": None}
    (tmp_path / "test.csv").write_text("one,two,kind\na,b,perhaps\nc,d,same\n")
    assert "test.csv has the label 'perhaps' (1 of 2 pairs)" in run_trial(trial).error
