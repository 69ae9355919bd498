"""Recorded results: they are today's recipe's, they meet the bar, and the README tells them as they are."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from infersent.foundation.recorded import load_record
from infersent.release.records import write_run_record
from infersent.training.config import TrainingConfig
from infersent.training.recipes import get_recipe
from tests.toy import toy_model, toy_pairs

ROOT = Path(__file__).parents[2]


def readme_rows(record):
    """The README's table, from the record."""
    minutes = sum(epoch["seconds"] for epoch in record["log"]) / 60
    rows = [
        "| split | accuracy | 95% interval | " + " | ".join(record["test"]["recall"]) + " |",
        "|---|--:|---|--:|--:|--:|",
    ]
    for split in ("dev", "test"):
        low, high = record[split]["interval"]
        recall = " | ".join(f"{share:.1%}" for share in record[split]["recall"].values())
        rows.append(f"| {split} | {record[split]['accuracy']:.1%} | {low:.1%} to {high:.1%} | {recall} |")
    best = record["best"]["epoch"]
    rows += [
        "",
        f"Epoch {best} of {len(record['log'])} was the best; training took {minutes:.0f} minutes with one thread.",
    ]
    return "\n".join(rows)


def test_laptop_run_meets_the_bar():
    record = load_record("laptop")
    assert record["dev"]["accuracy"] >= 0.775
    assert record["test"]["accuracy"] >= 0.77
    assert sum(epoch["seconds"] for epoch in record["log"]) <= 30 * 60


def test_laptop_record_is_of_todays_recipe():
    record, preset = load_record("laptop"), get_recipe("laptop")
    assert TrainingConfig(**record["training"]) == preset.training
    assert record["model"] == json.loads(json.dumps(asdict(preset.model)))
    assert len(record["log"]) == preset.training.epochs
    assert record["best"] == max(record["log"], key=lambda epoch: epoch["dev_accuracy"])
    assert record["dev"]["accuracy"] == record["best"]["dev_accuracy"]


def test_readme_tells_the_record():
    assert readme_rows(load_record("laptop")) in (ROOT / "README.md").read_text("utf-8")


def test_a_record_is_the_runs_metrics_and_its_evaluation(tmp_path, monkeypatch):
    monkeypatch.setenv("INFERSENT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("infersent.release.records.load", lambda data, split: toy_pairs(12, name=split))
    toy_model().save(tmp_path / "run" / "best", {"preset": "toy"})
    (tmp_path / "run" / "log.jsonl").write_text('{"epoch": 1}\n{"epoch": 2}\n')
    record = write_run_record(tmp_path / "run", "toy", tmp_path / "toy.json")
    assert json.loads((tmp_path / "toy.json").read_text()) == json.loads(json.dumps(record))
    assert record["preset"] == "toy"
    assert record["log"] == [{"epoch": 1}, {"epoch": 2}]
    assert record["model"]["hidden"] == 6
    assert record["dev"] == record["test"]
    assert record["dev"]["pairs"] == 12


def test_an_unknown_record_lists_what_there_is():
    with pytest.raises(ValueError, match=r"no record 'labtop'\. Did you mean 'laptop'"):
        load_record("labtop")
