"""Checkpoints: whole or not at all, no code inside, and clear words when one is damaged."""

import contextlib
import errno
import json
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest
import torch
from safetensors import SafetensorError

from infersent import InferSent
from infersent.foundation.atomic import replace_file, replace_folder
from infersent.model.checkpoint import (
    _FILES,
    CheckpointError,
    find_checkpoint,
    load_metrics,
    signed,
)
from infersent.model.features import temporary_feature
from tests.toy import toy_model


@pytest.mark.filterwarnings("ignore:The model does not know most:infersent.foundation.notices.Notice")
def test_round_trip(tmp_path):
    model = toy_model(head="mlp", blocks=("u", "v", "min(u,v)"), word_dropout=0.2)
    model.save(tmp_path / "a" / "model", {"dev": 0.5})
    again = InferSent.from_pretrained(tmp_path / "a" / "model")
    assert again.config == model.config
    assert not again.training
    assert np.array_equal(again.encode(["a dog", "zebra"]), model.encode(["a dog", "zebra"]))
    assert np.array_equal(again.predict_proba(["a dog"], ["the"]), model.predict_proba(["a dog"], ["the"]))
    assert load_metrics(tmp_path / "a" / "model") == {"dev": 0.5}
    assert sorted(p.name for p in (tmp_path / "a").iterdir()) == ["model"]


def test_loading_leaves_the_random_generator_alone(tmp_path):
    toy_model().save(tmp_path / "m")
    before = torch.random.get_rng_state()
    InferSent.from_pretrained(tmp_path / "m")
    assert torch.equal(torch.random.get_rng_state(), before)


def test_files_are_data_for_any_language(tmp_path):
    toy_model().save(tmp_path / "m")
    assert sorted(p.name for p in (tmp_path / "m").iterdir()) == sorted(_FILES)
    words = json.loads((tmp_path / "m" / "tokenizer.json").read_text())["model"]["vocab"]
    assert words["dog"] == 5
    assert json.loads((tmp_path / "m" / "config.json").read_text())["model"]["blocks"] == ["u", "v", "|u-v|", "u*v"]


def test_saving_again_replaces_the_whole(tmp_path):
    toy_model(seed=1).save(tmp_path / "m", {"n": 1})
    (tmp_path / "m" / "left-over").touch()
    toy_model(seed=2).save(tmp_path / "m", {"n": 2})
    assert load_metrics(tmp_path / "m") == {"n": 2}
    assert not (tmp_path / "m" / "left-over").exists()


@pytest.mark.parametrize("call", range(6))
def test_a_kill_anywhere_while_saving_leaves_a_whole_checkpoint(tmp_path, monkeypatch, call):
    """A kill is an end without clean-up: every call on the file system that saving makes is the last one in turn."""
    toy_model().save(tmp_path / "m", {"n": 1})
    calls = []

    class Killed(BaseException):
        pass

    def mortal(real):
        def wrapper(*args, **kwargs):
            if len(calls) >= call:
                raise Killed
            calls.append(real)
            return real(*args, **kwargs)

        return wrapper

    monkeypatch.setattr(os, "replace", mortal(os.replace))
    monkeypatch.setattr(shutil, "rmtree", mortal(shutil.rmtree))
    with contextlib.suppress(Killed):
        toy_model(seed=2).save(tmp_path / "m", {"n": 2})
    monkeypatch.undo()
    assert load_metrics(tmp_path / "m") in ({"n": 1}, {"n": 2})
    InferSent.from_pretrained(tmp_path / "m")
    toy_model(seed=3).save(tmp_path / "m", {"n": 3})
    assert load_metrics(tmp_path / "m") == {"n": 3}
    assert [p.name for p in tmp_path.iterdir()] == ["m"]


def test_reading_changes_nothing_on_disk(tmp_path):
    """So a reader beside a training run cannot break it, whatever the moment."""
    toy_model().save(tmp_path / "best", {"n": 1})
    os.replace(tmp_path / "best", tmp_path / ".best-before")  # as between the two renames of a save
    assert load_metrics(tmp_path) == {"n": 1}
    assert [p.name for p in tmp_path.iterdir()] == [".best-before"]


def test_a_feature_that_is_not_registered_is_named(tmp_path):
    with temporary_feature("sum", torch.add):
        toy_model(blocks=("u", "sum")).save(tmp_path / "m")
    with pytest.raises(CheckpointError, match=r"uses the pair feature 'sum', which is not registered\. Register it"):
        InferSent.from_pretrained(tmp_path / "m")


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        SafetensorError("I/O error: No space left on device (os error 28)"),
    ],
)
def test_a_full_disk_is_explained_and_loses_nothing(tmp_path, monkeypatch, error):
    toy_model().save(tmp_path / "m", {"n": 1})

    def fail(*args):
        raise error

    monkeypatch.setattr("infersent.model.checkpoint.save_file", fail)
    with pytest.raises(OSError, match=r"disk is full .* untouched.*--resume") as caught:
        toy_model(seed=2).save(tmp_path / "m", {"n": 2})
    assert caught.value.errno == errno.ENOSPC
    assert load_metrics(tmp_path / "m") == {"n": 1}
    assert [p.name for p in tmp_path.iterdir()] == ["m"]


