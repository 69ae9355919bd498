"""The pair features: their algebra, their gradients, their registry and every error."""

import json
from dataclasses import asdict

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from infersent import BLOCKS, pair_features, register_feature
from infersent.model import features
from infersent.model.features import Blocks, temporary_feature
from infersent.model.infersent import ModelConfig

# Those with parameters are in test_trainable.py.
NAMES = features.feature_names(parameters=False)


def pairs(low=-3.0, high=3.0):
    """Draw u and v, ``[batch, dim]`` each, in float64."""
    numbers = st.floats(low, high, allow_nan=False, width=64)

    def two(shape):
        array = npst.arrays("float64", shape, elements=numbers).map(torch.from_numpy)
        return st.tuples(array, array)

    return st.tuples(st.integers(0, 4), st.integers(1, 6)).flatmap(two)


def block(u, v, name):
    return pair_features(u, v, [name])


def test_default_is_the_papers_concatenation():
    u, v = torch.tensor([[0.5, -1.0]]), torch.tensor([[0.25, 1.0]])
    assert pair_features(u, v).tolist() == [[0.5, -1.0, 0.25, 1.0, 0.25, 2.0, 0.125, -1.0]]


@given(pairs())
def test_every_block_agrees_with_scalar_arithmetic(uv):
    u, v = uv
    reference = {
        "u": lambda a, b: a,
        "v": lambda a, b: b,
        "|u-v|": lambda a, b: abs(a - b),
        "u*v": lambda a, b: a * b,
        "u-v": lambda a, b: a - b,
        "(u-v)**2": lambda a, b: (a - b) * (a - b),  # pow() may round otherwise
        "min(u,v)": min,
        "max(v-u,0)": lambda a, b: max(b - a, 0.0),
        "max(u-v,0)": lambda a, b: max(a - b, 0.0),
        "v*(1-u)": lambda a, b: b * (1 - a),
        "4*u*v": lambda a, b: 4 * a * b,
        "8*u*v": lambda a, b: 8 * a * b,
        "16*u*v": lambda a, b: 16 * a * b,
        "max(u,v)": max,
        "(u*v)**2": lambda a, b: (a * b) * (a * b),
        "|u|-|v|": lambda a, b: abs(a) - abs(b),
        "u*v*(u-v)": lambda a, b: a * b * (a - b),
        "u*v/(v**2+0.01)": lambda a, b: a * b / (b * b + 0.01),
    }
    assert set(reference) == set(NAMES) - {"cosine", "noise"}
    for name, function in reference.items():
        rows = [
            [function(a, b) for a, b in zip(x, y, strict=True)] for x, y in zip(u.tolist(), v.tolist(), strict=True)
        ]
        expected = torch.tensor(rows, dtype=u.dtype).reshape(u.shape)
        torch.testing.assert_close(block(u, v, name), expected, rtol=0, atol=0)


@given(pairs(0.1, 3.0))
def test_cosine_is_the_dot_product_over_the_lengths(uv):
    u, v = uv
    expected = (u * v).sum(1, keepdim=True) / (u.norm(dim=1) * v.norm(dim=1)).unsqueeze(1)
    torch.testing.assert_close(block(u, v, "cosine"), expected)


def test_cosine_with_a_zero_vector_is_zero():
    assert block(torch.zeros(1, 3), torch.ones(1, 3), "cosine").item() == 0.0


@given(pairs())
def test_swapping_the_sentences_does_what_the_registry_says(uv):
    u, v = uv
    for name in NAMES:
        swap = features.get_feature(name).swap
        if swap is not None:
            sign = {"symmetric": 1, "antisymmetric": -1}[swap]
            torch.testing.assert_close(block(v, u, name), sign * block(u, v, name))


def test_blocks_without_a_declared_symmetry_have_none():
    u, v = torch.tensor([[1.0, 2.0]]), torch.tensor([[3.0, 5.0]])
    for name in NAMES:
        if features.get_feature(name).swap is None:
            assert not torch.equal(block(v, u, name).abs(), block(u, v, name).abs())


@given(pairs())
def test_identities_between_the_blocks(uv):
    u, v = uv
    product, distance, square, low = (block(u, v, n) for n in ("u*v", "|u-v|", "(u-v)**2", "min(u,v)"))
    torch.testing.assert_close(product, ((u + v) ** 2 - (u - v) ** 2) / 4)
    torch.testing.assert_close(square, u**2 + v**2 - 2 * product)
    torch.testing.assert_close(distance, u + v - 2 * low)
    torch.testing.assert_close(block(u, v, "max(u,v)"), (u + v + distance) / 2)


