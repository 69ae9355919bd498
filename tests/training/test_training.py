"""Training: it learns, it repeats itself, and nothing is lost when it stops."""

import errno
import json
import math
import signal
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest
import torch

from infersent import InferSent, Pairs, cli
from infersent.model import encoders
from infersent.model.checkpoint import CheckpointError, load_metrics
from infersent.model.features import temporary_feature
from infersent.text.batching import encode_pairs
from infersent.training import loop
from infersent.training.config import OPTIMIZERS, TrainingConfig
from infersent.training.evaluation import evaluate
from infersent.training.loop import TrainingDiverged, _one_epoch, label_weights, train
from infersent.training.run import Epoch
from infersent.training.workers import Worker
from tests.processes import heed_interrupts
from tests.toy import toy_model, toy_pairs

CONFIG = TrainingConfig(learning_rate=0.02, decay=0.9, epochs=4, batch_size=16, class_weights=False)


def encoded(n=96, seed=0):
    return encode_pairs(toy_pairs(n, seed), toy_model().tokenizer, cache=False)


TRAIN, DEV = encoded(), encoded(48, seed=1)


def run(model=None, config=CONFIG, **options):
    model = model or toy_model(word_dropout=0.1)
    return model, train(model, TRAIN, DEV, config, progress=False, **options)


def numbers(log):
    """The log without what depends on the clock."""
    return [replace(epoch, seconds=0, sentences_per_second=0) for epoch in log]


def same_parameters(a, b):
    return all(torch.equal(x, y) for x, y in zip(a.state_dict().values(), b.state_dict().values(), strict=True))


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_it_learns(optimizer):
    rate = {"adam": 0.02, "sgd": 0.5}[optimizer]
    model, log = run(config=replace(CONFIG, optimizer=optimizer, learning_rate=rate, epochs=12))
    assert log[-1].loss < 0.5 * log[0].loss
    assert evaluate(model, DEV).accuracy > 0.8
    assert not model.training


def test_same_seed_same_numbers_other_seed_others():
    (a, log_a), (b, log_b) = run(), run()
    assert numbers(log_a) == numbers(log_b)
    assert same_parameters(a, b)
    assert numbers(run(config=replace(CONFIG, seed=1))[1]) != numbers(log_a)


def test_the_best_epoch_is_kept(tmp_path, monkeypatch):
    """Dev accuracy is made up, so that the best epoch is neither the first nor the last."""
    made_up = iter([0.5, 0.7, 0.7, 0.6])
    snapshots = []

    class Made:
        accuracy = property(lambda self: next(made_up))

    def fake(model, pairs):
        snapshots.append({k: v.clone() for k, v in model.state_dict().items()})
        return Made()

    monkeypatch.setattr("infersent.training.loop.evaluate", fake)
    model, log = run(out=tmp_path / "run")
    assert [e.dev_accuracy for e in log] == [0.5, 0.7, 0.7, 0.6]
    saved = InferSent.from_pretrained(tmp_path / "run")
    for m in (model, saved):
        assert all(torch.equal(m.state_dict()[k], v) for k, v in snapshots[1].items())
    assert load_metrics(tmp_path / "run")["best"]["epoch"] == 2


def test_the_papers_schedule(monkeypatch):
    """0.99 an epoch, a fifth after a drop below the best so far, and an end when the rate is spent."""
    made_up = iter([0.5, 0.6, 0.55, 0.6, 0.1, 0.1, 0.1, 0.1])

    class Made:
        accuracy = property(lambda self: next(made_up))

    monkeypatch.setattr("infersent.training.loop.evaluate", lambda model, pairs: Made())
    _, log = run(
        config=replace(
            CONFIG, optimizer="sgd", learning_rate=0.1, decay=0.99, shrink=5, min_learning_rate=1e-3, epochs=20
        )
    )
    rates = [0.1, 0.1 * 0.99, 0.1 * 0.99**2, 0.1 * 0.99**3 / 5, 0.1 * 0.99**4 / 5, 0.1 * 0.99**5 / 25]
    assert [e.learning_rate for e in log] == pytest.approx([*rates[:6]])
    assert 0.1 * 0.99**6 / 125 < 1e-3  # why there is no seventh


