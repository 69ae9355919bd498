"""Training in several processes: the numbers of one, and a clear end when one of them is lost."""

import json
import os
import signal
import socket
import subprocess
import sys
import time

import numpy as np
import psutil
import pytest
import torch

from infersent import InferSent
from infersent.data.files import write_pairs
from infersent.text.batching import encode_pairs
from infersent.training import loop
from infersent.training.config import TrainingConfig
from infersent.training.loop import label_weights, train
from infersent.training.workers import TogetherWorker, Worker, WorkerLost, find_worker, launched_together
from tests.toy import toy_model, toy_pairs

CPU = torch.device("cpu")


def one_of(count):
    """The parts of ``count`` processes, in this one."""

    def part(number):
        worker = Worker(CPU)
        worker.number, worker.count = number, count
        return worker

    return [part(number) for number in range(count)]


@pytest.mark.parametrize("pairs", [1, 2, 3, 16])
@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize("parted", [True, False])
def test_the_shares_gradients_have_the_batchs_as_their_mean(pairs, weighted, parted, monkeypatch):
    model = toy_model()
    some = encode_pairs(toy_pairs(16), model.tokenizer, cache=False)
    if parted:
        real = type(some).parts
        monkeypatch.setattr(type(some), "parts", lambda self, rows: real(self, rows, 16))
    weights = label_weights(some.labels[:5], 3) if weighted else None
    rows = np.arange(pairs)

    def step(worker):
        model.zero_grad()
        loss, right = loop._gradient(worker, model, some, rows, weights)
        return [loss, right.to(loss), *(p.grad.clone() for p in model.parameters() if p.grad is not None)]

    whole = step(Worker(CPU))
    each = [step(worker) for worker in one_of(3)]
    for i, value in enumerate(whole):
        together = torch.stack([part[i] for part in each])
        torch.testing.assert_close(together.sum(0) if i < 2 else together.mean(0), value, atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize("count", [1, 2, 5])
def test_the_shares_are_the_whole(count):
    rows = np.arange(3)
    shares = [worker.share(rows) for worker in one_of(count)]
    assert np.concatenate([mine for mine, times in shares if times]).tolist() == [0, 1, 2]
    assert all(len(mine) for mine, _ in shares)
    assert {times for _, times in shares} <= {0.0, float(count)}


def test_a_process_by_itself_needs_no_library(monkeypatch):
    monkeypatch.setitem(sys.modules, "accelerate", None)
    assert type(find_worker(CPU)) is Worker
    monkeypatch.setenv("WORLD_SIZE", "2")
    assert launched_together()
    with pytest.raises(
        ImportError, match=r"several processes.* needs accelerate: pip install 'infersent\[accelerate\]'"
    ):
        find_worker(CPU)


def test_lower_precision_is_for_a_gpu():
    with pytest.raises(ValueError, match="'bf16' is for a GPU; on a processor training is in float32"):
        find_worker(CPU, "bf16")
    with pytest.raises(ValueError, match=r"mixed_precision 'bf6'.*bf16"):
        TrainingConfig(mixed_precision="bf6")


def test_an_error_of_the_connection_is_told_from_others():
    class Accelerator:
        device, process_index, num_processes = CPU, 0, 2

        def prepare(self, *what):
            return what

        def unwrap_model(self, *_, **__):
            pass

        def free_memory(self):
            pass

    worker = TogetherWorker(Accelerator())
    for error in (
        RuntimeError("[../gloo/transport/tcp/pair.cc:547] Connection closed by peer [127.0.0.1]:1234"),
        torch.distributed.DistBackendError("NCCL communicator was aborted"),
    ):
        with pytest.raises(WorkerLost, match="Another process of this training has ended"), worker.prepared(None, None):
            raise error
    with pytest.raises(RuntimeError, match="mat1 and mat2"), worker.prepared(None, None):
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")


@pytest.mark.parametrize("precision", ["no", "bf16"])
def test_by_the_library_one_process_learns_the_same_and_the_model_is_as_it_came(precision):
    """In lower precision with products of bfloat16 numbers, where autocast has them on a processor."""
    from accelerate import Accelerator
    from accelerate.state import AcceleratorState

    config = TrainingConfig(epochs=3, batch_size=32, learning_rate=0.05)
    pairs = encode_pairs(toy_pairs(), toy_model().tokenizer, cache=False)
    alone, model = toy_model(), toy_model()
    expected = [epoch.loss for epoch in train(alone, pairs, pairs, config, progress=False)]
    AcceleratorState._reset_state()
    worker = TogetherWorker(Accelerator(cpu=True, mixed_precision=precision))
    forward = model.forward
    found = [epoch.loss for epoch in train(model, pairs, pairs, config, progress=False, worker=worker)]
    assert expected[-1] < 0.8 * expected[0]
    assert found == pytest.approx(expected, abs=1e-5 if precision == "no" else 0.05)
    assert model.forward == forward
    worker.leave()


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pairs")
    for name, seed in (("train", 0), ("dev", 1)):
        write_pairs(folder / f"{name}.jsonl", toy_pairs(300, seed))
    return folder


def command(files, out, epochs, *more):
    options = ["--data", str(files / "train.jsonl"), "--dev", str(files / "dev.jsonl"), "--out", str(out), *more]
    fixed = ["--preset", "demo", "--vectors", "trained", "--hidden", "8", "--epochs", str(epochs), "--threads", "1"]
    return ["-m", "infersent", "train", *options, *fixed]


def together(arguments, **options):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    launch = ["-m", "torch.distributed.run", "--nproc-per-node", "2", "--master-port", str(port)]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        [sys.executable, *launch, *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


def log_of(out):
    return [json.loads(line) for line in (out / "log.jsonl").read_text().splitlines()]


def curve(out):
    return [[epoch[name] for name in ("loss", "train_accuracy", "dev_accuracy")] for epoch in log_of(out)]


def test_two_processes_give_the_curve_of_one_and_a_lost_one_ends_both(files, tmp_path):
    assert subprocess.run([sys.executable, *command(files, tmp_path / "one", 4)], capture_output=True).returncode == 0
    both = together(command(files, tmp_path / "two", 4))
    output, errors = both.communicate(timeout=300)
    assert both.returncode == 0, errors
    assert output.count("epoch 4  loss") == 1, "one of them speaks"
    for one, two in zip(curve(tmp_path / "one"), curve(tmp_path / "two"), strict=True):
        assert two == pytest.approx(one, abs=2e-3)
    assert InferSent.from_pretrained(tmp_path / "two").labels

    # A worker of a longer training is killed after its second epoch ...
    out = tmp_path / "killed"
    both = together(command(files, out, 400))
    try:
        wait_for(lambda: len(log_of(out)) >= 2 if (out / "log.jsonl").exists() else False, both)
        workers = [p for p in psutil.Process(both.pid).children(recursive=True) if "infersent" in " ".join(p.cmdline())]
        assert len(workers) == 2
        next(p for p in workers if p.environ()["RANK"] == "1").send_signal(signal.SIGKILL)
        output, errors = both.communicate(timeout=120)
    finally:
        both.kill()
    assert both.returncode != 0
    assert "Only the epoch under way is lost. Start all again with --resume." in errors
    done = len(log_of(out))
    assert 2 <= done < 400
    # ... and both go on where they were.
    both = together(command(files, out, done + 1, "--resume"))
    output, errors = both.communicate(timeout=300)
    assert both.returncode == 0, errors
    assert len(log_of(out)) == done + 1


def wait_for(done, process, seconds=120):
    end = time.monotonic() + seconds
    while not done():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.05)
