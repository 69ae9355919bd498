"""Named recipes: the data, the vectors, the model and its training, in one value that a command can name."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from infersent.data import Pairs, load
from infersent.foundation.choices import choose
from infersent.foundation.provenance import provenance
from infersent.model.infersent import InferSent, ModelConfig
from infersent.text.batching import EncodedPairs, encode_pairs
from infersent.text.catalogue import SHIPPED_VECTORS, TRAINED_VECTORS, load_vectors
from infersent.text.vocabulary import Vocabulary, build_vocabulary, count_words
from infersent.training.config import TrainingConfig


@dataclass(frozen=True)
class Recipe:
    """Everything that makes a trained model.

    Attributes
    ----------
    about
        One line for ``--help``.
    data
        A corpus name for :func:`infersent.data.load`.
    subset
        Which subset of its training pairs, or ``None`` for all.
    vectors
        ``"shipped"``, ``"trained"`` if none are given, or the name of a GloVe file: ``"glove.6B.300d"``.
    min_count
        A word without a vector gets a trained one if it occurs at least this often.
    model, training
        The model's shape, and how to train it.
    """

    about: str
    data: str
    subset: str | None = None
    vectors: str = SHIPPED_VECTORS
    min_count: int = 10
    model: ModelConfig = field(default_factory=ModelConfig)
    training: TrainingConfig = field(default_factory=TrainingConfig)

    def smaller(self, *, hidden: int, epochs: int) -> Recipe:
        """Return the recipe with fewer units and epochs: a run worth waiting for."""
        model = replace(self.model, hidden=hidden)
        return replace(self, model=model, training=replace(self.training, epochs=epochs))


#: Recipes by name: the presets of ``infersent train``.
RECIPES = {
    "demo": Recipe(
        about="captions, 64 units per direction, a linear head: under a minute on one core",
        data="captions",
        vectors=TRAINED_VECTORS,
        model=ModelConfig(hidden=64, head="linear"),
        training=TrainingConfig(learning_rate=6e-3, decay=0.7, epochs=6, class_weights=False),
    ),
    "laptop": Recipe(
        about="SNLI-122k, 256 units per direction, InferSent's stacked-linear head: under half an hour on two cores",
        data="snli",
        subset="122k",
        model=ModelConfig(hidden=256, head="stacked-linear"),
        training=TrainingConfig(learning_rate=1.5e-3, decay=0.65, epochs=5, averaging=0.999, seed=1),
    ),
    "paper": Recipe(
        about="all of SNLI, 2048 units per direction, SGD as in Conneau et al. (2017), but no <s> and </s> around a "
        "sentence, and a trained vector for unknown words, which theirs drops: wants a GPU",
        data="snli",
        vectors="glove.840B.300d",
        model=ModelConfig(hidden=2048, head="stacked-linear"),
        training=TrainingConfig(
            optimizer="sgd",
            learning_rate=0.1,
            decay=0.99,
            shrink=5.0,
            epochs=20,
            batch_size=64,
            clip=5.0,
            class_weights=False,
        ),
    ),
}


def get_recipe(name: str) -> Recipe:
    """Return the recipe of that name.

    Raises
    ------
    ValueError
        If there is none of that name; the message suggests the nearest.
    """
    return choose("preset", name, RECIPES)


@dataclass(frozen=True)
class Setup:
    """What :func:`infersent.training.loop.train` needs: a fresh model and encoded pairs.

    Attributes
    ----------
    vocabulary
        The words that the model knows, with their coverage of the training pairs.
    model
        Untrained.
    train, dev
        Encoded by the model's tokenizer.
    provenance
        Data, vectors, versions and machine, for the records.
    """

    vocabulary: Vocabulary
    model: InferSent
    train: EncodedPairs
    dev: EncodedPairs
    provenance: dict[str, Any]


def set_up(recipe: Recipe, train_pairs: Pairs, dev_pairs: Pairs, *, progress: bool = True) -> Setup:
    """Build the vocabulary from the training pairs, a fresh model, and the encoded pairs."""
    counts = count_words([*train_pairs.premises, *train_pairs.hypotheses])
    vectors = load_vectors(recipe.vectors, keep=set(counts), progress=progress)
    vocabulary = build_vocabulary(counts, vectors, min_count=recipe.min_count)
    model = InferSent.from_vocabulary(recipe.model, vocabulary, seed=recipe.training.seed)
    made_from = {
        "data": {"train": train_pairs.name, "pairs": len(train_pairs), "digest": train_pairs.digest()[:16]},
        "vectors": vectors.name,
        "vocabulary": {
            "given_words": len(vocabulary.given),
            "trained_words": len(vocabulary.trained),
            "coverage": {kind: round(share, 5) for kind, share in vocabulary.coverage.items()},
        },
        "parameters": sum(p.numel() for p in model.parameters() if p.requires_grad),
        **provenance(),
    }
    train, dev = (encode_pairs(pairs, model.tokenizer) for pairs in (train_pairs, dev_pairs))
    return Setup(vocabulary, model, train, dev, made_from)


def load_pairs(recipe: Recipe, split: str) -> Pairs:
    """Return one split of the recipe's corpus; its subset, if it has one, applies only to the training pairs."""
    options = {"subset": recipe.subset} if recipe.subset and split == "train" else {}
    return load(recipe.data, split, **options)
