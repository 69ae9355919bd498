"""The recommendation on data where it is known what works, and the report of it."""

import html.parser
import json
import math
import os
import re
import signal

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

import infersent
from infersent.choose.candidates import SINGLES, as_candidates, code, default_candidates
from infersent.choose.estimator import linear_ledger
from infersent.choose.figures import draw_curve
from infersent.choose.run import choose_blocks
from infersent.choose.transform import PairFeatures
from infersent.model.features import BLOCKS, SHIPPED_FEATURES, feature_names, temporary_feature

SOME = ["u, v", "|u-v|", "u*v", "u, v, |u-v|", "u, v, u*v"]


@pytest.fixture(autouse=True)
def _no_windows():
    plt.switch_backend("Agg")


def vectors(n, dim=4, seed=0):
    return np.random.default_rng(seed).normal(size=(2, n, dim)).astype(np.float32)


def same_sign(u, v):
    return np.where(u[:, 0] * v[:, 0] > 0, "same", "other")


@pytest.fixture(scope="module")
def product():
    """A choice where the label is whether two signs agree: no sum of parts of u and of v tells it."""
    u, v = vectors(800)
    return choose_blocks(u, v, same_sign(u, v), candidates=SOME, repeats=1)


def test_where_signs_must_agree_the_product_is_recommended(product):
    assert product.recommended == ("u*v",)
    assert product.code == "u * v"
    assert product.score("u, v") < 0.6 < 0.9 < product.score("u*v")
    assert product.outcome("u, v") == "differs"
    assert product.alarms == ()
    assert product.advice.startswith("Use u*v (4 columns): accuracy 9")
    assert "the best of 7 sets" in product.advice


def test_where_a_distance_tells_it_the_difference_is_recommended():
    u, v = vectors(1000, 3)
    near = np.abs(u - v).sum(axis=1) < 3
    found = choose_blocks(u, v, near, candidates=SOME, repeats=1)
    assert found.recommended == ("|u-v|",)
    assert found.score("|u-v|") > found.score("u*v") + 0.03
    assert found.estimator_.classes_.tolist() == [False, True]


def test_where_one_side_betrays_the_label_there_is_an_alarm():
    u, v = vectors(800)
    found = choose_blocks(u, v, v[:, 0] > 0, candidates=SOME, repeats=1)
    assert found.recommended == ("v",)
    (alarm,) = found.alarms
    assert alarm.startswith("v alone, which never sees the other sentence, is 4")
    assert "of what the best set gains" in alarm
    assert repr(found).startswith("ALARM: v alone")
    assert "Alarm." in found._repr_html_()


def test_an_alarm_on_which_all_folds_agree_is_not_sure_to_a_hundredth():
    """One number tells the label, so every fold is right throughout: their spread is nothing, and says too much."""
    u, v = vectors(60)
    u[:, 0] = np.where(np.arange(60) % 2, 9, -9)
    found = choose_blocks(u, v, u[:, 0] > 0, candidates=["u, v"], repeats=1, folds=2)
    (alarm,) = found.alarms
    assert "is 50.0 points above always saying the commonest class (95% interval 45.0 to 55.0)" in alarm


def test_where_all_do_equally_well_the_smallest_is_recommended_and_that_is_equivalent():
    """Two copies of the same block, one beside another that adds nothing."""
    u, v = vectors(4000, 2)
    y = u[:, 0] * v[:, 0] + 0.3 * np.random.default_rng(1).normal(size=4000) > 0
    found = choose_blocks(u, v, y, candidates=["u*v", "u, u*v", "u, v, u*v"], repeats=1, margin=0.03)
    assert found.recommended == ("u*v",)
    for blocks in ("u, u*v", "u, v, u*v", "u*v"):
        assert found.outcome(blocks) == "equivalent"
        assert found.more_pairs(blocks) == 0


