"""``python -m infersent.choose.spaces --out FOLDER …``: every encoder that has no record yet.

The encoders are ``GRID=FOLDER`` (the checkpoints of a grid's trials, each in a folder named by the trial's key),
``infersent``, ``words``, and ``minilm=NAME`` (a folder or name that sentence-transformers loads).
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from infersent.choose.spaces.measuring import Embed, form_weights, measure
from infersent.choose.spaces.records import FAMILIES, Encoder, write_spaces
from infersent.choose.spaces.tasks import TASKS, Benchmark
from infersent.choose.texts import TextPairs, corpus_pairs, encode_pairs
from infersent.foundation.arrays import Array, Floats
from infersent.foundation.choices import choose
from infersent.model.features import LETTERS, Blocks
from infersent.model.infersent import InferSent
from infersent.study.grid import read_grid
from infersent.text.bag_of_words import mean_of_words
from infersent.text.vectors import shipped_vectors


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure the encoders that are named; what was measured before is kept."""
    parser = argparse.ArgumentParser(
        prog="python -m infersent.choose.spaces",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("encoders", nargs="+", metavar="ENCODER", help="as above")
    parser.add_argument("--out", required=True, help="the folder of the records, one file for each encoder")
    parser.add_argument(
        "--sets", nargs="+", metavar="BLOCKS", help="solve heads on these sets only; wide ones take long"
    )
    given = parser.parse_args(arguments)
    out = Path(given.out)
    todo = [one for name in given.encoders for one in _named(name) if not (out / f"{_file(one[0])}.jsonl").exists()]
    if not todo:
        return 0
    benchmarks, dev = [Benchmark.load(name) for name in TASKS], corpus_pairs("stsb", "dev", "scores")
    for encoder, source in todo:
        embed, weights = _opened(encoder, source)
        space = measure(encoder, embed, benchmarks, dev, weights=weights, sets=given.sets)
        write_spaces([space], out / f"{_file(encoder)}.jsonl")
        shown = ", ".join(
            f"{task} {100 * max(one.score for one in scores.values()):.1f}" for task, scores in space.scores.items()
        )
        print(f"{encoder}: best of each {shown} in {space.seconds} s", flush=True)
    return 0


def _named(name: str) -> Iterator[tuple[Encoder, str | None]]:
    """Yield the encoders that an argument names, and where each is."""
    family, _, place = name.partition("=")
    choose("family of encoders", family, FAMILIES)
    if family in ("infersent", "words", "minilm"):
        yield Encoder(family), place or None
        return
    for trial in read_grid(family):
        folder = Path(place) / trial.key
        if (folder / "model.safetensors").exists():  # a training that goes on elsewhere may not be done
            yield Encoder(family, ", ".join(trial.recipe.model.blocks), trial.recipe.training.seed), str(folder)


def _opened(encoder: Encoder, source: str | None) -> tuple[Embed, Floats | None]:
    """Return what turns texts into vectors, and the weights of its training's own form."""
    if encoder.family == "words":
        return lambda texts: mean_of_words(texts, shipped_vectors()).astype(np.float64), None
    if encoder.family == "minilm":

        def embed(texts: list[str]) -> Array:
            return np.asarray(encode_pairs(TextPairs(texts, texts, (), ""), source)[0].distinct)

        return embed, None
    model = InferSent.from_pretrained(source)
    return lambda texts: np.asarray(model.encode(texts)), form_weights(model)


def _file(encoder: Encoder) -> str:
    """Return the name of an encoder's record: letters for the blocks, since a file's name has no bars or stars."""
    blocks = "".join(LETTERS.get(name, name) for name in Blocks(encoder.blocks)) if encoder.blocks else ""
    return "-".join(part for part in (encoder.family, blocks, str(encoder.seed)) if part)


if __name__ == "__main__":
    raise SystemExit(main())
