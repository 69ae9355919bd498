"""Archives from disk and from a server that is slow, broken, or not there."""

import errno
import hashlib
import io
import json
import math
import os
import re
import signal
import socket
import subprocess
import sys
import tarfile
import threading
import time
import traceback
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import nbformat
import numpy as np
import pytest
import requests
from nbclient import NotebookClient

from infersent.data import download, fetch, load, snli
from tests.processes import heed_interrupts

NAME = "toy.zip"
CONTENT = np.random.default_rng(0).bytes(1_000_000)


class Server(ThreadingHTTPServer):
    """A server of one file, with faults that can be switched on."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.content = CONTENT
        self.ranges = True
        self.status = 200
        #: Close the connection after so many bytes of each answer.
        self.dies_after: int | None = None
        #: Wait for the event after so many bytes of each answer.
        self.pauses_after: int | None = None
        self.go_on = threading.Event()
        #: Send so many bytes a second, one by one.
        self.trickles: float | None = None
        #: Send a twentieth of the file at a time, and wait so many seconds after each.
        self.pace: float | None = None
        #: The Range header of each request.
        self.requested: list[str | None] = []
        self.asked = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/{NAME}"

    def handle_error(self, request, client_address) -> None:
        """Stay silent about clients that hang up."""


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        server = self.server
        wanted = self.headers.get("Range")
        server.requested.append(wanted)
        server.asked.set()
        if server.status != 200:
            self.send_error(server.status)
            return
        start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted and server.ranges else 0
        if start and start >= len(server.content):
            self.send_error(416)
            return
        body = server.content[start:]
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(body)))
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(server.content) - 1}/{len(server.content)}")
        self.end_headers()
        if server.pauses_after is not None:
            self.wfile.write(body[: server.pauses_after])
            server.go_on.wait()
            body = body[server.pauses_after :]
        if server.trickles is not None:
            for byte in body:
                self.wfile.write(bytes([byte]))
                time.sleep(1 / server.trickles)
        if server.pace is not None:
            piece = -(-len(server.content) // 20)
            while body:
                self.wfile.write(body[:piece])
                body = body[piece:]
                time.sleep(server.pace)
        self.wfile.write(body[: server.dies_after])

    def log_message(self, *_) -> None:
        pass


@pytest.fixture
def server(cache, monkeypatch):
    with Server() as server:
        monkeypatch.setitem(fetch.ARCHIVES, NAME, fetch.Archive(server.url, hashlib.sha256(CONTENT).hexdigest()))
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.go_on.set()
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("INFERSENT_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("INFERSENT_DATA", raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return tmp_path / "cache"


@pytest.fixture
def data_folder(tmp_path, monkeypatch):
    folder = tmp_path / "data"
    folder.mkdir()
    monkeypatch.setenv("INFERSENT_DATA", str(folder))
    return folder


def get(**options) -> Path:
    return fetch.fetch(NAME, progress=False, **options)


def finished(cache: Path) -> bool:
    """Say whether the cache has the archive and no remains of a download."""
    rest = {path.name for path in cache.iterdir()} - {f"{NAME}.lock"}
    return rest == {NAME} and (cache / NAME).read_bytes() == CONTENT


# On disk


def test_the_data_folder_comes_first(server, cache, data_folder):
    (data_folder / NAME).write_bytes(b"mine")
    cache.mkdir()
    (cache / NAME).write_bytes(CONTENT)
    assert get() == data_folder / NAME
    assert not fetch.is_part(get())


def test_a_part_stands_in_for_an_archive_but_the_archive_is_preferred(server, data_folder):
    (data_folder / "toy.part.zip").write_bytes(b"part")
    assert get() == data_folder / "toy.part.zip"
    assert fetch.is_part(get())
    (data_folder / NAME).write_bytes(b"whole")
    assert get() == data_folder / NAME
    assert server.requested == []


def test_a_data_folder_without_the_archive_is_passed_over(server, cache, data_folder):
    assert get() == cache / NAME
    assert finished(cache)


def test_a_data_folder_that_does_not_exist_is_an_error_even_for_available(server, monkeypatch, tmp_path):
    monkeypatch.setenv("INFERSENT_DATA", str(tmp_path / "nowhere"))
    for ask in (fetch.fetch, fetch.available):
        with pytest.raises(fetch.DataUnavailable, match=r"INFERSENT_DATA.*nowhere"):
            ask(NAME)


def test_available_tells_what_is_on_disk_and_downloads_nothing(server, data_folder):
    assert not fetch.available(NAME)
    assert server.requested == []
    (data_folder / "toy.part.zip").write_bytes(b"part")
    assert fetch.available(NAME)


def test_available_knows_the_cache(server):
    get()
    assert fetch.available(NAME)


@pytest.mark.parametrize("ask", [fetch.fetch, fetch.available])
def test_an_unknown_archive_offers_the_nearest(ask):
    with pytest.raises(ValueError, match=r"'snli_1\.zip'.*'snli_1\.0\.zip'"):
        ask("snli_1.zip")
    with pytest.raises(ValueError, match=r"'x'.*snli_1\.0\.zip, .*glove\.6B\.zip"):
        ask("x")


def test_the_official_archives_have_addresses_and_checksums():
    with_checksum = {"snli_1.0.zip", "snli_1.0_test_hard.jsonl", "glove.6B.zip", "glove.840B.300d.zip"}
    # Of these none is published: their loaders know them by what they hold.
    without = {"sick_train.zip", "sick_trial.zip", "sick_test_annotated.zip", "Stsbenchmark.tar.gz"}
    assert set(fetch.ARCHIVES) == with_checksum | without
    for name, archive in fetch.ARCHIVES.items():
        assert archive.url.endswith(f"/{name}")
        if name in without:
            assert archive.sha256 is None
        else:
            assert archive.url.startswith("https://nlp.stanford.edu/")
            assert len(bytes.fromhex(archive.sha256)) == 32


# From the network


def test_a_download_is_kept_and_made_once(server, cache):
    assert get() == cache / NAME
    assert finished(cache)
    get()
    assert server.requested == [None]


HARD = "".join(
    json.dumps({"pairID": f"{i}r1", "gold_label": "neutral", "sentence1": f"Dog  {i}.", "sentence2": "A cat."}) + "\n"
    for i in range(3)
).encode()


@pytest.fixture
def hard_file(server, monkeypatch):
    """Let the server have a file of three hard pairs, and take that for the official one."""
    server.content = HARD
    archive = fetch.Archive(server.url, hashlib.sha256(HARD).hexdigest())
    monkeypatch.setitem(fetch.ARCHIVES, snli.HARD_FILE, archive)
    monkeypatch.setattr(snli, "SIZES", snli.SIZES | {"test-hard": 3})


def test_snli_hard_is_downloaded_once(server, cache, hard_file):
    for _ in range(2):
        pairs = load("snli", "test-hard", progress=False)
        assert pairs.name == "SNLI test-hard"
        assert pairs.premises == ["Dog 0.", "Dog 1.", "Dog 2."]
        assert pairs.labels.tolist() == [1, 1, 1]
    assert server.requested == [None]
    assert (cache / snli.HARD_FILE).read_bytes() == HARD


def test_another_file_is_not_taken_for_snli_hard(server, hard_file):
    server.content = HARD.replace(b"neutral", b"entailment")
    with pytest.raises(fetch.ChecksumMismatch, match=server.url):
        load("snli", "test-hard", progress=False)


def test_snli_hard_in_the_data_folder_comes_first(server, hard_file, data_folder):
    (data_folder / "snli_1.0_test_hard.part.jsonl").write_bytes(HARD.replace(b"Dog", b"Cow"))
    assert load("snli", "test-hard").premises[0] == "Cow 0."
    (data_folder / snli.HARD_FILE).write_bytes(HARD.replace(b"Dog", b"Pig"))
    assert load("snli", "test-hard").premises[0] == "Pig 0."
    assert server.requested == []


def test_a_progress_bar_counts_to_the_whole(server, capfd):
    fetch.fetch(NAME, progress=True)
    assert "toy.zip: 100%" in capfd.readouterr().err
    Path(fetch.fetch(NAME)).unlink()
    fetch.fetch(NAME, progress=False)
    assert "100%" not in capfd.readouterr().err


def test_a_server_that_hangs_up_is_asked_for_the_rest(server, cache):
    server.dies_after = 300_000
    get()
    assert finished(cache)
    starts = [int(wanted.strip("bytes=-")) for wanted in server.requested[1:]]
    assert len(starts) == 3
    assert starts == sorted(set(starts))


def test_a_server_that_drops_after_every_few_bytes_is_asked_again_and_again(server, cache):
    server.content, server.dies_after = CONTENT[:40_000], 1_500
    fetch.ARCHIVES[NAME] = fetch.Archive(server.url, hashlib.sha256(server.content).hexdigest())
    get()
    assert (cache / NAME).read_bytes() == server.content
    assert len(server.requested) == math.ceil(40_000 / 1_500)


def test_a_server_that_only_trickles_is_given_up_and_what_came_is_kept(server, cache, monkeypatch):
    monkeypatch.setattr(download.ResumingDownload, "patience_s", 0.5)
    server.trickles = 200
    with pytest.raises(fetch.DataUnavailable, match=r"the server sent only \d+ bytes in \d s"):
        get()
    assert len(server.requested) == 1
    came = (cache / f"{NAME}.partial").read_bytes()
    assert len(came) > 20
    assert server.content.startswith(came)
    server.trickles = None
    get()
    assert finished(cache)
    assert server.requested[-1] == f"bytes={len(came)}-"


def test_without_ranges_the_download_starts_over_and_stops_when_it_gets_no_further(server, cache):
    server.ranges = False
    server.dies_after = 300_000
    with pytest.raises(fetch.DataUnavailable, match=r"cannot be downloaded: the connection to the server failed"):
        get()
    assert len(server.requested) == 2
    server.dies_after = None
    get()
    assert finished(cache)


def test_a_partial_file_is_continued(server, cache):
    cache.mkdir()
    (cache / f"{NAME}.partial").write_bytes(CONTENT[:400_000])
    get()
    assert finished(cache)
    assert server.requested == ["bytes=400000-"]


@pytest.mark.parametrize("content", [CONTENT + b"of another file", CONTENT[::-1]])
def test_a_partial_file_of_another_file_that_is_no_shorter_is_dropped(server, cache, content):
    cache.mkdir()
    (cache / f"{NAME}.partial").write_bytes(content)
    get()
    assert finished(cache)
    assert server.requested == [f"bytes={len(content)}-", None]


def test_a_partial_file_that_is_whole_is_not_downloaded_again(server, cache):
    """Of a process that was killed between the last byte and the check, which takes seconds for a large archive."""
    cache.mkdir()
    (cache / f"{NAME}.partial").write_bytes(CONTENT)
    get()
    assert finished(cache)
    assert server.requested == [f"bytes={len(CONTENT)}-"]


def test_a_partial_file_of_something_else_is_found_out_and_the_next_download_is_clean(server, cache):
    cache.mkdir()
    (cache / f"{NAME}.partial").write_bytes(b"?" * 1000)
    with pytest.raises(fetch.ChecksumMismatch):
        get()
    get()
    assert finished(cache)
    assert server.requested == ["bytes=1000-", None]


def test_wrong_content_names_both_checksums_and_is_deleted(server, cache):
    server.content = b"<html>Please log in</html>"
    with pytest.raises(fetch.ChecksumMismatch) as caught:
        get()
    for digest in (hashlib.sha256(CONTENT), hashlib.sha256(server.content)):
        assert digest.hexdigest() in str(caught.value)
    assert server.url in str(caught.value)
    assert {path.name for path in cache.iterdir()} <= {f"{NAME}.lock"}


def test_a_damaged_file_in_the_cache_is_downloaded_again(server, cache):
    cache.mkdir()
    (cache / NAME).write_bytes(CONTENT[:1000])
    get()
    assert finished(cache)


def test_a_damaged_file_in_the_cache_is_reported_where_there_is_no_network(server, cache):
    cache.mkdir()
    (cache / NAME).write_bytes(CONTENT[:1000])
    server.status = 503
    with pytest.raises(fetch.DataUnavailable, match="is damaged"):
        get()


@pytest.mark.parametrize("status", [403, 404, 500])
def test_a_refusal_names_the_status(server, status):
    server.status = status
    with pytest.raises(fetch.DataUnavailable, match=f"the server answered {status}"):
        get()
    assert server.requested == [None]


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (requests.ReadTimeout(), "the server did not answer in time"),
        (requests.exceptions.InvalidURL("no host"), "no host"),
    ],
)
def test_other_failures_are_told_in_a_few_words(server, monkeypatch, error, reason):
    def fail(*arguments, **options):
        raise error

    monkeypatch.setattr(requests, "get", fail)
    with pytest.raises(fetch.DataUnavailable, match=f"cannot be downloaded: {reason}"):
        get()


def test_without_a_network_the_error_names_the_address_the_variable_and_the_place(cache, monkeypatch):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # bound but not listening: nobody answers
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/{NAME}"
        monkeypatch.setitem(fetch.ARCHIVES, NAME, fetch.Archive(url, "0" * 64))
        with pytest.raises(fetch.DataUnavailable) as caught:
            get()
    for part in (url, "INFERSENT_DATA", str(cache / NAME)):
        assert part in str(caught.value)


# A full disk


def test_a_download_that_cannot_fit_is_not_begun(server, cache, monkeypatch):
    monkeypatch.setattr(fetch.shutil, "disk_usage", lambda _: SimpleNamespace(free=10))
    with pytest.raises(download.DiskFull, match=r"1,000,000 bytes.*10 bytes are free.*INFERSENT_CACHE") as caught:
        get()
    assert caught.value.errno == errno.ENOSPC
    assert {path.name for path in cache.iterdir()} == {f"{NAME}.lock"}


def test_a_disk_that_fills_up_keeps_what_came_and_goes_on_later(server, cache, monkeypatch):
    room = 300_000

    class SmallDisk(io.FileIO):
        def write(self, data) -> int:
            if self.tell() + len(data) > room:
                super().write(data[: room - self.tell()])
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return super().write(data)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", lambda self, mode: SmallDisk(self, mode))
        with pytest.raises(download.DiskFull, match="300,000 bytes"):
            get()
    assert (cache / f"{NAME}.partial").read_bytes() == CONTENT[:room]
    get()
    assert finished(cache)
    assert server.requested == [None, f"bytes={room}-"]


def test_other_errors_of_the_disk_pass_as_they_are(server, monkeypatch):
    def refuse(*_):
        raise PermissionError(errno.EACCES, "not yours")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(PermissionError, match="not yours"):
        get()


# Several processes

FETCH = """
import sys
from infersent.data import fetch
name, url, sha256 = sys.argv[1:]
fetch.ARCHIVES[name] = fetch.Archive(url, sha256)
print("ready", flush=True)
print(fetch.fetch(name, progress=False))
"""


def start_process(server: Server) -> subprocess.Popen:
    process = subprocess.Popen(
        [sys.executable, "-c", FETCH, NAME, server.url, hashlib.sha256(CONTENT).hexdigest()],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=heed_interrupts,
    )
    assert process.stdout.readline() == "ready\n"
    return process


def test_of_two_processes_one_downloads_and_both_get_the_file(server, cache):
    server.pauses_after = 100_000
    processes = [start_process(server) for _ in range(2)]
    assert server.asked.wait(timeout=60)
    server.go_on.set()
    for process in processes:
        out, err = process.communicate(timeout=60)
        assert process.returncode == 0, err
        assert out.strip() == str(cache / NAME)
    assert finished(cache)
    assert server.requested == [None]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_a_download_that_is_stopped_goes_on_from_there(server, cache, how):
    server.pauses_after = 500_000
    process = start_process(server)
    partial = cache / f"{NAME}.partial"
    waiting = threading.Event()
    while not (partial.exists() and partial.stat().st_size >= 400_000):
        assert process.poll() is None
        waiting.wait(0.01)
    process.send_signal(how)
    process.communicate(timeout=60)
    kept = partial.stat().st_size
    assert not (cache / NAME).exists()
    server.pauses_after = None
    get()
    assert (cache / NAME).read_bytes() == CONTENT
    assert not partial.exists()
    assert server.requested == [None, f"bytes={kept}-"]


# Reading from an archive


@pytest.fixture
def archive(tmp_path):
    path = tmp_path / "good.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("folder/lines.txt", "".join(f"line {n}\n" for n in range(20_000)))
    return path


def test_a_member_is_read_line_by_line(archive):
    with fetch.open_member(archive, "folder/lines.txt") as lines:
        assert next(lines) == b"line 0\n"
        assert sum(1 for _ in lines) == 19_999


def test_a_truncated_archive_is_named_with_the_remedy(archive):
    archive.write_bytes(archive.read_bytes()[:-100])
    with (
        pytest.raises(fetch.DamagedArchive, match=r"good\.zip is damaged or cut short.*Delete it"),
        fetch.open_member(archive, "folder/lines.txt"),
    ):
        pass


def test_damage_that_shows_only_while_reading_is_named_too(archive):
    whole = bytearray(archive.read_bytes())
    whole[len(whole) // 2] ^= 255
    archive.write_bytes(whole)
    with (
        pytest.raises(fetch.DamagedArchive, match=r"good\.zip is damaged"),
        fetch.open_member(archive, "folder/lines.txt") as lines,
    ):
        list(lines)


def test_a_line_that_would_fill_the_memory_is_refused(tmp_path):
    """A zip file of a few kilobytes can hold it."""
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("lines.txt", b"a good line\n" + b"x" * 3_000_000)
    assert path.stat().st_size < 10_000
    read = []
    with (
        pytest.raises(fetch.DamagedArchive, match=r"bomb\.zip has a line of more than 1,048,576 bytes"),
        fetch.open_member(path, "lines.txt") as lines,
    ):
        read.extend(lines)
    assert read in ([], [b"a good line\n"])


def bomb(path, member, size):
    """Write an archive of which a thousandth part says that a file has so many zeros."""
    zeros = bytes(2**20)
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file, file.open(member, "w") as stream:
            for _ in range(size // len(zeros)):
                stream.write(zeros)
        return
    with tarfile.open(path, "w:gz") as file:
        info = tarfile.TarInfo(member)
        info.size = size
        file.addfile(info, io.BytesIO(bytes(size)))


@pytest.mark.parametrize("name", ["bomb.zip", "bomb.tar.gz"])
def test_a_file_that_would_fill_the_memory_is_refused(tmp_path, name, monkeypatch):
    monkeypatch.setattr(fetch, "_LARGEST_MEMBER", 3 * 2**20)
    for size, refused in ((3 * 2**20, False), (4 * 2**20, True)):
        bomb(tmp_path / name, "folder/SICK.txt", size)
        if refused:
            with pytest.raises(fetch.DamagedArchive, match=r"SICK\.txt in it would take more than 3,145,728 bytes"):
                fetch._read_member(tmp_path / name, "SICK.txt")
        else:
            assert len(fetch._read_member(tmp_path / name, "SICK.txt")) == size


@pytest.mark.parametrize("name", ["slip.zip", "slip.tar.gz"])
@pytest.mark.parametrize("member", ["../../SICK.txt", "/tmp/SICK.txt"])
def test_no_member_escapes(tmp_path, name, member, monkeypatch):
    """A file is read from an archive by its last name, and written under the name that was asked for."""
    bomb(tmp_path / name, member, 2**20)
    monkeypatch.setitem(fetch.ARCHIVES, name, fetch.Archive("http://127.0.0.1:9/none"))
    monkeypatch.setenv("INFERSENT_DATA", str(tmp_path))
    cache = tmp_path / "deep" / "cache"
    monkeypatch.setenv("INFERSENT_CACHE", str(cache))
    found = fetch.fetch_file("toy", "SICK.txt", name, lambda path: True)
    assert found == cache / "toy" / "SICK.txt"
    written = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert written == {name, "deep/cache/toy/SICK.txt", f"deep/cache/{name}.lock"}
    assert not Path("/tmp/SICK.txt").exists()


def test_a_missing_member_is_named(archive):
    with (
        pytest.raises(fetch.DamagedArchive, match=r"good\.zip holds no snli_1\.0_dev\.jsonl"),
        fetch.open_member(archive, "snli_1.0_dev.jsonl"),
    ):
        pass


def test_a_notebook_shows_the_message_and_nothing_else(tmp_path, monkeypatch):
    monkeypatch.setenv("INFERSENT_CACHE", str(tmp_path))
    monkeypatch.delenv("INFERSENT_DATA", raising=False)
    for variable in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(variable, "http://127.0.0.1:9")  # nobody listens there
    cell = nbformat.v4.new_code_cell('import infersent\ninfersent.load("snli", "dev")')
    notebook = nbformat.v4.new_notebook(cells=[cell])
    NotebookClient(notebook, timeout=120, kernel_name="python3", allow_errors=True).execute()
    (output,) = cell.outputs
    (message,) = output.traceback
    assert output.ename == "DataUnavailable"
    assert re.fullmatch(
        r"DataUnavailable: https://\S+ cannot be downloaded: .*INFERSENT_DATA to that folder\.", message
    )


def test_in_a_script_no_other_error_stands_above_the_message(server, monkeypatch):
    server.status = 500
    with pytest.raises(fetch.DataUnavailable) as caught:
        fetch.fetch(NAME)
    lines = "".join(traceback.format_exception(caught.value)).splitlines()
    assert sum(line.startswith("Traceback") for line in lines) == 1
    assert len(lines) < 15