def test_scores_are_ranked_by_ridge_regression():
    u, v = vectors(600)
    y = (u * v).sum(axis=1) + 0.1 * np.random.default_rng(1).normal(size=600)
    found = choose_blocks(u, v, 3 + 2 * y, candidates=SOME, repeats=1)
    assert found.recommended == ("u*v",)
    assert found.metric == "Spearman"
    assert set(found.candidates[0].scores) == {"Spearman", "Pearson"}
    assert found.score("u*v") > 0.95 > 0.2 > abs(found.score("u, v"))
    assert "Spearman 0.9" in found.advice
    answers = found.estimator_.predict(np.stack([u, v], axis=1))
    assert np.corrcoef(answers, 3 + 2 * y)[0, 1] > 0.99
    assert np.abs(answers - (3 + 2 * y)).mean() < 0.3  # in the scores' own unit
    assert not any("chance" in row[0] for row in found.table().rows)
    by_pearson = choose_blocks(u, v, y, candidates=SOME, repeats=1, metric="Pearson")
    assert by_pearson.metric == "Pearson"


def test_unbalanced_classes_show_macro_f1_beside_accuracy():
    u, v = vectors(600)
    y = np.where(u[:, 0] * v[:, 0] > 1.2, "rare", "common")
    found = choose_blocks(u, v, y, candidates=SOME, repeats=1)
    assert set(found.candidates[0].scores) == {"accuracy", "macro-F1"}
    assert "macro-F1" in found.table().header
    decided = choose_blocks(u, v, y, candidates=SOME, repeats=1, metric="macro-F1")
    assert decided.recommended == ("u*v",)
    assert decided.find("u, v").scores["macro-F1"].mean() < 0.6


def test_the_estimator_is_what_scikit_learn_would_have_fitted(product):
    u, v = vectors(800)
    pairs, y = np.stack([u, v], axis=1), same_sign(u, v)
    again = clone(product.estimator_).set_params(head__tol=1e-8).fit(pairs, y)
    assert isinstance(again[-1], LogisticRegression)
    np.testing.assert_allclose(product.estimator_[-1].coef_, again[-1].coef_, atol=0.02 * np.abs(again[-1].coef_).max())
    assert (product.estimator_.predict(pairs) == again.predict(pairs)).mean() > 0.995
    assert product.estimator_.predict_proba(pairs[:3]).shape == (3, 2)
    np.testing.assert_allclose(product.estimator_[1].mean_, again[1].mean_, atol=1e-5)
    np.testing.assert_allclose(product.estimator_[1].scale_, again[1].scale_, rtol=1e-4)


@pytest.mark.parametrize("classes", [3, 0])
def test_the_estimator_of_many_classes_and_of_scores(classes):
    u, v = vectors(600)
    y = (u * v).sum(axis=1)
    y = np.digitize(y, [-1, 1]).astype(str) if classes else y
    found = choose_blocks(u, v, y, candidates=["u*v"], repeats=1)
    pairs = np.stack([u, v], axis=1)
    again = clone(found.estimator_).fit(pairs, y)
    ours, theirs = found.estimator_.predict(pairs), again.predict(pairs)
    if classes:
        assert (ours == theirs).mean() > 0.99
    else:
        np.testing.assert_allclose(ours, theirs, atol=1e-2)


def test_the_table_shows_the_zero_of_the_scale_and_each_side_first(product):
    table = product.table()
    assert [row[0] for row in table.rows][:4] == ["(chance)", "(commonest class)", "u", "v"]
    scores = [product.score(str(row[0]).removesuffix(" ◀")) for row in table.rows[4:]]
    assert scores == sorted(scores, reverse=True)
    assert [row[0] for row in table.rows if str(row[0]).endswith("◀")] == ["u*v ◀"]
    assert len(table.rows) == 2 + 7


def test_what_is_written_says_what_it_rests_on(product):
    shown = repr(product)
    for words in (
        "No sentence occurs in two of the 800 pairs",
        "corrected resampled t test; among 7 sets",
        "After paying for that, u*v can be expected to have accuracy",
        "    u * v",
    ):
        assert words in shown
    assert product.after_choosing <= product.score("u*v") + 0.01


