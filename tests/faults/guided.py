"""Fuzzing guided by what the code does with each input: ``python -m tests.faults.guided READER SECONDS FOLDER``.

Hypothesis draws what a person thought of. Atheris keeps each input that reached a branch of ours for the first time,
and changes it further. It ends with status 0 if everything was read, or refused by an error that names the file.
"""

import sys
import warnings
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["infersent.data", "infersent.study", "infersent.text"]):
    from infersent.data import load, read_sentence_pairs
    from infersent.study.grid import read_grid
    from infersent.text.tokenizer import split_words

#: What starts each reader's search: files that it reads.
SEEDS = {
    "csv": [
        b'premise,hypothesis,label\r\na dog,"a ""cat""",yes\r\n\r\nc,d,no',
        b"sep=;\r\na;b;label\r\n1;2;0.5\r\n",
    ],
    "tsv": [b"\xef\xbb\xbfpremise\thypothesis\tlabel\na\tb\tyes\n", "premise\tb\tlabel\n".encode("utf-16")],
    "jsonl": [b'{"premise": "a", "hypothesis": "b", "label": "yes"}\n{"premise": 1, "hypothesis": null, "label": 0.5}'],
    "txt": [b"premise\thypothesis\tlabel\na dog\tno cat\tno\n"],
    "grid": [b'[fixed]\nhidden = 64\ncorpus = "captions"\n[[vary]]\nblocks = [["u", "v"], ["u*v"]]\nseed = [0, 1]\n'],
    "text": ["A dog's “don't”, 3.5% of 1,000 … \u202e\ufeff\U0001f415".encode()],
}


def read(reader: str, content: bytes, folder: Path) -> None:
    """Have one input read; an error that is no refusal passes through."""
    if reader == "text":
        split_words(content.decode("utf-8", "replace"))
        return
    file = folder / ("grid.toml" if reader == "grid" else f"mine.{reader}")
    file.write_bytes(content)
    for function in [read_grid] if reader == "grid" else [load, read_sentence_pairs]:
        try:
            function(file)
        except (ValueError, OSError) as error:
            if file.name not in str(error):  # commands print this line and nothing else
                raise AssertionError(f"{function.__name__} does not say what it refused") from error


def main(reader: str, seconds: str, folder: str) -> None:
    """Search for so many seconds; what breaks the reader is left in the folder."""
    warnings.simplefilter("ignore")
    kept = Path(folder) / "kept"
    kept.mkdir(parents=True)
    for number, seed in enumerate(SEEDS[reader]):
        (kept / str(number)).write_bytes(seed)
    options = [f"-max_total_time={seconds}", "-max_len=2000", f"-artifact_prefix={folder}/", "-verbosity=0", str(kept)]
    atheris.Setup([sys.argv[0], *options], lambda content: read(reader, content, Path(folder)))
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
