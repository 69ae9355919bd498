"""Models of any labels: they are trained, kept, explained and refused by name; and a model that learns more words."""

import gzip
import json
import warnings

import numpy as np
import pandas as pd
import pytest
import torch

from infersent import LABELS, InferSent, Pairs
from infersent.foundation.notices import Notice
from infersent.inside.challenge import run_challenge
from infersent.inside.dimensions import dimension_use
from infersent.inside.evidence import evidence, sentence_pairs, without
from infersent.inside.interventions import intervene
from infersent.inside.ledger import explain, explain_all
from infersent.inside.ledger_view import in_terminal
from infersent.inside.signs import knock_out, measure
from infersent.model.checkpoint import CheckpointError, signed
from infersent.model.heads import HEADS
from infersent.text.batching import encode_pairs
from infersent.text.tokenizer import FIRST_TOKEN_RULE, TOKEN_RULE, token_rule
from infersent.text.vectors import WordVectors
from infersent.text.vocabulary import build_vocabulary, count_words
from infersent.training.config import TrainingConfig
from infersent.training.evaluation import Evaluation, evaluate
from infersent.training.loop import label_weights, train
from infersent.widgets import Explainer, page_model
from tests.toy import ANIMALS, toy_model, toy_pairs, toy_vocabulary

TWO = ("different", "same")
FIVE = ("1", "2", "3", "4", "5")
CONFIG = TrainingConfig(learning_rate=0.02, decay=0.95, epochs=15, batch_size=16)


def two_way(n=96, seed=0, name="two"):
    """The toy pairs without the neutral ones: is it the same animal?"""
    pairs = toy_pairs(3 * n, seed)
    kept = pairs.take(pairs.labels != 1)
    return Pairs(kept.premises, kept.hypotheses, (kept.labels == 0).astype(int), name, label_names=TWO)


def five_way(n=100):
    """The second sentence alone tells the label."""
    words = [*ANIMALS, "maybe"]
    rng = np.random.default_rng(0)
    return Pairs(
        [f"a {rng.choice(ANIMALS)}" for _ in range(n)], [f"the {words[i % 5]}" for i in range(n)],
        np.arange(n) % 5, "five", label_names=FIVE,
    )  # fmt: skip


def model_of(labels, seed=0, **config):
    config = {"hidden": 6, "head": "linear"} | config
    return InferSent.from_vocabulary(
        toy_model(**config).config, toy_vocabulary(), seed=seed, labels=labels
    ).eval()  # fmt: skip


@pytest.mark.parametrize("pairs", [two_way(), five_way()], ids=["two", "five"])
@pytest.mark.parametrize("head", HEADS)
def test_any_number_of_labels_is_learned_kept_and_loaded(pairs, head, tmp_path):
    model = model_of(pairs.label_names, head=head)
    encoded = encode_pairs(pairs, model.tokenizer, cache=False)
    log = train(model, encoded, encoded, CONFIG, out=tmp_path / "run", progress=False)
    assert max(epoch.dev_accuracy for epoch in log) > 0.9
    loaded = InferSent.from_pretrained(tmp_path / "run")
    assert loaded.labels == pairs.label_names
    probabilities = loaded.predict_proba(pairs.premises, pairs.hypotheses)
    assert probabilities.shape == (len(pairs), len(pairs.label_names))
    answers = evaluate(loaded, encoded)
    assert (answers.predictions == probabilities.argmax(axis=1)).all()
    assert list(answers.recall) == list(pairs.label_names)
    assert answers.confusion.shape == (len(pairs.label_names),) * 2
    assert answers.confusion.sum() == len(pairs)
    assert answers.confusion.trace() == answers.correct.sum()


