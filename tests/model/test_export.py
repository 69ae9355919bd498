"""The graph without packing: the packed encoder's function, for any number of sentences of any length."""

import pytest
import torch
from torch import nn

from infersent.model.encoders import ENCODERS
from infersent.model.export import MaskedEncoder, MaskedPairs, export_encoder, export_pairs
from infersent.model.features import pair_features
from infersent.text.batching import pad
from tests.toy import toy_model

# torch itself uses what it has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")

#: Batches unlike the one with which a graph is made: more sentences, one sentence, one word.
BATCHES = [(9, 1, 11, 4, 2, 3), (6,), (1,), (1, 1, 1), (2, 7)]


def batch(lengths, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return pad([torch.randint(1, 9, (length,), generator=generator).tolist() for length in lengths])


def vectors(model, lengths, seed=0):
    with torch.no_grad():
        return model.encoder(*batch(lengths, seed))


@pytest.mark.parametrize("encoder", ENCODERS)
def test_the_masked_encoder_is_the_packed_one(encoder):
    model = toy_model(encoder=encoder, hidden=8)
    for lengths in BATCHES:
        with torch.no_grad():
            masked = MaskedEncoder(model.encoder)(*batch(lengths))
        torch.testing.assert_close(masked, vectors(model, lengths), atol=1e-6, rtol=0)


@pytest.mark.parametrize("encoder", ENCODERS)
def test_what_lies_in_the_padding_does_not_matter(encoder):
    model = toy_model(encoder=encoder, hidden=8)
    ids, lengths = batch((5, 2, 3))
    other = torch.where(ids == 0, 7, ids)
    assert not torch.equal(ids, other)
    with torch.no_grad():
        masked = [MaskedEncoder(model.encoder)(each, lengths) for each in (ids, other)]
    torch.testing.assert_close(*masked, atol=1e-7, rtol=0)


@pytest.mark.parametrize("encoder", ENCODERS)
def test_an_exported_encoder_takes_any_batch(encoder):
    model = toy_model(encoder=encoder, hidden=8)
    program = export_encoder(model).module()
    for lengths in BATCHES:
        torch.testing.assert_close(program(*batch(lengths)), vectors(model, lengths), atol=1e-6, rtol=0)


def test_exported_pairs_give_the_models_logits(tmp_path):
    model = toy_model(head="mlp", feature_dropout=0.5, blocks=("u", "v", "|u-v|", "cosine"))
    torch.export.save(export_pairs(model), tmp_path / "pairs.pt2")
    program = torch.export.load(tmp_path / "pairs.pt2").module()
    for first, second in (((5, 2, 1), (3, 9, 4)), ((1,), (6,))):
        u, v = vectors(model, first), vectors(model, second, seed=1)
        expected = model.head(pair_features(u, v, model.config.blocks))
        logits = program(*batch(first), *batch(second, seed=1))
        torch.testing.assert_close(logits, expected, atol=1e-6, rtol=0)


def test_masked_pairs_use_the_models_own_weights():
    model = toy_model()
    masked = MaskedPairs(model)
    assert {id(p) for p in masked.parameters()} == {id(p) for p in model.parameters()}


def test_an_encoder_of_another_kind_is_refused():
    with pytest.raises(TypeError, match="Identity has no form without packing"):
        MaskedEncoder(nn.Identity())
