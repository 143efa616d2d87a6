"""Photographs through our codec and others: real bytes, kept rows, savings."""

import sys
import types

import numpy as np
import pytest
from PIL import Image
from skimage.data import astronaut

from ae_core.errors import UserError
from ae_core.evaluation import photographs, rate_photographs
from ae_core.runs import tables


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("AE_ARTIFACTS_DIR", str(tmp_path / "artifacts"))
    monkeypatch.setattr(rate_photographs, "LEVELS", (20, 60, 100, 140))
    # Tests of pages leave the app as the main module, which a process made here would run.
    monkeypatch.setitem(sys.modules, "__main__", types.ModuleType("__main__"))
    folder = tmp_path / "photographs"
    folder.mkdir()
    for name, here in (("a", np.s_[:96, 150:270]), ("b", np.s_[100:190, 180:244])):
        Image.fromarray(astronaut()[here]).save(folder / f"{name}.png")
    return folder


def test_codecs_stand_side_by_side_and_what_was_measured_before_stays(folder):
    lines = []
    rate_photographs.measure(folder, "two", ["JPEG"], tell=lines.append, settings=6)
    block = rate_photographs.measure(folder, "two", ["ours"], tell=lines.append)
    assert len(lines) == len(block["rows"]) == 6 + 4
    (read,) = tables.load(rate_photographs.measured(), tables.RATE)
    assert read["images"] == 2 and {row["codec"] for row in read["rows"]} == {"JPEG", "ours"}
    (saving,) = read["bd_rate"]
    assert saving["against"] == "JPEG" and saving["percent"] < 0
    assert saving["fewer_bits_everywhere"] is True
    pixels = 96 * 120 + 90 * 64
    for row in read["rows"]:
        assert row["bpp"] == pytest.approx(row["bits_per_image"] * 2 / pixels)
        assert row["psnr_of_mean_mse"] == pytest.approx(-10 * np.log10(row["mse"]))
        assert row["encode_ms"] > 0 and row["decode_ms"] > 0 and row["memory_mb"] >= 0


def test_every_nth_has_a_name_of_its_own(folder):
    block = rate_photographs.measure(folder, "two", ["WebP"], every=2, tell=lambda line: None)
    assert block["data"] == "two/2" and block["images"] == 1


def test_a_row_is_about_all_photographs_together(monkeypatch):
    now = types.SimpleNamespace(seconds=7.0)
    clock = types.SimpleNamespace(process_time=lambda: now.seconds)
    monkeypatch.setattr(rate_photographs, "time", clock)
    pictures = [np.full((height, 10, 3), 100, np.uint8) for height in (10, 20, 30)]
    pictures[0][:5] = 50
    written = []

    def encode(x, setting):
        now.seconds += 3
        written.append(x)
        return bytes(setting * len(x))

    def decode(data):  # the first is 1 grey level off, the second 2, the third the same
        now.seconds += 12
        return written[-1] + np.uint8(len(written) % 3)

    row = rate_photographs.row("JPEG", 35, pictures, encode, decode)
    assert (row["codec"], row["setting"], row["accounting"]) == ("JPEG", 35, "file")
    bytes_ = 35 * (10 + 20 + 30)
    assert row["bits_per_image"] == 8 * bytes_ / 3 and row["bpp"] == 8 * bytes_ / 600
    assert row["ratio"] == 1800 / bytes_ and row["images"] == 3
    assert row["psnr"] == pytest.approx(10 * np.log10([255**2, 255**2 / 4]).mean())
    assert row["mse"] == pytest.approx((10 * 1 + 20 * 4) / 60 / 255**2)
    assert row["psnr_of_mean_mse"] == pytest.approx(10 * np.log10(255**2 / 1.5))
    assert row["flat"] == pytest.approx(2 / 3)
    assert (row["encode_ms"], row["decode_ms"]) == (3000, 12000)
    same = rate_photographs.row("PNG", 1, pictures[:1], lambda x, _: x, lambda x: x)
    assert (same["psnr"], same["psnr_of_mean_mse"], same["mse"]) == (None, None, 0)


def test_costs_are_seconds_a_megapixel_and_the_most_memory():
    about = {"bits_per_image": 1e6, "bpp": 0.5}  # 2 megapixels
    rows = [
        about | {"codec": "JPEG", "encode_ms": 100, "decode_ms": 20, "memory_mb": 9},
        about | {"codec": "ours", "encode_ms": 500, "decode_ms": 60, "memory_mb": 70},
        about | {"codec": "JPEG", "encode_ms": 300, "decode_ms": 40, "memory_mb": 3},
        about | {"codec": "WebP", "encode_ms": None, "decode_ms": None, "memory_mb": None},
    ]
    found = photographs.costs(rows)
    assert list(found) == ["JPEG", "ours"]
    jpeg = found["JPEG"]
    assert (jpeg.encode, jpeg.decode, jpeg.memory_mb) == pytest.approx((0.1, 0.015, 9))
    assert found["ours"].memory_mb == 70


def test_what_cannot_be_measured_is_said(folder, tmp_path):
    with pytest.raises(UserError, match="no codec GIF"):
        rate_photographs.measure(folder, "two", ["GIF"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="no photographs"):
        rate_photographs.measure(tmp_path / "empty", "two", ["JPEG"])


def test_what_reading_changed_is_said_once_and_a_grey_one_counts_as_colour(folder, capsys):
    from ae_core.maintenance.__main__ import main

    (folder / "note.txt").write_text("no photograph")
    (folder / "inside.png").mkdir()
    x = np.arange(0, 60_000, 10, dtype=np.uint16)[: 64 * 72].reshape(64, 72)
    Image.fromarray(x).save(folder / "deep.png")
    given = ["measure-photo-codec", str(folder), "three", "--codecs", "JPEG,WebP", "--settings", "2"]
    assert main(given) == 0
    told = capsys.readouterr().err
    assert told.count("values of more than 8 bits") == 1 and "deep.png: Its values" in told
    (read,) = tables.load(rate_photographs.measured(), tables.RATE)
    assert read["images"] == 3 and {row["codec"] for row in read["rows"]} == {"JPEG", "WebP"}
    (folder / "cut.jpg").write_bytes(b"\xff\xd8\xff\xe0 cut")
    assert main(given) == 2
    assert "cut.jpg: " in capsys.readouterr().err
