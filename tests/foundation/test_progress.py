"""A bar where a terminal is, a line now and then elsewhere."""

import io

import pytest

from infersent.foundation import progress
from infersent.foundation.progress import Progress


@pytest.fixture
def clock(monkeypatch):
    """A clock that a test sets."""
    now = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return now


def test_a_log_gets_a_line_now_and_then(clock, capsys):
    with Progress(10_000, "encoding", "sentence", every=30) as bar:
        for clock[0], more in ((110, 1000), (129, 1000), (130, 1000), (140, 1000), (161, 2000)):
            bar.update(more)
    assert capsys.readouterr().err.splitlines() == [
        "encoding: 3,000 of 10,000 sentences, 100 per second, 0:01:10 left",
        "encoding: 6,000 of 10,000 sentences, 98 per second, 0:00:41 left",
    ]


@pytest.mark.parametrize(("value", "lines"), [("1", 0), ("0", 1), ("", 1)])
def test_a_log_that_wants_none_gets_none(clock, capsys, monkeypatch, value, lines):
    monkeypatch.setenv("TQDM_DISABLE", value)
    with Progress(10, "encoding", "file", every=1) as bar:
        clock[0] += 2
        bar.update()
    assert len(capsys.readouterr().err.splitlines()) == lines


def test_the_pace_is_that_of_this_run(clock, capsys):
    with Progress(10_000, "encoding", "sentence", done=9_000, every=1) as bar:
        clock[0] += 10
        bar.update(500)
    assert capsys.readouterr().err == "encoding: 9,500 of 10,000 sentences, 50 per second, 0:00:10 left\n"


def test_a_pace_of_nothing_says_no_time(capsys):
    assert Progress(5, "encoding", "file").line(0.0) == "encoding: 0 of 5 files, 0 per second"


def test_a_slow_pace_is_no_pace_of_nothing():
    assert Progress(25, "comparing", "fold", done=2).line(1.0) == "comparing: 2 of 25 folds, 0 per second"
    slow = Progress(25, "comparing", "fold")
    slow.done = 5
    assert slow.line(60.0) == "comparing: 5 of 25 folds, 0.083 per second, 0:04:00 left"


def test_a_terminal_gets_a_bar(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setattr("sys.stderr", Terminal())
    with Progress(3, "encoding", "sentence", done=1, every=0) as bar:
        bar.update(2)
        assert bar.done == 3
    shown = progress.sys.stderr.getvalue()
    assert "3/3" in shown
    assert " of 3 sentences" not in shown
