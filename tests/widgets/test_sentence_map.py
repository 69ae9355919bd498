"""The sentence map, in Python: its traits, what it says, and its static twin."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import numpy as np
import pytest
import traitlets

from infersent.foundation.recorded import load_record
from infersent.widgets import SentenceMap
from infersent.widgets.sentence_map import (
    ENCODERS,
    MARGIN,
    PARTS,
    PHENOMENA,
    SIDE,
    describe,
    drawn,
    faithfulness,
    fitted,
    overview,
    relation,
)

RECORD = load_record("sentence_map")
FOX = "A fox is chasing a goose across the lawn."
GOOSE = "A goose is chasing a fox across the lawn."


@pytest.mark.parametrize(
    ("traits", "message"),
    [
        ({"encoder": "bert"}, "encoder='bert' is none of 'glove', 'minilm'"),
        ({"sentence": "A dog runs."}, r"sentence='A dog runs.' is not on the map; .sentences lists"),
        ({"phenomena": ["negation", "irony"]}, "phenomena has 'irony', which is none of negation, "),
        ({"phenomena": ["number", "number"]}, "phenomena has 'number' twice"),
    ],
)
def test_a_state_that_makes_no_sense_is_refused(traits, message):
    with pytest.raises(traitlets.TraitError, match=message):
        SentenceMap(**traits)


def test_a_refused_value_leaves_the_old_one():
    widget = SentenceMap()
    with pytest.raises(traitlets.TraitError):
        widget.sentence = "no such"
    assert widget.sentence == FOX


def test_representation_has_what_is_chosen_and_phenomena_are_in_order():
    widget = SentenceMap(encoder="glove", phenomena=("number", "negation"))
    assert repr(widget) == f"SentenceMap(encoder='glove', phenomena=['negation', 'number'], sentence={FOX!r})"


def test_the_record_has_the_encoders_and_phenomena_that_the_widget_names():
    assert list(RECORD["encoders"]) == list(ENCODERS)
    assert list(dict.fromkeys(phenomenon for _, phenomenon, *_ in RECORD["sentences"])) == list(PHENOMENA)
    assert SentenceMap().sentences == [text for text, *_ in RECORD["sentences"]]


@pytest.mark.parametrize("encoder", ENCODERS)
def test_neighbours_are_those_of_the_record(encoder):
    widget = SentenceMap(encoder=encoder, sentence=GOOSE)
    here = widget.sentences.index(GOOSE)
    found = RECORD["encoders"][encoder]
    assert [one.text for one in widget.neighbours()] == [widget.sentences[i] for i in found["neighbours"][here]]
    assert [one.cosine for one in widget.neighbours()] == found["cosines"][here]


def test_words_alone_cannot_tell_who_chases_whom():
    first = SentenceMap(encoder="glove").neighbours()[0]
    assert (first.text, first.cosine, first.relation) == (GOOSE, 1.0, "its contradiction")


@pytest.mark.parametrize(
    ("here", "there", "words"),
    [
        ("premise", "entailment", "its entailed sentence"),
        ("premise", "contradiction", "its contradiction"),
        ("neutral", "premise", "its premise"),
        ("neutral", "contradiction", "same scene: contradiction"),
    ],
)
def test_what_a_sentence_is_to_another(here, there, words):
    assert (
        relation(
            ["a", "number", 3, here],
            ["b", "number", 3, there],
        )
        == words
    )
    assert relation(["a", "number", 3, here], ["b", "number", 4, there]) == "another scene"


@pytest.mark.parametrize("encoder", ENCODERS)
def test_the_words_have_the_records_numbers(encoder):
    found = RECORD["encoders"][encoder]
    headline, details = SentenceMap(encoder=encoder).describe()
    premises = len(RECORD["sentences"]) // 4
    entailed, neutral, contradicting, _ = found["shown"]
    assert [int(n) for n in re.findall(r"\d+", headline)][:4] == [entailed, premises, neutral, contradicting]
    shares = [int(n) for n in re.findall(r"(\d+)%", details)]
    counts = np.sum(found["probes"], axis=0)
    assert shares == pytest.approx(list(100 * counts[:3] / counts.sum()), abs=0.5)
    assert ("trainings" in details) == (len(found["probes"]) > 1)
    assert re.findall(r"\d+(?:\.\d)?", faithfulness(encoder)) == [f"{100 * found['plane']:.0f}", f"{found['kept']:.1f}"]


def test_a_neighbour_from_another_scene_is_told(monkeypatch):
    changed = {**RECORD, "encoders": {"glove": {**RECORD["encoders"]["glove"], "shown": [9, 4, 7, 1]}}}
    monkeypatch.setattr("infersent.widgets.sentence_map.load_record", lambda name: changed)
    assert describe("glove")[0].endswith(
        "9 of 21 scenes, the neutral in 4, the contradiction in 7, one of another scene in 1."
    )


@pytest.mark.parametrize("encoder", ENCODERS)
def test_a_map_fills_its_square_and_keeps_its_shape(encoder):
    found = RECORD["encoders"][encoder]
    true = np.stack([found["x"], found["y"]], axis=1)
    points = np.array(fitted(found["x"], found["y"]))
    low, high = points.min(axis=0), points.max(axis=0)
    assert (low >= MARGIN).all()
    assert (high <= SIDE - MARGIN).all()
    assert (high - low).max() == SIDE - 2 * MARGIN
    np.testing.assert_allclose(low + high, SIDE, atol=1)
    scale = (high - low).max() / np.ptp(true, axis=0).max()
    moved = (points - points.mean(axis=0)) * [1, -1]  # up is up
    np.testing.assert_allclose(moved, scale * (true - true.mean(axis=0)), atol=1)


def luminance(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return np.dot([0.2126, 0.7152, 0.0722], linear)


@pytest.mark.parametrize("paper", ["#ffffff", "#121212", "#14181e"])
def test_marks_stand_out_on_every_paper(paper):
    for _, colour, _ in PHENOMENA.values():
        dark, light = sorted(luminance(one) + 0.05 for one in (colour, paper))
        assert light / dark >= 3, colour


def test_marks_differ_without_their_colours():
    assert len({outline for *_, outline in PHENOMENA.values()}) == len(PHENOMENA)


def test_the_twin_shows_the_map_the_neighbours_and_every_encoder():
    widget = SentenceMap(encoder="minilm", sentence=GOOSE)
    twin = ElementTree.fromstring(f"<div>{widget.fallback_html()}</div>")
    picture = next(node for node in twin.iter("svg") if node.get("role") == "img")
    assert picture.get("aria-label") == "84 sentences on a plane (MiniLM)"
    places = [tuple(map(int, re.findall(r"\d+", path.get("transform")))) for path in picture]
    points = next(one["points"] for one in drawn()["encoders"] if one["key"] == "minilm")
    assert places == [tuple(point) for point in points]
    full = [path.get("fill") != "none" for path in picture]
    assert full == [part == "premise" for *_, part in RECORD["sentences"]]
    near, every = twin.findall("table")
    rows = [["".join(cell.itertext()) for cell in row] for row in near.find("tbody")]
    assert rows == [[one.text, f"{one.cosine:.3f}", one.relation] for one in widget.neighbours()]
    assert len(every.find("tbody")) == len(ENCODERS)
    assert widget.describe()[0] in "".join(twin.find("p").itertext())


def test_the_overview_has_each_encoders_numbers():
    for (_, *counts, plane), found in zip(overview().rows, RECORD["encoders"].values(), strict=True):
        assert [int(count) for count in counts] == found["shown"][:3]
        assert plane == f"{100 * found['plane']:.0f}%"


def test_a_page_stays_small():
    assert len(SentenceMap().static_html().encode()) < 80_000


def test_every_part_has_a_name():
    assert {part for *_, part in RECORD["sentences"]} == set(PARTS)
