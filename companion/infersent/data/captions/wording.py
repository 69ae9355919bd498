"""From a meaning to an English caption."""

from __future__ import annotations

from random import Random

from infersent.data.captions.world import ATTRIBUTES, Meaning, Terms

_PLURALS = {
    "man": "men",
    "woman": "women",
    "child": "children",
    "person": "people",
    "puppy": "puppies",
    "pony": "ponies",
    "fruit": "fruit",
}

#: What somebody does to a thing of this class, so that "reading" and "book" make "reading a book".
OBJECTS = {"playing": ("instrument",), "eating": ("fruit",)}

_ACTIONS = {
    "playing": "playing music",
    "moving": "moving around",
    "lying": "lying down",
    "making music": "making music",
}
_PLACES = {
    "beach": ("on the beach", "at the beach"),
    "field": ("in the field",),
    "park": ("in the park", "at the park"),
    "street": ("on the street", "in the street"),
    "kitchen": ("in the kitchen",),
    "bedroom": ("in the bedroom",),
    "library": ("in the library",),
    "house": ("in the house",),
    "outdoors": ("outdoors", "outside"),
    "indoors": ("indoors", "inside"),
}
_DETERMINERS = {"": ("a",), "one": ("one", "a single", "a lone"), "some": ("some", "a few")}
_SIZES = {"big": ("big", "large"), "small": ("small", "little")}
_STATURES = {"big": ("tall",), "small": ("short",)}


def human(who: str) -> bool:
    """Whether ``who`` names people, whose colour is that of their clothes."""
    kinds = ATTRIBUTES["who"]
    return kinds.extents[who] <= kinds.extents["person"]


def is_object(action: str, thing: str) -> bool:
    """Whether ``action`` is done to ``thing``: a guitar is played, a book read."""
    things = ATTRIBUTES["thing"]
    return bool(thing) and any(things.extents[thing] <= things.extents[kind] for kind in OBJECTS.get(action, ()))


def word(meaning: Meaning, rng: Random) -> str:
    """Return a caption that means ``meaning``, one of several wordings drawn by ``rng``."""
    says, but_not = meaning
    if not says.who:
        clause = _nobody(but_not, _place(says.place, rng), rng)
    else:
        clause = _somebody(says, but_not or Terms(), rng)
    clause = " ".join(clause.split()).replace(" ,", ",")
    return f"{clause[0].upper()}{clause[1:]}."


def _somebody(says: Terms, but_not: Terms, rng: Random) -> str:
    """Word a caption with a subject."""
    plural = says.count not in ("", "one")
    be = "are" if plural else "is"
    transitive = is_object(says.action, says.thing)
    doing = _doing(says.action, says.thing if transitive else "", plural)
    who = _noun_phrase(says._replace(thing="") if transitive else says, but_not.colour, plural, rng)
    where = _place(says.place, rng)
    if but_not.action:
        never = _doing(but_not.action, but_not.thing, plural)
        be_not = rng.choice((f"{be} not", f"{be}n't"))
        return rng.choice((f"{who} {where} {be_not} {never}", _first(where, f"{who} {be_not} {never}")))
    if but_not.place:
        where = f", but not {_place(but_not.place, rng)}"
        return f"{who} {be} {doing} {where}" if doing else f"there {be} {who} {where}"
    if doing:
        clause = f"{who} {be} {doing}"
        wordings = [f"{clause} {where}", _first(where, clause), f"{who} {where} {be} {doing}"]
        # "There is a girl in red with a kite eating." is hard to read.
        if not (says.thing or says.colour or but_not.colour):
            wordings.append(f"there {be} {who} {doing} {where}")
        return rng.choice(wordings)
    if where:
        return rng.choice((f"{who} {be} {where}", f"there {be} {who} {where}", _first(where, f"there {be} {who}")))
    return rng.choice((f"there {be} {who} in the picture", f"this is a picture of {who}", f"the picture shows {who}"))


def _nobody(but_not: Terms, where: str, rng: Random) -> str:
    """Word a caption that denies that anybody at a place does something."""
    person = but_not.who == "person"
    plural = not person
    doing = _doing(but_not.action, but_not.thing, plural)
    if person:
        who = " ".join((rng.choice(("nobody", "no one")), _dressed(but_not.colour, rng)))
    else:
        who = f"no {_noun_phrase(but_not._replace(count='none', thing=''), '', plural, rng)}"
    be = "are" if plural else "is"
    return rng.choice(
        (f"{who} {be} {doing} {where}", f"there {be} {who} {doing} {where}", _first(where, f"{who} {be} {doing}"))
    )


def _noun_phrase(terms: Terms, not_colour: str, plural: bool, rng: Random) -> str:
    """Word who is there: "two small brown dogs with a ball", "a tall woman who is not wearing red"."""
    dressed = human(terms.who)
    noun = terms.who
    if noun == "child":
        noun = rng.choice(("child", "kid"))
    noun = _plural(noun) if plural else noun
    words = ["" if dressed else terms.colour, noun]
    if dressed:
        words.append(_dressed(terms.colour, rng))
    if terms.thing:
        words.append(f"{rng.choice(('with', 'holding')) if dressed else 'with'} {_things(terms.thing, plural)}")
    if not_colour:
        be = "are" if plural else "is"
        words.append(f"who {be} not wearing {_clothes(not_colour)}" if dressed else f"that {be} not {not_colour}")
    rest = " ".join(filter(None, words))
    if terms.count == "none":
        return rest
    if not terms.count and rest.startswith("person") and rng.random() < 0.5:
        return rest.replace("person", "someone", 1)
    determiner = rng.choice(_DETERMINERS.get(terms.count, (terms.count,)))
    return _with_article(rest) if determiner == "a" else f"{determiner} {rest}"


def _dressed(colour: str, rng: Random) -> str:
    if not colour:
        return ""
    return f"{rng.choice(('in', 'wearing', 'dressed in'))} {_clothes(colour)}"


def _clothes(colour: str) -> str:
    return f"{colour} clothes" if colour in ATTRIBUTES["colour"].classes else colour


def _doing(action: str, thing: str, plural: bool) -> str:
    return f"{action} {_things(thing, plural)}" if thing else _ACTIONS.get(action, action)


def _things(thing: str, plural: bool) -> str:
    """Word one thing each: "a guitar" for one person, "guitars" for several."""
    if thing == "fruit":
        return thing
    return _plural(thing) if plural else _with_article(thing)


def _place(place: str, rng: Random) -> str:
    return rng.choice(_PLACES[place]) if place else ""


def _first(where: str, clause: str) -> str:
    return f"{where}, {clause}" if where else clause


def _plural(noun: str) -> str:
    return _PLURALS.get(noun, f"{noun}s")


def _with_article(phrase: str) -> str:
    return f"{'an' if phrase[0] in 'aeiou' else 'a'} {phrase}"
