"""Evaluation: what a model answers, counted."""

import json

import numpy as np
import pandas as pd
import pytest
import torch

from infersent.text.batching import encode_pairs
from infersent.training.evaluation import Evaluation, evaluate
from tests.toy import toy_model, toy_pairs


def test_evaluation_counts():
    result = Evaluation(np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1]))
    assert result.accuracy == 0.75
    assert result.recall == pytest.approx(
        {"entailment": 0.5, "neutral": 1.0, "contradiction": float("nan")}, nan_ok=True
    )
    assert result.confusion.tolist() == [[1, 1, 0], [0, 2, 0], [0, 0, 0]]
    assert result.correct.tolist() == [True, False, True, True]
    assert str(result).splitlines()[0] == "accuracy 75.0% (95% interval 30.1% to 95.4%, 4 pairs)"
    assert result.to_json()["interval"] == [0.30064, 0.95441]


def test_a_label_that_the_data_lacks_has_no_recall():
    result = Evaluation(np.array([0, 0, 1]), np.array([0, 1, 1]))
    assert json.loads(json.dumps(result.to_json(), allow_nan=False))["recall"]["contradiction"] is None
    assert str(result).splitlines()[1:] == ["  entailment    50.0%", "  neutral       100.0%", "  contradiction –"]


def test_evaluate_agrees_with_predict():
    model, pairs = toy_model().train(), toy_pairs(10)
    result = evaluate(model, encode_pairs(pairs, model.tokenizer, cache=False), batch_size=3)
    assert model.training
    predictions = model.predict_proba(pairs.premises, pairs.hypotheses).argmax(1)
    assert result.predictions.tolist() == predictions.tolist()
    with pytest.raises(ValueError, match="no pairs to evaluate"):
        evaluate(model, encode_pairs(pairs.take([]), model.tokenizer, cache=False))


def test_columns_of_any_kind_are_compared_row_by_row():
    labels, answers = pd.Series([0, 1, 2], index=[2, 0, 1]), [0, 1, 1]
    result = Evaluation(labels, answers)
    assert result.correct.tolist() == [True, True, False]
    assert result.confusion.tolist() == [[1, 0, 0], [0, 1, 0], [0, 1, 0]]
    with pytest.raises(ValueError, match=r"shapes \[3\] and \[2\]"):
        Evaluation(labels, [0, 1])


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16, torch.float16], ids=str)
def test_every_precision_is_evaluated(dtype):
    model, pairs = toy_model().to(dtype), encode_pairs(toy_pairs(30), toy_model().tokenizer)
    exact = evaluate(toy_model(), pairs)
    np.testing.assert_allclose(evaluate(model, pairs).logits, exact.logits, atol=3e-2)
