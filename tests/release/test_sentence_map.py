"""The sentence map's record: how it is computed, against slow references, and what is in the shipped one."""

import json
from itertools import pairwise, product

import numpy as np
import pytest

from infersent import InferSent
from infersent.data import LABELS, load
from infersent.foundation.recorded import FOLDER, load_record
from infersent.model.infersent import ModelConfig
from infersent.release.sentence_map import (
    BLOCK_SETS,
    NEIGHBOURS,
    SHOWN,
    Plane,
    count_partners,
    kept_on_plane,
    lay_out,
    nearest,
    partners,
    scenes,
    show,
    shown_scenes,
    write_sentence_map,
)
from infersent.study.grid import read_grid
from infersent.text.bag_of_words import mean_of_words
from infersent.text.vectors import shipped_vectors
from infersent.text.vocabulary import Vocabulary

RECORD = load_record("sentence_map")
ENCODERS = RECORD["encoders"]
TEXTS = [text for text, *_ in RECORD["sentences"]]


def some_vectors(n=12, dim=7, seed=0):
    return np.random.default_rng(seed).normal(size=(n, dim))


def turned(degrees, mirrored=False):
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[c, -s], [s, c]]) @ np.diag([1, -1 if mirrored else 1])


# ---- the sentences ----


def test_a_scene_is_a_premise_and_a_hypothesis_for_each_label():
    pairs = load("probes")
    triples = zip(pairs.premises, pairs.hypotheses, pairs.labels, strict=True)
    labels = {(premise, hypothesis): LABELS[label] for premise, hypothesis, label in triples}
    for scene in scenes():
        premise, *hypotheses = scene.texts
        assert [labels[premise, hypothesis] for hypothesis in hypotheses] == list(LABELS)


def test_no_sentence_is_in_two_scenes():
    texts = [text for scene in scenes() for text in scene.texts]
    assert len(set(texts)) == len(texts) == 4 * len(scenes())


def test_the_map_shows_three_scenes_of_each_phenomenon():
    assert [scene.phenomenon for scene in shown_scenes()] == [name for name in SHOWN for _ in range(3)]
    assert {name for name, numbers in SHOWN.items() if len(numbers) != 3} == set()


# ---- the vectors and the plane ----


def test_the_plane_is_that_of_classical_scaling():
    vectors = some_vectors()
    plane = lay_out(vectors)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    squared = 2 - 2 * unit @ unit.T  # of the distances, [n, n]
    centre = np.eye(12) - 1 / 12
    values, directions = np.linalg.eigh(-centre @ squared @ centre / 2)
    points = directions[:, -2:] * np.sqrt(values[-2:])
    assert plane.share == pytest.approx(values[-2:].sum() / values.sum())

    def distances(x):
        return np.linalg.norm(x[:, None] - x[None], axis=2)

    scale = np.sqrt((points**2).sum(axis=1).mean())
    np.testing.assert_allclose(distances(plane.points), distances(points) / scale, atol=1e-9)


def test_no_other_plane_shows_more():
    vectors = some_vectors()
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    centred = unit - unit.mean(axis=0)
    best = lay_out(vectors).share
    for seed in range(200):
        basis, _ = np.linalg.qr(some_vectors(7, 2, seed))
        assert ((centred @ basis) ** 2).sum() / (centred**2).sum() <= best + 1e-12


def test_the_length_of_a_vector_does_not_count():
    vectors = some_vectors()
    lengths = np.random.default_rng(1).uniform(0.1, 10, size=(12, 1))
    np.testing.assert_allclose(lay_out(vectors * lengths).points, lay_out(vectors).points, atol=1e-9)


def test_a_plane_by_itself_has_its_largest_coordinates_positive():
    for seed in range(5):
        points = lay_out(some_vectors(seed=seed)).points
        assert (points.max(axis=0) == np.abs(points).max(axis=0)).all()
        assert (points**2).sum(axis=1).mean() == pytest.approx(1)


