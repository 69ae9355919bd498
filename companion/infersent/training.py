"""The training loop: one epoch after another, the best on dev kept, nothing lost when it is stopped."""

from __future__ import annotations

import hashlib
import json
import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from tqdm.auto import tqdm

from infersent.checkpoint import explained_damage, replace_file, save_checkpoint
from infersent.choices import choose
from infersent.data.batching import EncodedPairs, shuffled_batches
from infersent.data.pairs import LABELS
from infersent.evaluation import evaluate
from infersent.model import InferSent

_OPTIMIZERS: dict[str, Callable[..., torch.optim.Optimizer]] = {"adam": torch.optim.Adam, "sgd": torch.optim.SGD}


@dataclass(frozen=True)
class TrainingConfig:
    """How to train.

    Attributes
    ----------
    optimizer
        ``"adam"``, or ``"sgd"`` for the paper's.
    learning_rate
        At the first epoch.
    head_rate
        The head's learning rate as a multiple of the encoder's; 1 in the paper.
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
    averaging
        Keep a moving average of the parameters over the steps, and evaluate and save that: the weight of the past at
        each step (0.999 looks back over about 1,000 steps; before step 9,000, over a tenth of those so far); 0 for the
        parameters themselves, as in the paper.
    seed
        Of the first parameters, the batches and dropout.
    """

    optimizer: str = "adam"
    learning_rate: float = 1e-3
    head_rate: float = 1.0
    decay: float = 0.7
    shrink: float = 1.0
    min_learning_rate: float = 1e-5
    epochs: int = 8
    batch_size: int = 128
    clip: float = 5.0
    class_weights: bool = True
    averaging: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        choose("optimizer", self.optimizer, _OPTIMIZERS)
        for name, least in (("epochs", 1), ("batch_size", 1), ("seed", 0), ("decay", 0), ("shrink", 1)):
            if getattr(self, name) < least:
                raise ValueError(f"{name}={getattr(self, name)} is below {least}.")
        if not 0 <= self.averaging < 1:
            raise ValueError(f"averaging={self.averaging} is not in [0, 1); 0 averages nothing.")
        if not 0 < self.head_rate < math.inf:
            raise ValueError(f"head_rate={self.head_rate} trains no head; it must be above 0, and finite.")
        if not self.clip > 0:
            raise ValueError(f"clip={self.clip} is not above 0; float('inf') clips nothing.")
        if not self.min_learning_rate <= self.learning_rate < math.inf:
            limits = f"it must be at least min_learning_rate={self.min_learning_rate:g}, and finite"
            raise ValueError(f"learning_rate={self.learning_rate:g} trains nothing: {limits}.")


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


def label_weights(labels: np.ndarray) -> Tensor:
    """Return weights ``[3]`` inverse to each label's frequency, one on average over the pairs.

    A label that does not occur has the weight 0: nothing is divided among no pairs.
    """
    counts = np.bincount(labels, minlength=len(LABELS))
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
        If the loss or the gradient becomes NaN or infinite. The best epoch so far stays in ``out/best``.
    ValueError
        If there are no pairs, or ``out`` has a run with other settings, or one at all without ``resume``.
    infersent.checkpoint.CheckpointError
        If ``out/resume.pt`` is damaged.
    OSError
        If the disk is full; the epochs before are on it.
    """
    if not len(train_pairs) or not len(dev_pairs):
        raise ValueError(
            f"Training needs pairs: there are {len(train_pairs)} to train on and {len(dev_pairs)} for dev."
        )
    weights = label_weights(train_pairs.labels).to(model.device) if config.class_weights else None
    identity = _identity(model, train_pairs, dev_pairs)
    run = _Run(model, config, Path(out) if out else None, provenance or {}, identity)
    if run.out:
        run.open(resume)
    # Dropout draws from torch's global generators; the caller's are left as they were.
    with torch.random.fork_rng(devices=[model.device] if model.device.type == "cuda" else []):
        while not run.finished:
            number = len(run.log) + 1
            run.set_learning_rate()
            try:
                done = _one_epoch(run, train_pairs, weights, number, progress)
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


def check_out(out: str | Path, resume: bool) -> None:
    """Refuse, before any work is done, to train over what is in the folder ``out`` already.

    Raises
    ------
    ValueError
        If there is a run or a checkpoint, and ``resume`` is not set.
    """
    for name in ("resume.pt", "best", "config.json"):
        if not resume and (Path(out) / name).exists():
            raise ValueError(f"{out} has a run already ({name}); go on with it by --resume, or choose another --out.")


def _identity(model: InferSent, *parts: EncodedPairs) -> str:
    """Return a digest of all that decides a run's numbers beside its settings: words, vectors and pairs."""
    sha = hashlib.sha256(model.tokenizer.to_str().encode())
    sha.update(model.encoder.embedding.given.cpu().numpy().tobytes())
    for pairs in parts:
        for array in (pairs.words, pairs.starts, pairs.premises, pairs.hypotheses, pairs.labels):
            sha.update(np.ascontiguousarray(array).tobytes())
    return sha.hexdigest()


