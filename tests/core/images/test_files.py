"""One reader of image files: the same pixels from every format, one sentence for each damage."""

import io
import re
import zlib

import image_files
import numpy as np
import pytest
from image_files import COLOURS, GREY
from PIL import Image

from ae_core.errors import UserError
from ae_core.images import files, ranges

WHOLE, REFUSED = image_files.whole(), image_files.refused()


@pytest.mark.parametrize("name", WHOLE)
def test_what_a_file_shows(name, tmp_path):
    content, shown = WHOLE[name]
    x = files.read(content)
    assert x.dtype == np.uint8
    if shown is None:
        assert x.shape == COLOURS.shape and abs(x.astype(int) - COLOURS).mean() < 25
    else:
        assert np.array_equal(x, shown)
    (tmp_path / "misnamed.bmp").write_bytes(content)
    assert np.array_equal(files.read(tmp_path / "misnamed.bmp"), x)


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_and_why(name):
    content, words = REFUSED[name]
    with pytest.raises(UserError, match=words) as caught:
        files.read(content)
    assert str(caught.value)[-1] == "." and "\n" not in str(caught.value)


@pytest.mark.parametrize("name", [name for name in WHOLE if name.startswith("colour")])
def test_any_damage_is_a_sentence(name):
    content, random = WHOLE[name][0], np.random.default_rng(0)
    for keep in (1, 9, 40, len(content) * 9 // 10):
        with pytest.raises(UserError):
            files.read(content[:keep])
    for _ in range(60):
        damaged = bytearray(content)
        for place in random.integers(0, len(content), 5):
            damaged[place] = random.integers(256)
        try:
            assert files.read(bytes(damaged)).ndim == 3
        except UserError as error:
            assert str(error)


def test_grey_with_transparency_is_no_colour():
    for name in ("clear-grey.png", "clear-grey-16bit.png"):
        assert files.head(WHOLE[name][0]).coloured is False


def test_what_is_there_no_more_or_no_file(tmp_path):
    for path in (tmp_path, tmp_path / "missing.png"):
        with pytest.raises(UserError, match="There is no such file"):
            files.read(path)


def test_limits(monkeypatch):
    content = image_files.file(np.zeros((300, 500), np.uint8), "png")
    assert files.read(content).shape == (300, 500, 1)
    with monkeypatch.context() as patch:
        patch.setattr(files, "LARGEST_FILE", len(content) - 1)
        with pytest.raises(UserError, match="larger than"):
            files.read(content)
    with monkeypatch.context() as patch:
        patch.setattr(files, "LARGEST_IMAGE", 300 * 500 - 1)
        with pytest.raises(UserError, match="million pixels"):
            files.read(content)


def test_a_small_file_that_claims_a_huge_image_is_not_unpacked():
    content = bytearray(image_files.file(GREY, "bmp"))
    content[18:26] = np.array([60_000, 60_000], "<i4").tobytes()
    with pytest.raises(UserError, match="more than 100 million pixels"):
        files.read(bytes(content))


def test_a_file_that_takes_too_long_is_given_up(monkeypatch):
    content = image_files.file(np.full((2000, 2000), 100, np.uint8), "jpg", progressive=True)
    scan = content.rindex(b"\xff\xda")
    endless = content[:scan] + content[scan:-2] * 10_000 + content[-2:]
    assert len(endless) < 1 << 20
    monkeypatch.setattr(files, "LONGEST_READ", 0.1)
    with pytest.raises(UserError, match="takes longer than"):
        files.read(endless)


def test_a_range_of_grey_values_can_be_given():
    deep = np.array([[0, 100, 2048, 4095, 65535]], np.uint16)
    content = image_files.file(deep, "png")
    assert files.read(content).ravel().tolist() == [0, 0, 8, 16, 255]
    assert files.read(content, (0, 4095)).ravel().tolist() == [0, 6, 128, 255, 255]
    numbers = image_files.file(np.array([[-1, 0, 0.5, 1]], np.float32), "tif")
    assert files.read(numbers, (-1, 1)).ravel().tolist() == [0, 128, 191, 255]


def test_the_transparent_value_of_16_bits_is_white():
    deep = np.array([[0, 257, 514]], np.uint16)
    content = bytearray(image_files.file(deep, "png"))
    # tRNS, before the pixels: the grey value 257 is transparent
    chunk = b"tRNS" + (257).to_bytes(2, "big")
    chunk = (2).to_bytes(4, "big") + chunk + zlib.crc32(chunk).to_bytes(4, "big")
    start = content.index(b"IDAT") - 4
    content[start:start] = chunk
    assert files.read(bytes(content), (0, 65_535)).ravel().tolist() == [0, 255, 2]


def test_12_bits_in_16_are_not_nearly_black():
    deep = np.linspace(0, 4095, 64).astype(np.uint16).reshape(8, 8)
    for suffix in ("png", "tif"):
        x = files.read(image_files.file(deep, suffix))
        assert x.min() == 0 and x.max() == 255 and (np.diff(x.ravel().astype(int)) > 0).all()
    assert (files.read(image_files.file(np.full((8, 8), 4095, np.uint16), "png")) == 16).all()


@pytest.mark.parametrize("white", [1023, 4095, 20_000, 65_535])
@pytest.mark.parametrize("plain", [False, True])
def test_the_head_of_a_pgm_says_what_is_white(plain, white):
    deep = np.linspace(0, min(white, 3000) * 0.3, 256).round().astype(">u2").reshape(16, 16)
    said, notes = f"P{2 if plain else 5} 16 16 {white}\n".encode(), {}
    pixels = " ".join(map(str, deep.ravel())).encode() if plain else deep.tobytes()
    x = files.read(said + pixels, notes=notes)
    # One of 16 bits may hold fewer: as of other files of 16 bits, the highest value is white.
    assumed = white if white < 65_535 else deep.max()
    assert np.array_equal(x[..., 0], np.rint(deep * (255 / assumed)))
    told = str(notes["values"])
    assert f"from 0 to {deep.max()}, are kept" in told and f"{assumed} became 255" in told
    seen = ranges.Values()
    files.add_values(said + pixels, 0, seen)
    assert (seen.span.low, seen.span.high) == (0, assumed)


def of_bits(x, bits):
    """A JPEG 2000 file of Pillow's whose head says other bits: the middle stays the middle."""
    content = bytearray(image_files.file(x, "jp2", irreversible=False))
    first = content.index(b"\xff\x4f\xff\x51") + 42
    for channel in range(x.shape[2] if x.ndim == 3 else 1):
        content[first + 3 * channel] = bits - 1
    return bytes(content)


def test_the_head_of_a_jpeg_2000_says_what_is_white():
    deep, notes = np.linspace(0, 1500, 1024).round().astype(np.uint16).reshape(32, 32), {}
    content = of_bits(deep + np.uint16(2**15 - 2**11), 12)
    assert np.array_equal(files.read(content, notes=notes)[..., 0], np.rint(deep * (255 / 4095)))
    assert "from 0 to 1500, are kept" in str(notes["values"])
    assert "4095 became 255" in str(notes["values"])


@pytest.mark.parametrize("white_at_zero", [False, True])
def test_the_head_of_a_tiff_of_12_bits_says_what_is_white(white_at_zero):
    deep = np.linspace(0, 900, 1024).round().astype(int)
    one, two = deep[::2], deep[1::2]
    packed = np.stack([one >> 4, (one & 15) << 4 | two >> 8, two & 255], axis=1).astype(np.uint8)
    content = image_files.tiff(1, 0 if white_at_zero else 1, side=32, bits=12)
    content = content[: -packed.size] + packed.tobytes()
    x, shown = files.read(content, notes=(notes := {})), np.rint(deep * (255 / 4095)).reshape(32, 32)
    assert np.array_equal(x[..., 0], 255 - shown if white_at_zero else shown)
    ends = ("4095 became 0", "0 became 255") if white_at_zero else ("0 became 0", "4095 became 255")
    assert all(end in str(notes["values"]) for end in ends)


@pytest.mark.parametrize("bits", [1, 2, 4, 7])
@pytest.mark.parametrize("channels", [1, 3])
def test_white_is_white_in_a_jpeg_2000_of_few_bits(bits, channels):
    random, middle = np.random.default_rng(bits), np.uint8(2**7 - 2 ** (bits - 1))
    few = random.integers(0, 2**bits, (16, 16, channels), np.uint8)
    x = files.read(of_bits((few + middle).squeeze(), bits))
    assert np.array_equal(x, np.rint(few * (255 / (2**bits - 1))))


def test_that_colours_of_a_jpeg_2000_lose_bits_is_told():
    notes = {}
    x = files.read(of_bits(COLOURS, 12), notes=notes)
    deep = COLOURS.astype(int) + 2**11 - 2**7
    assert np.abs(x - deep * (255 / 4095)).max() <= 1
    assert "up to 4095" in str(notes["colours"])
    files.read(image_files.file(COLOURS, "jp2"), notes=(usual := {}))
    assert not usual


@pytest.mark.parametrize("plain", [False, True])
def test_the_head_of_a_ppm_says_what_becomes_of_its_colours(plain):
    deep, notes = np.arange(0, 4096, 16).reshape(16, 16)[..., None].repeat(3, axis=2), {}
    pixels = " ".join(map(str, deep.ravel())).encode() if plain else deep.astype(">u2").tobytes()
    x = files.read(f"P{3 if plain else 6} 16 16 4095\n".encode() + pixels, notes=notes)
    assert np.abs(x - deep * (255 / 4095)).max() <= 0.5
    assert "up to 4095" in str(notes["colours"])


@pytest.mark.parametrize("name", WHOLE)
def test_what_changed_an_image_is_told_and_changes_nothing_more(name):
    content, notes = WHOLE[name][0], {}
    assert np.array_equal(files.read(content, notes=notes), files.read(content))
    deep = any(word in name for word in ("16bit", "float", "minus-1-to-1", "white-is-0", "signed"))
    told = {"colours" if re.match("clear|planes", name) else "values"} if deep else set()
    told |= {"clear"} if name.startswith(("clear", "palette")) else set()
    assert set(notes) == told


def test_the_words_for_what_changed_an_image():
    def told(content):
        files.read(content, notes=(notes := {}))
        return [str(said) for said in notes.values()]

    deep = np.linspace(12, 4003, 64).astype(np.uint16).reshape(8, 8)
    (said,) = told(image_files.file(deep, "png"))
    assert "from 12 to 4003, are kept in 8: 12 became 0, 4003 became 255" in said
    (said,) = told(image_files.white_at_zero(image_files.file(deep, "tif")))
    assert "from 12 to 4003, are kept in 8: 4003 became 0, 12 became 255" in said
    pairs = np.dstack([deep, np.full_like(deep, 65535)])
    assert told(image_files.clear_grey_png(pairs)) == [
        "Of the 16 bits of its greys the upper 8 are kept."
    ]
    solid = np.dstack([COLOURS, np.full(COLOURS.shape[:2], 255, np.uint8)])
    assert told(image_files.file(solid, "png")) == []  # a channel for it, and nothing in it
    drawn = np.full((8, 8, 4), 255, np.uint8)
    drawn[:4, :, 3] = 0
    assert told(image_files.file(drawn, "png")) == [files.ON_BLACK]
    for order in "<>":
        assert told(image_files.tiff(3, 2, order)) == [
            "Of the 16 bits of its colours the upper 8 are kept."
        ]
    deep_colours = b"P6 4 4 4095\n" + np.arange(48, dtype=">u2").tobytes()
    assert told(deep_colours) == ["Its colours, up to 4095, are kept in 8 bits: that became 255."]
    assert told(b"P6 4 4 255\n" + bytes(48)) == []
    pages = [Image.fromarray(np.full((6, 9), 40 * i, np.uint8)) for i in range(5)]
    for suffix in ("tif", "gif"):
        content = image_files.file(pages[0], suffix, save_all=True, append_images=pages[1:])
        assert told(content) == ["It has 5 pages or moments: the first one is taken."]


def test_pages_and_what_a_file_says_of_itself():
    pages = [Image.fromarray(np.full((6, 9), 40 * i, np.uint8)) for i in range(5)]
    for suffix, animated in (("tif", False), ("gif", True)):
        content = image_files.file(pages[0], suffix, save_all=True, append_images=pages[1:])
        head = files.head(content)
        assert (head.width, head.height, head.pages, head.animated) == (9, 6, 5, animated)
        assert [int(files.read(content, page=i).mean()) for i in range(5)] == [0, 40, 80, 120, 160]
    turned = files.head(image_files.file(COLOURS[:20], "png", exif=image_files.exif(6)))
    assert (turned.width, turned.height, turned.coloured, turned.deep) == (20, 32, True, "")


def test_the_kind_of_number_and_its_sign():
    def grey(kind):
        return image_files.file(np.array([[0, 1, 2]], kind), "tif")

    kinds = {"u1": "", "u2": "16", "i4": "32", "f4": "float"}
    assert {kind: files.head(grey(kind)).deep for kind in kinds} == kinds
    assert files.head(b"P5 1 1 4095 \0\1").deep == "16"
    signed = image_files.file(np.array([[-500, 100, 500]], np.int32), "tif")
    assert files.read(signed).ravel().tolist() == [0, 153, 255]


@pytest.mark.parametrize("shape", [(8, 8, 3), (8, 8, 1), (6, 12, 3)])
def test_the_middle_is_fitted(shape):
    x = np.zeros((8, 14, 3), np.uint8)
    x[:, 3:11] = COLOURS[:8, :8]
    fitted = files.fit(x, shape)
    assert fitted.shape == shape and fitted.dtype == np.uint8
    if shape == (8, 8, 3):
        assert np.array_equal(fitted, x[:, 3:11])
    assert np.array_equal(files.fit(x[..., :1], (8, 8, 3)), np.repeat(x[:, 3:11, :1], 3, axis=2))


def test_png_is_exact():
    for x in (GREY, COLOURS):
        for content in (files.png(x), files.png(x, 0)):
            assert np.array_equal(np.asarray(Image.open(io.BytesIO(content))), x.squeeze())
        assert files.data_uri(x).startswith("data:image/png;base64,iVBORw0KGgo")


def test_the_quick_png_has_the_same_pixels_as_the_other():
    random = np.random.default_rng(0)
    for shape in ((1, 1, 1), (1, 9, 3), (9, 1, 3), (5, 7, 1), (30, 44, 3)):
        x = random.integers(0, 256, shape, np.uint8).repeat(3, axis=0).repeat(3, axis=1)
        for content in (files.quick_png(x), files.png(x)):
            assert np.array_equal(files.read(content), x)
            with Image.open(io.BytesIO(content)) as image:
                image.load()
                assert image.format == "PNG" and image.mode == ("L" if shape[2] == 1 else "RGB")


@pytest.mark.parametrize(
    ("name", "words"),
    [("a.tfrecord", "TensorFlow's records"), ("old.dcm", "is DICOM"), ("a.bin", "no image that can")],
)
def test_a_name_tells_what_a_file_does_not_say(name, words, tmp_path):
    (tmp_path / name).write_bytes(bytes(200))
    with pytest.raises(UserError, match=words):
        files.read(tmp_path / name)
    with pytest.raises(UserError, match=words):
        files.head(bytes(200), name)
