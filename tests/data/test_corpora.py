"""SICK, the STS benchmark and MRPC: from a reader's own copy or from a server, and what is said without either."""

import io
import tarfile
import threading
import zipfile
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from infersent.data import LABELS, Pairs, ScoredPairs, fetch, load, mrpc, sick, stsb


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("INFERSENT_DATA", str(tmp_path))
    monkeypatch.setenv("INFERSENT_CACHE", str(tmp_path / "cache"))
    for name in ("sick", "stsb", "mrpc"):
        (tmp_path / name).mkdir()
    return tmp_path


SICK = """pair_ID\tsentence_A\tsentence_B\trelatedness_score\tentailment_judgment
1\tA dog\tAn animal\t4.5\tENTAILMENT
2\tA "dog"\tA cat\t2\tCONTRADICTION
3\tA dog\tIt runs\t3\tNEUTRAL
"""


def test_sick_has_labels_and_scores_of_the_same_pairs(folder, monkeypatch):
    (folder / "sick" / "SICK_trial.txt").write_text(SICK)
    monkeypatch.setitem(sick.SPLITS, "dev", replace(sick.SPLITS["dev"], size=3))
    pairs, scored = load("sick", "dev"), load("sick", "dev", scores=True)
    assert (pairs.label_names, pairs.labels.tolist(), pairs.name) == (LABELS, [0, 2, 1], "SICK dev")
    assert isinstance(scored, ScoredPairs)
    assert scored.scores.tolist() == [4.5, 2, 3]
    assert scored.premises == pairs.premises == ["A dog", 'A "dog"', "A dog"]


def test_the_sts_benchmark_has_no_header_and_plain_quotes(folder, monkeypatch):
    lines = ['g\tf\t2012\t1\t5.000\t"Yes," he said.\tYes.', "g\tf\t2012\t2\t0.25\tA\tB\ta source\tanother"]
    (folder / "stsb" / "sts-dev.csv").write_text("\n".join(lines) + "\n")
    monkeypatch.setitem(stsb.SIZES, "dev", 2)
    scored = load("stsb", "dev")
    assert (scored.premises, scored.hypotheses) == (['"Yes," he said.', "A"], ["Yes.", "B"])
    assert scored.scores.tolist() == [5, 0.25]
    (folder / "stsb" / "sts-dev.csv").write_text("g\tf\t2012\t1\tx\ta\tb\n")
    with pytest.raises(ValueError, match=r"sts-dev\.csv, line 1: expected a score in column 5"):
        load("stsb", "dev")


def test_mrpc_gets_a_dev_split_of_its_own(folder, monkeypatch):
    header = "\ufeffQuality\t#1 ID\t#2 ID\t#1 String\t#2 String\n"
    for split, n in (("train", 200), ("test", 5)):
        rows = [f'{i % 2}\t{i}\t{i}\tHe said "{split} {i}\tShe said {i}' for i in range(n)]
        (folder / "mrpc" / f"msr_paraphrase_{split}.txt").write_text(header + "\r\n".join(rows) + "\r\n")
        monkeypatch.setitem(mrpc.FILES, split, (f"msr_paraphrase_{split}.txt", n))
    train, dev, whole, test = (load("mrpc", split) for split in ("train", "dev", "train+dev", "test"))
    assert [len(pairs) for pairs in (train, dev, whole, test)] == [180, 20, 200, 5]
    assert [pairs.name for pairs in (train, dev, whole, test)] == [
        f"MRPC {s}" for s in ("train", "dev", "train+dev", "test")
    ]
    assert {*train.premises, *dev.premises} == {*whole.premises}
    assert test.label_names == ("different", "paraphrase")
    assert test.labels.tolist() == [0, 1, 0, 1, 0]
    assert test.premises[1] == 'He said "test 1'
    monkeypatch.setitem(mrpc.FILES, "test", ("msr_paraphrase_test.txt", 6))
    with pytest.raises(ValueError, match=r"msr_paraphrase_test\.txt has 5 pairs, but MRPC test has 6"):
        load("mrpc", "test")


