"""The dot product as a task: its statistics, its learners, and a record that survives a kill."""

import json
import math
from dataclasses import asdict, replace

import pytest
import torch

from infersent.cli import main
from infersent.foundation.recorded import FOLDER, load_record
from infersent.study.dot_product.learner import (
    Budget,
    Learner,
    Result,
    _generator,
    measure,
    mlp,
)
from infersent.study.dot_product.learning_curves import Curve, Point, curve, curves
from infersent.study.dot_product.runs import grid, results, run_grid
from infersent.study.dot_product.task import NOISE, TRIVIAL, VARIANCE, draw, pair_scale

QUICK = Budget(learning_rates=(3e-3,), steps=60, every=20, patience=2)
LEAST_SQUARES = Learner(dim=4, samples=512, width=0, depth=0, blocks=("u*v",))
SMALL = Learner(dim=2, samples=512, width=2, depth=1)


def result(spec=SMALL, clean=0.2, **changes):
    return replace(Result(spec, "ok", 0.9, clean, 0.4, 0.01, 50, 2.0, 1.5), **changes)


# The task


@pytest.mark.parametrize("dim", [1, 2, 16, 64])
def test_the_task_has_the_stated_noise_and_variance_in_every_dimension(dim):
    p, q, clean, noisy = draw(dim, 50_000, torch.Generator().manual_seed(0))
    assert p.shape == q.shape == (50_000, dim)
    assert clean.shape == noisy.shape == (50_000,)
    assert p.std().item() == pytest.approx(1, abs=0.02)
    assert clean.var().item() == pytest.approx(VARIANCE, rel=0.05)
    assert (noisy - clean).std().item() == pytest.approx(NOISE, rel=0.02)
    assert noisy.std().item() == pytest.approx(TRIVIAL, rel=0.02)
    torch.testing.assert_close(clean, ((pair_scale(dim) * p) * (pair_scale(dim) * q)).sum(dim=1), rtol=1e-4, atol=1e-4)


def test_without_noise_the_target_is_the_dot_product_of_the_same_pairs():
    with_noise, without = (draw(4, 100, torch.Generator().manual_seed(3), noise) for noise in (NOISE, 0.0))
    for one, other in zip(with_noise[:3], without[:3], strict=True):
        assert torch.equal(one, other)
    assert torch.equal(without[3], without[2])
    assert not torch.equal(with_noise[3], with_noise[2])


def test_without_noise_least_squares_on_the_product_is_exact():
    done = measure(replace(LEAST_SQUARES, samples=32, noise=0.0))
    assert done.clean == done.noisy == pytest.approx(0, abs=1e-5)


def test_seeds_and_parts_draw_different_pairs_and_learners_the_same_ones():
    def first(spec, part):
        return draw(2, 3, _generator(spec, part))[0]

    draws = [first(replace(SMALL, seed=seed), part) for seed in (0, 1, 2) for part in ("train", "test")]
    assert all(not torch.equal(a, b) for i, a in enumerate(draws) for b in draws[:i])
    assert torch.equal(first(SMALL, "train"), first(replace(SMALL, width=4), "train"))


# The learners


@pytest.mark.parametrize("blocks", [("u", "v"), ("u*v",), ("u", "v", "|u-v|", "u*v")])
@pytest.mark.parametrize("depth", [1, 2, 3])
def test_parameters_are_those_of_the_network(blocks, depth):
    spec = Learner(dim=3, samples=100, width=2, depth=depth, blocks=blocks)
    assert spec.parameters == sum(p.numel() for p in mlp(spec).parameters())


def test_width_is_counted_in_lengths_of_the_pair_whatever_the_blocks():
    for blocks in (("u", "v"), ("u", "v", "u*v")):
        assert mlp(Learner(dim=3, samples=100, width=4, depth=1, blocks=blocks))[0].out_features == 4 * 2 * 3


def test_least_squares_given_the_product_is_as_good_as_theory_says():
    errors = [measure(replace(LEAST_SQUARES, samples=4096, seed=seed)) for seed in range(8)]
    assert all(error.learning_rate is None and error.steps == 0 for error in errors)
    mean_square = sum(error.clean**2 for error in errors) / len(errors)
    # d weights and the constant: NOISE² (d + 1) / n, here 8.8e-4; eight runs of five squares scatter by 22%.
    assert mean_square == pytest.approx(NOISE**2 * 5 / 4096, rel=0.7)
    assert LEAST_SQUARES.parameters == 5


