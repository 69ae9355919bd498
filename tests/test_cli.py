"""The command line, from train to predict, and its words when something is wrong."""

import io
import json

import numpy as np
import pytest

from infersent import LABELS, InferSent, presets
from infersent.checkpoint import save_checkpoint
from infersent.choices import choose
from infersent.cli import main
from tests.toy import toy_model, toy_pairs


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("INFERSENT_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def files(tmp_path):
    """A reader's own pairs, to train on and for dev."""
    for name, n, seed in (("train", 120, 0), ("dev", 30, 1)):
        pairs = toy_pairs(n, seed)
        rows = zip(pairs.premises, pairs.hypotheses, pairs.labels, strict=True)
        lines = ["premise\thypothesis\tlabel", *(f"{p}\t{h}\t{LABELS[y]}" for p, h, y in rows)]
        (tmp_path / f"{name}.tsv").write_text("\n".join(lines) + "\n")
    return tmp_path


@pytest.fixture
def checkpoint(tmp_path):
    save_checkpoint(toy_model(), tmp_path / "model")
    return tmp_path / "model"


def run(*arguments):
    return main([str(a) for a in arguments])


def train(files, *more):
    data = ("--data", files / "train.tsv", "--dev", files / "dev.tsv", "--out", files / "run")
    return run("train", *data, "--preset", "demo", "--hidden", 8, "--epochs", 2, *more)


def test_train_evaluate_encode_predict(files, capsys):
    assert train(files) == 0
    shown = capsys.readouterr().out
    assert "train.tsv: 120 pairs; 40 entailment, 40 neutral, 40 contradiction" in shown
    assert "of the tokens" in shown
    assert "epoch 2  loss" in shown
    assert "infersent evaluate" in shown
    assert len((files / "run" / "log.jsonl").read_text().splitlines()) == 2
    assert (files / "run" / "best" / "model.safetensors").exists()

    assert run("evaluate", files / "run", "--data", files / "dev.tsv") == 0
    shown = capsys.readouterr().out
    assert "% (95% interval" in shown
    assert all(label in shown for label in LABELS)
    assert run("evaluate", files / "run", "--data", files / "dev.tsv", "--json-output") == 0
    assert json.loads(capsys.readouterr().out)["pairs"] == 30

    assert train(files, "--resume", "--epochs", 3) == 0
    assert len((files / "run" / "log.jsonl").read_text().splitlines()) == 3


def test_options_reach_the_model(files):
    more = ("--blocks", "u, v, min(u,v)", "--head", "mlp", "--seed", 3, "--learning-rate", 0.01, "--threads", 1)
    assert train(files, *more) == 0
    model = InferSent.from_pretrained(files / "run")
    assert model.config.blocks == ("u", "v", "min(u,v)")
    assert (model.config.head, model.config.hidden) == ("mlp", 8)
    saved = json.loads((files / "run" / "best" / "metrics.json").read_text())
    assert (saved["training"]["seed"], saved["training"]["learning_rate"], saved["training"]["epochs"]) == (3, 0.01, 2)


def test_encode_from_file_and_stdin(checkpoint, tmp_path, monkeypatch):
    text = "a dog\n\nthe cat\u2028maybe\r\n"
    (tmp_path / "lines.txt").write_text(text, "utf-8")
    assert run("encode", checkpoint, "--sentences", tmp_path / "lines.txt", "--output", tmp_path / "v.npy") == 0
    vectors = np.load(tmp_path / "v.npy")
    expected = toy_model().encode(["a dog", "", "the cat\u2028maybe"])
    np.testing.assert_allclose(vectors, expected, atol=1e-6)
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    assert run("encode", checkpoint, "--output", tmp_path / "w.npy", "--normalize") == 0
    np.testing.assert_allclose(np.linalg.norm(np.load(tmp_path / "w.npy"), axis=1), 1, atol=1e-6)


def test_encoding_nothing_gives_no_vectors(checkpoint, tmp_path, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert run("encode", checkpoint, "--output", tmp_path / "v.npy") == 0
    assert np.load(tmp_path / "v.npy").shape == (0, 12)


def test_predict(checkpoint, tmp_path, capsys):
    assert run("predict", checkpoint, "--premise", "a dog", "--hypothesis", "the dog") == 0
    header, row = (line.split("\t") for line in capsys.readouterr().out.splitlines())
    assert header == ["label", *LABELS]
    expected = toy_model().predict_proba(["a dog"], ["the dog"])[0]
    assert row == [LABELS[expected.argmax()], *(f"{p:.4f}" for p in expected)]

    (tmp_path / "p.tsv").write_text("premise\thypothesis\na dog\tthe dog\na cat\t\n")
    assert run("predict", checkpoint, "--pairs", tmp_path / "p.tsv", "--output", tmp_path / "out.tsv") == 0
    assert [line.split("\t") for line in (tmp_path / "out.tsv").read_text().splitlines()][1] == row
    assert len((tmp_path / "out.tsv").read_text().splitlines()) == 3


def test_data_says_what_there_is(files, capsys):
    assert run("data", files / "train.tsv") == 0
    assert "120 pairs" in capsys.readouterr().out
    assert run("data", "captions") == 0
    assert [line.split(":")[0] for line in capsys.readouterr().out.splitlines()] == [
        "Pairs(captions train",
        "Pairs(captions dev",
        "Pairs(captions test",
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("train", "--preset", "lapto", "--out", "r"), "no preset 'lapto'. Did you mean 'laptop'?"),
        (("train", "--preset", "demo", "--blocks", "u,v,u*w", "--out", "r"), "Did you mean 'u*v'?"),
        (("train", "--preset", "demo", "--head", "mpl", "--out", "r"), "Did you mean 'mlp'?"),
        (("train", "--data", "mine.tsv", "--out", "r"), "--dev must name another"),
        (("train", "--data", "captions", "--dev", "d.tsv", "--out", "r"), "captions has a dev split of its own"),
        (("train", "--data", "sniil", "--out", "r"), "Did you mean 'snli'?"),
        (("train", "--preset", "demo", "--vectors", "word2vec", "--out", "r"), "no vectors 'word2vec'. Use 'shipped'"),
        (("evaluate", "nowhere"), "nowhere is no checkpoint"),
        (("evaluate", "MODEL", "--data", "captions", "--split", "tset"), "'tset'"),
        (("predict", "MODEL"), "Give either --pairs FILE, or --premise and --hypothesis"),
        (("predict", "MODEL", "--premise", "x"), "Give either"),
        (("predict", "MODEL", "--pairs", "absent.tsv"), "absent.tsv"),
        (("encode", "MODEL", "--sentences", "absent.txt", "--output", "v.npy"), "absent.txt"),
        (("encode", "MODEL", "--sentences", "absent.txt", "--output", "v.npy", "--batch-size", "0"), "absent.txt"),
        (("data", "glov.6B.zip"), "Did you mean"),
    ],
)
def test_errors_name_the_value_and_the_remedy(arguments, message, checkpoint, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run(*(str(checkpoint) if a == "MODEL" else a for a in arguments)) == 1
    error = capsys.readouterr().err
    assert message in error
    assert error.startswith("infersent: ")
    assert "Traceback" not in error
    assert not (tmp_path / "r" / "best").exists()


def test_a_run_is_not_overwritten(files, capsys):
    train(files)
    assert train(files) == 1
    assert "go on with it by --resume" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["", "train", "evaluate", "encode", "predict", "data"])
def test_help_teaches(command, capsys):
    with pytest.raises(SystemExit) as ended:
        run(*filter(None, [command]), "--help")
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    assert "infersent" in shown
    if command:
        assert "For example" in shown


def test_every_preset_names_things_that_exist():
    for name, preset in presets.PRESETS.items():
        assert presets.get_preset(name) is preset
        assert preset.about


def test_papers_preset_is_the_papers():
    paper = presets.get_preset("paper")
    assert (paper.model.hidden, paper.model.head, paper.model.head_hidden) == (2048, "stacked-linear", 512)
    t = paper.training
    assert (t.optimizer, t.learning_rate, t.decay, t.shrink, t.min_learning_rate) == ("sgd", 0.1, 0.99, 5.0, 1e-5)
    assert (t.batch_size, t.epochs, t.clip) == (64, 20, 5.0)


def test_choose_lists_what_there_is():
    with pytest.raises(ValueError, match=r"^There is no thing 'zzz'\. Known: a, b\. Ask\.$"):
        choose("thing", "zzz", {"a": 1, "b": 2}, remedy="Ask.")
    assert choose("thing", "a", {"a": 1}) == 1
