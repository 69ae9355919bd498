"""Blocks with parameters: built by each model, trained, saved by name, and refused where nothing trains them."""

import copy
import pickle

import numpy as np
import pytest
import torch
from torch import nn

from infersent import InferSent, PairFeatures, choose_blocks, explain, pair_features, register_feature
from infersent.choose.candidates import default_candidates
from infersent.inside.evidence import evidence, sentence_pairs
from infersent.inside.interventions import drop, intervene
from infersent.inside.ledger import head_weights
from infersent.model import features, trainable
from infersent.model.checkpoint import CheckpointError
from infersent.model.export import export_pairs
from infersent.model.features import build_modules, feature_names, get_feature, temporary_feature
from infersent.model.infersent import ModelConfig
from infersent.nn import PairHead
from infersent.study.dot_product import Learner
from infersent.study.grid import Trial, read_grid
from infersent.text.batching import encode_pairs, pad, word_ids
from infersent.training.config import TrainingConfig
from infersent.training.loop import train
from tests.toy import toy_model, toy_pairs, toy_vocabulary

LEARNED = tuple(name for name in feature_names() if get_feature(name).module)
BOTH = "u, v, learned(u,v), Au*Bv"


class Gate(nn.Module):
    """A reader's block: u scaled by one learned number, minus v."""

    def __init__(self, dim):
        super().__init__()
        self.scale = nn.Parameter(torch.full((dim,), 2.0))

    def forward(self, u, v):
        return self.scale * u - v


def random_pair(batch=6, dim=5, seed=0, **options):
    return torch.randn(2, batch, dim, generator=torch.Generator().manual_seed(seed), **options).unbind()


def encoded(model, n=30):
    return encode_pairs(toy_pairs(n), model.tokenizer, cache=False)


def same(first, second):
    """Whether two state dicts are equal bit by bit."""
    return first.keys() == second.keys() and all(torch.equal(first[name], second[name]) for name in first)


def test_two_come_with_the_package():
    assert LEARNED == ("learned(u,v)", "Au*Bv")
    assert set(LEARNED) <= set(features.SHIPPED_FEATURES)
    assert not set(LEARNED) & set(feature_names(parameters=False))


def test_the_learned_function_is_the_sum_it_says_coordinate_by_coordinate():
    torch.manual_seed(0)
    function = trainable.ElementwiseFunction(terms=3).double()
    u, v = random_pair(2, 4, dtype=torch.float64)
    (p, q), c, s = function.inner.weight.T.tolist(), function.inner.bias.tolist(), function.outer.weight[0].tolist()
    expected = [
        [sum(s[j] * np.tanh(p[j] * a + q[j] * b + c[j]) for j in range(3)) for a, b in zip(x, y, strict=True)]
        for x, y in zip(u.tolist(), v.tolist(), strict=True)
    ]
    torch.testing.assert_close(function(u, v), torch.tensor(expected, dtype=torch.float64))


def test_the_low_rank_block_is_a_bilinear_form_of_its_rank():
    torch.manual_seed(0)
    block = trainable.LowRankBilinear(6, 2).double()
    w = torch.randn(2, dtype=torch.float64)
    u, v = random_pair(3, 6, dtype=torch.float64)
    form = block.first.weight.T @ w.diag() @ block.second.weight  # [6, 6]
    torch.testing.assert_close(block(u, v) @ w, (u @ form * v).sum(dim=1))
    assert torch.linalg.matrix_rank(form) == 2
    with torch.no_grad():
        for matrix in (wide := trainable.LowRankBilinear(6, 6)).parameters():
            matrix.copy_(torch.eye(6))
    torch.testing.assert_close(wide(u.float(), v.float()), (u * v).float())


@pytest.mark.parametrize("name", LEARNED)
def test_its_width_and_its_symmetry_are_as_declared(name):
    for dim in (1, 5, 64, 100):
        u, v = random_pair(3, dim)
        found = pair_features(u, v, [name], build_modules(dim, [name]))
        assert found.shape == (3, get_feature(name).width(dim)) == (3, features.features_width(dim, [name]))
    assert get_feature(name).swap is None
    modules = build_modules(5, [name])
    u, v = random_pair()
    forth, back = pair_features(u, v, [name], modules), pair_features(v, u, [name], modules)
    assert not torch.allclose(forth.abs(), back.abs())


