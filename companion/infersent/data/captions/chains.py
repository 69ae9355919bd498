"""Chains of captions, each strictly broader than the one before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from random import Random
from typing import NamedTuple

from infersent.data.captions.wording import OBJECTS, human, is_object, word
from infersent.data.captions.world import ATTRIBUTES, Meaning, Terms

LINKS = 4
_ATTEMPTS = 6
_DENIALS = 0.025  # The share of chains about what nobody does.
_FEWEST_WORDS, _MOST_WORDS = 4, 14


class Cast(NamedTuple):
    """Who can plausibly be, do and have what, so that captions sound true."""

    share: float
    who: tuple[str, ...]
    thing: tuple[str, ...]
    colour: tuple[str, ...]
    count: tuple[str, ...]
    action: tuple[str, ...]
    place: tuple[str, ...]


def _cast(share: float, **terms: str) -> Cast:
    common = {"thing": "", "count": "one two three"}
    return Cast(share, **{name: tuple(text.split()) for name, text in (common | terms).items()})


_CREATURE = {"colour": "black brown white", "action": "running walking jumping sleeping eating"}
_OUTDOORS = "beach park street"
_ANYWHERE = f"{_OUTDOORS} kitchen bedroom"
CASTS = (
    _cast(
        0.65,
        who="man woman boy girl",
        thing="guitar violin apple banana",
        colour="black brown white red blue",
        action="running walking jumping sleeping eating reading playing",
        place=_ANYWHERE,
    ),
    _cast(0.2, who="puppy dog cat", place=_ANYWHERE, **_CREATURE),
    _cast(0.15, who="horse cow", place=_OUTDOORS, **_CREATURE),
)


class Chain(NamedTuple):
    """Five captions, each strictly broader than the one before, and what they mean."""

    sentences: list[str]
    meanings: list[Meaning]


def draw_chain(rng: Random, taken: set[str]) -> Chain:
    """Draw a chain of captions that are not among ``taken``, and add them to it."""
    while True:
        cast = rng.choices(CASTS, [cast.share for cast in CASTS])[0]
        meanings = [_nobody(cast, rng) if rng.random() < _DENIALS else _somebody(cast, rng)]
        while len(meanings) <= LINKS and (choices := _broader(meanings[-1], cast)):
            names = sorted(choices)
            meanings.append(rng.choice(choices[rng.choices(names, [0.3 if n == "negation" else 1 for n in names])[0]]))
        if len(meanings) <= LINKS:
            continue
        sentences = [_fresh(meaning, rng, taken) for meaning in meanings]
        if None not in sentences:
            taken.update(sentences)
            return Chain(sentences, meanings)


def _fresh(meaning: Meaning, rng: Random, taken: set[str]) -> str | None:
    """Return a wording of ``meaning`` that is of a caption's length and not taken, or None after a few attempts."""
    for _ in range(_ATTEMPTS):
        sentence = word(meaning, rng)
        if sentence not in taken and _FEWEST_WORDS <= len(sentence.split()) <= _MOST_WORDS:
            return sentence
    return None


def _somebody(cast: Cast, rng: Random) -> Meaning:
    """Draw a caption that says much, but leaves something open for others to say."""
    stated = rng.sample(["colour", "count", "action", "place"], rng.choice((2, 3, 3)))
    says = Terms(**{name: rng.choice(getattr(cast, name)) for name in ("who", *stated)})
    objects = [thing for thing in cast.thing if is_object(says.action, thing)]
    if objects and rng.random() < 0.6:
        says = says._replace(thing=rng.choice(objects))
    return Meaning(says)


def _nobody(cast: Cast, rng: Random) -> Meaning:
    """Draw a caption that denies much: the more it denies, the less it leaves possible."""
    who, action = (
        rng.choice([term, *filter(None, ATTRIBUTES[name].broader(term))])
        for name, term in (("who", rng.choice(cast.who)), ("action", rng.choice(cast.action)))
    )
    return Meaning(Terms(place=rng.choice(cast.place)), Terms(who=who, action=action))


def _broader(meaning: Meaning, cast: Cast) -> dict[str, list[Meaning]]:
    """Return the meanings one step broader than ``meaning``, by the phenomenon that the step turns on."""
    says, but_not = meaning
    steps = [] if not says.who else list(_say_less(meaning))
    if but_not:
        steps += [("negation", Meaning(says, terms)) for terms in _deny_less(says, but_not, cast)]
        if says.who:
            steps.append(("negation", Meaning(says)))
    else:
        steps += [("negation", step) for step in _deny_instead(says, cast)]
    choices: dict[str, list[Meaning]] = {}
    for phenomenon, step in steps:
        # A subject alone says too little to be a caption.
        if not step.says.who or step.but_not or any(step.says[1:]):
            choices.setdefault(phenomenon, []).append(step)
    return choices


def _say_less(meaning: Meaning) -> Iterator[tuple[str, Meaning]]:
    """Yield meanings with a broader term for one attribute: "dog" for "puppy", or nothing for "brown"."""
    for (name, attribute), term in zip(ATTRIBUTES.items(), meaning.says, strict=True):
        for broader in attribute.broader(term) if term else ():
            if (broader or name != "who") and not (name == "action" and meaning.says.thing):
                yield attribute.phenomenon, meaning._replace(says=meaning.says._replace(**{name: broader}))


def _deny_instead(says: Terms, cast: Cast) -> Iterator[Meaning]:
    """Yield meanings that deny one thing instead of saying another: "not running" for "sleeping"."""
    for name in ("action",):
        term = getattr(says, name)
        if name == "colour" and says.thing and not human(says.who):
            continue  # In "a kitten with a ball that is not white" the ball might be meant.
        attribute = ATTRIBUTES[name]
        for other in _plausible(name, attribute.disjoint(term), cast) if term else ():
            if name == "action" and says.thing:
                continue
            # Not being outdoors is just what being indoors means: no broader.
            if attribute.extents[term] | attribute.extents[other] < attribute.extents[""]:
                yield Meaning(says._replace(**{name: ""}), Terms(**{name: other}))


def _deny_less(says: Terms, but_not: Terms, cast: Cast) -> Iterator[Terms]:
    """Yield narrower denials: "not sleeping" for "not lying down", "not playing a guitar" for "not playing music"."""
    for name, term in but_not._asdict().items():
        if term:
            for narrower in _plausible(name, ATTRIBUTES[name].narrower(term), cast):
                if name != "action" or not but_not.thing or is_object(narrower, but_not.thing):
                    yield but_not._replace(**{name: narrower})
    if but_not.action in OBJECTS and not but_not.thing and not says.thing:
        for kind in OBJECTS[but_not.action]:
            for thing in (kind, *ATTRIBUTES["thing"].narrower(kind)):
                if _plausible("thing", [thing], cast):
                    yield but_not._replace(thing=thing)
    if but_not.who and not but_not.colour:
        for colour in _plausible("colour", ATTRIBUTES["colour"].extents, cast):
            yield but_not._replace(colour=colour)


def _plausible(name: str, terms: Iterable[str], cast: Cast) -> list[str]:
    """Return those of ``terms`` that cover something that the cast may be, have, do ..."""
    attribute = ATTRIBUTES[name]
    possible = frozenset().union(*(attribute.extents[term] for term in getattr(cast, name)))
    return [term for term in terms if term and attribute.extents[term] & possible]
