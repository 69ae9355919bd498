"""A trained model as an ONNX file: for onnxruntime, in any language, without PyTorch.

::

    from infersent.adapters.onnx import export_onnx

    export_onnx(infersent.InferSent.from_pretrained(), "encoder.onnx")
    session = onnxruntime.InferenceSession("encoder.onnx")
    vectors, = session.run(None, {"ids": ids, "lengths": lengths})

Word ids are those of ``tokenizer.json`` in a model's folder, which the tokenizers library reads in many languages;
:func:`infersent.text.batching.pad` shows how they are laid out.
"""

from __future__ import annotations

import json
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from torch import Tensor, nn

from infersent.foundation.atomic import replace_file
from infersent.foundation.choices import choose
from infersent.foundation.optional import extra
from infersent.model.encoders import Encoder
from infersent.model.export import MaskedEncoder, MaskedPairs, example_inputs, parameters_by_direction
from infersent.model.infersent import InferSent

#: What can be exported, and the names of its inputs and its output.
PARTS = {
    "encoder": (["ids", "lengths"], "vectors"),
    "pairs": (["premise_ids", "premise_lengths", "hypothesis_ids", "hypothesis_lengths"], "logits"),
}

# ONNX's gates in torch's numbering: torch has i, f, g, o and r, z, n; ONNX has i, o, f, g and z, r, n.
_GATES = {nn.LSTM: (0, 3, 1, 2), nn.GRU: (1, 0, 2)}


class OnnxEncoder(MaskedEncoder):
    """An encoder's function on padded batches, whose recurrent network is one node of the ONNX graph.

    It computes nothing itself: it is there to be exported.
    """

    input_weight: Tensor
    state_weight: Tensor
    bias: Tensor

    def __init__(self, encoder: Encoder) -> None:
        super().__init__(encoder)
        network = getattr(encoder, "lstm", None) or getattr(encoder, "rnn", None)
        if network is not None:
            gates = _GATES[type(network)]
            with torch.no_grad():
                input_weight, state_weight, *biases = (
                    torch.cat([each.chunk(len(gates), dim=1)[i] for i in gates], dim=1)
                    for each in parameters_by_direction(network)
                )
                self.register_buffer("input_weight", input_weight)  # [directions, gates * units, word dim]
                self.register_buffer("state_weight", state_weight)  # [directions, gates * units, units]
                self.register_buffer("bias", torch.cat(biases, dim=1))  # [directions, 2 * gates * units]

    def states(self, network: nn.LSTM | nn.GRU, words: Tensor, lengths: Tensor) -> Tensor:
        """Return every word's state each way, ``[directions, sentences, time, units]``, zero in the padding."""
        # lengths are the node's own: it reads each sentence, in both directions, within its length.
        states = torch.onnx.ops.symbolic(
            type(network).__name__,
            (
                words.transpose(0, 1),  # [time, sentences, word dim]
                self.input_weight,
                self.state_weight,
                self.bias,
                lengths.to(torch.int32),
            ),
            {
                "hidden_size": network.hidden_size,
                "direction": "bidirectional" if network.bidirectional else "forward",
                # torch's GRU multiplies the reset gate with the state's share after its product, ONNX's default before.
                **({"linear_before_reset": 1} if isinstance(network, nn.GRU) else {}),
            },
            dtype=words.dtype,
            shape=(words.shape[1], len(self.bias), words.shape[0], network.hidden_size),
        )  # [time, directions, sentences, units]
        return states.permute(1, 2, 0, 3)


def export_onnx(model: InferSent, path: str | Path, part: str = "encoder") -> Path:
    """Write a trained model, or its encoder, to an ONNX file, for any number of sentences of any length.

    Parameters
    ----------
    model
        A trained model, on the CPU and in float32.
    path
        The file; one that exists is replaced.
    part
        ``"encoder"``: ``ids [sentences, time]`` and ``lengths [sentences]`` give ``vectors [sentences, dim]``.
        ``"pairs"``: ``premise_ids``, ``premise_lengths``, ``hypothesis_ids`` and ``hypothesis_lengths`` give
        ``logits [pairs, classes]``, and the file's metadata hold the names of the ``labels`` as JSON. All inputs are
        int64; ids are padded on the right with any id, and each length is at least 1.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ValueError
        If there is no such part, or the model is not on the CPU in float32.
    infersent.foundation.optional.MissingExtra
        If onnx or onnxscript is not installed.
    """
    names, output = choose("part", part, PARTS)
    dtype = next(model.parameters()).dtype
    if model.device.type != "cpu" or dtype != torch.float32:
        raise ValueError(f"The model is in {dtype} on {model.device}; export model.cpu().float().")
    with extra("onnx", "Exporting to ONNX"):
        import onnx  # noqa: F401
        import onnxscript  # noqa: F401
    encoder = OnnxEncoder(model.encoder)
    module = encoder if part == "encoder" else MaskedPairs(model, encoder)
    inputs, axes = example_inputs(part)
    was_training = model.training
    try:
        with torch.no_grad(), _quiet():
            program = torch.onnx.export(
                module.eval(),
                inputs,
                input_names=names,
                output_names=[output],
                dynamic_shapes=axes,
                dynamo=True,
                verbose=False,
                optimize=True,
            )
    finally:
        model.train(was_training)
    assert program is not None
    if part == "pairs":
        program.model.metadata_props["labels"] = json.dumps(model.labels)
    replace_file(Path(path), lambda new: program.save(str(new), external_data=False))
    return Path(path)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the exporter's remarks on libraries that are not needed here to itself."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            warnings.simplefilter("ignore", DeprecationWarning)
            warnings.filterwarnings("ignore", "# The axis name", UserWarning)
            yield
    finally:
        logger.setLevel(level)
