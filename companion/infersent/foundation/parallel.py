"""Calls spread over the processes of a machine, or over the workers of a cluster."""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Iterator
from typing import Any


def in_parallel(calls: list[Any], jobs: int, cluster: str | None, *, what: str) -> Iterator[Any]:
    """Yield the results of joblib's delayed calls as they come, in whatever order.

    Parameters
    ----------
    calls
        Made by ``joblib.delayed``.
    jobs
        How many processes on this machine; -1 for as many as it has cores.
    cluster
        Address of a Dask scheduler, ``tcp://host:8786``, whose workers make the calls instead.
    what
        What the calls belong to, for an error: ``"the study"``.

    Raises
    ------
    ValueError
        If ``cluster`` is given without Dask, or is no address.
    OSError
        If the cluster does not answer, or a process was killed.
    """
    if not calls:
        return
    # What only asks for an address, as encoding does, needs none of it.
    from joblib import Parallel, parallel_config
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    # One call at a time to each worker: calls are long, and a dead worker must not take several with it.
    parallel = {"return_as": "generator_unordered", "batch_size": 1}
    if cluster is None:
        # From the beginning of each process: its parent may end before it has a call to make. (Elsewhere the parent may
        # be another program, and an orphan keeps its number.)
        watched = {"initializer": _end_with, "initargs": (os.getpid(),)} if os.name == "posix" else {}
        try:
            yield from Parallel(jobs, **parallel, **watched)(calls)
        except TerminatedWorkerError as error:
            reason = str(error).partition("\n")[0]
            remedy = (
                "What it was at is not recorded; the same command goes on with it. Too little memory? Use fewer jobs."
            )
            raise ChildProcessError(f"A process of {what} was killed: {reason} {remedy}") from error
        return
    check_address(cluster)
    try:
        from distributed import Client
    except ImportError:
        raise ValueError("A cluster needs Dask: pip install 'infersent[dask]'.") from None
    with Client(cluster, set_as_default=False) as client, parallel_config("dask", client=client):
        yield from Parallel(-1, **parallel)(calls)


def check_address(cluster: str) -> None:
    """Refuse at once what is no address of a scheduler; to wait for it would take a minute.

    Raises
    ------
    ValueError
        If it is not of the form ``tcp://host:8786``.
    """
    if not re.fullmatch(r"(\w+://)?([\w.-]+|\[[0-9a-fA-F:]+\]):\d+", cluster):
        raise ValueError(f"--cluster {cluster!r} is no address of a Dask scheduler; it is of the form tcp://host:8786.")


def _end_with(parent: int) -> None:
    """Let this process end when its parent does, however that ends.

    Otherwise the workers of a killed study would finish what nobody takes, and sit on their memory for minutes.
    """

    def watch() -> None:
        while os.getppid() == parent:  # an orphan gets another parent
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
