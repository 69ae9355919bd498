"""Any pair features in sentence-transformers: a loss to train with, and a head that stays with the model.

``SoftmaxLoss`` of sentence-transformers trains a classifier on ``(u, v, |u-v|)`` and forgets it: what is saved is the
encoder alone. Here the head is a module of the model itself. So it is saved in every checkpoint, comes back when a
training resumes or the best epoch is loaded, and answers for pairs afterwards::

    from sentence_transformers import SentenceTransformer, SentenceTransformerTrainer
    from infersent.adapters.sentence_transformers import PairClassifier, PairFeatureLoss

    model = SentenceTransformer("all-MiniLM-L6-v2")
    loss = PairFeatureLoss(model, classes=["no", "yes"], blocks="u, v, |u-v|, u*v")
    SentenceTransformerTrainer(model=model, train_dataset=pairs, loss=loss).train()
    model.save_pretrained("mine")

    classifier = PairClassifier.from_pretrained("mine")
    classifier.predict_proba(["A dog runs."], ["An animal moves."])

The head does not touch the sentence vectors: ``model.encode`` gives what it gave before.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn

from infersent.foundation.arrays import Floats
from infersent.foundation.optional import extra
from infersent.model.checkpoint import check_features
from infersent.model.features import BLOCKS, Blocks
from infersent.nn import PairHead

with extra("sbert", "infersent.adapters.sentence_transformers"):
    from sentence_transformers import SentenceTransformer

    try:
        from sentence_transformers.base.modules import Module
    except ModuleNotFoundError:  # before version 6
        from sentence_transformers.models import Module

# The library's own list of a model's modules.
_MODULES_FILE = "modules.json"


class PairHeadModule(Module):  # type: ignore[misc]  # mypy does not look into the library
    """A :class:`infersent.nn.PairHead` among the modules of a SentenceTransformer, so that it is saved with it.

    It hands on what it is given: a sentence vector is not changed by it.

    Parameters
    ----------
    dim
        How many numbers a sentence vector has.
    classes
        The names of the classes, in the order of the logits.
    blocks, layers, hidden, dropout
        The pair features and the kind of head, as :class:`infersent.nn.PairHead` has them.
    """

    config_keys: ClassVar[list[str]] = ["dim", "classes", "blocks", "layers", "hidden", "dropout"]

    def __init__(
        self,
        dim: int,
        classes: Sequence[str],
        blocks: str,
        layers: str = "linear",
        hidden: int = 512,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.dim = dim
        self.classes = list(classes)
        self.blocks = str(Blocks(blocks))
        self.layers = layers
        self.hidden = hidden
        self.dropout = dropout
        self.head = PairHead(dim, len(self.classes), self.blocks, head=layers, hidden=hidden, dropout=dropout)

    def forward(self, features: dict[str, Any]) -> dict[str, Any]:
        """Return what was given."""
        return features

    def save(self, output_path: str, *args: Any, safe_serialization: bool = True, **kwargs: Any) -> None:
        """Write the settings and the weights into a folder, as every module of the library does."""
        self.save_config(output_path)
        self.save_torch_weights(output_path, safe_serialization=safe_serialization)

    @classmethod
    def load(cls, model_name_or_path: str, subfolder: str = "", **options: Any) -> PairHeadModule:
        """Read what :meth:`save` wrote.

        Raises
        ------
        ValueError
            If a block is not registered, or has other parameters than in training.
        """
        names = ("token", "cache_folder", "revision", "local_files_only")
        hub = {name: options[name] for name in names if name in options}
        module = cls(**cls.load_config(model_name_or_path, subfolder=subfolder, **hub))
        weights = cls.load_torch_weights(model_name_or_path, subfolder=subfolder, **hub)
        saved, expected = (
            {name.removeprefix("head."): weight for name, weight in some.items()}
            for some in (weights, module.state_dict())
        )
        check_features(Path(model_name_or_path), saved, expected)
        module.load_state_dict(weights)
        return module


class PairFeatureLoss(nn.Module):
    """Cross-entropy of a head on any pair features, for ``SentenceTransformerTrainer``.

    The head becomes the last module of the model, and is trained together with it. A model that has a head already
    keeps it, so that a training can be continued.

    Parameters
    ----------
    model
        The model to train.
    classes
        How many classes there are, or their names in the order of the label numbers. May be left out if the model has a
        head.
    blocks
        The pair features, from the registry of :mod:`infersent.model.features`; by default InferSent's four.
    head, hidden, dropout
        The kind of head, as :class:`infersent.nn.PairHead` has it; one affine map by default.
    loss
        From logits ``[pairs, classes]`` and labels to one number; by default :class:`torch.nn.CrossEntropyLoss`, which
        takes numbers of classes ``[pairs]`` and probabilities ``[pairs, classes]`` alike.

    Attributes
    ----------
    head
        The :class:`infersent.nn.PairHead`.

    Raises
    ------
    ValueError
        If there are fewer than two classes or two of one name, a block or the head is unknown, or the model's own head
        has other classes or blocks or is of another kind.
    """

    def __init__(
        self,
        model: SentenceTransformer,
        *,
        classes: int | Sequence[str] | None = None,
        blocks: str | Iterable[str] | None = None,
        head: str | None = None,
        hidden: int = 512,
        dropout: float = 0.0,
        loss: nn.Module | None = None,
    ) -> None:
        super().__init__()
        self.model = model
        module = _head_of(model)
        if module is None:
            module = PairHeadModule(
                _dimension(model), _names(classes), str(Blocks(blocks or BLOCKS)), head or "linear", hidden, dropout
            )
            model.append(module.to(model.device))
        else:
            _check_same(module, classes, blocks, head)
        self.head: PairHead = module.head
        self.loss = loss or nn.CrossEntropyLoss()

    def forward(self, sentence_features: Iterable[dict[str, Tensor]], labels: Tensor) -> Tensor:
        """Return the loss of a batch of pairs.

        Raises
        ------
        ValueError
            If the data set has not exactly two columns of sentences.
        """
        columns = list(sentence_features)
        if len(columns) != 2:
            raise ValueError(f"PairFeatureLoss takes two columns of sentences; this data set has {len(columns)}.")
        u, v = (self.model(column)["sentence_embedding"] for column in columns)  # [pairs, dim] each
        dtype = next(self.head.parameters()).dtype
        logits = self.head(u.to(dtype), v.to(dtype))  # [pairs, classes]
        value: Tensor = self.loss(logits, labels if labels.shape == logits.shape else labels.view(-1))
        return value

    def get_config_dict(self) -> dict[str, Any]:
        """Return what the library writes into a model card about the loss."""
        return {"blocks": str(self.head.blocks), "classes": self.head.classes}


class PairClassifier:
    """A SentenceTransformer with the head of a :class:`PairFeatureLoss`, at work on pairs.

    Parameters
    ----------
    model
        The trained model.

    Raises
    ------
    ValueError
        If the model has no head.
    """

    def __init__(self, model: SentenceTransformer) -> None:
        module = _head_of(model)
        if module is None:
            raise ValueError("This model has no pair head. Train it with PairFeatureLoss, which adds one.")
        self.model = model
        self.head: PairHead = module.head
        self.classes: list[str] = module.classes

    @classmethod
    def from_pretrained(cls, path: str | Path, **options: Any) -> PairClassifier:
        """Return the classifier in a folder that ``model.save_pretrained`` or the trainer wrote.

        From its version 6, sentence-transformers itself opens such a folder only with ``trust_remote_code=True``,
        because one of the modules is not its own. Here nothing of the folder is trusted: the library reads its part,
        and this class the head.

        Parameters
        ----------
        path
            The folder.
        options
            For ``SentenceTransformer``: ``device="cuda"``.

        Raises
        ------
        ValueError
            If the folder holds no model, or one without a head.
        """
        folder = Path(path)
        if not (folder / _MODULES_FILE).is_file():
            raise ValueError(f"{folder} is not a folder of sentence-transformers: it has no {_MODULES_FILE}.")
        entries = json.loads((folder / _MODULES_FILE).read_text("utf-8"))
        ours = f"{PairHeadModule.__module__}.{PairHeadModule.__qualname__}"
        heads = [entry for entry in entries if entry["type"] == ours]
        if len(heads) != 1:
            raise ValueError(f"{folder} holds {len(heads)} pair heads, not one. Train it with PairFeatureLoss.")
        module = PairHeadModule.load(str(folder), subfolder=heads[0]["path"])
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as bare:
            # The same folder, but for the one line that names the head.
            shutil.copytree(folder, bare, copy_function=_link, dirs_exist_ok=True)
            (Path(bare) / _MODULES_FILE).unlink()
            rest = [entry for entry in entries if entry not in heads]
            (Path(bare) / _MODULES_FILE).write_text(json.dumps(rest), "utf-8")
            model = SentenceTransformer(bare, **options)
        model.append(module.to(model.device))
        return cls(model.eval())

    @property
    def encoder(self) -> SentenceTransformer:
        """The model without the head; its ``save_pretrained`` writes a folder that needs no infersent."""
        return SentenceTransformer(
            modules=[module for module in self.model if not isinstance(module, PairHeadModule)],
            device=str(self.model.device),
            prompts=self.model.prompts,
            default_prompt_name=self.model.default_prompt_name,
            similarity_fn_name=self.model.similarity_fn_name,
        )

    @torch.no_grad()
    def predict_proba(self, first: Sequence[str], second: Sequence[str], batch_size: int = 32) -> Floats:
        """Return the probability of each class, ``[pairs, classes]``.

        Each distinct sentence is encoded once.

        Parameters
        ----------
        first, second
            The sentences of each pair.
        batch_size
            Sentences at a time.

        Raises
        ------
        TypeError
            If a single text is given in the place of a list.
        ValueError
            If the two are not equally many.
        """
        if isinstance(first, str) or isinstance(second, str):
            raise TypeError("predict_proba takes lists: write [first], [second] for a single pair.")
        if len(first) != len(second):
            raise ValueError(f"There are {len(first)} first sentences but {len(second)} second ones.")
        if not len(first):
            return np.zeros((0, len(self.classes)), np.float32)
        rows = {sentence: i for i, sentence in enumerate(dict.fromkeys([*first, *second]))}
        vectors = self.model.encode(list(rows), batch_size=batch_size, convert_to_tensor=True, show_progress_bar=False)
        vectors = vectors.to(next(self.head.parameters()))  # [distinct, dim]
        answers = []
        for start in range(0, len(first), batch_size):
            u, v = (vectors[[rows[s] for s in side[start : start + batch_size]]] for side in (first, second))
            answers.append(self.head(u, v).softmax(dim=1))
        return torch.cat(answers).float().cpu().numpy()

    def predict(self, first: Sequence[str], second: Sequence[str], batch_size: int = 32) -> list[str]:
        """Return the most probable class of each pair, by its name; raises what :meth:`predict_proba` does."""
        return [self.classes[i] for i in self.predict_proba(first, second, batch_size).argmax(axis=1)]


def _dimension(model: SentenceTransformer) -> int:
    dim: int | None = model.get_embedding_dimension()
    if dim is None:
        raise ValueError("The model does not say how many numbers its vectors have; load it with truncate_dim=.")
    return dim


def _names(classes: int | Sequence[str] | None) -> list[str]:
    if classes is None:
        raise ValueError("The model has no pair head yet: say how many classes there are, by classes=2 or by names.")
    names = [str(i) for i in range(classes)] if isinstance(classes, int) else list(classes)
    if len(names) < 2 or len(set(names)) < len(names):
        raise ValueError(f"classes={classes!r}: a classifier needs two classes or more, each with its own name.")
    return names


def _check_same(
    module: PairHeadModule,
    classes: int | Sequence[str] | None,
    blocks: str | Iterable[str] | None,
    head: str | None,
) -> None:
    if blocks is not None and Blocks(blocks) != module.head.blocks:
        raise ValueError(f"The model's head has the blocks {module.head.blocks}, not {Blocks(blocks)}.")
    known = len(module.classes) if isinstance(classes, int) else module.classes
    if classes is not None and known != (classes if isinstance(classes, int) else list(classes)):
        raise ValueError(f"The model's head has the classes {', '.join(module.classes)}, not {classes!r}.")
    if head is not None and head != module.layers:
        raise ValueError(f"The model's head is {module.layers!r}, not {head!r}.")


def _head_of(model: SentenceTransformer) -> PairHeadModule | None:
    return next((module for module in model if isinstance(module, PairHeadModule)), None)


def _link(source: str, target: str) -> None:
    """Put a link to a file in the place of a copy, where the system allows it."""
    try:
        os.symlink(os.path.abspath(source), target)
    except OSError:
        shutil.copy2(source, target)
