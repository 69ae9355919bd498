"""SentEval's two functions, called as its documentation says; the toolkit itself is not on PyPI."""

import numpy as np

from infersent import InferSent
from infersent.adapters.senteval import prepare_and_batcher
from tests.toy import toy_model


class Parameters(dict):
    """SentEval's parameters: a dict whose keys are attributes, too."""

    __getattr__ = dict.__getitem__
    __setattr__ = dict.__setitem__


def test_a_batch_of_tokens_gives_an_array_of_vectors():
    model = toy_model()
    prepare, batcher = prepare_and_batcher(model, batch_size=2)
    params = Parameters(task_path="data", batch_size=3, classifier={"nhid": 0})
    samples = [["a", "dog"], ["maybe", "the", "cat"], ["the", "cow"], ["a", "pig"]]
    assert prepare(params, samples) is None
    batches = [batcher(params, samples[start : start + params.batch_size]) for start in (0, 3)]
    assert [batch.shape for batch in batches] == [(3, 12), (1, 12)]
    expected = model.encode(["a dog", "maybe the cat", "the cow", "a pig"])
    np.testing.assert_allclose(np.concatenate(batches), expected, atol=1e-6)


def test_tokens_are_read_by_the_models_own_rule():
    model = InferSent.from_pretrained()
    _, batcher = prepare_and_batcher(model)
    vectors = batcher({}, [["The", "dog", "is", "n't", "asleep", "."]])
    np.testing.assert_allclose(vectors, model.encode(["The dog isn't asleep."]), atol=1e-6)


def test_bytes_texts_and_empty_sentences_have_vectors_too():
    model = toy_model()
    _, batcher = prepare_and_batcher(model)
    vectors = batcher({}, np.array([[b"a", b"dog"], [], "the cat"], dtype=object))
    np.testing.assert_allclose(vectors, model.encode(["a dog", "", "the cat"]), atol=1e-6)
