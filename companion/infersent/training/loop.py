"""The training loop: one epoch after another, the best on dev kept, and nothing lost when it is stopped."""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from tqdm.auto import tqdm

from infersent.data.pairs import LABELS
from infersent.foundation.arrays import Ints
from infersent.model.infersent import InferSent
from infersent.text.batching import Batch, EncodedPairs, shuffled_batches
from infersent.training.columns import ColumnSteps
from infersent.training.config import TrainingConfig
from infersent.training.evaluation import check_labels, evaluate
from infersent.training.run import Epoch, Step, TrainingRun
from infersent.training.workers import Worker, find_worker


class TrainingDiverged(FloatingPointError):
    """The loss or the gradient is no longer finite."""


def label_weights(labels: Ints, classes: int = len(LABELS)) -> Tensor:
    """Return weights ``[classes]``, inverse to the labels' frequencies, with a mean of one over the pairs.

    A label that does not occur has weight 0.
    """
    counts = np.bincount(labels, minlength=classes)
    present = counts > 0
    weights = np.where(present, len(labels) / (present.sum() * np.maximum(counts, 1)), 0.0)
    return torch.from_numpy(weights).float()


def train(
    model: InferSent,
    train_pairs: EncodedPairs,
    dev_pairs: EncodedPairs,
    config: TrainingConfig,
    *,
    out: str | Path | None = None,
    resume: bool = False,
    provenance: dict[str, Any] | None = None,
    progress: bool = True,
    report: Callable[[Epoch], object] | None = None,
    worker: Worker | None = None,
    watch: Callable[[TrainingRun, Step], object] | None = None,
) -> list[Epoch]:
    """Train a model in place and leave it with the parameters of its best epoch on dev.

    Memory holds one batch at a time, or a part of one where a long text is among its pairs: a part has no more than
    :data:`infersent.text.batching.WORDS_AT_ONCE` words, unless a single pair has, whose texts are kept whole.

    The same seed on the same machine gives the same numbers. With ``out``, every epoch ends on disk: ``out/best`` is
    the checkpoint of the best epoch, ``out/log.jsonl`` has one line per epoch, and ``out/resume.pt`` is what
    ``resume=True`` continues from, to the same result as an uninterrupted run. If the process is killed, it loses the
    current epoch and nothing else.

    Parameters
    ----------
    model
        Changed in place.
    train_pairs, dev_pairs
        Encoded by the model's tokenizer.
    config
        How to train.
    out
        The run's folder, or ``None`` to keep everything in memory.
    resume
        Continue from ``out/resume.pt`` if it exists.
    provenance
        Saved with the checkpoint's metrics: data, versions, command.
    progress
        Show a progress bar for each epoch.
    report
        Called with each epoch of the log once it is on disk.
    worker
        This process's part in a training of several, see :func:`infersent.training.workers.find_worker`, which is asked
        if there is none given. All processes call this function with the same values, and the first of them alone
        writes into ``out`` and shows a bar. Each computes a share of every batch, so that the numbers are, but for
        rounding and what dropout draws, those of one process.
    watch
        Called after each step, for a finer log than one line an epoch. It may look at the model, and changes nothing.
        Training then waits for each step's numbers, on a GPU too.

    Returns
    -------
    list of Epoch
        The log, including the earlier epochs of a resumed run.

    Raises
    ------
    TrainingDiverged
        If the loss or the gradient becomes nan or infinite. The best epoch so far stays in ``out/best``.
    ValueError
        If there are no pairs, their labels are not the model's, a text is too long to be trained on, ``config`` gives
        steps to a block that the model does not have, or ``out`` holds a run with other settings, or any run if
        ``resume`` is not set.
    infersent.model.checkpoint.CheckpointError
        If ``out/resume.pt`` is damaged.
    BlockingIOError
        If another process is training in ``out``.
    infersent.training.workers.WorkerLost
        If one of several processes has ended; ``resume=True`` in all of them goes on after the last complete epoch.
    OSError
        If the disk is full; the earlier epochs are on it.
    """
    if not len(train_pairs) or not len(dev_pairs):
        raise ValueError(
            f"Training needs pairs: there are {len(train_pairs)} to train on and {len(dev_pairs)} for dev."
        )
    for pairs in (train_pairs, dev_pairs):
        check_labels(model, pairs)
    train_pairs.check_lengths(model.encoder.longest_trained)
    weights = None
    if config.class_weights:
        weights = label_weights(train_pairs.labels, len(model.labels)).to(model.device)
    identity = _identity(model, train_pairs, dev_pairs)
    columns = ColumnSteps(model, train_pairs, config)
    worker = worker or find_worker(model.device, config.mixed_precision)
    run = TrainingRun(model, config, Path(out) if out else None, provenance or {}, identity, writes=worker.first)
    with run.alone():
        return _train(
            run, worker, columns, train_pairs, dev_pairs, weights, resume, progress and worker.first, report, watch
        )


