"""What an import costs: a library comes in when something needs it, and those of the widgets may be missing."""

import subprocess
import sys

import pytest

DRAWING = ("matplotlib", "anywidget", "ipywidgets", "IPython")


def loaded_by(code):
    """Return the libraries that are loaded after ``code`` in a fresh interpreter."""
    code = f"{code}\nimport sys\nprint(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(result.stdout.splitlines()[-1].split())


def test_the_package_alone_loads_no_library():
    assert not loaded_by("import infersent; infersent.__version__") & {"torch", "numpy", "scipy", "tqdm", *DRAWING}


@pytest.mark.parametrize(
    "code",
    [
        "import infersent; infersent.InferSent.from_pretrained().encode(['A dog runs.'])",
        "from infersent.cli import main; main(['predict', '--premise', 'A dog.', '--hypothesis', 'A cat.'])",
    ],
    ids=["the model", "the command"],
)
def test_a_model_at_work_loads_what_it_computes_with(code):
    loaded = loaded_by(code)
    assert {"torch", "tokenizers"} <= loaded
    assert not loaded & {"scipy", "sklearn", "pandas", "transformers", "sentence_transformers", "onnx", *DRAWING}
    assert not loaded & {"requests", "urllib3", "joblib"}  # for a network and for several processes


def test_a_model_is_trained_explained_and_saved_where_nothing_can_be_drawn(tmp_path):
    code = f"""
import sys
for name in {DRAWING}:
    sys.modules[name] = None  # an import of it fails
from tests.toy import toy_model, toy_pairs
from infersent import InferSent, explain
from infersent.text.batching import encode_pairs
from infersent.training.config import TrainingConfig
from infersent.training.loop import train
model = toy_model()
pairs = encode_pairs(toy_pairs(), model.tokenizer, cache=False)
log = train(model, pairs, pairs, TrainingConfig(epochs=2), out={str(tmp_path)!r}, progress=False)
model = InferSent.from_pretrained({str(tmp_path)!r})
explain(model, "a dog", "the cat").check()
print(len(log), model.predict_proba(["a dog"], ["the cat"]).shape)
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (result.returncode, result.stdout) == (0, "2 (1, 3)\n"), result.stderr


def test_what_most_readers_need_is_reached_from_the_top():
    code = """
import infersent
assert {"linear_ledger", "nn"} <= set(infersent.__all__) & set(dir(infersent))
print(infersent.nn.PairHead.__name__, infersent.linear_ledger.__name__, infersent.nn is infersent.nn)
for name in infersent.__all__:
    getattr(infersent, name)
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (result.returncode, result.stdout) == (0, "PairHead linear_ledger True\n"), result.stderr
