"""Write what Python computes, for the JavaScript tests to agree with.

python tests/javascript/expected.py expected.json
"""

from __future__ import annotations

import dataclasses
import json
import math
import random
import sys
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

import infersent
from infersent.data import load
from infersent.model.infersent import ModelConfig
from infersent.study.subsets import PARTS
from infersent.study.subsets import SUBSETS as EVERY_SUBSET
from infersent.text.vocabulary import Vocabulary
from infersent.widgets import (
    AblationExplorer,
    BlockKnife,
    BlockLattice,
    DiagonalOrFull,
    Explainer,
    FeatureExplorer,
    FeatureWorkbench,
    Hero,
    HypothesisGame,
    LearnTheProduct,
    LedgerBill,
    SentenceMap,
    SignLab,
    TrainingReplay,
    WhichHeads,
    WordWinners,
    page_model,
)
from infersent.widgets.explainer import WEAKNESSES
from infersent.widgets.feature_workbench.formula import FormulaError, parse
from infersent.widgets.hero import describe, moves, picture, probabilities

TEXTS = [
    ("A man in a red shirt is playing a guitar.", "A musician is performing."),
    ("The children aren't sleeping.", "The children are awake."),
    ("A zorbish man can't swim.", "Nobody's here, naïve CAFÉ!"),
    ("", "A dog runs."),
]
BLOCKS = (["u", "v"], ["u", "v", "u*v"], ["|u-v|"], ["u*v"], ["u-v", "u*v"], [])
SUBSETS = (["u"], ["v"], ["u", "v"], ["u", "v", "u*v"], ["|u-v|", "u*v"], list(infersent.BLOCKS))


SUBSETS_OF_FOUR = [name.split(", ") for name in EVERY_SUBSET]

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
        "lattice": block_lattice(),
        "replay": training_replay(),
        "curves": LearnTheProduct().curves,
        "hero": hero(),
        "winners": winners(),
        "bill": bill(),
        "knife": knife(),
        "game": game(),
        "map": sentence_map(),
        "workbench": workbench(draw),
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


def block_lattice() -> dict[str, Any]:
    """What Python says of every subset and of every block, on every part of test, whatever was guessed."""
    widget = BlockLattice()
    states = []
    for part in PARTS:
        widget.part = part
        for subset, block, guess in [
            *product(SUBSETS_OF_FOUR, [""], ["", "-"]),
            *(([one], "", other) for one, other in product(infersent.BLOCKS, infersent.BLOCKS)),
            *((["u"], block, "-") for block in infersent.BLOCKS),
        ]:
            widget.subset, widget.block, widget.guess = subset, block, guess
            state = {"subset": widget.subset, "block": block, "part": part, "guess": guess}
            states.append({"state": state, "words": widget.words(), "steps": [step[:3] for step in widget.steps()]})
    return {"parts": widget.parts, "states": states}


def training_replay() -> dict[str, Any]:
    widget = TrainingReplay()
    told = []
    for blocks, look, guess in product([run["blocks"] for run in widget.runs], range(0, 31), (0, 3)):
        widget.blocks, widget.look, widget.guess = blocks, look, guess
        told.append({"blocks": blocks, "look": look, "guess": guess, "words": widget.words()})
    return {"runs": widget.runs, "told": told}


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


def knife() -> dict[str, Any]:
    widget, cases = BlockKnife(), []
    draw = random.Random(1)
    scales = [dict.fromkeys(infersent.BLOCKS, 1.0), *({name: 0.0} for name in infersent.BLOCKS), {"u": 0.0, "v": 0.0}]
    scales += [{name: draw.randint(0, 20) / 10 for name in infersent.BLOCKS} for _ in range(4)]
    for some, fill in product(scales, ("zeros", "mean", "another")):
        full = {name: some.get(name, 1.0) for name in infersent.BLOCKS}
        cut = widget.cut(full, fill)
        cases.append({"scales": full, "fill": fill, "cut": dataclasses.asdict(cut)})
    return {"state": widget.state(), "cases": cases}


def game() -> dict[str, Any]:
    cases, draw = [], random.Random(2)
    for deck, played in product((0, 1), (0, 1, 5, 12)):
        guesses = [draw.randrange(3) for _ in range(played)]
        widget = HypothesisGame(deck=deck, guesses=guesses, round=played)
        cases.append({"deck": deck, "guesses": guesses, "machine": widget.machine(), "score": widget.score()})
    return {"state": HypothesisGame().state(), "cases": cases}


def sentence_map() -> dict[str, Any]:
    """The maps, and what each of some sentences is to its neighbours."""
    widget, relations = SentenceMap(), []
    for encoder, sentence in product(("glove", "shipped"), widget.sentences[:12]):
        widget.encoder, widget.sentence = encoder, sentence
        found = [neighbour.relation for neighbour in widget.neighbours()]
        relations.append({"encoder": encoder, "sentence": sentence, "relations": found})
    return {"maps": widget.maps, "relations": relations}