def test_what_looks_into_a_model_takes_its_labels(capsys):
    pairs = two_way()
    model = model_of(TWO, seed=3)
    encoded = encode_pairs(pairs, model.tokenizer, cache=False)
    ledger = explain(model, "a dog", "the dog")
    assert ledger.check() < 1e-5
    assert ledger.label in TWO
    assert json.loads(ledger.to_json())["labels"] == list(TWO)
    assert "different" in repr(ledger)
    assert "same" in in_terminal(ledger, colour=False)
    assert [axis.get_yticklabels()[1].get_text() for axis in ledger.plot("same").axes[:1]] == ["same"]
    u, v = sentence_pairs(model, encoded)
    assert set(next(iter(evidence(model, u, v, encoded.labels).values())).signed) == set(TWO)
    assert dimension_use(model, u, "same").corners.shape == (12, 2, 2)
    with pytest.raises(ValueError, match="no label of the model 'entailment'"):
        dimension_use(model, u, "entailment")
    assert list(intervene(model, encoded).recall) == list(TWO)
    assert without(model, encoded, encoded, [["u*v"]])[0].refitted >= 0.5
    signs = measure(model, pairs)
    assert set(signs.quadrants) == {"all", *TWO}
    assert np.isnan(signs.more_opposite)
    assert knock_out(model, pairs)["nothing"].changed == 0
    tagged = Pairs(pairs.premises, pairs.hypotheses, pairs.labels, "tagged", ["x"] * len(pairs), TWO)
    result = run_challenge(model, tagged)
    assert set(result.by_label["x"]) == set(TWO)
    assert "different" in str(result)


def test_the_explainer_and_the_page_take_a_models_labels(tmp_path):
    model = model_of(TWO)
    widget = Explainer(model, "a dog", "the dog")
    assert list(widget.probabilities()) == list(TWO)
    assert widget.ledger["labels"] == list(TWO)
    assert "different" in widget.fallback_html()
    assert "labels" not in Explainer(toy_model(), "a dog", "the dog").ledger
    content = gzip.decompress(page_model.export(model, tmp_path).read_bytes())
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    config = json.loads(header["__metadata__"]["config"])
    assert config["labels"] == list(TWO)
    assert config["token_rule"] == TOKEN_RULE


def test_a_checkpoint_of_nli_is_as_it_was_and_another_names_its_labels(tmp_path):
    toy_model().save(tmp_path / "nli")
    model_of(TWO).save(tmp_path / "two")
    of_nli, of_two = (json.loads((tmp_path / name / "config.json").read_text()) for name in ("nli", "two"))
    assert (of_nli["format"], of_two["format"], of_two["labels"]) == (1, 2, list(TWO))
    assert "labels" not in of_nli
    assert InferSent.from_pretrained(tmp_path / "nli").labels == LABELS
    (tmp_path / "two" / "config.json").write_text(json.dumps(signed(of_two | {"labels": ["a", "a"]})))
    with pytest.raises(CheckpointError, match="give different names"):
        InferSent.from_pretrained(tmp_path / "two")


def test_labels_that_are_numbered_in_another_way_are_refused():
    pairs, model = two_way(), model_of(TWO[::-1])
    encoded = encode_pairs(pairs, model.tokenizer, cache=False)
    for use in (
        lambda: evaluate(model, encoded),
        lambda: train(model, encoded, encoded, CONFIG, progress=False),
        lambda: intervene(model, encoded),
    ):
        with pytest.raises(ValueError, match=r"labels of the pairs are different, same, those of the model same, diff"):
            use()
    right = encode_pairs(pairs.with_labels(model.labels), model.tokenizer, cache=False)
    assert (evaluate(model, right).labels == 1 - encoded.labels).all()
    with pytest.raises(ValueError, match=r"two has the label 'different'.*which is not among those that the model has"):
        run_challenge(toy_model(), Pairs(["a"], ["b"], [0], "two", ["x"], TWO))
    with pytest.raises(ValueError, match="needs two or more; there is only 'same'"):
        model_of(("same",))


def test_weights_of_labels_are_for_all_of_them():
    torch.testing.assert_close(label_weights(np.array([0, 0, 0, 3]), 5), torch.tensor([2 / 3, 0, 0, 2, 0]))


