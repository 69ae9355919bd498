"""The same widget in JupyterLab: the live view, not the static twin, and Python reads what the reader set."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage

pytestmark = pytest.mark.browser

START_SECONDS = 60
RUN_MILLISECONDS = 60_000


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except (urllib.error.URLError, ConnectionError):
        return False


@pytest.fixture
def lab_url(tmp_path: Path) -> Iterator[str]:
    """A JupyterLab server with one notebook, settings of its own and no connection to the news."""
    cells = [
        "from infersent.widgets import FeatureExplorer\n\nexplorer = FeatureExplorer(u=0.5, v=-0.5)\nexplorer",
        'print(f"u is {explorer.u:.2f}")',
    ]
    (tmp_path / "work").mkdir()
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebook = new_notebook(cells=[new_code_cell(source) for source in cells], metadata=metadata)
    nbformat.write(notebook, tmp_path / "work" / "explorer.ipynb")
    settings = tmp_path / "config" / "labconfig" / "page_config.json"
    settings.parent.mkdir(parents=True)
    settings.write_text(json.dumps({"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}))

    port = free_port()
    url = f"http://127.0.0.1:{port}"
    folders = {"JUPYTER_CONFIG_DIR": "config", "JUPYTER_DATA_DIR": "data", "JUPYTER_RUNTIME_DIR": "run", "HOME": "home"}
    environment = {**os.environ, **{name: str(tmp_path / folder) for name, folder in folders.items()}}
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}",
        "--ServerApp.port_retries=0", "--IdentityProvider.token=", f"--ServerApp.root_dir={tmp_path / 'work'}",
    ]  # fmt: skip
    with (tmp_path / "lab.log").open("w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
    try:
        deadline = time.monotonic() + START_SECONDS
        while not answers(f"{url}/api"):
            late = server.poll() is not None or time.monotonic() > deadline
            assert not late, (tmp_path / "lab.log").read_text()
            time.sleep(0.2)
        yield url
    finally:
        server.terminate()
        server.wait(timeout=30)


def test_explorer_is_live_and_python_reads_its_traits(lab_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{lab_url}/lab/tree/explorer.ipynb")
    cells = page.locator(".jp-CodeCell")
    first, second = cells.nth(0), cells.nth(1)
    expect(page.get_by_text("Python 3 (ipykernel) | Idle")).to_be_attached(timeout=RUN_MILLISECONDS)

    first.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    expect(first.locator(".fx")).to_be_visible(timeout=RUN_MILLISECONDS)
    expect(first.locator(".book-widget")).to_have_count(0)  # the live view stands in for the twin

    slider = first.get_by_role("slider", name="of the premise")
    slider.focus()
    for _ in range(10):
        slider.press("ArrowRight")  # which JupyterLab must not take for "next cell"
    expect(first.locator(".fx-row .fx-number").first).to_have_text("0.60")

    second.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    expect(second.locator(".jp-OutputArea-output")).to_have_text("u is 0.60", timeout=RUN_MILLISECONDS)
