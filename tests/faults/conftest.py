"""Faults tried, survived and lost: counted by the tests here, and reported together at the end of ``make faults``."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.processes import heed_interrupts

#: A program of its own, which needs atheris; doctest would import it.
collect_ignore = ["guided.py"]


@dataclass
class Tally:
    """What became of the faults of one kind."""

    kind: str
    tried: int = 0
    lost: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @contextmanager
    def trial(self, what: str) -> Iterator[None]:
        """Try one fault; what fails inside the ``with`` block is a loss, and the next fault is tried."""
        self.tried += 1
        try:
            yield
        except (Exception, pytest.fail.Exception) as error:  # the latter, of pytest.raises, is none of the former
            self.lost.append(f"{what}: {type(error).__name__}: {error}")

    def __str__(self) -> str:
        survived = self.tried - len(self.lost)
        line = f"{self.kind}: {self.tried:,} faults tried, {survived:,} survived, {len(self.lost):,} lost"
        return f"{line} ({'; '.join(self.remarks)})" if self.remarks else line


ROOT = Path(__file__).parents[2]


class Warm:
    """The process of :mod:`tests.faults.warm`, and the one that works for it now."""

    def __init__(self, environment):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.warm"],
            cwd=ROOT,
            env=os.environ | {"OMP_NUM_THREADS": "1", "NO_PROXY": "127.0.0.1"} | environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=heed_interrupts,
        )
        assert self.answer("ready")

    def answer(self, name):
        return json.loads(self.process.stdout.readline())[name]

    def start(self, job, folder, *arguments, **more):
        """Start a job and return its process's number."""
        Path(f"{folder}.txt").write_text("")  # for a process that is killed before it has opened it
        request = {"job": job, "folder": str(folder), "output": f"{folder}.txt", "arguments": [*map(str, arguments)]}
        print(json.dumps(request | more), file=self.process.stdin, flush=True)
        return self.answer("pid")

    def finish(self, job, folder, *arguments, **more):
        """Do a job, which must end well."""
        self.start(job, folder, *arguments, **more)
        status = self.answer("status")
        assert status == 0, (status, Path(f"{folder}.txt").read_text()[-2000:])

    def stop(self, number, job, folder, *arguments, after=None, at=None, environment=None):
        """Stop a job after so many seconds, or at an operation on a file; return whether that was before its end."""
        more = {"environment": environment or {}}
        if at is not None:
            more |= {"at": at, "signal": int(number)}
        pid = self.start(job, folder, *arguments, **more)
        if after is not None:
            time.sleep(after)
            self.send(pid, number)
        status = self.answer("status")
        said = Path(f"{folder}.txt").read_text()
        assert "Traceback" not in said, said[-2000:]
        if status == 0:
            return False
        assert status == (130 if number == signal.SIGINT else -number), (status, said[-2000:])
        return True

    def send(self, pid, number):
        """Send a signal; Ctrl-C of a terminal comes to all processes of a command."""
        with suppress(ProcessLookupError):  # it has just ended
            (os.killpg if number == signal.SIGINT else os.kill)(pid, number)


@pytest.fixture(scope="session")
def warm():
    """A process that forks one for each job."""
    process = Warm({})
    yield process
    process.process.stdin.close()
    process.process.wait(60)
    process.process.stdout.close()


_ALL = pytest.StashKey[list[Tally]]()


@pytest.fixture
def tally(request: pytest.FixtureRequest) -> Callable[[str], AbstractContextManager[Tally]]:
    """A function that counts the faults of one kind in a ``with`` block, at whose end none may be lost."""

    @contextmanager
    def count(kind: str) -> Iterator[Tally]:
        mine = Tally(kind)
        request.config.stash.setdefault(_ALL, []).append(mine)
        yield mine
        print(mine)
        assert not mine.lost, "\n".join([str(mine), *mine.lost])
        assert mine.tried

    return count


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print one line for each kind of fault, and one for all; where several processes test, each knows only its own."""
    counted = config.stash.get(_ALL, [])
    if not counted:
        return
    terminalreporter.section("faults")
    for mine in counted:
        terminalreporter.line(str(mine))
    tried, lost = sum(mine.tried for mine in counted), sum(len(mine.lost) for mine in counted)
    terminalreporter.line(f"in all: {tried:,} faults tried, {tried - lost:,} survived, {lost:,} lost")
