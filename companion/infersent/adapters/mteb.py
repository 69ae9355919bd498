"""InferSent as a model of MTEB, the benchmark of text embeddings: version 2's protocol of an encoder.

::

    import mteb
    from infersent.adapters.mteb import MTEBEncoder

    mteb.evaluate(MTEBEncoder(), mteb.get_task("STSBenchmark"))
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch
from torch import nn

from infersent.foundation.arrays import Floats
from infersent.foundation.optional import extra
from infersent.model.infersent import InferSent

with extra("mteb", "infersent.adapters.mteb"):
    from mteb.models import ModelMeta
    from mteb.models.abs_encoder import AbsEncoder
    from mteb.models.model_meta import ScoringFunction


class MTEBEncoder(AbsEncoder):  # type: ignore[misc]  # mypy does not look into the library
    """A model's sentence vectors for ``mteb.evaluate``; sentences are compared by their cosine.

    Parameters
    ----------
    model
        A model, or the folder of a checkpoint or of a training run; by default the shipped model.
    revision
        The version under which mteb keeps the results. By default a digest of the encoder's weights: the results of one
        model are never taken for those of another with the same name.
    device
        Where to compute; by default where the model is.
    name
        The name in the results, ``"organization/model"``.

    Raises
    ------
    infersent.model.checkpoint.CheckpointError
        If the folder is not a checkpoint.
    """

    model: InferSent

    def __init__(
        self,
        model: InferSent | str | Path | None = None,
        revision: str | None = None,
        *,
        device: str | None = None,
        name: str = "infersent/infersent",
    ) -> None:
        self.model = model if isinstance(model, InferSent) else InferSent.from_pretrained(model)
        if device is not None:
            self.model.to(device)
        self.mteb_model_meta = ModelMeta.create_empty(
            {
                "name": name,
                "revision": revision or _digest(self.model.encoder),
                "languages": ["eng-Latn"],
                "n_parameters": sum(parameter.numel() for parameter in self.model.encoder.parameters()),
                "embed_dim": self.model.encoder.dim,
                "framework": ["PyTorch"],
                "similarity_fn_name": ScoringFunction.COSINE,
                "use_instructions": False,
            }
        )

    def encode(self, inputs: Iterable[dict[str, Any]], **options: Any) -> Floats:
        """Return one vector per text, ``[texts, dim]``.

        Parameters
        ----------
        inputs
            Batches, each with its texts under ``"text"``.
        options
            mteb's: ``batch_size`` and ``show_progress_bar`` are heeded. What says which task it is (``task_metadata``,
            ``hf_split``, ``hf_subset``, ``prompt_type``) changes nothing, because InferSent takes no instructions.
        """
        texts = [text for batch in inputs for text in batch["text"]]
        known = {name: options[name] for name in ("batch_size", "show_progress_bar") if name in options}
        vectors: Floats = self.model.encode(texts, **known)
        return vectors


def _digest(module: nn.Module) -> str:
    digest = hashlib.sha256()
    for name, tensor in sorted(module.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.detach().cpu().contiguous().view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()[:16]
