"""TIFF as programs of science write it, against the arrays that were written."""

import struct

import image_files
import numpy as np
import pytest
from image_files import COLOURS, GREY, SOLID, written

from ae_core.errors import UserError
from ae_core.images import files

KINDS = {  # kind of number -> what black and white are
    "u1": (0, 255),
    "i1": (-128, 127),
    "u2": (0, 65_535),
    "i2": (-32_640, 32_640),
    "u4": (0, 255 * (2**24 + 1)),
    "i4": (-255 * 2**22, 255 * 2**22),
    "f4": (0, 1),
    "f8": (0, 1),
}
LAYOUTS = ({}, {"rowsperstrip": 5}, {"tile": (16, 16)}, {"tile": (48, 48)})


def values(kind, order, upside_down=False):
    """GREY on the scale of a kind of number, (H, W)."""
    low, high = KINDS[kind]
    x = low + (high - low) * ((255 - GREY if upside_down else GREY)[..., 0] / 255)
    return (np.rint(x) if kind[0] in "iu" else x).astype(f"{order}{kind}")


@pytest.mark.parametrize("packed", [None, "zlib"])
@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("kind", KINDS)
def test_greys_of_every_kind(kind, order, packed):
    for upside_down, means in ((False, "minisblack"), (True, "miniswhite")):
        x = values(kind, order, upside_down)
        for layout in LAYOUTS:
            content = written(x, means, byteorder=order, compression=packed, **layout)
            assert np.array_equal(files.read(content), GREY), (means, layout)


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("kind", KINDS)
def test_a_single_band_that_is_said_to_have_a_plane_of_its_own(kind, order):
    content = written(values(kind, order), byteorder=order)
    unit, planes = (struct.pack(f"{order}HHIH", tag, 3, 1, n) for tag, n in ((296, 1), (284, 2)))
    assert content.count(unit) == 1
    assert np.array_equal(files.read(content.replace(unit, planes)), GREY)


@pytest.mark.parametrize("packed", [None, "zlib"])
@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("planes", ["contig", "separate"])
def test_colours_are_right_or_refused(planes, bits, order, packed):
    """Together or in planes, with and without how solid they are."""
    solid = (SOLID * 255).astype(np.uint8)
    white = np.where(SOLID[..., None], COLOURS, 255)
    grey_on_white = np.where(SOLID[..., None], GREY, 255)
    clear = {"extrasamples": ["unassalpha"]}
    colours, inks = np.dstack([COLOURS, solid]), np.dstack([255 - COLOURS, solid * 0])
    multiplied = np.dstack([COLOURS * SOLID[..., None], solid])
    cases = {
        "colours": (COLOURS, COLOURS, {"photometric": "rgb"}),
        "clear": (colours, white, {"photometric": "rgb", **clear}),
        "multiplied": (multiplied, white, {"photometric": "rgb", "extrasamples": ["assocalpha"]}),
        "more": (colours, COLOURS, {"photometric": "rgb", "extrasamples": ["unspecified"]}),
        "inks": (inks, COLOURS, {"photometric": "separated"}),
        "clear-grey": (
            np.dstack([GREY, solid]),
            grey_on_white,
            {"photometric": "minisblack", **clear},
        ),
    }
    refused = set()
    for name, (x, shown, options) in cases.items():
        x = x.astype(f"{order}u{bits // 8}") * (1 if bits == 8 else 257)
        if planes == "separate":
            x = np.ascontiguousarray(x.transpose(2, 0, 1))
        for layout in LAYOUTS:
            options |= {"planarconfig": planes, "byteorder": order, "compression": packed}
            try:
                assert np.array_equal(files.read(written(x, **options, **layout)), shown), name
            except UserError as error:
                assert "bands" in str(error)
                refused.add(name)
    expected = {"clear-grey"} if bits == 16 or planes == "separate" else set()
    if planes == "separate" and packed is None:
        expected |= {"multiplied", "more"} | ({"inks"} if bits == 16 else set())
    assert refused == expected


@pytest.mark.parametrize("order", "<>")
def test_values_with_a_sign_are_told(order):
    x = np.array([[-100, -1, 0, 90]], np.int8)
    read = files.read(written(x, byteorder=order), notes=(notes := {}))
    assert read.ravel().tolist() == [28, 127, 128, 218]
    assert (
        "of 8 bits with a sign, from -100 to 90, are kept without: -128 became 0, 127 became"
        in (notes["values"])
    )
    assert files.head(written(x)).deep == "signed"


def test_12_bits_whichever_byte_comes_first():
    x = np.arange(0, 4096, 16).reshape(16, 16)
    packed = np.packbits((x[..., None] >> np.arange(12)[::-1] & 1).astype(np.uint8)).tobytes()
    for order in "<>":
        content = image_files.tiff(1, 1, order, bits=12).removesuffix(bytes(range(256))) + packed
        assert np.array_equal(files.read(content)[..., 0], np.rint(x * (255 / 4095)))


def test_nothing_but_the_sentence_is_said_of_many_bands(caplog):
    for big in (False, True):
        content = written(np.tile(GREY, 13), bigtiff=big, planarconfig="contig")
        with pytest.raises(UserError, match="It has 13 bands"):
            files.read(content)
    assert not caplog.records


def test_a_big_tiff_is_one_like_another():
    for x, kind in ((COLOURS, "rgb"), (GREY[..., 0], "minisblack")):
        content = written(x, kind, bigtiff=True)
        assert np.array_equal(files.read(content).squeeze(), x)
        for end in range(0, len(content), 7):
            with pytest.raises(UserError):
                files.read(content[:end])