def test_columns_are_where_the_registry_says():
    torch.manual_seed(0)
    u, v = random_pair(4, 100)
    modules = build_modules(100, BOTH)
    x = pair_features(u, v, BOTH, modules)
    slices = features.block_slices(100, BOTH)
    assert slices["Au*Bv"] == slice(300, 364)
    for name in LEARNED:
        assert torch.equal(x[:, slices[name]], modules[name](u, v))


@pytest.mark.parametrize("name", LEARNED)
def test_a_gradient_reaches_both_vectors_and_every_parameter(name):
    torch.manual_seed(0)
    head = PairHead(5, 2, ["u", name])
    u, v = (side.requires_grad_() for side in random_pair())
    head(u, v).square().sum().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in (*head.parameters(), u, v))
    module = build_modules(3, [name])[name].double()
    pair = [side.requires_grad_() for side in random_pair(2, 3, dtype=torch.float64)]
    assert torch.autograd.gradcheck(lambda u, v: module(u, v), pair)


def test_encoder_and_head_start_as_they_do_with_a_function_of_the_same_width():
    plain, learned = toy_model(blocks="u, v, u*v"), toy_model(blocks="u, v, learned(u,v)")
    more = learned.state_dict()
    assert all(torch.equal(weight, more[name]) for name, weight in plain.state_dict().items())
    assert not any(name.startswith("features.") for name in plain.state_dict())
    assert same(more, toy_model(blocks="u, v, learned(u,v)").state_dict())
    other = toy_model(blocks="u, v, learned(u,v)", seed=1)
    assert not torch.equal(more["features.learned(u,v).inner.weight"], other.features["learned(u,v)"].inner.weight)


def test_every_model_has_an_instance_of_its_own():
    first, second = toy_model(blocks=BOTH), toy_model(blocks=BOTH)
    with torch.no_grad():
        for parameter in first.features.parameters():
            parameter.zero_()
    assert all(parameter.abs().sum() > 0 for parameter in second.features.parameters())


def test_training_moves_the_parameters_and_a_checkpoint_brings_them_back_bit_by_bit(tmp_path):
    model = toy_model(blocks=BOTH)
    before = copy.deepcopy(model.features.state_dict())
    pairs = encoded(model, 96)
    config = TrainingConfig(epochs=20, learning_rate=0.02, decay=1.0, batch_size=24)
    log = train(model, pairs, pairs, config, out=tmp_path, progress=False)
    assert log[-1].dev_accuracy > 0.9
    after = model.features.state_dict()
    assert not any(torch.equal(before[name], after[name]) for name in before)
    again = InferSent.from_pretrained(tmp_path)
    assert again.config.blocks == model.config.blocks
    assert same(again.state_dict(), model.state_dict())
    u, v = sentence_pairs(model, pairs)
    u, v = torch.from_numpy(u), torch.from_numpy(v)
    assert torch.equal(model.pair_features(u, v), again.pair_features(u, v))


def test_a_run_that_was_stopped_goes_on_to_the_same_parameters(tmp_path):
    models = [toy_model(blocks=BOTH) for _ in range(3)]
    pairs = encoded(models[0])
    settings = {"averaging": 0.9, "head_rate": 3.0}
    train(models[0], pairs, pairs, TrainingConfig(epochs=3, **settings), out=tmp_path / "whole", progress=False)
    train(models[1], pairs, pairs, TrainingConfig(epochs=1, **settings), out=tmp_path / "parts", progress=False)
    rest = TrainingConfig(epochs=3, **settings)
    train(models[2], pairs, pairs, rest, out=tmp_path / "parts", resume=True, progress=False)
    assert same(models[0].state_dict(), models[2].state_dict())


def test_they_learn_at_the_heads_rate():
    """With plain gradient descent, ten times the rate is ten times the step."""
    moved = []
    for rate in (1.0, 10.0):
        model = toy_model(blocks="u, v, learned(u,v)")
        before = model.features["learned(u,v)"].outer.weight.detach().clone()
        pairs = encoded(model, 12)
        config = TrainingConfig(
            optimizer="sgd", learning_rate=1e-3, head_rate=rate, epochs=1, batch_size=12, clip=float("inf")
        )
        train(model, pairs, pairs, config, progress=False)
        moved.append(model.features["learned(u,v)"].outer.weight - before)
    torch.testing.assert_close(moved[1], 10 * moved[0], rtol=1e-3, atol=1e-7)


