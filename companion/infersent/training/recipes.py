"""Named recipes: the data, the vectors, the model and its training, in one value that a command can name."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from infersent.data import Pairs, ScoredPairs, load, read_pairs, split_pairs
from infersent.foundation.choices import choose
from infersent.foundation.notices import notice
from infersent.foundation.provenance import provenance
from infersent.model.checkpoint import GOES_ON
from infersent.model.infersent import InferSent, ModelConfig
from infersent.text.batching import EncodedPairs, encode_pairs
from infersent.text.catalogue import SHIPPED_VECTORS, TRAINED_VECTORS, load_vectors
from infersent.text.tokenizer import SPECIAL_TOKENS, UNKNOWN_ID
from infersent.text.vocabulary import Vocabulary, build_vocabulary, count_words
from infersent.training.config import TrainingConfig


@dataclass(frozen=True)
class OwnFiles:
    """What a file of a reader's own needs beside itself: other files for dev and test, or a cut; and its columns.

    Attributes
    ----------
    dev, test
        The files of the other two splits.
    split
        The shares of train, dev and test, if they are cut from one file, see
        :func:`infersent.data.splits.split_pairs`.
    text, label
        The columns, see :func:`infersent.data.files.read_pairs`.

    Raises
    ------
    ValueError
        If there are neither both files nor a cut, or there is both.
    """

    dev: str | None = None
    test: str | None = None
    split: tuple[float, ...] | None = None
    text: tuple[str, ...] | None = None
    label: str | None = None

    def __post_init__(self) -> None:
        for name in ("split", "text"):
            if getattr(self, name) is not None:
                object.__setattr__(self, name, tuple(getattr(self, name)))
        files = (self.dev is not None) + (self.test is not None)
        if files != (0 if self.split else 2):
            raise ValueError(
                'A corpus that is a file of your own needs two other files, dev = "…" to choose the epoch and '
                'test = "…" to test on, or a cut of the one file: split = [0.8, 0.1, 0.1].'
            )

    def load(self, path: str) -> tuple[Pairs, Pairs, Pairs]:
        """Return train, dev and test, of which no two are the same pairs.

        Raises
        ------
        ValueError
            If two of the files hold the same pairs, or dev or test has a label that train lacks.
        """
        train = self._read(path)
        if self.split:
            return split_pairs(train, self.split)
        assert self.dev is not None
        assert self.test is not None
        dev, test = (same_labels(train, self._read(other)) for other in (self.dev, self.test))
        splits = {path: train, self.dev: dev, self.test: test}
        if len(splits) < 3 or len({pairs.digest() for pairs in splits.values()}) < 3:
            raise ValueError(
                f"Of {path}, {self.dev} and {self.test} two hold the same pairs. An accuracy on pairs that training "
                "has seen, or that chose its epoch, is no test: name three files, or a cut, split = [0.8, 0.1, 0.1]."
            )
        seen = set(zip(train.premises, train.hypotheses, strict=True))
        for name, pairs in ((self.dev, dev), (self.test, test)):
            again = sum(pair in seen for pair in zip(pairs.premises, pairs.hypotheses, strict=True))
            if again:
                notice(f"{name}: {again:,} of its {len(pairs):,} pairs are in {path} too, which training has seen.")
        return train, dev, test

    def _read(self, path: str) -> Pairs:
        return read_pairs(path, text=self.text, label=self.label)


@dataclass(frozen=True)
class Recipe:
    """Everything that makes a trained model.

    Attributes
    ----------
    about
        One line for ``--help``.
    data
        A corpus name for :func:`infersent.data.load`, or a file of pairs.
    subset
        Which subset of its training pairs, or ``None`` for all.
    vectors
        ``"shipped"``, ``"trained"`` if none are given, or the name of a GloVe file: ``"glove.6B.300d"``.
    min_count
        A word without a vector gets a trained one if it occurs at least this often.
    model, training
        The model's shape, and how to train it.
    own
        The rest of the data, if ``data`` is a file.
    """

    about: str
    data: str
    subset: str | None = None
    vectors: str = SHIPPED_VECTORS
    min_count: int = 10
    model: ModelConfig = field(default_factory=ModelConfig)
    training: TrainingConfig = field(default_factory=TrainingConfig)
    own: OwnFiles | None = None

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
    """Build the vocabulary from the training pairs, a fresh model of their labels, and the encoded pairs.

    Raises
    ------
    ValueError
        If the dev pairs have a label that the training pairs lack, or the training pairs have only one label.
    """
    dev_pairs = same_labels(train_pairs, dev_pairs)
    counts = count_words([*train_pairs.premises, *train_pairs.hypotheses])
    vectors = load_vectors(recipe.vectors, keep=set(counts), progress=progress)
    vocabulary = build_vocabulary(counts, vectors, min_count=recipe.min_count)
    model = InferSent.from_vocabulary(
        recipe.model, vocabulary, seed=recipe.training.seed, labels=train_pairs.label_names
    )
    made_from = _made_from(train_pairs, vectors.name, vocabulary, model)
    train, dev = (encode_pairs(pairs, model.tokenizer) for pairs in (train_pairs, dev_pairs))
    return Setup(vocabulary, model, train, dev, made_from)


def set_up_from(model: InferSent, recipe: Recipe, train_pairs: Pairs, dev_pairs: Pairs, head: str | None) -> Setup:
    """Set up the further training of a trained model on other pairs: its words stay, and its head where it can.

    The head stays if it knows all labels of the training pairs; otherwise the model gets a fresh one for them.

    Parameters
    ----------
    model
        Trained.
    recipe
        Whose training settings are used, and nothing else.
    train_pairs, dev_pairs
        The new pairs.
    head
        A kind of head to start afresh with, or ``None`` for the model's own.

    Raises
    ------
    ValueError
        As :func:`set_up` does.
    """
    same_labels(train_pairs, dev_pairs)
    if head in (None, model.config.head) and set(train_pairs.label_names) <= set(model.labels):
        train_pairs = train_pairs.with_labels(model.labels)
    else:
        model = model.with_new_head(train_pairs.label_names, seed=recipe.training.seed, head=head)
    dev_pairs = dev_pairs.with_labels(model.labels, train_pairs.name)
    trained = len(model.encoder.embedding.trained)
    known = sorted(model.tokenizer.get_vocab().items(), key=lambda item: item[1])
    place = dict(known)
    counts = count_words([*train_pairs.premises, *train_pairs.hypotheses], model.tokenizer)
    of = {"given": 0, "trained": 0, "unknown": 0}
    for word, count in counts.items():
        i = place.get(word, UNKNOWN_ID)
        of["unknown" if i == UNKNOWN_ID else "trained" if i < trained else "given"] += count
    total = max(1, counts.total())
    vocabulary = Vocabulary(
        [word for word, i in known if len(SPECIAL_TOKENS) <= i < trained],
        [word for word, i in known if i >= trained],
        model.encoder.embedding.given.cpu().numpy(),
        {kind: count / total for kind, count in of.items()},
    )
    made_from = _made_from(train_pairs, GOES_ON, vocabulary, model)
    train, dev = (encode_pairs(pairs, model.tokenizer) for pairs in (train_pairs, dev_pairs))
    return Setup(vocabulary, model, train, dev, made_from)


def _made_from(train_pairs: Pairs, vectors: str, vocabulary: Vocabulary, model: InferSent) -> dict[str, Any]:
    return {
        "data": {"train": train_pairs.name, "pairs": len(train_pairs), "digest": train_pairs.digest()[:16]},
        "vectors": vectors,
        "vocabulary": {
            "given_words": len(vocabulary.given),
            "trained_words": len(vocabulary.trained),
            "coverage": {kind: round(share, 5) for kind, share in vocabulary.coverage.items()},
        },
        "parameters": sum(p.numel() for p in model.parameters() if p.requires_grad),
        **provenance(),
    }


def same_labels(train_pairs: Pairs, other: Pairs) -> Pairs:
    """Return the other pairs with their labels numbered as those of the training pairs.

    Raises
    ------
    ValueError
        If they have a label that the training pairs lack, or the training pairs have only one label.
    """
    if np.count_nonzero(train_pairs.label_counts()) < 2 and train_pairs.distributions is None:
        only = train_pairs.label_names[int(train_pairs.label_counts().argmax())]
        raise ValueError(f"All pairs of {train_pairs.name} are labelled {only!r}; a model learns to tell two apart.")
    return other.with_labels(train_pairs.label_names, train_pairs.name)


def load_pairs(recipe: Recipe, split: str) -> Pairs:
    """Return one split of the recipe's corpus; its subset, if it has one, applies only to the training pairs.

    Raises
    ------
    ValueError
        If its pairs have scores instead of labels.
    """
    options = {"subset": recipe.subset} if recipe.subset and split == "train" else {}
    pairs = load(recipe.data, split, **options)
    if isinstance(pairs, ScoredPairs):
        raise ValueError(
            f"{pairs.name} has scores and no labels; a classifier learns labels. For scores there is `infersent choose "
            "FILE`, which says what pair features serve them best."
        )
    return pairs
