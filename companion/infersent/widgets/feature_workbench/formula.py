"""Formulas of u and v as a reader types them: a small parser, the function that it gives, and its line of code.

The grammar, loosest first: sums and differences, products and quotients, a sign, a power (``^`` or ``**``, from the
right), and then numbers, ``u``, ``v``, brackets, bars for the size of a number, and the functions :data:`FUNCTIONS`.
``formula.mjs`` reads the same grammar with the same messages in the page; neither runs the text as code.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

#: The functions that a formula may name, with the number of their arguments.
FUNCTIONS = {
    "abs": 1, "max": 2, "min": 2, "sqrt": 1, "exp": 1, "log": 1, "tanh": 1, "relu": 1, "sign": 1, "square": 1,
}  # fmt: skip

#: No formula is longer, and none is nested deeper.
LONGEST, DEEPEST = 120, 24

#: What may stand for an ASCII sign, as a page prints it.
_PRINTED = str.maketrans("\N{MINUS SIGN}\N{ASTERISK OPERATOR}×·÷", "-***/")
_TOKEN = re.compile(
    r"\s*(?:(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|([A-Za-z_]\w*)|(\*\*|[-+*/^(),|])|(\S))", re.A
)
_NAMES = ", ".join(FUNCTIONS)

#: How the parts of a formula bind in its line of code: a number below what is asked for goes into brackets.
_SUM, _PRODUCT, _SIGN, _POWER, _ATOM = range(1, 6)


class FormulaError(ValueError):
    """A text that is no formula; the message names the character, its place from 1, and a remedy."""


@dataclass(frozen=True)
class Node:
    """A part of a formula: a number, a variable, or an operation on other parts."""

    op: str
    parts: tuple[Node, ...] = ()
    value: float = 0.0


@dataclass(frozen=True)
class Formula:
    """A formula of one coordinate of u and one of v.

    Attributes
    ----------
    text
        As it was typed, without blanks and with ASCII signs: the block's name in the registry.
    tree
        What the parser made of it.

    Examples
    --------
    >>> excess = parse("max(v-u, 0)")
    >>> excess(torch.tensor([0.5, -1.0]), torch.tensor([0.25, 1.0]))
    tensor([0., 2.])
    >>> excess.code()
    'torch.relu(v - u)'
    """

    text: str
    tree: Node

    def __call__(self, u: Tensor, v: Tensor) -> Tensor:
        """Return the formula's values, of the shape of ``u`` and ``v``; where it is not defined, nan or infinite."""
        value = _evaluate(self.tree, u, v)
        return value if isinstance(value, Tensor) else torch.full_like(u, value)

    def code(self) -> str:
        """Return the formula as an expression of PyTorch, with the same values and slopes."""
        return _code(self.tree, 0)


def parse(text: str) -> Formula:
    """Return the formula that a text spells.

    Raises
    ------
    FormulaError
        If it spells none, has a part made of numbers that has no value, or names neither u nor v.

    Examples
    --------
    >>> parse("|u|-|v|").code()
    'torch.abs(u) - torch.abs(v)'
    """
    return _Parser(text).formula()


@dataclass(frozen=True)
class _Token:
    kind: str  # number, name, sign or end
    text: str
    place: int


class _Parser:
    """Recursive descent over the tokens of one text."""

    def __init__(self, text: str) -> None:
        text = text.translate(_PRINTED)
        if not text.strip():
            raise FormulaError("The formula is empty. Write one of u and v, such as u*v.")
        if len(text) > LONGEST:
            raise FormulaError(f"The formula has {len(text)} characters. Keep it to {LONGEST}.")
        self.text = "".join(text.split())
        self.tokens = list(_tokens(text))
        self.next = 0
        self.depth = 0

    @property
    def token(self) -> _Token:
        return self.tokens[self.next]

    def take(self, *signs: str) -> _Token | None:
        """Return the next token and step over it if it is one of these signs."""
        token = self.token
        if token.kind != "sign" or token.text not in signs:
            return None
        self.next += 1
        return token

    def formula(self) -> Formula:
        tree = self.sum()
        token = self.token
        if token.text == ")":
            raise _error(token, "closes nothing", "Take it out, or open a bracket before it.")
        if token.text == ",":
            raise _error(token, "stands outside max and min", "Take it out.")
        if token.kind != "end":
            raise _error(token, "follows a value with no sign between them", "Write * for a product.")
        if not _has_variable(tree):
            raise FormulaError("The formula has neither u nor v, so it is the same for every pair. Add one of them.")
        return Formula(self.text, tree)

    def sum(self) -> Node:
        node = self.product()
        while sign := self.take("+", "-"):
            node = _fold({"+": "add", "-": "sub"}[sign.text], (node, self.product()), sign)
        return node

    def product(self) -> Node:
        node = self.signed()
        while sign := self.take("*", "/"):
            node = _fold({"*": "mul", "/": "div"}[sign.text], (node, self.signed()), sign)
        return node

    def signed(self) -> Node:
        self.depth += 1
        if self.depth > DEEPEST:
            raise _error(self.token, f"is nested more than {DEEPEST} deep", "Take out some brackets or signs.")
        if sign := self.take("-"):
            node = _fold("neg", (self.signed(),), sign)
        else:
            node = self.signed() if self.take("+") else self.power()
        self.depth -= 1
        return node

    def power(self) -> Node:
        node = self.value()
        if sign := self.take("^", "**"):
            node = _fold("pow", (node, self.signed()), sign)
        return node

    def value(self) -> Node:
        token = self.token
        if token.kind == "end":
            raise FormulaError(
                f"The formula ends at place {token.place} where a value is missing. Add u, v or a number."
            )
        self.next += 1
        if token.kind == "number":
            return _number(float(token.text), token)
        if token.kind == "name":
            return Node(token.text) if token.text in ("u", "v") else self.call(token)
        if token.text == "(":
            return self.closed(token, ")")
        if token.text == "|":
            return _fold("abs", (self.closed(token, "|"),), token)
        raise _error(token, "stands where a value is missing", "Put u, v, a number or a bracket before it.")

    def call(self, name: _Token) -> Node:
        if name.text not in FUNCTIONS:
            product = "*".join(name.text)
            remedy = f"Write {product} for a product." if set(name.text) <= {"u", "v"} else f"Use u, v, {_NAMES}."
            raise _error(name, "is no name that a formula knows", remedy)
        opening = self.take("(")
        count = FUNCTIONS[name.text]
        usage = f"Write {name.text}({'u, v' if count == 2 else 'u'})."
        if not opening:
            raise _error(name, "needs brackets after it", usage)
        parts = [self.sum()]
        while self.take(","):
            parts.append(self.sum())
        self.close(opening, ")")
        if len(parts) != count:
            raise _error(name, f"has {len(parts)} of its {count} argument{'s' * (count > 1)}", usage)
        return _fold(name.text, tuple(parts), name)

    def closed(self, opening: _Token, closing: str) -> Node:
        node = self.sum()
        self.close(opening, closing)
        return node

    def close(self, opening: _Token, closing: str) -> None:
        if not self.take(closing):
            if self.token.kind in ("number", "name") or self.token.text == "(":
                raise _error(self.token, "follows a value with no sign between them", "Write * for a product.")
            raise _error(opening, "is never closed", f"Add “{closing}” after it.")


