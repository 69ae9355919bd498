"""The hero of the front page: two sentences, four blocks, three probabilities, and what a block's absence changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
import traitlets

from infersent.data.pairs import LABELS
from infersent.foundation.arrays import Floats
from infersent.foundation.recorded import load_record
from infersent.inside.ledger import Ledger, explain
from infersent.model.features import BLOCKS, get_feature
from infersent.model.infersent import InferSent
from infersent.text.tokenizer import split_words
from infersent.widgets import page_model
from infersent.widgets.base import BookWidget
from infersent.widgets.explainer import LARGEST_SENTENCE, LARGEST_TEXT
from infersent.widgets.hero import picture

#: The pairs of the buttons, sentences of our own: three hypotheses for one premise, and one that fools the model.
PAIRS = {
    "Follows": ("A dog is running on the beach.", "An animal is outdoors."),
    "May be true": ("A dog is running on the beach.", "A dog is chasing a ball."),
    "Cannot be true": ("A dog is running on the beach.", "The dog is asleep."),
    "A “not”": ("A woman is reading a book.", "A woman is not reading a book."),
}

#: The blocks that have a switch: those in which the sentences meet.
SWITCHED = ("|u-v|", "u*v")

#: What a block is worth beside the other three to a model that is trained from the start, in points of accuracy on
#: SNLI's test pairs: 95% intervals of the study, over thirty seeds for the product and five for the difference.
WORTH = {"|u-v|": (2.3, 3.4), "u*v": (-0.2, 0.3)}


class Hero(BookWidget):
    """Two sentences flow into the four blocks and on to the answer; ``|u-v|`` and ``u*v`` can be switched off.

    A switch puts zeros in a block's place in the trained model, as :func:`infersent.inside.interventions.drop` does,
    so the block's part leaves the logits; nothing is trained again. Each block's ribbon is as wide as the block moves
    the answer: as its part of the logits differs between the labels.

    The pairs of the buttons are computed beforehand. In the published page the shipped model answers for others, once
    its reader types; in a notebook Python does.

    Parameters
    ----------
    premise, hypothesis : str, optional
        Two texts, each of at most 400 characters and 40 words. Both follow what the reader types.
    blocks : sequence of str, optional
        The blocks that are on; all four if left out. ``"u"`` and ``"v"`` always are.

    Raises
    ------
    traitlets.TraitError
        If a text is too long, or a block is not one of the four, or ``"u"`` or ``"v"`` is missing.

    Examples
    --------
    >>> Hero(blocks=["u", "v", "|u-v|"])  # doctest: +SKIP
    Hero(premise='A dog is running on the beach.', hypothesis='The dog is asleep.', without u∗v): contradiction, 100%
    """

    _esm = Path(__file__).with_name("hero.mjs")

    premise = traitlets.Unicode().tag(sync=True)
    hypothesis = traitlets.Unicode().tag(sync=True)
    blocks = traitlets.List(traitlets.Unicode(), default_value=list(BLOCKS)).tag(sync=True)
    #: What is drawn of the pair, see :func:`drawn`.
    ledger = traitlets.Dict().tag(sync=True)
    #: The pairs of the buttons, each a name and what ``ledger`` has of it.
    pairs: traitlets.List[Any] = traitlets.List().tag(sync=True)
    #: Of each block with a switch: the accuracy without it, untouched first, and its worth to a trained model.
    study = traitlets.Dict().tag(sync=True)
    #: The file from which a page computes, ``{"file": name, "bytes": size}``.
    weights = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        premise: str = PAIRS["Cannot be true"][0],
        hypothesis: str = PAIRS["Cannot be true"][1],
        *,
        blocks: Sequence[str] = BLOCKS,
        **settings: Any,
    ) -> None:
        shipped = page_model.shipped_file()
        super().__init__(
            premise=premise,
            hypothesis=hypothesis,
            blocks=list(blocks),
            pairs=[[name, drawn(_account(*pair), *pair)] for name, pair in PAIRS.items()],
            study=study(),
            weights={"file": shipped.name, "bytes": shipped.stat().st_size},
            **settings,
        )
        self._explain()

    @traitlets.validate("premise", "hypothesis")
    def _check_text(self, proposal: dict[str, Any]) -> str:
        name: str = proposal["trait"].name
        text: str = proposal["value"]
        if len(text) > LARGEST_TEXT or len(split_words(text)) > LARGEST_SENTENCE:
            raise traitlets.TraitError(
                f"The {name} is too long; shorten it to at most {LARGEST_TEXT} characters and {LARGEST_SENTENCE} "
                f"words: {text[:40]!r}…"
            )
        return text

    @traitlets.validate("blocks")
    def _check_blocks(self, proposal: dict[str, Any]) -> list[str]:
        blocks: list[str] = proposal["value"]
        if unknown := [name for name in blocks if name not in BLOCKS]:
            raise traitlets.TraitError(f"There is no block {unknown[0]!r}; the blocks are {', '.join(BLOCKS)}.")
        if missing := [name for name in BLOCKS if name not in (*blocks, *SWITCHED)]:
            raise traitlets.TraitError(f"The block {missing[0]!r} has no switch; name it among the blocks.")
        return [name for name in BLOCKS if name in blocks]

    @traitlets.observe("premise", "hypothesis")
    def _explain(self, _change: object = None) -> None:
        if self.ledger or _change is None:  # not while the constructor sets them one after the other
            self.ledger = drawn(_account(self.premise, self.hypothesis), self.premise, self.hypothesis)

    def probabilities(self) -> dict[str, float]:
        """Return each label's probability with the blocks that are on."""
        return dict(zip(LABELS, probabilities(self.ledger, self.blocks), strict=True))

    def describe(self) -> tuple[str, str]:
        """Return the answer in words, and what the blocks that are off have changed."""
        return describe(self.ledger, self.blocks)

    def __repr__(self) -> str:
        off = [f"without {picture.printed(name)}" for name in BLOCKS if name not in self.blocks]
        settings = [f"premise={self.premise!r}", f"hypothesis={self.hypothesis!r}", *off]
        label, share = _answer(self.ledger, self.blocks)
        return f"Hero({', '.join(settings)}): {label}, {share:.0%}"

    def fallback_html(self) -> str:
        """Return the picture that the module draws of this state, with all that needs JavaScript left out."""
        return picture.to_html(
            texts={"premise": self.premise, "hypothesis": self.hypothesis},
            cells=self.ledger["cells"],
            moves=moves(self.ledger, self.blocks),
            shares=probabilities(self.ledger, self.blocks),
            words=self.describe(),
            study=self.study,
        )


