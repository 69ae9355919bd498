"""Which pair features should I use? Every candidate cross-validated on the reader's own vectors and labels."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from joblib import delayed

from infersent.choose.candidates import as_candidates, width
from infersent.choose.choice import ALARM, Candidate, Choice, OnTest
from infersent.choose.cross_validation import FoldResult, Gathered, Vectors, run_fold
from infersent.choose.estimator import fit_pipelines, predict
from infersent.choose.folds import deal, group_pairs, number_vectors, training_rows
from infersent.choose.resampled import Resampled, after_choosing, pick
from infersent.choose.store import Store, digest, set_key
from infersent.choose.task import METRICS, Kind, Task, label_array, read_labels
from infersent.data.pairs import plain_texts
from infersent.data.ties import number_texts
from infersent.foundation.arrays import Array, Bools, Floats, Ints
from infersent.foundation.caller import option
from infersent.foundation.choices import choose
from infersent.foundation.parallel import in_parallel
from infersent.foundation.wording import counted
from infersent.model.features import BLOCKS, Blocks, PairFeature, feature_names, get_feature, register_feature

#: The smallest difference of interest where none is named: one point of accuracy, or 0.01 of a correlation.
MARGIN = 0.01

#: Sets of blocks on which a network is trained, beside the recommended one.
MLP_SETS = ("u, v", "u, v, |u-v|", "u, v, u*v", BLOCKS)

#: Repeats are made until so many pairs have been tested in all, and at most five.
_TESTED_PAIRS = 100_000

Texts = tuple[Sequence[str], Sequence[str]]


@dataclass(frozen=True)
class Settled:
    """What a comparison is asked for, checked and complete."""

    sets: tuple[Blocks, ...]
    labels: Task
    metric: str
    margin: float
    repeats: int


def settle(
    y: Any,
    pairs: int | None = None,
    *,
    candidates: Iterable[str | Iterable[str]] | None = None,
    task: Kind = "auto",
    metric: str | None = None,
    margin: float | None = None,
    folds: int = 5,
    repeats: int | None = None,
) -> Settled:
    """Check all that needs no vectors, so that a slip is told before the texts are encoded.

    Parameters
    ----------
    y, candidates, task, metric, margin, folds, repeats
        As :func:`choose_blocks` takes them.
    pairs
        How many pairs of vectors there are, where that is known.

    Raises
    ------
    ValueError
        If one of them is not as it should be, there is not a label for each pair, or there are too few pairs.
    """
    if folds < 2:
        raise ValueError(f"{option('folds', folds)}: a cross-validation has at least 2.")
    sets = as_candidates(candidates)
    labels = read_labels(y, task, folds)
    if pairs is not None and len(labels.y) != pairs:
        raise ValueError(f"There {_are(pairs, 'pair')} of vectors but {counted(len(labels.y), 'label')}.")
    decides = _metric(metric, labels)
    margin = MARGIN if margin is None else margin
    if not 0 < margin < 1:
        raise ValueError(f"{option('margin', margin)} is no share between 0 and 1; one point is 0.01.")
    n = len(labels.y)
    if repeats is None:
        repeats = int(np.clip(_TESTED_PAIRS // n, 1, 5))
    if repeats < 1:
        raise ValueError(f"{option('repeats', repeats)}: there is at least one.")
    if n < 4 * folds:
        few = f"{counted(n, 'pair')} {'is' if n == 1 else 'are'} too few for {folds} folds"
        raise ValueError(f"{few}; a comparison that tells anything needs hundreds.")
    return Settled(sets, labels, decides, margin, repeats)


def choose_blocks(
    u: Any,
    v: Any,
    y: Any,
    *,
    sentences: Texts | None = None,
    candidates: Iterable[str | Iterable[str]] | None = None,
    task: Kind = "auto",
    metric: str | None = None,
    margin: float | None = None,
    folds: int = 5,
    repeats: int | None = None,
    mlp: bool = False,
    test: tuple[Any, Any, Any] | None = None,
    test_sentences: Texts | None = None,
    trained_on: str | None = None,
    seed: int = 0,
    jobs: int = 1,
    cluster: str | None = None,
    cache: str | Path | None = None,
    memory: float = 1.0,
    progress: Callable[[int, int], object] | None = None,
) -> Choice:
    """Compare sets of pair features on your vectors and labels, and recommend the smallest that is good enough.

    Each set of blocks gets a linear head (logistic regression, or ridge regression for scores) on features that are
    standardised on the training pairs, with a penalty that is chosen within them. The scores are those of a repeated
    cross-validation whose folds share no sentence, see :mod:`infersent.choose.folds`. The recommendation is the set
    with the fewest columns that the best one does not beat by more than the margin.

    Parameters
    ----------
    u, v
        The vectors of the two sentences of each pair, ``[pairs, dim]`` each: arrays, tensors, or memory-mapped files.
    y
        Their labels: classes, as texts or whole numbers, or scores.
    sentences
        The two sides' texts, by which shared sentences are known; without them, equal vectors are taken for one
        sentence.
    candidates
        Sets of blocks; by default :func:`infersent.choose.candidates.default_candidates`. ``u`` and ``v`` alone are
        always among them.
    task
        ``"classes"`` or ``"scores"``, where :func:`infersent.choose.task.read_labels` would take the labels for the
        other.
    metric
        What decides: ``"accuracy"`` or ``"macro-F1"``, ``"Spearman"`` or ``"Pearson"``; by default the first of the
        two.
    margin
        The smallest difference of interest, as a share: 0.01, the default, is one point.
    folds, repeats
        Of the cross-validation. By default five folds, and as many repeats as test 100,000 pairs, at most five.
    mlp
        Train a small network too, on ``u, v``, on it with ``|u-v|``, ``u*v`` or both, and on the recommended set.
    test
        ``u``, ``v`` and ``y`` of pairs that have no part in the choice. At the end every set's head, trained on all the
        other pairs, is measured on them.
    test_sentences
        Their texts, where ``sentences`` is given.
    trained_on
        The pairs that the encoder of the vectors was trained on with their labels, in words, for the report:
        ``"SNLI's training pairs"``. No fold can keep them from the encoder.
    seed
        Of the folds.
    jobs
        Processes on this machine; -1 for one per core. One process uses as many threads as torch does.
    cluster
        The address of a Dask scheduler whose workers do it: ``tcp://host:8786``.
    cache
        A folder for finished folds: the same call goes on with those that are missing.
    memory
        How many gigabytes of features a process may keep; beyond that they are formed anew for each sweep.
    progress
        Called with how many of how many folds are done.

    Returns
    -------
    Choice
        ``print`` shows all of it; ``.recommended``, ``.table()``, ``.plot()`` and ``.estimator_`` are its parts.

    Raises
    ------
    ValueError
        If vectors and labels do not fit together, a number is missing, or there are too few pairs.

    Examples
    --------
    >>> import infersent
    >>> u, v = np.random.default_rng(0).normal(size=(2, 600, 2))
    >>> same_sign = u[:, 0] * v[:, 0] > 0
    >>> choice = infersent.choose_blocks(u, v, same_sign, candidates=["u, v", "u*v", "u, v, u*v"], repeats=1)
    >>> str(choice.recommended), choice.code
    ('u*v', 'u * v')
    """
    u, v = as_vectors(u, v)
    n = len(u)
    asked = settle(y, n, candidates=candidates, task=task, metric=metric, margin=margin, folds=folds, repeats=repeats)
    sets, labels, decides, margin, repeats = asked.sets, asked.labels, asked.metric, asked.margin, asked.repeats
    numbers = _numbers(u, v, sentences)
    vectors = Vectors(u, v, labels, group_pairs(numbers, folds))
    plan = _Plan(vectors, sets, folds, repeats, seed, 1e9 * memory)
    store = Store(None)
    if cache is not None:
        settings = {"folds": folds, "seed": seed}
        store = Store(Path(cache) / digest(vectors, settings))
    work = [plan.fold(repeat, fold, sets) for repeat in range(repeats) for fold in range(folds)]
    results = list(_run(plan, work, store, jobs, cluster, progress))
    found = _Answers.of(vectors, sets, results, repeats)
    scores = found.scores(labels, decides)
    means = scores[decides].mean(axis=1)
    widths = [width(blocks, plan.vectors.dim) for blocks in sets]
    chosen = sets[pick(means, widths, margin)]
    networks: dict[frozenset[str], Floats] = {}
    if mlp:
        wanted = [Blocks(some) for some in MLP_SETS]
        wanted += [chosen] * (set(chosen) not in [set(some) for some in wanted])
        answers = _networks(plan, wanted, repeats, store, jobs, cluster, progress)
        rows = answers.scores(labels, decides)[decides]
        networks = {frozenset(some): row for some, row in zip(wanted, rows, strict=True)}
    best, pairs = int(means.argmax()), len(plan.vectors.u)
    compared = tuple(
        Candidate(
            blocks,
            widths[i],
            {name: values[i] for name, values in scores.items()},
            np.array([result.penalties[i] for result in results]),
            Resampled.of(scores[decides][best] - scores[decides][i], found.ratio, None if i == best else pairs),
            networks.get(frozenset(blocks)),
        )
        for i, blocks in enumerate(sets)
    )
    shown = sets if test else [chosen]
    penalties = {tuple(some): float(np.exp(np.log(compared[sets.index(some)].penalties).mean())) for some in shown}
    pipelines = fit_pipelines(vectors, penalties, budget=plan.budget)
    return Choice(
        candidates=compared,
        task=labels,
        metric=decides,
        margin=margin,
        folds=folds,
        repeats=repeats,
        pairs=n,
        dim=vectors.dim,
        ratio=found.ratio,
        after_choosing=after_choosing(
            labels, decides, found.answers, vectors.grouping.groups, widths, margin, seed=seed
        ),
        notes=(*labels.notes, vectors.grouping.words, *_remarks(vectors, results)),
        alarms=(
            *([vectors.grouping.words] * vectors.grouping.leaks),
            *_alarms(compared, labels, decides, found, margin),
        ),
        estimator_=pipelines[tuple(chosen)],
        on_test=_on_test(pipelines, labels, decides, numbers, vectors, test, sentences, test_sentences),
        trained_on=trained_on,
        _vectors=vectors,
        _seed=seed,
    )


@dataclass(frozen=True)
class NetworkScores:
    """What networks score in a cross-validation.

    Attributes
    ----------
    scores
        ``[folds]`` for each set of blocks, by its name.
    metric
        Of the scores.
    ratio
        Tested pairs over training pairs of a fold.
    """

    scores: dict[str, Floats]
    metric: str
    ratio: float


def network_scores(
    u: Any,
    v: Any,
    y: Any,
    *,
    sentences: Texts | None = None,
    candidates: Iterable[str | Iterable[str]] | None = None,
    task: Kind = "auto",
    metric: str | None = None,
    folds: int = 5,
    seed: int = 0,
) -> NetworkScores:
    """Cross-validate the small network alone, on the folds that :func:`choose_blocks` has in its first repeat.

    On wide vectors the linear heads of a whole comparison take long, too, and may be there already.

    Parameters
    ----------
    u, v, y, sentences, candidates, task, metric, folds, seed
        As :func:`choose_blocks` takes them.

    Raises
    ------
    ValueError
        As there.
    """
    u, v = as_vectors(u, v)
    asked = settle(y, len(u), candidates=candidates, task=task, metric=metric, folds=folds, repeats=1)
    vectors = Vectors(u, v, asked.labels, group_pairs(_numbers(u, v, sentences), folds))
    plan = _Plan(vectors, asked.sets, folds, 1, seed, 0)
    found = _networks(plan, asked.sets, 1, Store(None), 1, None, None)
    rows = found.scores(asked.labels, asked.metric)[asked.metric]
    return NetworkScores({str(s): row for s, row in zip(asked.sets, rows, strict=True)}, asked.metric, found.ratio)


def as_vectors(u: Any, v: Any) -> tuple[Array | Gathered, Array | Gathered]:
    """Return the two sides as arrays ``[pairs, dim]`` of finite numbers.

    Raises
    ------
    ValueError
        If the shapes do not fit together or a number is missing; the message names the row.
    """
    sides: list[Array | Gathered] = []
    for name, given in (("u", u), ("v", v)):
        if isinstance(given, torch.Tensor):
            given = given.detach().cpu().float().numpy()
        if isinstance(given, np.ma.MaskedArray) and given.dtype.kind in "iuf":  # what the mask covers is missing
            given = np.ma.filled(given.astype(float), np.nan)
        side = given if isinstance(given, (np.ndarray, Gathered)) else np.asarray(given)
        if side.ndim != 2 or side.dtype.kind not in "iuf" or not side.shape[1]:
            raise ValueError(f"{name} is {side.dtype} of the shape {side.shape}; give numbers, [pairs, dim].")
        sides.append(side)
    if sides[0].shape != sides[1].shape:
        raise ValueError(f"u has the shape {sides[0].shape} but v {sides[1].shape}; every pair needs both.")
    for name, side in zip("uv", sides, strict=True):
        bad = [
            start + int(row)
            for start in range(0, len(side), 65536)
            for row in np.flatnonzero(~np.isfinite(np.asarray(side[start : start + 65536], np.float32)).all(axis=1))
        ]
        if bad:
            raise ValueError(
                f"{name} has a number that is missing (nan) or infinite in row {bad[0]}"
                f"{f' and in {len(bad) - 1:,} more' if len(bad) > 1 else ''}; leave these pairs out, or mend them."
            )
    return sides[0], sides[1]


def _metric(metric: str | None, task: Task) -> str:
    own = METRICS[:2] if task.classes else METRICS[2:]
    if metric is None:
        return task.metrics[0]
    found = choose("metric", metric, {name: name for name in METRICS})
    if found not in own:
        what = "classes" if task.classes else "scores"
        raise ValueError(f"{option('metric', metric)} does not measure {what}; use {' or '.join(own)}.")
    return found


def _numbers(u: Array | Gathered, v: Array | Gathered, sentences: Texts | None) -> Ints:
    if sentences is None:
        return number_vectors(u, v)
    first, second = (plain_texts(side, f"sentences[{i}]") for i, side in enumerate(sentences))
    for side in (first, second):
        if len(side) != len(u):
            told = f"{_are(len(u), 'pair')} of vectors but {counted(len(side), 'sentence')} on a side"
            raise ValueError(f"There {told}.")
    return number_texts(first, second)


@dataclass(frozen=True)
class _Fold:
    """One fold's work."""

    name: str
    training: Bools
    test: Bools
    sets: tuple[tuple[str, ...], ...]
    seed: int
    mlp: bool = False


