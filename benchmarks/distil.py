"""How good a model of the shipped size gets if it learns what other runs of ours answer, beside the labels.

    python -m benchmarks.distil [--teachers 11 12] [--temperatures 1 2] [--threads 1] [--out _build/distil]

Knowledge distillation (Hinton et al. 2015, section 2): the teachers are runs of the ``laptop`` recipe with other seeds.
A student of the same size is trained by that recipe, on a mixture of the label and the mean of the teachers' answers.
These may be softened by a temperature; the student is not, so that it learns to be as unsure as they are then. Teachers
and students read the same training pairs. Dev chooses the epoch of each, and the temperature; the test pairs are read
at the end. The figures are accuracies, so a busy machine may make them. A run takes a quarter of an hour on one core
and resumes where it was stopped; ``--only`` gives one run to each of several processes.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from infersent.data import Pairs, load
from infersent.data.snli import hard_test_pairs
from infersent.foundation.arrays import Floats, Ints
from infersent.foundation.atomic import replace_file
from infersent.foundation.provenance import provenance
from infersent.foundation.recorded import save_record
from infersent.foundation.tables import Table
from infersent.model.infersent import InferSent, evaluating
from infersent.text.batching import EncodedPairs, encode_pairs
from infersent.training.evaluation import evaluate
from infersent.training.loop import train
from infersent.training.recipes import RECIPES, Recipe, load_pairs, set_up

#: The teachers' share of a student's target; the label has the rest.
WEIGHT = 0.8
#: The recorded run of the recipe was best after the third epoch; a student has softer targets, and one epoch more.
TEACHER_EPOCHS, STUDENT_EPOCHS = 3, 4


def run(recipe: Recipe, out: Path, targets: Floats | None = None) -> float:
    """Train one model, or go on with it; return its accuracy on dev after the epoch that was best there."""
    setup = set_up(recipe, load_pairs(recipe, "train"), load_pairs(recipe, "dev"))
    pairs = setup.train if targets is None else replace(setup.train, distributions=targets)
    log = train(setup.model, pairs, setup.dev, recipe.training, out=out, resume=True, provenance=setup.provenance)
    return max(epoch.dev_accuracy for epoch in log)


def logits(model: InferSent, pairs: EncodedPairs, at_once: int = 256) -> Floats:
    """Return the model's logits, ``[pairs, labels]``."""
    starts = range(0, len(pairs), at_once)
    rows = [np.arange(start, min(start + at_once, len(pairs))) for start in starts]
    with evaluating(model), torch.inference_mode():
        found: Floats = np.concatenate([model(pairs.batch(some)).numpy() for some in rows])  # [pairs, labels]
    return found


def kept_logits(teacher: Path, pairs: Pairs) -> Floats:
    """Return a finished run's logits of some pairs, once computed and then kept in its folder.

    Other threads would give other last digits, and so other targets: a student would not go on with them.
    """
    file = teacher / "logits.npy"
    if not file.exists():
        model = InferSent.from_pretrained(teacher / "best")
        answers = logits(model, encode_pairs(pairs, model.tokenizer))

        def write(new: Path) -> None:
            with new.open("wb") as numbers:
                np.save(numbers, answers)

        replace_file(file, write, shared=True)  # by whichever student's process comes first
    found: Floats = np.load(file)
    return found


def soft_targets(teachers: Sequence[Floats], labels: Ints, temperature: float, weight: float = WEIGHT) -> Floats:
    """Return what a student should answer, ``[pairs, labels]``.

    Parameters
    ----------
    teachers
        Logits of each, ``[pairs, labels]``.
    labels
        Indices, ``[pairs]``.
    temperature
        Divides the logits: above 1 the answers are less sure.
    weight
        The teachers' share.
    """
    softened = [torch.from_numpy(found / temperature).softmax(1).numpy() for found in teachers]
    answers = np.mean(softened, axis=0)  # [pairs, labels]
    known = np.eye(answers.shape[1])[labels]  # [pairs, labels]
    mixed: Floats = (weight * answers + (1 - weight) * known).astype(np.float32)
    return mixed


def measure(out: Path) -> dict[str, float]:
    """Return a finished run's accuracy on SNLI's test pairs and on those that a hypothesis alone does not answer."""
    model = InferSent.from_pretrained(out)
    test = load("snli", "test")
    right = evaluate(model, encode_pairs(test, model.tokenizer)).correct
    hard = hard_test_pairs()
    return {"test": round(float(right.mean()), 5), "hard": round(float(right[hard].mean()), 5)}


def table(runs: Sequence[dict[str, Any]]) -> Table:
    """Return the accuracies of some runs."""
    rows = [[f"{one['kind']} {one['number']:g}", *(one[part] for part in ("dev", "test", "hard"))] for one in runs]
    return Table(
        ["", "dev", "test", "SNLI-hard"],
        rows,
        formats=dict.fromkeys(["dev", "test", "SNLI-hard"], ".1%"),
        caption="A teacher is a run by its seed, a student one by the temperature of its teachers' answers.",
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Train what is missing; write the record once every run is there."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--teachers", type=int, nargs="+", default=[11, 12], help="their seeds")
    parser.add_argument("--temperatures", type=float, nargs="+", default=[1.0, 2.0], help="a student for each")
    parser.add_argument("--only", help='one run, such as "teacher-11" or "student-2"')
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("_build/distil"), help="a folder; the runs go on in it")
    given = parser.parse_args(arguments)
    names = [f"teacher-{seed}" for seed in given.teachers] + [f"student-{number:g}" for number in given.temperatures]
    if given.only not in (None, *names):
        parser.error(f"--only {given.only} is none of these runs: {', '.join(names)}.")
    torch.set_num_threads(given.threads)
    recipe = RECIPES["laptop"]
    runs: list[dict[str, Any]] = []
    for seed in given.teachers:
        if given.only in (None, f"teacher-{seed}"):
            teacher = replace(recipe, training=replace(recipe.training, seed=seed, epochs=TEACHER_EPOCHS))
            runs.append({"kind": "teacher", "number": seed, "dev": run(teacher, given.out / f"teacher-{seed}")})
    wanted = [number for number in given.temperatures if given.only in (None, f"student-{number:g}")]
    if wanted:
        pairs = load_pairs(recipe, "train")
        answers = [kept_logits(given.out / f"teacher-{seed}", pairs) for seed in given.teachers]
    for temperature in wanted:
        student = replace(recipe, training=replace(recipe.training, epochs=STUDENT_EPOCHS))
        targets = soft_targets(answers, pairs.labels, temperature)
        dev = run(student, given.out / f"student-{temperature:g}", targets)
        runs.append({"kind": "student", "number": temperature, "dev": dev})
    if given.only is None:
        for one in runs:
            one |= measure(given.out / f"{one['kind']}-{one['number']:g}" / "best")
        chosen = max((one for one in runs if one["kind"] == "student"), key=lambda one: one["dev"])
        record = {"made_by": "benchmarks.distil", "weight": WEIGHT, "runs": runs, "chosen": chosen["number"]}
        save_record(record | provenance("cpu"), given.out / "distilled.json")
        print(table(runs))
    return 0


if __name__ == "__main__":
    sys.exit(main())
