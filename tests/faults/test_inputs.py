"""What makes no sense is refused before the work, by a sentence that names it; never by a traceback."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from infersent import cli
from infersent.data.cache import cache_folder


@pytest.fixture
def mine(tmp_path, monkeypatch):
    """A folder with a small file of pairs, in which the command runs."""
    rows = [{"text_a": f"a {i}", "text_b": f"the {i}", "label": "ab"[i % 2]} for i in range(60)]
    (tmp_path / "mine.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refused(capsys, *arguments):
    """Run a command that must fail, and return what it says last."""
    assert cli.main([*arguments]) == 1
    captured = capsys.readouterr()
    assert "epoch 1" not in captured.out  # before the work
    return captured.err.splitlines()[-1]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--decay", "1e308"], "--decay 1e+308 is not in [0, 1]"),
        (["--decay", "nan"], "--decay nan is not in [0, 1]"),
        (["--learning-rate", "nan"], "--learning-rate nan trains nothing"),
        (["--learning-rate", "inf"], "--learning-rate inf trains nothing"),
        (["--averaging", "nan"], "--averaging nan is not in [0, 1)"),
        (["--hidden", "2147483648"], "--hidden 2147483648 is not between 1 and 32,768"),
        (["--hidden", "0"], "--hidden 0 is not between 1 and"),
        (["--epochs", "0"], "--epochs 0 is below 1"),
    ],
)
def test_numbers_that_make_no_sense(mine, capsys, options, message):
    assert message in refused(capsys, "train", "--preset", "demo", "--data", "mine.jsonl", "--out", "run", *options)
    assert not (mine / "run").exists()


def test_an_output_that_cannot_be_made(mine, capsys):
    command = ["train", "--preset", "demo", "--data", "mine.jsonl", "--out"]
    for place in ("mine.jsonl", "mine.jsonl/run"):
        assert "mine.jsonl is a file, and a run is a folder. Name another place." in refused(capsys, *command, place)


@pytest.mark.parametrize(
    ("grid", "message"),
    [
        ("[vary]\nseed = [1]\n", "write [[vary]] with two brackets"),
        ("vary = 3\n", "write [[vary]] with two brackets"),
        ("vary = [1]\n", "write [[vary]] with two brackets"),
        ("fixed = 3\n", "fixed is the table [fixed]"),
        ("[fixed]\nhidden = -1\n", "hidden = -1 is not between"),
    ],
)
def test_grids_of_another_form(mine, capsys, grid, message):
    (mine / "grid.toml").write_text(grid)
    assert message in refused(capsys, "study", "run", "grid.toml", "--out", "records")


@pytest.mark.parametrize("content", ['{"a"', "[]", '{"a": 1}', "[" * 100_000, '{"spec": 3}', "\x00"])
def test_a_file_among_the_records_that_is_none(mine, capsys, content):
    (mine / "records").mkdir()
    (mine / "records" / "x.json").write_text(content)
    for action in ("status", "run"):
        message = refused(capsys, "study", action, "subsets", "--out", "records")
        assert "x.json is no record of a study, or damaged" in message
        assert "Move it away" in message


def test_records_in_a_file(mine, capsys):
    assert "mine.jsonl is a file; a study's records are in a folder" in refused(
        capsys, "study", "status", "subsets", "--out", "mine.jsonl"
    )


def test_json_that_is_too_deep(mine, capsys):
    (mine / "deep.jsonl").write_text("[" * 100_000 + "]" * 100_000 + "\n")
    command = ["train", "--preset", "demo", "--data", "deep.jsonl", "--out", "run"]
    assert "deep.jsonl, line 1: brackets in brackets, too deep" in refused(capsys, *command)


@pytest.mark.parametrize("address", ["nowhere", "tcp://nowhere", "tcp://host:port", ":8786", "host:1:2"])
def test_a_cluster_that_is_no_address_is_refused_at_once(mine, capsys, address):
    message = f"--cluster '{address}' is no address of a Dask scheduler"
    assert message in refused(capsys, "choose", "mine.jsonl", "--cache", "cache", "--cluster", address)


def test_a_user_without_a_home_has_a_cache(monkeypatch):
    monkeypatch.delenv("INFERSENT_CACHE", raising=False)

    def nobody():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", nobody)
    assert cache_folder().is_absolute()
    assert "~" not in str(cache_folder())


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C is sent in another way there")
@pytest.mark.parametrize("after", [0.3, 0.6, 1.0, 1.6, 2.4])
def test_ctrl_c_while_the_command_is_being_imported(after):
    """A stop, whenever it comes, is said in a line."""
    start = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); print(flush=True); "
    start += "import sys; sys.argv[1:] = ['predict', '--pairs', '-']; "
    start += "from infersent.__main__ import main; raise SystemExit(main())"
    process = subprocess.Popen(
        [sys.executable, "-c", start],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    process.stdout.readline()
    time.sleep(after)
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=60)
    assert "Traceback" not in error
    assert error.endswith(("Stopped.\n", "a download goes on where it was.\n"))
    assert process.returncode == 130
