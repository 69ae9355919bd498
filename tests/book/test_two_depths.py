"""The folds of code and proofs, as they are named at build time."""

import pytest

from book._ext.two_depths import label_of, marked_up


@pytest.mark.parametrize(
    ("code", "label"),
    [
        ("x = 1", "Code"),
        ("x = 1\n# The second line says nothing.", "Code"),
        ("# How alike are states?\nx = 1", "Code: how alike are states?"),
        ("\n# SNLI's pairs, drawn anew.\n# And more.\nx = 1", "Code: SNLI's pairs, drawn anew"),
        ("# What a summary\n# says:\nx = 1", "Code: what a summary says"),
        ("#", "Code"),
    ],
)
def test_a_fold_is_called_by_the_comment_that_its_code_begins_with(code, label):
    assert label_of(code) == label


def test_code_in_a_folds_name_is_set_as_code():
    assert marked_up("Code: `u` less than `v` & more") == "Code: <code>u</code> less than <code>v</code> &amp; more"
