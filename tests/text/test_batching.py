"""From texts to batches: nothing lost, nothing doubled, each distinct sentence once."""

import hashlib
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from infersent import Pairs
from infersent.text import batching
from infersent.text.tokenizer import UNKNOWN_ID, build_tokenizer

TOKENIZER = build_tokenizer(["a", "b", "c"])
WORD = {0: "[PAD]", 1: "[UNK]", 2: "a", 3: "b", 4: "c"}
text = st.lists(st.sampled_from("abc"), max_size=5).map(" ".join)
rows = st.lists(st.tuples(text, text, st.integers(0, 2)), min_size=1, max_size=30)


def to_pairs(rows):
    premises, hypotheses, labels = zip(*rows, strict=True)
    return Pairs(premises, hypotheses, np.array(labels))


def read_back(batch):
    """The texts of a batch, pair by pair."""
    sentences = [" ".join(WORD[int(i)] for i in ids[:n]) for ids, n in zip(batch.ids, batch.lengths, strict=True)]
    return [
        (sentences[p], sentences[h], int(y))
        for p, h, y in zip(batch.premises, batch.hypotheses, batch.labels, strict=True)
    ]


def expected(rows):
    return [(p or "[UNK]", h or "[UNK]", y) for p, h, y in rows]


@given(rows, st.integers(1, 7))
def test_batches_in_order_hold_the_pairs_in_order(rows, size):
    encoded = batching.encode_pairs(to_pairs(rows), TOKENIZER, cache=False)
    batches = list(batching.batches_in_order(encoded, size))
    assert sum(map(read_back, batches), []) == expected(rows)  # noqa: RUF017
    for batch in batches:
        held = [tuple(ids.tolist()) for ids in batch.ids]
        assert len(set(held)) == len(held), "a sentence is in the batch twice"


@given(rows, st.integers(1, 7), st.integers(1, 3))
def test_shuffled_batches_hold_every_pair_once(rows, size, pool):
    encoded = batching.encode_pairs(to_pairs(rows), TOKENIZER, cache=False)
    plan = batching.shuffled_batches(encoded, size, seed=0, epoch=1, pool=pool)
    assert sorted(np.concatenate(plan).tolist()) == list(range(len(rows)))
    assert max(map(len, plan)) <= size


def test_shuffling_depends_on_seed_and_epoch_alone():
    encoded = batching.encode_pairs(to_pairs([("a", "b" * (i % 2), i % 3) for i in range(50)]), TOKENIZER, cache=False)

    def order(seed, epoch):
        return np.concatenate(batching.shuffled_batches(encoded, 8, seed=seed, epoch=epoch)).tolist()

    np.random.seed(1)
    first = order(0, 1)
    assert order(0, 1) == first
    assert order(0, 2) != first != order(1, 1)


def test_pairs_of_one_premise_share_a_batch_and_lengths_are_similar():
    premises = [" ".join("abc"[j % 3] for j in range(1 + i % 9)) + (" a" if i > 200 else "") for i in range(400)]
    encoded = batching.encode_pairs(to_pairs([(p, "b", 0) for p in premises]), TOKENIZER, cache=False)
    plan = batching.shuffled_batches(encoded, 40, seed=0, epoch=1)
    spread = [np.ptp(encoded.lengths[encoded.premises[rows]]) for rows in plan]
    assert max(spread) <= 2 < np.ptp(encoded.lengths)


@given(st.lists(st.lists(st.integers(2, 4), min_size=1, max_size=6), max_size=20), st.integers(1, 7))
def test_batches_by_length_hold_every_sentence_once_the_longest_first(sentences, size):
    batches = list(batching.batches_by_length(sentences, size))
    found = [(int(row), ids[:n].tolist()) for b in batches for row, ids, n in zip(*b, strict=True)]
    assert sorted(found) == list(enumerate(sentences))
    lengths = [len(ids) for _, ids in found]
    assert lengths == sorted(lengths, reverse=True)
    assert all(len(rows) <= size and ids.shape[1] == lengths.max() for rows, ids, lengths in batches)


def padded(ids):
    """How many words a batch has, its padding among them."""
    return ids.shape[0] * ids.shape[1]


@given(
    st.lists(st.lists(st.integers(2, 4), min_size=1, max_size=9), max_size=20), st.integers(1, 7), st.integers(1, 30)
)
def test_a_batch_has_no_more_words_than_allowed_unless_one_sentence_has(sentences, size, words):
    batches = list(batching.batches_by_length(sentences, size, words))
    assert sorted(int(row) for rows, _, _ in batches for row in rows) == list(range(len(sentences)))
    assert all(len(rows) <= size and (len(rows) == 1 or padded(ids) <= words) for rows, ids, _ in batches)


