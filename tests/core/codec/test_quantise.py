"""The simple quantiser: within half a step, real bytes, constant positions, damaged streams."""

import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from ae_core.codec import quantise
from ae_core.errors import UserError


def _codes(images=200, seed=0):
    """ReLU codes: different ranges at each position, many zeros, one position always the same."""
    random = np.random.default_rng(seed)
    y = random.normal(0, np.geomspace(0.01, 100, 12), (images, 12)).clip(0)
    y[:, 5] = 3.25
    return y.astype(np.float32).reshape(images, 2, 2, 3)


def test_there_and_back():
    y = _codes()
    quantiser = quantise.fit(y)
    indices = quantiser.quantise(y)
    assert indices.dtype == np.uint8 and indices.shape == y.shape
    stream = quantiser.pack(indices)
    assert isinstance(stream, bytes) and len(stream) < y.size  # less than a byte a value
    np.testing.assert_array_equal(quantiser.unpack(stream, len(y)), indices)
    by_position = np.stack([indices[:, r, c, k] for r in (0, 1) for c in (0, 1) for k in (0, 1, 2)])
    assert zlib.decompress(stream) == by_position.tobytes()
    assert stream == zlib.compress(by_position.tobytes(), 9)  # the bytes counted are the fewest
    y_hat = quantiser.dequantise(indices)
    assert y_hat.dtype == np.float32
    assert (np.abs(y_hat - y) <= 0.5001 * quantiser.step + 1e-6).all()
    np.testing.assert_array_equal(y_hat[:, 0, 1, 2], y[:, 0, 1, 2])  # the constant position
    assert quantiser.header_bytes == 12 * 8


def test_codes_outside_the_range_go_to_its_ends():
    quantiser = quantise.fit(np.array([[0.0], [1.0]], np.float32))
    indices = quantiser.quantise(np.array([[-5.0], [9.0]], np.float32))
    assert indices.ravel().tolist() == [0, 255]
    constant = quantise.fit(np.ones((3, 4), np.float32))
    assert constant.dequantise(constant.quantise(np.full((2, 4), 8.0))).tolist() == [[1.0] * 4] * 2


@given(
    st_numpy.arrays(
        np.float32,
        st.tuples(st.integers(1, 5), st.integers(1, 7)),
        elements=st.floats(-1e6, 1e6, width=32),
    )
)
def test_any_code_comes_back(y):
    quantiser = quantise.fit(y)
    indices = quantiser.quantise(y)
    np.testing.assert_array_equal(quantiser.unpack(quantiser.pack(indices), len(y)), indices)
    tolerance = 0.51 * quantiser.step + 1e-6 * np.abs(y).max()
    assert (np.abs(quantiser.dequantise(indices) - y) <= tolerance).all()


def test_damaged_streams_are_refused():
    y = _codes()
    quantiser = quantise.fit(y)
    stream = quantiser.pack(quantiser.quantise(y))
    for bad in (stream[:-2], stream[:-9], stream[:10], b"", b"not deflated", stream + b"x"):
        with pytest.raises(UserError, match="damaged"):
            quantiser.unpack(bad, len(y))
    with pytest.raises(UserError, match="199 × 12"):
        quantiser.unpack(stream, len(y) - 1)
    with pytest.raises(UserError, match="201 × 12"):
        quantiser.unpack(stream, len(y) + 1)


def test_wrong_codes_get_a_sentence():
    quantiser = quantise.fit(_codes())
    with pytest.raises(UserError, match="2, 2, 3"):
        quantiser.quantise(np.zeros((4, 12), np.float32))
    with pytest.raises(UserError, match="NaN"):
        quantiser.quantise(np.full((1, 2, 2, 3), np.nan))
    with pytest.raises(UserError, match="floating"):
        quantise.fit(np.zeros((4, 12), np.uint8))
    with pytest.raises(UserError, match="at least one"):
        quantise.fit(np.zeros((0, 12), np.float32))
    with pytest.raises(UserError, match="uint8"):
        quantiser.dequantise(np.zeros((1, 2, 2, 3)))
