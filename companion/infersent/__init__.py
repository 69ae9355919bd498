"""InferSent and its pair features: the companion package of the book *Why u∗v?*."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from infersent import nn
    from infersent.choose.estimator import linear_ledger
    from infersent.choose.run import choose_blocks
    from infersent.choose.transform import PairFeatures
    from infersent.data import LABELS, Pairs, load
    from infersent.inside.ledger import Ledger, explain, explain_all
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
    "PairFeatures",
    "Pairs",
    "choose_blocks",
    "explain",
    "explain_all",
    "linear_ledger",
    "load",
    "nn",
    "pair_features",
    "register_feature",
]

# Imported when first asked for: torch and the widgets take seconds, and many uses of the package need neither.
_HOMES = {
    "LABELS": "data",
    "Pairs": "data",
    "load": "data",
    "PairFeatures": "choose.transform",
    "choose_blocks": "choose.run",
    "linear_ledger": "choose.estimator",
    "Ledger": "inside.ledger",
    "explain": "inside.ledger",
    "explain_all": "inside.ledger",
    "BLOCKS": "model.features",
    "pair_features": "model.features",
    "register_feature": "model.features",
    "InferSent": "model.infersent",
    "Explainer": "widgets",
}


def __getattr__(name: str) -> Any:
    if name == "nn":  # a module; that it is imported makes it an attribute
        return import_module(f"{__name__}.nn")
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
