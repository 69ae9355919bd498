"""``model.encode``: any length, any precision, any kind of column, from several threads and in a forked child."""

import copy
import os
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from infersent import InferSent
from infersent.model import infersent
from infersent.model.encoders import ENCODERS
from infersent.model.infersent import evaluating
from infersent.model.precision import PRECISIONS, in_precision
from tests.toy import toy_model

SENTENCES = ["a dog", "the cat maybe", "", "zebra", "the pig here", "a dog"]
# "zebra" is unknown to it, on purpose.
pytestmark = pytest.mark.filterwarnings("ignore:The model does not know most:infersent.foundation.notices.Notice")
DOCUMENT = " ".join(f"{a} {b}" for a in ("a", "the", "maybe") for b in ("dog", "cat", "cow", "pig")) * 5


@pytest.mark.parametrize("encoder", ENCODERS)
def test_a_document_has_the_same_vector_whatever_fits_into_memory_and_stands_beside_it(encoder, monkeypatch):
    model = toy_model(encoder=encoder, hidden=8)
    alone = model.encode(DOCUMENT)
    shapes = []
    monkeypatch.setattr(infersent, "_NUMBERS_AT_ONCE", 10 * model.encoder.dim)  # ten words
    monkeypatch.setattr(model.encoder, "words", lambda ids, words=model.encoder.words: shapes.append(ids) or words(ids))
    among_others = model.encode([*SENTENCES, DOCUMENT], batch_size=128)
    np.testing.assert_allclose(among_others[-1], alone, atol=1e-6)
    np.testing.assert_allclose(
        among_others[:-1], [toy_model(encoder=encoder, hidden=8).encode(s) for s in SENTENCES], atol=1e-6
    )
    beside = 2 * 4  # the convolutions of a window look at words beside it
    assert max(ids.numel() for ids in shapes) <= 10 + beside


@pytest.mark.parametrize(
    ("dtype", "given", "rounding"),
    [
        (torch.float64, np.float64, 1e-6),
        (torch.float32, np.float32, 1e-6),
        (torch.bfloat16, np.float32, 2e-2),
        (torch.float16, np.float16, 3e-3),
    ],
    ids=str,
)
@pytest.mark.filterwarnings("ignore:The model does not know most of the words")  # "zebra" is unknown on purpose
def test_every_precision_of_a_model_encodes_and_predicts(dtype, given, rounding, tmp_path):
    exact, model = toy_model(), toy_model().to(dtype)
    vectors = model.encode(SENTENCES)
    assert vectors.dtype == given
    np.testing.assert_allclose(vectors, exact.encode(SENTENCES), atol=rounding)
    assert model.encode([]).dtype == given
    tensor = model.encode(SENTENCES, convert_to_tensor=True, normalize_embeddings=True)
    assert tensor.dtype == dtype
    np.testing.assert_allclose(tensor.float().norm(dim=1), 1, atol=rounding)
    known = ["a dog", "the cat maybe", "the pig here"]
    probabilities = model.predict_proba(known, known[::-1])
    np.testing.assert_allclose(probabilities, exact.predict_proba(known, known[::-1]), atol=rounding)
    model.save(tmp_path / "model")
    again = InferSent.from_pretrained(tmp_path / "model").encode(SENTENCES)
    assert again.dtype == np.float32
    np.testing.assert_allclose(again, exact.encode(SENTENCES), atol=rounding)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16], ids=str)
@pytest.mark.parametrize("encoder", ENCODERS)
def test_autocast_encodes(encoder, dtype):
    model = toy_model(encoder=encoder, hidden=8)
    exact = model.encode(SENTENCES)
    with torch.autocast("cpu", dtype=dtype):
        vectors = model.encode(SENTENCES)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(vectors, exact, atol=3e-2)


def test_what_several_threads_encode_is_what_one_does():
    model = toy_model(word_dropout=0.5, feature_dropout=0.5).train()
    model.head.eval()
    alone = [model.encode(SENTENCES * n) for n in range(1, 30)]
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda n: model.encode(SENTENCES * n), range(1, 30)))
    for one, other in zip(alone, together, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)
    assert model.training
    assert model.encoder.training
    assert not model.head.training


def test_dropout_stays_off_until_the_last_thread_is_done():
    model = toy_model(word_dropout=0.5).train()
    first, second = evaluating(model), evaluating(model)
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert not model.encoder.dropout.training
    second.__exit__(None, None, None)
    assert all(module.training for module in model.modules())


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_a_copy_encodes_alike(copied):
    model = toy_model()
    model.encode("a dog")
    other = copied(model)
    assert np.array_equal(other.encode(SENTENCES), model.encode(SENTENCES))
    assert other.config == model.config


