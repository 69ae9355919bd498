"""The encoders without packing, as one graph that runs without this package: ``torch.export``, and the base of ONNX.

Training and :meth:`infersent.model.infersent.InferSent.encode` pack a batch, so that no time is spent on padding. A
graph for another runtime takes tensors of a fixed layout. Here padding is computed and left out of the result: the
forward network meets it only after a sentence's last word, and the backward one reads every sentence turned round
within its own length.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import torch
from torch import Tensor, nn
from torch.export import Dim, ExportedProgram

from infersent.model.encoders import BiLSTM, Encoder, HierarchicalConvNet, LastState, Transformer
from infersent.model.features import pair_features
from infersent.model.infersent import InferSent
from infersent.text.batching import pad
from infersent.text.tokenizer import UNKNOWN_ID


class MaskedEncoder(nn.Module):
    """An encoder's function on padded batches. The weights are the encoder's own, not copies; dropout is left out.

    Parameters
    ----------
    encoder
        A trained encoder, one of :data:`infersent.model.encoders.ENCODERS`.

    Raises
    ------
    TypeError
        If the encoder is of a kind that is not known here.
    """

    def __init__(self, encoder: Encoder) -> None:
        super().__init__()
        if not isinstance(encoder, BiLSTM | LastState | HierarchicalConvNet | Transformer):
            raise TypeError(f"{type(encoder).__name__} has no form without packing.")
        self.encoder = encoder

    def forward(self, ids: Tensor, lengths: Tensor) -> Tensor:
        """Return the sentence vectors of ``ids [sentences, time]`` as ``[sentences, dim]``.

        Parameters
        ----------
        ids
            Word ids, padded on the right with any id.
        lengths
            The number of words of each sentence, ``[sentences]``, each at least 1.
        """
        encoder = self.encoder
        if isinstance(encoder, HierarchicalConvNet | Transformer):  # they pack nothing
            vectors: Tensor = encoder(ids, lengths)
            return vectors
        words = encoder.embedding(ids)  # [sentences, time, word dim]
        if isinstance(encoder, BiLSTM):
            states = self.states(encoder.lstm, words, lengths)  # [directions, sentences, time, units]
            return encoder.pool(torch.cat([states[0], states[1]], dim=2), lengths)
        states = self.states(encoder.rnn, words, lengths)
        last = _along_time(states[0], (lengths - 1).unsqueeze(1)).squeeze(1)  # [sentences, units]
        return torch.cat([last, states[1][:, 0]], dim=1) if encoder.both_ways else last

    def states(self, network: nn.LSTM | nn.GRU, words: Tensor, lengths: Tensor) -> Tensor:
        """Return every word's state in each direction, ``[directions, sentences, time, units]``.

        ``words`` is ``[sentences, time, word dim]``. States in the padding have no meaning.
        """
        turned = _turned(words.shape[1], lengths)  # [sentences, time]
        read = torch.stack([words, _along_time(words, turned)] if network.bidirectional else [words])
        input_weight, state_weight, input_bias, state_bias = parameters_by_direction(network)
        # [directions, sentences, time, word dim] -> [directions, sentences, time, gates * units]
        inputs = torch.einsum("dstw,dgw->dstg", read, input_weight) + input_bias[:, None, None]
        start = words.new_zeros(len(input_weight), words.shape[0], network.hidden_size)
        step = _lstm_step if isinstance(network, nn.LSTM) else _gru_step

        def one(carry: _Carry, x: Tensor) -> tuple[_Carry, Tensor]:
            h = torch.bmm(carry[0], state_weight.transpose(1, 2)) + state_bias.unsqueeze(1)
            state, cell = step(x, h, *carry)
            return (state, cell), state.clone()

        states = _scan(one, (start, start.clone()), inputs.movedim(2, 0))  # [time, directions, sentences, units]
        states = states.movedim(0, 2)
        return torch.stack([states[0], _along_time(states[1], turned)]) if network.bidirectional else states


class MaskedPairs(nn.Module):
    """The logits of pairs on padded batches: the vectors of both sentences, the pair features, the head.

    Parameters
    ----------
    model
        A trained model, whose weights are used, not copied.
    encoder
        Its encoder on padded batches; a :class:`MaskedEncoder` if left out.
    """

    def __init__(self, model: InferSent, encoder: MaskedEncoder | None = None) -> None:
        super().__init__()
        self.encoder = encoder or MaskedEncoder(model.encoder)
        self.head = model.head
        self.blocks = model.config.blocks
        self.features = model.features

    def forward(
        self, premise_ids: Tensor, premise_lengths: Tensor, hypothesis_ids: Tensor, hypothesis_lengths: Tensor
    ) -> Tensor:
        """Return ``[pairs, classes]``; each side is given as :class:`MaskedEncoder` takes it."""
        u = self.encoder(premise_ids, premise_lengths)  # [pairs, dim]
        v = self.encoder(hypothesis_ids, hypothesis_lengths)
        logits: Tensor = self.head(pair_features(u, v, self.blocks, self.features))
        return logits


def export_encoder(model: InferSent) -> ExportedProgram:
    """Return the encoder as a program of ``torch.export``, for any number of sentences of any length.

    It takes ``ids [sentences, time]`` and ``lengths [sentences]``, both int64, and returns ``[sentences, dim]``. The
    ids are those of ``tokenizer.json`` in the model's folder, without any special token. ``torch.export.save`` writes
    the program; ``torch.export.load(path).module()`` runs it, and needs no infersent.
    """
    return _exported(MaskedEncoder(model.encoder), *example_inputs("encoder"))


def export_pairs(model: InferSent) -> ExportedProgram:
    """Return the classifier of pairs as a program of ``torch.export``, for any number of pairs of any length.

    It takes the ids and lengths of the premises, then those of the hypotheses, as :func:`export_encoder` does, and
    returns logits ``[pairs, classes]``.
    """
    return _exported(MaskedPairs(model), *example_inputs("pairs"))


def example_inputs(part: str) -> tuple[tuple[Tensor, ...], tuple[dict[int, Dim], ...]]:
    """Return inputs for the ``"encoder"`` or for ``"pairs"``, and which of their axes may have any length."""
    count = Dim("pairs" if part == "pairs" else "sentences")
    inputs: tuple[Tensor, ...] = ()
    axes: tuple[dict[int, Dim], ...] = ()
    for time in ("premise_time", "hypothesis_time") if part == "pairs" else ("time",):
        inputs += pad([[UNKNOWN_ID] * length for length in (4, 3)])
        axes += ({0: count, 1: Dim(time)}, {0: count})
    return inputs, axes


def parameters_by_direction(network: nn.LSTM | nn.GRU) -> list[Tensor]:
    """Return the weights and biases of input and state (four tensors), each with a first axis of directions."""
    names = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
    suffixes = ("", "_reverse") if network.bidirectional else ("",)
    return [torch.stack([getattr(network, name + suffix) for suffix in suffixes]) for name in names]


def _exported(module: nn.Module, inputs: Sequence[Tensor], axes: Sequence[dict[int, Dim]]) -> ExportedProgram:
    with torch.no_grad():
        return torch.export.export(module.eval(), tuple(inputs), dynamic_shapes=tuple(axes))


_Carry: TypeAlias = tuple[Tensor, Tensor]


def _scan(step: Callable[[_Carry, Tensor], tuple[_Carry, Tensor]], carry: _Carry, inputs: Tensor) -> Tensor:
    """Return what ``step`` gives for each of ``inputs [time, ...]``, one after the other, ``[time, ...]``."""
    if torch.compiler.is_exporting():
        # Not public yet: a loop whose number of rounds is not fixed when the graph is made.
        from torch._higher_order_ops.scan import scan

        scanned: Tensor = scan(step, carry, inputs)[1]
        return scanned
    given = []
    for x in inputs:
        carry, state = step(carry, x)
        given.append(state)
    return torch.stack(given)


def _turned(time: int, lengths: Tensor) -> Tensor:
    """Return ``[sentences, time]``: the place of each word when its sentence is read from the end; padding stays."""
    place = torch.arange(time, device=lengths.device).unsqueeze(0)  # [1, time]
    return torch.where(place < lengths.unsqueeze(1), lengths.unsqueeze(1) - 1 - place, place)


def _along_time(states: Tensor, places: Tensor) -> Tensor:
    """Return the states ``[sentences, time, units]`` at ``places [sentences, n]``, ``[sentences, n, units]``."""
    return states.gather(1, places.unsqueeze(2).expand(-1, -1, states.shape[2]))


# One step of each network, from the share of the word, that of the state before, the state before and the cell before:
# the equations of torch.nn.LSTM and torch.nn.GRU, with the gates in torch's order.
def _lstm_step(x: Tensor, h: Tensor, state: Tensor, cell: Tensor) -> tuple[Tensor, Tensor]:
    i, f, g, o = (x + h).chunk(4, dim=-1)
    cell = f.sigmoid() * cell + i.sigmoid() * g.tanh()
    return o.sigmoid() * cell.tanh(), cell


def _gru_step(x: Tensor, h: Tensor, state: Tensor, cell: Tensor) -> tuple[Tensor, Tensor]:
    (x_r, x_z, x_n), (h_r, h_z, h_n) = x.chunk(3, dim=-1), h.chunk(3, dim=-1)
    z = (x_z + h_z).sigmoid()
    new = (x_n + (x_r + h_r).sigmoid() * h_n).tanh()
    return (1 - z) * new + z * state, cell.clone()
