"""Where a number comes from: the code, the libraries and the machine that made it, in words."""

from __future__ import annotations

import os
import platform
import subprocess
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch


def provenance() -> dict[str, Any]:
    """Return what a record must say about its making, as JSON values.

    Returns
    -------
    dict
        ``infersent``: the package's version; ``commit`` of its checkout, with a ``+`` behind it where files differ from
        it, or ``None`` where it is installed without one; ``torch``; ``machine``: processor, cores and system in words;
        ``threads`` that torch computes with.
    """
    return {
        "infersent": version("infersent"),
        "commit": commit(),
        "torch": torch.__version__.split("+")[0],
        "machine": machine(),
        "threads": torch.get_num_threads(),
    }


@lru_cache
def commit() -> str | None:
    """Return the commit that the running code was checked out from; ``None`` without git or outside a checkout."""
    here = Path(__file__).parent
    try:
        # --exclude makes sure that no tag is taken for the name; the answer is the hash alone.
        git = ["git", "describe", "--always", "--exclude=*", "--abbrev=12", "--dirty=+"]
        ours = ["git", "ls-files", "--error-unmatch", Path(__file__).name]  # not another project's checkout around us
        for command in (ours, git):
            done = subprocess.run(command, cwd=here, capture_output=True, text=True, timeout=30, check=False)
            if done.returncode:
                return None
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() or None


def machine() -> str:
    """Return processor, number of cores and system in words, such as ``AMD EPYC, 2 cores, Linux x86_64``."""
    cores = os.cpu_count() or 1
    system = f"{platform.system()} {platform.machine()}"
    parts = [_processor(), f"{cores} core{'s' if cores > 1 else ''}", system]
    if torch.cuda.is_available():
        parts.append(torch.cuda.get_device_name())
    return ", ".join(part for part in parts if part)


def _processor() -> str:
    """Return the processor's name; Linux has it in a file, other systems answer ``platform.processor``."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()
