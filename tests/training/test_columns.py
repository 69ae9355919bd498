"""Blocks with steps of their own: what a factor on a block's columns does, and what it is the same as."""

import io
import json
import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from infersent import InferSent
from infersent.model.features import block_slices, temporary_feature
from infersent.text.batching import encode_pairs
from infersent.training import loop
from infersent.training.columns import ColumnSteps, block_spreads
from infersent.training.config import TrainingConfig
from infersent.training.loop import train
from tests.toy import toy_model, toy_pairs

CONFIG = TrainingConfig(learning_rate=0.02, epochs=3, batch_size=16, class_weights=False)
PAIRS = encode_pairs(toy_pairs(96), toy_model().tokenizer, cache=False)
DEV = encode_pairs(toy_pairs(48, seed=1), toy_model().tokenizer, cache=False)
BLOCKS = ("u", "v", "u*v")


def run(model, config=CONFIG, **options):
    return model, train(model, PAIRS, DEV, config, progress=False, **options)


def weight(model):
    return model.head[1].weight.detach().clone()


def test_a_blocks_columns_move_that_many_times_as_far():
    """In one step of plain gradient descent; the other columns and the encoder move as before."""
    config = replace(CONFIG, optimizer="sgd", epochs=1, batch_size=len(PAIRS), clip=math.inf)
    columns = block_slices(toy_model(blocks=BLOCKS).encoder.dim, BLOCKS)["u*v"]
    start = weight(toy_model(blocks=BLOCKS))
    (once, _), (more, _) = (
        run(toy_model(blocks=BLOCKS), replace(config, block_rates=rates)) for rates in ({}, {"u*v": 5})
    )
    factors = torch.ones(start.shape[1])
    factors[columns] = 5
    torch.testing.assert_close(weight(more) - start, factors * (weight(once) - start), rtol=1e-3, atol=1e-7)
    assert (weight(once) - start)[:, columns].abs().max() > 1e-5
    for ours, theirs in zip(once.encoder.parameters(), more.encoder.parameters(), strict=True):
        assert torch.equal(ours, theirs)


@pytest.mark.parametrize("head", ["linear", "stacked-linear", "mlp"])
def test_a_scaled_block_under_adam_is_a_wider_start_and_longer_steps(head):
    """4·u∗v and u∗v whose columns start and move four times as far are one model, as long as nothing is clipped."""
    config = replace(CONFIG, clip=math.inf)
    _, log = run(toy_model(head=head, head_hidden=6, blocks=("u", "v", "4*u*v")), config)
    plain = toy_model(head=head, head_hidden=6, blocks=BLOCKS)
    columns = block_slices(plain.encoder.dim, BLOCKS)["u*v"]
    with torch.no_grad():
        plain.head[1].weight[:, columns] *= 4
    _, same = run(plain, replace(config, block_rates={"u*v": 4}))
    assert [epoch.loss for epoch in same] == pytest.approx([epoch.loss for epoch in log], rel=1e-3)
    _, longer = run(toy_model(head=head, head_hidden=6, blocks=BLOCKS), replace(config, block_rates={"u*v": 4}))
    assert [epoch.loss for epoch in longer] != pytest.approx([epoch.loss for epoch in log], rel=1e-3)


def test_spreads_agree_with_a_slow_obvious_reference():
    model = toy_model(blocks=("u", "|u-v|", "u*v"))
    u, v = (x.double().numpy() for x in model.sentence_pairs(PAIRS))
    blocks = {"u": u, "|u-v|": abs(u - v), "u*v": u * v}
    expected = {name: math.sqrt(block.var(axis=0).mean()) for name, block in blocks.items()}
    assert block_spreads(model, PAIRS) == pytest.approx(expected, rel=1e-4)
    some = {name: math.sqrt(block[:70].var(axis=0).mean()) for name, block in blocks.items()}
    assert block_spreads(model, PAIRS, most=70) == pytest.approx(some, rel=1e-4)


