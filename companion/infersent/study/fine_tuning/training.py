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
) -> FineTuned:
    """Fine-tune a transformer on pairs, and return the record.

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
        Where to train.
    report
        Called every 50 steps with the step, the number of steps and the mean loss.

    Raises
    ------
    ValueError
        If there are fewer training pairs than the trial asks for.
    """
    start = time.perf_counter()
    count = len(train) if trial.pairs is None else trial.pairs
    if count > len(train):
        raise ValueError(f"pairs={count:,}, but there are {len(train):,}.")
    model = SiameseTransformer(transformer, trial.blocks, seed=trial.seed).to(device)
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
    losses: list[Tensor] = []
    loss: list[float] = []
    model.train()
    with torch.random.fork_rng(devices=[model.device] if model.device.type == "cuda" else []):
        torch.manual_seed(trial.seed)  # dropout
        for _ in range(trial.epochs):
            shuffled = torch.randperm(count, generator=order)
            for low, high in pairwise(cuts):
                rows = shuffled[low:high]
                logits = model(train, rows)
                step_loss = F.cross_entropy(logits, train.labels[rows].to(model.device), weights)
                optimizer.zero_grad()
                step_loss.backward()
                nn.utils.clip_grad_norm_(model.parameters(), trial.clip)
                optimizer.step()
                schedule.step()
                losses.append(step_loss.detach())
                if len(losses) == _REPORTED:
                    loss.append(round(float(torch.stack(losses).mean()), 4))
                    losses.clear()
                    if report:
                        report(len(loss) * _REPORTED, steps, loss[-1])
    if losses:
        loss.append(round(float(torch.stack(losses).mean()), 4))
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