@pytest.mark.parametrize("name", ["sick", "stsb", "mrpc"])
def test_an_unknown_split_is_refused(folder, name):
    with pytest.raises(ValueError, match="no split of"):
        load(name, "trian")


def test_a_missing_copy_of_mrpc_says_where_it_comes_from_and_goes(folder):
    with pytest.raises(
        fetch.DataUnavailable,
        match=r"of mrpc is not on disk.*microsoft\.com/.*id=52398.*msiextract.*cache/mrpc/msr.*INFERSENT_DATA",
    ):
        load("mrpc")


# From a server


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        name = self.path.lstrip("/")
        self.server.asked.append(name)
        if name not in self.server.files:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.server.files[name])))
        self.end_headers()
        self.wfile.write(self.server.files[name])

    def log_message(self, *_):
        pass


@pytest.fixture
def server(folder, monkeypatch):
    """A server of the four archives, which holds none of them yet."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.files, server.asked = {}, []
        for name in (stsb.ARCHIVE, *(split.archive for split in sick.SPLITS.values())):
            assert fetch.ARCHIVES[name].url.endswith(f"/{name}")
            url = f"http://127.0.0.1:{server.server_port}/{name}"
            monkeypatch.setitem(fetch.ARCHIVES, name, replace(fetch.ARCHIVES[name], url=url))
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def zipped(name, text):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("readme.txt", "Read me.")
        archive.writestr(name, text)
    return file.getvalue()


def tarred(name, text):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for member, content in (("stsbenchmark/readme.txt", "Read me."), (name, text)):
            info = tarfile.TarInfo(member)
            info.size = len(content.encode())
            archive.addfile(info, io.BytesIO(content.encode()))
    return file.getvalue()


STSB = "g\tf\ty\t1\t2.5\tA dog.\tA cat.\ng\tf\ty\t2\t0.25\tA\tB\ta source\n"


@pytest.fixture
def toy(folder, server, monkeypatch):
    """Take three pairs for SICK's dev, and two for that of the STS benchmark, and let the server have them."""
    for name, text in (("sick", SICK), ("stsb", STSB)):
        (folder / f"{name}.txt").write_text(text)
    known = sick.digest(folder / "sick.txt")
    monkeypatch.setitem(sick.SPLITS, "dev", replace(sick.SPLITS["dev"], size=3, digest=known))
    monkeypatch.setitem(stsb.SIZES, "dev", 2)
    monkeypatch.setitem(stsb.DIGESTS, "dev", stsb.digest(folder / "stsb.txt"))
    server.files["sick_trial.zip"] = zipped("SICK_trial.txt", SICK.replace("\n", "\r\n"))
    server.files["Stsbenchmark.tar.gz"] = tarred("stsbenchmark/sts-dev.csv", STSB)
    return server


def test_sick_comes_from_its_archive_once(folder, toy):
    for _ in range(2):
        assert load("sick", "dev", progress=False).labels.tolist() == [0, 2, 1]
        assert load("sick", "dev", scores=True, progress=False).scores.tolist() == [4.5, 2, 3]
    assert toy.asked == ["sick_trial.zip"]
    assert (folder / "cache" / "sick" / "SICK_trial.txt").is_file()


def test_the_sts_benchmark_comes_from_its_archive_once(folder, toy):
    for _ in range(2):
        scored = load("stsb", "dev", progress=False)
        assert (scored.premises, scored.scores.tolist()) == (["A dog.", "A"], [2.5, 0.25])
    assert toy.asked == ["Stsbenchmark.tar.gz"]


def test_an_archive_in_the_data_folder_will_do(folder, toy):
    (folder / "sick_trial.zip").write_bytes(zipped("SICK/SICK_trial.txt", SICK))
    assert len(load("sick", "dev")) == 3
    assert toy.asked == []


