"""Pairs with any labels from any file: what is read, in which order the classes come, and what is refused."""

import io
import json
import sys
import warnings

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infersent.data import (
    LABELS,
    Pairs,
    ScoredPairs,
    examples_from,
    pairs_from,
    read_examples,
    read_pairs,
    read_scores,
    read_sentence_pairs,
    scores_from,
)
from infersent.data.files import MalformedLine, write_pairs
from infersent.foundation.notices import Notice
from infersent.foundation.optional import MissingExtra

QUESTIONS = {
    "question1": ['How do I say "hi"?', "Why, oh why?", "What?\nReally?", "Who, me?"],
    "question2": ["How to say hi?", "Where?", "What, really?", "Who?"],
    "is_duplicate": [1, 0, 1, 0],
}
NAMED = {"text": ("question1", "question2"), "label": "is_duplicate"}


def contents(pairs):
    labels = [pairs.label_names[label] for label in pairs.labels]
    return list(zip(pairs.premises, pairs.hypotheses, labels, strict=True))


EXPECTED = list(zip(QUESTIONS["question1"], QUESTIONS["question2"], ["1", "0", "1", "0"], strict=True))


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("q.csv", lambda f, p: f.to_csv(p, index=False)),
        ("q.csv", lambda f, p: f.to_csv(p, index=True, sep=";", encoding="utf-8-sig", lineterminator="\r\n")),
        ("q.csv", lambda f, p: f.to_csv(p, index=False, quoting=1)),
        ("q.tsv", lambda f, p: f.to_csv(p, index=False, sep="\t")),
        ("q.tsv", lambda f, p: f.to_csv(p, index=False, sep="\t", quoting=1)),
        ("q.txt", lambda f, p: f.to_csv(p, index=False, sep="\t", encoding="utf-16", lineterminator="\r\n")),
        ("q.jsonl", lambda f, p: f.to_json(p, orient="records", lines=True)),
        ("q.parquet", lambda f, p: f.to_parquet(p)),
        ("Q.CSV", lambda f, p: f.astype({"is_duplicate": float}).to_csv(p, index=False)),
    ],
)
def test_every_format_gives_the_same_pairs(tmp_path, name, write):
    write(pd.DataFrame(QUESTIONS), tmp_path / name)
    pairs = read_pairs(tmp_path / name, **NAMED)
    assert contents(pairs) == EXPECTED
    assert pairs.label_names == ("0", "1")
    assert pairs.name == name
    assert read_sentence_pairs(tmp_path / name, text=NAMED["text"]) == (pairs.premises, pairs.hypotheses)


@pytest.mark.parametrize(
    "table",
    [
        QUESTIONS,
        pd.DataFrame(QUESTIONS),
        pd.DataFrame(QUESTIONS).astype({"is_duplicate": "category"}),
        pd.DataFrame(QUESTIONS).convert_dtypes(),
        pl.DataFrame(QUESTIONS),
        pa.table(QUESTIONS),
        pd.DataFrame(QUESTIONS).to_dict("records"),
        {name: np.array(column) for name, column in QUESTIONS.items()},
    ],
    ids=["dict", "pandas", "category", "nullable", "polars", "pyarrow", "records", "numpy"],
)
def test_a_table_in_memory_gives_them_too(table):
    assert contents(pairs_from(table, **NAMED)) == EXPECTED


def test_rows_of_a_shuffled_frame_keep_their_labels():
    shuffled = pd.DataFrame(QUESTIONS).iloc[[2, 0, 3, 1]]
    pairs = pairs_from(shuffled, **NAMED)
    assert contents(pairs) == [EXPECTED[i] for i in (2, 0, 3, 1)]
    by_column = Pairs(shuffled["question1"], shuffled["question2"], shuffled["is_duplicate"], label_names=("no", "yes"))
    assert by_column.take([1, 0]).premises == [EXPECTED[0][0], EXPECTED[2][0]]
    assert by_column.take(pd.Series([False, False, True, False])).labels.tolist() == [0]
    assert type(by_column.premises) is list


