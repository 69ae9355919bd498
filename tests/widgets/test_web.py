"""The model's file for the page, read back by a slow decoder written from the format's description alone."""

from __future__ import annotations

import gzip
import json
import struct
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
import torch

from infersent import InferSent, cli
from infersent.data import load
from infersent.data.captions import load as load_captions
from infersent.model.features import pair_features
from infersent.model.heads import collapse
from infersent.text.tokenizer import split_words
from infersent.widgets import page_model
from tests.toy import toy_model


class Decoded:
    """What a file says, number by number and bit by bit."""

    def __init__(self, path: Path) -> None:
        content = gzip.decompress(path.read_bytes())
        (length,) = struct.unpack("<Q", content[:8])
        self.header = json.loads(content[8 : 8 + length])
        self.body = content[8 + length :]
        self.config = json.loads(self.header["__metadata__"]["config"])
        self.words = self.header["__metadata__"]["words"].split("\n")

    def tensor(self, name: str) -> bytes:
        start, end = self.header[name]["data_offsets"]
        return self.body[start:end]

    def floats(self, name: str) -> np.ndarray:
        return np.frombuffer(self.tensor(name), dtype="<f4")

    def matrix(self, name: str, columns: int, rows: Iterable[int] | None = None) -> np.ndarray:
        halves = np.frombuffer(self.tensor(f"{name}.scale"), dtype="<u2")
        scales = [struct.unpack("<f", struct.pack("<I", int(half) << 16))[0] for half in halves]
        low, high = self.tensor(name), self.tensor(f"{name}.high")
        chosen = range(len(scales)) if rows is None else rows
        return np.array(
            [
                [
                    (low[i] + 256 * struct.unpack("<b", high[i : i + 1])[0] - 128) * scales[row]
                    for i in range(row * columns, (row + 1) * columns)
                ]
                for row in chosen
            ]
        )

    def model_like(self, model: InferSent) -> InferSent:
        """Return a model with the file's numbers in the place of its own."""
        dim, hidden = self.config["word_dim"], self.config["hidden"]
        words = self.matrix("words", dim)
        embedding, lstm = model.encoder.embedding, model.encoder.lstm
        with torch.no_grad():
            table = torch.zeros(len(embedding.trained) + len(embedding.given), dim, dtype=torch.float64)
            table[1 : 1 + len(words)] = torch.from_numpy(words)
            embedding.trained.copy_(table[: len(embedding.trained)])
            embedding.given.copy_(table[len(embedding.trained) :])
            for direction, end in (("forward", ""), ("backward", "_reverse")):
                getattr(lstm, f"weight_ih_l0{end}").copy_(torch.from_numpy(self.matrix(f"{direction}.input", dim)))
                getattr(lstm, f"weight_hh_l0{end}").copy_(torch.from_numpy(self.matrix(f"{direction}.state", hidden)))
                getattr(lstm, f"bias_ih_l0{end}").copy_(torch.from_numpy(self.floats(f"{direction}.bias").copy()))
                getattr(lstm, f"bias_hh_l0{end}").zero_()
        return model


def file_of(model: InferSent, folder: Path, **options: int) -> Decoded:
    return Decoded(page_model.export(model, folder, **options))


def test_numbers_come_back_to_the_nearest_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_model, "WORDS", ((2, 511), (5, 127), (1 << 31, 31)))
    model = toy_model()
    decoded = file_of(model, tmp_path)
    for name, matrix, steps in (
        ("words", torch.cat([model.encoder.embedding.trained, model.encoder.embedding.given])[1:], (511, 127, 31)),
        ("forward.input", model.encoder.lstm.weight_ih_l0, (page_model.INPUT,)),
        ("backward.state", model.encoder.lstm.weight_hh_l0_reverse, (page_model.STATE,)),
    ):
        exact = matrix.detach().double().numpy()
        of_row = np.full(len(exact), steps[-1]) if len(steps) == 1 else np.array([511] * 2 + [127] * 3 + [31] * 3)
        # A row's scale is kept as the upper half of its float32, rounded up: by 1 part in 128 at most.
        half_step = np.abs(exact).max(axis=1, keepdims=True) * (1 + 1 / 128) / of_row[:, None] / 2
        assert (np.abs(decoded.matrix(name, exact.shape[1]) - exact) <= half_step * (1 + 1e-6)).all()


def test_zeros_stay_zeros(tmp_path: Path) -> None:
    model = toy_model()
    torch.nn.init.zeros_(model.encoder.lstm.weight_hh_l0)
    assert not file_of(model, tmp_path).matrix("forward.state", 6).any()


@pytest.mark.parametrize("head", ["linear", "stacked-linear"])
def test_head_is_the_collapsed_one_and_the_biases_are_added_up(tmp_path: Path, head: str) -> None:
    model = toy_model(head=head, blocks=("u*v", "u"))
    decoded = file_of(model, tmp_path)
    affine, lstm = collapse(model.head), model.encoder.lstm
    assert decoded.config["blocks"] == ["u*v", "u"]
    assert decoded.floats("head.weight") == pytest.approx(affine.weight.detach().numpy().ravel())
    assert decoded.floats("head.bias") == pytest.approx(affine.bias.detach().numpy())
    assert decoded.floats("forward.bias") == pytest.approx((lstm.bias_ih_l0 + lstm.bias_hh_l0).detach().numpy())


