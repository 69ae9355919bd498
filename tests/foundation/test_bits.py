"""Packed yes and no: they come back, and a text of another length is not taken."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from infersent.foundation.bits import pack_bits, unpack_bits


@given(npst.arrays(bool, st.integers(0, 100)))
def test_bits_come_back(values):
    assert unpack_bits(pack_bits(values), len(values)).tolist() == values.tolist()


def test_a_text_of_another_length_is_refused():
    with pytest.raises(ValueError, match="16 bits, not 17"):
        unpack_bits(pack_bits(np.ones(16, dtype=bool)), 17)
