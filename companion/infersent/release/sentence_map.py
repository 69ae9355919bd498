"""Writing the record of the sentence map: where sentences of our own lie in the spaces of several encoders."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.linalg import orthogonal_procrustes

from infersent.data import probes
from infersent.data.pairs import LABELS
from infersent.foundation.arrays import Array, Floats, Ints
from infersent.foundation.recorded import FOLDER, save_record
from infersent.model.infersent import InferSent
from infersent.study.grid import Trial, read_grid
from infersent.text.bag_of_words import mean_of_words
from infersent.text.vectors import shipped_vectors

#: The scenes that the map shows: for each phenomenon, the numbers of three groups of the probes.
SHOWN = {
    "negation": (35, 36, 38),
    "antonym": (22, 29, 31),
    "number": (46, 50, 53),
    "colour": (57, 59, 63),
    "agent-patient": (75, 79, 84),
    "hypernym-up": (6, 8, 9),
    "paraphrase": (117, 118, 125),
}

#: The sets of blocks whose encoders the map shows, as the grid names them.
BLOCK_SETS = ("u, v", "u, v, |u-v|", "u, v, u*v", "u, v, |u-v|, u*v")

#: How many neighbours of each sentence are recorded.
NEIGHBOURS = 5

#: A function from texts to their vectors, ``[texts, dim]``.
Encoder = Callable[[list[str]], Array]


@dataclass(frozen=True)
class Scene:
    """A group of the probes with one premise and a hypothesis for each label.

    Attributes
    ----------
    number
        The group's number.
    phenomenon
        What its hypotheses turn on.
    texts
        The premise, then its hypotheses in the order of the labels: entailed, neutral, contradicting.
    """

    number: int
    phenomenon: str
    texts: tuple[str, str, str, str]


def scenes() -> list[Scene]:
    """Return all groups of the probes that have one premise and one hypothesis for each label.

    Examples
    --------
    >>> scenes()[0].texts[:2]
    ('A boy is feeding a goat near the barn.', 'A boy is feeding an animal near the barn.')
    """
    pairs, numbers = probes.load(), probes.groups()
    assert pairs.phenomena is not None
    found = []
    for number in dict.fromkeys(numbers.tolist()):
        rows = np.flatnonzero(numbers == number).tolist()
        by_label = {LABELS[pairs.labels[row]]: pairs.hypotheses[row] for row in rows}
        if len({pairs.premises[row] for row in rows}) == 1 and len(by_label) == len(rows) == len(LABELS):
            entailed, neutral, contradicting = (by_label[label] for label in LABELS)
            texts = (pairs.premises[rows[0]], entailed, neutral, contradicting)
            found.append(Scene(number, pairs.phenomena[rows[0]], texts))
    return found


def shown_scenes() -> list[Scene]:
    """Return the scenes that the map shows, in the order of :data:`SHOWN`."""
    known = {scene.number: scene for scene in scenes()}
    return [known[number] for numbers in SHOWN.values() for number in numbers]


def unit(vectors: Array) -> Floats:
    """Return the vectors at length 1, in double precision: their inner products are cosines.

    Raises
    ------
    ValueError
        If a vector is zero, and so has no direction.
    """
    exact = np.asarray(vectors, dtype=np.float64)
    lengths = np.linalg.norm(exact, axis=1, keepdims=True)
    if not lengths.all():
        raise ValueError(f"vectors[{int(lengths.argmin())}] is zero, and has no cosine with any other.")
    return np.asarray(exact / lengths)


@dataclass(frozen=True)
class Plane:
    """Vectors laid out on a plane.

    Attributes
    ----------
    points
        ``[n, 2]``, around zero, at a mean squared distance of 1 from it.
    share
        Of the variance of the unit vectors, the share that the plane shows.
    """

    points: Floats
    share: float


def lay_out(vectors: Array, reference: Floats | None = None) -> Plane:
    """Lay vectors out on the plane that shows most of the variance of their directions.

    The vectors are brought to length 1, so that squared distances are 2 − 2 cos, and projected onto their first two
    principal components: classical multidimensional scaling of these distances. No other plane shows more of the
    variance.

    Parameters
    ----------
    vectors
        ``[n, dim]``, none of them zero.
    reference
        ``[n, 2]``, where the same sentences lie in another map. The points are turned, and mirrored if need be, until
        they lie as near to them as they can (orthogonal Procrustes); no distance changes. If left out, the largest
        coordinate on each axis is positive.

    Raises
    ------
    ValueError
        If a vector is zero, or all have the same direction.
    """
    exact = unit(vectors)
    left, sizes, _ = np.linalg.svd(exact - exact.mean(axis=0), full_matrices=False)
    if sizes[0] < 1e-9:
        raise ValueError("All vectors have the same direction: there is nothing to lay out.")
    points = left[:, :2] * sizes[:2]  # [n, 2]
    share = float((sizes[:2] ** 2).sum() / (sizes**2).sum())
    points = points / np.sqrt((points**2).sum(axis=1).mean())
    if reference is None:
        points = points * np.sign(points[np.abs(points).argmax(axis=0), [0, 1]])
    else:
        points = points @ orthogonal_procrustes(points, reference)[0]
    return Plane(points, share)


def nearest(vectors: Array, count: int = NEIGHBOURS) -> tuple[Ints, Floats]:
    """Return the nearest neighbours of each vector by cosine, and the cosines, ``[n, count]`` both, nearest first.

    Of equal cosines (to six digits) the earlier vector comes first.
    """
    exact = unit(vectors)
    cosines = np.round(exact @ exact.T, 6)  # [n, n]
    np.fill_diagonal(cosines, -np.inf)
    order = np.argsort(-cosines, axis=1, kind="stable")[:, :count]
    return order, np.take_along_axis(cosines, order, axis=1)


def kept_on_plane(plane: Plane, neighbours: Ints) -> float:
    """Return how many of a sentence's true neighbours are among as many nearest points of the plane, on average."""
    distances = ((plane.points[:, None] - plane.points[None]) ** 2).sum(axis=2)  # [n, n]
    np.fill_diagonal(distances, np.inf)
    near = np.argsort(distances, axis=1, kind="stable")[:, : neighbours.shape[1]]
    return float(np.mean([len(set(a) & set(b)) for a, b in zip(near.tolist(), neighbours.tolist(), strict=True)]))


