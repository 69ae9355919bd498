"""Training steps: ours and the textbook's in turn, as pairs per second and as shares of the machine's peak."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from benchmarks import material
from benchmarks.figures import Figure, Record, Target
from benchmarks.flops import Load, linear_layers, training_step
from benchmarks.material import Material
from benchmarks.peak import Turn, cores, in_turn, of_threads, threads
from benchmarks.products import Products, Shape, batch_sizes, classifying_and_learning, learning, reading
from benchmarks.settings import Settings
from benchmarks.textbook import BATCH, TextbookTraining
from infersent.foundation.arrays import Ints
from infersent.model.infersent import InferSent
from infersent.text.batching import EncodedPairs, shuffled_batches
from infersent.training.config import TrainingConfig

#: Of the machine's peak, for these sizes.
SHARE = {hidden: Target("at least", 0.70) for hidden in (256, 512, 2048)}
#: Times the textbook's pairs per second.
GAIN = {512: Target("at least", 3.0)}
#: The name of the work that is our step's products and nothing else.
ALONE = "our products alone"


class OurTraining:
    """The steps of :mod:`infersent.training.loop`: each sentence of a batch encoded once, clipped gradients, Adam.

    Parameters
    ----------
    model
        Trained in place.
    pairs
        To train on.
    """

    def __init__(self, model: InferSent, pairs: EncodedPairs) -> None:
        self.model, self.pairs = model.train(), pairs
        self.parameters = [p for p in model.parameters() if p.requires_grad]
        self.optimizer = torch.optim.Adam(self.parameters)

    def steps(self, batches: Sequence[Ints]) -> float:
        """Learn from some batches, one after the other; return the last loss."""
        last = 0.0
        for rows in batches:
            self.optimizer.zero_grad(set_to_none=True)
            batch = self.pairs.batch(rows)
            loss = F.cross_entropy(self.model(batch), batch.labels)
            loss.backward()
            nn.utils.clip_grad_norm_(self.parameters, 5.0)
            self.optimizer.step()
            last = loss.item()
        return last


def run(record: Record, settings: Settings) -> None:
    """Measure every size with one thread and with two."""
    data = material.load(small=settings.small)
    print(f"training on {data.name}, {len(data.pairs):,} pairs", flush=True)
    for hidden in settings.hidden:
        for number in sorted({1, min(2, cores())}):
            with threads(number):
                measure(record, data, hidden, f"{hidden} units, {of_threads(number)}", settings)


def measure(record: Record, data: Material, hidden: int, what: str, settings: Settings) -> None:
    """Measure one size with torch's present number of threads."""
    size = TrainingConfig().batch_size
    count = max(1, settings.amount // hidden // size)  # of batches in a turn
    ours = evenly(data.pairs, shuffled_batches(data.pairs, size, seed=0, epoch=1), count)
    rows = np.random.default_rng(0).permutation(len(data.pairs))[: max(BATCH, settings.amount // hidden)]
    plain = [rows[start : start + BATCH] for start in range(0, len(rows), BATCH)]
    pairs = {"ours": sum(map(len, ours)), "textbook": len(rows)}

    model = data.model.untrained(hidden=hidden)
    textbook, training = TextbookTraining(model, data.pairs), OurTraining(model, data.pairs)
    products = Products([shape for rows in ours for shape in shapes(model, data.pairs, rows, data.trained_words)])
    turns = in_turn(
        {"ours": lambda: training.steps(ours), "textbook": lambda: textbook.steps(plain), ALONE: products.compute},
        limit=settings.seconds,
        side=settings.side,
    )
    loads = {
        "ours": [Load.of(data.pairs, rows, once=True, trained=data.trained_words) for rows in ours],
        "textbook": [Load.of(data.pairs, rows, once=False) for rows in plain],
    }

    def add(
        name: str, unit: str, values: list[float], target: Target | None = None, why: str | None = None, **more: bool
    ) -> None:
        record.add(Figure.of("training", f"{what}, {name}", unit, values, target, why=why, **more))

    def gains(name: str, alike: str) -> list[float]:
        scale = pairs[alike] / pairs["textbook"]
        return [b.seconds / a.seconds * scale for a, b in zip(turns[name], turns["textbook"], strict=True)]

    most = f"its products alone would be {np.median(gains(ALONE, 'ours')):.1f} times as fast"
    add("ours against the textbook", "times the pairs/s", gains("ours", "ours"), GAIN.get(hidden), most)
    operations = {name: sum(training_step(load, model) for load in each) for name, each in loads.items()}
    ceiling = [operations["ours"] / turn.seconds / turn.peak for turn in turns[ALONE]]
    add(ALONE, "of peak", ceiling)
    for name in loads:
        found = turns[name]
        shares = [operations[name] / turn.seconds / turn.peak for turn in found]
        target, why = (SHARE.get(hidden), reason(found, turns[ALONE], ceiling)) if name == "ours" else (None, None)
        add(name, "of peak", shares, target, why)
        words = sum(load.words for load in loads[name])
        for unit, amount in (("pairs/s", pairs[name]), ("words/s", words), ("GFLOP/s", operations[name] / 1e9)):
            add(name, unit, [amount / turn.seconds for turn in found], detail=unit != "pairs/s")


def shapes(model: InferSent, pairs: EncodedPairs, rows: Ints, trained: int) -> list[Shape]:
    """Return the shapes of all products of our step on the pairs at ``rows``; ids below ``trained`` learn."""
    sizes = batch_sizes(pairs.batch(rows).lengths)
    dim, hidden = model.encoder.embedding.dim, model.config.hidden
    trained_words = Load.of(pairs, rows, once=True, trained=trained).trained_words
    return [
        *reading(sizes, dim, hidden, together=True),
        *classifying_and_learning(len(rows), linear_layers(model)),
        *learning(sizes, dim, hidden, trained_words),
    ]


def reason(ours: Sequence[Turn], alone: Sequence[Turn], ceiling: Sequence[float]) -> str:
    """Return why a share of the peak is not higher: what the products reach alone, and how much of the time is theirs.

    Parameters
    ----------
    ours, alone
        The turns of a work and of its products alone.
    ceiling
        The products' shares of the peak.
    """
    time = np.median([b.seconds / a.seconds for a, b in zip(ours, alone, strict=True)])
    return f"its products alone reach {np.median(ceiling):.2f}, in {time:.0%} of its time"


def evenly(pairs: EncodedPairs, plan: list[Ints], count: int) -> list[Ints]:
    """Return some batches of an epoch that stand for all of them: evenly spaced in the order of their words.

    Parameters
    ----------
    pairs, plan
        The epoch's batches; the last, which may be smaller, is left out if there are others.
    count
        How many; more than there are gives all, some of them again.
    """
    whole = [rows for rows in plan if len(rows) == len(plan[0])] or plan
    words = [int(pairs.lengths[np.concatenate([pairs.premises[rows], pairs.hypotheses[rows]])].sum()) for rows in whole]
    order = np.argsort(words, kind="stable")
    return [whole[order[int((i + 0.5) / count * len(whole))]] for i in range(count)]
