"""The probes: their labels, groups and words, what is measured on them, and the commands that show it."""

from __future__ import annotations

import json
import math
import re
from collections import Counter, defaultdict

import numpy as np
import pytest

import infersent
from infersent import LABELS, Pairs
from infersent.cli import main
from infersent.data import fetch, probes, snli
from infersent.data.files import MalformedLine
from infersent.foundation.intervals import wilson_interval
from infersent.inside.challenge import ChallengeResult, Proportion, mean_by_phenomenon, run_challenge
from infersent.text.tokenizer import split_words
from infersent.text.vectors import shipped_vectors
from tests.toy import toy_model, toy_pairs

needs_snli = pytest.mark.skipif(
    not fetch.available(snli.ARCHIVE), reason="SNLI is not on disk: set INFERSENT_DATA to a folder that has it"
)

PAIRS = probes.load()
GROUPS = probes.groups()
ROWS = list(zip(PAIRS.premises, PAIRS.hypotheses, PAIRS.labels.tolist(), PAIRS.phenomena, GROUPS.tolist(), strict=True))
SENTENCES = sorted({*PAIRS.premises, *PAIRS.hypotheses})
HEADER = "group\tphenomenon\tpremise\thypothesis\tlabel\n"

# Words that are no part of the shipped vectors (the GloVe copy that these were cut from lacks them), but that SNLI has
# so often that every model trained on it learns them.
TRAINED = {"a", "'s"}


def bare(sentence):
    return " ".join(re.findall(r"[a-z0-9']+", sentence.lower()))


def by_group():
    rows = defaultdict(list)
    for row in ROWS:
        rows[row[-1]].append(row)
    return rows


# The pairs


def test_there_are_enough_in_all_and_of_each_phenomenon():
    assert 360 <= len(PAIRS) <= 420
    counts = Counter(PAIRS.phenomena)
    assert tuple(counts) == probes.PHENOMENA
    assert min(counts.values()) >= 24


def test_no_phenomenon_gives_its_label_away():
    for name in probes.PHENOMENA:
        labels = Counter(label for *_, label, phenomenon, _ in ROWS if phenomenon == name)
        assert max(labels.values()) <= 0.5 * labels.total(), name
        assert len(labels) == (2 if name == "unrelated" else 3), name
    assert PAIRS.label_counts().min() >= 0.3 * len(PAIRS)


def test_one_sentence_alone_does_not_give_the_label_away():
    """A naive Bayes classifier of words, trained on the other groups, is about as good as a guess."""
    for side in (0, 1):
        right = 0
        for group, rows in by_group().items():
            words, pairs = [Counter() for _ in LABELS], np.ones(len(LABELS))
            for row in ROWS:
                if row[-1] != group:
                    words[row[2]].update(set(split_words(row[side])))
                    pairs[row[2]] += 1
            for row in rows:
                scores = [
                    math.log(n) + sum(math.log((counts[word] + 0.5) / (n + 1)) for word in set(split_words(row[side])))
                    for n, counts in zip(pairs, words, strict=True)
                ]
                right += int(np.argmax(scores)) == row[2]
        assert right / len(ROWS) < 0.42


def test_every_pair_is_there_once_and_has_two_sentences():
    assert len(set(zip(PAIRS.premises, PAIRS.hypotheses, strict=True))) == len(PAIRS)
    assert [row for row in ROWS if bare(row[0]) == bare(row[1])] == []


@pytest.mark.parametrize("name", probes.PHENOMENA)
def test_sentences_are_short_and_look_like_sentences(name):
    for premise, hypothesis, _, phenomenon, _ in ROWS:
        for sentence in (premise, hypothesis) if phenomenon == name else ():
            assert re.fullmatch(r"[A-Z][A-Za-z', ]*[a-z]\.", sentence), sentence
            assert 4 <= len(sentence.split()) <= 14, sentence
            assert "  " not in sentence


def test_articles_are_right():
    wrong = re.compile(r"\b(?:a [aeio]|an [^aeiou])", re.IGNORECASE)
    assert [sentence for sentence in SENTENCES if wrong.search(sentence)] == []


def test_groups_are_minimal_and_have_two_labels():
    assert GROUPS.tolist() == sorted(GROUPS.tolist())
    assert list(by_group()) == list(range(1, GROUPS.max() + 1))
    for group, rows in by_group().items():
        premises, hypotheses, labels, phenomena, _ = (set(column) for column in zip(*rows, strict=True))
        assert len(phenomena) == 1, group
        assert len(labels) >= 2, group
        one_changes = len(premises) == 1 or len(hypotheses) == 1
        assert one_changes or len(premises) == len(hypotheses) == len(rows) / 2, group


