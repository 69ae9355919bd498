"""Write what Python computes, for the JavaScript tests to agree with.

python tests/javascript/expected.py expected.json
"""

from __future__ import annotations

import json
import random
import sys
from itertools import product
from pathlib import Path
from typing import Any

import infersent
from infersent.widgets import (
    AblationExplorer,
    DiagonalOrFull,
    Explainer,
    FeatureExplorer,
    LearnTheProduct,
    SignLab,
    WhichHeads,
)

TEXTS = [
    ("A man in a red shirt is playing a guitar.", "A musician is performing."),
    ("The children aren't sleeping.", "The children are awake."),
    ("A zorbish man can't swim.", "Nobody's here, naïve CAFÉ!"),
    ("", "A dog runs."),
]
BLOCKS = (["u", "v"], ["u", "v", "u*v"], ["|u-v|"], ["u*v"], ["u-v", "u*v"], [])
SUBSETS = (["u"], ["v"], ["u", "v"], ["u", "v", "u*v"], ["|u-v|", "u*v"], list(infersent.BLOCKS))


def expected() -> dict[str, Any]:
    """Return the inputs and what Python makes of them, by widget."""
    draw = random.Random(0)
    return {
        "explainer": explainer(),
        "features": [features(draw.uniform(-1, 1), draw.uniform(-1, 1)) for _ in range(50)] + [features(0.5, 0.5)],
        "forms": [form(draw) for _ in range(100)],
        "heads": [
            head(target, blocks)
            for target, blocks in product(("AND", "XOR", "table", "equal", "u>v", "same sign"), BLOCKS)
        ],
        "signs": [signs(*case) for case in ((1, "max", 0.0, 0), (8, "max", 0.6, 7), (20, "mean", 0.3, 999_999))],
        "ablation": ablation(),
        "curves": LearnTheProduct().curves,
    }


def explainer() -> dict[str, Any]:
    widget = Explainer()
    (file,) = Path(infersent.__file__).parent.rglob(widget.weights["file"])
    accounts = []
    for widget.premise, widget.hypothesis in TEXTS:
        accounts.append({"account": widget.ledger, "probabilities": list(widget.probabilities().values())})
    return {"file": str(file), "accounts": accounts}


def features(u: float, v: float) -> dict[str, Any]:
    widget = FeatureExplorer(u=u, v=v)
    return {"u": u, "v": v, "values": [*widget.features().values()], "gradients": [*widget.gradients().values()]}


def form(draw: random.Random) -> dict[str, Any]:
    widget = DiagonalOrFull(
        matrix=[[draw.randint(-9, 9) for _ in range(2)] for _ in range(2)],
        encoders=draw.choice([1, 2]),
        angle=round(draw.uniform(0, 90), 3),
        angle_v=round(draw.uniform(0, 180), 3),
    )
    computed = {"rotated": widget.rotated().tolist(), "share": widget.share()}
    return {**widget.state(), **computed, "best_angle": widget.best_angle(), "best_share": widget.best_share()}


def head(target: str, blocks: list[str]) -> dict[str, Any]:
    widget = WhichHeads(target=target, blocks=blocks, table=[True, False, True, True])
    fit = widget.fit()
    weights = [*fit.weights.values(), fit.bias]
    counts = {"right": fit.right, "count": fit.count, "attainable": fit.attainable}
    return {**widget.state(), **counts, "weights": weights, "probabilities": fit.probabilities.tolist()}


def signs(words: int, pooling: str, alike: float, seed: int) -> dict[str, Any]:
    widget = SignLab(words=words, pooling=pooling, alike=alike, seed=seed)
    drawn = widget.simulate()
    return {
        **widget.state(),
        "states": drawn.states.tolist(),
        "drawn": {"u": drawn.u[:100].tolist(), "positive": drawn.positive, "opposite": drawn.opposite},
        "exact": {"positive": widget.share_positive(), "opposite": widget.share_opposite()},
    }


def ablation() -> dict[str, Any]:
    widget = AblationExplorer()
    verdicts = []
    for widget.first, widget.second in product(SUBSETS, SUBSETS):
        verdicts.append({"first": widget.first, "second": widget.second, "words": widget.verdict()})
    return {"study": widget.studies[widget.study], "verdicts": verdicts, "many": widget.many()}


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(json.dumps(expected()), encoding="utf-8")
