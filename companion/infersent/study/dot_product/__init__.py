"""The dot product as a task: can a network that sees p and q learn to multiply them?

The set-up is that of Rendle et al. 2020: two random vectors, a noisy dot product as the target, and an MLP that must
find it. ``p`` and ``q`` are normal with a variance at which the clean dot product explains the same part of the target
in every dimension, so that errors compare across dimensions:

.. code-block:: text

    y = p · q + noise     standard deviation of noise 0.85, of y 1.13

Each learner is described by the blocks that it is given (``u`` is p and ``v`` is q, as everywhere in this package) and
by its depth: an MLP with ReLU for a depth of 1 or more, least squares for a depth of 0. ``infersent dot-product`` runs
the whole grid, and :func:`infersent.study.dot_product.runs.results` reads its record.
"""

from infersent.study.dot_product.learner import Budget, Learner, Result, measure, mlp
from infersent.study.dot_product.learning_curves import Curve, Point, curve, curves
from infersent.study.dot_product.runs import LINEAR_BLOCKS, SAMPLES, SEEDS, grid, results, run_grid
from infersent.study.dot_product.task import NOISE, TRIVIAL, VARIANCE, draw, pair_scale

__all__ = [
    "LINEAR_BLOCKS",
    "NOISE",
    "SAMPLES",
    "SEEDS",
    "TRIVIAL",
    "VARIANCE",
    "Budget",
    "Curve",
    "Learner",
    "Point",
    "Result",
    "curve",
    "curves",
    "draw",
    "grid",
    "measure",
    "mlp",
    "pair_scale",
    "results",
    "run_grid",
]