def test_no_turn_brings_a_map_nearer_to_its_reference():
    reference, own = lay_out(some_vectors(seed=1)).points, lay_out(some_vectors(seed=2))
    aligned = lay_out(some_vectors(seed=2), reference)
    assert aligned.share == own.share
    np.testing.assert_allclose(
        np.linalg.norm(aligned.points[:, None] - aligned.points, axis=2),
        np.linalg.norm(own.points[:, None] - own.points, axis=2),
        atol=1e-9,
    )
    apart = ((aligned.points - reference) ** 2).sum()
    for degrees, mirrored in product(range(0, 360, 5), (False, True)):
        assert ((own.points @ turned(degrees, mirrored) - reference) ** 2).sum() >= apart - 1e-9


@pytest.mark.parametrize(
    ("vectors", "message"),
    [([[1, 0], [0, 0]], r"vectors\[1\] is zero"), ([[1, 2], [2, 4], [3, 6]], "All vectors have the same direction")],
)
def test_vectors_without_a_map_are_refused(vectors, message):
    with pytest.raises(ValueError, match=message):
        lay_out(np.array(vectors))


def test_neighbours_are_those_of_a_loop():
    vectors = some_vectors(n=9)
    neighbours, cosines = nearest(vectors, count=3)
    for i, v in enumerate(vectors):
        ranked = sorted(
            ((float(v @ w / np.linalg.norm(v) / np.linalg.norm(w)), j) for j, w in enumerate(vectors) if j != i),
            reverse=True,
        )[:3]
        assert neighbours[i].tolist() == [j for _, j in ranked]
        np.testing.assert_allclose(cosines[i], [cosine for cosine, _ in ranked], atol=1e-6)


def test_of_equal_neighbours_the_earlier_comes_first():
    assert nearest(np.array([[1.0, 0], [0, 1], [2, 0], [3, 0]]), count=2)[0].tolist() == [
        [2, 3],
        [0, 2],
        [0, 3],
        [0, 2],
    ]


def test_a_plane_of_a_plane_keeps_all_neighbours_and_a_shuffled_one_does_not():
    angles = np.random.default_rng(0).uniform(0, 6, 20)
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    neighbours, _ = nearest(circle)
    plane = lay_out(circle)
    assert plane.share == pytest.approx(1)
    assert kept_on_plane(plane, neighbours) == NEIGHBOURS
    assert kept_on_plane(Plane(np.random.default_rng(1).permutation(plane.points), 1.0), neighbours) < 2.5


def test_partners_count_what_is_nearest_to_premises_alone():
    first = [[1, 0, 0, 0], [6, 4, 4, 4], [11, 8, 8, 8], [13, 0, 0, 0], [3, 0, 0, 0]]  # a row for each scene
    assert partners(np.reshape(first, (20, 1))) == [2, 1, 1, 1]


# ---- the record ----


def test_the_record_is_small():
    assert (FOLDER / "sentence_map.json").stat().st_size < 60_000


def test_the_record_has_the_scenes_of_the_package():
    expected = [
        [text, scene.phenomenon, scene.number, part]
        for scene in shown_scenes()
        for text, part in zip(scene.texts, ("premise", *LABELS), strict=True)
    ]
    assert RECORD["sentences"] == expected
    assert RECORD["scenes"] == len(scenes())


@pytest.fixture(scope="module")
def shipped():
    return show(InferSent.from_pretrained().encode)


@pytest.mark.parametrize("encoder", ["shipped", "glove"])
def test_the_recorded_map_is_what_the_package_computes(encoder, shipped):
    found, reference = shipped
    if encoder == "glove":
        found, _ = show(lambda texts: mean_of_words(texts, shipped_vectors()), reference)
    recorded = ENCODERS[encoder]
    for name in ("x", "y", "cosines"):
        np.testing.assert_allclose(found[name], recorded[name], atol=0.002)
    for name, close in (("plane", 2e-4), ("kept", 0.03)):
        assert found[name] == pytest.approx(recorded[name], abs=close)
    for name in ("shown", "probes"):
        assert found[name] == recorded[name]
    for here, (ours, theirs) in enumerate(zip(found["neighbours"], recorded["neighbours"], strict=True)):
        cosines = recorded["cosines"][here]
        if min(a - b for a, b in pairwise(cosines)) > 0.002:  # no tie that another machine might break otherwise
            assert ours[:-1] == theirs[:-1]


