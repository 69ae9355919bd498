"""Heads on frozen vectors: the settings, what is done to the vectors, the heads, the records, and the command."""

import json
from dataclasses import replace

import numpy as np
import pytest

from infersent.choose.frozen import __main__ as command
from infersent.choose.frozen import fitting
from infersent.choose.frozen.coordinates import measure, news, normal_redundancy, redundancies
from infersent.choose.frozen.records import FrozenGroup, Run, find_frozen, read_runs, ship, write_runs
from infersent.choose.frozen.trials import ALL, DRAWN, EVERY_SET, FEW_SETS, POOL, SHOWN_SETS, Setting, settings
from infersent.choose.frozen.vectors import SentenceVectors, changed, rotation
from infersent.data import snli
from infersent.data.pairs import Pairs
from infersent.study.answers import Answers
from infersent.study.comparison import compare
from infersent.training.evaluation import Evaluation

DIM = 6


def toy(pairs=1200, tested=300, seed=0):
    """Vectors whose label is how much the first three coordinates agree in sign: little, middling, much."""
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(2 * (pairs + tested), DIM)).astype(np.float32)
    places = np.arange(2 * (pairs + tested)).reshape(-1, 2)
    agreement = (vectors[places[:, 0], :3] * vectors[places[:, 1], :3]).sum(axis=1)
    labels = np.digitize(agreement, [-0.7, 0.7])
    rows = np.column_stack([places, labels])
    return SentenceVectors(vectors, rows[:pairs], rows[pairs:])


@pytest.fixture(scope="module")
def sentences():
    return toy()


def own(**options):
    return Setting(**({"pairs": 1000, "length": "own"} | options))


def accuracy(run):
    return {blocks: answers.accuracy for blocks, answers in run.test.items()}


# Settings.


def test_the_declared_settings_are_distinct_and_each_reason_has_the_draws_of_its_baseline():
    for encoder in ("minilm", "infersent"):
        asked = [setting for setting, _ in settings(encoder)]
        assert len(set(asked)) == len(asked)
        plain = {replace(setting, seed=0) for setting in asked if setting.change == "none"}
        for setting in asked:
            if setting.change != "none":
                assert replace(setting, seed=0, change="none", anew=False) in plain
    sizes = {setting.pairs for setting, sets in settings("minilm") if sets in (EVERY_SET, SHOWN_SETS)}
    assert sizes == {*DRAWN, POOL, ALL}
    assert set(SHOWN_SETS) < set(EVERY_SET)


@pytest.mark.parametrize("wrong", [{"encoder": "x"}, {"head": "x"}, {"length": "x"}, {"change": "x"}, {"pairs": 0}])
def test_a_setting_that_does_not_exist_is_refused(wrong):
    with pytest.raises(ValueError, match=str(next(iter(wrong.values())))):
        Setting(**wrong)


# Vectors.


def test_each_distinct_sentence_is_encoded_once(tmp_path):
    train = Pairs(["a dog", "a cat"], ["a cat", "a bird"], np.array([0, 2]))
    test = Pairs(["a dog"], ["a fish"], np.array([1]))
    seen = []

    def encoder(texts):
        seen.extend(texts)
        return np.arange(len(texts) * 2.0).reshape(-1, 2)

    found = SentenceVectors.encode(train, test, encoder)
    assert sorted(seen) == ["a bird", "a cat", "a dog", "a fish"]
    texts = dict(enumerate(seen))
    assert [[texts[row] for row in pair] for pair in found.train[:, :2]] == [["a dog", "a cat"], ["a cat", "a bird"]]
    assert [texts[row] for row in found.test[0, :2]] == ["a dog", "a fish"]
    assert found.train[:, 2].tolist() == [0, 2]
    found.save(tmp_path / "vectors.npz")
    again = SentenceVectors.load(tmp_path / "vectors.npz")
    for name in ("vectors", "train", "test"):
        np.testing.assert_array_equal(getattr(again, name), getattr(found, name))


def test_a_seed_draws_its_own_pairs_and_as_many_as_there_are_is_all(sentences):
    one, other = sentences.draw(500, 0), sentences.draw(500, 1)
    assert len(np.unique(one)) == 500
    assert not np.array_equal(one, other)
    assert np.array_equal(one, sentences.draw(500, 0))
    assert np.array_equal(sentences.draw(1200, 0), sentences.draw(1200, 1))
    with pytest.raises(ValueError, match="1,200"):
        sentences.draw(1201, 0)


