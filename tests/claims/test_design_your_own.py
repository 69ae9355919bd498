"""What "Design your own" says of seven blocks, and what was predicted of them."""

from __future__ import annotations

import math
from functools import partial

import pytest
import torch

from infersent.model.features import pair_features
from infersent.study.comparison import Comparison, compare
from infersent.study.grid import GRIDS
from tests.claims import prose
from tests.claims.study import WORDS, group, records

says = partial(prose.says, "beyond/design-your-own")

FIXED = ("max(u,v)", "(u*v)**2", "|u|-|v|", "u*v/(v**2+0.01)", "u*v*(u-v)")
DESIGNED = (*FIXED, "learned(u,v)", "Au*Bv")


def of(block: str):
    """The runs on u, v and a block; with "" those on u and v alone."""
    return group(f"u, v, {block}" if block else "u, v", "designed")


def against(block: str, known: str) -> Comparison:
    return compare(of(block), of(known), margin=0.01)


def points(block: str, known: str) -> str:
    return f"{abs(100 * against(block, known).difference):.1f}"


def accuracy(block: str) -> str:
    return f"{100 * of(block).mean:.1f}"


def recall(block: str) -> float:
    found = [record.answers("test").recall["contradiction"] for record in of(block).records]
    return 100 * math.fsum(found) / len(found)


def test_the_runs_are_those_that_were_declared() -> None:
    declared = (GRIDS / "DECLARATIONS.md").read_text("utf-8")
    assert "## 27 November 2026: `designed`, made smaller" in declared
    assert len(of("").seeds) >= 3
    for block in ("|u-v|", "u*v", *DESIGNED):
        assert of(block).seeds == of("").seeds
    assert {record.trial.pairs for record in records("designed")} == {9000}
    says(f"9,000 pairs, 64 units per direction, six epochs, {WORDS[len(of('').seeds)]} seeds")


def test_none_of_the_seven_beats_the_difference() -> None:
    for block in DESIGNED:
        assert against(block, "|u-v|").difference < 0
        assert against(block, "|u-v|").outcome == "differs"
    says("Of seven designs none beats $|u-v|$ on our captions")
    says("On 9,000 captions the plain difference beats seven designs")


def test_what_was_predicted_and_came() -> None:
    assert abs(against("|u|-|v|", "").difference) < 0.015
    says(f"**$|u|-|v|$: right.** {accuracy('|u|-|v|')}%, and $(u,v)$ alone has {accuracy('')}.")
    compared = [block for block in DESIGNED if block not in ("|u|-|v|", "u*v*(u-v)")]
    assert 0.4 < of("u*v*(u-v)").mean < min(of(block).mean for block in compared)
    least = min(recall(block) for block in (*compared, "|u-v|", "u*v"))
    says(f"of the contradictions it finds {recall('u*v*(u-v)'):.0f}%, and every other block that compares finds")
    says(f"{least:.0f}% or more.")
    says(
        f"{accuracy('(u*v)**2')}% and {accuracy('u*v/(v**2+0.01)')}%, behind the product by {points('(u*v)**2', 'u*v')}"
    )
    says(f"and {points('u*v/(v**2+0.01)', 'u*v')} points.")


def test_what_was_predicted_and_did_not_come() -> None:
    for block in ("max(u,v)", "learned(u,v)"):
        assert against(block, "|u-v|").outcome == "differs"
    says(f"The same functions as $|u-v|$, and {points('max(u,v)', '|u-v|')} points behind it.")
    behind = points("learned(u,v)", "|u-v|"), points("learned(u,v)", "u*v")
    says(f"{accuracy('learned(u,v)')}%. It could have become the difference, and is {behind[0]} points behind it;")
    says(f"behind the product, too, by {behind[1]}.")
    assert against("learned(u,v)", "u*v").difference < 0
    trained = [record.log[-1].train_accuracy for record in of("Au*Bv").records]
    assert against("Au*Bv", "u*v").difference < 0
    assert abs(against("Au*Bv", "u*v").difference) > 0.015
    says(f"behind, as said, but by {points('Au*Bv', 'u*v')} points, where we had said within 1.5: wrong.**")
    says(f"ends at {100 * math.fsum(trained) / len(trained):.0f}%.")


def on_square(block: str, low: float = -1) -> tuple[torch.Tensor, torch.Tensor]:
    """A block on a square, and what of it no sum of a function of u and one of v gives."""
    side = torch.linspace(low, 1, 101, dtype=torch.float64)
    values = pair_features(*torch.cartesian_prod(side, side).split(1, dim=1), [block]).reshape(101, 101)
    return values, values - values.mean(0) - values.mean(1, keepdim=True) + values.mean()


def share(block: str) -> float:
    values, rest = on_square(block)
    return (rest.var() / values.var()).item()


def test_how_much_of_a_block_compares() -> None:
    assert share("|u|-|v|") < 1e-12
    says("$|u|-|v|$ compares nothing.")
    assert share("max(u,v)") == pytest.approx(1 / 5, abs=0.005)
    assert share("|u-v|") == pytest.approx(4 / 5, abs=0.005)
    says("In $\\max(u,v)$ only a fifth of the variance compares; three quarters are $\\tfrac12(u+v)$")
    says("A fifth of its variance compares; four fifths of that of $|u-v|$ do.")
    fold, saddle = (on_square(block)[1].flatten() for block in ("|u-v|", "u*v"))
    alike = torch.corrcoef(torch.stack([fold, saddle]))[0, 1]
    assert alike < 0
    assert alike**2 == pytest.approx(0.9, abs=0.01)
    says("the comparisons of $|u-v|$ and $u*v$ are nine tenths the same, up to a sign")


def test_the_ratio_is_as_steep_and_as_high_as_said() -> None:
    u = torch.tensor([[0.7]], dtype=torch.float64)
    v = torch.zeros(1, 1, dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(pair_features(u, v, ["u*v/(v**2+0.01)"]).sum(), v)
    assert slope.item() == pytest.approx(100 * 0.7)
    heights = pair_features(
        u.expand(2001, 1), torch.linspace(-1, 1, 2001, dtype=torch.float64)[:, None], ["u*v/(v**2+0.01)"]
    )
    assert heights.max().item() == pytest.approx(5 * 0.7, rel=1e-4)
    says("Its steepest slope is a hundred times $u$, its largest value five times.")


def test_an_antisymmetric_score_and_its_reverse_add_up_to_something_additive() -> None:
    generator = torch.Generator().manual_seed(0)
    p, q, h, k = torch.randn(4, 1, 5, generator=generator, dtype=torch.float64)
    w = torch.randn(15, generator=generator, dtype=torch.float64)

    def both(u: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
        blocks = ["u", "v", "u*v*(u-v)"]
        return (pair_features(u, v, blocks) + pair_features(v, u, blocks)) @ w

    torch.testing.assert_close(both(p, h) + both(q, k), both(p, k) + both(q, h))
