"""The sentence map: sentences of our own on a plane, as one encoder or another places them."""

from __future__ import annotations

import html
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import traitlets

from infersent.foundation.recorded import load_record
from infersent.foundation.tables import Table
from infersent.widgets.base import BookWidget

#: The phenomena as the page writes them, each with its colour and the outline of its mark around (0, 0).
#: The colours can be told from a light paper and from a dark one; whoever cannot tell them apart has the marks.
PHENOMENA = {
    "negation": ("negation", "#d6453d", "M-7 0a7 7 0 1 0 14 0a7 7 0 1 0-14 0Z"),
    "antonym": ("opposite", "#b26a00", "M-6.2-6.2H6.2V6.2H-6.2Z"),
    "number": ("number", "#7a8500", "M0-8.5L8 6H-8Z"),
    "colour": ("colour", "#1a9183", "M0 8.5L8-6H-8Z"),
    "agent-patient": ("who to whom", "#3f7fd0", "M0-9.5L8 0L0 9.5L-8 0Z"),
    "hypernym-up": ("wider word", "#9a62d6", "M-2.8-8H2.8V-2.8H8V2.8H2.8V8H-2.8V2.8H-8V-2.8H-2.8Z"),
    "paraphrase": ("paraphrase", "#7b8290", "M-8.5-5L0-1.6L8.5-5L3.2 1.6L5.3 9L0 4.6L-5.3 9L-3.2 1.6Z"),
}

#: The encoders as the page names them: on the button, in a table, and what to know of each.
ENCODERS = {
    "glove": (
        "words alone",
        "mean of GloVe",
        "The mean of the words' GloVe vectors: nothing here is trained on pairs.",
    ),
    "minilm": (
        "MiniLM",
        "MiniLM",
        "all-MiniLM-L6-v2, a transformer trained by contrast to bring together what belongs.",
    ),
    "u, v": ("u, v", "u, v", ""),
    "u, v, |u-v|": ("u, v, |u−v|", "u, v, |u−v|", ""),
    "u, v, u*v": ("u, v, u∗v", "u, v, u∗v", ""),
    "u, v, |u-v|, u*v": ("all four", "u, v, |u−v|, u∗v", ""),
    "shipped": (
        "shipped model",
        "shipped InferSent",
        "The shipped model: all four blocks, 2 × 256 units, all of SNLI-122k.",
    ),
}

#: The side of the square that holds a map, and its margin: all coordinates of the front end are within.
SIDE, MARGIN = 400, 22

#: A sentence's part in its scene, as a neighbour's description names it.
PARTS = {
    "premise": "its premise",
    "entailment": "its entailed sentence",
    "neutral": "its neutral sentence",
    "contradiction": "its contradiction",
}

_NUMBERS = {1: "one", 2: "two", 3: "three", 4: "four", 5: "five"}


@dataclass(frozen=True)
class Neighbour:
    """A sentence near another.

    Attributes
    ----------
    text
        The sentence.
    cosine
        Of the two sentences' vectors, in all their dimensions.
    relation
        What it is to the other: ``"its contradiction"``, ``"another scene"``.
    """

    text: str
    cosine: float
    relation: str


