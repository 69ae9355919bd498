"""Encoding by onnxruntime: the model's own vectors, whatever is asked of it and whatever happens to its parameters."""

import copy
import pickle
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from infersent import cli
from infersent.foundation.optional import MissingExtra
from infersent.model import infersent
from tests.toy import toy_model

pytest.importorskip("onnxruntime", reason="needs onnxruntime: pip install 'infersent[onnx]'")
pytest.importorskip("onnxscript", reason="needs onnxscript: pip install 'infersent[onnx]'")

from infersent.adapters.onnxruntime import OnnxInferSent

SENTENCES = ["a dog", "maybe the cat here", "the", "a pig and a cow and the dog", ""] * 3


@pytest.fixture(scope="module")
def model():
    return toy_model(hidden=8).eval()


@pytest.fixture(scope="module")
def same(model):
    """The same model by onnxruntime; not to be changed."""
    return OnnxInferSent.from_model(model)


def test_the_vectors_are_the_models(model, same):
    for more in ({}, {"batch_size": 2}, {"normalize_embeddings": True}, {"convert_to_tensor": True}):
        np.testing.assert_allclose(same.encode(SENTENCES, **more), model.encode(SENTENCES, **more), atol=1e-6)
    np.testing.assert_array_equal(
        same.encode(SENTENCES, precision="ubinary"), model.encode(SENTENCES, precision="ubinary")
    )
    np.testing.assert_allclose(same.encode("the cat"), model.encode("the cat"), atol=1e-6)
    assert same.encode([]).shape == (0, 16)
    sides = SENTENCES, SENTENCES[::-1]
    np.testing.assert_allclose(same.predict_proba(*sides), model.predict_proba(*sides), atol=1e-6)


def test_batches_are_shared_by_threads(model, same):
    before = torch.get_num_threads()
    try:
        for threads in (1, 3):
            torch.set_num_threads(threads)
            found = same.encode(SENTENCES * 20, batch_size=4)
            np.testing.assert_allclose(found, model.encode(SENTENCES * 20), atol=1e-6)
            assert torch.get_num_threads() == threads
    finally:
        torch.set_num_threads(before)


def test_onnxruntime_computes_them(model, same, monkeypatch):
    expected = model.encode(SENTENCES)
    monkeypatch.setattr(type(model.encoder), "forward", None)
    np.testing.assert_allclose(same.encode(SENTENCES), expected, atol=1e-6)
    with pytest.raises(TypeError):
        model.encode(SENTENCES)


def test_parameters_that_change_give_other_vectors(model, same):
    changed, plain = copy.deepcopy(same), copy.deepcopy(model)
    for each in (changed, plain):
        each.encoder.lstm.weight_hh_l0.data.mul_(-1)  # behind the back of autograd, which counts changes
    found = changed.encode(SENTENCES)
    np.testing.assert_allclose(found, plain.encode(SENTENCES), atol=1e-6)
    assert np.abs(found - same.encode(SENTENCES)).max() > 1e-3


def test_it_is_copied_pickled_and_shared_by_threads(model, same):
    expected = model.encode(SENTENCES)
    with ThreadPoolExecutor(4) as threads:
        for found in threads.map(same.encode, [SENTENCES] * 8):
            np.testing.assert_allclose(found, expected, atol=1e-6)
    for other in (copy.deepcopy(same), pickle.loads(pickle.dumps(same))):
        assert isinstance(other, OnnxInferSent)
        np.testing.assert_allclose(other.encode(SENTENCES[:2]), expected[:2], atol=1e-6)


def test_it_stays_what_it_is_with_other_labels_and_from_its_file(model, same, tmp_path):
    same.save(tmp_path)
    again = OnnxInferSent.from_pretrained(tmp_path)
    other = same.with_new_head(["no", "yes"])
    for each in (again, other):
        assert isinstance(each, OnnxInferSent)
        np.testing.assert_allclose(each.encode(SENTENCES), model.encode(SENTENCES), atol=1e-6)


def test_a_text_too_long_for_one_piece_is_read_in_windows(model, same, monkeypatch):
    monkeypatch.setattr(infersent, "_NUMBERS_AT_ONCE", 16 * 40)  # forty words
    texts = ["a dog and a cat " * 100, "the cat"]
    np.testing.assert_allclose(same.encode(texts), model.encode(texts), atol=1e-6)


def test_another_precision_is_refused(same):
    with pytest.raises(ValueError, match=r"torch.float16 on cpu; export model.cpu\(\).float\(\)"):
        copy.deepcopy(same).half().encode(SENTENCES)


def test_a_missing_library_is_named(same, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(
        MissingExtra, match=r"Encoding by onnxruntime needs onnxruntime: pip install 'infersent\[onnx\]'"
    ):
        copy.deepcopy(same).encode(SENTENCES)


def test_the_command(model, tmp_path, capsys):
    model.save(tmp_path / "run")
    lines = tmp_path / "lines.txt"
    lines.write_text("".join(sentence + "\n" for sentence in SENTENCES))
    run = ["encode", str(tmp_path / "run"), "--sentences", str(lines), "--output", str(tmp_path / "v.npy")]
    assert cli.main([*run, "--engine", "onnxruntime"]) == 0
    np.testing.assert_allclose(np.load(tmp_path / "v.npy"), model.encode(SENTENCES), atol=1e-6)
    assert cli.main([*run, "--engine", "onnxruntime", "--device", "auto"]) == 1
    assert "onnxruntime encodes on the processor, not on --device auto" in capsys.readouterr().err
