"""The ledger as a bill: a logit's lines, the words under a line, the numbers under a word; every list adds up."""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import traitlets

from infersent.foundation.tables import Table, signed
from infersent.inside.ledger import Ledger, explain_all
from infersent.model.infersent import InferSent
from infersent.widgets.base import BookWidget

#: The pairs of the page: a name and two texts of our own.
PAIRS = (
    ("Guitar", "A man in a red shirt is playing a guitar.", "A woman is asleep on the sofa."),
    ("Awake", "The children are sleeping.", "The children are awake."),
    ("Not", "A woman is reading a book.", "A woman is not reading a book."),
    ("The same", "A dog.", "A dog."),
)

#: Weights and vectors travel as whole numbers of these sizes.
WEIGHT, VALUE = 1e-5, 1e-4

#: How many lines of words and of numbers a list shows before its last one, which holds the rest.
SHOWN = 5

_FEATURES: dict[str, Callable[[float, float], float]] = {
    "u": lambda u, v: u,
    "v": lambda u, v: v,
    "|u-v|": lambda u, v: abs(u - v),
    "u*v": lambda u, v: u * v,
}


@dataclass(frozen=True)
class Line:
    """A line of the bill: what it is for, and an amount in hundredths."""

    name: str
    cents: int
    #: The numbers of the vector that it adds up; none for the bias.
    numbers: tuple[int, ...] = ()


class LedgerBill(BookWidget):
    """Read a decision as a bill: open a block and see its words, open a word and see its numbers.

    The amounts are written in hundredths. So that each list adds up to the line above it, those with the largest
    rounding error are rounded the other way where plain rounding misses the sum.

    Parameters
    ----------
    model : InferSent, optional
        With the paper's blocks, max pooling and an affine head; the shipped model if left out.
    pairs : sequence of (str, str, str), optional
        A name, a premise and a hypothesis each; :data:`PAIRS` if left out.
    pair : int, optional
        The place of the pair that is shown.
    label : str, optional
        The logit that is shown; the first pair's answer if left out.
    block : str, optional
        The block that is open; ``""`` for none.
    item : int, optional
        The line of the block that is open, from 0; -1 for none.

    Raises
    ------
    ValueError
        If the model has no exact ledger by word, or a block that is not one of the paper's.
    traitlets.TraitError
        If there is no such pair, label, block or line.

    Examples
    --------
    >>> LedgerBill(block="u").lines()  # doctest: +SKIP
    """

    _esm = Path(__file__).with_name("ledger_bill.mjs")

    pair = traitlets.Int(0).tag(sync=True)
    label = traitlets.Unicode().tag(sync=True)
    block = traitlets.Unicode().tag(sync=True)
    item = traitlets.Int(-1).tag(sync=True)
    labels = traitlets.List(traitlets.Unicode()).tag(sync=True)
    #: For each pair ``name``, ``words`` (of the two sentences), ``vectors`` (u and v, in units of :data:`VALUE`) and
    #: ``winners`` (for each number the place of its word, in each sentence).
    pairs = traitlets.List(traitlets.Dict()).tag(sync=True)
    #: By block, ``[labels][dim]``, and ``bias``, ``[labels]``, in units of :data:`WEIGHT`.
    weights = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        model: InferSent | None = None,
        pairs: Sequence[tuple[str, str, str]] = PAIRS,
        *,
        pair: int = 0,
        label: str | None = None,
        block: str = "",
        item: int = -1,
    ) -> None:
        model = model or InferSent.from_pretrained()
        ledgers = explain_all(model, [premise for _, premise, _ in pairs], [hypothesis for *_, hypothesis in pairs])
        first = ledgers[0]
        if strange := [name for name in first.blocks if name not in _FEATURES]:
            raise ValueError(f"The bill has the blocks {', '.join(_FEATURES)}, and the model has {strange[0]!r}.")
        columns = {name: _whole(weight, WEIGHT) for name, weight in first.weights.items()}
        super().__init__(
            labels=list(first.labels),
            weights={**columns, "bias": _whole(first.bias, WEIGHT)},
            pairs=[_shown(name, ledger) for (name, *_), ledger in zip(pairs, ledgers, strict=True)],
        )
        self.label = first.label if label is None else label
        self.pair, self.block, self.item = pair, block, item

    @traitlets.validate("pair", "label", "block", "item")
    def _exists(self, proposal: dict[str, Any]) -> Any:
        name, value = proposal["trait"].name, proposal["value"]
        ranges: dict[str, Callable[[], Sequence[Any]]] = {
            "pair": lambda: range(len(self.pairs)),
            "label": lambda: self.labels,
            "block": lambda: ["", *self.blocks],
            "item": lambda: range(-1, len(self.lines_of_block()) if self.block else 0),
        }
        known = ranges[name]()
        if value not in known:
            raise traitlets.TraitError(f"The bill has no {name} {value!r}; it has {', '.join(map(repr, known))}.")
        return value

    @property
    def blocks(self) -> list[str]:
        """The model's blocks."""
        return [name for name in self.weights if name != "bias"]

    def terms(self, block: str) -> list[float]:
        """Return the block's term for each number of the vectors, in the logit that is shown, ``[dim]``."""
        weights = self.weights[block][self.labels.index(self.label)]
        u, v = self.pairs[self.pair]["vectors"]
        feature = _FEATURES[block]
        return [w * WEIGHT * feature(x * VALUE, y * VALUE) for w, x, y in zip(weights, u, v, strict=True)]

    def total(self) -> int:
        """Return the logit, in hundredths."""
        return round_half_up(self._bias() + sum(sum(self.terms(block)) for block in self.blocks))

    def lines(self) -> list[Line]:
        """Return the lines of the logit: the bias and a line a block."""
        parts = [self._bias(), *(sum(self.terms(block)) for block in self.blocks)]
        cents = add_up(parts, self.total())
        everything = tuple(range(len(self.pairs[self.pair]["vectors"][0])))
        return [
            Line(name, amount, () if name == "bias" else everything)
            for name, amount in zip(("bias", *self.blocks), cents, strict=True)
        ]

    def lines_of_block(self) -> list[Line]:
        """Return the lines under the open block: its largest words or pairs of words, and the rest."""
        of_block = next(line.cents for line in self.lines() if line.name == self.block)
        items = self._items(self.block)
        rest = [i for _, numbers in items[SHOWN:] for i in numbers]
        what = "words" if self.block in ("u", "v") else "pairs of words"
        shown = [*items[:SHOWN], *([(f"{len(items) - SHOWN} other {what}", rest)] if rest else [])]
        terms = self.terms(self.block)
        cents = add_up([sum(terms[i] for i in numbers) for _, numbers in shown], of_block)
        return [Line(name, amount, tuple(numbers)) for (name, numbers), amount in zip(shown, cents, strict=True)]

    def lines_of_item(self) -> list[Line]:
        """Return the lines under the open line of the open block: its largest numbers, and the rest."""
        line, terms = self.lines_of_block()[self.item], self.terms(self.block)
        order = sorted(line.numbers, key=lambda i: (-abs(terms[i]), i))
        rest = order[SHOWN:]
        shown = [*((f"number {i + 1}", [i]) for i in order[:SHOWN])]
        if rest:
            shown.append((f"{len(rest)} other numbers", rest))
        cents = add_up([sum(terms[i] for i in numbers) for _, numbers in shown], line.cents)
        return [Line(name, amount, tuple(numbers)) for (name, numbers), amount in zip(shown, cents, strict=True)]

    def _bias(self) -> float:
        bias: int = self.weights["bias"][self.labels.index(self.label)]
        return bias * WEIGHT

    def _items(self, block: str) -> list[tuple[str, list[int]]]:
        """Return the words, or pairs of words, that a block falls on, with their numbers: the largest first."""
        shown, terms = self.pairs[self.pair], self.terms(block)
        sides = {"u": [0], "v": [1]}.get(block, [0, 1])
        numbers: dict[tuple[int, ...], list[int]] = {}
        for i, places in enumerate(zip(*(shown["winners"][side] for side in sides), strict=True)):
            numbers.setdefault(places, []).append(i)
        order = sorted(numbers, key=lambda places: (-abs(sum(terms[i] for i in numbers[places])), places))
        return [
            (" + ".join(shown["words"][side][k] for side, k in zip(sides, places, strict=True)), numbers[places])
            for places in order
        ]

    def __repr__(self) -> str:
        lines = ", ".join(f"{line.name} {signed(line.cents / 100)}" for line in self.lines())
        return f"LedgerBill({self._title()}; {self.label} {signed(self.total() / 100)}: {lines})"

    def _title(self) -> str:
        return " → ".join(" ".join(words) for words in self.pairs[self.pair]["words"])

    def fallback_html(self) -> str:
        rows = [(_printed(line.name), signed(line.cents / 100)) for line in self.lines()]
        rows.append(("sum: the logit", signed(self.total() / 100)))
        table = Table(("", self.label), rows, caption="What each block adds to the logit", css_class="")
        return f"<p>{html.escape(self._title())}</p>\n{table.to_html()}"