def test_no_sentence_is_in_two_groups():
    groups = defaultdict(set)
    for premise, hypothesis, *_, group in ROWS:
        groups[bare(premise)].add(group)
        groups[bare(hypothesis)].add(group)
    assert [sentence for sentence, its in groups.items() if len(its) > 1] == []


def test_the_words_are_known():
    known = {*shipped_vectors().words, *TRAINED}
    tokens = [word for sentence in (*PAIRS.premises, *PAIRS.hypotheses) for word in split_words(sentence)]
    unknown = Counter(word for word in tokens if word not in known)
    assert unknown.total() <= 0.01 * len(tokens), unknown


@pytest.mark.snli
@needs_snli
def test_no_sentence_is_from_snli():
    ours = {bare(sentence) for sentence in SENTENCES}
    for split in ("train", "dev", "test"):
        pairs = snli.load(split, subset="122k")
        assert ours & {bare(sentence) for sentence in {*pairs.premises, *pairs.hypotheses}} == set()


# Loading


def test_load():
    pairs = infersent.load("probes")
    assert (pairs.name, pairs.digest()) == ("probes test", PAIRS.digest())
    assert pairs.phenomena == PAIRS.phenomena
    assert infersent.load("probes", split="test").digest() == PAIRS.digest()


def test_what_is_loaded_is_a_copy():
    probes.groups()[:] = 0
    probes.load().phenomena.clear()
    assert probes.groups().tolist() == GROUPS.tolist()
    assert probes.load().phenomena == PAIRS.phenomena


@pytest.mark.parametrize("split", ["train", "dev"])
def test_there_is_no_split_but_test(split):
    with pytest.raises(ValueError, match=rf"split of the probes '{split}'.*Known: test.*train on captions or snli"):
        infersent.load("probes", split=split)


def test_a_file_of_probes(tmp_path):
    path = tmp_path / "own.tsv"
    path.write_text(HEADER + "7\tplace\tA b.\tC d.\tneutral\n\n9\tcolour\tA.\tB.\tContradiction\n", "utf-8")
    pairs, groups = probes.read_probes(path)
    assert (pairs.premises, pairs.hypotheses, pairs.labels.tolist()) == (["A b.", "A."], ["C d.", "B."], [1, 2])
    assert (pairs.phenomena, groups.tolist()) == (["place", "colour"], [7, 9])


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("x\tplace\tA.\tB.\tneutral", "group 'x' is not a whole number"),
        ("-1\tplace\tA.\tB.\tneutral", "group '-1' is not a whole number"),
        ("1\tcolor\tA.\tB.\tneutral", "There is no phenomenon 'color'. Did you mean 'colour'"),
        ("1\tplace\tA.\tB.\tmaybe", "unknown label 'maybe'"),
        ("1\tplace\tA.\tB.\t-", "a probe needs a label"),
        ("1\tplace\tA.\tB.", "4 columns, but the header has 5"),
    ],
)
def test_a_malformed_probe_is_named(tmp_path, line, problem):
    path = tmp_path / "own.tsv"
    path.write_text(HEADER + "1\tplace\tA.\tC.\tneutral\n" + line + "\n", "utf-8")
    with pytest.raises(MalformedLine, match=rf"own\.tsv, line 3: {problem}"):
        probes.read_probes(path)


@pytest.mark.parametrize("column", ["group", "phenomenon", "premise", "hypothesis", "label"])
def test_a_missing_column_is_named(tmp_path, column):
    names = HEADER.split()
    cells = dict(zip(names, ["1", "place", "A.", "B.", "neutral"], strict=True))
    names.remove(column)
    path = tmp_path / "own.tsv"
    path.write_text("\t".join(names) + "\n" + "\t".join(cells[name] for name in names) + "\n", "utf-8")
    with pytest.raises(MalformedLine, match=rf"no column '{column}'"):
        probes.read_probes(path)


def test_a_file_without_probes_is_an_error(tmp_path):
    (tmp_path / "own.tsv").write_text(HEADER, "utf-8")
    with pytest.raises(ValueError, match="holds no labelled pair"):
        probes.read_probes(tmp_path / "own.tsv")


# Measuring


@pytest.fixture(scope="module")
def answers():
    """Answers that are right about twice in three, so that some groups are without a mistake."""
    rng = np.random.default_rng(0)
    return np.where(rng.random(len(PAIRS)) < 0.5, PAIRS.labels, rng.integers(3, size=len(PAIRS)))


