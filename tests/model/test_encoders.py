"""Embeddings, pooling and encoders: above all, that a sentence's vector is its own."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn.utils.rnn import pack_padded_sequence

from infersent.model.embedding import WordEmbedding
from infersent.model.encoders import ENCODERS, build_encoder, max_pool, mean_pool, packing
from infersent.text.batching import pad

WORDS = 30


def make(name="bilstm-max", hidden=8, dtype=torch.float32):
    torch.manual_seed(0)
    return build_encoder(name, WordEmbedding(5, torch.randn(WORDS - 5, 6)), hidden).to(dtype).eval()


sentences = st.lists(st.lists(st.integers(0, WORDS - 1), min_size=1, max_size=12), min_size=1, max_size=6)


def test_embedding_looks_up_both_tables():
    embedding = WordEmbedding(2, torch.tensor([[1.0, 2], [3, 4]]))
    ids = torch.tensor([[0, 3], [2, 1]])
    expected = torch.cat([embedding.trained, embedding.given])[ids]
    assert torch.equal(embedding(ids), expected)


def test_embedding_trains_its_own_rows_only():
    embedding = WordEmbedding(3, torch.ones(2, 4))
    embedding(torch.tensor([1, 1, 4])).sum().backward()
    assert [name for name, _ in embedding.named_parameters()] == ["trained"]
    assert embedding.trained.grad.tolist() == [[0.0] * 4, [2.0] * 4, [0.0] * 4]


def test_embedding_without_given_vectors():
    embedding = WordEmbedding(3, torch.zeros(0, 4))
    assert torch.equal(embedding(torch.tensor([2])), embedding.trained[2:])


@given(sentences)
def test_pooling_agrees_with_a_loop_whatever_the_padding_holds(batch):
    ids, lengths = pad(batch)
    states = torch.randn(*ids.shape, 3) - 5  # all negative: a zero from the padding would win
    slow = torch.stack([states[i, :n].max(dim=0).values for i, n in enumerate(lengths)])
    assert torch.equal(max_pool(states, lengths), slow)


@given(sentences)
def test_mean_pooling_agrees_with_a_loop_whatever_the_padding_holds(batch):
    ids, lengths = pad(batch)
    states = torch.randn(*ids.shape, 3, dtype=torch.float64)
    slow = torch.stack([states[i, :n].mean(dim=0) for i, n in enumerate(lengths)])
    beyond = torch.arange(ids.shape[1]) >= lengths.unsqueeze(1)
    states[beyond] = torch.nan  # a sum that touches the padding would be no number
    torch.testing.assert_close(mean_pool(states, lengths), slow)


@pytest.mark.parametrize(("pool", "name"), [(max_pool, "max"), (mean_pool, "mean")])
def test_pooling_over_nothing_is_refused(pool, name):
    with pytest.raises(ValueError, match=f"Sentence 1 has length 0; {name} pooling needs a word"):
        pool(torch.zeros(2, 3, 4), torch.tensor([3, 0]))


@pytest.mark.parametrize("pool", [max_pool, mean_pool])
def test_pooling_of_no_sentences(pool):
    assert pool(torch.zeros(0, 3, 4), torch.zeros(0, dtype=torch.long)).shape == (0, 4)


@pytest.mark.parametrize("pool", [max_pool, mean_pool])
def test_pooling_keeps_the_precision(pool):
    assert pool(torch.zeros(1, 3, 4, dtype=torch.float64), torch.tensor([2])).dtype == torch.float64


@pytest.mark.parametrize("name", ENCODERS)
@given(batch=sentences)
def test_a_vector_does_not_depend_on_its_batch_mates(name, batch):
    encoder = make(name)
    with torch.no_grad():
        together = encoder(*pad(batch))
        alone = torch.cat([encoder(*pad([sentence])) for sentence in batch])
    torch.testing.assert_close(together, alone, rtol=0, atol=1e-6)


@given(sentences)
def test_packing_is_torchs(batch):
    ids, lengths = pad(batch)
    sizes, words, padded = packing(lengths)
    packed = pack_padded_sequence(ids, lengths, batch_first=True, enforce_sorted=False)
    assert sizes.equal(packed.batch_sizes)
    in_order = pack_padded_sequence(
        ids[lengths.argsort(descending=True, stable=True)], lengths.sort(descending=True)[0], batch_first=True
    )
    assert ids.flatten()[words].equal(in_order.data)
    there = torch.arange(ids.shape[1]) < lengths.unsqueeze(1)
    assert ids.flatten()[words][padded].equal(torch.where(there, ids, ids[:, :1]))


@given(sentences)
def test_gathered_maxima_and_their_gradients_are_those_of_the_other_way(batch):
    """What a GPU takes, on the processor."""
    encoder = make()
    results = []
    for way in (encoder, encoder.gathered):
        encoder.zero_grad()
        vectors = way(*pad(batch))
        vectors.square().sum().backward()
        results.append([vectors.detach(), *(p.grad.clone() for p in encoder.parameters())])
    for one, other in zip(*results, strict=True):
        torch.testing.assert_close(one, other, atol=1e-6, rtol=1e-5)


def test_gathering_ignores_padding_beyond_the_longest_and_refuses_a_sentence_without_a_word():
    encoder = make()
    ids, lengths = pad([[3, 4, 5], [6]])
    wider = torch.cat([ids, torch.full((2, 4), 9)], dim=1)
    with torch.no_grad():
        torch.testing.assert_close(encoder.gathered(wider, lengths), encoder(ids, lengths))
    with pytest.raises(ValueError, match="Sentence 1 has length 0; max pooling needs a word"):
        encoder.gathered(ids, torch.tensor([3, 0]))


@pytest.mark.parametrize("name", ENCODERS)
def test_extra_padding_changes_nothing(name):
    encoder = make(name)
    ids, lengths = pad([[3, 4, 5], [6]])
    wider = torch.nn.functional.pad(ids, (0, 7))
    with torch.no_grad():
        torch.testing.assert_close(encoder(wider, lengths), encoder(ids, lengths), rtol=0, atol=1e-6)


@pytest.mark.parametrize("name", ENCODERS)
def test_word_order_matters_and_shape_is_as_declared(name):
    encoder = make(name)
    with torch.no_grad():
        vectors = encoder(*pad([[3, 4, 5], [5, 4, 3]]))
    assert vectors.shape == (2, encoder.dim)
    assert not torch.allclose(vectors[0], vectors[1])


@pytest.mark.parametrize(
    ("name", "pool"),
    [("bilstm-max", lambda states: states.max(dim=0).values), ("bilstm-mean", lambda states: states.mean(dim=0))],
)
def test_bilstm_agrees_with_a_loop_over_cells(name, pool):
    """The equations of an LSTM, one step at a time, forwards and backwards."""
    encoder = make(name, hidden=4, dtype=torch.float64)
    sentence = [7, 2, 11, 2]
    words = encoder.embedding(torch.tensor(sentence))  # [time, word dim]

    def direction(suffix, order):
        w_x, w_h, b_x, b_h = (
            getattr(encoder.lstm, f"{p}_l0{suffix}") for p in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        )
        h = c = torch.zeros(4, dtype=torch.float64)
        states = {}
        for t in order:
            i, f, g, o = (w_x @ words[t] + b_x + w_h @ h + b_h).chunk(4)
            c = f.sigmoid() * c + i.sigmoid() * g.tanh()
            h = o.sigmoid() * c.tanh()
            states[t] = h
        return torch.stack([states[t] for t in range(len(sentence))])

    states = torch.cat([direction("", range(4)), direction("_reverse", reversed(range(4)))], dim=1)  # [time, 2 hidden]
    torch.testing.assert_close(encoder(*pad([sentence]))[0], pool(states))


@pytest.mark.parametrize("name", ["bilstm-max", "bilstm-mean"])
def test_poolings_have_the_same_parameters(name):
    """Pooling has none: a checkpoint of one encoder fits the other, and the names are those of older checkpoints."""
    assert list(make(name).state_dict()) == [
        "embedding.trained",
        "embedding.given",
        *(
            f"lstm.{kind}_l0{direction}"
            for direction in ("", "_reverse")
            for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        ),
    ]


@pytest.mark.parametrize("name", ENCODERS)
def test_every_encoder_gives_twice_the_hidden_size(name):
    assert make(name, hidden=12).dim == 24


#: How far a vector may be from the one in float64, by precision: its numbers lie between -1 and 1.
ROUNDING = {torch.float64: 1e-12, torch.float32: 1e-6, torch.bfloat16: 2e-2, torch.float16: 3e-3}


@pytest.mark.parametrize("dtype", ROUNDING, ids=str)
@pytest.mark.parametrize("name", ENCODERS)
@torch.no_grad()
def test_a_sentence_in_windows_has_the_vector_that_it_has_in_one_piece(name, dtype):
    encoder, exact = make(name, dtype=dtype), make(name, dtype=dtype).double()
    ids, lengths = pad([[(7 * i * i) % WORDS for i in range(41)]])
    whole = exact(ids, lengths)[0]
    assert encoder(ids, lengths).dtype == dtype
    torch.testing.assert_close(encoder(ids, lengths)[0].double(), whole, rtol=0, atol=ROUNDING[dtype])
    for window in (1, 2, 3, 4, 10, 40, 41, 50):
        vector = encoder.in_windows(ids[0], window)
        torch.testing.assert_close(vector.double(), whole, rtol=0, atol=ROUNDING[dtype])


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16], ids=str)
@pytest.mark.parametrize("name", ENCODERS)
@torch.no_grad()
def test_autocast_encodes_in_one_piece_and_in_windows(name, dtype):
    encoder = make(name)
    ids, lengths = pad([SENTENCE, [1, 2]])
    exact = encoder(ids, lengths)
    with torch.autocast("cpu", dtype=dtype):
        # Alone, too: sentences of one length take another way through torch.
        alone = encoder(ids[:1], lengths[:1])[0]
        for vector in (encoder(ids, lengths)[0], alone, encoder.in_windows(ids[0], 2)):
            torch.testing.assert_close(vector.float(), exact[0], rtol=0, atol=ROUNDING[dtype])


@pytest.mark.parametrize("name", ENCODERS)
@torch.no_grad()
def test_numbers_are_bounded_where_the_encoder_says_so(name):
    encoder = make(name)
    for parameter in encoder.parameters():
        parameter.mul_(30)
    largest = encoder(*pad([SENTENCE])).abs().max()
    assert (largest <= 1) == encoder.bounded


SENTENCE = [7, 2, 11, 2, 9]


def test_last_states_are_those_of_the_ends():
    """The backward network's last state is the one after the first word."""
    encoder = make("bigru-last", dtype=torch.float64)
    words = encoder.embedding(torch.tensor([SENTENCE]))
    states, _ = encoder.rnn(words)  # [1, time, 2 * hidden]
    torch.testing.assert_close(encoder(*pad([SENTENCE])), torch.cat([states[:, -1, :8], states[:, 0, 8:]], dim=1))
    for name in ("lstm-last", "gru-last"):
        encoder = make(name, dtype=torch.float64)
        states, _ = encoder.rnn(encoder.embedding(torch.tensor([SENTENCE])))
        torch.testing.assert_close(encoder(*pad([SENTENCE, [1]]))[:1], states[:, -1])