@dataclass(frozen=True)
class _Plan:
    """A whole cross-validation."""

    vectors: Vectors
    sets: tuple[Blocks, ...]
    folds: int
    repeats: int
    seed: int
    budget: float

    def fold(self, repeat: int, fold: int, sets: tuple[Blocks, ...]) -> _Fold:
        """Return the work of one fold of one repeat."""
        grouping = self.vectors.grouping
        parts = deal(grouping.groups, self.vectors.strata, self.folds, seed=self.seed + repeat)
        training, test = training_rows(grouping, parts, fold), parts == fold
        for what, rows in (("to train on", training), ("to test", test)):
            if not rows.any():
                raise ValueError(
                    f"A fold has no pair {what}: too few groups of pairs share no sentence. Use fewer folds."
                )
        return _Fold(f"{repeat}-{fold}", training, test, sets, self.seed + 1000 * repeat + fold)


def _run(
    plan: _Plan,
    work: Sequence[_Fold],
    store: Store,
    jobs: int,
    cluster: str | None,
    progress: Callable[[int, int], object] | None,
) -> Iterator[FoldResult]:
    """Yield the results of all folds in their order; what the store has is not computed again."""
    vectors = plan.vectors
    keys = {blocks: set_key(blocks, vectors.u, vectors.v) for one in work for blocks in one.sets}
    names = [f"{one.name}-mlp" if one.mlp else one.name for one in work]
    finished = [store.read(name) for name in names]
    missing = [
        replace(one, sets=tuple(blocks for blocks in one.sets if keys[blocks] not in done))
        for one, done in zip(work, finished, strict=True)
    ]
    todo = [i for i, one in enumerate(missing) if one.sets]
    if progress:
        progress(len(work) - len(todo), len(work))
    calls = []
    for i in todo:
        one = missing[i]
        plain = tuple(tuple(blocks) for blocks in one.sets)  # another process must not look them up too soon
        calls.append(delayed(_in_worker)(i, vectors, replace(one, sets=plain), plan.budget, _own(one.sets)))
    for count, (i, result) in enumerate(in_parallel(calls, jobs, cluster, what="the comparison"), start=1):
        for place, blocks in enumerate(missing[i].sets):
            finished[i][keys[blocks]] = replace(
                result, answers=result.answers[place : place + 1], penalties=result.penalties[place : place + 1]
            )
        store.write(names[i], finished[i])
        if progress:
            progress(len(work) - len(todo) + count, len(work))
    for one, done in zip(work, finished, strict=True):
        some = [done[keys[blocks]] for blocks in one.sets]
        yield replace(
            some[0],
            answers=np.concatenate([result.answers for result in some]),
            penalties=np.concatenate([result.penalties for result in some]),
        )