def test_undecided_says_how_many_more_pairs():
    u, v = vectors(120)
    y = np.sign(u * v).sum(axis=1) + np.random.default_rng(1).normal(size=120) > 0
    found = choose_blocks(u, v, y, candidates=["u*v", "|u-v|, u*v", "u, v, u*v"], repeats=1)
    open_ones = [one for one in found.candidates if found.outcome(one.blocks) == "undecided"]
    assert open_ones
    assert all(found.more_pairs(one.blocks) > 0 for one in open_ones)
    widest = choose_blocks(u, v, y, candidates=["u*v", "|u-v|, u*v", "u, v, u*v"], repeats=1, margin=0.2)
    assert widest.chosen.width == min(4, widest.chosen.width)


@pytest.mark.parametrize(
    ("chosen", "errors", "words"),
    [
        ((0.80, 0.797), 0.004, "equivalent within 1 point to the best of 2 sets, u, v, u*v (80.0%)."),
        ((0.80, 0.797), 0.001, "(80.0%), which is better for sure, but only by 0.3."),
        ((0.80, 0.793), 0.003, "is better for sure, but by 0.7, less than the margin of 1 point"),
        ((0.80, 0.795), 0.01, "undecided; about"),
        ((0.80, 0.7901), 0.05, "more pairs would decide it"),
        ((0.80, 0.60), 0.01, "no smaller one comes within 1 point."),
        ((0.80, 0.785), 0.02, "Undecided is whether u does as well"),
    ],
)
def test_the_advice_in_each_case(product, chosen, errors, words):
    from dataclasses import replace

    from infersent.choose.resampled import Resampled

    best, other = (
        replace(
            product.find(blocks),
            scores={"accuracy": np.full(5, score)},
            behind=Resampled(chosen[0] - score, errors / 2, 5),
        )
        for blocks, score in zip(("u, v, u*v", "u"), chosen, strict=True)
    )
    assert words in replace(product, candidates=(other, best)).advice


def test_a_difference_on_the_margin_is_hardly_ever_decided(product):
    from dataclasses import replace

    from infersent.choose.resampled import Resampled

    best = replace(product.find("u, v"), scores={"accuracy": np.full(5, 0.8)})
    other = replace(product.find("u"), scores={"accuracy": np.full(5, 0.79999)}, behind=Resampled(1e-5, 1e6, 5))
    assert "hardly any number of pairs" in replace(product, candidates=(other, best)).advice


def test_the_report_is_one_page_that_needs_no_other(product):
    page = product.to_html()

    class Reader(html.parser.HTMLParser):
        def __init__(self):
            super().__init__()
            self.tags, self.addresses = [], []

        def handle_starttag(self, tag, attributes):
            self.tags.append(tag)
            self.addresses += [value for name, value in attributes if name in ("src", "href") and value[:1] != "#"]

    reader = Reader()
    reader.feed(page)
    assert {"table", "svg", "pre"} <= set(reader.tags)
    assert not {"script", "link", "img"} & set(reader.tags)
    assert reader.addresses == []
    assert product.to_html() == page  # nothing of the day or of chance
    assert "u * v" in page


def test_labels_in_a_report_are_text():
    u, v = vectors(100)
    found = choose_blocks(u, v, np.where(u[:, 0] > 0, "<b>", "&"), candidates=["u, v"], repeats=1)
    assert "<b>" not in found.to_html()


def test_json_has_everything_but_the_pipeline(product):
    whole = json.loads(product.to_json())
    assert whole["recommended"] == ["u*v"]
    assert whole["code"] == "u * v"
    assert len(whole["candidates"]) == 7
    assert {one["verdict"] for one in whole["candidates"]} >= {"best", "differs"}
    (best,) = [one for one in whole["candidates"] if one["verdict"] == "best"]
    assert np.mean(best["scores"]["accuracy"]) == product.score("u*v")


def test_the_figure_has_a_row_for_each_set_and_each_block_its_colour(product):
    from infersent.foundation.plots import COLOURS

    dots, axis = product.plot().axes
    used = {line.get_color() for line in dots.lines}
    assert set(COLOURS.values()) <= used
    assert len(dots.lines) == 4 * len(product.candidates)
    assert "behind the best" in axis.get_xlabel()
    assert plt.get_fignums() == []


