"""Killed, terminated or interrupted at random moments: everything loads, and goes on to the very same end.

Half of the moments are drawn from all times, the other half from all operations on files, between which a stop is the
most dangerous. Every work is stopped twice in a row before it may go on to its end.
"""

import dataclasses
import json
import os
import random
import signal
import threading
import time
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
import torch

from infersent import InferSent
from infersent.foundation.atomic import ABANDONED
from tests.data.test_fetch import CONTENT, NAME, Server
from tests.processes import ended
from tests.toy import toy_model, toy_pairs

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing forks here, and signals are others")

LONG = "INFERSENT_FAULTS" in os.environ

#: How often each signal comes to each work: 50 times in `make faults`.
TIMES = max(1, int(os.environ["INFERSENT_FAULTS"]) // 20) if LONG else 2

#: What all moments are drawn from; the short form draws the same ones each time.
SEED = int(os.environ.get("INFERSENT_SEED", random.SystemRandom().randrange(2**32) if LONG else 18))

SIGNALS = [signal.SIGKILL, signal.SIGTERM, signal.SIGINT] if hasattr(signal, "SIGKILL") else []


@dataclasses.dataclass
class Work:
    """Something that takes a while.

    Attributes
    ----------
    kind
        What it is, for the report.
    job, arguments
        For :class:`Warm`.
    again
        The arguments that go on with it.
    check
        Called with the folder after each stop: whether what is there can be used.
    result
        Called with the folder at the end: all that must be the same however often it was stopped.
    prepare
        Called with a new folder.
    last
        The arguments that end it, if others than those of `again`.
    environment
        Variables.
    """

    kind: str
    job: str
    arguments: list
    again: list
    check: callable
    result: callable
    prepare: callable = lambda folder: None
    last: list = None
    environment: callable = lambda folder: {}

    def try_all(self, warm, tally, tmp_path, times=None):
        """Stop it at all the moments, and compare each end with that of a work that nothing happened to."""
        straight, count = tmp_path / "straight", tmp_path / "count"
        straight.mkdir()
        self.prepare(straight)
        start = time.monotonic()
        options = {"environment": self.environment(straight)}
        warm.finish(self.job, straight, *self.arguments, count=str(count), **options)
        seconds, operations = time.monotonic() - start, count.stat().st_size
        last = self.again if self.last is None else self.last
        warm.finish(self.job, straight, *last, **options)
        expected = self.result(straight)
        draw = random.Random(f"{SEED} {self.kind}")

        def moment():
            if draw.random() < 0.5:
                return {"at": draw.randrange(operations) + 1}
            return {"after": draw.uniform(0, seconds)}

        with tally(self.kind) as mine:
            before = 0
            for number in SIGNALS:
                for i in range(TIMES if times is None else times):
                    folder = tmp_path / f"{number.name}-{i}"
                    folder.mkdir()
                    self.prepare(folder)
                    options = {"environment": self.environment(folder)}
                    moments = [moment(), moment()]
                    with mine.trial(f"{number.name} {moments}"):
                        for arguments, when in zip((self.arguments, self.again), moments, strict=True):
                            before += warm.stop(number, self.job, folder, *arguments, **when, **options)
                            self.check(folder)
                        warm.finish(self.job, folder, *last, **options)
                        assert self.result(folder) == expected
            mine.remarks += [f"{before:,} stops before the end", f"seed {SEED}"]
            # Far less would mean that this tries nothing.
            assert before >= mine.tried / 2, f"only {before} of {2 * mine.tried} stops came before the end"


def content(folder, *, without=()):
    """Return the bytes of all files under a folder by their names; what is left out has another content each time."""
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return {str(file.relative_to(folder)): b"" if file.name in without else file.read_bytes() for file in files}


def write_pairs(folder):
    pairs = toy_pairs(60)
    rows = ({"text_a": a, "text_b": b, "label": label} for a, b, label in zip(*columns(pairs), strict=True))
    (folder / "mine.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


def columns(pairs):
    return pairs.premises, pairs.hypotheses, [f"class {label}" for label in pairs.labels]


#: What is not the same each time, and says nothing of the result.
TIMED = ("date", "seconds", "sentences_per_second", "threads", "commit", "tree")


def settled(folder):
    """Return what a run consists of, without the times that it took."""
    files = content(folder, without=("resume.pt", "log.jsonl", "metrics.json", "config.json"))
    log = [json.loads(line) for line in (folder / "run" / "log.jsonl").read_text().splitlines()]
    metrics = json.loads((folder / "run" / "best" / "metrics.json").read_text())
    config = json.loads((folder / "run" / "best" / "config.json").read_text())
    for timed in (metrics, metrics["best"]):
        for name in TIMED:
            timed.pop(name, None)
    for name in ("digest", "digests"):  # that of the metrics is among them
        config.pop(name)
    for epoch in (*log, *metrics["log"]):
        del epoch["seconds"], epoch["sentences_per_second"]
    return files, log, metrics, config


def loads_if_there_is_one(folder):
    if (folder / "run" / "resume.pt").exists():
        InferSent.from_pretrained(folder / "run")


def test_training(warm, tally, tmp_path):
    command = ["train", "--preset", "demo", "--data", "mine.jsonl", "--text", "text_a", "text_b", "--label", "label"]
    command += ["--epochs", "5", "--hidden", "8", "--learning-rate", "0.01", "--averaging", "0.9", "--out", "run"]
    Work(
        "training",
        "command",
        command,
        [*command, "--resume"],
        loads_if_there_is_one,
        settled,
        prepare=write_pairs,
    ).try_all(warm, tally, tmp_path)


def test_writing_a_checkpoint(warm, tally, tmp_path):
    """Models replace each other in one folder: it holds one of them, whole, whenever the work is stopped."""
    models = {seed: toy_model(seed=seed).state_dict() for seed in range(6)}

    def one_of_them(folder):
        if (folder / "model").exists() or (folder / ".model-before").exists():
            found = InferSent.from_pretrained(folder / "model").state_dict()
            assert any(all(map(torch.equal, found.values(), model.values())) for model in models.values())

    arguments = ["model", *map(str, models)]
    Work("writing a checkpoint", "checkpoint", arguments, arguments, one_of_them, content).try_all(
        warm, tally, tmp_path
    )


def aged(folder):
    """Let all hidden files be as old as those that nobody has written to for a while."""
    for file in folder.rglob(".*"):
        os.utime(file, (time.time() - 2 * ABANDONED,) * 2)


def test_writing_the_cache(warm, tally, tmp_path):
    """Arrays are found, whole, or made again; what killed processes left, the next ones clear away."""
    names = [f"array {i}" for i in range(12)]

    def whole(folder):
        aged(folder)
        for file in folder.rglob("[!.]*.npz"):
            with np.load(file, allow_pickle=False) as arrays:
                assert len(arrays["a"]) == 100_000

    def result(folder):
        found = content(folder)
        assert len(found) == len(names) + 1
        return found

    Work(
        "writing the cache",
        "cached",
        names,
        names,
        whole,
        result,
        last=[*names, "one more"],
        environment=lambda folder: {"INFERSENT_CACHE": str(folder / "cache")},
    ).try_all(warm, tally, tmp_path)


@pytest.fixture
def server():
    """A server of one archive, which takes half a second for it."""
    with Server() as server:
        server.pace = 0.025
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_download(warm, tally, tmp_path, server):
    """Never a wrong byte under the archive's name, and nothing of it beside."""

    def never_a_wrong_byte(folder):
        file = folder / "cache" / NAME
        assert not file.exists() or file.read_bytes() == CONTENT

    def result(folder):
        found = content(folder)
        assert found == {f"cache/{NAME}": CONTENT, f"cache/{NAME}.lock": b""}
        return found

    arguments = [NAME, server.url, sha256(CONTENT).hexdigest()]
    Work(
        "a download",
        "download",
        arguments,
        arguments,
        never_a_wrong_byte,
        result,
        environment=lambda folder: {"INFERSENT_CACHE": str(folder / "cache"), "INFERSENT_DATA": ""},
    ).try_all(warm, tally, tmp_path)


@pytest.mark.parametrize("output", ["v.npy", "v.parquet"])
def test_encoding_a_file(warm, tally, tmp_path, output):
    """The vectors, and the sentences beside them, are those of a call that nothing happened to."""
    if output.endswith(".parquet"):
        pytest.importorskip("pyarrow")

    def prepare(folder):
        toy_model().save(folder / "model")
        (folder / "lines.txt").write_text("".join(f"a dog {'here ' * (i % 7)}{i}\n" for i in range(3000)))

    arguments = ["encode", "model", "--sentences", "lines.txt", "--output", output, "--jobs", "2"]
    Work(
        f"encoding to {output}", "encoding", arguments, arguments, lambda folder: None, content, prepare=prepare
    ).try_all(warm, tally, tmp_path)


GRID = """
[fixed]
corpus = "mine.jsonl"
split = [0.6, 0.2, 0.2]
hidden = 4
epochs = 2
batch_size = 8
min_count = 1
head = "linear"

[[vary]]
seed = [0, 1, 2]
learning_rate = [0.01, 0.02]
"""


def test_a_study(warm, tally, tmp_path):
    """Of two processes, stopped by one signal after the other; each record is complete, and none is lost.

    The short form stops it once: each start of two processes takes seconds of imports.
    """
    command = ["study", "run", "grid.toml", "--out", "records", "--jobs"]

    def prepare(folder):
        folder.mkdir()
        write_pairs(folder)
        (folder / "grid.toml").write_text(GRID)

    def records(folder):
        found = {file.name: json.loads(file.read_text()) for file in (folder / "records").glob("[!.]*")}
        for record in found.values():
            for name in TIMED:
                record.pop(name, None)
            for epoch in record["log"]:
                del epoch["seconds"], epoch["sentences_per_second"]
        return found

    straight = tmp_path / "straight"
    prepare(straight)
    warm.finish("command", straight, *command, "1")
    expected = records(straight)
    assert len(expected) == 6
    draw = random.Random(f"{SEED} a study")
    with tally("a study of two processes") as mine:
        for i in range(TIMES if LONG else 1):
            folder = tmp_path / str(i)
            prepare(folder)
            for number in draw.sample(SIGNALS, len(SIGNALS) if LONG else 1):
                done = len(list((folder / "records").glob("[!.]*.json")))
                wanted, more = draw.randint(done, min(done + 2, len(expected))), draw.uniform(0, 0.5)
                with mine.trial(f"{number.name} {more:.3f} s after record {wanted}"):
                    pid = warm.start("command", folder, *command, "2")
                    deadline = time.monotonic() + 120
                    while len(list((folder / "records").glob("[!.]*.json"))) < wanted and time.monotonic() < deadline:
                        time.sleep(0.01)
                    time.sleep(more)
                    warm.send(pid, number)
                    status = warm.answer("status")
                    said = Path(f"{folder}.txt").read_text()
                    assert status in (0, 130 if number == signal.SIGINT else -number), (status, said[-2000:])
                    assert "Traceback" not in said, said[-2000:]
                    assert ended(pid)
                    found = records(folder)
                    assert found.items() <= expected.items()
                    assert len(found) >= done
            warm.finish("command", folder, *command, "1")
            assert records(folder) == expected
            assert len(list((folder / "records").iterdir())) == len(expected)
        mine.remarks.append(f"seed {SEED}")
