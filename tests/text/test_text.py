"""Tokens, vocabulary and word vectors."""

import re
import zipfile
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from infersent.data.fetch import DamagedArchive
from infersent.release.vectors import write_shipped_vectors
from infersent.text import vocabulary as vocabulary_module
from infersent.text.glove import read_glove
from infersent.text.tokenizer import _WORDLESS, FIRST_TOKEN_RULE, build_tokenizer, pre_tokenizer_of, split_words
from infersent.text.vectors import WordVectors, shipped_vectors
from infersent.text.vocabulary import build_vocabulary, count_words


def slow_split(sentence):
    """The rule once more, by Python's own means: characters are told apart by their Unicode category."""
    import unicodedata

    def kind(character):
        category = unicodedata.category(character)
        if category[0] == "L" and any(part in unicodedata.name(character) for part in ("CJK", "HIRAGANA", "THAI")):
            return "W"
        return "L" if category[0] in "LM" else "N" if category[0] == "N" else " " if character.isspace() else "."

    words, i = [], 0
    while i < len(sentence):
        ending = re.match(r"'(s|re|ve|ll|d|m)", sentence[i:])
        end = i + 1
        if ending and (
            i + ending.end() == len(sentence) or unicodedata.category(sentence[i + ending.end()])[0] not in "LN"
        ):
            end = i + ending.end()
        elif kind(sentence[i]) == "W":
            while end < len(sentence) and unicodedata.category(sentence[end])[0] == "M":
                end += 1
        elif kind(sentence[i]) in "LN":
            while end < len(sentence) and kind(sentence[end]) == kind(sentence[i]):
                end += 1
        if kind(sentence[i]) != " ":
            words.append(sentence[i:end])
        i = end
    return words


SENTENCES = [
    ("Two dogs run.", ["two", "dogs", "run", "."]),
    ("She isn't sleeping", ["she", "is", "not", "sleeping"]),
    ("I can't, and won't!", ["i", "can", "not", ",", "and", "will", "not", "!"]),
    ("the man’s hat, they're", ["the", "man", "'s", "hat", ",", "they", "'re"]),
    ("a 't-shirt' for $10.50", ["a", "'", "t", "-", "shirt", "'", "for", "$", "10", ".", "50"]),
    ("naïve café", ["naïve", "café"]),
    ("cafe\u0301", ["café"]),
    ("<b>hi</b>", ["<", "b", ">", "hi", "<", "/", "b", ">"]),
    ("🙂🙂 ok", ["🙂", "🙂", "ok"]),
    ("'sorry'", ["'", "sorry", "'"]),
    ("  \t\n ", []),
    ("", []),
    ("a\ufeffdog\x85cat\u2028", ["a", "dog", "cat"]),
    ("我在看书。", ["我", "在", "看", "书", "。"]),
    ("カメラ3台とUSB", ["カ", "メ", "ラ", "3", "台", "と", "usb"]),
    ("กิน ข้าว", ["กิ", "น", "ข้", "า", "ว"]),
    ("개가 달린다", ["개가", "달린다"]),
    ("собака бежит", ["собака", "бежит"]),
    ("𠀋a", ["𠀋", "a"]),
]


@pytest.mark.parametrize(("sentence", "words"), SENTENCES)
def test_tokens(sentence, words):
    assert split_words(sentence) == words


@given(st.text(st.sampled_from("aéz9Ⅷ٣ '-.s\u0301<🙂漢犬がก\u0e34\t"), max_size=20))
def test_tokens_agree_with_a_slow_reading_of_the_rule(sentence):
    normal = _WORDLESS.normalizer.normalize_str(sentence)
    assert split_words(sentence) == slow_split(normal)


@given(st.text(max_size=40))
def test_no_character_but_blanks_is_lost(sentence):
    normal = _WORDLESS.normalizer.normalize_str(sentence)
    kept = "".join(split_words(sentence))
    # \s of the rule's engine and of Python differ on a few control characters, which may stay or go.
    strip = re.compile(r"[\s\x00-\x20\x7f-\xa0\u2028\u2029\u180e\u200b]")
    assert strip.sub("", kept) == strip.sub("", normal)


