"""The training loop: one epoch after another, the best on dev kept, nothing lost when it is stopped."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from tqdm.auto import tqdm

from infersent.checkpoint import replace_file, save_checkpoint
from infersent.choices import choose
from infersent.data.batching import EncodedPairs, shuffled_batches
from infersent.data.pairs import LABELS
from infersent.evaluation import evaluate
from infersent.model import InferSent


@dataclass(frozen=True)
class TrainingConfig:
    """How to train.

    Attributes
    ----------
    optimizer
        ``"adam"``, or ``"sgd"`` for the paper's.
    learning_rate
        At the first epoch.
    decay
        Factor on the learning rate after each epoch; 0.99 in the paper.
    shrink
        Divisor of the learning rate after an epoch whose dev accuracy is below the best so far; 5 in the paper, 1 for
        never.
    min_learning_rate
        Training stops when the rate falls below; 1e-5 in the paper.
    epochs
        At most so many.
    batch_size
        Pairs a step.
    clip
        Largest norm of the gradient.
    class_weights
        Weight each label by the inverse of its frequency, for data whose labels are not balanced.
    seed
        Of the first parameters, the batches and dropout.
    """

    optimizer: str = "adam"
    learning_rate: float = 1e-3
    decay: float = 0.7
    shrink: float = 1.0
    min_learning_rate: float = 1e-5
    epochs: int = 8
    batch_size: int = 128
    clip: float = 5.0
    class_weights: bool = True
    seed: int = 0


@dataclass(frozen=True)
class Epoch:
    """One line of the training log."""

    epoch: int
    learning_rate: float
    loss: float
    train_accuracy: float
    dev_accuracy: float
    seconds: float
    sentences_per_second: float


class TrainingDiverged(FloatingPointError):
    """The loss is no number any more."""


_OPTIMIZERS: dict[str, Callable[..., torch.optim.Optimizer]] = {"adam": torch.optim.Adam, "sgd": torch.optim.SGD}


def label_weights(labels: np.ndarray) -> Tensor:
    """Return weights ``[3]`` inverse to each label's frequency, one on average over the pairs.

    Raises
    ------
    ValueError
        If a label does not occur.
    """
    counts = np.bincount(labels, minlength=len(LABELS))
    if not counts.all():
        raise ValueError(
            f"No pair has the label {LABELS[int(counts.argmin())]!r}, so it has no weight; set class_weights=False."
        )
    return torch.from_numpy(len(labels) / (len(LABELS) * counts)).float()


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
) -> list[Epoch]:
    """Train a model in place and leave it with the parameters of its best epoch on dev.

    The same seed on the same machine gives the same numbers. With ``out``, every epoch ends on disk: ``out/best`` is
    the checkpoint of the best epoch, ``out/log.jsonl`` has a line an epoch, and ``out/resume.pt`` is what
    ``resume=True`` goes on from, to the same result as an uninterrupted run. A kill at any moment loses the epoch under
    way and nothing else.

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
        Go on from ``out/resume.pt`` where there is one.
    provenance
        Saved with the checkpoint's metrics: data, versions, command.
    progress
        Show a bar for each epoch.
    report
        Called with each epoch's log line when the epoch is on disk.

    Returns
    -------
    list of Epoch
        The log, earlier epochs of a resumed run included.

    Raises
    ------
    TrainingDiverged
        If the loss becomes NaN or infinite. The best epoch so far stays in ``out/best``.
    ValueError
        If there are no pairs, the optimiser is unknown, or ``out`` has a run with other settings or without ``resume``.
    """
    if not len(train_pairs) or not len(dev_pairs):
        raise ValueError(
            f"Training needs pairs: there are {len(train_pairs)} to train on and {len(dev_pairs)} for dev."
        )
    weights = label_weights(train_pairs.labels).to(model.device) if config.class_weights else None
    run = _Run(model, config, Path(out) if out else None, provenance or {})
    if run.out:
        run.open(resume)
    while not run.finished:
        number = len(run.log) + 1
        run.set_learning_rate()
        done = _one_epoch(model, run.optimizer, train_pairs, config, weights, number, progress)
        dev = evaluate(model, dev_pairs)
        run.add(Epoch(number, run.learning_rate, dev_accuracy=round(dev.accuracy, 5), **done))
        if report:
            report(run.log[-1])
    run.restore_best()
    return run.log


def _one_epoch(
    model: InferSent,
    optimizer: torch.optim.Optimizer,
    pairs: EncodedPairs,
    config: TrainingConfig,
    weights: Tensor | None,
    number: int,
    progress: bool,
) -> dict[str, float]:
    """Take one pass over the pairs; return its mean loss, accuracy, seconds and sentences per second."""
    model.train()
    # Dropout's draws depend on seed and epoch alone, so that a resumed run makes the same ones.
    torch.manual_seed(config.seed * 100_003 + number)
    total_loss = right = seen = 0.0
    start = time.perf_counter()
    plan = shuffled_batches(pairs, config.batch_size, seed=config.seed, epoch=number)
    with tqdm(plan, desc=f"epoch {number}/{config.epochs}", unit="batch", disable=not progress, leave=False) as bar:
        for step, rows in enumerate(bar, start=1):
            batch = pairs.batch(rows).to(model.device)
            logits = model(batch)  # [pairs, 3]
            loss = F.cross_entropy(logits, batch.labels, weight=weights)
            if not math.isfinite(loss.item()):
                raise TrainingDiverged(
                    f"The loss became {loss.item()} in epoch {number}, step {step}. The best epoch before it is kept; "
                    f"train again with a learning rate below {config.learning_rate:g}."
                )
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), config.clip)
            optimizer.step()
            total_loss += loss.item() * len(batch)
            right += (logits.argmax(dim=1) == batch.labels).sum().item()
            seen += len(batch)
            if step % 20 == 0:
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


class _Run:
    """What changes from epoch to epoch, in memory and on disk."""

    def __init__(self, model: InferSent, config: TrainingConfig, out: Path | None, provenance: dict[str, Any]) -> None:
        self.model, self.config, self.out, self.provenance = model, config, out, provenance
        self.parameters = [p for p in model.parameters() if p.requires_grad]
        make = choose("optimizer", config.optimizer, _OPTIMIZERS)
        self.optimizer = make(self.parameters, lr=config.learning_rate)
        self.log: list[Epoch] = []
        self.best: dict[str, Tensor] | None = None

    @property
    def learning_rate(self) -> float:
        """The rate of the epoch under way: the paper's schedule, as a function of the log."""
        rate, best = self.config.learning_rate, -1.0
        for epoch in self.log:
            rate *= self.config.decay
            if epoch.dev_accuracy < best:
                rate /= self.config.shrink
            best = max(best, epoch.dev_accuracy)
        return rate

    @property
    def best_epoch(self) -> Epoch:
        """The first epoch with the highest dev accuracy."""
        return max(self.log, key=lambda epoch: epoch.dev_accuracy)

    @property
    def finished(self) -> bool:
        return len(self.log) >= self.config.epochs or self.learning_rate < self.config.min_learning_rate

    def set_learning_rate(self) -> None:
        for group in self.optimizer.param_groups:
            group["lr"] = self.learning_rate

    def settings(self) -> dict[str, Any]:
        """What must be equal for a run to go on; more epochs are allowed."""
        training = {k: v for k, v in asdict(self.config).items() if k != "epochs"}
        return json.loads(
            json.dumps({"model": asdict(self.model.config), "training": training, "data": self.provenance.get("data")})
        )

    def open(self, resume: bool) -> None:
        assert self.out is not None
        state_file = self.out / "resume.pt"
        if not state_file.exists():
            self.out.mkdir(parents=True, exist_ok=True)
            return
        if not resume:
            raise ValueError(f"{self.out} has a run already; go on with it by --resume, or choose another --out.")
        state = torch.load(state_file, map_location=self.model.device, weights_only=True)
        mine, theirs = self.settings(), json.loads(state["settings"])
        if differences := _differences(theirs, mine):
            raise ValueError(f"{self.out} was trained with other settings: {differences}. Use them, or another --out.")
        self.optimizer.load_state_dict(state["optimizer"])
        self.best = state["best"]
        self.log = [Epoch(**epoch) for epoch in json.loads(state["log"])]
        # A kill may have come between the writes below: bring log and best checkpoint to the state that is resumed.
        self._write_log()
        self.restore_best()
        self._save_best()
        self.model.load_state_dict(state["model"])
        self.model.train()

    def add(self, epoch: Epoch) -> None:
        """Enter an epoch; when this returns, it is on disk."""
        self.log.append(epoch)
        if self.best_epoch is epoch:
            self.best = {name: tensor.detach().clone() for name, tensor in self._changing_state().items()}
            self._save_best()
        if self.out:
            self._write_log()
            state = {
                "settings": json.dumps(self.settings()),
                "log": json.dumps([asdict(e) for e in self.log]),
                "model": self.model.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                "best": self.best,
            }
            replace_file(self.out / "resume.pt", lambda path: torch.save(state, path))

    def restore_best(self) -> None:
        assert self.best is not None
        self.model.load_state_dict(self.best, strict=False)
        self.model.eval()

    def _changing_state(self) -> dict[str, Tensor]:
        return {name: p for name, p in self.model.named_parameters() if p.requires_grad}

    def _write_log(self) -> None:
        lines = "".join(json.dumps(asdict(epoch)) + "\n" for epoch in self.log)
        replace_file(self.out / "log.jsonl", lambda path: path.write_text(lines))

    def _save_best(self) -> None:
        if not self.out:
            return
        metrics = {**self.provenance, "training": asdict(self.config), "log": [asdict(e) for e in self.log]}
        save_checkpoint(self.model, self.out / "best", metrics | {"best": asdict(self.best_epoch)})


def _differences(theirs: dict[str, Any], mine: dict[str, Any]) -> str:
    return ", ".join(
        f"{part}.{key} was {value!r}, now {mine[part].get(key)!r}"
        for part in ("model", "training")
        for key, value in theirs[part].items()
        if mine[part].get(key) != value
    ) or ("" if theirs["data"] == mine["data"] else f"data was {theirs['data']}, now {mine['data']}")
