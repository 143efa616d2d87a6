"""Codes in 8 bits: the ranges of the training codes, or wider ones that are counted."""

import numpy as np
import pytest

from ae_core.codec import quantise
from ae_core.evaluation import eight_bits


def decode(y):
    """Grey images of 4×4 from codes of 16 values, one a pixel."""
    return np.clip(np.rint(y), 0, 255).astype(np.uint8).reshape(len(y), 4, 4, 1)


@pytest.fixture
def known():
    return np.random.default_rng(0).uniform(100, 150, (500, 16)).astype(np.float32)


def test_images_like_the_training_ones_have_the_network_s_ranges(known):
    y = known[:40] * np.float32(0.5) + 62  # within
    found = eight_bits.stored(decode, known, decode(y), y)
    usual = quantise.fit(known)
    assert found.size == len(usual.pack(usual.quantise(y))) and found.header == 16 * 8
    assert np.abs(found.x_hat.astype(int) - decode(y)).max() <= 1


def test_a_little_beyond_is_no_reason_to_send_ranges(known):
    y = known[:40].copy()
    y[0, 0] = known[:, 0].max() + 1
    found = eight_bits.stored(decode, known, decode(y), y)
    usual = quantise.fit(known)
    assert found.size == len(usual.pack(usual.quantise(y)))


def test_images_far_from_the_training_ones_take_their_ranges_along(known):
    y = np.random.default_rng(1).uniform(0, 255, (40, 16)).astype(np.float32)
    y[:, :4] = known[:40, :4]
    found = eight_bits.stored(decode, known, decode(y), y)
    assert np.abs(found.x_hat.astype(int) - decode(y)).max() <= 1
    usual = quantise.fit(known)
    wide = usual.widened(y)
    assert found.size == len(wide.pack(wide.quantise(y))) + 2 + 12 * 8
    np.testing.assert_array_equal(wide.low[:4], usual.low[:4])
    np.testing.assert_array_equal(wide.step[:4], usual.step[:4])