def _one_epoch(run: _Run, pairs: EncodedPairs, weights: Tensor | None, number: int, progress: bool) -> dict[str, float]:
    """Take one pass over the pairs; return its mean loss, accuracy, seconds and sentences per second."""
    model, config = run.model, run.config
    model.train()
    # Dropout's draws depend on seed and epoch alone, so that a resumed run makes the same ones.
    torch.manual_seed(config.seed * 100_003 + number)
    total_loss = right = seen = 0.0
    start = time.perf_counter()
    plan = shuffled_batches(pairs, config.batch_size, seed=config.seed, epoch=number)
    title = f"epoch {number}/{config.epochs}" + (f", best dev {run.best_epoch.dev_accuracy:.1%}" if run.log else "")
    with tqdm(plan, desc=title, unit="batch", disable=not progress, leave=False) as bar:
        for step, rows in enumerate(bar, start=1):
            batch = pairs.batch(rows).to(model.device)
            logits = model(batch)  # [pairs, 3]
            loss = F.cross_entropy(logits, batch.labels, weight=weights)
            run.optimizer.zero_grad(set_to_none=True)
            loss.backward()
            norm = nn.utils.clip_grad_norm_(run.parameters, config.clip)
            # Before the step: what is not finite must not reach the parameters, which are saved.
            for name, value in (("loss", loss.item()), ("gradient", norm.item())):
                if not math.isfinite(value):
                    raise TrainingDiverged(f"The {name} became {value} in epoch {number}, step {step}.")
            run.optimizer.step()
            run.update_average()
            total_loss += loss.item() * len(batch)
            right += (logits.argmax(dim=1) == batch.labels).sum().item()
            seen += len(batch)
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