def test_words_are_those_after_the_special_tokens(tmp_path: Path) -> None:
    model = toy_model()
    assert file_of(model, tmp_path).words == ["a", "the", "maybe", "dog", "cat", "cow", "pig"]
    kept = file_of(model, tmp_path, words=4)
    assert kept.words == ["a", "the", "maybe", "dog"]
    assert kept.config["words"] == len(kept.matrix("words", 8)) == 5  # and the unknown word


def test_the_name_follows_the_content_and_older_files_go(tmp_path: Path) -> None:
    (tmp_path / "other.txt").touch()
    first = page_model.export(toy_model(), tmp_path)
    assert page_model.export(toy_model(), tmp_path) == first
    second = page_model.export(toy_model(seed=1), tmp_path)
    assert second != first
    assert {file.name for file in tmp_path.iterdir()} == {second.name, "other.txt"}


@pytest.mark.parametrize(
    ("config", "options", "message"),
    [
        ({"head": "mlp"}, {}, "Tanh"),
        ({"encoder": "bilstm-mean"}, {}, "'bilstm-mean'"),
        ({"blocks": ("u", "cosine")}, {}, "'cosine'"),
        ({}, {"words": 8}, "words=8 is outside 1 to 7"),
        ({}, {"words": 0}, "words=0 is outside"),
    ],
)
def test_what_a_page_cannot_compute_is_refused(tmp_path: Path, config, options, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        page_model.export(toy_model(**config), tmp_path, **options)
    assert list(tmp_path.iterdir()) == []


def test_a_file_too_large_for_a_page_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_model, "LARGEST", 1000)
    with pytest.raises(ValueError, match=r"a page loads at most 1,000\. Keep fewer words than 7"):
        page_model.export(toy_model(), tmp_path)


def test_a_package_without_the_file_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_model, "SHIPPED", tmp_path)
    with pytest.raises(FileNotFoundError, match="must hold one model for the page, but holds 0"):
        page_model.shipped_file()


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    toy_model().save(tmp_path / "model")
    assert cli.main(["web", str(tmp_path / "model"), "--out", str(tmp_path / "out"), "--words", "5"]) == 0
    (file,) = (tmp_path / "out").iterdir()
    assert f"{file}: {file.stat().st_size:,} bytes" in capsys.readouterr().err
    assert len(Decoded(file).words) == 5


# The shipped file


def test_the_shipped_file_is_the_shipped_models(tmp_path: Path) -> None:
    exported = page_model.export(InferSent.from_pretrained(), tmp_path)
    assert exported.name == page_model.shipped_file().name, "run: infersent web --out companion/infersent/recorded/web"


def test_the_shipped_file_is_small_and_knows_many_words() -> None:
    assert page_model.shipped_file().stat().st_size <= 2_500_000
    assert Decoded(page_model.shipped_file()).config["words"] > 12_000


def promise_kept(premises: list[str], hypotheses: list[str]) -> None:
    """The file's model and the float32 one agree, on words that the slow decoder reads for these pairs only."""
    exact, shipped = InferSent.from_pretrained(), InferSent.from_pretrained()
    decoded = Decoded(page_model.shipped_file())
    dim = decoded.config["word_dim"]
    needed = {word for text in (*premises, *hypotheses) for word in split_words(text)}
    rows = [0, *(row for row, word in enumerate(decoded.words, start=1) if word in needed)]
    table = torch.cat([shipped.encoder.embedding.trained, shipped.encoder.embedding.given]).detach()
    table[[row + 1 for row in rows]] = torch.from_numpy(decoded.matrix("words", dim, rows)).float()
    trained = len(shipped.encoder.embedding.trained)
    with torch.no_grad():
        shipped.encoder.embedding.trained.copy_(table[:trained])
        shipped.encoder.embedding.given.copy_(table[trained:])
    here, there = (model.predict_proba(premises, hypotheses) for model in (exact, shipped))
    shifts = np.abs(here - there).max(axis=1)
    assert shifts.max() <= page_model.SHIFT
    assert np.quantile(shifts, 0.99) <= page_model.USUAL_SHIFT
    assert (here.argmax(axis=1) == there.argmax(axis=1)).mean() >= page_model.SAME


@pytest.mark.snli
def test_words_keep_the_promise_on_snli() -> None:
    pairs = load("snli", "test")
    rows = np.random.default_rng(0).choice(len(pairs.premises), 1000, replace=False)
    promise_kept([pairs.premises[i] for i in rows], [pairs.hypotheses[i] for i in rows])


def test_words_keep_the_promise_on_captions() -> None:
    pairs = load_captions("test")
    promise_kept(list(pairs.premises[:1000]), list(pairs.hypotheses[:1000]))


@pytest.mark.filterwarnings("ignore:The model does not know most:infersent.foundation.notices.Notice")
def test_all_of_a_file_keeps_the_promise(tmp_path: Path) -> None:
    model = toy_model(hidden=20)
    changed = file_of(model, tmp_path).model_like(toy_model(hidden=20))
    texts = ["a dog", "the cat maybe", "pig cow a", "unheard of", ""]
    u, v = (torch.from_numpy(m.encode(texts)) for m in (model, changed))
    assert u.numpy() == pytest.approx(v.numpy(), abs=0.002)
    first, second = (model.head(pair_features(x, x.flip(0), model.config.blocks)).softmax(dim=1) for x in (u, v))
    assert first.detach().numpy() == pytest.approx(second.detach().numpy(), abs=0.002)
