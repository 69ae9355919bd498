"""The released encoders: a state dict of the same names is read, and means what it meant."""

import numpy as np
import pytest
import torch
from torch import nn

from infersent import InferSent
from infersent.foundation.notices import Notice
from infersent.model.official import _PARAMETERS, OfficialEncoder, read_official
from infersent.text.vectors import WordVectors

WORDS = ["<s>", "</s>", "The", "the", "dog", "sleeps", "is", "n't", "."]


@pytest.fixture(scope="module")
def vectors():
    rng = np.random.default_rng(0)
    return WordVectors(WORDS, rng.normal(size=(len(WORDS), 10)).astype(np.float32), "toy.840B")


@pytest.fixture
def file(tmp_path):
    """A state dict with the names of the released ones, but small; in torch's format of 2018."""
    torch.manual_seed(0)
    lstm = nn.LSTM(10, 6, bidirectional=True)
    state = {f"enc_lstm.{name}": tensor for name, tensor in lstm.state_dict().items()}
    torch.save(state, tmp_path / "infersent2.pkl", _use_new_zipfile_serialization=False)
    return tmp_path / "infersent2.pkl"


def alone(lstm, vectors, words):
    """The slow reference: one sentence at a time, no batch, no padding; every state, [words, 12]."""
    rows = [vectors.words.index(word) for word in words]
    with torch.no_grad():
        return lstm(torch.from_numpy(vectors.vectors[rows]).unsqueeze(1))[0][:, 0].numpy()


def reference(file):
    lstm = nn.LSTM(10, 6, bidirectional=True)
    lstm.load_state_dict(read_official(file))
    return lstm


def test_the_papers_encoder_has_these_parameters():
    with torch.device("meta"):
        lstm = nn.LSTM(300, 2048, bidirectional=True)
    assert sum(parameter.numel() for parameter in lstm.parameters()) == 38_502_400
    assert set(lstm.state_dict()) == set(_PARAMETERS)


def test_a_sentence_stands_between_its_marks_and_loses_unknown_words(file, vectors):
    model = InferSent.from_official(file, vectors)
    states = alone(reference(file), vectors, ["<s>", "The", "dog", "sleeps", ".", "</s>"])
    vector = model.encode("The striped dog sleeps.")
    np.testing.assert_allclose(vector, states.max(axis=0), atol=1e-6)
    assert model.dim == vector.shape[0] == 12


def test_version_2_gives_each_sentence_its_own_vector(file, vectors):
    model = InferSent.from_official(file, vectors)
    sentences = ["The dog sleeps.", "the dog", "", "the dog isn't the dog."]
    together = model.encode(sentences)
    for sentence, vector in zip(sentences, together, strict=True):
        np.testing.assert_allclose(model.encode(sentence), vector, atol=1e-6)
    np.testing.assert_allclose(model.encode(sentences, batch_size=1), together, atol=1e-6)


def test_version_1_lets_the_padding_take_part(file, vectors):
    model = InferSent.from_official(file, vectors, version=1)
    states = alone(reference(file), vectors, ["<s>", "the", "dog", "</s>"])
    short, long = model.encode(["the dog", "the dog isn't the dog."])
    assert (states.max(axis=0) < 0).any()
    np.testing.assert_allclose(short, np.maximum(states.max(axis=0), 0), atol=1e-6)
    # The longest of a batch has no padding, so alone a sentence is what version 2 makes of it.
    np.testing.assert_allclose(model.encode("the dog"), states.max(axis=0), atol=1e-6)
    np.testing.assert_allclose(long, InferSent.from_official(file, vectors).encode("the dog isn't the dog."), atol=1e-6)


def test_encode_takes_what_infersents_does(file, vectors):
    model = InferSent.from_official(file, vectors)
    unit = model.encode(["The dog", "the dog."], normalize_embeddings=True, convert_to_numpy=False)
    torch.testing.assert_close(unit.norm(dim=1), torch.ones(2))
    assert model.encode([]).shape == (0, 12)


def test_sentences_that_lose_most_of_their_words_are_told_of_once_a_call(file, vectors):
    model = InferSent.from_official(file, vectors)
    strange = ["The dog sleeps.", "Striped zebras gallop.", "Zebras gallop.", "", "Striped zebras gallop."]
    with pytest.warns(Notice) as told:
        model.encode(strange)
    (one,) = told
    assert one.filename == __file__
    message = str(one.message)
    assert "most of the words of 2 of 3 sentences, such as 'Striped zebras gallop.', so" in message
    assert "does not know 45.5%. Give vectors= that have them" in message  # 5 of 11, the marks not counted
    model.encode(["The striped dog sleeps.", ""])  # pytest makes an error of a notice


