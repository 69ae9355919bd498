"""What the first chapter says of the size of InferSent: counted without the memory."""

from __future__ import annotations

import torch
from torch import nn

from infersent.model.features import features_width
from infersent.model.heads import build_head
from tests.claims.prose import says

CHAPTER = "question/the-question"
UNITS, VECTORS = 2048, 300


def parameters(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def head(name: str) -> nn.Module:
    with torch.device("meta"):
        return build_head(name, features_width(2 * UNITS))


def test_the_encoder_has_as_many_parameters_as_the_formula_says() -> None:
    with torch.device("meta"):
        encoder = nn.LSTM(VECTORS, UNITS, bidirectional=True)
    counted = f"{parameters(encoder):,}".replace(",", "{,}")
    says(CHAPTER, rf"2 \cdot 4 \cdot {UNITS} \cdot ({VECTORS} + {UNITS} + 2) = {counted}")
    assert parameters(encoder) == 2 * 4 * UNITS * (VECTORS + UNITS + 2)


def test_so_many_parameters_do_the_work_of_so_few() -> None:
    stacked, linear = parameters(head("stacked-linear")), parameters(head("linear"))
    says(CHAPTER, f"{stacked:,} parameters do the work of {linear:,}.")
    says(CHAPTER, f"the {stacked / 1e6:.1f} million parameters express exactly what {linear:,} express")
