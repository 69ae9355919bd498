"""The types of numpy arrays in signatures: what an array holds. Shapes stand in docstrings: ``[pairs, dim]``."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

#: Real numbers of any precision: sentence vectors, logits, shares.
Floats: TypeAlias = NDArray[np.floating[Any]]

#: Whole numbers of any size: labels, counts, indices.
Ints: TypeAlias = NDArray[np.integer[Any]]

#: Yes or no.
Bools: TypeAlias = NDArray[np.bool_]

#: Numbers of any kind.
Array: TypeAlias = NDArray[Any]
