"""The command line, from train to predict, and its words when something is wrong."""

import io
import json
import runpy
import zipfile

import numpy as np
import pytest
import torch

from infersent import LABELS, InferSent, cli
from infersent.cli import main
from infersent.data import Pairs, fetch, read_pairs, snli, stsb
from infersent.foundation.choices import choose
from infersent.model import streaming
from infersent.training.recipes import RECIPES, get_recipe
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
    toy_model().save(tmp_path / "model")
    return tmp_path / "model"


@pytest.fixture
def stdin(monkeypatch):
    """A function that makes the given bytes the standard input, in a terminal whose encoding is not UTF-8."""

    def stdin(octets):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(octets), encoding="latin-1"))

    return stdin


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
    assert f"{files / 'dev.tsv'} chose this epoch, so it is no test." in shown
    assert f"infersent evaluate {files / 'run'} --data TEST-FILE\n" in shown
    assert len((files / "run" / "log.jsonl").read_text().splitlines()) == 2
    assert (files / "run" / "best" / "model.safetensors").exists()

    assert run("evaluate", files / "run", "--data", files / "dev.tsv") == 0
    shown, said = capsys.readouterr()
    assert "% (95% interval" in shown
    assert (
        f"These pairs chose the best epoch of {files / 'run'}, which flatters its accuracy on them. They are only 30"
        in said
    )
    assert all(label in shown for label in LABELS)
    assert run("evaluate", files / "run", "--data", files / "dev.tsv", "--json-output") == 0
    assert json.loads(capsys.readouterr().out)["pairs"] == 30
    assert run("evaluate", files / "run", "--data", files / "train.tsv") == 0
    assert f"{files / 'run'} was trained on these pairs, so its accuracy on them is no test." in capsys.readouterr().err

    assert train(files, "--resume", "--epochs", 3) == 0
    assert len((files / "run" / "log.jsonl").read_text().splitlines()) == 3


