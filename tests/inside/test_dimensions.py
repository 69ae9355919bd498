"""What dimensions do: corners against the head itself, and the names AND and XOR where they belong."""

import numpy as np
import pytest
import torch

from infersent import LABELS
from infersent.inside.dimensions import dimension_use, redundancy
from infersent.model.features import block_slices, pair_features
from tests.toy import toy_model


def with_weights(**columns):
    """A toy model whose head speaks for entailment on dimension 0 only, by the given weights."""
    model = toy_model()
    slices = block_slices(model.encoder.dim)
    with torch.no_grad():
        model.head[-1].weight.zero_()
        for name, weight in columns.items():
            model.head[-1].weight[0, slices[name].start] = weight
    return model


HEIGHTS = np.full((10, 12), 0.5)


def test_corners_are_the_heads_own_numbers():
    model = toy_model(seed=2, head="stacked-linear")
    vectors = np.random.default_rng(0).random((50, 12))
    use = dimension_use(model, vectors, "neutral")
    assert use.height == pytest.approx(np.quantile(vectors, 0.95, axis=0))
    zero = torch.zeros(1, 12)
    with torch.no_grad():
        base = model.head(pair_features(zero, zero))[0]
        for i in (0, 7):
            for a in (0, 1):
                for b in (0, 1):
                    u, v = zero.clone(), zero.clone()
                    u[0, i], v[0, i] = a * use.height[i], b * use.height[i]
                    part = model.head(pair_features(u, v))[0] - base
                    assert use.corners[i, a, b] == pytest.approx(float(part[1] - part.mean()), abs=1e-5)


@pytest.mark.parametrize(
    ("columns", "kind"),
    [
        ({"u*v": 1.0}, "and"),
        ({"|u-v|": 1.0}, "xor"),
        ({"|u-v|": -1.0}, "and"),  # a difference that speaks against: both off or both on speaks for
        ({"u": 1.0, "v": -2.0}, "additive"),
        ({}, "additive"),
    ],
)
def test_kinds(columns, kind):
    assert dimension_use(with_weights(**columns), HEIGHTS, "entailment").kind[0] == kind


def test_the_two_interaction_blocks_are_interchangeable_on_bits():
    """|u-v| = u + v - 2uv on {0, 1}: the same corners, hence the same kind."""
    a = dimension_use(with_weights(**{"|u-v|": 1.0}), np.ones((3, 12)), "entailment")
    b = dimension_use(with_weights(**{"u": 1.0, "v": 1.0, "u*v": -2.0}), np.ones((3, 12)), "entailment")
    np.testing.assert_allclose(a.corners, b.corners, atol=1e-7)


def test_what_is_refused():
    with pytest.raises(ValueError, match=r"the model has \(u-v\)\*\*2 too"):
        dimension_use(toy_model(blocks=("u", "(u-v)**2")), HEIGHTS, LABELS[0])
    with pytest.raises(ValueError, match="No exact ledger"):
        dimension_use(toy_model(head="mlp"), HEIGHTS, LABELS[0])


def test_redundancy_is_the_share_that_one_block_explains_of_the_other():
    """Either way round, by plain least squares, and by the known value of independent uniform pairs."""
    u, v = np.random.default_rng(0).random((2, 4000, 3))
    found = redundancy(u, v)
    for i in range(3):
        given = np.column_stack([np.ones(4000), u[:, i], v[:, i]])
        gap, product = np.abs(u[:, i] - v[:, i]), u[:, i] * v[:, i]
        for target, other in ((gap, product), (product, gap)):
            without, with_other = (
                np.linalg.lstsq(columns, target, rcond=None)[1][0]
                for columns in (given, np.column_stack([given, other]))
            )
            assert 1 - with_other / without == pytest.approx(found[i])
    assert found == pytest.approx(18 / 25, abs=0.03)
    np.testing.assert_allclose(redundancy(3 * u - 2, 3 * v - 2), found)


def test_redundancy_at_its_ends():
    bits = np.random.default_rng(0).integers(0, 2, (2, 100, 1))
    assert redundancy(*bits) == pytest.approx(1)
    equal = np.random.default_rng(0).random((100, 1))
    assert np.isnan(redundancy(equal, equal)).all()
