"""The Microsoft Research Paraphrase Corpus (Dolan and Brockett 2005): is a pair a paraphrase? From a copy on disk.

Microsoft publishes it for research, as an installer for Windows (:data:`INSTALLER`); the two text files have no address
of their own. So they are not downloaded: run the installer, or unpack it with ``msiextract`` or ``cabextract``, and
copy the files to where :func:`infersent.data.fetch.find_file` looks. The copy that SentEval hands on is split into
tokens, so its sentences are not quite the same.
"""

from __future__ import annotations

from infersent.data import fetch
from infersent.data.files import read_pairs, whole
from infersent.data.pairs import Pairs
from infersent.data.splits import cut_pairs
from infersent.foundation.choices import choose

#: The names of its labels, in the order of the file's 0 and 1.
PARAPHRASE = ("different", "paraphrase")

#: The two files, and how many pairs each has.
FILES = {"train": ("msr_paraphrase_train.txt", 4_076), "test": ("msr_paraphrase_test.txt", 1_725)}

#: Where its authors publish it.
INSTALLER = "https://download.microsoft.com/download/D/4/6/D46FF87A-F6B9-4252-AA8B-3604ED519838/MSRParaphraseCorpus.msi"

_SOURCE = (
    f"{INSTALLER}, which holds it (https://www.microsoft.com/en-us/download/details.aspx?id=52398; run the installer, "
    "or unpack it with msiextract or cabextract)"
)


def load(split: str = "train") -> Pairs:
    """Load a split of MRPC, with the labels :data:`PARAPHRASE`.

    The corpus has train and test. Dev is a tenth of the published train, cut off so that no sentence is on both sides,
    always the same; train is the rest.

    Parameters
    ----------
    split
        ``"train"``, ``"dev"``, ``"test"``, or ``"train+dev"`` for train as it was published.

    Raises
    ------
    ValueError
        There is no such split, or the file does not hold its pairs.
    infersent.data.fetch.DataUnavailable
        The file is not on disk, see :func:`infersent.data.fetch.find_file`.
    """
    choose("split of MRPC", split, dict.fromkeys(["train", "dev", "test", "train+dev"]))
    name, size = FILES["test" if split == "test" else "train"]
    path = fetch.find_file("mrpc", name, _SOURCE)
    pairs = read_pairs(path, text=("#1 String", "#2 String"), label="Quality", labels=PARAPHRASE)
    if split in ("test", "train+dev"):
        return whole(pairs, path, size, f"MRPC {split}")
    train, dev = cut_pairs(whole(pairs, path, size, "MRPC"), (0.9, 0.1), ("train", "dev"))
    return train if split == "train" else dev