def test_a_learning_curve_rises(product):
    shown = []
    curve = product.learning_curve([40, 300], ["u*v", "u, v"], progress=lambda done, of: shown.append((done, of)))
    assert curve.scores.shape == (2, 2, 5)
    means = curve.scores.mean(axis=2)
    assert means[1, 0] > means[0, 0] > means[0, 1]
    assert [row[0] for row in curve.table().rows] == ["40", "300"]
    assert shown[-1] == (10, 10)
    assert "u*v" in repr(curve)
    assert curve.table().to_html() == curve._repr_html_()
    (axis,) = curve.plot().axes
    assert axis.get_ylabel() == "accuracy"


def test_lines_of_a_learning_curve_are_told_apart_and_end_where_scores_do():
    sets = [("u", "v"), ("u", "v", "|u-v|"), ("|u-v|",), ("u", "|u-v|")]  # three end in one block, and have its colour
    scores = np.tile(np.array([[0.0, 1.0]]), (2, 4, 1))  # two folds, whose interval reaches far beyond both
    (axis,) = draw_curve(sets, [40, 80], scores, "accuracy").axes
    lines = axis.get_lines()
    assert len({line.get_color() for line in lines}) == 2
    assert len({(line.get_color(), line.get_linestyle(), line.get_marker()) for line in lines}) == 4
    low, high = axis.get_ylim()
    assert -0.1 < low < 0 < 1 < high < 1.1
    (axis,) = draw_curve(sets, [40, 80], scores, "Spearman").axes
    assert axis.get_ylim()[0] < -1  # a correlation is drawn as it comes


def test_a_learning_curve_of_its_own_accord(product):
    curve = product.learning_curve()
    assert curve.sizes == (80, 160, 320, 640)
    assert curve.sets[-1] == ("u*v",)  # recommended, and none of the four that are always there
    with pytest.raises(ValueError, match="on 640 pairs at most; it cannot be on 641"):
        product.learning_curve([641])


@pytest.mark.parametrize("mlp", [False, True])
def test_a_fold_may_be_trained_on_a_single_group(mlp):
    u, v = vectors(80, 2)
    asked = ["how"] * 40 + ["why"] * 40  # two folds, a question in each
    sentences = (asked, [f"answer {i}" for i in range(80)])
    found = choose_blocks(u, v, same_sign(u, v), sentences=sentences, candidates=["u*v"], folds=2, repeats=1, mlp=mlp)
    assert found.score("u*v") > 0.7


def test_a_network_beside_the_linear_heads():
    u, v = vectors(1500, 2)
    found = choose_blocks(u, v, same_sign(u, v), candidates=["u, v", "u*v"], repeats=1, folds=2, mlp=True)
    assert found.find("u, v").mlp.mean() > 0.75 > 0.6 > found.score("u, v")
    assert found.find("u").mlp is None
    assert "MLP" in found.table().header


def test_test_pairs_have_no_part_in_the_choice(product):
    u, v = vectors(800)
    other = vectors(200, seed=9)
    found = choose_blocks(u, v, same_sign(u, v), candidates=SOME, repeats=1, test=(*other, same_sign(*other)))
    assert found.recommended == product.recommended
    assert found.score("u*v") == product.score("u*v")
    assert found.on_test.scores["u*v",] > 0.9
    assert found.on_test.shared == 0
    assert "on test" in found.table().header
    assert "None of them shares a sentence" in repr(found)
    assert json.loads(found.to_json())["test"]["pairs"] == 200
    overlapping = choose_blocks(
        u, v, u[:, 0] * v[:, 0], candidates=["u*v"], repeats=1, test=(u[:50], v[:50], (u * v)[:50, 0])
    )
    assert overlapping.on_test.shared == 1


def test_test_pairs_are_known_by_their_texts_where_there_are_any():
    u, v = vectors(100)
    texts = [f"a {i}" for i in range(100)], [f"b {i}" for i in range(100)]
    other = [f"a {i}" for i in range(10)], [f"c {i}" for i in range(10)]
    found = choose_blocks(
        u,
        v,
        same_sign(u, v),
        sentences=texts,
        candidates=["u*v"],
        repeats=1,
        test=(u[:10] + 1, v[:10], same_sign(u, v)[:10]),
        test_sentences=other,
    )
    assert found.on_test.shared == 1


