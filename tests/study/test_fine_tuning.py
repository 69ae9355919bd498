"""A transformer fine-tuned on pairs: its training, its records, and the trials that follow from them."""

import json
import os
import socket
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch

from infersent.data import snli
from infersent.data.pairs import Pairs
from infersent.model.features import Blocks, pair_features
from infersent.study.comparison import compare
from infersent.study.fine_tuning import (
    RATES,
    SETS,
    FineTuned,
    FineTuning,
    SiameseTransformer,
    TokenIds,
    find_fine_tuned,
    fine_tune,
    load_fine_tuned,
    rate_trials,
    trials,
)
from infersent.training.workers import TogetherWorker

transformers = pytest.importorskip("transformers", reason="fine-tuning needs transformers: the extra sbert")

WORDS = ["a", "dog", "cat", "man", "woman", "runs", "sleeps", "sings", "outside", "not"]


def tokenizer(sentences, truncation, max_length):
    assert truncation
    return {"input_ids": [[1, *(2 + WORDS.index(word) for word in text.split()), 1][:max_length] for text in sentences]}


def small_pairs(n=48):
    generator = np.random.default_rng(0)
    premises = [" ".join(generator.choice(WORDS, 6)) for _ in range(n)]
    # The label is in the hypothesis's length alone, so that a step or two must learn something.
    labels = np.arange(n) % 3
    hypotheses = [" ".join(generator.choice(WORDS, 1 + 2 * label)) for label in labels]
    return Pairs(premises, hypotheses, labels)


def small_transformer(**settings):
    torch.manual_seed(0)
    config = transformers.BertConfig(
        vocab_size=20, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16, **settings
    )
    return transformers.BertModel(config)  # with a pooler, as the published ones have


@pytest.fixture
def transformer():
    return small_transformer()


@pytest.fixture(scope="module")
def data():
    return TokenIds.from_pairs(small_pairs(), tokenizer)


def test_every_distinct_sentence_is_tokenized_once():
    pairs = Pairs(["a dog", "a dog"], ["a cat", "a dog"], [0, 2])
    found = TokenIds.from_pairs(pairs, tokenizer)
    assert len(found.ids) == 2
    assert found.premises.tolist() == [0, 0]
    assert found.hypotheses.tolist() == [1, 0]
    assert found.labels.tolist() == [0, 2]


def test_a_sentence_s_vector_is_the_mean_of_its_tokens_whatever_it_is_padded_to(transformer, data):
    model = SiameseTransformer(transformer.eval(), ("u", "v"))
    together = model.encode(data.ids)
    for row, ids in enumerate(data.ids[:10]):
        alone = transformer(input_ids=torch.tensor([ids])).last_hidden_state[0].mean(0)
        torch.testing.assert_close(together[row], alone, atol=1e-5, rtol=1e-4)


