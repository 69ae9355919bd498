"""Each block's evidence: the answers are the model's own under every intervention, and packing keeps them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infersent.foundation.recorded import load_record
from infersent.inside.block_evidence import ALPHABET, FILLS, BlockEvidence, next_in_cycle
from infersent.inside.interventions import average, drop, intervene, permute
from infersent.release.block_evidence import STUDIED, block_evidence
from infersent.text.batching import encode_pairs
from tests.toy import toy_model, toy_pairs

MODEL, PAIRS = toy_model(seed=3), toy_pairs(60)
ENCODED = encode_pairs(PAIRS, MODEL.tokenizer, cache=False)
BLOCKS = list(MODEL.config.blocks)
CHANGES = {"zeros": drop, "mean": average, "another": permute()}


@pytest.fixture(scope="module")
def evidence():
    return block_evidence(MODEL, PAIRS)


@pytest.mark.parametrize("fill", FILLS)
@pytest.mark.parametrize("gone", [[], *([name] for name in BLOCKS), ["u", "v"]])
def test_what_is_taken_out_is_taken_out_of_the_model(evidence, gone, fill):
    wanted = intervene(MODEL, ENCODED, dict.fromkeys(gone, CHANGES[fill])).predictions
    assert np.array_equal(evidence.answers(dict.fromkeys(gone, 0.0), fill), wanted)


@pytest.mark.parametrize("scale", [0.3, 1.0, 1.7])
@pytest.mark.parametrize("fill", FILLS)
def test_a_scale_leaves_a_part_of_the_block_and_fills_what_is_taken(evidence, scale, fill):
    def scaled(block):
        return scale * block + max(0, 1 - scale) * CHANGES[fill](block)

    wanted = intervene(MODEL, ENCODED, {"|u-v|": scaled}).predictions
    assert np.array_equal(evidence.answers({"|u-v|": scale}, fill), wanted)


def test_packed_evidence_is_the_same_to_half_a_level(evidence):
    packed = evidence.pack()
    again, (ordered, cycles) = BlockEvidence.unpack(packed), evidence.in_cycles()
    assert again.blocks == evidence.blocks
    assert packed["cycles"] == cycles
    assert again.labels.tolist() == ordered.labels.tolist()
    assert sorted(again.labels.tolist()) == sorted(evidence.labels.tolist())
    for k, name in enumerate(BLOCKS):
        off = np.abs(again.parts[:, k] - ordered.parts[:, k]) / packed["step"][name]
        assert off.max() < 0.51


def test_pairs_are_put_in_another_order_and_keep_their_partners(evidence):
    def couples(one):
        rows = zip(one.parts, one.partners, strict=True)
        return sorted((*part.ravel(), *one.parts[partner].ravel()) for part, partner in rows)

    ordered, _ = evidence.in_cycles()
    assert couples(ordered) == couples(evidence)


def test_packing_keeps_the_answers_that_are_studied(evidence):
    """With few levels plain rounding changes answers; the levels that are taken instead give them back."""
    rng = np.random.default_rng(0)
    rough = BlockEvidence(
        evidence.blocks,
        3 * rng.standard_normal((400, 4, 2)),
        np.zeros(2),
        rng.integers(0, 3, 400),
        rng.permutation(400),
    )
    rough.parts[0] *= 30  # so that a level is wide
    ordered, _ = rough.in_cycles()

    def changed(packed):
        again = BlockEvidence.unpack(packed)
        return sum(int((again.answers(*one) != ordered.answers(*one)).sum()) for one in STUDIED)

    assert changed(rough.pack()) > 100
    assert changed(rough.pack(STUDIED)) < changed(rough.pack()) / 5


@given(lengths=st.lists(st.integers(1, 9), max_size=6))
def test_partners_go_round(lengths):
    after = next_in_cycle(lengths)
    assert sorted(after.tolist()) == list(range(sum(lengths)))
    here = np.arange(sum(lengths))
    assert [int((here == after).sum())] == [lengths.count(1)]


def test_the_alphabet_needs_no_escape():
    assert len(set(ALPHABET)) == len(ALPHABET)
    assert not set(ALPHABET) & set("\"'&<>\\`$")


def test_what_is_refused(evidence):
    with pytest.raises(ValueError, match="'w'"):
        evidence.answers({"w": 0.0})
    with pytest.raises(ValueError, match="'noise'"):
        evidence.answers({"u": 0.0}, "noise")
    packed = evidence.pack()
    packed["levels"]["v"] = packed["levels"]["v"][1:]
    with pytest.raises(ValueError, match="'v' has 119 numbers, and 60 pairs have 120"):
        BlockEvidence.unpack(packed)


# The shipped record


@pytest.fixture(scope="module")
def shipped():
    found = BlockEvidence.unpack(load_record("block_evidence"))
    return lambda scales, fill="zeros": round(100 * float((found.answers(scales, fill) == found.labels).mean()), 1)


def test_the_record_says_what_the_record_of_the_interventions_says(shipped):
    record = load_record("evidence")
    assert shipped({}) == round(100 * record["accuracy"], 1)
    for name, share in record["dropped"].items():
        assert shipped({name: 0.0}) == round(100 * share, 1)
    for name, share in record["permuted"].items():
        assert shipped({name: 0.0}, "another") == round(100 * share, 1)
    for one in record["without"]:
        gone = {name: 0.0 for name in record["dropped"] if name not in one["blocks"]}
        assert shipped(gone) == round(100 * one["dropped"], 1)


@pytest.mark.snli
def test_the_record_is_the_shipped_models():
    from infersent import InferSent
    from infersent.data import load

    test, record = load("snli", "test"), load_record("block_evidence")
    assert record["digest"] == test.digest()[:16]
    exact, _ = block_evidence(InferSent.from_pretrained(), test).in_cycles()
    found = BlockEvidence.unpack(record)
    assert found.labels.tolist() == exact.labels.tolist()
    step = np.array([record["step"][name] for name in found.blocks])
    off = np.abs(found.parts - exact.parts) / step
    assert (off < 0.51).mean() > 0.97
    assert off.max() < 4.6
