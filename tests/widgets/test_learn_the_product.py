"""The widget of the recorded curves: its points are the record's, and only whole sliders are offered."""

import re
from dataclasses import replace

import numpy as np
import pytest
import traitlets

from infersent.study.dot_product.learner import Learner, Result
from infersent.study.dot_product.runs import results
from infersent.study.dot_product.task import NOISE
from infersent.widgets import LearnTheProduct
from infersent.widgets.learn_the_product import points


def result(dim, width, samples, clean=0.3, seed=0):
    blocks = ("u", "v") if width else ("u*v",)
    spec = Learner(dim, samples, width, 2 if width else 0, blocks, seed)
    return Result(spec, "ok", 0.9, clean, 0.4, None, 0, 0.0, 1.0)


def test_points_are_the_means_of_the_record():
    widget = LearnTheProduct()
    for point in widget.curves:
        blocks, depth = (("u", "v"), 2) if point["width"] else (("u*v",), 0)
        place = {"dim": point["dim"], "width": point["width"], "samples": point["samples"]}
        same = [
            r.explained
            for r in results()
            if (r.spec.blocks, r.spec.depth, r.spec.noise) == (blocks, depth, NOISE)
            and {name: getattr(r.spec, name) for name in place} == place
        ]
        assert len(same) > 1
        assert point["mean"] == pytest.approx(np.mean(same), abs=1e-4)
        assert point["low"] <= point["mean"] <= point["high"]


def test_every_setting_that_is_offered_has_a_point():
    shown = LearnTheProduct().curves
    dims, widths, samples = ({point[name] for point in shown} for name in ("dim", "width", "samples"))
    assert 0 in widths
    assert min(len(dims), len(widths) - 1, len(samples)) >= 2
    assert len(shown) == len(dims) * len(widths) * len(samples)


def test_what_some_dimension_lacks_is_not_offered():
    recorded = [result(dim, width, samples) for dim in (2, 4) for width in (0, 1, 2) for samples in (10, 20)]
    recorded += [result(2, 4, 10), result(4, 1, 40), result(8, 0, 10), result(8, 1, 10)]
    found = points(recorded)
    assert {(p["dim"], p["width"], p["samples"]) for p in found} == {
        (dim, width, samples) for dim in (2, 4) for width in (0, 1, 2) for samples in (10, 20)
    }


def test_runs_that_failed_are_left_out():
    recorded = [result(2, width, samples, seed=seed) for width in (0, 1, 2) for samples in (10, 20) for seed in (0, 1)]
    failed = Result(Learner(2, 10, 1, 2, seed=2), "diverged", None, None, None, None, 0, 0.0, 1.0)
    assert points([*recorded, failed]) == points(recorded)


def test_learners_without_noise_are_left_out():
    recorded = [result(2, width, samples, seed=seed) for width in (0, 1, 2) for samples in (10, 20) for seed in (0, 1)]
    clean = [replace(one, spec=replace(one.spec, noise=0.0), clean=0.0) for one in recorded]
    assert points([*recorded, *clean]) == points(recorded) != []


@pytest.mark.parametrize("setting", [{"dim": 3}, {"width": 0}, {"width": 3}, {"samples": 1000}])
def test_a_setting_without_a_record_is_refused(setting):
    ((name, value),) = setting.items()
    with pytest.raises(traitlets.TraitError, match=rf"no network with {name}={value}; it has {name}=\["):
        LearnTheProduct(**setting)


def test_the_fallback_shows_both_learners():
    widget = LearnTheProduct()
    cells = re.findall(r"<td>(.*?)</td>", widget.fallback_html())
    network, given = widget.point(widget.width), widget.point(0)
    assert cells == [f"{network['parameters']:,}", f"{100 * network['mean']:.1f}%", str(given["parameters"]),
                     f"{100 * given['mean']:.1f}%"]  # fmt: skip