FORK = """
import os, torch
from infersent import InferSent
torch.set_num_threads(2)
model = InferSent.from_pretrained()
model.encode(["a dog runs"] * 300)
torch.ones(2000, 2000) @ torch.ones(2000, 2000)  # on two threads, which a fork does not have
child = os.fork()
if not child:
    assert len(model.encode(["a cat sleeps"] * 300)) == 300
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
print(torch.get_num_threads())
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing forks here")
def test_a_forked_child_encodes():
    done = subprocess.run([sys.executable, "-c", FORK], capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stdout) == (0, "2\n"), done.stderr


def test_columns_of_every_kind():
    pandas, pyarrow = pytest.importorskip("pandas"), pytest.importorskip("pyarrow")
    model = toy_model()
    expected = model.encode(SENTENCES)
    shuffled = pandas.Series(SENTENCES[::-1], index=range(6))[::-1]  # row 0 has index 5
    columns = [
        tuple(SENTENCES),
        iter(SENTENCES),
        np.array(SENTENCES),
        np.array(SENTENCES, dtype=object),
        shuffled,
        shuffled.astype("category"),
        pandas.Index(SENTENCES),
        pyarrow.array(SENTENCES),
        pyarrow.chunked_array([SENTENCES[:2], SENTENCES[2:]]),
    ]
    for column in columns:
        assert np.array_equal(model.encode(column), expected)
    assert np.array_equal(model.encode(np.str_("a dog")), model.encode("a dog"))
    for missing in (None, float("nan"), pandas.NA):
        with pytest.raises(TypeError, match="Sentence 1 is"):
            model.encode(pandas.Series(["a dog", missing]))
    table = pandas.DataFrame({"sentence": SENTENCES})
    for whole in (table, pyarrow.table(table)):
        with pytest.raises(TypeError, match=r"Give a list of them, or one column: table\['sentence'\]"):
            model.encode(whole)


def test_tensors_and_dimension():
    model = toy_model()
    expected = model.encode(SENTENCES)
    tensor = model.encode(SENTENCES, convert_to_tensor=True)
    assert isinstance(tensor, torch.Tensor)
    assert np.array_equal(tensor.numpy(), expected)
    assert model.encode("a dog", convert_to_tensor=True).shape == (12,)
    assert model.get_sentence_embedding_dimension() == 12 == expected.shape[1]


def test_what_other_code_passes_by_default_changes_nothing():
    model = toy_model()
    usual = {"prompt": None, "prompt_name": None, "output_value": "sentence_embedding", "device": "cpu"}
    assert np.array_equal(model.encode(SENTENCES, precision="float32", **usual), model.encode(SENTENCES))


def test_a_progress_bar_for_none_needs_a_terminal(capsys):
    toy_model().encode(SENTENCES, show_progress_bar=None)
    assert capsys.readouterr().err == ""


def test_similarity_is_the_cosine():
    model = toy_model()
    some, others = model.encode(SENTENCES[:2]), model.encode(SENTENCES[2:])
    slow = [[a @ b / np.linalg.norm(a) / np.linalg.norm(b) for b in others] for a in some]
    np.testing.assert_allclose(model.similarity(some, others), slow, atol=1e-6)
    assert model.similarity(some[0], others).shape == (1, 4)
    assert model.similarity(torch.from_numpy(some).half(), others).dtype == torch.float32
    np.testing.assert_allclose(model.similarity(some.astype(np.float64), some).diagonal(), 1, atol=1e-6)


@pytest.mark.parametrize("texts", ["a dog", ["a dog", "a cat"]])
def test_similarity_of_texts_is_refused_with_the_remedy(texts):
    with pytest.raises(TypeError, match=r"these are texts; give model\.encode\(texts\)"):
        toy_model().similarity(texts, texts)


def test_int8_keeps_the_cosines():
    model = toy_model()
    full, steps = model.encode(SENTENCES), model.encode(SENTENCES, precision="int8")
    assert steps.dtype == np.int8
    assert abs(steps / 127 - full).max() <= 0.5 / 127 + 1e-6
    np.testing.assert_allclose(model.similarity(steps, steps), model.similarity(full, full), atol=0.02)
    one = model.encode("a dog", precision="int8", convert_to_tensor=True)
    assert torch.equal(one, torch.from_numpy(steps[0]))


@pytest.mark.parametrize("precision", ["binary", "ubinary"])
def test_bits_are_those_of_sentence_transformers(precision):
    quantization = pytest.importorskip("sentence_transformers.util.quantization")
    model = toy_model()
    bits = model.encode(SENTENCES, precision=precision)
    assert bits.shape == (6, 2)
    theirs = quantization.quantize_embeddings(model.encode(SENTENCES), precision=precision)
    assert bits.dtype == theirs.dtype
    assert np.array_equal(bits, theirs)


@pytest.mark.parametrize("precision", PRECISIONS)
def test_no_vectors_in_any_precision(precision):
    assert len(toy_model().encode([], precision=precision)) == 0
    assert np.array_equal(in_precision(np.zeros(12), precision), in_precision(np.zeros((1, 12)), precision)[0])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"precision": "int16"}, "no precision 'int16'. Did you mean 'int8'"),
        ({"precision": "uint8"}, "no precision 'uint8'.*Use int8: the same steps"),
        ({"precision": "int8", "normalize_embeddings": True}, "Do not normalize them"),
        ({"prompt": "query: "}, "prompt 'query: ': this model was trained without prompts"),
        ({"prompt_name": "query"}, "prompt 'query'"),
        ({"output_value": "token_embeddings"}, "output_value='token_embeddings'"),
        ({"device": "cuda"}, "device='cuda', but the model is on cpu. Move it by model.to"),
    ],
)
def test_what_encode_refuses(options, message):
    with pytest.raises(ValueError, match=message):
        toy_model().encode(SENTENCES, **options)


@pytest.mark.parametrize("sentences", [{"a dog": 1}, {"a dog", "a cat"}])
def test_what_has_no_order_is_refused(sentences):
    with pytest.raises(TypeError, match=f"The sentences come as a {type(sentences).__name__}"):
        toy_model().encode(sentences)


def test_numbers_without_bound_have_no_int8():
    with pytest.raises(ValueError, match="this encoder's have no bound"):
        toy_model(encoder="hierarchical-convnet").encode(SENTENCES, precision="int8")


@pytest.mark.parametrize(("cuda", "mps", "best"), [(True, True, "cuda"), (False, True, "mps"), (False, False, "cpu")])
def test_the_best_device(cuda, mps, best, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
    assert infersent.best_device() == torch.device(best)


def test_auto_takes_the_best_device(monkeypatch):
    monkeypatch.setattr(infersent, "best_device", lambda: torch.device("meta"))
    assert InferSent.from_pretrained(device="auto").device.type == "meta"
