"""From an archive to encoded pairs in the cache, and from the cache again: seconds and memory of a fresh process.

The full size is made by repeating: the archive's own training pairs, with another word at the end of each sentence in
each repeat, so that as many distinct sentences must be split and looked up as in the official archive. Of the official
archive's lines, the parses of both sentences are missing, which are skipped in any case.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
import zipfile
from itertools import cycle, islice
from pathlib import Path

from benchmarks.figures import Figure, Record, Target
from benchmarks.material import why_no_snli
from benchmarks.processes import python
from benchmarks.settings import Settings
from infersent.data import fetch, snli
from infersent.data.cache import CACHE_VARIABLE
from infersent.text.batching import encode_pairs
from infersent.text.catalogue import load_vectors
from infersent.text.vocabulary import build_vocabulary, count_words

#: The number of pairs of the full size.
FULL = 550_000
_MEMBER = "snli_1.0/snli_1.0_train.jsonl"


def run(record: Record, settings: Settings) -> None:
    """Measure the subset twice, the second time from the cache, and the full size once."""
    if reason := why_no_snli():
        record.skip("data", reason)
        return
    archive = fetch.fetch(snli.ARCHIVE)
    with tempfile.TemporaryDirectory(prefix="infersent-benchmark-") as name:
        cache = Path(name)
        _add(record, "SNLI-122k, archive to cache", _child(archive, "122k", cache), seconds=15, gigabytes=1.5)
        again = [_child(archive, "122k", cache) for _ in range(settings.starts)]
        seconds = [each["seconds"] for each in again]
        record.add(Figure.of("data", "SNLI-122k, second start", "s", seconds, Target("at most", 1.0)))
        if not settings.small:
            repeated = cache / "repeated.zip"
            _add(record, f"{write_full_size(archive, repeated):,} pairs", _child(repeated, "all", cache), 60, 3.0)


def _add(record: Record, what: str, found: dict[str, float], seconds: float, gigabytes: float) -> None:
    record.add(Figure.of("data", what, "s", [found["seconds"]], Target("at most", seconds)))
    if "gigabytes" in found:
        record.add(Figure.of("data", what, "GB of memory", [found["gigabytes"]], Target("at most", gigabytes)))


def _child(archive: Path, subset: str, cache: Path) -> dict[str, float]:
    found: dict[str, float] = json.loads(
        python("-m", "benchmarks.data", str(archive), subset, environment={CACHE_VARIABLE: str(cache)})
    )
    return found


def encode(archive: Path, subset: str) -> dict[str, float]:
    """Read an archive, build the vocabulary and encode the pairs; return what it took, but for the imports.

    Parameters
    ----------
    archive
        In SNLI's layout; that of the subset must be where :func:`infersent.data.fetch.fetch` finds it.
    subset
        ``"122k"``, or ``"all"`` for however many training pairs the archive has.
    """
    start = time.perf_counter()
    pairs = snli.read_archive(archive, "train") if subset == "all" else snli.load("train", subset, progress=False)
    counts = count_words([*pairs.premises, *pairs.hypotheses])
    vocabulary = build_vocabulary(counts, load_vectors("shipped", keep=set(counts), progress=False))
    encode_pairs(pairs, vocabulary.tokenizer())
    return {"seconds": time.perf_counter() - start, **peak_memory()}


def peak_memory() -> dict[str, float]:
    """Return the most memory that this process has had, where the system tells."""
    status = Path("/proc/self/status")
    if status.exists():  # Linux, whose ru_maxrss counts what the process was started from, too
        most = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return {"gigabytes": int(most.split()[1]) * 1024 / 1e9}
    try:
        import resource
    except ImportError:  # Windows
        return {}
    unit = 1 if sys.platform == "darwin" else 1024
    return {"gigabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9}


def write_full_size(archive: Path, path: Path, size: int = FULL) -> int:
    """Write an archive with so many training pairs, by repeating those of another; return how many it has."""
    with fetch.open_member(archive, _MEMBER) as lines:
        pairs = [(row["gold_label"], row["sentence1"], row["sentence2"]) for row in map(json.loads, lines)]
    endings = cycle(["", "here", "there", "now", "then", "today", "outside", "again", "together", "alone"])
    repeated = ((pair, ending) for ending in endings for pair in pairs)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as out, out.open(_MEMBER, "w") as file:
        for (label, premise, hypothesis), ending in islice(repeated, size):
            row = {"gold_label": label, "sentence1": f"{premise} {ending}", "sentence2": f"{hypothesis} {ending}"}
            file.write(json.dumps(row).encode() + b"\n")
    return size


if __name__ == "__main__":
    print(json.dumps(encode(Path(sys.argv[1]), sys.argv[2])))
