"""A trained model as one file for the page: small enough to download, and read there by a few lines of JavaScript.

The file is a gzipped safetensors file, ``infersent-<digest>.bin``, so that a host that compresses nothing sends it as
small as one that does. Its name has the digest of what it holds and changes with it: a browser may keep it forever. It
holds:

.. code-block:: text

    words          [words, word dim], packed     a row per word, the unknown first
    forward.input  [4 hidden, word dim], packed  the forward LSTM's weights of word
    forward.state  [4 hidden, hidden], packed    and last state, and its bias (torch's
    forward.bias   [4 hidden], float32           two, added up); input, forget, cell,
                                                 output, the gates in torch's order
    backward.*                                   the same for the backward LSTM
    head.weight    [labels, features], float32   the collapsed head,
    head.bias      [labels], float32             and its bias

and as metadata the words themselves (``words``, one per line, without the unknown word) and the rest of what a reader
must know (``config``, JSON: format, labels, blocks, hidden, word_dim, words; and token_rule, if the tokenizer has
another than the first).

A packed matrix is three tensors. ``NAME.scale`` holds a number for each row, as the upper 16 bits of its float32 (U16).
A number of the row is ``k * scale`` with a whole number ``k = low + 256 * high - 128``. ``NAME`` holds the low bytes
(U8) and ``NAME.high`` the high ones (I8), apart because gzip makes next to nothing of the high ones. The scale makes
the largest size of a row's numbers a given whole number, its steps: :data:`INPUT`, :data:`STATE`, and for a word the
more, the more common it is (:data:`WORDS`). Errors of the words' vectors matter most, those of the weights of the last
state least.

Measured with the laptop preset's model on all 9,824 pairs of SNLI test: 78.49% are right, 78.48% from the file; 35
answers differ; no probability moves by more than 0.048, and of 99 pairs in 100 none by more than 0.018. What the page
promises is in :data:`SHIFT`, :data:`USUAL_SHIFT` and :data:`SAME`.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.numpy import save

from infersent.foundation.arrays import Array, Floats, Ints
from infersent.foundation.atomic import replace_file
from infersent.foundation.recorded import FOLDER
from infersent.model.encoders import BiLSTMMax
from infersent.model.heads import collapse
from infersent.model.infersent import InferSent
from infersent.text.tokenizer import FIRST_TOKEN_RULE, UNKNOWN_ID, token_rule

#: The folder of the file that comes with the package: the shipped model's.
SHIPPED = FOLDER / "web"

#: Steps from zero to the largest number of a row: of the weights of the word, and of those of the last state.
INPUT, STATE = 511, 127

#: The same of the words' vectors: ``(before this row, steps)``. The rows of a vocabulary begin with its common words.
WORDS = ((2048, 511), (6144, 127), (1 << 31, 31))

#: What the page promises on a thousand test pairs: no probability moves further than this from the full model's, those
#: of 99 pairs in 100 no further than that, and so many answers of all are the same.
SHIFT, USUAL_SHIFT, SAME = 0.04, 0.02, 0.995

#: The most bytes that a page has to load.
LARGEST = 2_500_000

#: Raised by one when pages can no longer read older files.
FORMAT = 2

# The blocks that the page computes.
_BLOCKS = ("u", "v", "|u-v|", "u*v")


def export(model: InferSent, folder: str | Path, *, words: int | None = None) -> Path:
    """Write the file from which the page computes, and return its path.

    Parameters
    ----------
    model
        With the encoder ``bilstm-max``, a linear or stacked-linear head, and blocks among the paper's four.
    folder
        Where the file goes; files of other models that :func:`export` left there are removed.
    words
        How many words to keep: those with a trained vector, then the first given ones. The given vectors are in the
        order of their file, which GloVe sorts by frequency. All words if left out; to a page the others are unknown.

    Raises
    ------
    ValueError
        If the model is of another shape, ``words`` is out of range, or the file would be larger than :data:`LARGEST`.
    """
    content = _content(model, words)
    compressed = gzip.compress(content, mtime=0)
    if len(compressed) > LARGEST:
        raise ValueError(
            f"The file would have {len(compressed):,} bytes, and a page loads at most {LARGEST:,}. "
            f"Keep fewer words than {_words(model, words):,}."
        )
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"infersent-{hashlib.sha256(content).hexdigest()[:12]}.bin"
    replace_file(path, lambda new: new.write_bytes(compressed))
    for other in set(folder.glob("infersent-*.bin")) - {path}:
        other.unlink()
    return path


def shipped_file() -> Path:
    """Return the file of the shipped model.

    Raises
    ------
    FileNotFoundError
        If the package does not have it.
    """
    files = sorted(SHIPPED.glob("infersent-*.bin"))
    if len(files) != 1:
        raise FileNotFoundError(f"{SHIPPED} must hold one model for the page, but holds {len(files)}; install again.")
    return files[0]


def _content(model: InferSent, words: int | None) -> bytes:
    if not isinstance(model.encoder, BiLSTMMax):
        raise ValueError(f"The page computes the encoder 'bilstm-max' only, not {model.config.encoder!r}.")
    if left := [name for name in model.config.blocks if name not in _BLOCKS]:
        raise ValueError(f"The page computes the blocks {', '.join(_BLOCKS)} only, not {left[0]!r}.")
    try:
        head = collapse(model.head)
    except TypeError as error:
        raise ValueError(f"The page draws the exact ledger, which this model does not have. {error}") from error
    kept = _words(model, words)

    embedding, lstm = model.encoder.embedding, model.encoder.lstm
    rows = slice(UNKNOWN_ID, UNKNOWN_ID + 1 + kept)
    vectors = torch.cat([embedding.trained, embedding.given])[rows]  # [1 + kept, word dim]
    steps = [next(steps for before, steps in WORDS if row < before) for row in range(len(vectors))]
    tensors = _packed("words", _numbers(vectors), np.array(steps))
    for direction, end in (("forward", ""), ("backward", "_reverse")):
        parts = {part: getattr(lstm, f"{part}_l0{end}") for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")}
        tensors |= _packed(f"{direction}.input", _numbers(parts["weight_ih"]), INPUT)
        tensors |= _packed(f"{direction}.state", _numbers(parts["weight_hh"]), STATE)
        tensors[f"{direction}.bias"] = _numbers(parts["bias_ih"] + parts["bias_hh"])
    tensors |= {"head.weight": _numbers(head.weight), "head.bias": _numbers(head.bias)}

    config: dict[str, Any] = {
        "format": FORMAT,
        "labels": model.labels,
        "blocks": model.config.blocks,
        "hidden": lstm.hidden_size,
        "word_dim": embedding.dim,
        "words": len(vectors),
    }
    if (rule := token_rule(model.tokenizer)) != FIRST_TOKEN_RULE:
        config["token_rule"] = rule
    names = sorted(model.tokenizer.get_vocab().items(), key=lambda item: item[1])
    lines = "\n".join(word for word, _ in names[UNKNOWN_ID + 1 : UNKNOWN_ID + 1 + kept])
    return _in_one_order(save(tensors, {"config": json.dumps(config), "words": lines}))


def _in_one_order(file: bytes) -> bytes:
    """Return a safetensors file with its header's names sorted: the library orders metadata as it happens to."""
    length = int.from_bytes(file[:8], "little")
    header = json.dumps(json.loads(file[8 : 8 + length]), sort_keys=True, ensure_ascii=False).encode()
    header += b" " * (-len(header) % 8)  # the tensors behind it start at a multiple of eight
    return len(header).to_bytes(8, "little") + header + file[8 + length :]


