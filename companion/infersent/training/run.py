"""A training run from epoch to epoch: its log, its best parameters, and how they are kept on disk."""

from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel

from infersent.data.pairs import LABELS
from infersent.foundation.atomic import replace_file
from infersent.foundation.locks import alone
from infersent.model.checkpoint import explained_damage
from infersent.model.infersent import InferSent, ModelConfig
from infersent.training.config import OPTIMIZERS, TrainingConfig


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


@dataclass(frozen=True)
class Step:
    """A step just made: which of its epoch's, and what came of its batch before the parameters moved.

    Attributes
    ----------
    epoch, step
        From 1; the step within its epoch.
    steps
        How many the epoch has.
    loss
        The batch's mean loss.
    right, pairs
        How many of the batch's pairs were answered right.
    """

    epoch: int
    step: int
    steps: int
    loss: float
    right: int
    pairs: int


def check_out(out: str | Path, resume: bool) -> None:
    """Refuse, before any work is done, to overwrite a run that is already in the folder ``out``.

    Raises
    ------
    ValueError
        If it holds a run or a checkpoint, and ``resume`` is not set; if it is a file, lies under one, or cannot be
        made.
    """
    place = Path(out).absolute()
    while not place.exists():
        place = place.parent
    if not place.is_dir():
        raise ValueError(f"--out {out}: {place} is a file, and a run is a folder. Name another place.")
    if not os.access(place, os.W_OK):
        raise ValueError(f"--out {out} cannot be written: {place} is not open to you. Name another place.")
    for name in ("resume.pt", "best", "config.json"):
        if not resume and (Path(out) / name).exists():
            raise ValueError(f"{out} already has a run ({name}); continue it by --resume, or choose another --out.")


