"""What a block is worth: the measurements of frozen vectors, their record, and the gains that the map shows."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from infersent.choose import mlp
from infersent.choose.resampled import Resampled
from infersent.choose.run import choose_blocks
from infersent.choose.worth import __main__ as command
from infersent.choose.worth import measuring
from infersent.choose.worth.gains import GAINS, MARGIN, situations
from infersent.data import load
from infersent.data.pairs import Pairs, ScoredPairs
from infersent.foundation.recorded import load_record
from infersent.release.worth import write_worth
from infersent.text.bag_of_words import mean_of_words
from infersent.text.catalogue import load_vectors
from infersent.text.vectors import shipped_vectors

CAPTIONS = load("captions", "train").take(slice(300))


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Vectors that need no download, and a small task of each kind."""
    monkeypatch.setattr(measuring, "load_vectors", lambda name, **options: load_vectors("shipped", **options))
    scored = ScoredPairs(CAPTIONS.premises, CAPTIONS.hypotheses, CAPTIONS.labels / 2, name="scored")
    monkeypatch.setattr(measuring, "TASKS", {"captions": lambda: CAPTIONS, "scored": lambda: scored})


@pytest.mark.usefixtures("small")
def test_the_scores_are_the_choosers_on_the_sentences_vectors() -> None:
    found = measuring.measure("captions", "words", "words")
    u, v = (mean_of_words(side, shipped_vectors()) for side in (CAPTIONS.premises, CAPTIONS.hypotheses))
    sentences = (CAPTIONS.premises, CAPTIONS.hypotheses)
    choice = choose_blocks(
        u, v, CAPTIONS.labels, sentences=sentences, candidates=measuring.SETS, repeats=1, metric="accuracy"
    )
    for blocks in measuring.SETS:
        np.testing.assert_allclose(found["linear"][str(blocks)], choice.find(blocks).scores["accuracy"], atol=1e-5)
    assert found["network"] == {}
    assert (found["pairs"], found["dim"], found["metric"]) == (300, 100, "accuracy")
    assert found["digest"] == CAPTIONS.digest()


@pytest.mark.usefixtures("small")
def test_scores_are_measured_by_their_ranks_and_a_network_on_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mlp, "EPOCHS", 1)
    monkeypatch.setattr(mlp, "LEAST_STEPS", 1)
    found = measuring.measure("scored", "words", "words", head="network")
    assert found["metric"] == "Spearman"
    assert found["linear"] == {}
    assert found["network"].keys() == {str(blocks) for blocks in measuring.SETS}
    # The chooser's own networks, on its own folds.
    u, v = (mean_of_words(side, shipped_vectors()) for side in (CAPTIONS.premises, CAPTIONS.hypotheses))
    sentences = (CAPTIONS.premises, CAPTIONS.hypotheses)
    choice = choose_blocks(
        u, v, CAPTIONS.labels / 2, sentences=sentences, candidates=measuring.SETS, task="scores", repeats=1, mlp=True
    )
    assert found["ratio"] == pytest.approx(choice.ratio, abs=1e-6)
    for blocks in measuring.SETS:
        np.testing.assert_allclose(found["network"][str(blocks)], choice.find(blocks).mlp, atol=1e-5)


def test_no_encoder_is_tested_on_pairs_that_it_was_trained_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    task = "entailment, SNLI"
    with pytest.raises(ValueError, match="InferSent was trained on the pairs of 'entailment, SNLI'"):
        measuring.measure(task, "InferSent", None)
    asked: list[str] = []
    monkeypatch.setattr(command, "measure", lambda task, name, *_, **__: asked.append(name) or {"seconds": 0})
    command.main(["--out", str(tmp_path), "--minilm", "a folder", "--tasks", task])
    assert asked == ["words", "MiniLM"]
    recorded = {(found["task"], found["encoder"]) for found in load_record("worth")["measured"]}
    assert not recorded & measuring.SEEN


def test_an_unknown_task_offers_the_nearest() -> None:
    with pytest.raises(ValueError, match=r"no task 'caption'\. Did you mean 'captions'"):
        measuring.measure("caption", "words", "words")


def test_the_tasks_are_training_pairs_of_either_kind() -> None:
    found = measuring.TASKS["captions"]()
    assert isinstance(found, Pairs)
    assert found.premises == load("captions", "train").premises[: len(found)]


