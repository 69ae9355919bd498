"""What every test run shares, the notebooks' (``pytest --nbval``) included."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

import pytest
import requests

from tools.notebooks import ENVIRONMENT, OUTPUT

# Before anything imports torch, and before a kernel starts: the stored outputs were computed under these.
os.environ.update(ENVIRONMENT)

#: What the variables of :data:`tools.notebooks.OUTPUT` were before any notebook ran.
BEFORE = {name: os.environ.get(name) for name in OUTPUT}

#: What a test (by its marker) or a notebook (by its metadata, {"infersent": {"needs": [...]}}) may need,
#: and the archive that it stands for.
ARCHIVES = {"snli": "snli_1.0.zip"}

#: The files that take longest, by the ends of their paths, the longest first. Several processes take one file after the
#: other, so at the end no process waits for one that has just begun a long one.
LONGEST = (
    "features/product-bases.ipynb",
    "snli/training.ipynb",
    "features/difference.ipynb",
    "features/concatenation.ipynb",
    "choose/test_choice.py",
    "browser/test_pages.py",
    "browser/test_layout_shift.py",
    "browser/test_explainer.py",
    "browser/test_previews.py",
    "browser/test_search.py",
    "browser/test_two_depths.py",
    "features/difference-or-product.ipynb",
    "features/product.ipynb",
    "test_notebooks.py",
    "snli/baselines.ipynb",
    "browser/test_which_heads.py",
    "browser/test_every_widget.py",
    "test_captions.py",
    "snli/what-each-feature-buys.ipynb",
    "snli/how-far-it-holds.ipynb",
    "question/the-question.ipynb",
    "test_training.py",
    "test_study.py",
    "snli/encoder.ipynb",
    "browser/test_feature_explorer.py",
    "browser/test_ablation_explorer.py",
    "browser/test_diagonal_or_full.py",
    "browser/test_sign_lab.py",
    "browser/test_jupyterlab.py",
    "features/big-enough-network.ipynb",
    "test_snli.py",
)


@pytest.fixture(autouse=True)
def _registry_as_it_was(request: pytest.FixtureRequest) -> Iterator[None]:
    """Take away again what the example of ``register_feature`` registers: other tests count the blocks."""
    if not (isinstance(request.node, pytest.DoctestItem) and request.node.name.endswith(".register_feature")):
        yield
        return
    import torch

    from infersent.model.features import temporary_feature

    with temporary_feature("u+v", torch.add, swap="symmetric"):
        yield


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the one option of ours."""
    parser.addoption("--repeats", action="store_true", help="also train recorded runs again (minutes): make records")


def pytest_configure(config: pytest.Config) -> None:
    """Tell nbval, where it is there (``pytest -p no:nbval`` runs without it), how notebooks are executed here."""
    if config.pluginmanager.hasplugin("nbval"):
        config.option.nbval_current_env = True  # the kernel is this environment's, whatever a notebook names
        config.option.nbval_sanitize_with = str(config.rootpath / "tests" / "nbval_sanitize.cfg")
        config.option.nbval_cell_timeout = 900  # seconds: the longest training cell, on a slow machine


def pytest_collectstart(collector: pytest.Collector) -> None:
    """Let nbval leave out figures of lines as it leaves out those of pixels: their last digits are the machine's."""
    if hasattr(collector, "skip_compare"):
        collector.skip_compare = (*collector.skip_compare, "image/svg+xml")
        # nbval would measure the kernel too where --cov is given, and give it a bare --cov's value, True, for a source:
        # no answer comes, and every cell fails. What a chapter reaches is no test of it. pytest-cov has begun by now.
        collector.config.option.cov_source = None


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Give a kernel, which starts with its notebook's first cell, what its output needs; other tests go without it."""
    for name, value in OUTPUT.items():
        if getattr(item.parent, "nb", None) is not None:
            os.environ[name] = value
        elif BEFORE[name] is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = BEFORE[name]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the files that take longest first, and skip, with the reason, what needs an archive that is not to be had."""
    if not config.option.repeats:
        long = [item for item in items if item.get_closest_marker("repeats")]
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]
    items.sort(key=lambda item: rank(item.nodeid.partition("::")[0]))
    missing: dict[str, str | None] = {}
    for item in items:
        for need in needs(item):
            if need not in ARCHIVES:
                raise pytest.UsageError(f"{item.nodeid} needs {need!r}; what can be needed: {', '.join(ARCHIVES)}.")
            if need not in missing:
                missing[need] = reason_to_skip(ARCHIVES[need])
            if reason := missing[need]:
                item.add_marker(pytest.mark.skip(reason=reason))


def rank(file: str) -> int:
    """Return the place of a file among those that take longest; all others share the last."""
    return next((place for place, name in enumerate(LONGEST) if file.endswith(name)), len(LONGEST))


def needs(item: pytest.Item) -> Iterable[str]:
    """Return what a test, or the notebook of a cell, says that it needs."""
    if (notebook := getattr(item.parent, "nb", None)) is not None:
        return notebook.metadata.get("infersent", {}).get("needs", ())
    return [name for name in ARCHIVES if item.get_closest_marker(name)]


def reason_to_skip(archive: str) -> str | None:
    """Return why an archive is not to be had, or ``None`` where it is on disk or its server answers."""
    # Imported here, so that a run that needs no archive does not wait for torch.
    from infersent.data import fetch

    try:
        if fetch.available(archive):
            return None
    except fetch.DataUnavailable as error:
        raise pytest.UsageError(str(error)) from error
    missing = f"needs {archive}, which is not on disk (INFERSENT_DATA names a folder of archives)"
    if os.environ.get("INFERSENT_OFFLINE"):
        return f"{missing}, and INFERSENT_OFFLINE forbids the download"
    url = fetch.ARCHIVES[archive].url
    try:
        requests.head(url, timeout=5, allow_redirects=True).raise_for_status()
    except requests.RequestException:
        return f"{missing}, and {url} does not answer"
    return None