class TrainingRun:
    """What changes from epoch to epoch, in memory and on disk.

    Parameters
    ----------
    model
        Changed in place.
    config
        How to train.
    out
        The run's folder, or ``None`` to keep everything in memory.
    provenance
        Saved with the metrics of the best epoch.
    identity
        A digest of everything besides the settings that determines the numbers.
    """

    def __init__(
        self, model: InferSent, config: TrainingConfig, out: Path | None, provenance: dict[str, Any], identity: str
    ) -> None:
        self.model, self.config, self.out, self.provenance, self.identity = model, config, out, provenance, identity
        self.parameters = nn.ParameterList(p for p in model.parameters() if p.requires_grad)
        head = {*model.head.parameters(), *model.features.parameters()}  # what starts untrained on a trained encoder
        groups = [
            {"params": [p for p in self.parameters if p not in head], "factor": 1.0},
            {"params": [p for p in self.parameters if p in head], "factor": config.head_rate},
        ]
        self.optimizer = OPTIMIZERS[config.optimizer](groups, lr=config.learning_rate)
        self.log: list[Epoch] = []
        self.best: dict[str, Tensor] | None = None
        self.average: AveragedModel | None = None
        if config.averaging:
            # Of the parameters alone: of a whole model, torch would copy the given word vectors at every step, too.
            self.average = AveragedModel(self.parameters, avg_fn=self._with_past)
            self.average.n_averaged.fill_(1)  # the initial parameters

    @property
    def learning_rate(self) -> float:
        """The rate of the current epoch: the paper's schedule.

        It is a function of the log, where a scheduler of torch's would have a state of its own to save and to resume.
        """
        rate, best = self.config.learning_rate, -1.0
        for epoch in self.log:
            rate *= self.config.decay
            if epoch.dev_accuracy < best:
                rate /= self.config.shrink
            best = max(best, epoch.dev_accuracy)
        return rate

    def _with_past(self, average: Tensor, current: Tensor, averaged: Tensor | int) -> Tensor:
        """Return the new average. The first steps count more, so that it forgets the random start."""
        steps = int(averaged)
        past = min(self.config.averaging, steps / (steps + 9))
        return average.lerp(current, 1 - past)

    def update_average(self) -> None:
        """Let the average, if one is kept, take in the step just made."""
        if self.average is not None:
            self.average.update_parameters(self.parameters)

    @contextmanager
    def averaged(self) -> Iterator[None]:
        """Give the model its averaged parameters inside the ``with`` block, if an average is kept."""
        if self.average is None:
            yield
            return
        trained = [p.detach().clone() for p in self.parameters]
        self._put(self.average.module.parameters())
        try:
            yield
        finally:
            self._put(trained)

    @torch.no_grad()
    def _put(self, values: Iterable[Tensor]) -> None:
        for parameter, value in zip(self.parameters, values, strict=True):
            parameter.copy_(value)

    @property
    def best_epoch(self) -> Epoch:
        """The first epoch with the highest dev accuracy."""
        return max(self.log, key=lambda epoch: epoch.dev_accuracy)

    @property
    def finished(self) -> bool:
        """Whether the last epoch is done, or the learning rate has become too small."""
        return len(self.log) >= self.config.epochs or self.learning_rate < self.config.min_learning_rate

    def set_learning_rate(self) -> None:
        """Set the learning rates of the current epoch: the encoder's, and its multiple for the head."""
        for group in self.optimizer.param_groups:
            group["lr"] = self.learning_rate * group["factor"]

    def what_is_kept(self) -> str:
        """Say what is left after training broke off, and how to start again."""
        kept = "No epoch was finished."
        if self.log:
            where = f" in {self.out / 'best'}" if self.out else ""
            kept = f"Epoch {self.best_epoch.epoch}, the best before it, is kept{where}."
        return f"{kept} Train again with a --learning-rate below {self.config.learning_rate:g} and another --out."

    def settings(self) -> dict[str, Any]:
        """Return what must be equal for a run to continue, as JSON values; more epochs are allowed."""
        training = {name: value for name, value in asdict(self.config).items() if name != "epochs"}
        model = asdict(self.model.config)
        if self.model.labels != LABELS:  # runs of NLI from before there were others name none
            model["labels"] = self.model.labels
        settings: dict[str, Any] = json.loads(json.dumps({"model": model, "training": training}))
        return settings

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other processes from training in the run's folder inside the ``with`` block."""
        if self.out is None:
            yield
            return
        lock = self.out.with_name(f".{self.out.name}-lock")
        lock.parent.mkdir(parents=True, exist_ok=True)
        with alone(lock, f"Another process is training in {self.out}. Wait for it, stop it, or choose another --out."):
            yield

    def open(self, resume: bool) -> None:
        """Make the run's folder, or continue the run that is in it. See :func:`infersent.training.loop.train`."""
        assert self.out is not None
        check_out(self.out, resume)
        state_file = self.out / "resume.pt"
        if not state_file.exists():
            self.out.mkdir(parents=True, exist_ok=True)
            return
        remedy = f"Train again with another --out; the best epoch so far is in {self.out / 'best'}."
        with explained_damage(state_file, remedy):
            state = torch.load(
                io.BytesIO(_checked(state_file.read_bytes())), map_location=self.model.device, weights_only=True
            )
            theirs, log = json.loads(state["settings"]), [Epoch(**epoch) for epoch in json.loads(state["log"])]
            identity, best, model, optimizer = (state[name] for name in ("identity", "best", "model", "optimizer"))
            average = state["moving_average"]
        if differences := _differences(theirs, self.settings()):
            raise ValueError(f"{self.out} was trained with other settings: {differences}. Use them, or another --out.")
        if identity != self.identity:
            what = "other pairs, vectors or vocabulary than these"
            raise ValueError(
                f"{self.out} was trained with {what}. Use the same --data, --dev and --vectors, or another --out."
            )
        self.log, self.best = log, best
        # The run may have been killed between two writes: bring log and best checkpoint to the resumed state.
        self._write_log()
        self.restore_best()
        self._save_best()
        self.model.load_state_dict(model)
        if self.average is not None:
            self.average.load_state_dict(average)
        self.optimizer.load_state_dict(optimizer)

    def add(self, epoch: Epoch) -> None:
        """Add an epoch to the log; when this returns, it is on disk."""
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
                "moving_average": None if self.average is None else self.average.state_dict(),
            }
            replace_file(self.out / "resume.pt", lambda path: path.write_bytes(_bytes(state)))

    def restore_best(self) -> None:
        """Give the model the parameters of the best epoch."""
        assert self.best is not None
        self.model.load_state_dict(self.best, strict=False)

    def _changing_state(self) -> dict[str, Tensor]:
        return {name: p for name, p in self.model.named_parameters() if p.requires_grad}

    def _write_log(self) -> None:
        assert self.out is not None
        lines = "".join(json.dumps(asdict(epoch)) + "\n" for epoch in self.log)
        replace_file(self.out / "log.jsonl", lambda path: path.write_text(lines))

    def _save_best(self) -> None:
        if not self.out:
            return
        best = self.best_epoch
        log = [asdict(epoch) for epoch in self.log[: best.epoch]]
        metrics = {**self.provenance, "training": asdict(self.config), "best": asdict(best), "log": log}
        self.model.save(self.out / "best", metrics)


# What follows the state in resume.pt: a mark, and the digest of all before it.
_MARK = b"sha256:"
_TAIL = len(_MARK) + hashlib.sha256().digest_size


def _bytes(state: dict[str, Any]) -> bytes:
    """Return a state as the bytes of ``resume.pt``.

    They are made in memory: where torch writes to a disk that is full, its error does not say so.
    """
    buffer = io.BytesIO()
    torch.save(state, buffer)
    content = buffer.getvalue()
    return content + _MARK + hashlib.sha256(content).digest()


def _checked(content: bytes) -> bytes:
    """Return what :func:`_bytes` made of a state, without the digest; files from before it had one have none.

    Raises
    ------
    ValueError
        If the digest is another: torch itself would take most changed bits for the weights.
    """
    state, tail = content[:-_TAIL], content[-_TAIL:]
    if tail.startswith(_MARK):
        if tail[len(_MARK) :] != hashlib.sha256(state).digest():
            raise ValueError("its digest is not that of its content")
        return state
    if not content.endswith(b"\0" * 2) or b"PK\x05\x06" not in content[-22:]:  # a zip file ends with its directory
        raise ValueError("it does not end as such a file does")
    return content


def _differences(theirs: dict[str, Any], mine: dict[str, Any]) -> str:
    # A run from before a setting was introduced had its default.
    defaults = json.loads(json.dumps({"model": asdict(ModelConfig()), "training": asdict(TrainingConfig())}))
    before = {part: defaults[part] | theirs[part] for part in mine}
    return ", ".join(
        f"{part}.{name} was {before[part].get(name)!r}, now {value!r}"
        for part in mine
        for name, value in mine[part].items()
        if before[part].get(name) != value
    )
