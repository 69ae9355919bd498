"""The game's Python side: the machine's answers are recorded, and a score counts what was played."""

import re

import pytest
import traitlets

from infersent.data.pairs import LABELS
from infersent.foundation.recorded import load_record
from infersent.widgets import HypothesisGame
from infersent.widgets.hypothesis_game import answer


def test_a_score_counts_the_rounds_so_far():
    game = HypothesisGame(guesses=[0, 0, 2], round=3)
    right = [one["label"] for one in game.rounds]
    assert right[:3] == [0, 1, 2]
    assert game.score() == {"reader": 2, "machine": 3, "chance": 1.0}
    assert HypothesisGame().score() == {"reader": 0, "machine": 0, "chance": 0}
    assert HypothesisGame(guesses=right, round=12).score()["reader"] == 12


def test_the_machine_gives_its_likeliest_label():
    for deck in (0, 1):
        game = HypothesisGame(deck=deck)
        for found, one in zip(game.machine(), game.rounds, strict=True):
            assert found == answer(one)
            assert one["probabilities"][found] == max(one["probabilities"])
            assert sum(one["probabilities"]) == pytest.approx(1, abs=0.002)


def test_the_twin_shows_every_round_and_the_words():
    twin, game = HypothesisGame().fallback_html(), HypothesisGame()
    for deck in game.decks:
        for one in deck["rounds"]:
            assert one["premise"] in twin
    assert len(re.findall('<tr><th scope="row">', twin)) == 24
    record = load_record("hypothesis_only")
    assert f"right on {record['right'] / record['test_pairs']:.0%} of SNLI's test pairs" in twin
    for label in LABELS:
        assert f"{label}: {', '.join(word for word, _ in record['telling'][label])}" in twin


def test_repr_says_how_the_machine_does():
    assert repr(HypothesisGame()) == "HypothesisGame(by habit: 11 of 12; against the habit: 1 of 12)"


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"deck": 2}, "There is no deck 2; there are 2, from 0."),
        ({"guesses": [3]}, "A guess is 0, 1 or 2, a place in entailment, neutral, contradiction; not 3."),
        ({"guesses": [0] * 13, "round": 12}, "13 guesses are too many for 12 rounds."),
        ({"round": 1}, "With 0 guesses the game is not in round 1."),
        ({"guesses": [0, 0], "round": 0}, "With 2 guesses the game is not in round 0."),
    ],
)
def test_games_that_cannot_be_are_refused(setting, message):
    with pytest.raises(traitlets.TraitError, match=re.escape(message)):
        HypothesisGame(**setting)
