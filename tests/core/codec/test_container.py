"""The file format: small, whole or refused, and nothing large is made of a lying header."""

import struct
import tracemalloc
import zlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ae_core.codec import container
from ae_core.codec.container import Header, pack, unpack
from ae_core.errors import UserError

PLAIN = Header(b"abcdefgh", 0xDEADBEEF, 7, 3, ((32, 32),) * 134, 134)


def sealed(body):
    """Return bytes with a right checksum at their end."""
    return bytes(body) + struct.pack("<I", zlib.crc32(bytes(body)))


def promising(*numbers, flags=3, rest=b""):
    """Return a whole file whose header says these numbers after its fixed part."""
    body = bytearray(b"AEp\1\1" + bytes([flags]) + b"abcdefgh" + bytes(5))
    for number in numbers:
        body += container._varint(number)
    return sealed(body + rest)


@given(
    sizes=st.lists(st.tuples(st.integers(1, 300), st.integers(1, 300)), min_size=1, max_size=20),
    same=st.booleans(),
    group=st.integers(1, 25),
    channels=st.sampled_from([1, 3]),
    level=st.integers(0, 255),
    pixels=st.integers(0, 2**32 - 1),
    data=st.data(),
)
def test_what_is_packed_is_unpacked(sizes, same, group, channels, level, pixels, data):
    sizes = tuple(sizes[:1] * len(sizes) if same else sizes)
    header = Header(b"12345678", pixels, level, channels, sizes, min(group, len(sizes)))
    n = len(header.groups)
    streams = data.draw(st.lists(st.binary(max_size=300), min_size=n, max_size=n))
    assert unpack(pack(header, streams)) == (header, streams)


def test_the_header_is_small():
    assert len(pack(PLAIN, [b""])) == 27
    assert len(pack(replace(PLAIN, group=1), [b"x"] * 134)) == 27 + 1 + 133 + 134


def test_groups_hold_every_picture_once():
    header = replace(PLAIN, group=50)
    assert header.groups == [range(50), range(50, 100), range(100, 134)]
    with pytest.raises(ValueError, match="3 streams"):
        pack(header, [b""])


def test_every_cut_and_every_flipped_bit_is_refused_in_one_sentence():
    header = replace(PLAIN, sizes=((4, 5), (6, 7), (300, 9)), group=2)
    data = pack(header, [b"some", b"bytes"])
    damaged = [data[:n] for n in range(len(data))] + [data + b"\0"]
    for bit in range(8 * len(data)):
        place, mask = bit // 8, 1 << bit % 8
        damaged.append(data[:place] + bytes([data[place] ^ mask]) + data[place + 1 :])
    for one in damaged:
        with pytest.raises(UserError) as caught:
            unpack(one)
        assert str(caught.value).endswith(".") and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "data, words",
    [
        (b"", "no file of compressed images"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "no file of compressed images"),
        (b"AE", "damaged or was cut off"),
        (sealed(b"AEp\2" + bytes(40)), "version 2"),
        (pack(PLAIN, [b"abc"])[:-1], "damaged or was cut off"),
        (sealed(b"AEp\1\5" + bytes(40)), "coder 5"),
        (promising(1, 4, 4, flags=8), "flags"),
        (promising(0, 4, 4), "0 images"),
        (promising(10**12, 4, 4), "no end"),
        (promising(2**34, 4, 4), "17,179,869,184 images"),
        (promising(200_000, 10_000, 10_000), "larger than they may be"),
        (promising(1, 10**9, 1), "larger than they may be"),
        (promising(1, 0, 4), "empty"),
        (promising(3), "no end"),
        (promising(200_000, flags=1), "no end"),
        (promising(5, 4, 4, 0, flags=7), "groups of 0"),
        (promising(5, 4, 4, 5, flags=7), "groups of 5"),
        (promising(200_000, 4, 4, 1, flags=7), "no end"),
        (promising(2, 4, 4, 1, 10**9, flags=7), "longer than the file"),
    ],
)
def test_lying_headers_cost_a_sentence_and_no_memory(data, words):
    tracemalloc.start()
    try:
        with pytest.raises(UserError, match=words):
            unpack(data)
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "sizes", [(), ((1, 1),) * (container.MOST_PICTURES + 1), ((0, 4),), ((1 << 16, 1),)]
)
def test_pictures_that_no_file_holds_are_refused(sizes):
    with pytest.raises(UserError, match="image"):
        container.check_sizes(sizes)


def test_the_largest_picture_of_all_is_refused():
    container.check_sizes(((8192, 16384),))
    with pytest.raises(UserError, match="pixels together"):
        container.check_sizes(((8192, 16384), (1, 1)))


@given(st.binary(max_size=80))
def test_any_sealed_bytes_are_a_file_or_one_sentence(rest):
    try:
        header, streams = unpack(sealed(b"AEp\1\1" + rest))
    except UserError:
        return
    assert len(streams) == len(header.groups)
