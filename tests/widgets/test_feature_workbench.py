"""The feature workbench in Python: its parser, its facts, its heads and its small set of pairs."""

from __future__ import annotations

import html
import importlib.util
import json
import re
from pathlib import Path

import numpy as np
import pytest
import torch
import traitlets
from hypothesis import given, settings
from hypothesis import strategies as st

import infersent
from infersent.model.features import SHIPPED_FEATURES, get_feature, temporary_feature
from infersent.widgets import FeatureWorkbench, WhichHeads
from infersent.widgets.feature_workbench import STANDARD, captions
from infersent.widgets.feature_workbench.captions import FILE, fit_captions, gain, load
from infersent.widgets.feature_workbench.formula import DEEPEST, LONGEST, FormulaError, parse

ROOT = Path(__file__).resolve().parents[2]

leaves = st.sampled_from(["u", "v", "2", "0.5", ".25"])
formulas = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/"]), inner).map(lambda t: f"({t[0]}{t[1]}{t[2]})"),
        st.tuples(st.sampled_from(["max", "min"]), inner, inner).map(lambda t: f"{t[0]}({t[1]},{t[2]})"),
        st.tuples(st.sampled_from(["abs", "exp", "tanh", "relu", "sign", "square"]), inner).map(
            lambda t: f"{t[0]}({t[1]})"
        ),
        inner.map(lambda text: f"|{text}|"),
        inner.map(lambda text: f"-{text}"),
        inner.map(lambda text: f"({text})^2"),
    ),
    max_leaves=6,
)


def points(count: int = 50) -> tuple[torch.Tensor, torch.Tensor]:
    draw = torch.Generator().manual_seed(0)
    return tuple(2 * torch.rand(2, count, dtype=torch.float64, generator=draw) - 1)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("u*v", lambda u, v: u * v),
        ("|u|-|v|", lambda u, v: u.abs() - v.abs()),
        ("||u|-|v||", lambda u, v: (u.abs() - v.abs()).abs()),
        ("|u-|v||*2", lambda u, v: (u - v.abs()).abs() * 2),
        ("-u^2", lambda u, v: -(u**2)),
        ("u^-2", lambda u, v: 1 / u**2),
        ("u - v - 1", lambda u, v: (u - v) - 1),
        ("u/v/2", lambda u, v: u / v / 2),
        ("u*2^3^2", lambda u, v: 512 * u),
        ("u**2 − v∗v", lambda u, v: u * u - v * v),
        ("max(v-u, 0)", lambda u, v: torch.relu(v - u)),
        ("min(u, .5e0)", lambda u, v: u.clamp(max=0.5)),
        ("relu(-u)+sqrt(square(v))", lambda u, v: torch.relu(-u) + v.abs()),
        ("sign(u)*tanh(v)+exp(log(4))", lambda u, v: u.sign() * v.tanh() + 4),
        ("+u--v", lambda u, v: u + v),
    ],
)
def test_a_formula_means_what_it_says(text, values):
    u, v = points()
    torch.testing.assert_close(parse(text)(u, v), values(u, v))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "The formula is empty. Write one of u and v"),
        ("u+", "ends at place 3 where a value is missing. Add u, v or a number."),
        ("2u", "“u” at place 2 follows a value with no sign between them. Write * for a product."),
        ("uv", "“uv” at place 1 is no name that a formula knows. Write u*v for a product."),
        ("u + sin(v)", "“sin” at place 5 is no name that a formula knows. Use u, v, abs"),
        ("u*$", "“$” at place 3 means nothing in a formula"),
        ("(u+v", "“(” at place 1 is never closed. Add “)” after it."),
        ("|u|-|v", "“|” at place 5 is never closed. Add “|” after it."),
        ("u)", "“)” at place 2 closes nothing"),
        ("u,v", "“,” at place 2 stands outside max and min"),
        ("sqrt u", "“sqrt” at place 1 needs brackets after it. Write sqrt(u)."),
        ("max(u)", "“max” at place 1 has 1 of its 2 arguments. Write max(u, v)."),
        ("u*/v", "“/” at place 3 stands where a value is missing"),
        ("u+1/0", "“/” at place 4 has no finite value there. Change its numbers."),
        ("log(-1)*u", "“log” at place 1 has no finite value there"),
        ("3", "The formula has neither u nor v"),
        ("u" * (LONGEST + 1), f"The formula has {LONGEST + 1} characters. Keep it to {LONGEST}."),
        ("(" * (DEEPEST + 1) + "u", f"is nested more than {DEEPEST} deep"),
        ("__import__('os')", "“'” at place 12 means nothing in a formula"),
    ],
)
def test_a_text_that_is_none_is_refused_with_its_place_and_a_remedy(text, message):
    with pytest.raises(FormulaError, match=re.escape(message)):
        parse(text)
    with pytest.raises(traitlets.TraitError, match="cannot be read"):
        FeatureWorkbench(formula=text)


