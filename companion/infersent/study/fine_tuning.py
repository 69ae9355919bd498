"""A pre-trained transformer fine-tuned on pairs, as Sentence-BERT is, with any set of blocks before a linear head."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from typing import Any, Self

import numpy as np
import torch
from scipy.stats import spearmanr
from torch import Tensor, nn
from torch.nn import functional as F

from infersent.data import snli
from infersent.data.pairs import LABELS, Pairs
from infersent.foundation.arrays import Floats
from infersent.foundation.choices import choose
from infersent.foundation.provenance import provenance
from infersent.foundation.recorded import FOLDER
from infersent.model.features import BLOCKS, Blocks, features_width, pair_features
from infersent.model.infersent import evaluating
from infersent.study.answers import Answers
from infersent.study.comparison import Answered
from infersent.study.records import SPLITS
from infersent.training.evaluation import Evaluation

#: The sets of the declaration `fine-tuned`: those of Sentence-BERT's table 6, and the excess of the hypothesis.
SETS = (
    "u, v",
    "|u-v|",
    "u*v",
    "|u-v|, u*v",
    "u, v, u*v",
    "u, v, |u-v|",
    "u, v, |u-v|, u*v",
    "max(v-u,0)",
)

#: The rates that each set has the choice of, encoder and head.
RATES = ((5e-5, 1e-3), (5e-5, 1e-2), (2e-4, 1e-3), (2e-4, 1e-2))

#: The records that come with the package, one file for each part of the declaration.
RECORDS = FOLDER / "fine-tuned"

#: What a record's training loss is averaged over, in steps.
_REPORTED = 50


@dataclass(frozen=True)
class FineTuning:
    """One fine-tuning: everything that decides its numbers, apart from the transformer that it starts from.

    Attributes
    ----------
    blocks
        The pair features.
    pairs
        How many of the corpus's training pairs it uses, from the first; ``None`` for all.
    encoder_rate, head_rate
        The highest learning rates of the transformer and of the head. Both rise linearly over the first ``warm_up`` of
        the steps, and then fall linearly to zero.
    warm_up
        A share of the steps.
    weight_decay
        AdamW's, on all parameters.
    batch_size
        Pairs per step.
    epochs
        Passes over the pairs.
    clip
        The largest norm of the gradient.
    class_weights
        Whether to weight each label by the inverse of its frequency.
    seed
        Of the head's initial parameters, the order of the pairs and dropout.
    """

    blocks: tuple[str, ...] = BLOCKS
    pairs: int | None = 60_000
    encoder_rate: float = 5e-5
    head_rate: float = 1e-3
    warm_up: float = 0.1
    weight_decay: float = 0.01
    batch_size: int = 128
    epochs: int = 1
    clip: float = 1.0
    class_weights: bool = True
    seed: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "blocks", Blocks(self.blocks))
        for name in ("encoder_rate", "head_rate"):
            if not getattr(self, name) >= 0:
                raise ValueError(f"{name}={getattr(self, name)} is below 0.")
        for name in ("batch_size", "epochs"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name}={getattr(self, name)} is below 1.")

    def rate(self, step: int, steps: int) -> float:
        """Return the factor on both rates at a step of a training with so many steps.

        Examples
        --------
        >>> [FineTuning(warm_up=0.5).rate(step, 4) for step in range(4)]
        [0.5, 1.0, 0.5, 0.0]
        """
        rising = max(1, round(self.warm_up * steps))
        return min((step + 1) / rising, (steps - 1 - step) / max(1, steps - rising))


def rate_trials() -> list[FineTuning]:
    """Return the trials that choose each set's own rates on dev: half the pairs, and a seed of their own."""
    return [
        FineTuning(Blocks(blocks), pairs=30_000, encoder_rate=encoder, head_rate=head, seed=10)
        for encoder, head in RATES
        for blocks in SETS
    ]


def trials(chosen: Sequence[FineTuned], seeds: Sequence[int] = (0, 1, 2)) -> list[FineTuning]:
    """Return a trial for each set and seed, at the rates with which the set's trial in ``chosen`` is best on dev.

    Of several that are equal, the first in the order of :data:`RATES` is taken.
    """
    best: dict[tuple[str, ...], FineTuned] = {}
    for record in sorted(chosen, key=lambda record: RATES.index((record.trial.encoder_rate, record.trial.head_rate))):
        found = best.setdefault(record.trial.blocks, record)
        if record.dev.accuracy > found.dev.accuracy:
            best[record.trial.blocks] = record
    return [replace(best[Blocks(blocks)].trial, pairs=60_000, seed=seed) for seed in seeds for blocks in SETS]