def _tokens(text: str) -> list[_Token]:
    found, at = [], 0
    while match := _TOKEN.match(text, at):
        kind = ("", "number", "name", "sign", "other")[match.lastindex or 0]
        token = _Token(kind, match[match.lastindex or 0], match.start(match.lastindex or 0) + 1)
        if kind == "other":
            raise _error(token, "means nothing in a formula", "Use u, v, numbers, + - * / ^, brackets and |…|.")
        found.append(token)
        at = match.end()
    return [*found, _Token("end", "", len(text) + 1)]


def _error(token: _Token, what: str, remedy: str) -> FormulaError:
    shown = f"“{token.text}” at place {token.place}" if token.kind != "end" else f"The end, at place {token.place},"
    return FormulaError(f"{shown} {what}. {remedy}")


def _number(value: float, token: _Token) -> Node:
    if not math.isfinite(value):
        raise _error(token, "has no finite value there", "Change its numbers.")
    return Node("number", value=value)


def _fold(op: str, parts: tuple[Node, ...], token: _Token) -> Node:
    """Return an operation, or its value where it is made of numbers alone."""
    if all(part.op == "number" for part in parts):
        numbers = (torch.tensor([part.value], dtype=torch.float64) for part in parts)
        return _number(_OPERATIONS[op](*numbers).item(), token)
    if op == "max":  # PyTorch's relu has no slope at its kink, its maximum has half of one
        for part, other in (parts, parts[::-1]):
            if part.op == "number" and part.value == 0:
                return Node("relu", (other,))
    return Node(op, parts)


def _has_variable(node: Node) -> bool:
    return node.op in ("u", "v") or any(map(_has_variable, node.parts))


_OPERATIONS: dict[str, Callable[..., Any]] = {
    "add": operator.add, "sub": operator.sub, "mul": operator.mul, "div": operator.truediv, "pow": operator.pow,
    "neg": operator.neg, "abs": torch.abs, "max": torch.maximum, "min": torch.minimum, "sqrt": torch.sqrt,
    "exp": torch.exp, "log": torch.log, "tanh": torch.tanh, "relu": torch.relu, "sign": torch.sign,
    "square": torch.square,
}  # fmt: skip


def _evaluate(node: Node, u: Tensor, v: Tensor) -> Any:
    """Return a part's values, or its number."""
    if node.op == "number":
        return node.value
    if node.op in ("u", "v"):
        return u if node.op == "u" else v
    values = [_evaluate(part, u, v) for part in node.parts]
    if node.op in ("max", "min"):
        values = [value if isinstance(value, Tensor) else torch.full_like(u, value) for value in values]
    return _OPERATIONS[node.op](*values)


_SIGNS = {"add": ("+", _SUM), "sub": ("-", _SUM), "mul": ("*", _PRODUCT), "div": ("/", _PRODUCT)}
_TORCH = {"max": "maximum", "min": "minimum"}


def _code(node: Node, least: int) -> str:
    """Return a part as code, in brackets if it binds less than asked for."""
    if node.op == "number":
        text, binds = written(node.value), _ATOM if node.value >= 0 else _SIGN
    elif node.op in ("u", "v"):
        text, binds = node.op, _ATOM
    elif node.op in _SIGNS:
        sign, binds = _SIGNS[node.op]
        text = f"{_code(node.parts[0], binds)} {sign} {_code(node.parts[1], binds + 1)}"
    elif node.op == "neg":
        text, binds = f"-{_code(node.parts[0], _SIGN)}", _SIGN
    elif node.op == "pow":
        text, binds = f"{_code(node.parts[0], _ATOM)} ** {_code(node.parts[1], _SIGN)}", _POWER
    else:
        parts = [
            f"torch.full_like(u, {written(part.value)})" if part.op == "number" else _code(part, 0)
            for part in node.parts
        ]
        text, binds = f"torch.{_TORCH.get(node.op, node.op)}({', '.join(parts)})", _ATOM
    return text if binds >= least else f"({text})"


def written(value: float) -> str:
    """Return a number as both Python and a page's JavaScript read it, a whole one without a point."""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)