def test_sentences_that_recur_stay_on_one_side_of_every_fold():
    """Each premise is one label: a model that has seen it knows the answer, an honest one cannot."""
    rng = np.random.default_rng(0)
    premises = rng.normal(size=(40, 30))
    which = np.repeat(np.arange(40), 10)
    y = rng.integers(2, size=40)[which].astype(str)
    u, v = premises[which], rng.normal(size=(400, 30))
    honest = choose_blocks(u, v, y, candidates=["u, v"], repeats=1)
    assert "40 groups" in honest.notes[0]
    apart = [f"{i}" for i in range(400)], [f"{i}!" for i in range(400)]
    leaking = choose_blocks(u, v, y, candidates=["u, v"], repeats=1, sentences=apart)
    assert leaking.score("u") > 0.9 > 0.7 > honest.score("u")


def test_a_leak_that_is_left_is_an_alarm():
    rng = np.random.default_rng(0)
    sides = rng.normal(size=(2, 20, 4))
    first, second = (x.ravel() for x in np.meshgrid(np.arange(20), np.arange(20)))
    found = choose_blocks(sides[0][first], sides[1][second], rng.integers(2, size=400), candidates=["u, v"], repeats=1)
    assert any("A leak is left" in alarm for alarm in found.alarms)


def test_finished_folds_are_not_computed_again(tmp_path, monkeypatch, product):
    from infersent.choose import run

    u, v = vectors(800)
    y, done, real = same_sign(u, v), [], run.run_fold

    def stopped(*arguments, **options):
        if len(done) == 3:
            raise KeyboardInterrupt
        done.append(1)
        return real(*arguments, **options)

    monkeypatch.setattr(run, "run_fold", stopped)
    with pytest.raises(KeyboardInterrupt):
        choose_blocks(u, v, y, candidates=SOME, repeats=1, cache=tmp_path)
    counted = []
    monkeypatch.setattr(run, "run_fold", lambda *a, **k: (counted.append(a[3]), real(*a, **k))[1])
    shown = []
    options = {"candidates": SOME, "repeats": 1, "cache": tmp_path}
    again = choose_blocks(u, v, y, **options, progress=lambda done, of: shown.append((done, of)))
    assert len(counted) == 2
    assert shown == [(3, 5), (4, 5), (5, 5)]
    assert again.to_json() == product.to_json()
    counted.clear()
    assert choose_blocks(u, v, y, **options).to_json() == again.to_json()
    assert counted == []
    # One more set: only that is trained.
    choose_blocks(u, v, y, candidates=[*SOME, "min(u,v)"], repeats=1, cache=tmp_path)
    assert counted == [(("min(u,v)",),)] * 5
    # Other labels, other folds.
    counted.clear()
    choose_blocks(u, v, y[::-1], **options)
    assert len(counted) == 5


def test_a_reader_s_block_that_changed_is_trained_again(tmp_path, monkeypatch):
    from infersent.choose import run

    counted, real = [], run.run_fold
    monkeypatch.setattr(run, "run_fold", lambda *a, **k: (counted.append(a[3]), real(*a, **k))[1])
    u, v = vectors(100)
    for function in (torch.add, torch.sub, torch.add):
        with temporary_feature("mine", function):
            choose_blocks(u, v, same_sign(u, v), candidates=["mine"], repeats=1, folds=2, cache=tmp_path)
    assert sum((("mine",) in [tuple(some) for some in sets]) for sets in counted) == 4


def test_a_damaged_file_is_made_again(tmp_path, product):
    u, v = vectors(800)
    options = {"candidates": SOME, "repeats": 1, "cache": tmp_path}
    choose_blocks(u, v, same_sign(u, v), **options)
    for path in tmp_path.rglob("0-1.npz"):
        path.write_bytes(b"no archive")
    assert choose_blocks(u, v, same_sign(u, v), **options).to_json() == product.to_json()


