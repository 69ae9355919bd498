"""Sentence vectors by onnxruntime: those that the model gives, up to rounding, in less of a processor's time.

::

    from infersent.adapters.onnxruntime import OnnxInferSent

    model = OnnxInferSent.from_pretrained()
    vectors = model.encode(sentences)

An LSTM's step is one product of matrices and a dozen small operations on its result. PyTorch goes through memory for
each of them; onnxruntime has the network as one operation. ``make bench`` measures what that is worth.
"""

from __future__ import annotations

import tempfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from infersent.adapters.onnx import export_onnx
from infersent.foundation.optional import extra
from infersent.model.infersent import InferSent
from infersent.model.streaming import in_threads

if TYPE_CHECKING:
    from onnxruntime import InferenceSession


class OnnxInferSent(InferSent):
    """A model that reads sentences by onnxruntime, on the processor, where it encodes and where it predicts.

    All else is PyTorch's as before: training, evaluation, the ledger. The encoder is exported when it is first asked,
    which takes some seconds, and again after its parameters have changed. A text that is too long for one piece is read
    in windows by PyTorch.

    Encoding raises :class:`~infersent.foundation.optional.MissingExtra` if onnx, onnxscript or onnxruntime is not
    installed, and ``ValueError`` if the model is not on the CPU in float32.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._begin()

    def _begin(self) -> None:
        self._exported: int | None = None  # a checksum of the parameters that the session has
        self._session: InferenceSession | None = None
        self._lock = Lock()

    @classmethod
    def from_model(cls, model: InferSent) -> OnnxInferSent:
        """Return a copy of a model that encodes by onnxruntime."""
        embedding = model.encoder.embedding
        new = cls(model.config, model.tokenizer, len(embedding.trained), embedding.given, model.labels)
        new.load_state_dict(model.state_dict())
        return new.to(model.device, next(model.parameters()).dtype).train(model.training)

    def __getstate__(self) -> dict[str, Any]:
        # A session belongs to its process, and a lock cannot be copied.
        return {name: value for name, value in self.__dict__.items() if name not in ("_exported", "_session", "_lock")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._begin()
        self.__dict__.update(state)

    def encode_ids(
        self, ids: Sequence[Sequence[int]], batch_size: int = 128, show_progress_bar: bool | None = False
    ) -> Tensor:
        """Return the vectors, ``[n, dim]``, of sentences that are word ids already, by onnxruntime."""
        with self._lock:
            checksum = self._checksum()
            if checksum != self._exported:
                self._session = self._made_session()
                self._exported = checksum
        share = -(-len(ids) // torch.get_num_threads())  # so that every thread has a batch
        return super().encode_ids(ids, min(batch_size, max(1, share)), show_progress_bar)

    def _checksum(self) -> int:
        checksum = 0
        for tensor in self.encoder.state_dict().values():
            checksum = zlib.crc32(tensor.cpu().contiguous().flatten().view(torch.uint8).numpy(), checksum)
        return checksum

    def _made_session(self) -> InferenceSession:
        with extra("onnx", "Encoding by onnxruntime"):
            from onnxruntime import InferenceSession, SessionOptions
        options = SessionOptions()
        # Two threads in one network of this size wait for each other: each batch has one, see _encode_batches.
        options.intra_op_num_threads = 1
        with tempfile.TemporaryDirectory() as folder:
            graph = export_onnx(self, Path(folder, "encoder.onnx"))
            return InferenceSession(graph, options, providers=["CPUExecutionProvider"])

    def _encode_batches(self, batches: Iterable[tuple[Tensor, Tensor, Tensor]]) -> Iterator[tuple[Tensor, Tensor]]:
        threads = torch.get_num_threads()  # 1 where several threads share this model already
        if threads == 1:
            return super()._encode_batches(batches)
        return in_threads(lambda batch: (batch[0], self._encode_batch(*batch[1:])), batches, threads)

    @torch.no_grad()
    def _encode_batch(self, ids: Tensor, lengths: Tensor) -> Tensor:
        if ids.shape[1] > self._words_at_once:
            return super()._encode_batch(ids, lengths)
        assert self._session is not None
        (vectors,) = self._session.run(["vectors"], {"ids": ids.numpy(), "lengths": lengths.numpy()})
        return torch.from_numpy(vectors)
