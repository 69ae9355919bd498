"""From chains of captions to labelled pairs: perfect matchings."""

from __future__ import annotations

from random import Random
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching, min_weight_full_bipartite_matching

from infersent.data.captions.chains import LINKS, draw_chain
from infersent.data.captions.world import CONTRADICTION, NEUTRAL, PHENOMENA, Extents, Meaning, compare
from infersent.foundation.arrays import Floats, Ints


class Block(NamedTuple):
    """Captions and the balanced pairs between them.

    Attributes
    ----------
    sentences, meanings
        The captions, five a chain.
    premises, hypotheses
        ``[pairs]`` indices into the captions.
    labels, phenomena
        ``[pairs]`` indices into ``LABELS`` and ``PHENOMENA``.
    """

    sentences: list[str]
    meanings: list[Meaning]
    premises: Ints
    hypotheses: Ints
    labels: Ints
    phenomena: Ints


def draw_block(rng: Random, chains: int, taken: set[str]) -> Block:
    """Draw chains of captions that are not among ``taken``, and match them to ``12 * chains`` pairs in random order.

    A chain is replaced if its captions stand in the way of a perfect matching: a few say so much that hardly any other
    caption is neutral to them because of one thing alone.
    """
    generator = np.random.default_rng(rng.getrandbits(64))
    drawn = [draw_chain(rng, taken) for _ in range(chains)]
    rows = np.arange(chains * (LINKS + 1)).reshape(chains, LINKS + 1)
    while True:
        meanings = [meaning for chain in drawn for meaning in chain.meanings]
        extents = Extents.of(meanings)
        relations = (
            _Relation.among(extents, rows[:, :2].ravel(), rows[:, -2:].ravel(), NEUTRAL),
            _Relation.among(extents, rows[:, :-1].ravel(), rows[:, 1:].ravel(), CONTRADICTION),
        )
        spoilers = {row // (LINKS + 1) for relation in relations for row in relation.unmatched()}
        if not spoilers:
            break
        for chain in sorted(spoilers):
            drawn[chain] = draw_chain(rng, taken)
    links = np.stack([rows[:, :-1].ravel(), rows[:, 1:].ravel()])
    swaps = np.stack([rows[:, 2:-1].ravel(), rows[:, 1:-2].ravel()])
    pairs = np.concatenate([links, swaps, *(relation.match(generator) for relation in relations)], axis=1)
    premises, hypotheses = pairs[:, generator.permutation(pairs.shape[1])]
    sentences = [sentence for chain in drawn for sentence in chain.sentences]
    return Block(sentences, meanings, premises, hypotheses, *compare(extents.take(premises), extents.take(hypotheses)))


class _Relation(NamedTuple):
    """The pairs of one relation, each turning on one thing, between premises and equally many hypotheses."""

    premises: Ints
    hypotheses: Ints
    pairs: Ints  # [2, candidates] indices into premises and into hypotheses
    phenomena: Ints  # [candidates]

    @classmethod
    def among(cls, extents: Extents, premises: Ints, hypotheses: Ints, label: int) -> _Relation:
        labels, phenomena = compare(extents.take(premises[:, None]), extents.take(hypotheses))
        candidates = (labels == label) & (phenomena >= 0)
        return cls(premises, hypotheses, np.stack(np.nonzero(candidates)), phenomena[candidates])

    def _graph(self, weights: Floats) -> csr_array:
        return csr_array((weights, tuple(self.pairs)), shape=(len(self.premises), len(self.hypotheses)))

    def unmatched(self) -> Ints:
        """Return the captions that a largest matching leaves over: none if it is perfect."""
        partner = maximum_bipartite_matching(self._graph(np.ones(len(self.phenomena))), perm_type="column")
        alone = np.setdiff1d(np.arange(len(self.hypotheses)), partner)
        return np.concatenate([self.premises[partner < 0], self.hypotheses[alone]])

    def match(self, rng: np.random.Generator) -> Ints:
        """Return a perfect matching as ``[2, premises]`` captions: a random one that favours rare phenomena.

        The weights are exponential. If their mean were the number of candidates that share a pair's phenomenon, the
        lightest of all would belong to each phenomenon equally often; a power above one favours the rare ones.
        """
        common = np.bincount(self.phenomena, minlength=len(PHENOMENA))[self.phenomena]
        weights = rng.exponential(common**1.5)
        premises, hypotheses = min_weight_full_bipartite_matching(self._graph(weights))
        return np.stack([self.premises[premises], self.hypotheses[hypotheses]])