def test_a_model_without_such_blocks_is_written_in_the_format_of_before(tmp_path):
    for blocks, number in (("u, v", 1), ("u, Au*Bv", 3)):
        toy_model(blocks=blocks).save(tmp_path / "m")
        assert f'"format": {number}' in (tmp_path / "m" / "config.json").read_text()


def test_a_readers_block_is_built_saved_and_missed(tmp_path):
    with temporary_feature("gate", module=Gate):
        model = toy_model(blocks="u, gate")
        with torch.no_grad():
            model.features["gate"].scale.fill_(0.25)
        model.save(tmp_path / "m")
        assert same(InferSent.from_pretrained(tmp_path / "m").state_dict(), model.state_dict())
    with pytest.raises(CheckpointError, match=r"uses the pair feature 'gate', which is not registered\. Register it"):
        InferSent.from_pretrained(tmp_path / "m")


@pytest.mark.parametrize(
    ("function", "module", "message"),
    [
        (torch.sub, None, r"'gate' than.*'scale' was \(12,\) there and is none here.*register_feature"),
        (
            None,
            lambda dim: Gate(1),
            r"'gate' than.*'scale' was \(12,\) there and is \(1,\) here.*register",
        ),
    ],
)
def test_another_block_under_the_same_name_is_told(tmp_path, function, module, message):
    with temporary_feature("gate", module=Gate):
        toy_model(blocks="u, gate").save(tmp_path / "m")
    with (
        temporary_feature("gate", function, module=module),
        pytest.raises(CheckpointError, match=message),
    ):
        InferSent.from_pretrained(tmp_path / "m")


def test_a_copy_a_pickle_and_another_precision_keep_the_parameters():
    model = toy_model(blocks=BOTH)
    for other in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert same(other.state_dict(), model.state_dict())
        assert other.features["Au*Bv"] is not model.features["Au*Bv"]
    half = copy.deepcopy(model).to(torch.bfloat16)
    assert {p.dtype for p in half.features.parameters()} == {torch.bfloat16}
    pairs = toy_pairs(5)
    ours, theirs = (m.predict_proba(pairs.premises, pairs.hypotheses) for m in (model, half))
    np.testing.assert_allclose(ours, theirs, atol=0.02)
    assert {p.device.type for p in copy.deepcopy(model).to("meta").features.parameters()} == {"meta"}


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")  # torch uses what it has deprecated
def test_an_exported_program_computes_them():
    model = toy_model(blocks=BOTH)
    program = export_pairs(model).module()
    texts = ["a dog", "maybe the cat here"]
    sides = [tensor for some in (texts, texts[::-1]) for tensor in pad(word_ids(model.tokenizer, some))]
    expected = model.predict_proba(texts, texts[::-1])
    np.testing.assert_allclose(program(*sides).softmax(dim=1).detach(), expected, atol=1e-6)


def test_more_words_and_another_head_keep_what_was_learned():
    model = toy_model(blocks=BOTH)
    other = model.with_new_head(["no", "yes"], seed=3)
    assert same(other.features.state_dict(), model.features.state_dict())
    fresh = model.untrained(seed=3)
    assert not same(fresh.features.state_dict(), model.features.state_dict())


def test_the_ledger_of_a_learned_function_adds_up_over_words():
    model = toy_model(blocks="u, v, learned(u,v)", head="stacked-linear")
    ledger = explain(model, "a dog", "the cat")
    assert ledger.check() < 1e-6
    u, v = (torch.from_numpy(side)[None] for side in (ledger.u, ledger.v))
    with torch.no_grad():
        columns = model.features["learned(u,v)"](u, v)[0].numpy()
    expected = columns @ head_weights(model)[0]["learned(u,v)"].T
    np.testing.assert_allclose(ledger.by_block["learned(u,v)"], expected, atol=1e-6)
    cells = ledger.interaction_map["learned(u,v)"].sum(axis=(0, 1))
    np.testing.assert_allclose(cells, ledger.by_block["learned(u,v)"], atol=1e-12)
    assert model.features["learned(u,v)"].inner.weight.dtype == torch.float32


def test_evidence_and_interventions_use_the_models_parameters():
    model = toy_model(blocks="u, v, learned(u,v)")
    pairs = encoded(model)
    u, v = sentence_pairs(model, pairs)
    before = evidence(model, u, v, pairs.labels)
    assert 0 < before["learned(u,v)"].share < 1
    without = intervene(model, pairs, {"learned(u,v)": drop})
    with torch.no_grad():
        model.features["learned(u,v)"].outer.weight.zero_()
    assert evidence(model, u, v, pairs.labels)["learned(u,v)"].share == 0
    assert intervene(model, pairs).accuracy == without.accuracy