def partners(neighbours: Ints) -> list[int]:
    """Return what the nearest neighbours of the premises are.

    Parameters
    ----------
    neighbours
        ``[4 * scenes, count]``, of the texts of scenes one after another: see :attr:`Scene.texts`.

    Returns
    -------
    list of int
        In how many scenes it is the premise's entailed, its neutral and its contradicting hypothesis, and in how many a
        sentence of another scene.
    """
    counts = [0, 0, 0, 0]
    for premise in range(0, len(neighbours), 4):
        place = int(neighbours[premise, 0]) - premise
        counts[place - 1 if 1 <= place <= 3 else 3] += 1
    return counts


def show(encode: Encoder, reference: Floats | None = None) -> tuple[dict[str, Any], Floats]:
    """Return what the record says of one encoder, and its points before they are rounded."""
    texts = [text for scene in shown_scenes() for text in scene.texts]
    vectors = encode(texts)
    plane = lay_out(vectors, reference)
    neighbours, cosines = nearest(vectors)
    shown = {
        "plane": round(plane.share, 4),
        "kept": round(kept_on_plane(plane, neighbours), 3),
        "shown": partners(neighbours),
        "probes": [count_partners(encode)],
        "x": np.round(plane.points[:, 0], 3).tolist(),
        "y": np.round(plane.points[:, 1], 3).tolist(),
        "neighbours": neighbours.tolist(),
        "cosines": np.round(cosines, 3).tolist(),
    }
    return shown, plane.points


def count_partners(encode: Encoder) -> list[int]:
    """Return what is nearest to the premises among the sentences of all scenes, see :func:`partners`."""
    return partners(nearest(encode([text for scene in scenes() for text in scene.texts]), count=1)[0])


def write_sentence_map(
    models: str | Path,
    grid: str | Path,
    path: str | Path = FOLDER / "sentence_map.json",
    *,
    others: dict[str, Encoder] | None = None,
) -> dict[str, Any]:
    """Lay the sentences out for each encoder and write the record.

    Parameters
    ----------
    models
        The folder that ``infersent study run GRID --checkpoints`` filled.
    grid
        The grid whose models these are: for each of :data:`BLOCK_SETS`, one or more seeds. The first seed is shown.
    path
        Where the record goes.
    others
        More encoders by name, such as ``{"minilm": SentenceTransformer(...).encode}``.

    Returns
    -------
    dict
        The record, as JSON values. The maps are turned to lie as the shipped model's does.

    Raises
    ------
    ValueError
        If the grid has no trial with one of the sets.
    """
    shipped, reference = show(InferSent.from_pretrained().encode)
    found = {"glove": show(lambda texts: mean_of_words(texts, shipped_vectors()), reference)[0]}
    found |= {name: show(encode, reference)[0] for name, encode in (others or {}).items()}
    for blocks in BLOCK_SETS:
        first, *more = _trials(grid, blocks)
        found[blocks], _ = show(_encoder(models, first), reference)
        found[blocks]["probes"] += [count_partners(_encoder(models, trial)) for trial in more]
        found[blocks]["seeds"] = [trial.training.seed for trial in (first, *more)]
        found[blocks]["hidden"], found[blocks]["pairs"] = first.model.hidden, first.pairs
    record = {
        "made_by": "infersent.release.sentence_map.write_sentence_map",
        "scenes": len(scenes()),
        "sentences": [
            [text, scene.phenomenon, scene.number, role]
            for scene in shown_scenes()
            for text, role in zip(scene.texts, ("premise", *LABELS), strict=True)
        ],
        "encoders": found | {"shipped": shipped},
    }
    save_record(record, path)
    return record


def _trials(grid: str | Path, blocks: str) -> list[Trial]:
    """Return a grid's trials with a set of blocks, by seed."""
    trials = [trial for trial in read_grid(grid) if ", ".join(trial.model.blocks) == blocks]
    if not trials:
        raise ValueError(f"The grid {grid} has no trial with the blocks {blocks}.")
    return sorted(trials, key=lambda trial: trial.training.seed)


def _encoder(models: str | Path, trial: Trial) -> Encoder:
    model = InferSent.from_pretrained(Path(models) / trial.key)
    return lambda texts: model.encode(texts)