def test_learning_rate_of_each_epoch_is_the_optimisers(monkeypatch):
    seen = []
    real = _one_epoch

    def spy(run, *rest):
        seen.append(run.optimizer.param_groups[0]["lr"])
        return real(run, *rest)

    monkeypatch.setattr("infersent.training.loop._one_epoch", spy)
    _, log = run()
    assert seen == [e.learning_rate for e in log] == pytest.approx([0.02, 0.018, 0.0162, 0.01458])


def test_label_weights_balance_the_loss():
    labels = np.array([0, 0, 0, 1, 2, 2])
    weights = label_weights(labels)
    assert weights.tolist() == pytest.approx([6 / 9, 2.0, 1.0])
    assert np.bincount(labels, weights.numpy()[labels]).tolist() == pytest.approx([2, 2, 2])
    assert label_weights(np.array([0, 2, 2])).tolist() == pytest.approx([1.5, 0, 0.75])


def test_gradients_are_clipped(monkeypatch):
    limits, norms = [], []
    real = torch.nn.utils.clip_grad_norm_

    def spy(parameters, limit):
        limits.append(limit)
        norm = real(parameters, limit)
        norms.append(torch.stack([p.grad.norm() for p in parameters if p.grad is not None]).norm().item())
        return norm

    monkeypatch.setattr(torch.nn.utils, "clip_grad_norm_", spy)
    run(config=replace(CONFIG, clip=0.01, epochs=1))
    assert limits == [0.01] * 6
    assert max(norms) <= 0.0101


