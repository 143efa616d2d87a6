"""Images to a file and back: exact, any size, each alone, and bad input in one sentence."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny_codec import TinyNetwork

from ae_core.codec import archive, container, targets
from ae_core.errors import UserError

ROOT = Path(__file__).resolve().parents[3]
NETWORK = TinyNetwork()


def pictures(sizes, channels=3, seed=0):
    random = np.random.default_rng(seed)
    return [random.integers(90, 170, (h, w, channels)).astype(np.uint8) for h, w in sizes]


def same(found, expected):
    return len(found) == len(expected) and all(
        a.dtype == np.uint8 and a.shape == b.shape and (a == b).all()
        for a, b in zip(found, expected, strict=True)
    )


@given(
    sizes=st.lists(st.tuples(st.integers(1, 15), st.integers(1, 15)), min_size=1, max_size=8),
    channels=st.sampled_from([1, 3]),
    level=st.integers(0, 255),
    group=st.one_of(st.none(), st.integers(1, 10)),
    seed=st.integers(0, 99),
)
def test_the_decoder_shows_what_the_encoder_saw(sizes, channels, level, group, seed):
    x = pictures(sizes, channels, seed)
    made = archive.write(x, NETWORK, level, group)
    found = archive.decompress(made.data, NETWORK)
    assert same(found, made.pictures) and found.exact is True
    assert archive.compress(x, NETWORK, level, group) == made.data
    only = seed % len(x)
    alone = archive.decompress(made.data, NETWORK, only=only)
    assert same(alone, found[only : only + 1])
    assert alone.exact is (None if group is not None and group < len(x) else True)
    if level == 255:
        assert same(found, x)


def test_more_tiles_than_a_batch():
    x = pictures([(200, 130), (4, 4), (90, 100)])  # 1650, 1 and 575 tiles of 4x4
    for group in (None, 1, 2):
        data = archive.compress(x, NETWORK, 255, group)
        assert same(archive.decompress(data, NETWORK), x)
        assert same(archive.decompress(data, NETWORK, only=2), x[2:])


def test_one_picture_is_decoded_without_the_other_groups(monkeypatch):
    x = pictures([(4, 4)] * 30)
    data = archive.compress(x, NETWORK, 255, group=3)
    asked = []
    monkeypatch.setattr(
        TinyNetwork,
        "decode",
        lambda self, q, rate, old=TinyNetwork.decode: asked.append(len(q)) or old(self, q, rate),
    )
    assert same(archive.decompress(data, NETWORK, only=16), x[16:17])
    assert asked == [3]


def test_a_file_says_what_it_holds():
    x = pictures([(8, 4)] * 134)
    data = archive.compress(x, NETWORK, 90, group=100)
    about = archive.inspect(data)
    assert about["pictures"] == 134 and about["sizes"] == [[8, 4]] and about["channels"] == 3
    assert about["level"] == 90 and about["group"] == 100 and about["streams"] == 2
    assert about["network"] == NETWORK.fingerprint.hex()
    assert about["bytes"] == len(data) == about["stream_bytes"] + about["header_bytes"]
    assert about["bits_per_picture"] == len(data) * 8 / 134
    assert about["bits_per_pixel"] == len(data) * 8 / (134 * 32)
    assert about["ratio"] == 134 * 96 / len(data)


def test_other_pixels_than_the_encoders_are_told():
    x = pictures([(4, 4)] * 3)
    made = archive.write(x, NETWORK, 100)

    class Elsewhere(TinyNetwork):
        def decode(self, y, rate):
            x_hat = super().decode(y, rate)
            x_hat[1, 2, 2, 0] ^= 1
            return x_hat

    found = archive.decompress(made.data, Elsewhere())
    assert found.exact is False and not same(found, made.pictures)


def test_another_process_shows_the_same_pixels():
    made = archive.write(pictures([(9, 6), (3, 3)]), NETWORK, 60)
    code = (
        "import sys; sys.path.insert(0, 'tests/core')\n"
        "from tiny_codec import TinyNetwork\nfrom ae_core.codec import archive\n"
        "found = archive.decompress(bytes.fromhex(sys.argv[1]), TinyNetwork())\n"
        "print(found.exact, b''.join(x.tobytes() for x in found).hex())"
    )
    words = [sys.executable, "-c", code, made.data.hex()]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    pixels = b"".join(x.tobytes() for x in made.pictures).hex()
    assert done.stdout.split() == ["True", pixels]


def test_every_damaged_byte_of_a_file_is_refused():
    data = archive.compress(pictures([(4, 4), (5, 9)]), NETWORK, 40, group=1)
    damaged = [data[:n] for n in range(len(data))]
    damaged += [data[:i] + bytes([data[i] ^ 255]) + data[i + 1 :] for i in range(len(data))]
    for one in damaged:
        for read in (archive.inspect, lambda d: archive.decompress(d, NETWORK)):
            with pytest.raises(UserError):
                read(one)


def test_a_stream_exchanged_under_a_right_checksum_is_refused_or_told():
    x = pictures([(4, 4)] * 4)
    header, (stream,) = container.unpack(archive.compress(x, NETWORK, 200))
    for other in (b"", stream[:-2], stream + b"\1", bytes(len(stream) - 1) + b"\1", stream[::-1]):
        try:
            found = archive.decompress(container.pack(header, [other]), NETWORK)
        except UserError as error:
            assert "damaged" in str(error)
        else:
            assert found.exact is False


def test_a_few_bytes_that_promise_thousands_of_images_are_refused_at_once(monkeypatch):
    network = TinyNetwork()
    monkeypatch.setattr(network, "decode", None)  # nothing is decoded
    sizes = ((4, 4),) * 12_000
    data = container.pack(container.Header(network.fingerprint, 0, 0, 3, sizes, 12_000), [b""])
    assert len(data) < 40
    with pytest.raises(UserError, match="more images than its bytes can hold"):
        archive.decompress(data, network)


def test_another_network_is_named():
    data = archive.compress(pictures([(4, 4)]), NETWORK, 40)
    other = TinyNetwork(seed=5)
    with pytest.raises(UserError) as caught:
        archive.decompress(data, other)
    assert NETWORK.fingerprint.hex() in str(caught.value)
    assert other.fingerprint.hex() in str(caught.value)


def test_many_small_pictures_that_fill_too_many_tiles_are_refused(monkeypatch):
    data = archive.compress(pictures([(1, 1)] * 40), NETWORK, 40)
    monkeypatch.setattr(container, "MOST_PIXELS", 40 * 16 // 2 - 1)
    for use in (
        lambda: archive.decompress(data, NETWORK),
        lambda: archive.compress(pictures([(1, 1)] * 40), NETWORK, 40),
    ):
        with pytest.raises(UserError, match="whole tiles"):
            use()


@pytest.mark.parametrize(
    "x, words",
    [
        ([], "no images"),
        ([np.zeros((4, 4), np.uint8)], "uint8 of shape"),
        ([np.zeros((4, 4, 3))], "uint8 of shape"),
        ([np.zeros((0, 4, 3), np.uint8)], "not empty"),
        (["a.png"], "uint8 of shape"),
        ([np.zeros((4, 4, 4), np.uint8)], "not 4"),
        ([np.zeros((4, 4, 1), np.uint8), np.zeros((4, 4, 3), np.uint8)], "into one file together"),
    ],
)
def test_pictures_that_cannot_be_are_refused(x, words):
    with pytest.raises(UserError, match=words):
        archive.compress(x, NETWORK, 0)


def test_choices_that_cannot_be_are_refused():
    x = pictures([(4, 4)] * 2)
    for level in (-1, 256, 1.5):
        with pytest.raises(UserError, match="0 to 255"):
            archive.compress(x, NETWORK, level)
    for group in (0, -3, 1.5, True):
        with pytest.raises(UserError, match="1 or more"):
            archive.compress(x, NETWORK, 9, group)
    data = archive.compress(x, NETWORK, 9)
    for only in (-1, 2):
        with pytest.raises(UserError, match="0 to 1"):
            archive.decompress(data, NETWORK, only)


def test_a_number_of_bytes_is_kept_and_used():
    x = pictures([(12, 8)] * 20)
    sizes = [len(archive.compress(x, NETWORK, level)) for level in range(256)]
    for most in (sizes[0], sizes[128], sizes[128] + 1, sizes[255] + 100):
        made, level = targets.for_bytes(x, NETWORK, most)
        assert len(made.data) <= most and made.data == archive.compress(x, NETWORK, level)
        assert level == 255 or sizes[level + 1] > most
    with pytest.raises(UserError, match="The smallest file of these images has"):
        targets.for_bytes(x, NETWORK, min(sizes) - 1)


def test_a_quality_is_reached_with_few_bytes():
    x = pictures([(12, 8)] * 20)
    for least in (20, 35.5, 60):
        made, level = targets.for_psnr(x, NETWORK, least, group=7)
        assert targets.psnr(x, made.pictures) >= least
        lower = archive.write(x, NETWORK, level - 1).pictures if level else None
        assert lower is None or targets.psnr(x, lower) < least
        assert archive.inspect(made.data)["group"] == 7

    class Poor(TinyNetwork):
        def decode(self, y, rate):
            return super().decode(y, min(rate, 100))

    with pytest.raises(UserError, match="reaches .* dB"):
        targets.for_psnr(x, Poor(), 60)


def test_psnr_is_that_of_all_values_together():
    x = [np.zeros((2, 2, 1), np.uint8), np.zeros((1, 4, 1), np.uint8)]
    shown = [x[0] + np.uint8(4), x[1]]
    assert targets.psnr(x, shown) == pytest.approx(10 * np.log10(255**2 / 8))
    assert targets.psnr(x, x) == float("inf")
