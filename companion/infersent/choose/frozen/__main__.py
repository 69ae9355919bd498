"""``python -m infersent.choose.frozen VECTORS --encoder minilm --out FOLDER``: every setting that has no record yet."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from infersent.choose.frozen.coordinates import measure
from infersent.choose.frozen.fitting import fit
from infersent.choose.frozen.records import read_runs, write_runs
from infersent.choose.frozen.trials import ENCODERS, settings
from infersent.choose.frozen.vectors import SentenceVectors
from infersent.foundation.recorded import save_record


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the declaration asks of an encoder's vectors; what was run before is kept."""
    parser = argparse.ArgumentParser(prog="python -m infersent.choose.frozen", description=__doc__)
    parser.add_argument("vectors", help="a file that SentenceVectors.save wrote, vectors not scaled")
    parser.add_argument("--encoder", choices=sorted(ENCODERS), default="minilm")
    parser.add_argument("--out", required=True, help="the folder of the records, one file for each setting")
    given = parser.parse_args(arguments)
    out = Path(given.out)
    sentences = SentenceVectors.load(given.vectors)
    known = {run.setting: run for run in read_runs(sorted(out.glob("*.jsonl")))}
    for place, (setting, sets) in enumerate(settings(given.encoder)):
        if setting in known or setting.pairs > len(sentences.train):
            continue
        plain = known.get(replace(setting, change="none"))
        given_penalties = plain.penalties if plain and setting.change != "none" and not setting.anew else None
        run = known[setting] = fit(setting, sentences, sets, penalties=given_penalties)
        write_runs([run], out / f"{given.encoder}-{place:03d}.jsonl")
        accuracies = {blocks: round(100 * answers.accuracy, 1) for blocks, answers in run.test.items()}
        print(f"{setting}: {json.dumps(accuracies)} in {run.seconds} s", flush=True)
    coordinates = out / f"{given.encoder}-coordinates.json"
    if not coordinates.exists():
        save_record(measure(given.encoder, sentences), coordinates)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
