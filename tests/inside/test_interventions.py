"""Interventions: what they change, what they leave alone, and that the ledger agrees where it must."""

import numpy as np
import pytest
import torch

from infersent.inside.interventions import average, drop, intervene, permute, shuffled_words, swapped
from infersent.inside.ledger import explain_all, head_weights
from infersent.text.batching import encode_pairs
from infersent.training.evaluation import evaluate
from tests.toy import toy_model, toy_pairs

MODEL = toy_model(seed=3, head="stacked-linear")
PAIRS = toy_pairs(60)
ENCODED = encode_pairs(PAIRS, MODEL.tokenizer, cache=False)


def block_parts():
    """Each block's part of the logits of all pairs, ``[pairs, 3]``, from the ledgers."""
    ledgers = explain_all(MODEL, PAIRS.premises, PAIRS.hypotheses)
    return {name: np.stack([ledger.by_block[name] for ledger in ledgers]) for name in MODEL.config.blocks}


def test_no_change_is_the_models_own_answer():
    expected = evaluate(MODEL, ENCODED).predictions
    for changes in (None, {}, {"u*v": lambda block: 1.0 * block}):
        assert np.array_equal(intervene(MODEL, ENCODED, changes, batch_size=7).predictions, expected)


@pytest.mark.parametrize("name", ["u", "v", "|u-v|", "u*v"])
def test_dropping_a_block_takes_its_part_off_the_logits(name):
    parts, bias = block_parts(), head_weights(MODEL)[1]
    logits = bias + sum(part for block, part in parts.items() if block != name)
    assert np.array_equal(intervene(MODEL, ENCODED, {name: drop}).predictions, logits.argmax(axis=1))


def test_a_change_of_the_readers_own_scales_the_part():
    parts, bias = block_parts(), head_weights(MODEL)[1]
    logits = bias + sum((-3 if block == "|u-v|" else 1) * part for block, part in parts.items())
    assert np.array_equal(
        intervene(MODEL, ENCODED, {"|u-v|": lambda block: -3 * block}).predictions, logits.argmax(axis=1)
    )


def test_a_permutation_gives_each_pair_the_block_of_one_other():
    block = torch.arange(12.0).reshape(6, 2)
    shuffled = permute(seed=1)(block)
    assert sorted(shuffled.tolist()) == block.tolist()
    assert not torch.equal(shuffled, block)
    assert torch.equal(shuffled, permute(seed=1)(block))
    assert not torch.equal(shuffled, permute(seed=2)(block))


def test_an_average_tells_nothing_about_a_pair():
    block = torch.tensor([[1.0, 4.0], [3.0, 0.0]])
    assert average(block).tolist() == [[2.0, 2.0]] * 2


def test_all_blocks_averaged_leave_one_answer():
    answers = intervene(MODEL, ENCODED, dict.fromkeys(MODEL.config.blocks, average)).predictions
    assert len(set(answers.tolist())) == 1


def test_the_model_is_left_as_it_was():
    before = [p.clone() for p in MODEL.parameters()]
    MODEL.train()
    intervene(MODEL, ENCODED, {"u": drop})
    assert MODEL.training
    MODEL.eval()
    assert all(torch.equal(p, q) for p, q in zip(before, MODEL.parameters(), strict=True))


def test_an_mlp_may_be_intervened_on_too():
    model = toy_model(head="mlp")
    assert len(intervene(model, ENCODED, {"u*v": drop}).predictions) == 60


def test_swapping_is_predicting_the_other_way_round():
    answers = intervene(MODEL, swapped(ENCODED)).predictions
    assert np.array_equal(answers, MODEL.predict_proba(PAIRS.hypotheses, PAIRS.premises).argmax(axis=1))
    symmetric = toy_model(blocks=("|u-v|", "u*v"))
    there, back = (intervene(symmetric, pairs).predictions for pairs in (ENCODED, swapped(ENCODED)))
    assert np.array_equal(there, back)


def test_shuffled_sentences_keep_their_words():
    mixed = shuffled_words(ENCODED, seed=4)
    changed = 0
    for start, stop in zip(ENCODED.starts[:-1], ENCODED.starts[1:], strict=True):
        assert sorted(mixed.words[start:stop]) == sorted(ENCODED.words[start:stop])
        changed += not np.array_equal(mixed.words[start:stop], ENCODED.words[start:stop])
    assert changed


def test_what_is_refused():
    with pytest.raises(ValueError, match=r"no block of the model 'u-v'"):
        intervene(MODEL, ENCODED, {"u-v": drop})
    with pytest.raises(ValueError, match="no pairs"):
        intervene(MODEL, encode_pairs(toy_pairs(0), MODEL.tokenizer, cache=False))