def _train(
    run: TrainingRun,
    worker: Worker,
    columns: ColumnSteps,
    train_pairs: EncodedPairs,
    dev_pairs: EncodedPairs,
    weights: Tensor | None,
    resume: bool,
    progress: bool,
    report: Callable[[Epoch], object] | None,
    watch: Callable[[TrainingRun, Step], object] | None,
) -> list[Epoch]:
    """Train epoch after epoch, with the run's folder for itself."""
    model = run.model
    if run.out:
        run.open(resume)
    # Dropout draws from torch's global generators; afterwards they are in the state they were in before.
    with torch.random.fork_rng(devices=[model.device] if model.device.type == "cuda" else []):
        while not run.finished:
            number = len(run.log) + 1
            run.set_learning_rate()
            try:
                with worker.prepared(model, run.optimizer) as (wrapped, optimizer):
                    parts = (run, worker, wrapped, optimizer, columns)
                    done = _one_epoch(*parts, train_pairs, weights, number, progress, watch)
                    with run.averaged():
                        dev_accuracy = _accuracy(worker, model, dev_pairs)
            except TrainingDiverged as error:
                raise TrainingDiverged(f"{error} {run.what_is_kept()}") from None
            run.add(Epoch(number, run.learning_rate, dev_accuracy=round(dev_accuracy, 5), **done))
            if report:
                report(run.log[-1])
    run.restore_best()
    model.eval()
    return run.log


def _accuracy(worker: Worker, model: InferSent, pairs: EncodedPairs) -> float:
    """Return the share of right answers; each process answers its share of the pairs."""
    if worker.count == 1:
        return evaluate(model, pairs).accuracy
    rows, counts = worker.share(np.arange(len(pairs)))
    right = int(evaluate(model, pairs.take(rows)).correct.sum()) if counts else 0
    return float(worker.total(torch.tensor(right, device=model.device))) / len(pairs)


def _identity(model: InferSent, *parts: EncodedPairs) -> str:
    """Return a digest of everything besides the settings that determines a run's numbers: words, vectors, pairs."""
    sha = hashlib.sha256(model.tokenizer.to_str().encode())
    sha.update(model.encoder.embedding.given.cpu().numpy().tobytes())
    for pairs in parts:
        soft = [] if pairs.distributions is None else [pairs.distributions]
        for array in (pairs.words, pairs.starts, pairs.premises, pairs.hypotheses, pairs.labels, *soft):
            sha.update(np.ascontiguousarray(array).tobytes())
    return sha.hexdigest()