def test_quotes_are_ordinary_in_a_plain_tab_separated_file(tmp_path):
    # The second sentence looks quoted, but a program that quotes would have quoted the first in another way.
    rows = [('He said "no".', '"Yes!"', "0"), ('"Oh," she said.', "x", "1")]
    text = "a\tb\tlabel\n" + "".join("\t".join(row) + "\n" for row in rows)
    (tmp_path / "plain.tsv").write_text(text)
    assert contents(read_pairs(tmp_path / "plain.tsv", text=("a", "b"))) == rows
    # Nothing here needs quotes, so they are the text's own.
    (tmp_path / "plain.tsv").write_text('premise\thypothesis\tlabel\n"Yes, I do."\tx\t1\n')
    assert contents(read_pairs(tmp_path / "plain.tsv")) == [('"Yes, I do."', "x", "1")]
    # Quotes that a spreadsheet would never have written.
    (tmp_path / "plain.tsv").write_text('premise\thypothesis\tlabel\n"a ""b""" c\tx\t1\n')
    assert contents(read_pairs(tmp_path / "plain.tsv")) == [('"a ""b""" c', "x", "1")]


plain_text = st.text(st.characters(codec="utf-8", exclude_characters="\r\x00\ufeff"), max_size=12)


@given(st.lists(st.tuples(plain_text, plain_text, st.sampled_from(["p", "q"])), min_size=1, max_size=5))
def test_what_pandas_writes_is_what_is_read(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("pandas")
    frame = pd.DataFrame(rows, columns=["premise", "hypothesis", "label"])
    frame.to_csv(folder / "own.csv", index=False)
    assert contents(read_pairs(folder / "own.csv")) == rows


@pytest.mark.parametrize(
    ("values", "names"),
    [
        (["yes", "no", "yes"], ("no", "yes")),
        ([2, 10, 9], ("2", "9", "10")),
        (["2", "10", "9"], ("2", "9", "10")),
        (["1.0", "0.0", "1.0"], ("0", "1")),
        ([True, False, True], ("False", "True")),
        (["Neutral", "entailment", " NEUTRAL "], LABELS),
        (["entailment", "not_entailment", "entailment"], ("entailment", "not_entailment")),
        (["+", "-", "+"], ("+", "-")),
        (["1", "2", "x"], ("1", "2", "x")),
    ],
)
def test_the_classes_are_what_occurs_in_an_order_of_their_own(values, names):
    for order in ([0, 1, 2], [2, 1, 0]):
        pairs = pairs_from({"premise": ["a"] * 3, "hypothesis": ["b"] * 3, "label": [values[i] for i in order]})
        assert pairs.label_names == names
        assert len(pairs) == 3


def test_names_may_be_given_in_the_order_wanted():
    table = {"premise": ["a", "b"], "hypothesis": ["c", "d"]}
    assert contents(pairs_from(table | {"label": [2, 0]}, labels=LABELS)) == [
        ("a", "c", "contradiction"),
        ("b", "d", "entailment"),
    ]
    pairs = pairs_from(table | {"label": ["Yes", "no"]}, labels=("yes", "no"))
    assert (pairs.label_names, pairs.labels.tolist()) == (("yes", "no"), [0, 1])
    assert contents(pairs_from(table | {"label": ["-", "no"]}, labels=("yes", "no"))) == [("b", "d", "no")]
    for odd in ("maybe", 3, -1):
        with pytest.raises(
            MalformedLine, match=rf"pairs, row 1: unknown label {odd!r} in 'label'\. Use one of yes, no"
        ) as failure:
            pairs_from(table | {"label": [0 if isinstance(odd, int) else "yes", odd]}, labels=("yes", "no"))
        assert ("numbers are their places, counted from 0" in str(failure.value)) == isinstance(odd, int)


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        (["a", 1], r"row 1: 'label' is 1, not text, while another is 'a'"),
        ([1, "a"], r"row 1: 'label' is 'a', not a number, while another is 1"),
        ([0.1, 2.6], r"row 0: 'label' is 0\.1, a fraction: these are scores, not labels\..*read_scores"),
        (["1", "2.6"], r"row 1: 'label' is 2\.6, a fraction"),
        (["a", None], r"row 1: 'label' is empty"),
        ([1, float("nan")], r"row 1: 'label' is empty"),
        (["a", "  "], r"row 1: 'label' is empty"),
        (["yes", "Yes"], r"row 1: 'label' is 'Yes', which differs from 'yes' only in case"),
        ([["a"], ["b"]], r"row 0: 'label': \['a'\] is neither a text nor a number"),
        ([f"id{i}" for i in range(60)], r"'label' has 60 different values in 60 rows"),
    ],
)
def test_what_is_no_label_is_named_with_its_row(values, problem):
    n = len(values)
    with pytest.raises(MalformedLine, match=problem):
        pairs_from({"premise": ["a"] * n, "hypothesis": ["b"] * n, "label": values})


