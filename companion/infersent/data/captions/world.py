"""The small world that captions speak of: what a caption means, and how two meanings relate.

A **scene** shows one group of people or animals. It has one value for each of five attributes: who they are, the colour
of their coat or clothes, how many they are, the one thing that they are doing, and where. A caption states some
attributes and leaves the others open. ("A dog" leaves open how many: where two dogs run, a dog runs.) So its meaning,
the set of scenes that it describes, is a **box**: the product, over the attributes, of the sets of values that it
allows. Both captions of a pair are of the same scene, so the label is the relation of their sets: entailment if the
premise's set lies in the hypothesis's, contradiction if the two are disjoint, neutral otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from infersent.data.pairs import LABELS
from infersent.foundation.arrays import Ints

#: What a pair can turn on. An "unrelated" pair is neutral, and its captions speak of different things.
PHENOMENA = ("kind", "property", "count", "place", "action", "negation", "unrelated")

ENTAILMENT, NEUTRAL, CONTRADICTION = (LABELS.index(label) for label in ("entailment", "neutral", "contradiction"))

_NOT = "not "


def negates(term: str) -> bool:
    """Whether ``term`` covers all that another does not, as "not running" does."""
    return term.startswith(_NOT)


def affirmed(term: str) -> str:
    """Return the term without its negation: "running" for "not running", and for "running"."""
    return term.removeprefix(_NOT)


@dataclass(frozen=True)
class Attribute:
    """One attribute of a scene: its values, and the terms that name sets of values.

    Attributes
    ----------
    phenomenon
        What a pair is said to turn on when it turns on this attribute.
    values
        Mutually exclusive values. One that starts with "other" has no word of its own.
    classes
        For each term that covers several values, these values.
    negatable
        Whether each term has a negation that is a term too.
    """

    phenomenon: str
    values: tuple[str, ...]
    classes: Mapping[str, tuple[str, ...]]
    negatable: bool = False

    @cached_property
    def extents(self) -> Mapping[str, frozenset[str]]:
        """The values that each term covers; ``""`` leaves the attribute open, and covers all."""
        everything = frozenset(self.values)
        extents = {value: frozenset([value]) for value in self.values if not value.startswith("other ")}
        extents |= {term: frozenset(values) for term, values in self.classes.items()}
        if self.negatable:
            extents |= {_NOT + term: everything - extent for term, extent in extents.items()}
        return extents | {"": everything}

    def broader(self, term: str) -> list[str]:
        """Return the terms that cover all that ``term`` covers and more, ``""`` last."""
        return [other for other, extent in self.extents.items() if extent > self.extents[term]]


_PEOPLE = ("man", "woman", "boy", "girl")
_ANIMALS = ("puppy", "other dog", "cat", "horse")
_PLAYING = ("playing a guitar", "playing a violin")
_EATING = ("eating an apple", "eating a banana")

#: The attributes of a scene, by the names of the fields of :class:`Meaning`, in their order.
ATTRIBUTES = {
    "who": Attribute(
        "kind",
        _PEOPLE + _ANIMALS,
        {"child": ("boy", "girl"), "person": _PEOPLE, "dog": ("puppy", "other dog"), "animal": _ANIMALS},
    ),
    "colour": Attribute("property", ("black", "brown", "white", "red", "blue"), {"dark": ("black", "brown")}),
    "count": Attribute("count", ("one", "two", "three"), {"some": ("two", "three")}),
    "action": Attribute(
        "action",
        ("running", "sleeping", "reading", *_PLAYING, *_EATING, "other eating"),
        {"playing an instrument": _PLAYING, "eating": (*_EATING, "other eating")},
        negatable=True,
    ),
    "place": Attribute(
        "place",
        ("beach", "park", "street", "kitchen", "bedroom"),
        {"outdoors": ("beach", "park", "street"), "indoors": ("kitchen", "bedroom")},
    ),
}


class Meaning(NamedTuple):
    """What a caption says: a term of each attribute, ``""`` where it leaves the attribute open."""

    who: str
    colour: str = ""
    count: str = ""  # type: ignore[assignment]  # hides tuple.count, which has no use here
    action: str = ""
    place: str = ""


@dataclass(frozen=True)
class Extents:
    """The sets of scenes that captions describe, each a box in one integer.

    Every attribute has a field of bits: one for each value, set if the caption allows it, and above them a spare one,
    clear. So the intersection of two boxes is ``a & b``, and ``a`` lies in ``b`` if ``a & ~b`` is zero. A set of
    attributes is an integer, too: the sum of their spare bits.

    Attributes
    ----------
    box
        The values that a caption allows.
    stated, negated
        The attributes that it states, and those of them that it states by a negation.
    verb
        A number for the verb of its action: the same for "playing a guitar" and "playing an instrument".
    """

    box: Ints
    stated: Ints
    negated: Ints
    verb: Ints

    @classmethod
    def of(cls, meanings: Sequence[Meaning]) -> Extents:
        """Return the extents of ``meanings``."""
        rows = [
            (
                sum(_FIELDS[name][term] for name, term in terms.items()),
                sum(_SPARE[name] for name, term in terms.items() if term),
                sum(_SPARE[name] for name, term in terms.items() if negates(term)),
                _VERBS.index(_verb(terms["action"])),
            )
            for terms in (meaning._asdict() for meaning in meanings)
        ]
        return cls(*np.array(rows, dtype=np.int64).reshape(-1, 4).T)

    def take(self, captions: Ints) -> Extents:
        """Return the extents of ``captions``, indices in an array of any shape, in that shape."""
        return Extents(self.box[captions], self.stated[captions], self.negated[captions], self.verb[captions])


def compare(p: Extents, h: Extents) -> tuple[Ints, Ints]:
    """Label pairs, and say what each turns on.

    The decisive attributes of a pair are those in which the premise does not lie within the hypothesis or, if there is
    none, those in which the two differ. A pair with one decisive attribute turns on it: on negation if one of the two
    states it by a negation, on the kind of thing if the two name the same verb, or else on the attribute's phenomenon.
    A neutral pair whose captions state different attributes, of different kinds of subject, is unrelated.

    Parameters
    ----------
    p, h
        Extents of premises and hypotheses, of shapes that broadcast to that of the pairs.

    Returns
    -------
    labels
        Indices into :data:`~infersent.data.pairs.LABELS`, exact by the meaning of the sets.
    phenomena
        Indices into :data:`PHENOMENA`, or -1 for a pair that turns on several things.
    """
    outside = _nonempty(p.box & ~h.box)
    entailed = outside == 0
    disjoint = _nonempty(p.box & h.box) != _ALL
    labels = np.where(entailed, ENTAILMENT, np.where(disjoint, CONTRADICTION, NEUTRAL))

    differ = _nonempty(p.box ^ h.box)
    decisive = np.where(entailed, differ, outside)
    single = (decisive != 0) & (decisive & (decisive - 1) == 0)  # Without its lowest bit, nothing is left.
    apart = (p.stated & h.stated == _SPARE["who"]) & (differ & _SPARE["who"] != 0)
    phenomena = np.full(labels.shape, -1)
    phenomena[apart & ~entailed & ~disjoint] = PHENOMENA.index("unrelated")
    for name, attribute in ATTRIBUTES.items():
        phenomena[single & (decisive == _SPARE[name])] = PHENOMENA.index(attribute.phenomenon)
    phenomena[single & (decisive == _SPARE["action"]) & (p.verb == h.verb)] = PHENOMENA.index("kind")
    phenomena[single & (decisive & (p.negated | h.negated) != 0)] = PHENOMENA.index("negation")
    return labels, phenomena


def _nonempty(box: Ints) -> Ints:
    """Return the attributes for which ``box`` allows a value: adding all ones to a field carries into its spare bit."""
    return (box + _OPEN) & _ALL


def _verb(action: str) -> str:
    return affirmed(action).partition(" ")[0]


def _layout() -> tuple[dict[str, dict[str, int]], dict[str, int]]:
    """Return each term's bits in the field of its attribute, and the spare bit of each attribute."""
    fields, spare, start = {}, {}, 0
    for name, attribute in ATTRIBUTES.items():
        bits = {value: 1 << (start + i) for i, value in enumerate(attribute.values)}
        fields[name] = {term: sum(bits[value] for value in extent) for term, extent in attribute.extents.items()}
        spare[name] = 1 << (start + len(bits))
        start += len(bits) + 1
    return fields, spare


_FIELDS, _SPARE = _layout()
_OPEN = sum(field[""] for field in _FIELDS.values())
_ALL = sum(_SPARE.values())
_VERBS = sorted({_verb(term) for term in ATTRIBUTES["action"].extents})
