"""Fill values and pixel words: property tests."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cleanroom.pixeldata.layout import Layout


def words_of(bits: int, signed: bool, shift: int = 0) -> Layout:
    """A row of four words of 16 bits."""
    shape = (1, 1, 4, 1)
    return Layout("MONOCHROME2", *shape, False, 16, bits, bits - 1 + shift, signed, False, False)


@given(st.integers(2, 16), st.booleans(), st.floats(-5000, 5000), st.floats(0.01, 50), st.floats(-2000, 2000))
def test_the_stored_value_is_the_nearest_that_the_bits_hold(
    bits: int, signed: bool, real: float, slope: float, intercept: float
) -> None:
    value = int(words_of(bits, signed).stored_values(np.array(real), slope, intercept))
    low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
    assert low <= value <= high
    if low * slope + intercept <= real <= high * slope + intercept:
        assert abs(value * slope + intercept - real) <= slope / 2 + 1e-6


@given(st.integers(2, 16), st.booleans(), st.data())
def test_a_word_reads_back_as_its_value(bits: int, signed: bool, data: st.DataObject) -> None:
    low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
    value = data.draw(st.integers(low, high))
    word = words_of(bits, signed).word(value)
    kind = np.int16 if signed else np.uint16
    assert int(np.array([word], np.uint16).view(kind)[0]) == value
    assert words_of(bits, signed).values(np.array([word], np.uint16)).tolist() == [value]


def test_a_high_bit_above_the_stored_bits_moves_the_value_up() -> None:
    assert words_of(12, False, shift=4).word(5) == 5 << 4
