"""Folds that share no sentence, whatever the pairs are tied by."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infersent.choose.folds import (
    deal,
    group_pairs,
    number_vectors,
    strata,
    training_rows,
)
from infersent.data.ties import components, number_texts

PAIRS = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=4, max_size=25)


def slow_components(sentences):
    """Spread the smallest number of a pair along shared sentences until nothing changes."""
    label = list(range(len(sentences)))
    changed = True
    while changed:
        changed = False
        for i, a in enumerate(sentences):
            for j, b in enumerate(sentences):
                if set(a) & set(b) and label[i] > label[j]:
                    label[i], changed = label[j], True
    return label


@given(PAIRS)
def test_components_are_those_of_the_obvious_way(pairs):
    found, expected = components(np.array(pairs)), slow_components(pairs)
    assert [[a == b for b in found] for a in found] == [[a == b for b in expected] for a in expected]


@given(PAIRS, st.integers(2, 5), st.integers(0, 3))
def test_no_fold_is_tested_on_a_sentence_it_was_trained_on_unless_it_says_so(pairs, folds, seed):
    sentences = np.array(pairs)
    grouping = group_pairs(sentences, folds)
    parts = deal(grouping.groups, np.zeros(len(pairs), dtype=int), folds, seed=seed)
    for fold in range(folds):
        training = training_rows(grouping, parts, fold)
        assert not (training & (parts == fold)).any()
        shared = set(sentences[training].flat) & set(sentences[parts == fold].flat)
        assert not shared or grouping.leaks
    for group in np.unique(grouping.groups):
        assert len(set(parts[grouping.groups == group])) == 1


def test_a_premise_with_three_hypotheses_stays_together():
    premises = np.repeat(np.arange(200), 3)
    sentences = np.stack([premises, 200 + np.arange(600)], axis=1)
    grouping = group_pairs(sentences, 5)
    assert len(np.unique(grouping.groups)) == 200
    assert "800 distinct sentences tie the 600 pairs into 200 groups" in grouping.words
    assert not grouping.apart
    assert not grouping.leaks


def test_where_nothing_is_shared_that_is_said():
    assert "No sentence occurs in two of the 10 pairs" in group_pairs(np.arange(20).reshape(10, 2), 5).words


def test_a_giant_component_is_cut_at_its_most_frequent_sentences():
    rng = np.random.default_rng(0)
    n = 3000
    sentences = np.stack([np.arange(n) // 3, n + np.arange(n)], axis=1)  # premises in threes
    common = rng.random(n) < 0.15
    sentences[common, 1] = 2 * n + rng.integers(30, size=common.sum())  # 30 hypotheses that recur
    grouping = group_pairs(sentences, 5)
    assert grouping.apart
    assert "no fold can hold" in grouping.words
    assert re.search(
        "So the (1[0-9]|2[0-9]) sentences that stand in more than 1[0-9] pairs do not count", grouping.words
    )
    parts = deal(grouping.groups, np.zeros(n, dtype=int), 5, seed=0)
    for fold in range(5):
        training = training_rows(grouping, parts, fold)
        assert not set(sentences[training].flat) & set(sentences[parts == fold].flat)
        assert 0.7 < training.sum() / (parts != fold).sum() < 1


def test_a_square_of_all_pairs_keeps_one_side_apart_and_says_what_leaks():
    first, second = np.meshgrid(np.arange(20), np.arange(20))
    grouping = group_pairs(np.stack([first.ravel(), 20 + second.ravel()], axis=1), 5)
    assert grouping.leaks
    assert "keep apart the first sentences only. A leak is left: 100% of the test pairs" in grouping.words
    assert len(np.unique(grouping.groups)) == 20


def test_the_side_that_leaks_less_is_kept_apart():
    first, second = np.meshgrid(np.arange(3), np.arange(100))  # three firsts cannot be dealt to five folds
    grouping = group_pairs(np.stack([first.ravel(), 3 + second.ravel()], axis=1), 5)
    assert "keep apart the second sentences only" in grouping.words


def test_where_nothing_can_be_kept_apart_the_folds_say_so():
    first, second = np.meshgrid(np.arange(3), np.arange(3))
    pairs = np.tile(np.stack([first.ravel(), 3 + second.ravel()], axis=1), (20, 1))
    grouping = group_pairs(pairs, 5)
    assert grouping.leaks
    assert "dealt pair by pair" in grouping.words
    assert len(np.unique(grouping.groups)) == 180


@given(st.integers(2, 6), st.integers(0, 5))
def test_folds_are_equally_large_and_balanced(folds, seed):
    rng = np.random.default_rng(seed)
    classes = rng.choice(3, p=[0.6, 0.3, 0.1], size=1200)
    groups = np.unique(rng.integers(500, size=1200), return_inverse=True)[1]
    parts = deal(groups, classes, folds, seed=seed)
    counts = np.bincount(parts, minlength=folds)
    assert counts.max() - counts.min() <= 0.05 * 1200
    for fold in range(folds):
        shares = np.bincount(classes[parts == fold], minlength=3) / counts[fold]
        np.testing.assert_allclose(shares, [0.6, 0.3, 0.1], atol=0.08)


def test_single_pairs_are_dealt_exactly_by_class():
    classes = np.repeat([0, 1], [90, 10])
    parts = deal(np.arange(100), classes, 5, seed=3)
    assert np.bincount(parts).tolist() == [20] * 5
    assert np.bincount(parts[90:], minlength=5).tolist() == [2] * 5


def test_large_groups_go_to_the_emptiest_fold_and_small_ones_fill_up():
    groups = np.concatenate([np.zeros(180, dtype=int), np.full(150, 1), np.arange(2, 672)])
    counts = np.bincount(deal(groups, np.zeros(1000, dtype=int), 5, seed=0))
    assert counts.max() - counts.min() <= 6


def test_another_seed_deals_otherwise_and_the_same_one_alike():
    deals = [deal(np.arange(50), np.zeros(50, dtype=int), 5, seed=seed).tolist() for seed in (0, 0, 1)]
    assert deals[0] == deals[1] != deals[2]


def test_sentences_are_known_by_text_or_by_vector():
    texts = number_texts(["a", "b", "a"], ["b", "c", "a"])
    assert texts.tolist() == [[0, 1], [1, 2], [0, 0]]
    a, b, c = np.eye(3, dtype=np.float32)
    vectors = number_vectors(np.stack([a, b, a]), np.stack([b, c, a]))
    assert vectors.tolist() == texts.tolist()
    assert number_vectors(np.array([[0.0]]), np.array([[-0.0]])).tolist() == [[0, 0]]


def test_scores_are_balanced_by_ranges():
    assert strata(np.array([0.9, 0.1, 0.5, 0.3, 0.7]), classes=False).tolist() == [4, 0, 2, 1, 3]
    assert strata(np.array([2, 0]), classes=True).tolist() == [2, 0]


@pytest.mark.parametrize("folds", [2, 5])
def test_a_pair_of_a_sentence_with_itself_is_one_pair(folds):
    sentences = np.repeat(np.arange(20), 2).reshape(20, 2)
    assert len(np.unique(group_pairs(sentences, folds).groups)) == 20