@pytest.mark.parametrize("where", ["two processes", "two workers of a cluster"])
def test_spread_over_processes_the_result_is_the_same(where):
    u, v = vectors(200)
    options = {"candidates": ["u, v", "mine"], "repeats": 1, "folds": 2}
    with temporary_feature("mine", lambda u, v: u * v):  # which another process does not know
        here = choose_blocks(u, v, same_sign(u, v), **options)
        if where == "two processes":
            there = choose_blocks(u, v, same_sign(u, v), **options, jobs=2)
        else:
            distributed = pytest.importorskip("distributed")
            workers = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None}
            with distributed.LocalCluster(**workers) as cluster:
                there = choose_blocks(u, v, same_sign(u, v), **options, cluster=cluster.scheduler_address)
    assert here.to_json() == there.to_json()


def test_a_killed_process_is_explained(monkeypatch):
    monkeypatch.setattr("infersent.choose.run._in_worker", lambda *_: os.kill(os.getpid(), signal.SIGKILL))
    u, v = vectors(100)
    with pytest.raises(OSError, match=r"A process of the comparison was killed.*the same command goes on.*fewer jobs"):
        choose_blocks(u, v, same_sign(u, v), candidates=["u*v"], repeats=1, jobs=2)


def test_by_default_fifteen_sets_and_what_is_worth_knowing():
    with temporary_feature("mine", torch.add):
        sets = default_candidates()
    assert len(sets) == len({frozenset(some) for some in sets}) == 15 + len(SINGLES) + 1
    assert sets[-1] == ("mine",)
    assert tuple(BLOCKS) in sets
    assert set(SHIPPED_FEATURES) <= set(feature_names())


def test_u_and_v_alone_are_always_among_the_candidates():
    assert as_candidates(["u*v, u", ["u", "u*v"]]) == (("u",), ("v",), ("u*v", "u"))
    for wrong, words in (("u, v", "is one text"), ([], "is empty"), (["u**v"], "Did you mean")):
        with pytest.raises(ValueError, match=words):
            as_candidates(wrong)


def test_the_code_computes_what_the_registry_does():
    u, v = torch.randn(2, 3, 5).unbind()
    from infersent.choose.candidates import CODE

    for name in [*CODE]:
        found = eval(code(["u", name] if name != "u" else ["u"]), {"torch": torch, "u": u, "v": v})
        torch.testing.assert_close(found, infersent.pair_features(u, v, ["u", name] if name != "u" else ["u"]))
    with temporary_feature("mine", torch.add):
        assert code(["u", "mine"]) == "infersent.pair_features(u, v, ['u', 'mine'])"


PLACES = np.arange(400).reshape(100, 4)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda u, v, y: (u, v[:-1], y), r"u has the shape \(100, 4\) but v \(99, 4\)"),
        (lambda u, v, y: (u, v, y[:-1]), "100 pairs of vectors but 99 labels"),
        (lambda u, v, y: (u[0], v[0], y), r"u is float32 of the shape \(4,\)"),
        (lambda u, v, y: (u.astype(str), v, y), "u is <U"),
        (
            lambda u, v, y: (np.where(np.arange(400).reshape(100, 4) == 70, np.nan, u), v, y),
            "u has a number .* row 17;",
        ),
        (
            lambda u, v, y: (u, np.where(np.arange(400).reshape(100, 4) > 396, np.inf, v), y),
            "v has a number .* row 99;",
        ),
        (lambda u, v, y: (u, np.full_like(v, np.nan), y), "row 0 and in 99 more"),
        (lambda u, v, y: (u[:12], v[:12], y[:12]), "12 pairs are too few for 5 folds"),
    ],
)
def test_vectors_that_do_not_fit_are_refused(change, words):
    u, v = vectors(100)
    with pytest.raises(ValueError, match=words):
        choose_blocks(*change(u, v, same_sign(u, v)))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"folds": 1}, "folds=1"),
        ({"repeats": 0}, "repeats=0"),
        ({"margin": 5}, "margin=5 is no share"),
        ({"metric": "F1"}, "Did you mean 'macro-F1'"),
        ({"metric": "Spearman"}, "does not measure classes; use accuracy or macro-F1"),
        ({"sentences": (["a"], ["b"])}, "100 pairs of vectors but 1 sentence on a side"),
        ({"test": (np.zeros((3, 5)), np.zeros((3, 5)), ["same"] * 3)}, "have 5 numbers, the others 4"),
        (
            {"test": (np.zeros((3, 4)), np.zeros((3, 4)), ["new"] * 3)},
            "that the others lack: new; known: other",
        ),
    ],
)
def test_options_that_do_not_fit_are_refused(options, words):
    u, v = vectors(100)
    with pytest.raises(ValueError, match=words):
        choose_blocks(u, v, same_sign(u, v), candidates=["u*v"], **{"repeats": 1, **options})


