"""Vectors of any number of lines: in bounded memory, on from where a kill stopped it, never two models in one file."""

import io
import json
import os
import signal
import subprocess
import sys
import threading
from types import SimpleNamespace

import filelock
import numpy as np
import pytest

from infersent import InferSent
from infersent.data.files import MalformedLine
from infersent.foundation.notices import Notice
from infersent.model import streaming
from infersent.model.streaming import Options, encode_file, encode_folder
from tests.toy import ANIMALS, toy_model

LINES = [f"{a} {b} {c}" for a in ("a", "the", "maybe", "") for b in ANIMALS for c in ("here", *ANIMALS)]  # 80


@pytest.fixture(autouse=True)
def small_portions(monkeypatch):
    monkeypatch.setattr(streaming, "PORTION", 7)  # 12 portions


@pytest.fixture
def lines(tmp_path):
    (tmp_path / "lines.txt").write_text("".join(line + "\n" for line in LINES))
    return tmp_path / "lines.txt"


@pytest.fixture
def output(tmp_path):
    """An output in a folder of its own."""
    (tmp_path / "out").mkdir()
    return tmp_path / "out" / "v.npy"


@pytest.fixture
def stop(monkeypatch):
    """A function that lets so many portions be encoded and then raises the error."""

    def stop(after, error=KeyboardInterrupt):
        real, left = Options.encode, [after]

        def encode(self, model, sentences):
            if sentences:  # not the question for the width
                if not left[0]:
                    raise error
                left[0] -= 1
            return real(self, model, sentences)

        monkeypatch.setattr(Options, "encode", encode)
        return lambda: monkeypatch.setattr(Options, "encode", real)

    return stop


def names(output):
    return sorted(path.name for path in output.parent.iterdir())


@pytest.mark.parametrize("jobs", [1, 3, None])
@pytest.mark.parametrize(
    "options",
    [Options(), Options(normalize_embeddings=True), Options(precision="int8"), Options(3, precision="ubinary")],
    ids=str,
)
def test_the_file_holds_what_encode_gives(lines, output, options, jobs):
    model = toy_model()
    expected = model.encode(LINES, normalize_embeddings=options.normalize_embeddings, precision=options.precision)
    assert encode_file(model, lines, output, options, jobs=jobs) == expected.shape
    found = np.load(output, mmap_mode="r")
    assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert names(output) == ["v.npy"]


def test_the_file_does_not_depend_on_the_number_of_threads(lines, output):
    encode_file(toy_model(), lines, output, jobs=1)
    one = output.read_bytes()
    encode_file(toy_model(), lines, output, jobs=4)
    assert output.read_bytes() == one


def test_only_a_few_portions_are_held_at_a_time():
    read = []

    def items():
        for i in range(50):
            read.append(i)
            yield i

    for written, result in enumerate(streaming.in_threads(lambda i: 10 * i, items(), 3)):
        assert result == 10 * written
        assert len(read) - written <= 2 * 3 + 1
    assert written == 49


