"""The pieces of texts between two blanks: each is split into tokens once, however often it occurs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from tokenizers import Tokenizer

from infersent.text.tokenizer import FIRST_TOKEN_RULE, UNKNOWN_ID, build_tokenizer, pre_tokenizer_of

# So many pieces are remembered at a time: some 100 MB, and more than a large corpus has.
_REMEMBERED = 2**19

_OURS = build_tokenizer([])
_NORMALIZER = _OURS.normalizer.__getstate__()
_PRE_TOKENIZERS = [pre.__getstate__() for pre in (_OURS.pre_tokenizer, pre_tokenizer_of(FIRST_TOKEN_RULE))]


def reads_by_piece(tokenizer: Tokenizer) -> bool:
    """Return whether a text has the tokens of its pieces, one after the other.

    So it is with this package's rules, today's and the first: no token reaches over a blank, no rule looks beyond one,
    and no character is composed with one. A checkpoint from elsewhere may have another rule, tokens that are looked for
    before it, or something that is done to each text as a whole.
    """
    parts = tokenizer.normalizer, tokenizer.pre_tokenizer
    if None in parts or tokenizer.get_added_tokens_decoder():
        return False
    if any((tokenizer.post_processor, tokenizer.truncation, tokenizer.padding)):
        return False
    normalizer, pre_tokenizer = (part.__getstate__() for part in parts)
    return normalizer == _NORMALIZER and pre_tokenizer in _PRE_TOKENIZERS


def pieces(texts: Iterable[str]) -> Iterator[str]:
    """Yield what stands between two blanks (U+0020) or at an end, in the order of the texts; a piece may be empty."""
    return chain.from_iterable(text.split(" ") for text in texts)


class PieceIds(dict[str, list[int]]):
    """The word ids of pieces, which a tokenizer is asked for once each.

    Parameters
    ----------
    tokenizer
        One that :func:`reads_by_piece`.

    Examples
    --------
    >>> PieceIds(build_tokenizer(["dog", "."])).of_text("Dog. dog? dog")
    [2, 3, 2, 1, 2]
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        super().__init__()
        self._tokenizer = tokenizer

    def __missing__(self, piece: str) -> list[int]:
        if len(self) >= _REMEMBERED:
            self.clear()
        ids: list[int] = self._tokenizer.encode_batch_fast([piece])[0].ids
        self[piece] = ids
        return ids

    def of_text(self, text: str) -> list[int]:
        """Return the word ids of a text: those of its pieces, or one unknown word if it has none."""
        return list(chain.from_iterable(map(self.__getitem__, text.split(" ")))) or [UNKNOWN_ID]
