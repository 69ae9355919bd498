"""``infersent data``."""

from __future__ import annotations

from typing import Annotated

import tyro

from infersent.cli.options import Columns, Names, columns, is_file, load_split
from infersent.data import CORPORA, fetch, load, read_examples, read_pairs, snli
from infersent.foundation.choices import choose


def data(
    name: Annotated[str, tyro.conf.Positional] = "snli", *, text: Columns = None, label: Names = (), labels: Names = ()
) -> None:
    """Download and check a corpus or an archive, and say where it is and what it holds.

    For example: infersent data snli; infersent data captions; infersent data glove.6B.zip;
    infersent data mine.csv --text question1 question2 --label is_duplicate

    Args:
        name: snli, captions, probes, sick, stsb, mrpc, a file of your own (.csv, .tsv, .txt, .jsonl, .parquet), or an
            archive: snli_1.0.zip, glove.6B.zip, glove.840B.300d.zip.
        text: The file's two columns of texts. Guessed, and told, if left out.
        label: The file's column of labels or scores.
        labels: The names of the labels in their order, if the column has their numbers, from 0.
    """
    if name in fetch.ARCHIVES:
        path = fetch.fetch(name)
        part = ", a part of the official archive" if fetch.is_part(path) else ""
        print(f"{path}: {path.stat().st_size:,} bytes{part}")
        return
    options = columns(name, text, label, labels)
    if is_file(name):
        print(read_pairs(name, **options) if labels else read_examples(name, **options))
        return
    choose("corpus or archive", name, dict.fromkeys([*CORPORA, *fetch.ARCHIVES]))
    for split in ("test",) if name == "probes" else ("train", "dev", "test"):
        print(load(name, split) if name == "stsb" else load_split(name, split))
    if name == "snli" and not fetch.is_part(fetch.fetch(snli.ARCHIVE)):
        print(snli.load("train"))