@given(text=formulas)
@settings(max_examples=150, deadline=None)
def test_the_line_of_code_has_the_formulas_values_and_slopes(text):
    """The code is evaluated here, where the test wrote the formula; the package itself never runs a text."""
    try:
        formula = parse(text)
    except FormulaError:
        return  # no u and no v, or a number without a value
    function = eval(f"lambda u, v: {formula.code()}", {"torch": torch})
    u, v = (x.requires_grad_() for x in points(20))
    torch.testing.assert_close(function(u, v), formula(u, v), equal_nan=True, rtol=0, atol=0)
    if formula(u, v).requires_grad:
        slopes = [
            torch.autograd.grad(f(u, v).sum(), (u, v), materialize_grads=True, allow_unused=True)
            for f in (function, formula)
        ]
        torch.testing.assert_close(*slopes, equal_nan=True, rtol=0, atol=0)


def test_the_lines_register_the_block():
    lines = FeatureWorkbench(formula="max(u, 0.1)*|v|").lines()
    assert lines.startswith("import infersent, torch\ninfersent.register_feature(")
    u, v = (x.unsqueeze(0).float() for x in points())
    with temporary_feature("max(u,0.1)*|v|", torch.add):  # takes the name away again
        exec(lines.replace("lambda", "replace=True, function=lambda"))
        found = infersent.pair_features(u, v, ["max(u,0.1)*|v|"])
    torch.testing.assert_close(found, u.clamp(min=0.1) * v.abs())
    assert 'swap="symmetric"' in FeatureWorkbench(formula="max(u,v)+1").lines()
    assert 'swap="antisymmetric"' in FeatureWorkbench(formula="u^2-v^2").lines()


FORMULAS = [name for name in SHIPPED_FEATURES if name not in ("noise", "cosine") and not get_feature(name).module]


@pytest.mark.parametrize("name", FORMULAS)
def test_a_shipped_block_is_readable_and_needs_no_line(name):
    u, v = points()
    torch.testing.assert_close(parse(name)(u, v), infersent.pair_features(u[None], v[None], [name])[0])
    line = FeatureWorkbench(formula=name).lines().splitlines()[1]
    names = list(dict.fromkeys(("u", "v", name)))
    columns = eval(line, {"infersent": infersent, "u": u[None], "v": v[None]})
    assert torch.equal(columns, infersent.pair_features(u[None], v[None], names))


