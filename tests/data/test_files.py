"""A reader's own pairs: what is read, what is left out, and what each error says."""

import json
import warnings

import pytest

from infersent.data import LABELS, files, load, read_examples, read_pairs, read_sentence_pairs
from infersent.foundation.notices import Notice

ROWS = [
    ("A cat sleeps.", "An animal sleeps.", "entailment"),
    ("A cat sleeps.", "A cat is black.", "neutral"),
    ("A cat sleeps.", "A cat runs.", "contradiction"),
]
OURS = ("premise", "hypothesis", "label")
SNLIS = ("sentence1", "sentence2", "gold_label")


@pytest.fixture(params=[".tsv", ".jsonl"])
def suffix(request):
    return request.param


@pytest.fixture
def write(tmp_path, suffix):
    """Return a function that writes rows under the given column names, in the format of ``suffix``."""

    def write(rows, columns=OURS):
        path = tmp_path / f"own{suffix}"
        if suffix == ".tsv":
            lines = ["\t".join(row) for row in [columns, *rows]]
        else:
            lines = [json.dumps(dict(zip(columns, row, strict=True))) for row in rows]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    return write


def line_of(row: int, suffix: str) -> int:
    """Return the number of the line on which a row is written: a .tsv file has a header."""
    return row + 1 + (suffix == ".tsv")


def contents(pairs):
    labels = [LABELS[label] for label in pairs.labels]
    return list(zip(pairs.premises, pairs.hypotheses, labels, strict=True))


@pytest.mark.parametrize("columns", [OURS, SNLIS, ("premise", "sentence2", "label")])
def test_pairs_come_in_order_under_either_names(write, columns, suffix):
    pairs = read_pairs(write(ROWS, columns))
    assert contents(pairs) == ROWS
    assert pairs.name == f"own{suffix}"


def test_columns_may_come_in_any_order_and_others_are_ignored(write):
    rows = [(label, "x", hypothesis, premise) for premise, hypothesis, label in ROWS]
    assert contents(read_pairs(write(rows, ("label", "id", "hypothesis", "premise")))) == ROWS


def test_the_case_of_a_label_does_not_matter(write):
    pairs = read_pairs(write([("a", "b", "Entailment"), ("a", "b", " NEUTRAL ")]))
    assert pairs.labels.tolist() == [0, 1]


def test_pairs_without_a_majority_are_left_out(write):
    assert contents(read_pairs(write([("a", "b", "-"), *ROWS, ("c", "d", "-")]))) == ROWS


def test_empty_sentences_and_all_of_unicode_are_kept(write):
    rows = [("", "Something.", "neutral"), ("Ein Kätzchen 猫\u2028\x85", "", "entailment"), ('"q', "q'", "neutral")]
    assert contents(read_pairs(write(rows))) == rows


def test_blank_lines_a_byte_order_mark_and_windows_line_ends_are_accepted(tmp_path):
    path = tmp_path / "own.tsv"
    path.write_bytes(b"\xef\xbb\xbfpremise\thypothesis\tlabel\r\n\r\na\tb\tneutral\r\n\r\n")
    assert contents(read_pairs(path)) == [("a", "b", "neutral")]


def test_json_may_begin_with_a_byte_order_mark_and_escape_any_character(tmp_path):
    path = tmp_path / "own.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"premise": "\\ud83d\\ude42", "hypothesis": "b", "label": "neutral"}\r\n \r\n')
    assert contents(read_pairs(path)) == [("🙂", "b", "neutral")]


def test_sentence_pairs_need_no_label_and_keep_every_pair(write):
    unlabelled = [row[:2] for row in ROWS]
    expected = ([row[0] for row in ROWS], [row[1] for row in ROWS])
    assert read_sentence_pairs(write(unlabelled, OURS[:2])) == expected
    assert read_sentence_pairs(write([(*row, "-") for row in unlabelled], SNLIS)) == expected


def test_load_reads_a_path_as_text_or_as_a_path(write):
    path = write(ROWS)
    assert contents(load(path)) == contents(load(str(path))) == ROWS


# Errors


@pytest.mark.parametrize("row", [0, 2])
def test_an_unknown_label_is_named_with_its_line_and_the_accepted_ones(write, suffix, row):
    rows = list(ROWS)
    rows[row] = ("a", "b", "entails")
    with pytest.raises(files.MalformedLine) as caught:
        read_pairs(write(rows))
    message = str(caught.value)
    assert f"own{suffix}, line {line_of(row, suffix)}:" in message
    assert "'entails'" in message
    assert all(label in message for label in LABELS)