# Which columns


@pytest.mark.parametrize(
    "columns",
    [("question1", "question2", "is_duplicate"), ("Sentence_a", "Sentence_b", "Class"), ("First", "second", "y")],
)
def test_guessed_columns_are_told(tmp_path, columns):
    pd.DataFrame(dict(zip(columns, QUESTIONS.values(), strict=True))).to_csv(tmp_path / "own.csv", index=False)
    said = rf"own\.csv: read texts '{columns[0]}' and '{columns[1]}', label '{columns[2]}'; text= and label= name"
    with pytest.warns(Notice, match=said) as told:
        pairs = read_pairs(tmp_path / "own.csv")
    assert contents(pairs) == EXPECTED
    assert told[0].filename == __file__


def test_nothing_is_told_of_names_that_were_given_or_are_ours():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pairs_from(QUESTIONS, **NAMED)
        pairs_from({"Premise": ["a"], "sentence2": ["b"], "gold_label": ["c"]})


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"text": ("question1", "question3")}, r"line 1: no column 'question3' among 'question1', 'question2'"),
        ({"label": "dup"}, r"line 1: no column 'dup' among"),
        ({"text": ("question1", "question1")}, r"line 1: the same column is named twice"),
    ],
)
def test_a_column_that_is_not_there(tmp_path, options, problem):
    pd.DataFrame(QUESTIONS).to_csv(tmp_path / "own.csv", index=False)
    with pytest.raises(MalformedLine, match=rf"own\.csv, {problem}"):
        read_pairs(tmp_path / "own.csv", **(NAMED | options))
    with pytest.raises(ValueError, match=r"name the two columns of texts"):
        read_pairs(tmp_path / "own.csv", text="question1")


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("x.csv", "premise,hypothesis,label\na,b,c\na, oh, b,c,1\n", r"line 3: 5 columns.*commas in it in quotes"),
        ("x.csv", 'premise,hypothesis,label\n"a\nb",c,1\n"d,e,2\n', r"line 4: .*A quote that opens a cell must close"),
        ("x.csv", "premise,hypothesis,label,label\n", r"line 1: the column 'label' is there twice"),
        ("x.csv", "premise;hypothesis\n1;2\n", r"line 1: no column 'label' or 'gold_label' among 'premise', 'hypoth"),
        (
            "x.csv",
            f"premise,hypothesis,label\n{'long ' * 30_000},b,c\n",
            r"line 2: .*limit.*write the pairs to a .jsonl",
        ),
        ("x.csv", b"premise,hypothesis,label\na,b\xff,c\n", r"line 2: not UTF-8"),
        ("x.tsv", b"\xff\xfea", r"line 1: not UTF-16"),
        ("x.jsonl", '{"premise": "a", "hypothesis": "b", "label": "\\ud83d"}', r"line 1: 'label' is .* not Unicode"),
        ("x.parquet", "text", "is damaged or not a Parquet file"),
    ],
)
def test_a_bad_file_is_named_by_line_and_remedy(tmp_path, name, text, problem):
    (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ValueError, match=problem) as caught:
        read_pairs(tmp_path / name)
    assert name in str(caught.value)


def test_a_hole_in_a_column_of_texts_is_named_by_its_row(tmp_path):
    frame = pd.DataFrame(QUESTIONS)
    frame.loc[2, "question2"] = None
    for read in (lambda: pairs_from(frame, **NAMED), lambda: read_pairs(tmp_path / "own.parquet", **NAMED)):
        frame.to_parquet(tmp_path / "own.parquet")
        with pytest.raises(MalformedLine, match=r"row 2: 'question2' is (nan|None), not text\. Fill it"):
            read()


def test_a_parquet_file_without_pyarrow_says_what_to_install(tmp_path, monkeypatch):
    pd.DataFrame(QUESTIONS).to_parquet(tmp_path / "own.parquet")
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(MissingExtra, match=r"own\.parquet needs pyarrow: pip install 'infersent\[tables\]'"):
        read_pairs(tmp_path / "own.parquet", **NAMED)


@pytest.mark.parametrize(("table", "kind"), [(7, "int has no columns"), (["a"], "row 0: 'a' is not a dictionary")])
def test_what_is_no_table(table, kind):
    with pytest.raises(TypeError, match=kind):
        pairs_from(table)


