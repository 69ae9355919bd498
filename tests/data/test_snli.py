"""SNLI: gold pairs only, checked against their counts; and a subset that is the same from whichever archive."""

import hashlib
import json
import os
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infersent.data import LABELS, Pairs, fetch, load, snli
from infersent.data.files import MalformedLine
from infersent.foundation.recorded import load_record
from infersent.release.subset import write_hard_test_pairs, write_subset
from infersent.study.records import RECORDS, load_records

# Found before any test moves the cache folder away.
REAL = fetch.fetch(snli.ARCHIVE) if fetch.available(snli.ARCHIVE) else None
REAL_HARD = fetch.fetch(snli.HARD_FILE) if fetch.available(snli.HARD_FILE) else None
needs_snli = pytest.mark.skipif(REAL is None, reason="SNLI is not on disk: set INFERSENT_DATA to a folder that has it")

needs_hard = pytest.mark.skipif(
    REAL is None or REAL_HARD is None,
    reason="SNLI or SNLI-hard is not on disk: set INFERSENT_DATA to a folder that has both",
)

NAMES = {"official": "snli_1.0.zip", "part": "snli_1.0.part.zip"}
TRAIN = [
    ("A dog runs.", "An animal moves.", "entailment"),
    ("A dog runs.", "A dog is old.", "neutral"),
    ("A dog runs.", "Perhaps a dog.", "-"),
    ("A dog runs.", "A dog sits.", "contradiction"),
]
DEV = [("Two cups.", "One cup.", "contradiction"), ("Two cups.", "Some cups.", "entailment")]
TEST = [(" Two  plates.", "Plates. ", "entailment"), ("Two plates.", "", "neutral")]


def line(premise, hypothesis, label):
    return json.dumps({"gold_label": label, "pairID": "1r1", "sentence1": premise, "sentence2": hypothesis})


def write_archive(path, **splits):
    """Write an archive in the official layout; a split is a list of rows or of ready lines."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for split, rows in splits.items():
            lines = [row if isinstance(row, str) else line(*row) for row in rows]
            archive.writestr(f"snli_1.0/snli_1.0_{split}.jsonl", "\n".join(lines) + "\n")
    return path


def rows_of(pairs):
    return [
        (premise, hypothesis, LABELS[label])
        for premise, hypothesis, label in zip(pairs.premises, pairs.hypotheses, pairs.labels, strict=True)
    ]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Make an empty folder of archives and an empty cache, and let the toy splits have their right sizes."""
    monkeypatch.setenv("INFERSENT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("INFERSENT_DATA", str(tmp_path / "data"))
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


@pytest.fixture
def toy_sizes(monkeypatch):
    monkeypatch.setattr(snli, "SIZES", {"train": 3, "dev": 2, "test": 2})


@pytest.fixture(params=NAMES.values(), ids=NAMES)
def archive(request, folder, toy_sizes):
    return write_archive(folder / request.param, train=TRAIN, dev=DEV, test=TEST)


# Splits


def test_the_official_archive_gives_its_gold_pairs_in_order(folder, toy_sizes):
    write_archive(folder / NAMES["official"], train=TRAIN, dev=DEV, test=TEST)
    pairs = load("snli")
    assert rows_of(pairs) == [TRAIN[0], TRAIN[1], TRAIN[3]]
    assert pairs.name == "SNLI train"


@pytest.mark.parametrize("subset", [None, "122k"])
def test_dev_and_test_are_whole_from_either_archive_and_with_any_subset(archive, subset):
    dev = snli.load("dev", subset=subset)
    assert rows_of(dev) == DEV
    assert dev.name == "SNLI dev"
    assert snli.load("test", subset=subset).name == "SNLI test"


def test_blanks_are_made_single(archive):
    assert rows_of(snli.load("test")) == [("Two plates.", "Plates.", "entailment"), ("Two plates.", "", "neutral")]


def test_a_part_does_not_pass_for_the_whole(folder, toy_sizes):
    write_archive(folder / NAMES["part"], train=TRAIN, dev=DEV, test=TEST)
    with pytest.raises(snli.CorpusMismatch, match=r"part\.zip holds only a part.*subset='122k', or.*https://nlp"):
        snli.load("train")


def test_a_count_that_is_off_is_reported(archive):
    write_archive(archive, train=TRAIN[:2], dev=DEV[:1], test=TEST)
    with pytest.raises(snli.CorpusMismatch, match=r"dev has 1 pairs with a gold label, but SNLI 1\.0 has 2"):
        snli.load("dev")


def test_the_sizes_are_the_published_ones():
    assert snli.SIZES == {"train": 549_367, "dev": 9_842, "test": 9_824, "test-hard": 3_261}


# Errors


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [(("validation",), "'validation'.*train, dev, test"), (("train", "122"), "'122'.*122k")],
)
def test_a_wrong_split_or_subset_names_the_right_ones(arguments, expected):
    with pytest.raises(ValueError, match=expected):
        snli.load(*arguments)