def test_a_block_that_mixes_coordinates_has_no_ledger():
    """With vectors of 12 numbers it is 12 columns wide, and still no column belongs to a coordinate."""
    with pytest.raises(ValueError, match=r"'Au\*Bv' mixes the coordinates.*interventions\.intervene"):
        explain(toy_model(blocks="u, Au*Bv"), "a dog", "the cat")


@pytest.mark.parametrize(
    "use",
    [
        lambda: pair_features(*random_pair(), BOTH),
        lambda: pair_features(*random_pair(), BOTH, build_modules(5, "u, Au*Bv")),
        lambda: get_feature("learned(u,v)").function(*random_pair()),
    ],
)
def test_without_parameters_there_is_nothing_to_compute(use):
    with pytest.raises(ValueError, match=r"'learned\(u,v\)' has parameters.*PairHead.*build_modules\(dim, blocks\)"):
        use()


@pytest.mark.parametrize(
    "use",
    [
        lambda u, v: choose_blocks(u, v, np.arange(40) % 2, candidates=["u, v", "u, v, Au*Bv"]),
        lambda u, v: PairFeatures("u, Au*Bv").fit(np.stack([u, v], axis=1)),
        lambda u, v: Learner(dim=3, samples=10, blocks=("u", "Au*Bv")),
    ],
)
def test_what_trains_nothing_refuses_them(use):
    u, v = (side.numpy() for side in random_pair(40, 3))
    with pytest.raises(ValueError, match=r"'Au\*Bv' has parameters that have to be trained.*trains none.*PairHead"):
        use(u, v)


def test_by_default_the_chooser_leaves_a_readers_out():
    with temporary_feature("gate", module=Gate), temporary_feature("sum", torch.add):
        sets = default_candidates()
    assert ("sum",) in sets
    assert not any("gate" in some for some in sets)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "needs either a function or module="),
        ({"function": torch.add, "module": Gate}, "needs either a function or module="),
        ({"name": "0.5*u", "module": Gate}, r"'0\.5\*u' has parameters.*may not contain a dot"),
        ({"name": "keys", "module": Gate}, r"'keys' has parameters.*ModuleDict"),
    ],
)
def test_registering_refuses_what_cannot_be_built(arguments, message):
    before = feature_names()
    with pytest.raises(ValueError, match=message):
        register_feature(**{"name": "new"} | arguments)
    assert feature_names() == before


def test_what_a_factory_returns_is_checked():
    with (
        temporary_feature("new", module=lambda dim: torch.add),
        pytest.raises(TypeError, match=r"'new' returned builtin_function_or_method, not a torch\.nn\.Module"),
    ):
        PairHead(3, 2, "u, new")
    with temporary_feature("wide", module=trainable.low_rank_bilinear):
        assert PairHead(5, 2, "wide")(*random_pair()).shape == (6, 2)
        with pytest.raises(ValueError, match=r"'wide' gave a tensor of shape \(6, 64\), but it declares \(6, 100\)"):
            PairHead(100, 2, "wide")(*random_pair(dim=100))


def test_a_head_of_ones_own_saves_and_loads_them(tmp_path):
    head, other = PairHead(5, 3, BOTH), PairHead(5, 3, BOTH)
    assert not torch.equal(head(*random_pair()), other(*random_pair()))
    torch.save(head.state_dict(), tmp_path / "head.pt")
    other.load_state_dict(torch.load(tmp_path / "head.pt", weights_only=True))
    assert torch.equal(head(*random_pair()), other(*random_pair()))
    with pytest.raises(ValueError, match="takes vectors of 5 numbers; these have 4"):
        head(*random_pair(dim=4))


def test_a_grid_names_them_and_keys_of_before_stay():
    trial = Trial.from_spec({"corpus": "captions", "vectors": "trained", "blocks": "u, v, learned(u,v)"})
    assert trial.model.blocks == ("u", "v", "learned(u,v)")
    assert trial.key == Trial.from_spec(trial.spec).key
    (first, *_) = read_grid("captions")
    assert (first.model.blocks, first.training.seed, first.key) == (("u",), 0, "aab022533817c340")
    model = InferSent.from_vocabulary(ModelConfig(hidden=6, blocks=trial.model.blocks), toy_vocabulary())
    assert list(model.features) == ["learned(u,v)"]
