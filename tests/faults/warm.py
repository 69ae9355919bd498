"""A process that has imported everything, and forks one that does a job whenever it is told to.

The job's process is as any other: signals end it as they would end the command. Only the seconds of its imports are
saved. Requests and answers are lines of JSON::

    {"job": "command", "arguments": [...], "at": 12, "signal": 9}    the signal comes at the 12th operation on a file
    {"pid": 4711}
    {"status": -9}
"""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
from pathlib import Path

import numpy as np
from tqdm.std import TqdmDefaultWriteLock

from infersent import cli
from infersent.data import cache, fetch
from infersent.foundation.wording import in_a_sentence
from infersent.model import streaming
from tests.toy import toy_model

#: What changes files; Python tells of each before it is done.
OPERATIONS = {"os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.truncate"}


def command(*arguments: str) -> int:
    """Run the command line."""
    try:
        return cli.main(arguments)
    except SystemExit as end:
        return int(end.code or 0)


def encoding(*arguments: str) -> int:
    """Run the command line with small portions, so that many can be interrupted."""
    streaming.PORTION = 100
    return command(*arguments)


def cached(*names: str) -> int:
    """Keep some arrays in the cache, or find them there; the answer is their digest."""
    for name in names:
        start = sum(name.encode())
        found = cache.cached_arrays("toy", name, lambda start=start: {"a": np.arange(start, start + 100_000)})
        assert found["a"][0] == start
        assert len(found["a"]) == 100_000
    return 0


def checkpoint(folder: str, *seeds: str) -> int:
    """Save one model after the other to the same folder."""
    for seed in seeds:
        toy_model(seed=int(seed)).save(folder, {"seed": int(seed)})
    return 0


def download(name: str, url: str, sha256: str) -> int:
    """Download an archive."""
    fetch.ARCHIVES[name] = fetch.Archive(url, sha256)
    fetch.fetch(name, progress=False)
    return 0


JOBS = {job.__name__: job for job in (command, encoding, cached, checkpoint, download)}


def watch(count: Path | None, at: int | None, number: int) -> None:
    """Count the operations on files in a file of one byte each, or end this process at one of them."""
    left = [at]
    counter = os.open(count, os.O_WRONLY | os.O_CREAT | os.O_APPEND) if count else None

    def hook(event: str, details: tuple[object, ...]) -> None:
        if event == "open":
            flags = details[2]
            if not isinstance(flags, int) or not flags & (os.O_WRONLY | os.O_RDWR):
                return
        elif event not in OPERATIONS:
            return
        if counter is not None:
            os.write(counter, b".")
        if left[0] is not None:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), number)

    sys.addaudithook(hook)


def work(request: dict) -> int:
    """Do one job in this process and return its exit status."""
    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    output = os.open(request["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    nowhere = os.open(os.devnull, os.O_RDONLY)
    for place, file in ((0, nowhere), (1, output), (2, output)):
        os.dup2(file, place)
    os.chdir(request["folder"])
    os.environ.update(request.get("environment", {}))
    sys.argv[1:] = request["arguments"]
    if request.get("count") or request.get("at"):
        watch(request.get("count"), request.get("at"), request.get("signal", 0))
    try:
        return JOBS[request["job"]](*request["arguments"])
    except KeyboardInterrupt:  # as `infersent.__main__` does
        return 130
    except OSError as error:  # as `infersent.cli` does
        print(in_a_sentence(error))
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


def warm_up() -> None:
    """Do each kind of work once, so that the forks share what it imports and reads."""
    rows = [{"text_a": f"a {i}", "text_b": f"the {i}", "label": "ab"[i % 2]} for i in range(60)]
    before = os.getcwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        Path("mine.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        Path("lines.txt").write_text("a dog\n")
        command("train", "--preset", "demo", "--data", "mine.jsonl", "--epochs", "1", "--hidden", "4", "--out", "run")
        for output in ("v.npy", "v.parquet"):
            command("encode", "run", "--sentences", "lines.txt", "--output", output)
        command("study", "status", "subsets", "--out", "records")
        os.chdir(before)


def main() -> None:
    """Answer requests until there are no more."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for place in (1, 2):
        os.dup2(nowhere, place)
    # One that all forks share: whoever is killed while holding it would keep the next one waiting for ever.
    TqdmDefaultWriteLock.mp_lock = None
    warm_up()
    print(json.dumps({"ready": True}), file=answers)
    for line in sys.stdin:
        request = json.loads(line)
        child = os.fork()
        if not child:
            status = 1
            try:
                status = work(request)
            except KeyboardInterrupt:  # before the job began, or after it had ended
                status = 130
            except BaseException:
                import traceback

                traceback.print_exc()
                sys.stderr.flush()
            finally:
                os._exit(status)
        print(json.dumps({"pid": child}), file=answers)
        print(json.dumps({"status": os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}), file=answers)


if __name__ == "__main__":
    main()
