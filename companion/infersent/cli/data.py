"""``infersent data``."""

from __future__ import annotations

from typing import Annotated

import tyro

from infersent.cli.options import is_file, load_split
from infersent.data import CORPORA, fetch, load, snli
from infersent.foundation.choices import choose


def data(name: Annotated[str, tyro.conf.Positional] = "snli") -> None:
    """Download and check a corpus or an archive, and say where it is and what it holds.

    For example: infersent data snli; infersent data captions; infersent data glove.6B.zip

    Args:
        name: snli, captions, probes, a .tsv/.jsonl file of your own, or an archive: snli_1.0.zip, glove.6B.zip,
            glove.840B.300d.zip.
    """
    if name in fetch.ARCHIVES:
        path = fetch.fetch(name)
        part = ", a part of the official archive" if fetch.is_part(path) else ""
        print(f"{path}: {path.stat().st_size:,} bytes{part}")
        return
    if is_file(name):
        print(load(name))
        return
    choose("corpus or archive", name, dict.fromkeys([*CORPORA, *fetch.ARCHIVES]))
    for split in ("test",) if name == "probes" else ("train", "dev", "test"):
        print(load_split(name, split))
    if name == "snli" and not fetch.is_part(fetch.fetch(snli.ARCHIVE)):
        print(snli.load("train"))
