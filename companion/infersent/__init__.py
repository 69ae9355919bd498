"""InferSent and its pair features: the companion package of the book *Why u∗v?*."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from infersent.data import LABELS, Pairs, load
    from infersent.inside.ledger import Ledger, explain
    from infersent.model.features import BLOCKS, pair_features, register_feature
    from infersent.model.infersent import InferSent
    from infersent.widgets import Explainer

__version__ = "0.1.0"
__all__ = [
    "BLOCKS",
    "LABELS",
    "Explainer",
    "InferSent",
    "Ledger",
    "Pairs",
    "explain",
    "load",
    "pair_features",
    "register_feature",
]

_MODULES = {
    "BLOCKS": "model.features",
    "Explainer": "widgets",
    "InferSent": "model.infersent",
    "LABELS": "data",
    "Ledger": "inside.ledger",
    "Pairs": "data",
    "explain": "inside.ledger",
    "load": "data",
    "pair_features": "model.features",
    "register_feature": "model.features",
}


def __getattr__(name: str) -> Any:
    """Import a name when it is first used: torch and the widgets take seconds, and not every use needs them."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
