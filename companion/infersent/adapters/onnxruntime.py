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
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from infersent.adapters.onnx import export_onnx
from infersent.foundation.optional import extra
from infersent.model.infersent import InferSent

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
        self._exported: tuple[int, bytes] | None = None  # a checksum of the parameters, and their ONNX graph
        self._sessions: dict[int, InferenceSession] = {}  # by their number of threads
        self._lock = Lock()

    @classmethod
    def from_model(cls, model: InferSent) -> OnnxInferSent:
        """Return a copy of a model that encodes by onnxruntime."""
        embedding = model.encoder.embedding
        new = cls(model.config, model.tokenizer, len(embedding.trained), embedding.given, model.labels)
        new.load_state_dict(model.state_dict())
        return new.to(model.device, next(model.parameters()).dtype).train(model.training)

    def __getstate__(self) -> dict[str, Any]:
        # Sessions belong to their process, and locks cannot be copied.
        return {name: value for name, value in self.__dict__.items() if name not in ("_sessions", "_lock")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._begin()
        self.__dict__.update(state)

    def encode_ids(
        self, ids: Sequence[Sequence[int]], batch_size: int = 128, show_progress_bar: bool | None = False
    ) -> Tensor:
        """Return the vectors, ``[n, dim]``, of sentences that are word ids already, by onnxruntime."""
        with self._lock:
            checksum = self._checksum()
            if self._exported is None or self._exported[0] != checksum:
                with tempfile.TemporaryDirectory() as folder:
                    graph = export_onnx(self, Path(folder, "encoder.onnx")).read_bytes()
                self._exported, self._sessions = (checksum, graph), {}
        return super().encode_ids(ids, batch_size, show_progress_bar)

    def _checksum(self) -> int:
        checksum = 0
        for tensor in self.encoder.state_dict().values():
            checksum = zlib.crc32(tensor.cpu().contiguous().flatten().view(torch.uint8).numpy(), checksum)
        return checksum

    def _encoded(self, ids: Tensor, lengths: Tensor) -> Tensor:
        (vectors,) = self._session().run(["vectors"], {"ids": ids.numpy(), "lengths": lengths.numpy()})
        return torch.from_numpy(vectors)

    def _session(self) -> InferenceSession:
        """Return a session with as many threads as torch would take in this one."""
        with extra("onnx", "Encoding by onnxruntime"):
            from onnxruntime import InferenceSession, SessionOptions
        threads = torch.get_num_threads()
        with self._lock:
            if threads not in self._sessions:
                assert self._exported is not None
                options = SessionOptions()
                options.intra_op_num_threads = threads
                self._sessions[threads] = InferenceSession(
                    self._exported[1], options, providers=["CPUExecutionProvider"]
                )
            return self._sessions[threads]