@pytest.mark.parametrize(
    ("formula", "wanted"),
    [
        (
            "u*v",
            {"swap": "symmetric", "additive": False, "beyond_blocks": 0, "slopes_at_zero": (0, 0), "bounded": True},
        ),
        ("u*v*(u-v)", {"swap": "antisymmetric", "additive": False, "low": -2, "high": 2}),
        ("|u|-|v|", {"swap": "antisymmetric", "additive": True}),
        ("u-v", {"swap": "antisymmetric", "additive": True, "beyond_sentences": 0, "slopes_at_zero": (1, -1)}),
        ("max(v-u,0)", {"swap": "neither", "additive": False, "beyond_blocks": 0, "low": 0, "high": 2}),
        ("max(u,v)", {"swap": "symmetric", "beyond_blocks": 0, "slopes_at_zero": (0.5, 0.5)}),
        ("u/v", {"swap": "neither", "bounded": False, "where": "v = 0", "undefined": 1 / 65}),
        ("log(u)", {"bounded": False, "where": "u ≤ 0"}),
        ("1/(u-0.3)", {"bounded": False}),
        ("1/(u^2+0.001)", {"bounded": True, "where": ""}),
        ("sqrt(v)", {"bounded": True, "where": "v < 0"}),
        ("1/(u-v)", {"bounded": False, "where": "u = v"}),
        ("u-u", {"swap": "constant", "dead": 1}),
        ("log(-1-u^2)", {"undefined": 1, "bounded": False}),
    ],
)
def test_facts(formula, wanted):
    facts = FeatureWorkbench(formula=formula).facts()
    assert {name: getattr(facts, name) for name in wanted} == wanted


def test_a_part_of_the_square_is_dead_and_the_sizes_are_linear_where_nothing_is_negative():
    assert FeatureWorkbench(formula="relu(u)*relu(v)").facts().dead == pytest.approx(0.75, abs=0.02)
    assert FeatureWorkbench(formula="|u|-|v|").facts().beyond_sentences > 0.9
    assert FeatureWorkbench(formula="|u|-|v|", signed=False).facts().beyond_sentences == 0


def test_value_and_slopes():
    assert FeatureWorkbench(formula="u*v", u=0.5, v=-0.25).value() == (-0.125, -0.25, 0.5)
    assert FeatureWorkbench(formula="sign(u)", u=0.5).value() == (1, 0, 0)


@pytest.mark.parametrize("block", ["|u-v|", "u*v"])
def test_on_a_block_of_which_heads_the_hits_are_its(block):
    for target in ("AND", "XOR", "table", "equal", "u>v", "same sign"):
        fit = WhichHeads(target=target, blocks=["u", "v", block]).fit()
        assert FeatureWorkbench(formula=block).hits(target) == (fit.right, fit.count)


def test_where_it_is_not_defined_the_head_gets_nothing():
    assert FeatureWorkbench(formula="log(-1-u^2)").hits("XOR") == (2.0, 4)  # u and v alone: a coin


# The caption pairs


def test_splits_are_balanced_and_share_nothing():
    train, test = load().values()
    for split in (train, test):
        assert split.u.shape == split.v.shape == (1200, 40)
        assert np.bincount(split.labels).tolist() == [400] * 3
        for side in (split.u, split.v):  # each vector, under each label equally often
            rows, which = side.unique(dim=0, return_inverse=True)
            counts = np.zeros((len(rows), 3), dtype=int)
            np.add.at(counts, (which.numpy(), split.labels), 1)
            assert (counts == counts[:, :1]).all()
    shared = set(map(tuple, train.u.tolist())) & set(map(tuple, test.u.tolist()))
    assert len(shared) < 5  # another sentence may round to the same bytes


def test_the_file_is_what_the_shipped_model_makes_of_the_draw():
    spec = importlib.util.spec_from_file_location("workbench_pairs", ROOT / "tools" / "workbench_pairs.py")
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    made, stored = tool.made(), json.loads(FILE.read_text(encoding="utf-8"))
    if made["drawn"] != stored["drawn"]:
        pytest.skip("other versions of NumPy or SciPy draw other captions; the lock's draw the stored ones")
    assert {name: made[name] for name in ("coordinates", "train", "test")} == {
        name: stored[name] for name in ("coordinates", "train", "test")
    }
    assert made["unit"] == pytest.approx(stored["unit"], rel=1e-5)
    bytes_of = [
        np.frombuffer(captions.base64.b64decode(file["vectors"]), np.int8).astype(int) for file in (made, stored)
    ]
    assert np.abs(bytes_of[0] - bytes_of[1]).max() <= 1


