"""Where a number comes from: the code, the libraries and the machine that produced it."""

from __future__ import annotations

import hashlib
import os
import platform
import subprocess
from datetime import UTC, datetime
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch


def provenance(device: torch.device | str | None = None) -> dict[str, Any]:
    """Return what a record must say about its origin, as JSON values.

    Parameters
    ----------
    device
        Where it was computed, if that is known.

    Returns
    -------
    dict
        ``infersent``: the package's version; ``commit``: that of its checkout, followed by a ``+`` if files differ from
        it, or ``None`` if it is installed without one; ``tree``: if files differ, a digest of the differences, see
        :func:`tree_digest`; ``python``, ``numpy`` and ``torch``: versions; ``date``: now, in UTC; ``machine``:
        processor, cores and system in words; ``device``, if given: ``cpu`` or the GPU's name; ``threads``: how many
        torch computes with. Records from before 26 November 2026 lack ``tree``, ``python``, ``numpy``, ``date`` and
        ``device``.
    """
    digest = tree_digest()
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "infersent": version("infersent"),
        "commit": commit(),
        **({"tree": digest} if digest else {}),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "torch": torch.__version__.split("+")[0],
        "machine": machine(),
        **({} if device is None else {"device": device_name(device)}),
        "threads": torch.get_num_threads(),
    }


@lru_cache
def commit() -> str | None:
    """Return the commit that the running code was checked out from; ``None`` without git or outside a checkout."""
    here = Path(__file__).parent
    try:
        # --exclude keeps tags out of the name: the answer is the hash alone.
        git = ["git", "describe", "--always", "--exclude=*", "--abbrev=12", "--dirty=+"]
        # Fails where the package lies inside another project's checkout.
        ours = ["git", "ls-files", "--error-unmatch", Path(__file__).name]
        for command in (ours, git):
            done = subprocess.run(command, cwd=here, capture_output=True, text=True, timeout=30, check=False)
            if done.returncode:
                return None
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() or None


@lru_cache
def tree_digest(folder: Path = Path(__file__).parent) -> str | None:
    """Return a digest of how the running code differs from its commit; ``None`` where it does not, or without git.

    Parameters
    ----------
    folder
        A folder of the checkout; that of the package by default.

    Returns
    -------
    str or None
        16 hexadecimal digits of the SHA-256 of ``git diff HEAD --binary`` of the whole checkout, followed by name and
        content of each file under ``companion`` that git neither knows nor ignores. Without such files:
        ``git diff HEAD --binary | sha256sum | cut -c1-16``.
    """

    def git(*arguments: str, at: Path = folder) -> bytes:
        # A user's own git settings must not change the text that is digested.
        settings = ("algorithm=default", "context=3", "mnemonicPrefix=false", "noprefix=false", "renames=true")
        options = [part for setting in settings for part in ("-c", f"diff.{setting}")]
        return subprocess.run(["git", *options, *arguments], cwd=at, capture_output=True, timeout=30, check=True).stdout

    try:
        git("ls-files", "--error-unmatch", "provenance.py")  # fails inside another project's checkout
        top = Path(os.fsdecode(git("rev-parse", "--show-toplevel").rstrip(b"\n")))
        different = git("diff", "HEAD", "--binary", "--no-color", "--no-ext-diff", "--no-textconv", at=top)
        for name in sorted(git("ls-files", "--others", "--exclude-standard", "-z", "companion", at=top).split(b"\0")):
            if name:
                different += name + b"\0" + (top / os.fsdecode(name)).read_bytes()
    except (OSError, subprocess.SubprocessError):
        return None
    return hashlib.sha256(different).hexdigest()[:16] if different else None


def device_name(device: torch.device | str) -> str:
    """Return a GPU's name, and the type of any other device: ``cpu``."""
    device = torch.device(device)
    return torch.cuda.get_device_name(device) if device.type == "cuda" else device.type


def machine() -> str:
    """Return processor, number of cores and system in words: ``AMD EPYC, 2 cores, Linux x86_64``."""
    cores = os.cpu_count() or 1
    system = f"{platform.system()} {platform.machine()}"
    parts = [_processor(), f"{cores} core{'s' if cores > 1 else ''}", system]
    if torch.cuda.is_available():
        parts.append(torch.cuda.get_device_name())
    return ", ".join(part for part in parts if part)


def _processor() -> str:
    """Return the processor's name: from a file on Linux, from ``platform.processor`` elsewhere."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()
