"""The baseline: InferSent's training step as a textbook has it, by ``nn.LSTM`` and autograd alone.

Batches of 64 pairs, shuffled uniformly; premises and hypotheses each padded, sorted by length, packed, read in a pass
of their own, and put back into their order; stochastic gradient descent. Word vectors are frozen.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from infersent.foundation.arrays import Ints
from infersent.model.infersent import InferSent
from infersent.text.batching import EncodedPairs, pad

BATCH = 64


class Textbook(nn.Module):
    """The same function as a model with all four blocks, from a copy of its weights.

    Parameters
    ----------
    model
        With a bidirectional LSTM and max pooling, and the blocks u, v, ``|u - v|`` and u * v.
    """

    def __init__(self, model: InferSent) -> None:
        super().__init__()
        embedding = model.encoder.embedding
        table = torch.cat([embedding.trained.detach(), embedding.given])
        self.words = nn.Embedding.from_pretrained(table, freeze=True)
        self.lstm: Any = copy.deepcopy(model.encoder.lstm)
        self.head: Any = copy.deepcopy(model.head)

    def encode(self, sentences: Sequence[Ints]) -> Tensor:
        """Return the vectors of some sentences, ``[sentences, 2 * hidden]``."""
        ids, lengths = pad(sentences)  # [sentences, time]
        lengths, order = lengths.sort(descending=True)
        packed = pack_padded_sequence(self.words(ids[order]), lengths, batch_first=True)
        states, _ = pad_packed_sequence(self.lstm(packed)[0], batch_first=True)  # [sentences, time, 2 * hidden]
        beyond = torch.arange(states.shape[1]) >= lengths.unsqueeze(1)  # [sentences, time]
        vectors = states.masked_fill(beyond.unsqueeze(2), -torch.inf).amax(dim=1)
        return vectors[order.argsort()]

    def forward(self, premises: Sequence[Ints], hypotheses: Sequence[Ints]) -> Tensor:
        """Return the logits of some pairs, ``[pairs, labels]``."""
        u, v = self.encode(premises), self.encode(hypotheses)
        logits: Tensor = self.head(torch.cat([u, v, (u - v).abs(), u * v], dim=1))
        return logits

    def loss(self, pairs: EncodedPairs, rows: Ints) -> Tensor:
        """Return the mean loss of the pairs at ``rows``."""
        premises, hypotheses = (
            [pairs.words[pairs.starts[i] : pairs.starts[i + 1]] for i in side[rows]]
            for side in (pairs.premises, pairs.hypotheses)
        )
        return F.cross_entropy(self(premises, hypotheses), torch.from_numpy(pairs.labels[rows]))


class TextbookTraining:
    """The loop around it.

    Parameters
    ----------
    model
        Whose copy is trained.
    pairs
        To train on.
    """

    def __init__(self, model: InferSent, pairs: EncodedPairs) -> None:
        self.model, self.pairs = Textbook(model).train(), pairs
        self.optimizer = torch.optim.SGD((p for p in self.model.parameters() if p.requires_grad), lr=0.1)

    def steps(self, batches: Sequence[Ints]) -> float:
        """Learn from some batches, one after the other; return the last loss."""
        last = 0.0
        for rows in batches:
            self.optimizer.zero_grad()
            loss = self.model.loss(self.pairs, rows)
            loss.backward()
            nn.utils.clip_grad_norm_(self.model.parameters(), 5.0)
            self.optimizer.step()
            last = loss.item()
        return last
