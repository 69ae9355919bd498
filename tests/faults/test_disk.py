"""A small disk that fills up during each kind of work: the file and the remedy are named, and with room it goes on."""

import dataclasses
import json
import subprocess
import threading
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from tests.data.test_fetch import CONTENT, NAME, Server
from tests.toy import toy_model

#: How much of the room that a work needs there is.
SHARES = (0, 0.02, 0.2, 0.4, 0.6, 0.8, 0.95)


@pytest.fixture
def disk(tmp_path):
    """A function that puts a disk of so many bytes at a new folder; this needs the rights of an administrator."""
    mounted = []

    def mount(name, size=50_000_000):
        folder = tmp_path / name
        folder.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
        try:
            done = subprocess.run(command, capture_output=True, text=True)
        except FileNotFoundError:
            pytest.skip("there is no command `mount`")
        if done.returncode:
            pytest.skip(f"a small disk cannot be mounted: {done.stderr.strip()}")
        mounted.append(folder)
        return folder

    yield mount
    for folder in mounted:
        subprocess.run(["umount", str(folder)], check=True)


@dataclasses.dataclass
class Work:
    """What writes to a disk; see ``tests/faults/test_kills.py``."""

    job: str
    arguments: list
    again: list
    prepare: callable = lambda folder: None
    #: Whether it does what it is for also where nothing can be kept.
    goes_on: bool = False
    variables: tuple = ()


def pairs_in(folder):
    rows = [{"text_a": f"a {i}", "text_b": f"the {i}", "label": "ab"[i % 2]} for i in range(60)]
    (folder / "mine.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


def lines_in(folder):
    toy_model().save(folder / "model")
    (folder / "lines.txt").write_text("".join(f"a dog {i}\n" for i in range(1000)))


def grid_in(folder):
    pairs_in(folder)
    fixed = "hidden = 4\nepochs = 2\nbatch_size = 8\nmin_count = 1\nhead = 'linear'\nsplit = [0.6, 0.2, 0.2]\n"
    (folder / "grid.toml").write_text(f"[fixed]\ncorpus = 'mine.jsonl'\n{fixed}[[vary]]\nseed = [0, 1, 2]\n")


TRAIN = ["train", "--preset", "demo", "--data", "mine.jsonl", "--epochs", "3", "--hidden", "8", "--out", "run"]
ENCODE = ["encode", "model", "--sentences", "lines.txt", "--jobs", "1", "--output"]
STUDY = ["study", "run", "grid.toml", "--jobs", "1", "--out", "records"]
WORKS = {
    "training": Work("command", TRAIN, [*TRAIN, "--resume"], pairs_in),
    "a study": Work("command", STUDY, STUDY, grid_in),
    "writing a checkpoint": Work("checkpoint", ["model", "0", "1"], ["model", "0", "1"]),
    "writing the cache": Work("cached", ["a", "b"], ["a", "b"], goes_on=True, variables=("INFERSENT_CACHE",)),
    "encoding to v.npy": Work("encoding", [*ENCODE, "v.npy"], [*ENCODE, "v.npy"], lines_in),
    "encoding to v.parquet": Work("encoding", [*ENCODE, "v.parquet"], [*ENCODE, "v.parquet"], lines_in),
    "a download": Work("download", [NAME], [NAME], variables=("INFERSENT_CACHE",)),
}


def fill(folder, room):
    """Fill a disk but for so many bytes; return the file that does it."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        while True:
            try:
                file.write(bytes(4096))
            except OSError:
                break
    with filler.open("r+b") as file:
        file.truncate(max(0, filler.stat().st_size - room))
    return filler


def used(folder):
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def names(folder):
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if not file.name.endswith("lock"))


@pytest.fixture
def url():
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.url
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("kind", WORKS)
def test_a_disk_that_fills_up(kind, disk, warm, tally, tmp_path, url):
    work = WORKS[kind]
    more = [url, sha256(CONTENT).hexdigest()] if work.job == "download" else []

    def options(folder):
        return {"environment": {"INFERSENT_DATA": "", **{name: str(folder / "cache") for name in work.variables}}}

    straight = tmp_path / "straight"
    straight.mkdir()
    work.prepare(straight)
    before = used(straight)
    warm.finish(work.job, straight, *work.arguments, *more, **options(straight))
    needed = used(straight) - before
    with tally(f"a full disk, {kind}") as mine:
        for share in SHARES:
            folder = disk(f"disk{share}", 16 * 2**20)
            work.prepare(folder)
            filler = fill(folder, int(share * needed))
            with mine.trial(f"{share:.0%} of the room"):
                warm.start(work.job, folder, *work.arguments, *more, **options(folder))
                status, said = warm.answer("status"), Path(f"{folder}.txt").read_text()
                assert "Traceback" not in said, said[-1500:]
                if work.goes_on:
                    assert status == 0, said
                else:
                    assert status == 1, (status, said)
                    message = said.splitlines()[-1]
                    assert "disk is full" in message or "No space left" in message, message
                    assert any(word in message for word in ("Make room", "Make space")), message
                filler.unlink()
                warm.finish(work.job, folder, *work.again, *more, **options(folder))
                assert names(folder) == names(straight)
                for file in (*folder.rglob("*.npy"), *folder.rglob("*.parquet"), *folder.rglob("model.safetensors")):
                    assert file.read_bytes() == (straight / file.relative_to(folder)).read_bytes()


def test_a_cache_that_may_only_be_read(disk, warm, tmp_path):
    """Also an administrator cannot write to it; the arrays are returned with a warning."""
    folder = disk("readonly")
    warm.finish("cached", tmp_path / "readonly", "a", environment={"INFERSENT_CACHE": str(folder)})
    subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
    warm.finish("cached", tmp_path, "a", "b", environment={"INFERSENT_CACHE": str(folder)})
    said = Path(f"{tmp_path}.txt").read_text()
    assert "could not be written" in said
    assert "$INFERSENT_CACHE names another cache folder" in said
    assert np.load(next((folder / "toy").glob("*.npz")))["a"].size == 100_000
