"""InferSent and its pair features: the companion package of the book *Why u∗v?*."""

from typing import Any

from infersent.data import LABELS, Pairs, load
from infersent.inside.ledger import Ledger, explain
from infersent.model.features import BLOCKS, pair_features, register_feature
from infersent.model.infersent import InferSent

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


def __getattr__(name: str) -> Any:
    """Import the widgets only when one is asked for: most uses of the package need none."""
    if name == "Explainer":
        from infersent.widgets import Explainer

        return Explainer
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
