"""The widgets' Python side: state, static twin, traits, and the pages' scripts."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
import traitlets
from hypothesis import given
from hypothesis import strategies as st
from sphinx.errors import ExtensionError

import infersent
import infersent.widgets.sphinx as extension
from infersent import widgets
from infersent.widgets import BookWidget, FeatureExplorer, modules
from infersent.widgets import model_file as web
from infersent.widgets.modules import FOLDER, bundle, widget_modules

coordinates = st.floats(-1, 1)
MODULES = widget_modules()
SCRIPTS = sorted(FOLDER.glob("*.mjs"))
HOST = FOLDER.parents[2] / "book" / "_static" / "widget-host.js"


class Echo(BookWidget):
    """A widget with every kind of state, and a module that is not a file."""

    module = "echo"
    _esm = "export default { render() {} }"

    text = traitlets.Unicode("").tag(sync=True)
    table = traitlets.Dict({"b": [0.1 + 0.2, -0.0], "a": (1, None)}).tag(sync=True)
    private = traitlets.Int(3)

    def fallback_html(self) -> str:
        return "<p>nothing</p>"


def attribute(widget: BookWidget, name: str) -> str:
    return html.unescape(re.search(f'{name}="([^"]*)"', widget.static_html())[1])


def test_state_is_the_synced_traits_sorted_and_rounded() -> None:
    assert json.dumps(Echo(text="hi").state()) == '{"table": {"b": [0.3, 0.0], "a": [1, null]}, "text": "hi"}'


def test_twin_holds_module_and_state() -> None:
    explorer = FeatureExplorer(u=0.25, v=-1)
    assert attribute(explorer, "data-module") == "feature_explorer"
    assert json.loads(attribute(explorer, "data-state")) == {"u": 0.25, "v": -1.0}


@given(text=st.text())
def test_no_text_escapes_from_the_twin(text: str) -> None:
    twin = Echo(text=text).static_html()
    assert re.fullmatch(
        r'<div class="book-widget" data-module="echo" data-state="[^"<>]*">\n<p>nothing</p>\n</div>', twin
    )
    assert json.loads(attribute(Echo(text=text), "data-state"))["text"] == text


@given(u=coordinates, v=coordinates)
def test_same_state_same_output(u: float, v: float) -> None:
    first, second = FeatureExplorer(u=u, v=v), FeatureExplorer(u=u, v=v)
    assert first.static_html() == second.static_html()
    assert repr(first) == repr(second)


def test_output_has_the_live_view_the_twin_and_a_plain_text() -> None:
    explorer = FeatureExplorer(u=0.5, v=0.5)
    data, _ = explorer._repr_mimebundle_()
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == explorer.model_id
    assert data["text/html"] == explorer.static_html()
    assert data["text/plain"] == "FeatureExplorer(u=0.5, v=0.5)"


def test_fallback_shows_the_four_features_and_their_slopes() -> None:
    rows = re.findall(r"<td>(.*?)</td><td>(.*?)</td><td>(.*?)</td>", FeatureExplorer(u=0.8, v=-0.8).fallback_html())
    assert rows == [
        ("0.80", "1.00", "0.00"),
        ("−0.80", "0.00", "1.00"),
        ("1.60", "1.00", "−1.00"),
        ("−0.64", "−0.80", "0.80"),
    ]


@given(u=coordinates, v=coordinates)
def test_gradients_are_the_slopes_of_the_features(u: float, v: float) -> None:
    explorer, step = FeatureExplorer(u=u / 2, v=v / 2), 1e-6
    for which in (0, 1):
        ends = []
        for sign in (1, -1):
            point = [[[explorer.u]], [[explorer.v]]]
            point[which][0][0] += sign * step
            ends.append(infersent.pair_features(*(torch.tensor(x, dtype=torch.float64) for x in point))[0])
        slopes = ((ends[0] - ends[1]) / (2 * step)).tolist()
        exact = [slope[which] for slope in explorer.gradients().values()]
        if abs(explorer.u - explorer.v) <= step:  # across the kink, where both slopes of |u-v| are 0 by convention
            slopes[2], exact[2] = 0, 0
        assert slopes == pytest.approx(exact, abs=1e-6)


def test_gradients_at_the_kink_are_those_of_torch() -> None:
    assert FeatureExplorer(u=0.5, v=0.5).gradients()["|u-v|"] == (0, 0)


def test_fallback_has_no_negative_zero() -> None:
    assert "−0.00" not in FeatureExplorer(u=-0.001, v=0.001).fallback_html()


@pytest.mark.parametrize("value", [-1.01, 2])
def test_a_coordinate_outside_the_square_is_refused(value: float) -> None:
    with pytest.raises(traitlets.TraitError, match="'u' trait"):
        FeatureExplorer(u=value)


def test_a_state_that_is_not_json_is_refused() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        FeatureExplorer(u=float("nan")).static_html()


def test_a_widget_without_a_fallback_says_so() -> None:
    class Bare(BookWidget):
        module = "bare"
        _esm = "export default { render() {} }"

    with pytest.raises(NotImplementedError, match="Bare has no fallback_html"):
        Bare().static_html()


def fake_app(outdir: Path) -> SimpleNamespace:
    added: list[str] = []
    return SimpleNamespace(builder=SimpleNamespace(format="html"), outdir=outdir, added=added, add_js_file=added.append)


def test_module_scripts_hold_the_sources(tmp_path: Path) -> None:
    extension.write_module_scripts(fake_app(tmp_path))
    script = (tmp_path / "_static" / "widgets" / "feature_explorer.js").read_text(encoding="utf-8")
    prefix = '(window.BOOK_WIDGETS ??= {})["feature_explorer"] = '
    assert script.startswith(prefix)
    source = json.loads(script.removeprefix(prefix).rstrip().removesuffix(";"))
    assert source == bundle(FOLDER / "feature_explorer.mjs") == FeatureExplorer()._esm
    written = {path.stem for path in (tmp_path / "_static" / "widgets").iterdir()}
    assert written == {module.stem for module in MODULES}


def test_the_shipped_model_lies_beside_the_modules_alone(tmp_path: Path) -> None:
    folder = tmp_path / "_static" / "widgets"
    folder.mkdir(parents=True)
    (folder / "infersent-of-yesterday.safetensors").touch()
    extension.copy_model(fake_app(tmp_path))
    (copied,) = folder.iterdir()
    assert copied.name == web.shipped_file().name
    assert copied.read_bytes() == web.shipped_file().read_bytes()


def test_every_module_belongs_to_a_widget() -> None:
    named = {getattr(widgets, name).module for name in widgets.__all__ if name != "BookWidget"}
    assert named == {module.stem for module in MODULES}


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.stem)
def test_a_bundle_is_one_small_source_with_the_toolkit_in_it(module: Path) -> None:
    source = bundle(module)
    assert source.count("export const h =") == 0
    assert source.count("\nconst h = ") == 1
    assert source.count("export default {") == 1
    assert not re.search(r"^\s*import\b", source, re.MULTILINE)


@pytest.mark.parametrize("file", SCRIPTS, ids=lambda file: file.stem)
def test_every_script_is_small(file: Path) -> None:
    """With the toolkit some 30 kB, readable at a sitting; a widget that needs more has several files."""
    assert file.stat().st_size < 17_500


def test_the_toolkit_stands_where_it_was_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "toolkit.mjs").write_text("export const one = 1;\nexport function two() {}\n")
    (tmp_path / "toy.mjs").write_text(
        '/* A toy. */\nimport {\n  one,\n  two,\n} from "./toolkit.mjs";\nexport const three = one + two();\n'
    )
    monkeypatch.setattr(modules, "TOOLKIT", tmp_path / "toolkit.mjs")
    assert bundle(tmp_path / "toy.mjs") == (
        "/* A toy. */\nconst one = 1;\nfunction two() {}\nexport const three = one + two();\n"
    )


def test_parts_and_texts_stand_where_they_were_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "toolkit.mjs").write_text("export const one = 1;\n")
    (tmp_path / "toy_view.mjs").write_text('import { one } from "./toolkit.mjs";\nexport const two = one + one;\n')
    (tmp_path / "worker.mjs").write_text('export const quote = "\\n";\n')
    (tmp_path / "toy.mjs").write_text(
        'import { one } from "./toolkit.mjs";\nimport { two } from "./toy_view.mjs";\n'
        'import WORKER from "./worker.mjs" with { type: "text" };\nexport const three = one + two;\n'
    )
    monkeypatch.setattr(modules, "TOOLKIT", tmp_path / "toolkit.mjs")
    assert bundle(tmp_path / "toy.mjs") == (
        "const one = 1;\nexport const two = one + one;\n"
        r'const WORKER = "export const quote = \"\\n\";\n";' + "\nexport const three = one + two;\n"
    )


@pytest.mark.parametrize(
    "line",
    [
        'import { one } from "./other.mjs";',
        'import "./toolkit.mjs";',
        'import * as toolkit from "./toolkit.mjs";',
        'import { one } from "https://example.org/toolkit.mjs";',
        'export { one } from "./other.mjs";',
        'import { h } from "./toolkit.mjs";\nimport { s } from "./toolkit.mjs";',
    ],
)
def test_an_import_that_a_page_cannot_follow_is_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / "toy.mjs").write_text(f"{line}\nexport default {{}};\n")
    with pytest.raises(ValueError, match=r"toy\.mjs: a module may import once, and from \./toolkit\.mjs only"):
        bundle(tmp_path / "toy.mjs")


@pytest.mark.parametrize("file", [*SCRIPTS, HOST], ids=lambda file: file.stem)
def test_no_script_turns_text_into_markup(file: Path) -> None:
    doors = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|DOMParser|\beval\b"
    assert re.findall(doors, file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("file", [*SCRIPTS, HOST], ids=lambda file: file.stem)
def test_lines_of_script_fit_the_page(file: Path) -> None:
    lines = enumerate(file.read_text(encoding="utf-8").splitlines(), start=1)
    assert [number for number, line in lines if len(line) > 120] == []


def test_a_page_gets_the_scripts_of_its_widgets(tmp_path: Path) -> None:
    app = fake_app(tmp_path)
    body = FeatureExplorer().static_html() + FeatureExplorer(u=0.0).static_html()
    extension.add_widget_scripts(app, "page", "page.html", {"body": body}, None)
    assert app.added == ["widgets/feature_explorer.js", "widget-host.js"]


def test_a_page_without_widgets_gets_none(tmp_path: Path) -> None:
    app = fake_app(tmp_path)
    extension.add_widget_scripts(app, "page", "page.html", {"body": "<p>text</p>"}, None)
    assert app.added == []


def test_a_page_that_names_an_unknown_module_fails_the_build(tmp_path: Path) -> None:
    with pytest.raises(ExtensionError, match="book/page: no module 'echo'"):
        extension.add_widget_scripts(fake_app(tmp_path), "book/page", "", {"body": Echo().static_html()}, None)