@given(rows, st.integers(1, 7), st.integers(1, 30))
def test_a_batch_of_pairs_has_no_more_words_than_allowed_unless_one_pair_has(rows, size, words):
    encoded = batching.encode_pairs(to_pairs(rows), TOKENIZER, cache=False)
    batches = list(batching.batches_in_order(encoded, size, words))
    assert sum(map(read_back, batches), []) == expected(rows)  # noqa: RUF017
    assert all(len(batch) <= size and (len(batch) == 1 or padded(batch.ids) <= words) for batch in batches)


def test_one_long_document_does_not_make_its_neighbours_long():
    batches = list(batching.batches_by_length([[2] * 8] * 127 + [[3] * 50_000], 128))
    assert [tuple(ids.shape) for _, ids, _ in batches] == [(1, 50_000), (127, 8)]


def test_sentences_of_ordinary_length_are_cut_by_their_number_alone():
    assert [len(rows) for rows, _, _ in batching.batches_by_length([[2] * 128] * 300, 128)] == [128, 128, 44]
    encoded = batching.encode_pairs(to_pairs([("a " * 128, f"b {'c ' * i}", 0) for i in range(60)] * 5), TOKENIZER)
    assert [len(batch) for batch in batching.batches_in_order(encoded, 256)] == [256, 44]


@given(st.lists(st.text("a", max_size=9), max_size=20), st.integers(1, 7), st.integers(1, 30))
def test_portions_hold_all_in_order_and_no_more_than_allowed_unless_one_is_longer(sentences, most, size):
    portions = list(batching.in_portions(sentences, most, size))
    assert [sentence for portion in portions for sentence in portion] == sentences
    for portion in portions:
        assert 1 <= len(portion) <= most
        assert len(portion) == 1 or sum(map(len, portion)) <= size
    for one, other in pairwise(portions):  # none is cut too early
        assert len(one) == most or sum(map(len, one)) + len(other[0]) > size


@given(rows)
def test_sentences_are_the_distinct_ones(rows):
    encoded = batching.encode_pairs(to_pairs(rows), TOKENIZER, cache=False)
    texts = [" ".join(WORD[int(i)] for i in sentence) for sentence in encoded.sentences]
    assert [texts[i] for i in encoded.premises] == [p for p, _, _ in expected(rows)]
    assert [texts[i] for i in encoded.hypotheses] == [h for _, h, _ in expected(rows)]


def test_pad():
    ids, lengths = batching.pad([[5], [6, 7]])
    assert ids.tolist() == [[5, 0], [6, 7]]
    assert lengths.tolist() == [1, 2]


def test_an_empty_sentence_is_one_unknown_word():
    assert batching.word_ids(TOKENIZER, ["", "  ", "xyz", "a"]) == [[1], [1], [1], [2]]


def test_the_tokenizer_gets_a_limited_number_of_sentences_at_once(monkeypatch):
    sizes = []

    class Tokenizer:
        normalizer = pre_tokenizer = None  # a rule from elsewhere, for which whole texts are read

        def encode_batch_fast(self, sentences):
            sizes.append(len(sentences))
            return TOKENIZER.encode_batch_fast(sentences)

    monkeypatch.setattr(batching, "_SENTENCES_AT_ONCE", 2)
    assert batching.word_ids(Tokenizer(), ("a", "b", "", "c c", "a b")) == [[2], [3], [1], [4, 4], [2, 3]]
    assert sizes == [2, 2, 1]
    monkeypatch.setattr(batching, "_CHARACTERS_AT_ONCE", 3)
    assert batching.word_ids(Tokenizer(), ("a", "b", "c c", "b", "a b")) == [[2], [3], [4, 4], [3], [2, 3]]
    assert sizes[3:] == [2, 1, 1, 1]
    assert batching.word_ids(TOKENIZER, []) == []


@given(st.text("abN n't'dé\u0301\ufeff\u0085.9\n", max_size=60), st.integers(1, 20))
def test_a_text_in_pieces_has_the_words_that_it_has_in_one_piece(text, size):
    tokenizer = build_tokenizer(["a", "b", "n", "not", "'", "'d", "can", "é", "9", "."])
    whole = [tokenizer.encode(text).ids or [UNKNOWN_ID]]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batching, "reads_by_piece", lambda _: False)
        patch.setattr(batching, "_CHARACTERS_AT_ONCE", size)
        assert batching.word_ids(tokenizer, [text]) == whole


def test_a_long_text_is_cut_between_words(monkeypatch):
    monkeypatch.setattr(batching, "_CHARACTERS_AT_ONCE", 5)
    assert list(batching._pieces("a dog runs. It can 't stop")) == ["a dog", "runs. It", "can 't", "stop"]
    assert list(batching._pieces("")) == [""]


def test_moving_a_batch_keeps_lengths_on_the_cpu():
    encoded = batching.encode_pairs(to_pairs([("a", "b", 0)]), TOKENIZER, cache=False)
    moved = encoded.batch(np.array([0])).to("meta")
    assert {t.device.type for t in (moved.ids, moved.premises, moved.hypotheses, moved.labels)} == {"meta"}
    assert moved.lengths.device == torch.device("cpu")