def test_a_standardised_head_starts_as_if_every_block_had_unit_spread():
    plain, model = toy_model(blocks=BLOCKS), toy_model(blocks=BLOCKS)
    spreads = block_spreads(plain, PAIRS)
    steps = ColumnSteps(model, PAIRS, replace(CONFIG, standardise=True))
    u, v = plain.sentence_pairs(PAIRS)
    divided = torch.cat([u / spreads["u"], v / spreads["v"], u * v / spreads["u*v"]], dim=1)
    with torch.no_grad():
        torch.testing.assert_close(model(PAIRS.batch(np.arange(len(PAIRS)))), plain.head(divided))
    inverse = torch.tensor([1 / spreads[name] for name in BLOCKS]).repeat_interleave(u.shape[1])
    torch.testing.assert_close(steps.factors, inverse)


def test_both_factors_multiply():
    spread = block_spreads(toy_model(blocks=BLOCKS), PAIRS)["u*v"]
    steps = ColumnSteps(toy_model(blocks=BLOCKS), PAIRS, replace(CONFIG, standardise=True, block_rates={"u*v": 3}))
    assert steps.factors[-1].item() == pytest.approx(3 / spread, rel=1e-5)


def test_without_such_settings_nothing_is_touched():
    steps = ColumnSteps(toy_model(), PAIRS, CONFIG)
    assert steps.factors is None


@pytest.mark.parametrize("settings", [{"standardise": True}, {"block_rates": {"u*v": 4, "u": 0.5}}])
def test_an_interrupted_run_goes_on_to_the_same_end(tmp_path, monkeypatch, settings):
    config = replace(CONFIG, **settings)
    straight, log = run(toy_model(blocks=BLOCKS), config)
    real, calls = loop.evaluate, []

    def interrupt(*args, **kwargs):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(*args, **kwargs)

    monkeypatch.setattr(loop, "evaluate", interrupt)
    with pytest.raises(KeyboardInterrupt):
        run(toy_model(blocks=BLOCKS), config, out=tmp_path / "run")
    monkeypatch.undo()
    resumed, again = run(toy_model(blocks=BLOCKS), config, out=tmp_path / "run", resume=True)
    assert [epoch.loss for epoch in again] == [epoch.loss for epoch in log]
    assert torch.equal(weight(resumed), weight(straight))
    assert torch.equal(weight(InferSent.from_pretrained(tmp_path / "run")), weight(straight))


def test_a_run_from_before_a_setting_existed_goes_on_with_its_default(tmp_path):
    run(toy_model(), out=tmp_path / "run")
    file = tmp_path / "run" / "resume.pt"
    state = torch.load(io.BytesIO(file.read_bytes()[:-39]), weights_only=True)  # without the mark and the digest
    settings = json.loads(state["settings"])
    del settings["training"]["standardise"], settings["training"]["block_rates"]
    torch.save(state | {"settings": json.dumps(settings)}, file)  # such a run had no digest, either
    _, log = run(toy_model(), replace(CONFIG, epochs=4), out=tmp_path / "run", resume=True)
    assert len(log) == 4
    with pytest.raises(ValueError, match=r"training\.standardise was False, now True"):
        run(toy_model(), replace(CONFIG, standardise=True), out=tmp_path / "run", resume=True)


@pytest.mark.parametrize(
    ("rates", "message"),
    [
        ({"u*v": 0}, r"block_rates has 0\.0 for 'u\*v'"),
        ({"u*v": math.nan}, "block_rates has nan"),
        ({"u*w": 2}, r"There is no pair feature 'u\*w'\. Did you mean 'u\*v'"),
    ],
)
def test_rates_that_make_no_sense(rates, message):
    with pytest.raises(ValueError, match=message):
        replace(CONFIG, block_rates=rates)


def test_a_block_that_the_model_does_not_have_is_named():
    with pytest.raises(ValueError, match=r"block_rates names 'min\(u,v\)', but the model's blocks are u, v, u\*v"):
        run(toy_model(blocks=BLOCKS), replace(CONFIG, block_rates={"min(u,v)": 2}))


def test_a_block_that_never_varies_cannot_be_standardised():
    with temporary_feature("same", lambda u, v: torch.ones_like(u)):
        model = toy_model(blocks=("u", "same"))
        with pytest.raises(ValueError, match="'same' is the same for all pairs"):
            run(model, replace(CONFIG, standardise=True))
