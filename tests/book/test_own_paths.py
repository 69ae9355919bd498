"""The API pages show no path of the machine that built them."""

from pathlib import Path

import own_paths

from infersent.foundation.recorded import FOLDER


def test_a_path_of_the_package_begins_with_the_package():
    assert own_paths.from_the_package(repr(FOLDER)) == "Path('infersent/recorded')"
    assert (
        own_paths.from_the_package(f"path={FOLDER / 'x.json'!r}, n=2") == "path=Path('infersent/recorded/x.json'), n=2"
    )


def test_another_path_stays():
    assert own_paths.from_the_package(repr(Path("/tmp/x"))) == repr(Path("/tmp/x"))