@torch.no_grad()
def test_inner_attention_agrees_with_a_loop():
    encoder = make("inner-attention", dtype=torch.float64)
    ids, lengths = pad([SENTENCE, [3, 1]])
    states = encoder.states(ids, lengths)
    for row, length in enumerate(lengths):
        views = []
        for view in encoder.views.weight:
            keys = [torch.tanh(encoder.key.weight @ h + encoder.key.bias) for h in states[row, :length]]
            weights = torch.tensor([k @ view for k in keys]).exp()
            views.append(sum(a * h for a, h in zip(weights / weights.sum(), states[row], strict=False)))
        torch.testing.assert_close(encoder(ids, lengths)[row], torch.cat(views))


def test_hierarchical_convnet_agrees_with_a_loop():
    encoder = make("hierarchical-convnet", dtype=torch.float64)
    states = encoder.embedding(torch.tensor(SENTENCE))  # [time, word dim]
    maxima = []
    for layer in encoder.layers:
        zero = torch.zeros(1, states.shape[1], dtype=torch.float64)
        around = torch.cat([zero, states, zero])
        out = [
            torch.relu(layer.bias + sum(layer.weight[:, :, k] @ around[t + k] for k in range(3)))
            for t in range(len(SENTENCE))
        ]
        states = torch.stack(out)
        maxima.append(states.max(dim=0).values)
    torch.testing.assert_close(encoder(*pad([SENTENCE]))[0], torch.cat(maxima))


