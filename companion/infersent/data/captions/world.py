"""The small world that captions speak of: what a caption means, and how two meanings relate.

A **scene** shows one group of people or animals. It has one value for each of seven attributes: who they are, the
thing they have with them, colour, size, how many they are, the one thing they are doing, and where.
A caption states some attributes and leaves the others open, so its meaning is a **box**: the product, over the
attributes, of the sets of values that it allows. A negation cuts a second box out of the first: "A woman in the park
is not playing a guitar" is the box of women in the park without the box of guitar playing. The label of a pair is
the relation of the two sets of scenes, for both captions are of the same scene: subset is entailment, disjoint is
contradiction, anything else is neutral.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from infersent.data.pairs import LABELS

#: What a pair can turn on. "unrelated" pairs are neutral pairs that have no stated value in common.
PHENOMENA = ("kind", "property", "count", "place", "action", "negation", "unrelated")

ENTAILMENT, NEUTRAL, CONTRADICTION = (LABELS.index(label) for label in ("entailment", "neutral", "contradiction"))


@dataclass(frozen=True)
class Attribute:
    """One attribute of a scene: its values, and the terms that name sets of values.

    Attributes
    ----------
    phenomenon
        What a pair turns on when it turns on this attribute.
    values
        Mutually exclusive values. One that starts with "other" has no word of its own.
    classes
        A term that covers several values, to these values.
    """

    phenomenon: str
    values: tuple[str, ...]
    classes: Mapping[str, tuple[str, ...]]

    @cached_property
    def extents(self) -> Mapping[str, frozenset[str]]:
        """Each term that a caption can use, to the values that it covers; ``""``, left open, covers all."""
        words = {value: frozenset([value]) for value in self.values if not value.startswith("other ")}
        return words | {term: frozenset(values) for term, values in self.classes.items()} | {"": frozenset(self.values)}

    def broader(self, term: str) -> list[str]:
        """Return the terms that cover all that ``term`` covers and more, ``""`` among them."""
        return [other for other, extent in self.extents.items() if extent > self.extents[term]]

    def narrower(self, term: str) -> list[str]:
        """Return the terms that cover a part of what ``term`` covers, but not all."""
        return [other for other, extent in self.extents.items() if extent < self.extents[term]]

    def disjoint(self, term: str) -> list[str]:
        """Return the terms that cover nothing that ``term`` covers."""
        return [other for other, extent in self.extents.items() if not extent & self.extents[term]]


def _attribute(phenomenon: str, values: str, **classes: str) -> Attribute:
    def split(text: str) -> tuple[str, ...]:
        return tuple(text.split(", "))

    return Attribute(phenomenon, split(values), {name.replace("_", " "): split(c) for name, c in classes.items()})


_PEOPLE = "man, woman, boy, girl"
_ANIMALS = "puppy, other dog, cat, horse, cow"

#: The attributes of a scene, by the names of the fields of :class:`Terms`, in their order.
ATTRIBUTES = {
    "who": _attribute(
        "kind",
        f"{_PEOPLE}, {_ANIMALS}",
        child="boy, girl",
        person=_PEOPLE,
        dog="puppy, other dog",
        animal=_ANIMALS,
    ),
    "thing": _attribute(
        "kind",
        "guitar, violin, apple, banana",
        instrument="guitar, violin",
        fruit="apple, banana",
    ),
    "colour": _attribute("property", "black, brown, white, red, blue", dark="black, brown"),
    "count": _attribute("count", "one, two, three", some="two, three"),
    "action": _attribute(
        "action",
        "running, walking, jumping, sleeping, eating, reading, playing",
        moving="running, walking, jumping",
    ),
    "place": _attribute(
        "place",
        "beach, park, street, kitchen, bedroom",
        outdoors="beach, park, street",
        indoors="kitchen, bedroom",
    ),
}


class Terms(NamedTuple):
    """One term an attribute; ``""`` leaves the attribute open."""

    who: str = ""
    thing: str = ""
    colour: str = ""
    count: str = ""
    action: str = ""
    place: str = ""


class Meaning(NamedTuple):
    """The scenes in the box of ``says``, without those in the box of ``but_not`` if there is one."""

    says: Terms
    but_not: Terms | None = None


@dataclass(frozen=True)
class Extents:
    """The meanings of captions, a box in one integer each.

    Every attribute has a field of bits: one for each value, set if the caption allows it, and a spare one above them,
    clear. So the intersection of two boxes is ``a & b``, and ``a`` lies in ``b`` if ``a & ~b`` is zero. A set of
    attributes is an integer too: of the spare bits of its attributes.

    Attributes
    ----------
    box
        The box that a caption allows.
    hole
        The box that it cuts out; 0 where it cuts out nothing, or where what it leaves is again a box (then ``box`` is
        what it leaves).
    negated, stated
        The attributes that its negation speaks of, and those that it speaks of at all.
    """

    box: np.ndarray
    hole: np.ndarray
    negated: np.ndarray
    stated: np.ndarray

    @classmethod
    def of(cls, meanings: Sequence[Meaning]) -> Extents:
        """Return the extents of ``meanings``."""
        box = np.array([_box(meaning.says) for meaning in meanings])
        hole = np.array([_box(meaning.but_not) if meaning.but_not else 0 for meaning in meanings])
        negated = np.array([_stated(meaning.but_not) if meaning.but_not else 0 for meaning in meanings])
        stated = negated | np.array([_stated(meaning.says) for meaning in meanings])
        # A hole that is as wide as the box in all attributes but one just narrows the box in that one.
        narrows = (hole != 0) & _is_single(_nonempty(box & ~hole))
        rest = np.where(narrows, box & ~hole, 0)
        # In the attribute that it narrows, the rest stands; in the others, where no rest is, the box as it was.
        kept = box & ~_values(_nonempty(rest)) | rest
        return cls(kept, np.where(narrows, 0, hole), negated, stated)

    def take(self, captions: np.ndarray) -> Extents:
        """Return the extents of ``captions``, indices in an array of any shape, in that shape."""
        return Extents(self.box[captions], self.hole[captions], self.negated[captions], self.stated[captions])


def compare(p: Extents, h: Extents) -> tuple[np.ndarray, np.ndarray]:
    """Label pairs, and say what each turns on.

    A pair has decisive attributes: those in which the boxes differ (entailment), those in which the premise allows more
    than the hypothesis (neutral), or those in which the two exclude each other (contradiction). It turns on negation if
    a negation speaks of all of them, else on the only one that there is. A neutral pair whose captions speak of
    different things, and not quite of the same kind of subject either, is unrelated.

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
    both = p.box & h.box
    exceed = p.box & ~h.box
    # The premise's scenes lie outside the hypothesis's hole if its own hole covers what the two have in common.
    in_hole = p.box & h.hole
    clear = (_nonempty(in_hole) != _ALL) | (in_hole & ~p.hole == 0)
    entailed = (exceed == 0) & clear
    # Two holes together never cover an intersection that neither covers alone: a caption with a hole leaves the
    # action open, and no two terms cover every action.
    exclude = _ALL & ~_nonempty(both)
    disjoint = (exclude != 0) | (both & ~p.hole == 0) | (both & ~h.hole == 0)
    labels = np.where(entailed, ENTAILMENT, np.where(disjoint, CONTRADICTION, NEUTRAL))

    differ = _nonempty(p.box ^ h.box)
    exceeds = _nonempty(exceed)
    decisive = np.where(entailed, differ, exceeds)
    decisive = np.where(decisive & _SPARE["action"] != 0, decisive & ~_SPARE["thing"], decisive)
    negated = p.negated | h.negated
    phenomena = np.full(labels.shape, -1)
    phenomena[~entailed & ~disjoint & (p.stated & h.stated & ~_WHO == 0) & (differ & _WHO != 0)] = _UNRELATED
    single = _is_single(decisive) & (entailed | (exclude != 0) | ~disjoint & clear)
    for phenomenon, attributes in _ATTRIBUTES_OF.items():
        phenomena[single & (decisive & attributes != 0)] = phenomenon
    phenomena[(negated != 0) & (decisive & ~negated == 0)] = _NEGATION
    return labels, phenomena