def test_columns_of_a_table_are_of_one_length():
    with pytest.raises(ValueError, match=r"differ in length: \[1, 2\]"):
        pairs_from({"premise": ["a"], "hypothesis": ["b"], "label": [1, 2]})


@pytest.mark.parametrize(
    "text",
    [
        '{"premise": "a", "hypothesis": "b", "label": 1}\n',
        "premise\thypothesis\tlabel\na\tb\t1\n",
        "premise,hypothesis,label\na,b,1\n",
    ],
)
def test_a_dash_is_standard_input_in_any_format(text, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    pairs = read_pairs("-")
    assert contents(pairs) == [("a", "b", "1")]
    assert pairs.name == "standard input"


# Scores


SCORED = {"premise": ["a", "b"], "hypothesis": ["c", "d"], "score": [4.25, 0]}


def test_scores_keep_their_fractions(tmp_path):
    pd.DataFrame(SCORED).to_csv(tmp_path / "own.csv", index=False)
    for pairs in (read_scores(tmp_path / "own.csv"), read_examples(tmp_path / "own.csv"), scores_from(SCORED)):
        assert isinstance(pairs, ScoredPairs)
        assert pairs.scores.tolist() == [4.25, 0.0]
    assert pairs.take([1]).scores.tolist() == [0.0]
    assert pairs.digest() != pairs.take([1, 0]).digest()
    assert repr(pairs) == "ScoredPairs(pairs: 2 pairs; scores from 0 to 4.25)"
    assert repr(pairs.take([])) == "ScoredPairs(pairs: 0 pairs)"


def test_examples_are_labels_or_scores_by_what_they_are():
    texts = {"premise": ["a", "b"], "hypothesis": ["c", "d"]}
    assert isinstance(examples_from(texts | {"label": [0.5, 1]}), ScoredPairs)
    assert isinstance(examples_from(texts | {"label": [0, 1]}), Pairs)
    assert isinstance(examples_from(texts | {"score": [0, 1]}), ScoredPairs)
    assert isinstance(examples_from(texts | {"label": [{"x": 1}, {"y": 1}]}), Pairs)
    with pytest.raises(MalformedLine, match="row 1: 'label' is empty"):
        examples_from(texts | {"label": [0, None]})


@pytest.mark.parametrize("odd", ["x", None, float("inf"), True])
def test_a_score_is_a_finite_number(odd):
    with pytest.raises(MalformedLine, match=r"row 1: 'score' is .*, not a finite number"):
        scores_from(SCORED | {"score": [1, odd]})
    with pytest.raises(ValueError, match="score"):
        ScoredPairs(["a", "b"], ["c", "d"], [1, "x" if odd is True or odd is None else odd])


def test_scores_are_one_column_of_some_pairs():
    with pytest.raises(ValueError, match="scores are in one column"):
        scores_from(SCORED | {"other": [1, 2]}, label=("score", "other"))
    with pytest.raises(ValueError, match="holds no pair with a score"):
        scores_from({"premise": [], "hypothesis": [], "score": []})
    with pytest.raises(ValueError, match="2 premises but 1 hypotheses"):
        ScoredPairs(["a", "b"], ["c"], [1, 2])


# Soft labels


def test_votes_become_shares(tmp_path):
    votes = [{"yes": 3, "no": 1}, {"no": 2}]
    lines = [json.dumps({"premise": "a", "hypothesis": "b", "label": vote}) for vote in votes]
    (tmp_path / "own.jsonl").write_text("\n".join(lines))
    columns = {"premise": ["a"] * 2, "hypothesis": ["b"] * 2, "no": [1, 2], "yes": ["3", 0]}
    for pairs in (read_pairs(tmp_path / "own.jsonl"), pairs_from(columns, label=("no", "yes"))):
        assert pairs.label_names == ("no", "yes")
        np.testing.assert_allclose(pairs.distributions, [[0.25, 0.75], [1, 0]])
        assert pairs.labels.tolist() == [1, 0]
    assert repr(pairs) == "Pairs(pairs: 2 pairs; 1 no, 1 yes; soft labels, counted by the likeliest)"
    swapped = pairs.with_labels(("yes", "maybe", "no"))
    np.testing.assert_allclose(swapped.take([1, 0]).distributions, [[0, 0, 1], [0.75, 0, 0.25]])
    assert swapped.digest() != pairs.digest()


@pytest.mark.parametrize(
    ("votes", "problem"),
    [
        ([{"yes": 1}, "no"], "row 1: column 'label': 'no' is no distribution"),
        ([{"yes": 1}, {"yes": -1, "no": 2}], "row 1: the shares .* are no distribution"),
        ([{"yes": 1}, {"no": 0}], "row 1: the shares .* are no distribution"),
        ([{"yes": 1}, {"no": "many"}], "row 1: 'no' is 'many', not a finite number"),
    ],
)
def test_what_is_no_distribution(votes, problem):
    with pytest.raises(MalformedLine, match=problem):
        pairs_from({"premise": ["a"] * 2, "hypothesis": ["b"] * 2, "label": votes})


# The class itself


@pytest.mark.parametrize(
    ("labels", "names", "error"),
    [
        ([0.1, 0.9, 2.6], LABELS, r"label 0\.1 in row 0 is not a whole number.*ScoredPairs"),
        ([0, 1, float("nan")], LABELS, r"label nan in row 2"),
        ([True, False, True], LABELS, r"true and false, but there are 3 names"),
        ([0, 1, 2], ("a", "b"), r"label 2 is not an index into label_names = \('a', 'b'\)"),
        ([0, 1, 2**70], LABELS, r"label 1180591620717411303424 is not an index"),
        (np.array([0, 1, 2**63 + 5], np.uint64), LABELS, r"label 9223372036854775813 is not an index"),
        ([0, 1, -1e30], LABELS, r"label -1e\+30 is not an index"),
        ([[0, 1, 2]], LABELS, r"shape \[1, 3\]"),
        ([0, 1, 2], ("a", "a", "b"), "give different names"),
        ([0, 1, 2], "abc", "is one text"),
    ],
)
def test_labels_that_would_have_been_cut_to_size_are_refused(labels, names, error):
    with pytest.raises(ValueError, match=error):
        Pairs(["a", "b", "c"], ["d", "e", "f"], labels, label_names=names)


def test_whole_numbers_of_any_kind_are_labels():
    for labels in ([1.0, 0.0], [True, False], np.array([1, 0], np.uint8), pd.Series([1, 0], index=[9, 3])):
        assert Pairs(["a", "b"], ["c", "d"], labels, label_names=("x", "y")).labels.tolist() == [1, 0]
    with pytest.raises(TypeError, match="pairs_from reads labels that are names"):
        Pairs(["a"], ["b"], ["entailment"])


def test_a_sentence_is_a_text():
    with pytest.raises(TypeError, match=r"own: hypotheses, row 1: nan is a float, not a text"):
        Pairs(["a", "b"], ["c", float("nan")], [0, 1], "own")
    with pytest.raises(TypeError, match=r"give a list of them: \['a dog'\]"):
        Pairs("a dog", ["b"], [0])
    assert [type(text) for text in Pairs(np.array(["a"]), ["b"], [0]).premises] == [str]


def test_a_label_that_the_others_lack_is_named_with_its_file():
    pairs = Pairs(["a", "b"], ["c", "d"], [0, 1], "dev.csv", label_names=("no", "perhaps"))
    with pytest.raises(ValueError, match=r"dev\.csv has the label 'perhaps' \(1 of 2 pairs\).*train\.csv has: no, yes"):
        pairs.with_labels(("no", "yes"), "train.csv")
    assert pairs.take([0]).with_labels(("yes", "no")).labels.tolist() == [1]


def test_a_digest_tells_names_but_that_of_nli_is_as_it_was():
    pairs = Pairs(["a dog"], ["an animal"], [0])
    assert pairs.digest() == "e199465b4725f19c138cb5b5e1bc2f78aec371ab8fda0d33f821c307d11b4cae"
    assert Pairs(["a dog"], ["an animal"], [0], label_names=("a", "b", "c")).digest() != pairs.digest()


@pytest.mark.parametrize("shares", [[[0.5, 0.4]], [[1.5, -0.5]], [[1.0]]])
def test_distributions_add_up_to_one(shares):
    with pytest.raises(ValueError, match="distribution"):
        Pairs(["a"], ["b"], [0], label_names=("x", "y"), distributions=shares)


# Writing


@pytest.mark.parametrize(
    ("names", "labels"),
    [(("no", "yes"), [1, 0]), (("3", "20"), [1, 0]), (LABELS, [2, 0]), (("entailment", "not_entailment"), [1, 1])],
)
def test_what_is_written_is_what_is_read(tmp_path, names, labels):
    pairs = Pairs(["a\n\tb", "\u2028\x85"], ["", '"'], labels, label_names=names)
    write_pairs(tmp_path / "own.jsonl", pairs)
    assert contents(read_pairs(tmp_path / "own.jsonl")) == contents(pairs)


@pytest.mark.parametrize(
    "names", [("yes", "Yes"), ("1.0", "2"), (" a", "b"), ("0.5", "1"), ("entailment", "-"), ("Neutral", "entailment")]
)
def test_what_would_not_be_read_back_is_not_written(tmp_path, names):
    pairs = Pairs(["a", "b"], ["c", "d"], [0, 1], "own", label_names=names)
    with pytest.raises(ValueError, match=r"own: labels called .* would not be read back"):
        write_pairs(tmp_path / "own.jsonl", pairs)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("column", [pd.DataFrame(QUESTIONS), QUESTIONS, {"a", "b"}, pa.table(QUESTIONS)])
def test_a_whole_table_is_no_column(column):
    with pytest.raises(TypeError, match="is not one column"):
        Pairs(column, ["a"] * len(column), [0] * len(column))


def test_numbers_taken_for_places_of_names_are_told_where_none_is_0():
    table = {"premise": ["a"] * 4, "hypothesis": ["b"] * 4, "label": [1, 2, 3, 4]}
    names = ("bad", "poor", "fair", "good", "best")
    said = "so 1 for 'poor', 2 for 'fair', 3 for 'good', 4 for 'best' was taken; none is 0. If yours are counted from 1"
    with pytest.warns(Notice, match=said) as told:
        pairs = pairs_from(table, labels=names)
    assert pairs.labels.tolist() == [1, 2, 3, 4]
    assert told[0].filename == __file__
    with pytest.raises(MalformedLine, match=r"row 3: unknown label 4 .* counted from 0"):
        pairs_from(table, labels=names[:4])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pairs_from(table | {"label": [0, 1, 2, 3]}, labels=names)
        pairs_from(table, labels=("1", "2", "3", "4", "5"))  # these are the names themselves
        pairs_from(table | {"label": ["poor", "fair", "good", "best"]}, labels=names)


def test_no_number_is_taken_for_a_name_and_another_for_a_place():
    table = {"premise": ["a"] * 3, "hypothesis": ["b"] * 3, "label": [0, 1, 2]}
    with pytest.raises(MalformedLine, match=r"row 0: unknown label 0 in 'label'\. Use one of 1, 2, 3; '-' leaves"):
        pairs_from(table, labels=("1", "2", "3"))
    assert pairs_from(table, labels=("2", "1", "0")).labels.tolist() == [2, 1, 0]


@pytest.mark.parametrize(
    ("values", "row", "problem"),
    [
        (["1", "nan", "2"], 1, "'label' is 'nan', as libraries write a missing value. Give the pair a label"),
        (["yes", "no", "NaN"], 2, "as libraries write a missing value"),
        (["<NA>", "x"], 0, "as libraries write a missing value"),
        (["1", "2", "inf"], 2, "'label' is 'inf', no number, while others are."),
    ],
)
def test_a_missing_value_is_no_label(values, row, problem):
    table = {"premise": ["a"] * len(values), "hypothesis": ["b"] * len(values), "label": values}
    with pytest.raises(MalformedLine, match=f"row {row}: .*{problem}"):
        pairs_from(table)


def test_labels_made_of_digits_stay_apart():
    values = [str(10**30), str(10**30 + 1), "7"]
    assert pairs_from({"premise": ["a"] * 3, "hypothesis": ["b"] * 3, "label": values}).label_names == (
        "7", str(10**30), str(10**30 + 1)
    )  # fmt: skip
    names = pairs_from({"premise": ["a"] * 2, "hypothesis": ["b"] * 2, "label": ["1_0", "10"]}).label_names
    assert names == ("10", "1_0")


def test_lines_may_end_as_on_old_macs(tmp_path):
    for name, mark in (("own.tsv", "\t"), ("own.csv", ",")):
        text = mark.join(("premise", "hypothesis", "label")) + "\r" + mark.join("abx") + "\r" + mark.join("cdy") + "\r"
        (tmp_path / name).write_bytes(text.encode())
        assert contents(read_pairs(tmp_path / name)) == [("a", "b", "x"), ("c", "d", "y")]


def test_one_pair_is_no_plural():
    assert repr(Pairs(["a"], ["b"], [0], "own")).startswith("Pairs(own: 1 pair; ")
    assert repr(ScoredPairs(["a"], ["b"], [1.5], "own")).startswith("ScoredPairs(own: 1 pair; ")