def _networks(
    plan: _Plan,
    sets: Sequence[Blocks],
    repeats: int,
    store: Store,
    jobs: int,
    cluster: str | None,
    progress: Callable[[int, int], object] | None,
) -> _Answers:
    """Train a network on each of these sets, in all folds."""
    work = [
        replace(plan.fold(repeat, fold, tuple(sets)), mlp=True)
        for repeat in range(repeats)
        for fold in range(plan.folds)
    ]
    return _Answers.of(plan.vectors, sets, list(_run(plan, work, store, jobs, cluster, progress)), repeats)


def _own(sets: Sequence[Sequence[str]]) -> tuple[PairFeature, ...]:
    """Return the blocks themselves: another process does not know a reader's."""
    return tuple(get_feature(name) for name in dict.fromkeys(name for blocks in sets for name in blocks))


def _in_worker(
    place: int, vectors: Vectors, one: _Fold, budget: float, features: tuple[PairFeature, ...]
) -> tuple[int, FoldResult]:
    """Compute one fold in whichever process this is, and say which it was."""
    for feature in features:
        if feature.name not in feature_names():
            register_feature(feature.name, feature.function, width=feature.width, swap=feature.swap)
    return place, run_fold(vectors, one.training, one.test, one.sets, seed=one.seed, budget=budget, mlp=one.mlp)


