"""Named recipes: the data, the vectors, the model and its training, in one value that a command can name."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from infersent.choices import choose
from infersent.data import Pairs, fetch, load
from infersent.data.batching import EncodedPairs, encode_pairs
from infersent.model import InferSent, ModelConfig
from infersent.provenance import provenance
from infersent.text import Vocabulary, WordVectors, build_vocabulary, count_words, read_glove, shipped_vectors
from infersent.training import TrainingConfig

#: The vectors that come with the package; every other name is a GloVe file such as ``glove.840B.300d``.
SHIPPED_VECTORS = "shipped"

#: No given vectors: every frequent word gets a trained one, of so many numbers.
TRAINED_VECTORS, _TRAINED_DIM = "trained", 100

# The archive that holds GloVe's vectors of each name.
_GLOVE_ARCHIVES = dict.fromkeys([f"glove.6B.{dim}d" for dim in (50, 100, 200, 300)], "glove.6B.zip") | {
    "glove.840B.300d": "glove.840B.300d.zip"
}


@dataclass(frozen=True)
class Preset:
    """A whole recipe.

    Attributes
    ----------
    about
        One line, shown by ``--help``.
    data
        A corpus name for :func:`infersent.data.load`.
    subset
        Which part of its training pairs, or ``None`` for all.
    vectors
        ``"shipped"``, ``"trained"`` for none given, or a GloVe file by name: ``"glove.6B.300d"``.
    min_count
        Words without a vector get a trained one from so many occurrences on.
    model, training
        The shape and how to train it.
    """

    about: str
    data: str
    subset: str | None = None
    vectors: str = SHIPPED_VECTORS
    min_count: int = 10
    model: ModelConfig = field(default_factory=ModelConfig)
    training: TrainingConfig = field(default_factory=TrainingConfig)


PRESETS = {
    "demo": Preset(
        about="captions, 64 units per direction, a linear head: under a minute on one core",
        data="captions",
        vectors=TRAINED_VECTORS,
        model=ModelConfig(hidden=64, head="linear"),
        training=TrainingConfig(learning_rate=6e-3, decay=0.7, epochs=6, class_weights=False),
    ),
    "laptop": Preset(
        about="SNLI-122k, 256 units per direction, InferSent's stacked-linear head: under half an hour on two cores",
        data="snli",
        subset="122k",
        model=ModelConfig(hidden=256, head="stacked-linear"),
        training=TrainingConfig(learning_rate=1.5e-3, decay=0.65, epochs=5, averaging=0.999, seed=1),
    ),
    "paper": Preset(
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


def get_preset(name: str) -> Preset:
    """Return the preset of that name.

    Raises
    ------
    ValueError
        If there is none; the message offers the nearest.
    """
    return choose("preset", name, PRESETS)


def smaller(preset: Preset, *, hidden: int, epochs: int) -> Preset:
    """Return the preset with fewer units and epochs: a run that a reader can wait for."""
    return replace(
        preset,
        model=replace(preset.model, hidden=hidden),
        training=replace(preset.training, epochs=epochs),
    )


@dataclass(frozen=True)
class Setup:
    """What :func:`infersent.training.train` needs: a fresh model and encoded pairs.

    Attributes
    ----------
    vocabulary
        With its coverage of the training pairs.
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


def set_up(preset: Preset, train_pairs: Pairs, dev_pairs: Pairs, *, progress: bool = True) -> Setup:
    """Build the vocabulary from the training pairs, a fresh model, and the encoded pairs."""
    counts = count_words([*train_pairs.premises, *train_pairs.hypotheses])
    vectors = load_vectors(preset.vectors, keep=set(counts), progress=progress)
    vocabulary = build_vocabulary(counts, vectors, min_count=preset.min_count)
    model = InferSent.from_vocabulary(preset.model, vocabulary, seed=preset.training.seed)
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
    encoded = [encode_pairs(pairs, model.tokenizer) for pairs in (train_pairs, dev_pairs)]
    return Setup(vocabulary, model, *encoded, made_from)


def load_vectors(name: str, keep: set[str], *, progress: bool = True) -> WordVectors:
    """Return the shipped vectors, none at all, or a GloVe file's vectors of the words in ``keep``.

    Raises
    ------
    ValueError
        If the name is none of ``"shipped"``, ``"trained"`` and GloVe's, or the archive lacks the vectors of that name.
    OSError
        If GloVe's archive is neither on disk nor downloadable.
    """
    if name == SHIPPED_VECTORS:
        return shipped_vectors()
    if name == TRAINED_VECTORS:
        return WordVectors([], np.zeros((0, _TRAINED_DIM), np.float32), TRAINED_VECTORS)
    if name not in _GLOVE_ARCHIVES:
        raise ValueError(
            f"There are no vectors {name!r}. Use 'shipped', 'trained', or GloVe's name and size, such as glove.6B.100d."
        )
    archive = fetch.fetch(_GLOVE_ARCHIVES[name], progress=progress)
    held = [Path(member).stem for member in fetch.member_sizes(archive) if member.endswith(".txt")]
    if name not in held:
        usable = " or ".join([SHIPPED_VECTORS, *held])
        official = fetch.ARCHIVES[_GLOVE_ARCHIVES[name]].url
        raise ValueError(
            f"{archive} does not hold {name}. Use --vectors {usable}, or put the official archive there: {official}"
        )
    return read_glove(archive, keep, member=f"{name}.txt", progress=progress)


def load_pairs(preset: Preset, split: str) -> Pairs:
    """Return one split of the preset's corpus; its subset, if it has one, concerns the training pairs only."""
    options = {"subset": preset.subset} if preset.subset and split == "train" else {}
    return load(preset.data, split, **options)
