"""Every message about a file's columns and labels names its remedy in the language of whoever called."""

import re

import pytest

from infersent import choose_blocks, cli
from infersent.choose.texts import read_text_pairs
from infersent.data import read_examples, read_pairs, read_scores, read_sentence_pairs
from infersent.foundation.caller import called_from, option
from tests.toy import toy_model

#: What only Python's readers write, and what only those do who type a command.
PYTHON = re.compile(r"\b(text|label|labels|subset|task|folds|margin|repeats|metric|vectors)=|read_scores|choose_blocks")
SHELL = re.compile(r"--[a-z]|`infersent ")

GOOD = "a dog,the dog,yes\na dog,a cat,no\n"
FRACTIONS = "a dog,the dog,0.25\na dog,a cat,3.5\n"

# A file, what Python calls with what, the command, and the remedy in both languages.
CASES = {
    "no text columns": (
        "first,other,label\n" + GOOD,
        read_pairs,
        {},
        ["data"],
        "Name yours by text=('A', 'B')",
        "Name yours by --text A B",
    ),
    "no label column": (
        "premise,hypothesis,verdict\n" + GOOD,
        read_pairs,
        {},
        ["evaluate", "MODEL", "--data"],
        "Name yours by label='C'",
        "Name yours by --label C",
    ),
    "a text column that is not there": (
        "premise,hypothesis,label\n" + GOOD,
        read_pairs,
        {"text": ("question1", "question2")},
        ["choose", "--text", "question1", "question2"],
        "'label', which text= can name",
        "'label', which --text can name",
    ),
    "a label column that is not there": (
        "premise,hypothesis,label\n" + GOOD,
        read_pairs,
        {"label": "is_duplicate"},
        ["choose", "--label", "is_duplicate"],
        "'label', which label= can name",
        "'label', which --label can name",
    ),
    "scores under a name of scores": (
        "premise,hypothesis,similarity\n" + FRACTIONS,
        read_pairs,
        {},
        ["evaluate", "MODEL", "--data"],
        "by label='C'. 'similarity' has the name of scores; read_scores and choose_blocks take these",
        "by --label C. 'similarity' has the name of scores; `infersent choose` takes these",
    ),
    "scores for labels": (
        "premise,hypothesis,similarity\n" + FRACTIONS,
        read_pairs,
        {"label": "similarity"},
        ["evaluate", "MODEL", "--label", "similarity", "--data"],
        "labels by label='C'; for scores there are read_scores and choose_blocks",
        "labels by --label C; for scores there is `infersent choose`",
    ),
    "texts without columns for predictions": (
        "first,other\na,b\n",
        read_sentence_pairs,
        {},
        ["predict", "MODEL", "--pairs"],
        "text=('A', 'B')",
        "--text A B",
    ),
}


@pytest.fixture
def given(tmp_path, monkeypatch):
    """A function that writes a file, and a model to type commands about."""
    monkeypatch.setenv("INFERSENT_CACHE", str(tmp_path / "cache"))
    toy_model().save(tmp_path / "model")

    def given(text):
        (tmp_path / "mine.csv").write_text(text)
        return tmp_path / "mine.csv"

    return given


def typed(arguments, path, capsys):
    """Return what a command said on standard error."""
    arguments = [str(path.parent / "model") if one == "MODEL" else one for one in arguments]
    at_end = arguments[-1] in ("data", "--data", "--pairs")
    arguments = [*arguments, str(path)] if at_end else [arguments[0], str(path), *arguments[1:]]
    status = cli.main(arguments)
    return status, capsys.readouterr().err


@pytest.mark.parametrize("case", CASES)
def test_an_error_names_the_remedy_that_its_caller_has(case, given, capsys):
    text, function, options, command, in_python, in_shell = CASES[case]
    path = given(text)
    with pytest.raises(ValueError, match=re.escape(in_python)) as error:
        function(path, **options)
    assert not SHELL.search(str(error.value))
    status, said = typed(command, path, capsys)
    assert status == 1
    assert in_shell in said
    assert not PYTHON.search(said)


def test_a_notice_of_guessed_columns_names_the_callers_options(given, capsys):
    path = given("question1,question2,is_duplicate\n" + GOOD)
    with pytest.warns(UserWarning, match=r"label 'is_duplicate'; text= and label= name others\."):
        read_pairs(path)
    with pytest.warns(UserWarning, match=r"'question2'; text= names others\."):
        read_sentence_pairs(path)
    assert cli.main(["data", str(path)]) == 0
    assert "label or score 'is_duplicate'; --text and --label name others." in capsys.readouterr().err


def test_labels_that_a_model_lacks_are_named_in_both(given, capsys):
    path = given("premise,hypothesis,label\na dog,the dog,0\na dog,the cat,2\n")
    with pytest.raises(ValueError, match=r"labels=\('entailment', 'neutral', 'contradiction'\)") as error:
        read_pairs(path).with_labels(toy_model().labels)
    assert not SHELL.search(str(error.value))
    _, said = typed(["evaluate", "MODEL", "--data"], path, capsys)
    assert "name them in their order by --labels entailment neutral contradiction." in said
    assert not PYTHON.search(said)


@pytest.mark.parametrize(
    ("options", "command", "in_python", "in_shell"),
    [
        ({"folds": 1}, ["--folds", "1"], "folds=1: a", "--folds 1: a"),
        ({"margin": 2.0}, ["--margin", "2"], "margin=2.0 is no", "--margin 2.0 is no"),
        ({"repeats": 0}, ["--repeats", "0"], "repeats=0: there", "--repeats 0: there"),
        ({"metric": "Spearman"}, ["--metric", "Spearman"], "metric='Spearman' does", "--metric Spearman does"),
    ],
)
def test_the_chooser_names_its_settings_in_both(options, command, in_python, in_shell, given, capsys):
    path = given("premise,hypothesis,label\n" + "".join(f"a {i},b {i},{i % 2}\n" for i in range(40)))
    pairs = read_text_pairs(path)
    with pytest.raises(ValueError, match=re.escape(in_python)) as error:
        choose_blocks([[float(i)] for i in range(40)], [[0.0]] * 40, pairs.labels, **options)
    assert not SHELL.search(str(error.value))
    status, said = typed(["choose", *command], path, capsys)
    assert status == 1
    assert in_shell in said
    assert not PYTHON.search(said)


@pytest.mark.parametrize("read", [read_examples, read_scores])
def test_other_readers_speak_python(read, given):
    with pytest.raises(ValueError, match=r"Name yours by text=\('A', 'B'\)") as error:
        read(given("first,other,score\n" + FRACTIONS))
    assert not SHELL.search(str(error.value))


def test_in_a_grid_a_column_is_named_as_its_file_does(given, capsys):
    path = given("first,other,label\n" + GOOD)
    grid = path.parent / "mine.toml"
    grid.write_text(f'[fixed]\ntrain = "{path}"\nsplit = [0.8, 0.1, 0.1]\n[[vary]]\nblocks = ["u, v", "u, v, u*v"]\n')
    assert cli.main(["study", "run", str(grid), "--out", str(path.parent / "out")]) == 1
    said = capsys.readouterr().err
    assert 'Name yours by text = ["A", "B"]' in said
    assert not PYTHON.search(said)


def test_whoever_calls_is_forgotten_afterwards():
    with called_from("shell"):
        assert option("text", ("a b", "c")) == "--text 'a b' c"
    assert option("text", ("a b", "c")) == "text=('a b', 'c')"
    cli.main(["data", "no-such-file.csv"])
    assert option("batch_size", 3) == "batch_size=3"
