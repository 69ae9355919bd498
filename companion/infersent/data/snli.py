"""SNLI (Bowman et al. 2015): the official archive, or the part of it that is the subset SNLI-122k."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from infersent.data import fetch
from infersent.data.cache import cached_arrays
from infersent.data.files import collect_pairs, jsonl_records
from infersent.data.pairs import LABELS, Pairs
from infersent.foundation.arrays import Array, Bools, Ints
from infersent.foundation.bits import unpack_bits
from infersent.foundation.caller import for_caller, option
from infersent.foundation.choices import choose
from infersent.foundation.recorded import load_record

#: The name of the official archive.
ARCHIVE = "snli_1.0.zip"

#: The name of the official file of SNLI-hard (Gururangan et al. 2018): the test pairs that a classifier gets wrong that
#: sees the hypothesis alone.
HARD_FILE = "snli_1.0_test_hard.jsonl"

#: The published number of pairs with a gold label in each split.
SIZES = {"train": 549_367, "dev": 9_842, "test": 9_824, "test-hard": 3_261}

# Part of the cache's key: raise it whenever the same archive would be read in another way.
_PARSER_VERSION = 2


class CorpusMismatch(ValueError):
    """An archive does not hold the pairs that its name promises."""


@dataclass(frozen=True)
class Subset:
    """A named selection of training pairs, known by short digests of its pairs.

    Attributes
    ----------
    size
        How many pairs it has.
    digest
        :meth:`Pairs.digest` of the pairs in canonical order.
    path
        The file of digests, as :func:`infersent.release.subset.write_subset` makes it.
    """

    size: int
    digest: str
    path: Path


#: The subsets of the training pairs.
SUBSETS = {
    "122k": Subset(
        size=122_755,
        digest="b4c8270c5c95a7aba829a392fdc168175f10923a8971256e5fe0275a71b47590",
        path=Path(__file__).with_name("snli_122k.bin"),
    )
}


def load(split: str = "train", subset: str | None = None, *, progress: bool = True) -> Pairs:
    """Load the pairs of SNLI that have a gold label; every run of blanks in a sentence becomes one blank.

    The archive comes from :func:`infersent.data.fetch.fetch`: from disk if it is there, or else from the network.

    Parameters
    ----------
    split
        ``"train"``, ``"dev"``, ``"test"``, or ``"test-hard"`` for SNLI-hard, which has a file of its own: its pairs are
        test pairs, in the order of test. :func:`hard_test_pairs` finds them in test without that file.
    subset
        ``"122k"`` for the training pairs of SNLI-122k, in a fixed shuffled order, whichever archive they come from.
        ``None`` for all pairs, in the order of the archive. Dev and test are complete in either case.
    progress
        Whether a download shows its progress.

    Raises
    ------
    ValueError
        The split or the subset does not exist.
    CorpusMismatch
        The archive does not hold the pairs that were asked for.
    infersent.data.formats.MalformedLine
        A line of the archive cannot be read.
    OSError
        The archive cannot be found, downloaded or read; see :func:`infersent.data.fetch.fetch`.
    """
    choose("split of SNLI", split, SIZES)
    if subset is not None:
        every = for_caller(python="None", shell="--subset all")
        choose("subset of SNLI", subset, SUBSETS, remedy=f"{every} stands for all pairs.")
    if split == "test-hard":
        return _load_hard(fetch.fetch(HARD_FILE, progress=progress))
    path = fetch.fetch(ARCHIVE, progress=progress)
    if split != "train":
        subset = None
    elif subset is None and fetch.is_part(path):
        raise CorpusMismatch(
            f"{path} holds only a part of SNLI's training pairs. Ask for {option('subset', '122k')}, or "
            f"put the official archive in its place: {fetch.ARCHIVES[ARCHIVE].url}"
        )
    # Parsing the official archive takes some seconds, and need not be done each time.
    file = path.stat()
    key: list[str | int | None] = [_PARSER_VERSION, str(path.resolve()), file.st_size, file.st_mtime_ns, split, subset]
    if subset is not None:
        key.append(SUBSETS[subset].digest)
    name = f"SNLI {split}" if subset is None else f"SNLI-{subset} {split}"
    return _from_arrays(cached_arrays("snli", key, lambda: _to_arrays(_checked(path, split, subset))), name)


def read_archive(path: str | Path, split: str) -> Pairs:
    """Read the pairs of one split from an archive in SNLI's layout, in the archive's order, however many there are.

    Raises
    ------
    infersent.data.fetch.DamagedArchive
        The archive cannot be read, or is not one of SNLI.
    infersent.data.formats.MalformedLine
        A line of it cannot be read.
    """
    member = f"snli_1.0/snli_1.0_{split}.jsonl"
    source = f"{path}/{member}"
    with fetch.open_member(path, member) as lines:
        pairs = collect_pairs(jsonl_records(lines, source), source=source, name=f"SNLI {split}")
    # A few sentences of the archive start with a blank or have two in a row, and copies of SNLI differ in these.
    return replace(pairs, premises=_single_spaced(pairs.premises), hypotheses=_single_spaced(pairs.hypotheses))


def hard_test_pairs() -> Bools:
    """Return which of SNLI's test pairs are those of SNLI-hard, ``[9824]`` in the order of test; needs no download.

    The rest is what we call easy. The file that it is read from is made by
    :func:`infersent.release.subset.write_hard_test_pairs`.

    Examples
    --------
    >>> hard = hard_test_pairs()
    >>> len(hard), int(hard.sum())
    (9824, 3261)
    """
    record = load_record("snli_hard")
    return unpack_bits(record["hard"], record["pairs"])


def labels_digest(pairs: Pairs) -> str:
    """Return the hexadecimal SHA-256 of the labels in order: it tells an order, and not how sentences are spelled."""
    return hashlib.sha256(pairs.labels.astype(np.uint8).tobytes()).hexdigest()


def _load_hard(path: Path) -> Pairs:
    with path.open("rb") as lines:
        pairs = collect_pairs(jsonl_records(lines, path), source=path, name="SNLI test-hard")
    if len(pairs) != SIZES["test-hard"]:
        raise CorpusMismatch(
            f"{path} has {len(pairs):,} pairs with a gold label, but SNLI-hard has {SIZES['test-hard']:,}. "
            f"Replace it by the official file: {fetch.ARCHIVES[HARD_FILE].url}"
        )
    return replace(pairs, premises=_single_spaced(pairs.premises), hypotheses=_single_spaced(pairs.hypotheses))


def _single_spaced(sentences: Iterable[str]) -> list[str]:
    return [" ".join(sentence.split()) for sentence in sentences]


def _checked(path: Path, split: str, subset: str | None) -> Pairs:
    """Read a split or a subset of it, and make sure that it is what its name says."""
    pairs = read_archive(path, split)
    remedy = f"Replace the file by the official archive: {fetch.ARCHIVES[ARCHIVE].url}"
    if subset is None:
        if len(pairs) != SIZES[split]:
            raise CorpusMismatch(
                f"{path}: {split} has {len(pairs):,} pairs with a gold label, but SNLI 1.0 has {SIZES[split]:,}. "
                f"{remedy}"
            )
        # Records keep their answers in the order of test, and find the hard pairs in it by their place.
        known = load_record("snli_hard")
        if split == "test" and len(pairs) == known["pairs"] and labels_digest(pairs) != known["labels"]:
            raise CorpusMismatch(f"{path}: the pairs of test are not in SNLI's order, by their labels. {remedy}")
        return pairs
    expected = SUBSETS[subset]
    chosen = select_subset(pairs, read_subset(expected.path), f"SNLI-{subset} {split}")
    if len(chosen) != expected.size:
        raise CorpusMismatch(
            f"{path} holds {len(chosen):,} of the {expected.size:,} pairs of subset {subset!r}. {remedy}"
        )
    if chosen.digest() != expected.digest:
        raise CorpusMismatch(
            f"{path}: the pairs found for subset {subset!r} have the digest {chosen.digest()}, not {expected.digest}. "
            f"{remedy}"
        )
    return chosen


def _to_arrays(pairs: Pairs) -> dict[str, Array]:
    # One sentence per line: sentences are single-spaced, so none contains a line break.
    texts = {"premises": pairs.premises, "hypotheses": pairs.hypotheses}
    arrays = {what: np.frombuffer("\n".join(lines).encode(), dtype=np.uint8) for what, lines in texts.items()}
    return {**arrays, "labels": pairs.labels.astype(np.uint8)}


def _from_arrays(arrays: dict[str, Array], name: str) -> Pairs:
    premises, hypotheses = (arrays[what].tobytes().decode().split("\n") for what in ("premises", "hypotheses"))
    return Pairs(premises, hypotheses, arrays["labels"], name)


# A subset is stored as the sorted digests of its pairs, each as its distance from the one before, in five bytes. A
# digest is a uniform number below 2**52, so between n = 122,755 digests the mean distance is 2**52 / n = 3.7e10 and the
# largest about ln(n) times that, 4.4e11, which is below 2**40 = 1.1e12. Sorting by digest shuffles the pairs once and
# for all. The probability that any of SNLI's other pairs has a digest in the list is 430,000 n / 2**52 = 1.2e-5, and
# the digest of the whole subset would reveal it.

_DIGEST_BITS = 52
DELTA_BYTES = 5


def pair_digests(pairs: Pairs) -> Ints:
    """Return the first 52 bits of each pair's SHA-256 over ``label TAB premise TAB hypothesis``: ``[n]``, uint64."""
    heads = [
        hashlib.sha256(f"{LABELS[label]}\t{premise}\t{hypothesis}".encode()).digest()[:8]
        for premise, hypothesis, label in zip(pairs.premises, pairs.hypotheses, pairs.labels.tolist(), strict=True)
    ]
    return np.frombuffer(b"".join(heads), dtype=">u8").astype(np.uint64) >> np.uint64(64 - _DIGEST_BITS)


