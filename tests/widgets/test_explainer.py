"""The explainer's Python side: its numbers, its state, what it refuses, and that Python answers a change."""

from __future__ import annotations

import html
import json
import re
import subprocess
import sys

import numpy as np
import pytest
import torch
import traitlets

import infersent
from infersent import InferSent
from infersent.data import LABELS
from infersent.inside.challenge import run_challenge
from infersent.inside.ledger import explain
from infersent.widgets import Explainer, page_model
from infersent.widgets.explainer import LARGEST_SENTENCE, LARGEST_TEXT, NOTHING, WEAKNESSES, account, weakness
from tests.toy import toy_model

PAIR = ("a dog", "maybe the pig")


def toy_explainer(**options) -> Explainer:
    premise, hypothesis = PAIR
    return Explainer(toy_model(), premise, hypothesis, **options)


def test_probabilities_are_the_models() -> None:
    explainer = toy_explainer()
    expected = toy_model().predict_proba([PAIR[0]], [PAIR[1]])[0]
    assert list(explainer.probabilities()) == list(LABELS)
    assert list(explainer.probabilities().values()) == pytest.approx(expected, abs=1e-4)
    assert explainer.label == LABELS[int(expected.argmax())]


def test_a_block_that_is_off_adds_nothing() -> None:
    explainer, model = toy_explainer(blocks=["v", "u*v"]), toy_model()
    u, v = (torch.from_numpy(model.encode([text])) for text in PAIR)
    features = torch.cat([0 * u, v, 0 * u, u * v], dim=1)
    assert list(explainer.logits().values()) == pytest.approx(model.head(features)[0].tolist(), abs=1e-3)


def test_the_account_is_the_ledger_rounded() -> None:
    model = toy_model().double()
    ledger = explain(model, *PAIR)
    state = account(ledger, *PAIR)
    assert (state["premise"], state["hypothesis"]) == PAIR
    assert state["premise_words"] == ["a", "dog"]
    assert state["blocks"] == ["u", "v", "|u-v|", "u*v"]
    for name, part in ledger.by_block.items():
        assert state["by_block"][name] == pytest.approx(part, abs=1e-4)
    for name, cells in ledger.interaction_map.items():
        assert np.array(state["interaction_map"][name]) == pytest.approx(cells, abs=1e-3)
        assert np.array(state["by_dimension"][name]) == pytest.approx(ledger.by_dimension[name], abs=1e-3)
    assert set(state["by_dimension"]) == {"|u-v|", "u*v"}
    assert state["premise_winners"] == ledger.premise_winners.tolist()


def test_python_answers_a_change() -> None:
    explainer = toy_explainer()
    before = explainer.ledger
    explainer.hypothesis = "the unheard cow"
    assert explainer.ledger["hypothesis_words"] == ["the", "unheard", "cow"]
    assert explainer.ledger["hypothesis_unknown"] == [False, True, False]
    explainer.hypothesis = PAIR[1]
    assert explainer.ledger == before


def test_training_afterwards_leaves_the_widget_alone() -> None:
    model = toy_model()
    explainer = Explainer(model, *PAIR)
    before = explainer.probabilities()
    torch.nn.init.zeros_(model.head[-1].weight)
    explainer.premise = ""
    explainer.premise = PAIR[0]
    assert explainer.probabilities() == before


def test_an_encoder_without_max_pooling_has_blocks_but_no_map() -> None:
    explainer = Explainer(toy_model(encoder="bilstm-mean"), *PAIR)
    assert set(explainer.ledger["by_block"]) == {"u", "v", "|u-v|", "u*v"}
    assert explainer.ledger["interaction_map"] == explainer.ledger["by_word"] == {}
    json.dumps(explainer.state(), allow_nan=False)


def test_a_nonlinear_head_is_refused() -> None:
    with pytest.raises(ValueError, match="integrated gradients"):
        Explainer(toy_model(head="mlp"), *PAIR)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"premise": "a" * (LARGEST_TEXT + 1)}, "The premise has 401 characters; shorten it to at most 400: 'aaa"),
        ({"hypothesis": "a " * (LARGEST_SENTENCE + 1)}, "The hypothesis has 41 words; shorten it to at most 40"),
        ({"blocks": ["u", "w"]}, "The model has no block 'w'; its blocks are u, v"),
    ],
)
def test_what_does_not_fit_is_refused(change, message: str) -> None:
    with pytest.raises(traitlets.TraitError, match=message):
        toy_explainer().set_trait(*next(iter(change.items())))