def test_what_is_evaluated_and_kept_is_the_average_over_the_steps(monkeypatch):
    """Against the average formed after the fact from every step's parameters; training itself goes on as without."""
    steps = []

    class Spy(torch.optim.Adam):
        def step(self, *args):
            super().step(*args)
            steps.append([p.detach().clone() for group in self.param_groups for p in group["params"]])

    monkeypatch.setitem(OPTIMIZERS, "adam", Spy)
    start = [p.detach().clone() for p in toy_model(word_dropout=0.1).parameters() if p.requires_grad]
    model, log = run(config=replace(CONFIG, averaging=0.7))
    averaged_steps, steps = steps, []
    expected, at_epoch = start, []
    for number, parameters in enumerate(averaged_steps, start=1):
        past = min(0.7, number / (number + 9))
        expected = [past * old + (1 - past) * new for old, new in zip(expected, parameters, strict=True)]
        if number % (len(averaged_steps) // CONFIG.epochs) == 0:
            at_epoch.append(expected)
    best = max(range(len(log)), key=lambda i: log[i].dev_accuracy)
    kept = [p for p in model.parameters() if p.requires_grad]
    for ours, theirs in zip(kept, at_epoch[best], strict=True):
        torch.testing.assert_close(ours.detach(), theirs)
    run(config=replace(CONFIG, averaging=0.0))
    assert all(torch.equal(x, y) for a, b in zip(averaged_steps, steps, strict=True) for x, y in zip(a, b, strict=True))


def test_the_head_can_have_a_rate_of_its_own():
    """In one step of plain gradient descent, it moves that many times as far, and the encoder as far as before."""
    config = replace(CONFIG, optimizer="sgd", epochs=1, batch_size=len(TRAIN), clip=math.inf)
    moved = []
    for factor in (1.0, 3.0):
        before = [p.detach().clone() for p in toy_model().parameters()]
        model, _ = run(toy_model(), replace(config, head_rate=factor))
        head = set(model.head.parameters())
        after = list(model.parameters())
        moved.append([(p in head, p.detach() - old) for p, old in zip(after, before, strict=True)])
    assert {is_head for is_head, _ in moved[0]} == {True, False}
    for (is_head, once), (_, thrice) in zip(*moved, strict=True):
        torch.testing.assert_close(thrice, once * (3 if is_head else 1), rtol=1e-3, atol=1e-6)
    assert max(step.abs().max() for _, step in moved[0]) > 1e-4


@pytest.mark.parametrize("stop_in", ["the second epoch", "saving the second epoch"])
def test_ctrl_c_loses_one_epoch_at_most_and_resuming_changes_nothing(tmp_path, monkeypatch, stop_in):
    straight, log = run(out=tmp_path / "straight")

    calls = []
    where, name = (loop, "evaluate") if stop_in == "the second epoch" else (InferSent, "save")
    real = getattr(where, name)

    def interrupt(*args, **kwargs):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(*args, **kwargs)

    monkeypatch.setattr(where, name, interrupt)
    with pytest.raises(KeyboardInterrupt):
        run(out=tmp_path / "stopped")
    monkeypatch.undo()
    assert len((tmp_path / "stopped" / "log.jsonl").read_text().splitlines()) >= 1
    InferSent.from_pretrained(tmp_path / "stopped")

    resumed, log_resumed = run(out=tmp_path / "stopped", resume=True)
    assert numbers(log_resumed) == numbers(log)
    assert same_parameters(resumed, straight)
    on_disk = [Epoch(**json.loads(line)) for line in (tmp_path / "stopped" / "log.jsonl").read_text().splitlines()]
    assert numbers(on_disk) == numbers(log)
    saved, saved_straight = (load_metrics(tmp_path / name) for name in ("stopped", "straight"))
    assert [e["dev_accuracy"] for e in saved["log"]] == [e["dev_accuracy"] for e in saved_straight["log"]]


@pytest.mark.parametrize(
    "schedule",
    [{"optimizer": "sgd", "learning_rate": 0.5, "shrink": 5.0}, {"head": "stacked-linear"}, {"averaging": 0.9}],
)
def test_resuming_for_more_epochs_equals_one_long_run(tmp_path, schedule):
    model_options = {k: v for k, v in schedule.items() if k == "head"}
    config = replace(CONFIG, **{k: v for k, v in schedule.items() if k != "head"})
    long, log = run(toy_model(**model_options), config)
    run(toy_model(**model_options), replace(config, epochs=2), out=tmp_path / "r")
    resumed, log_resumed = run(toy_model(**model_options), config, out=tmp_path / "r", resume=True)
    assert numbers(log_resumed) == numbers(log)
    assert same_parameters(resumed, long)


def test_resuming_a_finished_run_trains_no_further(tmp_path):
    _, log = run(out=tmp_path / "r")
    again, log_again = run(toy_model(seed=9, word_dropout=0.1), out=tmp_path / "r", resume=True)
    assert log_again == log
    assert np.array_equal(again.encode("a dog"), InferSent.from_pretrained(tmp_path / "r").encode("a dog"))


def test_resume_without_a_run_starts_one(tmp_path):
    assert len(run(out=tmp_path / "new", resume=True)[1]) == 4


def test_a_run_is_not_overwritten(tmp_path):
    run(out=tmp_path / "r")
    with pytest.raises(ValueError, match=r"already has a run \(resume\.pt\); continue it by --resume"):
        run(out=tmp_path / "r")
    (tmp_path / "r" / "resume.pt").unlink()
    with pytest.raises(ValueError, match=r"already has a run \(best\)"):
        run(out=tmp_path / "r")


@pytest.mark.parametrize(
    ("model", "config", "message"),
    [
        ({"hidden": 7}, {}, r"other settings: model\.hidden was 6, now 7"),
        ({}, {"seed": 3}, r"other settings: training\.seed was 0, now 3"),
    ],
)
def test_resuming_with_other_settings_is_refused(tmp_path, model, config, message):
    run(toy_model(), out=tmp_path / "r")
    with pytest.raises(ValueError, match=message):
        run(toy_model(**model), replace(CONFIG, **config), out=tmp_path / "r", resume=True)


def test_resuming_with_other_data_or_vectors_is_refused(tmp_path):
    run(toy_model(), out=tmp_path / "r")
    other_vectors = toy_model()
    other_vectors.encoder.embedding.given += 1
    for model, pairs, dev in ((toy_model(), DEV, DEV), (toy_model(), TRAIN, TRAIN), (other_vectors, TRAIN, DEV)):
        with pytest.raises(ValueError, match=r"other pairs, vectors or vocabulary.*--dev and --vectors"):
            train(model, pairs, dev, CONFIG, out=tmp_path / "r", resume=True, progress=False)


@pytest.mark.parametrize("size", [0, 100, -100])
def test_a_damaged_resume_file_is_named(tmp_path, size):
    run(out=tmp_path / "r")
    state = (tmp_path / "r" / "resume.pt").read_bytes()
    (tmp_path / "r" / "resume.pt").write_bytes(state[:size])
    with pytest.raises(CheckpointError, match=r"resume\.pt is damaged .*another --out; the best epoch so far is in"):
        run(out=tmp_path / "r", resume=True)
    InferSent.from_pretrained(tmp_path / "r")


def test_nan_stops_the_run_and_keeps_the_last_good_state(tmp_path):
    model = toy_model()

    def poison(epoch):
        if epoch.epoch == 2:
            with torch.no_grad():
                model.head[1].bias[0] = math.nan

    message = r"loss became nan in epoch 3, step 1\. Epoch \d, .* is kept in .*best\. .*--learning-rate below 0\.02"
    with pytest.raises(TrainingDiverged, match=message):
        run(model, out=tmp_path / "r", report=poison)
    saved = InferSent.from_pretrained(tmp_path / "r")
    assert all(torch.isfinite(p).all() for p in saved.parameters())
    assert load_metrics(tmp_path / "r")["best"]["epoch"] <= 2
    assert len(run(out=tmp_path / "r", resume=True, model=toy_model())[1]) == 4


def test_a_gradient_that_is_no_number_never_reaches_the_parameters(tmp_path):
    """The loss can be finite where its gradient is not: the root of a zero distance."""
    same = Pairs(["a dog"] * 3, ["a dog", "a cat", "the pig"], [0, 1, 2])
    message = r"gradient became nan in epoch 1, step 1\. No epoch was finished"
    with temporary_feature("root", lambda u, v: (u - v).abs().sqrt()):
        model = toy_model(blocks=("root",))
        pairs = encode_pairs(same, model.tokenizer, cache=False)
        with pytest.raises(TrainingDiverged, match=message):
            train(model, pairs, DEV, CONFIG, out=tmp_path / "r", progress=False)
    assert all(torch.isfinite(p).all() for p in model.parameters())
    assert not (tmp_path / "r" / "best").exists()


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"epochs": 0}, "epochs=0 is below 1"),
        ({"batch_size": 0}, "batch_size=0 is below 1"),
        ({"seed": -1}, "seed=-1 is below 0"),
        ({"clip": 0.0}, r"clip=0\.0 is not above 0"),
        ({"head_rate": 0.0}, r"head_rate=0\.0 trains no head"),
        ({"averaging": 1.0}, r"averaging=1\.0 is not in \[0, 1\)"),
        ({"learning_rate": 1e-6}, "learning_rate=1e-06 trains nothing.*min_learning_rate=1e-05"),
        ({"optimizer": "adamm"}, r"no optimizer 'adamm'\. Did you mean 'adam'"),
    ],
)
def test_settings_that_make_no_sense(setting, message):
    with pytest.raises(ValueError, match=message):
        replace(CONFIG, **setting)


