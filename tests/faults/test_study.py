"""A study of which something failed says so, with its exit status too, in this call and in the next."""

import errno
import json
import os

import pytest

from infersent import cli
from infersent.model.infersent import InferSent
from infersent.study.grid import read_grid
from infersent.training.loop import TrainingDiverged, train

GRID = """
[fixed]
corpus = "{0}/mine.jsonl"
split = [0.6, 0.2, 0.2]
hidden = 4
epochs = 2
batch_size = 8
min_count = 1
head = "linear"

[[vary]]
seed = [0]
learning_rate = [0.01, {1}]
"""


@pytest.fixture
def study(tmp_path, capsys, monkeypatch):
    """A function that runs a study of two small trials, and returns its exit status and what it says of them."""
    rows = [{"text_a": f"a {i}", "text_b": f"the {i}", "label": "ab"[i % 2]} for i in range(60)]
    (tmp_path / "mine.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))

    def run(*options, second=0.02):
        grid = tmp_path / "grid.toml"
        grid.write_text(GRID.format(tmp_path, second))
        out = tmp_path / "records"
        try:
            status = cli.main(["study", "run", str(grid), "--out", str(out), "--jobs", "1", *map(str, options)])
        except SystemExit as end:
            status = end.code
        return status, capsys.readouterr().err, sorted(file.stem for file in out.glob("*.json"))

    return run


def test_a_run_that_failed_is_told_each_time(study, monkeypatch):
    def diverges(model, pairs, dev, config, **more):
        if config.learning_rate > 1:
            raise TrainingDiverged("The loss became nan in epoch 1, step 2.")
        return train(model, pairs, dev, config, **more)

    monkeypatch.setattr("infersent.study.runner.train", diverges)
    for _ in range(2):
        status, said, records = study(second=2.0)
        assert status == 1
        assert "infersent: 1 of 2 runs failed, the first with: The loss became nan in epoch 1, step 2. " in said
        assert "Repeat them by --retry." in said
        assert len(records) == 2
    assert study(second=0.02)[0] == 0


def test_models_that_cannot_be_saved_cost_no_numbers(study, tmp_path, monkeypatch):
    """The folder is full: both records are there, and the second call says what is missing and how to get it."""

    def full(*args, **kwargs):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    models = tmp_path / "models"
    with monkeypatch.context() as patched:
        patched.setattr(InferSent, "save", full)
        status, said, records = study("--checkpoints", models)
    assert status == 1
    assert f"2 of 2 runs have a record but no model in {models}" in said
    assert len(records) == 2
    trials = read_grid(tmp_path / "grid.toml")
    assert sorted(trial.key for trial in trials) == records
    status, said, _ = study("--checkpoints", models)
    assert status == 1
    assert f"delete their records in {tmp_path / 'records'}: " in said
    for key in records:
        assert f"{key}.json" in said
        (tmp_path / "records" / f"{key}.json").unlink()
    status, said, again = study("--checkpoints", models)
    assert (status, again) == (0, records)
    assert sorted(folder.name for folder in models.iterdir()) == records
    assert all(InferSent.from_pretrained(models / key).config.hidden == 4 for key in records)
