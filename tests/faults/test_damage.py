"""One flipped bit in any file of a model or a run: it is found and named, or what is loaded is the very same."""

import os
import random
import shutil

import pytest
import torch

from infersent import InferSent
from infersent.model.checkpoint import CheckpointError, load_metrics
from infersent.text.batching import encode_pairs
from infersent.training.config import TrainingConfig
from infersent.training.loop import train
from tests.model.test_compatibility import CHECKPOINT
from tests.toy import toy_model, toy_pairs

#: Flips in each file. The long form, `make faults`, has a thousand.
FLIPS = int(os.environ.get("INFERSENT_FAULTS", 60))

CONFIG = TrainingConfig(learning_rate=0.02, epochs=2, batch_size=16)
PAIRS = encode_pairs(toy_pairs(48), toy_model().tokenizer, cache=False)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """The folder of a finished run, and its model."""
    folder = tmp_path_factory.mktemp("trained") / "run"
    model = toy_model(word_dropout=0.1)
    train(model, PAIRS, PAIRS, CONFIG, out=folder, progress=False, provenance={"by": "a test"})
    return folder, model


def flipped(path, chance):
    """Change one bit of a file."""
    content = bytearray(path.read_bytes())
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    path.write_bytes(content)


def same(model, other):
    return (
        model.config == other.config
        and model.labels == other.labels
        and model.tokenizer.to_str() == other.tokenizer.to_str()
        and all(map(torch.equal, model.state_dict().values(), other.state_dict().values()))
    )


@pytest.mark.parametrize("name", ["model.safetensors", "config.json", "tokenizer.json", "metrics.json"])
def test_a_flipped_bit_in_a_checkpoint(trained, tmp_path, name, tally):
    run, model = trained
    metrics, chance, messages = load_metrics(run), random.Random(name), []
    with tally(f"a flipped bit in {name}") as mine:
        for i in range(FLIPS):
            shutil.copytree(run / "best", tmp_path / "m")
            flipped(tmp_path / "m" / name, chance)
            with mine.trial(f"flip {i}"):
                try:
                    assert same(InferSent.from_pretrained(tmp_path / "m"), model)
                    assert load_metrics(tmp_path / "m") == metrics
                except CheckpointError as error:
                    messages.append(str(error))
            shutil.rmtree(tmp_path / "m")
        found = len(messages)
        mine.remarks.append(f"{found:,} found and named, {FLIPS - found:,} without effect")
    assert all(str(tmp_path / "m") in message for message in messages)
    assert found > 0.9 * FLIPS  # a blank for a line's end changes nothing


def test_a_flipped_bit_in_the_resume_file_changes_no_checkpoint(trained, tmp_path, tally):
    """Whatever is wrong with it, the good checkpoint beside it is not overwritten."""
    run, model = trained
    chance = random.Random(0)
    with tally("a flipped bit in resume.pt") as mine:
        for i in range(FLIPS):
            shutil.copytree(run, tmp_path / "run")
            flipped(tmp_path / "run" / "resume.pt", chance)
            with mine.trial(f"flip {i}"):
                again = toy_model(word_dropout=0.1)
                with pytest.raises(CheckpointError, match=r"resume\.pt is damaged"):
                    train(again, PAIRS, PAIRS, CONFIG, out=tmp_path / "run", resume=True, progress=False)
                assert same(InferSent.from_pretrained(tmp_path / "run"), model)
            shutil.rmtree(tmp_path / "run")


def test_a_checkpoint_from_before_there_were_digests_is_read():
    """Such as the one of an early version among the fixtures, whose config.json has none."""
    assert "digest" not in (CHECKPOINT / "config.json").read_text()
    assert InferSent.from_pretrained(CHECKPOINT).config.hidden == 6


def test_a_file_that_may_not_be_read_is_not_called_damaged(trained, tmp_path, monkeypatch):
    shutil.copytree(trained[0], tmp_path / "run")

    def refuse(path, *args, **kwargs):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("infersent.model.checkpoint.file_digest", refuse)
    with pytest.raises(PermissionError, match="Permission denied"):
        InferSent.from_pretrained(tmp_path / "run")


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_others_may_read_what_the_users_umask_allows(trained, tmp_path):
    """safetensors and some other libraries make files for their owner alone."""
    before = os.umask(0o022)
    try:
        train(toy_model(), PAIRS, PAIRS, CONFIG, out=tmp_path / "open", progress=False)
        os.umask(0o077)
        train(toy_model(), PAIRS, PAIRS, CONFIG, out=tmp_path / "private", progress=False)
    finally:
        os.umask(before)
    for folder, mode in (("open", 0o644), ("private", 0o600)):
        files = [file for file in (tmp_path / folder).rglob("*") if file.is_file()]
        assert len(files) >= 6
        assert {file.name: file.stat().st_mode & 0o777 for file in files} == {file.name: mode for file in files}