def round_half_up(amount: float) -> int:
    """Return an amount in hundredths, as a page rounds it."""
    return math.floor(100 * amount + 0.5)


def add_up(parts: Sequence[float], total: int) -> list[int]:
    """Return the parts in hundredths, each rounded to one of its two neighbours or nearly so, so that they add up.

    Where plain rounding misses the total, the parts with the largest error in that direction are moved by one.
    """
    cents = [round_half_up(part) for part in parts]
    missing = total - sum(cents)
    step = 1 if missing > 0 else -1
    order = sorted(range(len(parts)), key=lambda k: (-step * (100 * parts[k] - cents[k]), k))
    for k in range(abs(missing)):
        cents[order[k % len(order)]] += step
    return cents


def _shown(name: str, ledger: Ledger) -> dict[str, Any]:
    if ledger.premise_winners is None or ledger.hypothesis_winners is None:
        raise ValueError("The bill goes down to words, and this model's encoder does not pool by the maximum.")
    return {
        "name": name,
        "words": [list(ledger.premise_words), list(ledger.hypothesis_words)],
        "vectors": [_whole(ledger.u, VALUE), _whole(ledger.v, VALUE)],
        "winners": [ledger.premise_winners.tolist(), ledger.hypothesis_winners.tolist()],
    }


def _whole(numbers: Any, unit: float) -> list[Any]:
    whole: list[Any] = np.rint(np.asarray(numbers, dtype=float) / unit).astype(int).tolist()
    return whole


def _printed(block: str) -> str:
    return block.replace("*", "∗").replace("-", "−")
