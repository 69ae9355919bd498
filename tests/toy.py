"""A world small enough for a test: a few words, pairs whose label a model can learn, and an untrained model."""

import numpy as np
import torch

from infersent import InferSent, Pairs
from infersent.model.infersent import ModelConfig
from infersent.study.answers import Answers
from infersent.study.grid import Trial
from infersent.study.records import Record
from infersent.text.vocabulary import Vocabulary
from infersent.training.evaluation import Evaluation

ANIMALS = ["dog", "cat", "cow", "pig"]


def toy_pairs(n=96, seed=0, name="toy"):
    """Same animal: entailment; another: contradiction; the word "maybe": neutral."""
    rng = np.random.default_rng(seed)
    premises, hypotheses, labels = [], [], []
    for i in range(n):
        a, b = rng.choice(ANIMALS, 2, replace=False)
        label = i % 3
        premises.append(f"a {a}")
        hypotheses.append({0: f"the {a}", 1: f"maybe a {b} here", 2: f"the {b}"}[label])
        labels.append(label)
    return Pairs(premises, hypotheses, np.array(labels), name)


def toy_vocabulary(dim=8):
    generator = torch.Generator().manual_seed(0)
    vectors = torch.randn(len(ANIMALS), dim, generator=generator).numpy()
    return Vocabulary(["a", "the", "maybe"], ANIMALS, vectors, {"given": 0.5, "trained": 0.4, "unknown": 0.1})


def toy_model(seed=0, **config):
    config = {"hidden": 6, "head": "linear"} | config
    return InferSent.from_vocabulary(ModelConfig(**config), toy_vocabulary(), seed=seed).eval()


def toy_answers(correct):
    """Answers of which just these are right, booleans [pairs]; every pair is an entailment."""
    correct = np.asarray(correct, dtype=bool)
    return Answers.from_evaluation(Evaluation(np.zeros(len(correct), dtype=int), np.where(correct, 0, 1)))


def toy_record(*, dev=None, test=None, error=None, seconds=None, **settings):
    """A record of a trial with these settings; ``dev`` and ``test`` say which answers are right."""
    split = {name: toy_answers(correct) for name, correct in (("dev", dev), ("test", test)) if correct is not None}
    return Record(Trial.from_spec(settings), **split, error=error, seconds=seconds)
