"""The sentence under the chart of rate and quality, against points and curves made for it."""

import math

import pytest

from dashboard.app_pages.rate import observed


class Made:
    """A table of two codecs: ours has 20 dB at 100 bytes and 10 dB more per doubling; WebP 4 less."""

    def __init__(self):
        self.rows = [row(codec, place) for codec in ("ours", "WebP") for place in range(5)]


def row(codec, place):
    return {
        "codec": codec,
        "accounting": "archive" if codec == "ours" else "mosaic",
        "setting": place,
        "bits_per_image": 800 * 2**place,
        "psnr": 20 + 10 * place - 4 * (codec == "WebP"),
    }


def said(ours, theirs):
    return observed.sentence(Made(), "mosaic", [theirs, ours])


def test_as_many_bytes_and_what_the_quality_would_cost():
    assert said(row("ours", 2), row("WebP", 2)) == (
        "With as many bytes (400.0 an image), ours stands 4.0 dB above WebP; for 40.0 dB, WebP by "
        "its own curve would take 527.8 bytes, 32 % more."
    )


def test_more_or_fewer_bytes():
    assert said(row("ours", 2), row("WebP", 1)).startswith(
        "Ours stands 14.0 dB above WebP and takes 100 % more bytes; for 40.0 dB"
    )
    assert said(row("ours", 2), row("WebP", 2) | {"bits_per_image": 6400}).startswith(
        "Ours stands 4.0 dB above WebP with 50 % fewer bytes"
    )
    better = said(row("ours", 1), row("WebP", 2))
    assert better.startswith("WebP stands 6.0 dB above ours and takes 100 % more bytes; for 36.0 dB")
    assert better.endswith("24 % fewer.")


def test_what_was_never_measured_is_not_invented():
    assert said(row("ours", 4), row("WebP", 4)).endswith("no measured point of WebP gives 60.0 dB.")
    assert observed.sentence(Made(), "mosaic", [row("ours", 1)]) == ""
    assert said(row("ours", 1), row("WebP", 1) | {"psnr": None}) == ""


def test_alike():
    same = row("WebP", 1) | {"psnr": 30.01}
    assert said(row("ours", 1), same) == "WebP and ours give the same 30.0 dB with as many bytes."
    dear = same | {"bits_per_image": 3200}
    assert "WebP takes 100 % more bytes for it." in said(row("ours", 1), dear)


def test_bits_between_two_points_are_found_by_their_logarithm():
    rows = [row("ours", 0), row("ours", 1)]
    assert observed.bits_for(rows, 25) == pytest.approx(math.sqrt(800 * 1600))
    assert observed.bits_for(rows, 19.9) is None and observed.bits_for(rows, 30.1) is None
