"""What the first version of the package wrote, later versions read: a checkpoint's folder and a study's record.

The files under ``fixtures`` were written by commit 9f04e1d, before the package was divided into storeys. They are never
written anew: a change that cannot read them breaks the checkpoints and studies of every reader.
"""

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from safetensors.torch import load_file

from infersent import InferSent
from infersent.model.checkpoint import load_metrics
from infersent.study.grid import Trial
from infersent.study.records import TrainingData, read_records

FIXTURES = Path(__file__).parents[1] / "fixtures"
CHECKPOINT = FIXTURES / "checkpoint"
RECORDS = FIXTURES / "records"


def test_an_old_checkpoint_gives_the_same_probabilities():
    model = InferSent.from_pretrained(CHECKPOINT)
    found = model.predict_proba(["a dog", "a cow"], ["the dog", "maybe a pig here"])
    written = [
        [0.34849477, 0.30982131, 0.34168392],
        [0.17708045, 0.54858017, 0.27433941],
    ]  # by the code that trained it
    assert found == pytest.approx(np.array(written), abs=1e-6)


def test_an_old_checkpoint_has_the_settings_it_was_trained_with():
    config = asdict(InferSent.from_pretrained(CHECKPOINT).config)
    assert config == {
        "encoder": "bilstm-max",
        "hidden": 6,
        "blocks": ("u", "v", "|u-v|", "u*v"),
        "head": "linear",
        "head_hidden": 512,
        "word_dropout": 0.0,
        "feature_dropout": 0.0,
    }
    assert load_metrics(CHECKPOINT)["best"]["dev_accuracy"] == 0.85417


def test_a_checkpoint_is_still_written_as_then(tmp_path):
    InferSent.from_pretrained(CHECKPOINT).save(tmp_path / "again", load_metrics(CHECKPOINT))
    assert (tmp_path / "again" / "metrics.json").read_bytes() == (CHECKPOINT / "metrics.json").read_bytes()
    config = json.loads((tmp_path / "again" / "config.json").read_text())
    assert set(config.pop("digests")) == {"model.safetensors", "tokenizer.json", "metrics.json"}
    assert len(config.pop("digest")) == 64  # older versions do not look at these two
    assert json.dumps(config, indent=1) + "\n" == (CHECKPOINT / "config.json").read_text()
    then, now = (load_file(folder / "model.safetensors") for folder in (CHECKPOINT, tmp_path / "again"))
    assert {name: tensor.tolist() for name, tensor in now.items()} == {n: t.tolist() for n, t in then.items()}


def test_an_old_record_is_that_of_the_same_trial():
    (path,) = RECORDS.iterdir()
    spec = json.loads(path.read_text("utf-8"))["spec"]
    assert Trial.from_spec(spec).key == path.stem  # so a study finds it, and does not train again
    assert spec.items() <= Trial.from_spec(spec).spec.items()


def test_an_old_record_says_what_it_said():
    (path,) = RECORDS.iterdir()
    trial = Trial.from_spec(json.loads(path.read_text("utf-8"))["spec"])
    (record,) = read_records([trial], RECORDS)
    assert record.test.accuracy == 0.33333
    assert record.test.pairs == 3000
    assert record.test.right().sum() == 1000
    assert record.log[-1].epoch == 6
    assert record.data == TrainingData(digest="bfa57c1d6b8e2d87", pairs=30000, train="captions train")