def test_macro_f1_stands_beside_accuracy_where_labels_are_unbalanced():
    labels, answers = np.repeat([0, 1], [40, 10]), np.repeat([0, 0, 1], [40, 5, 5])
    result = Evaluation(labels, answers, label_names=TWO)
    first, second = 2 * 40 / (40 + 45), 2 * 5 / (10 + 5)
    assert result.f1 == pytest.approx({"different": first, "same": second})
    assert result.macro_f1 == pytest.approx((first + second) / 2)
    assert result.to_json()["macro_f1"] == pytest.approx((first + second) / 2, abs=1e-5)
    assert "macro-F1 80.4%; always answering 'different' would be right in 80.0%" in str(result)
    balanced = Evaluation(np.repeat([0, 1], 40), np.zeros(80, int), label_names=TWO)
    assert not balanced.unbalanced
    assert "macro" not in str(balanced)
    third = Evaluation(labels, answers, label_names=(*TWO, "neither"))
    assert np.isnan(third.f1["neither"])
    assert third.macro_f1 == result.macro_f1


# Soft labels


def test_soft_labels_are_what_training_aims_at(tmp_path):
    pairs = two_way(60)
    shares = np.where(pairs.labels[:, None] == [0, 1], 0.7, 0.3)
    soft = Pairs(pairs.premises, pairs.hypotheses, pairs.labels, "soft", label_names=TWO, distributions=shares)
    found = {}
    for name, some in (("hard", pairs), ("soft", soft)):
        model = model_of(TWO)
        encoded = encode_pairs(some, model.tokenizer)
        train(model, encoded, encoded, CONFIG, out=tmp_path / name, progress=False)
        found[name] = model.predict_proba(some.premises, some.hypotheses).max(axis=1)
        assert evaluate(model, encoded).accuracy == 1.0
    assert found["hard"].mean() > 0.85
    assert found["soft"].mean() == pytest.approx(0.7, abs=0.05)
    other = encode_pairs(pairs, model.tokenizer)
    with pytest.raises(ValueError, match="other pairs, vectors or vocabulary"):
        train(model_of(TWO), other, other, CONFIG, out=tmp_path / "soft", resume=True, progress=False)


# More words, another head


def vectors_of(words, like=None, name="more"):
    own = dict(zip(ANIMALS, toy_vocabulary().vectors, strict=True))
    rng = np.random.default_rng(1)
    rows = [own[w] if w in own else rng.standard_normal(8) for w in words]
    return WordVectors(list(words), np.array(rows, dtype=np.float32), name)


def test_a_model_learns_more_words_and_keeps_those_it_knows(tmp_path):
    model = model_of(TWO)
    more = vectors_of(["horse", "cat", "dog", "the", "sheep"])
    larger = model.with_more_words(more)
    known = ["a dog", "the cat maybe", "a zebra"]
    np.testing.assert_array_equal(larger.encode(known), model.encode(known))
    assert larger.unknown_share(["a horse", "a zebra", "the sheep"]).tolist() == [0, 0.5, 0]
    assert model.unknown_share(["a horse", ""]).tolist() == [0.5, 1]
    assert not np.allclose(larger.encode("a horse"), larger.encode("a sheep"))
    np.testing.assert_array_equal(model.encode("a horse"), model.encode("a sheep"))
    larger.save(tmp_path / "larger")
    loaded = InferSent.from_pretrained(tmp_path / "larger")
    np.testing.assert_allclose(loaded.encode(["a horse"]), larger.encode(["a horse"]), atol=1e-6)
    model.save(tmp_path / "model")
    again = InferSent.from_pretrained(tmp_path / "model", vectors=more)
    np.testing.assert_array_equal(again.encode(["a horse"]), larger.encode(["a horse"]))
    assert (again.labels, again.training) == (TWO, False)


@pytest.mark.parametrize(
    ("vectors", "problem"),
    [
        (WordVectors(["horse"], np.zeros((1, 5), np.float32), "short"), "short has vectors of 5 numbers, but .* 8"),
        (vectors_of(["horse", "the"]), "has none of its given vectors from more"),
        (WordVectors(["dog"], np.zeros((1, 8), np.float32), "odd"), "odd has other vectors .* such as 'dog'"),
    ],
)
def test_other_vectors_than_those_of_training_are_refused(vectors, problem):
    with pytest.raises(ValueError, match=problem):
        toy_model().with_more_words(vectors)


