"""What anyone may type or send: every text, file, grid and number is read, or refused by an error that commands tell.

No traceback: :func:`infersent.cli.main` answers 0, 1 or 2, or ends with one of these.
"""

import csv
import io
import json
import os
from contextlib import redirect_stderr, redirect_stdout

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from infersent import cli
from infersent.data import load, read_sentence_pairs
from infersent.study.grid import read_grid
from infersent.text.batching import encode_pairs
from infersent.training.config import TrainingConfig
from infersent.training.loop import TrainingDiverged, train
from tests.toy import toy_model, toy_pairs

#: Examples of each kind: a thousand in `make faults`.
EXAMPLES = int(os.environ.get("INFERSENT_FAULTS", 60))
often = settings(
    max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)

#: What gives readers trouble: a mark for the other direction of writing, a byte order mark, ends of lines of all kinds,
#: blanks that are none, half a character, one beyond 16 bits, quotes.
ODD = [*"\0\u200f\u202e\ufeff\r\n\x0b\x0c\x1c\x85\u2028\u00a0\u200b\udc80\ud800\U0001f415\"',;\t\\", "\r\n", '""', "="]
texts = st.lists(st.one_of(st.sampled_from(ODD), st.sampled_from(["a dog", "the", " "]), st.text(max_size=4))).map(
    "".join
)

MODEL = toy_model()


def refusal(function, *arguments):
    """Call a function that may refuse; return the error that commands tell in a line, or None."""
    try:
        function(*arguments)
    except (ValueError, OSError, TypeError, TrainingDiverged) as error:
        return error
    return None


@pytest.mark.filterwarnings("ignore")  # notices of unknown words
@often
@given(texts)
@example("\ud800")
@example("a\0dog")
@example("\u202ea dog")
def test_every_text_has_a_vector(text):
    """Half characters alone are refused, by a word that says so."""
    error = refusal(MODEL.encode, text)
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        assert "lone surrogate" in str(error)
    else:
        assert error is None
        assert abs(MODEL.encode(text)).max() <= 1


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz")


contents = st.one_of(
    st.binary(max_size=200),
    st.lists(st.one_of(st.sampled_from([odd.encode("utf-8", "surrogatepass") for odd in ODD]), st.binary(max_size=3)))
    .map(b"".join)
    .map(b"premise,hypothesis,label\n".__add__),
    st.lists(st.tuples(texts, texts, st.sampled_from(["yes", "no", "1", "0.5", ""])), max_size=5).map(
        lambda rows: _table(rows).encode("utf-8", "surrogatepass")
    ),
)


def _table(rows):
    text = io.StringIO()
    csv.writer(text).writerows([("premise", "hypothesis", "label"), *rows])
    return text.getvalue()


@pytest.mark.filterwarnings("ignore")  # notices tell of what was guessed
@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".txt", ".jsonl", ".parquet"])
@often
@given(content=contents)
@example(content=b"\xef\xbb\xbfpremise,hypothesis,label\r\na,b,yes\r\n\r\nc,d,no\r\n")
@example(content=b'sep=;\r\npremise;hypothesis;label\r\n"a ""quoted"" text";b;yes\r\n')
@example(content=b"premise\thypothesis\tlabel\na\0b\tc\tyes\n")
@example(content="premise,hypothesis,label\n".encode("utf-16"))
def test_every_file_is_read_or_refused(place, suffix, content):
    file = place / f"mine{suffix}"
    file.write_bytes(content)
    for read in (load, read_sentence_pairs):
        error = refusal(read, file)
        assert error is None or str(file) in str(error)


objects = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), texts),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=3)),
    max_leaves=5,
)


@pytest.mark.filterwarnings("ignore")
@often
@given(st.lists(st.fixed_dictionaries({"premise": objects, "hypothesis": objects, "label": objects}), max_size=4))
def test_every_row_of_json_is_read_or_refused(place, rows):
    file = place / "mine.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    for read in (load, read_sentence_pairs):
        error = refusal(read, file)
        assert error is None or str(file) in str(error)


