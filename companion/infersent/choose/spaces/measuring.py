"""Measuring an encoder's vectors: the plain cosine, solved heads, and the form of the training's own head."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import numpy as np

from infersent.choose.cross_validation import Gathered, Vectors, run_fold
from infersent.choose.folds import Grouping
from infersent.choose.spaces.influence import pack_parts, spearman_parts
from infersent.choose.spaces.records import Encoder, Form, Scored, Space
from infersent.choose.spaces.tasks import COSINE, KEPT, Benchmark, sets_for
from infersent.choose.task import Task
from infersent.choose.texts import TextPairs
from infersent.foundation.arrays import Array, Floats
from infersent.foundation.bits import pack_bits
from infersent.foundation.provenance import provenance
from infersent.model.features import Blocks, block_slices
from infersent.model.heads import collapse
from infersent.model.infersent import InferSent

Embed = Callable[[list[str]], Array]


def measure(
    encoder: Encoder,
    embed: Embed,
    benchmarks: Sequence[Benchmark],
    dev: TextPairs,
    *,
    weights: Floats | None = None,
    sets: Sequence[str] | None = None,
) -> Space:
    """Encode every distinct sentence once, and measure the vectors on each task.

    Parameters
    ----------
    encoder
        What the record says of the vectors' origin.
    embed
        From ``n`` texts to ``[n, dim]``.
    benchmarks
        The tasks.
    dev
        STS-B's dev pairs, for the cosine.
    weights
        ``[dim]``: w of the training's own form, see :func:`form_weights`.
    sets
        The sets of blocks that heads are solved on; by default :func:`infersent.choose.spaces.tasks.sets_for`.
    """
    start = time.perf_counter()
    sides = [dev.first, dev.second, *(side for one in benchmarks for side in (one.first, one.second))]
    place = {text: i for i, text in enumerate(dict.fromkeys(text for side in sides for text in side))}
    distinct = np.asarray(embed(list(place)), dtype=np.float32)

    def placed(side: Sequence[str]) -> Gathered:
        return Gathered(distinct, np.array([place[text] for text in side]))

    scores: dict[str, dict[str, Scored]] = {}
    pearson: dict[str, float] = {}
    form = None
    for benchmark in benchmarks:
        u, v = placed(benchmark.first), placed(benchmark.second)
        own = scores[benchmark.name] = solve(benchmark, u, v, sets or sets_for(distinct.shape[1]))
        if benchmark.labels.classes:
            continue
        test = np.flatnonzero(~benchmark.training)
        y = benchmark.labels.y[test]
        found = cosines(u[test], v[test])
        own[COSINE] = _scored(benchmark.labels, y, found, None, keep=True)
        pearson[benchmark.name] = round(benchmark.labels.measure("Pearson", y, found), 5)
        if weights is not None and benchmark.name == "similarity":
            form = _form(benchmark.labels, y, u[test], v[test], weights)
    between = np.asarray(cosines(placed(dev.first)[:], placed(dev.second)[:]))
    on_dev = Task(np.asarray(dev.labels, dtype=float), ()).measure("Spearman", np.asarray(dev.labels, float), between)
    seconds = round(time.perf_counter() - start, 1)
    made = provenance("cpu")
    return Space(encoder, distinct.shape[1], scores, pearson, round(on_dev, 5), form, seconds, made)


def cosines(u: Array, v: Array) -> Floats:
    """Return the cosine of each pair of vectors, ``[pairs]``; 0 where one of them is zero."""
    u, v = u.astype(np.float64), v.astype(np.float64)
    lengths = np.linalg.norm(u, axis=1) * np.linalg.norm(v, axis=1)
    return np.asarray((u * v).sum(axis=1) / np.where(lengths == 0, 1, lengths))


def solve(benchmark: Benchmark, u: Array | Gathered, v: Array | Gathered, sets: Sequence[str]) -> dict[str, Scored]:
    """Solve a head for each set of blocks on a task's training pairs, and score it on the test pairs.

    It is the fold of the chooser's cross-validation (:func:`infersent.choose.cross_validation.run_fold`), with the
    published parts in the place of folds: standardised features, and a penalty that is chosen within the training
    pairs.

    Parameters
    ----------
    benchmark
        The task.
    u, v
        ``[pairs, dim]`` each.
    sets
        The sets of blocks.
    """
    none = np.zeros((len(u), 2), dtype=np.int64)  # which sentence is which: only the groups are used
    vectors = Vectors(u, v, benchmark.labels, Grouping(benchmark.groups, none, False, ""))
    blocks = [Blocks(some) for some in sets]
    found = run_fold(vectors, benchmark.training, ~benchmark.training, blocks, seed=0, budget=1e9)
    y = benchmark.labels.y[found.rows]
    return {
        str(some): _scored(benchmark.labels, y, answers, float(penalty), keep=str(some) in KEPT)
        for some, answers, penalty in zip(blocks, found.answers, found.penalties, strict=True)
    }


def _scored(labels: Task, y: Array, answers: Array, penalty: float | None, *, keep: bool) -> Scored:
    if labels.classes:
        right = y == answers
        return Scored(round(float(right.mean()), 5), penalty, len(y), pack_bits(right) if keep else "")
    score = labels.measure("Spearman", y, answers)
    return Scored(round(score, 5), penalty, len(y), pack_parts(spearman_parts(answers, y)) if keep else "")


def form_weights(model: InferSent) -> Floats | None:
    """Return the weights of the training's own head on u∗v: for entailment less for contradiction, ``[dim]``.

    ``None`` where the model has no such block, or its labels are others.
    """
    if "u*v" not in model.config.blocks or not {"entailment", "contradiction"} <= set(model.labels):
        return None
    weight = collapse(model.head).weight.detach().double().numpy()  # [labels, width]
    columns = block_slices(model.encoder.dim, model.config.blocks)["u*v"]
    own = [weight[model.labels.index(label), columns] for label in ("entailment", "contradiction")]
    return np.asarray(own[0] - own[1])


def _form(labels: Task, y: Array, u: Array, v: Array, weights: Floats) -> Form:
    products = u.astype(np.float64) * v
    return Form(
        round(float((weights < 0).mean()), 5),
        round(labels.measure("Spearman", y, products @ weights), 5),
        round(labels.measure("Spearman", y, products.sum(axis=1)), 5),
    )