def test_tokenizer_ids_and_unknown_words():
    tokenizer = build_tokenizer(["dog", "not"])
    assert tokenizer.encode("Dogs aren't dog").ids == [1, 1, 3, 2]
    assert tokenizer.encode("").ids == []


def test_tokenizer_survives_its_file(tmp_path):
    tokenizer = build_tokenizer(["dog", "'s", "not"])
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    again = Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    for sentence in ("The DOG's", "don’t", "", "漢字 dog"):
        assert again.encode(sentence).ids == tokenizer.encode(sentence).ids


@pytest.mark.parametrize("words", [["dog", "dog"], ["[PAD]"]])
def test_a_word_cannot_have_two_ids(words):
    with pytest.raises(ValueError, match=re.escape(repr(words[-1]))):
        build_tokenizer(words)


def test_words_of_a_repeated_sentence_count_each_time():
    assert count_words(["a dog, a cat", "dog", "a dog, a cat"]) == {"a": 4, "dog": 3, "cat": 2, ",": 2}
    assert count_words(iter([])) == {}


@given(st.lists(st.text("ab'n t.\n漢", max_size=12), max_size=6))
def test_counts_are_those_of_whole_sentences_in_their_order(sentences):
    words = [word for sentence in sentences for word in split_words(sentence)]
    assert list(count_words(sentences).items()) == list(Counter(words).items())


def test_the_counts_of_a_large_corpus_are_kept(monkeypatch, tmp_path):
    monkeypatch.setenv("INFERSENT_CACHE", str(tmp_path))
    sentences = ["A dog isn't a cat.", "犬が", "", "a\ncat"]
    once = count_words(sentences)
    assert not list(tmp_path.iterdir())
    monkeypatch.setattr(vocabulary_module, "_MANY", 4)
    assert list(count_words(sentences).items()) == list(once.items())
    with monkeypatch.context() as patch:
        patch.setattr(vocabulary_module, "split_words", None)  # nothing is split again
        assert list(count_words(iter(sentences)).items()) == list(once.items())
    # Other sentences, other borders between the same characters, another rule: each is counted anew.
    assert count_words(["a", "dog", "ca", "t"]) == {"a": 1, "dog": 1, "ca": 1, "t": 1}
    assert count_words(["a", "dog", "c", "at"]) == {"a": 1, "dog": 1, "c": 1, "at": 1}
    first = build_tokenizer([])
    first.pre_tokenizer = pre_tokenizer_of(FIRST_TOKEN_RULE)
    assert set(count_words(sentences, first)) - set(once) == {"犬が"}
    assert count_words([" "] * 5) == count_words([" "] * 5) == {}
    foreign = build_tokenizer([])
    foreign.pre_tokenizer = pre_tokenizer_of("a b|c")
    assert count_words(["a b"] * 4, foreign) == count_words(["a b"] * 4, foreign) == {"a b": 4}


def test_vocabulary_sorts_words_into_three_kinds():
    vectors = WordVectors(["dog", "cat"], np.eye(2, dtype=np.float32), "toy")
    vocabulary = build_vocabulary(Counter(dog=5, a=4, the=4, zyx=1), vectors, min_count=2)
    assert vocabulary.given == ["dog", "cat"]
    assert vocabulary.trained == ["a", "the"]
    assert vocabulary.coverage == pytest.approx({"given": 5 / 14, "trained": 8 / 14, "unknown": 1 / 14})
    assert vocabulary.tokenizer().encode("a the dog cat zyx").ids == [2, 3, 4, 5, 1]
    assert "35.71% given" in repr(vocabulary)


