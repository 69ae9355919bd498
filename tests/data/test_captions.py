"""The captions corpus: labels against brute force, exact balance, direction, English, determinism."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from itertools import pairwise, product
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infersent.data import captions
from infersent.data.captions import BLOCK, PHENOMENA, SPLITS, load, symmetric_ceiling
from infersent.data.captions.chains import LINKS, draw_chain
from infersent.data.captions.matching import draw_block
from infersent.data.captions.wording import word
from infersent.data.captions.world import ATTRIBUTES, Extents, Meaning, compare
from infersent.data.pairs import LABELS, Pairs

MEANINGS = st.builds(
    Meaning,
    *(
        st.sampled_from([term for term in attribute.extents if term or name != "who"])
        for name, attribute in ATTRIBUTES.items()
    ),
)


@pytest.fixture(scope="module")
def block():
    return draw_block(Random(1), BLOCK // 12, set())


@pytest.fixture(params=SPLITS)
def split(request):
    return load(request.param)


def scenes(meaning: Meaning) -> set[tuple[str, ...]]:
    """Every concrete scene that a caption describes, one by one."""
    return set(product(*(a.extents[term] for a, term in zip(ATTRIBUTES.values(), meaning, strict=True))))


def slow_label(premise: Meaning, hypothesis: Meaning) -> str:
    if scenes(premise) <= scenes(hypothesis):
        return "entailment"
    return "neutral" if scenes(premise) & scenes(hypothesis) else "contradiction"


def label_and_phenomenon(premise: Meaning, hypothesis: Meaning) -> tuple[str, str | None]:
    labels, phenomena = compare(Extents.of([premise]), Extents.of([hypothesis]))
    return LABELS[labels[0]], PHENOMENA[phenomena[0]] if phenomena[0] >= 0 else None


def words(sentence: str) -> list[str]:
    return re.findall(r"[a-z']+", sentence.lower())


# Meaning


@given(MEANINGS, MEANINGS)
def test_labels_are_the_relation_of_the_sets_of_scenes(premise, hypothesis):
    assert label_and_phenomenon(premise, hypothesis)[0] == slow_label(premise, hypothesis)


def test_labels_of_the_corpus_are_the_relation_of_the_sets_of_scenes(block):
    for row in range(600):
        premise, hypothesis = block.meanings[block.premises[row]], block.meanings[block.hypotheses[row]]
        assert LABELS[block.labels[row]] == slow_label(premise, hypothesis)


@pytest.mark.parametrize(
    ("premise", "hypothesis", "label", "phenomenon"),
    [
        (Meaning("puppy", "brown"), Meaning("dog", "brown"), "entailment", "kind"),
        (Meaning("dog", "brown"), Meaning("puppy", "brown"), "neutral", "kind"),
        (Meaning("dog", "brown"), Meaning("cat", "brown"), "contradiction", "kind"),
        (
            Meaning("man", action="playing a guitar"),
            Meaning("man", action="playing an instrument"),
            "entailment",
            "kind",
        ),
        (Meaning("man", action="playing a guitar"), Meaning("man", action="playing a violin"), "contradiction", "kind"),
        (Meaning("man", action="playing a guitar"), Meaning("man", action="reading"), "contradiction", "action"),
        (Meaning("man", place="park"), Meaning("man", action="reading", place="outdoors"), "neutral", "action"),
        (Meaning("cat", "black"), Meaning("cat", "dark"), "entailment", "property"),
        (Meaning("cat", "black"), Meaning("cat", "white"), "contradiction", "property"),
        (Meaning("cat", count="two"), Meaning("cat", count="some"), "entailment", "count"),
        (Meaning("cat", count="two", place="park"), Meaning("cat", place="park"), "entailment", "count"),
        (Meaning("cat", count="two"), Meaning("cat", count="one"), "contradiction", "count"),
        (Meaning("cat", place="park"), Meaning("cat", place="outdoors"), "entailment", "place"),
        (Meaning("cat", place="park"), Meaning("cat", place="indoors"), "contradiction", "place"),
        (Meaning("cat", action="sleeping"), Meaning("cat", action="not running"), "entailment", "negation"),
        (Meaning("cat", action="not running"), Meaning("cat", action="sleeping"), "neutral", "negation"),
        (Meaning("cat", action="running"), Meaning("cat", action="not running"), "contradiction", "negation"),
        (
            Meaning("boy", action="not playing an instrument"),
            Meaning("boy", action="not playing a guitar"),
            "entailment",
            "negation",
        ),
        (
            Meaning("cat", "black", place="park"),
            Meaning("animal", count="two", action="eating"),
            "neutral",
            "unrelated",
        ),
        (Meaning("dog", "black", place="park"), Meaning("cat", "white", place="park"), "contradiction", None),
        (Meaning("puppy", "black", place="park"), Meaning("dog", place="park"), "entailment", None),
        (Meaning("cat", place="park"), Meaning("cat", place="park"), "entailment", None),
    ],
)
def test_pairs_are_labelled_and_tagged_as_a_reader_would(premise, hypothesis, label, phenomenon):
    assert label_and_phenomenon(premise, hypothesis) == (label, phenomenon)


@given(st.lists(MEANINGS, min_size=2, max_size=5))
def test_compare_broadcasts(meanings):
    extents = Extents.of(meanings)
    everyone = np.arange(len(meanings))
    labels, phenomena = compare(extents.take(everyone[:, None]), extents.take(everyone))
    for i, j in product(everyone, everyone):
        one = compare(extents.take(np.array([i])), extents.take(np.array([j])))
        assert (labels[i, j], phenomena[i, j]) == (one[0][0], one[1][0])


def test_negations_cover_what_the_affirmed_term_does_not():
    extents = ATTRIBUTES["action"].extents
    for term in [term for term in extents if term.startswith("not ")]:
        assert extents[term] == extents[""] - extents[term.removeprefix("not ")]


# Chains and pairs


def test_each_caption_of_a_chain_is_strictly_broader_than_the_one_before():
    rng, taken = Random(3), set()
    for _ in range(50):
        chain = draw_chain(rng, taken)
        assert len(chain.meanings) == LINKS + 1
        sets = [scenes(meaning) for meaning in chain.meanings]
        assert all(a < b for a, b in pairwise(sets))
        assert taken.issuperset(chain.sentences)


def test_chains_use_no_taken_sentence():
    first = draw_chain(Random(3), set())
    again = draw_chain(Random(3), set(first.sentences))
    assert not set(first.sentences) & set(again.sentences)


def test_splits_have_their_sizes_and_equally_many_pairs_of_each_label(split):
    assert len(split) in SPLITS.values()
    assert split.label_counts().tolist() == [len(split) / 3] * 3


@pytest.mark.parametrize("side", ["premises", "hypotheses"])
def test_every_sentence_has_one_pair_of_each_label_on_its_side(split, side):
    counts = Counter(zip(getattr(split, side), split.labels.tolist(), strict=True))
    sentences = set(getattr(split, side))
    assert counts == {(sentence, label): 1 for sentence in sentences for label in range(len(LABELS))}


def test_no_additive_head_beats_the_uniform_answer():
    pairs = load("dev")
    premise_ids = {sentence: i for i, sentence in enumerate(dict.fromkeys(pairs.premises))}
    hypothesis_ids = {sentence: i for i, sentence in enumerate(dict.fromkeys(pairs.hypotheses))}
    p = [premise_ids[sentence] for sentence in pairs.premises]
    h = [hypothesis_ids[sentence] for sentence in pairs.hypotheses]
    rng = np.random.default_rng(0)
    for scale in (0.01, 0.1, 1, 3):
        f, g = (scale * rng.standard_normal((len(ids), 3)) for ids in (premise_ids, hypothesis_ids))
        logits = f[p] + g[h]
        losses = np.log(np.exp(logits).sum(-1)) - logits[np.arange(len(pairs)), pairs.labels]
        assert losses.mean() > np.log(3)


def test_at_least_a_fifth_of_the_entailment_pairs_are_neutral_when_swapped(split):
    labels = {(p, h): LABELS[k] for p, h, k in zip(split.premises, split.hypotheses, split.labels, strict=True)}
    entailed = [pair for pair, label in labels.items() if label == "entailment"]
    swapped = [pair for pair in entailed if labels.get(pair[::-1]) == "neutral"]
    assert len(swapped) == len(entailed) / 2


def test_the_ceiling_of_symmetric_features_is_five_sixths(split):
    assert symmetric_ceiling(split) == pytest.approx(5 / 6, abs=1e-12)


def test_pairs_are_distinct(split):
    assert len(set(zip(split.premises, split.hypotheses, strict=True))) == len(split)


def test_every_phenomenon_is_well_represented_under_every_label_that_it_can_have():
    train = load()
    counts = Counter(zip(train.phenomena, train.labels.tolist(), strict=True))
    for phenomenon, label in product(PHENOMENA, range(len(LABELS))):
        if phenomenon != "unrelated":
            assert counts[phenomenon, label] >= 500
    assert counts["unrelated", LABELS.index("neutral")] >= 300
    assert set(train.phenomena) == set(PHENOMENA)
    assert counts["unrelated", LABELS.index("entailment")] == counts["unrelated", LABELS.index("contradiction")] == 0


def test_splits_share_no_sentence_but_train_has_all_words():
    sentences = {name: {*load(name).premises, *load(name).hypotheses} for name in SPLITS}
    assert len(sentences["train"]) == 12_500
    assert not sentences["train"] & sentences["dev"]
    assert not sentences["train"] & sentences["test"]
    assert not sentences["dev"] & sentences["test"]
    known = {w for sentence in sentences["train"] for w in words(sentence)}
    assert {w for name in ("dev", "test") for sentence in sentences[name] for w in words(sentence)} <= known


# English


def test_sentences_look_like_captions():
    train = load()
    for sentence in {*train.premises, *train.hypotheses}:
        assert 4 <= len(words(sentence)) <= 14
        assert re.fullmatch(r"[A-Z][a-z']*(,? [a-z']+)*\.", sentence)


def test_articles_and_verbs_agree():
    train = load()
    text = "\n".join({*train.premises, *train.hypotheses}).lower()
    assert not re.search(r"\ba [aeiou]|\ban [^aeiou]", text)
    one = "(man|woman|boy|girl|child|kid|person|puppy|dog|cat|horse|animal)"
    many = "(men|women|boys|girls|children|kids|people|puppies|dogs|cats|horses|animals)"
    colour = "((black|brown|white|dark) )?"
    assert not re.search(rf"\b(two|three|some|a few) {colour}{one}\b", text)
    assert not re.search(rf"\b(a|an|one|single|lone) {colour}{many}\b", text)
    assert not re.search(rf"\b{one} (are|aren't)\b|\b{many} (is|isn't)\b", text)
    assert not re.search(rf"\bthere is .*{many}\b|\bthere are .*{one}\b", text)


@pytest.mark.parametrize(
    ("meaning", "expected"),
    [
        (Meaning("dog", "brown", "two", "sleeping", "beach"), "Two brown dogs are sleeping on the beach."),
        (Meaning("woman", "red", action="reading"), "A woman dressed in red is reading."),
        (
            Meaning("woman", action="not playing a guitar", place="park"),
            "A woman in the park is not playing a guitar.",
        ),
        (Meaning("man", count="two", action="playing a guitar"), "Two men are playing guitars."),
        (Meaning("animal", place="outdoors"), "There is an animal outside."),
        (Meaning("person", action="not running", place="street"), "On the street, nobody is running."),
        (Meaning("child", count="some", action="not eating"), "None of the kids are eating."),
        (Meaning("person", "dark", "one"), "This is a picture of a lone person wearing dark clothes."),
        (
            Meaning("cat", count="three", action="not eating", place="kitchen"),
            "Three cats in the kitchen aren't eating.",
        ),
    ],
)
def test_wordings(meaning, expected):
    rng = Random(0)
    wordings = {word(meaning, rng) for _ in range(2_000)}
    assert expected in wordings
    assert len(wordings) > 5


def test_a_sentence_has_one_meaning():
    rng, meaning_of = Random(0), {}
    draw = Random(1)
    for _ in range(20_000):
        meaning = Meaning(*(draw.choice([t for t in a.extents if t or n != "who"]) for n, a in ATTRIBUTES.items()))
        assert meaning_of.setdefault(word(meaning, rng), meaning) == meaning


# Loading


def test_load_names_its_pairs_and_tags_each():
    dev = load("dev")
    assert dev.name == "captions dev"
    assert len(dev.phenomena) == len(dev)


def test_a_smaller_size_is_the_first_blocks_and_balanced_too():
    train, small = load(), load("train", size=2 * BLOCK)
    assert small.digest() == train.take(slice(2 * BLOCK)).digest()
    assert set(Counter(small.premises).values()) == set(Counter(small.hypotheses).values()) == {3}


def test_what_a_caller_does_to_the_labels_stays_with_the_caller():
    load("dev").labels[:] = 0
    assert load("dev").label_counts().tolist() == [1000] * 3


def test_an_unknown_split_is_an_error_that_names_the_right_ones():
    with pytest.raises(ValueError, match=r"'validation'.*Known: train, dev, test"):
        load("validation")


@pytest.mark.parametrize("size", [0, -BLOCK, 100, BLOCK + 1, SPLITS["dev"] + BLOCK])
def test_a_size_that_would_break_the_balance_is_an_error(size):
    with pytest.raises(ValueError, match=rf"cut to {size} pairs; give a multiple of {BLOCK}"):
        load("dev", size=size)


@pytest.fixture
def small(tmp_path, monkeypatch):
    """A corpus of one block, and a cache that is empty."""
    monkeypatch.setenv("INFERSENT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(captions, "SPLITS", {"dev": BLOCK})


def test_another_seed_draws_another_corpus(small):
    first, other = (load("dev", seed=seed) for seed in (100, 101))
    assert other.digest() != first.digest()
    assert other.label_counts().tolist() == [1000] * 3


def test_what_comes_from_the_cache_is_what_was_drawn_with_the_same_libraries(small, monkeypatch):
    draws = []
    monkeypatch.setattr(captions, "draw_block", lambda *arguments: draws.append(arguments) or draw_block(*arguments))
    drawn = {seed: load("dev", seed=seed) for seed in (102, 103, 104)}  # more than are kept in memory
    assert len(draws) == 3
    for seed, pairs in drawn.items():
        again = load("dev", seed=seed)
        assert (again.name, again.digest(), again.phenomena) == (pairs.name, pairs.digest(), pairs.phenomena)
    assert len(draws) == 3
    monkeypatch.setattr("numpy.__version__", "another")
    assert load("dev", seed=102).digest() == drawn[102].digest()
    assert len(draws) == 4


def test_the_same_seed_draws_the_same_corpus_in_another_process(block):
    code = (
        "from random import Random; from infersent.data.captions.matching import draw_block\n"
        f"b = draw_block(Random(1), {BLOCK // 12}, set())\n"
        "print([(b.sentences[p], b.sentences[h]) for p, h in zip(b.premises, b.hypotheses)], b.labels.tolist())"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
        check=True,
    )
    rows = zip(block.premises, block.hypotheses, strict=True)
    expected = [(block.sentences[p], block.sentences[h]) for p, h in rows]
    assert run.stdout == f"{expected} {block.labels.tolist()}\n"


# The ceiling of symmetric features


def slow_ceiling(pairs: Pairs) -> float:
    """The best of all symmetric answers, each unordered pair of sentences tried with each label."""
    right = 0
    for key in {frozenset(pair) for pair in zip(pairs.premises, pairs.hypotheses, strict=True)}:
        rows = [i for i in range(len(pairs)) if {pairs.premises[i], pairs.hypotheses[i]} == key]
        right += max(sum(pairs.labels[i] == answer for i in rows) for answer in range(len(LABELS)))
    return right / len(pairs)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc"), st.integers(0, 2)), min_size=1))
def test_symmetric_ceiling_is_the_best_of_all_symmetric_answers(rows):
    premises, hypotheses, labels = zip(*rows, strict=True)
    pairs = Pairs(premises, hypotheses, np.array(labels))
    assert symmetric_ceiling(pairs) == pytest.approx(slow_ceiling(pairs))


@pytest.mark.parametrize(
    ("rows", "ceiling"),
    [
        ([("a", "b", 0), ("b", "a", 1)], 1 / 2),
        ([("a", "b", 2), ("b", "a", 2)], 1),
        ([("a", "b", 0), ("b", "a", 1), ("a", "c", 2)], 2 / 3),
    ],
)
def test_symmetric_ceiling_of_examples(rows, ceiling):
    premises, hypotheses, labels = zip(*rows, strict=True)
    assert symmetric_ceiling(Pairs(premises, hypotheses, np.array(labels))) == pytest.approx(ceiling)


def test_symmetric_ceiling_of_no_pairs_is_an_error():
    with pytest.raises(ValueError, match="nothing has no pairs"):
        symmetric_ceiling(Pairs([], [], np.array([], dtype=int), "nothing"))
