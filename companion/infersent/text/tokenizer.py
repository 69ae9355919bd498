"""From characters to word ids: one rule for what a token is, the same in Python and in JavaScript."""

from __future__ import annotations

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

#: A token is every match of this one expression: a contraction's ending, a word, a number, or one other character.
#: After the replacements, Oniguruma (here) and JavaScript (flag ``u``) find the same tokens; ``\b`` is avoided because
#: they do not agree on it.
TOKEN_RULE = r"'(?:s|re|ve|ll|d|m)(?![\p{L}\p{N}])|[\p{L}\p{M}]+|\p{N}+|[^\s\p{L}\p{M}\p{N}]"


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
    # invert=True keeps the matches and removes what lies between them: the spaces.
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(TOKEN_RULE), behavior="removed", invert=True)
    return tokenizer


_WORDLESS = build_tokenizer([])


def split_words(text: str) -> list[str]:
    """Return the tokens of ``text``, whatever the vocabulary.

    Examples
    --------
    >>> split_words("The dog isn't sleeping: it's RUNNING!")
    ['the', 'dog', 'is', 'not', 'sleeping', ':', 'it', "'s", 'running', '!']
    """
    normal = _WORDLESS.normalizer.normalize_str(text)
    return [word for word, _ in _WORDLESS.pre_tokenizer.pre_tokenize_str(normal)]
