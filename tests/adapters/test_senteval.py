"""SentEval's two functions, called as its documentation says, and by the toolkit itself where a copy of it is there."""

import warnings

import numpy as np
import pytest
from scipy.stats import pearsonr, spearmanr
from sklearn.linear_model import LogisticRegression

from infersent import InferSent, PairFeatures
from infersent.adapters.senteval import prepare_and_batcher
from infersent.foundation.notices import Notice
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


def test_unknown_words_are_told_once_for_a_task_and_not_for_each_batch():
    model = toy_model()
    prepare, batcher = prepare_and_batcher(model)
    samples = [["a", "dog"], ["qwx", "vbn"], ["zzk"]]
    with pytest.warns(Notice, match="2 of 3 sentences, such as 'qwx vbn', so their vectors mean little") as told:
        prepare({}, samples)
    assert len(told) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        batcher({}, samples[:2])
        batcher({}, samples[2:])


NOUNS = ["dog", "cat", "horse", "boy", "girl", "man", "woman", "child"]
DEEDS = {"runs": "moves", "sleeps": "rests", "sings": "makes music", "eats": "has a meal"}


def scored_pairs(seed, n=40):
    """Pairs of our own with a score: five for the same deed of the same creature, one for another of both."""
    rng = np.random.default_rng(seed)
    pairs = []
    for i in range(n):
        (noun, other), (deed, elsewhere) = (
            rng.choice(NOUNS, 2, replace=False),
            rng.choice(list(DEEDS), 2, replace=False),
        )
        second = (noun if i % 4 < 2 else other, deed if i % 2 == 0 else elsewhere)
        score = 1 + 2 * (second[0] == noun) + 2 * (second[1] == deed)
        pairs.append((f"A {noun} {deed} .", f"The {second[0]} {DEEDS[second[1]]} .", score))
    return pairs


@pytest.fixture(scope="module")
def tasks(tmp_path_factory):
    """Three of SentEval's tasks as files of its own layout, with sentences of our own."""
    folder = tmp_path_factory.mktemp("senteval") / "downstream"
    for part in ("STS/STS13-en-test", "SICK", "MRPC"):
        (folder / part).mkdir(parents=True)
    for seed, name in enumerate(("FNWN", "headlines", "OnWN")):
        pairs = scored_pairs(seed)
        lines = "".join(f"{first}\t{second}\n" for first, second, _ in pairs)
        (folder / f"STS/STS13-en-test/STS.input.{name}.txt").write_text(lines, encoding="utf-8")
        scores = "".join(f"{score}\n" for *_, score in pairs)
        (folder / f"STS/STS13-en-test/STS.gs.{name}.txt").write_text(scores, encoding="utf-8")
    for seed, name in enumerate(("train", "trial", "test_annotated")):
        rows = ["pair_ID\tsentence_A\tsentence_B\trelatedness_score\tentailment_judgment"]
        answers = {1: "CONTRADICTION", 3: "NEUTRAL", 5: "ENTAILMENT"}
        rows += [f"{i}\t{u}\t{v}\t{score}\t{answers[score]}" for i, (u, v, score) in enumerate(scored_pairs(seed))]
        (folder / f"SICK/SICK_{name}.txt").write_text("\n".join([*rows, ""]), encoding="utf-8")
    for seed, name in enumerate(("train", "test")):
        rows = ["Quality\t#1 ID\t#2 ID\t#1 String\t#2 String"]
        rows += [f"{int(score == 5)}\t{i}\t{i}\t{u}\t{v}" for i, (u, v, score) in enumerate(scored_pairs(seed))]
        (folder / f"MRPC/msr_paraphrase_{name}.txt").write_text("\n".join([*rows, ""]), encoding="utf-8")
    return folder.parent


@pytest.fixture(scope="module")
def toolkit():
    """The real toolkit, where a copy of it lies on the path: it is in no package index."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip(
            "senteval", reason="needs SentEval, which is in no package index: put a copy of it on PYTHONPATH"
        )


@pytest.mark.filterwarnings("ignore")
def test_the_real_toolkit_gives_the_correlations_of_the_models_cosines(toolkit, tasks):
    model = InferSent.from_pretrained()
    prepare, batcher = prepare_and_batcher(model)
    found = toolkit.engine.SE({"task_path": str(tasks), "batch_size": 16}, batcher, prepare).eval("STS13")
    for seed, name in enumerate(("FNWN", "headlines", "OnWN")):
        first, second, scores = zip(*scored_pairs(seed), strict=True)
        u, v = (model.encode(side, normalize_embeddings=True) for side in (first, second))
        cosines = (u * v).sum(axis=1)
        assert found[name]["pearson"][0] == pytest.approx(pearsonr(cosines, scores).statistic, abs=1e-5)
        assert found[name]["spearman"][0] == pytest.approx(spearmanr(cosines, scores).statistic, abs=0.01)
        assert found[name]["nsamples"] == len(scores)


@pytest.mark.filterwarnings("ignore")
def test_the_real_toolkit_fits_its_classifier_on_the_difference_and_the_product(toolkit, tasks):
    model = InferSent.from_pretrained()
    prepare, batcher = prepare_and_batcher(model)
    settings = {"task_path": str(tasks), "usepytorch": False, "kfold": 3}
    found = toolkit.engine.SE(settings, batcher, prepare).eval(["SICKEntailment", "MRPC"])

    def fitted(y_of, rows, penalty):
        (first, second, scores) = zip(*scored_pairs(0), strict=True)
        features = PairFeatures(["|u-v|", "u*v"])
        pairs = np.stack([model.encode(first), model.encode(second)], axis=1)
        head = LogisticRegression(C=penalty, max_iter=1000).fit(features.fit_transform(pairs), list(map(y_of, scores)))
        first, second, scores = zip(*rows, strict=True)
        pairs = np.stack([model.encode(first), model.encode(second)], axis=1)
        return 100 * head.score(features.transform(pairs), list(map(y_of, scores)))

    # SentEval chooses the penalty among these; its answer is that of one of them.
    entailment = [fitted(lambda score: score, scored_pairs(2), 2.0**power) for power in range(-2, 4)]
    paraphrase = [fitted(lambda score: score == 5, scored_pairs(1), 2.0**power) for power in range(-1, 6)]
    assert min(abs(found["SICKEntailment"]["acc"] - ours) for ours in entailment) < 0.01
    assert min(abs(found["MRPC"]["acc"] - ours) for ours in paraphrase) < 0.01
    assert (found["SICKEntailment"]["ntest"], found["MRPC"]["ntest"]) == (40, 40)
    assert found["SICKEntailment"]["acc"] > 50  # the most frequent answer
    assert found["MRPC"]["acc"] > 75  # likewise
