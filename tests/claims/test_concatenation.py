"""What the chapter on concatenation says of additive heads, and of the recorded runs on SNLI."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from infersent.data import LABELS, load
from infersent.data.captions import symmetric_ceiling
from infersent.data.snli import SIZES
from infersent.study.comparison import Group, find_group
from infersent.study.grid import read_grid
from infersent.study.records import load_records
from tests.claims.prose import BOOK, says
from tools import notebooks

CHAPTER = "features/concatenation"
WORDS = {3: "three", 4: "four", 5: "five", 9: "nine"}
ORDINALS = {8: "an eighth", 9: "a ninth", 10: "a tenth"}


@pytest.fixture(scope="module")
def snli() -> dict[str, Group]:
    """The five recipes of the chapter's table."""
    records = [*load_records("subsets"), *load_records("heads")]
    return {
        name: find_group(records, blocks=blocks, head=head)
        for name, blocks, head in (
            ("u", "u", "linear"),
            ("v", "v", "linear"),
            ("both", "u, v", "linear"),
            ("both, MLP", "u, v", "mlp"),
            ("all four", "u, v, |u-v|, u*v", "linear"),
        )
    }


def test_how_the_runs_were_trained(snli: dict[str, Group]) -> None:
    seeds = {name: len(set(group.seeds)) for name, group in snli.items()}
    of_mlp = seeds.pop("both, MLP")
    (of_linear,) = set(seeds.values())
    says(CHAPTER, f"with {WORDS[of_linear]} seeds each, {WORDS[of_mlp]} for the MLP")

    names = ("hidden", "epochs", "pairs", "subset")
    ((hidden, epochs, pairs, subset),) = {
        tuple(record.trial.spec[name] for name in names) for group in snli.values() for record in group.records
    }
    says(
        CHAPTER,
        f"{hidden} units per direction, trained for {WORDS[epochs]} epochs on {pairs:,} pairs of "
        f"{{term}}`SNLI-{subset}`.",
    )
    says(CHAPTER, f"These models saw about {ORDINALS[round(SIZES['train'] / pairs)]}.")


def test_the_premise_alone_is_at_chance(snli: dict[str, Group]) -> None:
    assert abs(snli["u"].mean - 1 / 3) < 0.03
    says(CHAPTER, "**Premise alone: chance.**")


def test_the_hypothesis_alone_is_far_above_chance(snli: dict[str, Group]) -> None:
    assert 0.57 < snli["v"].mean < 0.68
    says(CHAPTER, "**Hypothesis alone: far above chance**")


def test_both_added_are_hardly_more(snli: dict[str, Group]) -> None:
    assert snli["v"].mean - 0.01 < snli["both"].mean < snli["v"].mean + 0.05
    says(CHAPTER, "**Both, added: hardly more.**")


def test_an_mlp_is_level_with_the_linear_head(snli: dict[str, Group]) -> None:
    assert abs(snli["both, MLP"].mean - snli["both"].mean) < 0.005
    says(CHAPTER, "it is level with the linear head")


def test_the_blocks_that_compare_add_more_than_so_many_points(snli: dict[str, Group]) -> None:
    gained = 100 * (snli["all four"].mean - snli["both"].mean)
    says(CHAPTER, f"accuracy rises by more than {WORDS[int(gained)]} points")


def test_the_hypothesis_gives_away_so_many_times_as_much(snli: dict[str, Group]) -> None:
    given_away = snli["v"].mean - 1 / 3
    ratio = given_away / (snli["all four"].mean - snli["both"].mean)
    says(CHAPTER, f"The first part is more than {WORDS[int(ratio)]} times the third")


def test_the_two_learning_rates(snli: dict[str, Group]) -> None:
    rates = {name: {record.trial.training.learning_rate for record in group.records} for name, group in snli.items()}
    (of_mlp,) = rates.pop("both, MLP")
    ((of_linear,),) = {tuple(rate) for rate in rates.values()}
    says(CHAPTER, f"The linear heads have the learning rate {of_linear}, the MLP {of_mlp}, each [chosen on dev]")


def test_the_grid_of_the_last_exercise_has_the_settings_of_the_record(snli: dict[str, Group], tmp_path: Path) -> None:
    (cell,) = (cell.source for cell in notebooks.read(BOOK / f"{CHAPTER}.ipynb").cells if "[[vary]]" in cell.source)
    path = tmp_path / "curvature.toml"
    path.write_text(cell.split('"""')[1])
    trials = {trial.key for trial in read_grid(path)}
    assert len(trials) == 12
    recorded = {name: {record.trial.key for record in snli[name].records} for name in ("v", "both", "both, MLP")}
    assert {name: len(trials & keys) for name, keys in recorded.items()} == {"v": 3, "both": 3, "both, MLP": 3}
    says(CHAPTER, "with the settings of this chapter's record and its rate for each head, has twelve runs")


@pytest.mark.parametrize("size", [2, 3, 4])
def test_of_a_closed_chain_an_additive_head_gets_at_least_one_wrong(size: int) -> None:
    """Premise i has the label k with hypothesis i, and l with the next one; the best of many heads has one wrong."""
    f, g = np.random.default_rng(0).normal(size=(2, 100_000, size))  # z_k - z_l is f(p) + g(h)
    right = ((f + g > 0).sum(axis=1), (f + np.roll(g, -1, axis=1) < 0).sum(axis=1))
    assert sum(right).max() == 2 * size - 1
    says(CHAPTER, "No additive head answers all four right.")
    says(CHAPTER, "Data that are all squares would thus hold an additive head to 75%.")


def test_at_the_minimum_all_answers_are_uniform() -> None:
    """On a balanced square the loss rises along every additive direction, unless all three logits stay equal."""
    labels = np.array([[0, 1, 2], [1, 2, 0], [2, 0, 1]])  # each premise and each hypothesis has each label once
    rng = np.random.default_rng(0)

    def loss(z: np.ndarray) -> float:
        z = z - np.log(np.exp(z).sum(axis=2, keepdims=True))
        return -float(np.take_along_axis(z, labels[..., None], axis=2).mean())

    for _ in range(50):
        f, g = rng.normal(size=(2, 3, 3))
        z = f[:, None] + g[None]
        assert loss(z) > np.log(3) + 1e-3
        assert loss(np.broadcast_to(z.mean(axis=2, keepdims=True), z.shape)) == pytest.approx(np.log(3))
    says(CHAPTER, "A head that attains it gives the uniform answer on every one of these pairs.")


def test_a_symmetric_model_errs_on_one_of_every_two_pairs_that_are_each_other_s_swap() -> None:
    pairs = load("captions", "test")
    both = list(zip(pairs.premises, pairs.hypotheses, strict=True))
    of = dict(zip(both, pairs.labels, strict=True))
    entailment, neutral = LABELS.index("entailment"), LABELS.index("neutral")
    swapped = [pair for pair in both if of[pair] == neutral and of.get(pair[::-1]) == entailment]
    says(CHAPTER, "half of the neutral pairs are entailments in swapped order: one sixth of all pairs.")
    assert len(swapped) == sum(pairs.labels == neutral) / 2 == len(pairs) / 6
    most = 1 - len(swapped) / len(pairs)
    assert symmetric_ceiling(pairs) == pytest.approx(most)
    says(CHAPTER, "so it errs on one of every such two:")
