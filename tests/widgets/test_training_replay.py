"""The replay of a training run: a record of what training did, and the same words as in the page."""

import json
import re
from itertools import pairwise

import pytest
import traitlets

from infersent.foundation.recorded import load_record
from infersent.release import replay
from infersent.text.batching import encode_pairs
from infersent.training.config import TrainingConfig
from infersent.training.evaluation import evaluate
from infersent.training.loop import train
from infersent.widgets import TrainingReplay
from infersent.widgets.ablation_explorer import name_of
from tests.toy import toy_model, toy_pairs

RUNS = load_record("replay")["runs"]


def test_the_runs_differ_in_their_blocks_alone():
    assert [run["blocks"] for run in RUNS] == list(replay.RACE)
    for run in RUNS:
        looks = replay.LOOKS * len(run["rates"])
        assert [len(run[name]) for name in ("step", "loss", "train", "dev")] == [looks] * 4
        assert (run["rates"], run["step"]) == (RUNS[0]["rates"], RUNS[0]["step"])
        assert run["step"][-1] == run["steps"] * len(run["rates"])
    assert [("dev_without_average" in run) for run in RUNS] == [False, False, False, True]


def test_the_record_is_that_of_its_recipe():
    record, training = load_record("replay"), replay.replay_recipe().training
    assert TrainingConfig(**record["training"]) == training
    assert record["pairs"] == [replay.PAIRS, 9842]
    rates = [training.learning_rate * training.decay**epoch for epoch in range(training.epochs)]
    assert RUNS[0]["rates"] == pytest.approx(rates, abs=1e-8)


def test_the_best_epoch_is_the_first_with_the_most():
    for run in RUNS:
        ends = TrainingReplay(blocks=run["blocks"]).by_epoch()
        assert run["best"] == ends.index(max(ends)) + 1


def test_a_watched_run_is_the_same_run():
    """Looking changes nothing, and sees what the log says: losses and hits that add up to the epoch's, and its dev."""
    pairs, config = toy_pairs(96), TrainingConfig(epochs=2, batch_size=16, learning_rate=0.02, averaging=0.9)
    logs, seen = [], None
    for watched in (False, True):
        model = toy_model()
        encoded = encode_pairs(pairs, model.tokenizer)
        seen = replay.Watcher(encoded, looks=3, jitter=True) if watched else None
        logs.append(train(model, encoded, encoded, config, progress=False, watch=seen))
    for alone, looked_at in zip(*logs, strict=True):
        for name in ("loss", "train_accuracy", "dev_accuracy"):
            assert getattr(alone, name) == getattr(looked_at, name)
    assert seen.log["step"] == [2, 4, 6, 8, 10, 12]
    assert [seen.log["dev"][2], seen.log["dev"][5]] == [epoch.dev_accuracy for epoch in logs[1]]
    assert sum(seen.log["loss"][:3]) / 3 == pytest.approx(logs[1][0].loss, abs=1e-4)
    assert sum(seen.log["train"][3:]) / 3 == pytest.approx(logs[1][1].train_accuracy, abs=1e-4)
    assert max(seen.log["dev"]) >= evaluate(model, encoded).accuracy - 1e-5
    assert seen.log["dev_without_average"] != seen.log["dev"]


def test_a_record_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr(replay, "load_pairs", lambda recipe, split: toy_pairs(48, name=split))
    monkeypatch.setattr(replay, "RACE", ("u, v", "u, v, |u-v|, u*v"))
    record = replay.write_replay(tmp_path / "replay.json", pairs=40)
    assert record == json.loads((tmp_path / "replay.json").read_text())
    assert record["pairs"] == [40, 48]
    assert [len(run["dev"]) for run in record["runs"]] == [5, 5]


@pytest.mark.parametrize("run", RUNS, ids=lambda run: run["blocks"])
def test_the_end_in_words(run):
    headline, sentence = TrainingReplay(blocks=run["blocks"], look=30, guess=2).words()
    assert headline.startswith(f"Best on dev: epoch {run['best']}, {100 * max(run['dev'][5::6]):.1f}%; you said 2.")
    assert ("gained nothing" in sentence) == (run["best"] < 5)
    assert TrainingReplay(blocks=run["blocks"], look=30, guess=run["best"]).words()[0].endswith("as you said.")


def test_on_the_way_in_words():
    assert TrainingReplay().words()[0] == "Before the first step."
    assert "940 steps, 5 epochs" in TrainingReplay().words()[1]
    headline, sentence = TrainingReplay(look=13).words()
    assert headline == "Epoch 3, step 407."
    assert re.search(r"Loss 0\.\d\d; right: .*Best epoch so far: 2\.", sentence)
    assert "so far" not in TrainingReplay(look=5).words()[1]


def test_the_twin_has_the_finished_curves():
    twin = TrainingReplay().fallback_html()
    assert twin.count("<polyline") == 4
    assert twin.count("(best)") == 4
    names = re.findall(r'<text x="305" y="([\d.]+)" fill="[^"]+">\(([^)]+)\)</text>', twin)
    heights = [float(y) for y, _ in names]
    assert {name for _, name in names} == {name_of(run["blocks"].split(", "))[1:-1] for run in RUNS}
    assert all(below - above >= 12.9 for below, above in pairwise(heights))  # no name on another
    assert "nan" not in twin
    for run in RUNS:
        for dev in run["dev"][5::6]:
            assert f"{100 * dev + 1e-9:.1f}" in twin


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"blocks": "u"}, "blocks='u' is not recorded"),
        ({"look": 31}, "look must be 0 to 30, not 31"),
        ({"guess": -1}, "guess must be 0 to 5, not -1"),
    ],
)
def test_what_is_none_of_its_is_refused(settings, message):
    with pytest.raises(traitlets.TraitError, match=message):
        TrainingReplay(**settings)


def test_it_is_shown_by_its_state():
    assert repr(TrainingReplay(look=3)) == ("TrainingReplay(blocks='u, v, |u-v|, u*v', look=3, guess=0, average=False)")
