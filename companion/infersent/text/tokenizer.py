"""From characters to word ids: one rule for what a token is, the same in Python and in JavaScript."""

from __future__ import annotations

import json
from collections.abc import Iterable

from tokenizers import Regex, Tokenizer, normalizers, pre_tokenizers
from tokenizers.models import WordLevel

#: The first words of every vocabulary. Padding never reaches a sentence vector; an unknown word has a trained vector.
SPECIAL_TOKENS = ("[PAD]", "[UNK]")

#: Their ids; the other words follow.
PAD_ID, UNKNOWN_ID = range(len(SPECIAL_TOKENS))

#: Applied in turn to the lower-cased text. After the first, all engines agree on what a blank is: U+0085 is one only in
#: Oniguruma's ``\s``, U+FEFF only in JavaScript's. The others make words that GloVe has: it has none like "n't".
REPLACEMENTS = (
    ("[\u0085\ufeff]", " "),
    ("[’‘`]", "'"),
    (r"(?<![\p{L}\p{N}])can't(?![\p{L}\p{N}])", "can not"),
    (r"(?<![\p{L}\p{N}])won't(?![\p{L}\p{N}])", "will not"),
    (r"n't(?![\p{L}\p{N}])", " not"),
)

#: The letters of scripts that put no blanks between words, as the inside of a character class: Thai and Lao, Burmese,
#: Khmer, Japanese kana and Chinese characters. Each is a token of its own, since no rule without a dictionary finds the
#: words.
WITHOUT_BLANKS = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\uff66-\uff9f\U0001b000-\U0001b16f\U00020000-\U0003ffff"
)

#: A token is every match of this one expression: a contraction's ending, a letter of a script without blanks (with its
#: marks), a word, a number, or one other character. After the replacements, Oniguruma (here) and JavaScript (flag
#: ``u``) find the same tokens; ``\\b`` is avoided because they do not agree on it.
TOKEN_RULE = (
    r"'(?:s|re|ve|ll|d|m)(?![\p{L}\p{N}])"
    rf"|(?=\p{{L}})[{WITHOUT_BLANKS}]\p{{M}}*|(?:(?![{WITHOUT_BLANKS}])\p{{L}}|\p{{M}})+"
    r"|\p{N}+|[^\s\p{L}\p{M}\p{N}]"
)

#: The rule of tokenizers that were made before scripts without blanks were split, the shipped model's among them. A
#: checkpoint keeps the rule that it was trained with.
FIRST_TOKEN_RULE = r"'(?:s|re|ve|ll|d|m)(?![\p{L}\p{N}])|[\p{L}\p{M}]+|\p{N}+|[^\s\p{L}\p{M}\p{N}]"


def build_tokenizer(words: Iterable[str]) -> Tokenizer:
    """Return a lower-casing word tokenizer whose ids are those of :data:`SPECIAL_TOKENS`, then ``words`` in order.

    Contractions are split (``she's`` gives ``she`` and ``'s``; ``isn't`` gives ``is`` and ``not``); an empty text has
    no tokens. ``tokenizer.save(path)`` writes the standard ``tokenizer.json``.

    Raises
    ------
    ValueError
        If a word appears twice or is one of the two special tokens.
    """
    vocabulary: dict[str, int] = {}
    for word in (*SPECIAL_TOKENS, *words):
        if word in vocabulary:
            raise ValueError(f"The word {word!r} appears twice in the vocabulary; every id needs its own word.")
        vocabulary[word] = len(vocabulary)
    tokenizer = Tokenizer(WordLevel(vocabulary, unk_token=SPECIAL_TOKENS[UNKNOWN_ID]))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.NFC(),
            normalizers.Lowercase(),
            *(normalizers.Replace(Regex(pattern), replacement) for pattern, replacement in REPLACEMENTS),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizer_of(TOKEN_RULE)
    return tokenizer


def pre_tokenizer_of(rule: str) -> pre_tokenizers.PreTokenizer:
    """Return what splits a text into the matches of an expression, such as :data:`TOKEN_RULE`."""
    # invert=True keeps the matches and removes what lies between them: the spaces.
    return pre_tokenizers.Split(Regex(rule), behavior="removed", invert=True)


_WORDLESS = build_tokenizer([])


def split_words(text: str, tokenizer: Tokenizer | None = None) -> list[str]:
    """Return the tokens of ``text``, whatever the vocabulary.

    Parameters
    ----------
    text
        Any text.
    tokenizer
        A model's, whose rule may be an older one; today's rule if left out.

    Examples
    --------
    >>> split_words("The dog isn't sleeping: it's RUNNING!")
    ['the', 'dog', 'is', 'not', 'sleeping', ':', 'it', "'s", 'running', '!']
    >>> split_words("犬が走る dog")
    ['犬', 'が', '走', 'る', 'dog']
    """
    by = tokenizer or _WORDLESS
    return [word for word, _ in by.pre_tokenizer.pre_tokenize_str(by.normalizer.normalize_str(text))]


def token_rule(tokenizer: Tokenizer) -> str:
    """Return the expression by which a tokenizer splits: :data:`TOKEN_RULE`, or an older one."""
    rule: str = json.loads(tokenizer.to_str())["pre_tokenizer"]["pattern"]["Regex"]
    return rule


def more_words(tokenizer: Tokenizer, words: Iterable[str]) -> Tokenizer:
    """Return a tokenizer with the same rule and the same ids, and further words after them.

    Raises
    ------
    ValueError
        If a word appears twice.
    """
    state = json.loads(tokenizer.to_str())
    vocabulary: dict[str, int] = state["model"]["vocab"]
    for word in words:
        if word in vocabulary:
            raise ValueError(f"The word {word!r} appears twice in the vocabulary; every id needs its own word.")
        vocabulary[word] = len(vocabulary)
    return Tokenizer.from_str(json.dumps(state))