def _nonempty(box: np.ndarray) -> np.ndarray:
    """Return the attributes of which ``box`` allows any value: adding all ones to a field carries into its spare bit."""
    return (box + _OPEN) & _ALL


def _values(attributes: np.ndarray) -> np.ndarray:
    """Return the box of all values of ``attributes``, and none of the others."""
    return sum(np.where(attributes & spare != 0, _FIELDS[name][""], 0) for name, spare in _SPARE.items())


def _is_single(attributes: np.ndarray) -> np.ndarray:
    """Whether there is exactly one attribute in each set: taking the lowest bit of a set leaves nothing."""
    return (attributes != 0) & (attributes & (attributes - 1) == 0)


def _box(terms: Terms) -> int:
    return sum(_FIELDS[name][term] for name, term in terms._asdict().items())


def _stated(terms: Terms) -> int:
    return sum(_SPARE[name] for name, term in terms._asdict().items() if term)


def _layout() -> tuple[dict[str, dict[str, int]], dict[str, int]]:
    """Return each term's bits in the field of its attribute, and the spare bit of each attribute."""
    fields, spare, start = {}, {}, 0
    for name, attribute in ATTRIBUTES.items():
        bit = {value: 1 << (start + i) for i, value in enumerate(attribute.values)}
        fields[name] = {term: sum(bit[value] for value in extent) for term, extent in attribute.extents.items()}
        start += len(bit)
        spare[name] = 1 << start
        start += 1
    if start > 63:
        raise ValueError(f"The attributes take {start} bits, more than the 63 of an integer; give them fewer values.")
    return fields, spare


_FIELDS, _SPARE = _layout()
_OPEN = _box(Terms())
_ALL = sum(_SPARE.values())
_WHO = _SPARE["who"]
_NEGATION, _UNRELATED = PHENOMENA.index("negation"), PHENOMENA.index("unrelated")
_ATTRIBUTES_OF = {
    code: attributes
    for code, phenomenon in enumerate(PHENOMENA)
    if (attributes := sum(_SPARE[name] for name, a in ATTRIBUTES.items() if a.phenomenon == phenomenon))
}
