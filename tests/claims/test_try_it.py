"""What "Try it" says of the model that the page runs."""

from __future__ import annotations

from functools import partial

from infersent import InferSent
from infersent.data import LABELS, load
from infersent.foundation.recorded import load_record
from infersent.inside.ledger import explain_all
from infersent.widgets.explainer import WEAKNESSES
from infersent.widgets.page_model import BITS, shipped_file
from tests.claims.prose import says

says = partial(says, "inside/try-it")


def test_how_large_the_file_is() -> None:
    megabytes = shipped_file().stat().st_size / 1e6
    assert 3.5 < megabytes <= 4
    says("about four megabytes, once")
    assert BITS == 11
    says("eleven bits a number instead of thirty-two")


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