NAMES = [
    "hidden",
    "epochs",
    "seed",
    "corpus",
    "learning_rate",
    "blocks",
    "split",
    "head",
    "vectors",
    "pairs",
    "nonsense",
]
values = st.one_of(
    st.integers().map(str),
    st.floats().map(repr),
    st.sampled_from(["true", "[]", "{}", '"u, v"', "[[1]]", '"\\u0000"', "1979-05-27", "1e308", "'''"]),
    st.text(max_size=5),
)
grids = st.lists(
    st.one_of(
        st.sampled_from(["[fixed]", "[[vary]]", "[vary]", "[fixed.x]", "", "\0", "[[vary]]\n[[vary]]"]),
        st.tuples(st.sampled_from(NAMES), values).map(" = ".join),
        st.tuples(st.sampled_from(NAMES), st.lists(values, max_size=3).map(", ".join)).map(
            lambda r: f"{r[0]} = [{r[1]}]"
        ),
    ),
    max_size=6,
).map("\n".join)


@often
@given(grids)
@example("[fixed]\nseed = " + "[" * 2000)
@example("[fixed]\nhidden = " + "9" * 5000)
@example("[fixed]\nlearning_rate = nan\n[[vary]]\nseed = [0]")
def test_every_grid_is_read_or_refused(place, text):
    file = place / "grid.toml"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    error = refusal(read_grid, file)
    assert error is None or str(error)


OPTIONS = ["--epochs", "--hidden", "--seed", "--learning-rate", "--decay", "--averaging", "--threads"]
numbers = st.one_of(
    st.integers().map(str),
    st.floats().map(str),
    st.sampled_from(
        ["1e400", "-0", "0x10", "1_000", "٣", "²", "--", "", " 1", "9" * 5000, "1e-320", "nan", "True", "½"]
    ),
)


@often
@given(st.sampled_from(OPTIONS), numbers)
@example("--seed", "9" * 5000)
@example("--seed", str(2**64))
@example("--seed", "-1")
def test_every_number_of_an_option_is_taken_or_refused(place, option, number):
    """What is taken comes as far as the pairs, of which there are none."""
    (place / "none.jsonl").write_text("")
    command = [
        "train",
        "--preset",
        "demo",
        "--data",
        str(place / "none.jsonl"),
        "--out",
        str(place / "run"),
        option,
        number,
    ]
    assert exit_status(command) in (1, 2)


def exit_status(command):
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        try:
            return cli.main(command)
        except SystemExit as end:
            return end.code


# What training can be given.

CONFIG = TrainingConfig(learning_rate=0.01, epochs=1, batch_size=16)


def test_one_pair_one_class_and_very_long_sentences():
    model = toy_model()
    few = toy_pairs(3)
    one_class = toy_pairs(30).take([0, 3, 6, 9, 12])
    assert len(set(one_class.labels)) == 1
    long = few.take([0])
    long = type(long)(["a dog " * 5000], ["the cat " * 5000], long.labels, "long")
    for pairs in (few.take([0]), one_class, long):
        encoded = encode_pairs(pairs, model.tokenizer, cache=False)
        log = train(toy_model(), encoded, encoded, CONFIG, progress=False)
        assert 0 < log[0].loss < 10
    vectors = model.encode(["a dog " * 5000, "a dog"])
    assert vectors.shape == (2, model.encoder.dim)


@pytest.mark.parametrize("seed", [0, 2**31, 2**32 - 1, 2**32, 2**63, 2**64, 10**30, -1])
def test_a_seed_is_taken_or_refused_before_the_work(seed):
    if not 0 <= seed < 2**32:
        with pytest.raises(ValueError, match=f"seed={seed} is "):
            TrainingConfig(epochs=1, seed=seed)
        return
    pairs = encode_pairs(toy_pairs(12), MODEL.tokenizer, cache=False)
    assert len(train(toy_model(), pairs, pairs, TrainingConfig(epochs=1, seed=seed), progress=False)) == 1


@pytest.mark.parametrize("rate", [1e3, 1e30])
def test_gradients_that_explode_reach_no_parameter_unless_finite(rate):
    pairs = encode_pairs(toy_pairs(48), MODEL.tokenizer, cache=False)
    model = toy_model()
    config = TrainingConfig(learning_rate=rate, epochs=3, batch_size=16)
    error = refusal(lambda: train(model, pairs, pairs, config, progress=False))
    assert error is None or "--learning-rate" in str(error)
    assert all(parameter.isfinite().all() for parameter in model.parameters())