def test_the_transformer_agrees_with_torchs_layers():
    """The same parameters in torch's own layers, and the sines of the places one at a time."""
    encoder = make("transformer", dtype=torch.float64)
    words = encoder.project(encoder.embedding(torch.tensor(SENTENCE)))  # [time, hidden]
    sines = [
        [(math.cos if i % 2 else math.sin)(place / 10_000 ** (i // 2 * 2 / 8)) for i in range(8)]
        for place in range(len(SENTENCE))
    ]
    states = (words + torch.tensor(sines, dtype=torch.float64)).unsqueeze(0)
    for layer in encoder.layers:
        torchs = torch.nn.TransformerEncoderLayer(
            8, 4, 32, dropout=0, activation="gelu", batch_first=True, norm_first=True, dtype=torch.float64
        )
        ours = layer.state_dict()
        names = {
            "self_attn.in_proj_": ("query.", "key_value."),
            "self_attn.out_proj.": ("mix.",),
            "linear1.": ("feed.0.",),
            "linear2.": ("feed.2.",),
            "norm1.": ("attention_norm.",),
            "norm2.": ("feed_norm.",),
        }
        torchs.load_state_dict(
            {
                theirs + kind: torch.cat([ours[name + kind] for name in parts])
                for theirs, parts in names.items()
                for kind in ("weight", "bias")
            }
        )
        states = torchs(states)
    states = encoder.norm(states)[0]
    expected = torch.cat([states.max(dim=0).values, states.mean(dim=0)])
    torch.testing.assert_close(encoder(*pad([[1], SENTENCE]))[1], expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize(
    ("name", "hidden", "message"),
    [
        ("inner-attention", 6, "6 units cannot be shared by 4 views; take a multiple of 4"),
        ("hierarchical-convnet", 5, "10 units cannot be shared by 4 layers"),
        ("transformer", 6, "6 units cannot be shared by 4 heads; take a multiple of 4"),
    ],
)
def test_a_size_that_cannot_be_shared(name, hidden, message):
    with pytest.raises(ValueError, match=message):
        make(name, hidden)


@pytest.mark.parametrize("name", ["lstm-last", "hierarchical-convnet", "inner-attention", "transformer"])
def test_a_sentence_without_a_word_is_refused(name):
    with pytest.raises((ValueError, RuntimeError), match=r"Sentence 1 has|[lL]ength"):
        make(name)(torch.zeros(2, 3, dtype=torch.long), torch.tensor([3, 0]))


def test_unknown_encoder_offers_the_nearest():
    with pytest.raises(ValueError, match=r"no encoder 'bilstm'\. Did you mean 'bilstm-max'"):
        make("bilstm")