def test_a_new_head_keeps_the_encoder():
    model = toy_model(head="mlp")
    other = model.with_new_head(TWO, head="linear")
    np.testing.assert_array_equal(other.encode(["a dog"]), model.encode(["a dog"]))
    assert (other.labels, other.config.head, model.config.head) == (TWO, "linear", "mlp")


# Unknown words


def test_answers_to_unknown_words_come_with_one_notice():
    model = toy_model()
    with pytest.warns(Notice, match=r"words of 2 of 4 sentences, .*of all words it does not know 55\.6%") as told:
        model.predict_proba(["a dog", "zebra yak"], ["the dog", "gnu emu elk"])
    assert len(told) == 1


def test_the_shipped_model_keeps_its_tokenizer():
    model = InferSent.from_pretrained()
    assert token_rule(model.tokenizer) == FIRST_TOKEN_RULE
    assert explain(model, "犬が走る dog", "a dog").premise_words == ("犬が走る", "dog")
    assert explain(toy_model(), "犬が走る dog", "a dog").premise_words == ("犬", "が", "走", "る", "dog")


def test_a_script_without_blanks_is_learned_by_its_characters():
    """The label is told by one character, 不 (not), in sentences that never repeat."""
    rng = np.random.default_rng(0)
    characters = list("我你他她们在看书走路吃饭喝水大小高低")

    def some(n):
        labels = np.arange(n) % 2
        texts = ["".join(rng.permutation([*rng.choice(characters, 6), *"不" * label])) for label in labels]
        return Pairs(["这是"] * n, texts, labels, label_names=("no", "yes"))

    pairs, other = some(200), some(100)
    counts = count_words(pairs.hypotheses)
    assert set(counts) == {*characters, "不"}
    vocabulary = build_vocabulary(counts, WordVectors([], np.zeros((0, 8), np.float32), "none"))
    model = InferSent.from_vocabulary(toy_model(hidden=8).config, vocabulary, labels=pairs.label_names)
    encoded = [encode_pairs(some, model.tokenizer, cache=False) for some in (pairs, other)]
    train(model, *encoded, CONFIG, progress=False)
    assert evaluate(model, encoded[1]).accuracy > 0.9


def test_lists_of_texts_are_lists_and_columns():
    model = toy_model()
    texts = pd.Series(["a dog", "the cat"], index=[7, 0])
    np.testing.assert_array_equal(
        model.predict_proba(texts, texts[::-1]), model.predict_proba(["a dog", "the cat"], ["the cat", "a dog"])
    )
    assert [ledger.premise_words for ledger in explain_all(model, texts, texts)] == [("a", "dog"), ("the", "cat")]
    with pytest.raises(TypeError, match="premises is one text"):
        explain_all(model, "ab", "cd")
    with pytest.raises(TypeError, match="A DataFrame is not one column"):
        model.predict_proba(texts.to_frame(), ["a"])


def test_more_labels_than_digits_do_not_go_into_a_record_of_digits():
    names = tuple(map(str, range(11)))
    pairs = Pairs(["a dog"], ["the cat"], [10], "many", ["x"], names)
    result = run_challenge(model_of(names), pairs)
    with pytest.raises(ValueError, match="more than ten labels"):
        _ = result.answers


def test_encoding_unknown_words_gives_the_same_notice_once():
    model = toy_model()
    said = (
        r"most of the words of 2 of 3 sentences, such as 'zebra yak', so their vectors mean little; of all words .* 62"
    )
    with pytest.warns(Notice, match=said) as told:
        model.encode(["a dog", "zebra yak", "", "gnu emu elk a", "zebra yak"])
    assert [one.filename for one in told] == [__file__]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model.encode(["a dog", "a zebra", ""])
