"""The hero's Python side: its pairs are the model's, its switches exact, its numbers the records'."""

from __future__ import annotations

import html
import re
from types import SimpleNamespace

import numpy as np
import pytest
import torch
import traitlets
from docutils import nodes
from docutils.core import publish_doctree
from docutils.parsers.rst import directives

import infersent
from infersent import InferSent
from infersent.data import LABELS
from infersent.foundation.recorded import load_record
from infersent.inside.interventions import drop
from infersent.model.features import BLOCKS, block_slices, pair_features
from infersent.study.comparison import compare, find_group
from infersent.study.records import load_records
from infersent.widgets import Hero
from infersent.widgets import sphinx as extension
from infersent.widgets.hero import PAIRS, SWITCHED, WORTH, describe, picture
from infersent.widgets.modules import FOLDER


@pytest.fixture(scope="module")
def hero() -> Hero:
    return Hero()


@pytest.mark.parametrize("off", [(), ("u*v",), ("|u-v|",), SWITCHED])
def test_a_switch_puts_zeros_in_its_blocks_place_in_the_shipped_model(hero: Hero, off: tuple[str, ...]) -> None:
    model = InferSent.from_pretrained().eval()
    slices = block_slices(model.encoder.dim, model.config.blocks)
    for (name, drawn), pair in zip(hero.pairs, PAIRS.values(), strict=True):
        features = pair_features(*(torch.from_numpy(model.encode([text])) for text in pair), model.config.blocks)
        for block in off:
            features[:, slices[block]] = drop(features[:, slices[block]])
        with torch.no_grad():
            expected = model.head(features).softmax(dim=1)[0].tolist()
        on = [block for block in BLOCKS if block not in off]
        assert infersent.widgets.hero.probabilities(drawn, on) == pytest.approx(expected, abs=1e-3), name


def test_a_cell_is_the_largest_of_its_coordinates(hero: Hero) -> None:
    model = InferSent.from_pretrained()
    for _, drawn in hero.pairs:
        u, v = model.encode([drawn["premise"], drawn["hypothesis"]])
        for name, value in {"u": u, "v": v, "|u-v|": u - v, "u*v": u * v}.items():
            cells = [np.abs(part).max() for part in np.split(value, picture.CELLS)]
            assert drawn["cells"][name] == pytest.approx(cells, abs=1e-3)


def test_the_buttons_say_what_is_true_of_their_pairs_and_the_model_is_right_but_for_the_last(hero: Hero) -> None:
    answers = [LABELS[int(np.argmax(infersent.widgets.hero.probabilities(drawn, BLOCKS)))] for _, drawn in hero.pairs]
    assert [name for name, _ in hero.pairs] == ["Follows", "May be true", "Cannot be true", "A “not”"]
    assert answers == ["entailment", "neutral", "contradiction", "entailment"]


def test_what_the_difference_is_worth_is_the_studys() -> None:
    """For the product, tests/claims/test_intro.py asserts the same: its thirty seeds take a while to compare."""
    five = load_records("subsets")
    found = compare(find_group(five, blocks="u, v, |u-v|, u*v"), find_group(five, blocks="u, v, u*v"))
    assert WORTH["|u-v|"] == tuple(round(100 * end, 1) for end in found.interval)


def test_the_accuracies_are_the_evidences(hero: Hero) -> None:
    record = load_record("evidence")
    for name in SWITCHED:
        (before, after), worth = hero.study[name]
        assert (before, after) == (round(100 * record["accuracy"], 1), round(100 * record["dropped"][name], 1))
        assert tuple(worth) == WORTH[name]


def test_python_answers_a_change() -> None:
    hero = Hero()
    before = hero.ledger
    hero.hypothesis = "A blorfist is asleep."
    assert hero.ledger["unknown"] == ["blorfist"]
    assert hero.ledger["hypothesis"] == "A blorfist is asleep."
    hero.hypothesis = before["hypothesis"]
    assert hero.ledger == before
    assert repr(hero).startswith("Hero(premise='A dog is running on the beach.', hypothesis='The dog is asleep.'): con")
    hero.blocks = ["u*v", "v", "u"]
    assert hero.blocks == ["u", "v", "u*v"]
    assert "without |u−v|" in repr(hero)
    assert list(hero.probabilities()) == list(LABELS)


