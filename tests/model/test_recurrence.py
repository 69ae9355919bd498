"""The recurrence with its own backward pass, next to the slow reference: torch's LSTM, autograd, a padded maximum."""

import platform

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn.utils.rnn import pack_sequence, pad_packed_sequence

from infersent.foundation.memory import keep_freed_memory
from infersent.model.embedding import WordEmbedding
from infersent.model.encoders import BiLSTM, BiLSTMMax
from infersent.model.recurrence import from_the_end
from infersent.text.batching import pad

WORDS, TRAINED = 30, 5

sentences = st.lists(st.lists(st.integers(0, WORDS - 1), min_size=1, max_size=12), min_size=1, max_size=6)


def make(hidden=7, dtype=torch.float64):
    torch.manual_seed(0)
    return BiLSTMMax(WordEmbedding(TRAINED, torch.randn(WORDS - TRAINED, 6)), hidden).to(dtype)


def gradients(encoder, vectors, weights):
    """Return the gradient of every parameter of sum(weights * vectors)."""
    encoder.zero_grad()
    (vectors * weights).sum().backward()
    return {name: p.grad.clone() for name, p in encoder.named_parameters()}


@given(sentences)
def test_vectors_and_all_gradients_are_those_of_torch(batch):
    encoder = make()
    ids, lengths = pad(batch)
    ours, reference = encoder(ids, lengths), BiLSTM.forward(encoder, ids, lengths)
    torch.testing.assert_close(ours, reference, rtol=0, atol=1e-12)
    weights = torch.randn(ours.shape, dtype=ours.dtype)
    expected = gradients(encoder, reference, weights)
    assert expected.keys() == {name for name, _ in encoder.named_parameters()}
    for name, gradient in gradients(encoder, ours, weights).items():
        torch.testing.assert_close(gradient, expected[name], rtol=0, atol=1e-10, msg=name)


def test_in_single_precision_they_agree_to_a_millionth():
    encoder = make(hidden=64, dtype=torch.float32)
    ids, lengths = pad([torch.randint(WORDS, (int(n),)).numpy() for n in torch.randint(1, 25, (100,))])
    ours, reference = encoder(ids, lengths), BiLSTM.forward(encoder, ids, lengths)
    assert (ours - reference).abs().max() < 1e-6
    weights = torch.randn(ours.shape)
    expected = gradients(encoder, reference, weights)
    for name, gradient in gradients(encoder, ours, weights).items():
        assert (gradient - expected[name]).norm() < 1e-6 * expected[name].norm(), name


def test_the_given_words_get_no_gradient_and_with_dropout_the_trained_ones_do():
    encoder = make()
    encoder.dropout.p = 0.5
    ids, lengths = pad([[1, 9, 2], [12, 3]])
    torch.manual_seed(1)
    ours = encoder(ids, lengths)
    torch.manual_seed(1)
    reference = BiLSTM.forward(encoder, ids, lengths)
    torch.testing.assert_close(ours, reference, rtol=0, atol=1e-12)
    expected = gradients(encoder, reference, 1.0)["embedding.trained"]
    torch.testing.assert_close(gradients(encoder, ours, 1.0)["embedding.trained"], expected, rtol=0, atol=1e-10)
    assert expected.any()


def test_freed_memory_is_kept_where_the_c_library_can():
    assert keep_freed_memory() == (platform.libc_ver()[0] == "glibc")


def test_a_second_backward_pass_over_the_same_graph_gives_the_same():
    encoder = make()
    total = encoder(*pad([[1, 2, 3], [4, 5]])).sum()
    total.backward(retain_graph=True)
    first = {name: p.grad.clone() for name, p in encoder.named_parameters()}
    encoder.zero_grad()
    total.backward()
    assert all(torch.equal(p.grad, first[name]) for name, p in encoder.named_parameters())


def test_reading_from_the_end_is_reading_the_reversed_sentences():
    texts = [torch.tensor([1, 2, 3, 4]), torch.tensor([5, 6, 7]), torch.tensor([8])]
    packed = pack_sequence(texts)
    reverse = from_the_end(packed.batch_sizes)
    turned, lengths = pad_packed_sequence(packed._replace(data=packed.data[reverse]), batch_first=True)
    assert [row[:n].tolist() for row, n in zip(turned, lengths, strict=True)] == [[4, 3, 2, 1], [7, 6, 5], [8]]
    assert torch.equal(reverse[reverse], torch.arange(8))
