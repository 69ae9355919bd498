"""A sentence as the mean of its words' vectors."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from infersent.text.bag_of_words import mean_of_words
from infersent.text.tokenizer import split_words
from infersent.text.vectors import WordVectors, shipped_vectors

WORDS = WordVectors(["dog", "cat"], np.array([[1.0, 0], [0, 3]], dtype=np.float32), "toy")


def test_words_that_are_not_known_add_nothing_and_a_text_of_such_words_is_zero() -> None:
    found = mean_of_words(["Dog, dog or cat", "bird", ""], WORDS)
    np.testing.assert_allclose(found, [[2 / 3, 1], [0, 0], [0, 0]], atol=1e-6)
    assert found.dtype == np.float32


@given(st.permutations(["dog", "cat", "cat", "bird"]))
def test_the_order_of_the_words_does_not_count(words: list[str]) -> None:
    np.testing.assert_allclose(mean_of_words([" ".join(words)], WORDS), [[1 / 3, 2]], atol=1e-6)


def test_with_the_shipped_vectors_it_is_the_mean_of_a_loop() -> None:
    shipped = shipped_vectors()
    text = "A brown dog is chasing a zzqx black cat."
    known = [shipped.vectors[shipped.words.index(word)] for word in split_words(text) if word in shipped.words]
    assert 4 < len(known) < len(split_words(text))
    np.testing.assert_allclose(mean_of_words([text], shipped)[0], sum(known) / len(known), atol=1e-6)
