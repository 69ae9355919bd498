"""The ledger: every level adds up to the logits, on whatever model and pair, and falls where it says."""

import json

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from infersent import BLOCKS, LABELS, cli
from infersent.inside.ledger import NO_WORD, LedgerError, explain, explain_all, head_weights, lead_in_words
from infersent.inside.ledger_view import in_terminal
from infersent.model.features import temporary_feature
from infersent.model.heads import collapse
from tests.toy import ANIMALS, toy_model, toy_pairs

WORDS = [*ANIMALS, "a", "the", "maybe", "zebra"]  # the toy vocabulary does not know the last
sentences = st.lists(st.sampled_from(WORDS), min_size=1, max_size=7).map(" ".join)
block_sets = st.lists(st.sampled_from([*BLOCKS, "u-v", "(u-v)**2", "min(u,v)"]), min_size=1, max_size=5, unique=True)


@settings(max_examples=60)
@given(
    premise=sentences,
    hypothesis=sentences,
    blocks=block_sets,
    head=st.sampled_from(["linear", "stacked-linear"]),
    seed=st.integers(0, 5),
    double=st.booleans(),
)
def test_every_level_adds_up_to_the_logits(premise, hypothesis, blocks, head, seed, double):
    model = toy_model(seed, blocks=tuple(blocks), head=head, head_hidden=5)
    ledger = explain(model.double() if double else model, premise, hypothesis)
    tolerance = 1e-9 if double else 1e-5
    assert len(ledger.levels()) == 3
    for level in ledger.levels().values():
        np.testing.assert_allclose(level, ledger.logits, rtol=0, atol=tolerance)
    assert ledger.check() <= tolerance
    for name, part in ledger.by_block.items():
        below = ledger.by_word if name in ("u", "v") else ledger.interaction_map
        np.testing.assert_allclose(below[name].sum(axis=tuple(range(below[name].ndim - 1))), part, atol=1e-9)


def test_the_ledger_is_that_of_the_models_own_answer():
    model, pairs = toy_model(head="stacked-linear"), toy_pairs(40)
    ledgers = explain_all(model, pairs.premises, pairs.hypotheses, batch_size=7)
    probabilities = model.predict_proba(pairs.premises, pairs.hypotheses)
    np.testing.assert_allclose([ledger.probabilities for ledger in ledgers], probabilities, atol=1e-6)
    assert [ledger.label for ledger in ledgers] == [LABELS[i] for i in probabilities.argmax(axis=1)]


def test_terms_fall_where_a_slow_loop_puts_them():
    model = toy_model().double()
    premise, hypothesis = "the dog a cat", "maybe pig"
    ledger = explain(model, premise, hypothesis)
    states = []
    for sentence in (premise, hypothesis):
        ids = torch.tensor([model.tokenizer.encode(sentence).ids])
        states.append(model.encoder.states(ids, torch.tensor([ids.shape[1]]))[0].detach().numpy())  # [words, dim]
    weight = collapse(model.head).weight.detach().numpy()
    dim = model.encoder.dim
    expected = {"u": np.zeros((4, 3)), "v": np.zeros((2, 3)), "|u-v|": np.zeros((4, 2, 3)), "u*v": np.zeros((4, 2, 3))}
    for i in range(dim):
        p, h = int(states[0][:, i].argmax()), int(states[1][:, i].argmax())
        u, v = states[0][p, i], states[1][h, i]
        expected["u"][p] += weight[:, i] * u
        expected["v"][h] += weight[:, dim + i] * v
        expected["|u-v|"][p, h] += weight[:, 2 * dim + i] * abs(u - v)
        expected["u*v"][p, h] += weight[:, 3 * dim + i] * u * v
        assert i in ledger.cell(p, h)
    for name, part in (ledger.by_word | ledger.interaction_map).items():
        np.testing.assert_allclose(part, expected[name], atol=1e-12)


def test_of_equal_words_the_first_wins():
    """One-way reading would tell repeated words apart, so make the states equal by hand."""
    model = toy_model()
    states = torch.tensor([[[1.0, 2.0], [1.0, 3.0], [1.0, 3.0]]])
    assert model.encoder.winners(states, torch.tensor([3])).tolist() == [[0, 1]]


