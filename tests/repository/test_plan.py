"""The front page's plan: every chapter, in the book's order, each with a small mark in the blocks' colours."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from docutils import nodes
from docutils.core import publish_doctree
from docutils.parsers.rst import directives
from sphinx.addnodes import pending_xref

from book._ext import plan

ROOT = Path(__file__).resolve().parents[2]
TOC = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))
CHAPTERS = [c["file"] for part in TOC["parts"] if part["caption"] != "Back matter" for c in part["chapters"]]
INTRO = (ROOT / "book" / "intro.md").read_text("utf-8")


def test_every_chapter_is_in_the_plan_in_its_order() -> None:
    links = re.findall(r"^- \[[^\]]*\]\((.*)\.ipynb\)", INTRO, re.MULTILINE)
    assert [f"book/{link}" for link in links] == CHAPTERS


def test_the_parts_are_those_of_the_book() -> None:
    the_plan = INTRO.partition("## The plan")[2]
    captions = [part["caption"] for part in TOC["parts"] if part["caption"] != "Back matter"]
    assert re.findall(r"^### (.*)$", the_plan, re.MULTILINE) == captions


def test_chapters_are_numbered_from_one_and_how_tos_are_not() -> None:
    assert list(plan.numbers().values()) == list(range(1, len(plan.numbers()) + 1))
    assert set(plan.numbers()) == {Path(file).name for file in CHAPTERS if "/how-to/" not in file}


@pytest.mark.parametrize("file", CHAPTERS)
def test_each_has_a_small_mark_in_named_colours(file: str) -> None:
    mark = (plan.MARKS / f"{Path(file).name}.svg").read_text("utf-8")
    assert len(mark.encode()) < 2000
    assert mark.startswith('<svg class="chapter-mark" viewBox="0 0 96 56" aria-hidden="true"')
    assert re.search(r"#[0-9a-f]{3}|fill=|stroke=|style=", mark) is None


def test_no_mark_is_left_over() -> None:
    assert {mark.stem for mark in plan.MARKS.iterdir()} == {Path(file).name for file in CHAPTERS}


class Linked(plan.SphinxDirective):
    """A paragraph that begins with a link, as MyST would write it."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        paragraph = nodes.paragraph("", "", pending_xref(reftarget=self.arguments[0]), nodes.Text(" is about it."))
        return [nodes.bullet_list("", nodes.list_item("", paragraph))]


def planned(target: str) -> nodes.document:
    directives.register_directive("linked", Linked)
    directives.register_directive("plan", plan.Plan)
    settings = {"report_level": 5, "env": SimpleNamespace(note_dependency=lambda file: None)}
    return publish_doctree(f".. plan::\n\n   .. linked:: {target}", settings_overrides=settings)


def test_an_item_gets_its_mark_and_its_number() -> None:
    (item,) = planned("features/product.ipynb").findall(nodes.list_item)
    assert item[0].astext() == (plan.MARKS / "product.svg").read_text("utf-8")
    number, link, words = item[1].children
    assert number.astext() == f"{plan.numbers()['product']} "
    assert (link["reftarget"], words.astext()) == ("features/product.ipynb", " is about it.")
    (item,) = planned("how-to/paraphrase.ipynb").findall(nodes.list_item)
    assert isinstance(item[1][0], pending_xref)


def test_a_chapter_without_a_mark_is_told() -> None:
    assert "features/unheard.ipynb: there is no marks/unheard.svg." in planned("features/unheard.ipynb").astext()