def test_other_pairs_are_not_taken_for_the_corpus_and_are_asked_for_again(folder, toy):
    toy.files["sick_trial.zip"] = zipped("SICK_trial.txt", SICK.replace("4.5", "4.6"))
    toy.files["Stsbenchmark.tar.gz"] = tarred("stsbenchmark/sts-dev.csv", "no pairs")
    for name, archive in (("sick", "sick_trial.zip"), ("stsb", "Stsbenchmark.tar.gz")):
        with pytest.raises(
            fetch.ChecksumMismatch, match=rf"{archive}: .* does not hold the pairs of {name}\. Try again"
        ):
            load(name, "dev", progress=False)
        assert not (folder / "cache" / archive).exists()
        assert list((folder / "cache" / name).iterdir()) == []
    toy.files["sick_trial.zip"] = zipped("SICK_trial.txt", SICK)
    assert len(load("sick", "dev", progress=False)) == 3


@pytest.mark.parametrize("name", ["sick", "stsb"])
def test_what_is_not_to_be_had_says_what_to_save_where(folder, server, name):
    with pytest.raises(
        fetch.DataUnavailable,
        match=rf"127\.0\.0\.1.* cannot be downloaded: the server answered 404.*DATA.* itself as .*cache/{name}/",
    ):
        load(name, "dev", progress=False)


@pytest.mark.parametrize(
    ("name", "archive", "content"),
    [
        ("sick", "sick_trial.zip", b"PK no zip"),
        ("sick", "sick_trial.zip", zipped("other.txt", "")),
        ("stsb", "Stsbenchmark.tar.gz", b"no tar"),
        ("stsb", "Stsbenchmark.tar.gz", tarred("other.txt", "")),
        ("stsb", "Stsbenchmark.tar.gz", tarred("stsbenchmark/sts-dev.csv", STSB * 1000)[:150]),
    ],
)
def test_a_damaged_archive_is_named(folder, server, name, archive, content):
    server.files[archive] = content
    with pytest.raises(fetch.DamagedArchive, match=rf"cache/{archive} (is damaged|holds no )"):
        load(name, "dev", progress=False)


# The real ones


def test_a_copy_in_the_cache_folder_will_do(folder, monkeypatch):
    monkeypatch.setitem(stsb.SIZES, "dev", 1)
    (folder / "cache" / "stsb").mkdir(parents=True)
    (folder / "cache" / "stsb" / "sts-dev.csv").write_text("g\tf\ty\t1\t2.5\ta\tb\n")
    assert load("stsb", "dev").scores.tolist() == [2.5]


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("sick", {"train": (1299, 2536, 665), "dev": (144, 282, 74), "test": (1414, 2793, 720)}),
        ("mrpc", {"train+dev": (1323, 2753), "test": (578, 1147)}),
    ],
)
def test_the_real_corpora_have_their_published_labels(name, counts):
    for split, expected in counts.items():
        if name == "sick":
            copy_of("sick", sick.SPLITS[split].file)
        else:
            copy_of("mrpc", mrpc.FILES["test" if split == "test" else "train"][0])
        pairs = load(name, split)
        assert isinstance(pairs, Pairs)
        assert tuple(pairs.label_counts()) == expected


def copy_of(corpus, name):
    """Return where a file of a real corpus is; a test does not download it."""
    path = fetch.find_copy(corpus, name)
    if path is None:
        pytest.skip(f"needs {name}, which is not on disk (INFERSENT_DATA names a folder of corpora)")
    return path


@pytest.mark.parametrize("split", ["train", "dev", "test"])
def test_the_real_corpora_have_the_digests_by_which_they_are_known(split):
    assert sick.digest(copy_of("sick", sick.SPLITS[split].file)) == sick.SPLITS[split].digest
    assert stsb.digest(copy_of("stsb", f"sts-{split}.csv")) == stsb.DIGESTS[split]


def test_the_real_scores_are_on_their_scale():
    copy_of("stsb", "sts-dev.csv")
    pairs = load("stsb", "dev")
    assert (pairs.scores.min(), pairs.scores.max()) == (0, 5)
    assert np.isclose(pairs.scores.mean(), 2.364, atol=0.01)
