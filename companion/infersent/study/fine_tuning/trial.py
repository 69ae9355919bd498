"""What is fine-tuned: one trial's settings, and the trials that choose each set's rates."""

from __future__ import annotations

from dataclasses import dataclass

from infersent.model.features import BLOCKS, Blocks

#: The sets of the declaration `fine-tuned`: those of Sentence-BERT's table 6, and the excess of the hypothesis.
SETS = (
    "u, v",
    "|u-v|",
    "u*v",
    "|u-v|, u*v",
    "u, v, u*v",
    "u, v, |u-v|",
    "u, v, |u-v|, u*v",
    "max(v-u,0)",
)

#: The rates that each set has the choice of, encoder and head.
RATES = ((5e-5, 1e-3), (5e-5, 1e-2), (2e-4, 1e-3), (2e-4, 1e-2))


@dataclass(frozen=True)
class FineTuning:
    """One fine-tuning: everything that decides its numbers, apart from the transformer that it starts from.

    Attributes
    ----------
    blocks
        The pair features.
    pairs
        How many of the corpus's training pairs it uses, from the first; ``None`` for all.
    encoder_rate, head_rate
        The highest learning rates of the transformer and of the head. Both rise linearly over the first ``warm_up`` of
        the steps, and then fall linearly to zero.
    warm_up
        A share of the steps.
    weight_decay
        AdamW's, on all parameters.
    batch_size
        Pairs per step.
    epochs
        Passes over the pairs.
    clip
        The largest norm of the gradient.
    class_weights
        Whether to weight each label by the inverse of its frequency.
    seed
        Of the head's initial parameters, the order of the pairs and dropout.
    """

    blocks: tuple[str, ...] = BLOCKS
    pairs: int | None = 60_000
    encoder_rate: float = 5e-5
    head_rate: float = 1e-3
    warm_up: float = 0.1
    weight_decay: float = 0.01
    batch_size: int = 128
    epochs: int = 1
    clip: float = 1.0
    class_weights: bool = True
    seed: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "blocks", Blocks(self.blocks))
        for name in ("encoder_rate", "head_rate"):
            if not getattr(self, name) >= 0:
                raise ValueError(f"{name}={getattr(self, name)} is below 0.")
        for name in ("batch_size", "epochs"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name}={getattr(self, name)} is below 1.")

    def rate(self, step: int, steps: int) -> float:
        """Return the factor on both rates at a step of a training with so many steps.

        Examples
        --------
        >>> [FineTuning(warm_up=0.5).rate(step, 4) for step in range(4)]
        [0.5, 1.0, 0.5, 0.0]
        """
        rising = max(1, round(self.warm_up * steps))
        return min((step + 1) / rising, (steps - 1 - step) / max(1, steps - rising))


def rate_trials() -> list[FineTuning]:
    """Return the trials that choose each set's own rates on dev: half the pairs, and a seed of their own."""
    return [
        FineTuning(Blocks(blocks), pairs=30_000, encoder_rate=encoder, head_rate=head, seed=10)
        for encoder, head in RATES
        for blocks in SETS
    ]
