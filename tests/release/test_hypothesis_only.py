"""The classifier without premises: a fit on toy pairs, and the shipped record against the classifier made again."""

import re

import numpy as np
import pytest

from infersent.data import LABELS, load
from infersent.foundation.recorded import load_record
from infersent.release.hypothesis_only import DECKS, TELLING, TRAINING_PAIRS, fit_on_hypotheses, play
from tests.toy import toy_pairs

RECORD = load_record("hypothesis_only")


def test_it_learns_what_a_hypothesis_gives_away_and_nothing_else():
    """In the toy pairs "maybe" is neutral; "the dog" may be either of the others."""
    pairs = toy_pairs(300)
    classifier = fit_on_hypotheses(pairs)
    found = classifier.predict(pairs.hypotheses)
    assert (found[pairs.labels == 1] == 1).all()
    assert 0.3 < np.mean(found[pairs.labels != 1] == pairs.labels[pairs.labels != 1]) < 0.7


def test_words_and_intercept_add_up_to_the_probabilities():
    classifier = fit_on_hypotheses(toy_pairs(300))
    one, other = play(classifier, [("a dog", "maybe a cat here", "neutral"), ("a dog", "the zebra!", "contradiction")])
    assert [word for word, _ in one["words"]] == ["maybe", "a", "cat", "here"]
    assert [word for word, _ in other["words"]] == ["the"]
    assert (one["label"], other["label"]) == (1, 2)
    logits = classifier[-1].intercept_ + np.sum([weights for _, weights in one["words"]], axis=0)
    assert np.exp(logits) / np.exp(logits).sum() == pytest.approx(one["probabilities"], abs=0.02)


def test_the_record_has_the_decks_in_order():
    assert list(RECORD["decks"]) == list(DECKS)
    for name, deck in DECKS.items():
        kept = [(one["premise"], one["hypothesis"], LABELS[one["label"]]) for one in RECORD["decks"][name]]
        assert kept == deck


def test_each_deck_has_four_of_each_label_and_no_premise_comes_twice():
    for deck in DECKS.values():
        assert len(deck) == 12
        assert all(sum(label == one for *_, label in deck) == 4 for one in LABELS)
    premises = [premise for deck in DECKS.values() for premise, *_ in deck]
    assert len(set(premises)) == len(premises) == 24


@pytest.mark.snli
def test_the_sentences_are_our_own():
    def normal(sentence):
        return " ".join(re.findall(r"\w+", sentence.lower()))

    parts = [load("snli", "train", subset="122k"), load("snli", "dev"), load("snli", "test")]
    theirs = {normal(sentence) for part in parts for side in (part.premises, part.hypotheses) for sentence in side}
    ours = [
        sentence for deck in DECKS.values() for premise, hypothesis, _ in deck for sentence in (premise, hypothesis)
    ]
    assert [sentence for sentence in ours if normal(sentence) in theirs] == []


@pytest.mark.snli
def test_the_record_is_that_of_the_classifier():
    train, test = load("snli", "train", subset="122k"), load("snli", "test")
    classifier = fit_on_hypotheses(train.take(slice(TRAINING_PAIRS)))
    assert RECORD["pairs"] == TRAINING_PAIRS
    assert RECORD["words"] == len(classifier[0].vocabulary_)
    right = int((classifier.predict(test.hypotheses) == test.labels).sum())
    assert abs(right - RECORD["right"]) < 20
    assert RECORD["test_pairs"] == len(test)
    for name, deck in DECKS.items():
        for one, kept in zip(play(classifier, deck), RECORD["decks"][name], strict=True):
            assert one["probabilities"] == pytest.approx(kept["probabilities"], abs=0.01)
    names, weights = classifier[0].get_feature_names_out(), classifier[1].coef_
    for label, row in zip(LABELS, weights, strict=True):
        telling = dict(RECORD["telling"][label])
        assert set(telling) == {str(names[i]) for i in np.argsort(-row)[:TELLING]}