def test_a_missing_column_offers_the_right_names(write, suffix):
    path = write(ROWS, ("premise", "hypotesis", "label"))
    expected = rf"own{suffix}, line 1: no column 'hypothesis' or 'sentence2' among 'premise', 'hypotesis', 'label'"
    for read in (read_pairs, read_sentence_pairs):
        with pytest.raises(files.MalformedLine, match=expected) as caught:
            read(path)
        assert ("The first line has to name the columns." in str(caught.value)) == (suffix != ".jsonl")


def test_labels_are_missed_only_where_they_are_needed(write):
    path = write([row[:2] for row in ROWS], OURS[:2])
    with pytest.raises(files.MalformedLine, match="'label' or 'gold_label'"):
        read_pairs(path)


def test_a_file_without_labelled_pairs_is_an_error(write):
    with pytest.raises(ValueError, match="holds no labelled pair"):
        read_pairs(write([("a", "b", "-")]))


@pytest.mark.parametrize("text", ["", "\n\n"])
def test_an_empty_file_is_an_error(tmp_path, suffix, text):
    path = tmp_path / f"empty{suffix}"
    path.write_text(text)
    with pytest.raises(ValueError, match=rf"empty{suffix} holds no labelled pair"):
        read_pairs(path)
    with pytest.raises(ValueError, match=rf"empty{suffix} holds no sentence pair"):
        read_sentence_pairs(path)


@pytest.mark.parametrize("name", ["own.xlsx", "own", "own.json"])
def test_a_wrong_suffix_names_the_accepted_ones(tmp_path, name):
    (tmp_path / name).write_text("premise\thypothesis\tlabel\n")
    for read in (read_pairs, read_sentence_pairs, load):
        with pytest.raises(ValueError, match=r"\.csv, \.tsv, \.txt, \.jsonl and \.parquet"):
            read(tmp_path / name)


def test_a_missing_file_is_the_systems_own_error(tmp_path, suffix):
    with pytest.raises(FileNotFoundError, match=f"nowhere{suffix}"):
        read_pairs(tmp_path / f"nowhere{suffix}")


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b'{"premise": "a", "hypothesis"', "not JSON"),
        (b'["a", "b", "neutral"]', r'\["a", "b", "neutral"\] is not a JSON object'),
        (b'{"premise": "\xff", "hypothesis": "b", "label": "neutral"}', "not UTF-8"),
        (b'{"premise": "a", "label": "neutral"}', "no 'hypothesis' on this line"),
        (b'{"premise": "a", "hypothesis": 7, "label": "neutral"}', "'hypothesis' is 7, not text"),
        (b'{"premise": "a", "hypothesis": "b", "label": 1}', "'label' is 1, not text"),
        (
            rb'{"premise": "\ud83d", "hypothesis": "b", "label": "neutral"}',
            r"'premise' is '\\ud83d', which is not Unicode",
        ),
        (b'{"premise": "\xed\xa0\xbd", "hypothesis": "b", "label": "neutral"}', "not UTF-8"),
        (b'["\xed\xa0\xbd"]', "not UTF-8"),
    ],
)
def test_a_malformed_line_of_json_is_named(tmp_path, line, problem):
    path = tmp_path / "own.jsonl"
    path.write_bytes(b'{"premise": "a", "hypothesis": "b", "label": "neutral"}\n\n' + line + b"\n")
    with pytest.raises(files.MalformedLine, match=rf"own\.jsonl, line 3: {problem}"):
        read_pairs(path)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b"a\tb", "2 columns, but the header has 3"),
        (b"a\tb\tneutral\t", "4 columns, but the header has 3"),
        (b"\xff\tb\tneutral", "not UTF-8"),
    ],
)
def test_a_malformed_line_of_tsv_is_named(tmp_path, line, problem):
    path = tmp_path / "own.tsv"
    path.write_bytes(b"premise\thypothesis\tlabel\na\tb\tneutral\n" + line + b"\n")
    with pytest.raises(files.MalformedLine, match=rf"own\.tsv, line 3: {problem}"):
        read_pairs(path)


def test_an_unknown_corpus_offers_the_nearest():
    with pytest.raises(ValueError, match=r"'SNIL'.*Did you mean 'snli'"):
        load("SNIL")
    with pytest.raises(
        ValueError,
        match=r"'x'. Known: captions, snli, probes, sick, mrpc, stsb. The path of a file with .*: \.csv, \.tsv,",
    ):
        load("x")


