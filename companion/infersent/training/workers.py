"""Who computes a training step: one process on one device, or several together, each with a share of every batch.

What several processes need -- finding each other, adding up gradients, lower precision and its scale -- is the library
accelerate's. Here is only what a training asks of it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn

from infersent.foundation.arrays import Ints
from infersent.foundation.optional import extra

if TYPE_CHECKING:
    from accelerate import Accelerator


class WorkerLost(ConnectionError):
    """Another process of a training ended, so that this one cannot go on."""


class Worker:
    """The only process of a training.

    Attributes
    ----------
    number, count
        Which process this is, from 0, and how many there are.
    device
        Where it computes.
    steps_at_once
        After how many steps loss and gradient are read. On a GPU a step is only asked for, and reading its loss waits
        until it is done; so that the GPU never waits for the next step, it is read for several at a time.
    """

    number, count = 0, 1

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self.steps_at_once = 1 if device.type == "cpu" else 20

    @property
    def first(self) -> bool:
        """Whether this process is the one that writes files and speaks."""
        return self.number == 0

    @contextmanager
    def prepared(self, model: nn.Module, optimizer: Any) -> Iterator[tuple[nn.Module, Any]]:
        """Give model and optimizer in the ``with`` block the form in which they train."""
        yield model, optimizer

    def share(self, rows: Ints) -> tuple[Ints, float]:
        """Return which rows of a batch are this process's, at least one, and by what their loss is multiplied.

        The gradients of all processes, so multiplied, have the gradient of the whole batch as their mean.
        """
        mine = np.array_split(rows, self.count)[self.number]
        # All processes go through every step: one without a pair of its own computes one that counts nothing.
        return (mine, float(self.count)) if len(mine) else (rows[:1], 0.0)

    def backward(self, loss: Tensor, model: nn.Module, *, last: bool) -> None:
        """Add a loss's gradient to the parameters; ``last`` says whether it is the step's last."""
        loss.backward()

    def clip(self, parameters: nn.ParameterList, most: float) -> Tensor:
        """Scale the gradient down to a norm of ``most``; return its norm before, a scalar."""
        return nn.utils.clip_grad_norm_(parameters, most)

    def total(self, values: Tensor) -> Tensor:
        """Return the sum of ``values`` over all processes."""
        return values

    def leave(self) -> None:
        """Take leave of the other processes, after the training."""


class TogetherWorker(Worker):
    """One process of several, or one that computes in lower precision, by accelerate.

    Parameters
    ----------
    accelerator
        Made in every process before the model is.
    """

    def __init__(self, accelerator: Accelerator) -> None:
        super().__init__(accelerator.device)
        self.accelerator = accelerator
        self.number, self.count = accelerator.process_index, accelerator.num_processes
        if self.count > 1:
            self.steps_at_once = 20

    @contextmanager
    def prepared(self, model: nn.Module, optimizer: Any) -> Iterator[tuple[nn.Module, Any]]:
        """Wrap model and optimizer inside the ``with`` block; afterwards the model is as it came."""
        try:
            wrapped, optimizer = self.accelerator.prepare(model, optimizer)
            try:
                yield wrapped, optimizer
            finally:
                self.accelerator.unwrap_model(wrapped, keep_fp32_wrapper=False)
                self.accelerator.free_memory()
        except RuntimeError as error:
            if self.count == 1 or not _is_of_the_connection(error):
                raise
            raise WorkerLost("Another process of this training has ended.") from None

    def backward(self, loss: Tensor, model: nn.Module, *, last: bool) -> None:
        """Add a loss's gradient to the parameters, and after the last one those of the other processes."""
        if last:
            self.accelerator.backward(loss)
            return
        with self.accelerator.no_sync(model):
            self.accelerator.backward(loss)

    def clip(self, parameters: nn.ParameterList, most: float) -> Tensor:
        """Scale the gradient down; with fp16 the scale of the loss is taken out of it first."""
        norm: Tensor = self.accelerator.clip_grad_norm_(parameters, most)
        # An infinite gradient only says that the loss was scaled too far: the step is left out, and the scale halved.
        return norm.nan_to_num(posinf=0.0, neginf=0.0, nan=0.0) if self.accelerator.scaler else norm

    def total(self, values: Tensor) -> Tensor:
        """Return the sum of ``values`` over all processes."""
        summed: Tensor = self.accelerator.reduce(values, "sum")
        return summed

    def leave(self) -> None:
        """Take leave of the other processes, after the training."""
        self.accelerator.end_training()


def _is_of_the_connection(error: RuntimeError) -> bool:
    """Return whether an error says that the other processes cannot be reached."""
    if isinstance(error, torch.distributed.DistError):
        return True
    # gloo's errors are plain ones
    return any(sign in str(error) for sign in ("gloo", "Connection closed", "Connection reset", "NCCL"))


def launched_together() -> bool:
    """Return whether ``torchrun`` or ``accelerate launch`` has started this process as one of several."""
    return int(os.environ.get("WORLD_SIZE", "1")) > 1


def find_worker(device: torch.device, mixed_precision: str = "no") -> Worker:
    """Return this process's part in a training.

    Parameters
    ----------
    device
        Where to train. Of several processes on the GPUs of a machine each has its own, whatever the device's number.
    mixed_precision
        ``"no"``, ``"bf16"`` or ``"fp16"``: see :class:`infersent.training.config.TrainingConfig`.

    Raises
    ------
    ValueError
        If a lower precision is asked for on a processor.
    infersent.foundation.optional.MissingExtra
        If accelerate is needed and not installed.
    """
    if mixed_precision != "no" and device.type == "cpu":
        raise ValueError(
            f"mixed_precision={mixed_precision!r} is for a GPU; on a processor training is in float32. "
            "Leave it out, or name a device."
        )
    if mixed_precision == "no" and not launched_together():
        return Worker(device)
    with extra("accelerate", "Training in several processes, or in lower precision,"):
        from accelerate import Accelerator
        from accelerate.state import AcceleratorState
    AcceleratorState._reset_state()  # else every training of this process would have to have the first one's precision
    return TogetherWorker(Accelerator(cpu=device.type == "cpu", mixed_precision=mixed_precision))
