"""Tokens in a page: the patterns of infersent.text.tokenizer, read by JavaScript, find what they find in Python."""

from __future__ import annotations

import json
import random
import sys
import unicodedata
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from infersent.text.tokenizer import REPLACEMENTS, TOKEN_RULE, split_words
from tests.text.test_text import SENTENCES

pytestmark = pytest.mark.browser

# As text both ways: the browser's own way to hand over lists is slow for as many as these.
SPLIT = """(argument) => {
    const [sentences, replacements, rule] = JSON.parse(argument);
    const patterns = replacements.map(([pattern, replacement]) => [new RegExp(pattern, "gu"), replacement]);
    const words = new RegExp(rule, "gu");
    const found = sentences.map((sentence) => {
        // Character by character: the tokenizer lower-cases without a look at the neighbours, which a final sigma has.
        let normal = [...sentence.normalize("NFC")].map((character) => character.toLowerCase()).join("");
        for (const [pattern, replacement] of patterns) normal = normal.replace(pattern, replacement);
        return normal.match(words) ?? [];
    });
    return JSON.stringify(found);
}"""


@pytest.fixture
def split(browser: Browser) -> Iterator[Callable[[list[str]], list[list[str]]]]:
    """A function that splits sentences into tokens inside a page."""
    page = browser.new_page()

    def split(sentences: list[str]) -> list[list[str]]:
        return json.loads(page.evaluate(SPLIT, json.dumps([sentences, REPLACEMENTS, TOKEN_RULE])))

    yield split
    page.close()


def test_sentences(split):
    sentences, words = zip(*SENTENCES, strict=True)
    assert split(list(sentences)) == list(words)


def test_every_character_beside_letters_digits_blanks_and_endings(split):
    # Of the three, Python's tables of characters are the oldest, so the engines know all these too.
    categories = {chr(code): unicodedata.category(chr(code)) for code in range(sys.maxunicode + 1)}
    characters = [c for c, category in categories.items() if category not in ("Cn", "Co", "Cs")]
    assert len(characters) > 140_000
    sentences = [f"a{c}b {c}1{c} 's{c}" for c in characters]
    found = zip(characters, map(split_words, sentences), split(sentences), strict=True)
    assert [f"U+{ord(c):04X}: {here} in Python, {there} in the page" for c, here, there in found if here != there] == []


def test_mixtures_of_what_the_rules_treat_apart(split):
    alphabet = "aéçİΣσςẞstdnowc'’1٣Ⅷ-. \t\u0301\u0327\u0323\u0085\ufeff\u200b\u2028\u1100\u1161\u11a8🙂"
    draw = random.Random(0)
    sentences = ["".join(draw.choices(alphabet, k=12)) for _ in range(5_000)]
    assert split(sentences) == [split_words(sentence) for sentence in sentences]
