"""Fresh processes of this Python, in the checkout's root, and how long they take."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def python(*arguments: str, environment: Mapping[str, str] | None = None) -> str:
    """Run ``python ARGUMENTS`` and return what it prints.

    Raises
    ------
    RuntimeError
        If it fails; the message is the last line of what it says.
    """
    path = os.pathsep.join(filter(None, [str(ROOT / "companion"), os.environ.get("PYTHONPATH")]))
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": path, **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise RuntimeError(f"python {' '.join(arguments[:3])} failed: {said[-1] if said else 'it says nothing'}")
    return done.stdout