@cache
def _shipped() -> InferSent:
    return InferSent.from_pretrained().cpu().double().eval()  # float64: the same digits on every machine


def _account(premise: str, hypothesis: str) -> Ledger:
    return explain(_shipped(), premise, hypothesis)


def drawn(ledger: Ledger, premise: str, hypothesis: str) -> dict[str, Any]:
    """Return what the widget draws of a ledger: the bias and the blocks' parts of the logits, and the strips' cells.

    A cell is the largest of neighbouring coordinates, by size: of sixteen, for the shipped model's 512.
    """
    u, v = (torch.from_numpy(x).unsqueeze(0) for x in (ledger.u, ledger.v))  # [1, dim]
    values = {name: np.abs(get_feature(name).function(u, v)[0].numpy()) for name in BLOCKS}  # [dim]
    return {
        "premise": premise,
        "hypothesis": hypothesis,
        "unknown": _unknown(ledger),
        "bias": _rounded(ledger.bias, 4),
        "by_block": {name: _rounded(ledger.by_block[name], 4) for name in BLOCKS},
        "cells": {name: _rounded(value.reshape(picture.CELLS, -1).max(axis=1), 3) for name, value in values.items()},
    }


def _unknown(ledger: Ledger) -> list[str]:
    sides = ((ledger.premise_words, ledger.premise_unknown), (ledger.hypothesis_words, ledger.hypothesis_unknown))
    return list(dict.fromkeys(word for words, flags in sides for word, flag in zip(words, flags, strict=True) if flag))


def probabilities(ledger: Mapping[str, Any], blocks: Iterable[str]) -> list[float]:
    """Return the probabilities with some blocks on, ``[labels]``."""
    logits = np.sum([ledger["bias"], *(ledger["by_block"][name] for name in blocks)], axis=0)
    odds = np.exp(logits - logits.max())
    shares: list[float] = (odds / odds.sum()).tolist()
    return shares


def moves(ledger: Mapping[str, Any], blocks: Iterable[str]) -> dict[str, float]:
    """Return how far each block moves the answer: how much its part differs between the labels; 0 if it is off."""
    on = set(blocks)
    return {name: float(np.ptp(ledger["by_block"][name])) if name in on else 0.0 for name in BLOCKS}


def _answer(ledger: Mapping[str, Any], blocks: Iterable[str]) -> tuple[str, float]:
    shares = probabilities(ledger, blocks)
    best = int(np.argmax(shares))
    return LABELS[best], shares[best]


def describe(ledger: Mapping[str, Any], blocks: Sequence[str]) -> tuple[str, str]:
    """Return the answer in words, and what the blocks that are off have changed."""
    label, share = _answer(ledger, blocks)
    off = [picture.printed(name) for name in SWITCHED if name not in blocks]
    if not off:
        by_size = sorted(BLOCKS, key=lambda name: moves(ledger, blocks)[name])
        least, most = picture.printed(by_size[0]), picture.printed(by_size[-1])
        return f"{label.capitalize()}, {share:.0%}.", f"Here {most} moves the answer most and {least} least."
    them = "it" if len(off) == 1 else "them"
    before, was = _answer(ledger, BLOCKS)
    head = f"Without {' and '.join(off)}: {label}, {share:.0%}."
    if label != before:
        return head, f"The answer changes: {before}, {was:.0%}, with {them}."
    if abs(share - was) < 0.05:
        return head, f"Hardly a change: {was:.0%} with {them}."
    return head, f"The same answer, but {was:.0%} with {them}."


def study() -> dict[str, list[list[float]]]:
    """Return of each block with a switch, in percent: the accuracy with it and without, and :data:`WORTH`."""
    record = load_record("evidence")
    return {
        name: [[round(100 * record["accuracy"], 1), round(100 * record["dropped"][name], 1)], list(WORTH[name])]
        for name in SWITCHED
    }


def _rounded(numbers: Floats, digits: int) -> list[float]:
    rounded: list[float] = (np.round(numbers.astype(float), digits) + 0.0).tolist()
    return rounded