def test_the_order_of_blocks_is_the_models() -> None:
    assert toy_explainer(blocks=["u*v", "u"]).blocks == ["u", "u*v"]


def test_only_the_shipped_model_is_named_to_a_page() -> None:
    assert toy_explainer().weights == {}
    file = page_model.shipped_file()
    assert Explainer().weights == {"file": file.name, "bytes": file.stat().st_size}


def test_fallback_shows_every_part_and_their_sum() -> None:
    explainer = toy_explainer(blocks=["u", "v", "u*v"])
    table = html.unescape(explainer.fallback_html()).replace("−", "-")
    rows = {
        name: [float(cell.rstrip("%")) for cell in re.findall(r"<td>(.*?)</td>", cells)]
        for name, cells in re.findall(r'<th scope="row">(.*?)</th>(.*?)</tr>', table)
    }
    assert list(rows) == ["bias", "u", "v", "|u-v| (off)", "u∗v", "sum: the logit", "probability"]
    total = np.sum([rows[name] for name in ("bias", "u", "v", "|u-v| (off)", "u∗v")], axis=0)
    assert rows["sum: the logit"] == pytest.approx(total, abs=0.03)
    assert sum(rows["probability"]) == pytest.approx(100, abs=0.2)


def test_it_says_in_words_what_the_ledger_says() -> None:
    explainer, ledger = toy_explainer(), explain(toy_model().double(), *PAIR)
    assert explainer.in_words() == ledger.in_words()
    assert html.escape(explainer.in_words()) in explainer.fallback_html()


def test_the_reason_is_that_of_the_blocks_that_count() -> None:
    words = Explainer(blocks=["|u-v|", "u*v"]).in_words()
    assert "by itself" not in words
    assert "because the comparison speaks for it" in words


def test_two_fields_without_a_word_have_no_answer() -> None:
    explainer = Explainer(toy_model(), " ", "\n")
    assert explainer.in_words() == NOTHING
    assert repr(explainer).endswith(": no answer")
    assert "%" not in explainer.fallback_html()
    explainer.premise = "a dog"
    assert explainer.in_words() != NOTHING


def test_weaknesses_are_those_that_the_probes_measure() -> None:
    measured = run_challenge(InferSent.from_pretrained()).by_phenomenon
    names = {"negation": "negation", "numbers": "number", "quantifiers": "quantifier", "order in time": "temporal"}
    for name, (_, right, total) in WEAKNESSES.items():
        count = measured[names[name]]
        assert (count.right, count.total) == (right, total)
        assert count.share < 0.5


def test_a_weakness_is_named_where_the_sentences_differ_in_its_words() -> None:
    def said(premise: str, hypothesis: str) -> str:
        return weakness({"premise_words": premise.split(), "hypothesis_words": hypothesis.split()})

    assert "negation this model is right on 12 of our 33" in said("a dog runs", "a dog does n't run")
    assert "numbers" in said("two dogs", "2 dogs")
    assert said("two dogs run", "two dogs sleep") == said("a dog", "an animal") == ""
    shipped = Explainer(premise="A dog is running.", hypothesis="A dog is not running.")
    assert "Take care: on negation" in shipped.in_words()
    # Another model's weaknesses nobody has measured.
    assert "Take care" not in Explainer(toy_model(), "a dog", "not a dog").in_words()


def test_no_text_escapes_from_the_twin() -> None:
    explainer = Explainer(toy_model(), "<script>alert(1)</script>", '"><img src=x>')
    assert not re.search(r"<(script|img)", explainer.static_html())


def test_the_text_in_a_notebook_is_short() -> None:
    assert repr(toy_explainer()).startswith("Explainer(premise='a dog', hypothesis='maybe the pig', blocks=['u', ")
    assert len(repr(toy_explainer())) < 150


def test_the_same_pair_gives_the_same_output() -> None:
    assert Explainer().static_html() == Explainer().static_html()


def test_the_package_knows_it_but_imports_it_late() -> None:
    assert infersent.Explainer is Explainer
    with pytest.raises(AttributeError, match="no attribute 'Explained'"):
        _ = infersent.Explained
    code = "import sys, infersent; sys.exit('anywidget' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_shipped_model_is_explained_as_it_computes() -> None:
    explainer = Explainer()
    expected = InferSent.from_pretrained().predict_proba([explainer.premise], [explainer.hypothesis])[0]
    assert list(explainer.probabilities().values()) == pytest.approx(expected, abs=1e-3)