class SentenceMap(BookWidget):
    """Choose an encoder and a sentence, and see which sentences that encoder places near it.

    The sentences are those of 21 scenes of the probes (:mod:`infersent.data.probes`), each a premise with an entailed,
    a neutral and a contradicting hypothesis. All was computed in advance, see :mod:`infersent.release.sentence_map`.
    The neighbours are the nearest by cosine in all dimensions, whatever the plane shows.

    Parameters
    ----------
    encoder : str, optional
        ``"glove"`` (the mean of word vectors), ``"minilm"``, the blocks that an encoder was trained with
        (``"u, v, u*v"``), or ``"shipped"``; one of :data:`ENCODERS`.
    sentence : str, optional
        The sentence whose neighbours are shown; one of :attr:`sentences`.
    phenomena : list of str, optional
        The phenomena whose sentences are shown, of :data:`PHENOMENA`.

    Raises
    ------
    traitlets.TraitError
        If the encoder, the sentence or a phenomenon is none of the record's, or a phenomenon is named twice.

    Examples
    --------
    >>> SentenceMap(encoder="shipped", sentence="A fox is chasing a goose across the lawn.").neighbours()[0].relation
    'its contradiction'
    """

    _esm = Path(__file__).with_name("sentence_map.mjs")

    encoder = traitlets.Unicode("u, v, |u-v|, u*v").tag(sync=True)
    sentence = traitlets.Unicode("A fox is chasing a goose across the lawn.").tag(sync=True)
    phenomena = traitlets.List(traitlets.Unicode(), list(PHENOMENA)).tag(sync=True)
    #: What the front end draws: ``sentences`` (text, phenomenon, scene and part of each), ``phenomena``, ``parts`` and
    #: ``encoders``, each with its points, neighbours, cosines and words.
    maps = traitlets.Dict().tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        if "maps" not in traits:
            traits["maps"] = drawn()
        super().__init__(**traits)

    @traitlets.validate("encoder")
    def _is_recorded(self, proposal: dict[str, Any]) -> str:
        encoder: str = proposal["value"]
        if encoder not in ENCODERS:
            raise traitlets.TraitError(f"encoder={encoder!r} is none of {', '.join(map(repr, ENCODERS))}.")
        return encoder

    @traitlets.validate("sentence")
    def _is_on_the_map(self, proposal: dict[str, Any]) -> str:
        sentence: str = proposal["value"]
        if sentence not in self.sentences:
            raise traitlets.TraitError(f"sentence={sentence!r} is not on the map; .sentences lists those that are.")
        return sentence

    @traitlets.validate("phenomena")
    def _are_known(self, proposal: dict[str, Any]) -> list[str]:
        phenomena: list[str] = proposal["value"]
        for name in phenomena:
            if name not in PHENOMENA:
                raise traitlets.TraitError(f"phenomena has {name!r}, which is none of {', '.join(PHENOMENA)}.")
            if phenomena.count(name) > 1:
                raise traitlets.TraitError(f"phenomena has {name!r} twice; name each once.")
        return sorted(phenomena, key=list(PHENOMENA).index)

    def __repr__(self) -> str:
        chosen = ("encoder", "phenomena", "sentence")
        return f"SentenceMap({', '.join(f'{name}={getattr(self, name)!r}' for name in chosen)})"

    @property
    def sentences(self) -> list[str]:
        """The sentences of the map."""
        return [text for text, *_ in load_record("sentence_map")["sentences"]]

    def neighbours(self) -> list[Neighbour]:
        """Return the chosen sentence's five nearest neighbours in the encoder's space, nearest first."""
        record = load_record("sentence_map")
        here, sentences = self.sentences.index(self.sentence), record["sentences"]
        found = record["encoders"][self.encoder]
        return [
            Neighbour(sentences[there][0], cosine, relation(sentences[here], sentences[there]))
            for there, cosine in zip(found["neighbours"][here], found["cosines"][here], strict=True)
        ]

    def describe(self) -> tuple[str, str]:
        """Return what there is to say of the encoder, the same as in the page: a headline and a few sentences."""
        return describe(self.encoder)

    def fallback_html(self) -> str:
        maps, found = drawn(), self.neighbours()
        headline, details = self.describe()
        points = next(one["points"] for one in maps["encoders"] if one["key"] == self.encoder)
        marks = []
        for (_, phenomenon, _, part), (x, y) in zip(maps["sentences"], points, strict=True):
            _, colour, outline = PHENOMENA[phenomenon]
            inside = f'fill="{colour}"' if part == "premise" else 'fill="none"'
            place = f'transform="translate({x} {y})" stroke="{colour}" stroke-width="2"'
            marks.append(f'<path d="{outline}" {place} {inside}/>')
        legend = "".join(
            f'<span style="white-space: nowrap"><svg viewBox="-11 -11 22 22" width="16" height="16" aria-hidden="true">'
            f'<path d="{outline}" fill="{colour}"/></svg> {title}</span> '
            for title, colour, outline in PHENOMENA.values()
        )
        title = ENCODERS[self.encoder][1]
        picture = (
            f'<svg viewBox="0 0 {SIDE} {SIDE}" width="420" height="420" style="max-width: 100%; height: auto" '
            f'role="img" aria-label="{len(marks)} sentences on a plane ({html.escape(title)})">{"".join(marks)}</svg>'
        )
        near = Table(
            ("nearest sentences", "cosine", "what it is"),
            [(one.text, f"{one.cosine:.3f}", one.relation) for one in found],
            caption=f"To “{self.sentence}”",
            css_class="",
        )
        return (
            f"<p><strong>{headline}</strong> {details} {faithfulness(self.encoder)}</p>\n"
            f"{picture}\n<p>{legend}(full: a premise; open: its hypotheses)</p>\n"
            f"{near.to_html()}\n{overview().to_html()}"
        )