def test_an_error_in_a_thread_comes_out(lines, output, stop):
    stop(5, RuntimeError("out of memory"))
    with pytest.raises(RuntimeError, match="out of memory"):
        encode_file(toy_model(), lines, output, jobs=3)


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_stopped_call_goes_on(lines, output, stop, jobs, capsys):
    encode_file(toy_model(), lines, output, jobs=jobs)
    whole = output.read_bytes()
    output.write_text("older")
    go_on = stop(5)
    with pytest.raises(KeyboardInterrupt):
        encode_file(toy_model(), lines, output, jobs=jobs)
    assert output.read_text() == "older"
    assert names(output) == [".v.npy-journal", ".v.npy-part", "v.npy"]
    done = streaming.noted(output)
    assert 7 <= done <= 35
    assert done % 7 == 0
    go_on()
    stop(12 - done // 7)  # not one portion more than what is missing
    encode_file(toy_model(), lines, output, jobs=jobs)
    assert output.read_bytes() == whole
    assert names(output) == ["v.npy"]
    assert f"v.npy: goes on after {done} sentences." in capsys.readouterr().err
    assert streaming.noted(output) == 0


def test_what_was_stopped_within_the_first_portion_leaves_nothing(lines, output, stop):
    stop(0)
    with pytest.raises(KeyboardInterrupt):
        encode_file(toy_model(), lines, output)
    assert names(output) == []


@pytest.mark.parametrize("changed", ["model", "tokenizer", "sentences", "options"])
def test_a_changed_call_starts_anew(lines, output, stop, changed, capsys):
    go_on = stop(5)
    with pytest.raises(KeyboardInterrupt):
        encode_file(toy_model(), lines, output, jobs=1)
    go_on()
    model, options = toy_model(seed=int(changed == "model")), Options(normalize_embeddings=changed == "options")
    if changed == "sentences":
        lines.write_text(lines.read_text().replace("pig", "cow"))
    if changed == "tokenizer":
        model.tokenizer.normalizer = None
    encode_file(model, lines, output, options, jobs=1)
    written = output.read_bytes()
    assert "v.npy: starts anew" in capsys.readouterr().err
    encode_file(model, lines, output, options, jobs=1)
    assert output.read_bytes() == written


@pytest.mark.parametrize("journal", ["", "[]", "{}", '{"digest": 1}'])
def test_a_damaged_journal_starts_anew(lines, output, stop, journal):
    encode_file(toy_model(), lines, output)
    whole = output.read_bytes()
    go_on = stop(5)
    with pytest.raises(KeyboardInterrupt):
        encode_file(toy_model(), lines, output)
    go_on()
    (output.parent / ".v.npy-journal").write_text(journal)
    encode_file(toy_model(), lines, output)
    assert output.read_bytes() == whole


def test_a_journal_that_promises_more_than_there_is_starts_anew(lines, output, stop):
    encode_file(toy_model(), lines, output)
    whole = output.read_bytes()
    go_on = stop(5)
    with pytest.raises(KeyboardInterrupt):
        encode_file(toy_model(), lines, output)
    go_on()
    os.truncate(output.parent / ".v.npy-part", 200)
    encode_file(toy_model(), lines, output)
    assert output.read_bytes() == whole


KILL = """
import os, signal, sys
from infersent import cli
from infersent import InferSent
from infersent.model import streaming
streaming.PORTION, real, left = 7, streaming.Options.encode, [int(sys.argv[1])]
def encode(self, model, sentences):
    left[0] -= bool(sentences)
    if left[0] < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(self, model, sentences)
streaming.Options.encode = encode
sys.exit(cli.main(sys.argv[2:]))
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="nothing kills like this here")
@pytest.mark.parametrize("name", ["v.npy", "v.parquet"])
def test_the_same_command_goes_on_after_a_kill(lines, output, name, tmp_path):
    toy_model().save(tmp_path / "model")
    output = output.with_name(name)
    encode_file(toy_model(), lines, output, jobs=1)
    whole = output.read_bytes()
    output.unlink()
    command = ["encode", tmp_path / "model", "--sentences", lines, "--output", output, "--jobs", 1]

    def run(after):
        arguments = [sys.executable, "-c", KILL, *map(str, [after, *command])]
        return subprocess.run(arguments, capture_output=True, text=True, timeout=300)

    assert run(6).returncode == -signal.SIGKILL
    assert not output.exists()
    done = streaming.noted(output)
    assert 0 < done <= 42
    again = run(12 - done // 7)
    assert again.returncode == 0, again.stderr
    assert f"{name}: goes on after {done} sentences." in again.stderr
    assert output.read_bytes() == whole
    assert [path for path in names(output) if "lock" not in path] == [name]


def test_what_no_journal_speaks_of_is_written_again(lines, output):
    (output.parent / ".v.npy-part").write_bytes(b"killed before the first word" * 100)
    encode_file(toy_model(), lines, output)
    np.testing.assert_allclose(np.load(output), toy_model().encode(LINES), atol=1e-6)
    assert names(output) == ["v.npy"]


def test_two_processes_do_not_write_the_same_file(lines, output):
    with filelock.FileLock(output.parent / ".v.npy-lock"):
        with pytest.raises(BlockingIOError, match=r"Another process is writing .*v\.npy"):
            encode_file(toy_model(), lines, output)
        assert not output.exists()


def test_sentences_that_change_meanwhile_are_refused(lines, output, monkeypatch):
    real = Options.encode

    def encode(self, model, sentences):
        if sentences == LINES[7:14]:
            with lines.open("a") as file:
                file.write("one more\n")
        return real(self, model, sentences)

    monkeypatch.setattr(Options, "encode", encode)
    with pytest.raises(OSError, match=r"lines\.txt was changed while it was read"):
        encode_file(toy_model(), lines, output, jobs=1)
    assert not output.exists()


def test_a_line_that_is_not_utf8_is_found_before_anything_is_written(lines, output, stop):
    with lines.open("ab") as file:
        file.write(b"\xff\n")
    stop(0, AssertionError)
    with pytest.raises(MalformedLine, match="line 81"):
        encode_file(toy_model(), lines, output)
    assert names(output) == []


def test_a_disk_that_is_too_small_is_found_before_the_work(lines, output, monkeypatch):
    monkeypatch.setattr(streaming.shutil, "disk_usage", lambda folder: SimpleNamespace(free=100))
    with pytest.raises(OSError, match=r"will be: this needs .* MB more, but only 0\.0 MB are free\. Make room.*v\.npy"):
        encode_file(toy_model(), lines, output)


def test_long_lines_go_in_smaller_portions(output, tmp_path, monkeypatch):
    monkeypatch.setattr(streaming, "CHARACTERS", 30)
    sizes, real = [], Options.encode
    monkeypatch.setattr(Options, "encode", lambda *a: sizes.append(sum(map(len, a[2]))) or real(*a))
    (tmp_path / "lines.txt").write_text("".join(line + "\n" for line in [*LINES[:9], "a dog " * 20]))
    encode_file(toy_model(), tmp_path / "lines.txt", output, jobs=1)
    assert max(size for size in sizes if size != 120) <= 30
    np.testing.assert_allclose(np.load(output)[-1], toy_model().encode("a dog " * 20), atol=1e-6)


def test_a_pipe_of_sentences_is_read_twice(output, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=(tmp_path / "pipe").write_text, args=("\n".join(LINES),))
    writer.start()
    encode_file(toy_model(), tmp_path / "pipe", output)
    writer.join()
    np.testing.assert_allclose(np.load(output), toy_model().encode(LINES), atol=1e-6)


def test_standard_input_and_output(monkeypatch, capsysbinary, lines):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(lines.read_bytes())))
    assert encode_file(toy_model(), "-", "-") == (80, 12)
    np.testing.assert_allclose(np.load(io.BytesIO(capsysbinary.readouterr().out)), toy_model().encode(LINES), atol=1e-6)


def test_a_table_holds_sentences_and_vectors(lines, output):
    parquet = pytest.importorskip("pyarrow.parquet")
    output = output.with_suffix(".parquet")
    for precision in ("float32", "int8"):
        encode_file(toy_model(), lines, output, Options(precision=precision))
        table = parquet.read_table(output)
        assert table.column_names == ["sentence", "vector"]
        assert table["sentence"].to_pylist() == LINES
        expected = toy_model().encode(LINES, precision=precision)
        np.testing.assert_allclose(np.array(table["vector"].to_pylist(), expected.dtype), expected, atol=1e-6)
        assert names(output) == ["v.parquet"]
    lines.write_text("")
    encode_file(toy_model(), lines, output)
    assert len(parquet.read_table(output)) == 0


def test_a_table_needs_pyarrow(lines, output, monkeypatch, stop):
    stop(0, AssertionError)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ValueError, match=r"pip install 'infersent\[tables\]'"):
        encode_file(toy_model(), lines, output.with_suffix(".parquet"))


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"output": "v.csv"}, ValueError, r"v\.csv ends in '\.csv'\. Vectors are written to \.npy and \.parquet files"),
        ({"output": "lines"}, ValueError, "holds the sentences. Name another file"),
        ({"jobs": 0}, ValueError, "jobs=0 is below 1"),
        ({"sentences": "absent"}, FileNotFoundError, "absent"),
        ({"options": Options(precision="int4")}, ValueError, "no precision 'int4'"),
        ({"options": Options(batch_size=0)}, ValueError, "batch_size=0"),
    ],
)
def test_what_is_refused(change, error, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lines").write_text("a dog\n")
    call = {"sentences": "lines", "output": "v.npy"} | change
    with pytest.raises(error, match=message):
        encode_file(toy_model(), **call)
    assert [path.name for path in tmp_path.iterdir()] == ["lines"]
    assert (tmp_path / "lines").read_text() == "a dog\n"


FILES = {f"{i}.txt": LINES[i : i + 20] for i in range(6)}


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "texts"
    folder.mkdir()
    for name, some in FILES.items():
        (folder / name).write_text("\n".join(some))
    (folder / "readme.md").write_text("not sentences")
    return folder


def check_folder(written, out):
    assert [path.name for path in written] == [f"{i}.npy" for i in range(6)]
    assert sorted(path for path in out.iterdir() if not path.name.endswith("-lock")) == written
    for path, some in zip(written, FILES.values(), strict=True):
        np.testing.assert_allclose(np.load(path), toy_model().encode(some), atol=1e-6)


def test_a_stopped_folder_goes_on_with_the_files_that_are_missing(folder, tmp_path, stop):
    out = tmp_path / "out"
    go_on = stop(3 * 2 + 1)  # three portions each
    with pytest.raises(KeyboardInterrupt):
        encode_folder(toy_model(), folder, out, jobs=1)
    assert sorted(path.name for path in out.glob("*.npy")) == ["0.npy", "1.npy"]
    go_on()
    go_on = stop(3 * 4)
    check_folder(encode_folder(toy_model(), folder, out, jobs=1), out)
    go_on()
    written = encode_folder(toy_model(seed=1), folder, out, jobs=1)  # what is finished does not stand for another model
    np.testing.assert_allclose(np.load(written[0]), toy_model(seed=1).encode(FILES["0.txt"]), atol=1e-6)


def test_a_folder_without_sentences(tmp_path):
    with pytest.raises(ValueError, match=r"holds no \.txt file"):
        encode_folder(toy_model(), tmp_path, tmp_path / "out")


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_the_workers_of_a_cluster_share_a_folder_and_one_may_die(folder, tmp_path, monkeypatch):
    distributed = pytest.importorskip("distributed")
    options = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": ":0"}
    with distributed.LocalCluster(**options) as cluster, distributed.Client(cluster, set_as_default=False) as client:
        assert len(set(client.run(os.getpid).values()) - {os.getpid()}) == 2
        killed = []

        class Killing(streaming.Progress):
            def update(self, more=1):
                super().update(more)
                if not killed:
                    killed.append(next(iter(client.run(os.getpid).values())))
                    os.kill(killed[0], signal.SIGKILL)

        monkeypatch.setattr(streaming, "Progress", Killing)
        written = encode_folder(toy_model(), folder, tmp_path / "out", cluster=cluster.scheduler_address)
        assert killed
        check_folder(written, tmp_path / "out")
        (folder / "0.txt").write_bytes(b"\xff")
        with pytest.raises(MalformedLine, match=r"0\.txt, line 1: not UTF-8"):
            encode_folder(toy_model(), folder, tmp_path / "out", cluster=cluster.scheduler_address)


def test_a_worker_that_does_not_see_the_folder(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"A worker does not see .*absent"):
        streaming._on_worker(InferSent, tmp_path, tmp_path / "absent", tmp_path / "v.npy", Options())


def test_a_cluster_needs_dask(folder, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ValueError, match=r"pip install 'infersent\[dask\]'"):
        encode_folder(toy_model(), folder, tmp_path / "out", cluster="tcp://127.0.0.1:9")


def test_the_journal_is_small_and_plain(lines, output, stop):
    stop(5)
    with pytest.raises(KeyboardInterrupt):
        encode_file(toy_model(), lines, output, jobs=1)
    journal = json.loads((output.parent / ".v.npy-journal").read_text())
    assert set(journal) == {"digest", "done"}


def test_unknown_words_of_all_portions_are_told_once(output, tmp_path):
    lines = tmp_path / "lines.txt"
    lines.write_text("zebra yak\n" * 3 + "".join(f"a dog {a}\n" for a in ANIMALS * 5) + "gnu emu\nzebra yak\n")
    with pytest.warns(
        Notice, match=r"most of the words of 2 of 6 sentences, such as 'zebra yak', so their vec"
    ) as told:
        encode_file(toy_model(), lines, output, jobs=2)
    assert [one.filename for one in told] == [__file__]


def test_unknown_words_of_all_files_are_told_once(folder, tmp_path):
    for name in ("7.txt", "8.txt"):
        (folder / name).write_text("zebra yak\n")
    with pytest.warns(Notice, match="most of the words of 1 of ") as told:
        encode_folder(toy_model(), folder, tmp_path / "out")
    assert [one.filename for one in told] == [__file__]


@pytest.mark.parametrize(
    ("beginning", "what"),
    [(b"PAR1", "a Parquet table"), (b"\x1f\x8b\x08", "compressed by gzip"), (b"PK\x03\x04", "a zip archive, as .xlsx")],
)
def test_what_is_no_text_is_named(output, tmp_path, beginning, what):
    (tmp_path / "x").write_bytes(beginning + bytes(20) + b"\n")
    with pytest.raises(ValueError, match=rf"x, line 1: this is {what}.*, not text\."):
        encode_file(toy_model(), tmp_path / "x", output)
    assert list(output.parent.iterdir()) == []
