"""The widgets' Python side: state, static twin, traits, and the pages' scripts."""

from __future__ import annotations

import html
import json
import re
import subprocess
import sys
from collections.abc import Callable
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
from infersent.widgets import BookWidget, FeatureExplorer, page_model
from infersent.widgets.modules import FOLDER, bundle, widget_modules

coordinates = st.floats(-1, 1)
MODULES = widget_modules()
SCRIPTS = sorted(FOLDER.rglob("*.mjs"))
HOST_SCRIPTS = sorted((FOLDER.parents[2] / "book" / "_static").glob("*.js"))
Toy = Callable[[dict[str, str]], Path]


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
    assert source == bundle(FOLDER / "feature_explorer/feature_explorer.mjs") == FeatureExplorer()._esm
    written = {path.stem for path in (tmp_path / "_static" / "widgets").iterdir()}
    assert written == {module.stem for module in MODULES}


def test_the_shipped_model_lies_beside_the_modules_alone(tmp_path: Path) -> None:
    folder = tmp_path / "_static" / "widgets"
    folder.mkdir(parents=True)
    (folder / "infersent-of-yesterday.bin").touch()
    extension.copy_model(fake_app(tmp_path))
    (copied,) = folder.iterdir()
    assert copied.name == page_model.shipped_file().name
    assert copied.read_bytes() == page_model.shipped_file().read_bytes()


def test_every_module_belongs_to_a_widget() -> None:
    shown = [getattr(widgets, name) for name in widgets.__all__ if name not in ("BookWidget", "DogExample")]
    named = {widget.module for widget in shown}
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
    """Readable at a sitting; a widget that needs more has several files."""
    assert file.stat().st_size < 12_000


@pytest.mark.parametrize("file", [*SCRIPTS, *HOST_SCRIPTS], ids=lambda file: file.stem)
def test_every_script_asks_to_be_checked(file: Path) -> None:
    assert file.read_text(encoding="utf-8").startswith("// @ts-check\n")


@pytest.fixture
def toy(tmp_path: Path) -> Toy:
    """A function that writes modules, {name: source}, and returns the first one's path."""

    def write(sources: dict[str, str]) -> Path:
        for name, source in sources.items():
            (tmp_path / "front" / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "front" / name).write_text(source, encoding="utf-8")
        return tmp_path / "front" / next(iter(sources))

    return write


def test_what_a_module_imports_stands_before_it(toy: Toy) -> None:
    module = toy(
        {
            "toy.mjs": "/* A toy. */\n"
            'import {\n  one,\n  two,\n} from "./tools/numbers.mjs";\nexport const three = one + two();\n',
            "tools/numbers.mjs": "export const one = 1;\nexport async function two() {}\n",
        }
    )
    assert bundle(module) == (
        "const one = 1;\nasync function two() {}\n/* A toy. */\nexport const three = one + two();\n"
    )


def test_a_module_that_several_import_is_put_in_once_before_the_first_of_them(toy: Toy) -> None:
    module = toy(
        {
            "toy.mjs": 'import { two } from "./two.mjs";\nimport { one } from "./one.mjs";\n'
            'import { zero } from "./one.mjs";\nexport default two + one + zero;\n',
            "one.mjs": "export const zero = 0;\nexport const one = 1;\n",
            "two.mjs": 'import { one } from "./one.mjs";\nexport const two = one + one;\n',
        }
    )
    assert bundle(module) == (
        "const zero = 0;\nconst one = 1;\nconst two = one + one;\nexport default two + one + zero;\n"
    )


def test_only_what_is_imported_is_put_in(toy: Toy) -> None:
    module = toy({"toy.mjs": "export default 1;\n", "other.mjs": "export const large = 1;\n"})
    assert bundle(module) == "export default 1;\n"


def test_a_bundle_exports_what_its_module_exports_and_no_more(toy: Toy) -> None:
    module = toy(
        {
            "toy.mjs": 'import { two } from "./two.mjs";\nexport { one } from "./two.mjs";\n'
            "export const three = two;\n",
            "two.mjs": 'export { one } from "./one.mjs";\nexport const two = 2;\n',
            "one.mjs": "export const one = 1;\n",
        }
    )
    assert bundle(module) == "const one = 1;\nconst two = 2;\nexport { one };\nexport const three = two;\n"