def test_on_bits_distance_is_xor_and_product_is_and():
    u, v = torch.tensor([[0.0, 0.0, 1.0, 1.0]]), torch.tensor([[0.0, 1.0, 0.0, 1.0]])
    assert block(u, v, "|u-v|").tolist() == [[0.0, 1.0, 1.0, 0.0]]
    assert block(u, v, "u*v").tolist() == block(u, v, "min(u,v)").tolist() == [[0.0, 0.0, 0.0, 1.0]]


@given(pairs(0.0, 1.0))
def test_on_the_unit_square_product_and_minimum_are_at_most_a_quarter_apart(uv):
    u, v = uv
    gap = block(u, v, "min(u,v)") - block(u, v, "u*v")
    assert ((gap >= 0) & (gap <= 0.25)).all()


@pytest.mark.parametrize("name", sorted(set(NAMES) - {"noise"}))
def test_gradients_agree_with_finite_differences(name):
    generator = torch.Generator().manual_seed(0)
    u, v = (torch.randn(3, 4, dtype=torch.float64, generator=generator, requires_grad=True) for _ in range(2))
    assert torch.autograd.gradcheck(lambda a, b: block(a, b, name), (u, v))


def test_noise_is_as_large_as_a_difference_gives_no_gradient_and_repeats_itself():
    u, v = (0.1 + 0.1 * torch.rand(200, 50, generator=torch.Generator().manual_seed(i)) for i in range(2))
    noise = block(u.requires_grad_(), v, "noise")
    assert not noise.requires_grad
    assert torch.equal(noise, block(u, v, "noise"))
    assert noise.abs().max() <= 0.1
    assert noise.mean().abs() < 0.002
    assert torch.corrcoef(torch.stack([noise.flatten(), (u - v).abs().detach().flatten()]))[0, 1].abs() < 0.03


def test_gradients_are_the_derivations():
    u, v = torch.tensor([[0.5, -2.0]], requires_grad=True), torch.tensor([[3.0, 1.0]])
    (product,) = torch.autograd.grad(block(u, v, "u*v").sum(), u)
    (distance,) = torch.autograd.grad(block(u, v, "|u-v|").sum(), u)
    assert torch.equal(product, v)
    assert torch.equal(distance, torch.sign(u - v))


@pytest.mark.parametrize("dim", [1, 7])
@pytest.mark.parametrize("blocks", [BLOCKS, NAMES, ("cosine",), ("cosine", "u")])
def test_width_has_one_source(dim, blocks):
    u = torch.ones(2, dim)
    x = pair_features(u, 2 * u, blocks)
    assert x.shape == (2, features.features_width(dim, blocks))
    for name, columns in features.block_slices(dim, blocks).items():
        assert torch.equal(x[:, columns], block(u, 2 * u, name))


def test_papers_width():
    assert features.features_width(4096) == 16_384


def test_no_pairs_give_no_rows():
    assert pair_features(torch.zeros(0, 5), torch.zeros(0, 5)).shape == (0, 20)


@pytest.mark.parametrize(
    ("u", "v", "message"),
    [
        (torch.zeros(2, 3), torch.zeros(2, 4), r"\(2, 3\) and \(2, 4\)"),
        (torch.zeros(3), torch.zeros(3), r"\[batch, dim\]; got \(3,\)"),
        (torch.zeros(2, 3), torch.zeros(2, 3, dtype=torch.float64), r"torch.float32 and torch.float64.*\.to\(dtype\)"),
        (torch.zeros(2, 3, dtype=torch.long), torch.zeros(2, 3, dtype=torch.long), "floating dtype; got torch.int64"),
        (torch.zeros(2, 3), torch.zeros(2, 3, device="meta"), r"cpu and v on meta; move one by \.to\(device\)"),
    ],
)
def test_what_does_not_fit_is_named(u, v, message):
    with pytest.raises(ValueError, match=message):
        pair_features(u, v)


def test_unknown_block_offers_the_nearest():
    with pytest.raises(ValueError, match=r"no pair feature '\|u - v\|'. Did you mean '\|u-v\|'\?.*register_feature"):
        pair_features(torch.zeros(1, 1), torch.zeros(1, 1), ["|u - v|"])


@pytest.mark.parametrize(("blocks", "message"), [((), "names no pair feature"), ("u, v, u", "'u' twice")])
def test_useless_choices_are_refused(blocks, message):
    with pytest.raises(ValueError, match=message):
        features.Blocks(blocks)


