"""The sign lab in Python: its traits, its generator, and its probabilities against closed forms and its own draws."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
import traitlets
from scipy import integrate, stats

from infersent.widgets import SignLab
from infersent.widgets.sign_lab import LONGEST, PAIRS, negative_together, normals, share, uniform


def mulberry32(seed, count):
    """The generator by its definition: one number after another, modulo 2**32."""
    numbers, state = [], seed
    for _ in range(count):
        state = (state + 0x6D2B79F5) % 2**32
        t = (state ^ (state >> 15)) * (state | 1) % 2**32
        t ^= (t + (t ^ (t >> 7)) * (t | 61)) % 2**32
        numbers.append((t ^ (t >> 14)) / 2**32)
    return numbers


@pytest.mark.parametrize(
    ("traits", "message"),
    [
        ({"words": 0}, "'words' trait"),
        ({"words": 41}, "'words' trait"),
        ({"words": 2.5}, "'words' trait"),
        ({"pooling": "min"}, "pooling='min' is none of 'max', 'mean'"),
        ({"alike": 0.95}, "'alike' trait"),
        ({"alike": math.nan}, "alike=nan is not a number"),
        ({"seed": -1}, "'seed' trait"),
    ],
)
def test_a_state_that_makes_no_sense_is_refused(traits, message):
    with pytest.raises(traitlets.TraitError, match=message):
        SignLab(**traits)


def test_representation_is_stable():
    assert repr(SignLab(words=5, alike=0.3)) == "SignLab(alike=0.3, pooling='max', seed=0, words=5)"


@pytest.mark.parametrize("seed", [0, 1, 999_999, 2**32 - 1])
def test_the_generator_is_mulberry32(seed):
    assert uniform(seed, 500).tolist() == mulberry32(seed, 500)


def test_the_generator_is_uniform_and_its_normals_are_normal():
    assert stats.kstest(uniform(7, 20_000), "uniform").pvalue > 0.01
    assert stats.kstest(normals(7, 20_000), "norm").pvalue > 0.01
    assert abs(np.corrcoef(normals(7, 20_000).reshape(-1, 2).T)[0, 1]) < 0.03


@pytest.mark.parametrize("words", [1, 2, 5, 8, 40])
def test_independent_words(words):
    lab = SignLab(words=words)
    assert lab.share_positive() == 1 - 2.0**-words
    assert lab.share_opposite() == pytest.approx(2 * 2.0**-words * (1 - 2.0**-words), rel=1e-12)
    assert lab.effective_words() == words


@pytest.mark.parametrize("words", [1, 2, 3, 10, 40])
def test_words_half_alike_are_negative_together_once_in_words_plus_one(words):
    """At correlation 1/2 a state is (own - c) / sqrt(2): all are negative if c is the largest of words + 1."""
    assert negative_together(words, 0.5) == pytest.approx(1 / (words + 1), abs=1e-9)


@pytest.mark.parametrize("alike", [0.01, 0.3, 0.7, 0.9])
@pytest.mark.parametrize("words", [1, 2, 7, 40])
def test_the_trapezoidal_rule_is_exact_enough(words, alike):
    slope = math.sqrt(alike / (1 - alike))
    density = lambda c: stats.norm.pdf(c) * stats.norm.cdf(-slope * c) ** words  # noqa: E731
    expected, _ = integrate.quad(density, -9, 9, epsabs=1e-11, limit=200)
    assert negative_together(words, alike) == pytest.approx(expected, abs=1e-8)


def test_two_words_agree_with_the_arcsine_law():
    """Two normal numbers of correlation rho are both negative with probability 1/4 + arcsin(rho) / (2 pi)."""
    for alike in (0.1, 0.4, 0.8):
        assert negative_together(2, alike) == pytest.approx(0.25 + math.asin(alike) / (2 * math.pi), abs=1e-9)


def test_the_mean_favours_no_sign():
    lab = SignLab(words=30, pooling="mean", alike=0.4)
    assert (lab.share_positive(), lab.share_opposite(), lab.effective_words()) == (0.5, 0.5, 1)


def test_alike_words_count_for_fewer():
    counts = [SignLab(words=12, alike=alike).effective_words() for alike in (0.0, 0.2, 0.5, 0.9)]
    assert counts[0] == 12
    assert counts == sorted(counts, reverse=True)
    assert counts[-1] > 1


@pytest.mark.parametrize("pooling", ["max", "mean"])
@pytest.mark.parametrize(("words", "alike"), [(1, 0.0), (5, 0.0), (5, 0.35), (20, 0.7)])
def test_the_draws_show_the_probabilities(pooling, words, alike):
    lab = SignLab(words=words, pooling=pooling, alike=alike, seed=3)
    drawn = lab.simulate()
    for seen, expected, count in (
        (drawn.positive, lab.share_positive(), 2 * PAIRS),
        (drawn.opposite, lab.share_opposite(), PAIRS),
    ):
        assert seen == pytest.approx(expected, abs=4 * math.sqrt(expected * (1 - expected) / count))


def test_the_draws_by_their_definition():
    lab = SignLab(words=3, alike=0.25, seed=11)
    drawn = lab.simulate()
    numbers = normals(11, 2 * PAIRS * (LONGEST + 1))
    for k in (0, 1, 2 * PAIRS - 1):  # the sentence's first number is its common one
        common, *own = numbers[k * (LONGEST + 1) :][:4]
        states = [math.tanh(0.5 * common + math.sqrt(0.75) * x) for x in own]
        assert (drawn.v if k % 2 else drawn.u)[k // 2] == pytest.approx(max(states))
        if k < 2:
            assert drawn.states[k] == pytest.approx(states)


def test_a_longer_sentence_has_the_words_of_the_shorter_one():
    short, long = (SignLab(words=words, alike=0.3).simulate() for words in (4, 9))
    assert np.array_equal(short.states, long.states[:, :4])
    assert (short.u <= long.u).all()


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0.0%"), (1e-9, "under 0.1%"), (0.0078, "0.8%"), (0.99609, "99.6%"), (0.9997, "over 99.9%"), (1, "100.0%")],
)
def test_only_nothing_is_none_and_only_all_is_all(value, text):
    assert share(value) == text


def test_the_fallback_says_the_numbers():
    text = SignLab(words=8).fallback_html()
    assert "With 8 words, 99.6% of max-pooled values are positive; opposite signs in 0.8% of pairs." in text
    rows = dict(re.findall(r'<tr><th scope="row">(\d+)</th><td>(.*?)</td>', text))
    assert rows == {
        "1": "50.0%", "2": "75.0%", "3": "87.5%", "5": "96.9%", "8": "99.6%", "12": "over 99.9%", "20": "over 99.9%",
        "40": "over 99.9%",
    }  # fmt: skip


def test_the_fallback_has_a_row_for_the_present_length():
    text = SignLab(words=7, pooling="mean", alike=0.25).fallback_html()
    assert "With 7 words, alike 0.25, 50.0% of mean-pooled values are positive" in text
    assert '<tr><th scope="row">7</th><td>50.0%</td><td>50.0%</td></tr>' in text