class _Run:
    """What changes from epoch to epoch, in memory and on disk."""

    def __init__(
        self, model: InferSent, config: TrainingConfig, out: Path | None, provenance: dict[str, Any], identity: str
    ) -> None:
        self.model, self.config, self.out, self.provenance, self.identity = model, config, out, provenance, identity
        self.parameters = [p for p in model.parameters() if p.requires_grad]
        head = set(model.head.parameters())
        groups = [
            {"params": [p for p in self.parameters if p not in head], "factor": 1.0},
            {"params": [p for p in self.parameters if p in head], "factor": config.head_rate},
        ]
        self.optimizer = _OPTIMIZERS[config.optimizer](groups, lr=config.learning_rate)
        self.log: list[Epoch] = []
        self.best: dict[str, Tensor] | None = None
        self.steps = 0
        self.average = [p.detach().clone() for p in self.parameters] if config.averaging else None

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

    def update_average(self) -> None:
        """Take the step just made into the average; the first steps count more, so that it forgets the random start."""
        self.steps += 1
        if self.average is not None:
            past = min(self.config.averaging, self.steps / (self.steps + 9))
            for average, parameter in zip(self.average, self.parameters, strict=True):
                average.lerp_(parameter.detach(), 1 - past)

    @contextmanager
    def averaged(self) -> Iterator[None]:
        """Give the model its averaged parameters inside the block, where an average is kept."""
        if self.average is None:
            yield
            return
        trained = [p.detach().clone() for p in self.parameters]
        self._put(self.average)
        try:
            yield
        finally:
            self._put(trained)

    @torch.no_grad()
    def _put(self, values: list[Tensor]) -> None:
        for parameter, value in zip(self.parameters, values, strict=True):
            parameter.copy_(value)

    @property
    def best_epoch(self) -> Epoch:
        """The first epoch with the highest dev accuracy."""
        return max(self.log, key=lambda epoch: epoch.dev_accuracy)

    @property
    def finished(self) -> bool:
        return len(self.log) >= self.config.epochs or self.learning_rate < self.config.min_learning_rate

    def set_learning_rate(self) -> None:
        for group in self.optimizer.param_groups:
            group["lr"] = self.learning_rate * group["factor"]

    def what_is_kept(self) -> str:
        """Say what is left when training broke off, and how to begin anew."""
        kept = "No epoch was finished."
        if self.log:
            where = f" in {self.out / 'best'}" if self.out else ""
            kept = f"Epoch {self.best_epoch.epoch}, the best before it, is kept{where}."
        return f"{kept} Train again with a --learning-rate below {self.config.learning_rate:g} and another --out."

    def settings(self) -> dict[str, Any]:
        """What must be equal for a run to go on; more epochs are allowed."""
        training = {name: value for name, value in asdict(self.config).items() if name != "epochs"}
        return json.loads(json.dumps({"model": asdict(self.model.config), "training": training}))

    def open(self, resume: bool) -> None:
        assert self.out is not None
        check_out(self.out, resume)
        state_file = self.out / "resume.pt"
        if not state_file.exists():
            self.out.mkdir(parents=True, exist_ok=True)
            return
        remedy = f"Train again with another --out; the best epoch so far is in {self.out / 'best'}."
        with explained_damage(state_file, remedy):
            state = torch.load(state_file, map_location=self.model.device, weights_only=True)
            theirs, log = json.loads(state["settings"]), [Epoch(**epoch) for epoch in json.loads(state["log"])]
            identity, best, model, optimizer = (state[name] for name in ("identity", "best", "model", "optimizer"))
            steps, average = state["steps"], state["average"]
        if differences := _differences(theirs, self.settings()):
            raise ValueError(f"{self.out} was trained with other settings: {differences}. Use them, or another --out.")
        if identity != self.identity:
            what = "other pairs, vectors or vocabulary than these"
            raise ValueError(
                f"{self.out} was trained with {what}. Use the same --data, --dev and --vectors, or another --out."
            )
        self.log, self.best = log, best
        # A kill may have come between the writes of an epoch: bring log and best checkpoint to the resumed state.
        self._write_log()
        self.restore_best()
        self._save_best()
        self.model.load_state_dict(model)
        self.steps, self.average = steps, average
        self.optimizer.load_state_dict(optimizer)

    def add(self, epoch: Epoch) -> None:
        """Enter an epoch; when this returns, it is on disk."""
        self.log.append(epoch)
        if self.best_epoch is epoch:
            with self.averaged():
                self.best = {name: tensor.detach().clone() for name, tensor in self._changing_state().items()}
                self._save_best()
        if self.out:
            self._write_log()
            state = {
                "settings": json.dumps(self.settings()),
                "identity": self.identity,
                "log": json.dumps([asdict(e) for e in self.log]),
                "model": self.model.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                "best": self.best,
                "steps": self.steps,
                "average": self.average,
            }
            replace_file(self.out / "resume.pt", lambda path: torch.save(state, path))

    def restore_best(self) -> None:
        assert self.best is not None
        self.model.load_state_dict(self.best, strict=False)

    def _changing_state(self) -> dict[str, Tensor]:
        return {name: p for name, p in self.model.named_parameters() if p.requires_grad}

    def _write_log(self) -> None:
        lines = "".join(json.dumps(asdict(epoch)) + "\n" for epoch in self.log)
        replace_file(self.out / "log.jsonl", lambda path: path.write_text(lines))

    def _save_best(self) -> None:
        if not self.out:
            return
        best = self.best_epoch
        log = [asdict(epoch) for epoch in self.log[: best.epoch]]
        metrics = {**self.provenance, "training": asdict(self.config), "best": asdict(best), "log": log}
        save_checkpoint(self.model, self.out / "best", metrics)


def _differences(theirs: dict[str, Any], mine: dict[str, Any]) -> str:
    return ", ".join(
        f"{part}.{name} was {theirs[part].get(name)!r}, now {value!r}"
        for part in mine
        for name, value in mine[part].items()
        if theirs[part].get(name) != value
    )
