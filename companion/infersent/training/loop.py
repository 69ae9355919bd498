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
from infersent.text.batching import EncodedPairs, shuffled_batches
from infersent.training.columns import ColumnSteps
from infersent.training.config import TrainingConfig
from infersent.training.evaluation import check_labels, evaluate
from infersent.training.run import Epoch, Step, TrainingRun


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
    watch
        Called after each step, for a finer log than one line an epoch. It may look at the model, and changes nothing.

    Returns
    -------
    list of Epoch
        The log, including the earlier epochs of a resumed run.

    Raises
    ------
    TrainingDiverged
        If the loss or the gradient becomes nan or infinite. The best epoch so far stays in ``out/best``.
    ValueError
        If there are no pairs, their labels are not the model's, ``config`` gives steps to a block that the model does
        not have, or ``out`` holds a run with other settings, or any run if ``resume`` is not set.
    infersent.model.checkpoint.CheckpointError
        If ``out/resume.pt`` is damaged.
    BlockingIOError
        If another process is training in ``out``.
    OSError
        If the disk is full; the earlier epochs are on it.
    """
    if not len(train_pairs) or not len(dev_pairs):
        raise ValueError(
            f"Training needs pairs: there are {len(train_pairs)} to train on and {len(dev_pairs)} for dev."
        )
    for pairs in (train_pairs, dev_pairs):
        check_labels(model, pairs)
    weights = None
    if config.class_weights:
        weights = label_weights(train_pairs.labels, len(model.labels)).to(model.device)
    identity = _identity(model, train_pairs, dev_pairs)
    columns = ColumnSteps(model, train_pairs, config)
    run = TrainingRun(model, config, Path(out) if out else None, provenance or {}, identity)
    with run.alone():
        return _train(run, columns, train_pairs, dev_pairs, weights, resume, progress, report, watch)


def _train(
    run: TrainingRun,
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
                done = _one_epoch(run, columns, train_pairs, weights, number, progress, watch)
            except TrainingDiverged as error:
                raise TrainingDiverged(f"{error} {run.what_is_kept()}") from None
            with run.averaged():
                dev = evaluate(model, dev_pairs)
            run.add(Epoch(number, run.learning_rate, dev_accuracy=round(dev.accuracy, 5), **done))
            if report:
                report(run.log[-1])
    run.restore_best()
    model.eval()
    return run.log


def _identity(model: InferSent, *parts: EncodedPairs) -> str:
    """Return a digest of everything besides the settings that determines a run's numbers: words, vectors, pairs."""
    sha = hashlib.sha256(model.tokenizer.to_str().encode())
    sha.update(model.encoder.embedding.given.cpu().numpy().tobytes())
    for pairs in parts:
        soft = [] if pairs.distributions is None else [pairs.distributions]
        for array in (pairs.words, pairs.starts, pairs.premises, pairs.hypotheses, pairs.labels, *soft):
            sha.update(np.ascontiguousarray(array).tobytes())
    return sha.hexdigest()


def _step(model: InferSent, pairs: EncodedPairs, rows: Ints, weights: Tensor | None) -> tuple[float, int]:
    """Add the gradient of one batch's mean loss to the parameters; return the loss, and how many answers are right.

    A batch with a long text is computed part by part, see :meth:`infersent.text.batching.EncodedPairs.parts`: the
    gradients of the parts' shares of the loss add up to that of the whole, and memory holds one part at a time.
    """
    parts = pairs.parts(rows)
    if len(parts) == 1:
        batch = pairs.batch(rows).to(model.device)
        logits = model(batch)  # [pairs, labels]
        target = batch.labels if batch.distributions is None else batch.distributions
        loss = F.cross_entropy(logits, target, weight=weights)
        loss.backward()
        return loss.item(), int((logits.argmax(dim=1) == batch.labels).sum().item())
    # What the sum over the pairs is divided by for the mean: with weights of classes their sum, as torch has it, but
    # with shares of classes the number of pairs.
    total = float(len(rows))
    if weights is not None and pairs.distributions is None:
        total = float(weights[torch.from_numpy(pairs.labels[rows]).to(weights.device)].sum())
    whole, right = 0.0, 0
    for part in parts:
        batch = pairs.batch(part).to(model.device)
        logits = model(batch)
        target = batch.labels if batch.distributions is None else batch.distributions
        loss = F.cross_entropy(logits, target, weight=weights, reduction="sum") / total
        loss.backward()
        whole += loss.item()
        right += int((logits.argmax(dim=1) == batch.labels).sum().item())
    return whole, right


def _one_epoch(
    run: TrainingRun,
    columns: ColumnSteps,
    pairs: EncodedPairs,
    weights: Tensor | None,
    number: int,
    progress: bool,
    watch: Callable[[TrainingRun, Step], object] | None,
) -> dict[str, float]:
    """Train for one pass over the pairs; return its mean loss, accuracy, seconds and sentences per second."""
    model, config = run.model, run.config
    model.train()
    # What dropout draws depends only on seed and epoch, so that a resumed run draws the same.
    torch.manual_seed(config.seed * 100_003 + number)
    total_loss = right = seen = 0.0
    start = time.perf_counter()
    plan = shuffled_batches(pairs, config.batch_size, seed=config.seed, epoch=number)
    title = f"epoch {number}/{config.epochs}" + (f", best dev {run.best_epoch.dev_accuracy:.1%}" if run.log else "")
    with tqdm(plan, desc=title, unit="batch", disable=not progress, leave=False) as bar:
        for step, rows in enumerate(bar, start=1):
            run.optimizer.zero_grad(set_to_none=True)
            loss, hits = _step(model, pairs, rows, weights)
            norm = nn.utils.clip_grad_norm_(run.parameters, config.clip)
            # Before the step, so that nothing infinite reaches the parameters, which are saved.
            for name, value in (("loss", loss), ("gradient", norm.item())):
                if not math.isfinite(value):
                    raise TrainingDiverged(f"The {name} became {value} in epoch {number}, step {step}.")
            columns.step(run.optimizer)
            run.update_average()
            if watch:
                watch(run, Step(number, step, len(plan), loss, hits, len(rows)))
            total_loss += loss * len(rows)
            right += hits
            seen += len(rows)
            if step % 20 == 1 or step == len(plan):
                rate = 2 * seen / (time.perf_counter() - start)
                bar.set_postfix_str(
                    f"loss {total_loss / seen:.3f}, accuracy {right / seen:.1%}, {rate:,.0f} sentences/s"
                )
    seconds = time.perf_counter() - start
    return {
        "loss": round(total_loss / seen, 5),
        "train_accuracy": round(right / seen, 5),
        "seconds": round(seconds, 1),
        "sentences_per_second": round(2 * seen / seconds),
    }