def test_training_leaves_the_callers_generator_alone():
    torch.manual_seed(3)
    before = torch.random.get_rng_state()
    run()
    assert torch.equal(torch.random.get_rng_state(), before)


def test_a_full_disk_keeps_the_epoch_before(tmp_path, monkeypatch):
    real, calls = torch.save, []

    def save(state, path):
        calls.append(1)
        if len(calls) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(state, path)

    monkeypatch.setattr(torch, "save", save)
    with pytest.raises(OSError, match=r"disk is full .*--resume"):
        run(out=tmp_path / "r")
    monkeypatch.undo()
    straight, log = run()
    resumed, log_resumed = run(out=tmp_path / "r", resume=True)
    assert numbers(log_resumed) == numbers(log)
    assert same_parameters(resumed, straight)


def test_what_training_refuses():
    model = toy_model()
    nothing = encode_pairs(toy_pairs(0), model.tokenizer, cache=False)
    with pytest.raises(ValueError, match="0 to train on and 48 for dev"):
        train(model, nothing, DEV, CONFIG)


def test_progress_shows_loss_and_speed(capsys):
    train(toy_model(), encoded(960), DEV, replace(CONFIG, epochs=1, batch_size=8), progress=True)
    shown = capsys.readouterr().err
    assert "epoch 1/1" in shown
    assert "sentences/s" in shown