def test_counts_against_a_slow_reference(answers):
    result = ChallengeResult(PAIRS, answers, GROUPS)
    right, total = Counter(), Counter()
    spoilt, groups = defaultdict(set), defaultdict(set)
    for (_, _, label, phenomenon, group), answer in zip(ROWS, answers.tolist(), strict=True):
        for key in ("all", phenomenon, (phenomenon, LABELS[label])):
            total[key] += 1
            right[key] += label == answer
        groups[phenomenon].add(group)
        if label != answer:
            spoilt[phenomenon].add(group)
    assert result.overall == Proportion(right["all"], total["all"])
    assert list(result.by_phenomenon) == list(probes.PHENOMENA)
    for name, count in result.by_phenomenon.items():
        assert count == Proportion(right[name], total[name])
        assert result.by_label[name] == {
            label: Proportion(right[name, label], total[name, label]) for label in LABELS if total[name, label]
        }
        assert result.commonest_label[name] == max(total[name, label] for label in LABELS) / total[name]
        whole = Proportion(len(groups[name] - spoilt[name]), len(groups[name]))
        assert result.whole_groups_by_phenomenon[name] == whole
    wholes = result.whole_groups_by_phenomenon.values()
    assert result.whole_groups == Proportion(sum(w.right for w in wholes), sum(w.total for w in wholes))
    assert 0 < result.whole_groups.right < result.whole_groups.total


def test_the_table_shows_the_counts(answers):
    result = ChallengeResult(PAIRS, answers, GROUPS)
    head, *lines, overall, groups = str(result).splitlines()
    assert head.split("  ")[-1].strip() == "whole groups"
    assert len({len(line) for line in (head, *lines)}) == 1
    for line, name in zip(lines, probes.PHENOMENA, strict=True):
        cells = re.split(r" {2,}", line)
        count, whole = result.by_phenomenon[name], result.whole_groups_by_phenomenon[name]
        low, high = wilson_interval(count.right, count.total)
        labels = [result.by_label[name].get(label) for label in LABELS]
        assert cells == [
            name,
            f"{count.right} of {count.total}",
            f"{count.share:.0%}",
            f"{low:.0%} to {high:.0%}",
            *("–" if label is None else f"{label.right} of {label.total}" for label in labels),
            f"{result.commonest_label[name]:.0%}",
            f"{whole.right} of {whole.total}",
        ]
    assert overall == f"all pairs: {result.overall}"
    assert groups == f"groups without a mistake: {result.whole_groups}"


def test_a_proportion():
    half = Proportion(5, 10)
    assert half.share == 0.5
    assert half.interval == wilson_interval(5, 10)
    assert half.to_json() == {"right": 5, "total": 10, "share": 0.5, "interval": [0.23659, 0.76341]}
    assert str(half) == "5 of 10: 50% (95% interval 24% to 76%)"


def test_json_has_it_all(answers):
    record = json.loads(json.dumps(ChallengeResult(PAIRS, answers, GROUPS).to_json()))
    assert set(record["by_phenomenon"]) == set(probes.PHENOMENA)
    assert record["by_label"]["unrelated"].keys() == {"entailment", "contradiction"}
    assert record["whole_groups"]["total"] == GROUPS.max()


# The toy knows few words. That this is told has tests of its own.
@pytest.mark.filterwarnings("ignore:The model does not know most of the words")
def test_a_model_is_measured_on_the_probes_if_nothing_else_is_named():
    model = toy_model()
    result = run_challenge(model)
    expected = model.predict_proba(PAIRS.premises, PAIRS.hypotheses).argmax(axis=1)
    assert result.predictions.tolist() == expected.tolist()
    assert result.groups.tolist() == GROUPS.tolist()
    assert run_challenge(model, PAIRS).by_phenomenon == result.by_phenomenon


def test_answers_as_digits_come_back(answers):
    result = ChallengeResult(PAIRS, answers, GROUPS)
    text = result.answers
    assert len(text) == len(PAIRS)
    assert str(ChallengeResult.from_answers(text)) == str(result)
    with pytest.raises(ValueError, match="but these have '3x'"):
        ChallengeResult.from_answers("x3" + text[2:])
    with pytest.raises(ValueError, match="predictions of shape"):
        ChallengeResult.from_answers(text[1:])


