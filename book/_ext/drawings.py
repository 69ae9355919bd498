"""A Sphinx extension that lays the chapters' figures into their pages as SVG: sharp at any size, light and dark.

The stored figure is matplotlib's own SVG, on white, with letters that stay letters (``infersent.foundation.plots``). The
page needs a fifth of its characters. Its grounds go, so that the page's own is behind it, and what is left says its
colours as attributes, which ``drawings.css`` replaces in the dark. The letters' font is cut out of matplotlib's, so that
each has the width that the figure was laid out for, and travels once for all pages.

A diagram drawn by hand (``book/_static/*.svg``) is laid in as it is: in the same colours, and in the page's letters.
"""

from __future__ import annotations

import hashlib
import html
import json
import re
from pathlib import Path
from xml.etree import ElementTree

from docutils import nodes
from fontTools import subset
from matplotlib.font_manager import FontProperties, findfont
from matplotlib.path import Path as MatplotlibPath
from sphinx.application import Sphinx

SVG = "{http://www.w3.org/2000/svg}"
HREF = "{http://www.w3.org/1999/xlink}href"

#: The one family of a figure's letters, and its faces: CSS's style and weight, and the file that the page loads.
FAMILY = "DejaVu Sans"
FACES = {
    ("normal", "normal"): "drawings",
    ("oblique", "normal"): "drawings-oblique",
    ("normal", "bold"): "drawings-bold",
}
#: What matplotlib leaves free around a figure, in points; on a phone the labels need the room.
MARGIN = 7
#: Paths of more characters than this are worth a look at their points.
LONG = 1000
#: What an element has anyway, from the style sheet or by default.
USUAL = {
    "stroke-linecap": "butt",
    "stroke-linejoin": "round",
    "text-anchor": "start",
    "font-style": "normal",
    "font-weight": "normal",
    "opacity": "1",
}


def lean(drawn: str) -> ElementTree.Element:
    """Return matplotlib's SVG as an element of a page: no grounds, styles as attributes, ids of its own."""
    root = ElementTree.fromstring(drawn)
    salt = "d" + hashlib.sha256(drawn.encode()).hexdigest()[:5]
    referred = re.findall(r'(?:href="#|url\(#)([^")]+)', drawn)
    names = {
        name: f"{salt}{i}" for i, name in enumerate(dict.fromkeys(referred))
    }
    _leave_out(root)
    for element in root.iter():
        element.tag = element.tag.removeprefix(SVG)
        _as_attributes(element, names)
    for path in root.iterfind(
        ".//defs/path"
    ):  # each use of a mark says its colours
        path.attrib.pop("fill", None)
        path.attrib.pop("stroke", None)
    for text in root.iter("text"):
        _join(text)
    _unwrap(root)
    for element in root.iter():
        if element.tag not in ("text", "tspan"):
            element.text = element.tail = None
        element.tail = None
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    width, height = width - 2 * MARGIN, height - 2 * MARGIN
    root.attrib = {
        "viewBox": f"{MARGIN} {MARGIN} {width:g} {height:g}",
        "width": f"{width:g}pt",
    }
    return root


def _leave_out(root: ElementTree.Element) -> None:
    """Take out the style sheet, the ground of the figure and the ground of each of its axes."""
    for parent in [*root.iter()]:
        for child in [*parent]:
            if child.tag in (f"{SVG}style", f"{SVG}metadata"):
                parent.remove(child)
        if parent.get("id", "").startswith(("figure_", "axes_")):
            patches = [
                c for c in parent if c.get("id", "").startswith("patch_")
            ]
            if patches and "fill: #ffffff" in patches[0][0].get("style", ""):
                parent.remove(patches[0])


def _as_attributes(
    element: ElementTree.Element, names: dict[str, str]
) -> None:
    """Write an element's style as attributes, which a style sheet can replace, and what points to an id anew."""
    given = dict(element.attrib)
    for rule in filter(None, given.pop("style", "").split(";")):
        name, value = rule.split(":", 1)
        given[name.strip()] = value.strip()
    if (family := given.pop("font-family", None)) and FAMILY not in family:
        raise ValueError(
            f"A figure's letters are in {family}; the page has {FAMILY} alone."
        )
    if "id" in given and given.pop("id") in names:
        given["id"] = names[element.attrib["id"]]
    if HREF in given:
        target = given.pop(HREF)
        inside = target.startswith("#")  # or else the cells of a map
        given["href"] = (
            f"#{names[target[1:]]}"
            if inside
            else target.replace(" ", "").replace("\n", "")
        )
    if re.match(r"rotate\(-?0 ", given.get("transform", "")):
        del given["transform"]
    if "d" in given:
        given["d"] = re.sub(r"\s*([A-Za-z])\s*", r"\1", given["d"]).strip()
        given["d"] = re.sub(r"\s+", " ", given["d"]).replace(" -", "-")
        if len(given["d"]) > LONG and not set(given["d"]) & set("CQ"):
            given["d"] = "".join(map(_simplified, given["d"].split("M")[1:]))
    if "id" not in given:  # a mark is small, and its curves need more digits
        for name in given.keys() & {"x", "y", "d"}:
            given[name] = re.sub(r"-?\d+\.\d+", _rounded, given[name])
    for name, value in given.items():
        given[name] = re.sub(
            r"url\(#([^)]+)\)", lambda m: f"url(#{names[m[1]]})", value
        )
    if given.get("font-size", "").endswith("px"):
        given["font-size"] = given["font-size"][:-2]
    element.attrib = {k: v for k, v in given.items() if USUAL.get(k) != v}