def test_texts_stand_where_they_were_imported_and_a_module_as_a_text_is_its_bundle(toy: Toy) -> None:
    module = toy(
        {
            "toy.mjs": 'import WORKER from "./worker.mjs" with { type: "text" };\n'
            'import STYLE from "./toy.css" with { type: "text" };\n',
            "worker.mjs": 'import { quote } from "./quote.mjs";\nexport const twice = quote + quote;\n',
            "quote.mjs": 'export const quote = "\\n";\n',
            "toy.css": "p { content: '∗'; }\n",
        }
    )
    assert bundle(module) == (
        r'const WORKER = "const quote = \"\\n\";\nexport const twice = quote + quote;\n";' + "\n"
        r"""const STYLE = "p { content: '∗'; }\n";""" + "\n"
    )


def test_documentation_stays_behind_and_other_comments_do_not(toy: Toy) -> None:
    module = toy(
        {
            "toy.mjs": "// @ts-check\n/* A toy. */\n\n/** One. */\nexport const one = 1; // the first\n"
            "/**\n * Two.\n *\n * @returns {number}\n */\nexport function two() {\n"
            "  /** @type {number} */\n  const x = /** @type {any} */ (2);\n  return x; /* so */\n}\n"
        }
    )
    assert bundle(module) == (
        "/* A toy. */\n\nexport const one = 1; // the first\nexport function two() {\n"
        "  const x = /** @type {any} */ (2);\n  return x; /* so */\n}\n"
    )


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('import { one } from "./other.mjs";', r"'\./other\.mjs' is no file in front/ that can be put in"),
        ('import { one } from "../outside.mjs";', r"'\.\./outside\.mjs' is no file in front/"),
        ('import { one } from "https://example.org/one.mjs";', r"'https://example\.org/one\.mjs' is no file"),
        ('import { one } from "one.mjs";', r"'one\.mjs' is no file"),
        ('export { one } from "./other.mjs";', r"'\./other\.mjs' is no file"),
        ('import TEXT from "./other.css" with { type: "text" };', r"'\./other\.css' is no file"),
        ('import "./one.mjs";', "only `import { … } from`, `export { … } from` and texts can be put in; found 'import"),
        ('import * as one from "./one.mjs";', r"can be put in; found 'import \* as one"),
        ('import one from "./one.mjs";', "can be put in; found 'import one"),
        ('export * from "./one.mjs";', r"can be put in; found 'export \* from"),
        ('import { one as two } from "./one.mjs";', "one.mjs exports no 'one as two'"),
        ('import { two } from "./one.mjs";', "one.mjs exports no 'two'"),
        ('import { hidden } from "./one.mjs";', "one.mjs exports no 'hidden'"),
        ('import { one } from "./one.mjs";\nconst hidden = 2;', "one.mjs has the name 'hidden' too"),
        ('import { one } from "./default.mjs";', "default.mjs: a module that others import has no default export"),
        ('import { one } from "./circle.mjs";', "import each other: toy.mjs imports circle.mjs imports toy.mjs"),
    ],
)
def test_what_cannot_be_put_in_is_refused(toy: Toy, tmp_path: Path, line: str, message: str) -> None:
    module = toy(
        {
            "toy.mjs": f"{line}\nexport default {{}};\n",
            "one.mjs": "export const one = 1;\nconst hidden = 1;\n",
            "default.mjs": "export const one = 1;\nexport default one;\n",
            "circle.mjs": 'import { x } from "./toy.mjs";\nexport const one = 1;\n',
        }
    )
    (tmp_path / "outside.mjs").write_text("export const one = 1;\n")
    with pytest.raises(ValueError, match=message):
        bundle(module)


@pytest.mark.parametrize("file", [*SCRIPTS, *HOST_SCRIPTS], ids=lambda file: file.stem)
def test_no_script_turns_text_into_markup(file: Path) -> None:
    doors = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|DOMParser|\beval\b"
    assert re.findall(doors, file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("file", [*SCRIPTS, *HOST_SCRIPTS], ids=lambda file: file.stem)
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


def test_every_public_name_is_there_and_torch_waits_until_one_is_asked_for() -> None:
    assert all(getattr(infersent, name) is not None for name in infersent.__all__)
    assert set(infersent.__all__) <= set(dir(infersent))
    code = "import sys, infersent; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
