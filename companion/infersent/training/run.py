"""A training run from epoch to epoch: its log, its best parameters, and all of it on disk."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from infersent.foundation.atomic import replace_file
from infersent.model.checkpoint import explained_damage
from infersent.model.infersent import InferSent
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


class TrainingRun:
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
        self.optimizer = OPTIMIZERS[config.optimizer](groups, lr=config.learning_rate)
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
        self.model.save(self.out / "best", metrics)


def _differences(theirs: dict[str, Any], mine: dict[str, Any]) -> str:
    return ", ".join(
        f"{part}.{name} was {theirs[part].get(name)!r}, now {value!r}"
        for part in mine
        for name, value in mine[part].items()
        if theirs[part].get(name) != value
    )
