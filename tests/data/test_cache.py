"""The cache: made once per key, whole or not at all, never in the way."""

import multiprocessing
from pathlib import Path

import numpy as np
import pytest

from infersent.data.cache import cache_folder, cached_arrays


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("INFERSENT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def _unexpected():
    raise AssertionError("the arrays should have come from the cache")


def test_the_folder_is_the_platforms_unless_the_variable_names_another(folder, monkeypatch):
    assert cache_folder() == folder
    monkeypatch.delenv("INFERSENT_CACHE")
    assert "infersent" in cache_folder().parts


def test_arrays_come_back_with_their_names_types_and_shapes():
    arrays = {"ids": np.arange(6, dtype=np.uint16).reshape(2, 3), "none": np.empty((0, 4)), "one": np.float32(2.5)}
    cached_arrays("tokens", "key", lambda: arrays)
    again = cached_arrays("tokens", "key", _unexpected)
    assert again.keys() == arrays.keys()
    for name, array in arrays.items():
        np.testing.assert_array_equal(again[name], array, strict=True)


@pytest.mark.parametrize(
    ("kind", "key"),
    [("tokens", {"a": 1, "b": [2, 4]}), ("tokens", {"a": 1}), ("pairs", {"a": 1, "b": [2, 3]})],
)
def test_another_key_or_kind_is_made_anew(kind, key):
    cached_arrays("tokens", {"a": 1, "b": [2, 3]}, lambda: {"x": np.array([0])})
    assert cached_arrays(kind, key, lambda: {"x": np.array([1])})["x"] == [1]


def test_the_order_of_a_keys_entries_does_not_matter():
    cached_arrays("tokens", {"a": 1, "b": 2}, lambda: {"x": np.array([7])})
    assert cached_arrays("tokens", {"b": 2, "a": 1}, _unexpected)["x"] == [7]


@pytest.mark.parametrize("damage", ["empty", "cut", "flipped", "text"])
def test_a_damaged_file_is_made_again(folder, damage):
    x = np.arange(1000)
    cached_arrays("tokens", "key", lambda: {"x": x})
    (path,) = folder.rglob("*.npz")
    whole = path.read_bytes()
    middle = len(whole) // 2
    path.write_bytes(
        {
            "empty": b"",
            "cut": whole[:middle],
            "flipped": whole[:middle] + bytes([whole[middle] ^ 255]) + whole[middle + 1 :],
            "text": b"no archive at all",
        }[damage]
    )
    np.testing.assert_array_equal(cached_arrays("tokens", "key", lambda: {"x": x})["x"], x)
    np.testing.assert_array_equal(cached_arrays("tokens", "key", _unexpected)["x"], x)


def test_nothing_is_left_behind_when_making_or_writing_fails(folder, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cached_arrays("tokens", "key", interrupted)
    monkeypatch.setattr("os.replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        cached_arrays("tokens", "key", lambda: {"x": np.array([1])})
    assert [path for path in folder.rglob("*") if path.is_file()] == []


def test_a_cache_that_cannot_be_written_warns_and_still_answers(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("INFERSENT_CACHE", str(tmp_path / "file"))
    with pytest.warns(RuntimeWarning, match="INFERSENT_CACHE"):
        arrays = cached_arrays("tokens", "key", lambda: {"x": np.array([3])})
    assert arrays["x"] == [3]


def test_python_objects_are_refused():
    with pytest.raises(ValueError, match="'words' holds Python objects"):
        cached_arrays("tokens", "key", lambda: {"words": np.array(["a", None], dtype=object)})


def _write_and_read(folder: str, worker: int, barrier, results) -> None:
    path = Path(folder) / "tokens"
    barrier.wait()
    for round_ in range(20):
        arrays = cached_arrays("tokens", round_, lambda: {"x": np.full(5000, worker)})
        results.put(len(np.unique(arrays["x"])))
        for file in path.glob("*.npz"):
            if (round_ + worker) % 2:
                file.unlink(missing_ok=True)


def test_processes_that_write_at_the_same_time_see_whole_files_only(folder):
    context = multiprocessing.get_context("spawn")
    barrier, results = context.Barrier(2), context.Queue()
    workers = [context.Process(target=_write_and_read, args=(str(folder), n, barrier, results)) for n in (1, 2)]
    for worker in workers:
        worker.start()
    distinct = [results.get(timeout=120) for _ in range(40)]
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0, 0]
    assert distinct == [1] * 40