@dataclass(frozen=True)
class _Answers:
    """What every set answered on every pair, repeat by repeat."""

    answers: list[Array]  # of each repeat [sets, pairs]
    tests: list[Ints]  # of each fold of each repeat, its pairs
    repeat: list[int]  # of each fold
    ratio: float

    @classmethod
    def of(cls, vectors: Vectors, sets: Sequence[Blocks], results: Sequence[FoldResult], repeats: int) -> _Answers:
        folds = len(results) // repeats
        answers = []
        for repeat in range(repeats):
            whole = np.empty((len(sets), len(vectors)), dtype=results[0].answers.dtype)
            for result in results[repeat * folds : (repeat + 1) * folds]:
                whole[:, result.rows] = result.answers
            answers.append(whole)
        ratio = float(np.mean([len(result.rows) / result.trained_on for result in results]))
        which = [repeat for repeat in range(repeats) for _ in range(folds)]
        return cls(answers, [result.rows for result in results], which, ratio)

    def scores(self, task: Task, metric: str) -> dict[str, Floats]:
        """Return each metric of the task, and the one that decides, ``[sets, folds of all repeats]``."""
        return {
            name: np.array(
                [
                    [task.measure(name, task.y[rows], answers[rows]) for answers in self.answers[repeat]]
                    for rows, repeat in zip(self.tests, self.repeat, strict=True)
                ]
            ).T
            for name in dict.fromkeys([*task.metrics, metric])
        }

    def commonest(self, task: Task) -> Floats:
        """Return on each fold what the class gets that is the commonest of all."""
        commonest = int(np.bincount(task.y).argmax())
        return np.array([(task.y[rows] == commonest).mean() for rows in self.tests])


