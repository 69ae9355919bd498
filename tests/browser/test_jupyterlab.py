"""The same widgets in JupyterLab: the live view, not the static twin, and Python reads what the reader set."""

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
from typing import NamedTuple

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Browser, Locator, expect

from infersent import widgets
from tests.browser.conftest import Visitor

pytestmark = pytest.mark.browser

START_SECONDS = 60
RUN_MILLISECONDS = 60_000

#: anywidget's word, after two seconds, on a module that a busy machine has not loaded yet. It is loaded and shown all
#: the same; how long that takes is no matter of this test.
LATE = "uncaught: [anywidget] Failed to initialize model."


class Case(NamedTuple):
    """A widget in a cell, a key pressed on one of its controls, and the trait that Python must then read."""

    cell: str
    role: str
    control: str
    key: str
    trait: str
    value: object


WIDTHS = sorted({curve["width"] for curve in widgets.LearnTheProduct().curves})

CASES = [
    Case("FeatureExplorer(u=0.5, v=-0.5)", "slider", "of the premise", "ArrowRight", "u", 0.51),
    Case("FeatureWorkbench()", "button", "|u−v|", "Space", "formula", "|u-v|"),
    Case("Explainer(blocks=['v'])", "checkbox", "u∗v", "Space", "blocks", ["v", "u*v"]),
    Case("WhichHeads(blocks=['v'])", "checkbox", "u∗v", "Space", "blocks", ["v", "u*v"]),
    Case("DiagonalOrFull(angle=10)", "slider", "turn the axes of u", "ArrowRight", "angle", 11.0),
    Case("SignLab(words=3)", "slider", "words in a sentence", "ArrowRight", "words", 4),
    Case("Hero()", "switch", "without u∗v", "Space", "blocks", ["u", "v", "|u-v|"]),
    Case("LedgerBill()", "button", "entailment", "Space", "label", "entailment"),
    Case("HypothesisGame()", "button", "neutral", "Space", "guesses", [1]),
    Case("BlockKnife()", "button", "The mean", "Space", "fill", "mean"),
    Case("WordWinners()", "button", "Take it out", "Space", "edit", "out"),
    Case("Quiz('product')", "button", "Yes: it is largest", "Space", "tried", [[], [], [0], []]),
    Case("SentenceMap()", "button", "shipped model", "Space", "encoder", "shipped"),
    Case("BlockLattice()", "button", "Just show me", "Space", "guess", "-"),
    Case("TrainingReplay()", "button", "One look on", "Space", "look", 1),
    Case("AblationExplorer()", "checkbox", "A: u∗v", "Space", "first", ["u", "v", "u*v"]),
    Case(f"LearnTheProduct(width={WIDTHS[-1]})", "slider", "Width of the network", "ArrowLeft", "width", WIDTHS[-2]),
]


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
    cells = ["from infersent.widgets import *"]
    for i, case in enumerate(CASES):
        cells += [f"widget_{i} = {case.cell}\nwidget_{i}", f"print(widget_{i}.{case.trait})"]
    (tmp_path / "work").mkdir()
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebook = new_notebook(cells=[new_code_cell(source) for source in cells], metadata=metadata)
    nbformat.write(notebook, tmp_path / "work" / "widgets.ipynb")
    settings = tmp_path / "config" / "labconfig" / "page_config.json"
    settings.parent.mkdir(parents=True)
    settings.write_text(json.dumps({"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}))
    tracker = tmp_path / "config" / "lab" / "user-settings" / "@jupyterlab" / "notebook-extension"
    tracker.mkdir(parents=True)  # every cell is in the page, also those out of sight
    (tracker / "tracker.jupyterlab-settings").write_text(json.dumps({"windowingMode": "none"}))

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


def test_every_widget_has_a_case() -> None:
    assert {case.cell.split("(")[0] for case in CASES} == set(widgets.__all__) - {"BookWidget", "DogExample"}


def test_widgets_are_live_and_python_reads_their_traits(lab_url: str, browser: Browser) -> None:
    visitor = Visitor(browser)
    page = visitor.open_page(f"{lab_url}/lab/tree/widgets.ipynb", viewport={"width": 1300, "height": 1000})
    cells = page.locator(".jp-CodeCell")
    expect(page.get_by_text("Python 3 (ipykernel) | Idle")).to_be_attached(timeout=RUN_MILLISECONDS)

    def run(index: int) -> Locator:
        cells.nth(index).locator(".cm-content").click()
        page.keyboard.press("Shift+Enter")
        return cells.nth(index)

    run(0)
    for i, case in enumerate(CASES):
        shown = run(1 + 2 * i)
        expect(shown.locator(".bw")).to_be_visible(timeout=RUN_MILLISECONDS)
        expect(shown.locator(".book-widget")).to_have_count(0)  # the live view stands in for the twin
        control = shown.get_by_role(case.role, name=case.control)
        control.focus()
        control.press(case.key)  # which JupyterLab must not take for a command of its own
        expect(control).to_be_focused()
        printed = run(2 + 2 * i).locator(".jp-OutputArea-output")
        expect(printed).to_have_text(str(case.value), timeout=RUN_MILLISECONDS)
    visitor.trouble = [line for line in visitor.trouble if line != LATE]
    visitor.leave()
