"""Which heads can tell, in Python: its traits, its samples, and its fit against slow and obvious references."""

from __future__ import annotations

import itertools
import re

import pytest
import torch
import traitlets
from torch.nn import functional as F

from infersent.widgets import WhichHeads
from infersent.widgets.which_heads import CHOICES, PENALTY, TARGETS, fit_logistic

SUBSETS = [list(s) for width in range(len(CHOICES) + 1) for s in itertools.combinations(CHOICES, width)]
TABLES = [list(table) for table in itertools.product([False, True], repeat=4)]


def own_table(table, blocks):
    return WhichHeads(target="table", table=table, blocks=blocks)


@pytest.mark.parametrize(
    ("traits", "message"),
    [
        ({"target": "OR"}, "target='OR' is none of 'AND', 'XOR', 'table'"),
        ({"blocks": ["u", "max"]}, "blocks has 'max', which is none of 'u', 'v'"),
        ({"blocks": ["u", "v", "u"]}, "blocks has 'u' twice"),
        ({"table": [True, False]}, r"table=\[True, False\] must have four entries"),
        ({"table": [1, 0, 0, "yes"]}, "'table' trait"),
    ],
)
def test_a_state_that_makes_no_sense_is_refused(traits, message):
    with pytest.raises(traitlets.TraitError, match=message):
        WhichHeads(**traits)


def test_a_refused_value_leaves_the_old_one():
    heads = WhichHeads()
    with pytest.raises(traitlets.TraitError):
        heads.target = "NAND"
    assert heads.target == "XOR"


def test_representation_and_state():
    assert repr(WhichHeads(blocks=("u",))) == "WhichHeads(blocks=['u'], table=[True, False, False, True], target='XOR')"


@pytest.mark.parametrize("target", TARGETS)
def test_samples_ask_what_their_names_say(target):
    points, answers = WhichHeads(target=target, table=[True, True, False, True]).sample()
    rules = {
        "AND": lambda u, v: bool(u and v),
        "XOR": lambda u, v: bool(u) != bool(v),
        "table": lambda u, v: (u, v) != (1, 0),
        "equal": lambda u, v: abs(u - v) <= 0.5,
        "u>v": lambda u, v: u > v,
        "same sign": lambda u, v: (u > 0) == (v > 0),
    }
    assert answers.tolist() == [rules[target](u, v) for u, v in points.tolist()]
    assert len({tuple(point) for point in points.tolist()}) == (4 if target in ("AND", "XOR", "table") else 256)


def objective(x, answers, w):
    y = answers.double()
    return F.binary_cross_entropy_with_logits(x @ w, y) + PENALTY / 2 * w.square().sum()


@pytest.mark.parametrize("target", TARGETS)
def test_fit_is_where_autograd_finds_no_slope(target):
    """The objective is strictly convex, so a point without slope is its one minimum."""
    for blocks in SUBSETS:
        heads = WhichHeads(target=target, blocks=blocks)
        x, (_, answers) = heads.design(), heads.sample()
        w = fit_logistic(x, answers).requires_grad_()
        objective(x, answers, w).backward()
        assert w.grad.abs().max() < 1e-11, blocks


@pytest.mark.parametrize(
    ("target", "blocks"),
    [
        ("XOR", ["u", "v"]),
        ("XOR", ["u", "v", "u*v"]),
        ("XOR", ["|u-v|"]),
        ("AND", ["u", "v"]),
        ("equal", ["u", "v", "u*v"]),
        ("same sign", ["u", "v", "|u-v|"]),
        ("u>v", ["u", "v"]),
    ],
)
def test_fit_agrees_with_lbfgs(target, blocks):
    heads = WhichHeads(target=target, blocks=blocks)
    x, (_, answers) = heads.design(), heads.sample()
    w = torch.zeros(x.shape[1], dtype=torch.float64, requires_grad=True)
    options = {"max_iter": 5000, "max_eval": 20000, "tolerance_grad": 1e-14, "tolerance_change": 0.0}
    optimizer = torch.optim.LBFGS([w], line_search_fn="strong_wolfe", history_size=20, **options)

    def closure():
        optimizer.zero_grad()
        loss = objective(x, answers, w)
        loss.backward()
        return loss

    optimizer.step(closure)
    torch.testing.assert_close(torch.sigmoid(x @ w).detach(), heads.fit().probabilities, rtol=0, atol=1e-6)


