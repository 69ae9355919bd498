"""A child forked from a process that has computed on two threads: what it computes ends, and is the same."""

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing forks here")

# Each child has a minute, and is ended then by a signal. Without the remedy each of them waits for ever.
BEGIN = """
import os, signal, torch
torch.set_num_threads(2)

def in_child(what, function):
    child = os.fork()
    if not child:
        signal.alarm(60)
        status = 1
        try:
            status = 0 if function() else 2
        finally:
            os._exit(status)
    print(what, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""

WITH_A_MODEL = (
    BEGIN
    + """
import multiprocessing
import numpy as np
from infersent import InferSent
from infersent.text.batching import encode_pairs
from infersent.training.config import TrainingConfig
from infersent.training.loop import train
from tests.toy import toy_model, toy_pairs

model = InferSent.from_pretrained()
sentences = [f"a dog runs {'on ' * (i % 9)}" for i in range(300)]
expected = model.encode(sentences)
probabilities = model.predict_proba(sentences, sentences[::-1])
pairs = encode_pairs(toy_pairs(48), toy_model().tokenizer, cache=False)
config = TrainingConfig(learning_rate=0.02, epochs=1, batch_size=16)

def trained():
    other = toy_model(hidden=64)
    return train(other, pairs, pairs, config, progress=False)[0].loss

loss = trained()
torch.ones(2000, 2000) @ torch.ones(2000, 2000)
same = lambda found, wanted: np.allclose(found, wanted, rtol=0, atol=1e-6)
in_child("encode", lambda: same(model.encode(sentences), expected))
in_child("predict", lambda: same(model.predict_proba(sentences, sentences[::-1]), probabilities))
in_child("train", lambda: abs(trained() - loss) < 1e-4)

def in_pool():
    with multiprocessing.get_context("fork").Pool(2, signal.alarm, (60,)) as pool:
        parts = pool.map_async(model.encode, [sentences[:150], sentences[150:]]).get(50)
    return same(np.concatenate(parts), expected)

in_child("pool", in_pool)
print(torch.get_num_threads())  # the parent keeps its own
"""
)

WITH_A_HEAD_ALONE = (
    BEGIN
    + """
import sys
from infersent.nn import PairHead
assert "infersent.model.infersent" not in sys.modules
head = PairHead(512, 3, head="mlp").eval()
u, v = torch.randn(2, 4000, 512)
with torch.no_grad():
    expected = head(u, v)
    in_child("head", lambda: torch.allclose(head(u, v), expected, atol=1e-5))
"""
)


@pytest.mark.parametrize(
    ("script", "said"),
    [(WITH_A_MODEL, "encode 0\npredict 0\ntrain 0\npool 0\n2\n"), (WITH_A_HEAD_ALONE, "head 0\n")],
    ids=["a model", "a head alone"],
)
def test_a_forked_child_computes_the_same(script, said):
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=600)
    assert (done.returncode, done.stdout) == (0, said), done.stderr


def test_the_remedy_imports_nothing():
    code = "import sys, infersent.model; print('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"