@dataclass(frozen=True)
class FineTuned:
    """The outcome of one fine-tuning.

    Attributes
    ----------
    trial
        What was trained.
    dev, test
        The answers on each split.
    loss
        The mean training loss of every 50 steps.
    spearman
        For each set of scored pairs, Spearman's correlation of the cosine of u and v with the scores, in percent.
    cosines
        For each set of scored pairs the cosines, as packed float16: see :meth:`cosines_of`.
    parameters
        How many there are, encoder and head.
    seconds
        How long it took.
    made
        Where and with what, and the digest of the transformer's weights.
    """

    trial: FineTuning
    dev: Answers
    test: Answers
    loss: tuple[float, ...]
    spearman: dict[str, float]
    cosines: dict[str, str]
    parameters: int
    seconds: float
    made: dict[str, Any]

    def cosines_of(self, name: str) -> Floats:
        """Return the cosine of each of the scored pairs of that name."""
        return np.frombuffer(base64.b85decode(self.cosines[name]), np.float16).astype(np.float64)

    def to_json(self) -> dict[str, Any]:
        """Return the record as JSON values."""
        rest = {name: getattr(self, name) for name in ("spearman", "cosines", "parameters", "seconds", "made")}
        answers = {"dev": self.dev.to_json(), "test": self.test.to_json()}
        return {"spec": asdict(self.trial), **answers, "loss": list(self.loss), **rest}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> FineTuned:
        """Read what :meth:`to_json` wrote."""
        rest = dict(value)
        trial = FineTuning(**rest.pop("spec"))
        dev, test = (Answers.from_json(rest.pop(split)) for split in ("dev", "test"))
        return cls(trial, dev=dev, test=test, loss=tuple(rest.pop("loss")), **rest)


@dataclass(frozen=True)
class FineTunedGroup(Answered):
    """Fine-tunings that differ in their seed alone: what :func:`infersent.study.comparison.compare` takes.

    Attributes
    ----------
    records
        Their records, in the order of their seeds.
    split
        One of :data:`infersent.study.records.SPLITS`: whose numbers these are.
    """

    records: tuple[FineTuned, ...]
    split: str = "test"

    def on(self, split: str) -> Self:
        """Return the same models with their numbers on another split."""
        return replace(self, split=split)

    @property
    def seeds(self) -> list[int]:
        """The seed of each."""
        return [record.trial.seed for record in self.records]

    @property
    def answers(self) -> list[Answers]:
        """The answers of each on :attr:`split`.

        Raises
        ------
        ValueError
            If there is no such split.
        """
        choose("split", self.split, dict.fromkeys(SPLITS))
        if self.split == "dev":
            return [record.dev for record in self.records]
        if self.split == "test":
            return [record.test for record in self.records]
        hard = snli.hard_test_pairs()
        return [record.test.take(hard if self.split == "test-hard" else ~hard) for record in self.records]

    def spearman(self, name: str) -> Floats:
        """Return each model's correlation of cosines and scores, in percent, on ``sts-dev`` or ``sts-test``."""
        return np.array([record.spearman[name] for record in self.records])


def find_fine_tuned(records: Sequence[FineTuned], blocks: str, split: str = "test") -> FineTunedGroup:
    """Return the fine-tunings with these blocks, which must differ in their seed alone.

    Raises
    ------
    ValueError
        If there are none, or they differ in more.

    Examples
    --------
    >>> find_fine_tuned(load_fine_tuned(), "u, v, |u-v|").seeds
    [0, 1, 2]
    """
    found = [record for record in records if record.trial.blocks == Blocks(blocks)]
    if len({replace(record.trial, seed=0) for record in found}) != 1:
        known = "; ".join(dict.fromkeys(", ".join(record.trial.blocks) for record in records))
        what = "differ in more than their seed" if found else f"do not exist; there are {known}"
        raise ValueError(f"The fine-tunings with ({blocks}) {what}.")
    return FineTunedGroup(tuple(sorted(found, key=lambda record: record.trial.seed)), split)


@dataclass(frozen=True)
class TokenIds:
    """Distinct sentences as a transformer's token ids, and pairs as rows of them.

    Attributes
    ----------
    ids
        The ids of each distinct sentence.
    premises, hypotheses
        ``[pairs]``, the row of each pair's sentence in ``ids``.
    labels
        ``[pairs]``.
    """

    ids: Sequence[Sequence[int]]
    premises: Tensor
    hypotheses: Tensor
    labels: Tensor

    @classmethod
    def from_pairs(cls, pairs: Pairs, tokenizer: Callable[..., Any]) -> TokenIds:
        """Tokenize every distinct sentence once; a sentence is cut after 128 tokens."""
        rows = {sentence: row for row, sentence in enumerate(dict.fromkeys([*pairs.premises, *pairs.hypotheses]))}
        ids = tokenizer(list(rows), truncation=True, max_length=128)["input_ids"]
        u, v = (torch.tensor([rows[sentence] for sentence in side]) for side in (pairs.premises, pairs.hypotheses))
        return cls(ids, u, v, torch.from_numpy(np.asarray(pairs.labels)))

    def __len__(self) -> int:
        return len(self.labels)


