"""The entropy coder: every code comes back, in as many bytes as promised, and damage is named."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tiny_codec
from hypothesis import given
from hypothesis import strategies as st

from ae_core.codec import entropy, escapes
from ae_core.codec.prior import FINE, Prior, bits
from ae_core.errors import UserError

ROOT = Path(__file__).resolve().parents[3]


@given(
    positions=st.integers(1, 70),
    tables=st.integers(1, 9),
    symbols=st.integers(2, 40),
    level=st.integers(0, 255),
    n=st.integers(0, 6),
    spread=st.sampled_from([0, 1, 20, 5000, escapes.LARGEST]),
    seed=st.integers(0, 10_000),
)
def test_whatever_goes_in_comes_out(positions, tables, symbols, level, n, spread, seed):
    prior = tiny_codec.prior(positions, tables, symbols, seed=seed % 7)
    random = np.random.default_rng(seed)
    q = random.integers(-spread, spread, (n, positions), endpoint=True)
    q *= random.random(q.shape) < 0.4
    data = entropy.encode(q, level, prior)
    back = entropy.decode(data, n, level, prior)
    assert back.dtype == np.int32 and (back == q).all()
    assert len(data) <= bits(q, level, prior).sum() / 8 * 1.002 + 2
    assert not data.endswith(b"\0")


@given(
    shapes=st.sampled_from([2, 3, 100, 3000]),
    level=st.integers(0, 255),
    n=st.integers(1, 6),
    seed=st.integers(0, 1000),
)
def test_numbers_of_shapes_come_back_before_the_values(shapes, level, n, seed):
    prior = tiny_codec.prior(9, shapes=shapes, seed=seed % 7)
    random = np.random.default_rng(seed)
    q = random.integers(-4, 4, (n, 10))
    q[:, 0] = random.integers(0, shapes, n)
    data = entropy.encode(q, level, prior)
    assert (entropy.decode(data, n, level, prior) == q).all()
    assert len(data) <= bits(q, level, prior).sum() / 8 * 1.002 + 2


def test_the_number_of_a_shape_costs_what_the_row_nearest_to_the_level_says():
    prior = tiny_codec.prior(9, rates=5, shapes=50)
    q = np.zeros((50, 10), np.int32)
    q[:, 0] = np.arange(50)
    bare = Prior(prior.weights, prior.bias, prior.thresholds, prior.tables)
    for level, row in ((0, 0), (31, 0), (32, 1), (128, 2), (223, 3), (224, 4), (255, 4)):
        apart = bits(q, level, prior) - bits(q[:, 1:], level, bare)
        np.testing.assert_allclose(apart, np.log2(FINE / prior.shapes[row]), rtol=1e-9)


def test_a_shape_that_is_not_in_the_book_is_refused():
    prior = tiny_codec.prior(9, shapes=50)
    for number in (-1, 50):
        q = np.zeros((1, 10), np.int32)
        q[0, 0] = number
        with pytest.raises(UserError, match="from 0 to 49"):
            entropy.encode(q, 100, prior)


def test_bytes_are_those_that_the_tables_promise():
    prior = tiny_codec.prior(96)
    for level in (0, 128, 255):
        q = tiny_codec.codes(prior, 1000, level)
        promised = bits(q, level, prior).sum() / 8
        assert len(entropy.encode(q, level, prior)) == pytest.approx(promised, rel=0.002)


def test_more_images_than_a_batch_and_bounded_parts(monkeypatch):
    prior = tiny_codec.prior(20)
    q = tiny_codec.codes(prior, entropy.BATCH + 300, 200)
    data = entropy.encode(q, 200, prior)
    sizes = [len(batch) for batch in entropy.decode_batches(data, len(q), 200, prior)]
    assert sizes == [entropy.BATCH, 300]
    assert (entropy.decode(data, len(q), 200, prior) == q).all()
    monkeypatch.setattr(entropy, "_CELLS", 1)  # every position in a part of its own
    assert entropy.encode(q, 200, prior) == data
    writer = entropy.Writer(200, prior)
    for part in np.split(q, [1, 1, 900, entropy.BATCH + 50]):
        writer.add(part)
    assert writer.finish() == data


def test_codes_of_nothing_take_nothing():
    prior = tiny_codec.prior()
    assert entropy.encode(np.zeros((0, 48), np.int32), 0, prior) == b""
    assert entropy.decode(b"", 0, 0, prior).shape == (0, 48)


def test_every_damaged_byte_is_named_or_gives_codes_of_the_right_shape():
    prior = tiny_codec.prior()
    q = tiny_codec.codes(prior, 5, 128)
    data = entropy.encode(q, 128, prior)
    named = 0
    cut = [data[:n] for n in range(len(data))]
    flipped = [data[:i] + bytes([data[i] ^ 1 << i % 8]) + data[i + 1 :] for i in range(len(data))]
    for damaged in [*cut, *flipped, data + b"\0", data + b"\1"]:
        try:
            back = entropy.decode(damaged, 5, 128, prior)
            assert back.shape == q.shape and not (back == q).all()
        except UserError as error:
            named += 1
            assert str(error).count(".") == 1
    assert named >= len(data) // 4


@given(st.binary(max_size=60), st.integers(0, 4))
def test_any_bytes_give_codes_or_one_sentence(data, n):
    prior = tiny_codec.prior(12, symbols=3)  # few symbols: many escapes
    try:
        back = entropy.decode(data, n, 7, prior)
    except UserError:
        return
    assert entropy.encode(back, 7, prior) == data


def test_another_process_reads_the_same():
    prior = tiny_codec.prior()
    q = tiny_codec.codes(prior, 30, 60)
    code = (
        "import sys; sys.path.insert(0, 'tests/core')\n"
        "import tiny_codec\nfrom ae_core.codec import entropy\n"
        "data = bytes.fromhex(sys.argv[1])\n"
        "q = entropy.decode(data, 30, 60, tiny_codec.prior())\n"
        "print(q.tobytes().hex())"
    )
    words = [sys.executable, "-c", code, entropy.encode(q, 60, prior).hex()]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == q.tobytes().hex()


def test_the_stream_is_the_same_as_ever():
    """Files of yesterday are read tomorrow: these bytes change only with the format's version."""
    tables = [[100, 200, 64736, 200, 200, 100], [6000, 9000, 30000, 9000, 6000, 5536]]
    numbers = (np.triu(np.full((6, 6), 300), 1), [[9, 500, 9, 9, 900, 9]], [512], tables)
    prior = Prior(*(np.array(n, np.int32) for n in numbers))
    q = np.array([[0, 1, 0, -2, 0, 0], [5, 0, -90, 0, 1, 2], [0, 0, 0, 0, 0, 0]], np.int32)
    assert entropy.encode(q, 100, prior).hex() == "fdc81dc53d9716"


@given(st.lists(st.integers(9, escapes.LARGEST), max_size=20))
def test_escaped_values_are_put_together_again(found):
    values = np.array([v if i % 2 else -v for i, v in enumerate(found)], np.int64)
    length, rest = escapes.parts(values, (-8, 8))
    assert (rest >= 0).all() and (rest < escapes.sizes(length)).all()
    assert (escapes.join(length, rest, (-8, 8)) == values).all()
    assert escapes.chances().sum() == 1


def test_an_escape_costs_its_length_its_digits_and_its_sign():
    beyond = np.unique(np.geomspace(9, escapes.LARGEST, 200).astype(int))
    for values in (beyond, -beyond):
        length, _ = escapes.parts(values, (-8, 8))
        assert length.tolist() == [(abs(int(v)) - 9 + 4).bit_length() - 3 for v in values]
        expected = np.log2(escapes.sizes(length)) - np.log2(escapes.chances()[length])
        assert np.array_equal(escapes.bits(values, (-8, 8)), expected)
