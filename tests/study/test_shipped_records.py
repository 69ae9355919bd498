"""The shipped studies are what this code gives: made from the pairs they name, and run again, the same to a point."""

import pytest

from infersent.foundation.recorded import FOLDER
from infersent.study.comparison import find_group
from infersent.study.records import load_records
from infersent.study.runner import run_trial
from infersent.training.recipes import load_pairs

STUDIES = sorted(path.stem for path in (FOLDER / "studies").glob("*.jsonl"))


@pytest.mark.snli
@pytest.mark.parametrize("study", STUDIES)
def test_the_training_pairs_are_those_of_the_record(study):
    digests = {}
    for record in load_records(study):
        trial = record.trial
        corpus = (trial.recipe.data, trial.recipe.subset, trial.pairs)
        if corpus not in digests:
            pairs = load_pairs(trial.recipe, "train")
            digests[corpus] = pairs.take(slice(trial.pairs)).digest()[:16]
        assert record.data.digest == digests[corpus], record.trial.spec
        for split in ("dev", "test"):
            assert record.answers(split).accuracy == round(float(record.answers(split).right().mean()), 5)


@pytest.mark.repeats
@pytest.mark.parametrize(
    ("study", "blocks"),
    [pytest.param("subsets", "u, v, |u-v|", marks=pytest.mark.snli), ("captions", "u, v, u*v")],
)
def test_a_recorded_run_repeated_gives_the_recorded_numbers(study, blocks):
    """To a point: another processor or another release of torch rounds otherwise, and training amplifies that."""
    group = find_group(load_records(study), blocks=blocks)
    recorded = group.records[0]
    repeated = run_trial(recorded.trial, progress=True)
    assert repeated.error is None
    assert repeated.data == recorded.data
    assert repeated.vocabulary == recorded.vocabulary
    assert repeated.parameters == recorded.parameters
    assert [epoch.learning_rate for epoch in repeated.log] == [epoch.learning_rate for epoch in recorded.log]
    assert repeated.log[0].loss == pytest.approx(recorded.log[0].loss, abs=0.01)
    for split in ("dev", "test"):
        ours, theirs = repeated.answers(split), recorded.answers(split)
        assert ours.accuracy == pytest.approx(theirs.accuracy, abs=0.01)
        # Once rounding has driven the two runs apart, they agree pair by pair about as two seeds do.
        other = group.on(split).answers[1].right()
        assert (ours.right() == theirs.right()).mean() > (other == theirs.right()).mean() - 0.02