def test_other_errors_pass_through(tmp_path):
    def fail(path):
        raise PermissionError(errno.EACCES, "Permission denied")

    for replace, name in ((replace_folder, "d"), (replace_file, "f")):
        with pytest.raises(PermissionError):
            replace(tmp_path / name, fail)
    assert list(tmp_path.iterdir()) == []


def test_a_file_keeps_its_permissions_and_nothing_is_left_beside_it(tmp_path):
    path = tmp_path / "f"
    path.write_text("old")
    path.chmod(0o640)
    replace_file(path, lambda new: new.write_text("new"))
    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == 0o640
    assert list(tmp_path.iterdir()) == [path]


def test_a_shared_file_is_written_beside_another_writer(tmp_path):
    path = tmp_path / "f"

    def write(new):
        replace_file(path, lambda other: other.write_text("theirs"), shared=True)
        new.write_text("ours")

    replace_file(path, write, shared=True)
    assert path.read_text() == "ours"
    assert list(tmp_path.iterdir()) == [path]


def test_writing_files_needs_no_torch():
    code = "import sys, infersent.foundation.atomic; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_a_folder_that_is_no_checkpoint(tmp_path):
    with pytest.raises(CheckpointError, match=r"nowhere is not a checkpoint: it does not exist.*infersent train --out"):
        find_checkpoint(tmp_path / "nowhere")
    toy_model().save(tmp_path / "m")
    (tmp_path / "m" / "tokenizer.json").unlink()
    with pytest.raises(CheckpointError, match=r"it lacks tokenizer\.json"):
        InferSent.from_pretrained(tmp_path / "m")


def test_a_training_run_stands_for_its_best_epoch(tmp_path):
    toy_model().save(tmp_path / "run" / "best")
    assert find_checkpoint(tmp_path / "run") == tmp_path / "run" / "best"


def _truncate(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _edit_config(path, **changes):
    config = json.loads(path.read_text())
    config |= {k: v for k, v in changes.items() if k != "model"}
    config["model"] |= changes.get("model", {})
    path.write_text(json.dumps(signed(config)))


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda m: _truncate(m / "model.safetensors"), "is damaged"),
        (lambda m: _truncate(m / "config.json"), "is damaged"),
        (lambda m: _truncate(m / "tokenizer.json"), "is damaged"),
        (lambda m: (m / "config.json").write_text("{}"), "has format None"),
        (
            lambda m: _edit_config(m / "config.json", format=99),
            "has format 99, but this version reads 1, 2 and 3",
        ),
        (lambda m: _edit_config(m / "config.json", model={"hidden": 7}), "another version: Error.* loading state_dict"),
        (lambda m: _edit_config(m / "config.json", model={"blocks": ["u"]}), "loading state_dict"),
        (lambda m: _edit_config(m / "config.json", model={"depth": 2}), "unexpected keyword argument 'depth'"),
        (lambda m: _edit_config(m / "config.json", trained_words=1), "has 9 words, but there are 1 trained and 4"),
        (lambda m: _edit_config(m / "config.json", model={"blocks": ["u", "best"]}), "'best', which is not registered"),
    ],
)
def test_damage_is_named(tmp_path, damage, message):
    toy_model().save(tmp_path / "m")
    damage(tmp_path / "m")
    with pytest.raises(CheckpointError, match=message):
        InferSent.from_pretrained(tmp_path / "m")


def test_a_model_of_another_library_is_called_what_it_is(tmp_path):
    for name, text, library in (
        ("modules.json", "[]", "sentence-transformers"),
        ("config.json", '{"model_type": "bert"}', "transformers"),
    ):
        folder = tmp_path / library
        folder.mkdir()
        (folder / name).write_text(text)
        said = (
            rf"not a checkpoint of this package but a model of {library}\. `infersent choose FILE --encoder {folder}`"
        )
        with pytest.raises(CheckpointError, match=said) as caught:
            InferSent.from_pretrained(folder)
        assert "Make one by" not in str(caught.value)
    (tmp_path / "infersent2.pkl").write_bytes(b"x")
    with pytest.raises(CheckpointError, match=r"it is a file, and a checkpoint is a folder\. InferSent\.from_official"):
        InferSent.from_pretrained(tmp_path / "infersent2.pkl")
    (tmp_path / "model.bin").write_bytes(b"x")
    with pytest.raises(CheckpointError, match="Name the folder of a training run, or of its best epoch"):
        InferSent.from_pretrained(tmp_path / "model.bin")
