"""SICK, the STS benchmark and MRPC from a reader's own copy: what is read, and what is said where there is none."""

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


def test_sick_has_labels_and_scores_of_the_same_pairs(folder, monkeypatch):
    header = "pair_ID\tsentence_A\tsentence_B\trelatedness_score\tentailment_judgment\n"
    rows = [
        "1\tA dog\tAn animal\t4.5\tENTAILMENT",
        '2\tA "dog"\tA cat\t2\tCONTRADICTION',
        "3\tA dog\tIt runs\t3\tNEUTRAL",
    ]
    (folder / "sick" / "SICK_trial.txt").write_text(header + "\n".join(rows) + "\n")
    monkeypatch.setitem(sick.FILES, "dev", ("SICK_trial.txt", 3))
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


@pytest.mark.parametrize(("name", "page"), [("sick", "zenodo"), ("stsb", "ixa2"), ("mrpc", "Microsoft")])
def test_a_missing_copy_says_where_it_comes_from_and_goes(folder, name, page):
    with pytest.raises(
        fetch.DataUnavailable, match=rf"of {name} is not on disk.*{page}.*cache/{name}/.*INFERSENT_DATA"
    ):
        load(name)
    with pytest.raises(ValueError, match="no split of"):
        load(name, "trian")


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
        try:
            pairs = load(name, split)
        except fetch.DataUnavailable as error:
            pytest.skip(str(error))
        assert isinstance(pairs, Pairs)
        assert tuple(pairs.label_counts()) == expected


def test_the_real_scores_are_on_their_scale():
    try:
        pairs = load("stsb", "dev")
    except fetch.DataUnavailable as error:
        pytest.skip(str(error))
    assert (pairs.scores.min(), pairs.scores.max()) == (0, 5)
    assert np.isclose(pairs.scores.mean(), 2.364, atol=0.01)