def test_logits_are_the_head_on_the_blocks(transformer, data):
    blocks = Blocks("u, |u-v|")
    model = SiameseTransformer(transformer, blocks).eval()
    sentences = model.vectors(data)
    u, v = sentences[data.premises], sentences[data.hypotheses]
    expected = model.head(pair_features(u, v, blocks))
    torch.testing.assert_close(model(data, torch.arange(len(data))), expected, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(torch.from_numpy(model.evaluate(data).logits), expected, atol=1e-5, rtol=1e-4)
    cosines = torch.nn.functional.cosine_similarity(u, v)
    np.testing.assert_allclose(model.cosines(data), cosines.numpy(), atol=1e-5)


def test_the_rate_rises_then_falls_to_zero():
    trial = FineTuning(warm_up=0.1)
    rates = [trial.rate(step, 100) for step in range(100)]
    assert rates[9] == max(rates) == 1
    assert rates[:10] == sorted(rates[:10])
    assert rates[9:] == sorted(rates[9:], reverse=True)
    assert rates[-1] == 0
    assert FineTuning().rate(0, 1) == 0  # one step alone has no room to rise: it changes nothing, and does not fail


TRIAL = FineTuning(Blocks("u, v"), pairs=40, encoder_rate=1e-3, head_rate=0.05, batch_size=8, epochs=20)


def test_it_learns_and_can_be_repeated(transformer, data):
    start = {name: value.clone() for name, value in transformer.state_dict().items()}
    scored = {"sts": (data, np.arange(len(data)) / 10)}
    seen = []
    first = fine_tune(TRIAL, transformer, data, data, data, scored, report=lambda *told: seen.append(told))
    assert first.loss[-1] < first.loss[0]
    assert [step for step, _, _ in seen] == [50, 100]
    assert {steps for _, steps, _ in seen} == {100}
    assert any(not torch.equal(value, start[name]) for name, value in transformer.state_dict().items())
    assert first.dev.accuracy > 0.5
    assert first.cosines_of("sts").shape == (len(data),)
    transformer.load_state_dict(start)
    again = fine_tune(TRIAL, transformer, data, data, data, scored)
    for name in ("dev", "test", "loss", "spearman", "cosines", "trial"):
        assert getattr(again, name) == getattr(first, name)
    assert FineTuned.from_json(json.loads(json.dumps(first.to_json()))) == first


def test_neither_the_global_generator_nor_the_training_mode_is_left_changed(transformer, data):
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    fine_tune(replace(TRIAL, epochs=1), transformer, data, data, data, {})
    assert torch.equal(torch.rand(3), expected)


def test_a_weight_for_each_label_matters_where_labels_are_unbalanced(transformer, data):
    start = {name: value.clone() for name, value in transformer.state_dict().items()}
    skewed = replace(data, labels=torch.where(data.labels == 2, 1, data.labels))
    skewed.labels[0] = 2
    losses = []
    for class_weights in (True, False):
        transformer.load_state_dict(start)
        trial = replace(TRIAL, epochs=1, class_weights=class_weights)
        losses.append(fine_tune(trial, transformer, skewed, data, data, {}).loss)
    assert losses[0] != losses[1]


def plain_loop(trial, transformer, data):
    """The training without a word of processes; the loss of every 50 steps."""
    model = SiameseTransformer(transformer, trial.blocks, seed=trial.seed).train()
    encoder, head = ([*part.parameters()] for part in (model.transformer, model.head))
    optimizer = torch.optim.AdamW(
        [{"params": encoder, "lr": trial.encoder_rate}, {"params": head, "lr": trial.head_rate}],
        weight_decay=trial.weight_decay,
    )
    n = trial.pairs
    weights = n / 3 / torch.bincount(data.labels[:n])
    order = torch.Generator().manual_seed(trial.seed)
    batches = [*pairwise([*range(0, n, trial.batch_size), n])]
    steps, losses = trial.epochs * len(batches), []
    torch.manual_seed(trial.seed)
    for _ in range(trial.epochs):
        rows = torch.randperm(n, generator=order)
        for low, high in batches:
            for group, rate in zip(optimizer.param_groups, (trial.encoder_rate, trial.head_rate), strict=True):
                group["lr"] = rate * trial.rate(len(losses), steps)
            batch = rows[low:high]
            loss = torch.nn.functional.cross_entropy(model(data, batch), data.labels[batch], weights)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), trial.clip)
            optimizer.step()
            losses.append(loss.detach())
    return tuple(round(float(torch.stack(losses[at : at + 50]).mean()), 4) for at in range(0, len(losses), 50))


def test_one_process_has_the_numbers_of_a_plain_loop(transformer, data):
    assert fine_tune(TRIAL, transformer, data, data, data, {}).loss == plain_loop(TRIAL, small_transformer(), data)


def test_by_the_library_one_process_has_the_same_curve(transformer, data):
    from accelerate import Accelerator
    from accelerate.state import AcceleratorState

    expected = fine_tune(TRIAL, small_transformer(), data, data, data, {})
    AcceleratorState._reset_state()
    worker = TogetherWorker(Accelerator(cpu=True))
    found = fine_tune(TRIAL, transformer, data, data, data, {}, worker=worker)
    worker.leave()
    assert found.loss == pytest.approx(expected.loss, abs=2e-4)
    assert transformer(input_ids=torch.tensor([[1, 2, 1]])).last_hidden_state.shape == (1, 3, 16)  # as it came


