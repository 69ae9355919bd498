"""Chains of captions, each strictly broader than the one before."""

from __future__ import annotations

from collections import defaultdict
from random import Random
from typing import NamedTuple

from infersent.data.captions.wording import word
from infersent.data.captions.world import ATTRIBUTES, Meaning, affirmed, negates

LINKS = 4
_FEWEST_WORDS, _MOST_WORDS = 4, 14
_NEGATIONS = 0.3  # How likely a step to or from a negation is, compared with any other possible step.
_WORDINGS = 10  # How often to look for a wording that is not yet taken.


class Cast(NamedTuple):
    """Who can plausibly look, do and be where, so that captions sound true."""

    share: float
    who: tuple[str, ...]
    colour: tuple[str, ...]
    action: tuple[str, ...]
    place: tuple[str, ...]


_OUTDOORS = ("beach", "park", "street")
_ANYWHERE = (*_OUTDOORS, "kitchen", "bedroom")
_COATS = ("black", "brown", "white")
_CREATURE_ACTIONS = ("running", "sleeping", "eating")
CASTS = (
    Cast(
        share=0.6,
        who=("man", "woman", "boy", "girl"),
        colour=ATTRIBUTES["colour"].values,
        action=tuple(term for term in ATTRIBUTES["action"].extents if term and not negates(term)),
        place=_ANYWHERE,
    ),
    Cast(0.25, ("puppy", "dog", "cat"), _COATS, _CREATURE_ACTIONS, _ANYWHERE),
    Cast(0.15, ("horse",), _COATS, _CREATURE_ACTIONS, _OUTDOORS),
)


class Chain(NamedTuple):
    """Five captions, each strictly broader than the one before, and what they mean."""

    sentences: list[str]
    meanings: list[Meaning]


def draw_chain(rng: Random, taken: set[str]) -> Chain:
    """Draw a chain of captions that are not among ``taken``, and add them to it."""
    while True:
        cast = rng.choices(CASTS, [cast.share for cast in CASTS])[0]
        meanings = [_narrow(cast, rng)]
        while len(meanings) <= LINKS and (steps := _broader(meanings[-1], cast)):
            weights = [_NEGATIONS if phenomenon == "negation" else 1 for phenomenon in steps]
            meanings.append(rng.choice(rng.choices(list(steps.values()), weights)[0]))
        if len(meanings) <= LINKS:
            continue
        sentences = [_unused(meaning, rng, taken) for meaning in meanings]
        if all(sentences):
            taken.update(sentences)
            return Chain(sentences, meanings)


def _unused(meaning: Meaning, rng: Random, taken: set[str]) -> str:
    """Return a wording of ``meaning`` that has a caption's length and is not taken, or ``""`` if none is found."""
    for _ in range(_WORDINGS):
        sentence = word(meaning, rng)
        if sentence not in taken and _FEWEST_WORDS <= len(sentence.split()) <= _MOST_WORDS:
            return sentence
    return ""


def _narrow(cast: Cast, rng: Random) -> Meaning:
    """Draw the meaning of a caption that says much, but not everything."""
    stated = {
        "colour": rng.choice(cast.colour),
        "count": rng.choice(ATTRIBUTES["count"].values),
        "action": rng.choice(cast.action),
        "place": rng.choice(cast.place),
    }
    names = rng.sample(list(stated), rng.choice((2, 3)))
    return Meaning(rng.choice(cast.who), **{name: stated[name] for name in names})


def _broader(meaning: Meaning, cast: Cast) -> dict[str, list[Meaning]]:
    """Return the meanings with a broader term for one attribute, by the phenomenon that the step turns on."""
    steps = defaultdict(list)
    for name, term in meaning._asdict().items():
        for broader in ATTRIBUTES[name].broader(term) if term else ():
            step = meaning._replace(**{name: broader})
            # A subject alone says too little, and nobody would remark that a dog is not reading.
            if step.who and any(step[1:]) and not (negates(broader) and affirmed(broader) not in cast.action):
                negation = negates(term) or negates(broader)
                steps["negation" if negation else ATTRIBUTES[name].phenomenon].append(step)
    return steps