def test_the_command_goes_on_where_it_stopped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[tuple[str, str, str | None, str]] = []

    def measure(task: str, name: str, encoder: str | None, *, head: str) -> dict[str, object]:
        asked.append((task, name, encoder, head))
        if len(asked) == 2:
            raise KeyboardInterrupt
        return {"task": task, "seconds": 0}

    monkeypatch.setattr(command, "measure", measure)
    arguments = ["--out", str(tmp_path / "new"), "--minilm", "a folder", "--tasks", "captions"]
    with pytest.raises(KeyboardInterrupt):
        command.main(arguments)
    command.main([*arguments, "--encoders", "InferSent", "MiniLM", "words"])
    assert asked == [
        ("captions", "words", "words", "linear"),
        ("captions", "InferSent", None, "linear"),
        ("captions", "InferSent", None, "linear"),
        ("captions", "MiniLM", "a folder", "linear"),
    ]
    assert len(list((tmp_path / "new").iterdir())) == 3
    command.main([*arguments, "--encoders", "words", "--network"])
    assert asked[-1] == ("captions", "words", "words", "network")


def test_the_record_has_what_was_measured_and_a_network_beside_its_linear_head(tmp_path: Path) -> None:
    by = {"date": "a day", "commit": "a1", "machine": "mine", "seconds": 7.0}
    one = {"task": "captions", "encoder": "words", "linear": {"u, v": [0.5]}, "network": {}, **by}
    (tmp_path / "captions - words.json").write_text(json.dumps(one))
    alone = one | {"linear": {}, "network": {"u, v": [0.6]}, "commit": "b2"}
    (tmp_path / "captions - words - network.json").write_text(json.dumps(alone))
    (tmp_path / "captions - MiniLM - network.json").write_text(json.dumps(alone | {"encoder": "MiniLM"}))
    record = write_worth(tmp_path, tmp_path / "worth.json")
    both = one | {"network": {"u, v": [0.6]}, "network_by": by | {"commit": "b2"}}
    assert record["measured"] == [both, alone | {"encoder": "MiniLM"}]
    assert json.loads((tmp_path / "worth.json").read_text()) == record
    with pytest.raises(FileNotFoundError, match=r"no files of infersent\.choose\.worth"):
        write_worth(tmp_path / "empty", tmp_path / "none.json")


def test_both_ways_to_all_blocks_climb_the_same_height() -> None:
    """The identity of the chapter, in every cell."""
    first_d, first_p, second_p, second_d, lead = GAINS
    whole = [one.gains for one in situations() if len(one.gains) == len(GAINS)]
    assert len(whole) > 15
    for gains in whole:
        by_difference = gains[first_d].mean + gains[second_p].mean
        assert by_difference == pytest.approx(gains[first_p].mean + gains[second_d].mean, abs=1e-9)
        assert gains[lead].mean == pytest.approx(gains[second_d].mean - gains[second_p].mean, abs=1e-9)


def test_a_cross_validated_gain_is_the_corrected_t_test_of_its_folds() -> None:
    (found,) = (one for one in load_record("worth")["measured"] if one["task"] == "captions" and one["dim"] == 100)
    (cell,) = (one for one in situations() if (one.task, one.encoder, one.head) == ("captions", "words", "linear"))
    differences = np.array(found["linear"]["u, v, u*v"]) - np.array(found["linear"]["u, v"])
    test = Resampled.of(differences, found["ratio"], found["pairs"])
    gain = cell.gains["u*v beside u, v"]
    assert (gain.mean, gain.interval) == (test.mean, test.interval())
    assert gain.outcome == test.outcome(MARGIN)
    assert cell.pairs == round(found["pairs"] * 4 / 5)
    assert cell.score == pytest.approx(np.mean(found["linear"]["u, v"]))


def test_no_situation_is_told_twice_and_those_trained_through_say_so() -> None:
    found = [(one.encoder, one.task, one.head) for one in situations()]
    assert len(set(found)) == len(found)
    assert {one.encoder for one in situations() if one.through} == {
        "BiLSTM, trained",
        "transformer, trained",
        "MiniLM, fine-tuned",
    }
