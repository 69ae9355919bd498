"""The model that is fine-tuned: one transformer for both sentences, and a linear head on any blocks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from infersent.data.pairs import LABELS, Pairs
from infersent.foundation.arrays import Floats
from infersent.model.features import build_modules, features_width, pair_features
from infersent.model.infersent import evaluating
from infersent.training.evaluation import Evaluation


@dataclass(frozen=True)
class TokenIds:
    """Distinct sentences as a transformer's token ids, and pairs as rows of them.

    Attributes
    ----------
    ids
        The ids of each distinct sentence.
    premises, hypotheses
        ``[pairs]``, the row of each pair's sentence in ``ids``.
    labels
        ``[pairs]``.
    """

    ids: Sequence[Sequence[int]]
    premises: Tensor
    hypotheses: Tensor
    labels: Tensor

    @classmethod
    def from_pairs(cls, pairs: Pairs, tokenizer: Callable[..., Any]) -> TokenIds:
        """Tokenize every distinct sentence once; a sentence is cut after 128 tokens."""
        rows = {sentence: row for row, sentence in enumerate(dict.fromkeys([*pairs.premises, *pairs.hypotheses]))}
        ids = tokenizer(list(rows), truncation=True, max_length=128)["input_ids"]
        u, v = (torch.tensor([rows[sentence] for sentence in side]) for side in (pairs.premises, pairs.hypotheses))
        return cls(ids, u, v, torch.from_numpy(np.asarray(pairs.labels)))

    def __len__(self) -> int:
        return len(self.labels)


class SiameseTransformer(nn.Module):
    """Logits of pairs from one transformer for both sentences: ``head([blocks of u and v])``.

    A sentence's vector is the mean of its tokens' last states, as in Sentence-BERT (Reimers and Gurevych 2019), not
    scaled to length 1.

    Parameters
    ----------
    transformer
        A model of the library transformers, for one sentence.
    blocks
        The pair features.
    seed
        Of the head's initial parameters.
    """

    def __init__(self, transformer: nn.Module, blocks: Sequence[str], *, seed: int = 0) -> None:
        super().__init__()
        self.transformer = transformer
        # A pooler reads the first token alone, and its output is not used here. Several processes would wait for its
        # gradient, which never comes.
        pooler = getattr(transformer, "pooler", None)
        if isinstance(pooler, nn.Module):
            pooler.requires_grad_(False)
        self.blocks = blocks
        self.dim = int(transformer.config.hidden_size)  # type: ignore[union-attr, arg-type]
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.head = nn.Linear(features_width(self.dim, blocks), len(LABELS))
            self.features = build_modules(self.dim, blocks)

    @property
    def device(self) -> torch.device:
        """Where the parameters are."""
        return self.head.weight.device

    def encode(self, ids: Sequence[Sequence[int]]) -> Tensor:
        """Return a vector for each sentence, ``[sentences, dim]``."""
        rows = [torch.tensor(row) for row in ids]
        tokens = nn.utils.rnn.pad_sequence(rows, batch_first=True)  # [sentences, time]
        lengths = torch.tensor([len(row) for row in ids])
        mask = (torch.arange(tokens.shape[1]) < lengths[:, None]).to(self.device, non_blocking=True)
        tokens = tokens.to(self.device, non_blocking=True)
        states = self.transformer(input_ids=tokens, attention_mask=mask.long()).last_hidden_state
        summed = (states * mask[..., None]).sum(1)  # [sentences, time, dim] -> [sentences, dim]
        mean: Tensor = summed / mask.sum(1, keepdim=True)
        return mean

    def forward(self, data: TokenIds, pairs: Tensor) -> Tensor:
        """Return the logits of some pairs, ``[pairs, 3]``; every distinct sentence among them is encoded once."""
        pairs = pairs.to(data.premises.device)  # several processes on GPUs are handed it there
        both = torch.stack([data.premises[pairs], data.hypotheses[pairs]])  # [2, pairs]
        rows, places = both.unique(return_inverse=True)
        sentences = self.encode([data.ids[row] for row in rows.tolist()])  # [sentences, dim]
        u, v = sentences[places.to(self.device)]  # [pairs, dim] each
        logits: Tensor = self.head(pair_features(u, v, self.blocks, self.features))
        return logits

    @torch.inference_mode()
    def vectors(self, data: TokenIds, batch_size: int = 512) -> Tensor:
        """Return a vector for each distinct sentence of the data, ``[sentences, dim]``, dropout off."""
        order = sorted(range(len(data.ids)), key=lambda row: len(data.ids[row]))
        found = torch.empty(len(order), self.dim, device=self.device)
        with evaluating(self):
            for start in range(0, len(order), batch_size):
                rows = order[start : start + batch_size]
                found[rows] = self.encode([data.ids[row] for row in rows])
        return found

    @torch.inference_mode()
    def evaluate(self, data: TokenIds) -> Evaluation:
        """Return the answers to labelled pairs."""
        sentences = self.vectors(data)
        sides = (sentences[rows.to(self.device)].split(4096) for rows in (data.premises, data.hypotheses))
        features = (pair_features(u, v, self.blocks, self.features) for u, v in zip(*sides, strict=True))
        logits = torch.cat([self.head(some) for some in features])
        answers = logits.argmax(dim=1).cpu().numpy()
        return Evaluation(data.labels.numpy(), answers, logits.float().cpu().numpy())

    @torch.inference_mode()
    def cosines(self, data: TokenIds) -> Floats:
        """Return the cosine of u and v for each pair."""
        sentences = self.vectors(data)
        u, v = (sentences[rows.to(self.device)] for rows in (data.premises, data.hypotheses))
        found: Floats = F.cosine_similarity(u, v).cpu().double().numpy()
        return found
