"""CUDA and MPS: the same model, trained and asked on a GPU, where this machine has one."""

import copy
from dataclasses import replace

import numpy as np
import pytest
import torch

from infersent import cli
from infersent.model.encoders import ENCODERS
from infersent.model.heads import HEADS, build_head, collapse
from infersent.study.grid import read_grid
from infersent.study.records import read_records
from infersent.text.batching import encode_pairs
from infersent.training.config import TrainingConfig
from infersent.training.loop import _gradient, label_weights, train
from infersent.training.run import TrainingRun
from infersent.training.workers import find_worker
from tests.toy import toy_model, toy_pairs

DEVICES = [name for name, module in (("cuda", torch.cuda), ("mps", torch.backends.mps)) if module.is_available()]
if not DEVICES:
    pytest.skip("this machine has neither CUDA nor MPS", allow_module_level=True)

#: A GPU may multiply with 10 bits of mantissa (TF32).
ROUNDING = 5e-3


@pytest.fixture(params=DEVICES)
def device(request):
    return request.param


def test_collapse_gives_a_map_on_the_heads_device(device):
    head = build_head("stacked-linear", 8, hidden=16)
    affine = collapse(head.to(device))
    assert affine.weight.device.type == affine.bias.device.type == device
    torch.testing.assert_close(affine.cpu().weight, collapse(head.cpu()).weight)


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("encoder", ENCODERS)
def test_a_model_answers_as_on_the_cpu(device, encoder, head):
    model = toy_model(encoder=encoder, hidden=8, head=head)
    pairs = toy_pairs(30)
    here = model.predict_proba(pairs.premises, pairs.hypotheses)
    there = copy.deepcopy(model).to(device)
    assert there.device.type == device
    assert abs(there.predict_proba(pairs.premises, pairs.hypotheses) - here).max() < ROUNDING
    assert abs(there.encode(pairs.premises) - model.encode(pairs.premises)).max() < ROUNDING


@pytest.mark.parametrize("encoder", ENCODERS)
def test_training_follows_the_cpus(device, encoder):
    config = TrainingConfig(epochs=2, batch_size=32, learning_rate=1e-3, averaging=0.9)
    losses = {}
    for where in ("cpu", device):
        model = toy_model(encoder=encoder, hidden=8).to(where)
        pairs = encode_pairs(toy_pairs(), model.tokenizer)
        losses[where] = [epoch.loss for epoch in train(model, pairs, pairs, config, progress=False)]
    assert losses[device] == pytest.approx(losses["cpu"], abs=ROUNDING)


def test_a_stopped_run_goes_on(device, tmp_path):
    config = TrainingConfig(epochs=4, batch_size=32, averaging=0.9)

    def losses(out, **more):
        model = toy_model(feature_dropout=0.1).to(device)
        pairs = encode_pairs(toy_pairs(), model.tokenizer)
        log = train(model, pairs, pairs, config, out=tmp_path / out, progress=False, **more)
        assert model.device.type == device
        return [epoch.loss for epoch in log]

    def stop(epoch):
        if epoch.epoch == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        losses("stopped", report=stop)
    assert losses("stopped", resume=True) == pytest.approx(losses("whole"), abs=ROUNDING)


@pytest.mark.parametrize("precision", ["bf16", "fp16"])
def test_lower_precision_learns_as_much(device, precision):
    config = TrainingConfig(epochs=6, batch_size=32, learning_rate=0.05)
    losses = {}
    for mixed in ("no", precision):
        model = toy_model(hidden=8).to(device)
        pairs = encode_pairs(toy_pairs(), model.tokenizer)
        forward = model.forward
        log = train(model, pairs, pairs, replace(config, mixed_precision=mixed), progress=False)
        losses[mixed] = [epoch.loss for epoch in log]
        assert model.forward == forward, "the model is as it came"
    assert losses[precision][-1] < 0.7 * losses[precision][0]
    assert losses[precision] == pytest.approx(losses["no"], abs=0.1)


def test_no_step_waits_for_a_gpu(device):
    if device != "cuda":
        pytest.skip("only CUDA says whether it was waited for")
    model = toy_model(hidden=8).to(device).train()
    pairs = encode_pairs(toy_pairs(), model.tokenizer)
    config = TrainingConfig(averaging=0.9)
    run = TrainingRun(model, config, None, {}, "")
    worker, weights = find_worker(model.device), label_weights(pairs.labels).to(device)

    def step():
        run.optimizer.zero_grad(set_to_none=True)
        _gradient(worker, model, pairs, np.arange(32), weights)
        worker.clip(run.parameters, config.clip)
        run.optimizer.step()
        run.update_average()

    step()  # the first one makes what the others use
    torch.cuda.set_sync_debug_mode("error")
    try:
        for _ in range(3):
            step()
    finally:
        torch.cuda.set_sync_debug_mode("default")


GRID = """
[fixed]
corpus = "captions"
vectors = "trained"
pairs = 600
hidden = 4
epochs = 1

[[vary]]
seed = [0, 1]
"""


def test_a_study(device, tmp_path):
    grid = tmp_path / "grid.toml"
    grid.write_text(GRID)
    assert cli.main(["study", "run", str(grid), "--out", str(tmp_path), "--jobs", "1", "--device", device]) == 0
    records = list(read_records(read_grid(grid), tmp_path))
    assert [record.trial.training.seed for record in records] == [0, 1]
    assert all(record.error is None for record in records)
