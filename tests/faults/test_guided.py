"""What a search finds that goes on from each input which reached a new branch of ours; minutes in `make faults`."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(find_spec("atheris") is None, reason="atheris is not installed: pip install '.[fuzz]'")

ROOT = Path(__file__).parents[2]

#: For each reader: a minute in `make faults`.
SECONDS = max(2, int(os.environ.get("INFERSENT_FAULTS", 30)) // 16)


@pytest.mark.parametrize("reader", ["csv", "tsv", "jsonl", "txt", "grid", "text"])
def test_what_a_guided_search_finds_is_read_or_refused(tally, tmp_path, reader):
    command = [sys.executable, "-m", "tests.faults.guided", reader, str(SECONDS), str(tmp_path / "found")]
    with tally(f"guided fuzzing: {reader}") as mine:
        with mine.trial(f"{SECONDS} s"):
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, errors="replace")
            assert done.returncode == 0, done.stderr[-3000:]
        kept = len(list((tmp_path / "found" / "kept").iterdir()))
        assert kept > 2  # inputs that reached something new were kept: the search is guided
        mine.remarks.append(f"{SECONDS} s, {kept} inputs that reached new branches")
