"""Previews are cut out of finished pages: whole, without links and ids, with addresses that hold where they are."""

import pytest
from previews import BEGIN, Book, plain, preview_of, whole_element

GLOSSARY = """<article><dl class="glossary"><dt id="term-head">head<a class="headerlink" href="#term-head">#</a></dt>
<dd><p>On <em>top</em> of <a class="reference internal" href="x.html">pairs</a>.</p></dd></dl></article>"""

CHAPTER = """<article><section id="the-product"><h1>The product<a class="headerlink" href="#the-product">#</a></h1>
<p class="reading-time">About 1 minute</p>
<p>It <span id="a"><span>gates</span></span>. See <a class="reference internal" href="../glossary.html#term-head">a
head</a>, <a class="reference internal" href="#thm-one">Theorem 1</a>, <a class="reference internal" href="#gone">that
</a> and <a class="reference external" href="https://x.org">this</a>.</p>
<div class="proof theorem admonition" id="thm-one"><p>Theorem 1</p>
<section id="proof-content"><div>u</div></section></div>
<figure class="align-default" id="fig"><svg id="s"><text>no</text></svg>
<svg class="drawing" role="img"><path id="d0a1b20"/></svg><img alt="" src="../../_images/a.png"/></figure>
<div class="math" id="equation-e"><span class="eqno">(1)<a class="headerlink" href="#equation-e">#</a></span>
<math></math></div></section></article>"""

REFERENCES = """<article><div class="citation" id="id1" role="doc-biblioentry">
<span class="label"><span class="fn-bracket">[</span>AB95<span class="fn-bracket">]</span></span>
<p>Altman and Bland.</p></div></article>"""


def unmoved(address):
    return address


def test_an_element_ends_where_it_is_closed_and_not_where_one_within_is():
    page = "<div><div>a</div><div>b</div></div><div>c</div>"
    assert whole_element(page, 0) == "<div><div>a</div><div>b</div></div>"
    with pytest.raises(ValueError, match="never closed"):
        whole_element("<div><div></div>", 0)


@pytest.mark.parametrize(
    ("page", "target", "shown"),
    [
        (GLOSSARY, "term-head", '<p class="preview-name">head</p><p>On <em>top</em> of pairs.</p>'),
        (
            CHAPTER,
            "thm-one",
            '<div class="proof theorem admonition"><p>Theorem 1</p>\n<section><div>u</div></section></div>',
        ),
        (
            CHAPTER,
            "fig",
            '<figure class="align-default">\n<svg class="drawing"><path id="d0a1b20"/></svg>'
            '<img alt="" src="../../_images/a.png"/></figure>',
        ),
        (CHAPTER, "equation-e", '<div class="math"><span class="eqno">(1)</span>\n<math></math></div>'),
        (REFERENCES, "id1", "<p>Altman and Bland.</p>"),
    ],
)
def test_what_a_link_shows(page, target, shown):
    assert plain(preview_of(page, target), unmoved) == shown


@pytest.mark.parametrize("target", ["", "the-product"])
def test_a_section_or_a_page_shows_its_title_and_first_paragraph(target):
    shown = plain(preview_of(CHAPTER, target), unmoved)
    assert shown.startswith('<p class="preview-name">The product</p><p>It <span><span>gates</span></span>. See a')
    assert "About 1 minute" not in shown
    assert "Theorem 1</p>" not in shown


def test_what_is_not_there_shows_nothing():
    assert preview_of(CHAPTER, "gone") is None


@pytest.fixture
def folder(tmp_path):
    """A finished book of two pages."""
    (tmp_path / "book" / "features").mkdir(parents=True)
    (tmp_path / "book" / "glossary.html").write_text(f"<html><body>{GLOSSARY}</body></html>")
    (tmp_path / "book" / "features" / "product.html").write_text(f"<html><body>{CHAPTER}</body></html>")
    return tmp_path


def test_a_page_holds_the_previews_of_its_own_links_and_no_others(folder):
    templates = Book(folder).templates("book/features/product.html")
    assert templates.count("<template") == 2
    assert '<template data-preview="../glossary.html#term-head"><p class="preview-name">head</p>' in templates
    assert '<template data-preview="#thm-one"></template>' in templates  # copied from the page itself


def test_pictures_of_another_folder_are_found_from_here(folder):
    link = '<article><a class="reference internal" href="features/product.html#fig">Fig. 1</a></article>'
    (folder / "book" / "intro.html").write_text(f"<html><body>{link}</body></html>")
    assert 'src="../_images/a.png"' in Book(folder).templates("book/intro.html")


def test_previews_of_an_earlier_build_are_replaced(folder):
    from types import SimpleNamespace

    from previews import add_previews

    names = {"book/glossary", "book/features/product"}
    builder = SimpleNamespace(name="html", out_suffix=".html")
    app = SimpleNamespace(builder=builder, outdir=folder, env=SimpleNamespace(found_docs=names))
    path = folder / "book" / "features" / "product.html"
    add_previews(app, None)
    once = path.read_text()
    assert once.count(BEGIN) == 1
    add_previews(app, None)
    assert path.read_text() == once
