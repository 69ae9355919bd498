"""The dog example: well-formed pictures with words beside them, and the numbers of the package."""

from __future__ import annotations

import itertools
import re
from xml.etree import ElementTree

import pytest
import torch

from infersent import pair_features
from infersent.study.comparison import find_group
from infersent.study.records import load_records
from infersent.widgets import DogExample
from infersent.widgets.dog_example import LADDER, OFF, ON

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def story():
    text = DogExample()._repr_html_()
    style, _, steps = text.partition("</style>\n")
    # As a page reads it: an svg element needs no namespace of its own there.
    return style, ElementTree.fromstring(steps.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" '))


def words(node):
    return " ".join("".join(node.itertext()).split())


def test_six_steps_each_with_a_title_a_text_and_a_picture_in_words(story):
    _, steps = story
    assert [words(step.find("div/p")) for step in steps] == [
        "Both on",
        "Both off",
        "The difference is blind",
        "The product sees it",
        "But u and v give it back",
        "So what is the product for?",
    ]
    for step in steps:
        picture = step.find(f"{SVG}svg")
        assert picture.get("role") == "img"
        assert re.search(r"\d", picture.get("aria-label"))


def test_the_pictures_show_what_pair_features_gives(story):
    _, steps = story
    u, v = torch.tensor([[ON.u], [OFF.u]]), torch.tensor([[ON.v], [OFF.v]])
    on, off = ([f"{x:.0f}" for x in row] for row in pair_features(u, v).tolist())
    pictures = [[words(text) for text in step.iter(f"{SVG}text")] for step in steps]
    assert pictures[0][3::2] == on
    assert pictures[1][3::2] == off
    bars = [sum(bar.tag == f"{SVG}rect" for bar in step.iter()) for step in steps]
    assert bars[:5] == [on.count("1"), 0, on.count("1"), on.count("1"), 2]


@pytest.mark.parametrize(("u", "v"), list(itertools.product((0.0, 1.0), repeat=2)))
def test_u_and_v_give_the_product_back_for_whatever_is_on_or_off(u, v):
    difference, product = pair_features(torch.tensor([[u]]), torch.tensor([[v]]), ["|u-v|", "u*v"])[0].tolist()
    assert u + v - difference == 2 * product


def test_the_last_picture_is_the_study(story):
    _, steps = story
    records = load_records("subsets")
    shares = [f"{100 * find_group(records, blocks=blocks).mean:.1f}%" for blocks in LADDER]
    assert [text for step in steps[5:] for text in map(words, step.iter(f"{SVG}text")) if "%" in text] == shares
    assert re.findall(r"[\d.]+%", words(steps[5].find("div"))) == shares
    lengths = [float(bar.get("width")) for bar in steps[5].iter(f"{SVG}rect")]
    assert lengths == sorted(lengths)  # as the accuracies are


def test_it_runs_nothing_and_moves_nobody_who_asked_for_less_motion(story):
    style, steps = story
    assert not [node for node in steps.iter() if node.tag.rpartition("}")[2] in ("script", "iframe", "a")]
    still, moving = style.split("@media (prefers-reduced-motion: no-preference)")
    assert "animation" not in still
    assert "animation-timeline: view()" in moving


def test_it_is_the_same_each_time():
    assert DogExample()._repr_html_() == DogExample()._repr_html_()
    assert repr(DogExample()) == "DogExample()"