def _words(model: InferSent, words: int | None) -> int:
    """Return how many words to keep."""
    known = model.tokenizer.get_vocab_size() - UNKNOWN_ID - 1
    if words is not None and not 1 <= words <= known:
        raise ValueError(f"words={words} is outside 1 to {known}, the number of words that the model knows.")
    return known if words is None else words


def _numbers(tensor: torch.Tensor) -> Floats:
    numbers: Floats = tensor.detach().cpu().float().numpy()
    return numbers


def _packed(name: str, matrix: Floats, steps: int | Ints) -> dict[str, Array]:
    """Return the three tensors that stand for a matrix, ``[rows, columns]``, of so many steps a row."""
    size = np.abs(matrix).max(axis=1, initial=0.0).astype(np.float32) / np.float32(steps)  # [rows]
    halves = ((size.astype(np.float32).view(np.uint32).astype(np.uint64) + 0xFFFF) >> 16).astype(np.uint16)
    unit = np.maximum(upper_half(halves), np.finfo(np.float32).tiny)[:, None]
    k = np.rint(matrix / unit).astype(np.int64) + 128  # [rows, columns]
    return {name: (k & 255).astype(np.uint8), f"{name}.high": (k >> 8).astype(np.int8), f"{name}.scale": halves}


def upper_half(halves: Ints) -> Floats:
    """Return the float32 numbers of which these are the upper 16 bits."""
    return (halves.astype(np.uint32) << 16).view(np.float32)
