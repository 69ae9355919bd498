"""Vectors on other tasks: each pair's part in a correlation, the tasks, the heads, the records, and the command."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.preprocessing import StandardScaler

from infersent.choose.spaces import __main__ as command
from infersent.choose.spaces import measuring
from infersent.choose.spaces.influence import pack_parts, spearman_parts, unpack_parts
from infersent.choose.spaces.measuring import cosines, form_weights, measure, solve
from infersent.choose.spaces.records import (
    Encoder,
    Scored,
    Space,
    SpaceGroup,
    ahead,
    ahead_table,
    find_spaces,
    load_spaces,
    read_spaces,
    ship,
    write_spaces,
)
from infersent.choose.spaces.tasks import COSINE, EVERY_SET, FEW_SETS, KEPT, SYMMETRIC, TASKS, Benchmark
from infersent.choose.texts import TextPairs
from infersent.model.features import BLOCKS, block_slices, pair_features
from infersent.model.heads import collapse
from infersent.study.grid import read_grid
from tests.toy import toy_model

DIM = 5
SETS = ("|u-v|", "u, v, u*v", "max(v-u,0)")


def table(n, labels, seed=0):
    """Pairs of texts, each sentence in two pairs, and their vectors: what ``embed`` gives for a text."""
    rng = np.random.default_rng(seed)
    texts = [f"sentence {seed}-{i}" for i in range(n)]
    vectors = dict(zip(texts, rng.normal(size=(n, DIM)).astype(np.float32), strict=True))
    first, second = texts, texts[1:] + texts[:1]
    u, v = (np.array([vectors[text] for text in side]) for side in (first, second))
    score = (u * v)[:, :3].sum(axis=1) - np.abs(u - v)[:, 3:].sum(axis=1) + rng.normal(size=n)
    named = {"scores": score.round(2), "two": np.where(score > 0, "yes", "no")}
    named["three"] = np.array(["low", "middle", "high"])[np.digitize(score, [-2, 0])]
    return TextPairs(first, second, named[labels].tolist(), "toy"), vectors


def benchmark(labels="scores", name="similarity", n=200, tested=80):
    train, ours = table(n, labels)
    test, theirs = table(tested, labels, seed=1)
    known = ours | theirs
    kind = "scores" if labels == "scores" else "classes"
    return Benchmark.of(name, train, test, kind), lambda texts: np.array([known[text] for text in texts])


def sides(one, embed):
    return embed(one.first), embed(one.second)


# Each pair's part in a correlation.


@pytest.mark.parametrize("steps", [None, 4])  # with ties, as human scores have them
def test_the_parts_are_what_leaving_a_pair_out_shows(steps):
    rng = np.random.default_rng(0)
    x, noise = rng.normal(size=(2, 400))
    y = x + noise if steps is None else np.round((x + noise) * steps / 4)
    parts = spearman_parts(x, y)
    rho = spearmanr(x, y).statistic
    assert parts.mean() == pytest.approx(rho, abs=1e-9)
    rest = np.array([spearmanr(np.delete(x, i), np.delete(y, i)).statistic for i in range(len(x))])
    influence = (len(x) - 1) * (rho - rest)
    np.testing.assert_allclose(parts - rho, influence, atol=0.06)
    assert np.corrcoef(parts, influence)[0, 1] > 0.999


def test_a_bootstrap_that_ranks_anew_spreads_as_the_parts_do():
    rng = np.random.default_rng(1)
    x, noise = rng.normal(size=(2, 300))
    y = 2 * x + noise
    drawn = rng.integers(300, size=(2000, 300))
    anew = np.std([spearmanr(x[some], y[some]).statistic for some in drawn])
    assert spearman_parts(x, y)[drawn].mean(axis=1).std() == pytest.approx(anew, rel=0.1)


def test_a_side_that_does_not_vary_has_no_parts():
    assert spearman_parts(np.ones(5), np.arange(5.0)).tolist() == [0.0] * 5


def test_parts_are_packed_with_a_character_each_and_keep_their_mean():
    parts = np.random.default_rng(0).normal(size=1000)
    packed = pack_parts(parts)
    assert len(packed.rsplit(" ")[-1]) == 1000
    assert json.dumps(packed) == f'"{packed}"'
    again = unpack_parts(packed, float(parts.mean()))
    assert again.mean() == pytest.approx(parts.mean(), abs=1e-12)
    np.testing.assert_allclose(again, parts, atol=np.ptp(parts) / 84)
    np.testing.assert_array_equal(unpack_parts(pack_parts(np.full(3, 0.5)), 0.5), 0.5)


@pytest.mark.parametrize("damaged", ["abc", "0 1", "0 x abc", "0 1 a,b"])
def test_what_is_not_packed_is_told(damaged):
    with pytest.raises(ValueError, match="no packed parts"):
        unpack_parts(damaged, 0.0)


# Tasks.


def test_training_pairs_that_share_sentences_are_held_out_together_and_test_pairs_are_none_of_them():
    train = TextPairs(["a", "b", "d", "f", "h", "k"], ["b", "c", "e", "g", "i", "l"], [0.0, 1.5, 2, 3, 4, 5], "x")
    test = TextPairs(["a", "m"], ["c", "n"], [1.0, 2.0], "x")
    found = Benchmark.of("similarity", train, test, "scores")
    assert found.training.tolist() == [True] * 6 + [False] * 2
    assert len(set(found.groups[found.training].tolist()) & set(found.groups[~found.training].tolist())) == 0
    assert found.first[-2:] == ["a", "m"]


def test_a_class_that_is_never_trained_on_is_told():
    train, test = (TextPairs(["a", "c"], ["b", "d"], labels, "x") for labels in (["yes", "no"], ["yes", "maybe"]))
    with pytest.raises(ValueError, match=r"paraphrase: no training pair has .* maybe"):
        Benchmark.of("paraphrase", train, test, "classes")


def test_the_names_of_tasks_and_sets():
    assert set(SYMMETRIC) < set(TASKS)
    assert set(KEPT) < set(FEW_SETS) < set(EVERY_SET)
    assert len(EVERY_SET) == 16
    with pytest.raises(ValueError, match="similarity"):
        Benchmark.load("similarty")


# Heads and the cosine.


@pytest.mark.parametrize("labels", ["scores", "two", "three"])
def test_the_heads_are_scikit_learn_s_on_the_same_columns_at_the_chosen_penalty(labels):
    one, embed = benchmark(labels)
    u, v = sides(one, embed)
    found = solve(one, u, v, SETS)
    assert list(found) == list(SETS)
    y, train, test = one.labels.y, one.training, ~one.training
    for blocks, scored in found.items():
        x = pair_features(torch.from_numpy(u), torch.from_numpy(v), blocks.split(", ")).double().numpy()
        x = StandardScaler().fit(x[train]).transform(x)
        n, penalty = train.sum(), scored.penalty
        if labels == "scores":
            # The chooser's scores have unit spread, so its penalty is the same number in their unit.
            reference = Ridge(alpha=penalty * n).fit(x[train], y[train]).predict(x[test])
            expected = spearmanr(reference, y[test]).statistic
        else:
            reference = LogisticRegression(C=1 / (penalty * n), tol=1e-8, max_iter=5000).fit(x[train], y[train])
            expected = reference.score(x[test], y[test])
        assert scored.score == pytest.approx(expected, abs=1.5 / test.sum() if labels != "scores" else 2e-4)
        assert bool(scored.parts) == (blocks in KEPT)
        if scored.parts:
            assert scored.values().mean() == pytest.approx(scored.score, abs=1e-5)
            assert len(scored.values()) == test.sum()


def test_no_answer_of_a_head_comes_from_a_test_pair():
    one, embed = benchmark()
    u, v = sides(one, embed)
    test = ~one.training
    spoilt = replace(one, labels=replace(one.labels, y=np.where(test, 0.1 * np.arange(len(test)), one.labels.y)))
    before, after = (solve(some, u, v, SETS) for some in (one, spoilt))
    assert [scored.penalty for scored in before.values()] == [scored.penalty for scored in after.values()]


def test_the_cosine_and_a_zero_vector():
    u, v = np.array([[1.0, 0], [1, 1], [0, 0]]), np.array([[2.0, 0], [1, -1], [1, 1]])
    np.testing.assert_allclose(cosines(u, v), [1, 0, 0], atol=1e-12)


def test_each_distinct_sentence_is_encoded_once_and_every_task_is_measured():
    scores, embed = benchmark("scores")
    classes, _ = benchmark("two", "paraphrase")
    seen = []

    def counted(texts):
        seen.extend(texts)
        return embed(texts)

    dev, _ = table(80, "scores", seed=1)
    weights = np.array([1.0, 1, 1, 0, -1])
    space = measure(Encoder("spaces", "u*v", 3), counted, [scores, classes], dev, weights=weights, sets=SETS)
    assert len(seen) == len(set(seen)) == 280
    assert {task: set(found) for task, found in space.scores.items()} == {
        "similarity": {*SETS, COSINE},
        "paraphrase": {*SETS},
    }
    u, v = sides(scores, embed)
    test = ~scores.training
    between, y = cosines(u, v)[test], scores.labels.y[test]
    assert space.scores["similarity"][COSINE].score == pytest.approx(spearmanr(between, y).statistic, abs=1e-5)
    assert space.pearson == {"similarity": pytest.approx(np.corrcoef(between, y)[0, 1], abs=1e-5)}
    assert space.dev == pytest.approx(space.scores["similarity"][COSINE].score, abs=1e-5)  # here the same pairs
    assert space.form.negative == 0.2
    assert space.form.similarity == pytest.approx(spearmanr((u * v)[test] @ weights, y).statistic, abs=1e-5)
    assert space.form.dot == pytest.approx(spearmanr((u * v)[test].sum(axis=1), y).statistic, abs=1e-5)
    assert space.dim == DIM


def test_the_form_is_what_the_head_gives_to_the_product():
    model = toy_model(blocks=BLOCKS)
    columns = block_slices(model.encoder.dim)["u*v"]
    head = collapse(model.head).weight.detach().numpy()
    np.testing.assert_allclose(form_weights(model), head[0, columns] - head[2, columns], atol=1e-6)
    assert form_weights(toy_model(blocks=("u", "v"))) is None
    assert form_weights(toy_model(blocks=BLOCKS).with_new_head(["same", "other"])) is None


# Records and comparisons.


def space(seed, share=0.6, n=400, blocks="u*v", family="spaces"):
    rng = np.random.default_rng(seed)
    truth = rng.normal(size=n)
    answers = truth + (1 - share) * rng.normal(size=n)
    parts = pack_parts(spearman_parts(answers, truth))
    rho = round(float(spearmanr(answers, truth).statistic), 5)
    scores = {"similarity": {COSINE: Scored(rho, None, n, parts), "u, v": Scored(0.5, 0.1, n)}}
    return Space(Encoder(family, blocks, seed), DIM, scores, {"similarity": 0.5}, 0.5, None, 1.0, {"commit": "x"})


def test_records_come_back_as_they_were_and_are_shipped_in_order(tmp_path):
    made = [space(1), space(0), space(0, blocks="", family="infersent")]
    for i, one in enumerate(made):
        write_spaces([one], tmp_path / "out" / f"{i}.jsonl")
    ship(tmp_path / "out", tmp_path / "package" / "encoders.jsonl")
    again = read_spaces([tmp_path / "package" / "encoders.jsonl"])
    assert again == [made[1], made[0], made[2]]
    assert find_spaces(again, "spaces", "u*v").seeds == [0, 1]
    assert find_spaces(again, "infersent").mean("similarity", "u, v") == 0.5


def test_two_groups_are_compared_on_the_seeds_that_both_have():
    good, bad = (
        SpaceGroup(tuple(space(seed, share) for seed in seeds)) for share, seeds in ((0.9, (0, 1)), (0.1, (0, 1, 2)))
    )
    found = ahead((good, "similarity", COSINE), (bad, "similarity", COSINE))
    assert found.seeds == (0, 1)
    each = good.scores("similarity") - bad.scores("similarity")[:2]
    assert found.difference == pytest.approx(each.mean())
    assert found.interval[0] < found.difference < found.interval[1]
    assert found.over_pairs[0] < found.difference < found.over_pairs[1]
    back = ahead((bad, "similarity", COSINE), (good, "similarity", COSINE))
    assert back.difference == pytest.approx(-found.difference)
    same = ahead((good, "similarity", COSINE), (good, "similarity", COSINE))
    assert (same.difference, same.outcome) == (0, "equivalent")
    low, high = good.interval("similarity")
    assert low < good.mean("similarity") < high


def test_one_run_has_no_verdict_but_an_interval_over_the_pairs():
    good, bad = (SpaceGroup((space(0, share),)) for share in (0.9, 0.1))
    (row,) = ahead_table({"good less bad": ((good, "similarity", COSINE), (bad, "similarity", COSINE))}).cells
    assert row[0] == "good less bad"
    assert row[1].startswith("+")
    assert row[3] == "one run"
    assert "nan" not in row[2]
    several = SpaceGroup(tuple(space(seed, 0.9) for seed in range(3)))
    (row,) = ahead_table({"": ((several, "similarity", COSINE), (several, "similarity", COSINE))}).cells
    assert row[3] == "equivalent"


def test_what_cannot_be_compared_or_found_is_told():
    one, other = SpaceGroup((space(0),)), SpaceGroup((space(1),))
    with pytest.raises(ValueError, match=r"share no seed: \[0\] and \[1\]"):
        ahead((one, "similarity", COSINE), (other, "similarity", COSINE))
    with pytest.raises(ValueError, match="keeps no parts"):
        ahead((one, "similarity", "u, v"), (one, "similarity", "u, v"))
    with pytest.raises(ValueError, match="400 test pairs, the other 300"):
        ahead((one, "similarity", COSINE), (SpaceGroup((space(0, n=300),)), "similarity", COSINE))
    with pytest.raises(ValueError, match="similarity"):
        one.scores("similarty")
    with pytest.raises(ValueError, match="cosine"):
        one.scores("similarity", "v")
    with pytest.raises(ValueError, match="no record of MiniLM"):
        find_spaces([space(0)], "minilm")
    with pytest.raises(ValueError, match="minilm"):
        Encoder("minilmm")


# The command.


@pytest.fixture
def small(monkeypatch):
    """Tasks of a few made-up pairs, in the words of the toy model."""
    rng = np.random.default_rng(0)
    words = ["dog", "cat", "cow", "pig", "the", "a", "maybe"]

    def pairs(n, labels):
        first, second = ([" ".join(rng.choice(words, 4)) for _ in range(n)] for _ in range(2))
        return TextPairs(first, second, labels(n), "toy")

    def scores(n):
        return rng.normal(size=n).tolist()

    made = Benchmark.of("similarity", pairs(60, scores), pairs(30, scores), "scores")
    monkeypatch.setattr(command, "TASKS", {"similarity": TASKS["similarity"]})
    monkeypatch.setattr(command.Benchmark, "load", lambda name: made)
    monkeypatch.setattr(command, "corpus_pairs", lambda *asked: pairs(30, scores))
    monkeypatch.setattr(measuring, "sets_for", lambda dim: SETS)


def test_the_command_measures_what_is_missing(small, tmp_path, monkeypatch, capsys):
    trial = next(trial for trial in read_grid("spaces") if "u*v" in trial.recipe.model.blocks)
    toy_model(blocks=trial.recipe.model.blocks).save(tmp_path / "checkpoints" / trial.key)
    arguments = ["words", f"spaces={tmp_path / 'checkpoints'}", "--out", str(tmp_path / "out")]
    assert command.main(arguments) == 0
    assert capsys.readouterr().out.count("best of each similarity") == 2
    found = read_spaces(sorted((tmp_path / "out").glob("*.jsonl")))
    trained, floor = found
    assert floor.encoder == Encoder("words")
    assert floor.form is None
    assert trained.encoder == Encoder("spaces", ", ".join(trial.recipe.model.blocks), trial.recipe.training.seed)
    assert trained.form is not None
    assert trained.dim == 12
    assert set(trained.scores["similarity"]) == {*SETS, COSINE}
    assert command.main(arguments) == 0
    assert capsys.readouterr().out == ""


def test_a_sentence_transformer_is_asked_by_its_name(small, tmp_path, monkeypatch, capsys):
    asked = []

    class Found:
        distinct = None

    def encode(pairs, name):
        asked.append(name)
        Found.distinct = np.random.default_rng(0).normal(size=(len(pairs.first), 4))
        return Found, Found

    monkeypatch.setattr(command, "encode_pairs", encode)
    assert command.main(["minilm=some/model", "--out", str(tmp_path), "--sets", "u", "|u-v|"]) == 0
    assert asked == ["some/model"]
    (found,) = read_spaces([tmp_path / "minilm-0.jsonl"])
    assert found.dim == 4
    assert set(found.scores["similarity"]) == {"u", "|u-v|", COSINE}


def test_a_family_that_does_not_exist_is_told(tmp_path):
    with pytest.raises(ValueError, match="infersent"):
        command.main(["infersnt", "--out", str(tmp_path)])


# The shipped record.


def test_the_shipped_record_is_of_the_declared_encoders():
    spaces = load_spaces()
    known = [space.encoder for space in spaces]
    assert len(set(known)) == len(known)
    declared = {Encoder(family) for family in ("infersent", "minilm", "words")}
    for family in ("spaces", "lengths-256"):
        for trial in read_grid(family):
            declared.add(Encoder(family, ", ".join(trial.recipe.model.blocks), trial.recipe.training.seed))
    assert set(known) <= declared
    # All trainings; on vectors of more than 128 numbers not every set of blocks.
    assert {one for one in declared if one not in known} == set()
    for space in spaces:
        assert set(space.scores) == set(TASKS)
        assert (space.form is not None) == ("u*v" in space.encoder.blocks or space.encoder.family == "infersent")
        for task, found in space.scores.items():
            assert "|u-v|, u*v" in found
            assert set(EVERY_SET) <= set(found) or space.dim > 128, (space.encoder, task)
            for by, scored in found.items():
                if by in (*KEPT, COSINE):
                    assert scored.values().mean() == pytest.approx(scored.score, abs=1e-5), (task, by)