def test_the_lengths(sentences):
    rows = sentences.draw(1000, 0)
    for length, expected in (("unit", 1.0), ("root", DIM**0.5)):
        made = changed(sentences, own(length=length), rows).vectors
        np.testing.assert_allclose(np.linalg.norm(made, axis=1), expected, rtol=1e-5)
    np.testing.assert_array_equal(changed(sentences, own(), rows).vectors, sentences.vectors)


def test_the_changes_do_what_they_are_called(sentences):
    rows = sentences.draw(1000, 0)
    known = np.unique(sentences.train[rows, :2])
    centred = changed(sentences, own(change="centred"), rows).vectors
    np.testing.assert_allclose(centred[known].mean(axis=0), 0, atol=1e-5)
    shifted = changed(sentences, own(change="shifted"), rows).vectors
    np.testing.assert_allclose(
        (shifted - centred)[0], 3 * sentences.vectors[known].std(axis=0, dtype=np.float64), rtol=1e-4
    )
    assert (shifted > 0).mean() > 0.99
    principal = changed(sentences, own(change="principal"), rows).vectors
    np.testing.assert_allclose(np.cov(principal[known].T) - np.diag(principal[known].var(axis=0, ddof=1)), 0, atol=1e-5)
    before = sentences.vectors @ sentences.vectors[:5].T
    for change in ("rotated", "principal"):
        turned = changed(sentences, own(change=change), rows).vectors
        assert not np.allclose(turned, sentences.vectors, atol=0.1)
        np.testing.assert_allclose(turned @ turned[:5].T, before, atol=1e-4)  # the dot products stay


def test_a_rotation_is_orthogonal_and_its_seed_s_own():
    turn = rotation(DIM, 3)
    np.testing.assert_allclose(turn @ turn.T, np.eye(DIM), atol=1e-6)
    assert not np.allclose(turn, rotation(DIM, 4))


# Heads.


def test_the_planted_product_is_found_by_the_head_that_has_it(sentences):
    found = accuracy(fitting.fit(own(), sentences, ("u, v", "u*v")))
    assert found["u*v"] > 0.9
    assert found["u, v"] < 0.6


def test_a_shift_changes_nothing_beside_u_and_v_and_something_without(sentences):
    sets = ("u, v, u*v", "u*v", "|u-v|")
    plain, shifted = (accuracy(fitting.fit(own(change=change), sentences, sets)) for change in ("none", "shifted"))
    assert abs(shifted["u, v, u*v"] - plain["u, v, u*v"]) < 0.05
    assert shifted["u*v"] < plain["u*v"] - 0.1
    assert shifted["|u-v|"] == pytest.approx(plain["|u-v|"], abs=0.01)


def test_a_rotation_takes_from_the_product_what_its_basis_held_and_leaves_the_cosine(sentences):
    sets = ("u*v", "cosine", "u, v")
    plain, turned = (accuracy(fitting.fit(own(change=change), sentences, sets)) for change in ("none", "rotated"))
    assert turned["u*v"] < plain["u*v"] - 0.05
    for same in ("cosine", "u, v"):
        assert turned[same] == pytest.approx(plain[same], abs=0.02)


def test_a_network_needs_no_product(sentences):
    run = fitting.fit(own(head="network"), sentences, ("u, v",))
    assert run.test["u, v"].accuracy > 0.6
    assert run.penalties == {}


def test_steps_starve_a_block_on_a_small_scale_unless_it_is_standardised():
    small = toy()
    small = replace(small, vectors=small.vectors / 30)
    raw, standardised = (
        accuracy(fitting.fit(own(head="steps", rate=1e-2, standardised=yes), small, ("u*v",))) for yes in (False, True)
    )
    assert standardised["u*v"] > raw["u*v"] + 0.1


# Coordinates.