def test_vocabulary_does_not_depend_on_the_order_of_counting():
    vectors = WordVectors(["dog"], np.ones((1, 2), np.float32), "toy")
    one = build_vocabulary(count_words(["b a", "c"]), vectors, min_count=1)
    other = build_vocabulary(count_words(["c", "a b"]), vectors, min_count=1)
    assert one.trained == other.trained == ["a", "b", "c"]


GLOVE = "the 0.5 -1\ndog 1 2\n. . 3 4\nCafé 5 6\n"


@pytest.fixture(params=["plain", "zip"])
def glove(request, tmp_path):
    """A GloVe file in either form; the third word has a blank in it, as some of glove.840B have."""
    if request.param == "plain":
        path = tmp_path / "toy.2d.txt"
        path.write_text(GLOVE, "utf-8")
    else:
        path = tmp_path / "toy.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("toy.2d.txt", GLOVE)
    return path


def test_glove_files(glove):
    vectors = read_glove(glove)
    assert vectors.words == ["the", "dog", ". .", "Café"]
    assert vectors.vectors.tolist() == [[0.5, -1], [1, 2], [3, 4], [5, 6]]
    assert (vectors.dim, vectors.name, vectors.vectors.dtype) == (2, "toy.2d", np.float32)


def test_glove_keeps_only_what_is_asked_for(glove):
    assert read_glove(glove, {"Café", "dog", "absent"}).words == ["dog", "Café"]
    with pytest.raises(ValueError, match="none of the 1 words asked for"):
        read_glove(glove, {"absent"})


def test_word2vec_header_is_skipped(tmp_path):
    (tmp_path / "w.txt").write_text("2 3\na 1 2 3\nb 4 5 6\n")
    assert read_glove(tmp_path / "w.txt").vectors.shape == (2, 3)


@pytest.mark.parametrize("line", [b"dog 1", b"dog 1 x", b"dog 1 nan", b"d\xffg 1 2"])
def test_a_malformed_line_is_named(tmp_path, line):
    path = tmp_path / "bad.txt"
    path.write_bytes(b"the 1 2\n" + line + b"\n")
    with pytest.raises(ValueError, match=r"bad\.txt, bad\.txt, line 2: .*expected a word and 2"):
        read_glove(path)


def test_an_archive_with_several_files_wants_a_name(tmp_path):
    path = tmp_path / "two.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "x 1\n")
        archive.writestr("b.txt", "y 2\n")
    assert read_glove(path, member="b.txt").words == ["y"]
    for member in (None, "c.txt"):
        with pytest.raises(ValueError, match=rf"holds a\.txt, b\.txt; name one of them as member, not {member!r}"):
            read_glove(path, member=member)


def test_a_truncated_archive_is_named(tmp_path):
    path = tmp_path / "cut.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", GLOVE)
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(DamagedArchive, match=r"cut\.zip is damaged or cut short"):
        read_glove(path)


def test_shipped_vectors_are_glove():
    vectors = shipped_vectors()
    assert len(vectors.words) == len(set(vectors.words)) == len(vectors.vectors)
    assert (vectors.dim, vectors.words[:2]) == (100, ["the", ","])
    assert np.isfinite(vectors.vectors).all()

    def cosine(a, b):
        x, y = (vectors.vectors[vectors.words.index(w)] for w in (a, b))
        return x @ y / np.linalg.norm(x) / np.linalg.norm(y)

    assert cosine("dog", "cat") > 0.8 > 0.4 > cosine("dog", "guitar")


def test_shipped_vectors_survive_their_files(tmp_path, monkeypatch):
    toy = WordVectors(["a", "b"], np.array([[0.5, 1], [2, -3]], np.float32), "toy")
    write_shipped_vectors(toy, tmp_path)
    monkeypatch.setattr("infersent.text.vectors.FOLDER", tmp_path)
    again = shipped_vectors()
    assert again.words == toy.words
    assert np.array_equal(again.vectors, toy.vectors)


def test_words_are_counted_in_a_list_of_texts():
    with pytest.raises(TypeError, match="sentences is one text"):
        count_words("a dog")