@pytest.mark.parametrize(
    "columns",
    [
        ("question1", "question2", "is_duplicate"),
        ("sentence_A", "sentence_B", "entailment_judgment"),
        ("#1 String", "#2 String", "Quality"),
        ("Text-1", "Text 2", "Label"),
        ("textA", "textB", "CLASS"),
        ("Query", "Passage", "Labels"),
        ("anchor", "positive", "target"),
        ("claim", "evidence", "gold"),
        ("Sentence_1", "SENTENCE_2", "Is-Duplicate"),
    ],
)
def test_the_names_of_public_data_are_known_in_any_case(columns, tmp_path):
    path = tmp_path / "own.tsv"
    path.write_text("id\t" + "\t".join(columns) + "\n1\tone\ttwo\tyes\n2\tthree\tfour\tno\n")
    with pytest.warns(Notice, match=f"read texts {columns[0]!r} and {columns[1]!r}"):
        pairs = read_pairs(path)
    assert (pairs.premises, pairs.hypotheses, pairs.label_names) == (["one", "three"], ["two", "four"], ("no", "yes"))


@pytest.mark.parametrize(
    "name", ["score", "similarity_score", "relatedness_score", "Similarity", "Rating", "label", "y"]
)
def test_a_column_of_scores_is_one_by_name_or_by_its_numbers(name, tmp_path):
    path = tmp_path / "own.tsv"
    path.write_text(f"premise\thypothesis\t{name}\na\tb\t1.5\nc\td\t2\n")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Notice)
        assert read_examples(path).scores.tolist() == [1.5, 2.0]
        path.write_text(f"premise\thypothesis\t{name}\na\tb\tlow\nc\td\thigh\n")
        assert read_examples(path).label_names == ("high", "low")  # words are labels, whatever the name


def test_what_is_looked_for_is_told(tmp_path):
    (tmp_path / "own.tsv").write_text("one\tother\tlabel\n")
    with pytest.raises(files.MalformedLine) as caught:
        read_pairs(tmp_path / "own.tsv")
    message = str(caught.value)
    assert "no column 'premise' or 'sentence1' among 'one', 'other', 'label'" in message
    assert all(f"{first}, {second}" in message for first, second in files.TEXT_GUESSES)
    (tmp_path / "own.tsv").write_text("premise\thypothesis\tverdict\na\tb\tc\n")
    with pytest.raises(files.MalformedLine, match=r"among 'premise', 'hypothesis', 'verdict'.*is_duplicate, .*Quality"):
        read_pairs(tmp_path / "own.tsv")
    (tmp_path / "own.tsv").write_text("premise\thypothesis\tsimilarity\na\tb\t0.5\n")
    with pytest.raises(
        files.MalformedLine, match=r"'similarity' has the name of scores; read_scores and choose_blocks take these"
    ):
        read_pairs(tmp_path / "own.tsv")


def test_two_columns_of_one_name_but_for_case_are_not_guessed_between(tmp_path):
    (tmp_path / "own.tsv").write_text("text_a\ttext_b\tText A\tlabel\na\tb\tc\tno\nd\te\tf\tyes\n")
    with pytest.warns(Notice, match="read texts 'text_a' and 'text_b'"):  # the very name is there
        assert read_pairs(tmp_path / "own.tsv").premises == ["a", "d"]


@pytest.mark.parametrize(
    ("beginning", "what"),
    [
        (b"PAR1\x15\x04", "a Parquet table, not text. Pairs are read from it if its name ends in .parquet"),
        (b"PK\x03\x04\x14", "a zip archive, as .xlsx and .npz are, not text. Save a sheet as .csv"),
        (b"\x1f\x8b\x08", r"compressed by gzip, not text. Unpack it by gunzip, or pipe it: zcat FILE \|"),
        (b"\x93NUMPY\x01", "an array of numpy, not text"),
        (b"\x80\x04\x95", "a pickle of Python's, not text"),
        (b"%PDF-1.7", "a PDF, not text"),
    ],
)
def test_a_file_that_is_no_text_is_named_by_its_kind(beginning, what, tmp_path):
    for name in ("own.csv", "own.tsv", "own.jsonl", "own.xlsx"):
        (tmp_path / name).write_bytes(beginning + bytes(40))
        with pytest.raises(ValueError, match=rf"own\.\w+.*{what}"):
            read_pairs(tmp_path / name)