#: Formulas that show every kind of fact, and texts that are none.
WORKBENCH = (
    *("u*v", "|u-v|", "max(v-u,0)", "(u*v)^2", "|u|-|v|", "u/v", "u*v*(u-v)", "max(u,v)", "u^2-v^2", "u-v", "3*u-2"),
    *("log(u)", "sqrt(v)", "1/(u-v)", "u/(u+v)", "sign(u*v)", "tanh(9*u)*v", "exp(-u)+v^3", "u-u", "log(-1-u^2)"),
    *("1/(|u|+|v|)", "min(u,0.5)*v", "u^0.5", "relu(-u)", "2^u-v", "log(u*v)", "1e200*u*v", "square(u-v)"),
)
NO_FORMULAS = (
    *("", " ", "u+", "2u", "uv", "u v", "|u|v|", "(u", "|u", "u)", "u,v", "sqrt u", "max(u)", "abs(u,v)", "foo(u)"),
    *(
        "u$v",
        "3",
        "u+1/0",
        "log(0)*u",
        "*u",
        "u**",
        "max(u,v",
        "u+(v",
        "𝔘+u",
        "u;v",
        "((((((((((((((((((((((((((u",
        "()",
    ),
    *("u" * 121, "1e999*u", "-" * 30 + "u", "u^", "v(u)", "u..5", "alert(1)", "u'", "(-8)^0.5*u", "u|"),
)


def workbench(draw: random.Random) -> dict[str, Any]:
    """Formulas with their values, slopes, facts, code, heads and caption pairs; messages for texts that are none."""
    cases = []
    for text in WORKBENCH:
        widget = FeatureWorkbench(formula=text)
        found = {str(widget.signed): facts_of(widget)}
        widget.signed = False
        found[str(widget.signed)] = facts_of(widget)
        hits = [widget.hits(target)[0] for target in ("AND", "XOR", "table", "equal", "u>v", "same sign")]
        cases.append({"text": text, "facts": found, "hits": hits, "lines": widget.lines()})
    fits = []
    for text in WORKBENCH[:12]:
        widget = FeatureWorkbench(formula=text)
        fit, gains = widget.captions(), widget.gains().values()
        one = {"correct": fit.correct.tolist(), "scores": fit.scores[::50].ravel().tolist(), "undefined": fit.undefined}
        told = [[gain.difference, *gain.interval, gain.outcome] for gain in gains]
        fits.append({"text": text, **one, "gains": told})
    file = Path(infersent.widgets.__file__).parent / "feature_workbench" / "captions.txt"
    return {
        "cases": cases,
        "fits": fits,
        "file": str(file),
        "random": [sloped(typed(draw, 4), draw) for _ in range(500)],
        "errors": [[text, message_of(text)] for text in NO_FORMULAS],
    }


def facts_of(widget: FeatureWorkbench) -> dict[str, Any]:
    return {name: finite_or_none(value) for name, value in dataclasses.asdict(widget.facts()).items()}


def finite_or_none(value: Any) -> Any:
    """JSON has no nan and no infinity."""
    if isinstance(value, tuple):
        return [finite_or_none(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def typed(draw: random.Random, depth: int) -> str:
    """A random formula as a hand might type it."""
    kind = draw.choice(["leaf", "sum", "product", "power", "call", "bars", "brackets", "sign"] if depth else ["leaf"])
    one, other = (typed(draw, depth - 1) if depth else "" for _ in range(2))
    if kind == "leaf":
        return draw.choice(["u", "v", "u", "v", "2", "0.5", ".25", "3e-1"])
    if kind in ("sum", "product", "power"):
        sign = draw.choice({"sum": "+-−", "product": "*/∗", "power": ["^", "**"]}[kind])
        return (
            f"{one}{draw.choice(['', ' '])}{sign}{other}" if kind != "power" else f"({one}){sign}{draw.choice('123')}"
        )
    if kind == "call":
        name = draw.choice(["abs", "max", "min", "sqrt", "exp", "log", "tanh", "relu", "sign", "square"])
        return f"{name}({one}, {other})" if name in ("max", "min") else f"{name}({one})"
    return {"bars": f"|{one}|", "brackets": f"({one})", "sign": f"-{one}"}[kind]


def sloped(text: str, draw: random.Random) -> dict[str, Any]:
    """What a formula, or a text that is none, gives at a few points: values and slopes."""
    points = [(draw.uniform(-1, 1), draw.uniform(-1, 1)) for _ in range(4)]
    message = message_of(text)
    if message:
        return {"text": text, "message": message}
    widget = FeatureWorkbench(formula=text)
    found = []
    for widget.u, widget.v in points:
        found.append([widget.u, widget.v, finite_or_none(widget.value())])
    return {"text": text, "points": found, "code": parse(text).code()}


def message_of(text: str) -> str:
    try:
        parse(text)
    except FormulaError as error:
        return str(error)
    return ""


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.write_text(json.dumps(expected(target.parent)), encoding="utf-8")
