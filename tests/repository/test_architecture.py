"""The drawing of the storeys: made from the code, complete, and one that would show an import that leads up."""

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from book._ext.storeys import drawing, listing, marked_up, sentence, storeys

PACKAGE = Path(__file__).resolve().parents[2] / "companion" / "infersent"


@pytest.fixture(scope="module")
def found():
    return storeys()


def test_every_folder_and_module_at_the_top_is_a_storey(found):
    folders = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    modules = {path.stem for path in PACKAGE.glob("*.py") if not path.stem.startswith("__")}
    assert {storey.name for storey in found} == folders | modules
    assert len(list(PACKAGE.iterdir())) <= 20


def test_each_has_one_sentence_and_all_its_modules(found):
    for storey in found:
        assert storey.sentence.endswith(".")
        files = {path for path in (PACKAGE / storey.name).rglob("*.py") if path.stem != "__init__"}
        assert {f"{path.stem}" for path in files} <= {module.rpartition(".")[2] for module in storey.modules}


def test_every_arc_leads_down(found):
    picture = drawing(found)
    assert picture.count('class="down"') > 20
    assert 'class="up"' not in picture
    assert "0 of" in picture


def test_an_import_that_leads_up_is_drawn_as_one(found):
    planted = [
        replace(storey, imports=storey.imports + Counter(training=1)) if storey.name == "text" else storey
        for storey in found
    ]
    picture = drawing(planted)
    assert picture.count('class="up"') == 1
    assert "text imports 1 times from training" in picture


def test_the_table_says_the_same_as_the_drawing(found):
    names = re.findall(r'<th scope="row"><code>(\w+)</code>', listing(found))
    assert names == [storey.name for storey in found] == re.findall(r'<text x="12"[^>]*>(\w+)</text>', drawing(found))


def test_code_in_a_sentence_is_code_and_nothing_else_is_markup():
    assert marked_up("``a`` < :func:`load` b") == "<code>a</code> &lt; <code>load</code> b"


def test_a_sentence_ends_where_the_docstring_s_first_paragraph_does():
    assert sentence("foundation").startswith("What everything else stands on")
