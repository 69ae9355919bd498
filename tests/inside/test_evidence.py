"""Where evidence is kept: shares against the ledger, and refitted heads against a slow reference."""

from dataclasses import asdict

import numpy as np
import pytest
import torch

from infersent import LABELS
from infersent.foundation.recorded import load_record
from infersent.inside.dimensions import redundancy
from infersent.inside.evidence import by_overlap, coordinates, evidence, refit, sentence_pairs, without
from infersent.inside.ledger import explain_all, head_weights
from infersent.model.features import Blocks, pair_features
from infersent.text.batching import encode_pairs
from tests.toy import toy_model, toy_pairs

MODEL = toy_model(seed=1)
PAIRS = toy_pairs(60)
ENCODED = encode_pairs(PAIRS, MODEL.tokenizer, cache=False)
VECTORS = sentence_pairs(MODEL, ENCODED)


def test_shares_are_those_of_the_ledgers():
    found = evidence(MODEL, *VECTORS, PAIRS.labels)
    assert sum(part.share for part in found.values()) == pytest.approx(1, abs=1e-3)
    size, right, by_label = {}, {}, {}
    for ledger, label in zip(explain_all(MODEL, PAIRS.premises, PAIRS.hypotheses), PAIRS.labels, strict=True):
        for name, part in ledger.by_block.items():
            centred = part - part.mean()
            size[name] = size.get(name, 0) + np.abs(centred).sum()
            right[name] = right.get(name, 0) + centred[label] / len(PAIRS)
            by_label.setdefault((name, label), []).append(centred)
    for name, part in found.items():
        assert part.share == pytest.approx(size[name] / sum(size.values()), abs=1e-3)
        assert part.for_right == pytest.approx(right[name], abs=1e-3)
        for i, label in enumerate(LABELS):
            assert part.signed[label] == pytest.approx(np.mean(by_label[name, i], axis=0), abs=1e-3)


def test_sentence_pairs_are_the_models_own():
    u, v = VECTORS
    np.testing.assert_allclose(u, MODEL.encode(PAIRS.premises), atol=1e-6)
    np.testing.assert_allclose(v, MODEL.encode(PAIRS.hypotheses), atol=1e-6)


def test_a_refitted_head_is_at_its_optimum():
    """The gradient of the very loss that it minimises vanishes."""
    generator = torch.Generator().manual_seed(0)
    u, v = (torch.rand(300, 5, generator=generator).numpy() for _ in range(2))
    labels = np.minimum(u[:, 0] * v[:, 0] * 6, 2).astype(np.int64)
    head = refit(u, v, labels, ["u", "u*v"], steps=300)
    features = pair_features(torch.from_numpy(u), torch.from_numpy(v), ["u", "u*v"])
    mean, spread = features.mean(dim=0), features.std(dim=0)
    weight = (head.weight * spread).detach().requires_grad_()
    bias = (head.bias + head.weight @ mean).detach().requires_grad_()
    counts = np.bincount(labels, minlength=3)
    logits = ((features - mean) / spread) @ weight.T + bias
    weights = torch.tensor(len(labels) / (3 * counts), dtype=torch.float32)
    loss = torch.nn.functional.cross_entropy(logits, torch.from_numpy(labels), weight=weights)
    (loss + 1e-3 * weight.square().sum()).backward()
    assert weight.grad.abs().max() < 1e-3
    assert bias.grad.abs().max() < 1e-3


def test_doing_without_nothing_is_the_model_itself():
    from infersent.training.evaluation import evaluate

    whole, less = without(MODEL, ENCODED, ENCODED, [MODEL.config.blocks, ["u"]])
    assert whole.dropped == pytest.approx(evaluate(MODEL, ENCODED).accuracy, abs=1e-5)
    assert less.blocks == ["u"]
    assert less.refitted < whole.refitted


@pytest.mark.parametrize("blocks", ["u, v, |u-v|", "u, v, |u-v|, u*v", "v, |u-v|", "u*v"])
def test_the_parts_by_overlap_add_up_to_the_blocks(blocks):
    """Slowly: coordinate by coordinate, each term put where it belongs."""
    model = toy_model(seed=3, blocks=Blocks(blocks))
    u, v = sentence_pairs(model, ENCODED)
    found = by_overlap(model, u, v, PAIRS.labels)
    whole = evidence(model, u, v, PAIRS.labels)
    for label in LABELS:
        parts = np.sum([part.signed[label] for part in found.parts.values()], axis=0)
        np.testing.assert_allclose(parts, np.sum([part.signed[label] for part in whole.values()], axis=0), atol=1e-3)
    assert ("u*v" in found.parts) == ("u*v" in blocks)
    weights = head_weights(model)[0]
    centred = {name: w - w.mean(axis=0) for name, w in weights.items()}
    excess = np.zeros((len(u), 3))
    for i in range(u.shape[1]):
        for name in {"v", "|u-v|"} & set(weights):
            excess += np.outer(np.where(v[:, i] > u[:, i], v[:, i] - u[:, i], 0), centred[name][:, i])
    right = excess[np.arange(len(u)), PAIRS.labels].mean()
    assert found.parts["hypothesis"].for_right == pytest.approx(right, abs=1e-3)


def test_an_equal_pair_has_a_shared_part_alone():
    u, _ = VECTORS
    found = by_overlap(MODEL, u, u, PAIRS.labels)
    assert found.parts["premise"].share == found.parts["hypothesis"].share == 0
    assert found.parts["shared"].share > 0


def test_coordinates_are_measured_on_the_pairs():
    u, v = VECTORS
    found = coordinates(u, v)
    assert found.redundancy == pytest.approx(np.nanquantile(redundancy(u, v), [0.25, 0.5, 0.75]), abs=1e-3)
    assert found.spread["u*v"] == pytest.approx(np.mean([np.std(u[:, i] * v[:, i]) for i in range(12)]), abs=1e-4)


def shape(value):
    """A JSON value with types in the place of its numbers; the order of keys counts."""
    if isinstance(value, dict):
        return [(key, shape(item)) for key, item in value.items()]
    return [shape(item) for item in value] if isinstance(value, list) else type(value)


def test_what_is_measured_has_the_shape_of_the_record():
    record = load_record("evidence")
    u, v = VECTORS
    parts = {name: asdict(part) for name, part in evidence(MODEL, u, v, PAIRS.labels).items()}
    assert shape(parts) == shape(record["shipped"])
    recorded = next(model for model in record["subsets"] if model["blocks"] == list(MODEL.config.blocks))
    assert shape(by_overlap(MODEL, u, v, PAIRS.labels).to_json()) == shape(recorded["overlap"])
    assert shape(asdict(coordinates(u, v))) == shape(record["untrained"])
    whole = asdict(without(MODEL, ENCODED, ENCODED, [MODEL.config.blocks])[0])
    assert shape(whole) == shape(record["without"][0])
    assert all(round(part["share"], 4) == part["share"] for part in parts.values())