class SiameseTransformer(nn.Module):
    """Logits of pairs from one transformer for both sentences: ``head([blocks of u and v])``.

    A sentence's vector is the mean of its tokens' last states, as in Sentence-BERT (Reimers and Gurevych 2019), not
    scaled to length 1.

    Parameters
    ----------
    transformer
        A model of the library transformers, for one sentence.
    blocks
        The pair features.
    seed
        Of the head's initial parameters.
    """

    def __init__(self, transformer: nn.Module, blocks: Sequence[str], *, seed: int = 0) -> None:
        super().__init__()
        self.transformer = transformer
        self.blocks = blocks
        self.dim = int(transformer.config.hidden_size)  # type: ignore[union-attr, arg-type]
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.head = nn.Linear(features_width(self.dim, blocks), len(LABELS))

    @property
    def device(self) -> torch.device:
        """Where the parameters are."""
        return self.head.weight.device

    def encode(self, ids: Sequence[Sequence[int]]) -> Tensor:
        """Return a vector for each sentence, ``[sentences, dim]``."""
        rows = [torch.tensor(row) for row in ids]
        tokens = nn.utils.rnn.pad_sequence(rows, batch_first=True)  # [sentences, time]
        lengths = torch.tensor([len(row) for row in ids])
        mask = (torch.arange(tokens.shape[1]) < lengths[:, None]).to(self.device, non_blocking=True)
        tokens = tokens.to(self.device, non_blocking=True)
        states = self.transformer(input_ids=tokens, attention_mask=mask.long()).last_hidden_state
        summed = (states * mask[..., None]).sum(1)  # [sentences, time, dim] -> [sentences, dim]
        mean: Tensor = summed / mask.sum(1, keepdim=True)
        return mean

    def forward(self, data: TokenIds, pairs: Tensor) -> Tensor:
        """Return the logits of some pairs, ``[pairs, 3]``; every distinct sentence among them is encoded once."""
        both = torch.stack([data.premises[pairs], data.hypotheses[pairs]])  # [2, pairs]
        rows, places = both.unique(return_inverse=True)
        sentences = self.encode([data.ids[row] for row in rows.tolist()])  # [sentences, dim]
        u, v = sentences[places.to(self.device)]  # [pairs, dim] each
        logits: Tensor = self.head(pair_features(u, v, self.blocks))
        return logits

    @torch.inference_mode()
    def vectors(self, data: TokenIds, batch_size: int = 512) -> Tensor:
        """Return a vector for each distinct sentence of the data, ``[sentences, dim]``, dropout off."""
        order = sorted(range(len(data.ids)), key=lambda row: len(data.ids[row]))
        found = torch.empty(len(order), self.dim, device=self.device)
        with evaluating(self):
            for start in range(0, len(order), batch_size):
                rows = order[start : start + batch_size]
                found[rows] = self.encode([data.ids[row] for row in rows])
        return found

    @torch.inference_mode()
    def evaluate(self, data: TokenIds) -> Evaluation:
        """Return the answers to labelled pairs."""
        sentences = self.vectors(data)
        sides = (sentences[rows.to(self.device)].split(4096) for rows in (data.premises, data.hypotheses))
        logits = torch.cat([self.head(pair_features(u, v, self.blocks)) for u, v in zip(*sides, strict=True)])
        answers = logits.argmax(dim=1).cpu().numpy()
        return Evaluation(data.labels.numpy(), answers, logits.float().cpu().numpy())

    @torch.inference_mode()
    def cosines(self, data: TokenIds) -> Floats:
        """Return the cosine of u and v for each pair."""
        sentences = self.vectors(data)
        u, v = (sentences[rows.to(self.device)] for rows in (data.premises, data.hypotheses))
        found: Floats = F.cosine_similarity(u, v).cpu().double().numpy()
        return found


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
            {"params": model.head.parameters(), "lr": trial.head_rate},
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


def load_fine_tuned(name: str = "fine-tuned") -> list[FineTuned]:
    """Return the shipped records: ``fine-tuned``, or ``fine-tuned-rate``, which chose the rates.

    Raises
    ------
    ValueError
        If there are none of that name.

    Examples
    --------
    >>> len(load_fine_tuned()), load_fine_tuned()[0].trial.pairs
    (24, 60000)
    """
    known = {file.stem: file for file in sorted(RECORDS.glob("*.jsonl"))}
    lines = choose("record", name, known).read_text(encoding="utf-8").splitlines()
    return [FineTuned.from_json(json.loads(line)) for line in lines]


def spearman_as_it_came() -> dict[str, float]:
    """Return what :attr:`FineTuned.spearman` was before any fine-tuning, by set of scored pairs.

    Examples
    --------
    >>> spearman_as_it_came()["sts-test"]
    82.03
    """
    found: dict[str, float] = json.loads((RECORDS / "as-it-came.json").read_text(encoding="utf-8"))["spearman"]
    return found
