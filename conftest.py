"""What every test run shares, the notebooks' (``pytest --nbval``) included."""

from __future__ import annotations

import os
from collections.abc import Iterable

import pytest
import requests
from nbval.plugin import IPyNbCell

from tools.notebooks import ENVIRONMENT

# Before anything imports torch, and before a kernel starts: the stored outputs were computed under these.
os.environ.update(ENVIRONMENT)

#: What a test (by its marker) or a notebook (by its metadata, {"infersent": {"needs": [...]}}) may need,
#: and the archive that it stands for.
ARCHIVES = {"snli": "snli_1.0.zip"}


def pytest_configure(config: pytest.Config) -> None:
    """Let pytest run from any folder: nbval looks for its sanitizer file in the current one."""
    if sanitizer := config.option.nbval_sanitize_with:
        config.option.nbval_sanitize_with = str(config.rootpath / sanitizer)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip, and say why, what needs an archive that is neither on disk nor to be had from the network."""
    missing: dict[str, str | None] = {}
    for item in items:
        for need in needs(item):
            if need not in ARCHIVES:
                raise pytest.UsageError(f"{item.nodeid} needs {need!r}; what can be needed: {', '.join(ARCHIVES)}.")
            if need not in missing:
                missing[need] = reason_to_skip(ARCHIVES[need])
            if reason := missing[need]:
                item.add_marker(pytest.mark.skip(reason=reason))


def needs(item: pytest.Item) -> Iterable[str]:
    """Return what a test, or the notebook of a cell, says that it needs."""
    if isinstance(item, IPyNbCell):
        return item.parent.nb.metadata.get("infersent", {}).get("needs", ())
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
