"""Several processes on one folder, and processes whose parent is gone."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from infersent.foundation.locks import alone
from infersent.study.runner import run_study
from infersent.text.batching import encode_pairs
from infersent.training.config import TrainingConfig
from infersent.training.loop import train
from tests.processes import ended
from tests.toy import toy_model, toy_pairs

CONFIG = TrainingConfig(learning_rate=0.02, epochs=2, batch_size=16)
PAIRS = encode_pairs(toy_pairs(48), toy_model().tokenizer, cache=False)

HOLD = """
import sys, time
from pathlib import Path
from infersent.foundation.locks import alone
with alone(Path(sys.argv[1]), "held"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def held():
    """A function that lets another process hold a lock until the test ends."""
    processes = []

    def hold(lock):
        process = subprocess.Popen(
            [sys.executable, "-c", HOLD, str(lock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        processes.append(process)
        assert process.stdout.readline() == "held\n"
        return process

    yield hold
    for process in processes:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


def test_a_second_training_on_one_folder_is_refused(tmp_path, held):
    other = held(tmp_path / ".run-lock")
    with pytest.raises(BlockingIOError, match=r"Another process is training in .*run\. Wait for it"):
        train(toy_model(), PAIRS, PAIRS, CONFIG, out=tmp_path / "run", progress=False)
    assert not (tmp_path / "run").exists()
    other.kill()  # a lock ends with its process
    other.wait()
    train(toy_model(), PAIRS, PAIRS, CONFIG, out=tmp_path / "run", progress=False)
    assert [file.name for file in tmp_path.iterdir()] == ["run"]


def test_a_second_study_on_one_folder_is_refused(tmp_path, held):
    held(tmp_path / ".lock")
    with pytest.raises(BlockingIOError, match="Another process is running a study in"):
        run_study([], tmp_path, progress=False)


def test_a_lock_is_free_again_after_an_error(tmp_path):
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), alone(tmp_path / "lock", "held"):
            raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


ORPHANS = """
import os, sys, time
from pathlib import Path
from joblib import delayed
from infersent.foundation.parallel import in_parallel

def work(folder):
    Path(folder, str(os.getpid())).touch()
    time.sleep(600)

if __name__ == "__main__":
    list(in_parallel([delayed(work)(sys.argv[1])] * int(sys.argv[2]), 2, None, what="the test"))
"""


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="the processes of a group are found in /proc")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.parametrize("calls", [2, 1], ids=["busy", "one-has-nothing-to-do"])
def test_the_workers_of_a_killed_process_end_soon(tmp_path, how, calls):
    """Whether they are at work, or had not been given any: they would wait for it for five minutes."""
    script = tmp_path / "orphans.py"
    script.write_text(ORPHANS)
    (tmp_path / "pids").mkdir()
    command = [sys.executable, str(script), str(tmp_path / "pids"), str(calls)]
    parent = subprocess.Popen(command, stderr=subprocess.DEVNULL, start_new_session=True)
    for _ in range(1200):
        if len(list((tmp_path / "pids").iterdir())) == calls:
            break
        time.sleep(0.1)
    assert len(list((tmp_path / "pids").iterdir())) == calls
    parent.send_signal(how)
    parent.wait(60)
    assert ended(parent.pid)


def test_whoever_reads_no_further_stops_the_training_with_a_word(tmp_path):
    """`infersent train ... | head -1`: the exit status says that it is not finished, and the message how to go on."""
    rows = [{"text_a": f"a {i}", "text_b": f"the {i}", "label": "ab"[i % 2]} for i in range(60)]
    (tmp_path / "mine.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    command = [sys.executable, "-m", "infersent", "train", "--preset", "demo", "--data", "mine.jsonl"]
    command += ["--text", "text_a", "text_b", "--label", "label", "--epochs", "400", "--out", "run"]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    for line in process.stdout:
        if line.startswith("epoch"):
            break
    process.stdout.close()
    message = process.stderr.read()
    assert process.wait(120) == 1
    assert "nobody reads the output" in message
    assert "--resume" in message
    assert "Traceback" not in message
    process.stderr.close()