def test_cache_follows_pairs_and_tokenizer(monkeypatch, tmp_path):
    monkeypatch.setenv("INFERSENT_CACHE", str(tmp_path))
    calls = []
    real = batching.word_ids
    monkeypatch.setattr(batching, "word_ids", lambda *args: calls.append(1) or real(*args))
    pairs = to_pairs([("a b", "c", 0)])
    first = batching.encode_pairs(pairs, TOKENIZER)
    again = batching.encode_pairs(pairs, TOKENIZER)
    assert len(calls) == 1
    for name in ("words", "starts", "premises", "hypotheses", "labels"):
        assert np.array_equal(getattr(first, name), getattr(again, name))
    batching.encode_pairs(to_pairs([("a b", "c", 1)]), TOKENIZER)
    other = batching.encode_pairs(pairs, build_tokenizer(["c", "b", "a"]))
    assert len(calls) == 3
    assert not np.array_equal(other.words, first.words)
    monkeypatch.setattr(batching, "_ENCODING_VERSION", 0)
    batching.encode_pairs(pairs, TOKENIZER)
    assert len(calls) == 4


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((["a"], [], [0]), "1 premises but 0 hypotheses"),
        ((["a"], ["b"], []), "1 premises but 0 labels"),
        ((["a"], ["b"], [3]), "label 3 is not an index"),
        ((["a"], ["b"], [-1]), "label -1 is not an index"),
        ((["a"], ["b"], [0], "x", ["kind", "place"]), "1 pairs but 2 phenomena"),
    ],
)
def test_pairs_that_do_not_fit_together(arguments, message):
    with pytest.raises(ValueError, match=message):
        Pairs(*arguments)


def test_pairs_take_and_digest():
    pairs = Pairs(["a", "b"], ["c", "d"], [0, 2], "toy", ["kind", "place"])
    assert pairs.take([1, 0]).premises == ["b", "a"]
    assert pairs.take(slice(0, 1), "first").phenomena == ["kind"]
    assert pairs.take([0, 1]).digest() == pairs.digest() != pairs.take([1, 0]).digest()
    assert repr(pairs) == "Pairs(toy: 2 pairs; 1 entailment, 0 neutral, 1 contradiction)"


def test_the_digest_is_that_of_tab_separated_lines():
    pairs = Pairs(["A dog.", "é"], ["A cat\\t.", ""], [0, 2])
    assert pairs.digest() == hashlib.sha256("A dog.\tA cat\\t.\t0\né\t\t2\n".encode()).hexdigest()


@given(st.lists(st.tuples(*[st.text("a\t\n\x1b", max_size=2)] * 2, st.integers(0, 2)), min_size=1, max_size=7))
def test_the_digest_is_the_same_however_many_pairs_are_hashed_at_once(rows):
    escapes = str.maketrans({"\x1b": "\x1b\x1b", "\t": "\x1bt", "\n": "\x1bn"})
    lines = [
        f"{premise.translate(escapes)}\t{hypothesis.translate(escapes)}\t{label}\n"
        for premise, hypothesis, label in rows
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("infersent.data.pairs._HASHED_AT_ONCE", 3)
        assert to_pairs(rows).digest() == hashlib.sha256("".join(lines).encode()).hexdigest()


@given(*[st.tuples(*[st.text("a\t\n\x1btn0", max_size=4)] * 2)] * 2)
def test_different_pairs_have_different_digests(one, other):
    digests = [Pairs([premise], [hypothesis], [0]).digest() for premise, hypothesis in (one, other)]
    assert (digests[0] == digests[1]) == (one == other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([("a dog\tmaybe", "cat")], [("a dog", "maybe\tcat")]),
        ([("a\tb", "c")], [("a\x1btb", "c")]),
        ([("a", "b\t0\nc\td")], [("a", "b"), ("c", "d")]),
    ],
)
def test_separators_inside_a_sentence_do_not_separate(one, other):
    digests = [to_pairs([(*pair, 0) for pair in pairs]).digest() for pairs in (one, other)]
    assert digests[0] != digests[1]


@given(rows, st.integers(1, 30))
def test_a_training_batch_is_cut_only_where_it_is_too_large(rows, words):
    encoded = batching.encode_pairs(to_pairs(rows), TOKENIZER, cache=False)
    every = np.arange(len(rows))
    parts = encoded.parts(every, words)
    assert sorted(np.concatenate(parts).tolist()) == every.tolist()
    if encoded.batch(every).ids.numel() <= words:
        assert len(parts) == 1
        assert parts[0] is every
    assert all(len(part) == 1 or encoded.batch(part).ids.numel() <= words for part in parts)


def test_a_document_is_trained_on_apart_from_short_pairs():
    pairs = to_pairs([("a " * 50_000, "b", 0), *[(f"a {'b ' * (i % 7)}", "c", 1) for i in range(127)]])
    encoded = batching.encode_pairs(pairs, TOKENIZER, cache=False)
    parts = encoded.parts(np.arange(128))
    assert [len(part) for part in parts] == [1, 127]
    assert parts[0].tolist() == [0]
