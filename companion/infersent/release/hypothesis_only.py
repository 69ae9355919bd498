"""Writing the record of the hypothesis game: what a classifier without premises says of sentences of our own.

It is the head on v of the chapter on baselines: a logistic regression on the words of a hypothesis, whatever their
order. Each sentence was written for the label beside it before the classifier saw it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

from infersent.data import load
from infersent.data.pairs import LABELS, Pairs
from infersent.foundation.recorded import FOLDER, save_record
from infersent.text.tokenizer import split_words

#: The classifier is fitted on so many pairs of SNLI-122k, from the first, as the chapter's.
TRAINING_PAIRS = 60_000

#: How many of each label's most telling words are recorded.
TELLING = 6

#: The game's decks: premise, hypothesis, and the label that the hypothesis was written for. The first deck is written
#: as one does who wants to be done with a task; the second avoids what the chapter says of such hands.
DECKS: dict[str, list[tuple[str, str, str]]] = {
    "by habit": [
        (
            "A gardener in a straw hat is watering tomato plants.",
            "Someone is taking care of plants.",
            "entailment",
        ),
        ("Two cyclists in yellow jackets ride along a canal.", "Two friends are cycling to work together.", "neutral"),
        (
            "A girl with braids is painting a fence white.",
            "A girl is eating lunch inside a restaurant.",
            "contradiction",
        ),
        ("A baker pulls a tray of rolls out of the oven.", "The bakery is closed and dark.", "contradiction"),
        ("Three students share an umbrella at a bus stop.", "People are standing under an umbrella.", "entailment"),
        ("An old man is feeding pigeons from a park bench.", "The man comes to the park every morning.", "neutral"),
        ("A woman in a wetsuit is carrying a surfboard.", "A woman has a surfboard.", "entailment"),
        ("A drummer plays on a small stage under red lights.", "The musician is playing a violin.", "contradiction"),
        ("A boy in rubber boots jumps into a puddle.", "The boy's mother is angry about his wet clothes.", "neutral"),
        ("Two chefs are chopping vegetables in a narrow kitchen.", "Vegetables are being cut up.", "entailment"),
        ("A black cat sits on top of a parked van.", "The cat is swimming in a pond.", "contradiction"),
        (
            "A librarian pushes a cart of books between the shelves.",
            "The librarian is putting back returned novels.",
            "neutral",
        ),
    ],
    "against the habit": [
        ("A climber in a blue helmet hangs from a rope.", "A rope holds a climber with a helmet.", "entailment"),
        ("A crowd watches a magician in the town square.", "Someone is outside near a bird.", "neutral"),
        ("Two women play chess in a café.", "Two tall friends are winning a tennis competition.", "contradiction"),
        ("A toddler is stacking wooden blocks on a rug.", "A cat is asleep on the same rug.", "neutral"),
        (
            "A welder in a mask throws sparks in a dark workshop.",
            "Nobody can see the welder's whole face.",
            "entailment",
        ),
        ("A tractor is pulling a trailer full of hay.", "An animal is pulling something outdoors.", "contradiction"),
        (
            "A singer with a guitar performs outside a train station.",
            "A singer is not inside the train station.",
            "entailment",
        ),
        ("A man is ironing a shirt in front of the television.", "The man is alone and the TV is off.", "neutral"),
        ("Four rowers train on a lake at dawn.", "People are outside in the middle of the afternoon.", "contradiction"),
        ("A postman rides a bicycle down a cobbled lane.", "A person is moving something heavy.", "neutral"),
        ("A dog with a stick in its mouth runs along the beach.", "The dog is not lying on its bed.", "entailment"),
        ("A bus driver is waving to a child.", "Someone is waving to a group of adults.", "contradiction"),
    ],
}


def fit_on_hypotheses(pairs: Pairs, *, at_least: int = 5) -> Pipeline:
    """Fit a logistic regression on which words a hypothesis has; labels weigh alike.

    Parameters
    ----------
    pairs
        To learn from.
    at_least
        A word counts if so many of the premises and hypotheses have it.
    """
    words = CountVectorizer(analyzer=split_words, binary=True, min_df=at_least)
    words.fit([*pairs.premises, *pairs.hypotheses])
    head = LogisticRegression(C=0.1, class_weight="balanced", max_iter=1000)
    head.fit(words.transform(pairs.hypotheses).astype(float), pairs.labels)
    return make_pipeline(words, head)


def play(classifier: Pipeline, deck: Sequence[tuple[str, str, str]]) -> list[dict[str, Any]]:
    """Return what a classifier of :func:`fit_on_hypotheses` makes of each hypothesis of a deck.

    Each round has ``premise``, ``hypothesis``, ``label``, the classifier's ``probabilities`` and ``words``: each
    word that it knows with what it adds to the three logits, in the sentence's order.
    """
    words, head = classifier.named_steps["countvectorizer"], classifier.named_steps["logisticregression"]
    rounds = []
    for premise, hypothesis, label in deck:
        known = dict.fromkeys(w for w in split_words(hypothesis) if w in words.vocabulary_ and w.isalpha())
        rounds.append(
            {
                "premise": premise,
                "hypothesis": hypothesis,
                "label": LABELS.index(label),
                "probabilities": _rounded(classifier.predict_proba([hypothesis])[0], 3),
                "words": [[word, _rounded(head.coef_[:, words.vocabulary_[word]], 2)] for word in known],
            }
        )
    return rounds


def write_hypothesis_only(path: str | Path = FOLDER / "hypothesis_only.json") -> dict[str, Any]:
    """Fit the classifier on SNLI-122k, let it play, write the record, and return it."""
    train, test = load("snli", "train", subset="122k").take(slice(TRAINING_PAIRS)), load("snli", "test")
    classifier = fit_on_hypotheses(train)
    names = classifier.named_steps["countvectorizer"].get_feature_names_out()
    weights = classifier.named_steps["logisticregression"].coef_  # [labels, words]
    record: dict[str, Any] = {
        "made_by": "infersent.release.hypothesis_only.write_hypothesis_only",
        "trained_on": train.name,
        "pairs": len(train),
        "words": len(names),
        "tested_on": test.name,
        "test_pairs": len(test),
        "right": int((classifier.predict(test.hypotheses) == test.labels).sum()),
        "telling": {
            label: [[str(names[i]), round(float(row[i]), 2)] for i in np.argsort(-row)[:TELLING]]
            for label, row in zip(LABELS, weights, strict=True)
        },
        "decks": {name: play(classifier, deck) for name, deck in DECKS.items()},
    }
    save_record(record, path)
    return record


def _rounded(numbers: Any, digits: int) -> list[float]:
    return [round(float(x), digits) + 0.0 for x in numbers]
