"""The winners' Python side: each number has one word, an edit is read anew, and what cannot be read is refused."""

from __future__ import annotations

import re

import numpy as np
import pytest
import traitlets

from infersent.inside.ledger import explain
from infersent.widgets import WordWinners
from tests.toy import toy_model

TEXT = "a dog chases the cat"


@pytest.fixture
def widget():
    return WordWinners(toy_model(), TEXT)


def test_winners_are_those_of_the_ledger(widget):
    ledger = explain(toy_model().double(), TEXT, TEXT)
    assert widget.winners() == ledger.premise_winners.tolist()
    assert widget.counts() == np.bincount(ledger.premise_winners, minlength=5).tolist()
    assert sum(widget.counts()) == len(ledger.u)
    assert widget.word == int(np.argmax(widget.counts()))


def test_without_an_edit_nothing_moves(widget):
    assert widget.moved() == []


@pytest.mark.parametrize("place", range(5))
def test_a_word_that_is_taken_out_loses_all_its_numbers(widget, place):
    widget.word, widget.edit = place, "out"
    assert place not in widget.winners_after()
    own = [i for i, winner in enumerate(widget.winners()) if winner == place]
    assert set(own) <= set(widget.moved())


def test_a_changed_word_is_read_in_its_place(widget):
    widget.word, widget.instead, widget.edit = 1, "pig", "swap"
    assert widget.words_after() == ["a", "pig", "chases", "the", "cat"]
    ledger = explain(toy_model().double(), "a pig chases the cat", TEXT)
    assert widget.winners_after() == ledger.premise_winners.tolist()


def test_another_sentence_is_read_when_it_comes(widget):
    widget.word = 4
    widget.sentence = "the pig"
    assert widget.word == 1
    assert sum(widget.counts()) == sum(WordWinners(toy_model(), "the pig").counts())


def test_the_page_has_the_presets_without_each_word_and_with_one_changed():
    widget = WordWinners()
    keys = set(widget.readings)
    for preset in list(widget.presets):
        widget.sentence, widget.instead, widget.edit = preset["sentence"], preset["instead"], "out"
        for place in range(len(widget.words())):
            widget.word = place
            for words in (widget.words(), widget.words_after()):
                assert " ".join(words) in keys
        widget.word, widget.edit = preset["word"], "swap"
        assert " ".join(widget.words_after()) in keys


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"sentence": " "}, "0 words; give it at least one"),
        ({"sentence": "word " * 41}, "41 words"),
        ({"sentence": "x" * 401}, "401 characters"),
        ({"word": 5}, "The sentence has 5 words; word must be 0 to 4, not 5"),
        ({"word": -1}, "not -1"),
        ({"instead": "two words"}, "instead must be one word, not 'two words'"),
        ({"edit": "turn"}, "edit"),
    ],
)
def test_what_cannot_be_read_is_refused(setting, message):
    with pytest.raises(traitlets.TraitError, match=message):
        WordWinners(toy_model(), **{"sentence": TEXT} | setting)


def test_a_model_without_winners_is_refused():
    with pytest.raises(ValueError, match="does not pool by the maximum"):
        WordWinners(toy_model(encoder="bilstm-mean"))


def test_a_setting_that_is_none_is_refused():
    with pytest.raises(TypeError, match="no setting 'colour'"):
        WordWinners(toy_model(), colour="red")


def test_the_fallback_has_every_word_with_its_share(widget):
    cells = re.findall(r"<td>(\d+)</td><td>(\d+)%</td>", widget.fallback_html())
    counts = widget.counts()
    assert [int(count) for count, _ in cells] == counts
    assert [int(share) for _, share in cells] == [round(100 * count / sum(counts)) for count in counts]


def test_repr_names_the_edit_and_the_share(widget):
    widget.word, widget.edit = 1, "out"
    said = f"'dog' gives {widget.counts()[1]} of {sum(widget.counts())} numbers"
    assert repr(widget) == f"WordWinners(sentence={TEXT!r}, word=1, edit='out', instead='watching'): {said}"
