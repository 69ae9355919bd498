"""What the chapter on the product says of inclusion and of centring, computed anew."""

from __future__ import annotations

from functools import partial
from itertools import product

import pytest
import torch

from infersent.model.features import pair_features
from tests.claims.prose import says

says = partial(says, "features/product")


def all_pairs(d: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return every pair of vectors of ``d`` bits, [4^d, d] each, and whether the second is included in the first."""
    bits = torch.tensor(list(product([0.0, 1.0], repeat=d)))
    u, v = bits.repeat_interleave(len(bits), dim=0), bits.repeat(len(bits), 1)
    return u, v, torch.tensor([all(a >= b for a, b in zip(*pair, strict=True)) for pair in zip(u, v, strict=True)])


@pytest.mark.parametrize("d", [1, 2, 3, 5])
def test_either_block_decides_inclusion_by_one_threshold(d: int) -> None:
    u, v, included = all_pairs(d)
    assert included.sum() == 3**d
    lacking = ((v == 1) & (u == 0)).sum(dim=1)  # what the hypothesis has and the premise lacks
    with_product = pair_features(u, v, ["v", "u*v"]) @ torch.tensor([1.0] * d + [-1.0] * d)
    with_difference = pair_features(u, v, ["u", "v", "|u-v|"]) @ torch.tensor([-0.5] * d + [0.5] * 2 * d)
    for score in (with_product, with_difference):
        assert torch.equal(score, lacking.float())
        assert torch.equal(score < 0.5, included)
    says("decides inclusion exactly, with the threshold $\\tfrac12$")


def test_no_additive_score_decides_it_from_two_coordinates_on() -> None:
    u, v, included = all_pairs(2)
    table = {(tuple(a.tolist()), tuple(b.tolist())): bool(c) for a, b, c in zip(u, v, included, strict=True)}
    dog, guitar = (1.0, 0.0), (0.0, 1.0)
    # the two sums are equal for every additive score, and one of them would have to be the larger
    assert table[dog, dog]
    assert table[guitar, guitar]
    assert not table[dog, guitar]
    assert not table[guitar, dog]
    u, v, included = all_pairs(1)
    assert torch.equal((u - v)[:, 0] >= 0, included)
    says("With one coordinate, $u - v \\ge 0$ does it.")


def test_between_zero_and_one_the_two_part() -> None:
    half = torch.tensor([[0.5]])
    assert pair_features(half, half, ["max(v-u,0)"]) == 0
    assert half - pair_features(half, half, ["u*v"]) == 0.25
    says("is positive at $u_i = v_i = \\tfrac12$")


def test_how_much_of_the_product_is_news_depends_on_where_zero_lies() -> None:
    points = (torch.arange(1000, dtype=torch.float64) + 0.5) / 1000
    u, v = (side.reshape(-1, 1) for side in torch.meshgrid(points, points, indexing="ij"))
    for middle, share in ((0.0, 6 / 7), (0.5, 0.0)):
        x = pair_features(u - middle, v - middle, ["u*v"])
        sides = torch.cat([torch.ones_like(u), u, v], dim=1)
        rest = x - sides @ torch.linalg.lstsq(sides, x).solution
        assert 1 - float(rest.var() / x.var()) == pytest.approx(share, abs=1e-4)
        assert float(rest.var()) == pytest.approx(1 / 144, rel=1e-4)  # the same news
    says("six sevenths on $[0,1]$")
    says("On $[-1,1]$ it is nothing, and that is the same distribution, stretched and moved.")


def test_the_premise_writes_the_classifier_of_the_hypothesis() -> None:
    u, v, w = torch.randn(3, 7, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    score = pair_features(u[None], v[None], ["u*v"])[0] @ w
    torch.testing.assert_close(score, (w * u) @ v)
    says("the premise writes the classifier that reads the hypothesis")


def test_positive_weights_are_no_similarity() -> None:
    u, v = torch.full((1, 4), 0.3), torch.full((1, 4), 0.9)
    alone, together = (pair_features(u, other, ["u*v"]).sum().item() for other in (u, v))
    assert together == pytest.approx(3 * alone)
    says("$u$ scores three times as high with $v$ as with itself")
