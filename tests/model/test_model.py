"""The whole model: encode, predict, and what it refuses."""

import numpy as np
import pytest
import torch

from infersent import BLOCKS, InferSent
from infersent.foundation.notices import Notice
from infersent.model.features import feature_names
from infersent.model.heads import HEADS
from infersent.model.infersent import ModelConfig
from infersent.text.batching import encode_pairs
from tests.toy import toy_model, toy_pairs, toy_vocabulary

SENTENCES = ["a dog", "the cat maybe", "", "zebra", "the pig here", "a dog"]
# "zebra" is unknown to it, on purpose.
pytestmark = pytest.mark.filterwarnings("ignore:The model does not know most:infersent.foundation.notices.Notice")


@pytest.mark.parametrize("batch_size", [1, 2, 100])
def test_encode_does_not_depend_on_the_batch(batch_size):
    model = toy_model()
    alone = np.stack([model.encode(s) for s in SENTENCES])
    assert alone.shape == (6, 12)
    np.testing.assert_allclose(model.encode(SENTENCES, batch_size=batch_size), alone, atol=1e-6)


def test_encode_options(capsys):
    model = toy_model()
    assert model.encode("a dog").shape == (12,)
    assert model.encode([]).shape == (0, 12)
    tensor = model.encode(SENTENCES, convert_to_numpy=False, normalize_embeddings=True)
    assert isinstance(tensor, torch.Tensor)
    torch.testing.assert_close(tensor.norm(dim=1), torch.ones(6))
    assert capsys.readouterr().err == ""
    model.encode(SENTENCES, show_progress_bar=True)
    assert "6/6" in capsys.readouterr().err


def test_a_head_can_be_trained_on_encoded_tensors():
    vectors = toy_model().encode(SENTENCES, convert_to_numpy=False)
    head = torch.nn.Linear(12, 3)
    head(vectors).sum().backward()
    torch.testing.assert_close(head.weight.grad, vectors.sum(0).expand(3, 12))
    assert not vectors.requires_grad


def test_an_empty_sentence_reads_as_one_unknown_word():
    model = toy_model()
    assert np.array_equal(model.encode(""), model.encode("zebra"))
    with pytest.warns(Notice, match="does not know most of the words of 1 of 1 sentences, such as 'zebra'") as told:
        assert np.isfinite(model.predict_proba([""], ["zebra"])).all()
    assert [one.filename for one in told] == [__file__]


def test_encode_and_predict_leave_the_mode_alone_and_ignore_dropout():
    model = toy_model(word_dropout=0.5, feature_dropout=0.5).train()
    assert np.array_equal(model.encode("a dog"), model.encode("a dog"))
    assert np.array_equal(model.predict_proba(["a dog"], ["a"]), model.predict_proba(["a dog"], ["a"]))
    assert model.training


#: All blocks but noise, which makes noise of the last digit too.
SMOOTH = tuple(name for name in feature_names() if name != "noise")  # those with parameters are among them


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("blocks", [BLOCKS, ("u*v",), SMOOTH])
def test_predict_agrees_with_forward(head, blocks):
    model, pairs = toy_model(head=head, blocks=blocks), toy_pairs(9)
    probabilities = model.predict_proba(pairs.premises, pairs.hypotheses, batch_size=4)
    with torch.no_grad():
        logits = model(encode_pairs(pairs, model.tokenizer, cache=False).batch(np.arange(9)))
    np.testing.assert_allclose(probabilities, logits.softmax(1).numpy(), atol=1e-6)
    np.testing.assert_allclose(probabilities.sum(1), 1, atol=1e-6)


def test_the_vectors_of_all_pairs_are_those_of_their_sentences():
    model, pairs = toy_model(word_dropout=0.5).train(), toy_pairs(20)
    encoded = encode_pairs(pairs, model.tokenizer, cache=False)
    u, v = model.sentence_pairs(encoded, batch_size=7)
    assert u.numpy() == pytest.approx(model.encode(pairs.premises), abs=1e-6)
    assert v.numpy() == pytest.approx(model.encode(pairs.hypotheses), abs=1e-6)
    with pytest.raises(ValueError, match="no pairs to encode"):
        model.sentence_pairs(encode_pairs(pairs.take([]), model.tokenizer, cache=False))


def test_no_pairs_give_no_probabilities():
    assert toy_model().predict_proba([], []).shape == (0, 3)


def test_symmetric_blocks_alone_cannot_tell_direction():
    model = toy_model(blocks=("|u-v|", "u*v"))
    forth, back = model.predict_proba(["a dog"], ["the cat"]), model.predict_proba(["the cat"], ["a dog"])
    np.testing.assert_allclose(forth, back, atol=1e-6)
    model = toy_model()
    assert not np.allclose(model.predict_proba(["a dog"], ["the cat"]), model.predict_proba(["the cat"], ["a dog"]))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda m: m.encode(["a", None]), TypeError, "Sentence 1 is None, a NoneType"),
        (lambda m: m.encode([b"a"]), TypeError, "Sentence 0 is b'a'"),
        (lambda m: m.encode(["a"], batch_size=0), ValueError, "batch_size=0"),
        (lambda m: m.predict_proba(["a"], []), ValueError, "1 premises but 0 hypotheses"),
        (lambda m: m.predict_proba("a", "b"), TypeError, r"\[premise\], \[hypothesis\]"),
        (lambda m: toy_model(blocks=("u", "u*w")), ValueError, "Did you mean 'u*"),
        (lambda m: toy_model(head="lin"), ValueError, "Did you mean 'linear'"),
        (
            lambda m: InferSent(ModelConfig(), m.tokenizer, 2, torch.zeros(3, 4)),
            ValueError,
            "has 9 words, but there are 2 trained and 3",
        ),
    ],
)
def test_what_the_model_refuses(call, error, message):
    with pytest.raises(error, match=message.replace("u*", r"u\*")):
        call(toy_model())


def test_first_parameters_depend_on_the_seed_alone():
    torch.manual_seed(5)
    before = torch.random.get_rng_state()
    one, same, other = toy_model(seed=1), toy_model(seed=1), toy_model(seed=2)
    assert torch.equal(torch.random.get_rng_state(), before)
    assert torch.equal(one.head[1].weight, same.head[1].weight)
    assert not torch.equal(one.head[1].weight, other.head[1].weight)


def test_given_vectors_are_not_trained():
    model = toy_model()
    assert "encoder.embedding.given" not in dict(model.named_parameters())
    assert torch.equal(model.encoder.embedding.given, torch.from_numpy(toy_vocabulary().vectors))
