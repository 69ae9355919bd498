"""Sentences to vectors, in turn: ours by torch, by onnxruntime and, if it is fast, in bfloat16; and plain batches."""

from __future__ import annotations

import copy
from importlib.util import find_spec

import numpy as np
import torch

from benchmarks import material
from benchmarks.figures import Figure, Record, Target
from benchmarks.flops import Load, reading
from benchmarks.material import Material
from benchmarks.peak import cores, in_turn, of_threads, threads
from benchmarks.products import Products, batch_sizes
from benchmarks.products import reading as products_of
from benchmarks.settings import Settings
from benchmarks.textbook import BATCH, Textbook
from benchmarks.training import ALONE, reason
from infersent.adapters.onnxruntime import OnnxInferSent
from infersent.foundation.arrays import Ints
from infersent.text.batching import batches_by_length

#: Of the machine's peak in float32, for these sizes.
SHARE = {hidden: Target("at least", 0.85) for hidden in (256, 512, 2048)}
#: Of bfloat16: times the sentences per second of float32.
HALF = {hidden: Target("at least", 1.5) for hidden in SHARE}
#: Sentences: what :meth:`infersent.InferSent.encode` takes by default.
ENCODED_AT_ONCE = 128
#: The smallest cosine of a sentence's two vectors.
COSINE = Target("at least", 0.999)


def run(record: Record, settings: Settings) -> None:
    """Measure every size with one thread and with all cores."""
    data = material.load(small=settings.small)
    for hidden in settings.hidden:
        for number in sorted({1, cores()}):
            with threads(number), torch.no_grad():
                measure(record, data, hidden, f"{hidden} units, {of_threads(number)}", settings)


def measure(record: Record, data: Material, hidden: int, what: str, settings: Settings) -> None:
    """Measure one size with torch's present number of threads."""
    sentences = sample(data, max(2 * BATCH, 2 * settings.amount // hidden))
    words = sum(map(len, sentences))
    model = data.model.untrained(hidden=hidden).eval()
    ids = [sentence.tolist() for sentence in sentences]
    textbook = Textbook(model).eval()
    works = {
        "ours": lambda: model.encode_ids(ids, ENCODED_AT_ONCE),
        "textbook": lambda: [textbook.encode(sentences[i : i + BATCH]) for i in range(0, len(sentences), BATCH)],
    }
    dim = model.encoder.embedding.dim
    shapes = [
        shape
        for _, _, lengths in batches_by_length(ids, ENCODED_AT_ONCE)
        for shape in products_of(batch_sizes(lengths), dim, hidden, together=False)
    ]
    works[ALONE] = Products(shapes).compute
    half = copy.deepcopy(model).bfloat16() if has_bfloat16() else None
    if half is not None:
        works["bfloat16"] = lambda: half.encode_ids(ids, ENCODED_AT_ONCE)
        works[f"{ALONE} in bfloat16"] = Products(shapes, torch.bfloat16).compute
    if find_spec("onnxruntime") and find_spec("onnxscript"):
        fast = OnnxInferSent.from_model(model)
        fast.encode_ids(ids[:1], ENCODED_AT_ONCE)  # exported, which is not timed
        works["by onnxruntime"] = lambda: fast.encode_ids(ids, ENCODED_AT_ONCE)
    turns = in_turn(works, limit=settings.seconds / 2, side=settings.side)

    def add(name: str, unit: str, values: list[float], target: Target | None = None, why: str | None = None) -> None:
        record.add(Figure.of("encoding", f"{what}, {name}", unit, values, target, why=why))

    def gains(name: str, other: str) -> list[float]:
        return [b.seconds / a.seconds for a, b in zip(turns[name], turns[other], strict=True)]

    operations = reading(Load(words, len(sentences)), dim, hidden)
    shares = {name: [operations / turn.seconds / turn.peak for turn in found] for name, found in turns.items()}
    add("ours against the textbook", "times the sentences/s", gains("ours", "textbook"))
    add(ALONE, "of peak", shares[ALONE])
    add("ours", "of peak", shares["ours"], SHARE.get(hidden), reason(turns["ours"], turns[ALONE], shares[ALONE]))
    add("textbook", "of peak", shares["textbook"])
    if "by onnxruntime" in turns:
        why = reason(turns["by onnxruntime"], turns[ALONE], shares[ALONE]).replace("its", "torch's", 1)
        add("by onnxruntime", "of peak", shares["by onnxruntime"], SHARE.get(hidden), why)
        add("by onnxruntime against ours", "times the sentences/s", gains("by onnxruntime", "ours"))
    for name in ("ours", "textbook", "by onnxruntime", "bfloat16"):
        if name in turns:
            add(name, "sentences/s", [len(sentences) / turn.seconds for turn in turns[name]])
    if half is not None:
        most = f"its products alone are {np.median(gains(f'{ALONE} in bfloat16', ALONE)):.2f} times as fast"
        add("bfloat16 against float32", "times the sentences/s", gains("bfloat16", "ours"), HALF.get(hidden), most)
        some = ids[:: max(1, len(ids) // 256)]
        cosines = torch.cosine_similarity(model.encode_ids(some), half.encode_ids(some).float(), dim=1)
        add("bfloat16 against float32, smallest", "cosine", [float(cosines.min())], COSINE)


def sample(data: Material, count: int) -> list[Ints]:
    """Return about so many of the pairs' distinct sentences, which stand for all: the batches of a whole file.

    A large file is read in batches of sentences of one length. Some hundred sentences at random would make batches of
    mixed lengths, in which the last words of the longest are read alone: rates that no large file has. So these are
    whole batches of all sentences, evenly spaced in the order of their lengths, and shuffled.
    """
    pairs = data.pairs
    order = np.argsort(-pairs.lengths, kind="stable")
    batches = [order[i : i + ENCODED_AT_ONCE] for i in range(0, len(order), ENCODED_AT_ONCE)]
    number = max(1, min(len(batches), round(count / ENCODED_AT_ONCE)))
    chosen = np.concatenate([batches[int((i + 0.5) / number * len(batches))] for i in range(number)])
    return [pairs.words[pairs.starts[i] : pairs.starts[i + 1]] for i in np.random.default_rng(0).permutation(chosen)]


def has_bfloat16() -> bool:
    """Return whether the processor multiplies matrices of bfloat16 itself."""
    return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())
