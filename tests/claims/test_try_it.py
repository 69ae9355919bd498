"""What "Try it" says of the model that the page runs."""

from __future__ import annotations

from functools import partial

from infersent.foundation.recorded import load_record
from infersent.widgets.page_model import BITS, shipped_file
from tests.claims.prose import says

says = partial(says, "inside/try-it")


def test_how_large_the_file_is() -> None:
    megabytes = shipped_file().stat().st_size / 1e6
    assert 3.5 < megabytes <= 4
    says("about four megabytes, once")
    assert BITS == 11
    says("eleven bits a number instead of thirty-two")


def test_how_good_the_model_is() -> None:
    says(f"a model that is right on {load_record('laptop')['test']['accuracy']:.0%} of SNLI's test pairs")
    assert load_record("laptop")["test"]["accuracy"] == load_record("evidence")["accuracy"]
