"""The explainer: two sentences, the model's decision, and the exact account of it, live."""

from __future__ import annotations

import copy
import html
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import traitlets

from infersent.data.pairs import LABELS
from infersent.foundation.arrays import Floats
from infersent.foundation.tables import Table, signed
from infersent.inside.ledger import Ledger, explain, head_weights, lead_in_words
from infersent.model.infersent import InferSent
from infersent.text.tokenizer import split_words
from infersent.widgets import page_model
from infersent.widgets.base import BookWidget

#: The longest text that the widget reads, in characters and in words.
LARGEST_TEXT, LARGEST_SENTENCE = 400, 40

#: Where the shipped model gives the right label to fewer than half of the probes of a phenomenon that shows in single
#: words: the words, and how many of how many it gets right. Numbers in digits count as number words.
WEAKNESSES = {
    "negation": ("not n't no nobody nothing none never neither nor without", 12, 33),
    "numbers": ("one two three four five six seven eight nine ten eleven twelve dozen several", 15, 33),
    "quantifiers": ("all every everyone everybody some most half few many only", 14, 33),
    "order in time": ("before after already still yet just", 15, 33),
}
#: What is said of two fields without a word.
NOTHING = "No answer. Type a sentence into each field: there is nothing to compare yet."


class Explainer(BookWidget):
    """Type two sentences and see the decision: by block, by word, by pair of words, by coordinate.

    In a notebook with a kernel, Python answers each change, so that every model with an exact ledger can be explained,
    whatever its encoder and size, and none of it has to travel to the browser. In the published page the shipped
    model answers, in JavaScript, from the file of :mod:`infersent.widgets.page_model`; another model's page keeps its
    first pair.

    Parameters
    ----------
    model : InferSent, optional
        With a linear or stacked-linear head; the shipped model if left out. The widget explains the model as it is now
        and computes in float64, which gives the same digits on every machine.
    premise, hypothesis : str, optional
        Two texts, each of at most 400 characters and 40 words. Both follow what the reader types.
    blocks : sequence of str, optional
        The pair features that count; those left out add nothing to the logits. All of the model's if left out.

    Raises
    ------
    ValueError
        If the model has no exact ledger.
    traitlets.TraitError
        If a text is too long, or a block is not one of the model's.

    Examples
    --------
    >>> Explainer(premise="A dog runs.", hypothesis="An animal moves.").label  # doctest: +SKIP
    'entailment'
    """

    _esm = Path(__file__).with_name("explainer.mjs")

    premise = traitlets.Unicode().tag(sync=True)
    hypothesis = traitlets.Unicode().tag(sync=True)
    blocks = traitlets.List(traitlets.Unicode()).tag(sync=True)
    #: The account of the pair, see :func:`account`.
    ledger = traitlets.Dict().tag(sync=True)
    #: The file from which a page computes, ``{"file": name, "bytes": size}``; empty if it cannot.
    weights = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        model: InferSent | None = None,
        premise: str = "A man in a red shirt is playing a guitar.",
        hypothesis: str = "A musician is performing.",
        *,
        blocks: Sequence[str] | None = None,
        **settings: Any,
    ) -> None:
        shipped = page_model.shipped_file() if model is None else None
        self._model = copy.deepcopy(model or InferSent.from_pretrained()).cpu().double()
        head_weights(self._model)  # refuses a model without an exact ledger
        super().__init__(
            premise=premise,
            hypothesis=hypothesis,
            blocks=list(self._model.config.blocks if blocks is None else blocks),
            weights={"file": shipped.name, "bytes": shipped.stat().st_size} if shipped else {},
            **settings,
        )
        self._explain()

    @traitlets.validate("premise", "hypothesis")
    def _check_text(self, proposal: dict[str, Any]) -> str:
        name: str = proposal["trait"].name
        text: str = proposal["value"]
        if len(text) > LARGEST_TEXT:
            raise traitlets.TraitError(
                f"The {name} has {len(text)} characters; shorten it to at most {LARGEST_TEXT}: {text[:40]!r}…"
            )
        if (words := len(split_words(text))) > LARGEST_SENTENCE:
            raise traitlets.TraitError(
                f"The {name} has {words} words; shorten it to at most {LARGEST_SENTENCE}: {text[:40]!r}…"
            )
        return text

    @traitlets.validate("blocks")
    def _check_blocks(self, proposal: dict[str, Any]) -> list[str]:
        known = self._model.config.blocks
        if unknown := [name for name in proposal["value"] if name not in known]:
            raise traitlets.TraitError(f"The model has no block {unknown[0]!r}; its blocks are {', '.join(known)}.")
        return [name for name in known if name in proposal["value"]]

    @traitlets.observe("premise", "hypothesis")
    def _explain(self, _change: object = None) -> None:
        if self.ledger or _change is None:  # not while the constructor sets them one after the other
            self.ledger = account(explain(self._model, self.premise, self.hypothesis), self.premise, self.hypothesis)

    def logits(self) -> dict[str, float]:
        """Return each label's logit: the bias and the parts of the blocks that count."""
        parts = [self.ledger["bias"], *(self.ledger["by_block"][name] for name in self.blocks)]
        return dict(zip(self._model.labels, np.sum(parts, axis=0).tolist(), strict=True))

    def probabilities(self) -> dict[str, float]:
        """Return each label's probability with the blocks that count."""
        logits = np.array(list(self.logits().values()))
        odds = np.exp(logits - logits.max())
        return dict(zip(self._model.labels, (odds / odds.sum()).tolist(), strict=True))

    @property
    def label(self) -> str:
        """The answer with the blocks that count."""
        logits = self.logits()
        return max(logits, key=lambda name: logits[name])

    def in_words(self) -> str:
        """Say the answer with the blocks that count, what speaks for and against it, and where the model is weak.

        A weakness is named only of the shipped model, which the probes have measured; see :data:`WEAKNESSES`.
        """
        if self._is_empty:
            return NOTHING
        parts = {name: np.array(self.ledger["by_block"][name]) for name in self.blocks}
        reason = lead_in_words(np.array(self.ledger["bias"]), parts, self._model.labels)
        sentences = [f"{self.label.capitalize()}, {self.probabilities()[self.label]:.0%}.", reason]
        return " ".join([*sentences, *([weakness(self.ledger)] if self.weights else [])]).strip()

    @property
    def _is_empty(self) -> bool:
        return not (self.premise.strip() or self.hypothesis.strip())

    def __repr__(self) -> str:
        texts = f"premise={self.premise!r}, hypothesis={self.hypothesis!r}"
        answer = "no answer" if self._is_empty else f"{self.label}, {self.probabilities()[self.label]:.0%}"
        return f"Explainer({texts}, blocks={self.blocks!r}): {answer}"

    def fallback_html(self) -> str:
        if self._is_empty:
            return f"<p>{html.escape(self.in_words())}</p>"
        by_block, logits = self.ledger["by_block"], self.logits()
        rows = [("bias", *map(signed, self.ledger["bias"]))]
        for name, part in by_block.items():
            counts = name in self.blocks
            rows.append(
                (f"{_printed(name)}{'' if counts else ' (off)'}", *(signed(x if counts else 0.0) for x in part))
            )
        rows.append(("sum: the logit", *map(signed, logits.values())))
        rows.append(("probability", *(f"{p:.1%}" for p in self.probabilities().values())))
        table = Table(("", *self._model.labels), rows, caption="What each block adds to each logit", css_class="")
        pair = f"“{html.escape(self.premise)}” → “{html.escape(self.hypothesis)}”"
        return f"<p>{pair}: {self.label}</p>\n<p>{html.escape(self.in_words())}</p>\n{table.to_html()}"