def relation(here: list[Any], there: list[Any]) -> str:
    """Return what a sentence is to another; both are rows of the record: text, phenomenon, scene and part."""
    (*_, scene, part), (*_, other_scene, other_part) = here, there
    if scene != other_scene:
        return "another scene"
    if "premise" in (part, other_part):
        return PARTS[other_part]
    return f"same scene: {other_part}"


def describe(encoder: str) -> tuple[str, str]:
    """Return what there is to say of an encoder: a headline and a few sentences."""
    record = load_record("sentence_map")
    found = record["encoders"][encoder]
    entailed, neutral, contradicting, elsewhere = found["shown"]
    others = f", one of another scene in {elsewhere}" if elsewhere else ""
    headline = (
        f"A premise's nearest sentence is its entailed one in {entailed} of {sum(found['shown'])} scenes, "
        f"the neutral in {neutral}, the contradiction in {contradicting}{others}."
    )
    seeds = len(found["probes"])
    counts = [sum(column) for column in zip(*found["probes"], strict=True)]
    shares = [f"{100 * count / sum(counts):.0f}%" for count in counts]
    over = f", over {_NUMBERS[seeds]} trainings" if seeds > 1 else ""
    about = ENCODERS[encoder][2] or (
        f"A BiLSTM of 2 × {found['hidden']} units, trained with {ENCODERS[encoder][1]} on {found['pairs']:,} pairs."
    )
    return headline, (
        f"In all {record['scenes']} such scenes of the probes{over}: {shares[0]}, {shares[1]} and {shares[2]}. {about}"
    )


def faithfulness(encoder: str) -> str:
    """Return how much of an encoder's space its plane shows."""
    found = load_record("sentence_map")["encoders"][encoder]
    return (
        f"The plane shows {100 * found['plane']:.0f}% of the variance: of a sentence's five nearest neighbours, "
        f"{found['kept']:.1f} are among its five nearest points here, on average."
    )


def overview() -> Table:
    """Return what the nearest neighbours of the premises are, for every encoder, and what its plane shows."""
    record = load_record("sentence_map")
    rows = [
        (ENCODERS[name][1], *map(str, found["shown"][:3]), f"{100 * found['plane']:.0f}%")
        for name, found in record["encoders"].items()
    ]
    caption = f"Nearest to {len(record['sentences']) // 4} premises"
    return Table(("vectors", "entailed", "neutral", "contradiction", "plane"), rows, caption=caption, css_class="")


@cache
def drawn() -> dict[str, Any]:
    """Return what the front end draws."""
    record = load_record("sentence_map")
    return {
        "sentences": record["sentences"],
        "phenomena": [[name, *look] for name, look in PHENOMENA.items()],
        "parts": PARTS,
        "encoders": [
            {
                "key": name,
                "title": ENCODERS[name][0],
                "words": describe(name),
                "counts": found["shown"],
                "plane": faithfulness(name),
                "points": fitted(found["x"], found["y"]),
                "neighbours": found["neighbours"],
                "cosines": found["cosines"],
            }
            for name, found in record["encoders"].items()
        ],
    }


def fitted(x: list[float], y: list[float]) -> list[list[int]]:
    """Return points as large as they fit into the square, in its middle; y goes down, as in a picture."""
    middles = [(min(along) + max(along)) / 2 for along in (x, y)]
    scale = (SIDE - 2 * MARGIN) / max(max(along) - min(along) for along in (x, y))
    return [
        [round(SIDE / 2 + scale * (a - middles[0])), round(SIDE / 2 - scale * (b - middles[1]))]
        for a, b in zip(x, y, strict=True)
    ]