@pytest.mark.parametrize(
    ("block", "explained"), [("|u-v|", 1 / (2 * math.pi - 4)), ("(u-v)**2", 1 / 2)], ids=["absolute", "squared"]
)
def test_a_difference_alone_explains_half_at_most(block, explained):
    spec = Learner(dim=4, samples=16384, width=0, depth=0, blocks=(block,))
    assert measure(spec).explained == pytest.approx(explained, abs=0.04)


def test_a_network_learns_in_one_dimension():
    done = measure(Learner(dim=1, samples=4096, width=8, depth=2), Budget(learning_rates=(1e-2,), steps=300))
    assert done.status == "ok"
    assert done.explained > 0.9
    assert done.noisy == pytest.approx(math.hypot(done.clean, NOISE), rel=0.03)
    assert done.steps % Budget().every == 0
    assert done.epochs == pytest.approx(done.steps * 1024 / (4096 - 819), abs=0.01)


def test_the_same_spec_gives_the_same_numbers_and_leaves_the_global_generator_alone():
    before = torch.random.get_rng_state()
    first, second = measure(SMALL, QUICK), measure(SMALL, QUICK)
    assert torch.equal(before, torch.random.get_rng_state())
    assert replace(first, seconds=0) == replace(second, seconds=0)
    assert measure(replace(SMALL, seed=1), QUICK).clean != first.clean


def test_a_learning_rate_that_diverges_is_not_chosen():
    done = measure(SMALL, replace(QUICK, learning_rates=(1e30, 3e-3)))
    assert (done.status, done.learning_rate) == ("ok", 3e-3)


def test_a_run_that_diverges_is_recorded_as_such(tmp_path):
    budget = replace(QUICK, learning_rates=(1e30,))
    (done,) = run_grid(tmp_path / "record.json", [SMALL], budget, progress=False)
    assert (done.status, done.clean, done.noisy, done.doubled, done.explained) == ("diverged", None, None, None, None)
    assert done.learning_rate is None
    assert results(tmp_path / "record.json") == [done]
    assert curves([done]) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"dim": 0}, "dim=0 is below 1"),
        ({"samples": 9}, "samples=9 is below 10"),
        ({"seed": -1}, "seed=-1 is below 0"),
        ({"noise": -0.1}, "noise=-0.1 must be 0 or more"),
        ({"noise": math.inf}, "noise=inf must be"),
        ({"width": 0}, "width=0 and depth=1"),
        ({"depth": 0}, "width=2 and depth=0"),
        ({"blocks": ("u*w",)}, "u\\*w"),
    ],
)
def test_a_spec_that_makes_no_sense(changes, words):
    with pytest.raises(ValueError, match=words):
        replace(SMALL, **changes)


@pytest.mark.parametrize(
    "changes", [{"learning_rates": ()}, {"learning_rates": (0.0,)}, {"steps": 0}, {"every": 0}, {"patience": 0}]
)
def test_a_budget_that_makes_no_sense(changes):
    with pytest.raises(ValueError, match=next(iter(changes))):
        replace(QUICK, **changes)


# The record


