"""The shipped model: the same function after collapsing, small on disk, and as good as its card says."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from infersent import InferSent, choose_blocks
from infersent.model.checkpoint import SHIPPED, CheckpointError, load_metrics
from infersent.model.infersent import ModelConfig
from infersent.release import model as shipping
from infersent.release.choices import ENCODERS, TASKS, write_choices
from infersent.release.model import collapsed, model_card, ship_model
from infersent.text.vectors import shipped_vectors
from infersent.text.vocabulary import Vocabulary
from infersent.training.config import TrainingConfig
from infersent.training.loop import train
from infersent.training.recipes import RECIPES, set_up
from tests.toy import toy_model, toy_pairs

PAIRS = toy_pairs(60)


def test_collapsing_changes_no_probability():
    model = toy_model(seed=1, head="stacked-linear")
    straight = collapsed(model)
    assert straight.config.head == "linear"
    ours, theirs = (m.predict_proba(PAIRS.premises, PAIRS.hypotheses) for m in (straight, model))
    np.testing.assert_allclose(ours, theirs, atol=1e-6)


def test_an_mlp_cannot_be_collapsed():
    with pytest.raises(TypeError, match="Tanh"):
        collapsed(toy_model(head="mlp"))


@pytest.fixture
def with_shipped_vectors():
    """An untrained model on the package's vectors."""
    given = shipped_vectors()
    return InferSent.from_vocabulary(
        ModelConfig(hidden=4, head="linear"), Vocabulary(["a"], given.words, given.vectors, {})
    )


def test_the_packages_vectors_are_named_and_not_stored(tmp_path, with_shipped_vectors, monkeypatch):
    with_shipped_vectors.save(tmp_path / "model")
    assert (tmp_path / "model" / "model.safetensors").stat().st_size < 20_000
    again = InferSent.from_pretrained(tmp_path / "model")
    for ours, theirs in zip(again.state_dict().values(), with_shipped_vectors.state_dict().values(), strict=True):
        assert torch.equal(ours, theirs)
    other = shipped_vectors()
    monkeypatch.setattr("infersent.model.checkpoint.shipped_vectors", lambda: replace(other, vectors=other.vectors + 1))
    with pytest.raises(CheckpointError, match="trained on other word vectors than those of this version"):
        InferSent.from_pretrained(tmp_path / "model")


def test_half_precision_halves_the_file_and_is_read_in_float32(tmp_path):
    model = toy_model(hidden=32)
    model.save(tmp_path / "full")
    toy_model(hidden=32).half().save(tmp_path / "half")
    full, half = (len((tmp_path / name / "model.safetensors").read_bytes()) for name in ("full", "half"))
    assert half < 0.6 * full
    again = InferSent.from_pretrained(tmp_path / "half")
    assert {p.dtype for p in again.state_dict().values()} == {torch.float32}
    ours, theirs = (m.predict_proba(PAIRS.premises, PAIRS.hypotheses) for m in (again, model))
    np.testing.assert_allclose(ours, theirs, atol=2e-3)


def test_shipping_measures_what_is_on_disk_and_writes_the_card(tmp_path, monkeypatch):
    preset = replace(
        RECIPES["laptop"],
        model=ModelConfig(hidden=6, head="stacked-linear"),
        training=TrainingConfig(epochs=1),
        min_count=1,
    )
    setup = set_up(preset, PAIRS, toy_pairs(30, seed=1), progress=False)
    provenance = setup.provenance | {"preset": "laptop"}
    train(
        setup.model, setup.train, setup.dev, preset.training, out=tmp_path / "r", provenance=provenance, progress=False
    )
    monkeypatch.setattr(shipping, "load", lambda data, split: toy_pairs(33, seed=len(split)))
    metrics = ship_model(tmp_path / "r", tmp_path / "shipped")
    assert load_metrics(tmp_path / "shipped") == json.loads(json.dumps(metrics))
    model = InferSent.from_pretrained(tmp_path / "shipped")
    answers = model.predict_proba(*(lambda p: (p.premises, p.hypotheses))(toy_pairs(33, seed=4))).argmax(axis=1)
    assert metrics["test"]["accuracy"] == pytest.approx((answers == toy_pairs(33, seed=4).labels).mean(), abs=1e-5)
    card = (tmp_path / "shipped" / "README.md").read_text()
    assert f"| test | {metrics['test']['accuracy']:.1%} |" in card
    assert metrics["machine"] in card


# The model in the package


def test_the_shipped_model_meets_its_bars():
    model = InferSent.from_pretrained()
    assert (model.config.encoder, model.config.hidden, model.config.head) == ("bilstm-max", 256, "linear")
    assert model.config.blocks == ("u", "v", "|u-v|", "u*v")
    assert model.tokenizer.get_vocab_size() >= 15_000
    assert sum(file.stat().st_size for file in SHIPPED.iterdir()) <= 8e6
    assert load_metrics(SHIPPED)["test"]["accuracy"] >= 0.78


def test_the_card_is_the_one_that_the_numbers_give():
    card = model_card(InferSent.from_pretrained(), load_metrics(SHIPPED), size=shipping._size(SHIPPED))
    assert (SHIPPED / "README.md").read_text(encoding="utf-8") == card


def test_the_shipped_model_knows_what_is_obvious():
    premise = "A man in a red shirt is playing a guitar on a stage."
    hypotheses = ["A person is playing an instrument.", "A man is sleeping in a bed.", "A famous singer is on tour."]
    answers = InferSent.from_pretrained().predict_proba([premise] * 3, hypotheses).argmax(axis=1)
    assert answers[:2].tolist() == [0, 2]


def test_the_record_of_the_choices_is_gathered_from_reports(tmp_path):
    generator = np.random.default_rng(0)
    u, v = generator.normal(size=(2, 60, 3))
    labels = (u[:, 0] * v[:, 0] > 0).astype(int)
    choice = choose_blocks(u, v, labels, candidates=["u, v", "u*v"], repeats=1, test=(u, v, labels))
    names = [f"{task}-{encoder}" for task in TASKS for encoder in ENCODERS] + ["snli-minilm"]
    for name in names:
        (tmp_path / f"{name}.json").write_text(choice.to_json())
    record = write_choices(tmp_path, tmp_path / "choices.json")
    assert json.loads((tmp_path / "choices.json").read_text()) == record
    assert [(one["task"], one["encoder"]) for one in record["choices"]][:2] == [
        ("paraphrase", "InferSent"),
        ("paraphrase", "MiniLM"),
    ]
    assert len(record["choices"]) == len(TASKS) * len(ENCODERS)
    assert record["snli"]["recommended"] == list(choice.recommended)
    assert set(record["snli"]["test"]["scores"]) == {"u", "v", "u, v", "u*v"}
    (tmp_path / "mrpc-minilm.json").unlink()
    with pytest.raises(FileNotFoundError, match="mrpc-minilm"):
        write_choices(tmp_path, tmp_path / "again.json")