def _gradient(
    worker: Worker, model: nn.Module, pairs: EncodedPairs, rows: Ints, weights: Tensor | None
) -> tuple[Tensor, Tensor]:
    """Add the gradient of one batch's mean loss to the parameters; return this process's share of loss and hits.

    A batch with a long text is computed part by part, see :meth:`infersent.text.batching.EncodedPairs.parts`: the
    gradients of the parts' shares of the loss add up to that of the whole, and memory holds one part at a time.
    """

    def answers(rows: Ints) -> tuple[Batch, Tensor, Tensor]:
        batch = pairs.batch(rows).to(worker.device)
        target = batch.labels if batch.distributions is None else batch.distributions
        return batch, model(batch), target  # logits [pairs, labels]

    share, times = worker.share(rows)
    parts = pairs.parts(share)
    if worker.count == len(parts) == 1:
        batch, logits, target = answers(rows)
        loss = F.cross_entropy(logits, target, weight=weights)
        worker.backward(loss, model, last=True)
        return loss.detach(), (logits.argmax(dim=1) == batch.labels).sum()
    # What the sum over the pairs is divided by for the mean: with weights of classes their sum, as torch has it, but
    # with shares of classes the number of pairs.
    total: float | Tensor = float(len(rows))
    if weights is not None and pairs.distributions is None:
        total = weights[torch.from_numpy(pairs.labels[rows]).to(weights.device)].sum()
    each = []
    for number, part in enumerate(parts, start=1):
        batch, logits, target = answers(part)
        loss = F.cross_entropy(logits, target, weight=weights, reduction="sum") / total
        worker.backward(loss * times, model, last=number == len(parts))
        right = (logits.argmax(dim=1) == batch.labels).sum()
        each.append(torch.stack([loss.detach(), right.to(loss)]) * (times > 0))
    whole_loss, right = torch.stack(each).sum(dim=0)
    return whole_loss, right


def _one_epoch(
    run: TrainingRun,
    worker: Worker,
    model: nn.Module,
    optimizer: Any,
    columns: ColumnSteps,
    pairs: EncodedPairs,
    weights: Tensor | None,
    number: int,
    progress: bool,
    watch: Callable[[TrainingRun, Step], object] | None = None,
) -> dict[str, float]:
    """Train for one pass over the pairs; return its mean loss, accuracy, seconds and sentences per second."""
    config = run.config
    model.train()
    # What dropout draws depends only on seed, epoch and process, so that a resumed run draws the same.
    torch.manual_seed(config.seed * 100_003 + number + worker.number * 1_000_000_007)
    total_loss = right = seen = 0.0
    start = time.perf_counter()
    plan = shuffled_batches(pairs, config.batch_size, seed=config.seed, epoch=number)
    title = f"epoch {number}/{config.epochs}" + (f", best dev {run.best_epoch.dev_accuracy:.1%}" if run.log else "")
    at_once = 1 if watch else worker.steps_at_once
    taken: list[Tensor] = []  # what the steps returned that were not read yet
    with tqdm(plan, desc=title, unit="batch", disable=not progress, leave=False) as bar:
        for count, rows in enumerate(bar, start=1):
            optimizer.zero_grad(set_to_none=True)
            loss, hits = _gradient(worker, model, pairs, rows, weights)
            norm = worker.clip(run.parameters, config.clip)
            taken.append(torch.stack([loss, hits.to(loss), norm.detach()]))
            if len(taken) == at_once or count == len(plan):
                # Before the step, so that nothing infinite reaches the parameters; where several steps are read at
                # once, it reaches none that are saved.
                for i, found in enumerate(_read(worker, taken), start=count - len(taken)):
                    for name, value in zip(("loss", "gradient"), found[::2], strict=True):
                        if not math.isfinite(value):
                            raise TrainingDiverged(f"The {name} became {value} in epoch {number}, step {i + 1}.")
                    total_loss += found[0] * len(plan[i])
                    right += found[1]
                    seen += len(plan[i])
                taken.clear()
                if count % 20 <= 1 or count == len(plan):
                    rate = 2 * seen / (time.perf_counter() - start)
                    bar.set_postfix_str(
                        f"loss {total_loss / seen:.3f}, accuracy {right / seen:.1%}, {rate:,.0f} sentences/s"
                    )
            columns.step(optimizer)
            run.update_average()
            if watch:
                watch(run, Step(number, count, len(plan), found[0], int(found[1]), len(rows)))
    seconds = time.perf_counter() - start
    return {
        "loss": round(total_loss / seen, 5),
        "train_accuracy": round(right / seen, 5),
        "seconds": round(seconds, 1),
        "sentences_per_second": round(2 * seen / seconds),
    }


def _read(worker: Worker, taken: list[Tensor]) -> list[list[float]]:
    """Return the loss, right answers and gradient norm of each of some steps, over all processes."""
    steps = torch.stack(taken)  # [steps, 3]
    shares = worker.total(steps[:, :2])  # the gradient is that of all processes already
    found: list[list[float]] = torch.cat([shares, steps[:, 2:]], dim=1).tolist()
    return found
