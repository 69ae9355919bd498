"""What "Under the knife" says of the recorded interventions and of every subset's answers to the probes."""

from __future__ import annotations

from functools import cache, partial

from infersent.data import probes
from infersent.foundation.recorded import load_record
from infersent.inside.block_evidence import FILLS
from infersent.inside.challenge import ChallengeResult, mean_by_phenomenon
from infersent.widgets import BlockKnife
from tests.claims.prose import says

says = partial(says, "inside/under-the-knife")


@cache
def by_subset() -> dict[str, dict[str, tuple[float, float, float]]]:
    """Return each subset's accuracy by phenomenon, with its interval: the mean over the seeds."""
    seeds: dict[str, list[ChallengeResult]] = {}
    for trained in load_record("evidence")["subsets"]:
        answers = ChallengeResult.from_answers(trained["probes"])
        seeds.setdefault(", ".join(trained["blocks"]), []).append(answers)
    assert {len(some) for some in seeds.values()} == {5}
    says("as a mean over its five models")
    return {name: mean_by_phenomenon(some) for name, some in seeds.items()}


def test_the_model_is_lost_without_the_difference_and_loses_little_without_the_product() -> None:
    record = load_record("evidence")
    dropped = record["dropped"]
    assert list(dropped) == list(record["permuted"]) == ["u", "v", "|u-v|", "u*v"]
    assert min(dropped, key=dropped.get) == "|u-v|"
    assert dropped["|u-v|"] < 0.6
    says("Without $|u-v|$ the model is lost.")
    assert max(dropped, key=dropped.get) == "u*v"
    assert dropped["u*v"] > 0.70
    says("Without $u*v$ it loses a few points.")
    says(f"On SNLI's test set the same model is right on {record['accuracy']:.0%}.")
    says(f"The model that is right on {record['accuracy']:.0%} of SNLI's test pairs")


def test_only_unrelated_changes_with_the_blocks() -> None:
    meets = [name for name in by_subset() if "|" in name or "*" in name]
    unrelated = {name: found["unrelated"][0] for name, found in by_subset().items()}
    apart = max(share for name, share in unrelated.items() if name not in meets)
    together = min(unrelated[name] for name in meets)
    says(
        f"without an interaction block the models are at {apart:.0%} and less, "
        f"with one they are at {together:.0%} and more"
    )
    assert apart < 0.465
    assert together > 0.78


def test_no_subset_gets_far_from_guessing_where_the_shipped_model_fails() -> None:
    for tag in ("negation", "antonym", "quantifier"):
        assert all(0.2 < found[tag][0] < 0.44 for found in by_subset().values())
    says("No subset gets far from guessing on negation, antonyms or quantifiers.")
    assert by_subset()["u, v, |u-v|, u*v"]["all"][0] > by_subset()["u, v"]["all"][0]


def test_the_probe_set_is_as_described() -> None:
    pairs, groups = probes.load(), probes.groups()
    says(f"a probe set of {len(pairs)} pairs")
    phenomena = set(pairs.phenomena)
    says(f"There are {len(set(groups.tolist()))} such groups in {len(phenomena)} phenomena.")
    says(f"with about {max(map(list(pairs.phenomena).count, phenomena))} pairs each")
    labels: dict[int, set[int]] = {}
    for group, label in zip(groups.tolist(), pairs.labels.tolist(), strict=True):
        labels.setdefault(group, set()).add(label)
    assert min(map(len, labels.values())) == 2
    says("Each group has at least two labels")


def test_what_a_block_is_worth_depends_on_the_knife() -> None:
    knife, record = BlockKnife(), load_record("evidence")
    for name in knife.parts.blocks:
        shares = [knife.cut({name: scale / 10}, "zeros").right for scale in range(21)]
        assert shares.index(max(shares)) == 10
    says("With zeros, each curve has its top at 1.")
    points = {fill: round(100 * knife.cut({"u": 0.0}, fill).less) for fill in FILLS}
    refits = {tuple(one["blocks"]): one["refitted"] for one in record["without"]}
    again = 100 * (refits["u", "v", "|u-v|", "u*v"] - refits["v", "|u-v|", "u*v"])
    says(
        f"Without $u$ the model loses {points['zeros']} points to zeros, {points['another']} to another pair's block "
        f"and {points['mean']} to the mean; a head that is fitted again without it loses {again:.0f}."
    )
    answers = knife.cut({"u": 0.0}, "zeros").answers
    contradictions, before = sum(row[2] for row in answers), sum(row[2] for row in knife.cut({}).answers)
    assert contradictions > 1.5 * before
    says("see the answers run to *contradiction*")
