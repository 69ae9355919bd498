"""From a meaning to an English caption."""

from __future__ import annotations

from random import Random

from infersent.data.captions.world import ATTRIBUTES, Meaning, affirmed, negates

_PLURALS = {
    "man": "men",
    "woman": "women",
    "child": "children",
    "person": "people",
    "puppy": "puppies",
    "a guitar": "guitars",
    "a violin": "violins",
    "an instrument": "instruments",
    "an apple": "apples",
    "a banana": "bananas",
}
_PLACES = {
    "beach": ("on the beach", "at the beach"),
    "park": ("in the park", "at the park"),
    "street": ("on the street", "in the street"),
    "kitchen": ("in the kitchen",),
    "bedroom": ("in the bedroom",),
    "outdoors": ("outdoors", "outside"),
    "indoors": ("indoors", "inside"),
}
_FRAMES = (
    "the picture shows",
    "the photo shows",
    "this is a picture of",
    "this is a photo of",
    "you can see",
    "we see",
)
_LEADS = ("in the picture,", "in this picture,", "in the photo,", "in this photo,", "here,")
_DETERMINERS = {"": ("a",), "one": ("a single", "a lone"), "some": ("some", "a few")}


def word(meaning: Meaning, rng: Random) -> str:
    """Return a caption that means ``meaning``, one of several wordings drawn by ``rng``."""
    plural = meaning.count not in ("", "one")
    be = "are" if plural else "is"
    who = _subject(meaning, plural, rng)
    doing = _doing(meaning.action, plural)
    where = rng.choice(_PLACES[meaning.place]) if meaning.place else ""
    if negates(meaning.action):
        clauses = _denials(meaning, who, doing, where, be, rng)
    elif doing:
        clauses = [f"{who} {be} {doing} {where}", f"{who} {where} {be} {doing}", _first(where, f"{who} {be} {doing}")]
        clauses.append(f"{rng.choice(_LEADS)} {who} {be} {doing} {where}")
        clauses.append(f"{rng.choice(_FRAMES)} {who} {doing} {where}")
    else:
        clauses = [f"{rng.choice((*_FRAMES, f'there {be}'))} {who} {where}"]
        clauses.append(f"{rng.choice(_LEADS)} there {be} {who} {where}")
        if where:
            clauses += [f"{who} {be} {where}", _first(where, f"there {be} {who}")]
    clause = " ".join(rng.choice(clauses).split())
    return f"{clause[0].upper()}{clause[1:]}."


def _denials(meaning: Meaning, who: str, doing: str, where: str, be: str, rng: Random) -> list[str]:
    """Return clauses that say who does not do something.

    The place goes before the verb, so that it is not denied too. A scene shows one group, so "Nobody in the park is
    running" says the same of it as "A person in the park is not running".
    """
    be_not = rng.choice((f"{be} not", f"{be}n't"))
    clauses = [f"{who} {where} {be_not} {doing}", _first(where, f"{who} {be_not} {doing}")]
    clauses.append(f"{rng.choice(_LEADS)} {who} {where} {be_not} {doing}")
    if meaning.who == "person" and not meaning.count:
        nobody = f"{rng.choice(('nobody', 'no one'))} {_clothes(meaning.colour, rng)}"
        clauses += [f"{nobody} {where} {be} {doing}", _first(where, f"{nobody} {be} {doing}")]
    elif meaning.count == "some":
        clauses.append(f"none of the {_described(meaning, True, rng)} {where} {be} {doing}")
    return clauses


def _subject(meaning: Meaning, plural: bool, rng: Random) -> str:
    """Word who is there: "two brown dogs", "a woman dressed in red", "someone"."""
    if meaning.who == "person" and not meaning.count and rng.random() < 0.5:
        return f"someone {_clothes(meaning.colour, rng)}"
    described = _described(meaning, plural, rng)
    determiner = rng.choice(_DETERMINERS.get(meaning.count, (meaning.count,)))
    return f"{'an' if determiner == 'a' and described[0] in 'aeiou' else determiner} {described}"


def _described(meaning: Meaning, plural: bool, rng: Random) -> str:
    noun = rng.choice(("child", "kid")) if meaning.who == "child" else meaning.who
    noun = _plural(noun) if plural else noun
    if ATTRIBUTES["who"].extents[meaning.who] <= ATTRIBUTES["who"].extents["person"]:
        return " ".join((noun, _clothes(meaning.colour, rng))).strip()
    return f"{meaning.colour} {noun}".strip()


def _clothes(colour: str, rng: Random) -> str:
    if not colour:
        return ""
    return f"{rng.choice(('in', 'wearing', 'dressed in'))} {colour}{' clothes' if colour == 'dark' else ''}"


def _doing(action: str, plural: bool) -> str:
    """Word an action without its negation: "playing a guitar" for one, "playing guitars" for several."""
    verb, _, thing = affirmed(action).partition(" ")
    return f"{verb} {_PLURALS.get(thing, thing) if plural else thing}".strip()


def _plural(noun: str) -> str:
    return _PLURALS.get(noun, f"{noun}s")


def _first(where: str, clause: str) -> str:
    return f"{where}, {clause}" if where else clause
