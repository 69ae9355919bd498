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

import numpy as np

import infersent
from infersent.data import load
from infersent.model.infersent import ModelConfig
from infersent.text.vocabulary import Vocabulary
from infersent.widgets import (
    AblationExplorer,
    DiagonalOrFull,
    Explainer,
    FeatureExplorer,
    Hero,
    LearnTheProduct,
    LedgerBill,
    SentenceMap,
    SignLab,
    WhichHeads,
    WordWinners,
    page_model,
)
from infersent.widgets.explainer import WEAKNESSES
from infersent.widgets.hero import describe, moves, picture, probabilities

TEXTS = [
    ("A man in a red shirt is playing a guitar.", "A musician is performing."),
    ("The children aren't sleeping.", "The children are awake."),
    ("A zorbish man can't swim.", "Nobody's here, naïve CAFÉ!"),
    ("", "A dog runs."),
]
BLOCKS = (["u", "v"], ["u", "v", "u*v"], ["|u-v|"], ["u*v"], ["u-v", "u*v"], [])
SUBSETS = (["u"], ["v"], ["u", "v"], ["u", "v", "u*v"], ["|u-v|", "u*v"], list(infersent.BLOCKS))


#: Texts for a model of two labels that splits scripts without blanks.
OTHER_TEXTS = [("犬が走る。", "a dog runs"), ("我在看书 dog", "กิน ข้าว"), ("", "a dog isn't 犬")]


def expected(folder: Path) -> dict[str, Any]:
    """Return the inputs and what Python makes of them, by widget; other files go to the folder."""
    draw = random.Random(0)
    return {
        "explainer": explainer(),
        "other": other(folder),
        "features": [features(draw.uniform(-1, 1), draw.uniform(-1, 1)) for _ in range(50)] + [features(0.5, 0.5)],
        "forms": [form(draw) for _ in range(100)],
        "heads": [
            head(target, blocks)
            for target, blocks in product(("AND", "XOR", "table", "equal", "u>v", "same sign"), BLOCKS)
        ],
        "signs": [signs(*case) for case in ((1, "max", 0.0, 0), (8, "max", 0.6, 7), (20, "mean", 0.3, 999_999))],
        "ablation": ablation(),
        "curves": LearnTheProduct().curves,
        "hero": hero(),
        "winners": winners(),
        "bill": bill(),
        "map": sentence_map(),
    }


def explainer() -> dict[str, Any]:
    widget = Explainer()
    (file,) = Path(infersent.__file__).parent.rglob(widget.weights["file"])
    accounts = []
    for widget.premise, widget.hypothesis in TEXTS:
        accounts.append({"account": widget.ledger, "probabilities": list(widget.probabilities().values())})
    return {"file": str(file), "accounts": accounts, "reasons": reasons(), "weaknesses": WEAKNESSES}


def reasons() -> list[dict[str, Any]]:
    """What Python says of many pairs, with blocks on and off; only what the sentence needs."""
    widget = Explainer()
    needed = ("premise", "hypothesis", "blocks", "premise_words", "hypothesis_words", "bias", "by_block")
    found = []
    pairs = load("probes")
    for i in range(0, len(pairs), 4):
        widget.premise, widget.hypothesis = pairs.premises[i], pairs.hypotheses[i]
        for widget.blocks in (list(infersent.BLOCKS), ["u", "v"], ["|u-v|", "u*v"], []):
            account = {name: widget.ledger[name] for name in needed}
            found.append({"account": account, "blocks": widget.blocks, "words": widget.in_words()})
    return found


def other(folder: Path) -> dict[str, Any]:
    """An untrained model with two labels and today's rule of tokens, and its file for a page."""
    words = ["a", "dog", "runs", "not", "犬", "走", "が", "书", "กิ", "."]
    vectors = np.random.default_rng(0).standard_normal((len(words), 8)).astype(np.float32)
    vocabulary = Vocabulary([], words, vectors, {})
    config = ModelConfig(hidden=6, head="linear", blocks=("u", "v", "|u-v|", "u*v"))
    model = infersent.InferSent.from_vocabulary(config, vocabulary, seed=1, labels=("other", "same")).eval()
    widget = Explainer(model)
    accounts = []
    for widget.premise, widget.hypothesis in OTHER_TEXTS:
        accounts.append({"account": widget.ledger, "probabilities": list(widget.probabilities().values())})
    return {"file": str(page_model.export(model, folder)), "accounts": accounts}


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


def hero() -> dict[str, Any]:
    widget = Hero()
    pictures = []
    for name, drawn in widget.pairs:
        for off in ([], ["u*v"], ["|u-v|"], ["|u-v|", "u*v"]):
            on = [block for block in infersent.BLOCKS if block not in off]
            wide = picture.widths(moves(drawn, on))
            pictures.append(
                {
                    "name": name,
                    "blocks": on,
                    "shares": probabilities(drawn, on),
                    "widths": wide,
                    "ribbons": [picture.ribbons(wide)[block] for block in picture.ORDER],
                    "collector": picture.collector(wide),
                    "words": list(describe(drawn, on)),
                }
            )
    wires = [{"side": side, "path": path} for side, path in picture.wires()]
    shades = [[x / 20, picture.shade(x / 20)] for x in range(-2, 21)]
    return {"pairs": dict(widget.pairs), "pictures": pictures, "wires": wires, "shades": shades}


def winners() -> list[dict[str, Any]]:
    widget, cases = WordWinners(), []
    for preset, edit in product(list(widget.presets), ("", "out", "swap")):
        widget.sentence, widget.word, widget.instead = preset["sentence"], preset["word"], preset["instead"]
        widget.edit = edit
        readings = [widget.readings[" ".join(words)] for words in (widget.words(), widget.words_after())]
        found = {"counts": widget.counts(), "after": widget.winners_after(), "moved": len(widget.moved())}
        state = {name: getattr(widget, name) for name in ("sentence", "word", "edit", "instead")}
        cases.append({"state": state, "readings": readings, **found})
    return cases


def bill() -> dict[str, Any]:
    widget, cases = LedgerBill(), []
    state = widget.state()
    for pair, block, label in product(range(len(widget.pairs)), widget.blocks, widget.labels):
        widget.item, widget.pair, widget.block, widget.label = -1, pair, block, label
        widget.item = 0
        levels = {"lines": widget.lines(), "words": widget.lines_of_block(), "numbers": widget.lines_of_item()}
        shown = {name: [[line.name, line.cents] for line in lines] for name, lines in levels.items()}
        cases.append({"pair": pair, "block": block, "label": label, "item": 0, **shown})
    return {"state": state, "cases": cases}


def sentence_map() -> dict[str, Any]:
    """The maps, and what each of some sentences is to its neighbours."""
    widget, relations = SentenceMap(), []
    for encoder, sentence in product(("glove", "shipped"), widget.sentences[:12]):
        widget.encoder, widget.sentence = encoder, sentence
        found = [neighbour.relation for neighbour in widget.neighbours()]
        relations.append({"encoder": encoder, "sentence": sentence, "relations": found})
    return {"maps": widget.maps, "relations": relations}


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.write_text(json.dumps(expected(target.parent)), encoding="utf-8")