def test_what_a_mask_covers_is_missing():
    u, v = vectors(100)
    with pytest.raises(ValueError, match=r"u has a number that is missing \(nan\) or infinite in row 7;"):
        choose_blocks(np.ma.masked_array(u, np.arange(400).reshape(100, 4) == 30), v, same_sign(u, v))


def test_a_sentence_that_is_none_is_no_text():
    u, v = vectors(100)
    with pytest.raises(TypeError, match=r"sentences\[1\], row 0: None is a NoneType, not a text"):
        choose_blocks(u, v, same_sign(u, v), sentences=([*map(str, range(100))], [None] * 100))


def test_folds_without_pairs_are_refused():
    u, v = vectors(30)
    texts = ["one"] * 28 + ["two", "three"], ["other"] * 28 + ["four", "five"]
    found = choose_blocks(u, v, same_sign(u, v), sentences=texts, candidates=["u*v"], repeats=1)
    assert found.alarms  # nothing can be kept apart


def test_tensors_and_constant_columns():
    u, v = vectors(100)
    u[:, 1] = 2
    found = choose_blocks(torch.from_numpy(u).half(), torch.from_numpy(v).half(), same_sign(u, v), candidates=["u*v"])
    assert found.repeats == 5
    assert "1 of the 4 numbers of u never varies, and tells nothing." in found.notes


def test_an_unknown_set_and_a_curve_without_vectors(product):
    from dataclasses import replace

    with pytest.raises(ValueError, match=r"was not compared\. These were: u; v; "):
        product.find("min(u,v)")
    with pytest.raises(ValueError, match="no longer there"):
        replace(product, _vectors=None).learning_curve()
    assert product.find("u*v, v, u").blocks == ("u", "v", "u*v")


@pytest.mark.parametrize("classes", [2, 3, 0])
def test_the_ledger_of_a_pipeline_adds_up(classes):
    u, v = vectors(300)
    pairs = np.stack([u, v], axis=1)
    y = (u * v).sum(axis=1)
    if classes:
        y = np.digitize(y, [0] if classes == 2 else [-1, 1])
    found = choose_blocks(u, v, y.astype(str) if classes else y, candidates=["u, v, u*v"], repeats=1)
    for pipeline in (found.estimator_,):
        account = linear_ledger(pipeline, u[:50], v[:50])
        ours = account.logits
        theirs = pipeline.decision_function(pairs[:50]) if classes else pipeline.predict(pairs[:50])
        np.testing.assert_allclose(ours, theirs.reshape(50, -1), atol=1e-4)
        assert list(account.by_block) == list(found.recommended)
        for name, terms in account.by_dimension.items():
            np.testing.assert_allclose(terms.sum(axis=1), account.by_block[name])
        assert len(account.columns) == ours.shape[1]
        assert account.columns == {2: ("1",), 3: ("0", "1", "2"), 0: ("score",)}[classes]


def test_a_pipeline_that_is_no_sum_has_no_ledger():
    u, v = vectors(100)
    pairs, y = np.stack([u, v], axis=1), u[:, 0] > 0
    for steps, words in (
        ([StandardScaler(), LogisticRegression()], "first step is StandardScaler"),
        ([PairFeatures(), KNeighborsClassifier()], "is not linear"),
        ([PairFeatures(), PolynomialFeatures(), LogisticRegression()], "is not a scaler"),
    ):
        pipeline = make_pipeline(*steps).fit(pairs if isinstance(steps[0], PairFeatures) else u, y)
        with pytest.raises(ValueError, match=words):
            linear_ledger(pipeline, u, v)
    plain = make_pipeline(PairFeatures("u"), "passthrough", LogisticRegression()).fit(pairs, y)
    np.testing.assert_allclose(linear_ledger(plain, u, v).logits[:, 0], plain.decision_function(pairs), atol=1e-5)


