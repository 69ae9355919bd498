"""A Sphinx extension that follows from one setting, where the book's repository is, all that wants a public address.

``repository: url`` in ``_config.yml`` is empty as shipped: there are no buttons, and nothing in a page says where it
lies. Once it is set, every page gets its buttons (repository, edit, issue; Binder and Colab for notebooks), a canonical
link and an address for previews; and the book gets ``sitemap.xml``, ``robots.txt`` and a page for what is not found.
``html: baseurl`` is where the book is read; left empty, it is where GitHub Pages puts the book of a repository.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit
from xml.sax.saxutils import escape

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ConfigError

#: Where notebooks are opened in a browser.
BINDER = "https://mybinder.org"
COLAB = "https://colab.research.google.com"
#: The branch with the notebooks that install the package first; tools/launch.py writes it.
LAUNCH_BRANCH = "launch"
NOT_FOUND = "404"

_REPOSITORY = re.compile(r"https://[\w.-]+/([\w.-]+)/([\w.-]+?)(?:\.git)?/?")
_RELATIVE = re.compile(
    r'\b(href|src|action|data-content_root)="(?![a-z]+:|[/#])(?:\./)?'
)


def pages_address(repository: str) -> str:
    """Return where GitHub Pages puts the book of a repository; nothing for a repository elsewhere.

    Raises
    ------
    ConfigError
        If this is no address of a repository.
    """
    found = _REPOSITORY.fullmatch(repository)
    if found is None:
        raise ConfigError(
            f"repository: url is {repository!r} in _config.yml; write https://github.com/OWNER/NAME, or leave it empty."
        )
    owner, name = found.groups()
    if urlsplit(repository).hostname != "github.com":
        return ""
    site = f"{owner.lower()}.github.io"
    return (
        f"https://{site}/"
        if name.lower() == site
        else f"https://{site}/{name}/"
    )


def set_address(app: Sphinx, config: Config) -> None:
    """Set what the theme and Sphinx read, from the repository's address; without one, switch all of it off."""
    options: dict[str, Any] = config.html_theme_options
    repository = str(options.get("repository_url") or "").strip()
    address = str(config.html_baseurl or "").strip()
    if repository:
        address = address or pages_address(repository)
        options["repository_url"] = repository.rstrip("/").removesuffix(".git")
        options.setdefault("repository_branch", "main")
        if urlsplit(repository).hostname == "github.com":
            options["launch_buttons"] = {
                "binderhub_url": BINDER,
                "colab_url": COLAB,
                "notebook_interface": "jupyterlab",
            }
    else:
        options.pop("repository_url", None)
        options.pop("launch_buttons", None)
    for button in ("repository", "edit_page", "issues"):
        options[f"use_{button}_button"] = bool(repository)
    config.html_baseurl = f"{address.rstrip('/')}/" if address else ""


def open_on_colab_with_the_package(
    app: Sphinx,
    page: str,
    template: str,
    context: dict[str, Any],
    doctree: object,
) -> None:
    """Let Colab, which has no environment of the book, open the notebook whose first cell installs the package."""
    branch = app.config.html_theme_options.get("repository_branch")
    for group in context.get("header_buttons", ()):
        for button in (
            group.get("buttons", ())
            if group.get("label") == "launch-buttons"
            else ()
        ):
            if button["url"].startswith(COLAB):
                button["url"] = button["url"].replace(
                    f"/blob/{branch}/", f"/blob/{LAUNCH_BRANCH}/", 1
                )


def page_not_found(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Add the page that a server shows for an address that leads nowhere."""
    if app.config.html_baseurl:
        yield NOT_FOUND, {"title": "Not found"}, "404.html"


def write_for_the_public(app: Sphinx, exception: Exception | None) -> None:
    """Write the sitemap and robots.txt, and let the page for what is not found lead everywhere from any depth."""
    address = app.config.html_baseurl
    if exception is not None or not address or app.builder.format != "html":
        return
    built = Path(app.outdir)
    pages = [
        app.builder.get_target_uri(page) for page in sorted(app.env.found_docs)
    ]
    links = "\n".join(
        f"  <url><loc>{escape(urljoin(address, page))}</loc></url>"
        for page in pages
    )
    (built / "sitemap.xml").write_text(
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{links}\n</urlset>\n',
        encoding="utf-8",
    )
    (built / "robots.txt").write_text(
        f"User-agent: *\nAllow: /\nSitemap: {urljoin(address, 'sitemap.xml')}\n",
        encoding="utf-8",
    )
    # It is shown in place of a page in any folder, so its links start from the address' own root.
    file, root = built / f"{NOT_FOUND}.html", urlsplit(address).path
    file.write_text(
        _RELATIVE.sub(rf'\1="{root}', file.read_text(encoding="utf-8")),
        encoding="utf-8",
    )


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the extension; Sphinx calls this."""
    app.config.templates_path.append(
        str(Path(__file__).resolve().parents[1] / "_templates")
    )
    app.connect("config-inited", set_address)
    # After the theme has added its buttons, and before it lays them out.
    app.connect(
        "html-page-context", open_on_colab_with_the_package, priority=501
    )
    app.connect("html-collect-pages", page_not_found)
    # After those that look for links in the built pages.
    app.connect("build-finished", write_for_the_public, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