def _remarks(vectors: Vectors, results: Sequence[FoldResult]) -> Iterator[str]:
    for name, side in (("u", vectors.u), ("v", vectors.v)):
        low, high = (np.full(vectors.dim, end) for end in (np.inf, -np.inf))
        for start in range(0, len(side), 65536):
            some = side[start : start + 65536]
            low, high = np.minimum(low, some.min(axis=0)), np.maximum(high, some.max(axis=0))
        if constant := int((low == high).sum()):
            numbers = f"{constant:,} of the {counted(vectors.dim, 'number')} of {name}"
            yield f"{numbers} never {'varies, and tells' if constant == 1 else 'vary, and tell'} nothing."
    if unfinished := sum(result.unfinished for result in results):
        heads = "The descent of one head was stopped before its end; its scores"
        if unfinished > 1:
            heads = f"The descents of {unfinished:,} heads were stopped before their end; their scores"
        yield f"{heads} may be a little low."


def _are(number: int, noun: str) -> str:
    return f"{'is' if number == 1 else 'are'} {counted(number, noun)}"


def _alarms(candidates: Sequence[Candidate], task: Task, metric: str, found: _Answers, margin: float) -> Iterator[str]:
    """Say of each side alone whether it surely gets far above nothing, which no score may before it is understood."""
    floor = found.commonest(task) if metric == "accuracy" else np.zeros(len(found.tests))
    if metric == "macro-F1":
        floor = np.full(len(found.tests), 1 / len(task.labels))
    best = max(float((one.scores[metric] - floor).mean()) for one in candidates)
    for one in candidates:
        if one.blocks not in (("u",), ("v",)):
            continue
        gain = Resampled.of(one.scores[metric] - floor, found.ratio, found.answers[0].shape[1])
        low, high = gain.interval()
        if best > 0 and low > max(margin, ALARM * best):
            size, *ends = (f"{100 * x:.1f}" if task.classes else f"{x:.3f}" for x in (gain.mean, low, high))
            zero = "always saying the commonest class" if metric == "accuracy" else "knowing nothing"
            yield (
                f"{one.blocks} alone, which never sees the other sentence, is {size}{' points' * task.classes} above "
                f"{zero} (95% interval {' to '.join(ends)}): {gain.mean / best:.0%} of what the best set gains. "
                "Something in one sentence betrays the label, as the annotators' habits do in SNLI (Gururangan et al. "
                "2018). What a set gains over that is what the pair is worth."
            )


