"""A model as an ONNX file: onnxruntime gives what PyTorch gives."""

import json
import sys

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer
from torch import nn

from infersent import InferSent, cli
from infersent.foundation.optional import MissingExtra
from infersent.model.features import temporary_feature
from infersent.text.batching import pad, word_ids
from tests.toy import toy_model

runtime = pytest.importorskip("onnxruntime", reason="needs onnxruntime: pip install 'infersent[onnx]'")
pytest.importorskip("onnxscript", reason="needs onnxscript: pip install 'infersent[onnx]'")

from infersent.adapters.onnx import export_onnx  # noqa: E402

SENTENCES = ["a dog", "maybe the cat here", "the", "a pig and a cow and the dog", ""]


def run(path, **sides):
    """Run a file on sentences of word ids: each side as its ids and lengths."""
    session = runtime.InferenceSession(path)
    (output,) = session.run(None, {name: tensor.numpy() for name, tensor in sides.items()})
    return output


@pytest.mark.parametrize("encoder", ["bilstm-max", "lstm-last", "bigru-last", "hierarchical-convnet", "transformer"])
def test_onnxruntime_gives_the_encoders_vectors(encoder, tmp_path):
    model = toy_model(encoder=encoder, hidden=8)
    path = export_onnx(model, tmp_path / "encoder.onnx")
    for sentences in (SENTENCES, ["the cat"], ["the"]):
        ids, lengths = pad(word_ids(model.tokenizer, sentences))
        np.testing.assert_allclose(run(path, ids=ids, lengths=lengths), model.encode(sentences), atol=1e-5)


def test_onnxruntime_gives_the_models_probabilities_and_the_model_goes_on_training(tmp_path):
    model = toy_model(head="mlp", feature_dropout=0.5, blocks=("u", "v", "|u-v|", "cosine"))
    model = model.with_new_head(["no", "yes"]).train()
    path = export_onnx(model, tmp_path / "pairs.onnx", "pairs")
    assert model.training
    metadata = runtime.InferenceSession(path).get_modelmeta().custom_metadata_map
    assert json.loads(metadata["labels"]) == ["no", "yes"]
    premises, hypotheses = SENTENCES, SENTENCES[::-1]
    sides = {}
    for name, sentences in (("premise", premises), ("hypothesis", hypotheses)):
        sides[f"{name}_ids"], sides[f"{name}_lengths"] = pad(word_ids(model.tokenizer, sentences))
    probabilities = torch.from_numpy(run(path, **sides)).softmax(dim=1)
    np.testing.assert_allclose(probabilities, model.predict_proba(premises, hypotheses), atol=1e-5)


class Gate(nn.Module):
    """A reader's block with parameters: it scales u by them, and bends."""

    def __init__(self, dim):
        super().__init__()
        self.scale = nn.Parameter(torch.linspace(-2, 2, dim))
        self.leave_out = nn.Dropout(0.5)

    def forward(self, u, v):
        return self.leave_out(torch.tanh(self.scale * u) - v.abs())


@pytest.mark.parametrize("blocks", ["u, v, learned(u,v), Au*Bv", "gate"])
def test_blocks_with_parameters_are_part_of_the_file(blocks, tmp_path):
    with temporary_feature("gate", module=Gate):
        model = toy_model(blocks=blocks)
        path = export_onnx(model, tmp_path / "pairs.onnx", "pairs")
        expected = model.predict_proba(SENTENCES, SENTENCES[::-1])
        with torch.no_grad():
            for parameter in model.features.parameters():
                parameter.mul_(-3)
        other = model.predict_proba(SENTENCES, SENTENCES[::-1])
    sides = {}
    for name, sentences in (("premise", SENTENCES), ("hypothesis", SENTENCES[::-1])):
        sides[f"{name}_ids"], sides[f"{name}_lengths"] = pad(word_ids(model.tokenizer, sentences))
    found = torch.from_numpy(run(path, **sides)).softmax(dim=1).numpy()
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert np.abs(found - other).max() > 1e-3


def test_the_command_writes_the_shipped_encoder_and_its_words(tmp_path, capsys):
    assert cli.main(["export", "--output", str(tmp_path / "encoder.onnx")]) == 0
    assert "encoder.onnx: " in capsys.readouterr().err
    tokenizer = Tokenizer.from_file(str(tmp_path / "encoder.tokenizer.json"))
    sentences = ["A man isn't asleep.", "Two dogs run."]
    ids, lengths = pad([tokenizer.encode(sentence).ids for sentence in sentences])
    expected = InferSent.from_pretrained().encode(sentences)
    np.testing.assert_allclose(run(tmp_path / "encoder.onnx", ids=ids, lengths=lengths), expected, atol=1e-5)


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")
def test_the_command_writes_a_program_for_torch(tmp_path):
    model = toy_model()
    model.save(tmp_path / "run")
    assert cli.main(["export", str(tmp_path / "run"), "--output", str(tmp_path / "pairs.pt2"), "--part", "pairs"]) == 0
    program = torch.export.load(tmp_path / "pairs.pt2").module()
    sides = [tensor for text in ("a dog", "the cat") for tensor in pad(word_ids(model.tokenizer, [text]))]
    expected = model.predict_proba(["a dog"], ["the cat"])
    np.testing.assert_allclose(program(*sides).softmax(dim=1).detach(), expected, atol=1e-6)


def test_a_format_that_is_not_known_is_refused(tmp_path, capsys):
    assert cli.main(["export", "--output", str(tmp_path / "encoder.bin")]) == 1
    assert "ends neither in .onnx nor in .pt2" in capsys.readouterr().err


def test_a_part_or_a_precision_that_cannot_be_exported_is_refused(tmp_path):
    with pytest.raises(ValueError, match="no part 'head'"):
        export_onnx(toy_model(), tmp_path / "m.onnx", "head")
    with pytest.raises(ValueError, match=r"torch.float64 on cpu; export model.cpu\(\).float\(\)"):
        export_onnx(toy_model().double(), tmp_path / "m.onnx")


def test_a_missing_library_is_named(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "onnxscript", None)
    with pytest.raises(MissingExtra, match=r"Exporting to ONNX needs onnxscript: pip install 'infersent\[onnx\]'"):
        export_onnx(toy_model(), tmp_path / "m.onnx")
    assert cli.main(["export", "--output", str(tmp_path / "m.onnx")]) == 1
    assert "infersent: Exporting to ONNX needs onnxscript" in capsys.readouterr().err
