"""Signs: the counting agrees with loops, a knock-out takes what it says, and the record is of today's recipe."""

import json
import math
from dataclasses import asdict, replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from infersent.data import LABELS, load
from infersent.foundation.recorded import load_record
from infersent.inside.signs import (
    QUADRANTS,
    effective_words,
    knock_out,
    measure,
    more_often,
    product_mass,
    quadrants,
)
from infersent.model.heads import collapse
from infersent.release.signs import SMALL_PAIRS, small_recipe, write_signs
from infersent.text.batching import encode_pairs
from infersent.training.config import TrainingConfig
from infersent.training.evaluation import evaluate
from infersent.training.recipes import get_recipe
from tests.toy import toy_model, toy_pairs

vectors = arrays(np.float64, (3, 4), elements=st.floats(-1, 1, width=16))


@pytest.fixture
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("INFERSENT_CACHE", str(tmp_path / "cache"))


@given(vectors, vectors)
def test_quadrants_agree_with_a_loop(u, v):
    counts = dict.fromkeys(QUADRANTS, 0)
    for a, b in zip(u.ravel(), v.ravel(), strict=True):
        if a and b:
            counts[("+" if a > 0 else "-") + ("+" if b > 0 else "-")] += 1
    assert quadrants(u, v) == {name: count / u.size for name, count in counts.items()}


@given(vectors, vectors)
def test_swapping_the_sentences_mirrors_the_quadrants(u, v):
    assert {name[::-1]: share for name, share in quadrants(v, u).items()} == quadrants(u, v)


def test_mass_is_all_of_the_product():
    u, v = np.random.default_rng(0).standard_normal((2, 5, 7))
    mass = product_mass(u, v)
    assert sum(mass.values()) == pytest.approx(1)
    negative = -np.minimum(u * v, 0).sum() / np.abs(u * v).sum()
    assert mass["+-"] + mass["-+"] == pytest.approx(negative)


@given(st.integers(0, 40))
def test_effective_words_of_independent_coins(words):
    assert effective_words(1 - 2**-words) == words


@pytest.mark.parametrize("share", [-0.1, 1.0, 1.5, math.nan])
def test_effective_words_of_no_share(share):
    with pytest.raises(ValueError, match="is not from 0 to below 1"):
        effective_words(share)


def test_more_often_agrees_with_a_loop():
    first, second = np.array([1, 2, 2, 5]), np.array([0, 2, 3])
    slow = np.mean([(a > b) + (a == b) / 2 for a in first for b in second])
    assert more_often(first, second) == pytest.approx(slow)


@pytest.mark.usefixtures("own_cache")
@pytest.mark.parametrize("encoder", ["bilstm-max", "bilstm-mean"])
def test_measurement_agrees_with_encoding_sentence_by_sentence(encoder):
    model, pairs = toy_model(encoder=encoder), toy_pairs(30)
    measured = measure(model, pairs)
    u, v = (np.stack([model.encode(s) for s in side]) for side in (pairs.premises, pairs.hypotheses))
    assert measured.positive == pytest.approx((np.concatenate([u, v]) > 0).mean(), abs=1e-5)
    assert measured.quadrants["all"] == pytest.approx(quadrants(u, v), abs=1e-5)
    for i, label in enumerate(LABELS):
        rows = pairs.labels == i
        assert measured.quadrants[label] == pytest.approx(quadrants(u[rows], v[rows]), abs=1e-5)
        assert measured.mean_product[label] == pytest.approx((u * v)[rows].mean(), abs=1e-5)
    by_length = measured.by_length
    sentences = dict.fromkeys([*pairs.premises, *pairs.hypotheses])
    longest = by_length.length[-1]
    same_length = [s for s in sentences if len(s.split()) == longest]
    assert by_length.sentences[-1] == len(same_length)
    assert by_length.positive[-1] == pytest.approx((model.encode(same_length) > 0).mean(), abs=1e-5)


