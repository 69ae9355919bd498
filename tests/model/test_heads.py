"""The heads, and the one affine map that a linear stack is."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from infersent.model.heads import HEADS, build_head, collapse


@pytest.mark.parametrize("name", HEADS)
def test_a_head_gives_three_logits(name):
    assert build_head(name, 10, hidden=4)(torch.zeros(2, 10)).shape == (2, 3)


@pytest.mark.parametrize("name", ["linear", "stacked-linear"])
@given(seed=st.integers(0, 1000), features=st.integers(1, 40))
def test_collapse_is_the_same_function(name, seed, features):
    torch.manual_seed(seed)
    head = build_head(name, features, hidden=16, dropout=0.5).double().eval()
    affine = collapse(head)
    x = torch.randn(5, features, dtype=torch.float64)
    assert (affine.in_features, affine.out_features) == (features, 3)
    torch.testing.assert_close(affine(x), head(x), rtol=0, atol=1e-12)


def test_collapse_in_float32_is_as_exact_as_float32_is():
    torch.manual_seed(0)
    head = build_head("stacked-linear", 2048)
    x = torch.randn(8, 2048)
    assert collapse(head).weight.dtype == torch.float32
    torch.testing.assert_close(collapse(head)(x), head(x), rtol=0, atol=1e-5)


def test_collapse_leaves_the_head_alone():
    head = build_head("linear", 3)
    before = head[1].weight.clone()
    with torch.no_grad():
        collapse(head).weight.zero_()
    assert torch.equal(head[1].weight, before)


def test_the_papers_head_in_parameters():
    with torch.device("meta"):
        head = build_head("stacked-linear", 16_384)
        affine = build_head("linear", 16_384)
    count = lambda module: sum(p.numel() for p in module.parameters())  # noqa: E731
    assert (count(head), count(affine)) == (8_653_315, 49_155)


def test_mlp_cannot_collapse_and_says_why():
    with pytest.raises(TypeError, match=r"Tanh in it is not affine.*'linear' or 'stacked-linear'"):
        collapse(build_head("mlp", 4))


def test_mlp_is_not_affine():
    torch.manual_seed(0)
    head = build_head("mlp", 4).eval()
    a, b = torch.randn(1, 4), torch.randn(1, 4)
    assert not torch.allclose(head((a + b) / 2), (head(a) + head(b)) / 2, atol=1e-4)


def test_nothing_to_collapse():
    with pytest.raises(TypeError, match=r"no nn\.Linear layer"):
        collapse(nn.Sequential(nn.Dropout(0.1)))


def test_unknown_head_offers_the_nearest():
    with pytest.raises(ValueError, match=r"no head 'stacked'\. Did you mean 'stacked-linear'"):
        build_head("stacked", 3)
