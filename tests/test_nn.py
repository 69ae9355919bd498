"""The layer for PyTorch models: the same features as the book's, and weights that know their blocks."""

import pytest
import torch
from safetensors.torch import load_model, save_model
from torch.nn.functional import cross_entropy

from infersent.model.features import BLOCKS, feature_names, pair_features
from infersent.model.heads import HEADS, collapse
from infersent.nn import PairHead


@pytest.mark.parametrize(
    "blocks", [BLOCKS, "u, v", "v, |u-v|, min(u,v)", "cosine", list(feature_names(parameters=False))]
)
def test_the_logits_are_an_affine_map_of_the_features(blocks):
    torch.manual_seed(0)
    head = PairHead(5, 4, blocks)
    u, v = torch.randn(2, 7, 5)
    affine = collapse(head.layers)
    expected = pair_features(u, v, head.blocks) @ affine.weight.T + affine.bias
    torch.testing.assert_close(head(u, v), expected)
    assert head(u, v).shape == (7, 4)


def test_a_gradient_reaches_both_vectors_and_the_weights():
    head = PairHead(3, 2)
    linear = head.layers[-1]
    u, v = torch.randn(4, 3, requires_grad=True), torch.randn(4, 3, requires_grad=True)
    head(u, v).square().sum().backward()
    assert all(t.grad is not None and t.grad.abs().sum() > 0 for t in (u, v, linear.weight, linear.bias))


def test_dropout_acts_in_training_alone():
    head = PairHead(50, 2, dropout=0.5)
    u, v = torch.randn(2, 3, 50)
    assert not torch.equal(head(u, v), head(u, v))
    head.eval()
    assert torch.equal(head(u, v), head(u, v))
    assert "dim=50, classes=2, blocks='u, v, |u-v|, u*v'" in repr(head)


@pytest.mark.parametrize("kind", ["torch", "safetensors"])
@pytest.mark.parametrize("layers", HEADS)
def test_the_state_dict_brings_the_same_logits_back(tmp_path, kind, layers):
    head, other = (PairHead(3, 2, "u, v, |u-v|", head=layers, hidden=5) for _ in range(2))
    if kind == "torch":
        torch.save(head.state_dict(), tmp_path / "head.pt")
        other.load_state_dict(torch.load(tmp_path / "head.pt", weights_only=True))
    else:
        save_model(head, tmp_path / "head.safetensors")
        load_model(other, tmp_path / "head.safetensors")
    u, v = torch.randn(2, 4, 3)
    assert torch.equal(head(u, v), other(u, v))


def test_weights_of_other_blocks_are_refused_though_they_are_as_wide():
    weights = PairHead(3, 2, "u, v, |u-v|").state_dict()
    with pytest.raises(ValueError, match=r"belong to the blocks u, v, \|u-v\|, but the head has u, v, u\*v"):
        PairHead(3, 2, "u, v, u*v").load_state_dict(weights)


@pytest.mark.parametrize("setting", [{"dim": 0}, {"classes": 0}])
def test_a_head_has_at_least_one_input_and_one_output(setting):
    (name,) = setting
    with pytest.raises(ValueError, match=f"{name}=0 is below 1"):
        PairHead(**{"dim": 3, "classes": 2} | setting)


def test_vectors_of_another_width_are_refused():
    with pytest.raises(ValueError, match="takes vectors of 3 numbers; these have 4"):
        PairHead(3, 2)(torch.zeros(1, 4), torch.zeros(1, 4))


def test_a_mistyped_name_is_refused():
    with pytest.raises(ValueError, match="no pair feature 'u/v'"):
        PairHead(3, 2, "u/v")
    with pytest.raises(ValueError, match=r"no head 'linaer'\. Did you mean 'linear'"):
        PairHead(3, 2, head="linaer")


def test_an_mlp_tells_apart_what_no_linear_head_on_u_and_v_can():
    torch.manual_seed(0)
    u, v = torch.tensor([[[0.0], [0.0], [1.0], [1.0]], [[0.0], [1.0], [0.0], [1.0]]])
    unequal = torch.tensor([0, 1, 1, 0])
    right = {}
    for name in ("linear", "mlp"):
        head = PairHead(1, 2, "u, v", head=name, hidden=8)
        optimizer = torch.optim.Adam(head.parameters(), lr=0.05)
        for _ in range(200):
            optimizer.zero_grad()
            cross_entropy(head(u, v), unequal).backward()
            optimizer.step()
        right[name] = int((head(u, v).argmax(dim=1) == unequal).sum())
    assert right["mlp"] == 4
    assert right["linear"] < 4
