"""The sections that the search ranks: their plain text, without code, numbers and controls."""

import pytest
from section_search import formula, kind_of, sections

CHAPTER = """<article><section id="a"><h1>The <em>product</em><a class="headerlink" href="#a">#</a></h1>
<p class="reading-time">About 1 minute</p><p>It is <math><mi>u</mi><mo>∗</mo><mi>v</mi></math>, no less.<br>See</p>
<div class="math"><math><mi>w</mi></math></div>
<details class="fold"><summary>Code</summary><div class="cell_input"><pre>x = 1</pre></div></details>
<div class="cell_output"><table><tr><td>0.5</td></tr></table><figure><figcaption><p>A caption.</p></figcaption></figure>
</div><section id="b"><h2>Gates</h2><p>They open.</p><div class="proof theorem"><p>Theorem 1</p>
<section id="proof-content"><p>One &amp; two.</p></section></div><h3>Not in the list</h3></section>
</section></article>"""


def test_a_chapter_becomes_its_sections():
    assert sections(CHAPTER) == [
        ("", "The product", "It is u∗v, no less. See A caption."),
        ("b", "Gates", "They open. Theorem 1 One & two."),
        ("b", "Not in the list", ""),
    ]


def test_entries_of_the_glossary_and_of_the_reference_are_sections():
    page = """<article><h1>All</h1><dl><dt id="term-head">head</dt><dd><p>On top.</p></dd></dl>
    <dl><dt class="sig" id="p.f"><span>p.f</span>(x)</dt><dd><p>Doubles.</p></dd></dl></article>"""
    assert sections(page) == [
        ("", "All", ""),
        ("term-head", "head", "On top."),
        ("p.f", "p.f", "p.f(x) Doubles."),
    ]


@pytest.mark.parametrize(
    ("markup", "typed"),
    [
        ("<math><msub><mi>u</mi><mi>i</mi></msub></math>", "ui"),
        ("<math><mfrac><mn>1</mn><mn>2</mn></mfrac> <mi>x</mi></math>", "1/2x"),
        ("<math><mi>𝑢</mi><mo>&lt;</mo><mo>\u2061</mo><mn>1</mn></math>", "u&lt;1"),
    ],
)
def test_a_formula_is_written_as_it_is_typed(markup, typed):
    assert formula(markup) == typed


def test_kinds_of_pages():
    kinds = [kind_of(page) for page in ("book/features/product", "book/api", "book/api-model", "book/glossary")]
    assert kinds == ["chapter", "api", "api", "page"]
