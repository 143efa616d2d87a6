"""Photographs to bytes and back: any size, no seam, any quality, the same on every machine."""

import itertools

import numpy as np
import pytest
from skimage import data as photographs

from ae_core.baselines.codecs import CODECS
from ae_core.codec import archive, container, photo, targets
from ae_core.codec.photo import coder, contexts, scales, sharpen, wavelet
from ae_core.errors import UserError

CODEC = photo.load()
LARGEST_EXACT = 1 << 24  # whole numbers that float32 holds


def picture(height, width, channels=3, seed=0):
    """A picture with edges, slopes and noise."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width]
    shape = 60 * np.sin(x / 9 + y / 23) + 40 * (x + 2 * y > height) + 80
    x = shape[..., None] + random.normal(0, 6, (height, width, channels)) + np.arange(channels) * 20
    return np.clip(x, 0, 255).astype(np.uint8)


def astronaut(side=256):
    return photographs.astronaut()[100 : 100 + side, 100 : 100 + side]


def quality(x, x_hat):
    return targets.psnr([x], [x_hat])


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (129, 1), (37, 53), (16, 64), (65, 66)])
@pytest.mark.parametrize("channels", [pytest.param(1, marks=pytest.mark.long), 3])
def test_pictures_of_any_size_come_back_as_the_encoder_saw_them(size, channels):
    x = [picture(*size, channels), picture(*size[::-1], channels, seed=1)]
    for level in (0, 140, 255):
        made = archive.write(x, CODEC, level)
        found = archive.decompress(made.data, CODEC)
        assert found.exact is True
        for shown, back, original in zip(made.pictures, found, x, strict=True):
            assert back.dtype == np.uint8 and back.shape == original.shape
            assert np.array_equal(back, shown)
        (alone,) = archive.decompress(made.data, CODEC, only=1)
        assert np.array_equal(alone, found[1])


def test_there_is_no_ceiling():
    x = astronaut()
    reached = [quality(x, archive.write([x], CODEC, level).pictures[0]) for level in (60, 180, 255)]
    assert reached == sorted(reached) and reached[1] > 42 and reached[2] > 50
    harsh = np.random.default_rng(0).choice([0, 255], (61, 40, 3)).astype(np.uint8)
    assert quality(harsh, archive.write([harsh], CODEC, 255).pictures[0]) > 48


@pytest.mark.parametrize("level", [20, 70, 120])
def test_there_are_no_seams(level):
    x = astronaut(512 - 100)
    error = archive.write([x], CODEC, level).pictures[0].astype(float) - x
    for axis in (0, 1):
        across = np.abs(np.diff(error, axis=axis)).mean(axis=(1 - axis, 2))
        for block in (8, 16, 32, sharpen.STRIPE):
            at = np.arange(block - 1, len(across), block)
            beside = np.delete(across, at)
            spread = beside.std() / np.sqrt(len(at))
            assert abs(across[at].mean() - beside.mean()) < 4 * spread + 0.02 * beside.mean()


def test_stripes_give_what_one_pass_gives_bit_for_bit():
    x, step = astronaut(151), np.float32(30)
    whole = CODEC.sharpener(x, 100, step, stripe=1 << 20)
    assert not np.array_equal(whole, x)
    for stripe in (1, 16, 50, 64):
        assert np.array_equal(CODEC.sharpener(x, 100, step, stripe), whole)


def test_the_transform_is_undone_and_keeps_lengths():
    x = picture(77, 130).astype(np.float32)[..., 0]
    bands, low = wavelet.forward(x)
    found, low_shape = wavelet.shapes(*x.shape)
    assert [tuple(band.shape for band in depth) for depth in bands] == found
    assert low.shape == low_shape
    assert np.abs(wavelet.inverse(bands, low) - x).max() < 0.01
    x = x[:64, :128]  # halved to the end without a rest
    bands, low = wavelet.forward(x)
    length = sum(float((band**2).sum()) for depth in bands for band in depth) + (low**2).sum()
    assert length == pytest.approx((x**2).sum(), rel=0.1)


def test_no_sum_of_the_networks_is_beyond_what_is_exact():
    for net in range(contexts.NETS):
        s = CODEC.scales
        sums = np.abs(s.first[net]).sum(axis=0) * 255 + np.abs(s.level[net]) * 255
        sums = sums + np.abs(s.bias[net]).max(axis=0)
        assert sums.max() < LARGEST_EXACT
        sums = np.abs(s.second[net]).sum(axis=0) * 255 + np.abs(s.second_bias[net])
        assert sums.max() < LARGEST_EXACT
        assert np.abs(s.last[net]).sum() * 255 + abs(s.last_bias[net]) < LARGEST_EXACT
    largest = 4 * 255 * 2  # difference of two values of red - 2 green + blue
    for filters in CODEC.sharpener.filters:
        assert np.abs(filters).sum(axis=-1).max() * largest < LARGEST_EXACT
    assert sharpen.MOST * largest <= 1 << 24  # of filters that are fitted anew
    assert (CODEC.scales.tables > 0).all()
    assert (CODEC.scales.tables.sum(axis=1) == 1 << 24).all()


@pytest.mark.parametrize("step", [4, 10, 40])
@pytest.mark.parametrize("slope", [2, 3, 5, 8, 14, 30])
def test_a_slope_is_as_strong_as_its_square_in_steps_says(step, slope):
    ramp = np.tile(3 * slope * np.arange(16, dtype=np.float32), (16, 1))  # of three equal colours
    strengths = sharpen.kinds(ramp, np.float32(step)) // (sharpen.COHERENCES * sharpen.DIRECTIONS)
    # Three colours with this slope: its square, three times; the slope of one pixel, not of two.
    expected = sum(3 * slope**2 >= bound * step**2 for bound in sharpen.STRENGTHS)
    assert np.unique(strengths).tolist() == [expected]


def test_what_is_expected_hangs_on_nothing_that_is_written_later():
    shapes, _ = wavelet.shapes(40, 50)
    steps = list(contexts.steps(len(shapes), 3))
    random, seen = np.random.default_rng(0), contexts.Magnitudes(shapes, 3)
    full = contexts.Magnitudes(shapes, 3)
    values = [random.integers(1, 9, (full.rows(s), full.columns(s))) for s in steps]
    for step, q in zip(steps, values, strict=True):
        full.tell(step, 0, q)
    for step, q in zip(steps, values, strict=True):
        rows = seen.rows(step)
        assert np.array_equal(seen.around(step, 0, rows), full.around(step, 0, rows))
        seen.tell(step, 0, q)


def test_damaged_files_are_refused_in_one_sentence():
    data = archive.compress([picture(40, 60)], CODEC, 100)
    for wrong in (data[:-1], data[:40], data[:60] + b"\0" + data[61:]):
        with pytest.raises(UserError):
            archive.decompress(wrong, CODEC)
    header, streams = container.unpack(data)
    random = np.random.default_rng(0)
    for _ in range(20):  # the checksum is right, the stream is none
        stream = random.bytes(random.integers(0, 2 * len(streams[0])))
        try:
            found = archive.decompress(container.pack(header, [stream]), CODEC)
            assert found[0].shape == (40, 60, 3) and found.exact is False
        except UserError:
            pass


def test_a_few_bytes_do_not_promise_a_picture_too_large_for_the_memory():
    header, streams = container.unpack(archive.compress([picture(8, 8)], CODEC, 0))
    huge = container.Header(
        header.fingerprint, 0, 0, 3, ((1 << 14, 1 << 13),), 1, container.WHOLE_PICTURES
    )
    with pytest.raises(UserError, match="pixels together"):
        archive.decompress(container.pack(huge, streams), CODEC)


@pytest.mark.parametrize(
    ("size", "stream"),
    [
        ((1, 1), b""),
        ((100, 100), b""),
        ((2048, 2048), bytes(150)),
        ((8192, 8192), b"\x12\x34" * 75),
    ],
)
def test_fewer_bytes_than_a_picture_needs_are_refused_at_once(size, stream, monkeypatch):
    monkeypatch.setattr(contexts, "Magnitudes", None)  # nothing is made for its details
    for level in (0, 255):
        header = container.Header(CODEC.fingerprint, 0, level, 3, (size,), 1, 2)
        with pytest.raises(UserError, match="damaged"):
            archive.decompress(container.pack(header, [stream]), CODEC)


def test_a_stream_that_ends_before_its_picture_is_read_no_further(monkeypatch):
    seen, around = [], contexts.Magnitudes.around
    monkeypatch.setattr(contexts.Magnitudes, "around", lambda *at: seen.append(at) or around(*at))
    stream = np.random.default_rng(0).bytes(400)
    header = container.Header(CODEC.fingerprint, 0, 255, 3, ((1024, 1024),), 1, 2)
    with pytest.raises(UserError, match="damaged"):
        archive.decompress(container.pack(header, [stream]), CODEC)
    assert len(seen) < 200  # parts of the few coarsest bands


@pytest.mark.parametrize("side", [1, 2, 3, 4, 5, 8, 160, 256])
def test_pictures_without_details_take_few_bytes_and_are_read(side):
    for channels, value in itertools.product((1, 3), (0, 128, 255)):
        x = np.full((side, side, channels), value, np.uint8)
        made = archive.write([x], CODEC, 0)
        assert archive.decompress(made.data, CODEC).exact


def test_no_picture_has_as_many_pixels_a_byte_as_are_refused():
    bits = -np.log2(CODEC.scales.tables[:, scales.REACH] / scales.TOTAL)  # of a zero
    for level in range(256):
        spent = 0.0  # a pixel, where all that was written before is zero
        for net, depth in itertools.product(range(contexts.NETS // 3), range(scales.DEPTHS)):
            around = np.zeros((len(contexts.neighbours(net)), 1), np.float32)
            (kind,) = CODEC.scales.classes(around, net, depth, level)
            spent += bits[kind] / len(contexts.PASSES) / 4 ** (depth + 1)
        assert 2 * 8 / spent < coder.PIXELS_A_BYTE


def test_a_photograph_needs_fewer_bytes_than_jpeg_and_webp():
    x = astronaut(192)
    made = [archive.write([x], CODEC, level) for level in range(30, 180, 30)]
    reached = [quality(x, one.pictures[0]) for one in made]
    sizes = np.log([len(one.data) for one in made])
    for name in ("JPEG", "WebP"):
        codec = CODECS[name]
        for setting in (20, 50, 78):
            theirs = codec.encode(x, setting)
            level = quality(x, codec.decode(theirs, 3))
            assert np.exp(np.interp(level, reached, sizes)) < len(theirs), (name, setting)