def without_dropout():
    """What the processes of a training and one alone do: without dropout, of which each process draws its own."""
    data = TokenIds.from_pairs(small_pairs(), tokenizer)
    told = []
    start = small_transformer(hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
    trial = replace(TRIAL, blocks=Blocks("u, v, |u-v|"), pairs=47, batch_size=9)  # shares and batches of unlike sizes
    scored = {"sts": (data, np.arange(len(data)) / 10)}
    found = fine_tune(trial, start, data, data, data, scored, report=lambda *step: told.append(step))
    return found, told


def test_two_processes_have_the_numbers_of_one(tmp_path):
    expected, _ = without_dropout()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    launch = ["-m", "torch.distributed.run", "--nproc-per-node", "2", "--master-port", str(port)]
    run = subprocess.run(
        [sys.executable, *launch, "-m", "tests.study.test_fine_tuning", str(tmp_path)],
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=500,
    )
    assert run.returncode == 0, run.stderr
    first, second = (json.loads((tmp_path / f"{number}.json").read_text()) for number in range(2))
    assert first["told"]
    assert not second["told"], "one of them speaks"
    assert first["record"]["loss"] == second["record"]["loss"]
    assert first["record"]["loss"] == pytest.approx(expected.loss, abs=2e-3)
    assert expected.loss[-1] < 0.9 * expected.loss[0]
    for number in (first, second):
        record = FineTuned.from_json(number["record"])
        np.testing.assert_allclose(record.cosines_of("sts"), expected.cosines_of("sts"), atol=0.01)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"encoder_rate": -1.0}, "encoder_rate=-1.0 is below 0"),
        ({"head_rate": float("nan")}, "head_rate=nan"),
        ({"batch_size": 0}, "batch_size=0 is below 1"),
        ({"epochs": 0}, "epochs=0 is below 1"),
        ({"blocks": ("w",)}, "'w'"),
    ],
)
def test_a_setting_that_trains_nothing_is_named(wrong, message):
    with pytest.raises(ValueError, match=message):
        FineTuning(**wrong)


def test_more_pairs_than_there_are(transformer, data):
    with pytest.raises(ValueError, match="pairs=100, but there are 48"):
        fine_tune(replace(TRIAL, pairs=100), transformer, data, data, data, {})


# The shipped records


def test_the_records_are_those_of_the_declared_trials():
    rates = load_fine_tuned("fine-tuned-rate")
    assert [record.trial for record in rates] == rate_trials()
    assert len(rates) == len(SETS) * len(RATES)
    assert [record.trial for record in load_fine_tuned()] == trials(rates)


def test_each_set_is_trained_at_the_rates_that_were_best_on_dev():
    rates = load_fine_tuned("fine-tuned-rate")
    for record in load_fine_tuned():
        tried = {
            (one.trial.encoder_rate, one.trial.head_rate): one.dev.accuracy
            for one in rates
            if one.trial.blocks == record.trial.blocks
        }
        assert tried[record.trial.encoder_rate, record.trial.head_rate] == max(tried.values())


def test_of_rates_that_are_equal_the_first_is_taken():
    rates = load_fine_tuned("fine-tuned-rate")
    same = [replace(record, dev=rates[0].dev) for record in reversed(rates)]
    assert {(trial.encoder_rate, trial.head_rate) for trial in trials(same)} == {RATES[0]}


def test_a_group_has_its_numbers_on_each_split():
    group = find_fine_tuned(load_fine_tuned(), "u, v")
    hard = snli.hard_test_pairs()
    assert group.on("test-hard").correct.shape == (3, hard.sum())
    assert group.on("test-easy").correct.shape == (3, (~hard).sum())
    assert group.on("dev").mean == pytest.approx(np.mean([record.dev.accuracy for record in group.records]))
    assert group.spearman("sts-test").tolist() == [record.spearman["sts-test"] for record in group.records]
    assert compare(find_fine_tuned(load_fine_tuned(), "u, v, |u-v|"), group).outcome == "differs"
    with pytest.raises(ValueError, match="split 'hard'"):
        _ = group.on("hard").answers


def test_a_correlation_is_that_of_the_recorded_cosines():
    record = load_fine_tuned()[0]
    assert record.cosines_of("sts-test").shape == (1379,)
    assert record.cosines_of("sts-dev").shape == (1500,)
    assert -1 <= record.cosines_of("sts-dev").min() < record.cosines_of("sts-dev").max() <= 1


def test_groups_that_do_not_exist_or_differ_in_more_than_their_seed():
    with pytest.raises(ValueError, match=r"\(v\) do not exist; there are u, v;"):
        find_fine_tuned(load_fine_tuned(), "v")
    with pytest.raises(ValueError, match="differ in more than their seed"):
        find_fine_tuned(load_fine_tuned("fine-tuned-rate"), "u, v")


if __name__ == "__main__":  # one of several processes
    record, told = without_dropout()
    out = os.path.join(sys.argv[1], f"{os.environ['RANK']}.json")
    with open(out, "w", encoding="utf-8") as file:
        json.dump({"record": record.to_json(), "told": told}, file)
