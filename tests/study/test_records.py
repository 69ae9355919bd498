"""Recorded results: they are today's recipe's, they meet the bar, and the README tells them as they are."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from infersent.data.snli import hard_test_pairs
from infersent.foundation.recorded import load_record
from infersent.release.records import write_run_record
from infersent.study.comparison import compare, find_group, groups, table
from infersent.study.records import load_records
from infersent.training.config import TrainingConfig
from infersent.training.recipes import get_recipe
from tests.toy import toy_model, toy_pairs, toy_record

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


# The two parts of SNLI's test split


def test_hard_and_easy_share_the_test_pairs():
    record, hard = load_records("subsets")[0], hard_test_pairs()
    test, on_hard, on_easy = (record.answers(split) for split in ("test", "test-hard", "test-easy"))
    assert on_hard.right().tolist() == test.right()[hard].tolist()
    assert on_easy.right().tolist() == test.right()[~hard].tolist()
    whole = (on_hard.pairs * on_hard.accuracy + on_easy.pairs * on_easy.accuracy) / test.pairs
    assert whole == pytest.approx(test.accuracy, abs=1e-5)


def test_groups_know_their_parts():
    """The hard pairs are hard for the hypothesis alone, and the difference's lead is there."""
    on_hard = {name: find_group(load_records("subsets"), "test-hard", blocks=name) for name in ("v", "u, v, |u-v|")}
    assert on_hard["v"].mean < 1 / 3 < on_hard["v"].on("test-easy").mean
    assert on_hard["u, v, |u-v|"].on("test") == find_group(load_records("subsets"), blocks="u, v, |u-v|")
    assert compare(on_hard["u, v, |u-v|"], on_hard["v"]).difference > 0.25


def test_the_table_of_a_study_on_snli_has_hard_and_easy_beside_test():
    found = groups(load_records("subsets"))[:2]
    shown = table(found)
    assert shown.header == ("blocks", "test", "95% interval", "hard", "easy", "seeds")
    for group, row in zip(found, shown.rows, strict=True):
        assert row[3:5] == (group.on("test-hard").mean, group.on("test-easy").mean)
    assert "SNLI-hard" in shown.caption
    for others in (groups(load_records("captions")), groups(load_records("subsets"), "dev")):
        assert not {"hard", "easy"} & set(table(others).header)
        assert "hard" not in table(others).caption


@pytest.mark.parametrize("split", ["test-hard", "test-easy"])
def test_only_snlis_whole_test_split_has_parts(split):
    captions, few = load_records("captions")[0], toy_record(test=[True, False])
    for record, pairs in ((captions, "of 'captions'"), (few, "2 pairs of 'snli'")):
        with pytest.raises(ValueError, match=rf"{split} is a part of SNLI's 9,824 test pairs.*{pairs}"):
            record.answers(split)
    with pytest.raises(ValueError, match=r"has no answers on test-(hard|easy): it broke"):
        toy_record(error="it broke").answers(split)


def test_a_split_that_there_is_not_names_those_that_there_are():
    with pytest.raises(ValueError, match=r"no split 'hard'.*Did you mean 'test-hard'.*dev, test, test-hard, test-easy"):
        load_records("subsets")[0].answers("hard")