def test_no_weights_on_u_and_v_do_xor():
    fit = WhichHeads(target="XOR", blocks=["u", "v"]).fit()
    assert fit.weights == {"u": 0.0, "v": 0.0}
    assert fit.bias == 0
    assert fit.probabilities.tolist() == [0.5] * 4
    assert (fit.right, fit.accuracy, fit.attainable) == (2.0, 0.5, 3)


@pytest.mark.parametrize("mender", ["|u-v|", "u*v"])
def test_one_more_block_mends_it(mender):
    assert WhichHeads(target="XOR", blocks=["u", "v", mender]).fit().accuracy == 1


def test_the_signed_difference_adds_nothing():
    for table in TABLES:
        with_it, without = (own_table(table, blocks).fit() for blocks in (["u", "v", "u-v"], ["u", "v"]))
        assert (with_it.right, with_it.attainable) == (without.right, without.attainable)


def test_weights_for_xor_are_near_u_plus_v_minus_twice_the_product():
    weights = WhichHeads(target="XOR", blocks=["u", "v", "u*v"]).fit().weights
    assert weights["u"] == pytest.approx(weights["v"])
    assert weights["u*v"] / weights["u"] == pytest.approx(-2, abs=0.06)


def test_on_corners_only_xor_and_its_opposite_are_beyond_u_and_v():
    beyond = [table for table in TABLES if own_table(table, ["u", "v"]).fit().accuracy < 1]
    assert beyond == [[False, True, True, False], [True, False, False, True]]


def test_attainable_is_what_a_search_over_many_weights_finds():
    draw = torch.Generator().manual_seed(0)
    for blocks in SUBSETS:
        x = WhichHeads(blocks=blocks).design()  # [4, blocks + 1]
        weights = torch.randn(20_000, x.shape[1], dtype=torch.float64, generator=draw)
        sides = weights @ x.T > 0  # [20000, 4]
        for table in TABLES:
            fit = own_table(table, blocks).fit()
            assert fit.attainable == (sides == torch.tensor(table)).sum(1).max(), (table, blocks)
            assert fit.right <= fit.attainable
            assert (fit.right == 4) == (fit.attainable == 4)


def test_an_undecided_pair_of_corners_looks_the_same_to_the_head():
    """What the page says of two answers of one half."""
    for table, blocks in itertools.product(TABLES, SUBSETS):
        heads = own_table(table, blocks)
        undecided = (torch.logit(heads.fit().probabilities).abs() < 1e-3).nonzero().flatten().tolist()
        assert len(undecided) in (0, 2, 4)
        if len(undecided) == 2:
            first, second = undecided
            assert torch.equal(heads.design()[first], heads.design()[second])
            assert table[first] != table[second]


def test_fallback_says_what_the_fit_says():
    text = WhichHeads(target="same sign", blocks=["|u-v|"]).fallback_html()
    assert "The head gets |u−v|. The best linear head has 212 of 256 points of a grid right (83%" in text
    assert re.findall(r"<td>(.*?)</td>", text) == ["−6.0", "3.7"]
    assert "No weights" not in text


def test_fallback_without_blocks_and_with_the_readers_table():
    text = WhichHeads(target="table", table=[True, True, False, True], blocks=[]).fallback_html()
    assert "Target: table (yes, yes, no, yes). The head gets nothing. The best linear head has 3 of 4 corners" in text
    assert "No weights on the blocks get more than 3 right." in text


def test_fallback_escapes_and_has_no_negative_zero():
    assert "Target: u &gt; v." in WhichHeads(target="u>v").fallback_html()
    for target, blocks in itertools.product(TARGETS, SUBSETS):
        assert "−0.0<" not in WhichHeads(target=target, blocks=blocks).fallback_html()