def _on_test(
    pipelines: dict[tuple[str, ...], Any],
    task: Task,
    metric: str,
    numbers: Ints,
    vectors: Vectors,
    test: tuple[Any, Any, Any] | None,
    sentences: Texts | None,
    test_sentences: Texts | None,
) -> OnTest | None:
    """Measure pipelines that were fitted on all pairs on pairs that had no part in the choice."""
    if test is None:
        return None
    given = label_array(test[2])
    u, v = as_vectors(test[0], test[1])
    if len(u) != len(given):
        raise ValueError(f"There {_are(len(u), 'pair')} of test vectors but {counted(len(given), 'label')}.")
    if u.shape[1] != vectors.dim:
        raise ValueError(f"The test vectors have {counted(u.shape[1], 'number')}, the others {vectors.dim:,}.")
    if task.classes:
        place = {label: i for i, label in enumerate(task.labels)}
        # A file of numbers alone is read as numbers, and as texts where one label is no number.
        place = {str(label): i for label, i in place.items()} | place
        index = {label: place.get(label, place.get(str(label))) for label in set(given.tolist())}
        unknown = sorted({str(label) for label, i in index.items() if i is None})
        if unknown:
            lacking, ours = ", ".join(unknown[:6]), ", ".join(map(str, task.labels))
            raise ValueError(f"The test pairs have labels that the others lack: {lacking}; known: {ours}.")
        y = np.array([index[label] for label in given.tolist()])
    else:
        if given.dtype.kind not in "iuf":
            raise ValueError(f"Scores are numbers, but a label of the test pairs is {given[0].item()!r}.")
        y = given.astype(float)
    scores = {}
    for blocks, pipeline in pipelines.items():
        answers = predict(pipeline, u, v)
        if task.classes:
            answers = np.array([place[label] for label in answers.tolist()])
        scores[blocks] = task.measure(metric, y, answers)
    if sentences is not None and test_sentences is not None:
        whole = number_texts([*sentences[0], *test_sentences[0]], [*sentences[1], *test_sentences[1]])
    else:
        known: dict[bytes, int] = {}
        whole = np.concatenate([number_vectors(vectors.u, vectors.v, known), number_vectors(u, v, known)])
    seen = np.zeros(int(whole.max()) + 1, dtype=bool)
    seen[whole[: len(vectors)]] = True
    return OnTest(len(u), scores, float(seen[whole[len(vectors) :]].any(axis=1).mean()))