def test_one_word_takes_everything():
    ledger = explain(toy_model(), "dog", "cat")
    for name in ("|u-v|", "u*v"):
        np.testing.assert_allclose(ledger.interaction_map[name][0, 0], ledger.by_block[name])


def test_words_are_those_that_the_model_read_and_unknown_ones_are_marked():
    ledger = explain(toy_model(), "The ZEBRA isn't a dog!", "")
    assert ledger.premise_words == ("the", "zebra", "is", "not", "a", "dog", "!")
    assert ledger.premise_unknown.tolist() == [False, True, True, True, False, False, True]
    assert ledger.hypothesis_words == (NO_WORD,)
    assert ledger.hypothesis_unknown.tolist() == [True]
    ledger.check()


def test_a_sum_that_does_not_hold_is_found():
    ledger = explain(toy_model(), "a dog", "the cat")
    object.__setattr__(ledger, "logits", ledger.logits + np.float32(1e-3))
    with pytest.raises(LedgerError, match=r"misses the logits by 0\.001"):
        ledger.check()


def test_no_pairs_no_ledgers():
    assert explain_all(toy_model(), [], []) == []


def test_other_encoders_have_blocks_and_dimensions_only():
    ledger = explain(toy_model(encoder="bilstm-mean"), "a dog", "the cat")
    ledger.check()
    for level in ("by_word", "interaction_map"):
        with pytest.raises(ValueError, match="Only max pooling"):
            getattr(ledger, level)
    assert "falls on words" in in_terminal(ledger)
    assert "by_word" not in json.loads(ledger.to_json())


def test_a_nonlinear_head_has_no_exact_ledger():
    with pytest.raises(ValueError, match=r"No exact ledger: .*Tanh.*integrated gradients.*captum"):
        explain(toy_model(head="mlp"), "a dog", "the cat")


def test_a_block_of_another_width_has_no_dimensions():
    with pytest.raises(ValueError, match="'cosine' has 1 columns for vectors of 12"):
        explain(toy_model(blocks=("u", "cosine")), "a dog", "the cat")


def test_a_block_of_the_readers_own_is_in_the_ledger():
    with temporary_feature("u*u*v", lambda u, v: u * u * v):
        explain(toy_model(blocks=("u", "u*u*v")), "a dog", "the cat").check()


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16], ids=str)
def test_a_precision_in_which_nothing_adds_up_is_refused(dtype):
    with pytest.raises(ValueError, match=r"No exact ledger: torch.*float16 rounds too much.*model\.float\(\)"):
        explain(toy_model().to(dtype), "a dog", "the cat")


def test_what_explain_refuses():
    with pytest.raises(TypeError, match=r"explain takes two texts, not \['a dog'\]"):
        explain(toy_model(), ["a dog"], ["the cat"])
    with pytest.raises(ValueError, match="2 premises but 1 hypotheses"):
        explain_all(toy_model(), ["a", "the"], ["cat"])


def test_weights_are_not_rounded():
    model = toy_model(head="stacked-linear")
    weights, bias = head_weights(model)
    exact = collapse(model.head, dtype=torch.float64)
    np.testing.assert_array_equal(np.concatenate(list(weights.values()), axis=1), exact.weight.detach().numpy())
    np.testing.assert_array_equal(bias, exact.bias.detach().numpy())


def test_it_reads_as_a_table():
    ledger = explain(toy_model(), "a dog", "<b>the & cat</b>")
    text = repr(ledger)
    assert all(name in text for name in (*LABELS, *BLOCKS, "bias", "logit", "a dog"))
    page = ledger._repr_html_()
    assert "&lt; b &gt; the &amp; cat" in page
    assert "<b>" not in page


def test_json_holds_every_level():
    ledger = explain(toy_model(), "a dog", "the cat sleeps")
    account = json.loads(ledger.to_json())
    np.testing.assert_allclose(np.array(account["interaction_map"]["u*v"]), ledger.interaction_map["u*v"])
    total = np.array(account["bias"]) + sum(np.array(part) for part in account["by_block"].values())
    np.testing.assert_allclose(total, account["logits"], atol=1e-5)


