"""The study of the subsets in small: the runs of each subset, and every two subsets compared, for text and page."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

from infersent.foundation.recorded import load_record
from infersent.model.features import BLOCKS
from infersent.study.comparison import compare, find_group
from infersent.study.records import Record

#: The studies that try every subset of the four blocks, with the name of the corpus.
STUDIES = {"subsets": "SNLI", "captions": "Captions"}

#: The 15 subsets, the smaller first, each written as a grid file has it.
SUBSETS = tuple(", ".join(some) for size in range(1, len(BLOCKS) + 1) for some in combinations(BLOCKS, size))

_DIGITS = 6  # as many as a widget's state has


def summarise(records: Sequence[Record], *, resamples: int = 2000) -> dict[str, Any]:
    """Return what the page needs of a study that has every subset.

    Parameters
    ----------
    records
        The study's records, see :func:`infersent.study.records.load_records`.
    resamples
        Of the bootstrap over the test pairs.

    Returns
    -------
    dict
        ``pairs``, the size of the test set; ``seeds``; ``subsets``, a list in the order of :data:`SUBSETS`, each with
        ``blocks``, ``accuracies`` by seed, their ``mean`` and its 95% interval from ``low`` to ``high``; and
        ``comparisons``, rows of a triangle: ``comparisons[i][j]`` with ``j < i`` has five numbers on how much better
        subset ``i`` is than subset ``j``. They are the difference, its 95% interval over the seeds, and its 95%
        interval over the test pairs, see :class:`infersent.study.comparison.Comparison`.

    Raises
    ------
    ValueError
        If a subset has no runs, has other seeds than the first, or there is only one seed.
    """
    groups = [find_group(records, blocks=name) for name in SUBSETS]
    seeds = groups[0].seeds
    for name, group in zip(SUBSETS, groups, strict=True):
        if group.seeds != seeds:
            raise ValueError(f"({name}) has the seeds {group.seeds}, ({SUBSETS[0]}) has {seeds}: finish the study.")
    if len(seeds) < 2:
        raise ValueError(f"One seed, {seeds}, has no interval over the seeds; run at least two.")
    comparisons: list[list[list[float]]] = []
    for i, group in enumerate(groups):
        found = [compare(group, other, resamples=resamples) for other in groups[:i]]
        comparisons.append([_rounded(one.difference, *one.over_seeds, *one.over_pairs) for one in found])
    subsets = []
    for name, group in zip(SUBSETS, groups, strict=True):
        mean, low, high = _rounded(group.mean, *group.interval)
        accuracies = _rounded(*group.accuracies)
        subsets.append({"blocks": name, "accuracies": accuracies, "mean": mean, "low": low, "high": high})
    pairs = groups[0].correct.shape[1]
    return {"pairs": pairs, "seeds": seeds, "subsets": subsets, "comparisons": comparisons}


def load_ablation() -> dict[str, dict[str, Any]]:
    """Return the shipped summaries by study, see :func:`summarise`.

    Raises
    ------
    ValueError
        If the package has none.
    """
    return load_record("ablation")["studies"]


def _rounded(*numbers: float) -> list[float]:
    return [round(float(number), _DIGITS) + 0.0 for number in numbers]
