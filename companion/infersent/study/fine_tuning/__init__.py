"""A pre-trained transformer fine-tuned on pairs, as Sentence-BERT is, with any set of blocks before a linear head."""

from infersent.study.fine_tuning.model import SiameseTransformer, TokenIds
from infersent.study.fine_tuning.records import (
    RECORDS,
    FineTuned,
    FineTunedGroup,
    find_fine_tuned,
    load_fine_tuned,
    spearman_as_it_came,
    trials,
)
from infersent.study.fine_tuning.training import fine_tune
from infersent.study.fine_tuning.trial import RATES, SETS, FineTuning, rate_trials

__all__ = [
    "RATES",
    "RECORDS",
    "SETS",
    "FineTuned",
    "FineTunedGroup",
    "FineTuning",
    "SiameseTransformer",
    "TokenIds",
    "find_fine_tuned",
    "fine_tune",
    "load_fine_tuned",
    "rate_trials",
    "spearman_as_it_came",
    "trials",
]
