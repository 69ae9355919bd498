"""What labels are taken for, what is said about it, and the scale."""

import numpy as np
import pytest
from scipy.stats import pearsonr, spearmanr
from sklearn.metrics import f1_score

from infersent.choose.task import correlation, macro_f1, numbers_in, read_labels


@pytest.mark.parametrize(
    ("labels", "classes", "note"),
    [
        (["yes", "no", "yes"], ("no", "yes"), None),
        (np.array([True, False, True]), (False, True), None),
        (np.array(["b", "a", "a"], dtype=object), ("a", "b"), None),
        ([0, 1, 2], (0, 1, 2), "whole numbers of 3 kinds (0, 1, 2), and are taken for classes"),
        ([0.0, 1.0, 2.0], (0.0, 1.0, 2.0), "floats, but whole numbers of 3 kinds"),
        ([0.0, 1.0, 1.0], (0.0, 1.0), ""),
        ([0, 1, 1], (0, 1), ""),
        ([0.1, 0.9, 2.6], (), None),
        (np.arange(30), (), "whole numbers of 30 kinds, more than 20, and are taken for scores"),
    ],
)
def test_classes_or_scores(labels, classes, note):
    task = read_labels(labels)
    assert task.labels == classes
    assert task.classes == bool(classes)
    assert [n for n in task.notes if note and note in n] or not note
    if note == "":  # of two kinds no order could matter
        assert not any("taken for" in n for n in task.notes)
    if classes:
        assert [task.labels[i] for i in task.y] == list(labels)
    else:
        assert task.y.tolist() == list(labels)  # nothing is cut off
        assert task.majority == task.chance == 0


def test_the_reader_may_say_otherwise():
    assert not read_labels([1, 2, 3, 4], "scores").classes
    assert read_labels([1, 2, 3, 4], "scores").notes == ()
    assert read_labels(np.arange(30), "classes").labels == tuple(range(30))
    some = read_labels([0.5, 1.5, 0.5], "classes")
    assert some.labels == (0.5, 1.5)
    assert "Each of the 2 distinct numbers is taken for a class" in some.notes[0]


def test_a_column_and_numbers_in_objects_are_labels_too():
    assert read_labels(np.array([[1.5], [2.5]])).y.tolist() == [1.5, 2.5]
    assert read_labels(np.array([np.float64(1.5), 2.5], dtype=object)).y.tolist() == [1.5, 2.5]


def test_a_class_with_fewer_pairs_than_folds_is_named():
    notes = read_labels(["a"] * 20 + ["b"] * 20 + ["rare"] * 3, folds=5).notes
    assert "A class has fewer pairs than there are folds (5): rare (3)." in notes[0]
    assert "2 classes have fewer" in read_labels(["a"] * 20 + ["b"] * 2 + ["c"], folds=5).notes[0]


class NotAvailable:
    """Like the NA of pandas, which no question about it answers."""

    def __ne__(self, other):
        return self

    def __bool__(self):
        raise TypeError


@pytest.mark.parametrize(
    ("labels", "kind", "words"),
    [
        ([], "auto", "no labels"),
        (["a", "a"], "auto", "nothing to tell apart"),
        ([1.0, np.nan, 2.0], "auto", "row 1 is nan"),
        ([1.0, np.inf, 2.0], "auto", "row 1 is inf"),
        (np.array(["a", None], dtype=object), "auto", "row 1 is missing"),
        (np.array(["a", np.nan, "b"], dtype=object), "auto", "row 1 is missing"),
        (np.ma.masked_equal([3, 7, 3], 7), "auto", "row 1 is missing"),
        (np.array(["a", NotAvailable()], dtype=object), "auto", "row 1 is missing"),
        (["a", "b"], "scores", "Scores are numbers, but a label is 'a'"),
        (["a", "b"], "ranks", "task='ranks'"),
        ([[1, 2], [3, 4]], "auto", r"shape \(2, 2\)"),
        (np.array([(1, 2), "a", 3], dtype=object), "auto", "neither texts nor numbers|inhomogeneous"),
        (np.array([1j, 2j]), "auto", "complex"),
    ],
)
def test_what_is_no_label_is_refused(labels, kind, words):
    with pytest.raises(ValueError, match=words):
        read_labels(labels, kind)


def test_rows_without_a_label_are_counted_in_good_english():
    with pytest.raises(ValueError, match=r"The label of row 1 is nan; leave such pairs out"):
        read_labels([1.0, np.nan, 2.0])
    with pytest.raises(ValueError, match=r"row 1 is missing, and one more is like it; leave"):
        read_labels(np.array(["a", None, None], dtype=object))
    with pytest.raises(ValueError, match=r"row 0 is inf, and 2 more are like it; leave"):
        read_labels([np.inf, np.nan, np.nan, 2.0])


def test_the_scale_and_its_zero():
    task = read_labels(list("aaab"))
    assert (task.chance, task.majority, task.unbalanced) == (0.5, 0.75, False)
    assert task.metrics == ("accuracy",)
    skewed = read_labels(list("a" * 9 + "b"))
    assert skewed.unbalanced
    assert skewed.metrics == ("accuracy", "macro-F1")
    assert read_labels([0.1, 0.2]).metrics == ("Spearman", "Pearson")


def test_the_metrics_are_the_usual_ones():
    rng = np.random.default_rng(0)
    y, answers = rng.integers(4, size=(2, 200))
    task = read_labels(y.astype(str))
    assert task.measure("accuracy", y, answers) == (y == answers).mean()
    assert task.measure("macro-F1", y, answers) == pytest.approx(f1_score(y, answers, average="macro"))
    assert macro_f1(np.array([0, 0]), np.array([0, 0]), 3) == 1  # classes that nobody named do not count
    x = np.round(rng.normal(size=200), 1)
    z = x + rng.normal(size=200)
    scores = read_labels(z)
    assert scores.measure("Spearman", z, x) == pytest.approx(spearmanr(z, x).statistic)
    assert scores.measure("Pearson", z, x) == pytest.approx(pearsonr(z, x).statistic)
    assert correlation(np.ones(3), np.arange(3.0)) == 0


def test_labels_of_a_file_are_numbers_where_all_are():
    assert numbers_in(["1", "2.5"]) == [1.0, 2.5]
    whole = numbers_in(["1", "02"])
    assert whole == [1, 2]
    assert {type(number) for number in whole} == {int}
    assert numbers_in(["1", "b"]) == ["1", "b"]
    assert numbers_in(["1_0", "2_0"]) == ["1_0", "2_0"]  # names, which Python would read as ten and twenty
    assert numbers_in([str(2**63), "1"]) == [str(2**63), "1"]  # names made of digits
    assert numbers_in([str(2**63 - 1), "1"]) == [2**63 - 1, 1]