def test_redundancy_of_switches_of_normals_and_of_a_shift():
    rng = np.random.default_rng(0)
    bits = rng.integers(0, 2, size=(2, 500, 2)).astype(float)
    np.testing.assert_allclose(redundancies(*bits), 1)
    a, b = rng.normal(size=(2, 200_000, 1))
    correlated = 0.5 * a + 0.75**0.5 * b
    assert redundancies(a, correlated)[0] == pytest.approx(normal_redundancy(np.array([0.5]))[0], abs=0.01)
    assert redundancies(a + 7, correlated + 7)[0] == pytest.approx(redundancies(a, correlated)[0], rel=1e-6)


def test_news_is_all_the_same_for_one_block_and_little_for_two_that_differ(sentences):
    setting = own()
    assert news(sentences, setting, "u*v", "u*v") == pytest.approx(1, abs=1e-3)
    assert news(sentences, setting, "u*v", "|u-v|") < 0.6


def test_the_measurement_is_json_and_has_a_number_for_each_coordinate(sentences):
    found = json.loads(json.dumps(measure("infersent", sentences)))
    for name in ("negative", "level", "correlation", "redundancy"):
        assert len(found[name]) == DIM
    assert 0.4 < np.mean(found["negative"]) < 0.6
    assert max(map(abs, found["correlation"])) < 0.15
    assert 0 < found["sums"] < 1


# Records and the command.


def a_run(seed, share, **options):
    labels = np.zeros(snli.SIZES["test"], dtype=int)
    answers = (np.random.default_rng(seed).random(len(labels)) > share).astype(int)
    found = Answers.from_evaluation(Evaluation(labels, answers))
    return Run(Setting(seed=seed, **options), {"u, v": found}, {"u, v": 0.1}, 1.0, {"commit": "x"})


def test_records_come_back_as_they_were(tmp_path):
    runs = [a_run(0, 0.6), a_run(1, 0.6, change="rotated")]
    write_runs(runs, tmp_path / "some" / "runs.jsonl")
    assert read_runs([tmp_path / "some" / "runs.jsonl"]) == runs


def test_groups_are_found_by_their_settings_and_compared_by_the_one_rule():
    runs = [a_run(seed, share, change=change) for change, share in (("none", 0.7), ("rotated", 0.6)) for seed in (1, 0)]
    plain, turned = find_frozen(runs, "u,v"), find_frozen(runs, "u, v", change="rotated")
    assert isinstance(plain, FrozenGroup)
    assert plain.seeds == turned.seeds == [0, 1]
    assert find_frozen(runs, "u, v", seeds=[1]).seeds == [1]
    assert compare(plain, turned).difference == pytest.approx(0.1, abs=0.02)
    hard, easy = plain.on("test-hard"), find_frozen(runs, "u, v", "test-easy")
    assert hard.answers[0].pairs + easy.answers[0].pairs == snli.SIZES["test"]
    with pytest.raises(ValueError, match="dev"):
        _ = plain.on("dev").answers
    with pytest.raises(ValueError, match=r"no run with \(v\)"):
        find_frozen(runs, "v")
    with pytest.raises(ValueError, match="shifted"):
        find_frozen(runs, "u, v", change="shifted")


def test_the_command_runs_what_is_missing_and_fits_the_pairs(tmp_path, monkeypatch, capsys):
    few = [(own(), ("u", "u*v")), (own(change="rotated"), ("u*v",)), (own(pairs=5000), ("u",))]
    monkeypatch.setattr(command, "settings", lambda encoder: few)
    toy().save(tmp_path / "vectors.npz")
    arguments = [str(tmp_path / "vectors.npz"), "--encoder", "infersent", "--out", str(tmp_path / "out")]
    assert command.main(arguments) == 0
    assert capsys.readouterr().out.count("\n") == 2
    runs = read_runs(sorted((tmp_path / "out").glob("*.jsonl")))
    assert [run.setting for run in runs] == [few[0][0], few[1][0]]
    assert (tmp_path / "out" / "infersent-coordinates.json").exists()
    assert command.main(arguments) == 0
    assert capsys.readouterr().out == ""
    ship(tmp_path / "out", tmp_path / "package")
    assert read_runs([tmp_path / "package" / "runs.jsonl"]) == runs
    assert json.loads((tmp_path / "package" / "infersent.json").read_text())["encoder"] == "infersent"


def test_few_sets_are_among_every_set():
    assert set(FEW_SETS) < set(EVERY_SET)
