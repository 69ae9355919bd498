"""What cannot be written: the error names the file and the remedy, and what was there before is whole."""

import errno
import os
import time
from pathlib import Path

import pytest

from infersent import InferSent
from infersent.foundation.atomic import replace_file, replace_folder
from infersent.text.batching import encode_pairs
from infersent.training.config import TrainingConfig
from infersent.training.loop import train
from tests.toy import toy_model, toy_pairs

CONFIG = TrainingConfig(learning_rate=0.02, epochs=3, batch_size=16)
PAIRS = encode_pairs(toy_pairs(48), toy_model().tokenizer, cache=False)
REASONS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "your share of the disk is used up",
    errno.EIO: "the disk reports an error",
    errno.EMFILE: "too many files are open",
}


@pytest.mark.parametrize("number", REASONS)
@pytest.mark.parametrize("replace", [replace_file, replace_folder])
def test_the_error_names_file_and_remedy(tmp_path, replace, number):
    def fail(new):
        raise OSError(number, os.strerror(number))  # Python's error of a write names no file

    with pytest.raises(OSError, match=f"{REASONS[number]}.*untouched.*repeat the command") as caught:
        replace(tmp_path / "target", fail)
    assert (caught.value.errno, caught.value.filename) == (number, str(tmp_path / "target"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", REASONS)
def test_training_goes_on_after_its_disk_failed(tmp_path, monkeypatch, number):
    """In the second epoch, while the state is written; to the same end as a run that nothing happened to."""
    straight = toy_model()
    log = train(straight, PAIRS, PAIRS, CONFIG, progress=False)
    real, calls = Path.write_bytes, []

    def fail(path, content):
        calls.append(path.name)
        if len(calls) == 2:
            real(path, content[:100])
            raise OSError(number, os.strerror(number))
        return real(path, content)

    monkeypatch.setattr(Path, "write_bytes", fail)
    with pytest.raises(OSError, match=f"{REASONS[number]}.*--resume.*resume\\.pt"):
        train(toy_model(), PAIRS, PAIRS, CONFIG, out=tmp_path / "run", progress=False)
    assert set(calls) == {".resume.pt-new"}
    InferSent.from_pretrained(tmp_path / "run")
    again = train(toy_model(), PAIRS, PAIRS, CONFIG, out=tmp_path / "run", resume=True, progress=False)
    assert [epoch.loss for epoch in again] == [epoch.loss for epoch in log]
    assert sorted(file.name for file in (tmp_path / "run").iterdir()) == ["best", "log.jsonl", "resume.pt"]


def test_what_killed_processes_left_long_ago_is_cleared_away(tmp_path):
    """Of files that several processes may write; what is new may belong to a process at work."""
    old, new, other = (tmp_path / name for name in (".a.npz-" + "0" * 32, ".b.npz-" + "f" * 32, ".c.npz-journal"))
    for file in (old, new, other):
        file.write_bytes(b"half")
    long_ago = time.time() - 2 * 24 * 3600
    for file in (old, other):
        os.utime(file, (long_ago, long_ago))
    replace_file(tmp_path / "d.npz", lambda path: path.write_bytes(b"whole"), shared=True)
    assert {file.name for file in tmp_path.iterdir()} == {new.name, other.name, "d.npz"}