@pytest.mark.parametrize(
    ("bad", "expected"),
    [("{broken", "not JSON"), (line("a", "b", "maybe"), "unknown label 'maybe'.*entailment, neutral, contradiction")],
)
def test_a_bad_line_is_named_by_file_and_number(archive, bad, expected):
    write_archive(archive, train=TRAIN, dev=[DEV[0], bad], test=TEST)
    with pytest.raises(MalformedLine, match=rf"{archive.name}/snli_1\.0/snli_1\.0_dev\.jsonl, line 2: {expected}"):
        snli.load("dev")


def test_a_truncated_archive_is_named(archive):
    archive.write_bytes(archive.read_bytes()[:-50])
    with pytest.raises(fetch.DamagedArchive, match=archive.name):
        snli.load("dev")


# The cache of parsed pairs


def test_a_second_load_does_not_parse(archive, monkeypatch):
    first = snli.load("test")
    monkeypatch.setattr(snli, "read_archive", None)
    again = snli.load("test")
    assert rows_of(again) == rows_of(first)
    assert (again.name, again.digest()) == (first.name, first.digest())


def test_another_archive_in_the_same_place_is_parsed_anew(archive):
    snli.load("dev")
    before = archive.stat()
    other = [(DEV[0][0], "Two cups!", "neutral"), DEV[1]]
    write_archive(archive, train=TRAIN, dev=other, test=TEST)
    os.utime(archive, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    assert rows_of(snli.load("dev")) == other


def test_an_archive_that_failed_its_check_is_not_cached(archive):
    write_archive(archive, train=TRAIN, dev=DEV[:1], test=TEST)
    for _ in range(2):
        with pytest.raises(snli.CorpusMismatch):
            snli.load("dev")


# Subsets


def invented(n, seed):
    """Return ``n`` pairs about nothing; pairs of other seeds are other pairs."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(len(LABELS), size=n)
    return Pairs([f"Premise {seed} {i}." for i in range(n)], [f"Hypothesis {i}." for i in range(n)], labels)


@pytest.fixture(scope="module")
def subset_pairs():
    # Five bytes hold the distances between digests only where these are many.
    return invented(80_000, seed=1)


@pytest.fixture
def toy_subset(subset_pairs, tmp_path, monkeypatch):
    """Make a subset of invented pairs take the place of SNLI-122k."""
    subset = write_subset(subset_pairs, tmp_path / "toy.bin")
    monkeypatch.setitem(snli.SUBSETS, "122k", subset)
    return subset


def test_a_digest_is_the_first_thirteen_hexadecimal_digits_of_the_sha256():
    pairs = invented(50, seed=0)
    expected = [
        int(hashlib.sha256(f"{label}\t{premise}\t{hypothesis}".encode()).hexdigest()[:13], 16)
        for premise, hypothesis, label in rows_of(pairs)
    ]
    digests = snli.pair_digests(pairs)
    assert digests.dtype == np.uint64
    assert digests.tolist() == expected


def test_a_list_of_digests_comes_back_from_five_bytes_each(toy_subset, subset_pairs):
    assert toy_subset.path.stat().st_size == 5 * len(subset_pairs)
    np.testing.assert_array_equal(snli.read_subset(toy_subset.path), np.sort(snli.pair_digests(subset_pairs)))


def test_a_subset_too_small_for_five_bytes_is_refused(tmp_path):
    with pytest.raises(ValueError, match="does not fit into 5 bytes"):
        write_subset(invented(3, seed=0), tmp_path / "small.bin")
    assert not (tmp_path / "small.bin").exists()


def test_a_cut_list_of_digests_is_found_out(tmp_path):
    (tmp_path / "cut.bin").write_bytes(bytes(12))
    with pytest.raises(ValueError, match="12 bytes, which is not a multiple of 5"):
        snli.read_subset(tmp_path / "cut.bin")


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_the_subset_is_the_same_from_whichever_archive(folder, toy_subset, subset_pairs, name):
    rows = rows_of(subset_pairs)
    if name == NAMES["official"]:
        rows += rows_of(invented(20_000, seed=2))  # others
        rows += rows[:500]  # the same pairs again
    order = np.random.default_rng(3).permutation(len(rows))
    write_archive(folder / name, train=[rows[i] for i in order])
    pairs = load("snli", subset="122k")
    assert pairs.name == "SNLI-122k train"
    assert len(pairs) == len(subset_pairs)
    assert pairs.digest() == toy_subset.digest
    assert load("snli", subset="122k").digest() == toy_subset.digest  # from the cache


def test_missing_pairs_of_a_subset_are_counted(folder, toy_subset, subset_pairs):
    write_archive(folder / NAMES["part"], train=rows_of(subset_pairs)[7:])
    with pytest.raises(snli.CorpusMismatch, match=r"holds 79,993 of the 80,000 pairs of subset '122k'"):
        snli.load("train", "122k")


def test_a_pair_taken_for_another_is_found_out_by_the_digest_of_all(folder, toy_subset, subset_pairs, monkeypatch):
    monkeypatch.setitem(snli.SUBSETS, "122k", snli.Subset(toy_subset.size, "0" * 64, toy_subset.path))
    write_archive(folder / NAMES["part"], train=rows_of(subset_pairs))
    with pytest.raises(snli.CorpusMismatch, match=f"the digest {toy_subset.digest}, not {'0' * 64}"):
        snli.load("train", "122k")


@given(
    corpus=st.lists(st.integers(0, 5), max_size=30),
    chosen=st.lists(st.integers(0, 5), max_size=30),
)
def test_a_pair_is_taken_as_often_as_it_is_wanted_and_there(corpus, chosen):
    def some(numbers):
        return Pairs([f"P{i}" for i in numbers], [f"H{i}" for i in numbers], [i % 3 for i in numbers])

    wanted = np.sort(snli.pair_digests(some(chosen)))
    selected = snli.select_subset(some(corpus), wanted, "selection")
    for i in range(6):
        assert list(selected.premises).count(f"P{i}") == min(corpus.count(i), chosen.count(i))
    digests = snli.pair_digests(selected)
    assert (digests[:-1] <= digests[1:]).all()


def test_the_shipped_list_has_the_size_that_it_should():
    shipped = snli.SUBSETS["122k"]
    digests = snli.read_subset(shipped.path)
    assert len(digests) == shipped.size == 122_755
    assert (digests[:-1] < digests[1:]).all()
    assert int(digests[-1]) < 2**52
    assert shipped.path.stat().st_size < 700_000


# The real thing


@pytest.fixture
def real(monkeypatch):
    monkeypatch.setenv("INFERSENT_DATA", str(REAL.parent))


@needs_snli
def test_dev_and_test_of_the_real_snli_have_their_sizes(real):
    for split in ("dev", "test"):
        pairs = load("snli", split)
        assert len(pairs) == snli.SIZES[split]
        assert (pairs.label_counts() > 3_000).all()


@needs_snli
def test_the_real_subset_is_the_one_that_the_records_name(real):
    pairs = load("snli", subset="122k")
    assert pairs.label_counts().tolist() == [44_378, 32_440, 45_937]
    assert pairs.digest() == snli.SUBSETS["122k"].digest


@needs_snli
def test_the_real_subset_is_found_among_decoys_and_stray_blanks(real, folder, monkeypatch):
    rows = rows_of(load("snli", subset="122k"))
    rows = [(f" {premise}", hypothesis.replace(" ", "  ", 1), label) for premise, hypothesis, label in rows]
    rows += rows_of(invented(30_000, seed=4))
    order = np.random.default_rng(5).permutation(len(rows))
    write_archive(folder / NAMES["official"], train=[rows[i] for i in order])
    monkeypatch.setenv("INFERSENT_DATA", str(folder))
    assert load("snli", subset="122k").digest() == snli.SUBSETS["122k"].digest


# SNLI-hard


def ids_and_labels(lines):
    return {pair["pairID"]: pair["gold_label"] for pair in map(json.loads, lines) if pair["gold_label"] != "-"}


@needs_hard
def test_the_hard_pairs_of_test_are_those_of_the_published_file(real):
    """By the IDs that the annotators' project gave the pairs, in the order in which records keep their answers."""
    with zipfile.ZipFile(REAL) as archive:
        test = ids_and_labels(archive.open("snli_1.0/snli_1.0_test.jsonl").read().splitlines())
    published = ids_and_labels(REAL_HARD.read_bytes().splitlines())
    hard = [pair for pair, is_hard in zip(test, snli.hard_test_pairs(), strict=True) if is_hard]
    assert hard == list(published)
    assert all(test[pair] == label for pair, label in published.items())


@needs_hard
def test_the_shipped_places_are_made_again_from_the_data(real, tmp_path):
    """The digests too: of the test split in its order, of its labels and of its pairs' IDs."""
    assert write_hard_test_pairs(tmp_path / "hard.json") == load_record("snli_hard")


@needs_hard
def test_hard_pairs_that_are_none_are_reported(real, monkeypatch, tmp_path):
    (tmp_path / "data" / NAMES["part"]).symlink_to(REAL)
    strange = json.dumps({"pairID": "nowhere", "gold_label": "neutral", "sentence1": "A.", "sentence2": "B."})
    (tmp_path / "data" / snli.HARD_FILE).write_text(strange + "\n", encoding="utf-8")
    monkeypatch.setenv("INFERSENT_DATA", str(tmp_path / "data"))
    with pytest.raises(snli.CorpusMismatch, match=r"the pair nowhere is neutral, but None in"):
        write_hard_test_pairs(tmp_path / "hard.json")
    with pytest.raises(snli.CorpusMismatch, match=r"has 1 pairs with a gold label, but SNLI-hard has 3,261.*https://"):
        snli.load("test-hard")


@needs_hard
def test_the_hard_split_has_the_pairs_that_test_has_in_these_places(real):
    hard, same = load("snli", "test-hard"), load("snli", "test").take(snli.hard_test_pairs())
    assert len(hard) == snli.SIZES["test-hard"]
    assert hard.labels.tolist() == same.labels.tolist()
    # Copies of the two files may spell a few sentences differently.
    assert np.mean([a == b for a, b in zip(rows_of(hard), rows_of(same), strict=True)]) > 0.99


@needs_snli
def test_records_keep_their_answers_in_the_order_of_the_test_split(real):
    """In another order the recall of the labels would be another one."""
    labels = load("snli", "test").labels
    studies = [name.stem for name in sorted(RECORDS.glob("*.jsonl")) if "captions" not in name.stem]
    checked = 0
    for name in studies:
        for record in load_records(name):
            if record.has_parts:
                right = record.test.right()
                recall = {label: round(float(right[labels == i].mean()), 5) for i, label in enumerate(LABELS)}
                assert recall == pytest.approx(record.test.recall, abs=2e-5)
                checked += 1
    assert checked > 200


@needs_snli
def test_a_test_split_in_another_order_is_refused(real, monkeypatch):
    read = snli.read_archive

    def turned(path, split):
        pairs = read(path, split)
        return replace(pairs, labels=pairs.labels[::-1])

    monkeypatch.setattr(snli, "read_archive", turned)
    assert len(snli.load("dev")) == snli.SIZES["dev"]
    with pytest.raises(snli.CorpusMismatch, match="not in SNLI's order"):
        snli.load("test")