def test_a_killed_grid_goes_on(tmp_path, monkeypatch):
    path, specs = tmp_path / "record.json", [replace(SMALL, seed=seed) for seed in range(3)]
    whole = run_grid(tmp_path / "whole.json", specs, QUICK, progress=False)

    ran = []

    def killed_at_the_second(spec, budget):
        if len(ran) == 1:
            raise KeyboardInterrupt
        ran.append(spec)
        return measure(spec, budget)

    monkeypatch.setattr("infersent.study.dot_product.runs.measure", killed_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        run_grid(path, specs, QUICK, progress=False)
    assert [done.spec for done in results(path)] == specs[:1]

    monkeypatch.setattr("infersent.study.dot_product.runs.measure", measure)
    again = run_grid(path, specs, QUICK, progress=False)
    assert [replace(done, seconds=0) for done in again] == [replace(done, seconds=0) for done in whole]
    assert results(path) == again

    monkeypatch.setattr("infersent.study.dot_product.runs.measure", lambda *_: pytest.fail("everything is done"))
    assert run_grid(path, specs, QUICK, progress=False) == again


def test_a_record_of_another_budget_is_not_mixed(tmp_path):
    run_grid(tmp_path / "record.json", [LEAST_SQUARES], QUICK, progress=False)
    with pytest.raises(ValueError, match="was made with another budget"):
        run_grid(tmp_path / "record.json", [LEAST_SQUARES], replace(QUICK, steps=61), progress=False)


def test_a_record_keeps_other_learners_than_those_asked_for(tmp_path):
    run_grid(tmp_path / "record.json", [LEAST_SQUARES], QUICK, progress=False)
    run_grid(tmp_path / "record.json", [SMALL], QUICK, progress=False)
    assert [done.spec for done in results(tmp_path / "record.json")] == [LEAST_SQUARES, SMALL]


def test_the_progress_bar_names_the_learner(tmp_path, capsys):
    run_grid(tmp_path / "record.json", [LEAST_SQUARES], QUICK)
    assert "dim 4, 512 pairs" in capsys.readouterr().err


def test_a_record_of_before_the_noise_could_be_chosen(tmp_path):
    path = tmp_path / "record.json"
    (done,) = run_grid(path, [LEAST_SQUARES], QUICK, progress=False)
    record = json.loads(path.read_text("utf-8"))
    place = record["columns"].index("noise")
    for row in (record["columns"], *record["runs"]):
        del row[place]
    path.write_text(json.dumps(record), "utf-8")
    assert results(path) == [done]
    assert done.spec.noise == NOISE


# Curves


def test_curves_gather_seeds_and_order_samples():
    measured = [
        result(replace(SMALL, samples=samples, seed=seed), clean)
        for samples, cleans in ((4096, (0.1, 0.2)), (1024, (0.3, 0.5)))
        for seed, clean in enumerate(cleans)
    ]
    other = result(replace(SMALL, width=4), 0.25)
    one, two = curves([*measured, other])
    assert (one.dim, one.width, one.depth, one.blocks, one.parameters) == (2, 2, 1, ("u", "v"), SMALL.parameters)
    assert [(p.samples, round(p.mean, 6), p.seeds) for p in one.points] == [(1024, 0.4, 2), (4096, 0.15, 2)]
    assert curve([one, two], 2, width=4, depth=1) is two
    assert one.at(4096).mean == pytest.approx(0.15)
    with pytest.raises(ValueError, match="samples=5 was not measured; these were: 1024, 4096"):
        one.at(5)
    with pytest.raises(ValueError, match="No curve has dim=3"):
        curve([one, two], 3)
    assert curves(measured, "explained")[0].at(1024).mean == pytest.approx(1 - (0.09 + 0.25) / 2 / VARIANCE)
    with pytest.raises(ValueError, match="cleen"):
        curves(measured, "cleen")


def test_curves_with_noise_and_without_are_two():
    noisy, clean = curves([result(), result(replace(SMALL, noise=0.0), 0.1)])
    assert (noisy.noise, clean.noise) in ((NOISE, 0.0), (0.0, NOISE))
    assert curve([noisy, clean], 2, width=2, depth=1).points[0].mean == 0.2
    assert curve([noisy, clean], 2, width=2, depth=1, noise=0.0).points[0].mean == 0.1


def test_samples_for_an_error():
    line = [Point(n, 10 / n**0.5, math.nan, math.nan, 1) for n in (100, 1600, 6400)]  # 1, 0.25, 0.125
    one = Curve(2, 2, 1, ("u", "v"), 33, tuple(line))
    assert one.samples_for(0.5) == pytest.approx(400)
    assert one.samples_for(0.125) == pytest.approx(6400)
    assert one.samples_for(2.0) == 100  # an upper bound
    assert one.samples_for(0.1) is None


# What is shipped


def test_the_record_is_of_todays_grid_and_budget():
    record = load_record("dot_product")
    assert record["budget"] == json.loads(json.dumps(asdict(Budget())))
    assert sorted(map(str, (done.spec for done in results()))) == sorted(map(str, grid()))
    assert {done.status for done in results()} == {"ok"}
    assert (FOLDER / "dot_product.json").stat().st_size < 300_000
    assert {"torch", "machine", "threads"} <= set(record["provenance"])


def test_a_recorded_run_can_be_repeated():
    recorded = {done.spec: done for done in results()}
    for spec in (replace(LEAST_SQUARES, samples=1024), Learner(dim=4, samples=1024, width=1, seed=1)):
        assert measure(spec).clean == pytest.approx(recorded[spec].clean, rel=0.15)


# The command


def test_the_command_writes_the_record_and_prints_the_errors(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(
        "infersent.study.dot_product.runs.grid",
        lambda: [LEAST_SQUARES, replace(LEAST_SQUARES, seed=1), replace(LEAST_SQUARES, noise=0.0)],
    )
    assert main(["dot-product", "--out", str(tmp_path / "record.json")]) == 0
    printed = capsys.readouterr().out
    assert "dim  4, width  0, depth 0, given u*v: 0.0" in printed
    assert "dim  4, width  0, depth 0, given u*v, noise 0: 0.000 at 512" in printed
    assert len(results(tmp_path / "record.json")) == 3


def test_the_command_refuses_a_folder_that_is_not_there(tmp_path, capsys):
    assert main(["dot-product", "--out", str(tmp_path / "none" / "record.json")]) == 1
    assert "there is no folder" in capsys.readouterr().err
