"""The training: an epoch or more of AdamW over the pairs, and the record of what came out."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import torch
from scipy.stats import spearmanr
from torch import Tensor, nn
from torch.nn import functional as F

from infersent.data.pairs import LABELS
from infersent.foundation.arrays import Floats
from infersent.foundation.provenance import provenance
from infersent.study.answers import Answers
from infersent.study.fine_tuning.model import SiameseTransformer, TokenIds
from infersent.study.fine_tuning.records import FineTuned
from infersent.study.fine_tuning.trial import FineTuning
from infersent.training.workers import Worker, find_worker

#: What a record's training loss is averaged over, in steps.
_REPORTED = 50


def fine_tune(
    trial: FineTuning,
    transformer: nn.Module,
    train: TokenIds,
    dev: TokenIds,
    test: TokenIds,
    scored: dict[str, tuple[TokenIds, Floats]],
    *,
    device: torch.device | str = "cpu",
    report: Callable[[int, int, float], object] | None = None,
    worker: Worker | None = None,
) -> FineTuned:
    """Fine-tune a transformer on pairs, and return the record.

    In a script that ``torchrun`` or ``accelerate launch`` has started several times, the processes train together.

    Parameters
    ----------
    trial
        How; its ``pairs`` says how many of ``train`` are used.
    transformer
        Where it starts; its parameters are changed.
    train, dev, test
        Labelled pairs as the transformer's tokens.
    scored
        Pairs with a score each, on which the cosine of u and v is correlated with the scores afterwards.
    device
        Where to train. Of several processes on the GPUs of a machine each has its own, whatever the device's number.
    report
        Called every 50 steps with the step, the number of steps and the mean loss; in the first process alone.
    worker
        This process's part in a training of several, see :func:`infersent.training.workers.find_worker`, which is asked
        if there is none given. All processes call this function with the same values, and each returns the record.
        Each computes a share of every batch, so that the numbers are, but for rounding and what dropout draws, those of
        one process.

    Raises
    ------
    ValueError
        If there are fewer training pairs than the trial asks for.
    infersent.foundation.optional.MissingExtra
        If there are several processes, and accelerate is not installed.
    infersent.training.workers.WorkerLost
        If one of several processes has ended.
    """
    start = time.perf_counter()
    count = len(train) if trial.pairs is None else trial.pairs
    if count > len(train):
        raise ValueError(f"pairs={count:,}, but there are {len(train):,}.")
    worker = worker or find_worker(torch.device(device))
    model = SiameseTransformer(transformer, trial.blocks, seed=trial.seed).to(worker.device)
    parameters = nn.ParameterList(model.parameters())
    optimizer = torch.optim.AdamW(
        [
            {"params": model.transformer.parameters(), "lr": trial.encoder_rate},
            {"params": [*model.head.parameters(), *model.features.parameters()], "lr": trial.head_rate},
        ],
        weight_decay=trial.weight_decay,
    )
    order = torch.Generator().manual_seed(trial.seed)
    cuts = [*range(0, count, trial.batch_size), count]
    steps = trial.epochs * (len(cuts) - 1)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: trial.rate(step, steps))
    counts = torch.bincount(train.labels[:count], minlength=len(LABELS))
    weights = (count / len(LABELS) / counts).to(model.device) if trial.class_weights else None
    losses: list[Tensor] = []  # this process's shares of those that were not reported yet
    loss: list[float] = []
    model.train()
    with (
        torch.random.fork_rng(devices=[model.device] if model.device.type == "cuda" else []),
        worker.prepared(model, optimizer) as (prepared, stepping),
    ):
        torch.manual_seed(trial.seed + worker.number * 1_000_000_007)  # dropout
        for _ in range(trial.epochs):
            shuffled = torch.randperm(count, generator=order)
            for low, high in pairwise(cuts):
                stepping.zero_grad()
                losses.append(_gradient(worker, prepared, train, shuffled[low:high], weights))
                worker.clip(parameters, trial.clip)
                stepping.step()
                schedule.step()
                if len(losses) == _REPORTED:
                    loss.append(_mean(worker, losses))
                    losses.clear()
                    if report and worker.first:
                        report(len(loss) * _REPORTED, steps, loss[-1])
        if losses:
            loss.append(_mean(worker, losses))
    cosines = {name: model.cosines(data) for name, (data, _) in scored.items()}
    return FineTuned(
        replace(trial, pairs=count),
        dev=Answers.from_evaluation(model.evaluate(dev)),
        test=Answers.from_evaluation(model.evaluate(test)),
        loss=tuple(loss),
        spearman={
            name: round(100 * float(spearmanr(cosines[name], scores).statistic), 2)
            for name, (_, scores) in scored.items()
        },
        cosines={
            name: base64.b85encode(found.astype(np.float16).tobytes()).decode() for name, found in cosines.items()
        },
        parameters=sum(parameter.numel() for parameter in model.parameters()),
        seconds=round(time.perf_counter() - start, 1),
        made=provenance(model.device),
    )


def _gradient(worker: Worker, model: nn.Module, data: TokenIds, rows: Tensor, weights: Tensor | None) -> Tensor:
    """Add the gradient of one batch's mean loss to the parameters; return this process's share of the loss."""
    mine, times = worker.share(rows.numpy())
    share = torch.from_numpy(mine)
    logits = model(data, share)  # [share, 3]
    labels = data.labels[share].to(logits.device)
    if worker.count == 1:
        loss = F.cross_entropy(logits, labels, weights)
    else:
        # What the whole batch's mean is divided by: with weights of classes their sum, as torch has it.
        total = len(rows) if weights is None else weights[data.labels[rows].to(weights.device)].sum()
        loss = F.cross_entropy(logits, labels, weights, reduction="sum") / total
    worker.backward(loss * times, model, last=True)
    return loss.detach() * (times > 0)


def _mean(worker: Worker, losses: list[Tensor]) -> float:
    """Return the mean loss of some steps, over all processes."""
    return round(float(worker.total(torch.stack(losses)).mean()), 4)