@pytest.mark.parametrize("encoder", ENCODERS)
def test_a_recorded_map_agrees_with_itself(encoder):
    found = ENCODERS[encoder]
    neighbours, cosines = np.array(found["neighbours"]), np.array(found["cosines"])
    points = np.stack([found["x"], found["y"]], axis=1)  # [84, 2]
    assert neighbours.shape == cosines.shape == (len(TEXTS), NEIGHBOURS)
    assert (np.diff(cosines) <= 0).all()
    assert cosines.max() <= 1
    of = {}
    for here, (those, likenesses) in enumerate(zip(neighbours.tolist(), cosines.tolist(), strict=True)):
        assert len({here, *those}) == 1 + NEIGHBOURS
        of |= {(here, there): cosine for there, cosine in zip(those, likenesses, strict=True)}
    both = [(of[a, b], of[b, a]) for a, b in of if (b, a) in of]
    assert len(both) > 100
    np.testing.assert_allclose(*zip(*both, strict=True), atol=1e-9)
    assert found["shown"] == partners(neighbours)
    assert all(sum(counts) == RECORD["scenes"] for counts in found["probes"])
    assert kept_on_plane(Plane(points, found["plane"]), neighbours) == pytest.approx(found["kept"], abs=0.1)
    np.testing.assert_allclose(points.mean(axis=0), 0, atol=1e-3)
    assert (points**2).sum(axis=1).mean() == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("encoder", ENCODERS)
def test_recorded_maps_are_turned_to_the_shipped_one(encoder):
    reference, points = (np.stack([ENCODERS[e]["x"], ENCODERS[e]["y"]], axis=1) for e in ("shipped", encoder))
    apart = ((points - reference) ** 2).sum()
    for degrees, mirrored in product(range(0, 360, 5), (False, True)):
        assert ((points @ turned(degrees, mirrored) - reference) ** 2).sum() >= apart - 0.01


GRID = """
[fixed]
corpus = "captions"
hidden = 4
head = "linear"

[[vary]]
seed = [1, 0]
blocks = ["u, v", "u, v, |u-v|", "u, v, u*v", "u, v, |u-v|, u*v", "u"]
"""


@pytest.fixture
def grid(tmp_path):
    (tmp_path / "grid.toml").write_text(GRID, encoding="utf-8")
    return tmp_path / "grid.toml"


@pytest.fixture
def models(tmp_path, grid):
    """An untrained model for each trial of the grid."""
    given = shipped_vectors()
    vocabulary = Vocabulary(["a", "'s"], given.words, given.vectors, {})
    for trial in read_grid(grid):
        config = ModelConfig(hidden=4, head="linear", blocks=trial.model.blocks)
        InferSent.from_vocabulary(config, vocabulary, seed=trial.training.seed).save(tmp_path / "models" / trial.key)
    return tmp_path / "models"


def test_the_first_seed_is_shown_and_all_are_counted(tmp_path, grid, models):
    counted = []

    def encode(texts):
        counted.append(len(texts))
        return mean_of_words(texts, shipped_vectors())

    record = write_sentence_map(models, grid, tmp_path / "map.json", others={"again": encode})
    assert json.loads((tmp_path / "map.json").read_text(encoding="utf-8")) == record
    assert list(record["encoders"]) == ["glove", "again", *BLOCK_SETS, "shipped"]
    assert record["encoders"]["again"] == record["encoders"]["glove"] == ENCODERS["glove"]
    assert counted == [len(TEXTS), 4 * len(scenes())]
    (trial,) = (t for t in read_grid(grid) if t.model.blocks == ("u", "v") and t.training.seed == 0)
    shown = record["encoders"]["u, v"]
    model = InferSent.from_pretrained(models / trial.key)
    assert shown["neighbours"] == nearest(model.encode(TEXTS))[0].tolist()
    assert (shown["seeds"], shown["hidden"], len(shown["probes"])) == ([0, 1], 4, 2)
    assert shown["probes"][0] == count_partners(model.encode)


def test_a_grid_without_a_set_is_refused(tmp_path, grid, models):
    grid.write_text(GRID.replace('"u, v, u*v", ', ""), encoding="utf-8")
    with pytest.raises(ValueError, match=r"has no trial with the blocks u, v, u\*v"):
        write_sentence_map(models, grid, tmp_path / "map.json")
    assert not (tmp_path / "map.json").exists()
