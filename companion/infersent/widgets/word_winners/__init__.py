"""Word winners: which word of a sentence max pooling takes each number of its vector from, live."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np
import traitlets

from infersent.foundation.tables import Table
from infersent.inside.ledger import explain_all
from infersent.model.infersent import InferSent
from infersent.text.tokenizer import split_words
from infersent.widgets import page_model
from infersent.widgets.base import BookWidget
from infersent.widgets.explainer import LARGEST_SENTENCE, LARGEST_TEXT

#: The sentences that the page can read without the model: a name, the text, the place of a word, another in its place.
PRESETS = (
    ("Ducks", "An old man is feeding ducks by the river.", 4, "watching"),
    ("Not", "The girl is not riding her bicycle.", 3, "now"),
    ("Guitar", "A musician with a red hat plays the guitar.", 8, "piano"),
)

#: A winner is written as one letter: the word's place, from ``A``.
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


class WordWinners(BookWidget):
    """Choose a word, see the numbers of the vector that are its own, take it out, and see which numbers move.

    With a kernel, Python reads every sentence. In the published page the presets were read beforehand, without each of
    their words and with one word changed; the page's model reads what else its reader types.

    Parameters
    ----------
    model : InferSent, optional
        With an encoder that pools by the maximum and an affine head; the shipped model if left out.
    sentence : str, optional
        A text of at most 400 characters and 40 words.
    word : int, optional
        The place of the chosen word; the preset's, or that of the word with the most numbers, if left out.
    edit : {"", "out", "swap"}, optional
        What is done to the chosen word: nothing, taken out, or changed into ``instead``.
    instead : str, optional
        Another word.

    Raises
    ------
    ValueError
        If the model's encoder does not pool by the maximum, or its head is not affine.
    traitlets.TraitError
        If the sentence has no words or too many, the place or the edit is none of its, or ``instead`` is not one word.

    Examples
    --------
    >>> WordWinners(sentence="A dog sleeps.").counts()  # doctest: +SKIP
    [152, 150, 130, 80]
    """

    _esm = Path(__file__).with_name("word_winners.mjs")

    sentence = traitlets.Unicode().tag(sync=True)
    word = traitlets.Int(0).tag(sync=True)
    edit = traitlets.Enum(["", "out", "swap"], "").tag(sync=True)
    instead = traitlets.Unicode().tag(sync=True)
    #: By words, joined with blanks: ``words``, and ``winners``, a letter for each number of the vector.
    readings = traitlets.Dict().tag(sync=True)
    #: What the buttons set: ``name``, ``sentence``, ``word`` and ``instead``.
    presets = traitlets.List(traitlets.Dict()).tag(sync=True)
    #: The file from which a page computes, ``{"file": name, "bytes": size}``; empty if it cannot.
    weights = traitlets.Dict().tag(sync=True)

    def __init__(self, model: InferSent | None = None, sentence: str = PRESETS[0][1], **settings: Any) -> None:
        shipped = page_model.shipped_file() if model is None else None
        self._model = copy.deepcopy(model or InferSent.from_pretrained()).cpu().double()
        named = [dict(zip(("name", "sentence", "word", "instead"), preset, strict=True)) for preset in PRESETS]
        texts = [sentence]
        for preset in PRESETS:
            _, text, place, other = preset
            words = split_words(text)
            texts += [text, *(" ".join(edited(words, k, "out", "")) for k in range(len(words)))]
            texts.append(" ".join(edited(words, place, "swap", other)))
        known = next((preset for preset in named if preset["sentence"] == sentence), None)
        other = str(known["instead"]) if known else PRESETS[0][3]
        super().__init__(presets=named, sentence=sentence, instead=settings.pop("instead", other))
        self.readings = self._read(texts)
        self.word = settings.pop("word", known["word"] if known else int(np.argmax(self.counts())))
        self.weights = {"file": shipped.name, "bytes": shipped.stat().st_size} if shipped else {}
        self.edit = settings.pop("edit", "")
        if settings:
            raise TypeError(f"WordWinners has no setting {next(iter(settings))!r}.")

    @traitlets.validate("sentence")
    def _check_sentence(self, proposal: dict[str, Any]) -> str:
        text: str = proposal["value"]
        count = len(split_words(text))
        if len(text) > LARGEST_TEXT or not 0 < count <= LARGEST_SENTENCE:
            raise traitlets.TraitError(
                f"The sentence has {len(text)} characters and {count} words; give it at least one word, and at most "
                f"{LARGEST_TEXT} characters and {LARGEST_SENTENCE} words: {text[:40]!r}."
            )
        return text

    @traitlets.validate("instead")
    def _check_instead(self, proposal: dict[str, Any]) -> str:
        text: str = proposal["value"]
        if len(split_words(text)) != 1:
            raise traitlets.TraitError(f"instead must be one word, not {text!r}.")
        return text

    @traitlets.validate("word")
    def _check_word(self, proposal: dict[str, Any]) -> int:
        place: int = proposal["value"]
        count = len(split_words(self.sentence))
        if not 0 <= place < count:
            raise traitlets.TraitError(f"The sentence has {count} words; word must be 0 to {count - 1}, not {place}.")
        return place

    @traitlets.observe("sentence", "word", "edit", "instead")
    def _read_what_is_new(self, _change: object) -> None:
        if not self.readings:  # the constructor reads all at once
            return
        if self.word >= (count := len(split_words(self.sentence))):
            self.word = count - 1
        known = self._read([self.sentence, " ".join(self.words_after())], self.readings)
        if len(known) > len(self.readings):
            self.readings = known

    def _read(self, texts: list[str], known: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the readings of the texts beside those known."""
        keys = {" ".join(split_words(text)): None for text in texts}
        new = [key for key in keys if key and key not in (known or {})]
        found = dict(known or {})
        for key, ledger in zip(new, explain_all(self._model, new, new), strict=True):
            if ledger.premise_winners is None:
                raise ValueError("Only max pooling has winners, and this model's encoder does not pool by the maximum.")
            winners = "".join(LETTERS[place] for place in ledger.premise_winners)
            found[key] = {"words": list(ledger.premise_words), "winners": winners}
        return found

    def words(self) -> list[str]:
        """Return the sentence's words."""
        return split_words(self.sentence)

    def words_after(self) -> list[str]:
        """Return the words after the edit, which may be none."""
        return edited(self.words(), self.word, self.edit, self.instead)

    def winners(self) -> list[int]:
        """Return for each number of the vector the place of its word, ``[dim]``."""
        return [LETTERS.index(letter) for letter in self.readings[" ".join(self.words())]["winners"]]

    def winners_after(self) -> list[int]:
        """Return the same after the edit, with the words' places in the sentence before it, ``[dim]``."""
        letters = self.readings[" ".join(self.words_after())]["winners"]
        places = [k for k in range(len(self.words())) if self.edit != "out" or k != self.word]
        return [places[LETTERS.index(letter)] for letter in letters]

    def counts(self) -> list[int]:
        """Return how many numbers of the vector each word gives, ``[words]``."""
        counts: list[int] = np.bincount(self.winners(), minlength=len(self.words())).tolist()
        return counts

    def moved(self) -> list[int]:
        """Return the numbers of the vector that come from another word after the edit."""
        pairs = zip(self.winners(), self.winners_after(), strict=True)
        return [i for i, (before, after) in enumerate(pairs) if before != after]

    def __repr__(self) -> str:
        counts = self.counts()
        edit = f", edit={self.edit!r}, instead={self.instead!r}" if self.edit else ""
        given = f"{self.words()[self.word]!r} gives {counts[self.word]} of {sum(counts)} numbers"
        return f"WordWinners(sentence={self.sentence!r}, word={self.word}{edit}): {given}"

    def fallback_html(self) -> str:
        counts = self.counts()
        return Table(
            ("word", "numbers of u", "share"),
            [(word, count, count / sum(counts)) for word, count in zip(self.words(), counts, strict=True)],
            formats={"share": ".0%"},
            caption="Which word each number of the sentence vector comes from",
            css_class="",
        ).to_html()


def edited(words: list[str], place: int, edit: str, instead: str) -> list[str]:
    """Return the words with the one at a place taken out, changed or left as it is."""
    middle = {"": words[place : place + 1], "out": [], "swap": split_words(instead)}[edit]
    return [*words[:place], *middle, *words[place + 1 :]]