def select_subset(pairs: Pairs, wanted: Ints, name: str) -> Pairs:
    """Return the pairs whose digests are ``wanted``, sorted by digest.

    Parameters
    ----------
    pairs
        Any pairs, in any order.
    wanted
        Sorted digests, uint64. A digest that occurs ``k`` times selects at most ``k`` pairs.
    name
        The name of the selection.
    """
    digests = pair_digests(pairs)
    order = np.argsort(digests, kind="stable")
    chosen = np.isin(_numbered(digests[order]), _numbered(wanted), assume_unique=True)
    return pairs.take(order[chosen], name)


def _numbered(digests: Ints) -> Ints:
    """Make sorted digests distinct: the free upper bits count how often a digest occurred before."""
    before = np.arange(len(digests)) - np.searchsorted(digests, digests)
    return digests | before.astype(np.uint64) << np.uint64(_DIGEST_BITS)


def read_subset(path: str | Path) -> Ints:
    """Return the sorted digests of a file made by :func:`infersent.release.subset.write_subset`: ``[n]``, uint64.

    Raises
    ------
    ValueError
        The file's length is not a multiple of five bytes.
    """
    data = Path(path).read_bytes()
    if len(data) % DELTA_BYTES:
        raise ValueError(
            f"{path} has {len(data)} bytes, which is not a multiple of {DELTA_BYTES}. Reinstall the package."
        )
    octets = np.zeros((len(data) // DELTA_BYTES, 8), dtype=np.uint8)
    octets[:, :DELTA_BYTES] = np.frombuffer(data, dtype=np.uint8).reshape(-1, DELTA_BYTES)
    return np.cumsum(octets.view("<u8").ravel(), dtype=np.uint64)