def test_the_mean_over_models_with_its_interval(answers):
    some, right = ChallengeResult(PAIRS, answers, GROUPS), ChallengeResult(PAIRS, PAIRS.labels, GROUPS)
    found = mean_by_phenomenon([some, right])
    for name, count in {"all": some.overall, **some.by_phenomenon}.items():
        mean, low, high = found[name]
        assert mean == pytest.approx((count.share + 1) / 2)
        assert low <= mean <= high
    assert mean_by_phenomenon([right])["all"] == (1, 1, 1)


def test_the_interval_grows_with_groups_that_stand_or_fall_together():
    """Half of the groups all right, the others all wrong: wider than with as many right answers strewn about."""
    number = np.unique(GROUPS, return_inverse=True)[1]
    wrong = (PAIRS.labels + 1) % 3
    width = []
    for odd in (number % 2, np.arange(len(PAIRS)) % 2):
        _, low, high = mean_by_phenomenon([ChallengeResult(PAIRS, np.where(odd, PAIRS.labels, wrong), GROUPS)])["all"]
        width.append(high - low)
    assert width[0] > 1.3 * width[1]


def test_captions_have_phenomena_but_no_groups():
    captions = infersent.load("captions", "dev").take(slice(300))
    result = run_challenge(toy_model(), captions)
    assert sum(count.total for count in result.by_phenomenon.values()) == 300
    assert "whole" not in str(result)
    assert "mistake" not in str(result)
    assert "whole_groups" not in result.to_json()
    with pytest.raises(ValueError, match="captions dev come in no groups"):
        _ = result.whole_groups


@pytest.mark.parametrize(
    ("pairs", "arguments", "problem"),
    [
        (toy_pairs(6), (np.zeros(6),), "toy: 6 pairs, 0 phenomena; .* has a phenomenon for each pair"),
        (Pairs([], [], [], "none"), (np.zeros(0),), "none: 0 pairs, 0 phenomena"),
        (PAIRS, (np.zeros(3),), rf"{len(PAIRS)} pairs, but predictions of shape \(3,\); give \[{len(PAIRS)}\]"),
        (PAIRS, (PAIRS.labels, np.zeros((2, 2))), r"groups of shape \(2, 2\)"),
    ],
)
def test_what_cannot_be_measured_is_named(pairs, arguments, problem):
    with pytest.raises(ValueError, match=problem):
        ChallengeResult(pairs, *arguments)


def test_a_model_is_not_measured_on_pairs_without_phenomena():
    with pytest.raises(ValueError, match="0 phenomena"):
        run_challenge(toy_model(), toy_pairs(6))


# The command line


@pytest.fixture
def checkpoint(tmp_path, monkeypatch):
    monkeypatch.setenv("INFERSENT_CACHE", str(tmp_path / "cache"))
    toy_model().save(tmp_path / "model")
    return str(tmp_path / "model")


def test_probe_prints_the_table(checkpoint, capsys):
    assert main(["probe", checkpoint]) == 0
    assert capsys.readouterr().out == f"{checkpoint} on probes test:\n{run_challenge(toy_model())}\n"
    assert main(["probe", checkpoint, "--json-output"]) == 0
    assert json.loads(capsys.readouterr().out) == run_challenge(toy_model()).to_json()


def test_probe_takes_captions_too(checkpoint, capsys):
    assert main(["probe", checkpoint, "--data", "captions", "--split", "dev"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith(f"{checkpoint} on captions dev:\n")
    assert "groups" not in shown


def test_the_other_commands_know_the_probes(checkpoint, capsys):
    assert main(["data", "probes"]) == 0
    assert capsys.readouterr().out == f"{PAIRS}\n"
    assert main(["evaluate", checkpoint, "--data", "probes", "--split", "test"]) == 0
    assert f"{len(PAIRS)} pairs)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        (("evaluate", "MODEL", "--data", "probes", "--split", "train"), "no split of the probes 'train'"),
        (("train", "--data", "probes", "--out", "OUT"), "The probes are for testing only"),
        (("probe", "MODEL", "--split", "dev"), "no split of the probes 'dev'"),
        (("probe", "MODEL", "--data", "OWN"), "a phenomenon for each pair"),
    ],
)
def test_a_command_that_cannot_be_says_why(checkpoint, tmp_path, capsys, command, problem):
    own = tmp_path / "own.tsv"
    own.write_text("premise\thypothesis\tlabel\nA dog.\tA cat.\tneutral\n", "utf-8")
    places = {"MODEL": checkpoint, "OUT": str(tmp_path / "run"), "OWN": str(own)}
    assert main([places.get(argument, argument) for argument in command]) == 1
    assert problem in capsys.readouterr().err
