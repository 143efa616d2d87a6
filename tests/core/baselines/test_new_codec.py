"""A codec of images is its line in ``CODECS``, and its ink where it has one of its own."""

import zlib

import numpy as np

from ae_core.baselines.codecs import Codec
from ae_core.drawing import inks
from ae_core.evaluation import rate_peers


def test_one_more_is_measured_and_drawn_like_the_others():
    shapes = {}

    def encode(x, quality):
        shapes["last"] = x.shape
        return zlib.compress(x.tobytes(), quality)

    def decode(data, channels=None):
        return np.frombuffer(zlib.decompress(data), np.uint8).reshape(shapes["last"])

    codec = Codec("Zip", (1, 9), encode, decode)
    x = np.random.default_rng(0).integers(0, 9, (4, 8, 8, 1), np.uint8)
    (mosaic,) = rate_peers.one_file(codec, 9, x)
    assert mosaic["codec"] == "Zip" and mosaic["bits_per_image"] < 8 * 64
    assert {row["accounting"] for row in rate_peers.own_files(codec, 9, x)} == {
        "file",
        "no container",
    }
    assert inks.ink("Zip") == inks.OTHER
