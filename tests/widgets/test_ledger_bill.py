"""The bill's Python side: the amounts are the ledger's, and every list adds up to the line above it, to the cent."""

from __future__ import annotations

import re

import numpy as np
import pytest
import traitlets
from hypothesis import given
from hypothesis import strategies as st

from infersent import InferSent
from infersent.inside.ledger import explain
from infersent.widgets import LedgerBill
from infersent.widgets.ledger_bill import PAIRS, SHOWN, add_up, round_half_up
from tests.toy import toy_model


@pytest.fixture(scope="module")
def shipped():
    return LedgerBill(), InferSent.from_pretrained()


@pytest.mark.parametrize("place", range(len(PAIRS)))
def test_amounts_are_those_of_the_ledger_rounded(shipped, place):
    bill, model = shipped
    bill.pair = place
    ledger = explain(model, *PAIRS[place][1:])
    for c, label in enumerate(ledger.labels):
        bill.label = label
        assert bill.total() / 100 == pytest.approx(ledger.logits[c], abs=0.006)
        parts = [ledger.bias[c], *(part[c] for part in ledger.by_block.values())]
        assert [line.cents / 100 for line in bill.lines()] == pytest.approx(parts, abs=0.011)


def test_the_first_pair_is_the_chapters_with_the_same_digits(shipped):
    bill, model = shipped
    bill.pair = 0
    table = explain(model, *PAIRS[0][1:]).table.cells
    for c, label in enumerate(model.labels):
        bill.label = label
        said = re.findall(r"<td>(.*?)</td>", bill.fallback_html())
        assert said == [row[1 + c] for row in table if row[0] != "probability"]


@pytest.mark.parametrize("block", ["u", "v", "|u-v|", "u*v"])
def test_every_list_adds_up_and_holds_every_number_once(shipped, block):
    bill, _ = shipped
    for place in range(len(PAIRS)):
        bill.item, bill.pair, bill.block = -1, place, block
        above = next(line for line in bill.lines() if line.name == block)
        words = bill.lines_of_block()
        assert sum(line.cents for line in bill.lines()) == bill.total()
        assert sum(line.cents for line in words) == above.cents
        assert sorted(i for line in words for i in line.numbers) == list(above.numbers)
        for k in range(min(len(words), SHOWN)):
            bill.item = k
            numbers = bill.lines_of_item()
            assert sum(line.cents for line in numbers) == words[k].cents
            assert sorted(i for line in numbers for i in line.numbers) == sorted(words[k].numbers)


@given(parts=st.lists(st.floats(-20, 20), min_size=1, max_size=12))
def test_parts_add_up_and_move_by_at_most_a_cent(parts):
    total = round_half_up(sum(parts))
    cents = add_up(parts, total)
    assert sum(cents) == total
    assert np.abs(np.array(cents) - 100 * np.array(parts)).max() <= 1.5 + 1e-6


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"pair": 9}, r"no pair 9; it has 0, 1, 2, 3"),
        ({"label": "maybe"}, "no label 'maybe'; it has 'entailment'"),
        ({"block": "u-v"}, "no block 'u-v'; it has '', 'u'"),
        ({"item": 0}, "no item 0; it has -1"),
        ({"block": "|u-v|", "item": SHOWN + 1}, f"no item {SHOWN + 1}; it has -1, 0, 1"),
    ],
)
def test_what_the_bill_lacks_is_refused(setting, message):
    with pytest.raises(traitlets.TraitError, match=message):
        LedgerBill(toy_model(), **setting)


def test_models_without_such_a_bill_are_refused():
    with pytest.raises(ValueError, match="does not pool by the maximum"):
        LedgerBill(toy_model(encoder="bilstm-mean"))
    with pytest.raises(ValueError, match=r"the model has 'u-v'"):
        LedgerBill(toy_model(blocks=("u-v", "u*v")))


def test_repr_is_the_bill_in_a_line():
    assert re.fullmatch(
        r"LedgerBill\(a dog \. → a dog \.; entailment [+−]\S+: bias .*, \|u-v\| 0\.00, u\*v \S+\)",
        repr(LedgerBill(pair=3, label="entailment")),
    )
