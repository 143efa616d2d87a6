"""Every codec writes and reads grey and colour; the three accountings count what they say."""

import io

import numpy as np
import pytest
from PIL import Image
from skimage import data

from ae_core.baselines.codecs import CODECS
from ae_core.errors import UserError
from ae_core.images import grid, metrics

ALL = list(CODECS.values())
named = pytest.mark.parametrize("codec", ALL, ids=lambda codec: codec.name)


@pytest.fixture(scope="module")
def x():
    photograph = data.astronaut()
    return np.stack([photograph[r : r + 32, c : c + 32] for r in (100, 140) for c in (180, 220, 260)])


def test_the_four_codecs_are_there():
    assert list(CODECS)[:4] == ["JPEG", "WebP", "AVIF", "JPEG 2000"]


@named
@pytest.mark.parametrize("channels", [1, 3])
def test_more_bits_buy_more_quality(codec, channels, x):
    picture = grid.mosaic(x[..., :channels])
    sizes, psnr = [], []
    for setting in (codec.qualities[1], codec.qualities[5], codec.qualities[-1]):
        file = codec.encode(picture, setting)
        x_hat = codec.decode(file, channels)
        assert x_hat.dtype == np.uint8 and x_hat.shape == picture.shape
        sizes.append(len(file))
        psnr.append(metrics.psnr(picture[None], x_hat[None])[0])
    assert sizes == sorted(sizes) and psnr == sorted(psnr)
    assert psnr[0] > 15 and psnr[-1] > 33, psnr
    assert list(codec.qualities) == sorted(set(codec.qualities)) and len(codec.qualities) >= 10


@named
def test_containers_are_counted_once(codec, x):
    shape, setting = x.shape[1:], codec.qualities[4]
    files = [codec.encode(image, setting) for image in x]
    container = codec.container_bytes(shape)
    flat = np.full(shape, 128, np.uint8)
    assert 20 < container == len(codec.encode(flat, codec.qualities[0]))
    for image, file in zip(x, files, strict=True):
        own = codec.payload_bytes(image, setting, file)
        assert 0 < own <= len(file) - container
        assert own == codec.payload_bytes(image, setting)
    assert codec.payload_bytes(flat, codec.qualities[0]) == 0
    one = len(codec.encode(grid.mosaic(x), setting))
    assert one < sum(map(len, files)), "a mosaic shares its container"


def test_jpeg_is_written_as_small_as_pillow_can(x):
    for picture in (x[0], grid.mosaic(np.concatenate([x] * 8))):
        usual = io.BytesIO()
        Image.fromarray(picture).save(usual, "JPEG", quality=14, subsampling="4:2:0", optimize=True)
        assert len(CODECS["JPEG"].encode(picture, 14)) <= len(usual.getvalue())


def test_jpeg_2000_transforms_the_colours(x):
    picture, plain = grid.mosaic(x), io.BytesIO()
    Image.fromarray(picture).save(
        plain, "JPEG2000", quality_mode="dB", quality_layers=[30], irreversible=True, no_jp2=True
    )
    assert len(CODECS["JPEG 2000"].encode(picture, 30)) < 0.8 * len(plain.getvalue())


@named
@pytest.mark.parametrize(
    "x", [np.zeros((8, 8), np.uint8), np.zeros((8, 8, 2), np.uint8), np.zeros((8, 8, 3))]
)
def test_what_is_no_picture_is_refused(codec, x):
    with pytest.raises(UserError, match="height, width"):
        codec.encode(x, codec.qualities[0])


@named
def test_damaged_files_get_a_sentence(codec, x):
    file = codec.encode(x[0], codec.qualities[-1])
    for damaged in (b"", b"no picture at all", file[: len(file) // 3]):
        with pytest.raises(UserError, match="no whole picture"):
            codec.decode(damaged)