FAR = {"bias": [0.0, 0.0, 0.0], "by_block": {"u": [1.0, 0.0, 0.0], "v": [0.0, 0.0, 0.0]}}


@pytest.mark.parametrize(
    ("product", "difference", "off", "words"),
    [
        (0.01, 2.0, [], ("Entailment, 91%.", "Here |u−v| moves the answer most and v least.")),
        (0.01, 2.0, ["u*v"], ("Without u∗v: entailment, 91%.", "Hardly a change: 91% with it.")),
        (0.01, 2.0, ["|u-v|"], ("Without |u−v|: entailment, 58%.", "The same answer, but 91% with it.")),
        (0.01, 2.0, list(SWITCHED), ("Without |u−v| and u∗v: entailment, 58%.", "The same answer, but 91% with them.")),
        (-3.0, 3.0, ["|u-v|"], ("Without |u−v|: neutral, 47%.", "The answer changes: entailment,")),
    ],
)
def test_words(product: float, difference: float, off: list[str], words: tuple[str, str]) -> None:
    by_block = {**FAR["by_block"], "|u-v|": [difference, 0.0, 0.0], "u*v": [product, 0.0, 0.0]}
    head, sentence = describe({**FAR, "by_block": by_block}, [name for name in BLOCKS if name not in off])
    assert head == words[0]
    assert sentence.startswith(words[1])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"premise": "a" * 401}, "The premise is too long; shorten it to at most 400 characters and 40 words: 'aaa"),
        ({"hypothesis": "a " * 41}, "The hypothesis is too long"),
        ({"blocks": ["u", "v", "w"]}, "There is no block 'w'; the blocks are u, v"),
        ({"blocks": ["u", "u*v"]}, "The block 'v' has no switch"),
    ],
)
def test_what_does_not_fit_is_refused(hero: Hero, change: dict[str, object], message: str) -> None:
    ((name, value),) = change.items()
    with pytest.raises(traitlets.TraitError, match=re.escape(message)):
        hero.set_trait(name, value)


def test_the_twin_shows_the_texts_the_answer_and_what_is_off() -> None:
    hero = Hero(hypothesis="A <b>dog</b> & a cat.", blocks=["u", "v", "|u-v|"])
    twin = hero.fallback_html()
    assert "A &lt;b&gt;dog&lt;/b&gt; &amp; a cat." in twin
    assert re.findall(r"<b class=\"bw-number\">(.*?)</b>", twin) == [f"{p:.0%}" for p in hero.probabilities().values()]
    assert re.findall(r"hero-block bw-(.) hero-off", twin) == ["p"]
    text = html.unescape(re.sub("<style>.*?</style>|<[^>]*>", " ", twin, flags=re.DOTALL))
    assert "78.5% → 75.1%" in text
    assert "−0.2 to +0.3 points" in text


def test_a_page_puts_a_widget_by_its_name() -> None:
    added = {}
    app = SimpleNamespace(add_directive=added.__setitem__, connect=lambda *_: None)
    extension.setup(app)
    (name,) = added
    directives.register_directive(name, added[name])
    seen: list[str] = []
    env = SimpleNamespace(note_dependency=seen.append)
    (raw,) = publish_doctree(f".. {name}:: FeatureExplorer", settings_overrides={"env": env}).findall(nodes.raw)
    assert str(FOLDER / "feature_explorer" / "feature_explorer.mjs") in seen
    assert raw["format"] == "html"
    assert raw.astext() == infersent.widgets.FeatureExplorer().static_html()
    wrong = publish_doctree(f".. {name}:: Heroe", settings_overrides={"report_level": 5})
    assert "There is no widget 'Heroe'. Did you mean 'Hero'?" in wrong.astext()