def test_a_ledger_says_what_is_missing_where_the_pipeline_or_the_vectors_are_of_another_form():
    u, v = vectors(60)
    pairs, y = np.stack([u, v], axis=1), u[:, 0] > 0
    pipeline = make_pipeline(PairFeatures("u, v"), StandardScaler(), LogisticRegression())
    with pytest.raises(NotFittedError, match="not fitted yet"):  # and not that a logistic regression is not linear
        linear_ledger(pipeline, u, v)
    search = GridSearchCV(pipeline, {"pairfeatures__blocks": ["u", "v"]}, cv=2).fit(pairs, y)
    with pytest.raises(ValueError, match="GridSearchCV is no Pipeline; of a search, give its best_estimator_"):
        linear_ledger(search, u, v)
    account = linear_ledger(search.best_estimator_, u, v)
    np.testing.assert_allclose(account.logits[:, 0], search.decision_function(pairs), atol=1e-5)
    with pytest.raises(ValueError, match=r"u has the shape \(4,\) and v \(4,\); give \[pairs, dim\]"):
        linear_ledger(search.best_estimator_, u[0], v[0])


def test_numbers_without_an_interval_are_a_dash(product):
    assert product.written(math.nan) == "–"


def test_a_report_has_the_learning_curve_as_a_figure_and_as_a_table(product):
    curve = product.learning_curve([40, 300], ["u*v", "u, v"])
    page, plain = product.to_html(curve), product.to_html()
    assert (page.count("<svg"), plain.count("<svg")) == (2, 1)
    assert (page.count("<table"), plain.count("<table")) == (2, 1)
    assert curve.table().to_html() in page
    assert 'aria-label="accuracy by the number of training pairs' in page
    ids = re.findall(r'<(?:path|clipPath) id="([^"]+)"', page)
    assert len(ids) == len(set(ids))  # of the two figures, none has an element of the other
    assert product.to_html(curve) == page
    kept = json.loads(product.to_json(curve))["learning_curve"]
    assert kept["pairs"] == [40, 300]
    assert np.array_equal(kept["scores"]["u, v"], curve.scores[:, 1])
    assert "learning_curve" not in json.loads(product.to_json())


def test_one_is_no_plural():
    u, v = vectors(100, dim=1)
    u[:] = 2
    one = u[:1], v[:1], ["same"]
    found = choose_blocks(u, v, same_sign(u, v), candidates=["u*v"], repeats=1, test=one)
    assert "1 of the 1 number of u never varies, and tells nothing." in found.notes
    assert "100 pairs of 1 number, 5 folds" in found.table().caption
    assert any(note.startswith("The one test pair had no part in the choice; there ") for note in found.about)
    with pytest.raises(ValueError, match="There are 100 pairs of vectors but 2 labels"):
        choose_blocks(u, v, ["a", "b"], candidates=["u*v"])
    with pytest.raises(ValueError, match="There is 1 pair of vectors but 2 labels"):
        choose_blocks(u[:1], v[:1], ["a", "b"], candidates=["u*v"])


def test_labels_of_test_pairs_are_the_same_whether_read_as_numbers_or_as_texts():
    u, v = vectors(100)
    y = np.where(u[:, 0] * v[:, 0] > 0, "1", "2")
    y[:20] = "o"
    some = {"candidates": ["u*v"], "repeats": 1}
    one = choose_blocks(u, v, y, **some, test=(u[50:], v[50:], y[50:]))
    other = choose_blocks(u, v, y, **some, test=(u[50:], v[50:], y[50:].astype(int)))
    assert one.on_test == other.on_test
    with pytest.raises(ValueError, match="labels that the others lack: 3; known: 1, 2, o"):
        choose_blocks(u, v, y, **some, test=(u[:1], v[:1], [3]))
    scores = u[:, 0] * v[:, 0]
    with pytest.raises(ValueError, match="Scores are numbers, but a label of the test pairs is 'high'"):
        choose_blocks(u, v, scores, **some, test=(u[:2], v[:2], ["high", "low"]))
    with pytest.raises(ValueError, match="The label of row 1 is nan; leave"):
        choose_blocks(u, v, scores, **some, test=(u[:2], v[:2], [1.5, np.nan]))
