"""Tensors on their way to another device, without waiting for what it is doing."""

from __future__ import annotations

import torch
from torch import Tensor


def sent(tensor: Tensor, device: torch.device | str) -> Tensor:
    """Return a tensor on a device.

    A copy to a GPU from ordinary memory waits until the GPU has done all that it was asked for. From pinned memory it
    is one more thing asked for, and the processor goes on with the next batch.
    """
    device = torch.device(device)
    if device.type == "cuda" and tensor.device.type == "cpu":
        return tensor.pin_memory().to(device, non_blocking=True)
    return tensor.to(device)
