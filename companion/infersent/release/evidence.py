"""Writing the record of where the evidence lies in the shipped model and in the models of the studies."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from tqdm.auto import tqdm

from infersent.data import load
from infersent.foundation.recorded import FOLDER, save_record
from infersent.inside.challenge import run_challenge
from infersent.inside.evidence import Part, by_overlap, coordinates, evidence, sentence_pairs, without
from infersent.inside.interventions import drop, intervene, permute
from infersent.model.features import BLOCKS
from infersent.model.infersent import InferSent
from infersent.study.grid import read_grid
from infersent.text.batching import encode_pairs
from infersent.training.evaluation import evaluate

#: The studies whose models :func:`write_evidence` opens.
OPENED_STUDIES = ("subsets", "controls")

#: How many training pairs a head is fitted again on.
REFIT_PAIRS = 30_000


def write_evidence(
    models: str | Path | None = None, path: str | Path = FOLDER / "evidence.json", *, progress: bool = True
) -> None:
    """Measure the shipped model and the models of the studies.

    Parameters
    ----------
    models
        The folder that ``infersent study run --checkpoints`` filled with the models of ``subsets`` and ``controls``;
        if left out, only the shipped model is measured.
    path
        Where the record goes.
    progress
        Show a bar over the studies' models.
    """
    shipped = InferSent.from_pretrained()
    test = load("snli", "test")
    encoded = encode_pairs(test, shipped.tokenizer)
    train = encode_pairs(load("snli", "train", subset="122k").take(slice(REFIT_PAIRS), "refit"), shipped.tokenizer)
    three = [[name for name in BLOCKS if name != gone] for gone in BLOCKS]
    subsets = [BLOCKS, *three, BLOCKS[:2], BLOCKS[2:], *([name] for name in BLOCKS)]
    record: dict[str, Any] = {
        "shipped": _plain(evidence(shipped, *sentence_pairs(shipped, encoded), encoded.labels)),
        "accuracy": round(evaluate(shipped, encoded).accuracy, 5),
        "dropped": {name: round(intervene(shipped, encoded, {name: drop}).accuracy, 5) for name in BLOCKS},
        "permuted": {name: round(intervene(shipped, encoded, {name: permute()}).accuracy, 5) for name in BLOCKS},
        "without": [asdict(one) for one in without(shipped, train, encoded, subsets)],
        "refit_pairs": REFIT_PAIRS,
        "subsets": [],
        "coordinates": [],
    }
    trials = [(name, trial) for name in OPENED_STUDIES for trial in read_grid(name)] if models else []
    for name, trial in tqdm(trials, desc="the studies' models", unit="model", disable=not progress):
        model = InferSent.from_pretrained(Path(str(models)) / trial.key)
        encoded = encode_pairs(test, model.tokenizer)
        labels = encoded.labels
        u, v = sentence_pairs(model, encoded)
        about = {"blocks": list(trial.model.blocks), "seed": trial.training.seed}
        if name == "subsets":
            found = {
                "evidence": _plain(evidence(model, u, v, labels)),
                "overlap": by_overlap(model, u, v, labels).to_json(),
                "probes": run_challenge(model).answers,
            }
            record["subsets"].append(about | found)
        record["coordinates"].append(about | asdict(coordinates(u, v)))
        if trial == trials[0][1]:
            record["untrained"] = asdict(coordinates(*sentence_pairs(model.untrained(), encoded)))
    save_record(record, path)


def _plain(parts: dict[str, Part]) -> dict[str, Any]:
    return {name: asdict(part) for name, part in parts.items()}