def weakness(ledger: Mapping[str, Any]) -> str:
    """Say on which phenomenon the shipped model is weak, where the two sentences of an account differ in its words.

    Returns
    -------
    str
        One sentence, or nothing.
    """
    for name, (words, right, total) in WEAKNESSES.items():
        known = frozenset(words.split())
        premise, hypothesis = (
            {
                word
                for word in ledger[side]
                if word in known or (name == "numbers" and word.isascii() and word.isdigit())
            }
            for side in ("premise_words", "hypothesis_words")
        )
        if premise != hypothesis:
            return f"Take care: on {name} this model is right on {right} of our {total} probe pairs only."
    return ""


def account(ledger: Ledger, premise: str, hypothesis: str) -> dict[str, Any]:
    """Return what the widget draws of a ledger, under the ledger's own names, with numbers rounded for the page.

    ``by_dimension`` holds only the blocks of both sentences. With an encoder without max pooling no term falls on
    words, and ``by_word``, ``interaction_map`` and ``by_dimension`` are empty. ``labels`` is there unless they are
    those of NLI.
    """
    result: dict[str, Any] = {
        "premise": premise,
        "hypothesis": hypothesis,
        "blocks": list(ledger.blocks),  # in their order, which JSON does not keep
        "premise_words": list(ledger.premise_words),
        "hypothesis_words": list(ledger.hypothesis_words),
        "premise_unknown": ledger.premise_unknown.tolist(),
        "hypothesis_unknown": ledger.hypothesis_unknown.tolist(),
        "bias": _rounded(ledger.bias, 4),
        "by_block": {name: _rounded(part, 4) for name, part in ledger.by_block.items()},
        "u": _rounded(ledger.u, 2),
        "v": _rounded(ledger.v, 2),
        "by_word": {},
        "interaction_map": {},
        "by_dimension": {},
    }
    if ledger.labels != LABELS:  # those of NLI a page knows
        result["labels"] = list(ledger.labels)
    if ledger.premise_winners is not None and ledger.hypothesis_winners is not None:
        result |= {
            "premise_winners": ledger.premise_winners.tolist(),
            "hypothesis_winners": ledger.hypothesis_winners.tolist(),
            "by_word": {name: _rounded(part, 3) for name, part in ledger.by_word.items()},
            "interaction_map": {name: _rounded(part, 3) for name, part in ledger.interaction_map.items()},
            "by_dimension": {name: _rounded(ledger.by_dimension[name], 3) for name in ledger.interaction_map},
        }
    return result


def _rounded(numbers: Floats, digits: int) -> list[Any]:
    """Return the numbers as nested lists, rounded, with no negative zero."""
    rounded: list[Any] = (np.round(numbers.astype(float), digits) + 0.0).tolist()
    return rounded


def _printed(block: str) -> str:
    return block.replace("*", "∗").replace("-", "−")