@pytest.fixture(scope="module")
def commands(tmp_path_factory):
    """A folder with a finished run ``straight``, and the arguments of the command that trains the same into another."""
    folder = tmp_path_factory.mktemp("commands")
    for name, n, seed in (("train", 3000, 0), ("dev", 90, 1)):
        pairs = toy_pairs(n, seed)
        rows = zip(pairs.premises, pairs.hypotheses, pairs.labels, strict=True)
        lines = [f"{p}\t{h}\t{('entailment', 'neutral', 'contradiction')[y]}" for p, h, y in rows]
        (folder / f"{name}.tsv").write_text("\n".join(["premise\thypothesis\tlabel", *lines]) + "\n")

    def command(out, *more):
        data = ["--data", str(folder / "train.tsv"), "--dev", str(folder / "dev.tsv")]
        size = ["--preset", "demo", "--hidden", "8", "--epochs", "3", "--threads", "1"]
        return ["train", *data, *size, "--out", str(out), *more]

    assert cli.main(command(folder / "straight")) == 0
    return folder, command


@pytest.mark.parametrize("kill", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_killed_process_goes_on_where_it_stopped(tmp_path, commands, kill):
    """The real thing: the command in a process of its own, killed in the middle of an epoch."""
    folder, command = commands
    process = subprocess.Popen(
        [sys.executable, "-m", "infersent", *command(tmp_path / "killed")],
        preexec_fn=heed_interrupts,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    log = tmp_path / "killed" / "log.jsonl"
    while not (log.exists() and log.read_text()) and process.poll() is None:
        time.sleep(0.005)
    process.send_signal(kill)
    _, errors = process.communicate(timeout=60)
    if kill == signal.SIGINT:
        assert process.returncode == 130
        assert "only the epoch under way is lost" in errors
        assert "--resume" in errors
    assert len(log.read_text().splitlines()) < 3, "it was done before the signal came"
    assert cli.main(command(tmp_path / "killed", "--resume")) == 0

    def read(out):
        return numbers([Epoch(**json.loads(line)) for line in (out / "log.jsonl").read_text().splitlines()])

    assert read(tmp_path / "killed") == read(folder / "straight")
    assert same_parameters(
        InferSent.from_pretrained(tmp_path / "killed"), InferSent.from_pretrained(folder / "straight")
    )


@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize("soft", [True, False])
def test_a_batch_in_parts_has_the_loss_and_the_gradient_of_the_whole(weighted, soft, monkeypatch):
    pairs = toy_pairs(40)
    kept = pairs.take([i for i in range(40) if pairs.labels[i] != 1 or i % 2])  # labels of unequal number
    if soft:
        shares = np.random.default_rng(0).dirichlet([1, 1, 1], len(kept))
        kept = Pairs(kept.premises, kept.hypotheses, shares.argmax(axis=1), distributions=shares)
    model = toy_model()
    some = encode_pairs(kept, model.tokenizer, cache=False)
    weights = label_weights(some.labels, 3) if weighted else None
    rows = np.arange(len(some))

    def step():
        model.zero_grad()
        loss, right = loop._gradient(Worker(model.device), model, some, rows, weights)
        return float(loss), int(right), [p.grad.clone() for p in model.parameters() if p.grad is not None]

    loss, right, gradients = step()
    real = type(some).parts
    monkeypatch.setattr(type(some), "parts", lambda self, rows: real(self, rows, 16))
    assert len(some.parts(rows)) > 5
    in_parts = step()
    assert in_parts[:2] == (pytest.approx(loss, rel=1e-5), right)
    for whole, part in zip(gradients, in_parts[2], strict=True):
        torch.testing.assert_close(part, whole, atol=1e-6, rtol=1e-4)


def test_batches_that_fit_are_computed_as_ever(monkeypatch):
    """The numbers of every record depend on it: the same bits as one mean loss of the whole batch."""
    _, log = run()
    model = toy_model(word_dropout=0.1)
    real = loop._gradient

    def plainly(worker, model, pairs, rows, weights):
        batch = pairs.batch(rows)
        logits = model(batch)
        loss = torch.nn.functional.cross_entropy(logits, batch.labels, weight=weights)
        loss.backward()
        return loss.detach(), (logits.argmax(dim=1) == batch.labels).sum()

    monkeypatch.setattr(loop, "_gradient", plainly)
    assert numbers(train(model, TRAIN, DEV, CONFIG, progress=False)) == numbers(log)
    assert real is not plainly


@pytest.mark.parametrize("encoder", ["bilstm-max", "bilstm-mean"])
def test_a_document_is_evaluated_in_windows(encoder, monkeypatch):
    model = toy_model(encoder=encoder)
    long = " ".join(["a dog", "the cat", "maybe pig"] * 20)
    pairs = encode_pairs(Pairs([long, "a dog"], ["the cat", "a cow"], [0, 1]), model.tokenizer, cache=False)
    whole = evaluate(model, pairs).logits
    u, v = model.sentence_pairs(pairs)
    from infersent.model import infersent

    widths = []
    forward = type(model.encoder).forward
    monkeypatch.setattr(
        type(model.encoder), "forward", lambda self, ids, n: (widths.append(ids.shape[1]), forward(self, ids, n))[1]
    )
    monkeypatch.setattr(infersent, "WORDS_AT_ONCE", 30)
    monkeypatch.setattr(infersent, "_NUMBERS_AT_ONCE", 12 * 10)  # windows of 10 words
    monkeypatch.setattr("infersent.model.infersent.batches_in_order", lambda e, n: map(e.batch, np.array([[0], [1]])))
    monkeypatch.setattr(
        "infersent.training.evaluation.batches_in_order", lambda e, n: map(e.batch, np.array([[0], [1]]))
    )
    np.testing.assert_allclose(evaluate(model, pairs).logits, whole, atol=1e-5)
    for side, expected in zip(model.sentence_pairs(pairs), (u, v), strict=True):
        torch.testing.assert_close(side, expected, atol=1e-5, rtol=1e-5)
    assert max(widths) <= 10


def test_a_text_that_memory_may_not_hold_is_refused_before_any_work(tmp_path, monkeypatch):
    """Twelve numbers a word: of 240 numbers, twenty words."""
    monkeypatch.setattr(encoders, "_STATES_TRAINED", 240)
    model = toy_model()
    assert model.encoder.longest_trained == 20
    words = " ".join(["dog"] * 21)
    texts = Pairs(["a dog", "the cat", words, "a pig"], ["the cat", f"{words} cat", "a", words], [0, 1, 2, 0])
    pairs = encode_pairs(texts, model.tokenizer, cache=False)
    before = [parameter.clone() for parameter in model.parameters()]
    with pytest.raises(
        ValueError,
        match=r"The hypothesis of pair 2 of 4 has 22 words, and 2 pairs more have such a text\. .* may have 20, since "
        r".*Cut the texts, or leave the pairs out",
    ):
        train(model, pairs, pairs, CONFIG, out=tmp_path / "run", progress=False)
    assert not (tmp_path / "run").exists()
    assert all(torch.equal(*both) for both in zip(before, model.parameters(), strict=True))
    fits = encode_pairs(texts.take([0]), model.tokenizer, cache=False)
    assert train(model, fits, pairs, replace(CONFIG, epochs=1), progress=False)  # for dev any length will do


LONG = """
import resource, sys
import numpy as np, torch
from infersent.text.batching import EncodedPairs
from infersent.training.loop import train
from infersent.training.config import TrainingConfig
from tests.toy import toy_model

torch.set_num_threads(1)
model = toy_model(encoder=sys.argv[1], hidden=64)
words = int(sys.argv[2])
for longest in (8, words):
    lengths = [longest, *[8] * 127]
    rng = np.random.default_rng(0)
    starts = np.cumsum([0, *lengths])
    ids = rng.integers(1, 9, starts[-1]).astype(np.int32)
    labels = rng.integers(0, 3, 64)
    pairs = EncodedPairs(ids, starts, np.arange(0, 128, 2), np.arange(1, 128, 2), labels)
    few = EncodedPairs(ids[-16:], np.array([0, 8, 16]), np.array([0]), np.array([1]), labels[:1])
    train(model, pairs, few, TrainingConfig(epochs=1, batch_size=64), progress=False)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the unit of the system's peak is Linux's")
@pytest.mark.parametrize("encoder", ["bilstm-max", "hierarchical-convnet"])
def test_one_long_text_among_short_ones_takes_memory_for_its_own_words_alone(encoder):
    """Padded to it, its 127 neighbours would take 64 times as much; and the bound on a text's words is by this rule."""
    words = 12_000
    child = subprocess.run(
        [sys.executable, "-c", LONG, encoder, str(words)], capture_output=True, text=True, check=True
    )
    short, long = map(int, child.stdout.split())
    assert 1024 * (long - short) < 150 * words * 128