@pytest.mark.parametrize("wrong", [{"text": ["a"]}, {"a dog"}, ["a dog", None]])
def test_what_is_no_list_of_texts_is_refused(file, vectors, wrong):
    with pytest.raises(TypeError, match=r"come as a (dict|set)|Sentence 1 is None"):
        InferSent.from_official(file, vectors).encode(wrong)


def test_vectors_are_read_for_the_words_of_some_sentences(file, vectors, tmp_path):
    path = tmp_path / "toy.vec"
    lines = [f"{word} " + " ".join(f"{x:.6f}" for x in row) for word, row in zip(WORDS, vectors.vectors, strict=True)]
    path.write_text("\n".join([f"{len(WORDS)} 10", *lines, ""]))
    sentences = ["the dog isn't"]
    some = InferSent.from_official(file, path, sentences=sentences)
    assert set(some.ids) == {"<s>", "</s>", "the", "dog", "is", "n't"}
    every = InferSent.from_official(file, path)
    assert set(every.ids) == set(WORDS)
    np.testing.assert_allclose(some.encode(sentences), every.encode(sentences), atol=1e-6)
    assert set(InferSent.from_official(file, path, sentences=["dog."], tokenize=str.split).ids) == {"<s>", "</s>"}


def test_a_whole_nli_model_is_read_without_its_classifier(file, vectors, tmp_path):
    state = {f"encoder.enc_lstm.{name}": tensor for name, tensor in read_official(file).items()}
    torch.save(state | {"classifier.0.weight": torch.zeros(2, 2)}, tmp_path / "whole.pkl")
    whole = InferSent.from_official(tmp_path / "whole.pkl", vectors)
    np.testing.assert_array_equal(whole.encode("the dog"), InferSent.from_official(file, vectors).encode("the dog"))


def test_it_predicts_nothing_and_says_why(file, vectors):
    model = InferSent.from_official(file, vectors)
    with pytest.raises(TypeError, match=r"hold an encoder and no classifier.*PairHead\(12"):
        model.predict_proba(["a"], ["b"])


class Whole(nn.Module):
    """A model that was pickled as a whole."""


@pytest.mark.parametrize(
    ("write", "message"),
    [
        (lambda path: path.write_text("<html>Forbidden</html>"), "it is a web page; the download has failed"),
        (lambda path: path.write_text("\n<!DOCTYPE html>\n<title>Sign in</title>"), "it is a web page"),
        (lambda path: path.write_text("<s> 0.5 0.25\n</s> 1 2\n"), "encoder: (?!it is a web page)"),  # word vectors
        (lambda path: path.write_bytes(b""), "not a state dict"),
        (
            lambda path: torch.save({"other.weight": torch.zeros(1)}, path),
            r"seven more.*; it has other\.weight",
        ),
        (lambda path: torch.save({}, path), "it has nothing"),
        (lambda path: torch.save(torch.zeros(1), path), "it has Tensor"),
        (lambda path: torch.save(Whole(), path), "not a state dict"),
    ],
)
def test_another_file_is_refused(tmp_path, vectors, write, message):
    write(tmp_path / "infersent2.pkl")
    with pytest.raises(ValueError, match=message):
        InferSent.from_official(tmp_path / "infersent2.pkl", vectors)


def test_vectors_that_do_not_fit_are_refused(file, vectors):
    with pytest.raises(ValueError, match=r"word vectors of 10 numbers; those of toy.840B have 4"):
        InferSent.from_official(file, WordVectors(WORDS, vectors.vectors[:, :4], "toy.840B"))
    with pytest.raises(ValueError, match=r"toy.840B has no vector of <s>"):
        InferSent.from_official(file, WordVectors(WORDS[1:], vectors.vectors[1:], "toy.840B"))
    with pytest.raises(ValueError, match="version=3 is neither 1 nor 2"):
        OfficialEncoder(read_official(file), vectors, version=3)
    with pytest.raises(FileNotFoundError):
        InferSent.from_official(file.with_name("none.pkl"), vectors)
