"""The benchmarks compare what computes the same, count what is needed, and judge rightly; nothing here is timed."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

import benchmarks.__main__ as command
from benchmarks import book, data, distil, encoding, epoch, material, products, training
from benchmarks.figures import Figure, Record, Target
from benchmarks.flops import Load, classifying_and_learning, reading, reading_and_learning, training_step
from benchmarks.peak import Turn, in_turn
from benchmarks.settings import Settings
from benchmarks.textbook import Textbook, TextbookTraining
from infersent.data import snli
from infersent.model.infersent import InferSent
from infersent.text.batching import batches_by_length, encode_pairs
from infersent.training.config import TrainingConfig
from infersent.training.evaluation import evaluate
from infersent.training.loop import train
from infersent.training.recipes import Setup
from tests.toy import toy_model, toy_pairs


@pytest.fixture
def model():
    return toy_model(head="stacked-linear", head_hidden=5).double().train()


@pytest.fixture
def pairs(model):
    return encode_pairs(toy_pairs(48), model.tokenizer, cache=False)


def test_the_textbook_computes_our_loss_and_gradients_from_our_weights(model, pairs):
    textbook = Textbook(model)
    rows = np.arange(7, 40)
    expected = textbook.loss(pairs, rows)
    batch = pairs.batch(rows)
    loss = F.cross_entropy(model(batch), batch.labels)
    torch.testing.assert_close(loss, expected, rtol=0, atol=1e-12)
    loss.backward()
    expected.backward()
    ours = {name.removeprefix("encoder."): p.grad for name, p in model.named_parameters()}
    theirs = {name: p.grad for name, p in textbook.named_parameters() if p.requires_grad}
    assert set(ours) - set(theirs) == {"embedding.trained"}
    for name, gradient in theirs.items():
        assert gradient.any(), name
        torch.testing.assert_close(ours[name], gradient, rtol=0, atol=1e-12, msg=name)


def test_both_loops_learn_from_a_copy_each(model, pairs):
    textbook, ours = TextbookTraining(model, pairs), training.OurTraining(model, pairs)
    rows = [np.arange(24), np.arange(24, 48)]
    before = Textbook(model).loss(pairs, rows[1]).item()
    assert textbook.steps(rows[1:]) == pytest.approx(before)
    assert ours.steps(rows[1:]) == pytest.approx(before)
    for loop in (textbook, ours):
        assert loop.steps(rows * 10) < before


# Operations


class PlainLSTM(nn.Module):
    """Both directions, word by word, with the product of the state before only where there is one."""

    def __init__(self, dim, hidden):
        super().__init__()
        self.given = nn.ParameterList(torch.randn(dim, 4 * hidden) for _ in range(2))
        self.recurrent = nn.ParameterList(torch.randn(hidden, 4 * hidden) for _ in range(2))

    def forward(self, words):
        found = []
        for given, recurrent, read in zip(self.given, self.recurrent, (words, words.flip(0)), strict=True):
            state = cell = None
            for word in read:
                gates = word @ given if state is None else word @ given + state @ recurrent
                i, f, g, o = gates.chunk(4, dim=1)
                cell = i.sigmoid() * g.tanh() + (0 if cell is None else f.sigmoid() * cell)
                state = o.sigmoid() * cell.tanh()
                found.append(state)
        return torch.stack(found)


@pytest.mark.parametrize("learned", [False, True])
def test_operations_of_reading_are_those_that_torch_counts(learned):
    time, sentences, dim, hidden = 5, 3, 7, 4
    lstm = PlainLSTM(dim, hidden)
    words = torch.randn(time, sentences, dim, requires_grad=learned)
    load = Load(time * sentences, sentences, time * sentences if learned else 0)
    with FlopCounterMode(display=False) as counter:
        states = lstm(words)
    assert counter.get_total_flops() == reading(load, dim, hidden)
    with FlopCounterMode(display=False) as counter:
        states.sum().backward()
    # The last state of a direction enters no further product, and that of the first word none before it.
    assert counter.get_total_flops() + reading(load, dim, hidden) == reading_and_learning(load, dim, hidden)


def test_an_epoch_of_both_is_judged_by_the_same_pairs_and_not_run_again(monkeypatch, tmp_path, capsys, model, pairs):
    dev = encode_pairs(toy_pairs(30), model.tokenizer, cache=False)
    setup = Setup(None, model.float(), pairs, dev, {})
    monkeypatch.setattr(epoch, "load_pairs", lambda recipe, split: toy_pairs(2))
    monkeypatch.setattr(epoch, "set_up", lambda recipe, train, dev: setup)
    out = tmp_path / "new" / "epoch.json"
    options = ["--hidden", "4", "--seeds", "0", "3", "--out", str(out)]
    assert epoch.main(options) == 0
    runs = json.loads(out.read_text())["runs"]
    assert [(run["hidden"], run["pairs"], run["seed"]) for run in runs] == [(4, 48, 0), (4, 48, 3)]

    (one,) = train(model.untrained(seed=3), pairs, dev, TrainingConfig(learning_rate=1.5e-3, epochs=1, seed=3))
    assert runs[1]["ours"] == one.dev_accuracy
    plain = TextbookTraining(model.untrained(seed=3), pairs)
    plain.steps([np.random.default_rng(3).permutation(48)])
    sides = ([dev.words[dev.starts[i] : dev.starts[i + 1]] for i in side] for side in (dev.premises, dev.hypotheses))
    right = plain.model(*sides).argmax(1).numpy() == dev.labels
    assert runs[1]["textbook"] == pytest.approx(right.mean(), abs=1e-5)

    monkeypatch.setattr(epoch, "WAYS", dict.fromkeys(epoch.WAYS))  # nothing that could be called
    capsys.readouterr()
    assert epoch.main(options) == 0
    (row,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("4 units")]
    assert row.split()[2:4] == ["48", "2"]


def test_a_students_targets_are_the_label_and_the_teachers_mean():
    sure, other = np.log([[0.9, 0.05, 0.05]]), np.log([[0.2, 0.7, 0.1]])
    found = distil.soft_targets([sure, other], np.array([1]), 1.0, weight=0.8)
    np.testing.assert_allclose(found, [[0.8 * 0.55, 0.8 * 0.375 + 0.2, 0.8 * 0.075]], rtol=1e-6)
    np.testing.assert_allclose(distil.soft_targets([sure], np.array([0]), 1e9, weight=1.0), [[1 / 3] * 3], rtol=1e-6)
    # A temperature of 2 takes the square root of each probability, and makes them sum to 1 again.
    roots = np.sqrt([0.9, 0.05, 0.05])
    np.testing.assert_allclose(
        distil.soft_targets([sure], np.array([0]), 2.0, weight=1.0)[0], roots / roots.sum(), rtol=1e-6
    )


def test_students_learn_from_the_teachers_on_disk_and_dev_chooses_one(monkeypatch, tmp_path, capsys):
    words = toy_model(head="stacked-linear", head_hidden=5)
    splits = {"train": toy_pairs(48), "dev": toy_pairs(30), "test": toy_pairs(24)}

    def set_up(recipe, train, dev):
        encoded = [encode_pairs(pairs, words.tokenizer, cache=False) for pairs in (train, dev)]
        return Setup(None, words.untrained(seed=recipe.training.seed), *encoded, {})

    monkeypatch.setattr(distil, "load_pairs", lambda recipe, split: splits[split])
    monkeypatch.setattr(distil, "load", lambda name, split: splits[split])
    monkeypatch.setattr(distil, "set_up", set_up)
    monkeypatch.setattr(distil, "hard_test_pairs", lambda: np.arange(24) < 8)
    options = ["--teachers", "3", "4", "--temperatures", "1", "2", "--out", str(tmp_path)]
    for only in ("teacher-3", "teacher-4", "student-2"):
        assert distil.main([*options, "--only", only]) == 0
    assert not (tmp_path / "distilled.json").exists()
    with pytest.raises(SystemExit):
        distil.main([*options, "--only", "teacher-5"])
    assert "none of these runs: teacher-3, teacher-4, student-1, student-2" in capsys.readouterr().err
    assert distil.main(options) == 0
    record = json.loads((tmp_path / "distilled.json").read_text())
    runs = {(run["kind"], run["number"]): run for run in record["runs"]}
    assert list(runs) == [("teacher", 3), ("teacher", 4), ("student", 1), ("student", 2)]
    students = [run for (kind, _), run in runs.items() if kind == "student"]
    assert record["chosen"] == max(students, key=lambda run: run["dev"])["number"]
    for (kind, number), run in runs.items():
        model = InferSent.from_pretrained(tmp_path / f"{kind}-{number:g}" / "best")
        right = evaluate(model, encode_pairs(splits["test"], model.tokenizer, cache=False)).correct
        assert run["test"] == pytest.approx(right.mean(), abs=1e-5)
        assert run["hard"] == pytest.approx(right[:8].mean(), abs=1e-5)
    # The student on disk is the recipe's, trained on the targets of these teachers.
    model = set_up(distil.RECIPES["laptop"], splits["train"], splits["dev"]).model
    encoded = encode_pairs(splits["train"], words.tokenizer, cache=False)
    teachers = [InferSent.from_pretrained(tmp_path / f"teacher-{seed}" / "best") for seed in (3, 4)]
    found = [distil.logits(teacher, encoded, at_once=7) for teacher in teachers]
    config = replace(distil.RECIPES["laptop"].training, epochs=distil.STUDENT_EPOCHS)
    targets = distil.soft_targets(found, splits["train"].labels, 2.0)
    dev = encode_pairs(splits["dev"], words.tokenizer, cache=False)
    log = train(model, replace(encoded, distributions=targets), dev, config, progress=False)
    assert max(epoch.dev_accuracy for epoch in log) == runs["student", 2]["dev"]
    assert "SNLI-hard" in capsys.readouterr().out


@pytest.mark.parametrize("count", [1, 500, 1500, 10**9])
def test_sentences_that_are_encoded_stand_for_the_batches_of_a_whole_file(count):
    def rows_per_step(sentences):
        sizes = [products.batch_sizes(lengths) for _, _, lengths in batches_by_length(sentences, 128)]
        return sum(map(sum, sizes)) / sum(map(len, sizes))

    captions = material.load(small=True)
    pairs = captions.pairs
    everything = [pairs.words[a:b] for a, b in zip(pairs.starts[:-1], pairs.starts[1:], strict=True)]
    assert rows_per_step(everything) > 110
    found = encoding.sample(captions, count)
    assert abs(len(found) - min(max(count, 128), len(everything))) < 128
    assert rows_per_step(found) > 110
    assert [*map(len, found)] != sorted(map(len, found), reverse=True)
    if count < len(everything) // 2:
        random = [everything[i] for i in np.random.default_rng(0).permutation(len(everything))[: len(found)]]
        assert rows_per_step(random) < rows_per_step(found)


def test_operations_of_a_head_are_those_that_torch_counts():
    head = nn.Sequential(nn.Linear(6, 5), nn.Linear(5, 3))
    with FlopCounterMode(display=False) as counter:
        head(torch.randn(4, 6, requires_grad=True)).sum().backward()
    assert counter.get_total_flops() == classifying_and_learning(4, [(6, 5), (5, 3)])


@pytest.mark.parametrize("together", [False, True])
def test_the_products_alone_are_those_of_reading(together):
    lengths = torch.tensor([3, 1, 5, 5])
    sizes = products.batch_sizes(lengths)
    assert sizes == [4, 3, 3, 2, 2]
    found = products.Products(products.reading(sizes, 7, 4, together=together))
    assert found.operations == reading(Load(int(lengths.sum()), len(lengths)), 7, 4)


def test_the_products_alone_are_those_of_our_step(model, pairs):
    rows, trained = np.arange(7, 40), len(model.encoder.embedding.trained)
    load = Load.of(pairs, rows, once=True, trained=trained)
    found = products.Products(training.shapes(model, pairs, rows, trained))
    zeros = 16 * model.config.hidden**2 * load.sentences  # with the states before the first words
    assert found.operations == training_step(load, model) + zeros
    batch = pairs.batch(rows)
    with FlopCounterMode(display=False) as counter:
        F.cross_entropy(model(batch), batch.labels).backward()
    with FlopCounterMode(display=False) as alone:
        found.compute()
    in_place = 16 * model.config.hidden**2 * (load.words - load.sentences)  # torch does not count baddbmm_
    assert alone.get_total_flops() == found.operations == counter.get_total_flops() + in_place


def test_what_pairs_share_is_read_once_or_for_each(model, pairs):
    rows = np.array([0, 0])
    once, each = (Load.of(pairs, rows, once=once, trained=pairs.words.max() + 1) for once in (True, False))
    lengths = [len(pairs.sentences[side[0]]) for side in (pairs.premises, pairs.hypotheses)]
    assert once == Load(sum(lengths), 2, sum(lengths), 2)
    assert each == Load(2 * sum(lengths), 4, 2 * sum(lengths), 2)


def test_batches_stand_for_the_whole_epoch(pairs):
    plan = [np.arange(start, min(start + 10, 48)) for start in range(0, 48, 10)]
    chosen = training.evenly(pairs, plan, 2)
    assert len(chosen) == 2
    assert all(len(rows) == 10 for rows in chosen)
    assert len(training.evenly(pairs, plan, 9)) == 9


# Verdicts


def figure(value, kind, limit, **more):
    return Figure("training", "made up", "of peak", value, value, value, 3, Target(kind, limit), **more)


def test_the_table_says_what_is_met_and_the_record_too(tmp_path):
    record = Record(tmp_path / "record.json", {"machine": "made up"})
    for value, kind in ((0.70, "at least"), (0.69, "at least"), (1.0, "at most"), (1.1, "at most")):
        record.add(figure(value, kind, 0.70 if kind == "at least" else 1.0))
    record.add(Figure.of("start", "import", "s", [3.0, 1.0, 2.0]))
    record.add(Figure.of("start", "a detail", "s", [3.0], detail=True))
    record.skip("book", "it is not built.")
    lines = str(record).splitlines()
    assert [line.endswith("not met") for line in lines[1:5]] == [False, True, False, True]
    assert all(line.endswith("met") for line in lines[1:5])
    assert "2  " in lines[5]
    assert "1.5 to 2.5" in lines[5]
    assert "a detail" not in str(record)
    assert lines[-2:] == ["book: left out, because it is not built.", "2 of 4 targets met."]
    kept = json.loads((tmp_path / "record.json").read_text())
    assert [each["met"] for each in kept["figures"]] == [True, False, True, False, None, None]
    assert kept["skipped"] == {"book": "it is not built."}


def test_a_missed_target_has_its_measured_reason(tmp_path):
    record = Record(tmp_path / "record.json", {})
    turns = {name: [Turn(seconds, 1.0)] for name, seconds in (("ours", 4.0), ("alone", 3.0))}
    why = training.reason(turns["ours"], turns["alone"], [0.58])
    for value in (0.69, 0.70):
        record.add(figure(value, "at least", 0.70, why=why))
    missed, met = str(record).splitlines()[1:3]
    assert missed.endswith("not met: its products alone reach 0.58, in 75% of its time")
    assert met.endswith("  met")
    assert json.loads((tmp_path / "record.json").read_text())["figures"][0]["why"] == why


def test_there_is_no_third_kind_of_target():
    with pytest.raises(ValueError, match="at least or at most"):
        Target("about", 1.0)


# The command

TINY = Settings(hidden=(4,), seconds=0.0, amount=1, starts=1, small=True, side=8)


def test_works_take_turns_after_one_that_does_not_count():
    done = []
    turns = in_turn({name: lambda name=name: done.append(name) for name in "ab"}, limit=60, turns=2, side=8)
    assert "".join(done) == "ababab"
    assert [len(turns[name]) for name in "ab"] == [2, 2]
    assert all(turn.peak > 0 for turn in turns["a"])


def test_the_command_measures_and_keeps_what_it_measured(monkeypatch, tmp_path, capsys, model, pairs):
    toy = material.Material("toy", pairs, toy_model(head="stacked-linear", head_hidden=5))
    monkeypatch.setattr(material, "load", lambda small: toy)
    monkeypatch.setattr(command, "QUICK", TINY)
    out = tmp_path / "new" / "record.json"
    assert command.main(["--quick", "--only", "training", "encoding", "--out", str(out)]) == 0
    kept = json.loads(out.read_text())
    assert {each["part"] for each in kept["figures"]} == {"training", "encoding"}
    assert kept["about"]["quick"]
    alone = {each["part"] for each in kept["figures"] if "products alone" in each["what"] and each["value"] > 0}
    assert alone == {"training", "encoding"}
    assert "4 units, 1 thread, ours against the textbook" in capsys.readouterr().out


def test_a_part_measured_again_takes_its_own_place_alone(monkeypatch, tmp_path, capsys):
    out = tmp_path / "record.json"

    def measured(part, value):
        def run(record, settings):
            record.add(Figure.of(part, "something", "s", [value], Target("at most", 2.5), why="slow"))

        return run

    monkeypatch.setattr(command, "PARTS", {"training": measured("training", 1.0), "data": measured("data", 2.0)})
    command.main(["--out", str(out)])
    before = json.loads(out.read_text())
    assert [each["part"] for each in before["figures"]] == ["training", "data"]
    assert before["about"]["parts"].keys() == {"training", "data"}
    assert all(made["commit"] for made in before["about"]["parts"].values())

    monkeypatch.setitem(command.PARTS, "data", measured("data", 3.0))
    command.main(["--only", "data", "--out", str(out)])
    after = json.loads(out.read_text())
    assert after["figures"][0] == before["figures"][0]
    assert [(each["part"], each["value"], each["met"]) for each in after["figures"][1:]] == [("data", 3.0, False)]
    assert after["about"]["parts"]["training"] == before["about"]["parts"]["training"]

    before["about"]["machine"] = "a faster one"
    out.write_text(json.dumps(before))
    with pytest.raises(SystemExit):
        command.main(["--only", "data", "--out", str(out)])
    assert "machine is 'a faster one', and here it is" in capsys.readouterr().err
    assert json.loads(out.read_text()) == before
    assert command.main(["--out", str(out)]) == 0  # all of it may be measured anywhere


def test_what_fails_or_is_stopped_leaves_the_rest(monkeypatch, tmp_path, capsys):
    def fails(record, settings):
        raise RuntimeError("no such thing")

    def stopped(record, settings):
        record.add(Figure.of("start", "import", "s", [1.0]))
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "PARTS", {"data": fails, "start": stopped})
    out = tmp_path / "record.json"
    assert command.main(["--only", "data", "start", "--out", str(out)]) == 130
    kept = json.loads(out.read_text())
    assert kept["skipped"] == {"data": "it failed: no such thing"}
    assert [each["what"] for each in kept["figures"]] == ["import"]
    assert "Stopped" in capsys.readouterr().err


def test_without_a_book_or_an_archive_the_reason_is_given(monkeypatch, tmp_path):
    record = Record(None, {})
    book.run(record, TINY, tmp_path)
    monkeypatch.setattr(data, "why_no_snli", lambda: "it is not on disk.")
    data.run(record, TINY)
    assert [part for part, _ in record.skipped] == ["book", "data"]


def test_the_full_size_repeats_an_archive_with_other_sentences(tmp_path):
    small, large = tmp_path / "small.zip", tmp_path / "large.zip"
    row = {"gold_label": "neutral", "sentence1": "A dog runs.", "sentence2": "A dog is brown."}
    with zipfile.ZipFile(small, "w") as archive:
        archive.writestr("snli_1.0/snli_1.0_train.jsonl", f"{json.dumps(row)}\n" * 2)
    assert data.write_full_size(small, large, 5) == 5
    repeated = snli.read_archive(large, "train")
    assert repeated.premises == [row["sentence1"]] * 2 + ["A dog runs. here"] * 2 + ["A dog runs. there"]
    assert repeated.hypotheses[-1] == "A dog is brown. there"