def test_what_adds_up_gets_exactly_one_in_three():
    for formula in ("|u|-|v|", "u^2-v^2", "u-u"):
        workbench = FeatureWorkbench(formula=formula)
        assert workbench.captions().accuracy == pytest.approx(1 / 3, abs=1e-12)
        alone = workbench.gains()["u", "v"]
        assert (round(alone.difference, 12), alone.outcome) == (0, "equivalent")


def test_a_sum_of_a_block_is_worth_as_much_as_the_block():
    """max(u, v) is (u + v + |u-v|) / 2: the same space, and but for the ridge the same head."""
    told = FeatureWorkbench(formula="max(u,v)").gains()["u", "v", "|u-v|"]
    assert abs(told.difference) < 0.01
    assert FeatureWorkbench(formula="u*v").gains()["u", "v"].outcome == "differs"


def test_the_fit_is_least_squares_with_a_ridge():
    """Its weights leave the objective no slope: what is left over is orthogonal to every column but for the ridge."""
    train, _ = load().values()
    block = (train.u * train.v).numpy()
    x = (block - block.mean(0)) / block.std(0)
    fit = fit_captions([parse("u*v")])
    targets = np.eye(3)[train.labels] - 1 / 3
    weights = np.linalg.lstsq(
        np.concatenate([x / len(x) ** 0.5, captions.RIDGE**0.5 * np.eye(40)]),
        np.concatenate([targets / len(x) ** 0.5, np.zeros((40, 3))]),
        rcond=None,
    )[0]
    _, test = load().values()
    asked = ((test.u * test.v).numpy() - block.mean(0)) / block.std(0)
    np.testing.assert_allclose(fit.scores, asked @ weights, atol=1e-9)


def test_numbers_that_are_not_defined_take_the_mean():
    fit = FeatureWorkbench(formula="1/u^400").captions()
    assert 0 < fit.undefined < 1
    assert np.isfinite(fit.scores).all()


def test_an_interval_grows_with_pairs_that_share_a_chain():
    """Were the pairs independent draws, the variance would be that of their mean."""
    one, other = FeatureWorkbench(formula="u*v").captions(), FeatureWorkbench(formula="(u*v)^2").captions()
    told = gain(one, other)
    d = one.correct - other.correct
    assert told.difference == pytest.approx(d.mean())
    independent = 1.959963984540054 * d.std() / len(d) ** 0.5
    assert told.interval[1] - told.difference >= independent * (1 - 1e-12)
    assert gain(other, one).interval == pytest.approx((-told.interval[1], -told.interval[0]))


# The widget


def test_representation_state_and_refusals():
    assert repr(FeatureWorkbench()) == "FeatureWorkbench(formula='u*v', signed=True, u=0.6, v=0.4)"
    with pytest.raises(traitlets.TraitError, match="'u' trait"):
        FeatureWorkbench(u=1.5)
    workbench = FeatureWorkbench()
    with pytest.raises(traitlets.TraitError, match="formula='u\\*' cannot be read"):
        workbench.formula = "u*"
    assert workbench.formula == "u*v"


def test_the_twin_shows_the_surface_the_targets_and_the_pairs():
    workbench = FeatureWorkbench(formula="u/v")
    twin = workbench.fallback_html()
    assert "f(u, v) = u/v. If u and v are swapped: neither. It compares u with v; over 99% of it" in twin
    assert "it is not defined at 1.5% of the points" in twin
    assert twin.count("<td>not defined</td>") == 5
    assert twin.count(" of 256</td>") == 3
    for blocks, told in workbench.gains().items():
        assert f"{100 * told.difference:+.1f}".replace("-", "−") in twin, blocks
    assert html.escape(workbench.lines(), quote=False) in twin
    assert set(workbench.gains()) == set(STANDARD)


@given(text=st.text(max_size=40))
@settings(deadline=None)
def test_any_text_is_a_formula_or_is_refused(text):
    found = ""
    try:
        formula = parse(text)
    except FormulaError as error:
        found = str(error)
    assert found.endswith(".") if found else formula(*points(3)).shape == (3,)


def test_the_file_is_small():
    assert FILE.stat().st_size < 70_000