def test_after_a_corpus_its_test_split_is_next(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(
        "infersent.training.recipes.load",
        lambda name, split, **options: toy_pairs(30, name=f"{name} {split} {options}"),
    )
    more = ("--hidden", 2, "--epochs", 1, "--out", tmp_path / "a run", "--vectors", "trained")
    assert run("train", "--data", "snli", "--preset", "laptop", "--subset", "all", *more) == 0
    shown = capsys.readouterr().out
    assert "Pairs(snli train {}: 30 pairs" in shown
    assert f"now try: infersent evaluate '{tmp_path / 'a run'}' --data snli --split test\n" in shown


def test_options_reach_the_model(files):
    more = ("--blocks", "u, v, min(u,v)", "--head", "mlp", "--seed", 3, "--learning-rate", 0.01, "--threads", 1)
    assert train(files, *more) == 0
    model = InferSent.from_pretrained(files / "run")
    assert model.config.blocks == ("u", "v", "min(u,v)")
    assert (model.config.head, model.config.hidden) == ("mlp", 8)
    saved = json.loads((files / "run" / "best" / "metrics.json").read_text())
    assert (saved["training"]["seed"], saved["training"]["learning_rate"], saved["training"]["epochs"]) == (3, 0.01, 2)


def test_encode_from_file_and_stdin(checkpoint, tmp_path, stdin):
    text = "\ufeffa dog\n\nthe cat\u2028maybe\r\n".encode()
    (tmp_path / "lines.txt").write_bytes(text)
    assert run("encode", checkpoint, "--sentences", tmp_path / "lines.txt", "--output", tmp_path / "v.npy") == 0
    vectors = np.load(tmp_path / "v.npy")
    expected = toy_model().encode(["a dog", "", "the cat\u2028maybe"])
    np.testing.assert_allclose(vectors, expected, atol=1e-6)
    stdin(text)
    assert run("encode", checkpoint, "--output", tmp_path / "w.npy", "--normalize") == 0
    normalized = np.load(tmp_path / "w.npy")
    np.testing.assert_allclose(normalized, expected / np.linalg.norm(expected, axis=1, keepdims=True), atol=1e-6)


def test_encode_names_the_line_that_is_not_utf8(checkpoint, tmp_path, stdin, capsys):
    (tmp_path / "lines.txt").write_bytes(b"a dog\na d\xffg\n")
    stdin(b"\xff\n")
    for sentences, place in ((tmp_path / "lines.txt", "lines.txt, line 2"), ("-", "standard input, line 1")):
        assert run("encode", checkpoint, "--sentences", sentences, "--output", tmp_path / "v.npy") == 1
        assert f"{place}: not UTF-8" in capsys.readouterr().err
    assert not (tmp_path / "v.npy").exists()


@pytest.mark.parametrize(
    "command",
    [("encode", "--sentences", "lines.txt"), ("predict", "--premise", "a dog", "--hypothesis", "the dog")],
    ids=lambda command: command[0],
)
class TestOutput:
    """What encode and predict do with --output."""

    @pytest.fixture(autouse=True)
    def start(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        (tmp_path / "lines.txt").write_text("a dog\n")

    @pytest.mark.parametrize(
        ("output", "message"),
        [("absent/out", "there is no folder absent. Make it first."), (".", "--output . is a folder.")],
    )
    def test_a_bad_place_is_found_before_the_work(self, command, output, message, capsys):
        name, *options = command
        assert run(name, "no-model-is-looked-for", *options, "--output", output) == 1
        assert message in capsys.readouterr().err

    def test_a_failed_write_leaves_the_older_file(self, command, checkpoint, tmp_path, monkeypatch):
        (tmp_path / "out").write_text("older")

        def fail(path, *_):
            raise OSError(f"{path} cannot be written")

        monkeypatch.setattr("infersent.foundation.atomic.os.replace", fail)
        before = sorted(tmp_path.iterdir())
        name, *options = command
        assert run(name, checkpoint, *options, "--output", "out") == 1
        assert (tmp_path / "out").read_text() == "older"
        assert sorted(tmp_path.iterdir()) == before

    def test_links_and_devices_stay_what_they_are(self, command, checkpoint, tmp_path):
        (tmp_path / "link").symlink_to("out")
        (tmp_path / "null").symlink_to("/dev/null")
        name, *options = command
        for output in ("link", "null"):
            assert run(name, checkpoint, *options, "--output", output) == 0
            assert (tmp_path / output).is_symlink()
        assert (tmp_path / "out").stat().st_size > 0
        assert (tmp_path / "null").is_char_device()


def test_encoding_nothing_gives_no_vectors(checkpoint, tmp_path, stdin):
    stdin(b"")
    assert run("encode", checkpoint, "--output", tmp_path / "v.npy") == 0
    assert np.load(tmp_path / "v.npy").shape == (0, 12)


def test_encode_writes_a_table_or_to_standard_output(checkpoint, tmp_path, capsysbinary):
    parquet = pytest.importorskip("pyarrow.parquet")
    (tmp_path / "lines.txt").write_text("a dog\nthe cat\n")
    expected = toy_model().encode(["a dog", "the cat"], precision="int8")
    command = ("encode", checkpoint, "--sentences", tmp_path / "lines.txt", "--precision", "int8", "--jobs", 2)
    assert run(*command, "--output", tmp_path / "v.parquet") == 0
    assert np.array_equal(parquet.read_table(tmp_path / "v.parquet")["vector"].to_pylist(), expected)
    assert run(*command, "--output", "-") == 0
    shown = capsysbinary.readouterr()
    assert np.array_equal(np.load(io.BytesIO(shown.out)), expected)
    assert b"standard output: 2 sentences of 12 numbers each" in shown.err


def test_encode_a_folder(checkpoint, tmp_path, capsys):
    (tmp_path / "texts").mkdir()
    for name in "ab":
        (tmp_path / "texts" / f"{name}.txt").write_text(f"{name} dog\n")
    command = ("encode", checkpoint, "--sentences", tmp_path / "texts", "--output")
    assert run(*command, tmp_path / "vectors") == 0
    assert sorted(path.name for path in (tmp_path / "vectors").iterdir()) == ["a.npy", "b.npy"]
    np.testing.assert_allclose(np.load(tmp_path / "vectors" / "a.npy"), toy_model().encode(["a dog"]), atol=1e-6)
    assert "vectors: 2 files of vectors" in capsys.readouterr().err
    for output in (tmp_path / "texts" / "a.txt", "-"):
        assert run(*command, output) == 1
        assert f"--output {output} is not a folder, but --sentences is one." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--output", "v.csv"), "v.csv ends in '.csv'. Vectors are written to .npy and .parquet files."),
        (
            ("--output", "v.npy", "--cluster", "tcp://a:1"),
            "--cluster shares the files of a folder, but --sentences lines",
        ),
        (("--output", "v.npy", "--jobs", "0"), "--jobs 0 is below 1"),
        (("--output", "v.npy", "--precision", "int7"), "Did you mean 'int8'"),
        (("--output", "v.npy", "--precision", "int8", "--normalize"), "the cosine does not depend on the length"),
    ],
)
def test_what_encode_refuses(options, message, checkpoint, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lines").write_text("a dog\n")
    assert run("encode", checkpoint, "--sentences", "lines", *options) == 1
    assert message in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["lines", "model"]


@pytest.mark.parametrize(
    ("sentences", "output", "rest"),
    [
        ("lines", "v.npy", "goes on after 1,234,567 sentences"),
        ("lines", "w.npy", "starts from the first sentence"),
        ("lines", "-", "starts from the first sentence"),
        (".", "out", "goes on with what is missing"),
    ],
)
def test_ctrl_c_in_encode_says_where_the_same_command_goes_on(
    sentences, output, rest, checkpoint, tmp_path, capsys, monkeypatch
):
    def stop(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.chdir(tmp_path)
    (tmp_path / ".v.npy-journal").write_text('{"digest": "", "done": 1234567}')
    (tmp_path / "lines").write_text("a dog\n")
    for name in ("encode_file", "encode_folder"):
        monkeypatch.setattr(streaming, name, stop)
    with pytest.raises(SystemExit) as ended:
        run("encode", checkpoint, "--sentences", sentences, "--output", output)
    assert ended.value.code == 130
    assert f"Stopped. The same command {rest}.\n" in capsys.readouterr().err


def test_the_best_device_is_found(checkpoint, tmp_path, monkeypatch):
    (tmp_path / "lines").write_text("a dog\n")
    monkeypatch.setattr("infersent.cli.options.best_device", lambda: torch.device("cpu"))
    command = ("encode", checkpoint, "--sentences", tmp_path / "lines", "--output", tmp_path / "v.npy")
    assert run(*command, "--device", "auto") == 0
    assert np.load(tmp_path / "v.npy").shape == (1, 12)


def test_predict(checkpoint, tmp_path, capsys):
    assert run("predict", checkpoint, "--premise", "a dog", "--hypothesis", "the dog") == 0
    header, row = (line.split("\t") for line in capsys.readouterr().out.splitlines())
    assert header == ["label", *LABELS, "unknown"]
    expected = toy_model().predict_proba(["a dog"], ["the dog"])[0]
    assert row == [LABELS[expected.argmax()], *(f"{p:.4f}" for p in expected), "0.00"]

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


@pytest.mark.parametrize("part", [False, True])
def test_data_shows_the_whole_train_split_where_it_is(part, tmp_path, capsys, monkeypatch):
    name = "snli_1.0.part.zip" if part else "snli_1.0.zip"
    monkeypatch.setattr(fetch, "fetch", lambda archive: tmp_path / name)
    monkeypatch.setattr(
        snli, "load", lambda split, subset=None: Pairs(["a"], ["b"], [0], f"SNLI {split}, subset {subset}")
    )
    assert run("data", "snli") == 0
    shown = [line.partition(":")[0].removeprefix("Pairs(") for line in capsys.readouterr().out.splitlines()]
    assert shown[:3] == ["SNLI train, subset 122k", "SNLI dev, subset None", "SNLI test, subset None"]
    assert shown[3:] == ([] if part else ["SNLI train, subset None"])


def test_a_stop_says_how_to_go_on(capsys, monkeypatch):
    def stop(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr("infersent.cli.options.load", stop)
    assert run("data", "captions") == 130
    assert "Run the same command again: a download goes on where it was." in capsys.readouterr().err


def test_a_reader_that_has_seen_enough_is_no_error(capsys, monkeypatch):
    def close(*arguments):
        raise BrokenPipeError

    monkeypatch.setattr("infersent.cli.options.load", close)
    assert run("data", "captions") == 0
    assert capsys.readouterr().err == ""


def test_ctrl_c_in_training_says_the_command_that_goes_on(files, capsys, monkeypatch):
    def stop(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr("infersent.training.loop.train", stop)
    monkeypatch.setattr("sys.argv", ["infersent", "train", "--out", "my run", "--resume"])
    with pytest.raises(SystemExit) as ended:
        train(files, "--resume")
    assert ended.value.code == 130
    assert "Go on with: infersent train --out 'my run' --resume\n" in capsys.readouterr().err


@pytest.mark.parametrize(("name", "part"), [("toy.zip", ""), ("toy.part.zip", ", a part of the official archive")])
def test_data_tells_where_an_archive_is(name, part, tmp_path, capsys, monkeypatch):
    (tmp_path / name).write_bytes(bytes(12_345))
    monkeypatch.setitem(fetch.ARCHIVES, "toy.zip", fetch.Archive("https://example.org/toy.zip", "0" * 64))
    monkeypatch.setenv("INFERSENT_DATA", str(tmp_path))
    assert run("data", "toy.zip") == 0
    assert capsys.readouterr().out == f"{tmp_path / name}: 12,345 bytes{part}\n"


def test_the_package_can_be_run(capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", ["infersent", "data", "nowhere"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("infersent", run_name="__main__")
    assert ended.value.code == 1
    assert "nowhere" in capsys.readouterr().err


DEVICE_COMMANDS = [
    ("train", "--out", "r"),
    ("evaluate", "MODEL"),
    ("encode", "MODEL", "--output", "v.npy"),
    ("predict", "MODEL", "--premise", "a", "--hypothesis", "b"),
    ("study", "run", "subsets", "--out", "r"),
]


@pytest.mark.parametrize("command", DEVICE_COMMANDS, ids=lambda command: command[0])
@pytest.mark.parametrize(
    ("cuda", "mps", "device", "known"),
    [
        (0, False, "cuda", "cpu"),
        (0, False, "gpu", "cpu"),
        (0, True, "cuda:0", "cpu or mps"),
        (2, False, "cuda:2", "cpu or cuda or cuda:0 or cuda:1"),
    ],
)
def test_a_device_that_is_not_there(command, cuda, mps, device, known, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda > 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
    assert run(*command, "--device", device) == 1
    assert f"no device {device!r} on this machine. Use --device {known}." in capsys.readouterr().err


def test_vectors_that_the_archive_lacks(files, tmp_path, capsys, monkeypatch):
    with zipfile.ZipFile(tmp_path / "glove.6B.part.zip", "w") as archive:
        archive.writestr("glove.6B.100d.txt", "dog" + 100 * " 1" + "\n")
    monkeypatch.setenv("INFERSENT_DATA", str(tmp_path))
    assert train(files, "--vectors", "glove.6B.300d") == 1
    error = capsys.readouterr().err
    assert "glove.6B.part.zip does not hold glove.6B.300d. Use --vectors shipped or glove.6B.100d, or put" in error
    assert train(files, "--vectors", "glove.6B.100d") == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("train", "--threads", "0", "--out", "r"), "--threads 0 is below 1"),
        (("train", "--threads", "-1", "--out", "r"), "--threads -1 is below 1"),
        (("train", "--data", "captions", "--subset", "122k", "--out", "r"), "captions has no subsets"),
        (("train", "--data", "mine.tsv", "--dev", "d.tsv", "--subset", "122k", "--out", "r"), "mine.tsv has no subse"),
        (
            ("train", "--subset", "12k", "--out", "r"),
            "no subset of SNLI '12k'. Did you mean '122k'? Known: 122k. --subset all stands",
        ),
        (("train", "--preset", "lapto", "--out", "r"), "no preset 'lapto'. Did you mean 'laptop'?"),
        (("train", "--preset", "demo", "--blocks", "u,v,u*w", "--out", "r"), "Did you mean 'u*v'?"),
        (("train", "--preset", "demo", "--head", "mpl", "--out", "r"), "Did you mean 'mlp'?"),
        (("train", "--data", "mine.tsv", "--out", "r"), "mine.tsv"),
        (("train", "--data", "m.tsv", "--dev", "m.tsv", "--out", "r"), "--dev m.tsv is the file of --data"),
        (("train", "--data", "captions", "--label", "x", "--out", "r"), "--label is about a file of your own"),
        (("train", "--from", "r0", "--hidden", "8", "--out", "r"), "--hidden 8 is decided by the model of --from r0"),
        (("train", "--data", "captions", "--dev", "d.tsv", "--out", "r"), "captions has a dev split of its own"),
        (("train", "--data", "sniil", "--out", "r"), "Did you mean 'snli'?"),
        (("train", "--preset", "demo", "--vectors", "word2vec", "--out", "r"), "no vectors 'word2vec'. Use 'shipped'"),
        (("evaluate", "nowhere"), "nowhere is not a checkpoint"),
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
    assert "continue it by --resume" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["", *cli._COMMANDS])
def test_help_teaches(command, capsys):
    with pytest.raises(SystemExit) as ended:
        run(*filter(None, [command]), "--help")
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    assert "infersent" in shown
    if command:
        assert "For example" in shown
    if command and command != "dot-product":  # which makes its own data
        assert "mine" in shown
    if command == "train":
        words = "".join(shown.split()).replace("│", "")  # the lines are broken and framed
        for name, preset in RECIPES.items():
            assert f"{name}:{preset.about}".replace(" ", "") in words


def test_every_preset_names_things_that_exist():
    for name, preset in RECIPES.items():
        assert get_recipe(name) is preset
        assert preset.about


def test_papers_preset_is_the_papers():
    paper = get_recipe("paper")
    assert (paper.model.hidden, paper.model.head, paper.model.head_hidden) == (2048, "stacked-linear", 512)
    t = paper.training
    assert (t.optimizer, t.learning_rate, t.decay, t.shrink, t.min_learning_rate) == ("sgd", 0.1, 0.99, 5.0, 1e-5)
    assert (t.batch_size, t.epochs, t.clip) == (64, 20, 5.0)


def test_choose_lists_what_there_is():
    with pytest.raises(ValueError, match=r"^There is no thing 'zzz'\. Known: a, b\. Ask\.$"):
        choose("thing", "zzz", {"a": 1, "b": 2}, remedy="Ask.")
    assert choose("thing", "a", {"a": 1}) == 1


# A reader's own labels


@pytest.fixture
def questions(tmp_path):
    """Forty questions, each with one that asks the same and one that does not, as a .csv file with quotes."""
    lines = ["id,question1,question2,is_duplicate"]
    for i in range(120):
        animal, other = ("dog", "cat", "cow", "pig")[i % 4], ("cat", "cow", "pig", "dog")[i % 4]
        second = animal if i % 2 else other
        lines.append(f'{i},"Is the {animal} {i}, number, here?","Is it a {second} {i}?",{i % 2}')
    (tmp_path / "own.csv").write_text("\r\n".join(lines) + "\r\n", encoding="utf-8-sig")
    return tmp_path / "own.csv"


def learn(questions, *more, out="run"):
    small = ("--preset", "demo", "--hidden", 8, "--epochs", 2)
    return run("train", "--data", questions, *small, "--out", questions.parent / out, *more)


def test_a_file_of_ones_own_is_cut_and_what_is_set_aside_is_tested_on(questions, capsys):
    assert learn(questions) == 0
    shown, said = capsys.readouterr()
    assert "own.csv: read texts 'question1' and 'question2', label 'is_duplicate'; --text and --label name" in said
    assert "Pairs(own.csv train: 96 pairs; " in shown
    assert "Pairs(own.csv dev: 12 pairs; " in shown
    held_out = questions.parent / "run" / "test.jsonl"
    assert f"set aside to test on: {held_out}, 12 pairs" in shown
    assert f"now try: infersent evaluate {questions.parent / 'run'} --data {held_out}\n" in shown
    assert InferSent.from_pretrained(questions.parent / "run").labels == ("0", "1")

    assert run("evaluate", questions.parent / "run", "--data", held_out) == 0
    shown, said = capsys.readouterr()
    assert "12 pairs)" in shown
    assert "trained on" not in said
    named = ("--text", "question1", "question2", "--label", "is_duplicate")
    assert run("evaluate", questions.parent / "run", "--data", questions, *named) == 0
    few = f"Only 12 pairs chose the best epoch of {questions.parent / 'run'}, so chance did as much as merit."
    assert capsys.readouterr().err == f"infersent: {few}\n"


def test_predict_gives_a_row_for_each_row(questions, capsys, stdin):
    learn(questions)
    capsys.readouterr()
    folder = questions.parent
    for name in ("out.csv", "out.tsv", "out.jsonl"):
        where = ("--pairs", questions, "--text", "question1", "question2", "--output", folder / name)
        assert run("predict", folder / "run", *where) == 0
    assert capsys.readouterr().err == ""
    rows = [line.split(",") for line in (folder / "out.csv").read_text().splitlines()]
    assert rows[0] == ["label", "0", "1", "unknown"]
    assert len(rows) == 121
    assert [line.split("\t") for line in (folder / "out.tsv").read_text().splitlines()] == rows
    objects = [json.loads(line) for line in (folder / "out.jsonl").read_text().splitlines()]
    assert [one["label"] for one in objects] == [row[0] for row in rows[1:]]
    assert list(objects[0]["probabilities"]) == ["0", "1"]
    stdin(b'{"premise": "Is the dog here?", "hypothesis": "xyzzy plugh quux"}\n')
    assert run("predict", folder / "run", "--pairs", "-") == 0
    shown, said = capsys.readouterr()
    assert shown.splitlines()[1].endswith("\t1.00")
    assert said.startswith("infersent: The model does not know most of the words of 1 of 2 sentences, such as 'xyzzy")
    (folder / "gap.tsv").write_text("premise\thypothesis\na\tb\n\nc\td\n")
    assert run("predict", folder / "run", "--pairs", folder / "gap.tsv") == 1
    assert "gap.tsv, line 3: a blank line between pairs. Take it out: a row of the output" in capsys.readouterr().err
    (folder / "gap.csv").write_text('premise,hypothesis\n\n"two\nlines",b\n\nc,d\n')
    assert run("predict", folder / "run", "--pairs", folder / "gap.csv") == 1
    assert "gap.csv, line 5: a blank line between pairs" in capsys.readouterr().err
    (folder / "gap.csv").write_text('premise,hypothesis\n\n"two\n\nlines",b\nc,d\n\n\n')  # none is between pairs
    assert run("predict", folder / "run", "--pairs", folder / "gap.csv") == 0
    assert len(capsys.readouterr().out.splitlines()) == 3
    for name in ("x.parquet", "x.PARQUET", "x.xlsx", "x.json", "x.csv.gz"):  # tabs under these names would open nowhere
        assert run("predict", folder / "run", "--pairs", questions, "--output", folder / name) == 1
        assert "it can end in .csv, .jsonl, .tsv or .txt" in capsys.readouterr().err
        assert not (folder / name).exists()


def test_odd_labels_are_named_with_their_file(questions, capsys, monkeypatch):
    other = questions.parent / "dev.csv"
    other.write_text("question1,question2,is_duplicate\na,b,0\na,b,perhaps\n")
    assert learn(questions, "--dev", other) == 1
    assert "dev.csv has the label 'perhaps' (1 of 2 pairs), which is not among those that own.csv has: 0, 1." in (
        capsys.readouterr().err
    )
    learn(questions)
    assert run("evaluate", questions.parent / "run", "--data", "captions") == 1
    assert "captions test has the label 'entailment'" in capsys.readouterr().err
    other.write_text("question1,question2,is_duplicate\na,b,0\nc,d,0\n")
    assert run("train", "--data", other, "--dev", questions, "--out", questions.parent / "one") == 1
    assert "All pairs of dev.csv are labelled '0'; a model learns to tell two apart." in capsys.readouterr().err
    (questions.parent / "stsb").mkdir()
    (questions.parent / "stsb" / "sts-train.csv").write_text("g\tf\ty\t1\t2.5\ta\tb\n")
    monkeypatch.setenv("INFERSENT_DATA", str(questions.parent))
    monkeypatch.setitem(stsb.SIZES, "train", 1)
    assert run("train", "--data", "stsb", "--out", questions.parent / "one") == 1
    assert "STS-B train has scores and no labels" in capsys.readouterr().err


def test_training_goes_on_from_a_trained_model(questions, files, capsys):
    assert train(files) == 0
    start = InferSent.from_pretrained(files / "run")
    more = ("--preset", "demo", "--epochs", 1, "--from", files / "run")
    assert run("train", "--data", questions, *more, "--out", files / "new") == 0
    shown = capsys.readouterr().out
    assert f"going on from {files / 'run'} with a new linear head, for the labels 0, 1\n" in shown
    other = InferSent.from_pretrained(files / "new")
    assert (other.labels, other.config) == (("0", "1"), start.config)
    assert other.tokenizer.to_str() == start.tokenizer.to_str()
    again = ("--data", files / "dev.tsv", "--dev", files / "train.tsv")
    assert run("train", *again, *more, "--out", files / "same", "--learning-rate", 1e-5) == 0
    shown = capsys.readouterr().out
    assert "with its head, for the labels entailment, neutral, contradiction" in shown
    near = InferSent.from_pretrained(files / "same")
    texts = ["a dog", "the cat"]
    np.testing.assert_allclose(near.predict_proba(texts, texts), start.predict_proba(texts, texts), atol=0.01)
    assert run("train", "--data", questions, *more, "--head", "mlp", "--out", files / "mlp") == 0
    assert "with a new mlp head" in capsys.readouterr().out
    assert json.loads((files / "new" / "best" / "metrics.json").read_text())["from"] == str(files / "run")


def test_soft_labels_of_several_columns(questions, capsys):
    lines = [f"a {w} {i},the {w} {i},{i % 4},{4 - i % 4}" for i, w in enumerate(["dog", "cat"] * 30)]
    (questions.parent / "soft.csv").write_text("premise,hypothesis,no,yes\n" + "\n".join(lines) + "\n")
    assert learn(questions.parent / "soft.csv", "--label", "no", "yes", out="soft") == 0
    assert "soft labels, counted by the likeliest" in capsys.readouterr().out
    assert InferSent.from_pretrained(questions.parent / "soft").labels == ("no", "yes")
    read = read_pairs(questions.parent / "soft" / "test.jsonl")
    assert read.distributions.shape == (len(read), 2)


def test_labels_by_number_take_their_names(checkpoint, tmp_path, capsys):
    (tmp_path / "n.csv").write_text("premise,hypothesis,label\na dog,the dog,0\na dog,the cat,2\n")
    assert run("evaluate", checkpoint, "--data", tmp_path / "n.csv") == 1
    assert "name them in their order by --labels entailment neutral contradiction." in capsys.readouterr().err
    assert run("evaluate", checkpoint, "--data", tmp_path / "n.csv", "--labels", *LABELS) == 0
    assert "2 pairs)" in capsys.readouterr().out


def test_data_shows_a_files_labels_or_scores(questions, tmp_path, capsys):
    assert run("data", questions, "--text", "question1", "question2", "--label", "is_duplicate") == 0
    assert capsys.readouterr().out == "Pairs(own.csv: 120 pairs; 60 0, 60 1)\n"
    named = ("--text", "question1", "question2", "--label", "is_duplicate", "--labels", "other", "same")
    assert run("data", questions, *named) == 0
    assert capsys.readouterr().out == "Pairs(own.csv: 120 pairs; 60 other, 60 same)\n"
    (tmp_path / "s.csv").write_text("premise,hypothesis,score\na,b,1\nc,d,2.5\n")
    assert run("data", tmp_path / "s.csv") == 0
    assert capsys.readouterr().out == "ScoredPairs(s.csv: 2 pairs; scores from 1 to 2.5)\n"
    assert run("evaluate", "--data", tmp_path / "s.csv", "--label", "score") == 1
    assert "s.csv, line 3: 'score' is 2.5, a fraction: these are scores, not labels." in capsys.readouterr().err


@pytest.mark.parametrize(
    "command",
    [
        ("train", "--data", "captions", "--out", "-"),
        ("dot-product", "--out", "-"),
        ("web", "--out", "-"),
        ("study", "run", "subsets", "--out", "-"),
        ("study", "run", "subsets", "--out", "runs", "--checkpoints", "-"),
    ],
    ids=" ".join,
)
def test_a_dash_never_names_a_file(command, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run(*command) == 1
    assert " - would be standard output, but " in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_pairs_come_from_standard_input(questions, stdin, capsys):
    named = ("--text", "question1", "question2", "--label", "is_duplicate")
    stdin(questions.read_bytes())
    assert run("data", "-", *named) == 0
    assert capsys.readouterr().out == "Pairs(standard input: 120 pairs; 60 0, 60 1)\n"
    stdin(questions.read_bytes())
    small = ("--preset", "demo", "--hidden", 4, "--epochs", 1)
    assert run("train", "--data", "-", *named, *small, "--out", questions.parent / "run") == 0
    assert "set aside to test on" in capsys.readouterr().out
    stdin(questions.read_bytes())
    assert run("evaluate", questions.parent / "run", "--data", "-", *named) == 0
    assert "on standard input:\naccuracy" in capsys.readouterr().out


def test_a_small_dev_set_is_told_once(questions, capsys):
    assert learn(questions) == 0
    said = capsys.readouterr().err
    few = "Only 12 pairs (own.csv dev) will choose the best epoch, each worth 8.3 points of accuracy: chance will"
    assert said.count(few) == 1
    more = questions.read_text("utf-8-sig").splitlines()[1:] * 10
    (questions.parent / "large.csv").write_text("id,question1,question2,is_duplicate\n" + "\n".join(more))
    assert learn(questions, "--dev", questions.parent / "large.csv", out="other") == 0
    assert "will choose the best epoch" not in capsys.readouterr().err


def test_a_column_of_scores_sends_to_the_command_that_takes_them(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "s.csv").write_text("premise,hypothesis,score\na,b,1\nc,d,2.5\n")
    for command in (("train", "--out", "r"), ("evaluate",)):
        for named in ((), ("--label", "score")):
            assert run(*command, "--data", "s.csv", *named) == 1
            assert "`infersent choose`" in capsys.readouterr().err


@pytest.mark.parametrize(
    "command",
    [
        ("data", "FILE.csv"),
        ("evaluate", "MODEL", "--data", "FILE.csv"),
        ("predict", "MODEL", "--pairs", "FILE.csv"),
        ("train", "--data", "FILE.csv", "--out", "r"),
        ("choose", "FILE.csv"),
        ("probe", "MODEL", "--data", "FILE.csv"),
        ("encode", "MODEL", "--sentences", "FILE.txt", "--output", "v.npy"),
        ("study", "run", "FILE.toml", "--out", "s"),
        ("choose", "--vectors", "FILE.npy", "FILE.npy", "--labels", "FILE.txt"),
    ],
    ids=" ".join,
)
def test_a_file_that_is_not_there_or_cannot_be_read_is_a_sentence(command, checkpoint, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    command = [str(checkpoint) if part == "MODEL" else part for part in command]
    suffix = next(part for part in command if part.startswith("FILE"))[4:]

    def said(name):
        assert run(*(part.replace("FILE", name) for part in command)) == 1
        error = capsys.readouterr().err
        assert "[Errno" not in error
        assert "Traceback" not in error
        return error

    assert f"There is no file absent{suffix}. Check the name." in said("absent")
    assert f"There is no folder nowhere, so no absent{suffix} in it." in said("nowhere/absent")
    (tmp_path / f"empty{suffix}").touch()
    if command[0] != "encode":  # no lines are no vectors
        assert f"empty{suffix}" in said("empty")
        (tmp_path / f"folder{suffix}").mkdir()
        assert f"folder{suffix} is a folder. Name a file in it." in said("folder")


def test_a_run_is_no_file(tmp_path, capsys):
    (tmp_path / "file").touch()
    for out in (tmp_path / "file", tmp_path / "file" / "run"):
        assert run("train", "--data", "captions", "--out", out) == 1
        assert f"{tmp_path / 'file'} is a file, and a run is a folder." in capsys.readouterr().err
    assert run("study", "status", "subsets", "--out", tmp_path / "file") == 1
    assert "is a file; a study's records are in a folder" in capsys.readouterr().err
    assert run("evaluate", "-") == 1
    assert "- would be standard input, but a model is a folder." in capsys.readouterr().err


def test_lines_of_a_table_are_told_to_be_sentences(checkpoint, tmp_path, capsys):
    (tmp_path / "t.csv").write_text("a dog\nthe cat\n")
    assert run("encode", checkpoint, "--sentences", tmp_path / "t.csv", "--output", tmp_path / "v.npy") == 0
    assert "t.csv: every line is read as one sentence, a header and separators with it." in capsys.readouterr().err


def test_a_packed_file_is_told_apart_from_a_corpus(tmp_path, capsys):
    (tmp_path / "own.csv.gz").write_bytes(b"\x1f\x8b\x08")
    for command in (("data",), ("evaluate", "--data")):
        assert run(*command, tmp_path / "own.csv.gz") == 1
        assert "This is compressed by gzip, not text. Unpack it by gunzip" in capsys.readouterr().err


def test_a_stopped_study_keeps_its_runs(capsys, monkeypatch):
    def stop(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr("infersent.cli.study.read_grid", stop)
    assert run("study", "status", "subsets") == 130
    assert "Run the same command again: the runs that are finished are kept.\n" in capsys.readouterr().err