def test_plot_draws_blocks_and_map():
    ledger = explain(toy_model(), "a dog", "the cat")
    bars, grid = ledger.plot("neutral").axes[:2]
    widths = [patch.get_width() for patch in bars.patches]
    assert widths == pytest.approx([*ledger.bias, *np.concatenate([ledger.by_block[name] for name in BLOCKS])])
    shown = grid.images[0].get_array()
    np.testing.assert_allclose(shown, sum(part[:, :, 1] for part in ledger.interaction_map.values()))
    assert [tick.get_text() for tick in grid.get_yticklabels()] == ["a", "dog"]
    with pytest.raises(ValueError, match="Did you mean 'neutral'"):
        ledger.plot("neutrl")


def test_terminal_shows_the_same_numbers_with_and_without_colour():
    ledger = explain(toy_model(), "a zebra", "the cat")
    plain, coloured = in_terminal(ledger, colour=False), in_terminal(ledger)
    assert "\033" not in plain
    assert "\033[34m" in coloured
    assert "a zebra?" in plain
    assert f"{ledger.logits[0]:+.2f}" in plain
    strongest = np.abs(sum(part[:, :, ledger.logits.argmax()] for part in ledger.interaction_map.values()))
    i, j = np.unravel_index(strongest.argmax(), strongest.shape)
    first = plain.splitlines()[next(n for n, line in enumerate(plain.splitlines()) if "weigh most" in line) + 1]
    assert first.split()[:3] == [ledger.premise_words[i], "×", ledger.hypothesis_words[j]]
    only_u = explain(toy_model(blocks=("u",)), "a dog", "the cat")
    assert "weigh most" not in in_terminal(only_u)


def test_explain_command(tmp_path, capsys, monkeypatch):
    toy_model().save(tmp_path / "model")
    assert cli.main(["explain", "a dog", "the cat", "--run", str(tmp_path / "model")]) == 0
    printed = capsys.readouterr().out
    assert "premise      a dog" in printed
    assert "\033" not in printed  # not a terminal
    assert cli.main(["explain", "a dog", "the cat", "--run", str(tmp_path / "model"), "--json-output"]) == 0
    assert json.loads(capsys.readouterr().out)["labels"] == list(LABELS)
    toy_model(head="mlp").save(tmp_path / "mlp")
    assert cli.main(["explain", "a dog", "the cat", "--run", str(tmp_path / "mlp")]) == 1
    assert "captum" in capsys.readouterr().err


def test_the_reason_is_the_largest_lead_over_the_runner_up():
    blocks = {"v": np.array([4, 1, 0.0]), "|u-v|": np.array([-2.0, 0, 0]), "u*v": np.array([0, 0.5, 0])}
    assert lead_in_words(np.array([0.5, 0, 0]), blocks) == (
        "It wins mostly because the hypothesis by itself speaks for it (+3.0 over neutral); "
        "the comparison speaks against it (−2.5)."
    )
    # A constant added to every logit changes no answer, and no reason.
    shifted = blocks | {"u": np.full(3, 7.0)}
    assert lead_in_words(np.array([0.5, 0, 0]), shifted) == lead_in_words(np.array([0.5, 0, 0]), blocks)


def test_a_reason_without_a_majority_and_none_at_all():
    many = lead_in_words(np.array([1.0, 0, 0]), {"u": np.array([1.0, 0, 0]), "v": np.array([0.9, 0, 0])})
    assert many.startswith("It wins first of all because the bias speaks for it (+1.0 over neutral); nothing speaks")
    assert lead_in_words(np.zeros(2), {}, ("same", "other")) == "Next to nothing tells it from other."
    only = lead_in_words(np.zeros(2), {"u": np.array([0.0, 2])}, ("same", "other"))
    assert only.startswith("It wins because the premise by itself speaks for it (+2.0 over same)")


def test_a_ledger_says_its_answer_in_words():
    ledger = explain(toy_model(), "a dog", "the pig")
    answer = f"{ledger.label.capitalize()}, {ledger.probabilities.max():.0%}. "
    assert ledger.in_words() == answer + lead_in_words(ledger.bias, ledger.by_block)
