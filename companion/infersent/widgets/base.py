"""One front-end module, two hosts: the contract that every widget of the book keeps."""

from __future__ import annotations

import html
import json
from pathlib import Path
from typing import Any, ClassVar

import anywidget

from infersent.widgets.modules import bundle

#: Digits after the point in a stored state: far below what a reader can see, far above what platforms disagree on.
STATE_DIGITS = 6


class BookWidget(anywidget.AnyWidget):
    """A widget whose behaviour is one JavaScript module and whose state is a handful of JSON traits.

    In JupyterLab it is an ordinary widget, and Python reads its traits. Beside the live view, its output carries a
    *static twin*: HTML that names the module, holds the state and shows the numbers as plain text. The published page
    keeps only the twin, and a small host there renders the same module from it, without a kernel.

    A subclass sets ``_esm`` to the path of its module, tags each trait of its state ``sync=True`` and writes
    :meth:`fallback_html`. The module default-exports ``{render({model, el})}`` and uses of the model only ``get``,
    ``set``, ``save_changes``, ``on`` and ``off``.
    """

    #: The name under which the page finds the module: the stem of the module's file name.
    module: ClassVar[str]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        esm = cls.__dict__.get("_esm")
        if isinstance(esm, Path):  # anywidget makes further subclasses of its own, in which _esm is a trait
            cls.module = esm.stem
            cls._esm = bundle(esm)
        super().__init_subclass__(**kwargs)

    def state(self) -> dict[str, Any]:
        """Return the traits that the module sees, by name in alphabetical order, with floats rounded."""
        host_traits = BookWidget.class_trait_names(sync=True)
        names = (n for n in self.trait_names(sync=True) if n not in host_traits and not n.startswith("_"))
        return {name: _rounded(getattr(self, name)) for name in sorted(names)}

    def fallback_html(self) -> str:
        """Return the numbers of this state as a small table or sentence of HTML, for a page without JavaScript."""
        raise NotImplementedError(f"{type(self).__name__} has no fallback_html(); write one that shows its numbers.")

    def static_html(self) -> str:
        """Return the static twin: the same text for the same state, on every machine."""
        state = json.dumps(self.state(), ensure_ascii=False, sort_keys=True, allow_nan=False)
        return (
            f'<div class="book-widget" data-module="{html.escape(self.module)}" data-state="{html.escape(state)}">\n'
            f"{self.fallback_html()}\n</div>"
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self.state().items())})"

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        data, metadata = super()._repr_mimebundle_(**kwargs) or ({}, {})  # None for a widget without a view
        return {**data, "text/html": self.static_html()}, metadata


def _rounded(value: Any) -> Any:
    """Return ``value`` with every float in it rounded; ``-0.0`` becomes ``0.0``."""
    if isinstance(value, float):
        return round(value, STATE_DIGITS) + 0.0
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    return value