def test_blocks_as_text_split_at_top_level_commas():
    assert features.Blocks(" u,v , min(u,v),(u-v)**2 ") == ("u", "v", "min(u,v)", "(u-v)**2")


def test_a_registered_feature_is_an_ordinary_one():
    with temporary_feature("sum", torch.add):
        feature = register_feature(
            "sum", lambda u, v: (u + v).sum(1, keepdim=True), width=lambda dim: 1, swap="symmetric", replace=True
        )
        assert features.get_feature("sum") is feature
        assert pair_features(torch.ones(1, 3), torch.ones(1, 3), ["u", "sum"]).tolist() == [[1, 1, 1, 6]]
        assert features.features_width(3, ["u", "sum"]) == 4


@pytest.mark.parametrize("register", [register_feature, lambda *a, **b: temporary_feature(*a, **b).__enter__()])
def test_registering_refuses_bad_input(register):
    before = features.feature_names()
    with pytest.raises(ValueError, match="'u' exists already"):
        register("u", torch.add)
    with pytest.raises(ValueError, match="not empty"):
        register("", torch.add)
    with pytest.raises(ValueError, match="swap='odd'"):
        register("new", torch.add, swap="odd")
    assert features.feature_names() == before


def test_a_name_can_be_given_to_another_feature():
    with temporary_feature("u", torch.sub, replace=True):
        register_feature("u", torch.add, replace=True)
        assert block(torch.ones(1, 1), torch.ones(1, 1), "u").item() == 2


def test_a_temporary_feature_leaves_the_registry_as_it_was():
    names = features.feature_names()
    before = [features.get_feature(name) for name in names]
    with temporary_feature("sum", torch.add, swap="symmetric") as feature:
        assert features.get_feature("sum") is feature
        assert (feature.name, feature.swap, feature.width(3)) == ("sum", "symmetric", 3)
    with pytest.raises(KeyError), temporary_feature("u", torch.add, replace=True):
        raise KeyError
    assert features.feature_names() == names
    assert [features.get_feature(name) for name in names] == before


def test_a_feature_of_another_width_than_declared_is_caught():
    with (
        temporary_feature("twice", lambda u, v: torch.cat([u, v], 1)),
        pytest.raises(ValueError, match=r"'twice' gave a tensor of shape \(1, 4\), but it declares \(1, 2\)"),
    ):
        block(torch.ones(1, 2), torch.ones(1, 2), "twice")


def test_the_excess_is_a_combination_of_other_blocks():
    """max(v-u, 0) = (v - u + |u-v|) / 2 always, and v (1 - u) = v - u*v, which is the same on bits."""
    u, v = torch.randn(2, 50, 7, generator=torch.Generator().manual_seed(0))
    ours, theirs = (pair_features(u, v, [name]) for name in ("max(v-u,0)", "max(u-v,0)"))
    torch.testing.assert_close(ours, (v - u + (u - v).abs()) / 2)
    torch.testing.assert_close(theirs, pair_features(v, u, ["max(v-u,0)"]))
    torch.testing.assert_close(pair_features(u, v, ["v*(1-u)"]), v - u * v)
    u, v = (u > 0).float(), (v > 0).float()
    torch.testing.assert_close(pair_features(u, v, ["v*(1-u)"]), pair_features(u, v, ["max(v-u,0)"]))


class TestBlocks:
    def test_a_text_and_a_list_of_names_are_the_same(self):
        assert Blocks("u, min(u,v) ,v") == Blocks(["u", "min(u,v)", "v"]) == ("u", "min(u,v)", "v")
        assert Blocks(str(Blocks("u, min(u,v)"))) == Blocks("u, min(u,v)")

    def test_sums_and_differences_keep_the_order_and_repeat_nothing(self):
        assert Blocks("u, v") + "v, u*v" == ("u", "v", "u*v")
        assert BLOCKS - "v" - ["|u-v|"] == ("u", "u*v")
        assert isinstance(BLOCKS - "v", Blocks)
        assert isinstance(Blocks("u") + Blocks("v"), Blocks)

    def test_nothing_left_is_refused(self):
        with pytest.raises(ValueError, match="names no pair feature"):
            Blocks("u") - "u"

    def test_survives_dataclasses_and_json(self):
        config = ModelConfig(blocks="u, u*v")
        assert ModelConfig(**json.loads(json.dumps(asdict(config)))) == config
        assert isinstance(config.blocks, Blocks)
