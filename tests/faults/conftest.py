"""Faults tried, survived and lost: counted by the tests here, and reported together at the end of ``make faults``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field

import pytest


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
        except Exception as error:
            self.lost.append(f"{what}: {type(error).__name__}: {error}")

    def __str__(self) -> str:
        survived = self.tried - len(self.lost)
        line = f"{self.kind}: {self.tried:,} faults tried, {survived:,} survived, {len(self.lost):,} lost"
        return f"{line} ({'; '.join(self.remarks)})" if self.remarks else line


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
