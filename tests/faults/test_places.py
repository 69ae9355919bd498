"""Names of folders that are long, have blanks or are of other scripts; and no home: everything works there, too."""

import json
from pathlib import Path

import numpy as np
import pytest

from infersent import InferSent

ROWS = [{"text_a": f"a {i}", "text_b": f"the {i}", "label": "ab"[i % 2]} for i in range(60)]
SETTINGS = ["--preset", "demo", "--epochs", "1", "--hidden", "4"]


@pytest.mark.parametrize("name", ["two  blanks ", "žluťoučký kůň 中文 עברית", "-dash", "%41$HOME*?[a]", "x" * 200])
def test_any_name_of_a_folder(name, tmp_path, warm):
    """As the place of the pairs, the run, the vectors and the cache."""
    folder = tmp_path / name
    folder.mkdir()
    pairs, run, lines = folder / "mine.jsonl", folder / name, folder / f"{name[:190]}.txt"
    pairs.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    lines.write_text("a dog\na cat\n")
    more = {"environment": {"INFERSENT_CACHE": str(folder / "cache")}}
    warm.finish("command", tmp_path, "train", *SETTINGS, "--data", pairs, "--out", run, **more)
    warm.finish("command", tmp_path, "train", *SETTINGS, "--data", pairs, "--out", run, "--resume", **more)
    output = lines.with_suffix(".npy")
    warm.finish("command", tmp_path, "encode", run, "--sentences", lines, "--output", output, **more)
    vectors = np.load(output)
    np.testing.assert_allclose(vectors, InferSent.from_pretrained(run).encode(["a dog", "a cat"]), atol=1e-6)
    assert sorted(path.name for path in folder.iterdir() if path.name != "cache") == sorted(
        [pairs.name, run.name, lines.name, output.name]
    )


@pytest.mark.parametrize("length", [245, 250, 255, 300])
def test_a_name_that_is_too_long_for_the_system_is_refused_before_the_work(length, tmp_path, warm):
    (tmp_path / "mine.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    (tmp_path / "lines.txt").write_text("a dog\n")
    for command in (
        ["train", *SETTINGS, "--data", "mine.jsonl", "--out", "y" * length],
        ["encode", "--sentences", "lines.txt", "--output", "z" * length],
    ):
        warm.start("command", tmp_path, *command)
        status, said = warm.answer("status"), Path(f"{tmp_path}.txt").read_text()
        if status:
            assert (status, "Traceback" in said, "epoch 1" in said) == (1, False, False), said
            assert command[-1] in said
            assert "shorter" in said.splitlines()[-1]
        else:
            assert length < 255


def test_no_home(tmp_path, warm):
    """A user of a container may have none, and no cache folder either."""
    (tmp_path / "mine.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    nowhere = {"HOME": "/nowhere/at/all", "XDG_CACHE_HOME": "/proc/nowhere", "INFERSENT_CACHE": ""}
    warm.finish("command", tmp_path, "train", *SETTINGS, "--data", "mine.jsonl", "--out", "run", environment=nowhere)
    assert InferSent.from_pretrained(tmp_path / "run").labels == ("a", "b")
