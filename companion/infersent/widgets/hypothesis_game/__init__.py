"""The hypothesis game: guess the label from the hypothesis alone, against a classifier that sees no more than that."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

import traitlets

from infersent.data.pairs import LABELS
from infersent.foundation.recorded import load_record
from infersent.foundation.tables import Table
from infersent.widgets.base import BookWidget


class HypothesisGame(BookWidget):
    """Twelve hypotheses without their premises, and a guess at each: the reader's, then a classifier's.

    The classifier is the head on v of the chapter on SNLI's baselines, a logistic regression on a bag of words. The
    sentences are our own. The first deck was written as one does who wants to be done with a task, the second against
    the habits of such hands.

    Parameters
    ----------
    deck : int, optional
        0 or 1.
    guesses : list of int, optional
        The reader's labels so far, one a round.
    round : int, optional
        The round that is shown, from 0: the first one without a guess, or the last one with one. After the last round
        comes the end.

    Raises
    ------
    traitlets.TraitError
        If there is no such deck, label or round.

    Examples
    --------
    >>> game = HypothesisGame(deck=1, guesses=[0, 1, 1], round=3)
    >>> game.score()
    {'reader': 2, 'machine': 1, 'chance': 1.0}
    """

    _esm = Path(__file__).with_name("hypothesis_game.mjs")

    deck = traitlets.Int(0).tag(sync=True)
    round = traitlets.Int(0).tag(sync=True)
    guesses = traitlets.List(traitlets.Int()).tag(sync=True)
    #: Each with ``name`` and ``rounds``, see :func:`infersent.release.hypothesis_only.play`.
    decks = traitlets.List(traitlets.Dict()).tag(sync=True)
    #: By label, its most telling words with their weights.
    telling = traitlets.Dict().tag(sync=True)
    #: The share of SNLI's test pairs that the classifier gets right.
    on_test = traitlets.Float().tag(sync=True)

    def __init__(self, *, deck: int = 0, guesses: list[int] | None = None, round: int = 0) -> None:
        record = load_record("hypothesis_only")
        super().__init__(
            decks=[{"name": name, "rounds": rounds} for name, rounds in record["decks"].items()],
            telling=record["telling"],
            on_test=record["right"] / record["test_pairs"],
        )
        with self.hold_trait_notifications():
            self.deck, self.guesses, self.round = deck, guesses or [], round

    @traitlets.validate("deck", "guesses", "round")
    def _exists(self, proposal: dict[str, Any]) -> Any:
        name, value = proposal["trait"].name, proposal["value"]
        if name == "deck" and value not in range(len(self.decks)):
            raise traitlets.TraitError(f"There is no deck {value}; there are {len(self.decks)}, from 0.")
        if name == "guesses":
            if strange := [guess for guess in value if guess not in range(len(LABELS))]:
                raise traitlets.TraitError(f"A guess is 0, 1 or 2, a place in {', '.join(LABELS)}; not {strange[0]}.")
            if len(value) > len(self.rounds):
                raise traitlets.TraitError(f"{len(value)} guesses are too many for {len(self.rounds)} rounds.")
        at, played = (value if trait == name else getattr(self, trait) for trait in ("round", "guesses"))
        if name != "deck" and not max(0, len(played) - 1) <= at <= len(played):
            raise traitlets.TraitError(f"With {len(played)} guesses the game is not in round {at}.")
        return value

    @property
    def rounds(self) -> list[dict[str, Any]]:
        """The rounds of the deck that is played."""
        rounds: list[dict[str, Any]] = self.decks[self.deck]["rounds"]
        return rounds

    def machine(self) -> list[int]:
        """Return the classifier's answer in each round of the deck."""
        return [answer(one) for one in self.rounds]

    def score(self) -> dict[str, float]:
        """Return how many of the rounds so far the reader and the machine have right, and chance on average."""
        played = self.rounds[: len(self.guesses)]
        return {
            "reader": sum(guess == one["label"] for guess, one in zip(self.guesses, played, strict=True)),
            "machine": sum(answer(one) == one["label"] for one in played),
            "chance": len(played) / len(LABELS),
        }

    def __repr__(self) -> str:
        tallies = "; ".join(f"{deck['name']}: {_tally(deck)}" for deck in self.decks)
        return f"HypothesisGame({tallies})"

    def fallback_html(self) -> str:
        tables = []
        for deck in self.decks:
            rows = [
                (
                    one["hypothesis"],
                    f"{LABELS[answer(one)]}, {100 * max(one['probabilities']):.0f}%",
                    LABELS[one["label"]],
                    one["premise"],
                )
                for one in deck["rounds"]
            ]
            caption = f"Hypotheses written {deck['name']}: the machine has {_tally(deck)} right"
            columns = ("hypothesis", "the machine says", "written for", "premise")
            tables.append(Table(columns, rows, caption=caption, css_class="").to_html())
        words = "; ".join(
            f"{html.escape(label)}: {html.escape(', '.join(word for word, _ in telling))}"
            for label, telling in self.telling.items()
        )
        return (
            f"<p>A classifier that sees no premise is right on {100 * self.on_test:.0f}% of SNLI's test pairs. "
            f"Its most telling words are, for {words}.</p>\n" + "\n".join(tables)
        )


def answer(one: dict[str, Any]) -> int:
    """Return the label that the classifier gives most to in a round."""
    probabilities: list[float] = one["probabilities"]
    return probabilities.index(max(probabilities))


def _tally(deck: dict[str, Any]) -> str:
    right = sum(answer(one) == one["label"] for one in deck["rounds"])
    return f"{right} of {len(deck['rounds'])}"