def _rounded(number: re.Match[str]) -> str:
    """Return a place in tenths of a point, which no eye tells from it."""
    return f"{round(float(number[0]), 1) + 0:g}"


def _simplified(line: str) -> str:
    """Return a line's ``x yLx yL…z`` without the points that it passes anyway.

    What encloses a ground has a point at every step of its grid; a curve has more than its shape needs. Matplotlib leaves
    out what lies within a ninth of a point, but in lines alone, and not in grounds.
    """
    closed = line.endswith("z")
    points = [
        [float(n) for n in re.findall(r"-?[\d.]+", point)]
        for point in line.removesuffix("z").split("L")
    ]
    path = MatplotlibPath(points).cleaned(simplify=True)
    kept = path.vertices[path.codes != MatplotlibPath.STOP]
    return "M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in kept) + "z" * closed


def _join(text: ElementTree.Element) -> None:
    """Write a formula's letters of one look and height as one run, with the place of each."""
    runs: dict[tuple[tuple[str, str], ...], list[ElementTree.Element]] = {}
    for letter in [*text]:
        text.remove(letter)
        if (letter.text or "").strip():
            look = tuple(
                sorted((k, v) for k, v in letter.attrib.items() if k != "x")
            )
            runs.setdefault(look, []).append(letter)
    for look, letters in runs.items():
        run = ElementTree.SubElement(text, "tspan", dict(look))
        run.set("x", " ".join(letter.get("x", "0") for letter in letters))
        run.text = "".join(letter.text or "" for letter in letters)
    if runs:
        text.text = None


def _unwrap(parent: ElementTree.Element) -> None:
    """Replace each group that says nothing by what it holds."""
    for child in [*parent]:
        _unwrap(child)
        if (
            child.tag in ("g", "defs")
            and not child.attrib
            and (child.tag == "g" or not len(child))
        ):
            place = [*parent].index(child)
            parent.remove(child)
            for i, own in enumerate([*child]):
                parent.insert(place + i, own)


def in_page(drawn: str, alternative: str) -> str:
    """Return a stored figure as it stands in a page."""
    root = lean(drawn)
    root.attrib = {
        "class": "drawing",
        "role": "img",
        "aria-label": alternative,
        **root.attrib,
    }
    written = ElementTree.tostring(
        root, encoding="unicode", short_empty_elements=True
    )
    return written.replace(" />", "/>")


def by_hand(drawn: str, alternative: str) -> str:
    """Return a diagram as it stands in a page: what it shows is its name."""
    name = html.escape(alternative)
    return drawn.replace(
        "<svg",
        f'<svg class="drawing diagram" role="img" aria-label="{name}"',
        1,
    )


def lay_in(app: Sphinx, document: nodes.document, page: str) -> None:
    """Replace the chapters' stored figures, and the diagrams drawn by hand, by their SVG."""
    if app.builder.format != "html":
        return
    for image in [*document.findall(nodes.image)]:
        uri = image["uri"]
        if uri.endswith(".svg"):
            drawn = Path(app.srcdir, uri).read_text(encoding="utf-8")
            lay = in_page if "jupyter_execute" in uri else by_hand
            written = lay(drawn, image.get("alt", ""))
            image.replace_self(nodes.raw("", written, format="html"))


def letters(drawings: list[str]) -> dict[tuple[str, str], set[str]]:
    """Return the letters of all figures, by their face."""
    found: dict[tuple[str, str], set[str]] = {}
    for drawn in drawings:
        for element in lean(drawn).iter():
            if element.text and element.tag in ("text", "tspan"):
                weight = element.get("font-weight", "normal")
                face = (
                    element.get("font-style", "normal"),
                    weight.replace("700", "bold"),
                )
                found.setdefault(face, set()).update(element.text)
    return found


def stored(root: Path) -> list[str]:
    """Return the figures that the chapters store."""
    return [
        "".join(output["data"]["image/svg+xml"])
        for path in sorted(root.glob("book/*/*.ipynb"))
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
        for output in cell.get("outputs", [])
        if "image/svg+xml" in output.get("data", {})
    ]


def cut_fonts(app: Sphinx, exception: Exception | None) -> None:
    """Write the fonts with the letters that the figures have, and no others."""
    if exception is not None or app.builder.format != "html":
        return
    folder = Path(app.outdir, "_static", "fonts")
    folder.mkdir(parents=True, exist_ok=True)
    for (style, weight), text in letters(stored(Path(app.srcdir))).items():
        face = FontProperties(family=FAMILY, style=style, weight=weight)
        options = subset.Options(
            flavor="woff", layout_features=["kern"], hinting=False
        )
        options.drop_tables += ["FFTM"]
        font = subset.load_font(
            findfont(face, fallback_to_default=False), options
        )
        cutter = subset.Subsetter(options)
        cutter.populate(text="".join(sorted(text)))
        cutter.subset(font)
        font["head"].modified = font[
            "head"
        ].created  # the same bytes each time
        font.recalcTimestamp = False
        subset.save_font(
            font, folder / f"{FACES[style, weight]}.woff", options
        )


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the extension; Sphinx calls this."""
    app.connect("doctree-resolved", lay_in)
    app.connect("build-finished", cut_fonts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
