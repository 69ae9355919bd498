"""A bidirectional LSTM's states with a backward pass of their own: the same gradients as torch's, in less time.

On a processor, ``nn.LSTM`` leaves its backward pass to autograd, one small step per gate and word, and copies the
gradient of every time step into a fresh tensor. Here one time step of both directions is one product, the gradients of
all gates lie in one tensor, and the gradients of the weights are one product over all words at the end.
Training with 64 units per direction takes well under half the time. Only rounding differs;
``tests/model/test_recurrence.py`` holds both next to each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate, pairwise
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn.utils.rnn import PackedSequence

from infersent.foundation.memory import keep_freed_memory


def max_over_words(words: PackedSequence, lstm: nn.LSTM, wanted: Tensor) -> Tensor:
    """Return the largest value of every coordinate of an LSTM's states over each sentence's words.

    Parameters
    ----------
    words
        The word vectors, packed; ``words.data`` is ``[all words, word dim]``.
    lstm
        Bidirectional, of one layer. Its equations are those of :class:`torch.nn.LSTM`.
    wanted
        ``[all words]`` booleans: which words' vectors want a gradient. The others get zero.

    Returns
    -------
    Tensor
        ``[sentences, 2 * hidden]``, the forward states' maxima before the backward states'. If two words of a sentence
        have the very same maximum, each receives the whole gradient.
    """
    keep_freed_memory()
    sizes = words.batch_sizes.tolist()
    directions = [
        [getattr(lstm, name + suffix) for name in ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")]
        for suffix in ("", "_reverse")
    ]
    # torch keeps the gates as i, f, g, o. With o first, the three that take a sigmoid lie side by side.
    input_weight, state_weight, input_bias, state_bias = (
        torch.stack([each.unflatten(0, (4, -1)).roll(1, 0).flatten(0, 1) for each in both])
        for both in zip(*directions, strict=True)
    )
    states = _States.apply(  # type: ignore[no-untyped-call]
        words.data, from_the_end(words.batch_sizes), wanted, sizes, input_weight, state_weight, input_bias + state_bias
    )  # [all words, 2, hidden]
    # [all words, 2, hidden] -> [sentences, 2, hidden], the longest sentence first
    largest: Tensor = _Max.apply(states, sizes)  # type: ignore[no-untyped-call]
    largest = largest.flatten(1)
    return largest if words.unsorted_indices is None else largest[words.unsorted_indices]


def from_the_end(batch_sizes: Tensor) -> Tensor:
    """Return where each word lies when every sentence is read from its end.

    Parameters
    ----------
    batch_sizes
        ``[time]``, of a packed sequence: how many sentences have a word at that time.

    Returns
    -------
    Tensor
        ``[all words]``: the word read at place ``i`` from the front is read at place ``result[i]`` from the end, and
        the other way round. Both orders have the same batch sizes.
    """
    starts = batch_sizes.cumsum(0) - batch_sizes  # [time]
    time = torch.repeat_interleave(torch.arange(len(batch_sizes)), batch_sizes)  # [all words]
    sentence = torch.arange(len(time)) - starts[time]
    return starts[torch.bincount(sentence)[sentence] - 1 - time] + sentence


class _States(torch.autograd.Function):
    """The states of both directions, ``[all words, 2, hidden]``, each in the order in which it reads.

    With the gates o, i, f (sigmoid) and g (tanh) of a step, all affine in the word and the state before:
    c = f * (c before) + i * g, h = o * tanh(c) (Hochreiter and Schmidhuber 1997; Gers et al. 2000).
    """

    @staticmethod
    def forward(
        ctx: Any,
        words: Tensor,
        reverse: Tensor,
        wanted: Tensor,
        sizes: list[int],
        input_weight: Tensor,
        state_weight: Tensor,
        bias: Tensor,
    ) -> Tensor:
        """Read ``words [all words, word dim]`` with weights ``[2, 4 * hidden, ...]``."""
        hidden = state_weight.shape[2]
        gates = words.new_empty(len(words), 2, 4 * hidden)
        for direction, read in enumerate((words, words[reverse])):
            torch.addmm(bias[direction], read, input_weight[direction].t(), out=gates[:, direction])
        cells, states = (words.new_empty(len(words), 2, hidden) for _ in range(2))
        before = None  # where the step before lies
        for step in _steps(sizes):
            gate, cell = gates[step], cells[step]
            here = len(gate)  # the sentences that have a word at this step; those that ended were last
            if before is not None:
                # [2, here, hidden] @ [2, hidden, 4 * hidden]
                gate.transpose(0, 1).baddbmm_(states[before][:here].transpose(0, 1), state_weight.transpose(1, 2))
            gate[..., : 3 * hidden].sigmoid_()
            gate[..., 3 * hidden :].tanh_()
            o, i, f, g = gate.split(hidden, dim=-1)
            torch.mul(i, g, out=cell)
            if before is not None:
                cell.addcmul_(f, cells[before][:here])
            torch.mul(o, cell.tanh(), out=states[step])
            before = step
        ctx.save_for_backward(words, reverse, wanted, input_weight, state_weight, gates, cells, states)
        ctx.sizes = sizes
        return states

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        """Go through the steps from the last to the first."""
        words, reverse, wanted, input_weight, state_weight, gates, cells, states = ctx.saved_tensors
        hidden = states.shape[2]
        d_gates = torch.empty_like(gates)
        d_state = d_cell = None  # of the step after, for the sentences that have it
        steps = list(_steps(ctx.sizes))
        for step, before in pairwise([*reversed(steps), None]):
            assert step is not None
            gate, state = gates[step], states[step]
            o, i, f, g = gate.split(hidden, dim=-1)
            d_gate = d_gates[step]
            d_o, d_i, d_f, d_g = d_gate.split(hidden, dim=-1)
            dh = gradients[0][step]
            if d_state is not None:
                dh = dh.clone()
                dh[: len(d_state)] += d_state
            # d tanh(c) = 1 - tanh(c)^2, and o * tanh(c) is the state.
            dc = torch.addcmul(o, state, cells[step].tanh(), value=-1).mul_(dh)
            if d_cell is not None:
                dc[: len(d_cell)] += d_cell
            torch.mul(torch.addcmul(state, state, o, value=-1), dh, out=d_o)  # o' = o (1 - o)
            i_dc = i * dc
            torch.addcmul(i_dc, i_dc * g, g, value=-1, out=d_g)  # g' = 1 - g^2
            torch.mul(torch.addcmul(i_dc, i_dc, i, value=-1), g, out=d_i)  # i' = i (1 - i)
            if before is None:
                d_f.zero_()  # before the first word there is nothing to forget
                continue
            d_cell = f * dc
            torch.mul(torch.addcmul(d_cell, d_cell, f, value=-1), cells[before][: len(f)], out=d_f)  # f' = f (1 - f)
            d_state = torch.bmm(d_gate.transpose(0, 1), state_weight).transpose(0, 1)  # [here, 2, hidden]
        d_input_weight = torch.stack([d_gates[:, 0].t() @ words, d_gates[:, 1].t() @ words[reverse]])
        earlier = torch.zeros_like(states)  # the state before each word
        for before, step in pairwise(steps):
            earlier[step] = states[before][: step.stop - step.start]
        # [2, 4 * hidden, all words] @ [2, all words, hidden]
        d_state_weight = torch.bmm(d_gates.permute(1, 2, 0), earlier.transpose(0, 1))
        d_words = None
        if ctx.needs_input_grad[0]:
            d_words = torch.zeros_like(words)
            d_words[wanted] = d_gates[wanted, 0] @ input_weight[0] + d_gates[reverse[wanted], 1] @ input_weight[1]
        return d_words, None, None, None, d_input_weight, d_state_weight, d_gates.sum(0)


class _Max(torch.autograd.Function):
    """The maximum over each sentence's words, ``[all words, ...]`` to ``[sentences, ...]``."""

    @staticmethod
    def forward(ctx: Any, states: Tensor, sizes: list[int]) -> Tensor:
        """Go through the words step by step; a sentence that has ended keeps its maximum."""
        largest = states[: sizes[0]].clone()
        for step in _steps(sizes):
            here = largest[: step.stop - step.start]
            torch.maximum(here, states[step], out=here)
        ctx.save_for_backward(states, largest)
        ctx.sizes = sizes
        return largest

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        """Give the gradient to the word that has the maximum."""
        states, largest = ctx.saved_tensors
        d_states = torch.empty_like(states)
        for step in _steps(ctx.sizes):
            here = step.stop - step.start
            torch.mul(gradients[0][:here], states[step] == largest[:here], out=d_states[step])
        return d_states, None


def _steps(sizes: list[int]) -> Iterator[slice]:
    """Yield where the words of each time step lie."""
    for start, stop in pairwise(accumulate(sizes, initial=0)):
        yield slice(start, stop)
