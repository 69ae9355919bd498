"""A text read piece by piece has the tokens that it has as a whole."""

from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Regex, Tokenizer, models, normalizers, processors

from infersent.text import pieces as module
from infersent.text.batching import word_ids
from infersent.text.pieces import PieceIds, pieces, reads_by_piece
from infersent.text.tokenizer import (
    FIRST_TOKEN_RULE,
    REPLACEMENTS,
    TOKEN_RULE,
    build_tokenizer,
    more_words,
    pre_tokenizer_of,
    split_words,
)

WORDS = ["a", "b", "n", "not", "'", "'d", "can", "will", "é", "9", ".", "犬"]


def tokenizer_of(rule):
    tokenizer = build_tokenizer(WORDS)
    tokenizer.pre_tokenizer = pre_tokenizer_of(rule)
    return tokenizer


TOKENIZERS = [tokenizer_of(rule) for rule in (TOKEN_RULE, FIRST_TOKEN_RULE)]

# Letters that the rules look for, marks that join what stands before them, blanks of every kind, and anything.
texts = st.text(
    "abcwilonN t'’sd.9é\u0301\u0308\u0345\u0338Σ\ufeff\u0085\u00a0\u200b\u200d\t\n犬がกิ🙂", max_size=40
) | st.text(max_size=40)


@pytest.mark.parametrize("tokenizer", TOKENIZERS)
@given(text=texts)
def test_the_tokens_are_those_of_the_whole_text(tokenizer, text):
    assert reads_by_piece(tokenizer)
    whole = split_words(text, tokenizer)
    assert list(chain.from_iterable(split_words(piece, tokenizer) for piece in pieces([text]))) == whole
    assert PieceIds(tokenizer).of_text(text) == (tokenizer.encode(text).ids or [1])


@pytest.mark.parametrize(
    "text", ["can 't", "ca n't", "can' t", "a \u0301b", "won’t  can`t", " ", "", "wo\u200bn't \ufeff"]
)
@pytest.mark.parametrize("tokenizer", TOKENIZERS)
def test_a_blank_beside_what_the_rules_look_for(tokenizer, text):
    assert word_ids(tokenizer, [text]) == [tokenizer.encode(text).ids or [1]]


def test_a_tokenizer_with_another_rule_reads_whole_texts():
    foreign = tokenizer_of(r"[a-z ]+")
    assert not reads_by_piece(foreign)
    assert word_ids(more_words(foreign, ["a b"]), ["A b9a"]) == [[len(WORDS) + 2, 2]]
    shorter = build_tokenizer(WORDS)
    shorter.normalizer = normalizers.Sequence([normalizers.Replace(Regex(p), by) for p, by in REPLACEMENTS])
    assert not reads_by_piece(shorter)
    assert not reads_by_piece(Tokenizer(models.WordLevel({"[UNK]": 0}, unk_token="[UNK]")))


@pytest.mark.parametrize(
    "change",
    [
        lambda tokenizer: tokenizer.add_tokens(["a b"]),
        lambda tokenizer: tokenizer.enable_truncation(2),
        lambda tokenizer: tokenizer.enable_padding(length=4),
        lambda tokenizer: setattr(
            tokenizer, "post_processor", processors.TemplateProcessing("n $A", special_tokens=[("n", 4)])
        ),
    ],
    ids=["token with a blank", "truncation", "padding", "template"],
)
def test_what_concerns_a_text_as_a_whole_is_done_to_the_whole(change):
    tokenizer = build_tokenizer(WORDS)
    change(tokenizer)
    assert not reads_by_piece(tokenizer)
    ids = tokenizer.encode("a b a").ids
    assert ids != [2, 3, 2]
    assert word_ids(tokenizer, ["a b a"]) == [ids]


def test_the_rule_is_known_again_from_a_file_and_with_more_words(tmp_path):
    TOKENIZERS[1].save(str(tmp_path / "tokenizer.json"))
    again = Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    assert reads_by_piece(again)
    assert reads_by_piece(more_words(again, ["dog"]))


def test_only_so_many_pieces_are_remembered(monkeypatch):
    monkeypatch.setattr(module, "_REMEMBERED", 2)
    known = PieceIds(TOKENIZERS[0])
    assert [known.of_text(text) for text in ("a b", "9 a", "b can a")] == [[2, 3], [11, 2], [3, 8, 2]]
    assert len(known) <= 2
