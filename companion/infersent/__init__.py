"""InferSent and its pair features: the companion package of the book *Why u∗v?*."""

from infersent.data import LABELS, Pairs, load
from infersent.features import BLOCKS, pair_features, register_feature
from infersent.ledger import Ledger, explain
from infersent.model import InferSent

__version__ = "0.1.0"
__all__ = ["BLOCKS", "LABELS", "InferSent", "Ledger", "Pairs", "explain", "load", "pair_features", "register_feature"]