@pytest.mark.usefixtures("own_cache")
def test_word_states_are_counted_without_the_padding():
    model, pairs = toy_model(), toy_pairs(30)
    sentences = list(dict.fromkeys([*pairs.premises, *pairs.hypotheses]))
    signs_of_states = []
    with torch.no_grad():
        for sentence in sentences:
            ids = torch.tensor([model.tokenizer.encode(sentence).ids])
            states = model.encoder.states(ids, torch.tensor([ids.shape[1]]))
            signs_of_states += (states > 0).ravel().tolist()
    assert measure(model, pairs).word_states == pytest.approx(np.mean(signs_of_states), abs=1e-5)


@pytest.mark.usefixtures("own_cache")
def test_knock_out_of_nothing_and_of_everything():
    model, pairs = toy_model(), toy_pairs(60)
    lost = knock_out(model, pairs)
    encoded = encode_pairs(pairs, model.tokenizer)
    assert lost["nothing"].accuracy == pytest.approx(evaluate(model, encoded).accuracy, abs=1e-5)
    assert lost["nothing"].changed == 0.0
    model.head = collapse(model.head)
    with torch.no_grad():
        model.head.weight[:, 3 * model.encoder.dim :] = 0  # the weights of u*v
    assert lost["all"].accuracy == pytest.approx(evaluate(model, encoded).accuracy, abs=1e-5)


@pytest.mark.usefixtures("own_cache")
def test_knock_out_of_a_model_without_the_product_changes_nothing():
    lost = knock_out(toy_model(blocks=("u", "v", "|u-v|")), toy_pairs(30))
    assert {result.changed for result in lost.values()} == {0.0}


def test_untrained_is_the_model_before_training():
    model = toy_model(seed=3)
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    with torch.no_grad():
        model.encoder.lstm.weight_ih_l0.add_(1.0)
    after = model.untrained(seed=3).state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)


@pytest.mark.usefixtures("own_cache")
def test_an_encoder_without_states_is_refused():
    model = toy_model()
    model.encoder = torch.nn.Identity()
    with pytest.raises(ValueError, match="no states to pool"):
        measure(model, toy_pairs(6))


# The record


def test_record_is_of_todays_recipes():
    record = load_record("signs")
    preset = get_recipe("laptop")
    assert record["laptop"]["model"] == json.loads(json.dumps(asdict(preset.model)))
    assert record["laptop"]["knock_out"]["nothing"]["accuracy"] == load_record("laptop")["dev"]["accuracy"]
    for encoder, runs in record["small"].items():
        for seed, run in enumerate(runs):
            recipe = small_recipe(encoder, seed)
            assert run["model"] == json.loads(json.dumps(asdict(recipe.model)))
            assert TrainingConfig(**run["training"]) == recipe.training
            assert run["pairs"] == SMALL_PAIRS
            assert run["knock_out"]["nothing"]["accuracy"] == run["dev_accuracy"]


@pytest.mark.snli
def test_record_is_of_these_dev_pairs():
    assert load("snli", "dev").digest()[:16] == load_record("signs")["digest"]


@pytest.mark.usefixtures("own_cache")
def test_writing_a_record(tmp_path, monkeypatch):
    tiny = replace(
        get_recipe("laptop"),
        min_count=1,
        model=replace(get_recipe("laptop").model, hidden=3, head_hidden=4),
        training=replace(get_recipe("laptop").training, epochs=1),
    )
    monkeypatch.setattr("infersent.release.signs.get_recipe", lambda name: tiny)
    monkeypatch.setattr("infersent.training.recipes.Recipe.smaller", lambda recipe, hidden, epochs: recipe)
    monkeypatch.setattr("infersent.release.signs.load_pairs", lambda recipe, split: toy_pairs(36, name=split))
    toy_model().save(tmp_path / "run")
    record = write_signs(tmp_path / "run", tmp_path / "signs.json", seeds=(0, 1))
    assert json.loads((tmp_path / "signs.json").read_text()) == json.loads(json.dumps(record))
    assert record["measured_on"] == "dev"
    assert {encoder: len(runs) for encoder, runs in record["small"].items()} == {"bilstm-max": 2, "bilstm-mean": 2}
