"""From characters to word ids and word vectors: the tokenizer, its vocabulary and GloVe files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file
from tokenizers import Regex, Tokenizer, normalizers, pre_tokenizers
from tokenizers.models import WordLevel
from tqdm.auto import tqdm

from infersent.data.fetch import member_sizes, open_member

#: The first words of every vocabulary. Padding never reaches a sentence vector; an unknown word has a trained vector.
SPECIAL_TOKENS = ("[PAD]", "[UNK]")

#: Their ids; those of the other words follow.
PAD_ID, UNKNOWN_ID = range(len(SPECIAL_TOKENS))

#: Applied in turn to the lower-cased text. After the first, all engines agree on what a blank is: U+0085 is one in
#: Oniguruma's ``\s`` only, U+FEFF in JavaScript's only. The others let GloVe's words be found: it has none like "n't".
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


@dataclass(frozen=True)
class WordVectors:
    """Words and their vectors.

    Attributes
    ----------
    words
        ``n`` distinct words.
    vectors
        ``[n, dim]``, float32.
    name
        Where they come from, for records: ``"glove.6B.100d"``.
    """

    words: list[str]
    vectors: np.ndarray
    name: str

    @property
    def dim(self) -> int:
        """The number of coordinates of a vector."""
        return self.vectors.shape[1]


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


def count_words(sentences: Iterable[str]) -> Counter[str]:
    """Return how often each token occurs."""
    counts: Counter[str] = Counter()
    for sentence, times in Counter(sentences).items():  # a corpus repeats its sentences, and splitting takes the time
        for word in split_words(sentence):
            counts[word] += times
    return counts


@dataclass(frozen=True)
class Vocabulary:
    """Which words a model knows, and which of them have a given vector.

    Attributes
    ----------
    trained
        Words with no given vector but enough occurrences: they get a row that training fills.
    given
        Words with a vector; the model keeps these as they are.
    vectors
        ``[len(given), dim]``.
    coverage
        Shares of the corpus' tokens, adding to one: ``{"given": …, "trained": …, "unknown": …}``.
    """

    trained: list[str]
    given: list[str]
    vectors: np.ndarray
    coverage: dict[str, float]

    def tokenizer(self) -> Tokenizer:
        """Return the tokenizer with the special tokens, then the trained words, then the given ones."""
        return build_tokenizer([*self.trained, *self.given])

    def __repr__(self) -> str:
        shares = ", ".join(f"{share:.2%} {kind}" for kind, share in self.coverage.items())
        sizes = f"{len(self.given):,} words with a vector, {len(self.trained):,} trained"
        return f"Vocabulary({sizes}; of the tokens {shares})"


def build_vocabulary(counts: Counter[str], vectors: WordVectors, *, min_count: int = 10) -> Vocabulary:
    """Decide what becomes of every word of a corpus.

    A word with a vector keeps it. A word without one gets a trained row if it occurs at least ``min_count`` times; the
    rest share the one row of unknown words, which is trained on them. Words of ``vectors`` that the corpus lacks stay
    known too, so that a reader's own sentences find them.
    """
    have = set(vectors.words)
    # Ties in frequency are broken by spelling: the ids must not depend on the order of counting.
    trained = sorted((w for w, n in counts.items() if w not in have and n >= min_count), key=lambda w: (-counts[w], w))
    total = max(1, counts.total())
    coverage = {
        "given": sum(n for w, n in counts.items() if w in have) / total,
        "trained": sum(counts[w] for w in trained) / total,
    }
    coverage["unknown"] = 1.0 - sum(coverage.values())
    return Vocabulary(trained, list(vectors.words), vectors.vectors, coverage)


def read_glove(
    path: str | Path, keep: Collection[str] | None = None, *, member: str | None = None, progress: bool = False
) -> WordVectors:
    """Read vectors from a GloVe text file, line by line: the file never lies in memory as a whole.

    Parameters
    ----------
    path
        A ``.txt`` file of lines ``word x_1 … x_dim`` (Pennington et al. 2014), or a ``.zip`` that holds such files.
    keep
        The words to keep, in the file's order; all of them if left out.
    member
        Which file of the archive; may be left out if it has only one.
    progress
        Show a progress bar over the file's bytes.

    Raises
    ------
    ValueError
        If a line is malformed (file, line number and reason are named), the member is missing or ambiguous, or no word
        of ``keep`` is in the file.
    infersent.data.fetch.DamagedArchive
        If the archive is cut short or damaged.
    """
    path = Path(path)
    words, rows, dim = [], [], None
    with _open_vectors(path, member) as (stream, size, name):
        bar = tqdm(total=size, unit="B", unit_scale=True, desc=f"reading {name}", disable=not progress)
        for number, line in enumerate(stream, start=1):
            bar.update(len(line))
            fields = line.split()
            if number == 1 and len(fields) == 2 and all(f.isdigit() for f in fields):
                continue  # the header of word2vec's text format: how many words, how many numbers
            dim = dim or len(fields) - 1
            try:
                # A few words of glove.840B contain spaces, so the numbers are counted from the right.
                word, *numbers = line.decode("utf-8").rstrip("\r\n").rsplit(" ", dim)
                if keep is not None and word not in keep:
                    continue
                row = np.array(numbers, dtype=np.float32)
            except ValueError as error:  # what is not UTF-8 is one too
                raise ValueError(
                    f"{path}, {name}, line {number}: {error}; expected a word and {dim} numbers in UTF-8."
                ) from None
            if len(row) != dim or not np.isfinite(row).all():
                raise ValueError(
                    f"{path}, {name}, line {number}: expected a word and {dim} finite numbers, got {len(row)}."
                )
            words.append(word)
            rows.append(row)
        bar.close()
    if not rows:
        raise ValueError(
            f"{path}, {name}: none of the {len(keep or ())} words asked for is in the file; is it lower-case?"
        )
    return WordVectors(words, np.stack(rows), Path(name).stem)


@contextmanager
def _open_vectors(path: Path, member: str | None) -> Iterator[tuple[Iterable[bytes], int, str]]:
    if path.suffix != ".zip":
        with path.open("rb") as stream:
            yield stream, path.stat().st_size, path.name
        return
    sizes = member_sizes(path)
    texts = [name for name in sizes if name.endswith(".txt")]
    name = member or (texts[0] if len(texts) == 1 else None)
    if name not in texts:
        raise ValueError(
            f"{path} holds {', '.join(texts) or 'no .txt file'}; name one of them as member, not {member!r}."
        )
    with open_member(path, name) as stream:
        yield stream, sizes[name], name


_RECORDED = Path(__file__).parent / "recorded"
_VECTORS_FILE, _WORDS_FILE = "glove.6B.100d.safetensors", "glove.6B.100d.txt"


def shipped_vectors() -> WordVectors:
    """Return the part of GloVe 6B (100 dimensions, public domain) that comes with the package, rounded to float16.

    It holds GloVe's 5,000 most frequent words and every word of SNLI-122k that the copy it was cut from has (that copy
    lacks some 150 of the original's tokens, among them ``a`` and the digits). So the book's runs need no download of
    862 MB and give everybody the same numbers.
    """
    vectors = load_file(_RECORDED / _VECTORS_FILE)["vectors"].astype(np.float32)
    words = (_RECORDED / _WORDS_FILE).read_text("utf-8").split("\n")
    return WordVectors(words, vectors, "glove.6B.100d (shipped part)")


def write_shipped_vectors(vectors: WordVectors, folder: Path) -> None:
    """Write the two files that :func:`shipped_vectors` reads; for the package's maintainers."""
    save_file({"vectors": vectors.vectors.astype(np.float16)}, folder / _VECTORS_FILE)
    (folder / _WORDS_FILE).write_text("\n".join(vectors.words), "utf-8")
