"""Numbers with their nouns, and the system's errors as sentences with a remedy."""

import errno
import os

import pytest

from infersent.foundation.wording import counted, in_a_sentence


def system(number, path):
    return OSError(number, os.strerror(number), path)


def test_a_noun_agrees_with_its_number():
    assert [counted(n, "pair") for n in (0, 1, 2, 1000)] == ["0 pairs", "1 pair", "2 pairs", "1,000 pairs"]
    assert counted(3, "class", "classes") == "3 classes"


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("absent/mine.csv", "There is no folder absent, so no mine.csv in it. Check the path."),
        (
            "mine.cvs",
            "There is no file mine.cvs. Did you mean mine.csv? A path that does not begin with / is looked for",
        ),
        ("x", "There is no file x. Check the name. A path"),
        (".", ". is a folder. Name a file in it."),
        ("mine.csv/x", "mine.csv/x: a part of this path is a file, not a folder. Check the path."),
        ("n" * 300, "this name is longer than the system allows. Choose a shorter one."),
    ],
)
def test_what_the_system_says_becomes_a_sentence(path, sentence, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.csv").write_text("a")
    with pytest.raises(OSError, match=r"\[Errno") as caught:
        open(path).close()
    found = in_a_sentence(caught.value)
    assert sentence in found
    assert "[Errno" not in found


def test_a_file_that_may_not_be_read_is_named():
    for number in (errno.EACCES, errno.EPERM):
        assert in_a_sentence(system(number, "mine.csv")).startswith("mine.csv may not be opened: your account lacks")


def test_a_text_of_the_package_s_own_stays():
    assert in_a_sentence(OSError("the cluster does not answer")) == "the cluster does not answer"
    assert in_a_sentence(OSError(errno.ENOSPC, "the disk is full; nothing is lost", "v.npy")) == (
        "v.npy: the disk is full; nothing is lost"
    )
    assert "no mine.csv in it" in in_a_sentence(system(errno.ENOENT, b"no-folder/mine.csv"))
