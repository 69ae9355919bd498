"""What "Try it" says of the model that the page runs."""

from __future__ import annotations

from functools import partial

import pytest

from infersent import InferSent
from infersent.data import LABELS, load
from infersent.foundation.recorded import load_record
from infersent.inside.ledger import explain_all
from infersent.widgets import page_model
from infersent.widgets.explainer import WEAKNESSES
from infersent.widgets.page_model import shipped_file
from tests.claims.prose import says

says = partial(says, "inside/try-it")


def test_how_large_the_file_is() -> None:
    megabytes = shipped_file().stat().st_size / 1e6
    assert 2.25 < megabytes <= 2.5
    says("about two and a half megabytes, once")
    steps = [steps for _, steps in page_model.WORDS]
    assert [(2 * most + 1).bit_length() for most in (steps[0], steps[-1])] == [10, 6]
    says("a number of a common word's vector has ten and one of a rare word's six")


def test_how_close_the_page_is_to_the_full_model() -> None:
    # tests/widgets/test_web.py holds the file to it, and tests/browser the page.
    assert (page_model.SHIFT, page_model.USUAL_SHIFT) == (0.04, 0.02)
    assert pytest.approx(5) == 1000 * (1 - page_model.SAME)
    says("every probability stays within four percentage points of the full model's")
    says("all but one in a hundred within two")
    says("at most five answers change")


def test_how_good_the_model_is() -> None:
    says(f"a model that is right on {load_record('laptop')['test']['accuracy']:.0%} of SNLI's test pairs")
    assert load_record("laptop")["test"]["accuracy"] == load_record("evidence")["accuracy"]


def test_u_alone_speaks_for_entailment_whatever_the_premise() -> None:
    premises = list(dict.fromkeys(load("probes").premises))
    ledgers = explain_all(InferSent.from_pretrained(), premises, premises)
    count = sum(int(ledger.by_block["u"].argmax()) == LABELS.index("entailment") for ledger in ledgers)
    says(f"on {count} of the {len(premises)} premises of our")
    says("negation, numbers, quantifiers, order in time")
    assert list(WEAKNESSES) == ["negation", "numbers", "quantifiers", "order in time"]
