"""What the chapter on concatenation says of the recorded runs on SNLI."""

from __future__ import annotations

import pytest

from infersent.data.snli import SIZES
from infersent.study.comparison import Group, find_group
from infersent.study.records import load_records
from tests.claims.prose import says

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
        f"{hidden} units per direction, trained for {WORDS[epochs]} epochs on {pairs:,} pairs of SNLI-{subset}.",
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
